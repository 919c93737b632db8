"""The time to the first token of interactive and agent classes: round trip, wait for a free slot, prompt.

A copy of a model on its devices answers as many requests at a time as their memory has room for: its slots. The nodes
that a window gives to a class and region have so many of them, and requests wait for one as in M/G/k (physics/
queueing.py). Work of classes that are worth less gives way at once, as does work without a first token: what counts
as capacity of a class is what its nodes could do in the window less work that is worth more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..kernels.contacts import N_BIN
from ..kernels.first_token import REQUEST_QUANTA, Lines, Slots, first_tokens, wait_for_slots
from .clock import Clock
from .dispatch import Assignment
from .network import Network
from .workload import Workload

BINS_PER_OCTAVE = 16  # a bin is 4.4 % wide
SHORTEST_S = 2.0**-7  # the first bin is below it
OCTAVES = 19  # up to 2^12 s; the last bin is open
HOURS = 24
HOUR_S = 3600.0
DAY_S = 86400.0


def bin_edges_s() -> np.ndarray:
    """Return the lower edges of the bins of the time to the first token: float64[n_bin], the first 0."""
    return np.concatenate([[0.0], SHORTEST_S * 2.0 ** (np.arange(BINS_PER_OCTAVE * OCTAVES + 1) / BINS_PER_OCTAVE)])


class Pool(NamedTuple):
    """What a window gives to each row (class, region): arrays of one entry a row."""

    assigned_flop: np.ndarray
    capacity_flop: np.ndarray  # of its nodes, less work that is worth more; at least what is assigned

    @property
    def utilisation(self) -> np.ndarray:
        """Assigned work over capacity; NaN where there is none."""
        none = np.full(self.capacity_flop.size, np.nan)
        return np.divide(self.assigned_flop, self.capacity_flop, out=none, where=self.capacity_flop > 0.0)


class FirstToken:
    """Times to the first token of a run, by class, region and hour of the day (UTC).

    Rows are the (class, region) whose round trips are measured: those with a limit on the round trip, and those with a
    first token. `of_demand` int64[n_demand] gives each its row, -1 for none.
    """

    def __init__(self, workload: Workload, clock: Clock):
        self._clock = clock
        jobs = workload.classes
        self.has_first_token: np.ndarray = np.array([job.has_first_token for job in jobs])
        measured: np.ndarray = np.isfinite(workload.rtt_limit_s) | self.has_first_token
        self.job_class = np.repeat(np.flatnonzero(measured), workload.n_region)
        self.region = np.tile(np.arange(workload.n_region), int(measured.sum()))
        self.n_row = self.job_class.size
        self.of_demand = np.full(workload.n_class * workload.n_region, -1)
        self.demand = self.job_class * workload.n_region + self.region
        self.of_demand[self.demand] = np.arange(self.n_row)
        self.timed = np.flatnonzero(self.has_first_token[self.job_class])  # rows that have a first token
        timed = [jobs[k] for k in self.job_class[self.timed]]
        names = ("slot_flop_s", "slot_s", "service_variation", "prompt_s", "ttft_limit_s")
        rate, held_s, variation, prompt_s, limit_s = (np.array([getattr(job, n) for job in timed]) for n in names)
        self._slots, self._prompt_s, self._limit_s = Slots(rate, held_s, variation), prompt_s, limit_s
        self._slo_age = np.array([_whole_windows(job.slo_wait_s, clock.window_s) for job in timed])
        order = np.stack([workload.tier, -workload.value_per_flop], axis=1)[self.job_class]
        self._rank = np.unique(order, axis=0, return_inverse=True)[1].reshape(-1)  # of rows; 0 is served first
        self.edge_s = bin_edges_s()
        self.round_trip_quanta = np.zeros((self.n_row, N_BIN), np.int64)
        self.quanta = np.zeros((self.timed.size, HOURS, self.edge_s.size), np.int64)
        self.in_time = np.zeros(self.timed.size)  # requests of the last window whose first token came in time
        self.utilisation = np.full(self.timed.size, np.nan)  # of the last window

    def see(
        self, w_window: int, network: Network, assignment: Assignment, round_trip_quanta: np.ndarray,
        waiting: np.ndarray, served: np.ndarray,
    ) -> None:  # fmt: skip
        """Take in a window.

        Parameters
        ----------
        w_window : int
        network, assignment
            Of the window.
        round_trip_quanta : int64[n_row, N_BIN]
            Its assigned work by round trip.
        waiting : int64[n_age + 1, n_timed]
            Requests of the timed rows that waited before any was served, the newest first (`Queues.by_age`).
        served : int64[n_timed]
            Of them, how many were: the oldest.
        """
        self.round_trip_quanta += round_trip_quanta
        if not self.timed.size:
            return
        pool = self.pool(network, assignment)
        self.utilisation = pool.utilisation
        own = round_trip_quanta[self.timed]
        seen = np.any(own, axis=1, keepdims=True)  # if none, work of windows before served: round trips so far
        weights = np.where(seen, own, self.round_trip_quanta[self.timed])
        in_time = np.zeros(self.timed.size, np.int64)
        first_tokens(
            weights, answered_by_age(waiting, served), self._clock.window_s, self.lines(pool), self.edge_s, 0,
            self.timed.size, self.quanta[:, self.hour_of(w_window)], in_time,
        )  # fmt: skip
        self.in_time = in_time / REQUEST_QUANTA

    def hour_of(self, w_window: int) -> int:
        """Return the hour of UTC, 0 to 23, that holds a window's middle."""
        middle_s = self._clock.window_start_s(w_window) + 0.5 * self._clock.window_s
        return int((self._clock.start.timestamp() + middle_s) % DAY_S // HOUR_S)

    def pool(self, network: Network, assignment: Assignment) -> Pool:
        """Return what a window gives to each timed row."""
        row = self.of_demand[network.routes.demand]
        timed = (row >= 0) & self.has_first_token[network.routes.job_class]
        signature, route, flop = assignment.columns(timed)
        row = row[route]
        supply_flop, rank = assignment.programme.supply_flop, self._rank[row]
        free_flop, room_flop = supply_flop, np.zeros(flop.size)
        for each in range(int(self._rank.max(initial=-1)) + 1):
            mine = rank == each
            used_flop = np.bincount(signature[mine], flop[mine], supply_flop.size)
            free_flop = np.maximum(free_flop, used_flop)
            at = signature[mine]
            room_flop[mine] = flop[mine] / used_flop[at] * free_flop[at]
            free_flop = free_flop - used_flop
        return Pool(np.bincount(row, flop, self.n_row)[self.timed], np.bincount(row, room_flop, self.n_row)[self.timed])

    def lines(self, pool: Pool) -> Lines:
        """Return how requests of each timed row wait for a slot, at the window's utilisation.

        Slots are cut to a whole number, one at least, at the same utilisation.
        """
        chance, delay_s = np.empty(self.timed.size), np.empty(self.timed.size)
        wait_for_slots(
            self._slots, pool.capacity_flop, self.utilisation, self._clock.window_s, 0, self.timed.size, chance, delay_s
        )
        return Lines(chance, delay_s, self._prompt_s, self._limit_s, self._slo_age)

    def by_pair(self, values: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Return float64[n_class, n_region] with the values of timed rows, and the rest where there is none."""
        out = np.array(rest, dtype=np.float64)
        out[self.job_class[self.timed], self.region[self.timed]] = values
        return out

    def state(self) -> dict[str, np.ndarray]:
        """Return what a run must save to go on."""
        return {"round_trips": self.round_trip_quanta, "first_tokens": self.quanta}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go on from what `state` gave."""
        self.round_trip_quanta, self.quanta = np.array(state["round_trips"]), np.array(state["first_tokens"])


def answered_by_age(waiting: np.ndarray, served: np.ndarray) -> np.ndarray:
    """Return int64[n_age + 1, n], how many requests of each age are served where the oldest come first.

    waiting : int64[n_age + 1, n], the newest first; served : int64[n].
    """
    oldest_first = waiting[::-1]
    before = np.cumsum(oldest_first, axis=0) - oldest_first
    return np.ascontiguousarray(np.clip(served - before, 0, oldest_first)[::-1])


def _whole_windows(wait_s: float, window_s: float) -> float:
    return np.floor(wait_s / window_s + 1e-9) if np.isfinite(wait_s) else np.inf
