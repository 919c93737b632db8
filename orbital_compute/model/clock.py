"""The clock of a run: steps, windows, and their labels."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ..errors import Problem, ScenarioError

DAY_S = 86400.0
NEARLY = 1e-9  # of a day or window: times so close are the same


def typical_days(duration_s: float, every_s: float) -> tuple[float, ...]:
    """Return the starts of typical days [s after the start of the run]: the middle day of each `every_s`.

    Days are whole ones after the start; the last stretch is shorter where `every_s` does not divide the run, and is
    left out where less than a day of it is in the run.
    """
    count = math.floor((duration_s - DAY_S) / every_s + NEARLY) + 1
    lengths = [min(every_s, duration_s - k * every_s) for k in range(count)]
    return tuple(k * every_s + DAY_S * ((length / DAY_S - 1.0 + NEARLY) // 2) for k, length in enumerate(lengths))


@dataclass(frozen=True)
class Clock:
    """Start, step, window and number of steps of a run; t = 0 at `start` everywhere.

    Seconds run on without leap seconds, as UTC does in element sets and in numpy's dates. With typical days, windows
    jump from the end of one to the start of the next: `n_step` counts what is simulated, `duration_s` what it stands
    for.

    Parameters
    ----------
    start : datetime
    step_s, window_s : float
    n_step : int
        Steps that are simulated.
    day_starts_s : tuple of float
        Starts of typical days [s after the start], ascending (`typical_days`); empty where all days are simulated.
    calendar_s : float
        With typical days, the length of time that they stand for [s].

    Raises
    ------
    ScenarioError
        If `start` has no time zone, the window is no whole number of steps, the run no whole number of windows, or
        typical days are not so many whole days.
    """

    start: datetime
    step_s: float
    window_s: float
    n_step: int
    day_starts_s: tuple[float, ...] = ()
    calendar_s: float = 0.0

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
        elif self.day_starts_s and abs(self.windows_per_day * self.window_s - DAY_S) > NEARLY * DAY_S:
            what = f"a day is no whole number of windows of {self.window_s:g} s"
            cure = f"take {DAY_S / max(round(DAY_S / self.window_s), 1):.12g} s"
            problems.append(Problem(what, "time.window", self.window_s, limit="typical days need it", cure=cure))
        elif self.day_starts_s and self.n_window != len(self.day_starts_s) * self.windows_per_day:
            what = f"{self.n_window} windows are not {len(self.day_starts_s)} days of {self.windows_per_day} windows"
            problems.append(Problem(what, "time.every"))
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
    def windows_per_day(self) -> int:
        """Windows in a day, rounded where a day is no whole number of them."""
        return round(DAY_S / self.window_s)

    @property
    def duration_s(self) -> float:
        """Length of time that the run stands for [s]."""
        return self.calendar_s if self.day_starts_s else self.simulated_s

    @property
    def simulated_s(self) -> float:
        """Length of time that is simulated [s]; less than `duration_s` with typical days."""
        return self.n_step * self.step_s

    def window_start_s(self, w_window: int) -> float:
        """Return the start of a window [s after `start`]."""
        if not self.day_starts_s:
            return w_window * self.steps_per_window * self.step_s
        day, inside = divmod(w_window, self.windows_per_day)
        return self.day_starts_s[day] + inside * self.steps_per_window * self.step_s

    def window_end_s(self, w_window: int) -> float:
        """Return the end of a window [s after `start`]: the start of the next, but for the last of a typical day."""
        if not self.day_starts_s:
            return self.window_start_s(w_window + 1)
        return self.window_start_s(w_window) + self.steps_per_window * self.step_s

    @property
    def n_day(self) -> int:
        """Days of the run, the last one begun counted whole; with typical days, those simulated."""
        return len(self.day_starts_s) or math.ceil(self.simulated_s / DAY_S - NEARLY)

    def day_start_s(self, k_day: int) -> float:
        """Return the start of a day of the run [s after `start`]."""
        return self.day_starts_s[k_day] if self.day_starts_s else k_day * DAY_S

    def stretch(self, k_day: int) -> tuple[float, float]:
        """Return the time that a day brings to its end: (start [s after `start`], length [s]).

        A day of its own brings itself; a typical day all since the one before it, or since the start of the run.
        """
        if not self.day_starts_s:
            return k_day * DAY_S, DAY_S
        before_s = self.day_starts_s[k_day - 1] + DAY_S if k_day else 0.0
        return before_s, self.day_starts_s[k_day] + DAY_S - before_s

    def first_window(self, k_day: int) -> int:
        """Return the first window that begins in a day; `n_day` gives the number of windows."""
        if self.day_starts_s:
            return k_day * self.windows_per_day
        return min(math.ceil(k_day * DAY_S / self.window_s - NEARLY), self.n_window)

    def day_begun(self, w_window: int) -> int | None:
        """Return the day whose first window this is, None for any other window."""
        if self.day_starts_s:
            day, inside = divmod(w_window, self.windows_per_day)
            return None if inside else day
        day = math.floor(w_window * self.window_s / DAY_S + NEARLY)
        return day if self.first_window(day) == w_window else None

    def step_mid_s(self) -> np.ndarray:
        """Return float64[n_step], the middle of each step [s after `start`], where its laws are evaluated."""
        return self._steps_s(0.5)

    def step_end_s(self) -> np.ndarray:
        """Return float64[n_step], the end of each step [s after `start`], where states are sampled."""
        return self._steps_s(1.0)

    def window_times(self) -> np.ndarray:
        """Return datetime64[ns][n_window], the UTC at which each window starts: the labels of the time axis."""
        return self._dates(self._of_days(self.n_window, self.steps_per_window * self.step_s))

    def day_times(self) -> np.ndarray:
        """Return datetime64[ns][n_day], the UTC at which each day starts: the labels of the axis of days."""
        return self._dates(np.array([self.day_start_s(k) for k in range(self.n_day)]))

    def _steps_s(self, share: float) -> np.ndarray:
        """Return the moments of all steps that lie a share of a step after their start [s after `start`]."""
        if not self.day_starts_s:
            return (np.arange(self.n_step) + share) * self.step_s
        return self._of_days(self.n_step, self.step_s) + share * self.step_s

    def _of_days(self, n: int, length_s: float) -> np.ndarray:
        """Return the starts of n equal parts of the time simulated [s after `start`]."""
        if not self.day_starts_s:
            return np.arange(n) * length_s
        inside_s = np.arange(n // self.n_day) * length_s
        return (np.array(self.day_starts_s)[:, None] + inside_s).ravel()

    def _dates(self, after_s: np.ndarray) -> np.ndarray:
        offset_ns = np.round(after_s * 1e9).astype(np.int64)
        return np.datetime64(self.start.replace(tzinfo=None), "ns") + offset_ns.astype("timedelta64[ns]")
