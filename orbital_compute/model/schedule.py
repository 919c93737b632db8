"""Values that change on dates: in steps, or along straight lines between dates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import Problem, ScenarioError


@dataclass(frozen=True)
class Steps:
    """A value that holds from each of its times [s after the start of the run] to the next; the first holds before."""

    times_s: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self):
        _check(self.times_s, self.values, "must rise", lambda before, after: before < after)

    def at(self, times_s: np.ndarray | float) -> np.ndarray:
        """Return the values at times: float64, of the times' shape."""
        place = np.searchsorted(self.times_s, times_s, side="right") - 1
        return np.asarray(self.values)[np.maximum(place, 0)]


@dataclass(frozen=True)
class Line:
    """A value that moves straight from one time to the next and stays before the first and after the last.

    Two points at one time are a jump: the later one holds from that time on.
    """

    times_s: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self):
        _check(self.times_s, self.values, "must not fall", lambda before, after: before <= after)

    def at(self, time_s: float) -> float:
        """Return the value at a time."""
        k = int(np.searchsorted(self.times_s, time_s, side="right"))
        if k == 0:
            return self.values[0]
        if k == len(self.times_s):
            return self.values[-1]
        before_s, after_s = self.times_s[k - 1], self.times_s[k]
        share = (time_s - before_s) / (after_s - before_s)
        return self.values[k - 1] + share * (self.values[k] - self.values[k - 1])


def _check(times_s, values, order, keeps) -> None:
    if not times_s or len(times_s) != len(values):
        raise ScenarioError(Problem(f"{len(times_s)} times and {len(values)} values are no schedule", "schedule"))
    for before, after in pairwise(times_s):
        if not keeps(before, after):
            what = f"the time {after:g} s stands after {before:g} s: times of a schedule {order}"
            raise ScenarioError(Problem(what, "schedule", after, cure="put them in order"))
