"""Greatest flows against the least cut found by trying all of them."""

import itertools

import numpy as np
import pytest

from orbital_compute.kernels.flow import (
    flow_arcs,
    lend_in_steps,
    mark_feeders,
    max_flow,
    share_to_members,
    stay_in_groups,
)


def least_cut(n_node, tail, head, room, source, sink):
    """Try every set of nodes on the source's side."""
    others = [node for node in range(n_node) if node not in (source, sink)]
    best = None
    for inside in itertools.product((False, True), repeat=len(others)):
        near = {source, *(node for node, chosen in zip(others, inside, strict=True) if chosen)}
        crossing = sum(r for t, h, r in zip(tail, head, room, strict=True) if t in near and h not in near)
        best = crossing if best is None else min(best, crossing)
    return best


def push(n_node, tail, head, room, source, sink):
    arcs = flow_arcs(n_node, np.array(tail), np.array(head))
    capacity = np.zeros(2 * len(tail), np.int64)
    capacity[arcs.number] = room
    level, place, queue, trail = np.empty((4, n_node), np.int64)
    total = max_flow(arcs.start, arcs.head, arcs.back, capacity, source, sink, level, place, queue, trail)
    return arcs, capacity, total


def test_hand_network():
    # two ways of 3 and 2 from 0 to 3, and a bridge that does not help: 5 in all
    _, _, total = push(4, [0, 0, 1, 2, 1], [1, 2, 3, 3, 2], [3, 4, 9, 2, 1], 0, 3)
    assert total == 5


@pytest.mark.parametrize("seed", range(40))
def test_flow_equals_the_least_cut_and_is_conserved(seed):
    rng = np.random.default_rng(seed)
    n_node, n_arc = int(rng.integers(3, 8)), int(rng.integers(3, 20))
    tail, head = rng.integers(0, n_node, (2, n_arc))
    tail, head = tail[tail != head], head[tail != head]
    room = rng.integers(0, 30, tail.size)
    arcs, capacity, total = push(n_node, tail, head, room, 0, n_node - 1)
    assert total == least_cut(n_node, tail, head, room, 0, n_node - 1)
    flow = room - capacity[arcs.number]
    assert ((flow >= 0) & (flow <= room)).all()
    net = np.bincount(tail, flow, minlength=n_node) - np.bincount(head, flow, minlength=n_node)
    assert net.tolist() == [total] + [0] * (n_node - 2) + [-total]


def test_feeders_are_the_nodes_with_room_left_towards_the_target():
    # after 0→1→3 is full, only 2 can still send to 3
    arcs, capacity, total = push(4, [0, 1, 2], [1, 3, 3], [1, 5, 7], 0, 3)
    assert total == 1
    marked, queue = np.zeros(4, bool), np.empty(4, np.int64)
    mark_feeders(arcs.start, arcs.head, arcs.back, capacity, 3, marked, queue)
    assert marked.tolist() == [False, True, True, True]


def test_supplies_are_lent_evenly_before_they_are_lent_whole():
    """Rows of 8 and 8, the first in reach of both groups: 8 are wanted, and half of each row gives them."""
    row, group, source, sink = [0, 1], [2, 3], 4, 5
    arcs = flow_arcs(6, np.array([source, source, 0, 0, 1, *group]), np.array([*row, 2, 3, 3, sink, sink]))
    capacity, work = np.empty(arcs.head.size, np.int64), np.empty((4, 6), np.int64)
    supply, wanted = np.array([8, 8]), np.array([3, 5])
    total = lend_in_steps(*arcs, supply, 16, wanted, np.array([0.5, 1.0]), capacity, *work)
    left = capacity[arcs.number]
    assert total == 8
    assert left[:2].tolist() == [4, 4]  # of the second half nothing was needed
    assert (16 - left[2:5]).tolist() == [3, 1, 4]
    assert left[5:].tolist() == [0, 0]


def test_what_no_row_has_stays_wanted():
    arcs = flow_arcs(4, np.array([2, 0, 1]), np.array([0, 1, 3]))
    capacity, work = np.empty(arcs.head.size, np.int64), np.empty((4, 4), np.int64)
    total = lend_in_steps(*arcs, np.array([5]), 5, np.array([7]), np.array([0.4, 1.0]), capacity, *work)
    assert total == 5
    assert capacity[arcs.number].tolist() == [0, 0, 2]


def test_work_mixes_in_the_groups_that_it_passes_through():
    """Rows 0 and 1 give group 0 its 3 and 1; 2 of these 4 go on to group 1, where row 2 has given 6."""
    stayed = np.full((2, 3), np.nan)
    enter = np.array([0, 1, 2]), np.array([0, 0, 1]), np.array([3.0, 1.0, 6.0])
    stay_in_groups(*enter, np.array([0, 1]), np.array([0]), np.array([1]), np.array([2.0]), stayed)
    np.testing.assert_allclose(stayed, [[1.5, 0.5, 0.0], [1.5, 0.5, 6.0]], rtol=1e-15)


def test_all_that_passes_on_leaves_nothing_behind():
    stayed = np.full((3, 1), np.nan)
    passes = np.array([0, 0]), np.array([1, 2]), np.array([1.0, 3.0])
    stay_in_groups(np.array([0]), np.array([0]), np.array([4.0]), np.array([0, 1, 2]), *passes, stayed)
    np.testing.assert_allclose(stayed, [[0.0], [1.0], [3.0]], atol=1e-15)


def test_members_share_what_their_row_sends():
    """Two signatures of one row, a quarter and three quarters of it; group 2 sends only half of what came."""
    stayed, out = np.array([[8.0, 1.0], [4.0, 0.0]]), np.zeros((4, 3))
    part = np.array([1.0, 1.0, 0.5])
    members = np.array([3, 1, 0]), np.array([0, 0, 1]), np.array([0, 2]), np.array([0.25, 0.75, 1.0])
    share_to_members(stayed, part, *members, out)
    np.testing.assert_allclose(out, [[1.0, 0.0, 0.0], [6.0, 0.0, 1.5], [0.0, 0.0, 0.0], [2.0, 0.0, 0.5]], rtol=1e-15)
