"""Capacity and soft errors from a run's results: shares that add up, weights, and what a run without health says."""

import numpy as np
import pytest
import xarray as xr

from orbital_compute.analysis import health

LOST = {"alone": 0.02, "pumps": 0.01, "lasers": 0.003, "infant": 0.015, "worn_out": 0.002}


def data(*, n_day=3, worn=0.9, pace=1.0):
    """Return two shells of which the second has three quarters of the compute, and four windows a day."""
    day = np.datetime64("2026-01-01", "ns") + np.arange(n_day) * np.timedelta64(1, "D")
    time = (day[:, None] + np.arange(4) * np.timedelta64(6, "h")).ravel()
    by_day = {f"devices_lost_{name}_share": np.full((n_day, 2), share) for name, share in LOST.items()}
    by_day |= {
        "devices_working_share": np.full((n_day, 2), 1.0 - sum(LOST.values())),
        "devices_working": np.full((n_day, 2), 100.0),
        "device_pace_share": np.full((n_day, 2), pace),
    }
    by_window = {
        "peak_flop": np.tile([1.0, 3.0], (time.size, 1)),
        "new_flop": np.tile([0.5, 1.5], (time.size, 1)),
        "power_limited_flop": worn * np.tile([0.5, 1.5], (time.size, 1)),
    }
    return xr.Dataset(
        {
            **{name: (("day", "shell"), values) for name, values in by_day.items()},
            **{name: (("time", "shell"), values) for name, values in by_window.items()},
        },
        coords={"day": day, "time": time, "shell": ["a", "b"]},
        attrs={"window_s": 21600.0},
    )


def test_what_is_left_and_what_each_cause_took_add_up_to_one():
    found = health.capacity(data(pace=0.99))
    assert found.left + sum(found.lost.values()) == pytest.approx(1.0)
    assert list(found.lost) == [health.WEAR, health.SLOWED, *(cause for cause, _ in health.CAUSES)]
    working = 1.0 - sum(LOST.values())
    assert found.left == pytest.approx(working * 0.99 * 0.9)
    assert found.lost[health.WEAR] == pytest.approx(working * 0.99 * 0.1)
    assert found.lost["pumps and lasers"] == pytest.approx(0.013)
    assert health.SLOWED not in health.capacity(data()).lost


def test_shells_count_by_their_compute():
    made = data()
    made["devices_lost_alone_share"].values[:] = [0.0, 0.04]
    assert health.capacity(made).lost["single accelerators"] == pytest.approx(0.03)
    made["devices_lost_alone_share"].values[:, 0] = np.nan  # a shell without satellites
    assert health.capacity(made).lost["single accelerators"] == pytest.approx(0.04)


def test_wear_is_that_of_the_days_own_windows():
    made = data()
    made["power_limited_flop"].values[4:8] *= 0.5
    assert health.worn_share(made) == pytest.approx([0.9, 0.45, 0.9])


def test_soft_errors_are_counted_and_set_against_the_time_of_working_devices():
    made = data()
    events = np.zeros((12, 2, 2), np.int64)
    events[:, 0, 0], events[3, 1, 1] = 5, 7
    made["soft_errors"] = (("time", "shell", "error_kind"), events)
    made = made.assign_coords(error_kind=["silent", "memory"])
    found = health.soft_errors(made)
    assert found.counts == {"silent": 60, "memory": 7}
    device_years = 200.0 * 3.0 / 365.25
    assert found.per_device_year["silent"] == pytest.approx(60.0 / device_years)


def test_a_run_without_health_says_nothing():
    bare = data()[["peak_flop", "new_flop", "power_limited_flop"]]
    assert health.capacity(bare) is None
    assert health.soft_errors(bare) is None
    assert health.failed_satellites(bare) == (0, 0)
