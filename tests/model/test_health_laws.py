"""Laws of health for one design: chances of an interval, cells by dose, what chance knows satellites by."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_fleet import constellation, design, random_elements

from orbital_compute.model.health_laws import (
    absorptivity_of,
    aged_of,
    dose_over_reference,
    hazard_of,
    satellite_keys,
)
from orbital_compute.model.health_spec import YEAR_S, CellAgeing, DeviceAgeing, HealthSpec
from orbital_compute.physics.failure import mixed_lost
from orbital_compute.physics.orbit import orbit_table

DAY_S = 86400.0
NOTHING = HealthSpec.none()
AGEING = design(
    "ageing", battery=dict(calendar_fade=0.06, cycle_fade=0.14), radiator=dict(absorptivity_end=0.25), age_s=0.0
)


def test_an_interval_has_the_chances_of_the_laws():
    hazard = hazard_of(HealthSpec(), AGEING, 5 * YEAR_S, YEAR_S)
    before, after = (mixed_lost(x, 0.02, 0.25, 0.4, 8.0, 3.0) for x in (5.0, 6.0))
    assert hazard.satellite_lost == pytest.approx((after - before) / (1 - before), rel=1e-9)
    assert hazard.device_left == pytest.approx(math.exp(-0.04 * 1.7), rel=1e-12)
    assert hazard.pump_left == pytest.approx(math.exp(-0.03), rel=1e-12)
    assert (hazard.devices, hazard.strings, hazard.pumps, hazard.lasers) == (80, 24, 2, 4)
    assert 0.0 < hazard.infant < 0.01  # six years old: they wear out
    assert hazard_of(HealthSpec(), AGEING, 0.0, DAY_S).infant == pytest.approx(1.0, abs=1e-4)
    assert hazard_of(NOTHING, AGEING, 5 * YEAR_S, YEAR_S) == (80, 1, 1, 1, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)


def test_cells_are_calibrated_at_650_km_and_age_with_the_dose():
    kind = replace(AGEING, array=replace(AGEING.array, degradation_per_year=0.025))
    aged = aged_of(HealthSpec(), kind, 5 * YEAR_S)
    at = {ratio: aged.ultraviolet_left * (1 - 0.25 * math.log10(1 + 5 * ratio * aged.dose_inverse_knee))
          for ratio in (0.6, 1.0, 5.0)}  # fmt: skip
    assert at[1.0] == pytest.approx(0.975**5, rel=1e-12)
    assert at[0.6] > at[1.0] > at[5.0] > 0.6
    only_light = aged_of(replace(NOTHING, cells=CellAgeing(ultraviolet_share=1.0)), kind, 5 * YEAR_S)
    assert only_light.dose_inverse_knee == 0.0
    assert only_light.ultraviolet_left == pytest.approx(0.975**5, rel=1e-12)


def test_dose_follows_the_table_of_the_model_and_is_held_above_it():
    """Sun-synchronous: 0.6, 1, 2, 5 and 30 times that at 650 km, at 500 to 1,500 km; more of it at 30 degrees."""
    altitude_m = np.array([300, 500, 650, 800, 1000, 1500, 2500]) * 1e3
    polar = dose_over_reference(orbit_table(6378137.0 + altitude_m, np.radians(98.0)))
    assert polar[1:6] == pytest.approx([0.6, 1.0, 2.0, 5.0, 30.0], rel=0.02)
    assert polar[6] == dose_over_reference(orbit_table(np.array([6378137.0 + 2000e3]), np.radians(98.0)))
    assert polar[0] < polar[1]
    low = dose_over_reference(orbit_table(6378137.0 + altitude_m, np.radians(30.0)))
    assert (low[2:] > 1.5 * polar[2:]).all()


def test_element_sets_are_known_by_their_numbers_and_designs_by_their_rows():
    own = constellation(random_elements(3), [0, 0, 0], ["base"])
    assert satellite_keys(own, np.array([0, 2])).tolist() == [0, 2]
    sets = SimpleNamespace(is_theory=False, catalog_number=np.array([25544, 339_999, 5_000_000_000]))
    assert satellite_keys(sets, np.array([0, 2])).tolist() == [25544, 5_000_000_000]
    unnamed = SimpleNamespace(is_theory=False, catalog_number=np.array([25544, 0]))
    assert satellite_keys(unnamed, np.array([0, 1])).tolist() == [0, 1]


def test_a_coating_without_an_end_and_a_law_that_is_off_leave_it_new():
    assert absorptivity_of(HealthSpec(), AGEING, 5 * YEAR_S) == pytest.approx(0.25, rel=1e-14)
    assert absorptivity_of(NOTHING, AGEING, 5 * YEAR_S) == 0.15
    assert absorptivity_of(HealthSpec(), design("bare"), 5 * YEAR_S) == 0.15


def test_devices_slow_only_where_that_is_asked_for():
    assert aged_of(HealthSpec(), AGEING, 5 * YEAR_S).pace == 1.0
    slowed = aged_of(replace(NOTHING, device_ageing=DeviceAgeing(loss_per_year=0.01)), AGEING, 5 * YEAR_S)
    assert slowed.pace == pytest.approx(0.99**5, rel=1e-13)
