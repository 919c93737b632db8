"""The laws of a terrestrial data centre (DESIGN §12): hand values, limits, and the year that fixes k."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics import facility as law

ROUNDING = 1e-13
POWERS = st.floats(0.0, 1e9)


@pytest.mark.parametrize(("share", "loss"), [(0.0, 0.005), (0.5, 0.0175), (1.0, 0.045)])
def test_electrical_loss_by_hand(share, loss):
    """0.005 + 0.010 x + 0.030 x² of 250 MW, at x = 0, 1/2 and 1."""
    assert law.electrical_loss_w(250e6, share * 250e6) == pytest.approx(250e6 * loss, rel=ROUNDING)


@pytest.mark.parametrize(("outside_k", "share"), [(250.0, 0.0), (290.0, 0.0), (295.0, 0.5), (300.0, 1.0), (320.0, 1.0)])
def test_chiller_takes_over_between_8_below_and_2_above_supply(outside_k, share):
    assert law.chiller_share(outside_k, 298.0) == pytest.approx(share, abs=ROUNDING)


def test_cooling_by_hand():
    """At 30 °C with 25 °C supply all heat is lifted by 15.15 K at 45 % of Carnot; fans take the cube of the load."""
    supply_k, outside_k = 298.0, 303.15
    work_per_heat = (303.15 + 10.0 - 298.0) / (0.45 * 298.0)  # 0.11298
    full = law.unit_cooling_w(100e6, 100e6, outside_k, supply_k)
    half = law.unit_cooling_w(100e6, 50e6, outside_k, supply_k)
    assert full == pytest.approx(100e6 * (0.02 + 0.05 + work_per_heat), rel=ROUNDING)
    assert half == pytest.approx(100e6 * (0.02 + 0.05 / 8) + 50e6 * work_per_heat, rel=ROUNDING)
    assert full == pytest.approx(18.298e6, rel=1e-3)


def test_cold_air_needs_no_chiller():
    assert law.unit_cooling_w(1.0, 1.0, 273.15, 298.0) == pytest.approx(0.07, rel=ROUNDING)


@pytest.mark.parametrize("pue", [1.05, 1.09, 1.2, 1.4])
def test_a_year_at_full_load_has_the_pue_asked_for(pue):
    """k from the mean of the year; the year then summed hour by hour through `site_power`."""
    hours = np.linspace(0.0, 2 * np.pi, 240, endpoint=False)
    outside_k = 290.0 + 12.0 * np.cos(hours)
    s = np.clip((outside_k - 290.0) / 10.0, 0, 1)
    mean = math.fsum(0.07 + s * (outside_k - 288.0) / (0.45 * 298.0)) / outside_k.size  # DESIGN §12, written anew
    plant = law.Facility(250e6, 298.0, law.cooling_factor(pue, mean))
    total_w = math.fsum(law.site_power(plant, 250e6, temperature).total_w for temperature in outside_k)
    assert total_w / (250e6 * outside_k.size) == pytest.approx(pue, rel=ROUNDING)


def test_least_pue_leaves_a_tenth_of_a_plant():
    """At full load 1.045 goes without cooling, so the least PUE of 1.05 keeps k positive."""
    assert 1.0 + law.electrical_loss_w(1.0, 1.0) == pytest.approx(1.045, rel=ROUNDING)
    assert law.cooling_factor(law.LEAST_PUE, 0.07) == pytest.approx(0.005 / 0.07, rel=1e-9)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(250.0, 320.0))
def test_site_power_rises_with_its_load(share, more, outside_k):
    plant = law.Facility(250e6, 298.0, 1.3)
    low, high = sorted((share, more))
    assert (
        law.site_power(plant, low * 250e6, outside_k).total_w <= law.site_power(plant, high * 250e6, outside_k).total_w
    )


@given(st.floats(0.0, 1.0), POWERS, POWERS, POWERS, POWERS)
def test_feed_closes_and_keeps_its_limits(share, grid_limit_w, turbine_limit_w, give_w, take_w):
    load_w = share * (grid_limit_w + turbine_limit_w + give_w)
    flows = law.feed(load_w, grid_limit_w, turbine_limit_w, give_w, take_w)
    sources_w = flows.grid_w + flows.turbine_w + flows.discharge_w
    assert sources_w == pytest.approx(load_w + flows.charge_w, rel=1e-12, abs=1e-6)
    assert 0.0 <= flows.grid_w <= grid_limit_w
    assert 0.0 <= flows.turbine_w <= turbine_limit_w
    assert 0.0 <= flows.discharge_w <= give_w
    assert 0.0 <= flows.charge_w <= take_w
    assert flows.charge_w == 0.0 or flows.discharge_w == 0.0


def test_grid_comes_before_turbines_and_turbines_before_the_battery():
    assert law.feed(90.0, 100.0, 50.0, 30.0, 5.0) == law.Feed(95.0, 0.0, 0.0, 5.0)
    assert law.feed(120.0, 100.0, 50.0, 30.0, 5.0) == law.Feed(100.0, 25.0, 0.0, 5.0)
    assert law.feed(148.0, 100.0, 50.0, 30.0, 5.0) == law.Feed(100.0, 50.0, 0.0, 2.0)
    assert law.feed(170.0, 100.0, 50.0, 30.0, 5.0) == law.Feed(100.0, 50.0, 20.0, 0.0)


def test_a_load_past_all_sources_leaves_a_gap():
    """The sum of the flows is a check and not a definition: nobody feeds the missing 20 W."""
    flows = law.feed(200.0, 100.0, 50.0, 30.0, 5.0)
    assert flows.grid_w + flows.turbine_w + flows.discharge_w == 180.0
