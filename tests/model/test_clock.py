from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.clock import Clock

START = datetime(2026, 6, 21, tzinfo=UTC)


def test_a_day_of_minutes_in_windows_of_five():
    clock = Clock(START, 60.0, 300.0, 1440)
    assert (clock.steps_per_window, clock.n_window, clock.duration_s) == (5, 288, 86400.0)
    assert clock.window_start_s(288) == clock.duration_s
    assert clock.step_mid_s()[[0, -1]].tolist() == [30.0, 86370.0]
    assert clock.step_end_s()[[0, -1]].tolist() == [60.0, 86400.0]
    labels = clock.window_times()
    assert labels.dtype == np.dtype("datetime64[ns]")
    assert labels[1] == np.datetime64("2026-06-21T00:05:00")
    assert labels[-1] == np.datetime64("2026-06-21T23:55:00")


def test_a_step_of_a_tenth_of_a_second_counts_whole_steps():
    clock = Clock(START, 0.1, 0.7, 14)  # 0.7/0.1 is 6.999... in floating point
    assert (clock.steps_per_window, clock.n_window) == (7, 2)
    assert clock.window_times()[1] == np.datetime64("2026-06-21T00:00:00.7")


def test_another_time_zone_becomes_utc():
    clock = Clock(datetime(2026, 6, 21, 2, tzinfo=timezone(timedelta(hours=2))), 60.0, 60.0, 1)
    assert clock.start == START
    assert clock.window_times()[0] == np.datetime64("2026-06-21T00:00:00")


@pytest.mark.parametrize(
    ("start", "step_s", "window_s", "n_step", "text"),
    [
        (START, 60.0, 90.0, 10, "window of 90.0 s is no whole number of steps of 60.0 s; take 120 s"),
        (START, 60.0, 20.0, 10, "take 60 s"),
        (START, 60.0, 300.0, 7, "7 steps are no whole number of windows of 5 steps; take 600 s"),
        (START, 0.0, 300.0, 5, "must all be positive"),
        (START, 60.0, 300.0, 0, "must all be positive"),
        (datetime(2026, 6, 21), 60.0, 300.0, 5, "start has no time zone"),
    ],
)
def test_what_cannot_be_cut_evenly_is_refused_with_a_cure(start, step_s, window_s, n_step, text):
    with pytest.raises(ScenarioError, match=text.replace("(", r"\(")):
        Clock(start, step_s, window_s, n_step)
