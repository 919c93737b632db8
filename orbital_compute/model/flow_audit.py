"""The audit of a window's flows: what enters every node leaves it, and no arc carries more than it can.

Nodes are signatures, groups and demands. It takes flows and limits as they stand, and nothing from the solver.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import AuditError
from .dispatch import Assignment

FLOW_LIMIT = 1e-9  # relative


def check_flows(
    assignment: Assignment,
    executed_flop: np.ndarray,
    arc_names: Sequence[str],
    w_window: int,
    *,
    rounding_flop: float = 0.0,
) -> float:
    """Return the largest relative difference at any node or arc of a window.

    Parameters
    ----------
    assignment : Assignment
    executed_flop : float64[n_route]
        What was done of it, by route.
    arc_names : sequence of str
        Of the programme's arcs.
    w_window : int
    rounding_flop : float
        By so much work may be executed beyond what was assigned: satellites are given whole quanta, rounded up.

    Raises
    ------
    AuditError
        With the node or arc and the window, if the difference is above 1e-9.
    """
    programme, route_flop = assignment.programme, assignment.route_flop
    n_group = programme.feasible.shape[1]
    into_group, out_of_group = assignment.group_flop.sum(axis=0), np.bincount(
        programme.route_group, route_flop, minlength=n_group
    )  # fmt: skip
    executed_flop = np.maximum(executed_flop - rounding_flop, 0.0)
    checks = [
        ("signature", "offers", *_above(assignment.group_flop.sum(axis=1), programme.supply_flop)),
        ("group", "lets through", *_unequal(into_group, out_of_group)),
        ("demand", "wants", *_above(programme.by_demand(route_flop), programme.demand_flop)),
        ("route", "was assigned", *_above(executed_flop, route_flop)),
        ("arc", "can carry", *_above(programme.by_arc(route_flop), programme.arc_capacity_bit)),
        ("arc", "can carry", *_above(programme.by_arc(executed_flop), programme.arc_capacity_bit)),
    ]
    for kind, does, residual, index, flow, limit in checks:
        if not residual <= FLOW_LIMIT:
            name = f"arc {arc_names[index]}" if kind == "arc" else f"{kind} {index}"
            where = f"{name}, window {w_window}"
            message = f"{name} has a flow of {flow:.9e} and {does} {limit:.9e}, in window {w_window}"
            raise AuditError(message, quantity="flow", value=flow, limit=limit, where=where)
    return max((residual for _, _, residual, *_ in checks), default=0.0)


def _above(flow: np.ndarray, limit: np.ndarray) -> tuple[float, int, float, float]:
    """Return by how much a flow is above its limit, relative to the limit, where it is most: with flow and limit."""
    return _worst(flow - limit, limit, flow)


def _unequal(flow: np.ndarray, other: np.ndarray) -> tuple[float, int, float, float]:
    return _worst(np.abs(flow - other), np.maximum(flow, other), flow, other)


def _worst(over, scale, flow, limit=None) -> tuple[float, int, float, float]:
    if not over.size:
        return 0.0, 0, 0.0, 0.0
    relative = np.divide(over, scale, out=np.where(over > 0.0, np.inf, 0.0), where=scale > 0.0)
    relative = np.where(np.isnan(over), np.inf, relative)
    k = int(np.argmax(relative))
    return max(float(relative[k]), 0.0), k, float(flow[k]), float((scale if limit is None else limit)[k])
