"""Small programmes of dispatch, their optimum by other code, and a check of every limit."""

import highspy
import numpy as np
import pytest

from orbital_compute.model.programme import Programme

OPTIMAL = 1e-9  # relative: rows and prices of HiGHS are kept to 1e-10
ROUNDING = 1e-13  # of a sum of some hundred terms


def programme(supply, demand, value, feasible, routes, arcs=(), capacity=(), cost=None, route_cost=None):
    """Routes are (group, demand), arcs (route, arc, bit per FLOP)."""
    group, to = np.array(routes, np.int64).reshape(-1, 2).T
    of_route, arc, bit = np.array(arcs, float).reshape(-1, 3).T
    return Programme(
        supply_flop=np.array(supply, float),
        demand_flop=np.array(demand, float),
        value=np.array(value, float),
        feasible=np.atleast_2d(np.array(feasible, bool)),
        route_group=group,
        route_demand=to,
        arc_capacity_bit=np.array(capacity, float),
        arc_route=of_route.astype(np.int64),
        arc_index=arc.astype(np.int64),
        arc_bit_per_flop=bit,
        signature_cost=np.zeros(len(supply)) if cost is None else np.array(cost, float),
        route_cost=np.zeros(group.size) if route_cost is None else np.array(route_cost, float),
    )


def random_programme(seed, *, unit=1.0):
    """A small programme of any shape: nested groups or not, nodes dark, arcs down, values far apart."""
    rng = np.random.default_rng(seed)
    n_s, n_g, n_k, n_e = (int(rng.integers(1, most)) for most in (14, 9, 7, 4))
    n_r = int(rng.integers(1, 25))
    feasible = rng.random((n_s, n_g)) < rng.uniform(0.1, 0.8)
    if rng.random() < 0.5:  # nested, as limits on delay are
        feasible = np.logical_or.accumulate(feasible, axis=1)
    supply = rng.uniform(0, 10, n_s) * (rng.random(n_s) < 0.85) * 10.0 ** rng.integers(-3, 1, n_s)
    arcs = [(r, e, rng.uniform(0, 2)) for r in range(n_r) for e in range(n_e) if rng.random() < 0.4]
    return programme(
        supply * unit,
        rng.uniform(0, 12, n_k) * (rng.random(n_k) < 0.9) * unit,
        rng.choice([0.0, 1.0, 2.0, 3.5, 50.0], n_k),
        feasible,
        [(int(rng.integers(n_g)), int(rng.integers(n_k))) for _ in range(n_r)],
        arcs,
        rng.uniform(0, 15, n_e) * (rng.random(n_e) < 0.8) * unit,
        cost=rng.choice([0.0, 0.1, 0.4], n_s) * (rng.random() < 0.7),
        route_cost=rng.uniform(0, 0.2, n_r),
    )


def plain_optimum(p, gain=None, floors=()):
    """One column for each feasible (signature, route), one row for each limit: nothing merged, other code.

    gain : float64[n_route], in place of the routes' own; floors : (float64[n_route], least) that the flows must keep
    """
    of_route = p.value[p.route_demand] - p.route_cost if gain is None else gain
    columns = [(s, r) for s in range(p.supply_flop.size) for r in range(p.route_group.size)]
    columns = [(s, r) for s, r in columns if p.feasible[s, p.route_group[r]]]
    work, bits = p.demand_flop.max(initial=1.0), p.arc_bit_per_flop.max(initial=1.0)
    worth = p.value.max(initial=1.0)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-10)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
    flow = [solver.addVariable(lb=0.0, obj=-(of_route[r] - p.signature_cost[s]) / worth) for s, r in columns]

    def limit(terms, most):
        if terms:
            solver.addConstr(sum(terms) <= most)

    for s, supply in enumerate(p.supply_flop):
        limit([flow[c] for c, (i, _) in enumerate(columns) if i == s], supply / work)
    for k, demand in enumerate(p.demand_flop):
        limit([flow[c] for c, (_, r) in enumerate(columns) if p.route_demand[r] == k], demand / work)
    for e, capacity in enumerate(p.arc_capacity_bit):
        use = np.zeros(p.route_group.size)
        np.add.at(use, p.arc_route[p.arc_index == e], p.arc_bit_per_flop[p.arc_index == e] / bits)
        limit([use[r] * flow[c] for c, (_, r) in enumerate(columns) if use[r]], capacity / (work * bits))
    for own, use in enumerate(p.group_use):
        scale = max(use.max(initial=0.0), 1e-300)
        for s in np.flatnonzero(np.isfinite(p.own_limit[:, own])):
            terms = [use[p.route_group[r]] / scale * flow[c] for c, (i, r) in enumerate(columns) if i == s]
            limit(terms, p.own_limit[s, own] / (work * scale))
    for floor_gain, least in floors:
        terms = [-floor_gain[r] / worth * flow[c] for c, (_, r) in enumerate(columns) if floor_gain[r]]
        limit(terms, -least / (work * worth))
    solver.run()
    assert solver.getModelStatus() in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
    return -solver.getInfo().objective_function_value * work * worth


def check_limits(p, a):
    """Every limit, from the single flows and not from the assignment's own sums."""
    signature, route, flop = a.columns()
    assert (flop > 0.0).all()
    assert p.feasible[signature, p.route_group[route]].all()
    spent = np.bincount(signature, flop, minlength=p.supply_flop.size)
    assert (spent <= p.supply_flop * (1 + ROUNDING)).all()
    assert (a.signature_flop <= p.supply_flop).all()
    got = np.bincount(p.route_demand[route], flop, minlength=p.demand_flop.size)
    assert (got <= p.demand_flop).all()
    by_route = np.bincount(route, flop, minlength=p.route_group.size)
    bits = np.bincount(p.arc_index, by_route[p.arc_route] * p.arc_bit_per_flop, minlength=p.arc_capacity_bit.size)
    assert (bits <= p.arc_capacity_bit).all()
    for own, use in enumerate(p.group_use):
        taken = np.bincount(signature, flop * use[p.route_group[route]], minlength=p.supply_flop.size)
        assert (taken <= p.own_limit[:, own]).all()
    scale = max(p.supply_flop.max(initial=0.0), 1e-300)
    assert np.abs(spent - a.signature_flop).max(initial=0.0) <= ROUNDING * scale
    assert np.abs(by_route - a.route_flop).max(initial=0.0) <= ROUNDING * scale * p.supply_flop.size
    worth = (by_route * p.route_gain).sum() - (spent * p.signature_cost).sum()
    assert a.objective == pytest.approx(worth, rel=1e-12, abs=1e-12 * scale)
