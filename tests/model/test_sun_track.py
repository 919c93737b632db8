"""The Sun between the hours is where the theory puts it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.model.clock import Clock
from orbital_compute.model.frames import sun_teme
from orbital_compute.model.sun_track import BLOCK, SPACING_S, SunTrack

ROUNDING_RAD = 3e-13  # of the theory: sidereal time of 1e4 turns has that much
START = datetime(2026, 3, 19, 23, 41, 7, tzinfo=UTC)


def clock() -> Clock:
    return Clock(start=START, step_s=60.0, window_s=1800.0, n_step=30 * 1440)


@pytest.mark.parametrize("start_s", [0.0, 1234.5, 86_400.0 * 7, BLOCK * SPACING_S - 900.0])
def test_sun_between_hours_is_that_of_the_theory(start_s):
    times_s = start_s + np.arange(0.0, 7200.0, 77.0)
    direction, distance_m = SunTrack(clock()).at(times_s)
    true, true_m = sun_teme(START, times_s)
    assert np.abs(direction - true).max() < ROUNDING_RAD
    np.testing.assert_allclose(distance_m, true_m, rtol=1e-14)
    np.testing.assert_allclose((direction**2).sum(axis=1), 1.0, rtol=1e-15)


def test_answer_does_not_depend_on_what_was_asked_before():
    fresh, used = SunTrack(clock()), SunTrack(clock())
    used.at(np.array([86_400.0 * 25]))
    used.at(np.array([3.0]))
    times_s = BLOCK * SPACING_S + np.arange(-3600.0, 3600.0, 60.0)
    for ours, theirs in zip(fresh.at(times_s), used.at(times_s), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    one_by_one = np.array([fresh.at(np.array([time_s]))[0][0] for time_s in times_s])
    assert one_by_one.tobytes() == fresh.at(times_s)[0].tobytes()
