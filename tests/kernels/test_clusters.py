"""Clusters in kernels: one key for all members, the slowest of them, and rates where they are."""

import numpy as np
import pytest

from orbital_compute.kernels.clusters import cluster_chips, gang_intervals, gang_yields, join_keys, slowest_members
from orbital_compute.physics.gang import checkpoint_interval_s, useful_fraction

N_KIND = 2
LEVELS = np.array([3, 1, 2])
STRIDE = np.array([6, 24, 48], np.uint64)  # after two types with three abilities


def key_of(kind, levels):
    return np.uint64(kind) + np.sum(STRIDE * np.asarray(levels, np.uint64))


def keys(rows):
    return np.array([key_of(kind, levels) for kind, levels in rows], np.uint64)


def test_members_take_the_least_reach_of_all_and_their_ability():
    key = keys([(1, (3, 1, 0)), (1, (2, 1, 2)), (1, (3, 0, 2)), (0, (3, 1, 2)), (1, (1, 1, 1)), (1, (3, 1, 2))])
    first, last = np.array([0, 4]), np.array([3, 6])
    joined = key.copy()
    join_keys(first, last, np.array([2, 0]), N_KIND, LEVELS, STRIDE, 0, 2, joined)
    assert (joined[:3] == key_of(1 + 2 * N_KIND, (2, 0, 0))).all()
    assert np.array_equal(joined[3:], key[3:])  # in no cluster, and in one that can hold no gang


def test_equal_keys_only_gain_the_ability():
    key = keys([(0, (3, 1, 2))] * 4)
    join_keys(np.array([0]), np.array([4]), np.array([1]), N_KIND, LEVELS, STRIDE, 0, 1, key)
    assert (key == key_of(N_KIND, (3, 1, 2))).all()


def test_random_clusters_agree_with_a_plain_minimum():
    rng = np.random.default_rng(3)
    levels = np.stack([rng.integers(0, count + 1, 60) for count in LEVELS], axis=1)
    key = keys([(1, row) for row in levels])
    first, last = np.arange(0, 60, 12), np.arange(12, 61, 12)
    parts = key.copy()
    for c in range(5):  # any cut of the range gives the same
        join_keys(first, last, np.ones(5, np.int64), N_KIND, LEVELS, STRIDE, c, c + 1, parts)
    join_keys(first, last, np.ones(5, np.int64), N_KIND, LEVELS, STRIDE, 0, 5, key)
    assert np.array_equal(parts, key)
    plain = [key_of(1 + N_KIND, levels[a:b].min(axis=0)) for a, b in zip(first, last, strict=True)]
    assert np.array_equal(key.reshape(5, 12), np.repeat(np.array(plain)[:, None], 12, axis=1))


def test_the_slowest_member_with_chips_sets_the_pace():
    devices = np.array([4.0, 0.0, 2.0, 4.0], np.float32)
    offer, done = np.array([8.0, 5.0, 3.0, 8.0]), np.array([4.0, 0.0, 1.0, 4.0])
    first, last, out, chips = np.array([0, 3]), np.array([3, 4]), np.zeros((3, 2)), np.zeros(2)
    slowest_members(first, last, devices, offer, done, 0, 2, out)
    cluster_chips(first, last, devices, 0, 2, chips)
    assert out.tolist() == [[1.5, 2.0], [0.5, 1.0], [5.0, 4.0]]  # the dead one holds nobody up
    assert chips.tolist() == [6.0, 4.0]
    dead = np.zeros(4, np.float32)
    slowest_members(first, last, dead, offer, done, 0, 2, out)
    assert out[:2].tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_gangs_many_at_once_follow_the_law_of_one():
    mtbf = np.array([100.0, 900.0, np.inf])
    interval, out = np.zeros(3), np.zeros((3, 3))
    gang_intervals(mtbf, 30.0, 120.0, 0, 3, interval)
    assert interval.tolist() == [checkpoint_interval_s(m, 30.0, 120.0) for m in mtbf]
    gang_yields(mtbf, np.zeros(3), interval, 30.0, 120.0, 0, 3, out)
    assert out[0].tolist() == [useful_fraction(m, t, 30.0, 120.0) for m, t in zip(mtbf, interval, strict=True)]
    assert out[1].tolist() == pytest.approx([*(out[0, :2] * 30.0 / interval[:2]), 0.0])
