"""Eclipses of fixed circular orbits: times of entry and exit, and means over a day, against JPL geometry."""

import json

import numpy as np
import pytest

import orbital_compute as oc

pytestmark = pytest.mark.validation

HALF_A_SECOND = 0.5
MEAN_SHARE = 2e-4  # a second in a revolution of 96 minutes
MU_M3_S2, RADIUS_M, DAY_S = 398600.4418e9, 6378137.0, 86400
CASES = [
    f"{orbit}_{date}"
    for orbit in ("iss", "starlink", "sso650dd", "sso600_1030", "oneweb", "inc30_2000")
    for date in ("0320", "0621")
]


class FixedOrbit:
    """The circular orbit of the reference, its plane at rest in GCRS."""

    def __init__(self, folder, name):
        case = next(one for one in json.loads((folder / "cases.json").read_text()) if one["id"] == name)
        year, month, day, hour, minute, second = case["t0_utc"]
        self.start = np.datetime64(f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", "ns")
        self.radius_m = RADIUS_M + case["h_km"] * 1e3
        node, i = np.radians(case["raan_deg"]), np.radians(case["i_deg"])
        self.p = np.array([np.cos(node), np.sin(node), 0.0])
        self.q = np.array([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)])
        self.u0, self.rate = np.radians(case["u0_deg"]), np.sqrt(MU_M3_S2 / self.radius_m**3)

    def share(self, times_s, earth):
        """Return the share of the Sun in view, times in seconds after the start."""
        times = self.start + np.round(np.asarray(times_s) * 1e9).astype("timedelta64[ns]")
        u = self.u0 + self.rate * np.asarray(times_s)
        r_m = self.radius_m * (np.cos(u)[:, None] * self.p + np.sin(u)[:, None] * self.q)
        return oc.illumination(r_m, times, frame="gcrs", earth=earth)


PASSED = {
    "umbra": lambda share: share == 0.0,
    "penumbra": lambda share: share < 1.0,
    "suncentre": lambda share: share < 0.5,  # the limb bends by 0.1 % of the disc: 0.01 s
}


@pytest.mark.parametrize("earth", ["sphere", "wgs84"])
@pytest.mark.parametrize("name", CASES)
def test_times_of_eclipses(reference, read_csv, name, earth):
    orbit = FixedOrbit(reference / "eclipse" / "events", name)
    events = read_csv(reference / "eclipse" / "events" / f"{name}_{earth}.csv")
    grid_s = np.arange(0.0, DAY_S + 1, 4.0)
    share = orbit.share(grid_s, earth)
    worst_s = 0.0
    for boundary, inside in PASSED.items():
        state = inside(share)
        edge = np.flatnonzero(state[1:] != state[:-1])
        low, high, after = grid_s[edge], grid_s[edge + 1], state[edge + 1]
        for _ in range(14):  # bisection to a fraction of a millisecond
            middle = 0.5 * (low + high)
            if middle.size == 0:
                break
            passed = inside(orbit.share(middle, earth)) == after
            low, high = np.where(passed, low, middle), np.where(passed, middle, high)
        wanted = [event for event in events if event["boundary"] == boundary]
        assert ["entry" if state else "exit" for state in after] == [event["event"] for event in wanted]
        if wanted:
            error_s = np.abs(high - [float(event["t_s_after_t0"]) for event in wanted])
            worst_s = max(worst_s, error_s.max())
    print(f"\n{name} {earth}: {len(events)} events, worst {worst_s:.3f} s")
    assert worst_s < HALF_A_SECOND


@pytest.mark.parametrize("earth", ["sphere", "wgs84"])
@pytest.mark.parametrize("name", CASES)
def test_means_over_whole_revolutions(reference, name, earth):
    folder = reference / "eclipse" / "events"
    rows = json.loads((folder / "summary.json").read_text())
    wanted = next(row for row in rows if row["id"] == name and row["model"] == earth)
    orbit = FixedOrbit(folder, name)
    share = orbit.share(np.arange(0.0, wanted["revs_averaged"] * wanted["period_s"]), earth)
    figures = {
        "mean_illumination": share.mean(),
        "umbra_fraction": (share == 0).mean(),
        "penumbra_fraction": ((share > 0) & (share < 1)).mean(),
    }
    print("\n" + name, earth, {key: f"{value:.6f} ({value - wanted[key]:+.1e})" for key, value in figures.items()})
    for key, value in figures.items():
        assert value == pytest.approx(wanted[key], abs=MEAN_SHARE)
