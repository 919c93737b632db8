"""Soft errors of a window: the anomaly's map along the orbit, drawn events, and the work that they cost.

Each satellite and window has one block of four random words: two decide how many events there are, and by far the
most often that is none; two name the kinds of the first two. All sums are of whole numbers, so neither ranges nor
threads change a bit.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import exp2
from .._random import STREAM_SOFT_ERROR, STREAM_SOFT_ERROR_KIND, philox, uniform, unit
from ..physics.radiation import map_place
from .supply import PER_QUANTUM

LANES = 256  # rows taken together
N_KIND = 3  # silent corruption, uncorrectable memory error, functional interrupt
MAP_ROWS, MAP_COLUMNS = 64, 128  # cells: sine of latitude -1 to 1, longitude mark -1 to 3; both 32 to the unit
EXPOSURE_QUANTUM_FLOP = 2.0**40
MOST_AT_ONCE = 32.0  # events expected in one draw; more are drawn in equal parts
_NEGLIGIBLE = 1e-17  # a probability below the step of the numbers drawn
_PER_EXPOSURE_QUANTUM = 1.0 / EXPOSURE_QUANTUM_FLOP
_WORD = 2.0**-32
_LOG2_E = 1.4426950408889634
_FOUR = np.uint64(4)
_LOW, _HIGH = np.uint64(0xFFFFFFFF), np.uint64(32)
_ONE, _NOTHING, _CELLS = np.float32(1.0), np.float32(0.0), np.float32(32.0)
_LAST_ROW, _LAST_COLUMN = np.float32(63.999996), np.float32(127.99999)  # the numbers below 64 and 128


class SoftErrorTables(NamedTuple):
    """What the fleet's rows share. Rates are those of one working device; kinds come in fixed proportion."""

    maps: np.ndarray  # float32[n_map, 64 x 128 x 4]: a cell's corner, slope east, slope north, and twist
    orbit_map: np.ndarray  # int32[n_orbit], which map
    even: np.ndarray  # float64[n_orbit], share of the rate that comes evenly
    gain: np.ndarray  # float64[n_orbit], times the map's value: the rest, over the orbit's mean rate
    rate_per_s: np.ndarray  # float64[n_orbit], events of all kinds, mean along the orbit
    kind_share: np.ndarray  # float64[2], share of the first kind, and of the first two
    recovery_s: np.ndarray  # float64[3], work of one device lost to an event of each kind
    taint_s: np.ndarray  # float64[3], work of one device spoilt unseen by an event of each kind
    reference_per_s: np.ndarray  # float64[1], the rate that exposure counts as one


class SoftErrorRows(NamedTuple):
    """Rows that fly the same orbit in the same shell, as runs of neighbours; and what their draws hang on."""

    key: np.ndarray  # uint32[n_row], catalogue number or row
    run_first: np.ndarray  # int64[n_run + 1], first row of each run; the last entry is the number of rows
    run_orbit: np.ndarray  # int32[n_run]
    run_shell: np.ndarray  # int32[n_run]


class SoftErrorSky(NamedTuple):
    """One window: which, how long, and how the Earth stands at its middle."""

    seed: int
    window: int
    window_s: float
    cosine: float  # of the sidereal time of Greenwich
    sine: float


class SoftErrorSums(NamedTuple):
    """Sums of a window, each added to."""

    events: np.ndarray  # int64[n_shell, 3]
    exposure: np.ndarray  # int64[n_shell], executed work times rate over reference [2^40 FLOP]
    lost: np.ndarray  # int64[n_signature], work to be done again [work quanta]
    tainted: np.ndarray  # int64[n_signature], work spoilt unseen [work quanta]


@point
def poisson(mean, number):
    """Return how many events a uniform number in [0, 1) stands for, by the inverse of the Poisson law; mean <= 32."""
    term = exp2(-_LOG2_E * mean)  # libm's own exponential differs between processors
    total, count = term, 0
    while number >= total and (term > _NEGLIGIBLE or count < mean):
        count += 1
        term *= mean / count
        total += term
    return count


@point
def map_cell(x, y, z, cosine, sine):
    """Return the cell of the map that a direction lies in, and how far north and east in it; float32 in and out."""
    height, mark = map_place(x, y, z, cosine, sine)
    row = min(max(_CELLS * (height + _ONE), _NOTHING), _LAST_ROW)
    column = min(max(_CELLS * (mark + _ONE), _NOTHING), _LAST_COLUMN)
    whole_row, whole_column = np.int32(row), np.int32(column)
    cell = whole_row * np.int32(MAP_COLUMNS) + whole_column
    return cell, row - np.float32(whole_row), column - np.float32(whole_column)


@point
def map_value(cells, cell, north, east):
    """Return the value of one map, bilinear within its cell; `cell` uint64."""
    k = cell * _FOUR
    corner, slope = cells[k], cells[k + np.uint64(1)]
    return (corner + east * slope) + north * (cells[k + np.uint64(2)] + east * cells[k + np.uint64(3)])


@sweep
def draw_events(sky, kind_share, key, mean, number, first_kind, second_kind, out_kinds):
    """Write how many events of each kind befall a satellite, from the block of its window.

    Parameters
    ----------
    sky : SoftErrorSky
    kind_share : float64[2]
    key : int
    mean : float
        Events expected.
    number, first_kind, second_kind : float
        The window's uniform numbers: for the count, and for the kinds of the first two events.
    out_kinds : int64[3]
    """
    parts = max(math.ceil(mean / MOST_AT_ONCE), 1)
    n_event = poisson(mean / parts, number)
    for part in range(1, parts):
        n_event += poisson(mean / parts, uniform(sky.seed, STREAM_SOFT_ERROR, key, sky.window, part))
    out_kinds[:] = 0
    for event in range(n_event):
        if event < 2:
            pick = second_kind if event else first_kind
        else:
            pick = uniform(sky.seed, STREAM_SOFT_ERROR_KIND, key, sky.window, event)
        out_kinds[(1 if pick >= kind_share[0] else 0) + (1 if pick >= kind_share[1] else 0)] += 1


@sweep
def rates_along(tables, orbit, direction, cosine, sine, first, last, out_rate):
    """Write the rate over its mean in directions from one orbit.

    Parameters
    ----------
    tables : SoftErrorTables
    orbit : int
    direction : float32[n, 3]
        Unit vectors in the equator of date.
    cosine, sine : float32[n]
        Of the sidereal time of Greenwich.
    first, last : int
    out_rate : float64[n]
    """
    cells, even, gain = tables.maps[tables.orbit_map[orbit]], tables.even[orbit], tables.gain[orbit]
    for i in range(first, last):
        cell, north, east = map_cell(direction[i, 0], direction[i, 1], direction[i, 2], cosine[i], sine[i])
        out_rate[i] = even + gain * np.float64(map_value(cells, np.uint64(cell), north, east))


@sweep
def count_soft_errors(sky, tables, rows, direction, devices, executed_flop, signature, first, last, out):
    """Draw the soft errors of a window for a range of rows.

    Parameters
    ----------
    sky : SoftErrorSky
    tables : SoftErrorTables
    rows : SoftErrorRows
    direction : float64[3, n_row] or float32[3, n_row]
        Unit vectors in the equator of date at the middle of the window; rounded to float32.
    devices : float32[n_row]
        Accelerators at work, 0 for a dead satellite.
    executed_flop : float64[n_row]
        Work done in the window.
    signature : int32[n_row]
        Negative: its lost work is not asked for.
    first, last : int
        Rows of the range.
    out : SoftErrorSums
    """
    north, east, value = np.empty(LANES, np.float32), np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    cell, mean = np.empty(LANES, np.int64), np.empty(LANES)
    number, first_kind, second_kind = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    events = np.empty(N_KIND, np.int64)
    seed = np.uint64(sky.seed)
    key_a, key_b, stream, window = seed & _LOW, seed >> _HIGH, np.uint64(STREAM_SOFT_ERROR), np.uint64(sky.window)
    cosine, sine = np.float32(sky.cosine), np.float32(sky.sine)
    run = np.searchsorted(rows.run_first, first, "right") - 1
    start = first
    while start < last:
        while rows.run_first[run + 1] <= start:
            run += 1
        n = min(LANES, min(last, rows.run_first[run + 1]) - start)
        orbit, shell = rows.run_orbit[run], rows.run_shell[run]
        cells, even, gain = tables.maps[tables.orbit_map[orbit]], tables.even[orbit], tables.gain[orbit]
        expected = tables.rate_per_s[orbit] * sky.window_s
        weight = tables.rate_per_s[orbit] / tables.reference_per_s[0] * _PER_EXPOSURE_QUANTUM
        part = slice(start, start + n)  # indices of slices are known to be positive: no choice, hence vector code
        x, y, z, own_key = direction[0, part], direction[1, part], direction[2, part], rows.key[part]
        work_flop, working = executed_flop[part], devices[part]
        for k in range(n):
            at, north[k], east[k] = map_cell(np.float32(x[k]), np.float32(y[k]), np.float32(z[k]), cosine, sine)
            cell[k] = np.int64(at)
        for k in range(n):
            value[k] = map_value(cells, np.uint64(cell[k]), north[k], east[k])
        exposure = np.int64(0)
        for k in range(n):
            relative = even + gain * np.float64(value[k])
            mean[k] = expected * relative * np.float64(working[k])
            exposure += np.int64(work_flop[k] * relative * weight + 0.5)
        out.exposure[shell] += exposure
        for k in range(n):
            w = philox(key_a, key_b, stream, np.uint64(own_key[k]), window, np.uint64(0))
            number[k] = unit(w[0], w[1])
            first_kind[k], second_kind[k] = np.float64(w[2]) * _WORD, np.float64(w[3]) * _WORD
        for k in range(n):
            if number[k] + mean[k] < 1.0:  # e^-m >= 1 - m: no event, and no exponential needed to know it
                continue
            i = start + k
            draw_events(sky, tables.kind_share, rows.key[i], mean[k], number[k], first_kind[k], second_kind[k], events)
            recovery_s, taint_s = 0.0, 0.0
            for kind in range(N_KIND):
                out.events[shell, kind] += events[kind]
                recovery_s += events[kind] * tables.recovery_s[kind]
                taint_s += events[kind] * tables.taint_s[kind]
            if signature[i] >= 0 and devices[i] > _NOTHING:
                share = 1.0 / (np.float64(devices[i]) * sky.window_s)  # of the row's work, a second of one device
                quanta = executed_flop[i] * PER_QUANTUM
                out.lost[signature[i]] += np.int64(quanta * min(recovery_s * share, 1.0) + 0.5)
                out.tainted[signature[i]] += np.int64(quanta * min(taint_s * share, 1.0) + 0.5)
        start += n
