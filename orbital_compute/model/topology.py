"""Links between satellites: the +Grid over the planes of each shell, and which of its links hold when.

A +Grid gives every satellite four links: ahead and behind in its plane, and one to each neighbouring plane. Planes have
no neighbour across a seam (`planes.Planes.adjacent`). A link is dropped while its line passes too low over the Earth,
while it is too long, or while an end would have to turn its terminal too fast, as near the poles, where planes cross;
coming back, it is used again only after an acquisition time. Links are between satellites of one shell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.links import grant_terminals, link_lengths, port_lengths
from ..physics.sight import best_phase_rad
from .constellation import Constellation
from .frames import DAY_S, Instants, instants, instants_after
from .planes import TURN, Planes, planes_of
from .threads import in_ranges, n_processor

RING, CROSS, EXPRESS, EXTRA = 0, 1, 2, 3
SAME_SLOT, NEAREST_SLOT = "same_slot", "nearest_slot"
HALF_DIFFERENCE_S = 0.5  # velocities are differences over a second, good to 1e-6 m/s
LOOK_BACK_S = 20.0  # between looks at whether a link held throughout its acquisition
CHUNK_PLACES = 8_000_000  # places of satellites held at once: 200 MB
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


@dataclass(frozen=True)
class LinkChange:
    """From `time` (UTC) on, the links between satellites `a` and `b` have this share of their rate; 0 is dead.

    `b` None means all links of `a`. The last change of a link holds. A link that comes back is acquired anew.
    """

    time: datetime
    a: int
    b: int | None = None
    rate_share: float = 0.0


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


def rate_shares(topology: Topology, changes: Sequence[LinkChange], time: Any) -> np.ndarray:
    """Return float64[n_link], the share of its rate that each link has at one time, by the changes up to then.

    Raises
    ------
    ScenarioError
        If a change names a link that is not there, or a share outside 0 to 1.
    """
    return _shares(topology, _dated(topology, changes), instants(time))


def _shares(
    topology: Topology, dated: list[tuple[Instants, np.ndarray, float]], utc: Instants, k: int = 0
) -> np.ndarray:
    """Return the share of each link at instant k."""
    share = np.ones(topology.n_link)
    for when, which, value in dated:
        if (utc.day[k] - when.day[0]) + (utc.fraction[k] - when.fraction[0]) >= 0.0:
            share[which] = value
    return share


def _dated(topology: Topology, changes: Sequence[LinkChange]) -> list[tuple[Instants, np.ndarray, float]]:
    """Return (instant, links, share) of each change, in the order of time."""
    found, problems = [], []
    for k, change in enumerate(changes):
        a, b = topology.row_a, topology.row_b
        which = (a == change.a) | (b == change.a)
        if change.b is not None:
            which &= (a == change.b) | (b == change.b)
        if not which.any():
            between = f"satellite {change.a} has no link" + ("" if change.b is None else f" to satellite {change.b}")
            problems.append(Problem(between, f"changes[{k}]", (change.a, change.b), cure="name the rows of a link"))
        if not 0.0 <= change.rate_share <= 1.0:
            problems.append(Problem(f"share {change.rate_share}", f"changes[{k}]", change.rate_share, "from 0 to 1"))
        found.append((instants_after(change.time, 0.0), np.flatnonzero(which), float(change.rate_share)))
    if problems:
        raise ScenarioError(problems)
    return sorted(found, key=lambda one: float(one[0].day[0] + one[0].fraction[0]))


def holding_m(
    fleet: Constellation,
    topology: Topology,
    time: Any,
    changes: Sequence[LinkChange] = (),
    threads: int | None = None,
) -> np.ndarray:
    """Return float64[n_link], the length [m] of each link that carries data at a time, infinite of the others.

    A link carries data if its geometry allows it, if no change has killed it, and if both were so throughout the
    acquisition time before, looked at every 20 s.

    Raises
    ------
    ScenarioError
        If a change names a link that is not there, or more than one time is given.
    """
    utc = instants(time)
    if utc.day.size != 1:
        raise ScenarioError(Problem(f"{utc.day.size} times", "time", cure="give one"))
    return next(holding_series(fleet, topology, utc, changes, threads))[1]


def holding_series(
    fleet: Constellation, topology: Topology, utc: Instants, changes: Sequence[LinkChange], threads: int | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each instant the places of the satellites in TEME [m], float64[n_satellite, 3], and `holding_m`."""
    spec, dated, n = topology.spec, _dated(topology, changes), topology.n_satellite
    looks = int(np.ceil(spec.acquisition_s / LOOK_BACK_S))
    back_s = -spec.acquisition_s * np.arange(looks + 1) / max(looks, 1)
    # places before and after give the velocity; all looks of some instants are asked for at once
    offset_s = (back_s[:, None] + HALF_DIFFERENCE_S * np.array([0.0, -1.0, 1.0])).ravel()
    chunk = max(1, CHUNK_PLACES // (n * offset_s.size))
    for first in range(0, utc.day.size, chunk):
        some = slice(first, min(first + chunk, utc.day.size))
        look = Instants(
            np.repeat(utc.day[some], offset_s.size), np.add.outer(utc.fraction[some], offset_s / DAY_S).ravel()
        )
        r_m = fleet.positions(look, "teme")
        for k in range(0, look.day.size, offset_s.size):
            length_m, here_m = _allowed_m(topology, r_m[:, k : k + 3], threads)
            length_m[_shares(topology, dated, look, k) <= 0.0] = np.inf
            for j in range(k + 3, k + offset_s.size, 3):
                barred = ~np.isfinite(_allowed_m(topology, r_m[:, j : j + 3], threads)[0])
                barred |= _shares(topology, dated, look, j) <= 0.0
                length_m[barred] = np.inf
            yield here_m, length_m


def spread(n_row: int, threads: int | None) -> int:
    """Return the threads that so many rows are worth: starting them costs more than a small fleet's work."""
    return 1 if n_row < ROWS_WORTH_THREADS else threads or n_processor()


def _allowed_m(topology: Topology, r_m: np.ndarray, threads: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the length [m] of each link, infinite where geometry does not allow it, and the places, in one piece.

    `r_m` float64[n_satellite, 3, 3]: now, half a second before, half a second after.
    """
    spec, found = topology.spec, np.empty(topology.n_link)
    v_m_s = (r_m[:, 2] - r_m[:, 1]) / (2.0 * HALF_DIFFERENCE_S)
    here_m = np.ascontiguousarray(r_m[:, 0])
    least_m, slew = EARTH_RADIUS_M + spec.clearance_m, np.radians(spec.slew_limit_deg_s)
    ends = topology.row_a, topology.row_b, here_m, v_m_s

    def measure(first: int, last: int) -> None:
        link_lengths(*ends, least_m, spec.longest_m, slew, first, last, found)

    in_ranges(measure, topology.n_link, spread(topology.n_link, threads))
    return found, here_m
