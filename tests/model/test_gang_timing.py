"""Schedules of checkpoints: what each timing looks out for."""

import numpy as np
import pytest

from orbital_compute.errors import ModelError
from orbital_compute.model.gang_timing import cells_until, on_cells, schedule
from orbital_compute.physics.gang import checkpoint_interval_s

GIVEN = {"cell_s": 5.0, "checkpoint_s": 30.0, "restart_s": 120.0}


def profile(timing):
    faults, pace = np.full(600, 1e-3), np.ones(600)
    faults[200:250] = 2e-2
    pace[400:500] = 0.0
    return schedule(timing, faults, pace, **GIVEN), faults, pace


def test_cells_until_counts_to_the_next_start_round_the_period():
    begins = np.array([False, False, True, True, False])
    assert cells_until(begins).tolist() == [2, 1, 0, 0, 3]
    assert cells_until(np.zeros(3, bool)).tolist() == [3, 3, 3]


def test_daly_takes_one_interval_by_the_mean_in_power():
    one, faults, pace = profile("daly")
    mean = faults[pace > 0].mean()
    interval_s = checkpoint_interval_s(1 / mean, 30.0, 120.0)
    assert set(one.segment.tolist()) == {int(interval_s / 5.0) + 6}
    assert (one.checkpoint, one.restart) == (6, 24)


def test_segments_end_where_power_ends():
    one, _, _ = profile("before_eclipse")
    plain = profile("daly")[0].segment
    reach = np.arange(600) + one.segment
    lit_before = np.arange(600) < 400
    assert (reach[lit_before] <= 400).all()
    assert 0 in one.segment[394:400]  # too late to save anything: it waits
    assert np.array_equal(one.segment[500:], plain[500:])


def test_intervals_follow_the_rate_and_end_where_a_pass_begins():
    one, _, _ = profile("before_anomaly")
    assert one.segment[220] < one.segment[100]
    reach = np.arange(600) + one.segment
    assert (reach[one.segment[0] : 190] <= 200).all()
    assert reach[198] > 200  # too late to save before it
    both = profile("both")[0].segment
    assert both[390] != one.segment[390]


def test_windows_become_cells():
    rate, pace = on_cells(np.array([1.0, 3.0]), np.array([0.5, 0.0]), 10.0, 2.5)
    assert pace.tolist() == [0.5] * 4 + [0.0] * 4
    assert rate.mean() == pytest.approx(2.0)
    assert rate.tolist() == [1.75, 1.25, 1.25, 1.75, 2.25, 2.75, 2.75, 2.25]


def test_a_period_shorter_than_a_restart_and_an_unknown_timing_are_refused():
    with pytest.raises(ModelError, match="no longer than"):
        schedule("daly", np.ones(20), np.ones(20), **GIVEN)
    with pytest.raises(ModelError, match="none of daly"):
        schedule("never", np.ones(99), np.ones(99), **GIVEN)
