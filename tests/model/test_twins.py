"""Equal nodes with ways of their own work evenly, whatever corner the solver came from."""

import numpy as np
import pytest
from programmes import OPTIMAL, check_limits, plain_optimum, programme

from orbital_compute.model.solve import solve
from orbital_compute.model.twins import share_among_twins


def sites(supply, demand, capacity, *, bit=(1.0, 2.0), cost=None, route_cost=None):
    """Return a programme of sites that each serve all demands over an uplink of their own."""
    n, m = len(supply), len(demand)
    routes = [(j, k) for j in range(n) for k in range(m)]
    arcs = [(j * m + k, j, bit[k]) for j in range(n) for k in range(m)]
    return programme(supply, demand, [1.0] * m, np.eye(n), routes, arcs, capacity, cost=cost, route_cost=route_cost)


def test_equal_sites_have_equal_loads_in_every_window():
    for wanted in np.linspace(1.0, 19.0, 13):
        a = solve(sites([10.0, 10.0], [0.7 * wanted, 0.3 * wanted], [100.0, 100.0]))
        assert a.share == pytest.approx([wanted / 20.0] * 2, rel=OPTIMAL)
        assert a.route_flop[:2] == pytest.approx(a.route_flop[2:], rel=OPTIMAL)
        assert a.gap < OPTIMAL


def test_loads_are_in_proportion_to_supply():
    a = solve(sites([10.0, 30.0, 0.0], [8.0, 4.0], [100.0, 100.0, 100.0]))
    assert a.signature_flop == pytest.approx([3.0, 9.0, 0.0], rel=OPTIMAL)


def test_a_narrow_uplink_carries_what_it_can_and_the_others_the_rest():
    # 12 FLOP of 8 + 2*4 = 16 bits: two thirds of a bit... 16/12 bit a FLOP; an uplink of 2 bit carries 1.5 FLOP
    p = sites([10.0, 10.0, 20.0], [8.0, 4.0], [2.0, 100.0, 100.0])
    a = solve(p)
    check_limits(p, a)
    assert a.signature_flop == pytest.approx([1.5, 3.5, 7.0], rel=OPTIMAL)
    assert a.objective == pytest.approx(plain_optimum(p), rel=OPTIMAL)


def test_an_uplink_that_is_down_carries_nothing():
    a = solve(sites([10.0, 10.0], [8.0, 1.0], [0.0, 100.0]))
    assert a.signature_flop == pytest.approx([0.0, 9.0], abs=OPTIMAL)


def test_flows_stay_where_no_common_mix_keeps_the_limits():
    # the first has the supply and 4 bit, the second 4 FLOP and the wide uplink: 12 FLOP of 16 bits fit in no common mix
    p = sites([10.0, 4.0], [8.0, 4.0], [8.0, 100.0])
    a = solve(p)
    check_limits(p, a)
    assert a.objective == pytest.approx(plain_optimum(p), rel=OPTIMAL)
    assert a.signature_flop.sum() == pytest.approx(12.0, rel=OPTIMAL)


@pytest.mark.parametrize("other", ["cost", "route_cost"])
def test_nodes_that_differ_are_no_twins(other):
    cost = [0.0, 1e-6] if other == "cost" else None
    route_cost = [0.0, 0.0, 1e-6, 1e-6] if other == "route_cost" else None
    a = solve(sites([10.0, 10.0], [6.0, 3.0], [100.0, 100.0], cost=cost, route_cost=route_cost))
    assert a.signature_flop == pytest.approx([9.0, 0.0], abs=OPTIMAL)


@pytest.mark.parametrize("seed", range(40))
def test_worth_and_limits_stay(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 5)), int(rng.integers(1, 3))
    p = sites(rng.uniform(1, 9, n), rng.uniform(0, 9, m), rng.uniform(1, 20, n) * rng.choice([1, 10]))
    a = solve(p)
    check_limits(p, a)
    assert a.objective == pytest.approx(plain_optimum(p), rel=1e-8)
    again = share_among_twins(p, a.group_flop, a.route_share)
    assert again[0] == pytest.approx(a.group_flop, rel=1e-9)
    assert again[1] == pytest.approx(a.route_share, rel=1e-9)
