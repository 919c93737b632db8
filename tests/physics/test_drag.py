"""Drag on near-circular orbits: hand values, limits, and means over an orbit by counting round it."""

import math

import numpy as np
import pytest

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from orbital_compute.physics.atmosphere import densities_kg_m3
from orbital_compute.physics.drag import (
    decay_rate_m_s,
    drag_deceleration_m_s2,
    exponential_lifetime_s,
    share_edge_on,
    share_facing_sun,
    tumbling_area_m2,
    turning_air_factor,
)

YEAR_S = 3.156e7  # as in MODEL §1.3


def test_deceleration_and_yearly_speed_worked_by_hand():
    # 500 km: v² = 3.986004e14 / 6878137 = 5.795180e7 m²/s²; 0.5 x 6.967e-13 x 5.795180e7 x 0.022 = 4.44125e-7 m/s²
    slow = drag_deceleration_m_s2(6.967e-13, EARTH_RADIUS_M + 500e3, 2.2 * 0.01)
    assert slow == pytest.approx(4.44125e-7, rel=1e-5)
    assert slow * YEAR_S == pytest.approx(14.017, rel=1e-4)


def test_decay_rate_worked_by_hand():
    # √(3.986004e14 x 6878137) = 5.236059e10 m²/s; times 6.967e-13 x 0.022 = 8.02556e-4 m/s: 69.3 m a day
    fall = decay_rate_m_s(6.967e-13, EARTH_RADIUS_M + 500e3, 0.022)
    assert fall == pytest.approx(-8.02556e-4, rel=1e-5)
    assert fall * 86400.0 == pytest.approx(-69.34, rel=1e-3)


def test_drag_takes_the_power_that_the_orbit_loses():
    # energy -μ/2a, so dE/dt = μ/(2a²) da/dt = -(drag) v
    a, density, drag = 6.9e6, 3e-13, 0.05
    lost = EARTH_MU_M3_S2 / (2 * a * a) * decay_rate_m_s(density, a, drag)
    assert lost == pytest.approx(-drag_deceleration_m_s2(density, a, drag) * math.sqrt(EARTH_MU_M3_S2 / a), rel=1e-12)


def test_turning_air_by_hand_and_at_right_angles():
    # 550 km: ω a = 505.20 m/s, v = 7585.1 m/s; at 30 degrees (1 - 0.06660 x 0.86603)² = 0.88797
    a = EARTH_RADIUS_M + 550e3
    assert turning_air_factor(a, math.radians(30)) == pytest.approx(0.88797, rel=1e-4)
    assert turning_air_factor(a, math.pi / 2) == pytest.approx(1.0, abs=1e-15)
    assert turning_air_factor(a, math.pi) > 1.13 > 1.0 > turning_air_factor(a, 0.0)


def test_lifetime_in_exponential_air_is_the_integral_of_the_fall():
    a, scale_m, density, drag = EARTH_RADIUS_M + 500e3, 30e3, 5e-13, 0.022
    x = np.linspace(0.0, 25 * scale_m, 200_001)  # e^-25 of it lies below
    rate = -decay_rate_m_s(density * np.exp(x / scale_m), a - x, drag)
    integral = np.trapezoid(1 / rate, x)
    # the next term of the series is 0.75 (H/a)², 1.4e-5
    assert exponential_lifetime_s(density, scale_m, a, drag) == pytest.approx(integral, rel=3e-5)


@pytest.mark.parametrize("beta_deg", [2.0, 30.0, 53.0, 75.0, 89.0])
def test_shares_across_the_flight_are_those_counted_round_the_orbit(beta_deg):
    beta = math.radians(beta_deg)
    u = (np.arange(100_000) + 0.5) * 2 * np.pi / 100_000
    radial = np.stack([np.cos(u), np.sin(u), 0 * u], axis=1)
    flight = np.stack([-np.sin(u), np.cos(u), 0 * u], axis=1)
    sun = np.array([math.cos(beta), 0.0, math.sin(beta)])
    edge_on = np.cross(radial, sun)
    edge_on /= np.linalg.norm(edge_on, axis=1)[:, None]
    assert share_facing_sun(beta) == pytest.approx(np.abs(flight @ sun).mean(), abs=1e-8)
    assert share_edge_on(beta) == pytest.approx(np.abs((edge_on * flight).sum(axis=1)).mean(), abs=1e-8)


def test_shares_at_the_ends():
    assert share_facing_sun(math.pi / 2) == pytest.approx(0.0, abs=1e-15)
    assert share_facing_sun(0.0) == pytest.approx(2 / math.pi)
    assert share_edge_on(math.pi / 2) == pytest.approx(1.0)
    assert share_edge_on(0.0) < 1e-10
    assert share_edge_on(-0.7) == share_edge_on(0.7)


def test_tumbling_plate_and_sphere():
    assert tumbling_area_m2(2 * 800.0) == 400.0  # both faces of the filed 800 m²: the filed 0.1333 m²/kg of 3,000 kg
    assert tumbling_area_m2(4 * math.pi) == pytest.approx(math.pi)
    # a plate turned every way: mean |cos| is 1/2
    cosine = np.random.default_rng(3).normal(size=(200_000, 3))
    cosine = np.abs(cosine[:, 2]) / np.linalg.norm(cosine, axis=1)
    assert 800.0 * cosine.mean() == pytest.approx(400.0, rel=5e-3)


def test_yearly_speed_of_the_table_falls_a_thousandfold_from_400_to_1000_km():
    h = np.array([400e3, 1000e3])
    slow = drag_deceleration_m_s2(densities_kg_m3(h), EARTH_RADIUS_M + h, 0.022)
    assert 1000 < slow[0] / slow[1] < 2000
