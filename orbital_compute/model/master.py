"""The optimum of a programme: a small linear programme of groups, and flows that give it to the signatures.

The linear programme holds what each pool gives to each group, the routes, the demands and the arcs, and of the limits
on supply (`pools`) those that matter. HiGHS solves it; greatest flows place its works on the signatures, or name sets
of groups that ask for too much; these are added, until all is placed. Where ways lead over several arcs, as with
lasers, groups cross and sets would be hundreds: then what rows give to groups enters the programme itself. Nothing is
lost: either way it is the full programme. A signature's price is its own, or the sum of those of the sets that it is a
member of.

Within a group flows are mixed: each signature has the same share of every way out as it has of what came in.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import ModelError
from ..kernels.columns import fill_columns, most_by_arc
from ..kernels.flow import share_to_members, stay_in_groups
from ..kernels.reach import any_by_group, any_by_signature
from ..kernels.supply import add_rows
from .pools import Placement, Pool, crowd_members, crowd_supply_flop, first_crowds, make_pools, place_work
from .programme import Programme

TOLERANCE = 1e-10  # primal and dual feasibility of scaled rows, the tightest that HiGHS takes
MISPLACED = 1e-12  # of a pool's supply that may stay unplaced; the gap shows it
MOST_ROUNDS = 12  # after which all limits on supply enter at once
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "simplex_strategy": 4,  # primal: from the slack basis, which is feasible here, a third of the dual's time
    "presolve": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
}


class Flows(NamedTuple):
    """What the master programme answers, in the terms of the full one; see `Assignment`."""

    group_flop: np.ndarray
    route_share: np.ndarray
    supply_price: np.ndarray
    arc_price: np.ndarray
    floor_price: np.ndarray


class Goal(NamedTuple):
    """What is maximised, and what must not be given up for it: the worth of earlier tiers."""

    gain: np.ndarray  # float64[n_route], per FLOP
    floor_gain: np.ndarray  # float64[n_floor, n_route], per FLOP
    floor: np.ndarray  # float64[n_floor], Σ floor_gain × flow is at least this


class Layout(NamedTuple):
    """The rows and columns of the linear programme. Columns: draws of groups on pools, then routes."""

    route: np.ndarray  # int64[n_r], numbers in the programme
    draw_group: np.ndarray  # int64[n_draw], group of each draw, pool by pool
    arc: np.ndarray  # int64[n_e], numbers in the programme
    arc_scale_bit: np.ndarray  # float64[n_e], bits per FLOP of one unit of the row
    cost: np.ndarray  # of each column, per unit of value
    start: np.ndarray  # rows group, demand, arc, by columns
    row: np.ndarray
    entry: np.ndarray
    limit: np.ndarray  # of each row, in units of work
    floor_gain: np.ndarray  # float64[n_floor, n_r], per unit of value: rows of their own after these
    floor: np.ndarray  # float64[n_floor], in units of both


def plain_goal(programme: Programme) -> Goal:
    """Return the goal of a programme whose demands are all of one tier."""
    return Goal(programme.route_gain, np.zeros((0, programme.route_group.size)), np.zeros(0))


def useful_routes(programme: Programme, goal: Goal) -> np.ndarray:
    """Return bool[n_route]: wanted, open, reached by a node that offers something, and worth something."""
    reached = np.empty(programme.feasible.shape[1], bool)
    any_by_group(programme.feasible, programme.supply_flop > 0.0, reached)
    worth = goal.gain > 0.0
    if goal.floor.size:
        worth |= (goal.floor_gain > 0.0).any(axis=0)
    wanted = (programme.demand_flop > 0.0)[programme.route_demand] & worth
    return wanted & programme.route_open & reached[programme.route_group]


def solve_master(programme: Programme, goal: Goal | None = None) -> Flows:
    """Return the optimal flows and prices of a programme; its own limits are not looked at."""
    goal = goal or plain_goal(programme)
    n_signature, n_group = programme.feasible.shape
    flows = Flows(
        group_flop=np.zeros((n_signature, n_group)),
        route_share=np.zeros(programme.route_group.size),
        supply_price=np.zeros(n_signature),
        arc_price=np.zeros(programme.arc_capacity_bit.size),
        floor_price=np.zeros(goal.floor.size),
    )
    lit = programme.supply_flop > 0.0
    reaching = np.empty(n_signature, bool)
    use_route = useful_routes(programme, goal)
    if not use_route.any():
        return flows
    use_group = np.zeros(n_group, bool)
    use_group[programme.route_group[use_route]] = True
    any_by_signature(programme.feasible, use_group, reaching)
    pools = make_pools(programme, lit & reaching, use_group)
    unit_flop = 2.0 ** round(math.log2(max(pool.supply_flop.max() for pool in pools)))
    unit_value = 2.0 ** round(math.log2(max(goal.gain[use_route].max(), goal.floor_gain.max(initial=0.0))))
    draw_group = np.concatenate([pool.group for pool in pools])
    draw_cost = np.repeat([pool.cost for pool in pools], [pool.group.size for pool in pools])
    layout = lay_out(programme, goal, (draw_group, draw_cost), np.flatnonzero(use_route), unit_flop, unit_value)
    place = _place_by_rows if programme.arc_route.size > programme.route_group.size else _place_optimum
    work_flop, price, row_prices, placements = place(pools, layout, unit_flop)

    arc_price, flows.floor_price[:] = np.split(price, [layout.arc.size])
    flows.arc_price[layout.arc] = arc_price * unit_value / layout.arc_scale_bit
    for pool, row_price in zip(pools, row_prices, strict=True):
        flows.supply_price[pool.signature] = row_price[pool.row] * unit_value
    _mix(programme, pools, placements, layout, work_flop[layout.draw_group.size :], flows)
    return flows


def lay_out(
    programme: Programme,
    goal: Goal,
    draws: tuple[np.ndarray, np.ndarray],
    route: np.ndarray,
    unit_flop: float,
    unit_value: float,
) -> Layout:
    """Return the linear programme without its limits on supply, in units of two powers.

    draws : int64[n_draw], float64[n_draw]
        Group that each draw feeds, and its cost per FLOP.
    """
    draw_group, draw_cost = draws
    n_draw, n_group = draw_group.size, programme.feasible.shape[1]
    route_demand, route_group = programme.route_demand[route], programme.route_group[route]
    present = np.zeros(programme.value.size, bool)
    present[route_demand] = True
    demand, demand_row = np.flatnonzero(present), (np.cumsum(present) - 1)[route_demand]
    arc = _arcs_that_may_bind(programme, route)
    arc_row, number = np.full(programme.arc_capacity_bit.size, -1), np.full(programme.route_group.size, -1)
    arc_row[arc], number[route] = np.arange(arc.size), np.arange(route.size)
    use_route, use_arc = number[programme.arc_route], arc_row[programme.arc_index]
    arc_scale_bit = np.zeros(arc.size + 1)  # the last takes the arcs that are left out
    np.maximum.at(arc_scale_bit, use_arc, np.where(use_route >= 0, programme.arc_bit_per_flop, 0.0))
    use_entry = np.zeros(use_arc.size)
    np.divide(programme.arc_bit_per_flop, arc_scale_bit[use_arc], out=use_entry, where=use_arc >= 0)
    arc_scale_bit = arc_scale_bit[:-1]
    use_row = np.where(use_arc >= 0, n_group + demand.size + use_arc, -1)
    most = n_draw + 2 * route.size + use_route.size
    start, row, entry = np.empty(n_draw + route.size + 1, np.int32), np.empty(most, np.int32), np.empty(most)
    n_entry = fill_columns(
        draw_group, route_group, demand_row, n_group, use_route, use_row, use_entry, start, row, entry
    )
    limit = (
        np.zeros(n_group),
        programme.demand_flop[demand] / unit_flop,
        programme.arc_capacity_bit[arc] / (arc_scale_bit * unit_flop),
    )
    return Layout(
        route=route,
        draw_group=draw_group,
        arc=arc,
        arc_scale_bit=arc_scale_bit,
        cost=np.concatenate([draw_cost, -goal.gain[route]]) / unit_value,
        start=start,
        row=row[:n_entry],
        entry=entry[:n_entry],
        limit=np.concatenate(limit),
        floor_gain=goal.floor_gain[:, route] / unit_value,
        floor=goal.floor / (unit_flop * unit_value),
    )


def _arcs_that_may_bind(programme: Programme, route: np.ndarray) -> np.ndarray:
    """Return the numbers of the arcs that would be full if every demand that can use them did."""
    use_route = np.zeros(programme.route_group.size, bool)
    use_route[route] = True
    most_bit = np.empty((programme.arc_capacity_bit.size, programme.value.size))
    most = np.empty(programme.arc_capacity_bit.size)
    most_by_arc(
        programme.arc_route, programme.arc_index, programme.arc_bit_per_flop, use_route, programme.route_demand,
        programme.demand_flop, most_bit, most,
    )  # fmt: skip
    return np.flatnonzero((most > 0.0) & (most >= programme.arc_capacity_bit * (1.0 - TOLERANCE)))


def _place_optimum(pools: list[Pool], layout: Layout, unit_flop: float):
    """Return the columns [FLOP], the prices of arcs and floors, of each pool's rows, and the flows that place all."""
    solver = open_solver(layout)
    first = np.cumsum([0] + [pool.group.size for pool in pools])  # draw of each
    sets: list[tuple[int, np.ndarray]] = [(q, crowd) for q, pool in enumerate(pools) for crowd in first_crowds(pool)]
    _add_limits(solver, pools, first, sets, unit_flop)
    n_fixed = layout.limit.size + layout.floor.size
    for _ in range(MOST_ROUNDS):
        column, price = run_to_optimum(solver)
        work_flop = np.maximum(column, 0.0) * unit_flop
        draws = [work_flop[first[q] : first[q + 1]] for q in range(len(pools))]
        placements = [place_work(pool, drawn) for pool, drawn in zip(pools, draws, strict=True)]
        crowded = [
            (q, crowd)
            for q, (pool, placed) in enumerate(zip(pools, placements, strict=True))
            if placed.short_flop > MISPLACED * math.fsum(pool.supply_flop.tolist())
            for crowd in placed.crowded
        ]
        if not crowded:
            break
        _add_limits(solver, pools, first, crowded, unit_flop)
        sets += crowded
    else:
        return _place_by_rows(pools, layout, unit_flop)
    row_prices = [np.zeros(pool.supply_flop.size) for pool in pools]
    for (q, crowd), one in zip(sets, price[n_fixed:], strict=False):
        if one > 0.0:
            row_prices[q][crowd_members(pools[q], crowd[None])[0]] += one
    return work_flop, price[n_fixed - layout.arc.size - layout.floor.size : n_fixed], row_prices, placements


def _place_by_rows(pools: list[Pool], layout: Layout, unit_flop: float):
    """Return what `_place_optimum` does, from the programme in which rows give to groups and groups pass on."""
    solver, n_draw, n_fixed = open_solver(layout), layout.draw_group.size, layout.limit.size + layout.floor.size
    first_draw = np.cumsum([0] + [pool.group.size for pool in pools])
    n_column = layout.cost.size
    row, column, entry = [], [], []
    limit: list[np.ndarray] = []
    for q, pool in enumerate(pools):
        (n_row, n_h), n_enter, n_pass = pool.member.shape, pool.enter_row.size, pool.pass_from.size
        enter, on = n_column + np.arange(n_enter), n_column + n_enter + np.arange(n_pass)
        base, drawn = sum(part.size for part in limit), np.arange(first_draw[q], first_draw[q + 1])
        # rows: supply of each row; then of each group, drawn and passed on less entered and passed to it
        parts = (
            (pool.enter_row, enter, 1.0), (n_row + pool.enter_group, enter, -1.0), (n_row + pool.pass_from, on, 1.0),
            (n_row + pool.pass_to, on, -1.0), (n_row + np.arange(n_h), drawn, 1.0),
        )  # fmt: skip
        for rows, columns, sign in parts:
            row.append(base + rows)
            column.append(columns)
            entry.append(np.full(rows.size, sign))
        limit.append(np.concatenate([pool.supply_flop / unit_flop, np.zeros(n_h)]))
        n_column += n_enter + n_pass
    n_more, limits = n_column - layout.cost.size, np.concatenate(limit)
    none, nothing = np.zeros(0, np.int32), np.zeros(n_more)
    accepted(solver, solver.addCols(n_more, nothing, nothing, np.full(n_more, np.inf), 0, none, none, np.zeros(0)))
    rows, columns, entries = (np.concatenate(part) for part in (row, column, entry))
    order = np.lexsort((columns, rows))
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=limits.size))[:-1]]).astype(np.int32)
    lower = np.full(limits.size, -np.inf)
    index = columns[order].astype(np.int32)
    accepted(solver, solver.addRows(limits.size, lower, limits, index.size, start, index, entries[order]))
    found, price = run_to_optimum(solver)
    work_flop = np.maximum(found[: layout.cost.size], 0.0) * unit_flop
    draws = np.split(work_flop[:n_draw], first_draw[1:-1])
    placements = [place_work(pool, drawn) for pool, drawn in zip(pools, draws, strict=True)]
    first = n_fixed + np.cumsum([0] + [len(part) for part in limit[:-1]])
    row_prices = [price[i : i + pool.supply_flop.size] for i, pool in zip(first, pools, strict=True)]
    return work_flop, price[n_fixed - layout.arc.size - layout.floor.size : n_fixed], row_prices, placements


def open_solver(layout: Layout):
    """Return HiGHS with the programme in it: one thread and fixed options, so that equal input gives equal bits."""
    import highspy

    solver, n_column, n_row = highspy.Highs(), layout.cost.size, layout.limit.size
    for option, setting in OPTIONS.items():
        solver.setOptionValue(option, setting)
    whole, free = np.zeros(n_column, np.int32), np.full(max(n_column, n_row), np.inf)
    by_column, least = int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize)
    answer = solver.passModel(
        n_column, n_row, layout.entry.size, by_column, least, 0.0, layout.cost, np.zeros(n_column), free[:n_column],
        -free[:n_row], layout.limit, layout.start, layout.row, layout.entry, whole,
    )  # fmt: skip
    accepted(solver, answer)
    for gain, least in zip(layout.floor_gain, layout.floor, strict=True):
        index = (layout.draw_group.size + np.flatnonzero(gain)).astype(np.int32)
        entry, one = -gain[gain != 0.0], np.ones(1)
        start = np.zeros(1, np.int32)
        accepted(solver, solver.addRows(1, -np.inf * one, -least * one, index.size, start, index, entry))
    return solver


def _add_limits(solver, pools: list[Pool], first: np.ndarray, sets, unit_flop: float) -> None:
    """Add the limits on what sets of groups may draw from their pools."""
    limit, crowds = np.empty(len(sets)), np.zeros((len(sets), first[-1]), bool)
    for q, pool in enumerate(pools):
        of_pool = [number for number, (p, _) in enumerate(sets) if p == q]
        if of_pool:
            asked = np.array([sets[number][1] for number in of_pool])
            limit[of_pool] = crowd_supply_flop(pool, asked) / unit_flop
            crowds[of_pool, first[q] : first[q + 1]] = asked
    index = np.nonzero(crowds)[1].astype(np.int32)
    start = np.concatenate([[0], np.cumsum(crowds.sum(axis=1))[:-1]]).astype(np.int32)
    lower, ones = np.full(len(sets), -np.inf), np.ones(index.size)
    accepted(solver, solver.addRows(len(sets), lower, limit, index.size, start, index, ones))


def accepted(solver, answer) -> None:
    """Raise ModelError if HiGHS refused what it was given."""
    import highspy

    if answer == highspy.HighsStatus.kError:
        raise ModelError("dispatch: HiGHS refused the programme", quantity="dispatch_status", value=str(answer))


def run_to_optimum(solver) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the prices of the rows of the least cost."""
    import highspy

    accepted(solver, solver.run())
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise ModelError(
            f"dispatch: HiGHS ended with {solver.modelStatusToString(status)!r}",
            quantity="dispatch_status",
            value=str(status),
        )
    answer = solver.getSolution()
    return np.array(answer.col_value), np.maximum(-np.array(answer.row_dual), 0.0)


def _mix(
    programme: Programme,
    pools: list[Pool],
    placements: list[Placement],
    layout: Layout,
    left_flop: np.ndarray,
    flows: Flows,
) -> None:
    """Write the flows of the programme: what each signature sends out by each group, and the shares of the routes."""
    n_group = programme.feasible.shape[1]
    of_route = programme.route_group[layout.route]
    group_left = np.bincount(of_route, left_flop, minlength=n_group)
    flows.route_share[layout.route] = np.divide(
        left_flop, group_left[of_route], out=np.zeros(left_flop.size), where=left_flop > 0.0
    )
    stayed = [_stayed(pool, placed) for pool, placed in zip(pools, placements, strict=True)]
    group_came = np.zeros(n_group)
    for pool, out in zip(pools, stayed, strict=True):
        came = np.empty(pool.group.size)
        add_rows(out, came)
        group_came[pool.group] += came
    part = np.divide(group_left, group_came, out=np.ones(n_group), where=group_came > group_left)
    for pool, out in zip(pools, stayed, strict=True):
        of_row = programme.supply_flop[pool.signature] / pool.supply_flop[pool.row]
        share_to_members(out, part, pool.signature, pool.row, pool.group, of_row, flows.group_flop)


def _stayed(pool: Pool, placed: Placement) -> np.ndarray:
    """Return float64[n_h, n_row], what of each row's work stays in each group and leaves by its routes."""
    n_row, n_h = pool.member.shape
    size = pool.member.sum(axis=0)
    order = np.lexsort((np.arange(n_h), size))  # in the order of `inside`: the smaller sets first
    stayed = np.empty((n_h, n_row))
    stay_in_groups(
        pool.enter_row, pool.enter_group, placed.entered_flop, order, pool.pass_from, pool.pass_to,
        placed.passed_flop, stayed,
    )  # fmt: skip
    return stayed
