from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.clock import DAY_S, Clock, typical_days

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


def test_days_follow_one_another_where_all_are_simulated():
    clock = Clock(START, 60.0, 300.0, 3 * 1440 - 720)
    assert (clock.n_day, clock.simulated_s, clock.duration_s) == (3, 2.5 * DAY_S, 2.5 * DAY_S)
    assert [clock.day_begun(w) for w in (0, 1, 287, 288, 576)] == [0, None, None, 1, 2]
    assert [clock.first_window(k) for k in range(4)] == [0, 288, 576, 720]
    assert clock.day_times()[2] == np.datetime64("2026-06-23")


def test_a_window_that_does_not_divide_the_day_still_begins_each_day_once():
    clock = Clock(START, 70.0, 7000.0, 100 * 30)  # 8.1 days
    begun = [clock.day_begun(w) for w in range(clock.n_window)]
    assert [day for day in begun if day is not None] == list(range(clock.n_day))
    for w, day in enumerate(begun):
        if day is not None:
            assert clock.first_window(day) == w
            assert 0.0 <= clock.window_start_s(w) - clock.day_start_s(day) < 7000.0


def test_a_typical_day_is_the_middle_one_of_its_days():
    assert typical_days(15 * DAY_S, 5 * DAY_S) == (2 * DAY_S, 7 * DAY_S, 12 * DAY_S)
    assert typical_days(8 * DAY_S, 4 * DAY_S) == (1 * DAY_S, 5 * DAY_S)
    assert typical_days(4 * DAY_S, DAY_S) == (0.0, DAY_S, 2 * DAY_S, 3 * DAY_S)
    assert typical_days(12 * DAY_S, 5 * DAY_S) == (2 * DAY_S, 7 * DAY_S, 10 * DAY_S)  # two days are left at the end


def test_a_rest_of_less_than_a_day_has_no_day_of_its_own():
    days = typical_days(365.25 * DAY_S, 5 * DAY_S)
    assert len(days) == 73
    assert days[-1] + DAY_S <= 365.25 * DAY_S
    days = typical_days(5 * 365.25 * DAY_S, 15 * DAY_S)
    assert len(days) == 122
    assert days[-1] == (121 * 15 + 5) * DAY_S  # of eleven and a quarter


def test_typical_days_jump_and_keep_their_true_dates():
    days = typical_days(10 * DAY_S, 5 * DAY_S)
    clock = Clock(START, 60.0, 300.0, 2 * 1440, days, 10 * DAY_S)
    assert (clock.n_window, clock.n_day, clock.duration_s, clock.simulated_s) == (576, 2, 10 * DAY_S, 2 * DAY_S)
    assert (clock.window_start_s(0), clock.window_start_s(288)) == (2 * DAY_S, 7 * DAY_S)
    assert clock.window_end_s(287) == 3 * DAY_S
    assert [clock.day_begun(w) for w in (0, 1, 287, 288)] == [0, None, None, 1]
    assert [clock.first_window(k) for k in range(3)] == [0, 288, 576]
    labels = clock.window_times()
    assert labels[0] == np.datetime64("2026-06-23")
    assert labels[287:289].tolist() == [np.datetime64(t, "ns").item() for t in ("2026-06-23T23:55", "2026-06-28")]
    assert clock.step_mid_s()[[0, 1440]].tolist() == [2 * DAY_S + 30.0, 7 * DAY_S + 30.0]
    assert clock.step_end_s()[[-1]].tolist() == [8 * DAY_S]
    assert clock.day_times().tolist() == labels[[0, 288]].tolist()


def test_typical_days_need_whole_windows_and_the_right_number_of_them():
    days = typical_days(10 * DAY_S, 5 * DAY_S)
    with pytest.raises(ScenarioError, match=r"a day is no whole number of windows of 7000 s; typical days need it"):
        Clock(START, 70.0, 7000.0, 100 * 24, days, 10 * DAY_S)
    with pytest.raises(ScenarioError, match="288 windows are not 2 days of 288 windows"):
        Clock(START, 60.0, 300.0, 1440, days, 10 * DAY_S)
