"""Tables of a field: coefficients, their normalisation, and the recursion's factors."""

import math

import numpy as np
import pytest

from orbital_compute.physics.gravity import central_acceleration, gradient_table, recursion_table, unnormalised


def test_normalisation_of_the_first_harmonics():
    ones = np.ones((4, 4))
    cosine, sine = unnormalised(ones, ones)
    # by hand: sqrt(5); sqrt(2 * 5 / 6); sqrt(2 * 5 / 24); sqrt(2 * 7 / 720)
    assert [cosine[2, 0], cosine[2, 1], cosine[2, 2], cosine[3, 3]] == pytest.approx(
        [math.sqrt(5.0), math.sqrt(5.0 / 3.0), math.sqrt(5.0 / 12.0), math.sqrt(7.0 / 360.0)], rel=1e-15
    )
    assert sine[2, 2] == cosine[2, 2]


def test_the_caller_keeps_its_coefficients():
    ones = np.ones((3, 3))
    unnormalised(ones, ones)
    assert (ones == 1.0).all()


def test_weights_of_the_oblateness():
    cosine = np.zeros((3, 1))
    cosine[2, 0] = -1e-3
    table = gradient_table(cosine, np.zeros((3, 1)))
    assert table.shape == (3, 2, 4, 2)
    # M&G §3.2.5 for order 0: x by -C V31, y by -C W31, z by -3 C V30
    wanted = np.zeros((3, 2, 4, 2))
    wanted[0, 0, 3, 1] = wanted[1, 1, 3, 1] = 1e-3
    wanted[2, 0, 3, 0] = 3e-3
    assert table == pytest.approx(wanted, abs=1e-18)


def test_degrees_zero_and_one_do_not_count():
    ones = np.zeros((3, 2))
    ones[:2] = 1.0
    assert (gradient_table(ones, ones) == 0.0).all()


def test_factors_of_the_recursion():
    table = recursion_table(4, 2)
    assert table[0, 1, 0] == 1.0
    assert table[:, 2, 0] == pytest.approx([1.5, 0.5])
    assert table[:, 3, 1] == pytest.approx([2.5, 1.5])
    assert (table[:, 0] == 0.0).all()
    assert table[0, 1, 1] == 0.0


def test_the_centre_pulls_by_the_square_of_the_distance():
    assert central_acceleration(4e14, 0.0, -8e6, 0.0) == pytest.approx((0.0, 6.25, 0.0))
    near, far = central_acceleration(4e14, 3e6, 4e6, 0.0), central_acceleration(4e14, 6e6, 8e6, 0.0)
    assert near == pytest.approx(tuple(4 * x for x in far))
