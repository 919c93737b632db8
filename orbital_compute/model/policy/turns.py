"""Policies that give work out in turn and plan nothing: by value, and to each in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...kernels.fill import fill_in_turn
from ..dispatch import Assignment, certified, within_limits
from ..programme import Programme
from ..solve import solve
from ..split import first_split, gathered

TURNS = 64  # round robin: a turn is this part of what a demand would get if all had the same
NOTHING = 1e-12  # of all supply: a round that moves less has come to its end

Flows = tuple[np.ndarray, np.ndarray]  # work by signature and group, each route's share of its group's


@dataclass(frozen=True)
class RouteArcs:
    """The arcs of each route, by route: those of route r stand from start[r] to start[r + 1]."""

    start: np.ndarray  # int64[n_route + 1]
    arc: np.ndarray  # int64[n_use]
    bit_per_flop: np.ndarray  # float64[n_use]

    @classmethod
    def of(cls, programme: Programme) -> RouteArcs:
        """Return the arcs of a programme's routes."""
        order = np.argsort(programme.arc_route, kind="stable")
        count = np.bincount(programme.arc_route, minlength=programme.route_group.size)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return cls(start, programme.arc_index[order], programme.arc_bit_per_flop[order])


class Fill:
    """Flows that grow turn by turn, and what is left of supply, demands and arcs."""

    def __init__(
        self, programme: Programme, group_flop: np.ndarray | None = None, route_flop: np.ndarray | None = None
    ):
        self.programme, self._arcs = programme, RouteArcs.of(programme)
        self._member = np.ascontiguousarray(programme.feasible.T)
        self.group_flop = np.zeros(programme.feasible.shape) if group_flop is None else group_flop.copy()
        self.route_flop = np.zeros(programme.route_group.size) if route_flop is None else route_flop.copy()
        self.supply_left_flop = np.maximum(programme.supply_flop - self.group_flop.sum(axis=1), 0.0)
        self.demand_left_flop = np.maximum(programme.demand_flop - programme.by_demand(self.route_flop), 0.0)
        self.arc_left_bit = np.maximum(programme.arc_capacity_bit - programme.by_arc(self.route_flop), 0.0)

    def give(self, order: np.ndarray, most_flop: float = np.inf) -> float:
        """Let routes take up to `most_flop` each, in order; return what they took."""
        p, arcs = self.programme, self._arcs
        return fill_in_turn(
            np.asarray(order, np.int64), float(most_flop), self._member, p.route_group, p.route_demand, arcs.start,
            arcs.arc, arcs.bit_per_flop, self.supply_left_flop, self.demand_left_flop, self.arc_left_bit,
            self.group_flop, self.route_flop,
        )  # fmt: skip

    def flows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return work by signature and group, and each route's share of its group's, as `Assignment` has them."""
        return self.group_flop, share_of_group(self.programme, self.route_flop)


def share_of_group(programme: Programme, route_flop: np.ndarray) -> np.ndarray:
    """Return float64[n_route], the share of each route in the work of its group."""
    group = np.bincount(programme.route_group, route_flop, minlength=programme.feasible.shape[1])
    total = group[programme.route_group]
    return np.divide(route_flop, total, out=np.zeros(route_flop.size), where=route_flop > 0.0)


def worthwhile(programme: Programme) -> np.ndarray:
    """Return bool[n_route]: open, asked for, and worth more than nothing."""
    wanted = (programme.demand_flop > 0.0)[programme.route_demand]
    return wanted & programme.route_open & (programme.route_gain > 0.0)


def by_value(programme: Programme) -> np.ndarray:
    """Return the worthwhile routes, the first tier first and in it the dearest; equal ones in their order."""
    order = np.lexsort((-programme.route_gain, programme.tier[programme.route_demand]))
    return order[worthwhile(programme)[order]]


def judged(programme: Programme, group_flop: np.ndarray, route_share: np.ndarray) -> Assignment:
    """Return flows that know no prices with the certificate by those of the optimum."""
    group_flop, route_share = within_limits(programme, group_flop, route_share)
    return certified(programme, group_flop, route_share, solve(programme).stages)


def on_pieces(programme: Programme, work: Callable[[Programme], Flows]) -> Flows:
    """Return the flows that `work` finds: where own limits may bind, on supply split by what demands take of them."""
    if not programme.limited.any():
        return work(programme)
    split = first_split(programme)
    group_flop, route_share = work(split.programme)
    return gathered(split, group_flop), route_share


def greedy(programme: Programme, w_window: int) -> Assignment:
    """Serve the dearest demands of the first tier first, each from all that reach it, and look no further."""

    def work(own: Programme) -> Flows:
        fill = Fill(own)
        fill.give(by_value(own))
        return fill.flows()

    return judged(programme, *on_pieces(programme, work))


def round_robin(programme: Programme, w_window: int) -> Assignment:
    """Serve demands in turn, the same to each whatever its value, by their routes in turn; windows begin elsewhere.

    A tier's turns begin when those before it have ended.
    """

    def work(own: Programme) -> Flows:
        fill = Fill(own)
        for tier in own.tiers:
            _in_turns(fill, own, w_window, np.flatnonzero(worthwhile(own) & (own.tier == tier)[own.route_demand]))
        return fill.flows()

    return judged(programme, *on_pieces(programme, work))


def _in_turns(fill: Fill, programme: Programme, w_window: int, use: np.ndarray) -> None:
    """Fill routes of use in rounds, the same to each demand, until a round moves next to nothing."""
    demands = np.unique(programme.route_demand[use])
    if not demands.size:
        return
    ways = [use[programme.route_demand[use] == k] for k in np.roll(demands, -(w_window % demands.size))]
    turns = max(way.size for way in ways)
    tour = np.array([[way[turn % way.size] for way in ways] for turn in range(turns)])
    supply_flop = float(programme.supply_flop.sum())
    turn_flop = supply_flop / (TURNS * demands.size * turns)
    for _ in range(TURNS * demands.size * turns):
        if fill.give(tour.ravel(), turn_flop) <= NOTHING * supply_flop:
            break
