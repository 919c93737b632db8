"""Gangs event by event: faults, checkpoints and restarts drawn one after another, to try Daly's formula on.

A gang works τ, saves for δ, and so on. A fault at any moment of this throws it back to the last checkpoint; the
restart takes R and is struck like all else, then beginning anew, which is what Daly's formula assumes.
"""

import math
from typing import NamedTuple

from .._jit import point, sweep
from .._math import log2
from .._random import STREAM_GANG_FAULT, STREAM_GANG_SILENT, uniform

_LN_2 = math.log(2.0)
N_TIME = 6  # fields of GangTimes


class Gang(NamedTuple):
    """What all gangs of a simulation share; times in seconds."""

    mtbf_s: float  # mean time between faults
    silent_s: float  # mean time between uncaught corruptions, infinite: none
    interval_s: float  # work between checkpoints
    checkpoint_s: float
    restart_s: float


class GangTimes(NamedTuple):
    """How a gang spent its time; together the span, to rounding."""

    clean_s: float  # saved work
    corrupted_s: float  # saved work of intervals struck by uncaught corruption
    saving_s: float  # checkpoints that were finished
    lost_s: float  # work and checkpoints that a fault undid
    restarting_s: float
    unfinished_s: float  # under way at the end


@point
def waiting_time_s(seed, stream, gang, draw, mean_s):
    """Return an exponential waiting time [s], a pure function of its keys."""
    return -mean_s * _LN_2 * log2(1.0 - uniform(seed, stream, gang, draw))


@sweep
def simulate_gangs(gang, span_s, seed, first, last, out_time_s, out_faults):
    """Write how gangs first to last spend a span that begins at a checkpoint.

    Parameters
    ----------
    gang : Gang
        Finite interval, and interval and checkpoint not both nothing.
    span_s : float
    seed : int
    first, last : int
        Numbers of the gangs; the draws of each depend on nothing else.
    out_time_s : float64[n_gang, 6]
        Fields of `GangTimes`.
    out_faults : int64[n_gang]
    """
    segment_s = gang.interval_s + gang.checkpoint_s
    silence = math.isinf(gang.silent_s)
    for i in range(first, last):
        clean, corrupted, saving, lost, restarting, now, n_fault, n_silent = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0
        fault = waiting_time_s(seed, STREAM_GANG_FAULT, i, 0, gang.mtbf_s)
        silent = math.inf if silence else waiting_time_s(seed, STREAM_GANG_SILENT, i, 0, gang.silent_s)
        while True:
            end = now + segment_s
            if end <= fault and end <= span_s:  # work and checkpoint done
                struck = silent < now + gang.interval_s
                clean += 0.0 if struck else gang.interval_s
                corrupted += gang.interval_s if struck else 0.0
                saving += gang.checkpoint_s
                now = end
            elif fault < span_s:  # undone, then restarts until one goes through
                lost += fault - now
                now = fault
                while now == fault and fault < span_s:
                    n_fault += 1
                    fault = now + waiting_time_s(seed, STREAM_GANG_FAULT, i, n_fault, gang.mtbf_s)
                    up = min(now + gang.restart_s, fault, span_s)
                    restarting += up - now
                    now = up
                if now >= span_s:
                    break
            else:
                break
            while silent < now:
                n_silent += 1
                silent += waiting_time_s(seed, STREAM_GANG_SILENT, i, n_silent, gang.silent_s)
        out_time_s[i, 0], out_time_s[i, 1], out_time_s[i, 2] = clean, corrupted, saving
        out_time_s[i, 3], out_time_s[i, 4], out_time_s[i, 5] = lost, restarting, span_s - now
        out_faults[i] = n_fault
