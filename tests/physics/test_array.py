"""The array and its view of the Earth: hand values, Howell's closed forms, integration over the cap, cosine laws."""

import math

import numpy as np
import pytest
import twin_sky as twin
from fluid import relaxed_k
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import EARTH_RADIUS_M, STEFAN_BOLTZMANN_W_M2_K4
from orbital_compute.physics.array import (
    Attitude,
    array_cosine,
    array_nadir_cosine,
    array_output_w,
    cell_heat_w_m2,
    day_cosine,
    sun_attitude,
    sun_following,
    two_sided_view,
)
from orbital_compute.physics.orbit import Path
from orbital_compute.physics.sun import Sun, sun_table

ROUNDING = 1e-13
VIEW = 1e-7  # what the view factor states
TWO_AXIS, ONE_AXIS, ORBIT_NORMAL, ZENITH = (1.0, 0.0, 0.0), (1.0, -1.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def seen_by_integration(nadir_cosine, inverse_height, n=600):
    """Return the view factors of both faces, added up: ∫ |cos| over the cap of the sky that the Earth fills, over π."""
    rho = math.asin(inverse_height)
    polar = (np.arange(n) + 0.5) / n * rho
    around = (np.arange(2 * n) + 0.5) / n * np.pi
    p, a = np.meshgrid(polar, around, indexing="ij")
    sine = math.sqrt(1 - nadir_cosine**2)
    cosine = nadir_cosine * np.cos(p) + sine * np.sin(p) * np.cos(a)
    return float((np.abs(cosine) * np.sin(p)).sum() * (rho / n) * (np.pi / n) / np.pi)


@pytest.mark.parametrize(("altitude_km", "one_side"), [(575, 0.253), (725, 0.229), (985, 0.196)])
def test_view_of_an_edge_on_plate(altitude_km, one_side):
    """MODEL §2.4's figures, and the closed form (π - 2 asin(p/H) - sin(2 asin(p/H)))/2π of each side."""
    h = 1 + altitude_km * 1e3 / EARTH_RADIUS_M
    angle = math.asin(math.sqrt(h * h - 1) / h)
    closed = (math.pi - 2 * angle - math.sin(2 * angle)) / (2 * math.pi)
    assert two_sided_view(0.0, 1 / h) == pytest.approx(2 * closed, abs=VIEW)
    assert two_sided_view(0.0, 1 / h) / 2 == pytest.approx(one_side, abs=0.0006)


@pytest.mark.parametrize("inverse_height", [0.15, 0.7, 0.92])
def test_view_of_a_plate_that_faces_the_earth(inverse_height):
    assert two_sided_view(1.0, inverse_height) == pytest.approx(inverse_height**2, rel=ROUNDING)


@pytest.mark.parametrize("inverse_height", [0.15, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("nadir_cosine", [0.0, 0.05, 0.3, 0.6, 0.85, 0.93, 0.999])
def test_view_of_a_tilted_plate(nadir_cosine, inverse_height):
    assert two_sided_view(nadir_cosine, inverse_height) == pytest.approx(
        seen_by_integration(nadir_cosine, inverse_height), abs=2e-6
    )


@given(st.floats(0.0, 1.0), st.floats(0.02, 0.985))
def test_view_is_the_sum_of_howells_two_faces(nadir_cosine, inverse_height):
    radius_m = EARTH_RADIUS_M / inverse_height
    view = two_sided_view(nadir_cosine, inverse_height)
    assert view == pytest.approx(twin.plate_view(nadir_cosine, radius_m), abs=VIEW)
    assert -VIEW <= view <= 1.0 + VIEW


def test_view_has_no_step_where_the_plane_touches_the_earth():
    assert two_sided_view(0.8 - 1e-9, 0.8) == pytest.approx(two_sided_view(0.8 + 1e-9, 0.8), abs=VIEW)


def seen_day_cosine(cos_zenith, altitude_m, n=160):
    """Return the mean cosine of the Sun's zenith angle over the ground that a plate sees, its edge to Sun and Earth."""
    h = 1 + altitude_m / EARTH_RADIUS_M
    p, a = np.meshgrid((np.arange(n) + 0.5) / n * math.asin(1 / h), (np.arange(2 * n) + 0.5) / n * np.pi, indexing="ij")
    sine = math.sqrt(1 - cos_zenith**2)
    way_m = h * np.cos(p) - np.sqrt(1 - (h * np.sin(p)) ** 2)  # to the ground, in radii
    up, side = h - way_m * np.cos(p), way_m * np.sin(p) * np.cos(a)  # the ground's unit vector
    weight = np.abs(np.sin(p) * np.sin(a)) * np.sin(p)
    return float((np.maximum(up * cos_zenith + side * sine, 0.0) * weight).sum() / weight.sum())


@pytest.mark.parametrize("altitude_m", [400e3, 560e3, 985e3, 2000e3])
def test_day_on_the_ground_in_view(altitude_m):
    """Lambert's law integrated over the visible cap: overhead, about the terminator, at night."""
    k = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m)
    for cos_zenith in (1.0, 0.7, 0.4, 0.2, 0.1, 0.0, -0.1, -0.2, -0.4, -1.0):
        assert day_cosine(cos_zenith, k) == pytest.approx(seen_day_cosine(cos_zenith, altitude_m), abs=0.008)
    assert day_cosine(-0.6, k) == 0.0


# pointing


def attitude_of(beta, from_noon, inverse_height=0.9):
    return Attitude(
        math.cos(beta) * math.cos(from_noon), -math.cos(beta) * math.sin(from_noon), math.sin(beta) ** 2, inverse_height
    )


@given(st.floats(-1.57, 1.57), st.floats(0.0, 6.28))
def test_cosine_laws_of_the_four_pointings(beta, from_noon):
    """Against the best or the fixed normal, found from the vectors: radial, along the track, across."""
    attitude = attitude_of(beta, from_noon)
    sun = np.array([attitude.cos_zenith, attitude.cos_ahead, math.sin(beta)])
    assert array_cosine(*TWO_AXIS, attitude) == pytest.approx(1.0, abs=ROUNDING)
    turned = np.array([[math.cos(t), math.sin(t), 0.0] for t in np.linspace(0, 2 * np.pi, 721)])
    best = (turned @ sun).max()
    # √(1 - sin² β) loses half the digits near β = 90°: 1e-16 over a cosine of 1e-3
    assert best - 1e-12 <= array_cosine(*ONE_AXIS, attitude) <= best + 1e-5
    assert array_cosine(*ORBIT_NORMAL, attitude) == pytest.approx(abs(sun[2]), abs=1e-8)
    assert array_cosine(*ZENITH, attitude) == pytest.approx(max(sun[0], 0.0), abs=ROUNDING)


@given(st.floats(-1.57, 1.57), st.floats(0.0, 6.28))
def test_nadir_cosine_of_the_normal(beta, from_noon):
    attitude = attitude_of(beta, from_noon)
    assert array_nadir_cosine(sun_following(1.0, 1.0), 0.0, attitude.cos_zenith) == pytest.approx(
        abs(attitude.cos_zenith), abs=ROUNDING
    )
    cosine = array_cosine(*ONE_AXIS, attitude)
    if cosine > 1e-3:  # the normal lies along the Sun's projection on the plane of the orbit
        assert array_nadir_cosine(sun_following(1.0, cosine), 0.0, attitude.cos_zenith) == pytest.approx(
            abs(math.cos(from_noon)), abs=1e-9
        )
    assert array_nadir_cosine(sun_following(0.0, 0.5), 0.0, attitude.cos_zenith) == 0.0
    assert array_nadir_cosine(sun_following(0.0, 0.0), 1.0, attitude.cos_zenith) == 1.0


def test_limits_of_pointing():
    noon, dusk, pole = attitude_of(0.0, 0.0), attitude_of(0.0, math.pi / 2), attitude_of(math.pi / 2, 1.0)
    assert array_cosine(*ORBIT_NORMAL, noon) == 0.0
    assert array_cosine(*ZENITH, noon) == 1.0
    assert array_cosine(*ZENITH, dusk) == pytest.approx(0.0, abs=1e-15)
    assert array_cosine(*ONE_AXIS, dusk) == 1.0
    assert array_cosine(*ORBIT_NORMAL, pole) == pytest.approx(1.0, abs=ROUNDING)
    assert array_cosine(*ONE_AXIS, pole) == pytest.approx(0.0, abs=1e-8)  # a root of rounding
    assert 0.0 <= array_nadir_cosine(sun_following(1.0, 0.0), 0.0, pole.cos_zenith) <= 1.0


def test_worst_angle_of_a_dawn_dusk_orbit():
    """MODEL §2.3: 8 degrees of tilt and 23.4 of declination add up to 31.4 at one solstice, cosine 0.853."""
    i, declination = math.radians(98.0), math.radians(-23.44)
    normal = np.array([0.0, -math.sin(i), math.cos(i)])  # node at right ascension 0
    sun_unit = np.array([[0.0, math.cos(declination), math.sin(declination)]])
    sun = Sun(*sun_table(np.zeros(1), np.zeros(1), sun_unit, np.array([1.5e11]))[0].tolist())
    angle = 0.7
    to_node, aside = np.array([1.0, 0.0, 0.0]), np.cross(normal, [1.0, 0.0, 0.0])
    r = 7e6 * (math.cos(angle) * to_node + math.sin(angle) * aside)
    v = 7e6 * (math.cos(angle) * aside - math.sin(angle) * to_node)
    attitude = sun_attitude(sun, Path(*r.tolist(), *v.tolist(), 1 / 7e6))
    assert array_cosine(*ORBIT_NORMAL, attitude) == pytest.approx(math.cos(math.radians(31.44)), abs=1e-9)
    assert array_cosine(*ORBIT_NORMAL, attitude) == pytest.approx(0.853, abs=0.0005)
    assert attitude.inverse_height == pytest.approx(EARTH_RADIUS_M / 7e6, rel=1e-15)


@given(st.integers(0, 2**31))
def test_attitude_is_the_dot_products(seed):
    rng = np.random.default_rng(seed)
    r, v, unit = rng.normal(size=(3, 3))
    r /= np.linalg.norm(r)
    v -= (v @ r) * r
    v /= np.linalg.norm(v)
    unit /= np.linalg.norm(unit)
    sun = Sun(*sun_table(np.zeros(1), np.zeros(1), unit[None], np.array([1.5e11]))[0].tolist())
    attitude = sun_attitude(sun, Path(*(7e6 * r).tolist(), *(7e6 * v).tolist(), 1 / 7e6))
    assert attitude.cos_zenith == pytest.approx(r @ unit, abs=1e-14)
    assert attitude.cos_ahead == pytest.approx(v @ unit, abs=1e-14)
    assert attitude.normal2 == pytest.approx((np.cross(r, v) @ unit) ** 2, abs=1e-13)


# power and heat


def test_power_of_a_starlink_array():
    """MODEL §11: 105 m², 22 %, 0.9 give 28 kW at 1361 W/m², within 2 %."""
    assert array_output_w(1361.0, 105 * 0.22 * 0.9, 0.0035, 298.0) == pytest.approx(28e3, rel=0.02)


def test_power_falls_with_temperature():
    """Silicon loses 0.35 % a kelvin: 24.5 % from 298 to 368 K; zero beam gives none."""
    assert array_output_w(1000.0, 2.0, 0.0035, 368.0) == pytest.approx(2000.0 * 0.755, rel=ROUNDING)
    assert array_output_w(0.0, 2.0, 0.0035, 368.0) == 0.0


@pytest.mark.parametrize(
    ("case", "absorptivity", "emissivity", "sides", "wanted_k"),
    [("black, both sides", 1.0, 1.0, 2, 330.98), ("black, back insulated", 1.0, 1.0, 1, 393.61)],
)
def test_equilibrium_of_plates_without_an_earth(case, absorptivity, emissivity, sides, wanted_k):
    """(α S/(n ε σ))^¼ at 1361 W/m²: a plate left alone settles there."""
    heat = cell_heat_w_m2(absorptivity, emissivity, 1361.0, 1361.0, 0.0, 0.0)
    settled = 300.0
    for _ in range(60):
        settled = relaxed_k(settled, heat, sides * emissivity * STEFAN_BOLTZMANN_W_M2_K4, 1e4 / 9e3)
    assert settled == pytest.approx(wanted_k, abs=0.01)


def test_cell_heat_by_hand():
    """α(S + a S F cos) + ε q F with F = 0.5, Sun 60 degrees from zenith."""
    heat = cell_heat_w_m2(0.92, 0.85, 1361.0, 1361.0, 0.5, 0.5)
    assert heat == pytest.approx(0.92 * (1361.0 + 0.3 * 1361.0 * 0.5 * 0.5) + 0.85 * 237.0 * 0.5, rel=ROUNDING)
    assert heat == pytest.approx(1446.75, abs=0.01)
    # at night, and with the Earth below the horizon of both faces
    assert cell_heat_w_m2(0.92, 0.85, 1361.0, 0.0, -0.5, 0.5) == pytest.approx(0.85 * 237.0 * 0.5, rel=ROUNDING)
    assert cell_heat_w_m2(0.92, 0.85, 1361.0, 0.0, -0.5, 0.0) == 0.0
