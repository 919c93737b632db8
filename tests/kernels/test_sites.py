"""The kernel of sites against a plain twin, and the largest throughput against the power that it must fit."""

import math

import numpy as np
import pytest

from orbital_compute._jit import sweep
from orbital_compute.kernels import sites as kernel

STEP_S = 60.0
COLUMN = {name: c for c, name in enumerate(kernel.FLOWS)}


def tables(*, battery_w=150e6, capacity_j=5e11, turbine_w=0.0, exponents=(2.0, 3.0), other_w=45e6):
    """Return tables of one site: 205 MW of devices in two groups and a rest; the battery is made small on purpose."""
    device_w = np.array([150e6, 55e6, 0.0, 0.0])
    row = dict(
        rated_it_w=device_w.sum() + other_w,
        supply_k=298.0,
        cooling_factor=1.4,
        peak_flop_s=2.5e20,
        other_it_w=other_w,
        turbine_limit_w=turbine_w,
        battery_capacity_j=capacity_j,
        battery_floor_j=0.1 * capacity_j,
        battery_limit_w=battery_w,
        charge_efficiency=0.95,
        discharge_efficiency=0.9,
        inverse_taper=10.0,
    )
    plant = np.array([[float(row[name]) for name in kernel.PLANT]])
    group = np.array([[0.2 * device_w, 0.8 * device_w, [*exponents, 1.0, 1.0]]])
    return plant, group


def twin_power(plant, group, throughput, outside_k):
    """Return device, electrical, cooling and total power, written anew from DESIGN §12 and MODEL §5.1."""
    p = dict(zip(kernel.PLANT, plant[0], strict=True))
    device = sum(idle + span * throughput**a for idle, span, a in group[0].T)
    it, rated, t_s = device + p["other_it_w"], p["rated_it_w"], p["supply_k"]
    x, s = it / rated, min(max((outside_k - t_s + 8) / 10, 0), 1)
    electrical = rated * (0.005 + 0.010 * x + 0.030 * x**2)
    chiller = it * s * (outside_k + 10 - t_s) / (0.45 * t_s)
    cooling = p["cooling_factor"] * (0.02 * rated + 0.05 * rated * x**3 + chiller)
    return device, electrical, cooling, it + electrical + cooling


def twin_march(plant, group, battery_j, throughput, outside_k, grid_w):
    """Return energies by name, the battery's end and the throughput of each step, with a scan instead of bisection."""
    p = dict(zip(kernel.PLANT, plant[0], strict=True))
    out, ran, on = dict.fromkeys(kernel.FLOWS, 0.0), [], True
    for temperature, grid_limit in zip(outside_k, grid_w, strict=True):
        room = p["battery_capacity_j"] - battery_j
        give = min(p["battery_limit_w"], max(battery_j - p["battery_floor_j"], 0) / STEP_S * p["discharge_efficiency"])
        take = p["battery_limit_w"] * min(room * p["inverse_taper"] / p["battery_capacity_j"], 1)
        take = min(take, room / STEP_S / p["charge_efficiency"])
        local = grid_limit + p["turbine_limit_w"]
        wanted = twin_power(plant, group, throughput, temperature)[3]
        x = throughput
        if wanted > local + give:
            scan = [y for y in np.linspace(0, 1, 4001) if twin_power(plant, group, y, temperature)[3] <= local + give]
            x = max(scan, default=-1.0)
        on = on and x >= 0
        x = x if on else 0.0
        device, electrical, cooling, load = (on * v for v in twin_power(plant, group, x, temperature))
        charge, discharge = min(max(local - load, 0), take), min(max(load - local, 0), give)
        drawn = load + charge - discharge
        flows = dict(
            device_j=device,
            other_it_j=on * p["other_it_w"],
            it_j=device + on * p["other_it_w"],
            electrical_j=electrical,
            cooling_j=cooling,
            grid_j=min(drawn, grid_limit),
            turbine_j=max(drawn - grid_limit, 0),
            charge_j=charge,
            discharge_j=discharge,
            loss_j=charge * (1 - p["charge_efficiency"]) + discharge * (1 / p["discharge_efficiency"] - 1),
            short_j=wanted - load,
            dark_s=float(not on),
        )
        for name, value in flows.items():
            out[name] += value * STEP_S
        battery_j += (charge * p["charge_efficiency"] - discharge / p["discharge_efficiency"]) * STEP_S
        ran.append(x)
    return out, battery_j, ran


def march(plant, group, battery_j, throughput, outside_k, grid_w):
    state, done, flows = np.array([[battery_j]]), np.empty(1), np.empty((1, len(kernel.FLOWS)))
    kernel.march_sites(
        plant, group, outside_k[None], grid_w[None], STEP_S, np.array([throughput]), 0, 1, state, done, flows
    )
    return {name: flows[0, c] for name, c in COLUMN.items()}, state[0, 0], done[0]


def offer(plant, group, battery_j, outside_k, grid_w):
    out = np.empty(1)
    kernel.offer_sites(plant, group, np.array([[battery_j]]), outside_k[None], grid_w[None], STEP_S, 0, 1, out)
    return out[0]


@sweep
def largest(plant_table, group_table, outside_k, available_w, out):
    plant = kernel.site_plant(plant_table, group_table, 0)
    for i in range(available_w.size):
        out[i, 0] = kernel.largest_throughput(plant, outside_k, available_w[i])
        out[i, 1] = kernel.total_power_w(plant, max(out[i, 0], 0.0), outside_k)


@pytest.mark.parametrize("throughput", [0.0, 0.37, 1.0])
@pytest.mark.parametrize("grid_w", [600e6, 250e6, 90e6])
def test_march_agrees_with_its_plain_twin(throughput, grid_w):
    """Headroom, bridging and a dark site; the twin finds a cut throughput to 1/4000 by scanning."""
    plant, group = tables(capacity_j=2e10, turbine_w=10e6)
    outside_k = np.array([285.0, 293.0, 302.0, 309.0])
    grid = np.array([grid_w, grid_w, 0.5 * grid_w, grid_w])
    flows, end_j, done = march(plant, group, 9e9, throughput, outside_k, grid)
    expected, expected_end_j, ran = twin_march(plant, group, 9e9, throughput, outside_k, grid)
    cut = any(x != throughput for x in ran)
    tolerance = 1e-3 if cut else 1e-12
    passing_j = expected["grid_j"] + expected["turbine_j"] + expected["discharge_j"]
    for name in kernel.FLOWS[:-1]:
        assert flows[name] == pytest.approx(expected[name], abs=tolerance * passing_j), name
    assert flows["dark_s"] == expected["dark_s"]
    assert end_j == pytest.approx(expected_end_j, abs=tolerance * passing_j)
    if throughput > 0:
        assert done == pytest.approx(np.mean([x / throughput for x in ran]), abs=tolerance)


def test_largest_throughput_fits_and_a_hair_more_does_not():
    plant, group = tables()
    available_w = np.array([105e6, 180e6, 250e6, 330e6])
    out = np.empty((4, 2))
    largest(plant, group, 300.0, available_w, out)
    assert out[0, 0] == -1.0  # 86 MW idle, 3 MW lost, 18.5 MW of cooling
    assert out[3, 0] == 1.0
    for i in (1, 2):
        assert 0.0 < out[i, 0] < 1.0
        assert out[i, 1] <= available_w[i]
        assert twin_power(plant, group, out[i, 0] + 1e-9, 300.0)[3] > available_w[i]


def test_one_exponent_and_cold_air_invert_in_closed_form():
    """With a = 2, no chiller and k = 0 the power is a quadratic in P_IT, solved here by its formula."""
    plant, group = tables(exponents=(2.0, 2.0))
    plant[0, kernel.PLANT.index("cooling_factor")] = 0.0
    available_w, rated_w = 200e6, 250e6
    a, b, c = 0.030 / rated_w, 1.010, 0.005 * rated_w - available_w
    it_w = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    expected = math.sqrt((it_w - 45e6 - 0.2 * 205e6) / (0.8 * 205e6))
    out = np.empty((1, 2))
    largest(plant, group, 280.0, np.array([available_w]), out)
    assert out[0, 0] == pytest.approx(expected, abs=1e-12)


def test_an_offer_is_carried_in_full_and_a_little_more_is_not():
    plant, group = tables(capacity_j=2e10)
    outside_k, grid_w = np.full(4, 305.0), np.full(4, 280e6)
    promised = offer(plant, group, 6e9, outside_k, grid_w)
    assert 0.0 < promised < 1.0
    kept, _, done = march(plant, group, 6e9, promised, outside_k, grid_w)
    assert (kept["short_j"], done) == (0.0, 1.0)
    broken, _, done = march(plant, group, 6e9, promised + 1e-6, outside_k, grid_w)
    assert broken["short_j"] > 0.0
    assert done < 1.0


def test_the_battery_is_not_promised_twice():
    """Stored energy above the floor carries the lack of a whole window, no more: E η_d = lack × time."""
    plant, group = tables(capacity_j=2e10)
    outside_k, grid_w = np.full(5, 305.0), np.full(5, 280e6)
    promised = offer(plant, group, 5e9, outside_k, grid_w)
    lack_w = twin_power(plant, group, promised, 305.0)[3] - 280e6
    assert lack_w == pytest.approx((5e9 - 2e9) * 0.9 / (5 * STEP_S), rel=1e-6)


def test_nothing_is_offered_where_idle_is_too_much():
    plant, group = tables(battery_w=0.0)
    assert offer(plant, group, 5e11, np.full(3, 300.0), np.full(3, 100e6)) == 0.0


def test_a_dark_site_charges_its_battery_and_stays_dark_for_the_window():
    """After one step the battery could carry the idle site for a minute; it waits for the next window."""
    plant, group = tables(capacity_j=5e11)
    flows, end_j, _ = march(plant, group, 5e10, 0.5, np.full(3, 300.0), np.full(3, 60e6))
    assert flows["it_j"] == flows["electrical_j"] == flows["cooling_j"] == 0.0
    assert flows["dark_s"] == 180.0
    assert flows["grid_j"] == flows["charge_j"] == 180.0 * 60e6
    assert end_j == pytest.approx(5e10 + 0.95 * 180.0 * 60e6)


def test_mean_of_a_year_of_cooling():
    outside_k = np.array([280.0, 295.0, 303.0])
    expected = (0.07 + 0.07 + 0.5 * 7.0 / (0.45 * 298) + 0.07 + 15.0 / (0.45 * 298)) / 3
    assert kernel.mean_unit_cooling(outside_k, 298.0) == pytest.approx(expected, rel=1e-14)
