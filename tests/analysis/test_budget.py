"""Budgets of one satellite: they add up, they are those of the steps, and they name what binds."""

import math

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.analysis.budget import budget, hardware_of, period_s, shares, spells, whole_revolutions
from orbital_compute.analysis.conditions import conditions

TREE = {
    "format": 1,
    "name": "one",
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "200 min", "step": "20 s", "window": "5 min"},
    "constellation": {
        "walker": {"altitude": "575 km", "inclination": "53 deg", "planes": 1, "per_plane": 1, "raan0": "0 deg"}
    },
    "satellite": {"preset": "starmind_ai1"},
    "gateways": {"preset": "default"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "1 EFLOP/s"}},
    "output": {"sample": [0]},
}
AMPLE_BATTERY = {"satellite.battery.capacity": "900 kWh"}
AMPLE_RADIATOR = {"satellite.radiator.area": "400 m2"}


def run(**changes):
    return oc.simulate(oc.load_scenario(TREE).replace(changes), threads=1)


@pytest.fixture(scope="module")
def results():
    return run()


@pytest.fixture(scope="module")
def found(results):
    return budget(results)


def test_the_budgets_add_up(found):
    assert abs(found.power_residual_w) < 1e-6
    assert found.heat["load"] == pytest.approx(sum(found.power[name] for name in ("compute", "pump", "bus")), rel=1e-12)
    assert abs(found.heat_residual_w) < 1e-4 * found.heat["radiated"]  # the integrator's error over steps of 20 s


def test_a_revolution_is_the_second_of_two(results, found):
    """Kepler at 6,953.137 km: 5,770.0 s; the run has 12,000 s, so the second begins at step 600 - 289."""
    assert period_s(results.dataset, 0) == pytest.approx(2 * math.pi * math.sqrt(6953137.0**3 / 3.986004418e14))
    assert found.revolutions == 1
    steps = round(period_s(results.dataset, 0) / 20.0)
    array = results.dataset["sample_array_w"].values[-steps:, 0]
    assert found.power["array"] == pytest.approx(array.mean(), rel=1e-12)
    dark = results.dataset["sample_sunlit"].values[-steps:, 0]
    assert found.sunlit == pytest.approx(dark.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("n_step", "per_revolution", "wanted"),
    [(100, 200.0, (0, 0)), (300, 200.0, (100, 1)), (400, 200.0, (200, 1)), (1000, 200.0, (200, 4))],
)
def test_whole_revolutions(n_step, per_revolution, wanted):
    assert whole_revolutions(n_step, per_revolution) == wanted


def test_the_worst_eclipse(results, found):
    """Longest on the sphere: the Sun's angle to the plane is small in March with the node at the equinox, so the dark
    lasts for nearly 2 asin(Re/a) of 2π of the revolution."""
    beta = conditions(results).beta_rad
    half = math.acos(math.sqrt(1 - (6378137 / 6953137) ** 2) / math.cos(beta))
    wanted_s = half / math.pi * period_s(results.dataset, 0)
    assert found.eclipse.dark_s == pytest.approx(wanted_s, abs=15.0)  # oblateness and the penumbra
    series = {name: results.dataset[f"sample_{name}"].values[:, 0] for name in ("sunlit", "battery_j")}
    first, end = max(spells(series["sunlit"] < 0.5)[-2:], key=lambda spell: spell[1] - spell[0])
    spent = series["battery_j"][first - 1] - series["battery_j"][first:end].min()
    assert found.eclipse.depth == pytest.approx(spent / (117 * 3.6e6), rel=0.02)


def test_margins_of_the_steps(results, found):
    steps = round(period_s(results.dataset, 0) / 20.0)
    part = results.dataset.isel(sample_time=slice(-steps, None), sample=0)
    assert found.margins["charge"].left == pytest.approx(float(part["sample_state_of_charge"].min()) - 0.6, rel=1e-12)
    assert found.margins["chip"].left == pytest.approx(358.0 - float(part["sample_chip_k"].max()), rel=1e-12)
    assert found.margins["charging"].limit == pytest.approx(0.5 * 117e3, rel=1e-12)
    assert found.margins["discharging"].value == float(part["sample_discharge_w"].max())
    # the radiator: both faces, 0.9 σ, fins 0.95, at the fluid that brings the chips to 358 K
    k = int(part["sample_fluid_k"].values.argmax())
    power_w = float(part["sample_compute_w"].values[k])
    possible = 2 * 110 * 0.95 * 0.9 * 5.670374419e-8 * (358.0 - 0.03 * power_w / 125) ** 4
    assert found.margins["radiator"].limit == pytest.approx(possible, rel=0.02)
    assert 0.0 <= found.margins["radiator"].left < 0.2


def test_what_binds():
    """Each limit moved out of the way in turn leaves the next one."""
    idle = budget(run(**{"workload.demand.rate": "1 GFLOP/s"}))
    assert next(iter(idle.binding_in_light)) == "work assigned"
    hot = budget(run(**{"satellite.radiator.area": "60 m2"}))
    assert next(iter(hot.binding_in_light)) == "heat"
    ample = {**AMPLE_BATTERY, **AMPLE_RADIATOR, "satellite.array.area": "2000 m2"}
    assert budget(run(**ample)).binding_in_light == {"full load of the accelerators": 1.0}
    assert budget(run(**ample)).binding_in_dark == {"full load of the accelerators": 1.0}
    starved = budget(run(**AMPLE_RADIATOR))
    assert next(iter(starved.binding_in_light)) == "energy of a revolution"
    assert next(iter(starved.binding_in_dark)) == "design depth of the battery"
    slow = budget(run(**AMPLE_RADIATOR, **AMPLE_BATTERY, **{"satellite.battery.discharge_rate": "0.05 /h"}))
    assert next(iter(slow.binding_in_dark)) == "discharging rate"


def test_conditions(results):
    seen = conditions(results)
    assert str(seen.date.astype("datetime64[D]")) == "2026-03-20"
    assert seen.sun_distance_au == pytest.approx(0.9959, abs=2e-4)  # two weeks before it passes 1 au
    assert seen.flux_w_m2 == pytest.approx(1361 / seen.sun_distance_au**2, rel=1e-12)
    assert abs(math.degrees(seen.beta_rad)) < 1.0  # the Sun at the equinox, the node there too
    assert (seen.age_s, seen.array_health, seen.absorptivity) == (0.0, 1.0, 0.15)
    # without health a satellite keeps what its age has left it at the start
    old = conditions(run(**{"satellite.age": "5 years", "time.duration": "10 min", "health": "none"}))
    assert old.absorptivity == pytest.approx(0.25, rel=1e-12)
    assert old.array_health == pytest.approx(0.975**5, rel=1e-12)
    assert old.capacity_j == pytest.approx(0.8 * 117 * 3.6e6, rel=1e-12)


def test_parts():
    assert spells(np.array([True, False, True, True, False])) == [(0, 1), (2, 4)]
    assert spells(np.array([False, False])) == []
    assert shares(np.array(["a", "b", "b", "b"])) == {"b": 0.75, "a": 0.25}


def test_an_old_satellites_budget_is_of_what_age_and_failures_left():
    old = run(**{"satellite.age": "5 years", "health.failures.satellites": "none"})
    left = float(old.dataset["satellite_battery_left"].values[0])
    assert 0.6 < left < 0.9
    hardware = hardware_of(old, 0)
    assert hardware.capacity_j == pytest.approx(left * 117 * 3.6e6)
    assert hardware.full_w == pytest.approx(150e3 * float(old.dataset["satellite_compute_left"].values[0]))
    assert hardware.solar_m2 > hardware_of(run(health="none"), 0).solar_m2
    margins = budget(old).margins
    assert min(margins[name].left for name in ("charge", "charging", "discharging")) > -1e-6
    told = conditions(old)
    assert told.array_health == float(old.dataset["satellite_array_left"].values[0])
    assert told.capacity_j == hardware.capacity_j
