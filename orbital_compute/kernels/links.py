"""Links between satellites and to the ground: who has a free terminal, which links hold, how long they are.

A link joins two rows and is listed once. A port is one terminal of a satellite; rows of `neighbour` and `link` have one
column for each, filled from the left. A port that is not used names its own row, and link -1.
"""

import math

import numpy as np

from .._jit import sweep
from ..physics.sight import Mover, lowest_radius_m, slew_rate_rad_s


@sweep
def grant_terminals(row_a, row_b, terminals, out_port_a, out_port_b):
    """Give each link, in the order listed, a terminal at both ends, where both ends have one free.

    Parameters
    ----------
    row_a, row_b : int32[n_link]
    terminals : int32[n_satellite]
    out_port_a, out_port_b : int32[n_link]
        The port at either end; -1 for a link that found none.
    """
    used = np.zeros(terminals.size, np.int32)
    for k in range(row_a.size):
        a, b = row_a[k], row_b[k]
        free = a != b and used[a] < terminals[a] and used[b] < terminals[b]
        out_port_a[k] = used[a] if free else -1
        out_port_b[k] = used[b] if free else -1
        if free:
            used[a] += 1
            used[b] += 1


@sweep
def link_lengths(row_a, row_b, r_m, v_m_s, least_radius_m, longest_m, slew_limit_rad_s, first, last, out_m):
    """Write the length of each link, infinite where it cannot hold.

    Parameters
    ----------
    row_a, row_b : int32[n_link]
    r_m, v_m_s : float64[n_satellite, 3]
        Places [m] and velocities [m/s] in axes that do not turn.
    least_radius_m, longest_m, slew_limit_rad_s : float
        A link holds while its line stays this far from the Earth's centre, while it is at most so long, and while
        neither end turns its terminal faster.
    first, last : int
        Range of links.
    out_m : float64[n_link]
    """
    for k in range(first, last):
        a, b = row_a[k], row_b[k]
        at = Mover(r_m[a, 0], r_m[a, 1], r_m[a, 2], v_m_s[a, 0], v_m_s[a, 1], v_m_s[a, 2])
        to = Mover(r_m[b, 0], r_m[b, 1], r_m[b, 2], v_m_s[b, 0], v_m_s[b, 1], v_m_s[b, 2])
        dx, dy, dz = to.x - at.x, to.y - at.y, to.z - at.z
        square_m2 = dx * dx + dy * dy + dz * dz
        square_a_m2 = at.x * at.x + at.y * at.y + at.z * at.z
        square_b_m2 = to.x * to.x + to.y * to.y + to.z * to.z
        low_m = lowest_radius_m(square_a_m2, square_b_m2, square_m2)
        turn_rad_s = max(slew_rate_rad_s(at, to), slew_rate_rad_s(to, at))
        length_m = math.sqrt(square_m2)
        holds = low_m >= least_radius_m and length_m <= longest_m and turn_rad_s <= slew_limit_rad_s
        out_m[k] = length_m if holds else np.inf


@sweep
def port_lengths(link, length_m, first, last, out_m):
    """Write the length of the link at each port.

    Parameters
    ----------
    link : int32[n_satellite, n_port]
    length_m : float64[n_link]
    first, last : int
        Range of satellites.
    out_m : float64[n_satellite, n_port]
        Infinite at a port that is not used.
    """
    for i in range(first, last):
        for p in range(link.shape[1]):
            k = link[i, p]
            out_m[i, p] = length_m[k] if k >= 0 else np.inf


@sweep
def slant_ranges(r_m, place_m, up, least_sine, longest_m, first, last, out_m):
    """Write how far each satellite is from a place on the ground, infinite where they do not see one another.

    Parameters
    ----------
    r_m : float64[n_satellite, 3]
    place_m, up : float64[3]
        The place [m] and its vertical, in the same axes.
    least_sine : float
        Sine of the least elevation.
    longest_m : float
        Longest range [m].
    first, last : int
        Range of satellites.
    out_m : float64[n_satellite]
    """
    for i in range(first, last):
        dx, dy, dz = r_m[i, 0] - place_m[0], r_m[i, 1] - place_m[1], r_m[i, 2] - place_m[2]
        range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
        rise_m = dx * up[0] + dy * up[1] + dz * up[2]
        out_m[i] = range_m if rise_m >= least_sine * range_m and range_m <= longest_m else np.inf
