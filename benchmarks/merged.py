"""Merged against unmerged: the optimum of 20,000 units of supply, by signature and by a plain linear programme.

    python benchmarks/merged.py [n_unit ...]

64 classes of demand, 16 gateways with two nested limits on delay each; units of equal reach are one signature. The
plain programme has a column for each unit and group, and HiGHS with its own defaults. Processor time, one thread.
"""

import sys
import time

import highspy
import numpy as np

from orbital_compute.model.programme import Programme
from orbital_compute.model.solve import solve

N_CLASS, N_GATEWAY, N_REACH, N_LEVEL = 64, 16, 64, 2


def instance(n_unit: int, seed: int = 1) -> tuple[Programme, Programme]:
    """Return the programme of single units, and that of their signatures."""
    rng = np.random.default_rng(seed)
    n_group = N_GATEWAY * N_LEVEL
    level = np.where(rng.random((N_REACH, N_GATEWAY)) < 0.2, rng.integers(1, N_LEVEL + 1, (N_REACH, N_GATEWAY)), 0)
    level[np.arange(N_REACH), rng.integers(0, N_GATEWAY, N_REACH)] = N_LEVEL
    reach = (level[:, :, None] > np.arange(N_LEVEL)).reshape(N_REACH, n_group)
    of_unit = rng.integers(0, N_REACH, n_unit)
    supply = rng.uniform(0.2, 1.0, n_unit)
    routes = [(g * N_LEVEL + int(rng.integers(N_LEVEL)), k, g) for k in range(N_CLASS)
              for g in rng.choice(N_GATEWAY, 3, replace=False)]  # fmt: skip
    group, demand, gateway = np.array(routes).T
    bits = rng.uniform(0.5, 3.0, N_CLASS)
    common = dict(
        demand_flop=rng.uniform(0.3, 3.0, N_CLASS) * supply.sum() / N_CLASS, value=rng.uniform(1.0, 8.0, N_CLASS),
        route_group=group, route_demand=demand, arc_capacity_bit=rng.uniform(0.3, 2.0, N_GATEWAY) * supply.sum() / 8,
        arc_route=np.arange(group.size), arc_index=gateway, arc_bit_per_flop=bits[demand],
        route_cost=np.zeros(group.size),
    )  # fmt: skip
    apart = Programme(supply_flop=supply, feasible=reach[of_unit], signature_cost=np.zeros(n_unit), **common)
    whole = np.bincount(of_unit, supply, minlength=N_REACH)
    return apart, Programme(supply_flop=whole, feasible=reach, signature_cost=np.zeros(N_REACH), **common)


def plain_worth(p: Programme) -> float:
    """Return the optimum of a programme with a row for each unit, by HiGHS as it comes."""
    unit, group = np.nonzero(p.feasible)
    n_unit, n_group = p.feasible.shape
    n_route, n_demand, n_arc = p.route_group.size, p.value.size, p.arc_capacity_bit.size
    draws, routes = np.arange(unit.size), unit.size + np.arange(n_route)
    row = [unit, n_unit + group, n_unit + p.route_group, n_unit + n_group + p.route_demand,
           n_unit + n_group + n_demand + p.arc_index]  # fmt: skip
    column = [draws, draws, routes, routes, routes[p.arc_route]]
    entry = [np.ones(unit.size), -np.ones(unit.size), np.ones(n_route), np.ones(n_route), p.arc_bit_per_flop]
    rows, columns, entries = (np.concatenate(part) for part in (row, column, entry))
    order = np.lexsort((rows, columns))
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = unit.size + n_route, n_unit + n_group + n_demand + n_arc
    programme.col_cost_ = np.concatenate([np.zeros(unit.size), -p.route_gain])
    programme.col_lower_, programme.col_upper_ = np.zeros(programme.num_col_), np.full(programme.num_col_, np.inf)
    programme.row_lower_ = np.full(programme.num_row_, -np.inf)
    programme.row_upper_ = np.concatenate([p.supply_flop, np.zeros(n_group), p.demand_flop, p.arc_capacity_bit])
    programme.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(columns))]).astype(np.int32)
    programme.a_matrix_.index_, programme.a_matrix_.value_ = rows[order].astype(np.int32), entries[order]
    solver = highspy.Highs()
    for option, setting in (("output_flag", False), ("threads", 1), ("primal_feasibility_tolerance", 1e-10),
                            ("dual_feasibility_tolerance", 1e-10)):  # fmt: skip
        solver.setOptionValue(option, setting)
    solver.passModel(programme)
    solver.run()
    return -solver.getInfo().objective_function_value


def main() -> None:
    for n_unit in [int(text) for text in sys.argv[1:]] or [1_500, 20_000]:
        apart, merged = instance(n_unit)
        solve(merged)  # so that nothing is compiled while it is timed
        began = time.thread_time()
        ours = solve(merged)
        merged_s, began = time.thread_time() - began, time.thread_time()
        worth = plain_worth(apart)
        plain_s = time.thread_time() - began
        apart_by, n = abs(ours.objective / worth - 1.0), merged.supply_flop.size
        print(f"{n_unit:,} units, {N_CLASS} classes, {N_GATEWAY} gateways: {n} signatures")
        print(
            f"merged {merged_s * 1e3:.1f} ms, plain {plain_s:.2f} s; worth apart by {apart_by:.1e}, gap {ours.gap:.1e}"
        )


if __name__ == "__main__":
    main()
