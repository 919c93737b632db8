"""Queues of whole requests by class, region and age: arrived = served + queued + dropped, to the last one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import AuditError, ModelError, Problem, ScenarioError
from ..kernels.queues import take_oldest
from .clock import Clock
from .workload import Workload

DROP_REASONS = ("waited_too_long", "no_supplier")
LARGEST_AGE = 16384  # windows; a limit of three days on windows of 16 s, 8 MB of cohorts for 64 queues
KEPT_CLEAR = 4e-12  # of the work: dispatch stays this far below a demand (`dispatch.KEEP_CLEAR`, with room)
ROUNDING_REQUEST = 1e-6  # work short of a request by less counts it as done; what is owed stays in under_way_flop


class Drops(NamedTuple):
    """What a window's end dropped: int64[n_pair], and int64[n_reason, n_pair] by the reasons of DROP_REASONS."""

    dropped: np.ndarray
    by_reason: np.ndarray


class Queues:
    """Requests that wait, one queue for each pair k = class n_region + region, oldest served first.

    Requests of one window form a cohort; cohorts stand in a ring by the window of their arrival. A request that
    arrived in window w may be served in w and in the floor(wait limit/window) windows after it; at the end of the
    last it is dropped, so a limit below the window means: in the window of its arrival or never. Cohorts older than
    the ring (classes without a limit) join one open cohort. Waiting is counted in whole windows, from the end of the
    window of arrival: a request served in it has waited 0. Arrays are int64[n_pair] or float64[n_pair].

    Order of calls in a window: `arrive`, `demand_flop`, `execute`, `drop`.
    """

    def __init__(self, workload: Workload, clock: Clock):
        self._pair_name = workload.pair_name
        self.n_pair = workload.n_class * workload.n_region
        self.flop_per_request = np.repeat(workload.flop_per_request, workload.n_region)
        self._bit_per_flop = np.repeat(workload.bit_per_flop, workload.n_region)
        self._last_age = np.repeat(_age_of(workload.wait_limit_s, clock.window_s), workload.n_region)
        self._slo_age = np.repeat(_age_of(workload.slo_wait_s, clock.window_s), workload.n_region)
        ages = np.concatenate([self._last_age, self._slo_age])
        self._check_ages(ages, clock.window_s)
        n_age = int(ages[np.isfinite(ages)].max(initial=0.0)) + 1
        self.window = -1
        self._ring = np.zeros((n_age, self.n_pair), np.int64)
        self._open = np.zeros(self.n_pair, np.int64)
        self.arriving_flop = np.zeros(self.n_pair)  # work of the last window's arrivals
        self.under_way_flop = np.zeros(self.n_pair)  # work done on the oldest request; owed if negative
        self.executed_flop = np.zeros(self.n_pair)  # total handed in by `execute`
        self.lost_flop = np.zeros(self.n_pair)  # of it, done on requests dropped later, or past the last request
        self.arrived = np.zeros(self.n_pair, np.int64)  # totals since the start
        self.served = np.zeros(self.n_pair, np.int64)
        self.served_in_slo = np.zeros(self.n_pair, np.int64)
        self.dropped = np.zeros((len(DROP_REASONS), self.n_pair), np.int64)

    def arrive(self, w_window: int, counts: np.ndarray) -> None:
        """Take in the requests of window `w_window`, the next one; counts hold n_pair whole numbers of any shape.

        Raises
        ------
        ModelError
            If windows come out of order, or a count is negative.
        """
        counts = np.asarray(counts, np.int64).reshape(self.n_pair)
        if w_window != self.window + 1:
            message = f"queues stand at the end of window {self.window} and cannot take the arrivals of {w_window}"
            raise ModelError(message, quantity="window", value=w_window, limit=self.window + 1)
        if counts.min() < 0:
            where = self._pair_name(int(counts.argmin()))
            message = f"{counts.min()} requests arrive for {where} in window {w_window}; none can be negative"
            raise ModelError(message, quantity="arrived", value=int(counts.min()), limit=0, where=where)
        self.window = w_window
        row = w_window % len(self._ring)
        self._open += self._ring[row]  # only classes without a limit still have requests as old as the ring
        self._ring[row] = counts
        self.arrived += counts
        self.arriving_flop = counts * self.flop_per_request

    def queued(self) -> np.ndarray:
        """Return the requests that wait: int64[n_pair]."""
        return self._ring.sum(axis=0) + self._open

    def overdue(self) -> np.ndarray:
        """Return the requests that wait and are past what their class promises: int64[n_pair]."""
        late = self._age()[:, None] > self._slo_age
        return np.where(late, self._ring, 0).sum(axis=0) + np.where(np.isfinite(self._slo_age), self._open, 0)

    def by_age(self, pairs: np.ndarray) -> np.ndarray:
        """Return int64[n_age + 1, n], the requests of some queues that wait, the newest first; the last older yet."""
        order = (self.window - np.arange(len(self._ring))) % len(self._ring)
        return np.concatenate([self._ring[order[:, None], pairs], self._open[None, pairs]])

    def demand_flop(self) -> np.ndarray:
        """Return the work that would serve all that wait, less what is under way: float64[n_pair], FLOP."""
        queued = self.queued()
        left_flop = np.maximum(queued * self.flop_per_request - self.under_way_flop, 0.0)
        return np.where(queued > 0, left_flop, 0.0)

    def bit_per_flop(self) -> np.ndarray:
        """Return the bits that go with a FLOP of what waits: float64[n_pair]."""
        return self._bit_per_flop

    def execute(self, work_flop: np.ndarray) -> np.ndarray:
        """Spend executed work on the oldest requests and return how many it finished: int64[n_pair].

        Work past the last request is counted as lost, never kept for requests to come.
        """
        work_flop = np.asarray(work_flop, float).reshape(self.n_pair)
        if not np.all((work_flop >= 0.0) & np.isfinite(work_flop)):
            k = int(np.argmin(np.where(np.isfinite(work_flop), work_flop, -np.inf)))
            message = f"work of {work_flop[k]} FLOP for {self._pair_name(k)} is negative or not finite"
            raise ModelError(message, quantity="executed_flop", value=work_flop[k], limit=0.0, where=self._pair_name(k))
        total_flop = self.under_way_flop + work_flop
        queued = self.queued()
        served, in_slo, served_flop = self._serve(total_flop, queued)
        rest_flop = total_flop - served_flop
        empty = served == queued
        past_flop = np.where(empty, np.maximum(rest_flop, 0.0), 0.0)
        self.under_way_flop = rest_flop - past_flop
        self.lost_flop += past_flop
        self.executed_flop += work_flop
        self.served += served
        self.served_in_slo += in_slo
        return served

    def _serve(self, total_flop: np.ndarray, queued: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Remove the requests that the work finishes; return them, those of them in time, and their work."""
        finished = np.floor(total_flop * (1.0 + KEPT_CLEAR) / self.flop_per_request + ROUNDING_REQUEST)
        served = np.minimum(np.maximum(finished, 0.0), queued).astype(np.int64)
        in_slo = np.empty(self.n_pair, np.int64)
        take_oldest(served, self._slo_age, self.window, 0, self.n_pair, self._ring, self._open, in_slo)
        return served, in_slo, served * self.flop_per_request

    def _served_flop(self) -> np.ndarray:
        """Return the work of all requests served: float64[n_pair]."""
        return self.served * self.flop_per_request

    def drop(self, *, supplied: np.ndarray | None = None) -> Drops:
        """End the window: drop what has waited too long, with the work done on it.

        Parameters
        ----------
        supplied : bool[n_pair], optional
            False where no node could serve the pair in this window: its drops have the reason "no_supplier".
        """
        late = self._age()[:, None] >= self._last_age
        dropped = np.where(late, self._ring, 0).sum(axis=0)
        self._ring[late] = 0
        reached = np.ones(self.n_pair, bool) if supplied is None else np.asarray(supplied, bool).reshape(self.n_pair)
        by_reason = np.stack([np.where(reached, dropped, 0), np.where(reached, 0, dropped)])
        self.dropped += by_reason
        # The oldest is the one under way. What is owed on a request already served stays owed.
        abandoned_flop = np.where(dropped > 0, np.maximum(self.under_way_flop, 0.0), 0.0)
        self.lost_flop += abandoned_flop
        self.under_way_flop = self.under_way_flop - abandoned_flop
        return Drops(dropped, by_reason)

    def residual_requests(self) -> np.ndarray:
        """Return arrived - served - queued - dropped since the start: int64[n_pair], zero if no request is lost."""
        return self.arrived - self.served - self.queued() - self.dropped.sum(axis=0)

    def residual_work(self) -> np.ndarray:
        """Return (executed - served - under way - lost)/executed work since the start: float64[n_pair]."""
        accounted_flop = self._served_flop() + self.under_way_flop + self.lost_flop
        return (self.executed_flop - accounted_flop) / np.maximum(self.executed_flop, self.flop_per_request)

    def audit(self) -> None:
        """Check both ledgers.

        Raises
        ------
        AuditError
            With the queue and the window, if one request or 1e-9 of the work is missing or made.
        """
        requests = self.residual_requests()
        if requests.any():
            k = int(np.abs(requests).argmax())
            where = f"queue {self._pair_name(k)}, window {self.window}"
            message = f"{requests[k]} requests arrived that were neither served, queued nor dropped: {where}"
            raise AuditError(message, quantity="requests", value=int(requests[k]), limit=0, where=where)
        if (self._ring < 0).any() or (self._open < 0).any():
            k = int(np.minimum(self._ring.min(axis=0), self._open).argmin())
            where = f"queue {self._pair_name(k)}, window {self.window}"
            raise AuditError(f"fewer than no requests wait: {where}", quantity="queued", limit=0, where=where)
        work = self.residual_work()
        k = int(np.abs(work).argmax())
        if not abs(work[k]) <= 1e-9:
            where = f"queue {self._pair_name(k)}, window {self.window}"
            message = f"{work[k]:.2e} of the executed work was neither served, under way nor lost: {where}"
            raise AuditError(message, quantity="executed_flop", value=float(work[k]), limit=1e-9, where=where)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on: arrays by name."""
        return {name: np.array(getattr(self, attribute)) for name, attribute in _STATE.items()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Set the queues to what `state` gave."""
        for name, attribute in _STATE.items():
            kept, given = np.asarray(getattr(self, attribute)), np.asarray(state[name])
            if given.shape != kept.shape:
                message = f"saved queues hold {name} of shape {given.shape}, this run's have {kept.shape}"
                raise ModelError(message, quantity=name, value=given.shape, limit=kept.shape)
            setattr(self, attribute, given.astype(kept.dtype) if kept.shape else int(given))

    def _age(self) -> np.ndarray:
        """Return the age in windows of each row of the ring: int64[n_age]."""
        return (self.window - np.arange(len(self._ring))) % len(self._ring)

    def _check_ages(self, ages: np.ndarray, window_s: float) -> None:
        largest = ages[np.isfinite(ages)].max(initial=0.0)
        if largest > LARGEST_AGE:
            limit = f"a limit may span {LARGEST_AGE} windows"
            cure = f"lengthen the window to {largest * window_s / LARGEST_AGE:.3g} s or more, or lift the limit"
            what = f"a wait of {largest * window_s:g} s spans {largest:.0f} windows of {window_s:g} s"
            raise ScenarioError(Problem(what, "workload.classes", largest * window_s, limit, cure))


_STATE = {
    "window": "window",
    "ring": "_ring",
    "open": "_open",
    "under_way_flop": "under_way_flop",
    "executed_flop": "executed_flop",
    "lost_flop": "lost_flop",
    "arrived": "arrived",
    "served": "served",
    "served_in_slo": "served_in_slo",
    "dropped": "dropped",
}


def _age_of(wait_s: np.ndarray, window_s: float) -> np.ndarray:
    """Return the whole windows in a wait, inf where it is; a hair above a whole number counts as it."""
    windows = np.asarray(wait_s, float) / window_s
    return np.where(np.isfinite(windows), np.floor(windows + 1e-9), math.inf)
