"""The matrix of a programme by columns, against the same matrix filled in place by place."""

import numpy as np

from orbital_compute.kernels.columns import fill_columns, most_by_arc


def test_columns_hold_draws_routes_and_arcs_in_rising_rows():
    """Two draws, two routes of groups 1 and 0 for demands 0 and 1; the second uses arcs in rows 6 and 5, given so."""
    n_group, uses = 3, (np.array([1, 0, 1, -1, 0]), np.array([6, 5, 5, 6, -1]), np.array([0.5, 1.0, 0.25, 9.0, 9.0]))
    start, row, entry = np.empty(5, np.int32), np.empty(11, np.int32), np.empty(11)
    n = fill_columns(np.array([0, 2]), np.array([1, 0]), np.array([0, 1]), n_group, *uses, start, row, entry)
    wanted = np.zeros((7, 4))
    wanted[[0, 2], [0, 1]] = -1.0
    wanted[[1, 3, 5], 2] = 1.0
    wanted[[0, 4, 5, 6], 3] = 1.0, 1.0, 0.25, 0.5
    found = np.zeros((7, 4))
    for column in range(4):
        part = slice(start[column], start[column + 1])
        found[row[part], column] = entry[part]
        assert (np.diff(row[part]) > 0).all()
    assert n == start[-1] == np.count_nonzero(wanted)
    assert np.array_equal(found, wanted)


def test_an_arc_carries_at_most_each_demand_by_its_widest_route():
    """Demand 0 of 10 FLOP by routes of 2 and 3 bits a FLOP over arc 0; demand 1 of 4 by one of 5; arc 1 by none."""
    by_demand, bits = np.empty((2, 2)), np.empty(2)
    uses = np.array([0, 1, 2, 3]), np.array([0, 0, 0, 1]), np.array([2.0, 3.0, 5.0, 7.0])
    most_by_arc(
        *uses, np.array([True, True, True, False]), np.array([0, 0, 1, 1]), np.array([10.0, 4.0]), by_demand, bits
    )
    assert by_demand.tolist() == [[3.0, 5.0], [0.0, 0.0]]
    assert bits.tolist() == [50.0, 0.0]
