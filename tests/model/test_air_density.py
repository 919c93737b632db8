"""Mean density along orbits: the table over the ellipsoid, and NRLMSIS beside it at three activities of the Sun."""

import math

import numpy as np
import pytest

from orbital_compute.constants import EARTH_FLATTENING, EARTH_RADIUS_M
from orbital_compute.errors import ScenarioError
from orbital_compute.model.air_density import GRID_M, TableDensity, mean_density
from orbital_compute.physics.atmosphere import densities_kg_m3, density_kg_m3

QUIET, MEAN, ACTIVE = 90.0, 145.0, 250.0


def column(density, altitude_km, flux):
    return np.exp(np.interp(altitude_km * 1e3, GRID_M, np.log(density.at(flux)[0])))


def test_over_the_equator_it_is_the_table():
    density = TableDensity(np.zeros(1))
    assert density.at(MEAN)[0] == pytest.approx(densities_kg_m3(GRID_M), rel=1e-12)


def test_polar_orbit_flies_higher_over_the_flattened_earth():
    # exponential air of scale height H over a bulge of 21.4 km sin²: its mean is exp(-z) I0(z), z = 21.4 km/2H
    height_m, scale_m = 650e3, 100e3 / math.log(1.454e-13 / 3.614e-14)
    z = EARTH_FLATTENING * EARTH_RADIUS_M / (2 * scale_m)
    wanted = density_kg_m3(height_m) * math.exp(-z) * np.i0(z)
    found = column(TableDensity(np.array([math.pi / 2])), 650.0, MEAN)
    assert found == pytest.approx(wanted, rel=2e-4)
    assert 0.85 < found / density_kg_m3(height_m) < 0.87


def test_unknown_density_names_those_there_are():
    with pytest.raises(ScenarioError, match="take table or nrlmsis"):
        mean_density("jacchia", np.zeros(1), 13.0)


def test_without_its_library_nrlmsis_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymsis", None)
    with pytest.raises(ScenarioError, match=r"orbital-compute-sim\[air\]"):
        mean_density("nrlmsis", np.zeros(1), 13.0)


def test_table_beside_nrlmsis_at_three_activities():
    inclination = np.radians([53.0])
    table, msis = mean_density("table", inclination, 13.0), mean_density("nrlmsis", inclination, 13.0)
    print("\nTable over NRLMSIS 2.1 (mean along a 53 degree orbit, Ap 13) at F10.7 of 70, 90, 145, 200, 250")
    for height in (200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0):
        ratio = [
            column(table, height, flux) / column(msis, height, flux) for flux in (70.0, QUIET, MEAN, 200.0, ACTIVE)
        ]
        print(f"{height:6.0f} km", " ".join(f"{value:5.2f}" for value in ratio))
        if 400.0 <= height <= 900.0:
            assert all(0.5 < value < 2.0 for value in ratio)  # the bound that activity_factor states
        if 400.0 <= height <= 600.0:
            assert ratio[2] == pytest.approx(1.0, abs=0.2)  # the mean of the table is that of 145 units


def test_nrlmsis_is_that_of_one_place_and_hour_within_its_means():
    import pymsis

    density = mean_density("nrlmsis", np.zeros(1), 13.0)
    one = [
        float(
            pymsis.calculate(
                np.datetime64(f"2026-{month:02d}-21T00"), longitude, 0.0, 500.0,
                f107s=[145.0], f107as=[145.0], aps=[[13.0] * 7],
            ).squeeze()[0]
        )
        for month in (3, 6, 9, 12)
        for longitude in range(0, 360, 15)
    ]  # fmt: skip
    assert min(one) < column(density, 500.0, 145.0) < max(one)
    # 8 longitudes at noon for 24 at midnight, latitudes to 10 degrees for 0, fluxes 140 and 160 for 145
    assert column(density, 500.0, 145.0) == pytest.approx(np.mean(one), rel=0.03)


def test_nrlmsis_needs_no_network(monkeypatch):
    import pymsis.utils

    def refused(*_, **__):
        raise AssertionError("asked the network for indices")

    monkeypatch.setattr(pymsis.utils, "get_f107_ap", refused)
    monkeypatch.setattr(pymsis.msis, "get_f107_ap", refused)
    assert column(mean_density("nrlmsis", np.zeros(1), 13.0), 400.0, MEAN) == pytest.approx(3.6e-12, rel=0.2)
