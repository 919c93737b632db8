"""Least squares by rows against a library's."""

import numpy as np
import pytest

from orbital_compute.kernels.least_squares import solve_rows


def test_rows_against_the_librarys_answer():
    rng = np.random.default_rng(5)
    columns, wanted = rng.standard_normal((3, 4, 20)), rng.standard_normal((3, 20))
    columns[1] *= np.array([1e-9, 1.0, 1e6, 1e12])[:, None]  # unknowns of very different size
    answers = [np.linalg.lstsq(columns[i].T, wanted[i], rcond=None)[0] for i in range(2)]
    left = wanted[0] - columns[0].T @ answers[0]
    out, residual = np.full((3, 4), -1.0), wanted.copy()
    solve_rows(columns.copy(), residual, 0, 2, out)
    assert out[0] == pytest.approx(answers[0], rel=1e-12)
    assert out[1] == pytest.approx(np.linalg.lstsq(columns[1].T / [1e-9, 1, 1e6, 1e12], wanted[1], rcond=None)[0]
                                   / [1e-9, 1, 1e6, 1e12], rel=1e-10)  # fmt: skip
    assert residual[0] == pytest.approx(left, abs=1e-13)
    assert (out[2] == -1.0).all()
    assert (residual[2] == wanted[2]).all()


def test_exact_values_leave_nothing():
    rng = np.random.default_rng(6)
    columns, truth = rng.standard_normal((1, 3, 10)), np.array([1.0, -2.0, 0.5])
    residual = (truth @ columns[0])[None]
    out = np.empty((1, 3))
    solve_rows(columns, residual, 0, 1, out)
    assert out[0] == pytest.approx(truth, rel=1e-12)
    assert np.abs(residual).max() < 1e-13
