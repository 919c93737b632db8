"""Scaling recorded requests, sharing them out, and serving requests of unequal size: exact, against plain Python."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbital_compute.kernels.traces import WEIGHT_UNIT, cohort_sums, replay_rows, serve_oldest
from orbital_compute.model.trace_rows import SCALE_UNIT

rows = st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**6)), min_size=1, max_size=60)


def weights(parts):
    """Return whole weights in proportion to parts, in all WEIGHT_UNIT."""
    whole = np.array([WEIGHT_UNIT * part // sum(parts) for part in parts], np.int64)
    whole[0] += WEIGHT_UNIT - whole.sum()
    return whole


def replayed(table, scale, weight, cuts=()):
    first, second = np.array(table, np.int64).reshape(-1, 2).T.copy()
    owed, sums = np.zeros(1 + weight.size, np.int64), np.zeros((3, weight.size), np.int64)
    edges = [0, *cuts, first.size]
    for begin, end in pairwise(edges):
        replay_rows(first, second, scale, SCALE_UNIT, weight, begin, end, owed, sums)
    return sums, owed


@given(rows, st.integers(1, 40 * SCALE_UNIT), st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any))
@settings(max_examples=60, deadline=None)
def test_counts_are_the_floor_of_the_scaled_number_and_regions_keep_their_share(table, scale, parts):
    weight = weights(parts)
    sums, owed = replayed(table, scale, weight)
    assert sums[0].sum() == len(table) * scale // SCALE_UNIT
    assert owed[1:].sum() == 0
    ahead = [
        count - Fraction(int(sums[0].sum()) * int(w), WEIGHT_UNIT)
        for count, w in zip(sums[0].tolist(), weight, strict=True)
    ]
    assert max(ahead) < 1
    assert min(ahead) > -len(parts)
    assert sums[0][weight == 0].sum() == 0


@given(rows, st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_a_whole_scale_multiplies_every_sum(table, times):
    sums, _ = replayed(table, times * SCALE_UNIT, weights([1]))
    assert sums[:, 0].tolist() == [times * len(table), *(times * sum(column) for column in zip(*table, strict=True))]


def test_half_keeps_every_second_request():
    sums, _ = replayed([(10, 1), (20, 2), (30, 3), (40, 4), (50, 5)], SCALE_UNIT // 2, weights([1]))
    assert sums[:, 0].tolist() == [2, 60, 6]


@given(rows, st.integers(1, 3 * SCALE_UNIT), st.data())
@settings(max_examples=30, deadline=None)
def test_where_a_file_is_cut_changes_nothing(table, scale, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=4)))
    weight = weights([3, 1, 2])
    for one, other in zip(replayed(table, scale, weight), replayed(table, scale, weight, cuts), strict=True):
        assert np.array_equal(one, other)


def served(work, cohorts, slo_age, rounding=0.0):
    """Return (served, in time, work of the served, work left) of one queue, cohorts (age, count, each) oldest first."""
    n_age = 4
    ring, ring_flop = np.zeros((n_age, 1), np.int64), np.ones((n_age, 1))
    held, held_flop = np.zeros(1, np.int64), np.ones(1)
    for age, count, each in cohorts:
        row = (9 - age) % n_age
        if age >= n_age:
            held[0], held_flop[0] = count, each
        else:
            ring[row, 0], ring_flop[row, 0] = count, each
    out, flop, left = np.zeros((2, 1), np.int64), np.zeros(1), np.array([work])
    serve_oldest(
        left, 0.0, rounding, np.array([slo_age]), 9, 0, 1, ring, ring_flop, held, held_flop, out[0], out[1], flop
    )
    return int(out[0, 0]), int(out[1, 0]), flop[0], left[0], int(ring.sum() + held.sum())


def test_the_oldest_go_first_each_at_its_own_size():
    """Three of 2, then two of 10, then five of 1: 27 FLOP do 6 + 20, and one of the youngest."""
    cohorts = [(4, 3, 2.0), (2, 2, 10.0), (0, 5, 1.0)]
    assert served(27.0, cohorts, 1.0) == (6, 1, 27.0, 0.0, 4)
    assert served(15.5, cohorts, np.inf) == (3, 3, 6.0, 9.5, 7)
    assert served(100.0, cohorts, 2.0) == (10, 7, 31.0, 69.0, 0)
    assert served(-1.0, cohorts, 2.0) == (0, 0, 0.0, -1.0, 10)


def test_what_is_short_of_a_request_by_rounding_counts_as_done_and_stays_owed():
    count, _, flop, left, _ = served(6.0 - 1e-7, [(4, 3, 2.0), (0, 5, 1.0)], np.inf, rounding=1e-6)
    assert (count, flop) == (3, 6.0)
    assert left == pytest.approx(-1e-7, rel=1e-6)


def test_cohort_sums():
    count, each = np.array([[1, 2], [3, 0]]), np.array([[0.5, 4.0], [2.0, 9.0]])
    out = np.empty(2)
    cohort_sums(count, each, 0, 2, out)
    assert out.tolist() == [6.5, 8.0]
