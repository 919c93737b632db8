"""Positions of the orbit theory and the light on any positions, a range of rows at a time."""

import numpy as np

from .._jit import sweep
from ..physics.occultation import visible_disc_fraction
from ..physics.orbit import Orbit, Slot, anchor_orbit, orbit_path

LANES = 32  # times taken together


@sweep
def positions(orbit_table, orbit_index, own, times_s, first, last, out_r):
    """Write the positions [m] in the equator of date of rows first to last.

    Parameters
    ----------
    orbit_table : float64[n_orbit, 13]
        Fields of `Orbit`, from `physics.orbit.orbit_table`.
    orbit_index : int[n]
        Which orbit each row flies.
    own : float64[n, 4]
        Fields of `Slot` at the epoch.
    times_s : float64[n_time]
        Seconds after the epoch; the slow angles are taken anew at each, so any span holds.
    first, last : int
        Rows first, first + 1, ..., last - 1.
    out_r : float64[n, n_time, 3]
    """
    n_time = times_s.shape[0]
    time_s, x_m, y_m, z_m = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for i in range(first, last):
        o = orbit_table[orbit_index[i]]
        orbit = Orbit(o[0], o[1], o[2], o[3], o[4], o[5], o[6], o[7], o[8], o[9], o[10], o[11], o[12])
        slot = Slot(own[i, 0], own[i, 1], own[i, 2], own[i, 3])
        for start in range(0, n_time, LANES):
            for k in range(LANES):
                time_s[k] = times_s[min(start + k, n_time - 1)]
            for k in range(LANES):  # into small buffers of its own, so that it becomes vector code: 7 times faster
                anchor = anchor_orbit(orbit, slot, time_s[k])
                path = orbit_path(orbit, slot, anchor, time_s[k], 0.0)
                x_m[k], y_m[k], z_m[k] = path.x_m, path.y_m, path.z_m
            for k in range(min(LANES, n_time - start)):
                out_r[i, start + k, 0] = x_m[k]
                out_r[i, start + k, 1] = y_m[k]
                out_r[i, start + k, 2] = z_m[k]


@sweep
def turn(matrix, first, last, r):
    """Turn the vectors r : float64[n, n_time, 3] of rows first to last in place by matrix : float64[n_time, 3, 3]."""
    for i in range(first, last):
        for k in range(r.shape[1]):
            x, y, z = r[i, k, 0], r[i, k, 1], r[i, k, 2]
            for j in range(3):
                r[i, k, j] = matrix[k, j, 0] * x + matrix[k, j, 1] * y + matrix[k, j, 2] * z


@sweep
def illuminate(r_m, to_pole, sun, sun_distance_m, pole_stretch, first, last, out_share):
    """Write the share of the Sun's disc in view from positions of rows first to last.

    Parameters
    ----------
    r_m : float64[n, n_time, 3]
        Positions [m] in any axes.
    to_pole : float64[n_time, 3, 3]
        Turns these axes into ones whose z is the pole.
    sun : float64[n_time, 3]
        Direction of the Sun in the axes of the pole.
    sun_distance_m : float64[n_time]
    pole_stretch : float
        Equatorial over polar radius of the Earth.
    out_share : float64[n, n_time]
    """
    for i in range(first, last):
        for k in range(r_m.shape[1]):
            x, y, z = r_m[i, k, 0], r_m[i, k, 1], r_m[i, k, 2]
            out_share[i, k] = visible_disc_fraction(
                to_pole[k, 0, 0] * x + to_pole[k, 0, 1] * y + to_pole[k, 0, 2] * z,
                to_pole[k, 1, 0] * x + to_pole[k, 1, 1] * y + to_pole[k, 1, 2] * z,
                to_pole[k, 2, 0] * x + to_pole[k, 2, 1] * y + to_pole[k, 2, 2] * z,
                sun[k, 0],
                sun[k, 1],
                sun[k, 2],
                sun_distance_m[k],
                pole_stretch,
            )
