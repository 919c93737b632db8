"""Links beyond the grid, where demand wants them: terminals that are left go to the pairs that gain most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.links import grant_terminals
from .constellation import Constellation
from .frames import instants
from .link_state import holding_m
from .round_trip import shortest_paths_m
from .topology import PlusGrid, Topology, plus_grid


def demand_links(
    fleet: Constellation,
    topology: Topology,
    demands: Sequence[tuple[int, int, float]],
    time: Any,
    terminals: int | Sequence[int],
    threads: int | None = None,
) -> Topology:
    """Return the links of a grid and, between pairs of satellites that ask for them, extra ones.

    Parameters
    ----------
    fleet : Constellation
    topology : Topology
        The grid; its links keep their terminals.
    demands : sequence of (row, row, weight)
        Pairs of satellites, and how much goes between them, in any one unit.
    time : one time
        At which ways are compared, and at which an extra link has to be short and high enough to hold.
    terminals : int, or int[n_satellite]
        Terminals of a satellite, those of the grid included.

    Notes
    -----
    A direct link saves a pair its weight times the way over the grid less the straight line. Pairs are served in the
    order of what they save, while both ends have a terminal left: at least half of what the best choice saves (greedy
    matching). A pair that the grid does not join at all comes before all others.

    Raises
    ------
    ScenarioError
        If a pair names rows that are not there, or a weight is not above zero.
    """
    _check(demands, fleet.n_satellite)
    spec: PlusGrid = topology.spec
    pairs = np.array([(a, b) for a, b, _ in demands], np.int64).reshape(-1, 2)
    weight = np.array([w for *_, w in demands], float)
    straight_m = _straight_m(fleet, pairs, time, spec)
    sources, place = np.unique(pairs[:, 0], return_inverse=True)
    way_m = shortest_paths_m(topology, holding_m(fleet, topology, time), sources, threads)
    saved = np.where(np.isfinite(straight_m), weight * (way_m[place, pairs[:, 1]] - straight_m), 0.0)
    order = np.argsort(-saved, kind="stable")
    order = order[saved[order] > 0.0]
    own = np.broadcast_to(np.asarray(terminals, np.int32), fleet.n_satellite)
    row_a = np.concatenate([topology.row_a, pairs[order, 0]]).astype(np.int32)
    row_b = np.concatenate([topology.row_b, pairs[order, 1]]).astype(np.int32)
    port_a, port_b = np.empty(row_a.size, np.int32), np.empty(row_a.size, np.int32)
    free = np.maximum(own, topology.degree()).astype(np.int32)  # what the grid has, it keeps
    grant_terminals(row_a, row_b, free, port_a, port_b)
    granted = order[port_a[topology.n_link :] >= 0]
    extra = tuple((int(a), int(b)) for a, b in pairs[granted])
    return plus_grid(fleet, replace(spec, extra=spec.extra + extra, terminals=tuple(free.tolist())))


def _straight_m(fleet: Constellation, pairs: np.ndarray, time: Any, spec: PlusGrid) -> np.ndarray:
    """Return float64[n_pair], the straight lines [m], infinite where they pass too low or are too long."""
    utc = instants(time)
    if utc.day.size != 1:
        raise ScenarioError(Problem(f"{utc.day.size} times", "time", cure="give one"))
    r_m = fleet.positions(utc)[:, 0]
    a, b = r_m[pairs[:, 0]], r_m[pairs[:, 1]]
    length_m = np.sqrt(((a - b) ** 2).sum(axis=1))
    share = np.clip(((a - b) * a).sum(axis=1) / np.maximum(length_m**2, 1.0), 0.0, 1.0)
    low_m = np.sqrt(((a + share[:, None] * (b - a)) ** 2).sum(axis=1))
    holds = (low_m >= EARTH_RADIUS_M + spec.clearance_m) & (length_m <= spec.longest_m)
    return np.where(holds, length_m, np.inf)


def _check(demands: Sequence[tuple[int, int, float]], n: int) -> None:
    problems = [
        Problem(f"rows {a} and {b} with weight {weight}", f"demands[{k}]", (a, b, weight),
                f"two different rows from 0 to {n - 1}, and a weight above 0")
        for k, (a, b, weight) in enumerate(demands)
        if not (0 <= a < n and 0 <= b < n and a != b and 0.0 < weight < np.inf)
    ]  # fmt: skip
    if problems:
        raise ScenarioError(problems)
