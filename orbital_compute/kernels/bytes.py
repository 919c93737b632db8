"""Planes of bytes as files keep them: what they hold, and their checksum."""

import numpy as np

from .._jit import sweep

WORDS_AT_ONCE = 1 << 12  # whose sums stay far below 2^63


@sweep
def count_bytes(plane, stride, row, out_count):
    """Count what every stride-th byte is; return how many of them, from the second row on, repeat the row above.

    plane : uint8[n]; row : int, bytes of a row; out_count : int64[256].
    """
    out_count[:] = 0
    for i in range(0, plane.size, stride):
        out_count[plane[i]] += 1
    repeated = 0
    for i in range(row, plane.size, stride):
        repeated += 1 if plane[i] == plane[i - row] else 0
    return repeated


@sweep
def sum_words(words, modulus):
    """Return Σ w_i and Σ (n - i) w_i of uint16[n] words, both modulo so much, but zero only where all words are."""
    plain, rising, some = np.int64(0), np.int64(0), False
    for first in range(0, words.size, WORDS_AT_ONCE):
        block = words[first : first + WORDS_AT_ONCE]
        a, b = np.int64(0), np.int64(0)
        for i in range(block.size):
            a += block[i]
            b += (block.size - i) * np.int64(block[i])
        some |= a > 0
        rising = (rising + b + ((words.size - first - block.size) % modulus) * a) % modulus
        plain = (plain + a) % modulus
    if some and plain == 0:
        plain = modulus
    if some and rising == 0:
        rising = modulus
    return plain, rising
