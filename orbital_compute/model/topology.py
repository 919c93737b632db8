"""Links between satellites: the +Grid over the planes of each shell.

A +Grid gives every satellite four links: ahead and behind in its plane, and one to each neighbouring plane. Planes have
no neighbour across a seam (`planes.Planes.adjacent`). Links are between satellites of one shell. Which of them hold at
a time is for `link_state` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.links import grant_terminals, port_lengths
from ..physics.sight import best_phase_rad
from .constellation import Constellation
from .planes import TURN, Planes, planes_of
from .threads import in_ranges, n_processor

RING, CROSS, EXPRESS, EXTRA = 0, 1, 2, 3
SAME_SLOT, NEAREST_SLOT = "same_slot", "nearest_slot"
ROWS_WORTH_THREADS = 65_536


@dataclass(frozen=True)
class PlusGrid:
    """How satellites are linked.

    Parameters
    ----------
    cross : "same_slot" or "nearest_slot"
        Which satellite of the next plane is linked: that of the same slot, or the one that is nearest on average over
        a revolution. Between planes of unequal numbers it is the nearest either way, and some of the fuller plane have
        none. Where the circle of planes closes, slots are shifted by whole numbers if the pattern has moved on there
        (a Walker delta's F).
    clearance_m : float
        Height over the equatorial radius that a link must clear [m] (MODEL §8: 50 km, C; 80 km is usual too).
    longest_m : float
        Longest link [m].
    slew_limit_deg_s : float
        Fastest turn of a terminal against its satellite [deg/s] (C); inf for none.
    acquisition_s : float
        How long a link must have been possible before it carries data [s]: 12 s at best, 60 s (MODEL §8, C).
    terminals : int, or int[n_satellite]
        Links that a satellite can have at once. They go to links in the plane first; of three, every second satellite
        has its third to the east, the others to the west.
    express_slots : tuple of int
        Further links within a plane, so many slots ahead, where terminals are left.
    extra : sequence of (row, row)
        Further links by hand, where terminals are left; they come before express links.
    """

    cross: str = SAME_SLOT
    clearance_m: float = 50e3
    longest_m: float = np.inf
    slew_limit_deg_s: float = 1.0
    acquisition_s: float = 60.0
    terminals: int | Sequence[int] = 4
    express_slots: tuple[int, ...] = ()
    extra: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        problems = []
        if self.cross not in (SAME_SLOT, NEAREST_SLOT):
            problems.append(Problem(f"{self.cross!r} is not known", "cross", self.cross,
                                    cure=f"take {SAME_SLOT} or {NEAREST_SLOT}"))  # fmt: skip
        for name, least in (("clearance_m", -EARTH_RADIUS_M), ("longest_m", 0.0), ("slew_limit_deg_s", 0.0),
                            ("acquisition_s", 0.0)):  # fmt: skip
            if not getattr(self, name) >= least:
                problems.append(Problem(f"{getattr(self, name)}", name, getattr(self, name), f"at least {least:g}"))
        if not np.isfinite(self.acquisition_s):
            problems.append(Problem("no link would ever carry data", "acquisition_s", self.acquisition_s))
        if np.min(self.terminals, initial=0) < 0 or np.asarray(self.terminals).dtype.kind not in "iu":
            problems.append(Problem(f"{self.terminals}", "terminals", self.terminals, "whole numbers from 0"))
        if any(slots < 2 for slots in self.express_slots):
            problems.append(Problem(f"{self.express_slots}", "express_slots", self.express_slots, "2 slots or more"))
        if problems:
            raise ScenarioError(problems)


@dataclass(frozen=True, eq=False)
class Topology:
    """The links of a constellation; a link is listed once, and stands at a port of either end.

    `refused` counts the links that found no terminal.
    """

    spec: PlusGrid
    row_a: np.ndarray  # int32[n_link]
    row_b: np.ndarray  # int32[n_link]
    kind: np.ndarray  # int8[n_link]: RING, CROSS, EXPRESS, EXTRA
    neighbour: np.ndarray  # int32[n_satellite, n_port]; its own row at a port that is not used
    link: np.ndarray  # int32[n_satellite, n_port]; -1 at a port that is not used
    refused: int

    @property
    def n_link(self) -> int:
        return self.row_a.size

    @property
    def n_satellite(self) -> int:
        return self.neighbour.shape[0]

    def degree(self) -> np.ndarray:
        """Return int64[n_satellite], the links of each satellite."""
        return (self.link >= 0).sum(axis=1)

    def ports_m(self, length_m: np.ndarray, threads: int | None = None) -> np.ndarray:
        """Return float64[n_satellite, n_port], the length of the link at each port from those of links [m]."""
        found = np.empty(self.link.shape)
        n = self.n_satellite
        in_ranges(lambda first, last: port_lengths(self.link, length_m, first, last, found), n, spread(n, threads))
        return found


def plus_grid(fleet: Constellation, spec: PlusGrid | None = None) -> Topology:
    """Return the +Grid of a constellation.

    Parameters
    ----------
    fleet : Constellation
    spec : PlusGrid
        None: as by default.

    Raises
    ------
    ScenarioError
        If an extra link names rows that are not there, or terminals are given for another number of satellites.
    """
    spec = PlusGrid() if spec is None else spec
    n, planes = fleet.n_satellite, planes_of(fleet)
    _check_rows(spec, n)
    ring = [_ring(planes.rows(p), 1) for p in range(planes.n_plane)]
    adjacent = planes.adjacent()
    usual = _usual_offsets(planes, adjacent)
    cross = [_cross(planes, *pair, spec.cross, usual) for pair in adjacent]
    express = [_ring(planes.rows(p), slots) for slots in spec.express_slots for p in range(planes.n_plane)]
    extra = np.array(spec.extra, dtype=np.int64).reshape(-1, 2)
    groups = [(RING, ring), (CROSS, [_every_second_first(cross, planes)]), (EXTRA, [extra]), (EXPRESS, express)]
    kind = np.concatenate([np.full(sum(len(part) for part in parts), code, np.int8) for code, parts in groups])
    pair = np.concatenate([part for _, parts in groups for part in parts] or [extra])
    terminals = np.ascontiguousarray(np.broadcast_to(np.asarray(spec.terminals, np.int32), n))
    row_a, row_b = (np.ascontiguousarray(pair[:, k], dtype=np.int32) for k in (0, 1))
    port_a, port_b = np.empty(row_a.size, np.int32), np.empty(row_a.size, np.int32)
    grant_terminals(row_a, row_b, terminals, port_a, port_b)
    kept = port_a >= 0
    row_a, row_b, port_a, port_b = row_a[kept], row_b[kept], port_a[kept], port_b[kept]
    n_port = int(max(port_a.max(initial=0), port_b.max(initial=0))) + 1
    neighbour = np.repeat(np.arange(n, dtype=np.int32)[:, None], n_port, axis=1)
    link = np.full((n, n_port), -1, np.int32)
    number = np.arange(row_a.size, dtype=np.int32)
    neighbour[row_a, port_a], neighbour[row_b, port_b] = row_b, row_a
    link[row_a, port_a], link[row_b, port_b] = number, number
    return Topology(spec, row_a, row_b, kind[kept], neighbour, link, int((~kept).sum()))


def _check_rows(spec: PlusGrid, n: int) -> None:
    problems = [
        Problem(f"links rows {a} and {b}", f"extra[{k}]", (a, b), f"two different rows from 0 to {n - 1}")
        for k, (a, b) in enumerate(spec.extra)
        if not (0 <= a < n and 0 <= b < n and a != b)
    ]
    if np.size(spec.terminals) not in (1, n):
        problems.append(Problem(f"{np.size(spec.terminals)} numbers for {n} satellites", "terminals",
                                cure="give one number, or one for each"))  # fmt: skip
    if problems:
        raise ScenarioError(problems)


def _ring(rows: np.ndarray, step: int) -> np.ndarray:
    """Return int64[n, 2], links from each satellite of a plane to that `step` slots ahead, each once."""
    n = rows.size
    if n < step + 1:
        return np.empty((0, 2), np.int64)
    here = np.arange(n // 2 if 2 * step == n else n)
    return np.stack([rows[here], rows[(here + step) % n]], axis=1)


def _offset_slots(planes: Planes, west: int, east: int) -> float:
    """Return how far ahead the first satellite of the plane to the east stands, in slots, from -n/2 to n/2."""
    one, other = planes.rows(west), planes.rows(east)
    ahead = planes.latitude_rad[other[0]] - planes.latitude_rad[one[0]]
    return float(((ahead + np.pi) % TURN - np.pi) * other.size / TURN)


def _usual_offsets(planes: Planes, adjacent: list[tuple[int, int, bool]]) -> dict[int, tuple[float, float]]:
    """Return for each shell the least and greatest offset [slots] between neighbours that do not close the circle."""
    found: dict[int, tuple[float, float]] = {}
    for west, east, closing in adjacent:
        if not closing:
            offset, shell = _offset_slots(planes, west, east), int(planes.shell[west])
            low, high = found.get(shell, (offset, offset))
            found[shell] = min(low, offset), max(high, offset)
    return found


def _cross(
    planes: Planes, west: int, east: int, closing: bool, choice: str, usual: dict[int, tuple[float, float]]
) -> np.ndarray:
    """Return int64[n, 2], links from the satellites of one plane to those of the next."""
    one, other = planes.rows(west), planes.rows(east)
    if one.size != other.size:
        return _nearest(planes, west, east)
    if choice == NEAREST_SLOT:
        step = planes.node_rad[east] - planes.node_rad[west]
        wanted = float(best_phase_rad(step, planes.inclination_rad[west])) * other.size / TURN
        shift = int(np.ceil(wanted - _offset_slots(planes, west, east) - 0.5 - 1e-6))
    else:
        shift = _closing_shift(_offset_slots(planes, west, east), usual.get(int(planes.shell[west]))) if closing else 0
    return np.stack([one, np.roll(other, -shift)], axis=1)


def _closing_shift(offset: float, usual: tuple[float, float] | None) -> int:
    """Return the whole slots by which the last plane is linked onward to the first, so that they stand as usual."""
    if usual is None or usual[0] - 0.25 <= offset <= usual[1] + 0.25:
        return 0
    return round(0.5 * (usual[0] + usual[1]) - offset)


def _nearest(planes: Planes, west: int, east: int) -> np.ndarray:
    """Return int64[n, 2], links between planes of unequal numbers: each of the emptier plane to its nearest."""
    one, other = planes.rows(west), planes.rows(east)
    step, tilt = planes.node_rad[east] - planes.node_rad[west], planes.inclination_rad[west]
    swapped = one.size > other.size
    if swapped:
        one, other, step = other, one, -step
    place = np.mod(planes.latitude_rad[other], TURN)
    order = np.argsort(place, kind="stable")
    wanted = np.mod(planes.latitude_rad[one] + float(best_phase_rad(step, tilt)), TURN)
    after = np.searchsorted(place[order], wanted) % other.size
    before = (after - 1) % other.size

    def apart(index):
        return np.abs((place[order][index] - wanted + np.pi) % TURN - np.pi)

    nearest = np.where(apart(after) < apart(before), after, before)
    rank = np.argsort(apart(nearest), kind="stable")  # of two that want the same, the nearer has it
    _, first = np.unique(nearest[rank], return_index=True)
    chosen = np.sort(rank[first])
    pair = np.stack([one[chosen], other[order[nearest[chosen]]]], axis=1)
    return pair[:, ::-1] if swapped else pair


def _every_second_first(cross: list[np.ndarray], planes: Planes) -> np.ndarray:
    """Return links between planes, those first that start from every second satellite: three terminals then do."""
    if not cross:
        return np.empty((0, 2), np.int64)
    pair = np.concatenate(cross)
    place, plane = np.empty(planes.row.size, np.int64), np.empty(planes.row.size, np.int64)
    count = np.diff(planes.start)
    place[planes.row] = np.arange(planes.row.size) - np.repeat(planes.start[:-1], count)
    plane[planes.row] = np.repeat(np.arange(planes.n_plane), count)
    odd = (place[pair[:, 0]] + plane[pair[:, 0]]) % 2
    return np.concatenate([pair[odd == 0], pair[odd == 1]])


def spread(n_row: int, threads: int | None) -> int:
    """Return the threads that so many rows are worth: starting them costs more than a small fleet's work."""
    return 1 if n_row < ROWS_WORTH_THREADS else threads or n_processor()
