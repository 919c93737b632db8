"""Density of the upper air and the altitude that it is taken at."""

import math

import numpy as np
import pytest

from orbital_compute.constants import EARTH_FLATTENING, EARTH_RADIUS_M
from orbital_compute.physics.atmosphere import (
    activity_factor,
    altitude_above_ellipsoid_m,
    densities_kg_m3,
    density_kg_m3,
)


@pytest.mark.parametrize(
    ("altitude_km", "density"),
    [(100, 5.297e-7), (200, 2.789e-10), (400, 3.725e-12), (500, 6.967e-13), (800, 1.170e-14), (1000, 3.019e-15)],
)
def test_rows_of_the_table(altitude_km, density):
    assert density_kg_m3(altitude_km * 1e3) == pytest.approx(density, rel=1e-13)


def test_halfway_between_rows_lies_the_geometric_mean():
    assert density_kg_m3(450e3 + 25e3) == pytest.approx(math.sqrt(1.585e-12 * 6.967e-13), rel=1e-12)


def test_above_the_table_it_falls_by_e_in_268_km():
    assert density_kg_m3(1268e3) == pytest.approx(3.019e-15 / math.e, rel=1e-12)
    assert density_kg_m3(1e9) == pytest.approx(0.0, abs=1e-300)


def test_density_falls_all_the_way_without_jumps():
    altitudes = np.linspace(90e3, 1500e3, 3000)
    density = np.array([density_kg_m3(h) for h in altitudes])
    ratio = density[1:] / density[:-1]
    assert (ratio < 1.0).all()
    assert ratio.min() > 0.90  # 470 m in the steepest layer, where density falls by e in 5.9 km


def test_altitude_at_pole_and_equator():
    polar = EARTH_RADIUS_M * (1.0 - EARTH_FLATTENING)
    assert altitude_above_ellipsoid_m(EARTH_RADIUS_M + 4e5, 0, 0, EARTH_RADIUS_M, EARTH_FLATTENING) == 4e5
    assert altitude_above_ellipsoid_m(0, 0, polar + 4e5, EARTH_RADIUS_M, EARTH_FLATTENING) == pytest.approx(4e5)


def test_altitude_stays_within_its_stated_error():
    # points a known geodetic height above the ellipsoid
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    for height in (2e5, 4e5, 2e6):
        for latitude in np.radians(np.arange(0.0, 91.0, 5.0)):
            normal = EARTH_RADIUS_M / math.sqrt(1.0 - e2 * math.sin(latitude) ** 2)
            x, z = (normal + height) * math.cos(latitude), (normal * (1.0 - e2) + height) * math.sin(latitude)
            assert abs(altitude_above_ellipsoid_m(x, 0.0, z, EARTH_RADIUS_M, EARTH_FLATTENING) - height) < 150.0


def test_many_altitudes_follow_the_law_of_one():
    altitudes = np.concatenate([np.linspace(80e3, 3000e3, 500), 1e3 * np.array([100.0, 110, 500, 1000])])
    one_by_one = np.array([density_kg_m3(h) for h in altitudes])
    assert densities_kg_m3(altitudes) == pytest.approx(one_by_one, rel=1e-13)


def test_activity_factor_at_its_levels_and_where_the_air_stands_still():
    assert activity_factor([90.0, 145.0, 250.0], 600e3) == pytest.approx([0.3, 1.0, 5.0], rel=1e-13)
    assert activity_factor([70.0, 250.0], 120e3) == pytest.approx([1.0, 1.0])
    # halfway between 90 and 145 units: √0.3; at 285 km, half of the way up, its root again
    assert activity_factor(117.5, 450e3) == pytest.approx(math.sqrt(0.3), rel=1e-13)
    assert activity_factor(117.5, 285e3) == pytest.approx(0.3**0.25, rel=1e-13)


def test_activity_factor_rises_with_the_flux():
    factor = activity_factor(np.linspace(60.0, 300.0, 200), 700e3)
    assert (np.diff(factor) > 0).all()
    assert 0.1 < factor[0] < 0.3
    assert 5.0 < factor[-1] < 12.0
