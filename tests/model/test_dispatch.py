"""Dispatch against paper, enumeration and the full linear programme; flows keep every limit, bounds are bounds."""

import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programmes import OPTIMAL, check_limits, plain_optimum, programme, random_programme

from orbital_compute.errors import ModelError
from orbital_compute.model.dispatch import certificate_bound, certified, plain_stage, within_limits
from orbital_compute.model.solve import solve


def test_two_nodes_on_paper():
    # Node 0 (10) reaches both demands, node 1 (6) only the second. Demand 0: 8 at 3 a FLOP, demand 1: 12 at 1.
    # Demand 0 takes 8 of node 0; demand 1 gets the other 2 and all 6 of node 1: 8 of 12. Worth 24 + 8.
    # One more FLOP of any node serves demand 1: price 1. One more of demand 0 takes it from there: 3 - 1 = 2.
    p = programme([10, 6], [8, 12], [3, 1], [[1, 1], [0, 1]], [(0, 0), (1, 1)])
    a = solve(p)
    assert a.objective == pytest.approx(32.0, rel=OPTIMAL)
    assert a.demand_served_flop == pytest.approx([8, 8], rel=OPTIMAL)
    assert a.signature_flop == pytest.approx([10, 6], rel=OPTIMAL)
    assert a.supply_price == pytest.approx([1, 1], rel=OPTIMAL)
    assert a.demand_price == pytest.approx([2, 0], abs=OPTIMAL)
    assert a.bound == pytest.approx(1 * 16 + 2 * 8, rel=OPTIMAL)
    assert a.gap < OPTIMAL


def test_an_arc_on_paper():
    # 10 FLOP for two demands of 10, worth 4 and 3, over one arc of 12 bit; 2 bit and 1 bit a FLOP.
    # Supply and arc both bind: x + y = 10, 2x + y = 12: x = 2, y = 8, worth 32.
    # λ + 2ν = 4, λ + ν = 3: λ = 2, ν = 1; bound 2*10 + 1*12 = 32.
    p = programme([10], [10, 10], [4, 3], [[1]], [(0, 0), (0, 1)], [(0, 0, 2.0), (1, 0, 1.0)], [12])
    a = solve(p)
    assert a.route_flop == pytest.approx([2, 8], rel=OPTIMAL)
    assert a.supply_price == pytest.approx([2], rel=OPTIMAL)
    assert a.arc_price == pytest.approx([1], rel=OPTIMAL)
    assert a.arc_use_bit == pytest.approx([12], rel=OPTIMAL)
    assert a.bound == pytest.approx(32.0, rel=OPTIMAL)


def test_the_best_of_all_whole_flows():
    # whole supplies and demands without arcs have a whole optimum: try all of them
    rng = np.random.default_rng(3)
    for _ in range(20):
        supply, demand, value = rng.integers(0, 4, 2), rng.integers(0, 4, 2), rng.integers(1, 6, 2)
        feasible = rng.random((2, 2)) < 0.7
        best = 0.0
        for x in itertools.product(range(4), repeat=4):
            flow = np.array(x).reshape(2, 2)
            allowed = (flow[~feasible] == 0).all() and (flow.sum(axis=1) <= supply).all()
            if allowed and (flow.sum(axis=0) <= demand).all():
                best = max(best, float((flow.sum(axis=0) * value).sum()))
        a = solve(programme(supply, demand, value, feasible, [(0, 0), (1, 1)]))
        assert a.objective == pytest.approx(best, rel=OPTIMAL, abs=OPTIMAL)


@pytest.mark.parametrize("seed", range(60))
def test_merged_equals_the_full_programme(seed):
    p = random_programme(seed)
    a = solve(p)
    assert a.objective == pytest.approx(plain_optimum(p), rel=OPTIMAL, abs=OPTIMAL)
    assert 0.0 <= a.gap < OPTIMAL
    check_limits(p, a)


@pytest.mark.parametrize("seed", range(8))
def test_size_of_the_numbers_does_not_matter(seed):
    small, large = random_programme(seed), random_programme(seed, unit=1e24)
    assert solve(large).objective == pytest.approx(solve(small).objective * 1e24, rel=OPTIMAL)
    check_limits(large, solve(large))


@given(st.integers(0, 10**6), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_any_prices_prove_a_bound(seed, of_supply, of_arcs):
    p = random_programme(seed)
    best = solve(p)
    rng = np.random.default_rng(seed)
    bound, demand_price = certificate_bound(
        p,
        plain_stage(
            p,
            np.maximum(best.supply_price + of_supply * rng.normal(size=best.supply_price.size), 0.0),
            np.maximum(best.arc_price + of_arcs * rng.normal(size=best.arc_price.size), 0.0),
        ),
    )
    assert (demand_price >= 0.0).all()
    assert bound >= best.objective * (1 - OPTIMAL)


def test_a_cut_that_only_a_set_of_groups_makes():
    # Three groups of two members each out of three: each pair of groups can draw all three members, each group two.
    # Values 3, 2, 1 for demands of 2 and members of 1: 2*3 + 1*2; no single group's limit says so.
    member = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    a = solve(programme([1, 1, 1], [2, 2, 2], [3, 2, 1], member, [(0, 0), (1, 1), (2, 2)]))
    assert a.objective == pytest.approx(8.0, rel=OPTIMAL)
    assert a.gap < OPTIMAL


def test_limits_that_the_first_programme_lacks_are_found():
    # 30 rings of neighbours: the union of a stretch of groups is scarce, no group and not the whole
    n = 30
    member = np.zeros((n, n), bool)
    for s in range(n):
        member[s, [s, (s + 1) % n, (s + 2) % n]] = True
    demand = np.where((np.arange(n) > 8) & (np.arange(n) < 14), 2.5, 0.1)
    p = programme(np.ones(n), demand, np.ones(n), member, [(g, g) for g in range(n)])
    a = solve(p)
    # groups 9 to 13 can draw the members 7 to 13, seven of them, for 12.5
    assert a.objective == pytest.approx(7.0 + 0.1 * 25, rel=OPTIMAL)
    assert a.gap < OPTIMAL
    check_limits(p, a)


def test_equal_input_gives_equal_bits_whatever_ran_before():
    p = random_programme(7)
    kept = [np.array(field).tobytes() for field in dataclasses.astuple(solve(p))[1:-1]]
    for other in range(5):
        solve(random_programme(100 + other))
        assert [np.array(field).tobytes() for field in dataclasses.astuple(solve(p))[1:-1]] == kept
    with ThreadPoolExecutor(2) as pool:
        for a in pool.map(lambda _: solve(p), range(4)):
            assert [np.array(field).tobytes() for field in dataclasses.astuple(a)[1:-1]] == kept


def test_equal_nodes_are_loaded_evenly():
    # four equal nodes, half the work wanted, one demand that only the first two can serve
    p = programme([4, 4, 4, 4], [2, 6], [1, 1], [[1, 1], [1, 1], [0, 1], [0, 1]], [(0, 0), (1, 1)])
    assert solve(p).share == pytest.approx([0.5] * 4, rel=1e-6)


def test_ways_of_equal_value_go_by_their_cost():
    p = programme([5, 5], [4], [1], [[1], [1]], [(0, 0), (0, 0)], cost=[1e-6, 0], route_cost=[1e-7, 0])
    a = solve(p)
    assert a.signature_flop == pytest.approx([0, 4], abs=OPTIMAL)
    assert a.route_flop == pytest.approx([0, 4], abs=OPTIMAL)


def test_a_node_that_is_dark_has_the_price_of_its_first_flop():
    p = programme([0, 1], [5, 5], [4, 1], [[1], [1]], [(0, 0), (0, 1)], cost=[0.5, 0])
    a = solve(p)
    assert a.signature_flop.tolist()[0] == 0.0
    assert a.supply_price == pytest.approx([3.5, 4.0], rel=OPTIMAL)


EDGES = {
    "nothing offered": (programme([0, 0], [1], [1], [[1], [1]], [(0, 0)]), 0.0),
    "nothing wanted": (programme([3], [0], [1], [[1]], [(0, 0)]), 0.0),
    "no nodes": (programme([], [1], [1], np.zeros((0, 1)), [(0, 0)]), 0.0),
    "no routes": (programme([3], [1], [1], np.zeros((1, 0)), []), 0.0),
    "worthless": (programme([3], [1], [0], [[1]], [(0, 0)]), 0.0),
    "all arcs down": (programme([3], [1], [1], [[1]], [(0, 0)], [(0, 0, 1.0)], [0]), 0.0),
    "an arc down, another up": (
        programme([3], [2], [1], [[1]], [(0, 0), (0, 0)], [(0, 0, 1.0), (1, 1, 1.0)], [0, 1]), 1.0,
    ),
    "no bits over an arc that is down": (programme([3], [2], [1], [[1]], [(0, 0)], [(0, 0, 0.0)], [0]), 2.0),
    "a crumb of supply": (programme([1e-30, 1], [2], [1], [[1], [1]], [(0, 0)]), 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_edges(name):
    p, objective = EDGES[name]
    a = solve(p)
    assert a.objective == pytest.approx(objective, rel=OPTIMAL)
    assert a.bound == pytest.approx(objective, rel=OPTIMAL)
    assert a.gap < OPTIMAL
    assert (a.share <= 1.0).all()
    assert a.executed_by_route(np.zeros(p.supply_flop.size)).tolist() == [0.0] * p.route_group.size


def test_unreachable_demands_are_named():
    # demand 0: a dark node could; 1: its arc is down; 2: no node is in its group; 3: not wanted
    p = programme(
        [0], [1, 1, 1, 0], [1] * 4, [[1, 0]], [(0, 0), (0, 1), (1, 2), (1, 3)], [(1, 0, 1.0)], [0]
    )  # fmt: skip
    assert p.unreachable.tolist() == [False, True, True, False]


@pytest.mark.parametrize("seed", range(10))
def test_flows_above_limits_are_cut_back_and_the_gap_shows_it(seed):
    p = random_programme(seed)
    a = solve(p)
    group_flop, route_share = within_limits(p, a.group_flop * (1 + 1e-6), a.route_share)
    worse = certified(p, group_flop, route_share, a.stages)
    check_limits(p, worse)
    half = certified(p, *within_limits(p, a.group_flop * 0.5, a.route_share), a.stages)
    if a.objective > 0.0:
        assert half.gap == pytest.approx(0.5, rel=1e-6)


def test_flows_better_than_the_bound_are_refused():
    p = programme([10], [8], [3], [[1]], [(0, 0)])
    with pytest.raises(ModelError, match="above the bound"):
        certified(p, np.array([[9.0]]), np.ones(1), [plain_stage(p, np.zeros(1), np.zeros(0))])


def test_executed_work_is_shared_out_as_it_was_assigned():
    p = random_programme(21)
    a = solve(p)
    part = np.random.default_rng(1).random(p.supply_flop.size)
    executed = a.signature_flop * part
    signature, route, flop = a.columns()
    expected = np.bincount(route, flop * part[signature], minlength=p.route_group.size)
    assert a.executed_by_route(executed) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert a.executed_by_route(executed).sum() == pytest.approx(executed.sum(), rel=1e-12)
    assert (p.by_demand(a.executed_by_route(a.signature_flop)) <= p.demand_flop).all()
    assert a.merging_loss_flop(executed) == pytest.approx(a.signature_flop.sum() - executed.sum(), rel=1e-9)


def test_an_arc_named_twice_for_a_route_is_refused():
    p = programme([1], [1], [1], [[1]], [(0, 0)], [(0, 0, 1.0), (0, 0, 1.0)], [1])
    with pytest.raises(ModelError, match="HiGHS refused"):
        solve(p)


@pytest.mark.parametrize("name", ["supply_flop", "demand_flop", "value", "arc_capacity_bit", "arc_bit_per_flop"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_numbers_that_are_none_are_refused(name, wrong):
    p = programme([1], [1], [1], [[1]], [(0, 0)], [(0, 0, 1.0)], [1])
    with pytest.raises(ModelError, match=rf"{name}\[0\]") as error:
        dataclasses.replace(p, **{name: np.array([wrong])})
    assert error.value.quantity == name


def test_many_signatures_at_once():
    rng = np.random.default_rng(5)
    n_s, n_g, n_k = 20_000, 60, 64
    member = np.logical_or.accumulate((rng.random((n_s, 12, 5)) < 0.15), axis=2).reshape(n_s, n_g)
    routes = [(int(rng.integers(n_g)), k) for k in range(n_k) for _ in range(6)]
    arcs = [(r, int(rng.integers(16)), rng.uniform(0.5, 2)) for r in range(len(routes))]
    supply = rng.uniform(0, 1, n_s) * 1e21
    p = programme(
        supply, rng.uniform(0, 2, n_k) * supply.sum() / n_k, rng.choice([1.0, 2.0, 4.0], n_k), member, routes, arcs,
        rng.uniform(0, 2, 16) * supply.sum() / 16,
    )  # fmt: skip
    a = solve(p)
    assert a.gap < OPTIMAL
    check_limits(p, a)
