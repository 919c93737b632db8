"""Sums of offers over equal signatures, and the way back: pro rata to the satellites.

Offers count in whole multiples of the work quantum, so sums are sums of integers: the same bits in any order, on any
number of threads, ranks or shards. 2^63 quanta are 9.9e27 FLOP, five minutes of 3e25 FLOP/s.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .._jit import point, sweep
from ..errors import ModelError

WORK_QUANTUM_FLOP = 2.0**30
PER_QUANTUM = 2.0**-30
LARGEST_SUM_FLOP = 2.0**63 * WORK_QUANTUM_FLOP
ROUNDING = 2.0**-10  # of a quantum: a product this little above a whole number counts as it
FINE = np.uint64(46)  # bits of a float64 above it count 64 steps an octave, of 0.8 to 1.6 %
FIRST_SLOTS = 1 << 13  # of the table of keys; it grows fourfold when half full
_LOWER, _UPPER = np.uint64(0xFFFFFFFF), np.uint64(32)
_GOLDEN = np.uint64(0x9E3779B1)  # 2^32 over the golden ratio, a prime: multiplicative hashing of the lower half
_OTHER = np.uint64(0x85EBCA77)  # another prime, for the upper half
_SPREAD = np.uint64(29)


@point
def whole_quanta_flop(work_flop):
    """Return the work [FLOP], cut to whole quanta."""
    return np.floor(work_flop * PER_QUANTUM) * WORK_QUANTUM_FLOP


@point
def _slot_of(key, table_key, table_id):
    """Return the slot of a key, or the empty one (id -1) where it belongs."""
    mask = np.uint64(table_key.size - 1)
    slot = ((((key & _LOWER) * _GOLDEN) ^ ((key >> _UPPER) * _OTHER)) >> _SPREAD) & mask
    while table_id[slot] >= 0 and table_key[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@sweep
def collect_keys(key, first, last, table_key, table_id):
    """Enter the keys of a range of rows in a table; return how many differ, or -1 if it is half full.

    Parameters
    ----------
    key : uint64[n_satellite]
    first, last : int
    table_key : uint64[n_slot]
        n_slot a power of two.
    table_id : int32[n_slot]
        -1 where empty; the order of arrival otherwise.
    """
    count = 0
    for i in range(first, last):
        if i > first and key[i] == key[i - 1]:
            continue
        slot = _slot_of(key[i], table_key, table_id)
        if table_id[slot] < 0:
            if 2 * count >= table_key.size:
                return -1
            table_key[slot] = key[i]
            table_id[slot] = count
            count += 1
    return count


@sweep
def sum_supply(key, offer_flop, table_key, table_id, first, last, out_signature, out_quanta):
    """Number the signatures of a range of rows, and add up their offers in whole quanta.

    Parameters
    ----------
    key : uint64[n_satellite]
    offer_flop : float64[n_satellite]
        Not negative; whole quanta of it count.
    table_key : uint64[n_slot], table_id : int32[n_slot]
        Table in which every key stands.
    first, last : int
    out_signature : int32[n_satellite]
    out_quanta : int64[n_signature]
        Added to.
    """
    signature = np.int32(-1)
    for i in range(first, last):
        if i == first or key[i] != key[i - 1]:
            signature = table_id[_slot_of(key[i], table_key, table_id)]
        out_signature[i] = signature
        out_quanta[signature] += np.int64(offer_flop[i] * PER_QUANTUM)


@sweep
def return_pro_rata(offer_flop, signature, share, reachable, shell, first, last, out_assigned_flop, out_quanta):
    """Give each satellite of a range its signature's share of its offer, in whole quanta, never above the offer.

    Rounded up, so that what dispatch assigned is done to the last request; less than a quantum a satellite is too much.

    Parameters
    ----------
    offer_flop : float64[n_satellite]
        Whole quanta of it count.
    signature : int32[n_satellite]
        Negative for rows outside the dispatch.
    share : float64[n_signature]
        Assigned work over supply, 0 to 1.
    reachable : bool[n_signature]
        Whether it may serve anything.
    shell : int32[n_satellite]
    first, last : int
    out_assigned_flop : float64[n_satellite]
    out_quanta : int64[n_shell, 3]
        Offered, of that reachable, and assigned: added to.
    """
    for i in range(first, last):
        s = signature[i]
        quanta = np.floor(offer_flop[i] * PER_QUANTUM)
        given = min(np.ceil(quanta * share[max(s, 0)] - ROUNDING), quanta)
        given = given if s >= 0 else 0.0
        out_assigned_flop[i] = given * WORK_QUANTUM_FLOP
        whole, own = np.int64(quanta), np.uint64(shell[i])
        out_quanta[own, 0] += whole
        out_quanta[own, 1] += whole if s >= 0 and reachable[max(s, 0)] else 0
        out_quanta[own, 2] += np.int64(given)


@sweep
def add_own_levels(offer_flop, type_index, threshold_flop, stride, fine_from, fine_stride, first, last, key):
    """Add to each key of a range how short the satellite's own limits are of what its offer could take of them.

    Parameters
    ----------
    offer_flop : float64[n_satellite]
    type_index : int32[n_satellite]
    threshold_flop : float64[n_type, n_step]
        An offer above it is short of that level of use.
    stride : uint64[n_step]
    fine_from : uint64[n_type], fine_stride : uint64
        Offers whose FINE number is above `fine_from` are told apart by it, too.
    first, last : int
    key : uint64[n_satellite]
    """
    nothing = np.uint64(0)
    bits = offer_flop.view(np.uint64)
    for i in range(first, last):
        own = np.uint64(type_index[i])
        for step in range(stride.size):
            key[i] += stride[step] if offer_flop[i] > threshold_flop[own, step] else nothing
        fine = bits[i] >> FINE
        key[i] += fine_stride * (fine - fine_from[own]) if fine > fine_from[own] else nothing


@sweep
def count_members(signature, first, last, out):
    """Add one to out[signature] for each row of a range: int64[n_signature]."""
    for i in range(first, last):
        out[signature[i]] += 1


@sweep
def return_by_limits(offer_flop, signature, way_back, reachable, shell, first, last, out_assigned_flop, out_quanta):
    """Give each satellite of a range its part of its signature's work as its own limits divide it, in whole quanta.

    Parameters and rounding as in `return_pro_rata`, but for

    way_back : five float64[n_signature]
        share and flat: a member gets share × offer + flat. Further share and flat, and a limit: what that takes of
        another own limit, in the same form; work above the limit is not placed.
    """
    share, flat_flop, other_share, other_flat, other_limit = way_back
    for i in range(first, last):
        s = max(signature[i], 0)
        offer = offer_flop[i]
        quanta = offer * PER_QUANTUM
        wanted = quanta * share[s] + flat_flop[s] * PER_QUANTUM
        other = offer * other_share[s] + other_flat[s]
        wanted *= other_limit[s] / other if other > other_limit[s] else 1.0
        given = max(min(np.ceil(wanted - ROUNDING), quanta), 0.0)
        given = given if signature[i] >= 0 else 0.0
        out_assigned_flop[i] = given * WORK_QUANTUM_FLOP
        whole, own = np.int64(quanta), np.uint64(shell[i])
        out_quanta[own, 0] += whole
        out_quanta[own, 1] += whole if signature[i] >= 0 and reachable[s] else 0
        out_quanta[own, 2] += np.int64(given)


@sweep
def sum_by_signature(work_flop, signature, first, last, out_quanta):
    """Add the work of a range of rows to their signatures, each to the nearest quantum.

    Parameters
    ----------
    work_flop : float64[n_satellite]
        Assigned or executed work, not negative.
    signature : int32[n_satellite]
        Negative for rows outside the dispatch.
    first, last : int
    out_quanta : int64[n_signature]
        Added to.
    """
    for i in range(first, last):
        if signature[i] >= 0:
            out_quanta[signature[i]] += np.int64(work_flop[i] * PER_QUANTUM + 0.5)


@sweep
def add_rows(matrix, out):
    """Add up each row of a matrix, term after term: float64[n, m] to float64[n]."""
    for i in range(matrix.shape[0]):
        total = 0.0
        for j in range(matrix.shape[1]):
            total += matrix[i, j]
        out[i] = total


@sweep
def add_columns(matrix, weight, out):
    """Add up each column of a matrix, its rows weighted, term after term: float64[n, m] to float64[m]."""
    out[:] = 0.0
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            out[j] += matrix[i, j] * weight[i]


def key_table(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a table (uint64[n_slot], int32[n_slot]) in which the i-th of the given distinct keys has the id i."""
    n_slot = FIRST_SLOTS
    while n_slot < 4 * keys.size:
        n_slot *= 2
    table_key, table_id = np.zeros(n_slot, np.uint64), np.full(n_slot, -1, np.int32)
    collect_keys(keys, 0, keys.size, table_key, table_id)
    return table_key, table_id


def _distinct_keys(key: np.ndarray, first: int, last: int) -> np.ndarray:
    n_slot = FIRST_SLOTS
    while True:
        table_key, table_id = np.zeros(n_slot, np.uint64), np.full(n_slot, -1, np.int32)
        if collect_keys(key, first, last, table_key, table_id) >= 0:
            return table_key[table_id >= 0]
        n_slot *= 4


def merge_supply(
    key: np.ndarray, offer_flop: np.ndarray, ranges: Sequence[tuple[int, int]], run: Callable[..., Iterable] = map
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the signatures of the rows in `ranges`, ordered by key, and the sum of their offers.

    Parameters
    ----------
    key : uint64[n_satellite]
        Satellites of equal key are interchangeable in dispatch.
    offer_flop : float64[n_satellite]
        Whole quanta of it count (`whole_quanta_flop`).
    ranges : sequence of (first, last)
        Rows to count, without overlap; the answer does not depend on how they are cut or ordered.
    run : callable
        `map`, or the `map` of a thread pool: each range is one task.

    Returns
    -------
    signature_key : uint64[n_signature]
    signature : int32[n_satellite]
        -1 outside the ranges.
    supply_flop : float64[n_signature]
        Exact while below 2^53 quanta (9.7e24 FLOP) a signature, rounded once above.

    Raises
    ------
    ModelError
        If the offers could sum to 2^63 quanta.
    """
    largest_flop = float(offer_flop.max(initial=0.0))
    if largest_flop * key.size >= LARGEST_SUM_FLOP:
        raise ModelError(
            f"offers of up to {largest_flop:.3e} FLOP by {key.size} satellites are too many to sum exactly; "
            "take a shorter window",
            quantity="offered_flop",
            value=largest_flop,
            limit=LARGEST_SUM_FLOP / key.size,
        )
    parts = list(run(lambda part: _distinct_keys(key, *part), ranges))
    signature_key = np.unique(np.concatenate([*parts, np.zeros(0, np.uint64)]))
    table_key, table_id = key_table(signature_key)
    signature = np.full(key.size, -1, np.int32)

    def add(part):
        quanta = np.zeros(signature_key.size, np.int64)
        sum_supply(key, offer_flop, table_key, table_id, part[0], part[1], signature, quanta)
        return quanta

    quanta = sum(run(add, ranges), start=np.zeros(signature_key.size, np.int64))
    return signature_key, signature, quanta * WORK_QUANTUM_FLOP


def sum_work(
    work_flop: np.ndarray,
    signature: np.ndarray,
    n_signature: int,
    ranges: Sequence[tuple[int, int]],
    run: Callable[..., Iterable] = map,
) -> np.ndarray:
    """Return float64[n_signature], the work of each signature's satellites, summed in whole quanta [FLOP]."""

    def add(part):
        quanta = np.zeros(n_signature, np.int64)
        sum_by_signature(work_flop, signature, part[0], part[1], quanta)
        return quanta

    return sum(run(add, ranges), start=np.zeros(n_signature, np.int64)) * WORK_QUANTUM_FLOP
