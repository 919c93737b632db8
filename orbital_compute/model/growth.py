"""Growth of demand over months: a factor with dates, which changes at an even pace from one to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .._math import log2
from ..errors import Problem, ScenarioError

MONTH_S = 30.4375 * 86400.0  # a twelfth of 365.25 days
GREATEST_PACE = 0.01  # relative growth an hour, to which the law's series holds


@dataclass(frozen=True)
class Growth:
    """A factor on demand. Between two dates it grows by the same share each day; outside them it keeps its end value.

    `time_s` are seconds after the start of the run, ascending; `factor` are above 0.
    """

    time_s: tuple[float, ...]
    factor: tuple[float, ...]

    def __post_init__(self):
        path, problems = "workload.demand.growth", []
        if not self.time_s or len(self.time_s) != len(self.factor):
            problems.append(Problem("it needs as many factors as dates, and one at least", path))
        if any(not 0.0 < value < math.inf for value in self.factor):
            problems.append(Problem("a factor is not above 0", path, list(self.factor), cure="give what demand times"))
        if any(not before < after for before, after in zip(self.time_s, self.time_s[1:], strict=False)):
            problems.append(Problem("dates do not ascend", path, cure="put the earliest first, each once"))
        if not problems and max(map(abs, self._pace()), default=0.0) * 3600.0 > GREATEST_PACE:
            limit = "at most 1 % an hour"
            problems.append(Problem("growth is too quick", path, list(self.factor), limit, "give an event: a surge"))
        if problems:
            raise ScenarioError(problems)

    def _pace(self) -> list[float]:
        """Return the relative growth per second between the dates."""
        change = zip(self.factor, self.factor[1:], self.time_s, self.time_s[1:], strict=False)
        return [math.log(after / before) / (end_s - start_s) for before, after, start_s, end_s in change]

    def at(self, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return log₂ of the factor at times, and the relative growth per second from each of them on."""
        logs = np.array([log2(value) for value in self.factor])
        knots = np.array(self.time_s)
        times_s = np.asarray(times_s, float)
        place = np.searchsorted(knots, times_s, side="right") - 1  # -1 before the first date
        slope = np.append(np.diff(logs) / np.diff(knots), 0.0) if knots.size > 1 else np.zeros(1)
        inside = place >= 0
        k = np.maximum(place, 0)
        pace = np.where(inside, slope[k], 0.0)
        return logs[k] + pace * (times_s - knots[k]), pace * math.log(2.0)


def compound(monthly: float, start_s: float, end_s: float) -> Growth:
    """Return growth by a factor each month, 1 at `start_s` and going on to `end_s` [s after the start of the run]."""
    months = (end_s - start_s) / MONTH_S
    return Growth((start_s, end_s), (1.0, monthly**months)) if months > 0.0 else Growth((start_s,), (1.0,))
