"""What a site's grid energy costs and emits, hour by hour of a year, from a file."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Problem, ScenarioError
from .clock import Clock

if TYPE_CHECKING:
    from .site import SiteSpec

HOUR_S = 3600.0
KWH_J = 3.6e6
YEAR_HOURS = 8760
MOST_USD_KWH = 100.0  # either way: markets have negative prices
MOST_KG_KWH = 10.0
COLUMNS = {"usd_per_kwh": (-MOST_USD_KWH, MOST_USD_KWH), "kg_per_kwh": (0.0, MOST_KG_KWH)}


@dataclass(frozen=True)
class Tariff:
    """Hourly price [USD/J] and greenhouse gases [kg/J] from 1 January 00:00 UTC; None where the file has none."""

    usd_j: tuple[float, ...] | None = None
    kg_j: tuple[float, ...] | None = None


def hourly_mean(hourly: tuple[float, ...] | None, start: datetime, times_s: np.ndarray) -> float:
    """Return the mean of an hourly series at times after `start`; NaN without a series. The year wraps."""
    if hourly is None:
        return math.nan
    utc = start.astimezone(UTC)
    since_s = (utc - datetime(utc.year, 1, 1, tzinfo=UTC)).total_seconds()
    hour = np.floor((since_s + times_s) / HOUR_S).astype(np.int64) % len(hourly)
    return math.fsum(hourly[i] for i in hour.tolist()) / hour.size


def tariff_rows(specs: Sequence[SiteSpec], clock: Clock, window: int) -> dict[str, np.ndarray]:
    """Return `grid_price` and `grid_carbon`, float64[n_site], means of a window; none of those that no site has."""
    times_s = clock.window_start_s(window) + (np.arange(clock.steps_per_window) + 0.5) * clock.step_s
    tariffs = [spec.tariff or Tariff() for spec in specs]
    columns = {"grid_price": [one.usd_j for one in tariffs], "grid_carbon": [one.kg_j for one in tariffs]}
    return {
        name: np.array([hourly_mean(one, clock.start, times_s) for one in series])
        for name, series in columns.items()
        if any(one is not None for one in series)
    }


def read_tariff(path: str | Path) -> Tariff:
    """Return the tariff in a CSV file: one row an hour from 1 January 00:00 UTC, and a header that names its columns.

    Columns are `usd_per_kwh`, `kg_per_kwh` or both; others are left alone.

    Raises
    ------
    ScenarioError
        If the file, the columns or a number is missing, a number is past belief, or the rows are no year.
    """
    name = str(path)
    try:
        with open(path, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(Problem(f"cannot be read: {error}", source=name)) from error
    found = [column for column in COLUMNS if rows and column in rows[0]]
    if not found:
        what = "has no column usd_per_kwh or kg_per_kwh"
        raise ScenarioError(Problem(what, source=name, cure="name one in the first row"))
    if len(rows) not in (YEAR_HOURS, YEAR_HOURS + 24):
        what = f"{len(rows)} hours are no year"
        raise ScenarioError(Problem(what, source=name, limit="8760 or 8784 rows, from 1 January 00:00 UTC"))
    series = {column: tuple(_number(row, column, line, name) for line, row in enumerate(rows, 2)) for column in found}
    return Tariff(series.get("usd_per_kwh"), series.get("kg_per_kwh"))


def _number(row: dict[str, str], column: str, line: int, source: str) -> float:
    low, high = COLUMNS[column]
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        what = f"{row[column]!r} is no number"
        raise ScenarioError(Problem(what, column, row[column], source=source, line=line, column=1)) from None
    if not low <= value <= high:
        limit = f"{low:g} to {high:g}"
        raise ScenarioError(
            Problem(f"{value:g} is past belief", column, value, limit, "check the unit", source=source, line=line)
        )
    return value / KWH_J
