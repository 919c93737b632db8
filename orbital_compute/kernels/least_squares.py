"""Small least-squares problems, many side by side."""

import math

import numpy as np

from .._jit import sweep


@sweep
def solve_rows(columns, residual, first, last, out):
    """Write the unknowns that leave the least squares, for rows first to last.

    Parameters
    ----------
    columns : float64[n, n_unknown, n_value]
        Derivatives of the values by each unknown, of full rank; overwritten.
    residual : float64[n, n_value]
        What the unknowns are to explain; overwritten by what they leave.
    first, last : int
    out : float64[n, n_unknown]

    Notes
    -----
    Modified Gram-Schmidt. Every sum runs in order, so that the bits depend on no library.
    """
    n_unknown, n_value = columns.shape[1], columns.shape[2]
    upper, right = np.zeros((n_unknown, n_unknown)), np.zeros(n_unknown)
    for i in range(first, last):
        for j in range(n_unknown):
            square = 0.0
            for t in range(n_value):
                square += columns[i, j, t] * columns[i, j, t]
            upper[j, j] = math.sqrt(square)
            for t in range(n_value):
                columns[i, j, t] /= upper[j, j]
            for k in range(j + 1, n_unknown + 1):
                other = residual[i] if k == n_unknown else columns[i, k]
                share = 0.0
                for t in range(n_value):
                    share += columns[i, j, t] * other[t]
                for t in range(n_value):
                    other[t] -= share * columns[i, j, t]
                if k == n_unknown:
                    right[j] = share
                else:
                    upper[j, k] = share
        for j in range(n_unknown - 1, -1, -1):
            rest = right[j]
            for k in range(j + 1, n_unknown):
                rest -= upper[j, k] * out[i, k]
            out[i, j] = rest / upper[j, j]
