"""Dispatch by prices alone: entropic sweeps, repair, refill by value; the certificate is by the same prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...kernels.prices import price_sweep
from ..dispatch import Assignment, certificate_bound, certified, plain_stage, within_limits
from ..programme import Programme
from ..split import first_split, gathered, levels_of, prove
from .turns import Fill, RouteArcs, by_value, judged, on_pieces, share_of_group, worthwhile

COLD = 0.002  # in units of the largest gain
TEMPERATURES = np.concatenate([np.geomspace(1.0, COLD, 300), np.full(200, COLD)])  # of the sweeps
LEFT_OVER = 1e-3  # of supply, a demand or an arc: from here on it should have no price


def price(programme: Programme, w_window: int) -> Assignment:
    """Return flows that prices lead to, and the bound that the prices prove. No linear programme is solved.

    Notes
    -----
    MODEL §7.2: prices are swept while the temperature falls to COLD, and there; what then stands above a limit is given
    up, what is left of supply goes to the demands of most value. Own limits are kept by sweeping on supply that is
    split by what demands take of them (`split`). Tiers are swept one after another, each on what is left; several are
    judged by the prices of the optimum, since a tier's own say nothing of what it could take from those before.
    """
    if len(programme.tiers) > 1:
        return judged(programme, *on_pieces(programme, _tier_by_tier))
    if not programme.limited.any():
        group_flop, share, supply_price, arc_price = _swept(programme)
        return certified(programme, group_flop, share, [plain_stage(programme, supply_price, arc_price)])
    split = first_split(programme)
    group_flop, share, supply_price, arc_price = _swept(split.programme)
    stage = plain_stage(split.programme, supply_price, arc_price)
    stage, _ = prove(programme, levels_of(programme), split, stage)
    return certified(programme, *within_limits(programme, gathered(split, group_flop), share), [stage])


def _tier_by_tier(programme: Programme) -> tuple[np.ndarray, np.ndarray]:
    """Return flows of all tiers, each swept on what those before have left."""
    group_flop, route_flop = np.zeros(programme.feasible.shape), np.zeros(programme.route_group.size)
    for tier in programme.tiers:
        left = replace(
            programme,
            supply_flop=np.maximum(programme.supply_flop - group_flop.sum(axis=1), 0.0),
            demand_flop=np.where(programme.tier == tier, programme.demand_flop, 0.0),
            arc_capacity_bit=np.maximum(programme.arc_capacity_bit - programme.by_arc(route_flop), 0.0),
        )
        of_tier, share, _, _ = _swept(left)
        group_flop += of_tier
        route_flop += share * of_tier.sum(axis=0)[programme.route_group]
    return group_flop, share_of_group(programme, route_flop)


def _swept(programme: Programme):
    """Return flows, and the prices of supply and arcs that prove the lowest bound of those that sweeps lead to."""
    use = np.flatnonzero(worthwhile(programme))
    lit = programme.supply_flop > 0.0
    n_signature, n_group = programme.feasible.shape
    reached = np.any(programme.feasible & lit[:, None], axis=0)
    use = use[reached[programme.route_group[use]]]
    if not use.size:
        nothing = np.zeros((n_signature, n_group)), np.zeros(programme.route_group.size)
        return *nothing, np.zeros(n_signature), np.zeros(programme.arc_capacity_bit.size)

    node_weight, route_weight, supply_price, arc_price = _sweep(programme, use)
    member = np.ascontiguousarray(programme.feasible)
    group_route = np.bincount(programme.route_group[use], route_weight, minlength=n_group)
    group_flop = member * node_weight[:, None] * group_route
    share = np.zeros(programme.route_group.size)
    share[use] = route_weight
    share = share_of_group(programme, share)
    group_flop, share = within_limits(programme, group_flop, share)
    fill = Fill(programme, group_flop, share * group_flop.sum(axis=0)[programme.route_group])
    fill.give(by_value(programme))
    group_flop, share = within_limits(programme, *fill.flows())
    return group_flop, share, *_lowest(programme, use, group_flop, share, supply_price, arc_price)


def _sweep(programme: Programme, use: np.ndarray):
    """Return weights of signatures and of the routes in use, whose products are the flows, and the prices."""
    arcs = RouteArcs.of(programme)
    count = arcs.start[use + 1] - arcs.start[use]
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    place = np.repeat(arcs.start[use] - start[:-1], count) + np.arange(start[-1])
    arc, bit_per_flop = arcs.arc[place], arcs.bit_per_flop[place]
    unit_flop = max(float(programme.supply_flop.sum()), float(programme.demand_flop.sum()))
    unit_bit = max(float(bit_per_flop.max(initial=0.0)), np.finfo(float).tiny)
    unit_value = float(programme.route_gain[use].max())
    n_signature, n_group = programme.feasible.shape
    n_demand, n_arc = programme.value.size, programme.arc_capacity_bit.size
    member = np.ascontiguousarray(programme.feasible.T)
    supply_price, demand_price, arc_price = np.zeros(n_signature), np.zeros(n_demand), np.zeros(n_arc)
    node_weight, route_weight = np.zeros(n_signature), np.zeros(use.size)
    (group_node, group_route), (total, square) = np.zeros((2, n_group)), np.zeros((2, max(n_demand, n_arc)))
    for temperature in TEMPERATURES:
        price_sweep(
            temperature, member, programme.route_group[use], programme.route_demand[use],
            programme.route_gain[use] / unit_value, start, arc, bit_per_flop / unit_bit,
            programme.supply_flop / unit_flop, programme.signature_cost / unit_value,
            programme.demand_flop / unit_flop, programme.arc_capacity_bit / (unit_flop * unit_bit),
            supply_price, demand_price, arc_price, node_weight, route_weight,
            group_node, group_route, total, square,
        )  # fmt: skip
    return node_weight * unit_flop, route_weight, supply_price * unit_value, arc_price * unit_value / unit_bit


def _lowest(programme: Programme, use, group_flop, route_share, supply_price, arc_price):
    """Return the prices of supply and arcs that prove the lowest bound among those that the sweeps' prices lead to.

    An optimum has no price where something is left over. Sweeps leave a little there, which is too much where much is
    left; so prices are also tried without those of what the flows left over: of supply and arcs, of demands, of both.
    """
    route_flop = route_share * group_flop.sum(axis=0)[programme.route_group]
    scarce = group_flop.sum(axis=1) >= programme.supply_flop * (1.0 - LEFT_OVER)
    full = programme.by_arc(route_flop) >= programme.arc_capacity_bit * (1.0 - LEFT_OVER)
    met = programme.by_demand(route_flop) >= programme.demand_flop * (1.0 - LEFT_OVER)
    found = []
    for node, arc in ((supply_price, arc_price), (supply_price * scarce, arc_price * full)):
        _, demand_price = certificate_bound(programme, plain_stage(programme, node, arc))
        toll = np.bincount(
            programme.arc_route, programme.arc_bit_per_flop * arc[programme.arc_index], programme.route_group.size
        )
        for of_demand in (demand_price, demand_price * met):
            surplus = programme.route_gain - toll - of_demand[programme.route_demand]
            best = np.full(programme.feasible.shape[1], -np.inf)
            np.maximum.at(best, programme.route_group[use], surplus[use])
            worth = np.where(programme.feasible, best, -np.inf).max(axis=1) - programme.signature_cost
            found.append((np.maximum(worth, 0.0), arc))
    return min(found, key=lambda prices: certificate_bound(programme, plain_stage(programme, *prices))[0])
