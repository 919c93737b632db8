"""The time axis of the figures: windows in hours or days, thinned where a run is too long to draw each window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

MOST_POINTS = 480  # more than a figure is wide in readable marks
MINUTES_UP_TO, HOURS_UP_TO = 1.0, 72.0  # hours
MINUTE_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0)
STEPS = (0.25, 0.5, 1.0, 3.0, 6.0, 12.0, 24.0, 30.0, 60.0, 90.0, 180.0, 365.0)  # of hours or days
NANOSECONDS = 1e9


@dataclass(frozen=True)
class Timeline:
    """Points of a time axis.

    `x` float64[n_point] are centres and `edges` float64[n_point + 1] borders in the axis' unit; `first` int64[n_point]
    are the rows of the data, `n_row` in all, at which each point begins. One row alone is two points, at its start and
    its end, so that there is a line to draw.
    """

    x: np.ndarray
    edges: np.ndarray
    label: str
    tick_step: float
    first: np.ndarray
    n_row: int

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of `values` [n_time, ...] over the rows of each point; NaN rows stand aside."""
        values = np.asarray(values, dtype=float)
        known = np.isfinite(values)
        total = np.add.reduceat(np.where(known, values, 0.0), self.first, axis=0)
        n_known = np.add.reduceat(known.astype(float), self.first, axis=0)
        return np.divide(total, n_known, out=np.full(total.shape, np.nan), where=n_known > 0)

    def lowest(self, values: np.ndarray) -> np.ndarray:
        """Return the least of `values` over the rows of each point."""
        return self._extreme(np.fmin, values)

    def highest(self, values: np.ndarray) -> np.ndarray:
        """Return the greatest of `values` over the rows of each point."""
        return self._extreme(np.fmax, values)

    def _extreme(self, choose: np.ufunc, values: np.ndarray) -> np.ndarray:
        return choose.reduceat(np.asarray(values, dtype=float), self.first, axis=0)

    def set_axis(self, axes: Axes, *, labelled: bool = True) -> None:
        """Give axes the limits, ticks and label of this time axis."""
        axes.set_xlim(self.edges[0], self.edges[-1])
        n_tick = int((self.edges[-1] - self.edges[0]) / self.tick_step + 1e-9) + 1
        axes.set_xticks(self.edges[0] + self.tick_step * np.arange(n_tick))
        axes.grid(False, axis="x")
        if labelled:
            axes.set_xlabel(self.label)


def row_length_s(dataset: xr.Dataset, dim: str = "time") -> float:
    """Return the spacing of a time dimension in seconds; where it has one row only, as the attributes say."""
    stamps = dataset[dim].values
    if stamps.size > 1:
        return float((stamps[1] - stamps[0]) / np.timedelta64(1, "ns")) / NANOSECONDS
    return float(dataset.attrs["window_s" if dim == "time" else "step_s"])


def timeline(dataset: xr.Dataset, dim: str = "time", *, most: int = MOST_POINTS, ends: bool = False) -> Timeline:
    """Return the time axis of a dimension of datetime64 stamps: starts of rows, or their ends with `ends`."""
    stamps = dataset[dim].values
    row_s = row_length_s(dataset, dim)
    start = stamps[0] - np.timedelta64(round(row_s * NANOSECONDS), "ns") if ends else stamps[0]
    first, edge_s = points(stamps, row_s, most)
    x_s = 0.5 * (edge_s[:-1] + edge_s[1:])
    if stamps.size == 1:
        first, x_s, edge_s = np.array([0, 0]), row_s * np.array([0.0, 1.0]), row_s * np.array([0.0, 0.5, 1.0])
    hours = edge_s[-1] / 3600.0
    day = np.datetime64(start, "D")
    written = f"{day.item():%-d %B %Y}"
    midnight = start == day
    moment = written if midnight else f"{written}, {np.datetime64(start, 'm').item():%H:%M}"
    steps: Sequence[float] = STEPS
    if hours <= MINUTES_UP_TO:
        unit_s, steps = 60.0, MINUTE_STEPS
        label = f"Minutes after {moment} UTC"
    elif hours <= HOURS_UP_TO:
        unit_s = 3600.0
        label = f"Hour (UTC) of {written}" if midnight and hours <= 24.0 else f"Hours after {moment} UTC"
    else:
        unit_s = 86400.0
        label = f"Days after {written} UTC"
    edges = edge_s / unit_s
    return Timeline(
        x=x_s / unit_s,
        edges=edges,
        label=label,
        tick_step=tick_step(edges[-1], steps),
        first=first,
        n_row=stamps.size,
    )


def points(stamps: np.ndarray, row_s: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each point, and the points' borders [s after the first row's start].

    Where rows jump from one typical day to the next, a point is one of the days, or several, and reaches halfway to
    its neighbours.
    """
    gaps = np.flatnonzero(np.diff(stamps) > np.timedelta64(round(1.5 * row_s * NANOSECONDS), "ns")) + 1
    if gaps.size:
        days = np.append(0, gaps)
        first = days[:: -(-days.size // most)]
        last = np.append(first[1:], stamps.size) - 1
        start_s, end_s = ((stamps[rows] - stamps[0]) / np.timedelta64(1, "ns") / NANOSECONDS for rows in (first, last))
        return first, np.concatenate([[0.0], 0.5 * (start_s[1:] + end_s[:-1] + row_s), end_s[-1:] + row_s])
    first = np.arange(0, stamps.size, -(-stamps.size // most))
    return first, row_s * np.append(first, stamps.size)


def tick_step(span: float, steps: Sequence[float] = STEPS) -> float:
    """Return the step that gives a span at most nine ticks: the first of those named that does."""
    return next((step for step in steps if span / step <= 8.0 + 1e-9), span / 8.0)
