"""The linear programme of a window, made small without loss, and its optimum by HiGHS.

Equal signatures are added together, and groups that the same signatures can use are one. Where group A can be used by
some of those that can use B, what enters A may go on to B; so a signature need only enter its smallest groups, and
the many nested limits on delay become a chain. Every flow of the small programme is one of the full programme and the
other way round: whatever reaches B through A came from a signature of A, which is one of B. Within a group flows are
mixed: each signature has the same share of every way out, as it has of what came in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import ModelError

if TYPE_CHECKING:
    from .dispatch import Programme

TOLERANCE = 1e-10  # primal and dual feasibility of scaled rows, the tightest that HiGHS takes
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "presolve": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
}
SPARE = 1.0 + 1e-9  # an arc with this much room above the greatest use cannot bind


class Flows(NamedTuple):
    """What the master programme answers, in the terms of the full one; see `Assignment`."""

    group_flop: np.ndarray
    route_share: np.ndarray
    supply_price: np.ndarray
    arc_price: np.ndarray


@dataclass(frozen=True)
class Master:
    """The small programme: merged signatures s, merged groups g, routes and arcs that can carry anything."""

    signature: np.ndarray  # int64[n_signature], merged signature of each, -1 for none
    group: np.ndarray  # int64[n_group], merged group of each, -1 for none
    supply_flop: np.ndarray  # float64[n_s]
    cost: np.ndarray  # float64[n_s]
    member: np.ndarray  # bool[n_s, n_g]
    inside: np.ndarray  # bool[n_g, n_g], row a proper subset of column
    route: np.ndarray  # int64[n_r], number of each route in the full programme
    arc: np.ndarray  # int64[n_e], number of each arc in the full programme


def reduce_programme(programme: Programme) -> Master:
    """Return the small programme that has the same optimum."""
    wanted = (programme.demand_flop > 0.0)[programme.route_demand] & (programme.route_gain > 0.0)
    lit = programme.supply_flop > 0.0
    reached = np.any(programme.feasible & lit[:, None], axis=0)
    use_route = wanted & programme.route_open & reached[programme.route_group]
    use_group = np.zeros(reached.size, bool)
    use_group[programme.route_group[use_route]] = True
    use_signature = lit & programme.feasible[:, use_group].any(axis=1)

    rows, columns = np.flatnonzero(use_signature), np.flatnonzero(use_group)
    member = programme.feasible[np.ix_(rows, columns)]
    cost = programme.signature_cost[rows]
    cost_byte = np.ascontiguousarray(cost, float).view(np.uint8).reshape(rows.size, 8)
    first_row, row_of = _merge_equal(np.concatenate([np.packbits(member, axis=1), cost_byte], axis=1))
    first_column, column_of = _merge_equal(np.packbits(member.T, axis=1))
    member = member[np.ix_(first_row, first_column)]
    signature, group = np.full(lit.size, -1), np.full(reached.size, -1)
    signature[rows], group[columns] = row_of, column_of
    return Master(
        signature=signature,
        group=group,
        supply_flop=np.bincount(row_of, programme.supply_flop[rows], minlength=first_row.size),
        cost=cost[first_row],
        member=member,
        inside=_proper_subsets(member),
        route=np.flatnonzero(use_route),
        arc=_arcs_that_may_bind(programme, use_route),
    )


def _merge_equal(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first index of each distinct row of bytes, and which distinct row each one is."""
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def _count_common(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the matrix product of two of zeros and ones; whole numbers below 2^24, exact in any order of summation."""
    return left.astype(np.float32) @ right.astype(np.float32)


def _proper_subsets(member: np.ndarray) -> np.ndarray:
    """Return bool[n_g, n_g]: the signatures of the row are some, not all, of those of the column."""
    size = member.sum(axis=0, dtype=np.int64)
    return (_count_common(member.T, member) == size[:, None]) & (size[:, None] < size)


def _arcs_that_may_bind(programme: Programme, use_route: np.ndarray) -> np.ndarray:
    """Return the numbers of the arcs that would be full if every demand that can use them did."""
    used = use_route[programme.arc_route] & (programme.arc_bit_per_flop > 0.0)
    n_arc, n_demand = programme.arc_capacity_bit.size, programme.value.size
    most_bit = np.zeros((n_arc, n_demand))
    place = (programme.arc_index[used], programme.route_demand[programme.arc_route[used]])
    np.maximum.at(most_bit, place, programme.arc_bit_per_flop[used])
    most = np.add.accumulate(most_bit * programme.demand_flop, axis=1)[:, -1] if n_demand else np.zeros(n_arc)
    return np.flatnonzero(most * SPARE > programme.arc_capacity_bit)


class Matrix(NamedTuple):
    """Columns of the small programme in the order entries, passes, routes; rows signatures, groups, demands, arcs."""

    enter_signature: np.ndarray  # entries: from a signature to a group
    enter_group: np.ndarray
    pass_from: np.ndarray  # passes: from a group to the next larger ones
    pass_to: np.ndarray
    start: np.ndarray  # of each column, compressed
    row: np.ndarray
    value: np.ndarray
    upper: np.ndarray  # of each row
    cost: np.ndarray  # of each column, to be made least
    demand: np.ndarray  # number of each demand row in the full programme
    arc_scale: np.ndarray  # bits of one unit of an arc row


def lay_matrix(programme: Programme, master: Master, unit_flop: float, unit_value: float) -> Matrix:
    """Return the small programme in units of `unit_flop` and `unit_value`, both powers of two."""
    enter = master.member & ~(_count_common(master.member, master.inside) > 0)
    on = master.inside & ~(_count_common(master.inside, master.inside) > 0)
    enter_signature, enter_group = np.nonzero(enter)
    pass_from, pass_to = np.nonzero(on)
    demand, demand_row = np.unique(programme.route_demand[master.route], return_inverse=True)
    n_s, n_g, n_enter, n_pass = *master.member.shape, enter_group.size, pass_from.size

    route_column = np.full(programme.route_group.size, -1)
    route_column[master.route] = n_enter + n_pass + np.arange(master.route.size)
    arc_row = np.full(programme.arc_capacity_bit.size, -1)
    arc_row[master.arc] = np.arange(master.arc.size)
    use = (route_column[programme.arc_route] >= 0) & (arc_row[programme.arc_index] >= 0)
    use &= programme.arc_bit_per_flop > 0.0
    use_row, use_bit = arc_row[programme.arc_index[use]], programme.arc_bit_per_flop[use]
    arc_scale = np.zeros(master.arc.size)
    np.maximum.at(arc_scale, use_row, use_bit)

    column = np.arange(n_enter + n_pass + master.route.size)
    entering, leaving = column[:n_enter], column[n_enter + n_pass :]
    ones = np.ones(column.size)
    into = np.concatenate([enter_group, pass_to])
    out_of = np.concatenate([pass_from, master.group[programme.route_group[master.route]]])
    parts = (
        (entering, enter_signature, ones[entering]),
        (column[: into.size], n_s + into, -ones[: into.size]),
        (column[n_enter:], n_s + out_of, ones[n_enter:]),
        (leaving, n_s + n_g + demand_row, ones[leaving]),
        (route_column[programme.arc_route[use]], n_s + n_g + demand.size + use_row, use_bit / arc_scale[use_row]),
    )
    columns, rows, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((rows, columns))
    upper = (
        master.supply_flop / unit_flop,
        np.zeros(n_g),
        programme.demand_flop[demand] / unit_flop,
        programme.arc_capacity_bit[master.arc] / (arc_scale * unit_flop),
    )
    cost = (master.cost[enter_signature], np.zeros(n_pass), -programme.route_gain[master.route])
    return Matrix(
        enter_signature=enter_signature,
        enter_group=enter_group,
        pass_from=pass_from,
        pass_to=pass_to,
        start=np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=column.size))]).astype(np.int32),
        row=rows[order].astype(np.int32),
        value=values[order],
        upper=np.concatenate(upper),
        cost=np.concatenate(cost) / unit_value,
        demand=demand,
        arc_scale=arc_scale,
    )


def minimise(matrix: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the prices of the rows of the least cost, columns from zero up, rows up to their limits.

    HiGHS, one thread, fixed options, from a cold start: equal input gives equal bits.
    """
    import highspy

    n_column, n_row = matrix.cost.size, matrix.upper.size
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = n_column, n_row
    programme.col_cost_ = matrix.cost
    programme.col_lower_, programme.col_upper_ = np.zeros(n_column), np.full(n_column, np.inf)
    programme.row_lower_, programme.row_upper_ = np.full(n_row, -np.inf), matrix.upper
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_, programme.a_matrix_.index_ = matrix.start, matrix.row
    programme.a_matrix_.value_ = matrix.value
    solver = highspy.Highs()
    for option, setting in OPTIONS.items():
        solver.setOptionValue(option, setting)
    solver.passModel(programme)
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise ModelError(
            f"dispatch: HiGHS ended with {solver.modelStatusToString(status)!r} on {n_row} rows and {n_column} columns",
            quantity="dispatch_status",
            value=str(status),
        )
    answer = solver.getSolution()
    return np.array(answer.col_value), np.maximum(-np.array(answer.row_dual), 0.0)


def solve_master(programme: Programme) -> Flows:
    """Return the optimal flows and prices of a programme."""
    n_signature, n_group = programme.feasible.shape
    flows = Flows(
        group_flop=np.zeros((n_signature, n_group)),
        route_share=np.zeros(programme.route_group.size),
        supply_price=np.zeros(n_signature),
        arc_price=np.zeros(programme.arc_capacity_bit.size),
    )
    master = reduce_programme(programme)
    if master.route.size == 0:
        return flows
    unit_flop = 2.0 ** round(math.log2(max(master.supply_flop)))
    unit_value = 2.0 ** round(math.log2(max(programme.route_gain[master.route])))
    matrix = lay_matrix(programme, master, unit_flop, unit_value)
    amount, price = minimise(matrix)

    of_signature = master.signature >= 0
    flows.supply_price[of_signature] = price[master.signature[of_signature]] * unit_value
    flows.arc_price[master.arc] = price[price.size - master.arc.size :] * unit_value / matrix.arc_scale
    unmix(programme, master, matrix, np.maximum(amount, 0.0) * unit_flop, flows)
    return flows


def unmix(programme: Programme, master: Master, matrix: Matrix, amount_flop: np.ndarray, flows: Flows) -> None:
    """Write the flows of the full programme that the small one's amounts stand for."""
    n_enter, n_pass = matrix.enter_group.size, matrix.pass_from.size
    entered, passed, left = np.split(amount_flop, [n_enter, n_enter + n_pass])
    route_of = programme.route_group[master.route]
    n_s, n_g = master.member.shape
    inside_flop = np.zeros((n_g, n_s))
    inside_flop[matrix.enter_group, matrix.enter_signature] = entered
    left_total = np.bincount(master.group[route_of], left, minlength=n_g)
    leaving_flop = np.zeros((n_g, n_s))
    for g in np.argsort(master.member.sum(axis=0), kind="stable"):  # the smaller sets first
        onward = np.flatnonzero(matrix.pass_from == g)
        out = float(left_total[g]) + math.fsum(passed[onward])
        if out <= 0.0:
            continue
        mixed = inside_flop[g] * (1.0 / max(out, math.fsum(inside_flop[g])))
        leaving_flop[g] = mixed * left_total[g]
        for p in onward:
            inside_flop[matrix.pass_to[p]] += mixed * passed[p]

    group_total = np.bincount(route_of, left, minlength=programme.feasible.shape[1])
    flows.route_share[master.route] = np.divide(left, group_total[route_of], out=np.zeros(left.size), where=left > 0.0)
    rows, columns = np.flatnonzero(master.signature >= 0), np.flatnonzero(master.group >= 0)
    s, g = master.signature[rows], master.group[columns]
    part_of_s = programme.supply_flop[rows] / master.supply_flop[s]
    part_of_g = np.divide(group_total[columns], left_total[g], out=np.zeros(g.size), where=group_total[columns] > 0.0)
    flows.group_flop[np.ix_(rows, columns)] = leaving_flop.T[np.ix_(s, g)] * part_of_s[:, None] * part_of_g
