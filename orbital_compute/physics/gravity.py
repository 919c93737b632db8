"""Gravity of the Earth: the attraction of its centre, and its field in spherical harmonics as tables.

The gradient of a harmonic of degree n is itself a sum of harmonics of degree n + 1 (Cunningham). All orders and both
parts are therefore gathered once into a table, and a field costs six products a harmonic. Left out: tides, whose
standing part alone, which a tide-free field lacks, is worth 50-110 m along a low orbit in a week; relativity (20 m).
"""

import math

import numpy as np

from .._jit import point

# EGM96, to which the coefficients belong: Lemoine and others (1998), NASA/TP-1998-206861
EGM96_MU_M3_S2 = 3.986004415e14
EGM96_RADIUS_M = 6378136.3


def unnormalised(cosine, sine):
    """Return coefficients without their normalisation: two float64[degree + 1, order + 1].

    Montenbruck & Gill, Satellite Orbits, §3.2.1.
    """
    cosine, sine = np.array(cosine, float), np.array(sine, float)
    for n in range(cosine.shape[0]):
        for m in range(min(n + 1, cosine.shape[1])):
            factor = math.sqrt((1 if m == 0 else 2) * (2 * n + 1) * math.factorial(n - m) / math.factorial(n + m))
            cosine[n, m] *= factor
            sine[n, m] *= factor
    return cosine, sine


def gradient_table(cosine, sine):
    """Return float64[3, 2, degree + 2, order + 2]: weights of V and W in the three accelerations, over mu/radius².

    `cosine`, `sine` are unnormalised, float64[degree + 1, order + 1]; degrees 0 and 1 do not count. Montenbruck &
    Gill, §3.2.5, sorted by the functions V and W instead of by the coefficients.
    """
    n_degree, n_order = cosine.shape
    table = np.zeros((3, 2, n_degree + 1, n_order + 1))
    x, y, z = table
    for n in range(2, n_degree):
        for m in range(min(n + 1, n_order)):
            c, s, row = cosine[n, m], sine[n, m] if m else 0.0, n + 1
            half = 0.5 if m else 1.0
            x[0, row, m + 1] -= half * c
            x[1, row, m + 1] -= half * s
            y[0, row, m + 1] += half * s
            y[1, row, m + 1] -= half * c
            z[0, row, m] -= (n - m + 1) * c
            z[1, row, m] -= (n - m + 1) * s
            if m:
                below = 0.5 * (n - m + 2) * (n - m + 1)
                x[0, row, m - 1] += below * c
                x[1, row, m - 1] += below * s
                y[0, row, m - 1] += below * s
                y[1, row, m - 1] -= below * c
    return table


def recursion_table(n_row, n_column):
    """Return float64[2, n_row, n_column], factors of the recursion of V and W (Montenbruck & Gill, §3.2.4)."""
    table = np.zeros((2, n_row, n_column))
    for n in range(1, n_row):
        for m in range(min(n, n_column)):
            table[0, n, m] = (2 * n - 1) / (n - m)
            table[1, n, m] = (n + m - 1) / (n - m)
    return table


@point
def central_acceleration(mu_m3_s2, x_m, y_m, z_m):
    """Return the acceleration [m/s²] towards the centre of a sphere, as three numbers."""
    square = x_m * x_m + y_m * y_m + z_m * z_m
    pull = -mu_m3_s2 / (square * math.sqrt(square))
    return pull * x_m, pull * y_m, pull * z_m
