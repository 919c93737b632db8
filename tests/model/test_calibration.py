"""The theory held to numerical arcs: what comes of its own forces, of states, and of fleets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.calibration import calibrate, calibrated_rates, fit_states, mean_elements_from_state
from orbital_compute.model.propagation import Forces, propagate_numerical
from orbital_compute.physics.orbit import Correction, frozen_eccentricity, secular_rates

EPOCH = datetime(2026, 3, 20, tzinfo=UTC)
DAY_S = 86400.0
A, I = 6.928e6, np.radians(53.0)  # noqa: E741


def near_circle(radius_m, first, second, eccentricity):
    """Return position [m] and velocity [m/s] at the perigee of an orbit in the plane of two axes at right angles."""
    speed = np.sqrt(3.986004415e14 / radius_m * (1.0 + eccentricity))
    return radius_m * np.array(first), speed * np.array(second)


STATES = (
    near_circle(6.92e6, [1.0, 0.0, 0.0], [0.0, 0.6, 0.8], 1e-3),
    near_circle(7.2e6, [0, 0.6, 0.8], [1, 0, 0], 3e-3),
)
STATE = tuple(np.array(part) for part in zip(*STATES, strict=True))


def days(*values):
    return [EPOCH + timedelta(days=float(value)) for value in values]


def largest_m(left, right):
    return float(np.sqrt(((left - right) ** 2).sum(axis=-1)).max())


def test_without_what_the_theory_leaves_out_little_is_added():
    """Against J2 to J4 alone only the higher powers of J2 are left: 5 parts in 1e5 of its share at most."""
    add = calibrate(A, I, EPOCH, days=2.0, forces=Forces(zonal_degree=4, sun=False, moon=False))
    anomaly, perigee, node = secular_rates(A, I)
    all_add = calibrate(A, I, EPOCH, days=2.0)
    assert abs(add.node_rate_rad_s[0]) < 1e-4 * abs(node)
    assert abs(add.frozen_eccentricity[0]) < 0.02 * frozen_eccentricity(A, I)
    assert abs(all_add.frozen_eccentricity[0]) > 0.05 * frozen_eccentricity(A, I)  # J5 and J7
    assert abs(add.latitude_rate_rad_s[0]) < 2e-6 * (anomaly + perigee)


def test_corrected_rates_are_the_theory_and_what_is_added():
    add, rates = calibrate(A, I, EPOCH, days=1.0), calibrated_rates(A, I, EPOCH, days=1.0)
    anomaly, perigee, node = secular_rates(A, I)
    assert rates.node_rad_s == pytest.approx(node + add.node_rate_rad_s, rel=1e-15)
    assert rates.mean_anomaly_rad_s + rates.perigee_rad_s == pytest.approx(
        anomaly + perigee + add.latitude_rate_rad_s, rel=1e-15
    )
    assert rates.frozen_eccentricity == pytest.approx(frozen_eccentricity(A, I) + add.frozen_eccentricity)


def test_neighbours_share_an_arc_and_rows_do_not_disturb_one_another():
    a, i = np.array([A, A + 100.0, A + 2e5]), np.full(3, I)
    three = np.stack(calibrate(a, i, EPOCH, days=1.0))
    assert (three[:, 0] == three[:, 1]).all()
    assert (three[:, 0] != three[:, 2]).any()
    assert (np.stack(calibrate(a[2], i[2], EPOCH, days=1.0))[:, 0] == three[:, 2]).all()


def test_elements_of_a_state_lead_along_its_arc():
    times = days(*np.linspace(0.0, 2.0, 40))
    truth = propagate_numerical(*STATE, EPOCH, times)
    fleet = oc.Constellation.from_states(*STATE, epoch=EPOCH, days=2.0)
    assert fleet.n_satellite == 2
    assert largest_m(fleet.positions(times, "gcrs"), truth) < 100.0  # short periods that the theory leaves out
    elements, correction = fit_states(*STATE, EPOCH, days=2.0)
    again = mean_elements_from_state(*STATE, EPOCH, days=2.0, correction=correction)
    assert np.stack(again) == pytest.approx(np.stack(elements), rel=2e-5, abs=1e-6)


def test_a_long_arc_is_followed_from_osculating_elements():
    """Semi-major axes 9 km off would be three turns off after a month."""
    times = days(*np.linspace(0.0, 30.0, 80))
    truth = propagate_numerical(*STATE, EPOCH, times)
    fleet = oc.Constellation.from_states(*STATE, epoch=EPOCH, days=30.0)
    assert largest_m(fleet.positions(times, "gcrs"), truth) < 2000.0


def test_an_arc_that_the_theory_cannot_follow_is_refused():
    far = (np.array([3.2e8, 0.0, 0.0]), np.array([0.0, 1116.0, 0.0]))  # nearly as far as the Moon
    with pytest.raises(ModelError, match="cannot follow the arc of orbit 0"):
        fit_states(*far, EPOCH, days=20.0)


def test_elements_do_not_depend_on_company():
    both = np.stack(mean_elements_from_state(*STATE, EPOCH, days=1.0))
    alone = np.stack(mean_elements_from_state(STATE[0][1], STATE[1][1], EPOCH, days=1.0))
    assert (both[:, 1] == alone[:, 0]).all()


def test_a_fleet_held_to_arcs_stays_on_its_frozen_orbit():
    fleet = oc.Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=3, n_per_plane=2, epoch=EPOCH)
    held = fleet.calibrated(days=2.0)
    assert fleet.correction is None
    assert held.orbits[0].shape == fleet.orbits[0].shape
    assert held.slots[:, 1] == pytest.approx(0.0, abs=1e-15)  # eccentricity about the frozen one
    assert held.eccentricity[0] == pytest.approx(
        fleet.eccentricity[0] + held.correction.frozen_eccentricity[0], rel=1e-12
    )
    assert largest_m(held.positions([EPOCH]), fleet.positions([EPOCH])) < 2500.0  # 2 a times what e_f moved
    # a correction of nothing is the theory
    zero = Correction(*np.zeros((4, fleet.n_satellite)))
    same = replace(fleet, correction=zero)
    assert (same.positions(days(1.0)) == fleet.positions(days(1.0))).all()


def test_a_satellite_off_the_frozen_orbit_keeps_its_eccentricity():
    fleet = oc.Constellation.walker(
        altitude_m=550e3, inclination_deg=53.0, n_plane=1, n_per_plane=1, epoch=EPOCH, eccentricity=0.003
    )
    assert fleet.calibrated(days=1.0).eccentricity[0] == 0.003


def test_what_is_refused():
    with pytest.raises(ScenarioError, match=r"eccentricity of 0\.1"):
        mean_elements_from_state(STATE[0][0], 1.05 * STATE[1][0], EPOCH, days=1.0)
    with pytest.raises(ScenarioError, match="too short"):
        calibrate(A, I, EPOCH, days=0.1)
    with pytest.raises(ScenarioError, match="are no orbit"):
        calibrate([A, 6e6], [I, I], EPOCH)


def test_real_element_sets_are_flown_as_read(tmp_path):
    file = tmp_path / "iss.tle"
    file.write_text(
        "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927\n"
        "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537\n"
    )
    with pytest.raises(ModelError, match="SGP4"):
        oc.Constellation.from_tle(file).calibrated()
