"""Numerical propagation: what each force conserves, what each force does, and what is refused."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.constants import EARTH_J2, EARTH_J3, EARTH_J4
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.frames import gcrs_to_teme, instants_after, polar_motion, sun, teme_to_frame, turned
from orbital_compute.model.propagation import (
    SKY_STEP_S,
    Forces,
    earth_field,
    egm96,
    moon_gcrs_m,
    propagate_numerical,
    propagate_states,
    sky_table,
    sun_gcrs_m,
)
from orbital_compute.physics.atmosphere import density_kg_m3
from orbital_compute.physics.gravity import EGM96_MU_M3_S2, EGM96_RADIUS_M, unnormalised

EPOCH = datetime(2026, 3, 20, tzinfo=UTC)
DAY_S = 86400.0
LOW = np.array([[6.9e6, 0.0, 0.0], [0.0, 4.2e6, 5.6e6]])  # two orbits, 6,900 and 7,000 km
SPEED = np.array([[0.0, 4.6e3, 6.0e3], [-7.5459e3, 0.0, 0.0]])


def after(*times_s):
    return [EPOCH + timedelta(seconds=float(t)) for t in times_s]


def length(vector):
    return np.sqrt((np.asarray(vector) ** 2).sum(axis=-1))


def zonal_potential(r_m, pole, degrees):
    """Return the potential of the centre and zonal harmonics by Legendre's polynomials."""
    cosine, sine = egm96()
    radius, level = length(r_m), (r_m * pole).sum(axis=-1) / length(r_m)
    total = EGM96_MU_M3_S2 / radius
    c = unnormalised(cosine, sine)[0]
    for n in range(2, degrees + 1):
        legendre = np.polynomial.legendre.Legendre.basis(n)(level)
        total = total + EGM96_MU_M3_S2 / radius * (EGM96_RADIUS_M / radius) ** n * c[n, 0] * legendre
    return total


def test_the_file_holds_the_zonals_of_the_theory():
    c = unnormalised(*egm96())[0]
    assert [-c[2, 0], -c[3, 0], -c[4, 0]] == pytest.approx([EARTH_J2, EARTH_J3, EARTH_J4], rel=3e-6)
    cosine, sine = egm96()
    assert (cosine[3, 1], sine[3, 1], sine[2, 2]) == (
        2.02998882184e-6,
        2.48513158716e-7,
        -1.40016683654e-6,
    )  # published
    assert np.isfinite(cosine).all()
    assert (np.triu(cosine, 1) == 0).all()


def test_two_bodies_keep_their_energy_momentum_and_apsides():
    r, v = propagate_states(LOW, SPEED, EPOCH, after(*np.linspace(0, DAY_S, 50)), Forces.two_body())
    energy = 0.5 * length(v) ** 2 - EGM96_MU_M3_S2 / length(r)
    momentum = np.cross(r, v)
    eccentricity = np.cross(v, momentum) / EGM96_MU_M3_S2 - r / length(r)[..., None]
    assert np.ptp(energy, axis=1) == pytest.approx(0.0, abs=1e-10 * 3e7)
    assert np.abs(momentum - momentum[:, :1]).max() < 1e-10 * 5e10
    assert np.abs(eccentricity - eccentricity[:, :1]).max() < 1e-9


def test_zonals_keep_energy_and_the_momentum_about_the_pole():
    times_s = np.linspace(0, DAY_S, 60)
    r, v = propagate_states(LOW, SPEED, EPOCH, after(*times_s), Forces(sun=False, moon=False))
    pole = gcrs_to_teme(instants_after(EPOCH, times_s))[:, 2]
    energy = 0.5 * length(v) ** 2 - zonal_potential(r, pole, 8)
    turn = (np.cross(r, v) * pole).sum(axis=-1)
    # the field turns about the crust's pole, 1e-6 rad off: 3 J2 of that times 6e7 m²/s² goes to and fro
    assert np.ptp(energy, axis=1).max() < 0.5
    assert np.ptp(turn, axis=1).max() < 1e-6 * 5e10
    degree_four = 0.5 * length(v) ** 2 - zonal_potential(r, pole, 4)
    assert np.ptp(degree_four, axis=1).max() > 2.0  # a wrong potential would have been seen


def test_tesserals_keep_jacobis_integral():
    """In axes that turn with the Earth the energy less ω × h stays; the potential by the field's work along the way."""
    times_s = np.linspace(0, 3000.0, 3001)
    forces = Forces(zonal_degree=12, tesseral_degree=12, sun=False, moon=False)
    r, v = propagate_states(LOW[:1], SPEED[:1], EPOCH, after(*times_s), forces)
    from orbital_compute.kernels.harmonics import field_acceleration

    utc = instants_after(EPOCH, times_s)
    to_earth = np.einsum("tij,tjk->tik", teme_to_frame(utc, "itrs"), gcrs_to_teme(utc))
    place = turned(to_earth, r[0])
    spin = 7.292115e-5 * gcrs_to_teme(utc)[:, 2]
    relative = turned(to_earth, v[0] - np.cross(spin, r[0]))
    field = earth_field(12, 12)
    work = np.zeros((6, field.gradient.shape[3]))
    power = np.array([np.dot(field_acceleration(field, *x, work), u) for x, u in zip(place, relative, strict=True)])
    gained = np.concatenate([[0.0], np.cumsum(0.5 * (power[1:] + power[:-1]))])  # trapezoids of a second
    swing = 0.5 * 7.292115e-5**2 * (place[:, 0] ** 2 + place[:, 1] ** 2)
    jacobi = 0.5 * length(relative) ** 2 - swing - gained
    assert np.ptp(gained) > 1e4
    assert np.ptp(jacobi) < 1.0


def test_the_node_of_a_polar_orbit_stands_and_others_turn_by_j2():
    a = 7.0e6
    speed, rate = math.sqrt(EGM96_MU_M3_S2 / a), math.sqrt(EGM96_MU_M3_S2 / a**3)
    to_gcrs = gcrs_to_teme(instants_after(EPOCH, 0.0))[0].T
    for inclination in (math.pi / 2, math.radians(50.0)):
        r0, v0 = to_gcrs @ [a, 0, 0], to_gcrs @ [0, speed * math.cos(inclination), speed * math.sin(inclination)]
        times_s = np.linspace(0.0, 15 * 2 * math.pi / rate, 1501)
        r, v = propagate_states(r0, v0, EPOCH, after(*times_s), Forces.j2())
        normal = turned(gcrs_to_teme(instants_after(EPOCH, times_s)), np.cross(r[0], v[0]))
        node = np.unwrap(np.arctan2(normal[:, 0], -normal[:, 1]))
        drift = np.polynomial.Polynomial.fit(times_s, node, 1).convert().coef[1]
        wanted = -1.5 * EARTH_J2 * (EGM96_RADIUS_M / a) ** 2 * rate * math.cos(inclination)
        assert drift == pytest.approx(wanted, abs=3e-3 * 1.5e-6)


def test_forth_and_back_again():
    there = propagate_states(LOW, SPEED, EPOCH, after(DAY_S), Forces.zonal8_sun_moon())
    back = propagate_numerical(there.r_m[:, 0], there.v_m_s[:, 0], EPOCH + timedelta(days=1), [EPOCH])
    assert np.abs(back[:, 0] - LOW).max() < 0.01


def test_a_finer_tolerance_changes_less_and_less():
    ends = [
        propagate_numerical(LOW, SPEED, EPOCH, after(DAY_S), Forces.full(), tolerance_m=tolerance)
        for tolerance in (1e-2, 1e-4, 1e-6, 1e-8)
    ]
    change = [length(one - ends[-1]).max() for one in ends[:-1]]
    assert change[0] > 3 * change[1] > 9 * change[2]
    assert change[2] < 0.02


def test_threads_order_and_company_change_no_bit():
    many_r, many_v = np.repeat(LOW, 3, axis=0), np.repeat(SPEED, 3, axis=0)
    many_v[:, 2] += np.arange(6.0)
    times = after(5000.0, 100.0, 0.0, 2000.0)
    one = propagate_numerical(many_r, many_v, EPOCH, times, Forces.full(), threads=1)
    three = propagate_numerical(many_r, many_v, EPOCH, times, Forces.full(), threads=3)
    assert (one == three).all()
    alone = propagate_numerical(many_r[4], many_v[4], EPOCH, times, Forces.full())
    assert (alone[0] == one[4]).all()
    assert (one[:, 2] == many_r).all()
    sorted_times = propagate_numerical(many_r, many_v, EPOCH, sorted(times), Forces.full())
    assert (sorted_times[:, 3] == one[:, 0]).all()


def test_drag_lets_a_circle_shrink():
    a, drag = 6.678137e6, 0.022
    r0, v0 = np.array([a, 0.0, 0.0]), np.array([0.0, math.sqrt(EGM96_MU_M3_S2 / a), 0.0])
    kept = []
    for forces in (Forces.two_body(), Forces(0, 0, False, False, drag_m2_kg=drag, density_factor=0.3)):
        r, v = propagate_states(r0, v0, EPOCH, after(DAY_S), forces)
        kept.append(float(1.0 / (2.0 / length(r[0, 0]) - length(v[0, 0]) ** 2 / EGM96_MU_M3_S2)))
    # da/dt = -ρ sqrt(mu a) Cd A/m (MODEL §1.3), less the air's own turning: (1 - ω a / v)² along the equator
    speed = math.sqrt(EGM96_MU_M3_S2 / a)
    wanted = -0.3 * density_kg_m3(a - 6378137.0) * speed * a * drag * (1 - 7.292e-5 * a / speed) ** 2 * DAY_S
    assert kept[0] == pytest.approx(a, abs=1e-3)
    assert kept[1] - kept[0] == pytest.approx(wanted, rel=0.03)  # the fall itself thickens the air by 1 %
    assert wanted < -500.0


def test_light_displaces_by_its_pressure():
    far = np.array([4.2e7, 0.0, 0.0])
    v0 = np.array([0.0, 0.0, math.sqrt(EGM96_MU_M3_S2 / 4.2e7)])
    dark = propagate_numerical(far, v0, EPOCH, after(600.0), Forces.two_body())[0, 0]
    lit = propagate_numerical(far, v0, EPOCH, after(600.0), Forces(0, 0, False, False, radiation_m2_kg=10.0))[0, 0]
    direction, distance_m = sun([EPOCH])
    push = 1361.0 / 299792458.0 * 10.0 * (1.495978707e11 / distance_m[0]) ** 2
    assert lit - dark == pytest.approx(-0.5 * push * 600.0**2 * direction[0], abs=0.003 * 0.5 * push * 600.0**2)


def test_a_coefficient_for_each_satellite():
    drag = np.array([0.0, 0.05])
    times = after(6000.0)
    both = propagate_numerical(LOW, SPEED, EPOCH, times, Forces(drag_m2_kg=drag))
    assert (both[0] == propagate_numerical(LOW[0], SPEED[0], EPOCH, times)[0]).all()
    assert (both[1] != propagate_numerical(LOW[1], SPEED[1], EPOCH, times)[0]).any()


def test_the_sky_reaches_beyond_the_times():
    table, start_s = sky_table(EPOCH, -100.0, DAY_S)
    assert start_s <= -100.0 - SKY_STEP_S
    assert start_s + (table.shape[0] - 1) * SKY_STEP_S >= DAY_S + SKY_STEP_S
    row = int(-start_s / SKY_STEP_S)
    assert table[row, 9] == polar_motion(instants_after(EPOCH, 0.0))[0, 0, 2]
    assert np.diff(table[:, 11]) == pytest.approx(1.0027379 / 8, abs=1e-6)  # turns of the Earth in three hours


def test_moon_and_sun_stand_where_an_ephemeris_of_another_hand_puts_them():
    from astropy.coordinates import get_body
    from astropy.time import Time

    moon = get_body("moon", Time(EPOCH), ephemeris="builtin").gcrs.cartesian.xyz.to_value("m")
    ours = moon_gcrs_m([EPOCH])[0]
    assert length(ours - moon) < 1e-4 * length(moon)  # light time, 4e-6 rad, is in theirs
    direction, distance_m = sun([EPOCH])
    assert length(sun_gcrs_m([EPOCH])[0] / distance_m[0] - direction[0]) == pytest.approx(9.9e-5, abs=1e-6)  # 20.5"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(zonal_degree=37), "zonal_degree 37"),
        (dict(tesseral_degree=-1), "tesseral_degree -1"),
        (dict(zonal_degree=2.5), "zonal_degree 2.5"),
        (dict(drag_m2_kg=-1.0), "drag_m2_kg is negative"),
        (dict(radiation_m2_kg=math.nan), "radiation_m2_kg is negative or no number"),
    ],
)
def test_forces_that_cannot_be(changes, words):
    with pytest.raises(ScenarioError, match=words):
        Forces(**changes)


def test_states_that_cannot_be():
    with pytest.raises(ScenarioError, match="have the shape"):
        propagate_numerical(LOW, SPEED[:1], EPOCH, [EPOCH])
    with pytest.raises(ScenarioError, match="satellite 1 stands 7 km from"):
        propagate_numerical(np.array([LOW[0], LOW[0] / 1e3]), SPEED, EPOCH, [EPOCH])


def test_a_satellite_that_falls_is_named():
    slow = SPEED.copy()
    slow[1] *= 0.9
    with pytest.raises(ModelError, match=r"satellite 1 fell below 100 km after 0\.00\d days") as told:
        propagate_numerical(LOW, slow, EPOCH, after(60.0, DAY_S))
    assert told.value.value == 1


def test_public_names():
    assert oc.propagate_numerical is propagate_numerical
    assert oc.Forces.j2() == Forces(zonal_degree=2, sun=False, moon=False)
