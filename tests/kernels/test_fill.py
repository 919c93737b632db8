"""Work given out in turn, against paper and against its own books."""

import numpy as np
import pytest

from orbital_compute.kernels.fill import fill_in_turn

ROUNDING = 1e-12


def filled(order, most, supply, demand, member, routes, uses=(), capacity=()):
    """Routes are (group, demand), uses (route, arc, bit per FLOP) in the order of routes."""
    group, to = np.array(routes, np.int64).reshape(-1, 2).T
    of, arc, bit = np.array(uses, float).reshape(-1, 3).T
    start = np.searchsorted(of, np.arange(group.size + 1)).astype(np.int64)
    member = np.array(member, bool)
    left = np.array(supply, float), np.array(demand, float), np.array(capacity, float)
    flows = np.zeros((len(supply), member.shape[0])), np.zeros(group.size)
    moved = fill_in_turn(
        np.array(order, np.int64), most, member, group.copy(), to.copy(), start, arc.astype(np.int64), bit.copy(),
        *left, *flows,
    )  # fmt: skip
    return moved, left, flows


def test_each_member_gives_in_proportion_to_what_it_has_left():
    # 3 of 4 and 2 asked for: 1.5 and 0.5; then all that node 0 has left, 1.5 of 5
    moved, (supply, demand, _), (group, route) = filled(
        [0, 1], np.inf, [3, 1], [2, 5], [[1, 1], [1, 0]], [(0, 0), (1, 1)]
    )
    assert moved == pytest.approx(3.5, rel=ROUNDING)
    assert supply == pytest.approx([0, 0.5], abs=ROUNDING)
    assert demand == pytest.approx([0, 3.5], rel=ROUNDING)
    assert group == pytest.approx(np.array([[1.5, 1.5], [0.5, 0]]), rel=ROUNDING)
    assert route == pytest.approx([2, 1.5], rel=ROUNDING)


def test_a_turn_takes_at_most_so_much_and_an_arc_carries_at_most_its_bits():
    turns = [0, 1, 0, 1, 0, 1]
    moved, left, (_, route) = filled(turns, 2.0, [10], [3, 100], [[1]], [(0, 0), (0, 1)], [(1, 0, 4.0)], [12.0])
    assert route == pytest.approx([3, 3], rel=ROUNDING)  # two turns and a half; 12 bit of 4 a FLOP
    assert left[2] == pytest.approx([0.0], abs=ROUNDING)
    assert moved == pytest.approx(6.0, rel=ROUNDING)


def test_random_books_close():
    rng = np.random.default_rng(4)
    for _ in range(30):
        n_node, n_group, n_demand, n_arc, n_route = (int(rng.integers(1, 7)) for _ in range(5))
        supply, demand, capacity = rng.uniform(0, 5, n_node), rng.uniform(0, 5, n_demand), rng.uniform(0, 9, n_arc)
        routes = [(int(rng.integers(n_group)), int(rng.integers(n_demand))) for _ in range(n_route)]
        uses = [(r, int(rng.integers(n_arc)), rng.uniform(0, 2)) for r in range(n_route)]
        order = rng.integers(0, n_route, 20)
        member = rng.random((n_group, n_node)) < 0.5
        moved, left, (group, route) = filled(order, 1.0, supply, demand, member, routes, uses, capacity)
        served = np.bincount([k for _, k in routes], route, n_demand)
        bits = np.bincount([e for _, e, _ in uses], [route[r] * bit for r, _, bit in uses], n_arc)
        for kept, whole, used in zip(left, (supply, demand, capacity), (group.sum(axis=1), served, bits), strict=True):
            assert (kept >= 0.0).all()
            assert kept + used == pytest.approx(whole, rel=1e-9, abs=1e-9)
        assert (group[~member.T] == 0.0).all()
        assert moved == pytest.approx(route.sum(), rel=1e-9, abs=1e-12)
