"""The counter-based generator: published vectors, one text for scalars and arrays, and what chance should look like."""

import numba
import numpy as np
import pytest

from orbital_compute._jit import sweep
from orbital_compute._random import normal, philox, uniform, uniform_pair, uniforms

COMPILED = not numba.config.DISABLE_JIT
SAMPLES = 200_000
SIGMAS = 5.0  # a sound generator passes a five-sigma bound on all but one draw of two million

# Counter, key and answer of the generator's authors (Random123, tests/kat_vectors, rows "philox4x32 10").
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@sweep
def fill(law, seed, stream, out):
    for i in range(out.size):
        out[i] = law(seed, stream, i)


def drawn(law, n, seed=7, stream=1):
    out = np.empty(n)
    fill(law, seed, stream, out)
    return out


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers_of_the_authors(counter, key, answer):
    words = philox(*(np.uint64(word) for word in (*key, *counter)))
    assert tuple(int(word) for word in words) == answer


def test_arrays_give_the_bits_of_scalars():
    i = np.arange(200)
    assert np.array_equal(uniforms(7, 1, i), drawn(uniform, 200))
    seed = np.uint64(2**63 + 5)  # a bare number of this size would be taken for an int64
    table = uniforms(seed, 3, i[:, None], i[:4], 9)
    assert table.shape == (200, 4)
    assert table[17, 2] == uniform(seed, 3, 17, 2, 9)


def test_uniform_is_even_from_zero_to_one():
    x = uniforms(11, 2, np.arange(SAMPLES))
    assert x.min() >= 0.0
    assert x.max() < 1.0
    assert abs(x.mean() - 1 / 2) < SIGMAS * np.sqrt(1 / 12 / SAMPLES)
    assert abs(x.var() - 1 / 12) < SIGMAS * np.sqrt(1 / 180 / SAMPLES)
    share = np.bincount((x * 64).astype(int), minlength=64) / SAMPLES
    chi_squared = SAMPLES * 64 * np.square(share - 1 / 64).sum()
    assert abs(chi_squared - 63) < SIGMAS * np.sqrt(2 * 63)


@pytest.mark.parametrize("place", ["seed", "stream", "i", "j", "k"])
def test_neighbours_are_not_correlated(place):
    """Whatever counter is moved on by one, the two series have nothing to do with each other."""
    here = {"seed": 3, "stream": 1, "i": np.arange(SAMPLES), "j": 4, "k": 5}
    there = {**here, place: here[place] + 1}
    x, y = uniforms(**here), uniforms(**there)
    assert abs(np.corrcoef(x, y)[0, 1]) < SIGMAS / np.sqrt(SAMPLES)


def test_normal_has_the_moments_and_tails_of_its_law():
    n = SAMPLES if COMPILED else 600
    z = drawn(normal, n)
    assert abs(z.mean()) < SIGMAS / np.sqrt(n)
    assert abs(z.var() - 1) < SIGMAS * np.sqrt(2 / n)
    assert abs((z**3).mean()) < SIGMAS * np.sqrt(15 / n)
    assert abs((z**4).mean() - 3) < SIGMAS * np.sqrt(96 / n)
    beyond_two = 0.0455003  # of |z| > 2, any table of the normal law
    assert abs((np.abs(z) > 2).mean() - beyond_two) < SIGMAS * np.sqrt(beyond_two / n)


def test_a_pair_is_two_numbers_of_one_call_and_its_first_is_the_single_one():
    pairs = np.array([uniform_pair(7, 1, i, 2, 3) for i in range(2000)])
    assert np.array_equal(pairs[:, 0], uniforms(7, 1, np.arange(2000), 2, 3))
    assert abs(np.corrcoef(pairs.T)[0, 1]) < SIGMAS / np.sqrt(2000)
    assert abs(pairs[:, 1].mean() - 0.5) < SIGMAS / np.sqrt(12 * 2000)
