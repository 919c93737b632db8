"""The time axis: units, thinning, and means that lose nothing."""

import numpy as np
import pytest
import xarray as xr

from orbital_compute.report.timeline import row_length_s, tick_step, timeline


def dataset(n_window: int, *, start: str = "2026-06-21T00:00:00", window_s: int = 300) -> xr.Dataset:
    time = np.datetime64(start, "ns") + np.arange(n_window) * np.timedelta64(window_s, "s")
    return xr.Dataset(coords={"time": time}, attrs={"window_s": float(window_s), "step_s": 60.0})


def test_a_day_from_midnight_runs_over_24_hours():
    axis = timeline(dataset(288))
    assert axis.edges[0] == 0.0
    assert axis.edges[-1] == 24.0
    assert axis.x[0] == pytest.approx(2.5 / 60.0)
    assert axis.label == "Hour (UTC) of 21 June 2026"


def test_a_run_from_noon_counts_hours_from_there():
    assert timeline(dataset(13, start="2026-06-21T12:30:00")).label == "Hours after 21 June 2026, 12:30 UTC"
    assert timeline(dataset(12, start="2026-06-21T12:30:00")).label == "Minutes after 21 June 2026, 12:30 UTC"


def test_a_month_counts_days():
    axis = timeline(dataset(30 * 288))
    assert axis.edges[-1] == 30.0
    assert axis.label == "Days after 21 June 2026 UTC"


def test_one_window_alone_has_its_length_from_the_attributes():
    assert row_length_s(dataset(1)) == 300.0
    axis = timeline(dataset(1))
    assert (axis.edges[0], axis.edges[-1], axis.label) == (0.0, 5.0, "Minutes after 21 June 2026 UTC")
    assert axis.x.tolist() == [0.0, 5.0]  # a line from end to end
    assert axis.mean(np.array([7.0])).tolist() == [7.0, 7.0]
    assert axis.highest(np.array([[1.0, 2.0]])).tolist() == [[1.0, 2.0]] * 2


def test_thinned_points_keep_the_sum():
    data = dataset(1003)
    values = np.random.default_rng(3).random(1003)
    axis = timeline(data, most=100)
    rows = np.diff(np.append(axis.first, 1003))
    assert axis.x.size <= 100
    assert (axis.mean(values) * rows).sum() == pytest.approx(values.sum(), rel=1e-12)
    assert axis.highest(values).max() == values.max()
    assert axis.lowest(values).min() == values.min()


def test_means_step_over_what_is_not_known():
    axis = timeline(dataset(4), most=2)
    mean = axis.mean(np.array([1.0, np.nan, np.nan, np.nan]))
    assert mean[0] == 1.0
    assert np.isnan(mean[1])


def test_step_ends_begin_one_step_earlier():
    ends = np.datetime64("2026-06-21T00:01:00", "ns") + np.arange(1440) * np.timedelta64(60, "s")
    axis = timeline(xr.Dataset(coords={"sample_time": ends}), "sample_time", most=1500, ends=True)
    assert axis.label == "Hour (UTC) of 21 June 2026"
    assert axis.edges[-1] == 24.0


@pytest.mark.parametrize("span", [1.05, 5.0, 24.0, 72.0, 365.0, 5000.0])
def test_ticks_are_few_but_more_than_one(span):
    assert 1 <= span / tick_step(span) <= 8.001


def test_typical_days_are_points_that_reach_halfway_to_their_neighbours():
    day = np.datetime64("2026-06-23", "ns") + np.arange(288) * np.timedelta64(300, "s")
    time = np.concatenate([day, day + np.timedelta64(5, "D"), day + np.timedelta64(10, "D")])
    axis = timeline(xr.Dataset(coords={"time": time}, attrs={"window_s": 300.0, "step_s": 60.0}))
    assert axis.first.tolist() == [0, 288, 576]
    assert axis.edges.tolist() == [0.0, 3.0, 8.0, 11.0]
    assert axis.label == "Days after 23 June 2026 UTC"
    assert axis.mean(np.arange(864.0)).tolist() == [143.5, 431.5, 719.5]
    two = timeline(xr.Dataset(coords={"time": time}, attrs={"window_s": 300.0, "step_s": 60.0}), most=2)
    assert two.first.tolist() == [0, 576]
