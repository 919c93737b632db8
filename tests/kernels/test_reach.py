"""Who can use which group, against NumPy's reductions."""

import numpy as np
import pytest

from orbital_compute.kernels.reach import any_by_group, any_by_signature, best_by_signature, least_by_group


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (3, 40)])
def test_reductions_are_those_of_numpy(shape):
    rng = np.random.default_rng(3)
    feasible = rng.random(shape) < 0.3
    row, column = rng.random(shape[0]), rng.random(shape[1])
    least, best = np.empty(shape[1]), np.empty(shape[0])
    least_by_group(feasible, row, least)
    best_by_signature(feasible, column, best)
    assert np.array_equal(least, np.where(feasible, row[:, None], np.inf).min(axis=0))
    assert np.array_equal(best, np.where(feasible, column, -np.inf).max(axis=1))
    of_group, of_signature = np.empty(shape[1], bool), np.empty(shape[0], bool)
    any_by_group(feasible, row < 0.5, of_group)
    any_by_signature(feasible, column < 0.5, of_signature)
    assert np.array_equal(of_group, (feasible & (row < 0.5)[:, None]).any(axis=0))
    assert np.array_equal(of_signature, (feasible & (column < 0.5)).any(axis=1))
