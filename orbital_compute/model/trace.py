"""Recorded requests in a run: streamed window by window, scaled in number and time, shared out over regions.

A request of a trace brings its own size. Counts are whole; work and bits are linear in what is summed, so those of a
window come from whole sums and are exact to rounding whatever the order of the rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..errors import ModelError, Problem, ScenarioError
from ..kernels.traces import WEIGHT_UNIT, replay_rows
from .clock import Clock
from .trace_file import Block, TraceFacts, TraceFile
from .trace_rows import SCALE_UNIT
from .workload import JobClass

LARGEST_SUM = 1 << 62
POD_KINDS = ("batch", "training")


class RequestCost(NamedTuple):
    """Work [FLOP] and bits of requests: so much a request, and for each unit of what their rows add up."""

    flop_first: float
    flop_second: float
    bit_request: float
    bit_first: float
    bit_second: float


@dataclass(frozen=True)
class TraceSpec:
    """How a file of recorded requests takes part in a run.

    `scale_units` are requests for each one recorded, in billionths; `weight` the regions' shares, in 2^-30, int64.
    A request recorded t after the first arrives at begin_s + time_scale t; with a `period_s`, the file begins again
    after each. Requests at `until_s` [s after the start of the run] and later are left out.
    """

    name: str
    file: TraceFile
    facts: TraceFacts
    i_class: int
    cost: RequestCost
    weight: np.ndarray
    scale_units: int
    time_scale: float
    begin_s: float
    period_s: float = math.inf
    until_s: float = math.inf


class Arrivals(NamedTuple):
    """What traces bring in a window: by class and region, [n_class, n_region], and by trace.

    `by_trace` is int64[n_trace, 3]: requests and the sums of their two sizes; `trace_flop` float64[n_trace].
    """

    requests: np.ndarray
    flop: np.ndarray
    bit: np.ndarray
    by_trace: np.ndarray
    trace_flop: np.ndarray


def whole_weights(weight: Sequence[float]) -> np.ndarray:
    """Return shares in proportion to weights as whole numbers with the sum `WEIGHT_UNIT`, by largest remainder."""
    share = np.array(weight, dtype=float) / math.fsum(weight) * WEIGHT_UNIT
    whole = np.floor(share).astype(np.int64)
    most_left = np.argsort(whole - share, kind="stable")
    whole[most_left[: WEIGHT_UNIT - int(whole.sum())]] += 1
    return whole


def scale_units(scale: float) -> int:
    """Return a scale in whole billionths."""
    return round(scale * SCALE_UNIT)


def job_of_tokens(job: JobClass, facts: Sequence[TraceFacts], scale: Sequence[int]) -> tuple[JobClass, RequestCost]:
    """Return a class with the mean tokens of its traces, and what their tokens cost.

    A written token costs what it does at the class's mean context (`JobClass.decode_flop_per_token`).
    """
    count = sum(fact.n_row * units for fact, units in zip(facts, scale, strict=True))
    mean_in, mean_out = (
        sum(getattr(fact, name) * units for fact, units in zip(facts, scale, strict=True)) / count
        for name in ("first_sum", "second_sum")
    )
    job = replace(job, tokens_in=mean_in, tokens_out=mean_out)
    assert job.model is not None
    prompt = 2.0 * job.model.active_parameters / job.model_flop_utilisation
    return job, RequestCost(
        prompt, job.decode_flop_per_token, job.bit_per_request, job.bit_per_token, job.bit_per_token
    )


def job_of_pods(
    job: JobClass, facts: Sequence[TraceFacts], scale: Sequence[int], gpu_flop_s: float
) -> tuple[JobClass, RequestCost]:
    """Return a class whose requests are pods of mean size, and what a thousandth of an accelerator-second costs.

    An accelerator of dense rate `gpu_flop_s` is busy while a pod holds it. Bits are those of the class for each FLOP.
    """
    count = sum(fact.n_row * units for fact, units in zip(facts, scale, strict=True))
    mean = sum(fact.first_sum * units for fact, units in zip(facts, scale, strict=True)) / count
    flop = 1e-3 * gpu_flop_s
    bit = flop * job.request_bit / job.flop_per_request
    whole = replace(
        job, model=None, tokens_in=0.0, tokens_out=0.0, device=None, bit_per_token=0.0,
        chunk_flop=mean * flop * job.model_flop_utilisation, bit_per_request=mean * bit,
    )  # fmt: skip
    return whole, RequestCost(flop, 0.0, 0.0, bit, 0.0)


def check_sums(name: str, facts: TraceFacts, units: int) -> None:
    """Raise ScenarioError where a scaled trace is too much to be added up in whole numbers."""
    most = max(facts.n_row, facts.first_sum, facts.second_sum) * (units // SCALE_UNIT + 1)
    if most >= LARGEST_SUM:
        what = f"scaled, its sums reach {most:.3g}"
        limit = f"sums are whole numbers below {float(LARGEST_SUM):.3g}"
        raise ScenarioError(Problem(what, f"workload.traces.{name}.rate_scale", limit=limit, cure="lower it"))


class _Replay:
    """One trace as it is read: a block of rows at a time, and what its scaling carries from row to row."""

    def __init__(self, spec: TraceSpec):
        self.spec = spec
        self.owed = np.zeros(1 + spec.weight.size, np.int64)
        self._mark = int(spec.facts.digest[:15], 16)  # of the file, so that a run goes on with the same
        self._begin(0)

    def _begin(self, cycle: int) -> None:
        """Go to the beginning of the file, for the time that it has been through so often."""
        self._cycle, self._row = cycle, 0
        self._hold(self.spec.file.block())

    def _hold(self, block: Block | None) -> None:
        self._block, self._row = block, 0
        self._time_s = np.zeros(0) if block is None else self._times_s(block)

    def _times_s(self, block: Block) -> np.ndarray:
        spec = self.spec
        begin_s = spec.begin_s + (self._cycle * spec.period_s if self._cycle else 0.0)
        return begin_s + spec.time_scale * (1e-9 * (block.rows.time_ns - spec.facts.first_ns))

    def window(self, start_s: float, end_s: float, out_sums: np.ndarray) -> None:
        """Add the requests of a window, [start_s, end_s), to int64[3, n_region]; those before it are passed over."""
        spec = self.spec
        if spec.period_s < math.inf:
            cycle = math.floor((start_s - spec.begin_s) / spec.period_s)
            if cycle > self._cycle:
                self._begin(cycle)
        while self._block is not None:
            first = max(self._row, int(np.searchsorted(self._time_s, start_s)))
            last = max(first, int(np.searchsorted(self._time_s, min(end_s, spec.until_s))))
            rows = self._block.rows
            replay_rows(
                rows.first, rows.second, spec.scale_units, SCALE_UNIT, spec.weight, first, last, self.owed, out_sums
            )
            self._row = last
            if last < self._time_s.size:
                return
            self._hold(spec.file.block((self._block.next_offset, self._block.next_line)))
            if self._block is None and spec.period_s < math.inf:
                self._begin(self._cycle + 1)

    def state(self) -> np.ndarray:
        """Return int64[n]: mark of the file, cycle, place (-1 at the end), row in the block, and what is owed."""
        place = (-1, 0) if self._block is None else (self._block.offset, self._block.line)
        return np.concatenate([[self._mark, self._cycle, *place, self._row], self.owed])

    def restore(self, state: np.ndarray) -> None:
        """Go to where `state` was taken."""
        if state.shape != (5 + self.owed.size,) or state[0] != self._mark:
            message = (
                f"the trace {self.spec.name} was saved from another file than {self.spec.file.path}, or other regions"
            )
            raise ModelError(message, quantity=self.spec.name, where=str(self.spec.file.path))
        cycle, offset, line, row = (int(value) for value in state[1:5])
        self._cycle, self.owed = cycle, state[5:].astype(np.int64)
        self._hold(None if offset < 0 else self.spec.file.block((offset, line)))
        self._row = row


class Traces:
    """All traces of a run. Windows are asked for in order; each is read once and goes."""

    def __init__(self, specs: Sequence[TraceSpec], n_class: int, clock: Clock):
        self.specs, self.n_class, self._clock = tuple(specs), n_class, clock
        self._replays = [_Replay(spec) for spec in self.specs]
        self.arrivals: Arrivals | None = None

    @property
    def names(self) -> list[str]:
        """Names in the order of the scenario."""
        return [spec.name for spec in self.specs]

    def arrive(self, w_window: int) -> Arrivals:
        """Return what arrives in a window, the next one that is wanted; windows before it are passed over."""
        start_s, end_s = self._clock.window_start_s(w_window), self._clock.window_end_s(w_window)
        shape = (self.n_class, self.specs[0].weight.size)
        out = Arrivals(
            np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape),
            np.zeros((len(self.specs), 3), np.int64), np.zeros(len(self.specs)),
        )  # fmt: skip
        for i, (spec, replay) in enumerate(zip(self.specs, self._replays, strict=True)):
            sums = np.zeros((3, shape[1]), np.int64)
            replay.window(start_s, end_s, sums)
            count, first, second = sums
            cost, k = spec.cost, spec.i_class
            flop = cost.flop_first * first + cost.flop_second * second
            out.requests[k] += count
            out.flop[k] += flop
            out.bit[k] += cost.bit_request * count + cost.bit_first * first + cost.bit_second * second
            out.by_trace[i] = [count.sum(), first.sum(), second.sum()]
            out.trace_flop[i] = math.fsum(flop.tolist())
        self.arrivals = out
        return out

    def state(self) -> dict[str, np.ndarray]:
        """Return all that a run must save to go on: arrays by name."""
        return {spec.name: replay.state() for spec, replay in zip(self.specs, self._replays, strict=True)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go to where `state` was taken."""
        for spec, replay in zip(self.specs, self._replays, strict=True):
            replay.restore(np.asarray(state[spec.name]))
