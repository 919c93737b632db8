"""Cells: the satellites of one shell in one tile of (plane, slot), fixed for the run, and the arcs between them.

Links within a cell are taken as never full: the larger the cells, the more freely data move. What leads from one cell
to another is an arc, as wide as the links that hold on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import Problem, ScenarioError
from .constellation import Constellation
from .planes import TURN, Planes, planes_of
from .topology import Topology

MOST_CELLS, MOST_ARCS = 10_000, 100_000


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells and the pairs of them that links join.

    An arc stands for both directions, each as wide as the links together; port p of cell c leads to `neighbour[c, p]`
    over the arc `arc[c, p]`, and the port that leads back is the flat number `back[c, p]`. A port that is not used
    names its own cell, and arc -1.
    """

    cell: np.ndarray  # int32[n_satellite]
    shell: np.ndarray  # int64[n_cell], the shell in the fleet of its first satellite
    link_arc: np.ndarray  # int32[n_link], -1 within a cell
    tail: np.ndarray  # int64[n_arc]
    head: np.ndarray  # int64[n_arc]
    neighbour: np.ndarray  # int32[n_cell, n_port]
    arc: np.ndarray  # int64[n_cell, n_port]
    back: np.ndarray  # int64[n_cell, n_port]

    @property
    def n_cell(self) -> int:
        return self.shell.size

    @property
    def n_arc(self) -> int:
        return self.tail.size


def make_cells(fleet: Constellation, links: Topology, wanted: int) -> Cells:
    """Return about so many cells, each shell's in proportion to its satellites; those without links are one together.

    Raises
    ------
    ScenarioError
        If cells or arcs between them are more than can be handled.
    """
    cell = _tiles(fleet, planes_of(fleet), wanted)
    alone = links.degree() == 0
    cell[alone] = cell.max(initial=0) + 1
    _, first, cell = np.unique(cell, return_index=True, return_inverse=True)
    cell = cell.astype(np.int32).reshape(-1)
    a, b = cell[links.row_a].astype(np.int64), cell[links.row_b].astype(np.int64)
    low, high = np.minimum(a, b), np.maximum(a, b)
    apart = low != high
    code, number = np.unique(low[apart] * first.size + high[apart], return_inverse=True)
    link_arc = np.full(links.n_link, -1, np.int32)
    link_arc[apart] = number.reshape(-1)
    _check(first.size, code.size)
    tail, head = code // first.size, code % first.size
    neighbour, arc, back = _ports(first.size, tail, head)
    return Cells(cell, np.asarray(fleet.shell, np.int64)[first], link_arc, tail, head, neighbour, arc, back)


def _check(n_cell: int, n_arc: int) -> None:
    for count, most, what in ((n_cell, MOST_CELLS, "cells"), (n_arc, MOST_ARCS, "arcs between cells")):
        if count > most:
            limit, cure = f"at most {most:,}", "lower network.lasers.cells"
            raise ScenarioError(Problem(f"{count:,} {what}", "network.lasers.cells", count, limit, cure))


def _tiles(fleet: Constellation, planes: Planes, wanted: int) -> np.ndarray:
    """Return int64[n_satellite], the tile of each satellite."""
    count = np.diff(planes.start)
    shells, which = np.unique(planes.shell, return_inverse=True)
    members = np.bincount(which, count, minlength=shells.size)
    tile, first = np.empty(fleet.n_satellite, np.int64), 0
    for s in range(shells.size):
        plane = np.flatnonzero(which == s)
        n = max(round(wanted * members[s] / fleet.n_satellite), 1)
        across, along = _cuts(planes, plane, count[plane], n)
        for j, p in enumerate(plane.tolist()):
            place = np.arange(count[p]) * along // count[p]
            tile[planes.rows(p)] = first + (j * across // plane.size) * along + place
        first += across * along
    return tile


def _cuts(planes: Planes, plane: np.ndarray, count: np.ndarray, n: int) -> tuple[int, int]:
    """Return into how many parts the planes of a shell and the slots of a plane are cut, so that tiles are square."""
    steps = np.diff(planes.node_rad[plane]) % TURN
    closing = TURN - steps.sum()
    width = steps.sum() + (closing if steps.size and closing < 2.0 * steps.max() else 0.0)
    sine = float(np.sin(planes.inclination_rad[plane].mean()))
    across = int(np.clip(round(np.sqrt(n * max(width * sine, 1e-9) / TURN)), 1, min(plane.size, n)))
    return across, int(np.clip(round(n / across), 1, count.max()))


def _ports(n_cell: int, tail: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return neighbour, arc and back of `Cells`."""
    n_arc = tail.size
    start, end = np.concatenate([tail, head]), np.concatenate([head, tail])
    order = np.argsort(start, kind="stable")
    degree = np.bincount(start, minlength=n_cell)
    port = np.empty(2 * n_arc, np.int64)
    port[order] = np.arange(2 * n_arc) - np.repeat(np.cumsum(degree) - degree, degree)
    n_port = max(int(degree.max(initial=0)), 1)
    neighbour = np.repeat(np.arange(n_cell, dtype=np.int32)[:, None], n_port, axis=1)
    arc, back = np.full((n_cell, n_port), -1), np.full((n_cell, n_port), 0)
    neighbour[start, port], arc[start, port] = end, np.concatenate([np.arange(n_arc)] * 2)
    twin = np.concatenate([np.arange(n_arc, 2 * n_arc), np.arange(n_arc)])
    back[start, port] = start[twin] * n_port + port[twin]
    return neighbour, arc, back
