import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import ASTRONOMICAL_UNIT_M, EARTH_POLE_STRETCH, EARTH_RADIUS_M, SUN_RADIUS_M
from orbital_compute.physics.occultation import disc_share, visible_disc_fraction

SUN_RAD = 0.00465
GRID = 1e-4  # error of counting points of the disc


def counted_share(sun_rad, earth_rad, separation_rad, n=1500):
    """Return the share of a disc in view by counting points of a square grid."""
    x, y = np.meshgrid(*[(np.arange(n) + 0.5) / n * 2 - 1] * 2)
    disc = x * x + y * y < 1
    hidden = (x * sun_rad - separation_rad) ** 2 + (y * sun_rad) ** 2 < earth_rad**2
    return 1.0 - (disc & hidden).sum() / disc.sum()


@pytest.mark.parametrize("earth_rad", [1.15, 0.15, 0.0090, SUN_RAD, 0.003])
@pytest.mark.parametrize("depth", [-0.9, -0.3, 0.0, 0.4, 0.8])
def test_share_is_what_counting_points_gives(earth_rad, depth):
    separation = earth_rad + depth * SUN_RAD
    assert disc_share(SUN_RAD, earth_rad, separation) == pytest.approx(
        counted_share(SUN_RAD, earth_rad, separation), abs=GRID
    )


def test_limits_of_the_share():
    assert disc_share(SUN_RAD, 1.0, 1.0 + SUN_RAD) == 1.0
    assert disc_share(SUN_RAD, 1.0, 1.0 - SUN_RAD) == 0.0
    assert disc_share(SUN_RAD, 0.5 * SUN_RAD, 0.2 * SUN_RAD) == 0.75  # a ring
    assert disc_share(SUN_RAD, SUN_RAD, 0.0) == 0.0
    # two equal discs, centres a radius apart: overlap (2π/3 - √3/2)/π
    assert disc_share(SUN_RAD, SUN_RAD, SUN_RAD) == pytest.approx(1 - (2 / 3 - math.sqrt(3) / (2 * math.pi)), abs=1e-12)
    # the Earth all but a straight edge: half the disc
    assert disc_share(1e-6, 1.0, 1.0) == pytest.approx(0.5, abs=1e-6)


def test_umbra_behind_the_earth_is_as_long_as_its_cone():
    # similar triangles: the umbra ends at R D/(Rs - R) behind the Earth, 1.384 million km
    length_m = EARTH_RADIUS_M * ASTRONOMICAL_UNIT_M / (SUN_RADIUS_M - EARTH_RADIUS_M)
    # the tangent from its tip touches the discs where they look equally large, to 1e-5 by asin against the cone
    inside = visible_disc_fraction(-0.999 * length_m, 0.0, 0.0, 1.0, 0.0, 0.0, ASTRONOMICAL_UNIT_M, 1.0)
    beyond = visible_disc_fraction(-1.001 * length_m, 0.0, 0.0, 1.0, 0.0, 0.0, ASTRONOMICAL_UNIT_M, 1.0)
    assert inside == 0.0
    assert 0.0 < beyond < 0.01


def test_a_flat_pole_lets_the_sun_in_earlier():
    # on the night side, just above the cylinder behind the pole: dark for a sphere, lit past the ellipsoid
    r = (-2e6, 0.0, EARTH_RADIUS_M - 11e3)
    sphere = visible_disc_fraction(*r, 1.0, 0.0, 0.0, ASTRONOMICAL_UNIT_M, 1.0)
    ellipsoid = visible_disc_fraction(*r, 1.0, 0.0, 0.0, ASTRONOMICAL_UNIT_M, EARTH_POLE_STRETCH)
    assert sphere < 0.3
    assert ellipsoid == 1.0


@given(
    st.floats(1.02, 7.0),
    st.floats(0.0, math.pi),
    st.floats(0.0, 2 * math.pi),
    st.floats(-0.4, 0.4),
    st.sampled_from([1.0, EARTH_POLE_STRETCH]),
)
def test_share_is_a_share_and_full_on_the_day_side(radius, angle, around, declination, stretch):
    sun = np.array([math.cos(declination), 0.0, math.sin(declination)])
    side = np.array([-math.sin(declination), 0.0, math.cos(declination)])
    across = math.cos(around) * side + math.sin(around) * np.array([0.0, 1.0, 0.0])
    r = radius * EARTH_RADIUS_M * (math.cos(angle) * sun + math.sin(angle) * across)
    share = visible_disc_fraction(*r, *sun, ASTRONOMICAL_UNIT_M, stretch)
    assert 0.0 <= share <= 1.0
    if angle < math.pi / 2 - 1e-9:
        assert share == 1.0
    if radius * math.sin(angle) < 0.97 and angle > math.pi / 2 + 0.01 and radius < 5:
        assert share == 0.0  # well within even the cone's umbra
