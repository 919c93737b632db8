"""The clock of a run: steps, windows, and their labels."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ..errors import Problem, ScenarioError


@dataclass(frozen=True)
class Clock:
    """Start, step, window and number of steps of a run; t = 0 at `start` everywhere.

    Seconds run on without leap seconds, as UTC does in element sets and in numpy's dates.

    Raises
    ------
    ScenarioError
        If `start` has no time zone, the window is no whole number of steps, or the run no whole number of windows.
    """

    start: datetime
    step_s: float
    window_s: float
    n_step: int

    def __post_init__(self):
        problems = []
        if self.start.utcoffset() is None:
            problems.append(Problem("start has no time zone", "time.start", self.start, cure="give it in UTC"))
        elif self.start.utcoffset():
            object.__setattr__(self, "start", self.start.astimezone(UTC))
        if not (self.step_s > 0 and self.window_s > 0 and self.n_step > 0):
            what = f"step {self.step_s} s, window {self.window_s} s and {self.n_step} steps must all be positive"
            raise ScenarioError([*problems, Problem(what, "time")])
        steps = round(self.window_s / self.step_s)
        if steps < 1 or abs(steps * self.step_s - self.window_s) > 1e-9 * self.window_s:
            what = f"window of {self.window_s} s is no whole number of steps of {self.step_s} s"
            cure = f"take {max(steps, 1) * self.step_s:g} s"
            problems.append(Problem(what, "time.window", self.window_s, cure=cure))
        elif self.n_step % steps:
            what = f"{self.n_step} steps are no whole number of windows of {steps} steps"
            cure = f"take {-(-self.n_step // steps) * self.window_s:g} s"
            problems.append(Problem(what, "time.duration", self.n_step * self.step_s, cure=cure))
        if problems:
            raise ScenarioError(problems)

    @property
    def steps_per_window(self) -> int:
        """Steps in a window."""
        return round(self.window_s / self.step_s)

    @property
    def n_window(self) -> int:
        """Windows in the run."""
        return self.n_step // self.steps_per_window

    @property
    def duration_s(self) -> float:
        """Length of the run [s]."""
        return self.n_step * self.step_s

    def window_start_s(self, w_window: int) -> float:
        """Return the start of a window [s after `start`]; `n_window` gives the end of the run."""
        return w_window * self.steps_per_window * self.step_s

    def step_mid_s(self) -> np.ndarray:
        """Return float64[n_step], the middle of each step [s after `start`], where its laws are evaluated."""
        return (np.arange(self.n_step) + 0.5) * self.step_s

    def step_end_s(self) -> np.ndarray:
        """Return float64[n_step], the end of each step [s after `start`], where states are sampled."""
        return np.arange(1, self.n_step + 1) * self.step_s

    def window_times(self) -> np.ndarray:
        """Return datetime64[ns][n_window], the UTC at which each window starts: the labels of the time axis."""
        offset_ns = np.round(np.arange(self.n_window) * (self.steps_per_window * self.step_s * 1e9)).astype(np.int64)
        return np.datetime64(self.start.replace(tzinfo=None), "ns") + offset_ns.astype("timedelta64[ns]")
