"""Links between the satellites of a run: which hold, what they carry, and what that is between cells and into views.

Every link is looked at once in each `refresh_s`: whether it holds at the middle of the window and held at each look
back through its acquisition (`link_state`, whose answers these are on the theory's orbits). Links within a plane keep
their geometry and are looked at once. Between two looks a link is taken as it was; which satellites see a gateway is
new in every window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .._random import STREAM_LASER_LOST, uniforms
from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.health import ALIVE
from ..kernels.lasers import CUT_OFF, LaserLinks, LinkLaw, link_rates, sum_arcs, sum_entries, tracks
from ..physics.orbit import Orbit
from .cells import Cells, make_cells
from .clock import Clock
from .constellation import Constellation
from .events import FleetEvent, in_force
from .fleet import Fleet
from .health import FleetHealth
from .health_laws import satellite_keys
from .laser_spec import LasersLost, LaserSpec, LinkEvent
from .link_state import LOOK_BACK_S
from .topology import EXPRESS, RING, Topology, plus_grid

LINKS_A_CALL = 1 << 18
OWN_EVENT = 0xFFFFFFFF  # number under which it is drawn which of its lasers a satellite loses by failure
Run = Callable[[Callable, Iterable], list]


class RunLinks:
    """The links of a run, refreshed as it goes on.

    `rate_bit_s` float32[n_link] is what each carries either way now, `arc_bit_s` int64[n_arc] what arcs do, and `lost`
    uint8[n_satellite] has a bit for each port whose laser is lost. Parameters are those of `lasers.Lasers`.
    """

    def __init__(
        self, spec: LaserSpec, fleet: Fleet, constellation: Constellation, clock: Clock, *,
        events: Sequence[FleetEvent] = (), laser_events: Sequence[LasersLost | LinkEvent] = (),
        health: FleetHealth | None = None, n_laser: int = 4, seed: int = 1,
    ):  # fmt: skip
        self.spec, self.fleet, self.clock, self.health = spec, fleet, clock, health
        self._constellation, self._seed = constellation, seed
        topology = plus_grid(constellation, spec.grid)
        self.cells = make_cells(constellation, topology, spec.cells)
        self.links = _links(topology, self.cells)
        self._n_port = topology.link.shape[1]
        self._n_laser = max(n_laser, self._n_port)
        self._key = satellite_keys(constellation, fleet.row)
        self._cut_off = [event for event in events if event.compute_lost >= 1.0]
        self._lost_events = [event for event in laser_events if isinstance(event, LasersLost)]
        self._link_events = [
            (event, _links_of(topology, event)) for event in laser_events if isinstance(event, LinkEvent)
        ]
        self.rate_bit_s = np.zeros(topology.n_link, np.float32)
        self.arc_bit_s = np.zeros(self.cells.n_arc, np.int64)
        self.lost = np.zeros(fleet.n_satellite, np.uint8)
        self._looked = -1  # window of the last look at the links
        self._seen_as: tuple = ()
        self._every = max(round(spec.refresh_s / clock.window_s), 1)
        self._parts = [
            (first, min(first + LINKS_A_CALL, topology.n_link)) for first in range(0, topology.n_link, LINKS_A_CALL)
        ]
        self._law = LinkLaw(
            EARTH_RADIUS_M + spec.grid.clearance_m, spec.grid.longest_m, float(np.radians(spec.grid.slew_limit_deg_s)),
            spec.cap_bit_s, spec.light_bit_m2_s,
        )  # fmt: skip

    @staticmethod
    def bytes_per_satellite() -> int:
        """Return the bytes of what is kept of each satellite, for four links each."""
        cell, lost, key, track = 4, 1, 8, 3 * 4
        link = 4 + 4 + 1 + 1 + 1 + 4 + 4
        return cell + lost + key + track + 2 * link

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on: arrays by name."""
        return {
            "looked": np.array(self._looked),
            "befallen": np.array([self._seen_as[0], *self._seen_as[1]], np.int64) if self._seen_as else np.zeros(0),
            "rate_bit_s": self.rate_bit_s.copy(),
            "lost": self.lost.copy(),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Set the links to what `state` gave."""
        self._looked = int(state["looked"])
        self.rate_bit_s[:], self.lost[:] = state["rate_bit_s"], state["lost"]
        befallen = [int(one) for one in state["befallen"]]
        self._seen_as = (befallen[0], tuple(befallen[1:])) if befallen else ()
        self.arc_bit_s = self._arc_sums(lambda work, parts: list(map(work, parts)))

    def _middle_s(self, window: int) -> float:
        return self.clock.window_start_s(window) + (self.clock.steps_per_window // 2 + 0.5) * self.clock.step_s

    def _befallen(self, time_s: float) -> tuple:
        """Return what tells one state of losses from another."""
        timed = [(event.start_s, event.end_s) for event in self._cut_off]
        timed += [(lost.start_s, lost.end_s) for lost in self._lost_events]
        timed += [(link.start_s, link.end_s) for link, _ in self._link_events]
        holding = tuple(k for k, (start_s, end_s) in enumerate(timed) if start_s <= time_s < end_s)
        return (0 if self.health is None else self.health.days_begun, holding)

    def _write_lost(self, time_s: float) -> None:
        """Write which lasers are lost, by failure, with their satellite, and by events."""
        lost = self.lost
        lost[:] = 0
        if self.health is not None:
            fates = self.health.fates
            some = np.flatnonzero(fates.lasers > 0)
            draw = np.stack([self._draws(some, OWN_EVENT, laser) for laser in range(self._n_laser)], axis=1)
            rank = np.argsort(np.argsort(draw, axis=1, kind="stable"), axis=1, kind="stable")
            gone = rank < fates.lasers[some].astype(np.int64)[:, None]
            lost[some] |= _mask(gone[:, : self._n_port])
            lost[fates.cause != ALIVE] = CUT_OFF
        for event in self._lost_events:
            if event.start_s <= time_s < event.end_s:
                draw = np.stack([self._draws(event.rows, event.number, k) for k in range(self._n_port)], axis=1)
                lost[event.rows] |= _mask(draw < event.share)
        for cut in in_force(self._cut_off, time_s):
            lost[cut.rows] = CUT_OFF

    def _draws(self, rows: np.ndarray, event: int, laser: int) -> np.ndarray:
        return uniforms(self._seed, STREAM_LASER_LOST, self._key[rows], event, laser)

    def refresh(self, window: int, unit: np.ndarray, given: np.ndarray | None, run: Run) -> None:
        """Look at every link, if that is due or something befell one."""
        time_s = self._middle_s(window)
        befallen = self._befallen(time_s)
        due = self._looked < 0 or window - self._looked >= self._every
        if befallen != self._seen_as or self._looked < 0:
            self._write_lost(time_s)
            due = True
        if not due:
            return
        track, index, radius_m, speed_rad_s = self._motion(time_s, unit, given, run)
        back_s = np.linspace(0.0, self.spec.grid.acquisition_s, _looks(self.spec.grid.acquisition_s))
        turn_rad = speed_rad_s[:, None] * back_s
        look_back = np.ascontiguousarray(np.stack([np.cos(turn_rad), np.sin(turn_rad)], axis=2))

        def work(part):
            link_rates(
                self.links, self.lost, unit, track, index, radius_m, speed_rad_s, look_back, self._law, *part,
                self.rate_bit_s,
            )  # fmt: skip

        run(work, self._parts)
        for event, which in self._link_events:
            if event.start_s <= time_s < event.end_s:
                self.rate_bit_s[which] = np.floor(self.rate_bit_s[which] * np.float32(event.rate_share))
        self.arc_bit_s = self._arc_sums(run)
        self._looked, self._seen_as = window, befallen

    def _arc_sums(self, run: Run) -> np.ndarray:
        def work(part):
            total = np.zeros(self.cells.n_arc, np.int64)
            sum_arcs(self.rate_bit_s, self.links.arc, *part, total)
            return total

        return sum(run(work, self._parts), start=np.zeros(self.cells.n_arc, np.int64))

    def _motion(self, time_s: float, unit: np.ndarray, given: np.ndarray | None, run: Run):
        """Return directions of flight, float32[3, n_row], rows of the orbits' tables, radii [m] and speeds [rad/s]."""
        fleet, track = self.fleet, np.zeros_like(unit)
        if given is not None:
            radius_m = np.sqrt(np.einsum("ij,ij->j", given[:3], given[:3]))
            track[:] = given[3:] / np.sqrt(np.einsum("ij,ij->j", given[3:], given[3:]))
            return track, np.arange(radius_m.size, dtype=np.int32), radius_m, np.sqrt(EARTH_MU_M3_S2 / radius_m**3)
        table = {name: np.ascontiguousarray(fleet.arrays.orbit_table[:, k]) for k, name in enumerate(Orbit._fields)}
        node_turn = np.ascontiguousarray(self._constellation.slots[:, 3])

        def work(part):
            tracks(
                unit, node_turn, table["node_turn_s"], table["cos_inclination"], table["sin_inclination"],
                fleet.arrays.orbit_index, time_s, *part, track,
            )  # fmt: skip

        n = fleet.n_satellite
        run(work, [(first, min(first + LINKS_A_CALL, n)) for first in range(0, n, LINKS_A_CALL)])
        return track, fleet.arrays.orbit_index, fleet.orbit_radius_m, table["speed_rad_s"]

    def into_views(
        self, signature: np.ndarray, start: np.ndarray, gateway: np.ndarray, n_gateway: int, run: Run
    ) -> np.ndarray:
        """Return int64[n_gateway, n_cell], the rates of links into each gateway's view, by the cell of the end in view.

        `start` and `gateway` say what satellites of a signature see (`kernels.lasers.sum_entries`).
        """
        nothing = np.zeros((self.cells.n_cell, n_gateway), np.int64)

        def work(part):
            gates = nothing.copy()
            sum_entries(self.links, self.rate_bit_s, signature, start, gateway, self.cells.cell, *part, gates)
            return gates

        return np.ascontiguousarray(sum(run(work, self._parts), start=nothing).T)

    def leads(self, gate_bit_s: np.ndarray) -> np.ndarray:
        """Return bool[n_cell, n_gateway], whether links lead from a cell into a view, by what `into_views` gave."""
        leads = gate_bit_s.T > 0
        cells, wide = self.cells, self.arc_bit_s > 0
        tail, head = cells.tail[wide], cells.head[wide]
        while True:
            more = leads.copy()
            np.logical_or.at(more, tail, leads[head])
            np.logical_or.at(more, head, leads[tail])
            if (more == leads).all():
                return leads
            leads = more

    def holding_share(self) -> float:
        """Return the share of the links that hold."""
        return float(np.count_nonzero(self.rate_bit_s > 0.0)) / max(self.rate_bit_s.size, 1)


def _looks(acquisition_s: float) -> int:
    return int(np.ceil(acquisition_s / LOOK_BACK_S)) + 1


def _mask(lost: np.ndarray) -> np.ndarray:
    """Return uint8[n], a bit for each column of bool[n, n_port]."""
    return (lost * (1 << np.arange(lost.shape[1]))).sum(axis=1).astype(np.uint8)


def _links(topology: Topology, cells: Cells) -> LaserLinks:
    """Return the links with their ports and arcs."""
    port_a, port_b = np.zeros(topology.n_link, np.uint8), np.zeros(topology.n_link, np.uint8)
    for port in range(topology.link.shape[1]):
        row = np.flatnonzero(topology.link[:, port] >= 0)
        link = topology.link[row, port]
        first = topology.row_a[link] == row
        port_a[link[first]], port_b[link[~first]] = port, port
    steady = (topology.kind == RING) | (topology.kind == EXPRESS)
    return LaserLinks(topology.row_a, topology.row_b, port_a, port_b, steady, cells.link_arc)


def _links_of(topology: Topology, event: LinkEvent) -> np.ndarray:
    """Return the links that an event is about."""
    a, b = topology.row_a, topology.row_b
    which = (a == event.a) | (b == event.a)
    if event.b is not None:
        which &= (a == event.b) | (b == event.b)
    if not which.any():
        between = f"satellite {event.a} has no link" + ("" if event.b is None else f" to satellite {event.b}")
        raise ScenarioError(Problem(between, event.name, (event.a, event.b), cure="name the rows of a link"))
    return np.flatnonzero(which)
