"""Queues of requests of unequal size: as plain ones where sizes are equal, and both ledgers closed."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbital_compute.errors import AuditError
from orbital_compute.model.clock import Clock
from orbital_compute.model.queues import Queues
from orbital_compute.model.trace import Arrivals
from orbital_compute.model.trace_queues import TraceQueues
from orbital_compute.model.workload import DemandSpec, JobClass, Region, Workload

CLOCK = Clock(datetime(2026, 6, 21, tzinfo=UTC), 60.0, 300.0, 1440)
FLOP = (1e12, 7e20)


class Played:
    """Stands for traces whose arrivals are given."""

    def __init__(self, requests=0, flop=0.0, bit=0.0):
        self.give(requests, flop, bit)

    def give(self, requests, flop, bit):
        shape = (2, 1)
        self.arrivals = Arrivals(
            np.full(shape, requests), np.full(shape, flop), np.full(shape, bit), np.zeros((1, 3), int), np.zeros(1)
        )

    def state(self):
        return {"one": np.arange(3)}

    def restore(self, state):
        assert state["one"].tolist() == [0, 1, 2]


def workload():
    """Return two classes, one of which drops after three windows."""
    classes = [
        JobClass(
            f"class {i}", "batch", chunk_flop=flop, model_flop_utilisation=1.0, wait_limit_s=wait, slo_wait_s=600.0
        )
        for i, (flop, wait) in enumerate(zip(FLOP, (900.0, np.inf), strict=True))
    ]
    return Workload(classes, [Region("here", 0.0, 0.0, 1.0)], DemandSpec(share_of_capacity=0.0), clock=CLOCK, seed=1)


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0.0, 15.0)), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_equal_requests_are_served_as_in_plain_queues(windows):
    plain, sized = Queues(workload(), CLOCK), TraceQueues(workload(), CLOCK, Played())
    for w, (count, share) in enumerate(windows):
        kept = []
        for queues in (plain, sized):
            queues.arrive(w, np.array([count, count]))
            served = queues.execute(share * np.array(FLOP))
            dropped = queues.drop().dropped
            queues.audit()
            kept.append([served, dropped, queues.queued(), queues.served_in_slo])
            assert queues.bit_per_flop() == pytest.approx(plain.bit_per_flop(), rel=1e-12)
        assert np.array_equal(*kept)
        assert sized.under_way_flop == pytest.approx(plain.under_way_flop, rel=1e-9, abs=1e-9 * FLOP[0])


cohort = st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.01, 50.0), st.floats(0.0, 300.0))


@given(st.lists(cohort, min_size=1, max_size=14))
@settings(max_examples=60, deadline=None)
def test_ledgers_of_requests_and_of_work_close(windows):
    played = Played()
    queues = TraceQueues(workload(), CLOCK, played)
    flop = np.array(FLOP)
    for w, (modelled, recorded, each, work) in enumerate(windows):
        played.give(recorded, 0.0, 3.0 * recorded)
        played.arrivals.flop[:, 0] = recorded * each * flop
        queues.arrive(w, np.array([modelled + recorded] * 2))
        assert queues.arriving_flop == pytest.approx((modelled + recorded * each) * flop)
        queues.execute(np.minimum(work * flop, queues.demand_flop()))
        queues.drop()
        queues.audit()
    assert queues.arrived_flop == pytest.approx(queues.served_flop + queues.waiting_flop() + queues.dropped_flop)
    assert queues.lost_flop[1] <= 1e-9 * queues.executed_flop[1]  # never more was executed than was asked for


def test_large_and_small_requests_by_hand():
    """Four requests of 2.5 then three of 1: work of 11 does the four, and one of the three; 2 are left to ask for."""
    played = Played()
    queues = TraceQueues(workload(), CLOCK, played)
    played.give(4, 0.0, 0.0)
    played.arrivals.flop[:, 0] = 10.0 * np.array(FLOP)
    queues.arrive(0, np.array([4, 4]))
    queues.execute(np.zeros(2))
    queues.drop()
    played.give(0, 0.0, 0.0)
    queues.arrive(1, np.array([3, 3]))
    assert queues.demand_flop() == pytest.approx(13.0 * np.array(FLOP))
    assert queues.execute(11.0 * np.array(FLOP)).tolist() == [5, 5]
    assert queues.demand_flop() == pytest.approx(2.0 * np.array(FLOP))
    assert queues.served_in_slo.tolist() == [5, 5]


def test_bits_go_with_the_work_that_waits():
    """One request of 3e12 FLOP and 600 bit beside one of the class's own 1e12 FLOP and 0 bit."""
    played = Played(1, 3e12, 600.0)
    queues = TraceQueues(workload(), CLOCK, played)
    queues.arrive(0, np.array([2, 2]))
    assert queues.bit_per_flop()[0] == pytest.approx(600.0 / 4e12)


def test_old_requests_join_with_their_work():
    """A class without a limit: after 60 windows all of 60 different sizes still ask for their sum."""
    played = Played()
    queues = TraceQueues(workload(), CLOCK, played)
    for w in range(60):
        played.give(w, 0.0, 0.0)
        played.arrivals.flop[:, 0] = w * (w + 1.0) * FLOP[1]
        queues.arrive(w, np.array([w, w]))
        queues.execute(np.zeros(2))
        queues.drop()
        queues.audit()
    assert queues.demand_flop()[1] == pytest.approx(sum(w * (w + 1.0) for w in range(60)) * FLOP[1], rel=1e-13)


def test_work_that_goes_missing_is_found():
    queues = TraceQueues(workload(), CLOCK, Played(2, 3e12, 0.0))
    queues.arrive(0, np.array([2, 2]))
    queues._ring_flop[0, 0] *= 1.001
    with pytest.raises(AuditError, match="class 0 of here, window 0"):
        queues.audit()


def test_state_and_restore():
    one, other = (TraceQueues(workload(), CLOCK, Played(3, 5e12, 7.0)) for _ in range(2))
    for w in range(3):
        one.arrive(w, np.array([4, 4]))
        one.execute(np.array([2e12, 1e21]))
        one.drop()
    other.restore(one.state())
    assert all(np.array_equal(one.state()[name], kept) for name, kept in other.state().items())
    for queues in (one, other):
        queues.arrive(3, np.array([4, 4]))
    assert np.array_equal(one.demand_flop(), other.demand_flop())
