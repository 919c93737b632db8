"""The optimum of a horizon against paper, and against dispatch where windows do not touch."""

import dataclasses

import numpy as np
import pytest
from programmes import programme, random_programme

from orbital_compute.errors import ScenarioError
from orbital_compute.model.power_pieces import Pieces
from orbital_compute.model.reference import (
    Horizon,
    HorizonSatellites,
    HorizonSites,
    HorizonWindow,
    Segments,
    Storage,
    refuse_if_too_large,
    solve_horizon,
)
from orbital_compute.model.solve import solve

LINE = Pieces(0.0, np.array([100.0]), np.array([1.0]))  # 100 W at full work, half of it at half
EXACT = 1e-7  # rows of HiGHS are kept to 1e-9, in units of the largest


def battery(n, **changes):
    fields = {
        "start_j": 0.0, "end_j": 0.0, "floor_j": 0.0, "capacity_j": 1e6, "charge_limit_w": 0.0,
        "discharge_limit_w": 0.0, "taper_w_j": 1.0, "charge_efficiency": 0.8, "discharge_efficiency": 0.5,
    }  # fmt: skip
    return Storage(**{name: np.full(n, float(value)) for name, value in (fields | changes).items()})


def satellites(light, *, array_w=100.0, peak_flop_s=1000.0, length_s=300.0, storage=None, largest_w=100.0):
    """One satellite, its windows in light (True) or dark."""
    n = len(light)
    parts = Segments(
        np.zeros(n, np.int64), np.arange(n), np.full(n, length_s), np.where(light, array_w, 0.0), np.zeros(n),
        np.full(n, largest_w),
    )  # fmt: skip
    return HorizonSatellites(
        parts, storage or battery(1), np.ones(1), np.array([peak_flop_s]), np.zeros(1, np.int64), [LINE]
    )


def no_sites(n_window):
    return HorizonSites(battery(0), np.zeros((0, n_window)), np.zeros((0, n_window)), [])


def horizon(fleet, arrived, *, value, last_age, capacity_bit=None, sites=None, n_node=1):
    """Each demand has one route, of one group that all nodes are in, over one arc with 1 bit a FLOP."""
    arrived = np.array(arrived, float)
    n_window, n_demand = arrived.shape
    capacity = np.full(n_window, 1e30) if capacity_bit is None else np.array(capacity_bit, float)
    window = [
        HorizonWindow(np.ones((n_node, 1), bool), np.ones(n_demand, bool), capacity[w : w + 1], arrived[w])
        for w in range(n_window)
    ]
    routes = np.arange(n_demand)
    return Horizon(
        300.0, fleet, sites or no_sites(n_window), window, np.array(value, float), np.array(last_age, float),
        np.zeros(n_demand, np.int64), routes, routes, np.zeros(n_demand, np.int64), np.ones(n_demand),
    )  # fmt: skip


def test_light_is_stored_for_dearer_work_in_the_dark():
    # 1 FLOP a window-second is 0.1 W: 100 W of light do 300,000 FLOP worth 1 each. Stored, 60 W at most come back as
    # 60 × 0.8 × 0.5 = 24 W, worth 3 a FLOP: a watt stored earns 1.2 of what it earns now. So 40 W now, 24 W later.
    fleet = satellites([True, False], storage=battery(1, charge_limit_w=60.0, discharge_limit_w=200.0))
    best = solve_horizon(horizon(fleet, [[1e9, 0], [0, 1e9]], value=[1, 3], last_age=[0, 0]))
    assert best.value == pytest.approx(0.40 * 3e5 * 1 + 0.24 * 3e5 * 3, rel=EXACT)
    assert best.compute_power_w[0] == pytest.approx([40.0, 24.0], rel=EXACT)
    assert best.battery_j[0] == pytest.approx([60 * 0.8 * 300, 0.0], abs=1e-3)
    assert best.served_flop == pytest.approx(np.array([[1.2e5, 0], [0, 0.72e5]]), rel=EXACT, abs=1e-3)
    # a joule in the store at dusk does 0.5 J × 10 FLOP/J worth 3
    assert best.energy_price[0, 0] == pytest.approx(15.0, rel=EXACT)


def test_a_battery_must_end_where_the_run_ended():
    storage = battery(1, start_j=30e3, end_j=24e3, charge_limit_w=60.0, discharge_limit_w=200.0)
    best = solve_horizon(horizon(satellites([False], storage=storage), [[1e9]], value=[2], last_age=[0]))
    assert best.compute_power_w[0] == pytest.approx([6e3 * 0.5 / 300], rel=EXACT)


def test_charging_tapers_near_full():
    # 0.01 W a joule of room; 2 kJ of room: 20 W, of which 0.8 × 300 s = 4.8 kJ would not fit: 2 kJ do.
    storage = battery(1, start_j=998e3, end_j=998e3, charge_limit_w=60.0, discharge_limit_w=200.0)
    storage = dataclasses.replace(storage, taper_w_j=np.array([1e-3]))
    best = solve_horizon(horizon(satellites([True, False], storage=storage), [[0], [1e9]], value=[1], last_age=[0]))
    # at 1 mW a joule 2 W go in: 480 J, half of them come out
    assert best.compute_power_w[0, 1] == pytest.approx(2 * 0.8 * 0.5, rel=EXACT)


@pytest.mark.parametrize(("age", "served"), [(0, 3e5), (1, 6e5), (2, 8e5), (np.inf, 8e5)])
def test_work_waits_as_long_as_it_may(age, served):
    # 800,000 FLOP come in the first of four windows that do 300,000 each
    best = solve_horizon(horizon(satellites([True] * 4), [[8e5], [0], [0], [0]], value=[2], last_age=[age]))
    assert best.value == pytest.approx(2 * served, rel=EXACT)


def test_later_work_does_not_wait_in_the_place_of_earlier():
    # 400,000 come in each of the first two windows and may wait for one; done 300,000 a window: 900,000 of 800,000?
    # no: by the end of the second window all of the first 400,000 are done or dropped, 800,000 in all are served.
    best = solve_horizon(horizon(satellites([True] * 3), [[4e5], [4e5], [0]], value=[1], last_age=[1]))
    assert best.value == pytest.approx(8e5, rel=EXACT)
    best = solve_horizon(horizon(satellites([True] * 3), [[8e5], [4e5], [0]], value=[1], last_age=[1]))
    assert best.value == pytest.approx(9e5, rel=EXACT)
    best = solve_horizon(horizon(satellites([True] * 3), [[8e5], [0], [4e5]], value=[1], last_age=[1]))
    assert best.value == pytest.approx(9e5, rel=EXACT)


def test_an_arc_holds_work_back():
    h = horizon(satellites([True, True]), [[2e5], [2e5]], value=[1], last_age=[np.inf], capacity_bit=[1e5, 2.5e5])
    best = solve_horizon(h)
    assert best.served_flop[:, 0] == pytest.approx([1e5, 2.5e5], rel=EXACT)
    assert best.arc_price[:, 0] == pytest.approx([1.0, 1.0], rel=EXACT)


def test_a_site_lives_on_its_battery_plant_when_it_is_worth_most():
    # the grid carries 80 W of 100; the plant holds 9 kJ at one for one: 30 W for a window, at most 20 W are lacking
    sites = HorizonSites(
        battery(1, start_j=9e3, capacity_j=9e3, charge_limit_w=30.0, discharge_limit_w=30.0, charge_efficiency=1.0,
                discharge_efficiency=1.0),
        np.full((1, 3), 1000.0), np.full((1, 3), 80.0), [[LINE] * 3],
    )  # fmt: skip
    h = horizon(satellites([False] * 3), np.full((3, 3), 1e9) * np.eye(3), value=[1, 3, 2], last_age=[0, 0, 0],
                sites=sites, n_node=2)  # fmt: skip
    best = solve_horizon(h)
    assert best.site_flop[0] == pytest.approx([2.4e5, 3e5, 2.7e5], rel=EXACT)
    assert best.value == pytest.approx(2.4e5 + 9e5 + 5.4e5, rel=EXACT)


@pytest.mark.parametrize("seed", range(12))
def test_windows_that_do_not_touch_are_those_of_dispatch(seed):
    # nothing waits, nothing is stored: the optimum of the horizon is the sum of the windows'
    p = random_programme(seed)
    p = programme(
        p.supply_flop, p.demand_flop, p.value, p.feasible, list(zip(p.route_group, p.route_demand, strict=True)),
        list(zip(p.arc_route, p.arc_index, p.arc_bit_per_flop, strict=True)), p.arc_capacity_bit,
    )  # fmt: skip
    rng, n = np.random.default_rng(seed), p.supply_flop.size
    scale = rng.uniform(0.2, 2.0, 3)
    windows, total = [], 0.0
    for factor in scale:
        windows.append(HorizonWindow(p.feasible, p.route_open, p.arc_capacity_bit * factor, p.demand_flop))
        total += solve(dataclasses.replace(p, arc_capacity_bit=p.arc_capacity_bit * factor)).objective
    parts = Segments(
        np.repeat(np.arange(n), 3), np.tile(np.arange(3), n), np.ones(3 * n), np.full(3 * n, 100.0), np.zeros(3 * n),
        np.full(3 * n, 100.0),
    )  # fmt: skip
    fleet = HorizonSatellites(parts, battery(n), np.ones(n), p.supply_flop, np.zeros(n, np.int64), [LINE])
    h = Horizon(
        1.0, fleet, no_sites(3), windows, p.value, np.zeros(p.value.size), p.route_group, p.route_demand,
        p.arc_route, p.arc_index, p.arc_bit_per_flop,
    )  # fmt: skip
    best = solve_horizon(h)
    assert best.value == pytest.approx(total, rel=EXACT, abs=EXACT)
    assert best.arc_price.min(initial=0.0) >= -EXACT


def test_what_is_too_large_is_refused_with_the_limit():
    with pytest.raises(ScenarioError, match="201 satellites are too many for the whole horizon; at most 200"):
        refuse_if_too_large(satellites=201, windows=96, demands=64, window_s=300.0)
    with pytest.raises(ScenarioError) as error:
        refuse_if_too_large(satellites=200, windows=97, demands=257, window_s=900.0)
    assert len(error.value.problems) == 3
