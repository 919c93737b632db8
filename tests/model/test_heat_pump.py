"""The heat pump: its power by hand, chips kept below their limit by a hotter radiator, and ledgers that close."""

import numpy as np
import pytest
from small_fleet import design, random_elements, run_of

from orbital_compute.model.fleet import hardware_row
from orbital_compute.physics.thermal import heat_pump_share

SMALL_RADIATOR = {"area_m2": 60.0}


def test_power_by_hand():
    """40 K from 300 K: a Carnot machine takes 40/300 of the heat, this one 1/0.45 of that."""
    assert heat_pump_share(40.0, 300.0) == pytest.approx(0.296296, rel=1e-5)
    assert heat_pump_share(0.0, 300.0) == 0.0


def test_constants_with_and_without():
    plain, pumped = (hardware_row(design(radiator={"heat_pump_lift_k": lift}), 60.0) for lift in (0.0, 40.0))
    assert plain == hardware_row(design(), 60.0)
    # coolant at full load with chips at 358 K: 0.03 K/W on 1.2 kW, 36 K below
    assert pumped.pump == pytest.approx(1.015 + 40.0 / (0.45 * 322.0), rel=1e-12)
    assert pumped.inverse_pump == pytest.approx(1.0 / pumped.pump, rel=1e-15)


def test_a_satellite_short_of_radiator_gains_and_keeps_its_limit():
    """The radiator stands above the chips' coolant by the lift, and rejects more; the pump's power is heat too."""
    done = {}
    for lift in (0.0, 20.0):
        kind = design(radiator={**SMALL_RADIATOR, "heat_pump_lift_k": lift}, array={"area_m2": 1500.0})
        run = run_of(random_elements(32), types=(kind,))
        steps = run.windows(30)
        late = slice(100, None)
        chip_k = steps["fluid_k"] - lift + 0.03 / (80 * 1.25) * steps["compute_w"]
        assert chip_k.max() <= 358.0 + 1e-9
        assert run.total("chip_max_k") == pytest.approx(np.maximum(chip_k.max(axis=0), 0.0), abs=1e-6)
        heat = steps["load_w"] + steps["loss_w"] + steps["conditioning_w"] + steps["sink_w"]
        stored = kind.radiator.heat_capacity_j_k * np.diff(steps["fluid_k"], axis=0)
        assert stored == pytest.approx(60.0 * heat[1:] - steps["radiated_j"][1:], abs=2e-4 * heat.max() * 60.0)
        hot = (steps["hot"] > 0.5)[late]
        assert hot.any()
        done[lift] = steps["compute_w"][late].mean()
    assert done[20.0] > 1.05 * done[0.0]
