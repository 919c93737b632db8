"""Supply split by level: a signature with own limits as several without, and how to split it well.

A FLOP of a class takes so much of the own limits: its level. Let pieces F_c of a signature's supply F, with limit L,
each do work up to the level u_c, with Σ F_c <= F and Σ u_c F_c <= L: whatever the pieces do, every limit is kept, and
the best of all splits is the optimum. Pieces are ordinary signatures, so every policy can use them, and the optimum of
pieces is quick. Its prices say how to split better, and prove how far from the best of all it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..kernels.own_prices import best_by_level, best_mix, own_prices
from .dispatch import Prices, Stage, certificate_bound, group_worth, within_limits
from .master import Flows, Goal, solve_master
from .programme import Programme

ROUNDS = 8  # of splits, at most; four settle fleets of any size, some made-up programmes take hundreds
SETTLED = 1e-6  # gap at which a split is good enough
TINY = np.finfo(float).tiny


class Split(NamedTuple):
    """A programme whose signatures with own limits are dark, and their pieces after all signatures."""

    programme: Programme
    owner: np.ndarray  # int64[n_piece], signature of each


class Levels(NamedTuple):
    """What a FLOP takes of the own limits, level by level, and which signatures have any to keep."""

    use: np.ndarray  # float64[n_level, n_own]
    of_group: np.ndarray  # int64[n_group]
    signature: np.ndarray  # int64[n_limited]
    supply_flop: np.ndarray  # float64[n_limited]
    limit: np.ndarray  # float64[n_limited, n_own]


def levels_of(programme: Programme) -> Levels:
    """Return the levels of a programme."""
    use, of_group = np.unique(programme.group_use.T, axis=0, return_inverse=True)
    signature = np.flatnonzero(programme.limited)
    of_group = of_group.reshape(-1)
    return Levels(use, of_group, signature, programme.supply_flop[signature], programme.own_limit[signature])


def first_pieces(programme: Programme, levels: Levels) -> np.ndarray:
    """Return pieces to begin with: float64[n_limited, n_level].

    Levels share a signature by what their demands would take of its limits; each makes of its share as much as it can,
    on top of the heaviest level that all members carry.
    """
    asked = np.zeros((levels.use.shape[0], programme.value.size), bool)
    asked[levels.of_group[programme.route_group], programme.route_demand] = True
    relative = (levels.use / np.maximum(levels.use.max(axis=0), TINY)).max(axis=1)
    weight = (asked * programme.demand_flop).sum(axis=1) * np.maximum(relative, TINY)
    weight = weight / weight.sum() if weight.sum() > 0.0 else np.full(weight.size, 1.0 / weight.size)
    finite = np.isfinite(levels.limit)
    below = np.where(finite, programme.own_below[levels.signature], np.inf)
    carried = (levels.use[None] <= below[:, None]).all(axis=2)
    base = np.argmax(np.where(carried, 1.0 + relative, 0.0), axis=1)
    based = np.any(carried, axis=1)
    base_use = np.where(based[:, None], levels.use[base], 0.0)
    above = np.where(finite[:, None], levels.use[None] - base_use[:, None], 0.0)
    room = np.where(finite, levels.limit - base_use * levels.supply_flop[:, None], np.inf)[:, None]
    most = np.divide(np.maximum(room, 0.0), above, out=np.full(above.shape, np.inf), where=above > 0.0).min(axis=2)
    flop = np.minimum(most, levels.supply_flop[:, None]) * weight
    np.add.at(flop, (np.flatnonzero(based), base[based]), (levels.supply_flop - flop.sum(axis=1))[based])
    return flop


def split_into(programme: Programme, levels: Levels, flop: np.ndarray) -> Split:
    """Return the programme of pieces: float64[n_limited, n_level]."""
    row, level = np.nonzero(flop > 0.0)
    owner = levels.signature[row]
    lit = programme.supply_flop.copy()
    lit[levels.signature] = 0.0
    within = np.ones((levels.use.shape[0], levels.use.shape[0]), bool)  # of the row: the column takes no more
    for use in levels.use.T:
        within &= use[None] <= use[:, None]
    n = programme.supply_flop.size + owner.size
    split = replace(
        programme,
        supply_flop=np.concatenate([lit, flop[row, level]]),
        feasible=np.concatenate([programme.feasible, programme.feasible[owner] & within[level][:, levels.of_group]]),
        signature_cost=np.concatenate([programme.signature_cost, programme.signature_cost[owner]]),
        own_limit=np.zeros((n, 0)),
        own_below=np.zeros((n, 0)),
        group_use=np.zeros((0, programme.feasible.shape[1])),
    )
    return Split(split, owner)


def first_split(programme: Programme) -> Split:
    """Return the split that policies without prices of their own begin and end with."""
    levels = levels_of(programme)
    return split_into(programme, levels, first_pieces(programme, levels))


def gathered(split: Split, group_flop: np.ndarray) -> np.ndarray:
    """Return float64[n_signature, n_group], the work of all pieces of each signature."""
    n_signature = len(group_flop) - split.owner.size
    whole = group_flop[:n_signature].copy()
    np.add.at(whole, split.owner, group_flop[n_signature:])
    return whole


def prove(programme: Programme, levels: Levels, split: Split, stage: Stage) -> tuple[Stage, np.ndarray]:
    """Return the stage of a split with the prices of supply and own limits that prove the most at its others.

    Beside it, what a FLOP of each level is worth to each signature: float64[n_signature, n_level].
    """
    _, demand_price = certificate_bound(split.programme, stage)
    worth = np.empty((programme.supply_flop.size, levels.use.shape[0]))
    best_by_level(programme.feasible, levels.of_group, group_worth(programme, stage, demand_price), worth)
    worth -= programme.signature_cost[:, None]
    supply_price, own_price = np.zeros(programme.supply_flop.size), np.zeros(programme.own_limit.shape)
    own_prices(worth, levels.use, programme.supply_flop, programme.own_limit, supply_price, own_price)
    return stage._replace(prices=stage.prices._replace(supply=supply_price, own=own_price)), worth


def solve_split(programme: Programme, goal: Goal, tier: int) -> tuple[Flows, np.ndarray]:
    """Return the best flows of a few splits, each bettered by the prices of the last, and the prices that prove most.

    Supply and limits that a round leaves idle go where its prices say;
    every other round so does part of what is done, the less the later.
    Rounds end when bound and worth lie within SETTLED, or after ROUNDS.
    """
    levels = levels_of(programme)
    flop = first_pieces(programme, levels)
    most, least, found, proof = -np.inf, np.inf, None, None
    for turn in range(ROUNDS):
        split = split_into(programme, levels, flop)
        flows = solve_master(split.programme, goal)
        no_own = np.zeros(split.programme.own_limit.shape)
        stage = Stage(tier, goal, Prices(flows.supply_price, no_own, flows.arc_price, flows.floor_price))
        stage, worth = prove(programme, levels, split, stage)
        group_flop, share = within_limits(programme, gathered(split, flows.group_flop), flows.route_share)
        total = float((share * group_flop.sum(axis=0)[programme.route_group] * goal.gain).sum())
        total -= float((group_flop.sum(axis=1) * programme.signature_cost).sum())
        bound, _ = certificate_bound(programme, stage)
        if bound < least:
            least, proof = bound, stage.prices
        if total > most:
            most, found = total, (group_flop, share)
        if least - most <= SETTLED * abs(least):
            break
        flop = _better(levels, group_flop, worth, 2.0 / (turn + 3.0) if turn % 2 else 0.0)
    assert found is not None  # the first round finds some
    assert proof is not None
    return Flows(*found, proof.supply, proof.arc, proof.floor), proof.own


def _better(levels: Levels, group_flop: np.ndarray, worth: np.ndarray, step: float) -> np.ndarray:
    """Return pieces for what is done now, less a step; supply and limits that this leaves go where they are worth most.

    worth : float64[n_signature, n_level]
    """
    work = group_flop[levels.signature]
    kept = np.stack([work[:, levels.of_group == c].sum(axis=1) for c in range(levels.use.shape[0])], axis=1)
    kept *= 1.0 - step
    more = np.empty(kept.shape)
    left_flop = np.maximum(levels.supply_flop - kept.sum(axis=1), 0.0)
    left_own = np.maximum(levels.limit - kept @ levels.use, 0.0)
    best_mix(worth[levels.signature], levels.use, left_flop, left_own, more)
    return kept + more
