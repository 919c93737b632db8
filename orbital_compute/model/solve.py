"""The optimum of a window: tier after tier, by the linear programme that fits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .dispatch import Assignment, Prices, Stage, certified, within_limits
from .master import Flows, Goal, plain_goal, solve_master
from .own_optimum import EXACT_COLUMNS, columns, solve_own
from .programme import Programme
from .split import solve_split
from .twins import share_among_twins

KEPT = 1e-9  # of an earlier tier's worth that may be given up: what the solver's tolerance needs


def solve(programme: Programme) -> Assignment:
    """Return the optimum of a programme. Equal input gives equal bits.

    Tiers come one after another: each is served as well as it can be while the worth of those before it stays what it
    was. Among optima: cheaper signatures and routes first, by their costs; equal ones evenly (`twins`, `pools`). What
    is then still open, such as which of two regions of equal value waits, the solver's first corner decides.

    Where own limits may bind, the programme of all signatures is solved up to EXACT_COLUMNS columns. Above, each
    signature's supply is split by what a FLOP takes of the limits (`split`): the gap shows what that leaves.

    Raises
    ------
    ModelError
        If the solver ends without an optimum.
    """
    tiers = programme.tiers or [1]
    stages: list[Stage] = []
    floors: list[tuple[np.ndarray, float]] = []
    group_flop, route_share = np.zeros(0), np.zeros(0)
    for tier in tiers:
        own, goal = up_to_tier(programme, tier, floors) if len(tiers) > 1 else (programme, plain_goal(programme))
        flows, own_price = _solve_tier(own, goal, tier)
        group_flop, route_share = share_among_twins(own, flows.group_flop, flows.route_share)
        group_flop, route_share = within_limits(own, group_flop, route_share)
        stages.append(Stage(tier, goal, Prices(flows.supply_price, own_price, flows.arc_price, flows.floor_price)))
        if tier != tiers[-1]:
            route_flop = route_share * group_flop.sum(axis=0)[own.route_group]
            floor_gain = np.where(programme.tier[programme.route_demand] == tier, programme.route_gain, 0.0)
            floors.append((floor_gain, math.fsum((route_flop * floor_gain).tolist()) * (1.0 - KEPT)))
    return certified(programme, group_flop, route_share, stages)


def up_to_tier(programme: Programme, tier: int, floors: list[tuple[np.ndarray, float]]) -> tuple[Programme, Goal]:
    """Return the programme without later tiers, and its goal: this tier's worth, and floors under the others'."""
    of_route = programme.tier[programme.route_demand]
    gain = np.where(of_route == tier, programme.route_gain, -programme.route_cost)
    floor_gain = np.array([one for one, _ in floors]).reshape(len(floors), gain.size)
    wanted = np.where(programme.tier <= tier, programme.demand_flop, 0.0)
    return replace(programme, demand_flop=wanted), Goal(gain, floor_gain, np.array([least for _, least in floors]))


def _solve_tier(programme: Programme, goal: Goal, tier: int) -> tuple[Flows, np.ndarray]:
    """Return flows and prices of a goal; the prices of own limits beside."""
    if not programme.limited.any():
        return solve_master(programme, goal), np.zeros(programme.own_limit.shape)
    if columns(programme, goal)[0].size <= EXACT_COLUMNS:
        return solve_own(programme, goal)
    return solve_split(programme, goal, tier)
