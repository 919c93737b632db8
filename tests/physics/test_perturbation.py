"""Sun and Moon, air and light: hand values and limits."""

import pytest

from orbital_compute.constants import ASTRONOMICAL_UNIT_M
from orbital_compute.physics.perturbation import (
    MOON_MU_M3_S2,
    SUN_MU_M3_S2,
    drag_acceleration,
    radiation_acceleration,
    third_body_acceleration,
)

FAR_M = 3.844e8


def test_a_third_body_does_nothing_at_the_centre():
    assert third_body_acceleration(MOON_MU_M3_S2, FAR_M, 0.0, 0.0, 0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)


def test_tides_stretch_along_the_line_and_press_across_it():
    # 2 mu r / d³ and -mu r / d³, the first terms in r / d; next ones are r / d = 2 % (along) and its square (across)
    unit = MOON_MU_M3_S2 * 7e6 / FAR_M**3
    along = third_body_acceleration(MOON_MU_M3_S2, FAR_M, 0.0, 0.0, 7e6, 0.0, 0.0)
    across = third_body_acceleration(MOON_MU_M3_S2, FAR_M, 0.0, 0.0, 0.0, 0.0, 7e6)
    assert along[0] == pytest.approx(2.0 * unit, rel=0.03)
    assert across[2] == pytest.approx(-unit, rel=1e-3)
    assert unit == pytest.approx(6.04e-7, rel=1e-3)


def test_the_suns_tide_is_nearly_half_of_the_moons():
    moon = third_body_acceleration(MOON_MU_M3_S2, FAR_M, 0.0, 0.0, 7e6, 0.0, 0.0)[0]
    sun = third_body_acceleration(SUN_MU_M3_S2, ASTRONOMICAL_UNIT_M, 0.0, 0.0, 7e6, 0.0, 0.0)[0]
    assert sun / moon == pytest.approx(0.46, abs=0.02)


def test_drag_is_half_density_times_speed_squared_and_points_back():
    # 0.5 * 1e-12 * 0.022 * 8000² = 7.04e-7
    assert drag_acceleration(1e-12, 0.022, 0.0, 8000.0, 0.0) == pytest.approx((0.0, -7.04e-7, 0.0))
    a, b, _ = drag_acceleration(1e-12, 0.022, 3000.0, 4000.0, 0.0)
    assert (a, b) == pytest.approx((-0.5e-12 * 0.022 * 5000 * 3000, -0.5e-12 * 0.022 * 5000 * 4000))


def test_light_pushes_away_from_the_sun():
    # 1361 / 299792458 = 4.540e-6 N/m² at one astronomical unit
    push = radiation_acceleration(1.0, 0.01, -ASTRONOMICAL_UNIT_M, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert push == pytest.approx((4.540e-8, 0.0, 0.0), rel=1e-3)
    far = radiation_acceleration(1.0, 0.01, -2 * ASTRONOMICAL_UNIT_M, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert far[0] == pytest.approx(push[0] / 4.0)
    assert radiation_acceleration(0.0, 0.01, -ASTRONOMICAL_UNIT_M, 0.0, 0.0, 7e6, 0.0, 0.0) == (0.0, 0.0, 0.0)
