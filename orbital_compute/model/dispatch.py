"""How offers meet demands in a window: the programme, its optimum, and the certificate that it is one.

    maximise   Σ_k w_k x_k - costs
    subject to supply of each signature, demand of each (class, region), capacity of each arc (MODEL §7.2)

Arrays only: a signature may be a thousand satellites or one site. Work goes from a signature through a group (all
routes that the same signatures can use) out by a route (one demand over a set of arcs).

The flows that come back keep every limit. The bound is recomputed here from the prices, never taken from the solver,
and the objective from the flows themselves, so the gap shows whatever the solver or the rounding has left undone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..errors import ModelError
from ..kernels.own_prices import cheapest
from ..kernels.reach import best_by_signature, least_by_group
from ..kernels.supply import add_columns, add_rows
from .master import Goal, plain_goal
from .programme import Programme

KEEP_CLEAR = 1e-12  # of a demand or an arc's capacity left free, so that no order of summation exceeds it
LAST = np.iinfo(np.int64).max  # a tier that no demand comes after
OWN_ERROR = 1e-9  # a bound this far below the objective cannot be rounding


class Prices(NamedTuple):
    """What one more FLOP, bit, or unit of an own limit is worth, and what is gained by giving up earlier tiers."""

    supply: np.ndarray  # float64[n_signature], per FLOP
    own: np.ndarray  # float64[n_signature, n_own], zero where there is no limit
    arc: np.ndarray  # float64[n_arc], per bit
    floor: np.ndarray  # float64[n_floor]


class Stage(NamedTuple):
    """A tier's goal, and the prices that go with it."""

    tier: int
    goal: Goal
    prices: Prices


class Proof(NamedTuple):
    """What the flows of a tier are worth, and what its prices prove."""

    tier: int
    objective: float
    bound: float
    gap: float  # below zero where an earlier tier was given less than it could have


@dataclass(frozen=True)
class Assignment:
    """The flows of an optimum, its prices and its certificate. Prices are what one more FLOP or bit is worth."""

    programme: Programme
    group_flop: np.ndarray  # float64[n_signature, n_group]: work of a signature that leaves by the group's routes
    route_share: np.ndarray  # float64[n_route]: share of its group's work that each route takes
    supply_price: np.ndarray  # float64[n_signature], per FLOP
    demand_price: np.ndarray  # float64[n_demand], per FLOP
    arc_price: np.ndarray  # float64[n_arc], per bit; 0 for an arc that is down
    objective: float  # sums over the tiers
    bound: float
    gap: float  # the largest of the tiers
    own_price: np.ndarray  # float64[n_signature, n_own]
    proofs: tuple[Proof, ...]  # one a tier
    stages: tuple[Stage, ...]

    @cached_property
    def signature_flop(self) -> np.ndarray:
        """float64[n_signature]: work assigned to each signature, at most its supply."""
        return np.minimum(_row_sums(self.group_flop), self.programme.supply_flop)

    @cached_property
    def share(self) -> np.ndarray:
        """float64[n_signature]: assigned work over supply, 0 to 1."""
        supply = self.programme.supply_flop
        return np.minimum(np.divide(self.signature_flop, supply, out=np.zeros(supply.size), where=supply > 0.0), 1.0)

    @cached_property
    def route_flop(self) -> np.ndarray:
        """float64[n_route]: work assigned to each route."""
        return self.route_share * _column_sums(self.group_flop)[self.programme.route_group]

    @property
    def demand_served_flop(self) -> np.ndarray:
        """float64[n_demand]: work assigned to each demand."""
        return self.programme.by_demand(self.route_flop)

    @property
    def arc_use_bit(self) -> np.ndarray:
        """float64[n_arc]: bits that the assigned work sends over each arc."""
        return self.programme.by_arc(self.route_flop)

    def executed_by_route(self, executed_flop: np.ndarray) -> np.ndarray:
        """Return float64[n_route], executed work of each signature shared out in the proportions of its assignment."""
        done = np.divide(
            executed_flop, self.signature_flop, out=np.zeros(len(executed_flop)), where=executed_flop > 0.0
        )
        return self.route_share * _column_sums(self.group_flop, done)[self.programme.route_group]

    def merging_loss_flop(self, returned_flop: np.ndarray) -> float:
        """Return the assigned work that pro-rata return could not place, given what it placed by signature."""
        return math.fsum(self.signature_flop.tolist()) - math.fsum(returned_flop.tolist())

    def columns(self, routes: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return signature, route and FLOP of every flow above zero, over all routes or those of a mask."""
        used = self.route_share > 0.0 if routes is None else (self.route_share > 0.0) & routes
        route = np.flatnonzero(used)
        route = route[np.argsort(self.programme.route_group[route], kind="stable")]
        count = np.bincount(self.programme.route_group[route], minlength=self.group_flop.shape[1])
        first = np.cumsum(count) - count
        signature, group = np.nonzero((self.group_flop > 0.0) & (count > 0))
        pair = np.repeat(np.arange(group.size), count[group])
        nth = np.arange(pair.size) - np.repeat(np.cumsum(count[group]) - count[group], count[group])
        route = route[first[group[pair]] + nth]
        signature = signature[pair]
        return signature, route, self.group_flop[signature, group[pair]] * self.route_share[route]


def plain_stage(programme: Programme, supply_price: np.ndarray, arc_price: np.ndarray) -> Stage:
    """Return prices of supply and arcs as the only stage of a programme of one tier."""
    no_own = np.zeros(programme.own_limit.shape)
    return Stage(LAST, plain_goal(programme), Prices(supply_price, no_own, arc_price, np.zeros(0)))


def certified(
    programme: Programme, group_flop: np.ndarray, route_share: np.ndarray, stages: Sequence[Stage]
) -> Assignment:
    """Return flows with their worth, and what the prices of each tier prove that they could have been worth at most."""
    route_flop = route_share * _column_sums(group_flop)[programme.route_group]
    proofs, demand_price = [], np.zeros(programme.value.size)
    for stage in stages:
        bound, demand_price = certificate_bound(programme, stage)
        objective = _worth(programme, group_flop, route_share, route_flop, stage)
        scale = bound if len(stages) == 1 else max(bound, float((route_flop * np.maximum(stage.goal.gain, 0.0)).sum()))
        gap = (bound - objective) / scale if scale > 0.0 else 0.0
        if gap < -OWN_ERROR and stage is stages[0]:
            raise ModelError(
                f"dispatch: the flows are worth {objective:.9e}, above the bound of {bound:.9e}",
                quantity="dispatch_gap",
                value=gap,
                limit=0.0,
            )
        proofs.append(Proof(stage.tier, objective, bound, gap))
    prices = stages[-1].prices
    return Assignment(
        programme=programme,
        group_flop=group_flop,
        route_share=route_share,
        supply_price=_with_idle(programme, stages[-1], demand_price),
        demand_price=demand_price,
        arc_price=prices.arc,
        objective=math.fsum(proof.objective for proof in proofs),
        bound=math.fsum(proof.bound for proof in proofs),
        gap=max(max(proof.gap for proof in proofs), 0.0),
        own_price=prices.own,
        proofs=tuple(proofs),
        stages=tuple(stages),
    )


def _worth(programme: Programme, group_flop, route_share, route_flop, stage: Stage) -> float:
    """Return what the flows of a tier, and of those before it, are worth by the goal of the tier."""
    earlier = programme.tier[programme.route_demand] <= stage.tier
    if earlier.all():
        signature_flop = _row_sums(group_flop)
    else:
        part = np.bincount(programme.route_group[earlier], route_share[earlier], minlength=group_flop.shape[1])
        signature_flop = _row_sums(group_flop * part)
    gain = np.where(earlier, route_flop * stage.goal.gain, 0.0)
    return math.fsum(gain.tolist()) - math.fsum((signature_flop * programme.signature_cost).tolist())


def certificate_bound(programme: Programme, stage: Stage) -> tuple[float, np.ndarray]:
    """Return an upper bound on the objective that any prices of at least zero prove, and the prices of the demands.

    Notes
    -----
    MODEL §7.2, Certificate, with λ, τ, ν the prices of supply, own limits and arcs, c the costs, u the own use:

        bound = Σ_k D_k [max over signature s and route r to k of w_k - c_s - c_r - λ_s - τ_s u_r - Σ_e bits_e ν_e]+
                + Σ_s (λ_s F_s + τ_s L_s) + Σ_e ν_e C_e - Σ_t' ρ_t' P_t'

    Demands are those of the tier and of the tiers t' before it, which are worth ρ_t' w and must come to P_t'.
    Nodes without supply and routes over an arc that is down carry nothing, and are left out of the maximum.
    """
    prices, goal, n_group = stage.prices, stage.goal, programme.feasible.shape[1]
    lit = programme.supply_flop > 0.0
    node_price, group_price = np.where(lit, prices.supply + programme.signature_cost, np.inf), np.empty(n_group)
    if programme.limited.any():
        cheapest(programme.feasible, node_price, prices.own, programme.group_use, group_price)
    else:
        least_by_group(programme.feasible, node_price, group_price)
    gain = _route_surplus(programme, stage) - group_price[programme.route_group]
    demand_price = np.zeros(programme.value.size)
    counts = programme.route_open & (programme.tier <= stage.tier)[programme.route_demand]
    np.maximum.at(demand_price, programme.route_demand[counts], gain[counts])
    finite = np.isfinite(programme.own_limit)
    terms = (
        demand_price * programme.demand_flop,
        np.where(lit, prices.supply, 0.0) * programme.supply_flop,
        (prices.own[finite] * programme.own_limit[finite]) * np.repeat(lit, finite.sum(axis=1)),
        prices.arc * programme.arc_capacity_bit,
        -prices.floor * goal.floor,
    )
    return math.fsum(np.concatenate(terms).tolist()), demand_price


def within_limits(
    programme: Programme, group_flop: np.ndarray, route_share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return flows cut back into every limit; what the solver's tolerance or rounding had put above it is given up.

    Supply is kept to the last bit, demands and arcs to `KEEP_CLEAR` below their limits.
    """
    used = _row_sums(group_flop)
    over = used > programme.supply_flop
    group_flop = group_flop.copy()
    group_flop[over] *= (programme.supply_flop[over] / used[over])[:, None]
    for limit, use in zip(programme.own_limit.T, programme.group_use, strict=True):
        group_flop *= _cut(_row_sums(group_flop * use), limit)[:, None]
    group_total = _column_sums(group_flop)
    route_flop = route_share * group_total[programme.route_group]

    demand_cut = _cut(programme.by_demand(route_flop), programme.demand_flop)
    arc_cut = _cut(programme.by_arc(route_flop), programme.arc_capacity_bit)
    cut = demand_cut[programme.route_demand]
    np.minimum.at(cut, programme.arc_route, arc_cut[programme.arc_index])
    kept_share = route_share * cut
    group_kept = np.bincount(programme.route_group, kept_share, minlength=group_total.size)
    share = np.divide(
        kept_share,
        group_kept[programme.route_group],
        out=np.zeros(kept_share.size),
        where=kept_share > 0.0,
    )
    return group_flop * np.minimum(group_kept, 1.0), share


def _cut(total: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return the factor that brings each total to its limit, 1 where it keeps clear of it."""
    clear = limit * (1.0 - KEEP_CLEAR)  # infinite where there is no limit
    return np.divide(clear, total, out=np.ones(total.size), where=total > clear)


def _route_surplus(programme: Programme, stage: Stage) -> np.ndarray:
    """Return float64[n_route], gain less what the route's arcs cost; earlier tiers by what their floors are worth."""
    gain, prices = stage.goal.gain, stage.prices
    for price, floor_gain in zip(prices.floor, stage.goal.floor_gain, strict=True):
        gain = gain + price * floor_gain
    toll = programme.arc_bit_per_flop * prices.arc[programme.arc_index]
    return gain - np.bincount(programme.arc_route, toll, minlength=programme.route_group.size)


def group_worth(programme: Programme, stage: Stage, demand_price: np.ndarray) -> np.ndarray:
    """Return float64[n_group], what a FLOP that leaves by each group is worth beyond demand and arcs; -inf: nothing."""
    surplus = _route_surplus(programme, stage) - demand_price[programme.route_demand]
    wanted = programme.route_open & (programme.demand_flop[programme.route_demand] > 0.0)
    wanted &= (programme.tier <= stage.tier)[programme.route_demand]
    best = np.full(programme.feasible.shape[1], -np.inf)
    np.maximum.at(best, programme.route_group[wanted], surplus[wanted])
    return best


def _with_idle(programme: Programme, stage: Stage, demand_price: np.ndarray) -> np.ndarray:
    """Return the prices of supply; for nodes that have none now, what a first FLOP would be worth."""
    worth = np.empty(programme.supply_flop.size)
    best_by_signature(programme.feasible, group_worth(programme, stage, demand_price), worth)
    idle_price = np.maximum(worth - programme.signature_cost, 0.0)
    return np.where(programme.supply_flop > 0.0, stage.prices.supply, idle_price)


def _row_sums(matrix: np.ndarray) -> np.ndarray:
    total = np.empty(matrix.shape[0])
    add_rows(matrix, total)
    return total


def _column_sums(matrix: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    total = np.empty(matrix.shape[1])
    add_columns(matrix, np.ones(matrix.shape[0]) if weight is None else weight, total)
    return total
