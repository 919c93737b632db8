"""The Earth's field in spherical harmonics: one sum over degree and order, by Cunningham's recursion."""

import math
from typing import NamedTuple

import numpy as np

from .._jit import sweep
from ..physics.gravity import central_acceleration


class Field(NamedTuple):
    """A field of gravity: tables of `physics.gravity`, and the mu and radius that belong to its coefficients."""

    gradient: np.ndarray  # float64[3, 2, n_row, n_column]
    recursion: np.ndarray  # float64[2, n_row, n_column]
    mu_m3_s2: float
    radius_m: float


@sweep
def field_acceleration(field, x_m, y_m, z_m, work):
    """Return the acceleration [m/s²] at a place in the axes of the Earth, as three numbers.

    Parameters
    ----------
    field : Field
    x_m, y_m, z_m : float
    work : float64[6, n_column]
        Scratch: V and W of the last two rows, and of this one.

    Notes
    -----
    Montenbruck & Gill, §3.2.4 and §3.2.5. Loops run over orders, which do not depend on one another, so that they
    become vector code; sums over degrees and orders keep a fixed order.
    """
    n_row, n_column = field.gradient.shape[2], field.gradient.shape[3]
    square = x_m * x_m + y_m * y_m + z_m * z_m
    scale = field.radius_m / square
    x, y, z, rho = x_m * scale, y_m * scale, z_m * scale, field.radius_m * scale
    a_x, a_y, a_z = 0.0, 0.0, 0.0
    work[:] = 0.0
    old_v, old_w, last_v, last_w, v, w = work[0], work[1], work[2], work[3], work[4], work[5]
    corner_v, corner_w = field.radius_m / math.sqrt(square), 0.0
    last_v[0] = corner_v
    for n in range(1, n_row):
        width = min(n, n_column)
        up, down = field.recursion[0, n], field.recursion[1, n]
        for m in range(width):
            v[m] = up[m] * z * last_v[m] - down[m] * rho * old_v[m]
            w[m] = up[m] * z * last_w[m] - down[m] * rho * old_w[m]
        if n < n_column:
            odd = 2.0 * n - 1.0
            corner_v, corner_w = odd * (x * corner_v - y * corner_w), odd * (x * corner_w + y * corner_v)
            v[n], w[n] = corner_v, corner_w
            width = n + 1
        if n > 2:  # rows of degree 2 and above
            to_x, to_y, to_z = field.gradient[0, :, n], field.gradient[1, :, n], field.gradient[2, :, n]
            for m in range(width):
                a_x += to_x[0, m] * v[m] + to_x[1, m] * w[m]
                a_y += to_y[0, m] * v[m] + to_y[1, m] * w[m]
                a_z += to_z[0, m] * v[m] + to_z[1, m] * w[m]
        old_v, old_w, last_v, last_w, v, w = last_v, last_w, v, w, old_v, old_w
    unit = field.mu_m3_s2 / (field.radius_m * field.radius_m)
    c_x, c_y, c_z = central_acceleration(field.mu_m3_s2, x_m, y_m, z_m)
    return c_x + unit * a_x, c_y + unit * a_y, c_z + unit * a_z
