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

from ..kernels.flow import FlowArcs, flow_arcs, lend_in_steps, mark_feeders
from ..kernels.nesting import WORD, crowd_supply, list_truths, nest, number_rows, pack_members, pool_arcs
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
    word: np.ndarray  # uint64[n_row, n_word], the same packed
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
    present, packed = np.empty(group.size, bool), np.empty((signature.size, -(-group.size // WORD)), np.uint64)
    n_h = pack_members(programme.feasible, signature, group, present, packed)
    packed = packed[:, : -(-n_h // WORD)]
    row, first, supply = (
        np.empty(signature.size, np.int64),
        np.empty(signature.size, np.int64),
        np.empty(signature.size),
    )
    word = np.empty_like(packed)
    n_row = number_rows(packed, np.lexsort(packed.T), programme.supply_flop[signature], row, first, word, supply)
    group, word = group[present], word[:n_row]
    member = programme.feasible[signature[first[:n_row], None], group]
    inside, following, enter = np.empty((n_h, n_h), bool), np.empty((n_h, n_h), bool), np.empty((n_row, n_h), bool)
    n_pass, n_enter = nest(member, word, inside, following, enter)
    passes, enters = np.empty((2, n_pass), np.int64), np.empty((2, n_enter), np.int64)
    list_truths(following, *passes)
    list_truths(enter, *enters)
    tail, head = np.empty((2, n_row + n_enter + n_pass + n_h), np.int64)
    pool_arcs(n_row, n_h, enters, passes, tail, head)
    return Pool(
        signature=signature,
        row=row,
        group=group,
        cost=cost,
        supply_flop=supply[:n_row],
        member=member,
        word=word,
        inside=inside,
        enter_row=enters[0],
        enter_group=enters[1],
        pass_from=passes[0],
        pass_to=passes[1],
        arcs=flow_arcs(n_row + n_h + 2, tail, head),
    )


def first_crowds(pool: Pool) -> np.ndarray:
    """Return bool[n_set, n_h], the sets limited from the start: each group with all those inside it, and all."""
    nested = pool.inside.T | np.eye(pool.group.size, dtype=bool)
    return nested if nested.all(axis=1).any() else np.concatenate([nested, np.ones((1, pool.group.size), bool)])


def crowd_members(pool: Pool, crowds: np.ndarray) -> np.ndarray:
    """Return bool[n_set, n_row], the members of any group of each set; crowds bool[n_set, n_h]."""
    return _crowds(pool, crowds)[0]


def crowd_supply_flop(pool: Pool, crowds: np.ndarray) -> np.ndarray:
    """Return float64[n_set], what the members of any group of each set have together."""
    return _crowds(pool, crowds)[1]


def _crowds(pool: Pool, crowds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    member, total = np.empty((len(crowds), pool.supply_flop.size), bool), np.empty(len(crowds))
    crowd_supply(pool.word, pool.supply_flop, crowds, member, total)
    return member, total


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
    most, asked = int(supply.sum()), int(wanted.sum())
    capacity, work = np.empty(to.size, np.int64), np.empty((4, sink + 1), np.int64)
    total = lend_in_steps(
        start, to, back, number, supply, most, wanted, _loads(float(asked) / float(most)), capacity, *work
    )

    full = np.concatenate([supply, np.full(number.size - n_row - n_h, most), wanted])
    flow_flop = (full - capacity[number]) / unit
    n_entered = n_row + pool.enter_row.size
    entered, passed = flow_flop[n_row:n_entered], flow_flop[n_entered:-n_h]
    crowded: dict[bytes, np.ndarray] = {}
    for h in (capacity[number[-n_h:]] > 0).nonzero()[0] if total < asked else ():
        marked = np.arange(sink + 1) == sink  # what has left by the sink does not come back
        mark_feeders(start, to, back, capacity, n_row + h, marked, work[2])
        crowd = marked[n_row:source]
        crowded.setdefault(crowd.tobytes(), crowd)
    return Placement(entered, passed, float(asked - total) / unit, list(crowded.values()))
