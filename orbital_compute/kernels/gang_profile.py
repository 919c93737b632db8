"""Gangs where faults and power come and go: the renewal equation over a period, and the same event by event.

Time is cut into cells of one length; faults and power are even within a cell, and the period follows itself for ever.
A gang is fresh just after a checkpoint or a restart. The schedule says, for each cell in which it may be fresh, how
many cells of work and checkpoint come next. A fault, or the end of power, throws it back to its last checkpoint; once
there is power it restarts, and a restart that is struck begins anew (Daly 2006, as in physics/gang.py).
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import sweep
from .._random import STREAM_GANG_PROFILE
from .gangs import waiting_time_s

_DONE = 1e-18  # mass below which a path is dropped


class GangProfile(NamedTuple):
    """One period of a gang's life, in cells of `cell_s`."""

    cell_s: float
    fault_per_s: np.ndarray  # float64[n_cell], faults that stop the gang
    pace: np.ndarray  # float64[n_cell], speed over its highest; 0: no power
    segment: np.ndarray  # int64[n_cell], cells of work and checkpoint from here; 0: wait for one cell
    checkpoint: int  # cells of a checkpoint, the last of a segment
    restart: int  # cells of a restart


@sweep
def renew(profile, n_period, fresh, restarting, out):
    """Follow the chance of being fresh, or of beginning a restart, cell after cell; write what was saved.

    A fault counts from the end of its cell: the error is half a cell of each fault.

    Parameters
    ----------
    profile : GangProfile
    n_period : int
        Periods followed; the last is counted, those before wear off where it began.
    fresh, restarting : float64[(n_period + 1) n_cell]
        Work space, all 0; segments and restarts are shorter than a period.
    out : float64[3]
        Work saved, time in checkpoints that held, and work that the power would allow, each in cells at full pace.
    """
    n = profile.pace.size
    saved, saving, whole = 0.0, 0.0, 0.0
    fresh[0] = 1.0
    begins, ends = (n_period - 1) * n, n_period * n  # work counts where it is done, not where its segment began
    for k in range(ends):
        here = k % n
        if k >= begins:
            whole += profile.pace[here]
        dark = profile.pace[here] <= 0.0
        if dark:
            restarting[k + 1] += restarting[k] + fresh[k]
            continue
        end = k + profile.restart
        fresh[end] += _pass_on(profile, k, end, restarting[k], restarting)
        mass = fresh[k]
        if mass <= _DONE:
            continue
        length = profile.segment[here]
        if length == 0:
            fresh[k + 1] += _pass_on(profile, k, k + 1, mass, restarting)
            continue
        left = _pass_on(profile, k, k + length, mass, restarting)
        fresh[k + length] += left
        work_end = k + length - profile.checkpoint
        for j in range(max(k, begins), min(work_end, ends)):
            saved += left * profile.pace[j % n]
        for j in range(max(work_end, begins), min(k + length, ends)):
            saving += left * profile.pace[j % n]
    out[0], out[1], out[2] = saved, saving, whole


@sweep
def _pass_on(profile, start, end, mass, restarting):
    """Return the mass that comes through cells start to end; what is struck or loses power begins a restart."""
    n = profile.pace.size
    for j in range(start, end):
        here = j % n
        if profile.pace[here] <= 0.0:
            restarting[j] += mass
            return 0.0
        left = mass * math.exp(-profile.fault_per_s[here] * profile.cell_s)
        restarting[j + 1] += mass - left
        mass = left
    return mass


@sweep
def simulate_profile(profile, n_period, seed, first, last, out_saved):
    """Draw gangs first to last through whole periods, fault by fault, and write the work that each saved.

    Faults come where the summed rate reaches an exponential number, to the last bit within a cell. A gang that is
    fresh within a cell keeps the schedule of that cell: its segment ends where it would have from the cell's start.

    Parameters
    ----------
    profile : GangProfile
    n_period, seed : int
    first, last : int
        Numbers of the gangs; the draws of each depend on nothing else.
    out_saved : float64[n_gang]
        Saved work, in seconds at full pace.
    """
    n, h = profile.pace.size, profile.cell_s
    span_s = n_period * n * h
    for i in range(first, last):
        now, saved, draw = 0.0, 0.0, 0
        due = waiting_time_s(seed, STREAM_GANG_PROFILE, i, draw, 1.0)  # summed rate left until the next fault
        up = True
        while now < span_s:
            here = int(now / h * (1.0 + 1e-12)) % n
            if profile.pace[here] <= 0.0:
                now = (int(now / h * (1.0 + 1e-12)) + 1) * h
                up = False
                continue
            length = profile.segment[here]
            cell = int(now / h * (1.0 + 1e-12))
            end = (cell + max(length, 1)) * h if up else now + profile.restart * h
            work_end = min(end - profile.checkpoint * h, span_s) if up and length > 0 else now
            at, gained, fine = now, 0.0, True
            while at < end - 1e-9:
                cell = int(at / h * (1.0 + 1e-12))
                if profile.pace[cell % n] <= 0.0:
                    fine = False
                    break
                until = min((cell + 1) * h, end)
                rate = profile.fault_per_s[cell % n]
                if rate * (until - at) >= due:
                    at += due / rate
                    draw += 1
                    due = waiting_time_s(seed, STREAM_GANG_PROFILE, i, draw, 1.0)
                    fine = False
                    break
                due -= rate * (until - at)
                gained += profile.pace[cell % n] * max(min(until, work_end) - at, 0.0)
                at = until
            if fine:
                saved += gained
            up = fine
            now = at if not fine else end
        out_saved[i] = saved
