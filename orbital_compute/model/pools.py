"""Pools: the signatures of equal cost, and what their groups can draw from them together.

A pool can give the works t_A to its groups A exactly if no set T of groups asks for more than its members have,

    Σ_{A in T} t_A <= F(members of any group of T)      for every T            (Hall 1935, Gale 1957)

so the signatures themselves need not stand in the linear programme: it has the few of these limits that matter, and a
greatest flow finds the next one, or the flows. Where the members of A are among those of B, what enters A may go on
to B; so a signature need only enter its smallest groups, and the many nested limits on delay become a chain.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..kernels.flow import FlowArcs, any_product, flow_arcs, mark_feeders, max_flow
from ..kernels.supply import add_columns
from .programme import Programme

LOAD_STEPS = 4  # from the mean load to the whole supply
EVEN_ABOVE = 0.999  # mean load from which all are lent out whole at once
WHOLE_BITS = 60  # the pool's supply as a whole number of at most so many bits


class Pool(NamedTuple):
    """Signatures of equal cost; those that are members of the same groups are one row."""

    signature: np.ndarray  # int64[n_signature], numbers in the programme
    row: np.ndarray  # int64[n_signature], row of each
    group: np.ndarray  # int64[n_h], numbers in the programme of the groups that have members here
    cost: float
    supply_flop: np.ndarray  # float64[n_row]
    member: np.ndarray  # bool[n_row, n_h]
    inside: np.ndarray  # bool[n_h, n_h], members of the row's group all in the column's; of equal ones the first
    enter_row: np.ndarray  # entries, from a row to each of its smallest groups
    enter_group: np.ndarray
    pass_from: np.ndarray  # passes, from a group to the next larger ones
    pass_to: np.ndarray
    arcs: FlowArcs


class Placement(NamedTuple):
    """What a pool gives to its groups."""

    entered_flop: np.ndarray  # float64[n_enter]
    passed_flop: np.ndarray  # float64[n_pass]
    short_flop: float
    crowded: list[np.ndarray]  # bool[n_h] each: sets of groups that ask for more than their members have


def make_pools(programme: Programme, use_signature: np.ndarray, use_group: np.ndarray) -> list[Pool]:
    """Return the pools of the signatures that take part, the cheapest first."""
    rows, columns = np.flatnonzero(use_signature), np.flatnonzero(use_group)
    cost = programme.signature_cost[rows]
    return [_pool(programme, rows[cost == one], columns, float(one)) for one in np.unique(cost)]


def _pool(programme: Programme, signature: np.ndarray, group: np.ndarray, cost: float) -> Pool:
    member = programme.feasible[np.ix_(signature, group)]
    present = member.any(axis=0)
    group, member = group[present], member[:, present]
    first, row = _equal_rows(member)
    member = member[first]
    inside = _inside(member)
    on = inside & ~_any_product(inside, inside)
    enter_row, enter_group = np.nonzero(member & ~_any_product(member, inside))
    pass_from, pass_to = np.nonzero(on)
    n_row, n_h = member.shape
    source, sink = n_row + n_h, n_row + n_h + 1
    rows, groups = np.arange(n_row), n_row + np.arange(n_h)
    tail = [np.full(n_row, source), enter_row, n_row + pass_from, groups]
    head = [rows, n_row + enter_group, n_row + pass_to, np.full(n_h, sink)]
    return Pool(
        signature=signature,
        row=row,
        group=group,
        cost=cost,
        supply_flop=np.bincount(row, programme.supply_flop[signature], minlength=n_row),
        member=member,
        inside=inside,
        enter_row=enter_row,
        enter_group=enter_group,
        pass_from=pass_from,
        pass_to=pass_to,
        arcs=flow_arcs(sink + 1, np.concatenate(tail), np.concatenate(head)),
    )


def _equal_rows(member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of each set of equal rows of a matrix of truths, in a fixed order, and the set of each row."""
    n_byte = -(-member.shape[1] // 8)
    words = np.zeros((member.shape[0], -(-n_byte // 8) * 8), np.uint8)
    words[:, :n_byte] = np.packbits(member, axis=1)
    words = words.view(np.uint64)
    order = np.lexsort(words.T)
    other = np.any(words[order[1:]] != words[order[:-1]], axis=1)
    row = np.empty(order.size, np.int64)
    row[order] = np.concatenate([[0], np.cumsum(other)])
    return order[np.concatenate([[True], other])], row


def _any_product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    out = np.empty((left.shape[0], right.shape[1]), np.bool_)
    any_product(np.ascontiguousarray(left), np.ascontiguousarray(right), out)
    return out


def _inside(member: np.ndarray) -> np.ndarray:
    """Return bool[n_h, n_h], a partial order: members of the row all in the column, equal sets by number."""
    subset = ~_any_product(member.T, ~member)
    number = np.arange(member.shape[1])
    return subset & (~subset.T | (number[:, None] < number))


def first_crowds(pool: Pool) -> np.ndarray:
    """Return bool[n_set, n_h], the sets limited from the start: each group with all those inside it, and all."""
    nested = pool.inside.T | np.eye(pool.group.size, dtype=bool)
    return nested if nested.all(axis=1).any() else np.concatenate([nested, np.ones((1, pool.group.size), bool)])


def crowd_members(pool: Pool, crowds: np.ndarray) -> np.ndarray:
    """Return bool[n_row, n_set], the members of any group of each set; crowds bool[n_set, n_h]."""
    return _any_product(pool.member, crowds.T)


def crowd_supply_flop(pool: Pool, crowds: np.ndarray) -> np.ndarray:
    """Return float64[n_set], what the members of any group of each set have together."""
    total = np.empty(len(crowds))
    add_columns(crowd_members(pool, crowds).astype(float), pool.supply_flop, total)
    return total


def _loads(mean: float) -> np.ndarray:
    """Return the shares of supply to try in turn, from the mean load up to 1."""
    return np.linspace(min(mean, 1.0), 1.0, LOAD_STEPS) if mean < EVEN_ABOVE else np.ones(1)


def place_work(pool: Pool, wanted_flop: np.ndarray) -> Placement:
    """Return how the pool's rows fill what its groups ask for, as far as they can, evenly where reach allows.

    All ways of placing are worth the same here, but a FLOP costs the less energy the more evenly work is spread
    (MODEL §5.1): each row is first lent out up to the mean load, then in steps up to its whole supply.

    Parameters
    ----------
    wanted_flop : float64[n_h]
    """
    n_row, n_h = pool.member.shape
    source, sink = n_row + n_h, n_row + n_h + 1
    start, to, back, number = pool.arcs
    unit = 2.0 ** (WHOLE_BITS - math.frexp(math.fsum(pool.supply_flop.tolist()))[1])
    supply, wanted = (np.floor(flop * unit).astype(np.int64) for flop in (pool.supply_flop, wanted_flop))
    ample = np.full(pool.enter_row.size + pool.pass_from.size, supply.sum())
    full = np.concatenate([supply, ample, wanted])
    capacity, lent = np.zeros(to.size, np.int64), np.zeros(n_row, np.int64)
    capacity[number[n_row:]] = full[n_row:]
    level, place, queue, trail = np.empty((4, sink + 1), np.int64)
    total = 0
    for load in _loads(wanted.sum() / supply.sum()):
        more = np.floor(supply * load).astype(np.int64) - lent if load < 1.0 else supply - lent
        capacity[number[:n_row]] += more
        lent += more
        total += max_flow(start, to, back, capacity, source, sink, level, place, queue, trail)

    flow_flop = (full - capacity[number]) / unit
    _, entered, passed, _ = np.split(flow_flop, np.cumsum([n_row, pool.enter_row.size, pool.pass_from.size]))
    crowded: dict[bytes, np.ndarray] = {}
    for h in np.flatnonzero(capacity[number[-n_h:]] > 0):
        marked = np.arange(sink + 1) == sink  # what has left by the sink does not come back
        mark_feeders(start, to, back, capacity, n_row + h, marked, queue)
        crowd = marked[n_row:source]
        crowded.setdefault(crowd.tobytes(), crowd)
    return Placement(entered, passed, float(wanted.sum() - total) / unit, list(crowded.values()))
