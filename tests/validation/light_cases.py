"""The Sun and the shadow: how we compute the cases of areas B and C."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from validation.cases import Case, Figure, family, figure, read_csv, read_json

import orbital_compute as oc
from orbital_compute.constants import ASTRONOMICAL_UNIT_M, EARTH_RADIUS_M
from orbital_compute.model.frames import teme_to_gcrs
from orbital_compute.physics.eclipse import eclipse_clock
from orbital_compute.physics.orbit import sun_synchronous_inclination_rad

MU_M3_S2, DAY_S = 398600.4418e9, 86400  # of the reference orbits
SUN_RAD = 0.004653  # angular radius of the Sun's disc at one astronomical unit


def passed(radius_m: float) -> dict:
    """Return what the share of light says of each boundary at a distance from the Earth's centre.

    With the Sun's centre on the limb a little more than half of the disc is seen, because the limb is round: by the
    radius of the disc over that of the Earth's, over 3π.
    """
    half = 0.5 + SUN_RAD / math.asin(EARTH_RADIUS_M / radius_m) / (3 * math.pi)
    return {
        "umbra": lambda share: share == 0.0,
        "penumbra": lambda share: share < 1.0,
        "suncentre": lambda share: share < half,
    }


@family("oc.sun", r"C\..*")
def sun(case: Case) -> list[Figure]:
    """Direction and distance of the apparent Sun."""
    direction, distance_m = oc.sun(np.datetime64(case.inputs["utc"], "ns"))
    wanted = np.array(case.reference["unit"])
    angle_deg = float(np.degrees(np.linalg.norm(np.cross(direction[0], wanted))))
    return [
        Figure("direction", direction[0], wanted, angle_deg, 0.01, 0.05, "deg"),
        figure("distance", distance_m[0] / ASTRONOMICAL_UNIT_M, case.reference["distance_au"], 2e-5, 2e-4, "au"),
    ]


class FixedOrbit:
    """The circular orbit of a case, its plane at rest in GCRS."""

    def __init__(self, about: dict):
        year, month, day, hour, minute, second = about["t0_utc"]
        self.start = np.datetime64(f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", "ns")
        self.radius_m = EARTH_RADIUS_M + about["h_km"] * 1e3
        node, i = np.radians(about["raan_deg"]), np.radians(about["i_deg"])
        self.p = np.array([np.cos(node), np.sin(node), 0.0])
        self.q = np.array([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.sin(i)])
        self.u0, self.rate = np.radians(about["u0_deg"]), np.sqrt(MU_M3_S2 / self.radius_m**3)

    def times(self, times_s):
        """Return dates of seconds after the start."""
        return self.start + np.round(np.atleast_1d(times_s) * 1e9).astype("timedelta64[ns]")

    def share(self, times_s, earth):
        """Return the share of the Sun in view, times in seconds after the start."""
        u = self.u0 + self.rate * np.asarray(times_s)
        r_m = self.radius_m * (np.cos(u)[:, None] * self.p + np.sin(u)[:, None] * self.q)
        return oc.illumination(r_m, self.times(times_s), frame="gcrs", earth=earth)

    def beta_deg(self, time_s):
        """Return the angle of the Sun from the plane, positive on the side of the orbit's normal."""
        return float(np.degrees(np.arcsin(oc.sun(self.times(time_s))[0][0] @ np.cross(self.p, self.q))))


def crossings(share_at, grid_s, share, inside):
    """Return the times at which `inside` turns over, and whether each goes in; bisected to a fraction of a ms."""
    state = inside(share)
    edge = np.flatnonzero(state[1:] != state[:-1])
    low, high, after = grid_s[edge], grid_s[edge + 1], state[edge + 1]
    for _ in range(14 if edge.size else 0):
        middle = 0.5 * (low + high)
        passed = inside(share_at(middle)) == after
        low, high = np.where(passed, low, middle), np.where(passed, middle, high)
    return high, after


class DayOfLight(NamedTuple):
    """A day of a fixed orbit: shares of light on a grid, and when each boundary is crossed and whether inwards."""

    orbit: FixedOrbit
    share: np.ndarray
    crossed: dict[str, tuple[np.ndarray, np.ndarray]]


GRID_S = np.arange(0.0, DAY_S + 1, 4.0)


@functools.cache
def day_of_light(folder: Path, name: str, earth: str) -> DayOfLight:
    """Return the light of a fixed orbit of a case through a day."""
    rows = read_json(folder, "eclipse", "events", "cases.json")
    orbit = FixedOrbit(next(row for row in rows if row["id"] == name))
    share = orbit.share(GRID_S, earth)
    crossed = {
        boundary: crossings(lambda at_s: orbit.share(at_s, earth), GRID_S, share, inside)
        for boundary, inside in passed(orbit.radius_m).items()
    }
    return DayOfLight(orbit, share, crossed)


def time_inside(crossed, starts_inside: bool, span_s: float) -> float:
    """Return the share of the first `span_s` spent inside a boundary."""
    times_s, entry = crossed
    signs = np.where(entry, -1.0, 1.0)[times_s < span_s]
    total_s = (signs * times_s[times_s < span_s]).sum()
    still_inside = bool(entry[times_s < span_s][-1]) if signs.size else starts_inside
    return (total_s + span_s * still_inside) / span_s


def event_errors_s(case: Case) -> tuple[np.ndarray, int]:
    """Return our times of entry and exit less the reference's [s], and how many events one of the two lacks."""
    name, earth = case.inputs["case"], case.inputs["earth"]
    day = day_of_light(case.folder, name, earth)
    events = read_csv(case.folder, "eclipse", "events", f"{name}_{earth}.csv")
    error_s, missing = [], 0
    for boundary, (ours_s, entry) in day.crossed.items():
        wanted = [event for event in events if event["boundary"] == boundary]
        if ["entry" if one else "exit" for one in entry] != [event["event"] for event in wanted]:
            missing += max(abs(len(entry) - len(wanted)), 1)
            continue
        error_s += list(ours_s - [float(event["t_s_after_t0"]) for event in wanted])
    return np.array(error_s), missing


@family("oc.illumination", r"B\..*\.(sphere|wgs84)")
def eclipses(case: Case) -> list[Figure]:
    """A day of a fixed circular orbit: every entry and exit, means over whole revolutions, beta."""
    name, earth = case.inputs["case"], case.inputs["earth"]
    day = day_of_light(case.folder, name, earth)
    rows = read_json(case.folder, "eclipse", "events", "summary.json")
    about = next(row for row in rows if row["id"] == name and row["model"] == earth)
    span_s = about["revs_averaged"] * about["period_s"]
    mean = day.share[span_s > GRID_S].mean()
    edge = passed(day.orbit.radius_m)
    umbra, shadow = (
        time_inside(day.crossed[boundary], bool(edge[boundary](day.share[:1])[0]), span_s)
        for boundary in ("umbra", "penumbra")
    )
    error_s, missing = event_errors_s(case)
    wanted = case.reference
    return [
        figure("mean illumination", mean, wanted["mean_illumination"], 3e-4, 4e-3, "-"),
        figure("share in umbra", umbra, wanted["umbra_fraction"], 3e-4, 4e-3, "-"),
        figure("share in penumbra", shadow - umbra, wanted["penumbra_fraction"], 3e-4, 4e-3, "-"),
        figure("beta at start", day.orbit.beta_deg(0.0), wanted["beta_start_deg"], 0.01, 0.05, "deg"),
        figure("beta at end", day.orbit.beta_deg(DAY_S), wanted["beta_end_deg"], 0.01, 0.05, "deg"),
        figure("events that one of us lacks", missing, 0, 0, 0, "-"),
        figure(f"worst of {error_s.size} edges", float(np.abs(error_s).max(initial=0.0)), 0.0, 0.5, 10.0, "s"),
    ]


@family("eclipse clock, sun-synchronous inclination", r"B\.table_.*")
def closed_forms(case: Case) -> list[Figure]:
    """Sun-synchronous inclination, critical beta and longest eclipse at an altitude.

    Ours is the inclination of the full secular rate, 0.02 to 0.03° above that of J2 alone, which the reference has.
    """
    a = EARTH_RADIUS_M + case.inputs["altitude_km"] * 1e3
    speed = np.sqrt(MU_M3_S2 / a**3)

    def dark_s(beta_deg):
        return eclipse_clock(0.5, 0.5, np.sin(np.radians(beta_deg)) ** 2, EARTH_RADIUS_M / a, speed).dark_s

    low, high = 0.0, 90.0
    while high - low > 1e-6:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if dark_s(middle) > 0 else (low, middle)
    inclination_deg = float(np.degrees(sun_synchronous_inclination_rad(a)))
    wanted = case.reference
    return [
        figure("sun-synchronous inclination", inclination_deg, wanted["sso_inclination_deg"], 0.001, 0.05, "deg"),
        figure("critical beta", high, wanted["critical_beta_deg"], 0.001, 0.05, "deg"),
        figure("longest eclipse", dark_s(0.0), wanted["max_eclipse_s"], 0.1, 5.0, "s"),
    ]


SUN_SYNCHRONOUS = {  # altitude, inclination, local time of the node, as the reference's README states them
    "year2026_sso650_ltan18": (650.0, 97.9874, 18.0),
    "year2026_sso600_ltan1030": (600.0, 97.7874, 10.5),
}


def shadow_s(to_node, aside, radius_m, dates, inside, n_grid=720):
    """Return the seconds of a revolution for which `inside` holds, float64[n_day], the Sun held for a revolution."""
    gcrs = teme_to_gcrs(dates)

    def share(u):  # [n, n_day]
        r_m = radius_m * (np.cos(u)[..., None] * to_node + np.sin(u)[..., None] * aside)
        return oc.illumination(np.einsum("tij,ntj->nti", gcrs, r_m), dates, frame="gcrs", earth="sphere")

    towards = np.einsum("tij,tj->ti", np.swapaxes(gcrs, 1, 2), oc.sun(dates)[0])
    midnight = np.arctan2(-(towards * aside).sum(axis=1), -(towards * to_node).sum(axis=1))
    half = []
    for way in (1.0, -1.0):  # half a revolution each way from midnight: in the dark first, if there is any
        low, high = np.zeros(dates.size), np.full(dates.size, np.pi)
        for _ in range(40):
            middle = 0.5 * (low + high)
            dark = inside(share((midnight + way * middle)[None]))[0]
            low, high = np.where(dark, middle, low), np.where(dark, high, middle)
        half.append(np.where(inside(share(midnight[None]))[0], high, 0.0))
    return (half[0] + half[1]) / np.sqrt(MU_M3_S2 / radius_m**3)


@family("oc.sun, oc.illumination", r"B\.year2026_.*")
def year_of_eclipses(case: Case) -> list[Figure]:
    """Each day of 2026 at noon, the Sun held for one revolution about a spherical Earth."""
    altitude_km, inclination_deg, ltan_h = SUN_SYNCHRONOUS[case.id.removeprefix("B.")]
    day = np.arange(365)
    dates = np.datetime64("2026-01-01T12:00", "ns") + day.astype("timedelta64[D]")
    noon_jd = 2461042.0 + day  # 2026-01-01 12:00
    node = np.radians(280.46061837 + 0.98564736629 * (noon_jd - 2451545.0) + 15 * (ltan_h - 12))
    i = np.radians(inclination_deg)
    to_node = np.stack([np.cos(node), np.sin(node), 0 * node], axis=1)
    aside = np.stack([-np.sin(node) * np.cos(i), np.cos(node) * np.cos(i), np.full(365, np.sin(i))], axis=1)
    radius_m = EARTH_RADIUS_M + altitude_km * 1e3
    beta_deg = np.degrees(np.arcsin((oc.sun(dates, "teme")[0] * np.cross(to_node, aside)).sum(axis=1)))
    umbra_s = shadow_s(to_node, aside, radius_m, dates, passed(radius_m)["umbra"])
    any_s = shadow_s(to_node, aside, radius_m, dates, passed(radius_m)["penumbra"])
    rows, wanted = read_csv(case.folder, "eclipse", case.inputs["file"]), case.reference
    table = {name: np.array([float(row[name]) for row in rows]) for name in ("beta_deg", "umbra_s", "any_shadow_s")}

    def worst(name, ours):
        error = ours - table[name]
        return float(np.abs(error).max())

    return [
        figure("days with umbra", int((umbra_s > 0).sum()), wanted["umbra_days"], 1, 3, "days"),
        figure("days with any shadow", int((any_s > 0).sum()), wanted["any_shadow_days"], 1, 3, "days"),
        figure("longest umbra", umbra_s.max(), wanted["max_umbra_s"], 3.0, 60.0, "s"),
        figure("longest shadow", any_s.max(), wanted["max_any_shadow_s"], 3.0, 60.0, "s"),
        figure("largest beta", np.abs(beta_deg).max(), wanted["max_abs_beta_deg"], 0.02, 0.2, "deg"),
        figure("least beta", np.abs(beta_deg).min(), wanted["min_abs_beta_deg"], 0.02, 0.2, "deg"),
        figure("beta, worst day", worst("beta_deg", beta_deg), 0.0, 0.02, 0.2, "deg"),
        figure("umbra, worst day", worst("umbra_s", umbra_s), 0.0, 3.0, 60.0, "s"),
        figure("any shadow, worst day", worst("any_shadow_s", any_s), 0.0, 3.0, 60.0, "s"),
    ]


@family("SGP4, oc.illumination", r"B\.sunlit_.*")
def who_is_in_sunlight(case: Case) -> list[Figure]:
    """How many satellites of a real fleet see more than half of the Sun's disc: a point Sun is lit there."""
    about = read_json(case.folder, case.inputs["tle"].replace(".tle", "_sunlit.json"))
    times = np.array(about["utc"], dtype="datetime64[m]")
    fleet = oc.Constellation.from_tle(case.folder / case.inputs["tle"], start=times[0].astype(object))
    row_of = {int(number): row for row, number in enumerate(fleet.catalog_number)}
    index = [row_of[int(number)] for number, *_ in about["per_satellite"]]
    wanted = np.array([lit for _, *lit in about["per_satellite"]], dtype=bool)
    lit = oc.illumination(fleet.positions(times)[index], times, frame="teme", earth="sphere") > 0.5
    counts = figures_at(lit.sum(axis=0), case.reference, case.inputs["utc"])
    return [*counts, figure("satellites of another answer", int((lit != wanted).sum()), 0, 4, 18, "of 1,800")]


def figures_at(ours, reference, dates) -> list[Figure]:
    """Return counts at dates."""
    pairs = zip(dates, ours, reference, strict=True)
    return [figure(f"in sunlight at {date}", int(one), int(other), 1, 4, "satellites") for date, one, other in pairs]
