"""Sums by signature are exact and do not depend on order, cuts or threads; what comes back never exceeds an offer."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from orbital_compute.errors import ModelError
from orbital_compute.kernels.supply import (
    FIRST_SLOTS,
    WORK_QUANTUM_FLOP,
    add_columns,
    add_rows,
    merge_supply,
    return_pro_rata,
    sum_work,
    whole_quanta_flop,
)

WINDOW_OFFER_QUANTA = 6 * 10**10  # a satellite of 2e17 FLOP/s in five minutes


def draw(n, n_key, seed=1):
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, 2**64, n_key, dtype=np.uint64)
    quanta = rng.integers(0, WINDOW_OFFER_QUANTA, n)
    return keys[rng.integers(0, n_key, n)], quanta


def by_dictionary(key, quanta):
    total = {}
    for one, work in zip(key.tolist(), quanta.tolist(), strict=True):
        total[one] = total.get(one, 0) + work
    return total


def test_sums_are_those_of_a_dictionary_of_whole_numbers():
    key, quanta = draw(5000, 300)
    keys, signature, supply_flop = merge_supply(key, quanta * WORK_QUANTUM_FLOP, [(0, 5000)])
    expected = by_dictionary(key, quanta)
    assert keys.tolist() == sorted(expected)
    assert [int(flop / WORK_QUANTUM_FLOP) for flop in supply_flop] == [expected[one] for one in keys.tolist()]
    assert np.array_equal(keys[signature], key)


def test_only_whole_quanta_of_an_offer_count():
    offer_flop = np.array([2.75, 0.5, 3.0]) * WORK_QUANTUM_FLOP
    _, signature, supply_flop = merge_supply(np.array([7, 7, 9], np.uint64), offer_flop, [(0, 3)])
    assert supply_flop.tolist() == [2.0 * WORK_QUANTUM_FLOP, 3.0 * WORK_QUANTUM_FLOP]
    given, quanta = np.zeros(3), np.zeros((1, 3), np.int64)
    open_to = np.ones(2, dtype=bool)
    return_pro_rata(offer_flop, signature, np.ones(2), open_to, np.zeros(3, np.int32), 0, 3, given, quanta)
    assert given.tolist() == [2.0 * WORK_QUANTUM_FLOP, 0.0, 3.0 * WORK_QUANTUM_FLOP]
    assert quanta.tolist() == [[5, 5, 5]]


def test_more_keys_than_the_first_table_holds():
    n = 3 * FIRST_SLOTS
    key = np.random.default_rng(2).permutation(n).astype(np.uint64) << np.uint64(40)  # equal in their lower halves
    keys, signature, supply_flop = merge_supply(key, np.full(n, WORK_QUANTUM_FLOP), [(0, n)])
    assert np.array_equal(keys, np.sort(key))
    assert np.array_equal(keys[signature], key)
    assert (supply_flop == WORK_QUANTUM_FLOP).all()


def test_order_cuts_and_threads_leave_the_bits():
    key, quanta = draw(4000, 150)
    offer_flop = quanta * WORK_QUANTUM_FLOP
    keys, signature, supply_flop = merge_supply(key, offer_flop, [(0, 4000)])
    shuffled = np.random.default_rng(3).permutation(4000)
    with ThreadPoolExecutor(3) as pool:
        answers = [
            merge_supply(key, offer_flop, [(2500, 4000), (0, 7), (7, 2500)]),
            merge_supply(key, offer_flop, [(0, 1000), (1000, 2000), (2000, 4000)], pool.map),
        ]
    for other in answers:
        for one, two in zip(other, (keys, signature, supply_flop), strict=True):
            assert one.tobytes() == two.tobytes()
    other = merge_supply(key[shuffled], offer_flop[shuffled], [(0, 4000)])
    assert other[2].tobytes() == supply_flop.tobytes()
    assert np.array_equal(other[1], signature[shuffled])


def test_rows_outside_the_ranges_stay_out():
    key, quanta = draw(64, 5)
    keys, signature, supply_flop = merge_supply(key, quanta * WORK_QUANTUM_FLOP, [(0, 40)])
    assert (signature[40:] == -1).all()
    assert math.fsum(supply_flop) == quanta[:40].sum() * WORK_QUANTUM_FLOP
    assigned = np.full(64, np.nan)
    shell, by_shell = np.arange(64, dtype=np.int32) // 32, np.zeros((2, 3), dtype=np.int64)
    reachable = keys != keys[0]
    offer_flop = quanta * WORK_QUANTUM_FLOP
    return_pro_rata(offer_flop, signature, np.ones(keys.size), reachable, shell, 0, 64, assigned, by_shell)
    for s in range(2):
        mine = shell == s
        can = mine & (signature > 0)  # the first signature reaches nothing, rows outside have none
        of = [offer_flop[mine].sum(), offer_flop[can].sum(), assigned[mine].sum()]
        assert (by_shell[s] * WORK_QUANTUM_FLOP).tolist() == of
    assert (assigned[40:] == 0.0).all()
    assert np.array_equal(assigned[:40], quanta[:40] * WORK_QUANTUM_FLOP)
    assert math.fsum(sum_work(assigned, signature, keys.size, [(0, 64)])) == math.fsum(supply_flop)


def test_no_satellites():
    keys, signature, supply_flop = merge_supply(np.zeros(0, np.uint64), np.zeros(0), [])
    assert keys.size == signature.size == supply_flop.size == 0
    assert sum_work(np.zeros(0), signature, 0, []).size == 0


def test_sum_beyond_the_whole_numbers_is_refused():
    with pytest.raises(ModelError, match="shorter window") as error:
        merge_supply(np.zeros(10, np.uint64), np.full(10, 1e27), [(0, 10)])
    assert error.value.limit == pytest.approx(2.0**93 / 10)


@pytest.mark.parametrize("share", [0.0, 1e-9, 1 / 3, 0.999999, 1.0 - 1.2e-16, 1.0])
def test_pro_rata_return_is_whole_and_below_offer_and_share(share):
    key, quanta = draw(2000, 1)
    offer_flop = quanta * WORK_QUANTUM_FLOP
    _, signature, supply_flop = merge_supply(key, offer_flop, [(0, 2000)])
    assigned = np.empty(2000)
    shell, by_shell = np.zeros(2000, dtype=np.int32), np.zeros((1, 3), dtype=np.int64)
    return_pro_rata(offer_flop, signature, np.array([share]), np.array([True]), shell, 0, 2000, assigned, by_shell)
    assert by_shell[0, 2] * WORK_QUANTUM_FLOP == assigned.sum()
    assert (assigned <= offer_flop).all()
    assert np.array_equal(assigned, whole_quanta_flop(assigned))
    lost = share * supply_flop[0] - math.fsum(assigned)
    # rounded up: less than one quantum a satellite too much; too little by the 2^-10 that counts as nothing
    assert -2000 * WORK_QUANTUM_FLOP < lost <= 2000 * 2.0**-10 * WORK_QUANTUM_FLOP
    if share > 0.9999999:
        assert np.array_equal(assigned, offer_flop)


def test_work_is_summed_to_the_nearest_quantum():
    work = np.array([0.4, 0.6, 2.5, 1.0]) * WORK_QUANTUM_FLOP
    total = sum_work(work, np.array([0, 0, 1, -1], np.int32), 2, [(0, 2), (2, 4)])
    assert total.tolist() == [1 * WORK_QUANTUM_FLOP, 3 * WORK_QUANTUM_FLOP]


def test_matrix_sums_go_term_after_term():
    rng = np.random.default_rng(4)
    matrix, weight = rng.normal(size=(7, 5)) * 10.0 ** rng.integers(-8, 8, (7, 5)), rng.random(7)
    rows, columns = np.empty(7), np.empty(5)
    add_rows(matrix, rows)
    add_columns(matrix, weight, columns)
    for i in range(7):
        total = 0.0
        for term in matrix[i].tolist():
            total += term
        assert rows[i] == total
    for j in range(5):
        assert columns[j] == pytest.approx(math.fsum(matrix[:, j] * weight), rel=1e-12)
