"""Traces in windows: every row once, in its window, scaled exactly, and taken up again where they were left."""

import tracemalloc
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ModelError
from orbital_compute.model import trace_file
from orbital_compute.model.clock import Clock, typical_days
from orbital_compute.model.trace import (
    RequestCost,
    Traces,
    TraceSpec,
    check_sums,
    job_of_pods,
    job_of_tokens,
    whole_weights,
)
from orbital_compute.model.trace_file import TraceFile
from orbital_compute.model.trace_rows import SCALE_UNIT
from orbital_compute.model.workload import JobClass, LanguageModel

CLOCK = Clock(datetime(2026, 6, 21, tzinfo=UTC), 60.0, 300.0, 240)
HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
SECONDS = np.sort(np.random.default_rng(5).uniform(0.0, 14_000.0, 900)).round(3)
TOKENS = np.random.default_rng(6).integers(1, 5000, (900, 2))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "trace.csv"
    rows = (f"{t:.3f},{a},{b}\n" for t, (a, b) in zip(SECONDS.tolist(), TOKENS.tolist(), strict=True))
    path.write_text(HEAD + "".join(rows))
    return TraceFile(path, "azure")


def traces(file, *, scale=1.0, clock=CLOCK, **options):
    spec = TraceSpec(
        "one", file, file.check(), 1, RequestCost(2.0, 30.0, 8.0, 1.0, 1.0), whole_weights([3.0, 1.0]),
        round(scale * SCALE_UNIT), options.pop("time_scale", 1.0), options.pop("begin_s", 0.0), **options,
    )  # fmt: skip
    return Traces([spec], 2, clock)


def windows(replay, clock=CLOCK):
    return np.array([replay.arrive(w).by_trace[0] for w in range(clock.n_window)])


def counted(seconds, clock=CLOCK):
    """Return requests and tokens of each window, by numpy alone."""
    edges = np.array([clock.window_start_s(w) for w in range(clock.n_window)])
    inside = (seconds[:, None] >= edges) & (seconds[:, None] < edges + clock.window_s)
    return inside.astype(int).T @ np.column_stack([np.ones(900, int), TOKENS])


def test_each_row_comes_once_in_its_window(file):
    assert np.array_equal(windows(traces(file)), counted(SECONDS - SECONDS[0]))


def test_blocks_change_nothing(file, monkeypatch):
    whole = windows(traces(file, scale=1.7))
    monkeypatch.setattr(trace_file, "BLOCK_BYTES", 300)
    assert np.array_equal(windows(traces(file, scale=1.7)), whole)


def test_time_scale_delay_and_end(file):
    found = windows(traces(file, time_scale=0.25, begin_s=1000.0, until_s=3000.0))
    seconds = 1000.0 + 0.25 * (SECONDS - SECONDS[0])
    assert np.array_equal(found, counted(np.where(seconds < 3000.0, seconds, -1.0)))


@pytest.mark.parametrize(("scale", "count"), [(2.0, 1800), (0.5, 450), (0.29, 261), (1e6, 900_000_000)])
def test_scaled_counts_are_exact(file, scale, count):
    total = windows(traces(file, scale=scale)).sum(axis=0)
    assert total[0] == count
    if scale >= 1.0:
        assert total[1:].tolist() == (int(scale) * TOKENS.sum(axis=0)).tolist()


def test_work_bits_and_regions(file):
    replay = traces(file)
    parts = [replay.arrive(w) for w in range(CLOCK.n_window)]
    requests, flop, bit = (sum(getattr(part, name) for part in parts) for name in ("requests", "flop", "bit"))
    assert requests[0].sum() == flop[0].sum() == 0
    assert requests[1].tolist() == [675, 225]
    first, second = TOKENS.sum(axis=0).tolist()
    assert flop.sum() == 2.0 * first + 30.0 * second
    assert bit.sum() == 8.0 * 900 + first + second
    assert sum(part.trace_flop[0] for part in parts) == pytest.approx(flop.sum(), rel=1e-15)


def test_a_repeated_trace_begins_again(file):
    period_s = 15_000.0
    clock = Clock(CLOCK.start, 60.0, 300.0, 1000)
    found = windows(traces(file, clock=clock, period_s=period_s), clock)
    seconds = SECONDS - SECONDS[0]
    due = sum(counted(seconds + k * period_s, clock) for k in range(4))
    assert np.array_equal(found, due)
    assert found[:, 0].sum() == 3600


def test_typical_days_take_what_falls_into_them(file):
    days = typical_days(40 * 86400.0, 10 * 86400.0)
    clock = Clock(CLOCK.start, 60.0, 300.0, 4 * 1440, days, 40 * 86400.0)
    found = windows(traces(file, clock=clock, period_s=20_000.0, time_scale=1.3), clock)
    seconds = 1.3 * (SECONDS - SECONDS[0])
    cycles = range(int(40 * 86400 / 20_000) + 1)
    assert np.array_equal(found, sum(counted(seconds + k * 20_000.0, clock) for k in cycles))


def test_a_replay_goes_on_where_it_was_left(file, monkeypatch):
    monkeypatch.setattr(trace_file, "BLOCK_BYTES", 500)
    options = {"scale": 1.37, "period_s": 9000.0, "time_scale": 0.6}
    whole, cut = traces(file, **options), traces(file, **options)
    due = windows(whole)
    found = [cut.arrive(w).by_trace[0] for w in range(23)]
    state, other = cut.state(), traces(file, **options)
    other.restore(state)
    found += [other.arrive(w).by_trace[0] for w in range(23, CLOCK.n_window)]
    assert np.array_equal(found, due)
    assert all(np.array_equal(a, b) for a, b in zip(other.state().values(), whole.state().values(), strict=True))


def test_another_file_in_its_place_is_refused(file, tmp_path):
    state = traces(file).state()
    path = tmp_path / "other.csv"
    path.write_text(HEAD + "1,2,3\n")
    with pytest.raises(ModelError, match="saved from another file"):
        traces(TraceFile(path, "azure")).restore(state)


def test_memory_is_bounded_whatever_the_file(tmp_path, monkeypatch):
    """Twenty times the rows in blocks of 16 kB: the peak is that of a block, not of the file."""
    monkeypatch.setattr(trace_file, "BLOCK_BYTES", 1 << 14)
    peaks = []
    for rows in (2000, 40_000):
        path = tmp_path / f"{rows}.csv"
        path.write_text(HEAD + "".join(f"{0.1 * k:.3f},1200,34\n" for k in range(rows)))
        tracemalloc.start()
        count = windows(traces(TraceFile(path, "azure")))[:, 0].sum()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == rows
    assert peaks[1] < 1.2 * peaks[0]


CARD = LanguageModel("dense", 70e9, 70e9, kv_byte_per_token=327_680)


def test_a_class_takes_the_mean_of_its_traces_and_their_work_is_linear(file):
    """2 × 70e9 FLOP/0.3 a token, read or written, where decoding waits for no memory."""
    facts = file.check()
    job, cost = job_of_tokens(JobClass("chat", "interactive", CARD, 5, 5), [facts], [SCALE_UNIT])
    assert (job.tokens_in, job.tokens_out) == pytest.approx(TOKENS.mean(axis=0), rel=1e-15)
    assert cost.flop_first == cost.flop_second == pytest.approx(1.4e11 / 0.3)
    work = cost.flop_first * facts.first_sum + cost.flop_second * facts.second_sum
    assert job.flop_per_request * 900 == pytest.approx(work, rel=1e-13)
    assert job.request_bit * 900 == pytest.approx(cost.bit_first * (facts.first_sum + facts.second_sum), rel=1e-13)


def test_pods_are_accelerator_seconds_of_a_stated_device(file):
    facts = file.check()
    job, cost = job_of_pods(JobClass("batch", "batch", CARD, 400, 100), [facts], [SCALE_UNIT], 1e15)
    assert cost.flop_first == 1e12  # a thousandth of a second of 1 PFLOP/s
    assert job.flop_per_request * 900 == pytest.approx(1e12 * facts.first_sum, rel=1e-13)
    assert job.request_bit / job.flop_per_request == pytest.approx(500.0 / (1.4e11 / 0.3), rel=1e-13)


def test_sums_beyond_whole_numbers_are_refused(file):
    facts = file.check()
    check_sums("one", facts, 10**9 * SCALE_UNIT)
    with pytest.raises(Exception, match="scaled, its sums reach"):
        check_sums("one", facts, 10**13 * SCALE_UNIT)


def test_weights_add_up():
    assert whole_weights([1.0, 1.0, 1.0]).sum() == 1 << 30
    assert whole_weights([0.0, 2.5]).tolist() == [0, 1 << 30]
