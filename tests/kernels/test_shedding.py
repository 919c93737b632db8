"""Below the battery's floor load is shed in order: compute, then pumps, then the bus; what starves is in safe mode."""

import numpy as np
import pytest
from small_fleet import design, random_elements, run_of

STEP_S = 60.0


@pytest.fixture(scope="module")
def starved():
    """A battery that lasts for some minutes of the bus alone, on orbits with long nights; pumps of a tenth."""
    thirsty = design(
        battery={"capacity_j": 60e3 * 600.0, "depth_design": 0.01, "depth_limit": 0.02},
        radiator={"pump_fraction": 0.1},
        bus_power_w=30e3,
    )
    run = run_of(random_elements(32), types=(thirsty,))
    return thirsty, run.windows(12), run


def shed(starved):
    """Return bus and pump power as wanted, and by step (compute, pump, bus) [W]."""
    kind, steps, _ = starved
    bus_w, compute = kind.bus_power_w, steps["compute_w"]
    pump = steps["load_w"] - compute - steps["bus_w"]
    return bus_w, 0.1 * (bus_w + compute), compute, pump, steps["bus_w"]


def test_the_order_of_shedding(starved):
    bus_w, pump_wanted_w, compute, pump, bus = shed(starved)
    rounding_w = 1e-9 * bus_w
    short_of_bus, short_of_pump = bus < bus_w - rounding_w, pump < pump_wanted_w - rounding_w
    assert short_of_bus.any()
    assert (short_of_pump & ~short_of_bus).any()
    assert not compute[short_of_pump].any()  # compute goes before the pumps,
    assert np.abs(pump[short_of_bus]).max() < rounding_w  # the pumps before the bus
    idle_w = 0.2 * starved[0].compute.count * starved[0].compute.device_power_w * starved[0].compute.server_overhead
    on = compute > 0.0
    assert compute[on].min() >= idle_w * (1 - 1e-12)  # compute that runs at all runs above its idle power


def test_the_floor_is_never_passed_and_starving_is_counted(starved):
    kind, steps, run = starved
    bus_w, pump_wanted_w, _, pump, bus = shed(starved)
    assert steps["battery_j"].min() >= 0.98 * kind.battery.capacity_j * (1 - 1e-12)
    lacking = (bus + pump) < (bus_w + pump_wanted_w) * (1 - 1e-9)
    assert lacking.sum(axis=0) * STEP_S == pytest.approx(run.total("safe_s"), abs=1e-9)
    assert run.total("safe_s").sum() > 0.0


def test_the_bus_is_summed_by_itself(starved):
    _, steps, run = starved
    assert run.ledger("bus_j") == pytest.approx(steps["bus_w"][-run.n_step :].sum(axis=0) * STEP_S, rel=1e-12)
