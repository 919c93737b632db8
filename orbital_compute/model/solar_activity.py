"""The Sun's activity as its flux at 10.7 cm: three steady levels, an outlook of the cycle, or a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import numpy as np

from ..errors import Problem, ScenarioError

# Solar flux units at which the density of the table is 0.3, 1 and 5 of its mean (physics.atmosphere.activity_factor)
LEVELS = {"quiet": 90.0, "mean": 145.0, "active": 250.0}
OUTLOOKS = {"outlook": "f107", "outlook_low": "f107_low", "outlook_high": "f107_high"}
ACTIVITIES = (*LEVELS, *OUTLOOKS)
OUTLOOK_FILE = "solar_outlook.csv"
CYCLE_DAYS = 4017.75  # 11 years: what is repeated beyond a series of at least that length
LEAST_SFU, MOST_SFU = 50.0, 500.0  # further out it is another quantity, or another unit
DAY_S = 86400.0


@dataclass(frozen=True)
class SolarActivity:
    """Flux at 10.7 cm [sfu] over time: linear between `day` (days from 1970-01-01), repeated by cycles of 11 years.

    A series shorter than a cycle holds its first and last value instead; a single value holds always.
    """

    day: tuple[float, ...]
    flux_sfu: tuple[float, ...]
    source: str = ""

    def at(self, day) -> np.ndarray:
        """Return the flux at days from 1970-01-01 [sfu], the shape of `day`."""
        x, first, last = np.asarray(day, float), self.day[0], self.day[-1]
        if last - first >= CYCLE_DAYS:
            x = np.where(x > last, last - CYCLE_DAYS + np.mod(x - last, CYCLE_DAYS), x)
            x = np.where(x < first, first + np.mod(x - first, CYCLE_DAYS), x)
        return np.interp(x, self.day, self.flux_sfu)


def days_of(when: datetime | date) -> float:
    """Return a date as days from 1970-01-01."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when.timestamp() / DAY_S


def solar_activity(name: str | Path) -> SolarActivity:
    """Return the activity of that name (`ACTIVITIES`), or in the CSV file of that path.

    Raises
    ------
    ScenarioError
        If the file is missing or is no such series.
    """
    if name in LEVELS:
        return SolarActivity((0.0,), (LEVELS[str(name)],), f"steady, {name}")
    if name in OUTLOOKS:
        text = resources.files(__package__).joinpath("data", OUTLOOK_FILE).read_text(encoding="utf-8")
        return _series(text, OUTLOOKS[str(name)], "NASA MSFC, solar cycle prediction of October 2026")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cure = "give a CSV file with columns date and f107, or one of " + ", ".join(ACTIVITIES)
        raise ScenarioError(Problem(f"cannot be read: {error}", source=str(name), cure=cure)) from error
    return _series(text, "f107", str(name))


def _series(text: str, column: str, source: str) -> SolarActivity:
    """Return the series in the text of a CSV file; lines that begin with # are remarks."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    lines = [(number, line) for number, line in lines if not line.startswith("#")]
    rows = list(csv.DictReader([line for _, line in lines]))
    if not rows or "date" not in rows[0] or column not in rows[0]:
        raise ScenarioError(
            Problem(f"needs columns date and {column}", source=source, cure="name them in the first row")
        )
    days, fluxes = [], []
    for (line, _), row in zip(lines[1:], rows, strict=True):
        try:
            days.append(days_of(date.fromisoformat((row["date"] or "").strip())))
            fluxes.append(float(row[column]))
        except (TypeError, ValueError):
            what = f"{row['date']!r}, {row[column]!r} is no date with a flux"
            cure = "write 2027-01-16,114.7"
            raise ScenarioError(Problem(what, source=source, line=line, column=1, cure=cure)) from None
        if not LEAST_SFU <= fluxes[-1] <= MOST_SFU:
            limit = f"{LEAST_SFU:g} to {MOST_SFU:g} solar flux units"
            raise ScenarioError(Problem(f"flux {fluxes[-1]:g}", "f107", fluxes[-1], limit, source=source, line=line))
        if len(days) > 1 and days[-1] <= days[-2]:
            what = f"{row['date']} does not come after the date before it"
            raise ScenarioError(
                Problem(what, "date", row["date"], source=source, line=line, column=1, cure="sort the rows by date")
            )
    return SolarActivity(tuple(days), tuple(fluxes), source)
