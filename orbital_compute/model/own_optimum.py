"""The optimum of a programme whose signatures have own limits, as one linear programme of signatures and groups."""

from __future__ import annotations

import math

import numpy as np

from .master import Flows, Goal, accepted, lay_out, open_solver, run_to_optimum, useful_routes
from .programme import Programme

EXACT_COLUMNS = 20_000  # signatures times groups: HiGHS takes a second or two; above, supply is split (`split`)


def columns(programme: Programme, goal: Goal) -> tuple[np.ndarray, np.ndarray]:
    """Return int64[n_column] twice: the signatures that offer something, and the groups of use that they reach."""
    use_group = np.zeros(programme.feasible.shape[1], bool)
    use_group[programme.route_group[useful_routes(programme, goal)]] = True
    signature, group = np.nonzero(programme.feasible & use_group & (programme.supply_flop > 0.0)[:, None])
    return signature, group


def solve_own(programme: Programme, goal: Goal) -> tuple[Flows, np.ndarray]:
    """Return the optimal flows, and the prices of the own limits: float64[n_signature, n_own].

    Its groups are such that all that leaves by one takes the same of each own limit, a FLOP (`own_limits`).
    """
    n_signature, n_own = programme.own_limit.shape
    group_flop = np.zeros(programme.feasible.shape)
    route_share = np.zeros(programme.route_group.size)
    supply_price, own_price = np.zeros(n_signature), np.zeros((n_signature, n_own))
    arc_price, floor_price = np.zeros(programme.arc_capacity_bit.size), np.zeros(goal.floor.size)
    flows = Flows(group_flop, route_share, supply_price, arc_price, floor_price)
    use_route = useful_routes(programme, goal)
    if not use_route.any():
        return flows, own_price
    signature, group = columns(programme, goal)
    unit_flop = 2.0 ** round(math.log2(programme.supply_flop.max()))
    unit_value = 2.0 ** round(math.log2(max(goal.gain[use_route].max(), goal.floor_gain.max(initial=0.0))))
    route = np.flatnonzero(use_route)
    layout = lay_out(programme, goal, (group, programme.signature_cost[signature]), route, unit_flop, unit_value)
    solver = open_solver(layout)
    n_fixed, n_column = layout.limit.size + layout.floor.size, signature.size
    own = _own_rows(programme, signature, group)
    _add_rows(solver, signature, np.ones(n_column), programme.supply_flop / unit_flop)
    for _, scale, entry, limit in own:
        _add_rows(solver, signature, entry, limit / (scale * unit_flop))
    column, price = run_to_optimum(solver)

    flop = np.maximum(column, 0.0) * unit_flop
    came, left, n_group = flop[:n_column], flop[n_column:], programme.feasible.shape[1]
    group_left = np.bincount(programme.route_group[route], left, minlength=n_group)
    group_came = np.bincount(group, came, minlength=n_group)
    part = np.divide(group_left, group_came, out=np.ones(n_group), where=group_came > group_left)
    group_flop[signature, group] = came * part[group]
    total = group_left[programme.route_group[route]]
    route_share[route] = np.divide(left, total, out=np.zeros(left.size), where=left > 0.0)
    arc_price[layout.arc], floor_price[:] = np.split(price[n_fixed - layout.arc.size - layout.floor.size : n_fixed],
                                                     [layout.arc.size])  # fmt: skip
    arc_price[layout.arc] *= unit_value / layout.arc_scale_bit
    parts = price[n_fixed:].reshape(1 + len(own), n_signature) * unit_value
    supply_price[:] = parts[0]
    for (number, scale, _, _), part in zip(own, parts[1:], strict=True):
        own_price[:, number] = part / scale
    return flows, own_price


def _own_rows(programme: Programme, signature: np.ndarray, group: np.ndarray):
    """Return number, scale, entries and limits of each own limit that something uses and that may bind."""
    found = []
    for number, (limit, use) in enumerate(zip(programme.own_limit.T, programme.group_use, strict=True)):
        entry = use[group]
        if entry.max(initial=0.0) > 0.0 and np.isfinite(limit).any():
            scale = float(entry.max())
            found.append((number, scale, np.where(np.isfinite(limit)[signature], entry / scale, 0.0), limit))
    return found


def _add_rows(solver, row: np.ndarray, entry: np.ndarray, limit: np.ndarray) -> None:
    """Add one row for each limit: the sum of entries times columns, each column in its row."""
    n_row, kept = limit.size, entry > 0.0
    start = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=n_row))[:-1]]).astype(np.int32)
    order = np.argsort(row[kept], kind="stable")
    index = np.flatnonzero(kept)[order].astype(np.int32)
    lower = np.full(n_row, -np.inf)
    accepted(solver, solver.addRows(n_row, lower, limit, index.size, start, index, entry[kept][order]))
