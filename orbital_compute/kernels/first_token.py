"""How long the first token of an answer takes: round trip, wait for a free slot and prompt, as counts by bins.

Counts are whole quanta of a request, so that they do not depend on the order in which they are added.
"""

from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import exp2
from ..physics.queueing import chance_of_wait, mean_wait_mgk_s, mean_wait_within_s
from .contacts import MILLISECONDS, N_BIN

REQUEST_QUANTA = 1024  # parts of a request
LOG2_E = 1.4426950408889634


class Lines(NamedTuple):
    """Rows (class, region) of a window: how requests wait, and what is asked of their first token."""

    chance: np.ndarray  # float64[n_row], that a request waits for a slot
    delay_s: np.ndarray  # float64[n_row], mean wait of those that do
    prompt_s: np.ndarray  # float64[n_row]
    limit_s: np.ndarray  # float64[n_row], of the time to the first token; inf for none
    slo_age: np.ndarray  # float64[n_row], most windows in the queue within the service level; inf for any


class Slots(NamedTuple):
    """What holds the requests of rows (class, region) while they are answered."""

    rate_flop_s: np.ndarray  # float64[n_row], of the devices behind one slot
    held_s: np.ndarray  # float64[n_row], mean time for which a request holds one
    variation: np.ndarray  # float64[n_row], standard deviation over mean of that time


@point
def decayed(time_s, delay_s):
    """Return e^(-t/d); 0 where nobody waits."""
    return exp2(max(-time_s * LOG2_E / delay_s, -1000.0)) if delay_s > 0.0 else 0.0


@point
def round_trip_of_s(place):
    """Return the round trip [s] that a bin of the histogram stands for: its middle, the edge of the open last one."""
    return (place + 0.5 if place < N_BIN - 1 else float(place)) / MILLISECONDS


@sweep
def wait_for_slots(slots, capacity_flop, utilisation, window_s, first, last, out_chance, out_delay_s):
    """Write how requests of rows first to last wait for a slot at a window's utilisation; no chance without capacity.

    Slots are cut to a whole number, one at least, at the same utilisation.

    Parameters
    ----------
    slots : Slots
    capacity_flop, utilisation : float64[n_row]
        Of the nodes that a row has.
    window_s : float
    out_chance : float64[n_row]
        That a request waits.
    out_delay_s : float64[n_row]
        Mean wait of those that do.
    """
    for k in range(first, last):
        out_chance[k], out_delay_s[k] = 0.0, 0.0
        if capacity_flop[k] > 0.0:
            held_s, variation = slots.held_s[k], slots.variation[k]
            servers = max(int(capacity_flop[k] / (window_s * slots.rate_flop_s[k])), 1)
            load = min(utilisation[k], 1.0) * servers
            out_chance[k] = chance_of_wait(servers, load)
            steady_s = mean_wait_mgk_s(servers, load, held_s, variation) / max(out_chance[k], 1e-300)
            out_delay_s[k] = min(steady_s, mean_wait_within_s(servers, held_s, variation, window_s))


@sweep
def first_tokens(round_trip_quanta, answered, window_s, lines, edge_s, first, last, out_quanta, out_in_time):
    """Count the requests answered in a window by the time to their first token, for rows first to last.

    A request waits its whole windows in the queue, then round trip, wait for a slot (P(W > t) = C e^(-t/d)) and prompt
    come on top of one another.

    Parameters
    ----------
    round_trip_quanta : int64[n_row, N_BIN]
        Weights of the round trips; a row without any counts nothing.
    answered : int64[n_age, n_row]
        Requests by whole windows that they stood in the queue.
    window_s : float
    lines : Lines
    edge_s : float64[n_bin]
        Lower edges of the bins, the first 0; the last bin is open.
    out_quanta : int64[n_row, n_bin]
        Added to: the quanta of each row and window are those of its requests, exactly.
    out_in_time : int64[n_row]
        Quanta within limit and service level, set.
    """
    for row in range(first, last):
        out_in_time[row] = 0
        weight = round_trip_quanta[row].sum()
        if weight == 0:
            continue
        lowest = 0
        while round_trip_quanta[row, lowest] == 0:
            lowest += 1
        for age in range(answered.shape[0]):
            quanta = answered[age, row] * REQUEST_QUANTA
            if quanta == 0:
                continue
            shift_s = lines.prompt_s[row] + age * window_s
            _spread(
                round_trip_quanta[row], weight, lowest, quanta, shift_s, lines.chance[row], lines.delay_s[row], edge_s,
                out_quanta[row],
            )  # fmt: skip
            if age <= lines.slo_age[row]:
                share = _share_within(
                    round_trip_quanta[row], weight, lowest, lines.limit_s[row] - shift_s, lines.chance[row],
                    lines.delay_s[row],
                )  # fmt: skip
                out_in_time[row] += np.int64(quanta * share + 0.5)


@sweep
def _spread(round_trips, weight, lowest, quanta, shift_s, chance, delay_s, edge_s, out_quanta):
    """Add the quanta of one age to the bins, as differences of the rounded distribution at their edges."""
    begun, waiting, before = 0, 0.0, 0
    place, reached_s = lowest, 0.0
    for j in range(1, edge_s.size):
        time_s = edge_s[j] - shift_s
        if time_s < round_trip_of_s(lowest):
            continue
        waiting *= decayed(time_s - reached_s, delay_s)
        while place < round_trips.size and round_trip_of_s(place) <= time_s:
            if round_trips[place] > 0:
                begun += round_trips[place]
                waiting += round_trips[place] * decayed(time_s - round_trip_of_s(place), delay_s)
            place += 1
        reached_s = time_s
        below = max(np.int64(quanta * (begun - chance * waiting) / weight + 0.5), before)
        out_quanta[j - 1] += below - before
        before = below
    out_quanta[edge_s.size - 1] += quanta - before


@sweep
def _share_within(round_trips, weight, lowest, left_s, chance, delay_s):
    """Return the share of requests whose round trip and wait take at most `left_s` together."""
    within = 0.0
    for place in range(lowest, round_trips.size):
        time_s = left_s - round_trip_of_s(place)
        if time_s < 0.0:
            break
        if round_trips[place] > 0:
            within += round_trips[place] * (1.0 - chance * decayed(time_s, delay_s))
    return within / weight
