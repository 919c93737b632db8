"""Demand kept after a reclaim, and the reserve that keeps more, on small demands that can be worked by hand."""

import math

import numpy as np
import pytest
import xarray as xr

from orbital_compute.analysis import lease

HOUR_S = 3600.0
N = 48  # windows of an hour
GOES = 12


def dataset(in_time, arrived=100, patient=False, keep=0.95, hours=N, **changes):
    """Two classes of 1 and 2 FLOP worth 1 and 3; a shell of 10 satellites, 1 W a FLOP/s, lit half of the time."""
    counts = np.full((hours, 2, 1), arrived)
    served = np.array(in_time).reshape(hours, 2, 1)
    table = {
        "arrived": (("time", "job_class", "region"), counts),
        "served_in_time": (("time", "job_class", "region"), served),
        "peak_flop": (("time", "shell"), np.full((hours, 1), 10 * HOUR_S)),
        "offered_flop": (("time", "shell"), np.full((hours, 1), 5 * HOUR_S)),
        "lease_notice_s": ("lease", [GOES * HOUR_S]), "lease_goes_s": ("lease", [GOES * HOUR_S]),
        "lease_ramp_s": ("lease", [0.0]), "lease_keep_share": ("lease", [keep]),
        "lease_rent_usd_year": ("lease", [1000.0 * lease.YEAR_S]), "lease_peak_flop_s": ("lease", [1000.0]),
        "lease_reserve_usd_w_year": ("lease", [2.0]), "lease_chance_per_year": ("lease", [0.5]),
        "lease_replacement_s": ("lease", [100 * 86400.0]),
    }  # fmt: skip
    coordinates = {
        "time": np.datetime64("2026-06-01T00:00:00", "ns") + np.arange(hours) * np.timedelta64(1, "h"),
        "class_value": ("job_class", [1.0, 3.0]), "flop_per_request": ("job_class", [1.0, 2.0]),
        "class_slo_wait_s": ("job_class", [math.inf if patient else 0.0] * 2), "lease": ["memphis"],
        "shell_compute_power_w": ("shell", [10.0]), "shell_satellites": ("shell", [10]),
    }  # fmt: skip
    return xr.Dataset(table, coordinates, {"window_s": HOUR_S}).assign(changes)


def before_and_after(first, second, hours=N):
    return [[100, 100]] * GOES + [[first, second]] * (hours - GOES)


def one(data):
    (found,) = lease.reclaims(data)
    return found


def test_demand_kept_by_value_after_each_horizon():
    """50 of 100 requests worth 1 and 90 of 100 worth 6: (50 + 540)/700 from the hour of the reclaim on."""
    data = dataset(before_and_after(50, 90))
    assert lease.kept_share(data, slice(0, GOES)) == 1.0
    shares = lease.kept(data, one(data))
    assert shares["1h"] == pytest.approx(590 / 700)
    assert math.isnan(shares["90d"])
    assert math.isnan(shares["24h"])  # the run ends 12 hours into the second day


def test_notice_keeps_all_until_the_capacity_goes():
    data = dataset(before_and_after(50, 90), lease_notice_s=("lease", [0.0]))
    assert lease.kept(data, one(data))["1h"] == 1.0


def test_more_served_than_arrived_is_no_more_than_all():
    data = dataset([[100, 100]] * GOES + [[100, 300]] * (N - GOES))
    assert lease.kept_share(data, slice(GOES, N)) == 1.0


@pytest.mark.parametrize("patient", [False, True])
def test_the_reserve_by_hand(patient):
    """Missed each hour: 50 FLOP worth 1, 20 worth 3. 95 % of 700 is 665; 590 are kept, so the dear 20 (60) and 15

    more. 35 FLOP an hour, from satellites that offer half of their peak: 70/3600 FLOP/s, that is 70/3600 W.
    """
    data = dataset(before_and_after(50, 90), patient=patient)
    need = lease.reserve_need(data, one(data))
    assert need.kept == pytest.approx(590 / 700)
    assert need.power_w == pytest.approx(70 / 3600, rel=1e-9)
    assert need.satellites == pytest.approx(70 / 3600, rel=1e-9)
    assert need.cost_usd_year == pytest.approx(2 * 70 / 3600, rel=1e-9)
    # mean value (100 + 600)/300 a FLOP at 1 USD; 75 of value an hour for 100 days
    worth = 75 / (700 / 300) * 24 * 100
    assert need.worth_usd == pytest.approx(worth, rel=1e-9)
    assert need.option_usd_year == pytest.approx(0.5 * worth - need.cost_usd_year, rel=1e-9)
    assert need.break_even_per_year == pytest.approx(need.cost_usd_year / worth, rel=1e-9)


def test_patient_work_needs_less_where_the_gap_comes_and_goes():
    """All missed in every second hour: who cannot wait needs twice the reserve of who can."""
    rows = [[100, 100]] * GOES + [[0, 0], [100, 100]] * ((N - GOES) // 2)
    hasty, patient = (dataset(rows, patient=kind) for kind in (False, True))
    needs = [lease.reserve_need(data, one(data)).power_w for data in (hasty, patient)]
    assert needs[0] == pytest.approx(2 * needs[1], rel=1e-9)


def test_no_reserve_where_enough_is_kept_and_none_can_be_where_it_is_dark():
    data = dataset(before_and_after(99, 99))
    assert lease.reserve_need(data, one(data)).power_w == 0.0
    dark = dataset(before_and_after(0, 0)).assign(offered_flop=(("time", "shell"), np.zeros((N, 1))))
    assert math.isinf(lease.reserve_need(dark, one(dark)).power_w)


def test_the_reserve_keeps_what_it_is_sized_for_and_more_of_it_keeps_no_less():
    random = np.random.default_rng(4)
    rows = [[100, 100]] * GOES + random.integers(0, 101, (N - GOES, 2)).tolist()
    data = dataset(rows)
    short = lease.Shortfall(data, lease.day_without(data, one(data)))
    rates = np.linspace(0.0, 0.2, 30)
    assert np.all(np.diff([short.kept(rate) for rate in rates]) >= -1e-12)
    for keep in (0.6, 0.8, 0.95, 1.0):
        assert short.kept(short.rate_for(keep)) == pytest.approx(max(keep, short.kept()), abs=1e-9)


def test_a_run_without_leases_has_no_figures():
    assert lease.figures(xr.Dataset()) == {}
    never = dataset(before_and_after(50, 90), lease_goes_s=("lease", [math.nan]))
    assert lease.figures(never) == {}


def test_typical_days_after_a_horizon_are_the_next_ones_simulated():
    """One day of each 30: 90 days after notice on day 0 the day 105 is the first that the run has."""
    days = np.repeat(np.array([15, 45, 75, 105]), 24) * 24 + np.tile(np.arange(24), 4)
    times = np.datetime64("2026-06-01T00:00:00", "ns") + days * np.timedelta64(1, "h")
    data = dataset([[100, 100]] * 72 + [[0, 0]] * 24, hours=96).assign_coords(time=times)
    part = lease.windows_of(data, 75 * 86400.0, 86400.0)  # the clock of the data starts at its first window
    assert (part.start, part.stop) == (72, 96)
