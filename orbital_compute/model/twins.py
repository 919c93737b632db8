"""Twins: nodes that dispatch cannot tell apart share their work in proportion to what they offer.

The optimum leaves open which of two equal sites works; the solver would fill one and leave the other idle, and another
one in the next window. The rule, where all else is equal: cheaper electricity first, then less fibre (`offers`), then
evenly. Satellites are equal by signature and share evenly within it and, where reach allows, beyond it (`pools`); here
come nodes with ways of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .programme import Programme

FULL = 1e-10  # what the solver may put above a limit: parts this near to filling all are theirs


class Twin(NamedTuple):
    """A node that alone uses its group, and whose group alone uses its arc."""

    signature: int
    group: int
    route: np.ndarray  # int64[n], its routes, in an order that twins have in common
    bit_per_flop: np.ndarray  # float64[n]
    arc_capacity_bit: float  # inf without an arc


def share_among_twins(
    programme: Programme, group_flop: np.ndarray, route_share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return flows of the same worth in which twins have the same mix of work, in proportion to their supply.

    A twin whose arc is too narrow for its part gets what the arc carries, the others the rest in proportion. Where no
    common mix keeps all limits (the one has the wide arc, the other the supply) flows stay as they are.
    """
    for twins in _twins(programme):
        flop = np.array([group_flop[t.signature, t.group] * route_share[t.route] for t in twins])
        by_route = flop.sum(axis=0)
        whole = float(by_route.sum())
        if whole <= 0.0:
            continue
        bits = float((by_route * twins[0].bit_per_flop).sum())
        supply = programme.supply_flop[[t.signature for t in twins]]
        room = np.array([t.arc_capacity_bit / bits if bits > 0.0 else np.inf for t in twins])
        part = _parts(supply, np.minimum(supply / whole, room))
        if part is None:
            continue
        group_flop, route_share = group_flop.copy(), route_share.copy()
        for twin, own in zip(twins, part, strict=True):
            group_flop[twin.signature, twin.group] = own * whole
            route_share[twin.route] = by_route / whole
    return group_flop, route_share


def _twins(programme: Programme) -> list[list[Twin]]:
    """Return the sets of two and more twins that have supply, in the order of their signatures."""
    private = programme.feasible.sum(axis=0) == 1
    alone = (programme.feasible.sum(axis=1) == 1) & programme.feasible[:, private].any(axis=1)
    found: dict[tuple, list[Twin]] = {}
    if np.count_nonzero(alone & (programme.supply_flop > 0.0)) < 2:
        return []
    for signature in np.flatnonzero(alone & (programme.supply_flop > 0.0)):
        group = int(np.argmax(programme.feasible[signature]))
        route = np.flatnonzero(programme.route_group == group)
        use = np.isin(programme.arc_route, route)
        arc = np.unique(programme.arc_index[use])
        if arc.size > 1 or not use[np.isin(programme.arc_index, arc)].all():
            continue
        bit = np.bincount(programme.arc_route[use], programme.arc_bit_per_flop[use], programme.route_group.size)[route]
        demand, gain = programme.route_demand[route], programme.route_gain[route]
        order = np.lexsort((bit, gain, demand))
        same = (demand[order], gain[order], bit[order])
        key = (float(programme.signature_cost[signature]), *(column.tobytes() for column in same))
        capacity = float(programme.arc_capacity_bit[arc[0]]) if arc.size else np.inf
        found.setdefault(key, []).append(Twin(int(signature), group, route[order], bit[order], capacity))
    return [twins for twins in found.values() if len(twins) > 1]


def _parts(weight: np.ndarray, most: np.ndarray) -> np.ndarray | None:
    """Return parts of one in proportion to weights, none above its most, the rest to the others; None if too tight."""
    whole = float(most.sum())
    if whole < 1.0:
        return None if whole < 1.0 - FULL else most / whole
    part = np.zeros(weight.size)
    held = np.zeros(weight.size, bool)
    while True:
        part[~held] = (1.0 - most[held].sum()) * weight[~held] / weight[~held].sum()
        over = ~held & (part > most)
        if not over.any():
            return part
        part[over] = most[over]
        held |= over
        if held.all():
            return part
