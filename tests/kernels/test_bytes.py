"""Planes of bytes against Python's own counting and whole numbers."""

from collections import Counter

import numpy as np
import pytest

from orbital_compute.kernels.bytes import WORDS_AT_ONCE, count_bytes, sum_words


@pytest.mark.parametrize(("size", "stride", "row"), [(1, 17, 1), (1000, 17, 64), (1000, 1, 7), (30, 5, 40)])
def test_every_so_many_bytes_are_counted(size, stride, row):
    plane = np.random.default_rng(size).integers(0, 3, size).astype(np.uint8)
    count = np.full(256, -1)
    repeated = count_bytes(plane, stride, row, count)
    looked = plane.tolist()[::stride]
    assert {byte: int(n) for byte, n in enumerate(count) if n} == Counter(looked)
    assert repeated == sum(plane[i] == plane[i - row] for i in range(row, size, stride))


@pytest.mark.parametrize("size", [0, 1, 5, WORDS_AT_ONCE, 3 * WORDS_AT_ONCE + 11])
@pytest.mark.parametrize("most", [1, 1 << 16])
def test_sums_of_words_are_those_of_whole_numbers(size, most):
    words = np.random.default_rng(size).integers(0, most, size).astype(np.uint16)
    plain, rising = sum_words(words, 65535)
    values = words.tolist()
    for found, whole in ((plain, sum(values)), (rising, sum((size - i) * w for i, w in enumerate(values)))):
        assert found % 65535 == whole % 65535
        assert (found == 0) == (whole == 0)


def test_a_whole_multiple_is_not_zero():
    assert sum_words(np.array([65535], np.uint16), 65535) == (65535, 65535)
