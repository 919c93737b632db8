"""Orbital planes of a constellation: which satellites fly in which, in what order, and which planes are neighbours.

Designs say it themselves. Real element sets do not: there, satellites whose orbits agree in inclination, height and
node are one plane, in the order of their places along it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .constellation import Constellation
from .frames import instants_after

TURN = 2.0 * np.pi
INCLINATION_GAP_RAD = np.radians(0.3)  # real orbits further apart than these are different shells or planes (C)
HEIGHT_GAP_M = 8e3
NODE_GAP_RAD = np.radians(0.5)
EDGE_RAD = 1e-6  # angles this near a limit count as at it


@dataclass(frozen=True, eq=False)
class Planes:
    """Planes shell after shell, eastward from that of the shell's first satellite. Angles [rad] at the epoch, 0 to 2π.

    `row` holds all rows, plane after plane; plane p has those from `start[p]` on, in the order of flight or of slots.
    """

    row: np.ndarray  # int64[n_satellite]
    start: np.ndarray  # int64[n_plane + 1]
    shell: np.ndarray  # int64[n_plane]
    node_rad: np.ndarray  # float64[n_plane]
    inclination_rad: np.ndarray  # float64[n_plane]
    latitude_rad: np.ndarray  # float64[n_satellite], argument of latitude by row

    @property
    def n_plane(self) -> int:
        return self.shell.size

    def rows(self, plane: int) -> np.ndarray:
        """Return int64[n], the satellites of a plane in their order."""
        return self.row[self.start[plane] : self.start[plane + 1]]

    def adjacent(self) -> list[tuple[int, int, bool]]:
        """Return the pairs of planes next to one another, the second to the east, and whether they close the circle.

        Two planes are no neighbours across a seam: where more than half a turn of nodes lies between them (the edge of
        a Walker star or of a fan), or where they fly against one another, more than a right angle between them.
        """
        pairs = []
        for shell in np.unique(self.shell):
            member = np.flatnonzero(self.shell == shell)
            for k in range(member.size if member.size > 1 else 0):
                west, east = int(member[k]), int(member[(k + 1) % member.size])
                if not self._seam(west, east):
                    pairs.append((west, east, k == member.size - 1))
        return pairs

    def _seam(self, west: int, east: int) -> bool:
        step = (self.node_rad[east] - self.node_rad[west]) % TURN
        tilt = self.inclination_rad[[west, east]]
        along = np.prod(np.cos(tilt)) + np.prod(np.sin(tilt)) * np.cos(step)
        return step > np.pi - EDGE_RAD or along < EDGE_RAD


def planes_of(fleet: Constellation) -> Planes:
    """Return the planes of a constellation."""
    latitude = np.mod(fleet.arg_perigee_rad + fleet.mean_anomaly_rad, TURN)
    if fleet.element_records is None and not _unsorted(fleet):
        order = np.lexsort((fleet.slot, fleet.plane, fleet.shell))
        step = (np.diff(fleet.shell[order]) != 0) | (np.diff(fleet.plane[order]) != 0)
        return _by_node(order, step, fleet.shell, fleet.raan_rad, fleet.inclination_rad, latitude)
    node = fleet.raan_rad
    if fleet.element_records is not None:
        node, latitude = _at_epoch(fleet)
    shell = _clusters(fleet.inclination_rad, INCLINATION_GAP_RAD)
    shell = _within(shell, fleet.semi_major_axis_m, HEIGHT_GAP_M)
    plane = _within(shell, node, NODE_GAP_RAD, TURN)
    order = np.lexsort((latitude, plane))
    order = _from_first_row(order, np.diff(plane[order]) != 0, np.arange(order.size))  # in the file
    return _by_node(order, np.diff(plane[order]) != 0, shell, node, fleet.inclination_rad, latitude)


def _unsorted(fleet: Constellation) -> bool:
    """Return whether a table does not say its planes: satellites of one have nodes that differ."""
    order = np.lexsort((fleet.plane, fleet.shell))
    step = (np.diff(fleet.shell[order]) != 0) | (np.diff(fleet.plane[order]) != 0)
    first = np.concatenate([[0], np.flatnonzero(step) + 1])
    head = np.repeat(fleet.raan_rad[order[first]], np.diff(np.append(first, order.size)))
    return bool((np.cos(fleet.raan_rad[order] - head) < np.cos(NODE_GAP_RAD)).any())


def _at_epoch(fleet: Constellation) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and arguments of latitude of real sets, carried from their own epochs by SGP4's secular rates."""
    now = instants_after(fleet.epoch, 0.0)
    records = fleet.element_records or []
    minute = np.array([((now.day[0] - s.jdsatepoch) + (now.fraction[0] - s.jdsatepochF)) * 1440.0 for s in records])
    node = np.array([s.nodeo for s in records]) + minute * np.array([s.nodedot for s in records])
    latitude = np.array([s.argpo + s.mo for s in records])
    latitude = latitude + minute * np.array([s.argpdot + s.mdot for s in records])
    return np.mod(node, TURN), np.mod(latitude, TURN)


def _clusters(value: np.ndarray, gap: float, period: float = 0.0) -> np.ndarray:
    """Return int64[n], numbers of groups that lie more than `gap` apart, upward; with a period, around a circle."""
    order = np.argsort(value, kind="stable")
    ordered = value[order]
    number = np.concatenate([[0], np.cumsum(np.diff(ordered) > gap)])
    if period and number[-1] and ordered[0] + period - ordered[-1] <= gap:
        number = number % number[-1]  # the last group goes on across zero as the first
    group = np.empty(value.size, np.int64)
    group[order] = number
    return group


def _within(group: np.ndarray, value: np.ndarray, gap: float, period: float = 0.0) -> np.ndarray:
    """Return int64[n], numbers of groups split further by another value."""
    found, count = np.empty(group.size, np.int64), 0
    for one in np.unique(group):
        member = np.flatnonzero(group == one)
        part = _clusters(value[member], gap, period)
        found[member] = count + part
        count += int(part.max()) + 1
    return found


def _from_first_row(order: np.ndarray, step: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Turn each part of an order, cut where `step` is true, so that it begins with the entry of the least row."""
    parts = np.split(order, np.flatnonzero(step) + 1)
    return np.concatenate([np.roll(part, -int(np.argmin(row[part]))) for part in parts])


def _by_node(order, step, shell, node_rad, inclination_rad, latitude_rad) -> Planes:
    """Return planes in the order of shell and node, from an order by planes and where one ends."""
    first = np.concatenate([[0], np.flatnonzero(step) + 1])
    parts = np.split(order, first[1:])
    head = order[first]
    node = np.mod(node_rad[head] + EDGE_RAD, TURN) - EDGE_RAD
    rank = np.lexsort((node, shell[head]))
    # the circle of a shell begins with the plane of its first satellite, as its pattern does
    rank = _from_first_row(rank, np.diff(shell[head][rank]) != 0, head)
    count = np.array([parts[k].size for k in rank])
    return Planes(
        row=np.concatenate([parts[k] for k in rank]),
        start=np.concatenate([[0], np.cumsum(count)]),
        shell=np.asarray(shell[head][rank], np.int64),
        node_rad=node[rank],
        inclination_rad=np.asarray(inclination_rad)[head][rank],
        latitude_rad=latitude_rad,
    )
