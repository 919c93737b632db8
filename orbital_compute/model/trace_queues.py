"""Queues of requests of unequal size: those of a trace bring their own work and bits."""

from __future__ import annotations

import numpy as np

from ..errors import AuditError, ModelError
from ..kernels.traces import cohort_sums, serve_oldest
from .clock import Clock
from .queues import KEPT_CLEAR, ROUNDING_REQUEST, Drops, Queues
from .trace import Traces
from .workload import Workload

WORK_LIMIT = 1e-9


class TraceQueues(Queues):
    """Queues whose cohorts have each a mean work and mean bits of a request.

    A cohort, the requests of one window, class and region, is served in shares of its mean: its count and its work
    are exact, the order of large and small ones inside a window is not kept. Where modelled demand and a trace meet in
    a cohort, its mean is of both. What waits longer than the ring joins one open cohort, whose mean is carried on.
    A second ledger holds: work arrived = served + waiting + dropped, to 1e-9.
    """

    def __init__(self, workload: Workload, clock: Clock, traces: Traces):
        super().__init__(workload, clock)
        self.traces = traces
        self._bit_per_request = np.repeat(workload.bit_per_request, workload.n_region)
        self._ring_flop = np.tile(self.flop_per_request, (len(self._ring), 1))
        self._ring_bit = np.tile(self._bit_per_request, (len(self._ring), 1))
        self._open_flop, self._open_bit = self.flop_per_request.copy(), self._bit_per_request.copy()
        self.arrived_flop = np.zeros(self.n_pair)  # each work of requests since the start
        self.served_flop = np.zeros(self.n_pair)
        self.dropped_flop = np.zeros(self.n_pair)

    def arrive(self, w_window: int, counts: np.ndarray) -> None:
        """Take in the requests of a window: modelled ones, and with them what the traces bring in it.

        `counts` holds both; the trace's share of them is `traces.arrivals`.
        """
        brought = self.traces.arrivals
        assert brought is not None
        counts = np.asarray(counts, np.int64).reshape(self.n_pair)
        row = w_window % len(self._ring)
        older, younger = self._open, self._ring[row]
        both = np.maximum(older + younger, 1)
        some = older + younger > 0
        open_flop = np.where(some, (older * self._open_flop + younger * self._ring_flop[row]) / both, self._open_flop)
        open_bit = np.where(some, (older * self._open_bit + younger * self._ring_bit[row]) / both, self._open_bit)
        super().arrive(w_window, counts)
        self._open_flop, self._open_bit = open_flop, open_bit
        modelled = counts - brought.requests.ravel()
        flop = modelled * self.flop_per_request + brought.flop.ravel()
        bit = modelled * self._bit_per_request + brought.bit.ravel()
        most, plain = np.maximum(counts, 1), brought.requests.ravel() == 0
        self._ring_flop[row] = np.where(plain, self.flop_per_request, flop / most)
        self._ring_bit[row] = np.where(plain, self._bit_per_request, bit / most)
        self.arriving_flop = flop
        self.arrived_flop += flop

    def waiting_flop(self) -> np.ndarray:
        """Return the work of the requests that wait, with what is under way: float64[n_pair]."""
        return _column_sums(self._ring, self._ring_flop) + self._open * self._open_flop

    def demand_flop(self) -> np.ndarray:
        """Return the work that would serve all that wait, less what is under way: float64[n_pair], FLOP."""
        left_flop = np.maximum(self.waiting_flop() - self.under_way_flop, 0.0)
        return np.where(self.queued() > 0, left_flop, 0.0)

    def bit_per_flop(self) -> np.ndarray:
        """Return the bits that go with a FLOP of what waits, the class's own where nothing does: float64[n_pair]."""
        bit = _column_sums(self._ring, self._ring_bit) + self._open * self._open_bit
        flop = self.waiting_flop()
        return np.divide(bit, flop, out=self._bit_per_flop.copy(), where=flop > 0.0)

    def _serve(self, total_flop: np.ndarray, queued: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        served, in_slo = np.empty((2, self.n_pair), np.int64)
        served_flop = np.empty(self.n_pair)
        serve_oldest(
            total_flop.copy(), KEPT_CLEAR, ROUNDING_REQUEST, self._slo_age, self.window, 0, self.n_pair, self._ring,
            self._ring_flop, self._open, self._open_flop, served, in_slo, served_flop,
        )  # fmt: skip
        self.served_flop += served_flop
        return served, in_slo, served_flop

    def _served_flop(self) -> np.ndarray:
        return self.served_flop

    def drop(self, *, supplied: np.ndarray | None = None) -> Drops:
        """End the window: drop what has waited too long, with the work done on it; see `Queues.drop`."""
        late = self._age()[:, None] >= self._last_age
        self.dropped_flop += _column_sums(np.where(late, self._ring, 0), self._ring_flop)
        return super().drop(supplied=supplied)

    def residual_size(self) -> np.ndarray:
        """Return (arrived - served - waiting - dropped)/arrived work of requests since the start: float64[n_pair]."""
        missing = self.arrived_flop - self.served_flop - self.waiting_flop() - self.dropped_flop
        return missing / np.maximum(self.arrived_flop, self.flop_per_request)

    def audit(self) -> None:
        """Check all three ledgers; see `Queues.audit`."""
        super().audit()
        size = self.residual_size()
        k = int(np.abs(size).argmax())
        if not abs(size[k]) <= WORK_LIMIT:
            where = f"queue {self._pair_name(k)}, window {self.window}"
            message = f"{size[k]:.2e} of the work that arrived was neither served, waiting nor dropped: {where}"
            raise AuditError(message, quantity="arrived_flop", value=float(size[k]), limit=WORK_LIMIT, where=where)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on, with the places in the traces: arrays by name."""
        own = {name: np.array(getattr(self, name)) for name in _OWN_STATE}
        return {**super().state(), **own, **{f"trace.{name}": row for name, row in self.traces.state().items()}}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Set the queues and the traces to what `state` gave."""
        super().restore(state)
        for name in _OWN_STATE:
            kept, given = getattr(self, name), np.asarray(state[name], float)
            if given.shape != kept.shape:
                message = f"saved queues hold {name} of shape {given.shape}, this run's have {kept.shape}"
                raise ModelError(message, quantity=name, value=given.shape, limit=kept.shape)
            setattr(self, name, given.copy())
        self.traces.restore({name[6:]: row for name, row in state.items() if name.startswith("trace.")})


_OWN_STATE = ("_ring_flop", "_ring_bit", "_open_flop", "_open_bit", "arrived_flop", "served_flop", "dropped_flop")


def _column_sums(count: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Return float64[n_pair], the sum of count × each over the cohorts."""
    total = np.empty(count.shape[1])
    cohort_sums(count, each, 0, total.size, total)
    return total
