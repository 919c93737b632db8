"""When a gang saves: by Daly's interval alone, or also right before power ends or a pass through radiation begins.

A period of the gang's life is cut into cells of a few seconds (`kernels.gang_profile`). What each schedule keeps of the
work that the power allows comes from the renewal equation over the period; no draw is made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import ModelError
from ..kernels.gang_profile import GangProfile, renew
from ..physics.gang import checkpoint_interval_s, mean_time_between_faults_s
from .choices import TIMINGS

CELL_S = 2.5
PASS_RATE = 1.5  # a pass is where the rate of faults is above this many times its mean
N_PERIOD = 2  # followed; the first wears off where it began


class Kept(NamedTuple):
    """What a schedule keeps of the work that power and faults' absence would allow."""

    useful_fraction: float
    checkpoint_share: float  # of the time, in checkpoints that held


def schedule(
    timing: str, fault_per_s: np.ndarray, pace: np.ndarray, *, cell_s: float, checkpoint_s: float, restart_s: float
) -> GangProfile:
    """Return a period with the schedule of a timing.

    `daly` works τ by the period's mean rate of faults, whatever comes. `before_eclipse` ends a segment where power
    ends. `before_anomaly` takes τ by the rate of the moment, and ends a segment where a pass begins. `both` does both.

    Parameters
    ----------
    timing : str
        One of TIMINGS.
    fault_per_s, pace : float64[n_cell]
        Faults that stop the gang; speed over its highest, 0 without power.
    cell_s, checkpoint_s, restart_s : float
        Checkpoint and restart are rounded to whole cells, a checkpoint to one at least.

    Raises
    ------
    ModelError
        If the timing is none of them, or the period is no longer than a restart.
    """
    if timing not in TIMINGS:
        raise ModelError(f"timing {timing!r} is none of {', '.join(TIMINGS)}", quantity="timing", value=timing)
    n, lit = pace.size, pace > 0.0
    saving, restart = max(round(checkpoint_s / cell_s), 1), round(restart_s / cell_s)
    if n <= saving + restart + 1:
        message = f"a period of {n * cell_s:g} s is no longer than a checkpoint and a restart"
        raise ModelError(message, quantity="period", value=n * cell_s, limit=(saving + restart + 1) * cell_s)
    mean = float(fault_per_s[lit].mean()) if lit.any() else 0.0
    watch_pass, watch_dark = timing in ("before_anomaly", "both"), timing in ("before_eclipse", "both")
    rates = np.where(lit, fault_per_s, mean) if watch_pass else np.full(n, mean)
    segment = np.array([_cells(rate, cell_s, checkpoint_s, restart_s, saving, n) for rate in rates.tolist()])
    if watch_pass:
        inside = fault_per_s > PASS_RATE * mean
        segment = _ended_before(segment, cells_until(inside), saving, wait=False)
    if watch_dark:
        segment = _ended_before(segment, cells_until(~lit), saving, wait=True)
    return GangProfile(cell_s, np.ascontiguousarray(fault_per_s), np.ascontiguousarray(pace), segment, saving, restart)


def _cells(rate, cell_s, checkpoint_s, restart_s, saving, n) -> int:
    """Return the cells of a segment by Daly's interval; no longer than the period."""
    interval_s = checkpoint_interval_s(mean_time_between_faults_s(1.0, rate), checkpoint_s, restart_s)
    return int(min(max(interval_s / cell_s, 1.0), n - saving - 1)) + saving


def cells_until(begins: np.ndarray) -> np.ndarray:
    """Return how many cells on the next stretch of True begins, the period repeated; 0 within one, n if there is none.

    begins : bool[n_cell]; returns int64[n_cell].
    """
    n = begins.size
    left = np.zeros(n, dtype=np.int64)
    if not begins.any():
        return np.full(n, n, dtype=np.int64)
    count = int(np.argmax(begins))  # from the last cell to the first of the next period
    for k in range(n - 1, -1, -1):
        count = 0 if begins[k] else count + 1
        left[k] = count
    return left


def _ended_before(segment: np.ndarray, until: np.ndarray, saving: int, *, wait: bool) -> np.ndarray:
    """Return segments that would run into something, ended there; too short to save anything, they wait or stay."""
    runs_in = (until > 0) & (segment > until)
    short = runs_in & (until <= saving)
    cut = np.where(runs_in & ~short, until, segment)
    return np.where(short, 0, cut) if wait else cut


def kept(profile: GangProfile) -> Kept:
    """Return what a schedule keeps, by the renewal equation; 1 where there is no power at all."""
    n = profile.pace.size
    fresh, restarting = np.zeros((N_PERIOD + 2) * n), np.zeros((N_PERIOD + 2) * n)
    out = np.zeros(3)
    renew(profile, N_PERIOD, fresh, restarting, out)
    return Kept(float(out[0] / out[2]), float(out[1] / out[2])) if out[2] > 0.0 else Kept(1.0, 0.0)


def on_cells(
    fault_per_s: np.ndarray, pace: np.ndarray, window_s: float, cell_s: float = CELL_S
) -> tuple[np.ndarray, np.ndarray]:
    """Return rates and paces of windows on cells: rates linear between the middles of windows, paces as they are.

    fault_per_s, pace : float64[n_window]; returns two float64[n_cell], the first window following the last.
    """
    n_window = pace.size
    per_window = max(round(window_s / cell_s), 1)
    place = (np.arange(n_window * per_window) + 0.5) / per_window - 0.5
    rate = np.interp(
        place, np.arange(-1, n_window + 1), np.concatenate([fault_per_s[-1:], fault_per_s, fault_per_s[:1]])
    )
    return rate, np.repeat(pace, per_window)
