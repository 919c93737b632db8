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
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import ModelError
from ..kernels.reach import best_by_signature, least_by_group
from ..kernels.supply import add_columns, add_rows
from .master import solve_master
from .programme import Programme
from .twins import share_among_twins

KEEP_CLEAR = 1e-12  # of a demand or an arc's capacity left free, so that no order of summation exceeds it
OWN_ERROR = 1e-9  # a bound this far below the objective cannot be rounding


@dataclass(frozen=True)
class Assignment:
    """The flows of an optimum, its prices and its certificate. Prices are what one more FLOP or bit is worth."""

    programme: Programme
    group_flop: np.ndarray  # float64[n_signature, n_group]: work of a signature that leaves by the group's routes
    route_share: np.ndarray  # float64[n_route]: share of its group's work that each route takes
    supply_price: np.ndarray  # float64[n_signature], per FLOP
    demand_price: np.ndarray  # float64[n_demand], per FLOP
    arc_price: np.ndarray  # float64[n_arc], per bit; 0 for an arc that is down
    objective: float
    bound: float
    gap: float

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


def solve(programme: Programme) -> Assignment:
    """Return the optimum of a programme. Equal input gives equal bits.

    Among optima: cheaper signatures and routes first, by their costs; equal ones evenly (`twins`, `pools`). What is
    then still open, such as which of two regions of equal value waits, the solver's first corner decides.

    Raises
    ------
    ModelError
        If the solver ends without an optimum.
    """
    flows = solve_master(programme)
    group_flop, route_share = share_among_twins(programme, flows.group_flop, flows.route_share)
    group_flop, route_share = within_limits(programme, group_flop, route_share)
    return certified(programme, group_flop, route_share, flows.supply_price, flows.arc_price)


def certified(programme, group_flop, route_share, supply_price, arc_price) -> Assignment:
    """Return flows with their objective, and prices with the bound that they prove."""
    bound, demand_price = certificate_bound(programme, supply_price, arc_price)
    route_flop = route_share * _column_sums(group_flop)[programme.route_group]
    cost = _row_sums(group_flop) * programme.signature_cost
    objective = math.fsum((route_flop * programme.route_gain).tolist()) - math.fsum(cost.tolist())
    gap = (bound - objective) / bound if bound > 0.0 else 0.0
    if gap < -OWN_ERROR:
        raise ModelError(
            f"dispatch: the flows are worth {objective:.9e}, above the bound of {bound:.9e}",
            quantity="dispatch_gap",
            value=gap,
            limit=0.0,
        )
    return Assignment(
        programme=programme,
        group_flop=group_flop,
        route_share=route_share,
        supply_price=_with_idle(programme, supply_price, demand_price, arc_price),
        demand_price=demand_price,
        arc_price=arc_price,
        objective=objective,
        bound=bound,
        gap=max(gap, 0.0),
    )


def certificate_bound(
    programme: Programme, supply_price: np.ndarray, arc_price: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return an upper bound on the objective that any prices of at least zero prove, and the prices of the demands.

    Notes
    -----
    MODEL §7.2, Certificate, with λ, ν the prices of supply and arcs, c the costs:

        bound = Σ_k D_k [max over signature s and route r to k of w_k - c_s - c_r - λ_s - Σ_e bits_e ν_e]+
                + Σ_s λ_s F_s + Σ_e ν_e C_e

    Nodes without supply and routes over an arc that is down carry nothing, and are left out of the maximum.
    """
    lit = programme.supply_flop > 0.0
    node_price = np.where(lit, supply_price + programme.signature_cost, np.inf)
    group_price = np.empty(programme.feasible.shape[1])
    least_by_group(programme.feasible, node_price, group_price)
    gain = _route_surplus(programme, arc_price) - group_price[programme.route_group]
    demand_price = np.zeros(programme.value.size)
    np.maximum.at(demand_price, programme.route_demand[programme.route_open], gain[programme.route_open])
    terms = (
        demand_price * programme.demand_flop,
        np.where(lit, supply_price, 0.0) * programme.supply_flop,
        arc_price * programme.arc_capacity_bit,
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
    clear = limit * (1.0 - KEEP_CLEAR)
    return np.divide(clear, total, out=np.ones(total.size), where=total > clear)


def _route_surplus(programme: Programme, arc_price: np.ndarray) -> np.ndarray:
    """Return float64[n_route], gain less what the route's arcs cost."""
    toll = programme.arc_bit_per_flop * arc_price[programme.arc_index]
    return programme.route_gain - np.bincount(programme.arc_route, toll, minlength=programme.route_group.size)


def _with_idle(programme: Programme, supply_price, demand_price, arc_price) -> np.ndarray:
    """Return the prices of supply; for nodes that have none now, what a first FLOP would be worth."""
    surplus = _route_surplus(programme, arc_price) - demand_price[programme.route_demand]
    best = np.full(programme.feasible.shape[1], -np.inf)
    wanted = programme.route_open & (programme.demand_flop[programme.route_demand] > 0.0)
    np.maximum.at(best, programme.route_group[wanted], surplus[wanted])
    worth = np.empty(programme.supply_flop.size)
    best_by_signature(programme.feasible, best, worth)
    return np.where(programme.supply_flop > 0.0, supply_price, np.maximum(worth - programme.signature_cost, 0.0))


def _row_sums(matrix: np.ndarray) -> np.ndarray:
    total = np.empty(matrix.shape[0])
    add_rows(matrix, total)
    return total


def _column_sums(matrix: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    total = np.empty(matrix.shape[1])
    add_columns(matrix, np.ones(matrix.shape[0]) if weight is None else weight, total)
    return total
