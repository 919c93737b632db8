"""Shortest paths against Dijkstra's algorithm with a heap, to the last bit, on grids whole and broken."""

import heapq
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbital_compute.kernels.paths import NEAR_M, shortest_paths, way_back


def dijkstra(neighbour, length_m, seed_m):
    """Return the length of the shortest way to each row, by a heap."""
    far = np.full(seed_m.size, np.inf)
    heap = [(value, row) for row, value in enumerate(seed_m) if np.isfinite(value)]
    heapq.heapify(heap)
    while heap:
        value, row = heapq.heappop(heap)
        if value >= far[row]:
            continue
        far[row] = value
        for other, step in zip(neighbour[row], length_m[row], strict=True):
            if value + step < far[other]:
                heapq.heappush(heap, (value + step, int(other)))
    return far


def graph(n, pairs, lengths):
    """Return neighbour and length at each port of links given as pairs."""
    degree = np.bincount(np.ravel(pairs), minlength=n)
    neighbour = np.repeat(np.arange(n, dtype=np.int32)[:, None], max(degree.max(initial=1), 1), axis=1)
    length = np.full(neighbour.shape, np.inf)
    used = np.zeros(n, int)
    for (a, b), value in zip(pairs, lengths, strict=True):
        for one, other in ((a, b), (b, a)):
            neighbour[one, used[one]], length[one, used[one]] = other, value
            used[one] += 1
    return neighbour, length


def grid(n_plane, n_slot, rng):
    """Return the links of a torus of planes and slots, with random lengths."""
    row = np.arange(n_plane * n_slot).reshape(n_plane, n_slot)
    pairs = np.concatenate([
        np.stack([row, np.roll(row, -1, axis=1)], -1).reshape(-1, 2),
        np.stack([row, np.roll(row, -1, axis=0)], -1).reshape(-1, 2),
    ])  # fmt: skip
    return pairs, rng.uniform(100e3, 2000e3, len(pairs))


def solved(neighbour, length_m, seed_m):
    found = np.full((1, seed_m.size), np.nan)
    shortest_paths(neighbour, length_m, seed_m[None], 0, 1, found)
    return found[0]


@pytest.mark.parametrize(("n_plane", "n_slot"), [(3, 3), (5, 7), (12, 40), (7, 197)])
@pytest.mark.parametrize("lost", [0.0, 0.3])
def test_grids_agree_with_dijkstra_to_the_last_bit(n_plane, n_slot, lost):
    rng = np.random.default_rng(n_plane * n_slot)
    pairs, lengths = grid(n_plane, n_slot, rng)
    lengths[rng.random(lengths.size) < lost] = np.inf
    neighbour, length_m = graph(n_plane * n_slot, pairs, lengths)
    seed_m = np.full(n_plane * n_slot, np.inf)
    seed_m[rng.integers(0, seed_m.size, 3)] = rng.uniform(500e3, 1500e3, 3)
    assert np.array_equal(solved(neighbour, length_m, seed_m), dijkstra(neighbour, length_m, seed_m))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 90), st.integers(0, 300), st.integers(0, 2**32 - 1))
def test_any_graph_agrees_with_dijkstra(n, n_link, seed):
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, n, (n_link, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    neighbour, length_m = graph(n, pairs, rng.exponential(1e6, len(pairs)) + 1e-3)
    seed_m = np.where(rng.random(n) < 0.1, rng.uniform(0, 1e6, n), np.inf)
    assert np.array_equal(solved(neighbour, length_m, seed_m), dijkstra(neighbour, length_m, seed_m))


def test_a_chain_by_hand():
    # 0 - 1 - 2 - 3, 100 each, and 3 reached directly at 250: from there back to 2 is no shorter
    neighbour, length_m = graph(5, [(0, 1), (1, 2), (2, 3)], [100.0, 100.0, 100.0])
    seed_m = np.array([10.0, np.inf, np.inf, 250.0, np.inf])
    far_m = solved(neighbour, length_m, seed_m)
    assert far_m.tolist() == [10.0, 110.0, 210.0, 250.0, np.inf]
    room = np.empty(8, np.int32)
    assert room[: way_back(neighbour, length_m, seed_m, far_m, 2, room)].tolist() == [2, 1, 0]
    assert room[: way_back(neighbour, length_m, seed_m, far_m, 3, room)].tolist() == [3]
    short = np.empty(1, np.int32)
    assert way_back(neighbour, length_m, seed_m, far_m, 2, short) == 3  # cut, but counted


def test_ways_add_up_and_end_at_a_seed():
    rng = np.random.default_rng(4)
    pairs, lengths = grid(9, 30, rng)
    neighbour, length_m = graph(270, pairs, lengths)
    seed_m = np.full(270, np.inf)
    seed_m[[3, 100]] = 1e5, 2e5
    far_m, room = solved(neighbour, length_m, seed_m), np.empty(270, np.int32)
    for row in range(0, 270, 13):
        way = room[: way_back(neighbour, length_m, seed_m, far_m, row, room)][::-1]
        total = seed_m[way[0]]
        for a, b in pairwise(way):
            total += length_m[a][neighbour[a] == b].min()
        assert total == far_m[row]
        assert way[-1] == row


def test_ranges_of_sources_do_not_matter():
    rng = np.random.default_rng(5)
    pairs, lengths = grid(6, 20, rng)
    neighbour, length_m = graph(120, pairs, lengths)
    seed_m = np.where(np.eye(7, 120, 5) > 0, 1.0, np.inf)
    whole, parts = np.empty_like(seed_m), np.empty_like(seed_m)
    shortest_paths(neighbour, length_m, seed_m, 0, 7, whole)
    for first, last in ((4, 7), (0, 1), (1, 4)):
        shortest_paths(neighbour, length_m, seed_m, first, last, parts)
    assert np.array_equal(whole, parts)
    assert np.array_equal(whole[3], dijkstra(neighbour, length_m, seed_m[3]))


@pytest.mark.parametrize("scale", [1e-4, 1e-2, 1.0, 1e3])
def test_the_width_of_the_near_pile_does_not_matter(scale):
    # lengths far below NEAR_M put all satellites into one pile, lengths far above it one or none at a time
    rng = np.random.default_rng(6)
    pairs, lengths = grid(8, 30, rng)
    neighbour, length_m = graph(240, pairs, lengths * scale)
    seed_m = np.full(240, np.inf)
    seed_m[[0, 77]] = 0.0, 2.5 * NEAR_M
    assert np.array_equal(solved(neighbour, length_m, seed_m), dijkstra(neighbour, length_m, seed_m))


def test_nothing_is_reached_without_seeds():
    neighbour, length_m = graph(3, [(0, 1), (1, 2)], [1.0, 1.0])
    assert np.isinf(solved(neighbour, length_m, np.full(3, np.inf))).all()
