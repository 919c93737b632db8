"""The integrator: two bodies in closed form, the table of the sky, its steps, its status codes."""

import math

import numpy as np
import pytest

from orbital_compute.kernels.harmonics import Field
from orbital_compute.kernels.numerical import (
    FELL,
    REACHED,
    SKY_COLUMNS,
    STUCK,
    World,
    integrate,
    look_up,
    step_error,
)
from orbital_compute.physics.gravity import gradient_table, recursion_table

MU = 3.986004415e14
ROUND = 7e6
RATE = math.sqrt(MU / ROUND**3)


def world(*, mu=MU, sky=None, sun=0.0, moon=0.0):
    gradient = gradient_table(np.zeros((2, 1)), np.zeros((2, 1)))
    if sky is None:
        sky = np.zeros((8, SKY_COLUMNS))
        sky[:, [0, 4, 8]] = 1.0
    return World(Field(gradient, recursion_table(*gradient.shape[2:]), mu, 6.378e6), sky, -10800.0, 10800.0,
                 sun, moon, 1.0)  # fmt: skip


def flown(state, times_s, tolerance_m=1e-6, **options):
    state, times_s = np.atleast_2d(np.asarray(state, float)), np.asarray(times_s, float)
    n = state.shape[0]
    out, status = np.empty((n, times_s.size, 6)), np.full(n, -1)
    integrate(world(**options), np.zeros(n), np.zeros(n), times_s, tolerance_m, 0, n, state, out, status)
    return out, status


def circle(times_s):
    angle = RATE * np.asarray(times_s)
    zero = np.zeros(angle.size)
    r = ROUND * np.stack([np.cos(angle), np.sin(angle), zero], axis=1)
    return np.hstack([r, RATE * ROUND * np.stack([-np.sin(angle), np.cos(angle), zero], axis=1)])


def test_a_circle_in_closed_form():
    times_s = np.array([0.0, 1.0, 700.0, 2000.0, 5800.0])
    out, status = flown(circle([0.0])[0], times_s)
    assert status[0] == REACHED
    assert np.abs(out[0, :, :3] - circle(times_s)[:, :3]).max() < 1e-4  # values within steps are of order 7
    assert np.abs(out[0, :, 3:] - circle(times_s)[:, 3:]).max() < 1e-6


def test_a_circle_backwards():
    times_s = np.array([-10.0, -900.0, -3000.0])
    out, _ = flown(circle([0.0])[0], times_s)
    assert np.abs(out[0, :, :3] - circle(times_s)[:, :3]).max() < 1e-4


def test_an_ellipse_comes_round():
    a, e = 1.2e7, 0.4
    period = 2 * math.pi * math.sqrt(a**3 / MU)
    start = np.array([a * (1 - e), 0, 0, 0, math.sqrt(MU / a * (1 + e) / (1 - e)), 0])
    out, _ = flown(start, [0.5 * period, period])
    assert out[0, 0, :3] == pytest.approx([-a * (1 + e), 0.0, 0.0], abs=1e-3)
    assert out[0, 1, :3] == pytest.approx(start[:3], abs=1e-3)


def test_a_finer_tolerance_gives_a_smaller_error():
    end = [5800.0]
    error = [
        np.abs(flown(circle([0.0])[0], end, tolerance)[0][0, 0, :3] - circle(end)[0, :3]).max()
        for tolerance in (1e2, 1.0, 1e-2)
    ]
    assert error[0] > 3 * error[1] > 9 * error[2]


def test_times_do_not_move_the_steps():
    dense, _ = flown(circle([0.0])[0], np.linspace(0.0, 2000.0, 41), 1e-3)
    sparse, _ = flown(circle([0.0])[0], [2000.0], 1e-3)
    assert (dense[0, -1] == sparse[0, 0]).all()


def test_company_changes_no_bit():
    rows = np.stack([circle([t])[0] * (1.0 + 0.001 * t / 100) for t in (0.0, 300.0, 700.0)])
    together, _ = flown(rows, [500.0])
    for i in range(3):
        alone, _ = flown(rows[i], [500.0])
        assert (alone[0] == together[i]).all()


def test_a_fall_is_told_and_leaves_no_numbers():
    start = circle([0.0])[0]
    start[3:] *= 0.5  # perigee deep inside the Earth
    out, status = flown(start, [10.0, 5000.0])
    assert status[0] == FELL
    assert np.isfinite(out[0, 0]).all()
    assert np.isnan(out[0, 1]).all()


def test_a_force_that_is_no_number_is_told():
    sky = np.full((8, SKY_COLUMNS), np.nan)
    out, status = flown(circle([0.0])[0], [100.0], sky=sky)
    assert status[0] == STUCK
    assert np.isnan(out).all()


def test_a_sun_far_away_pulls_by_its_tide():
    """A satellite at rest towards a body a distance d away is drawn by 2 mu r / d³."""
    sky = np.zeros((8, SKY_COLUMNS))
    sky[:, [0, 4, 8]] = 1.0
    sky[:, 12] = 1.5e11
    still, moved = (flown(circle([0.0])[0], [10.0], 1e-9, sky=sky, sun=sun)[0][0, 0] for sun in (0.0, 1.327e25))
    tide = 2 * 1.327e25 * ROUND / 1.5e11**3
    assert (moved - still)[0] == pytest.approx(0.5 * tide * 100.0, rel=1e-3)


def test_the_sky_is_looked_up_by_cubics():
    node = np.arange(8.0)
    sky = np.stack([(node - 2.5) ** 3 + k for k in range(SKY_COLUMNS)], axis=1)
    out = np.empty(SKY_COLUMNS)
    for time in (0.0, 0.3, 2.7, 4.0):
        look_up(world(sky=sky), time * 10800.0, out)
        assert out == pytest.approx((time + 1.0 - 2.5) ** 3 + np.arange(SKY_COLUMNS), abs=1e-12)


def test_no_slope_no_error():
    assert step_error(np.zeros((16, 6)), 10.0, 1.0, 1.0) == 0.0
