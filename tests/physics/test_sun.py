"""The Sun's table: flux, disc and parallax by hand, and the direction in the stretched frame."""

import math

import numpy as np
import pytest

from orbital_compute.constants import EARTH_POLE_STRETCH
from orbital_compute.physics.sun import Sun, solar_flux_w_m2, sun_table

AU_M = 149597870700.0


def test_flux_by_the_square_of_distance():
    assert solar_flux_w_m2(AU_M) == pytest.approx(1361.0, rel=1e-15)
    assert solar_flux_w_m2(2 * AU_M) == pytest.approx(340.25, rel=1e-15)
    # perihelion and aphelion, 0.98329 and 1.01671 au: 3.4 % above and 3.3 % below (MODEL §2.1)
    near, far = solar_flux_w_m2(np.array([0.98329, 1.01671]) * AU_M)
    assert near == pytest.approx(1407.65, abs=0.05)
    assert far == pytest.approx(1316.63, abs=0.05)


def test_fields_in_their_order():
    times, inside = np.array([10.0, 20.0]), np.array([1.0, 2.0])
    unit = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]])
    table = sun_table(times, inside, unit, np.array([AU_M, 1.5 * AU_M]))
    assert table.shape == (2, len(Sun._fields))
    assert table.flags.c_contiguous
    assert table.dtype == np.float64
    first, second = (Sun(*row) for row in table)
    assert (first.time_s, first.window_s, second.time_s, second.window_s) == (10.0, 1.0, 20.0, 2.0)
    assert (second.x, second.y, second.z) == (0.0, 0.6, 0.8)
    # the Sun's radius is 16 minutes of arc at 1 au: 959.2 seconds of arc; parallax 8.794 seconds
    assert math.degrees(first.disc_rad) * 3600 == pytest.approx(959.23, abs=0.01)
    assert math.degrees(first.parallax_rad) * 3600 == pytest.approx(8.794, abs=0.001)
    assert first.inverse_disc_rad * first.disc_rad == pytest.approx(1.0, rel=1e-15)
    assert second.parallax_rad == pytest.approx(first.parallax_rad / 1.5, rel=1e-15)


def test_stretch_moves_the_direction_towards_the_pole_and_keeps_it_a_unit():
    unit = np.array([[0.0, 0.6, 0.8], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    rows = [Sun(*row) for row in sun_table(np.zeros(3), np.zeros(3), unit, np.full(3, AU_M))]
    for row in rows:
        assert row.shadow_x**2 + row.shadow_y**2 + row.shadow_z**2 == pytest.approx(1.0, rel=1e-15)
    assert rows[0].shadow_z / rows[0].shadow_y == pytest.approx(0.8 / 0.6 * EARTH_POLE_STRETCH, rel=1e-15)
    assert (rows[1].shadow_x, rows[2].shadow_z) == (1.0, -1.0)
    sphere = Sun(*sun_table(np.zeros(1), np.zeros(1), unit[:1], np.array([AU_M]), 1.0)[0])
    assert (sphere.shadow_x, sphere.shadow_y, sphere.shadow_z) == pytest.approx((0.0, 0.6, 0.8), rel=1e-15)
