"""Changes of speed against published values, limits, and flights that are integrated."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from orbital_compute.model.propagation import Forces, propagate_states
from orbital_compute.physics import manoeuvre

START = datetime(2026, 6, 21, tzinfo=UTC)
METRE = 1.0
radii = st.floats(6.6e6, 5e7)


def flown(r_m, v_m_s, after_s):
    """Return position and velocity after a time, about the Earth's centre alone."""
    there = propagate_states([r_m], [v_m_s], START, [START + timedelta(seconds=float(after_s))], Forces.two_body())
    return there.r_m[0, 0], there.v_m_s[0, 0]


def test_hohmann_to_the_geostationary_orbit_is_the_published_one():
    # Vallado, Fundamentals of Astrodynamics, example 6-1
    found = manoeuvre.hohmann(6569.4781e3, 42159.4856e3)
    assert found.first_m_s == pytest.approx(2457.038, abs=0.01)
    assert found.second_m_s == pytest.approx(1478.187, abs=0.01)
    assert found.duration_s == pytest.approx(5.256713 * 3600, abs=0.1)


def test_disposal_by_hand():
    # 550 km to a perigee of 250 km: axis 6778.137 km, speed at apogee √(μ (2/6928.137 - 1/6778.137) per km)
    # = 7500.7 m/s against 7585.1 m/s; the small-change rule v Δr/(4a) gives 7585.1 * 300/(4 * 6778.1) = 83.9 m/s
    assert manoeuvre.disposal_delta_v_m_s(550e3) == pytest.approx(84.4, abs=0.05)
    assert manoeuvre.disposal_delta_v_m_s(np.array([250e3, 200e3])) == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("altitude_m", [400e3, 550e3, 985e3, 2000e3])
def test_the_disposal_burn_leads_to_its_perigee(altitude_m):
    r_m = EARTH_RADIUS_M + altitude_m
    speed = manoeuvre.circular_speed_m_s(r_m) - manoeuvre.disposal_delta_v_m_s(altitude_m)
    half_s = manoeuvre.hohmann(r_m, EARTH_RADIUS_M + 250e3).duration_s
    there_m, _ = flown([r_m, 0.0, 0.0], [0.0, 0.0, speed], half_s)
    assert there_m == pytest.approx([-(EARTH_RADIUS_M + 250e3), 0.0, 0.0], abs=METRE)


@pytest.mark.parametrize(("ahead_deg", "revolutions"), [(180.0, 12), (30.0, 3), (-30.0, 3), (-5.0, 1), (0.0, 4)])
def test_phasing_arrives_where_it_was_meant_to(ahead_deg, revolutions):
    r_m = EARTH_RADIUS_M + 600e3
    speed = manoeuvre.circular_speed_m_s(r_m)
    found = manoeuvre.phasing(r_m, np.radians(ahead_deg), revolutions)
    burn = np.copysign(0.5 * found.delta_v_m_s, ahead_deg)
    there_m, there_m_s = flown([r_m, 0.0, 0.0], [0.0, speed - burn, 0.0], found.duration_s)
    # the place in the circle that the satellite would have had, and `ahead_deg` more
    angle = speed / r_m * found.duration_s + np.radians(ahead_deg)
    assert there_m == pytest.approx([r_m * np.cos(angle), r_m * np.sin(angle), 0.0], abs=METRE)
    assert np.linalg.norm(there_m_s) == pytest.approx(speed - burn, abs=2e-3)
    assert found.lowest_radius_m <= r_m
    assert (found.lowest_radius_m < r_m) == (ahead_deg > 0)


def test_phasing_takes_less_speed_in_more_time():
    found = manoeuvre.phasing(7e6, np.radians(40.0), np.array([2, 20, 200]))
    # in the limit each burn is v ahead/(6π revolutions), by dT/T = 3/2 da/a and dv/v = da/(2a)
    limit = 2 * manoeuvre.circular_speed_m_s(7e6) * np.radians(40.0) / (6 * np.pi * 200)
    assert found.delta_v_m_s[2] == pytest.approx(limit, rel=1e-3)
    assert (np.diff(found.delta_v_m_s) < 0).all()
    assert (np.diff(found.duration_s) > 0).all()


def test_plane_changes_by_hand():
    speed = manoeuvre.circular_speed_m_s(7e6)
    assert manoeuvre.plane_change_delta_v_m_s(7e6, np.radians(60.0)) == pytest.approx(speed)  # an equilateral triangle
    assert manoeuvre.plane_change_delta_v_m_s(7e6, -np.radians(1.0)) == pytest.approx(131.7, abs=0.1)
    assert np.degrees(manoeuvre.tilt_between_rad(np.radians(30.0), np.radians(53.0), 0.0)) == pytest.approx(23.0)
    # polar planes differ by their nodes; planes through one another's poles by a right angle
    assert np.degrees(manoeuvre.tilt_between_rad(np.pi / 2, np.pi / 2, np.radians(12.0))) == pytest.approx(12.0)
    assert np.degrees(manoeuvre.tilt_between_rad(np.pi / 4, np.pi / 4, np.pi)) == pytest.approx(90.0)


def test_spiral_is_the_published_one():
    # Kechichian, J. Guidance 20 (1997), 988: from 7,000 km to 42,166 km over 28.5 degrees, 5.78378 km/s
    assert manoeuvre.spiral_delta_v_m_s(7000e3, 42166e3, np.radians(28.5)) == pytest.approx(5783.78, abs=0.05)


@given(radii, radii)
def test_low_thrust_in_one_plane_spends_the_difference_of_speeds_and_never_less_than_hohmann(one, other):
    spiral = manoeuvre.spiral_delta_v_m_s(one, other)
    difference = abs(np.sqrt(EARTH_MU_M3_S2 / one) - np.sqrt(EARTH_MU_M3_S2 / other))
    assert spiral == pytest.approx(difference, abs=1e-3)
    there, back = manoeuvre.hohmann(one, other), manoeuvre.hohmann(other, one)
    assert there.first_m_s + there.second_m_s == pytest.approx(back.first_m_s + back.second_m_s, abs=1e-6)
    assert there.first_m_s + there.second_m_s <= spiral + 1e-3


def test_propellant():
    # Δv equal to the exhaust speed leaves 1/e
    assert manoeuvre.propellant_kg(1000.0, 9.80665 * 300.0, 300.0) == pytest.approx(1000.0 * (1 - np.exp(-1.0)))
    assert manoeuvre.propellant_kg(3000.0, 0.0, 2500.0) == 0.0
    assert manoeuvre.propellant_kg(3000.0, 84.3, 2500.0) == pytest.approx(10.3, abs=0.05)


@pytest.mark.poliastro
@pytest.mark.filterwarnings("ignore::Warning")  # the library's own
@pytest.mark.parametrize("to_km", [250.0, 800.0, 35786.0])
def test_hohmann_is_that_of_boinor(to_km):
    from astropy import units as u
    from boinor.bodies import Earth
    from boinor.maneuver import Maneuver
    from boinor.twobody import Orbit

    to_m = EARTH_RADIUS_M + to_km * 1e3
    theirs = Maneuver.hohmann(Orbit.circular(Earth, 550 * u.km), to_m * u.m)
    ours = manoeuvre.hohmann(Earth.R.to_value("m") + 550e3, to_m)
    assert ours.first_m_s + ours.second_m_s == pytest.approx(theirs.get_total_cost().to_value("m/s"), abs=1e-3)
    assert ours.duration_s == pytest.approx(theirs.get_total_time().to_value("s"), abs=1e-2)
