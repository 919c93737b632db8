"""Queues: each request counted once, oldest first, dropped in time, found when one is missing."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbital_compute.errors import AuditError, ModelError, ScenarioError
from orbital_compute.model.clock import Clock
from orbital_compute.model.queues import DROP_REASONS, Queues
from orbital_compute.model.workload import DemandSpec, JobClass, Region, Workload

CLOCK = Clock(datetime(2026, 6, 21, tzinfo=UTC), 60.0, 300.0, 1440)
WORK_FLOP = (1e12, 3e15, 7e20)  # of one request of each class


def queues(waits=((0.0, 1.0), (900.0, 300.0), (math.inf, 600.0)), clock=CLOCK, n_region=2):
    """Return queues of one class for each pair of wait limit and service level [s], and the work of their requests."""
    classes = [
        JobClass(f"class {i}", "batch", chunk_flop=work, model_flop_utilisation=1.0, wait_limit_s=wait, slo_wait_s=slo)
        for i, (work, (wait, slo)) in enumerate(zip(WORK_FLOP, waits, strict=False))
    ]
    places = [Region(name, 0.0, 0.0, 1.0) for name in ("Asia", "Europe", "Africa")[:n_region]]
    return Queues(Workload(classes, places, DemandSpec(share_of_capacity=0.0), clock=clock, seed=1), clock)


def one_queue(wait_s, slo_s=math.inf):
    return queues([(wait_s, slo_s)], n_region=1)


def window(q, w, arrive, requests):
    """Run a window that executes the work of a number of requests; return served and dropped of the one queue."""
    q.arrive(w, np.array([arrive]))
    served = q.execute(np.array([requests * q.flop_per_request[0]]))
    return int(served[0]), int(q.drop().dropped[0])


def test_no_patience_means_the_window_of_arrival():
    q = one_queue(wait_s=5.0)
    assert window(q, 0, 10, 4) == (4, 6)
    assert q.queued()[0] == 0


def test_a_limit_of_three_windows_is_three_windows():
    """Arrived in window 0, served in 0 to 3, gone at the end of 3."""
    q = one_queue(wait_s=900.0)
    assert [window(q, w, 10 if w == 0 else 0, 2) for w in range(5)] == [(2, 0), (2, 0), (2, 0), (2, 2), (0, 0)]


def test_the_oldest_are_served_first():
    """Five late ones go before five fresh ones: had the fresh gone first, the late would be dropped."""
    q = one_queue(wait_s=300.0)
    assert window(q, 0, 5, 0) == (0, 0)
    assert window(q, 1, 5, 5) == (5, 0)
    assert window(q, 2, 0, 0) == (0, 5)


def test_no_limit_keeps_requests_for_ever():
    q = one_queue(wait_s=math.inf)
    for w in range(60):
        assert window(q, w, 1, 0) == (0, 0)
    assert q.queued()[0] == 60
    assert window(q, 60, 0, 60) == (60, 0)


def test_service_level_counts_whole_windows_of_waiting():
    """Level of 600 s: served after at most two windows. Of 5 + 5 + 5 the first five waited three."""
    for wait_s in (math.inf, 3000.0):
        q = one_queue(wait_s=wait_s, slo_s=600.0)
        for w, arrive in enumerate((5, 5, 5, 0)):
            window(q, w, arrive, 15 if w == 3 else 0)
        assert q.served[0] == 15
        assert q.served_in_slo[0] == 10


def test_overdue_are_those_past_the_service_level():
    """Level of 600 s: of the arrivals of windows 0 to 5 those of 0, 1 and 2 have waited more than two windows."""
    for wait_s in (math.inf, 6000.0):
        q = one_queue(wait_s=wait_s, slo_s=600.0)
        for w in range(6):
            q.arrive(w, np.array([10**w]))
        assert q.overdue()[0] == 111
    q = one_queue(wait_s=math.inf, slo_s=math.inf)
    window(q, 0, 5, 0)
    window(q, 1, 5, 0)
    assert q.overdue()[0] == 0


def test_work_under_way_is_kept_and_asked_for_less():
    q = one_queue(wait_s=math.inf)
    assert window(q, 0, 3, 1.25) == (1, 0)
    assert q.under_way_flop[0] == pytest.approx(0.25 * q.flop_per_request[0])
    assert q.demand_flop()[0] == pytest.approx(1.75 * q.flop_per_request[0])
    assert window(q, 1, 0, 1.75) == (2, 0)
    assert q.demand_flop()[0] == 0.0


def test_work_on_dropped_requests_is_lost_and_past_the_last_too():
    q = one_queue(wait_s=0.0)
    assert window(q, 0, 2, 1.5) == (1, 1)
    assert q.lost_flop[0] == pytest.approx(0.5 * q.flop_per_request[0])
    assert window(q, 1, 2, 4.0) == (2, 0)
    assert q.lost_flop[0] == pytest.approx(2.5 * q.flop_per_request[0])
    assert q.under_way_flop[0] == 0.0
    q.audit()


def test_demand_met_as_asked_serves_all_in_spite_of_rounding():
    """What `demand_flop` asks, summed up from thousandths, finishes every request."""
    q = queues()
    rng = np.random.default_rng(0)
    for w in range(50):
        q.arrive(w, rng.integers(0, 1000, 6))
        parts = rng.dirichlet(np.ones(1000), 6)
        q.execute((parts * q.demand_flop()[:, None]).sum(axis=1))
        assert q.queued().sum() == 0
        assert q.drop().dropped.sum() == 0
        q.audit()


def test_reason_of_a_drop():
    q = queues([(0.0, 0.0)])
    q.arrive(0, np.array([3, 4]))
    drops = q.drop(supplied=np.array([True, False]))
    assert DROP_REASONS == ("waited_too_long", "no_supplier")
    assert drops.by_reason.tolist() == [[3, 0], [0, 4]]
    assert q.dropped.sum(axis=0).tolist() == drops.dropped.tolist() == [3, 4]


def random_window(q, w, rng):
    """Run a window of random arrivals and work, from none to more than is asked."""
    q.arrive(w, rng.integers(0, 50, q.n_pair) * rng.integers(0, 2, q.n_pair))
    served = q.execute(rng.uniform(0.0, 1.3, q.n_pair) * rng.integers(0, 2, q.n_pair) * q.demand_flop())
    drops = q.drop(supplied=rng.integers(0, 2, q.n_pair).astype(bool))
    return served, drops


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 299))
def test_thousands_of_windows_keep_every_request(seed, cut):
    """After each of 300 windows both ledgers close; a run restored at `cut` goes on to the same end."""
    rng = np.random.default_rng(seed)
    q, late_start = queues(), queues()
    for w in range(300):
        if w == cut:
            late_start.restore(q.state())
            late_rng = np.random.default_rng()
            late_rng.bit_generator.state = rng.bit_generator.state
        random_window(q, w, rng)
        q.audit()
        assert np.array_equal(q.arrived, q.served + q.queued() + q.dropped.sum(axis=0))
        assert np.all(q.served_in_slo <= q.served)
        assert np.all(q.under_way_flop < q.flop_per_request)
    for w in range(cut, 300):
        random_window(late_start, w, late_rng)
    for name, value in q.state().items():
        assert np.array_equal(value, late_start.state()[name]), name


def test_nobody_waits_past_the_limit():
    """Each request by itself: a plain twin of one queue that holds the window of arrival of every one."""
    q, waiting, rng = one_queue(wait_s=1500.0), [], np.random.default_rng(2)
    for w in range(400):
        arrive, work = int(rng.integers(0, 20)), int(rng.integers(0, 22))
        waiting += [w] * arrive
        served = min(work, len(waiting))
        waiting = waiting[served:]
        kept = [arrival for arrival in waiting if (w - arrival + 1) * 300.0 <= 1500.0]
        assert window(q, w, arrive, work) == (served, len(waiting) - len(kept))
        waiting = kept
        assert q.queued()[0] == len(waiting)


@pytest.mark.parametrize(("name", "place"), [("_ring", (1, 3)), ("_open", 3), ("served", 3), ("arrived", 3)])
@pytest.mark.parametrize("change", [1, -1])
def test_audit_finds_one_request(name, place, change):
    q, rng = queues(), np.random.default_rng(1)
    for w in range(7):
        random_window(q, w, rng)
    q.audit()
    getattr(q, name)[place] += change
    with pytest.raises(AuditError, match="class 1 of Europe, window 6"):
        q.audit()


def test_audit_finds_a_billionth_of_the_work():
    q, rng = queues(), np.random.default_rng(1)
    for w in range(7):
        random_window(q, w, rng)
    q.lost_flop[4] += 3e-9 * q.executed_flop[4]
    with pytest.raises(AuditError, match="class 2 of Asia, window 6") as caught:
        q.audit()
    assert caught.value.value == pytest.approx(-3e-9, rel=1e-3)


def test_bad_calls_are_named():
    q = queues()
    with pytest.raises(ModelError, match="end of window -1 and cannot take the arrivals of 1"):
        q.arrive(1, np.zeros(6, int))
    with pytest.raises(ModelError, match="-2 requests arrive for class 1 of Asia in window 0"):
        q.arrive(0, np.array([[0, 0], [-2, 0], [0, 0]]))
    q.arrive(0, np.zeros(6, int))
    with pytest.raises(ModelError, match="class 2 of Europe is negative or not finite"):
        q.execute(np.array([0, 0, 0, 0, 0, math.nan]))
    with pytest.raises(ModelError, match="saved queues hold ring"):
        q.restore({**q.state(), "ring": np.zeros((2, 6))})


def test_a_limit_too_fine_for_the_window_is_refused():
    clock = Clock(CLOCK.start, 1.0, 1.0, 3600)
    with pytest.raises(ScenarioError, match=r"spans 86400 windows.*lengthen the window to 5\.27 s"):
        queues([(86400.0, 1.0)], clock=clock)
