"""Counter-based random numbers: a draw is a pure function of (seed, stream, counters), in any order, on any thread.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11. Its
products of 32-bit words fit into 64 bits, so one text serves compiled scalars, plain scalars and NumPy arrays.
"""

import math

import numpy as np

from ._jit import point
from ._math import log2, sincos_turn

STREAM_DEMAND = 1  # noise of arrivals: counters (class, region, hour)
STREAM_DEMAND_PHASE = 2  # fraction of a request under way at the start: counters (class, region)
STREAM_SOFT_ERROR = 10  # soft errors: counters (satellite key, window, its upper word and part)
STREAM_SOFT_ERROR_KIND = 11  # which kind each is: counters (satellite key, window, event)
STREAM_GANG_FAULT = 12  # time to the next fault: counters (gang, draw)
STREAM_GANG_SILENT = 13  # time to the next uncaught corruption: counters (gang, draw)
STREAM_WEATHER = 30  # sky over a gateway: counters (gateway, hour, 0 whether it changes and 1 to what)
STREAM_GANG_PROFILE = 14  # faults summed until the next, under a rate that changes: counters (gang, draw)
STREAM_LASER_LOST = 40  # lasers that an event takes: counters (satellite key, event, laser)
STREAM_FAILURE = 20  # what a satellite loses for good: counters (satellite key, day, its upper word and call)

_MASK = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIER_A, _MULTIPLIER_B = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # Salmon et al., the constants of 4x32
_WEYL_A, _WEYL_B = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_SHIFT_HIGH, _SHIFT_LOW = np.uint64(5), np.uint64(6)
_HIGH_SCALE = np.uint64(1 << 26)
_UNIT = 2.0**-53
_LN_2 = math.log(2.0)


def _philox(key_a, key_b, a, b, c, d):
    """Return four words of 32 bits from a key of two and a counter of four; all uint64, scalars or arrays alike."""
    for _ in range(10):
        product_a, product_b = _MULTIPLIER_A * a, _MULTIPLIER_B * c
        a, b, c, d = (
            (product_b >> _WORD) ^ b ^ key_a,
            product_b & _MASK,
            (product_a >> _WORD) ^ d ^ key_b,
            (product_a & _MASK),
        )
        key_a, key_b = (key_a + _WEYL_A) & _MASK, (key_b + _WEYL_B) & _MASK
    return a, b, c, d


def _unit(high, low):
    """Return the 53 leading bits of two words as a number from 0 to 1 - 2⁻⁵³."""
    return np.float64((high >> _SHIFT_HIGH) * _HIGH_SCALE + (low >> _SHIFT_LOW)) * _UNIT


philox = point(_philox)
unit = point(_unit)


@point
def uniform(seed, stream, i, j=0, k=0):
    """Return a uniform number in [0, 1).

    Parameters
    ----------
    seed : int
        0 to 2⁶⁴ - 1.
    stream, i, j, k : int
        What is drawn (a STREAM_ constant) and for which node, event or time; each 0 to 2³² - 1.
    """
    whole = np.uint64(seed)
    words = philox(whole & _MASK, whole >> _WORD, np.uint64(stream), np.uint64(i), np.uint64(j), np.uint64(k))
    return unit(words[0], words[1])


@point
def uniform_pair(seed, stream, i, j=0, k=0):
    """Return two independent uniform numbers in [0, 1) from one call; the first is that of `uniform`."""
    whole = np.uint64(seed)
    words = philox(whole & _MASK, whole >> _WORD, np.uint64(stream), np.uint64(i), np.uint64(j), np.uint64(k))
    return unit(words[0], words[1]), unit(words[2], words[3])


@point
def normal(seed, stream, i, j=0, k=0):
    """Return a number of the standard normal law, by Box and Muller (1958); its size is at most 8.6.

    Arguments as for `uniform`. Logarithm and cosine are those of `_math`, so bits are equal on all processors.
    """
    whole = np.uint64(seed)
    words = philox(whole & _MASK, whole >> _WORD, np.uint64(stream), np.uint64(i), np.uint64(j), np.uint64(k))
    size = math.sqrt(-2.0 * _LN_2 * log2(1.0 - unit(words[0], words[1])))
    return size * sincos_turn(unit(words[2], words[3]))[1]


def uniforms(seed, stream, i, j=0, k=0):
    """Return what `uniform` gives for whole arrays of counters, broadcast together: the same bits."""
    whole = np.uint64(seed)
    i, j, k = (np.asarray(counter).astype(np.uint64) for counter in np.broadcast_arrays(i, j, k))
    words = _philox(whole & _MASK, whole >> _WORD, np.uint64(stream), i, j, k)
    return _unit(words[0], words[1])
