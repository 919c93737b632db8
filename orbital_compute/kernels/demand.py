"""Requests as a running sum: daily wave and week by local solar time, growth, hourly Gamma noise, integrated exactly.

A cell of the table is an hour of UTC, or the part of one before or after a date at which growth changes its pace.
"""

from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import exp2, fma, sincos_turn
from .._random import STREAM_DEMAND, normal

DAY_S = 86400.0
WEEK_S = 7.0 * DAY_S
TURN_RAD = 6.283185307179586
WEEKEND = 2.0 / 7.0  # of a week
LN_2 = 0.6931471805599453


class Wave(NamedTuple):
    """How requests of each class and region come and go. Turns are phases at the start of the run, 0 to 1."""

    rate_per_s: np.ndarray  # float64[n_class, n_region], mean
    amplitude: np.ndarray  # float64[n_class], of the day
    turn: np.ndarray  # float64[n_class, n_region], 0 at the daily peak
    weekly: np.ndarray  # float64[n_class], a working day's demand less a weekend day's, over the mean
    week_turn: np.ndarray  # float64[n_region], 0 as Saturday begins


class Pair(NamedTuple):
    """`Wave` for one class and region."""

    rate_per_s: float
    amplitude: float
    turn: float
    weekly: float
    week_turn: float


class Cells(NamedTuple):
    """Edges of the table's cells, and what is constant or begins in each; c counts cells."""

    edge_s: np.ndarray  # float64[n_cell + 1], after the start of the run
    hour: np.ndarray  # int64[n_cell], from 1970; it keys the noise, so that two runs share the hours they share
    growth_log2: np.ndarray  # float64[n_cell, n_class], of the growth factor as the cell begins
    growth_per_s: np.ndarray  # float64[n_cell, n_class], relative growth inside it


@point
def gamma_noise(variation, standard_normal):
    """Return a Gamma variable of mean one from a standard normal, by Wilson and Hilferty (1931), PNAS 17, 684.

    X = (1 - u + z √u)³/(1 - u³), u = variation²/9, never below zero. The divisor makes the mean one (cutting at zero
    adds 4e-7 at variation 0.8 and 2e-5 at 1); the variance falls short by 3e-5 at variation 0.3 and 1.3e-3 at 1,
    quantiles between 5 and 95 % err by 0.4 % at variation 0.5.
    """
    u = variation * variation / 9.0
    root = max(fma(standard_normal, variation / 3.0, 1.0 - u), 0.0)
    return root * root * root / (1.0 - u * u * u)


@point
def waved_s(amplitude, turn, time_s):
    """Return ∫ [1 + A cos 2π(turn + t/day)] dt from a fixed start to `time_s`, up to a constant [s]."""
    sine, _ = sincos_turn(turn + time_s / DAY_S)
    return fma(amplitude * DAY_S / TURN_RAD, sine, time_s)


@point
def weekly_term(weekly, week_turn, time_s):
    """Return the week's term of demand: 2/7 of `weekly` on working days, -5/7 on Saturday and Sunday; mean zero."""
    turn = week_turn + time_s / WEEK_S
    return weekly * (WEEKEND - 1.0) if turn - np.floor(turn) < WEEKEND else weekly * WEEKEND


@point
def weekly_s(weekly, week_turn, time_s):
    """Return ∫ of `weekly_term` from the last Saturday's begin to `time_s` [s]; zero over whole weeks."""
    turn = week_turn + time_s / WEEK_S
    turn -= np.floor(turn)
    since = (WEEKEND - 1.0) * turn if turn < WEEKEND else WEEKEND * (turn - 1.0)
    return weekly * WEEK_S * since


@point
def grown_s(growth_per_s, length_s):
    """Return ∫ (e^(γ τ) - 1) dτ from 0 to `length_s` [s], by its series: error below 1e-15 for |γ τ| < 0.01."""
    y = growth_per_s * length_s
    return length_s * y * fma(y, fma(y, fma(y, fma(y, 1.0 / 720.0, 1.0 / 120.0), 1.0 / 24.0), 1.0 / 6.0), 0.5)


@point
def grown_wave_s(amplitude, turn, growth_per_s, start_s, length_s):
    """Return ∫ (e^(γ τ) - 1) A cos 2π(turn + t/day) dτ over a length from `start_s` on [s], γ not 0."""
    pace = TURN_RAD / DAY_S
    sine_0, cosine_0 = sincos_turn(turn + start_s / DAY_S)
    sine_1, cosine_1 = sincos_turn(turn + (start_s + length_s) / DAY_S)
    end = exp2(growth_per_s * length_s / LN_2) * fma(growth_per_s, cosine_1, pace * sine_1)
    whole = (end - fma(growth_per_s, cosine_0, pace * sine_0)) / fma(growth_per_s, growth_per_s, pace * pace)
    return amplitude * (whole - (sine_1 - sine_0) / pace)


@point
def extra_s(pair, growth_per_s, start_s, length_s):
    """Return what week and growth inside a cell add to the wave's integral [s]; the cell is shorter than two days.

    The weekly term is one value before an edge of the weekend and another after it; the edge follows from the term's
    integral, which is known.
    """
    end_s = start_s + length_s
    week_s = weekly_s(pair.weekly, pair.week_turn, end_s) - weekly_s(pair.weekly, pair.week_turn, start_s)
    before, after = weekly_term(pair.weekly, pair.week_turn, start_s), weekly_term(pair.weekly, pair.week_turn, end_s)
    edge_s = (week_s - after * length_s) / (before - after) if before != after else length_s
    if growth_per_s == 0.0:
        return week_s
    early_s, all_s = grown_s(growth_per_s, edge_s), grown_s(growth_per_s, length_s)
    steps_s = all_s + before * early_s + after * (all_s - early_s)
    return week_s + steps_s + grown_wave_s(pair.amplitude, pair.turn, growth_per_s, start_s, length_s)


@point
def cell_requests(pair, noise, growth_log2, growth_per_s, start_s, end_s):
    """Return the requests from the start of a cell to a time in it."""
    spent_s = waved_s(pair.amplitude, pair.turn, end_s) - waved_s(pair.amplitude, pair.turn, start_s)
    more_s = extra_s(pair, growth_per_s, start_s, end_s - start_s)
    return pair.rate_per_s * noise * exp2(growth_log2) * (spent_s + more_s)


@point
def _pair(wave, k, r):
    """Return the row of a class and region."""
    return Pair(wave.rate_per_s[k, r], wave.amplitude[k], wave.turn[k, r], wave.weekly[k], wave.week_turn[r])


@sweep
def demand_table(seed, wave, cells, variation, first, last, out_noise, out_requests):
    """Fill the noise of each cell and the running sum of requests at its edges, for classes first to last.

    Parameters
    ----------
    wave : Wave
    cells : Cells
    variation : float64[n_class]
        Standard deviation over mean of the hourly noise.
    out_noise : float64[n_cell, n_class, n_region]
    out_requests : float64[n_cell + 1, n_class, n_region]
        Row 0 holds the sums to start from.
    """
    for k in range(first, last):
        for r in range(wave.rate_per_s.shape[1]):
            pair, total = _pair(wave, k, r), out_requests[0, k, r]
            for c in range(cells.hour.size):
                noise = gamma_noise(variation[k], normal(seed, STREAM_DEMAND, k, r, cells.hour[c]))
                total += cell_requests(
                    pair, noise, cells.growth_log2[c, k], cells.growth_per_s[c, k], cells.edge_s[c], cells.edge_s[c + 1]
                )
                out_noise[c, k, r] = noise
                out_requests[c + 1, k, r] = total


@sweep
def requests_until(time_s, cell, wave, cells, noise, requests, first, last, out):
    """Fill float64[n_class, n_region], the running sum at a time in a cell; the table is as `demand_table` fills it."""
    for k in range(first, last):
        for r in range(wave.rate_per_s.shape[1]):
            out[k, r] = requests[cell, k, r] + cell_requests(
                _pair(wave, k, r), noise[cell, k, r], cells.growth_log2[cell, k], cells.growth_per_s[cell, k],
                cells.edge_s[cell], time_s,
            )  # fmt: skip
