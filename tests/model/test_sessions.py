"""Sessions: those that stay and those that move, by hand; what moves is sent over the arcs, to the last bit."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from programmes import programme

from orbital_compute.errors import ModelError
from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP
from orbital_compute.model.clock import Clock
from orbital_compute.model.sessions import _BACK, _SPREAD, HALF, Sessions, SessionSpec
from orbital_compute.model.solve import solve
from orbital_compute.model.workload import DemandSpec, JobClass, LanguageModel, Region, Workload

CLOCK = Clock(datetime(2026, 6, 21, tzinfo=UTC), 60.0, 300.0, 1440)
CARD = LanguageModel("dense", 1e9, 1e9, kv_byte_per_token=1000.0)
UNIT = 1024 * WORK_QUANTUM_FLOP
CONTEXT_BYTE = 1000.0 * 500


def workload():
    """Return an agent of 500 tokens (1e12 FLOP a request) in two regions, and training."""
    agent = JobClass("agent", "agent", CARD, 400, 100, model_flop_utilisation=1.0, card=CARD)
    train = JobClass("train", "training", chunk_flop=1e15, card=CARD)
    places = [Region("east", 0.0, 0.0, 1.0), Region("west", 0.0, 90.0, 1.0)]
    return Workload([agent, train], places, DemandSpec(share_of_capacity=0.0), clock=CLOCK, seed=1)


def sessions(over="space", n_site=1):
    spec = SessionSpec(600.0, 1e9, over)
    return Sessions([spec, None], workload(), CLOCK, n_row=6, n_site=n_site, n_arc=2)


def at(signature, flop):
    """Return satellites of these signatures that have executed so much, in units."""
    return SimpleNamespace(
        signature=np.array(signature, np.int32), executed_flop=UNIT * np.array(flop, float), rows=[(0, 3), (3, 6)],
        run=map,
    )  # fmt: skip


def assigned(east, west, train=(0.0, 0.0, 0.0)):
    """Return two signatures of satellites and a site that do so much for each region, in units, by one arc each."""
    demands = [*zip(east, west, train, strict=True)]
    n = len(demands)
    supply = UNIT * np.array([max(sum(row), 1e-3) for row in demands])
    p = programme(
        supply, UNIT * np.array([sum(east), sum(west), sum(train), 0.0]), [1.0, 1.0, 1.0, 1.0],
        np.eye(n, dtype=bool).repeat(3, axis=1), [(3 * s + k, k) for s in range(n) for k in range(3)],
        arcs=[(3 * s + k, min(s, 1), 1.0) for s in range(n) for k in range(3)], capacity=[1e30, 1e30],
    )  # fmt: skip
    share = np.array([part / max(sum(row), 1e-300) for row in demands for part in row])
    a = solve(p)
    group_flop = np.zeros_like(a.group_flop)
    for s, row in enumerate(demands):
        group_flop[s, 3 * s : 3 * s + 3] = UNIT * np.array(row)
    return replace(a, group_flop=group_flop, route_share=(share > 0.0).astype(float))


PER_UNIT = UNIT * 600.0 / (300.0 * 1e12)  # sessions behind a unit of work, by Little: twice its requests


def test_who_keeps_view_keeps_its_sessions():
    one = sessions()
    both = assigned((6.0, 0.0, 2.0), (0.0, 3.0, 0.0))
    space = at([0, 0, 0, 1, 1, -1], [2, 2, 2, 1, 2, 0])
    first = one.see(0, space, both, UNIT * np.array([2.0]))
    assert first.resident.tolist() == pytest.approx([11.0 * PER_UNIT, 0.0])
    assert first.moved.tolist() == [0.0, 0.0]
    assert first.orbit_byte[0] == pytest.approx(9.0 * PER_UNIT * CONTEXT_BYTE)
    assert first.site_byte[0].tolist() == pytest.approx([2.0 * PER_UNIT * CONTEXT_BYTE])
    again = one.see(1, space, both, UNIT * np.array([2.0]))
    assert again.moved == pytest.approx([0.0, 0.0], abs=1e-9 * PER_UNIT)


def test_who_leaves_view_hands_over_by_hand():
    """The third satellite of the east (2 units) goes to the west: two units of the east go on elsewhere; of the west
    one new one comes."""
    one = sessions()
    one.see(
        0,
        at([0, 0, 0, 1, 1, -1], [2, 2, 2, 1, 2, 0]),
        assigned((6.0, 0.0, 2.0), (0.0, 3.0, 0.0)),
        UNIT * np.array([2.0]),
    )
    after = one.see(
        1,
        at([0, 0, 1, 1, 1, -1], [3, 3, 1, 1, 2, 0]),
        assigned((6.0, 0.0, 2.0), (0.0, 4.0, 0.0)),
        UNIT * np.array([2.0]),
    )
    assert after.moved[0] == pytest.approx(2.0 * PER_UNIT, rel=1e-6)
    assert after.moved_bit[0] == pytest.approx(8.0 * 2.0 * PER_UNIT * CONTEXT_BYTE, rel=1e-6)
    assert after.pause_s[0] == pytest.approx(2.0 * PER_UNIT * 8.0 * CONTEXT_BYTE / 1e9, rel=1e-6)


def test_a_satellite_of_another_signature_keeps_the_sessions_that_it_goes_on_to_serve():
    one = sessions()
    one.see(0, at([0] * 6, [1] * 6), assigned((6.0, 0.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1))
    after = one.see(1, at([1] * 6, [1] * 6), assigned((0.0, 6.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1))
    assert after.moved[0] == pytest.approx(0.0, abs=1e-9 * PER_UNIT)


def test_sessions_that_end_do_not_move():
    """All satellites leave the east, and nobody asks there any more."""
    one = sessions()
    one.see(0, at([0] * 6, [1] * 6), assigned((6.0, 0.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1))
    after = one.see(1, at([1] * 6, [1] * 6), assigned((0.0, 0.0, 0.0), (0.0, 6.0, 0.0)), np.zeros(1))
    assert after.moved[0] == 0.0
    assert after.resident[0] == pytest.approx(6.0 * PER_UNIT)


def test_work_that_goes_to_the_ground_moves_there():
    one = sessions()
    one.see(0, at([0] * 6, [1] * 6), assigned((6.0, 0.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1))
    after = one.see(1, at([-1] * 6, [0] * 6), assigned((0.0, 0.0, 6.0), (0.0, 0.0, 0.0)), UNIT * np.array([6.0]))
    assert after.moved[0] == pytest.approx(6.0 * PER_UNIT, rel=1e-6)


def test_bits_over_the_ground_are_sent_in_the_next_windows_to_the_last():
    one = sessions(over="ground")
    one.see(0, at([0, 0, 0, -1, -1, -1], [2, 2, 2, 0, 0, 0]), assigned((6.0, 0.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1))
    after = one.see(
        1, at([-1, -1, -1, 1, 1, 1], [0, 0, 0, 2, 2, 2]), assigned((0.0, 6.0, 0.0), (0.0, 0.0, 0.0)), np.zeros(1)
    )
    bits = float(after.moved_bit[0])
    assert bits > 0.0
    assert one.backlog_bit.tolist() == pytest.approx([0.0, bits])
    assert one.arc_share(np.array([1.0, 0.4 * bits])).tolist() == [1.0, 0.0]
    assert one.arc_share(np.array([1.0, 0.8 * bits]))[1] == pytest.approx(0.25)
    assert one.backlog_bit.sum() == pytest.approx(0.0, abs=1e-6 * bits)
    assert one.sent_bit.sum() == pytest.approx(bits, rel=1e-12)


def test_state_and_restore():
    one, other = sessions(over="ground"), sessions(over="ground")
    flows = [assigned((4.0, 2.0, 1.0), (1.0, 3.0, 0.0)), assigned((2.0, 4.0, 1.0), (3.0, 1.0, 0.0))]
    one.see(0, at([0, 0, 0, 1, 1, 1], [1, 2, 2, 1, 2, 2]), flows[0], UNIT * np.ones(1))
    other.restore(one.state())
    for a, b in zip(
        *(it.see(1, at([1, 0, 0, 1, 1, 0], [2] * 6), flows[1], UNIT * np.ones(1)) for it in (one, other)), strict=True
    ):
        assert np.array_equal(a, b)
    assert np.array_equal(one.backlog_bit, other.backlog_bit)
    with pytest.raises(ModelError, match="saved sessions hold"):
        sessions(n_site=2).restore(one.state())


def test_pairs_of_small_numbers_lie_far_apart():
    """Turned into keys and back they are what they were, and their upper halves are all different."""
    pairs = (np.arange(300, dtype=np.uint64)[:, None] << HALF | np.arange(300, dtype=np.uint64)).ravel()
    keys = pairs * np.uint64(_SPREAD)
    assert np.array_equal(keys * np.uint64(_BACK), pairs)
    assert np.unique(keys >> HALF).size > 0.999 * pairs.size
