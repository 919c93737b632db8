"""Sessions with memory of their own: how many stand where, and how many must move when satellites go out of view.

A session is the state of a conversation: keys and values of its context, kept for a time after each answer. Where its
satellite serves its region no longer, or serves it less, its state moves. Work is a fluid, and so are sessions: by
Little's law those of a class and region are (requests served a second) × (time kept), each with the context of its
class.

Satellites of one signature then and one signature now are alike: they are one row, so a window costs sums over the
satellites and a table of a few thousand rows, whatever the fleet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import ModelError
from ..kernels.supply import add_columns, merge_supply, sum_work
from .clock import Clock
from .dispatch import Assignment
from .space import SpaceSegment
from .workload import Workload

NOWHERE = np.uint64(0xFFFFFFFF)  # signature of a satellite outside the dispatch
HALF = np.uint64(32)
_SPREAD = 0x9E3779B97F4A7C15  # odd, 2^64 over the golden ratio: pairs of small numbers lie far apart in a table of keys
_BACK = pow(_SPREAD, -1, 1 << 64)


@dataclass(frozen=True)
class SessionSpec:
    """How the sessions of a class live: kept for `resident_s` after a request, moved at `rate_bit_s` each.

    `over` says what carries them: "ground" takes the bits from the arcs that the class's answers use, in the next
    window; "space" is links between satellites and takes nothing from them.
    """

    resident_s: float
    rate_bit_s: float
    over: str = "space"


class SessionWindow(NamedTuple):
    """Sessions of a window, float64[n_class]; 0 for classes without them. `site_byte` is float64[n_class, n_site]."""

    resident: np.ndarray
    resident_byte: np.ndarray
    orbit_byte: np.ndarray
    moved: np.ndarray
    moved_bit: np.ndarray
    pause_s: np.ndarray  # session-seconds in which they stand still
    site_byte: np.ndarray


class Sessions:
    """Follows the sessions of a run from window to window.

    Of a demand (class and region), what goes on from one window to the next is the lesser of both windows' work. On
    satellites alike, that stays which they did then and do now; the rest of what goes on has moved. This is the least
    that any assignment of sessions to work could move, given where the work was done.

    Parameters
    ----------
    specs : sequence of SessionSpec or None
        One for each class.
    workload : Workload
    clock : Clock
    n_satellite_row, n_site, n_arc : int
    """

    def __init__(
        self, specs: Sequence[SessionSpec | None], workload: Workload, clock: Clock, *, n_row: int, n_site: int,
        n_arc: int,
    ):  # fmt: skip
        self.specs, self._clock = tuple(specs), clock
        self._n_class, self._n_region, self._n_site = workload.n_class, workload.n_region, n_site
        classes = [k for k, spec in enumerate(specs) if spec is not None]
        self._demand = np.concatenate([np.arange(k * self._n_region, (k + 1) * self._n_region) for k in classes])
        self._class = self._demand // self._n_region
        held = [spec or SessionSpec(0.0, 1.0) for spec in specs]
        context_byte = [
            0.0 if spec is None or job.card is None else job.card.kv_byte_per_token * (job.tokens_in + job.tokens_out)
            for job, spec in zip(workload.classes, specs, strict=True)
        ]
        self.context_byte = np.array(context_byte)  # of one session, float64[n_class]
        self._per_flop = np.array([spec.resident_s for spec in held]) / (clock.window_s * workload.flop_per_request)
        self._pause_s = 8.0 * self.context_byte / np.array([spec.rate_bit_s for spec in held])
        self._ground = np.array([spec.over == "ground" for spec in held])
        self._signature = np.full(n_row, -1, np.int32)
        self._flop = np.zeros(n_row)  # executed in the window before, by satellite
        self._mix = np.zeros((0, self._demand.size))
        self._site_flop = np.zeros((n_site, self._demand.size))
        self.backlog_bit = np.zeros(n_arc)  # that moves have still to send over each arc
        self.sent_bit = np.zeros(n_arc)  # since the start

    @staticmethod
    def bytes_per_satellite() -> int:
        """Return the bytes that it holds for each satellite, with those that a window needs for a while."""
        return 12 + 3 * 8

    def arc_share(self, capacity_bit: np.ndarray) -> np.ndarray:
        """Return the share of each arc that moves leave in a window, and send what they can: float64[n_arc]."""
        n = self.backlog_bit.size
        now_bit = np.minimum(self.backlog_bit, capacity_bit[:n])
        self.backlog_bit = self.backlog_bit - now_bit
        self.sent_bit += now_bit
        share = np.ones(capacity_bit.size)
        share[:n] -= np.divide(now_bit, capacity_bit[:n], out=np.zeros(n), where=capacity_bit[:n] > 0.0)
        return share

    def see(self, w_window: int, space: SpaceSegment, assignment: Assignment, site_flop: np.ndarray) -> SessionWindow:
        """Take in what a window executed, and return its sessions. Nothing goes on from one typical day to the next.

        Parameters
        ----------
        w_window : int
        space : SpaceSegment
            After its march.
        assignment : Assignment
        site_flop : float64[n_site]
            Executed.
        """
        if self._clock.day_starts_s and w_window % self._clock.windows_per_day == 0:
            self._flop[:], self._site_flop = 0.0, np.zeros_like(self._site_flop)
        mix = self._mix_of(assignment)
        n_orbit = mix.shape[0] - self._n_site
        key = (self._signature.astype(np.uint32).astype(np.uint64) << HALF) | space.signature.astype(np.uint32)
        key *= np.uint64(_SPREAD)
        keys, pair, before = merge_supply(key, self._flop, space.rows, space.run)
        after = sum_work(space.executed_flop, pair, keys.size, space.rows, space.run)
        keys *= np.uint64(_BACK)
        then, now = keys >> HALF, keys & NOWHERE
        did = before[:, None] * _rows(self._mix, then)
        does = after[:, None] * _rows(mix[:n_orbit], now)
        sites_now = site_flop[:, None] * mix[n_orbit:]
        stays = _sum(np.minimum(did, does)) + _sum(np.minimum(self._site_flop, sites_now))
        was, orbit, ground = _sum(did) + _sum(self._site_flop), _sum(does), _sum(sites_now)
        moved_flop = np.maximum(np.minimum(was, orbit + ground) - stays, 0.0)
        self._signature, self._mix, self._site_flop = space.signature, mix[:n_orbit], sites_now
        np.copyto(self._flop, space.executed_flop)
        found = self._window(orbit, ground, sites_now, moved_flop)
        self._charge(assignment, moved_flop)
        return found

    def _mix_of(self, assignment: Assignment) -> np.ndarray:
        """Return the share of each signature's work that goes to each demand with sessions: float64[n, n_demand]."""
        mine = np.isin(assignment.programme.route_demand, self._demand)
        signature, route, flop = assignment.columns(mine)
        column = np.searchsorted(self._demand, assignment.programme.route_demand[route])
        n = assignment.signature_flop.size
        place = signature * self._demand.size + column
        table = np.bincount(place, flop, minlength=n * self._demand.size).reshape(n, -1)
        whole = assignment.signature_flop[:, None]
        return np.divide(table, whole, out=np.zeros_like(table), where=whole > 0.0)

    def _by_class(self, flop: np.ndarray) -> np.ndarray:
        """Return sessions of each class behind the work of each demand: float64[n_class]."""
        return np.bincount(self._class, flop, self._n_class) * self._per_flop

    def _window(self, orbit, ground, sites, moved_flop) -> SessionWindow:
        resident, moved = self._by_class(orbit + ground), self._by_class(moved_flop)
        at_site = [self._by_class(row) * self.context_byte for row in sites]
        return SessionWindow(
            resident=resident,
            resident_byte=resident * self.context_byte,
            orbit_byte=self._by_class(orbit) * self.context_byte,
            moved=moved,
            moved_bit=8.0 * moved * self.context_byte,
            pause_s=moved * self._pause_s,
            site_byte=np.array(at_site).reshape(self._n_site, self._n_class).T,
        )

    def _charge(self, assignment: Assignment, moved_flop: np.ndarray) -> None:
        """Put the bits of moves over the ground on the arcs of the routes that serve the same demand now."""
        bits = np.zeros(assignment.programme.value.size)
        bits[self._demand] = 8.0 * moved_flop * (self._per_flop * self.context_byte * self._ground)[self._class]
        if not bits.any():
            return
        programme, route_flop = assignment.programme, assignment.route_flop
        served = assignment.demand_served_flop[programme.route_demand]
        part = np.divide(route_flop, served, out=np.zeros(route_flop.size), where=served > 0.0)
        on_route = bits[programme.route_demand] * part
        n = self.backlog_bit.size
        charged = np.bincount(programme.arc_index, on_route[programme.arc_route], programme.arc_capacity_bit.size)
        self.backlog_bit = self.backlog_bit + charged[:n]

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on: arrays by name."""
        return {name: np.array(getattr(self, name)) for name in _STATE}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Set the sessions to what `state` gave."""
        for name in _STATE:
            kept, given = getattr(self, name), np.asarray(state[name])
            if given.shape[1:] != kept.shape[1:] or (name != "_mix" and given.shape != kept.shape):
                message = f"saved sessions hold {name} of shape {given.shape}, this run's have {kept.shape}"
                raise ModelError(message, quantity=name, value=given.shape, limit=kept.shape)
            setattr(self, name, given.astype(kept.dtype))


_STATE = ("_signature", "_flop", "_mix", "_site_flop", "backlog_bit", "sent_bit")


def _rows(table: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return rows of a table; zeros for satellites outside the dispatch."""
    inside = row < table.shape[0]
    out = np.zeros((row.size, table.shape[1]))
    out[inside] = table[row[inside].astype(np.int64)]
    return out


def _sum(table: np.ndarray) -> np.ndarray:
    """Return the sum over rows, row after row: float64[n, m] to float64[m]."""
    total = np.empty(table.shape[1])
    add_columns(np.ascontiguousarray(table), np.ones(table.shape[0]), total)
    return total
