"""SGP4 over many satellites near the Earth: their terms once, then their places in every window."""

import numpy as np

from .._jit import sweep
from ..physics.sgp4 import MeanElements, NearEarth, near_earth, place_near_earth

N_TERM = len(NearEarth._fields)


@sweep
def near_earth_terms(elements, first, last, out):
    """Work out the terms of a range of rows: float64[n, fields of MeanElements] to float64[n, N_TERM]."""
    for i in range(first, last):
        e = elements[i]
        found = near_earth(MeanElements(e[0], e[1], e[2], e[3], e[4], e[5], e[6], e[7], e[8], e[9], e[10], e[11]))
        for k, value in enumerate(found):
            out[i, k] = value


@sweep
def fly_near_earth(terms, row, epoch_min, minutes, first, last, out_path, out_answer):
    """Write the places of satellites, and their tracks, at the times of a window.

    Parameters
    ----------
    terms : float64[n, N_TERM]
    row : int64[n]
        Row of the fleet of each.
    epoch_min : float64[n]
        Minutes from each one's epoch to the start of the run.
    minutes : float64[n_time]
        After the start of the run.
    first, last : int
    out_path : float64[n_time, 6, n_row]
        Positions [m], and along-track directions times radius [m].
    out_answer : int8[n]
        0, or why the first time that cannot be reached cannot (`physics.sgp4`).
    """
    for i in range(first, last):
        t = terms[i]
        n = NearEarth(
            t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13], t[14], t[15], t[16],
            t[17], t[18], t[19], t[20], t[21], t[22], t[23], t[24], t[25], t[26], t[27], t[28], t[29],
        )  # fmt: skip
        out_answer[i] = 0
        for k in range(minutes.size):
            place = place_near_earth(n, epoch_min[i] + minutes[k])
            j = row[i]
            out_path[k, 0, j] = 1e3 * place.x_km
            out_path[k, 1, j] = 1e3 * place.y_km
            out_path[k, 2, j] = 1e3 * place.z_km
            radius_m = 1e3 * np.sqrt(place.x_km**2 + place.y_km**2 + place.z_km**2)
            out_path[k, 3, j] = radius_m * place.along_x
            out_path[k, 4, j] = radius_m * place.along_y
            out_path[k, 5, j] = radius_m * place.along_z
            if place.answer != 0 and out_answer[i] == 0:
                out_answer[i] = place.answer
