"""The orbit theory against hand values and a plain twin: libm, exact Kepler, no small-angle polynomials."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M, SUN_NODE_RATE_RAD_S
from orbital_compute.physics.orbit import (
    Orbit,
    Slot,
    anchor_orbit,
    frozen_eccentricity,
    mean_place,
    next_place,
    orbit_path,
    orbit_table,
    secular_rates,
    slot_turns,
    step_turn,
    sun_synchronous_inclination_rad,
)

J2, J3 = 1.08262668e-3, -2.53265649e-6
MILLIMETRE = 1e-3
TENTH_OF_A_MILLIMETRE = 1e-4  # sines good to 5e-12 at 7,000 km, twice


def plain_position(a, e, i, node, perigee, anomaly, time_s):
    """Return the position by MODEL §1.1 as it is written."""
    n_dot, w_dot, o_dot = secular_rates(a, i)
    frozen = -J3 * EARTH_RADIUS_M * math.sin(i) / (2 * J2 * a)
    ex, ey = e * math.cos(perigee), e * math.sin(perigee) - frozen
    turn = w_dot * time_s
    ex, ey = ex * math.cos(turn) - ey * math.sin(turn), ex * math.sin(turn) + ey * math.cos(turn) + frozen
    e, w = math.hypot(ex, ey), math.atan2(ey, ex)
    m = perigee + anomaly + (n_dot + w_dot) * time_s - w
    big_e = m
    for _ in range(50):
        big_e -= (big_e - e * math.sin(big_e) - m) / (1 - e * math.cos(big_e))
    r = a * (1 - e * math.cos(big_e))
    u = w + math.atan2(math.sqrt(1 - e * e) * math.sin(big_e), math.cos(big_e) - e)
    k2, theta = 0.5 * J2 * EARTH_RADIUS_M**2, math.cos(i)
    r += -1.5 * k2 * (3 * theta**2 - 1) / a**2 * r + 0.5 * k2 / a * math.sin(i) ** 2 * math.cos(2 * u)
    node = node + o_dot * time_s + 1.5 * k2 / a**2 * theta * math.sin(2 * u)
    tilt = i + 1.5 * k2 / a**2 * theta * math.sin(i) * math.cos(2 * u)
    u += -0.25 * k2 / a**2 * (7 * theta**2 - 1) * math.sin(2 * u)
    return r * np.array(
        [
            math.cos(node) * math.cos(u) - math.sin(node) * math.sin(u) * math.cos(tilt),
            math.sin(node) * math.cos(u) + math.cos(node) * math.sin(u) * math.cos(tilt),
            math.sin(u) * math.sin(tilt),
        ]
    )


def path(a, e, i, node, perigee, anomaly, time_s, window_s=0.0):
    orbit = Orbit(*orbit_table(a, i)[0])
    slot = Slot(*(float(value) for value in slot_turns(e, perigee, anomaly, node, orbit.frozen_eccentricity)))
    return orbit, orbit_path(orbit, slot, anchor_orbit(orbit, slot, time_s - window_s), time_s, window_s)


altitudes = st.floats(300e3, 2000e3)
inclinations = st.floats(0.0, math.pi)
eccentricities = st.floats(0.0, 0.015)
angles = st.floats(0.0, 2 * math.pi)


@given(altitudes, eccentricities, inclinations, angles, angles, angles, st.floats(-3e7, 3e7))
def test_path_is_the_theory_as_it_is_written(altitude, e, i, node, perigee, anomaly, time_s):
    a = EARTH_RADIUS_M + altitude
    _, place = path(a, e, i, node, perigee, anomaly, time_s)
    wanted = plain_position(a, e, i, node, perigee, anomaly, time_s)
    rounding_m = 5e-16 * abs(time_s) * math.sqrt(EARTH_MU_M3_S2 / a)  # of the phase after so long, in both
    assert np.abs(np.array(place[:3]) - wanted).max() < TENTH_OF_A_MILLIMETRE + 4 * rounding_m


@given(altitudes, eccentricities, inclinations, angles, angles, angles, st.floats(0.0, 900.0))
def test_anchor_of_a_window_serves_all_of_it(altitude, e, i, node, perigee, anomaly, window_s):
    a = EARTH_RADIUS_M + altitude
    _, anew = path(a, e, i, node, perigee, anomaly, 86400.0)
    _, kept = path(a, e, i, node, perigee, anomaly, 86400.0, window_s)
    assert np.abs(np.array(anew[:3]) - np.array(kept[:3])).max() < TENTH_OF_A_MILLIMETRE


@given(altitudes, inclinations, angles, angles)
def test_velocity_points_along_the_path(altitude, i, node, anomaly):
    a = EARTH_RADIUS_M + altitude
    orbit, now = path(a, 0.001, i, node, 1.0, anomaly, 0.0)
    before, after = (np.array(path(a, 0.001, i, node, 1.0, anomaly, dt)[1][:3]) for dt in (-1.0, 1.0))
    speed = np.array(now[3:6]) * orbit.speed_rad_s
    # first order in eccentricity and none of the ripples' rates: 2e (0.2 %) and J2 (0.3 %) of 7.6 km/s
    assert np.abs(speed - (after - before) / 2).max() < 0.006 * 7600.0


@given(altitudes, eccentricities, inclinations, angles, angles, angles, st.sampled_from([10.0, 60.0, 300.0]))
def test_steps_turn_to_where_the_epoch_says(altitude, e, i, node, perigee, anomaly, step_s):
    """A place turned step by step, 96 times, against one taken from the epoch: 1e-13 in the angles is a micrometre."""
    a = EARTH_RADIUS_M + altitude
    orbit = Orbit(*orbit_table(a, i)[0])
    slot = Slot(*map(float, slot_turns(e, perigee, anomaly, node, orbit.frozen_eccentricity)))
    anchor = anchor_orbit(orbit, slot, 8e4)
    place, turn = mean_place(orbit, slot, anchor, 8e4, 0.0), step_turn(orbit, step_s)
    for _ in range(95):
        place = next_place(orbit, turn, place)
    last_s = 95 * step_s
    wanted = mean_place(orbit, slot, anchor_orbit(orbit, slot, 8e4 + last_s), 8e4 + last_s, 0.0)
    assert np.abs(np.array(place) - np.array(wanted)).max() < 2e-13


@given(altitudes, eccentricities, inclinations, angles, angles, angles)
def test_inverse_distance_is_that_of_the_place(altitude, e, i, node, perigee, anomaly):
    """Its series end at e⁸ (4e-14) and at the fourth power of the J2 ripple (5e-15), that of the place at e⁶/16."""
    _, place = path(EARTH_RADIUS_M + altitude, e, i, node, perigee, anomaly, 3000.0)
    assert place.inverse_m * np.linalg.norm(place[:3]) == pytest.approx(1.0, abs=4e-12)
    assert place.inverse_m * np.linalg.norm(place[3:6]) == pytest.approx(1.0, abs=4e-12)


@given(altitudes, inclinations, eccentricities, angles, angles, angles, st.floats(0, 2 * math.pi))
def test_turning_the_node_turns_the_place_about_the_pole(altitude, i, e, node, perigee, anomaly, delta):
    a = EARTH_RADIUS_M + altitude
    here = np.array(path(a, e, i, node, perigee, anomaly, 5000.0)[1][:3])
    there = np.array(path(a, e, i, node + delta, perigee, anomaly, 5000.0)[1][:3])
    c, s = math.cos(delta), math.sin(delta)
    turned = np.array([c * here[0] - s * here[1], s * here[0] + c * here[1], here[2]])
    assert np.abs(there - turned).max() < MILLIMETRE


@pytest.mark.parametrize(
    ("altitude_km", "first_order_deg", "full_deg"),
    [(500, 97.402, 97.425), (800, 98.603, 98.628), (2000, 104.890, 104.917)],
)
def test_sun_synchronous_inclinations(altitude_km, first_order_deg, full_deg):
    a = EARTH_RADIUS_M + altitude_km * 1e3
    n = math.sqrt(EARTH_MU_M3_S2 / a**3)
    closed = math.degrees(math.acos(-SUN_NODE_RATE_RAD_S / (1.5 * J2 * (EARTH_RADIUS_M / a) ** 2 * n)))
    assert closed == pytest.approx(first_order_deg, abs=0.001)
    inclination = sun_synchronous_inclination_rad(a)
    assert math.degrees(inclination) == pytest.approx(full_deg, abs=0.005)
    assert secular_rates(a, inclination)[2] == pytest.approx(SUN_NODE_RATE_RAD_S, rel=1e-12)


def test_no_orbit_is_sun_synchronous_far_up():
    assert np.isnan(sun_synchronous_inclination_rad(EARTH_RADIUS_M + 6.1e6))
    assert np.isfinite(sun_synchronous_inclination_rad(EARTH_RADIUS_M + 5.9e6))


def test_rates_of_known_orbits():
    day = 86400.0
    # a first-order node rate tabulated for circular orbits: -6.6259 degrees a day at 500 km and 30 degrees
    node = math.degrees(secular_rates(EARTH_RADIUS_M + 500e3, math.radians(30.0))[2]) * day
    assert node == pytest.approx(-6.6259 * (1 + 0.0024 + 0.0018), rel=2e-4)  # J2² and J4 by hand
    # the critical inclination, 63.43 degrees: perigee stands still to first order
    anomaly, perigee, _ = secular_rates(EARTH_RADIUS_M + 800e3, math.atan(2.0))
    assert abs(perigee) < 2e-3 * anomaly * 1.5 * J2
    # polar orbits keep their node
    assert secular_rates(7e6, math.pi / 2)[2] == pytest.approx(0.0, abs=1e-20)


def test_frozen_eccentricity_is_about_a_thousandth_and_keeps_its_perigee():
    a, i = EARTH_RADIUS_M + 800e3, math.radians(98.6)
    e = float(frozen_eccentricity(a, i))
    assert e == pytest.approx(1.0393e-3 * math.sin(i), rel=1e-3)  # 2.53266/(2 · 1.08263) · 6378.137/7178.137 · 1e-3
    orbit = Orbit(*orbit_table(a, i)[0])
    assert slot_turns(e, math.pi / 2, 0.3, 0.1, orbit.frozen_eccentricity).eccentricity < 1e-15
    radius = [np.linalg.norm(path(a, e, i, 0.0, math.pi / 2, 0.7, t)[1][:3]) for t in (0.0, 50 * 86400.0)]
    period = 2 * math.pi / orbit.speed_rad_s
    at_node = [path(a, e, i, 0.0, math.pi / 2, -math.pi / 2, k * period)[1] for k in (0, 700)]
    assert np.linalg.norm(at_node[0][:3]) == pytest.approx(np.linalg.norm(at_node[1][:3]), abs=MILLIMETRE)
    assert radius[0] != radius[1]
