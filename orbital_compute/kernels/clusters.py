"""Clusters of neighbouring rows whose chips work in step: one key, and the slowest member of each.

A cluster is a range of rows; each is done by one thread from its first row to its last, so no sum depends on threads.
"""

import math

import numpy as np

from .._jit import sweep
from ..physics.gang import checkpoint_interval_s, corrupted_share, useful_fraction
from .soft_errors import map_cell, map_value


@sweep
def join_keys(row_first, row_last, ability, n_kind, level_count, key_stride, first, last, key):
    """Give the members of each cluster one key: what the least of them reaches, and what the cluster is able to do.

    Parameters
    ----------
    row_first, row_last : int64[n_cluster]
        Rows of each cluster; they share an orbit and a type.
    ability : int64[n_cluster]
        0 for a cluster that can train nothing: its members keep their own keys.
    n_kind : int
        Types of satellite: the ability times this is added to the type, the lowest digit.
    level_count : int64[n_gateway]
    key_stride : uint64[n_gateway]
        Of `contacts.reach_keys`.
    first, last : int
        Range of clusters.
    key : uint64[n_satellite]
        In and out.
    """
    one, nothing = np.uint64(1), np.uint64(0)
    for c in range(first, last):
        if ability[c] == 0:
            continue
        start, stop = row_first[c], row_last[c]
        joined = key[start]
        differ = nothing
        for i in range(start + 1, stop):
            differ |= key[i] ^ joined
        if differ != nothing:
            for g in range(key_stride.size):
                radix = np.uint64(level_count[g]) + one
                least = joined // key_stride[g] % radix
                own = least
                for i in range(start + 1, stop):
                    least = min(least, key[i] // key_stride[g] % radix)
                joined -= (own - least) * key_stride[g]
        joined += np.uint64(ability[c] * n_kind)
        for i in range(start, stop):
            key[i] = joined


@sweep
def cluster_chips(row_first, row_last, devices, first, last, out_chips):
    """Write the chips that work in each cluster; devices : float32[n_row], out_chips : float64[n_cluster]."""
    for c in range(first, last):
        chips = 0.0
        for i in range(row_first[c], row_last[c]):
            chips += np.float64(devices[i])
        out_chips[c] = chips


@sweep
def slowest_members(row_first, row_last, devices, offer_flop, executed_flop, first, last, out):
    """Write the pace of each cluster's slowest member that has chips at work, and its work together.

    Parameters
    ----------
    row_first, row_last : int64[n_cluster]
    devices : float32[n_row]
        Chips that work.
    offer_flop, executed_flop : float64[n_row]
        Of the window.
    first, last : int
    out : float64[3, n_cluster]
        Least offer of a chip, least executed work of a chip, and executed work of all members [FLOP].
    """
    for c in range(first, last):
        offered, executed, total = math.inf, math.inf, 0.0
        for i in range(row_first[c], row_last[c]):
            total += executed_flop[i]
            chips = np.float64(devices[i])
            if chips > 0.0:
                offered = min(offered, offer_flop[i] / chips)
                executed = min(executed, executed_flop[i] / chips)
        out[0, c] = offered if offered < math.inf else 0.0
        out[1, c] = executed if executed < math.inf else 0.0
        out[2, c] = total


@sweep
def rates_at_rows(tables, orbit, row, direction, cosine, sine, first, last, out_rate):
    """Write the soft errors of a chip [1/s], all kinds, where rows are now.

    Parameters
    ----------
    tables : SoftErrorTables
    orbit : int32[n]
    row : int64[n]
        Which columns of the directions.
    direction : float32[3, n_row]
    cosine, sine : float
        Of the sidereal time of Greenwich.
    first, last : int
    out_rate : float64[n]
    """
    turn_x, turn_y = np.float32(cosine), np.float32(sine)
    for k in range(first, last):
        i, o = row[k], orbit[k]
        cell, north, east = map_cell(
            np.float32(direction[0, i]), np.float32(direction[1, i]), np.float32(direction[2, i]), turn_x, turn_y
        )
        value = np.float64(map_value(tables.maps[tables.orbit_map[o]], np.uint64(cell), north, east))
        out_rate[k] = tables.rate_per_s[o] * (tables.even[o] + tables.gain[o] * value)


@sweep
def gang_intervals(mtbf_s, checkpoint_s, restart_s, first, last, out_interval_s):
    """Write Daly's interval for each mean time between faults; mtbf_s, out_interval_s : float64[n]."""
    for k in range(first, last):
        out_interval_s[k] = checkpoint_interval_s(mtbf_s[k], checkpoint_s, restart_s)


@sweep
def gang_yields(mtbf_s, silent_per_s, interval_s, checkpoint_s, restart_s, first, last, out):
    """Write what is left to gangs that save after each interval, wherever it came from.

    Parameters
    ----------
    mtbf_s, silent_per_s, interval_s : float64[n]
        Mean time between faults, rate of corruption that nothing catches, of the whole gang; work between checkpoints.
    checkpoint_s, restart_s : float
    first, last : int
    out : float64[3, n]
        Useful fraction; share of the time in checkpoints that held; share of the work in struck intervals.
    """
    for k in range(first, last):
        useful = useful_fraction(mtbf_s[k], interval_s[k], checkpoint_s, restart_s)
        out[0, k] = useful
        out[1, k] = useful * checkpoint_s / interval_s[k] if interval_s[k] > 0.0 else 0.0
        out[2, k] = corrupted_share(silent_per_s[k], interval_s[k])
