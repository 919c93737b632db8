"""Groups in one another: every answer against sets taken literally."""

import numpy as np
import pytest

from orbital_compute.kernels.nesting import (
    WORD,
    crowd_supply,
    list_truths,
    nest,
    number_rows,
    pack_members,
    pool_arcs,
)


def packed(member):
    """Return the words of a matrix all of whose groups have members."""
    words = np.empty((len(member), -(-member.shape[1] // WORD)), np.uint64)
    rows, groups = np.arange(len(member)), np.arange(member.shape[1])
    assert pack_members(member, rows, groups, np.empty(groups.size, bool), words) == member.any(axis=0).sum()
    return words


def some_members(seed, n_row, n_h):
    """Return bool[n_row, n_h] in which groups lie in one another, some are equal, and each has a member."""
    rng = np.random.default_rng(seed)
    member = rng.random((n_row, n_h)) < 0.3
    for h in range(1, n_h):
        if rng.random() < 0.5:
            member[:, h] = member[:, rng.integers(h)] | (rng.random(n_row) < rng.choice([0.0, 0.2]))
    member[0] = True
    return member


@pytest.mark.parametrize("n_h", [1, 8, 9, 64, 65, 130])
def test_words_are_those_that_numpy_packs(n_h):
    member = some_members(n_h, 30, n_h)
    there = np.zeros((30, -(-n_h // WORD) * 8), np.uint8)
    there[:, : -(-n_h // 8)] = np.packbits(member, axis=1)
    assert np.array_equal(packed(member), there.view(np.uint64))


def test_groups_without_members_are_left_out():
    feasible = np.zeros((4, 5), bool)
    feasible[[1, 1, 3], [0, 4, 4]] = True
    feasible[0] = True  # takes no part
    present, words = np.empty(4, bool), np.empty((2, 1), np.uint64)
    assert pack_members(feasible, np.array([1, 3]), np.array([0, 1, 3, 4]), present, words) == 2
    assert present.tolist() == [True, False, False, True]
    assert np.array_equal(words, packed(np.array([[True, True], [False, True]])))


@pytest.mark.parametrize("n_h", [3, 70])
def test_equal_rows_have_one_number_and_their_supply_together(n_h):
    rng = np.random.default_rng(n_h)
    kinds = some_members(7, 6, n_h)
    member = kinds[rng.integers(6, size=40)]
    words, supply = packed(member | kinds[0]) if n_h == 3 else packed(member | kinds[:1]), rng.integers(1, 9, 40) * 1.0
    row, first, own, total = np.empty(40, np.int64), np.empty(40, np.int64), np.empty_like(words), np.empty(40)
    n_row = number_rows(words, np.lexsort(words.T), supply, row, first, own, total)
    distinct = np.unique(words, axis=0)
    assert n_row == len(distinct)
    assert np.array_equal(own[row], words)
    assert np.array_equal(words[first[:n_row]], own[:n_row])
    assert np.array_equal(total[:n_row], [supply[row == k].sum() for k in range(n_row)])


@pytest.mark.parametrize(("seed", "n_h"), [(1, 5), (2, 20), (3, 66), (4, 130)])
def test_nesting_is_that_of_sets(seed, n_h):
    n_row = 12
    member = some_members(seed, n_row, n_h)
    sets = [frozenset(np.flatnonzero(member[:, h])) for h in range(n_h)]
    inside, following, enter = np.empty((n_h, n_h), bool), np.empty((n_h, n_h), bool), np.empty((n_row, n_h), bool)
    counts = nest(member, packed(member), inside, following, enter)
    lies = [[a < b or (a == b and g < h) for h, b in enumerate(sets)] for g, a in enumerate(sets)]
    assert np.array_equal(inside, lies)
    between = (inside.astype(int) @ inside.astype(int)) > 0
    assert np.array_equal(following, inside & ~between)
    smaller = (member.astype(int) @ inside.astype(int)) > 0
    assert np.array_equal(enter, member & ~smaller)
    assert counts == (following.sum(), enter.sum())
    row, column = np.empty((2, counts[1]), np.int64)
    list_truths(enter, row, column)
    assert np.array_equal([row, column], np.nonzero(enter))


@pytest.mark.parametrize("n_h", [4, 66])
def test_a_crowd_has_what_any_of_its_groups_has(n_h):
    rng = np.random.default_rng(n_h)
    member, crowd = some_members(n_h, 15, n_h), rng.random((7, n_h)) < 0.1
    supply = 1.0 * rng.integers(1, 100, 15)
    of_crowd, total = np.empty((7, 15), bool), np.empty(7)
    crowd_supply(packed(member), supply, crowd, of_crowd, total)
    wanted = np.array([[bool((row & one).any()) for row in member] for one in crowd])
    assert np.array_equal(of_crowd, wanted)
    assert np.array_equal(total, wanted @ supply)


def test_arcs_go_from_the_source_by_rows_and_groups_to_the_sink():
    tail, head = np.empty((2, 2 + 2 + 1 + 2), np.int64)
    pool_arcs(2, 2, np.array([[0, 1], [0, 1]]), np.array([[0], [1]]), tail, head)
    assert list(zip(tail, head, strict=True)) == [(4, 0), (4, 1), (0, 2), (1, 3), (2, 3), (2, 5), (3, 5)]
