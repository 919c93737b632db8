"""Outside temperature at a site: two cosines about climate normals, or an hourly file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ..errors import Problem, ScenarioError

HOUR_S = 3600.0
DAY_S = 86400.0
YEAR_HOURS = 8760
YEAR_DAYS = 365.2425  # mean Gregorian year
CELSIUS_ZERO_K = 273.15
COLDEST_K, HOTTEST_K = 180.0, 340.0  # records are 184 K and 330 K


@dataclass(frozen=True)
class CosineClimate:
    """A year and a day as cosines about the mean; days count from 0 on 1 January, hours are local solar.

    Weather is left out: a heat wave of a week adds some 5 K that only an hourly file shows.
    """

    mean_k: float
    yearly_amplitude_k: float
    yearly_peak_day: float
    daily_amplitude_k: float
    daily_peak_hour: float = 15.0

    def __post_init__(self):
        swing_k = abs(self.yearly_amplitude_k) + abs(self.daily_amplitude_k)
        if not COLDEST_K + swing_k <= self.mean_k <= HOTTEST_K - swing_k:
            what = f"mean of {self.mean_k:g} K with swings of {swing_k:g} K is no climate of the Earth"
            raise ScenarioError(Problem(what, "site.climate", self.mean_k, f"{COLDEST_K:g} to {HOTTEST_K:g} K"))

    def outside_k(self, start: datetime, times_s: np.ndarray, longitude_deg: float) -> np.ndarray:
        """Return the temperature at times after `start`: float64[n_time]."""
        day = _day_of_year(start) + np.asarray(times_s, float) / DAY_S + longitude_deg / 360.0
        year = np.cos(2.0 * np.pi * (day - self.yearly_peak_day) / YEAR_DAYS)
        hour = np.cos(2.0 * np.pi * (day - self.daily_peak_hour / 24.0))
        return self.mean_k + self.yearly_amplitude_k * year + self.daily_amplitude_k * hour

    def year_k(self, longitude_deg: float) -> np.ndarray:
        """Return the temperatures at the hours of a year: float64[8760]."""
        times_s = np.arange(YEAR_HOURS) * HOUR_S
        return self.outside_k(datetime(2026, 1, 1, tzinfo=UTC), times_s, longitude_deg)


@dataclass(frozen=True)
class HourlyClimate:
    """Temperatures at the hours of one year from 1 January 00:00 UTC, used for any year; linear between hours.

    `hourly_k` holds 8,760 or, of a leap year, 8,784 values; past its end the year begins anew.
    """

    hourly_k: tuple[float, ...]
    source: str = ""

    def __post_init__(self):
        path = self.source or "site.climate"
        if len(self.hourly_k) not in (YEAR_HOURS, YEAR_HOURS + 24):
            what = f"{len(self.hourly_k)} hours are no year"
            raise ScenarioError(Problem(what, path, len(self.hourly_k), "8760 or 8784 rows, from 1 January 00:00 UTC"))
        wrong = [h for h, value in enumerate(self.hourly_k) if not COLDEST_K <= value <= HOTTEST_K]
        if wrong:
            what = f"hour {wrong[0]} has {self.hourly_k[wrong[0]]:g} K"
            limit = f"{COLDEST_K:g} to {HOTTEST_K:g} K"
            raise ScenarioError(Problem(what, path, self.hourly_k[wrong[0]], limit, cure="check the unit"))

    def outside_k(self, start: datetime, times_s: np.ndarray, longitude_deg: float) -> np.ndarray:
        """Return the temperature at times after `start`: float64[n_time]. The file has local time in it already."""
        table = np.asarray(self.hourly_k)
        hour = _day_of_year(start) * 24.0 + np.asarray(times_s, float) / HOUR_S
        whole = np.floor(hour)
        before = whole.astype(np.int64) % table.size
        share = hour - whole
        return table[before] * (1.0 - share) + table[(before + 1) % table.size] * share

    def year_k(self, longitude_deg: float) -> np.ndarray:
        """Return the temperatures at the hours of the year."""
        return np.asarray(self.hourly_k)


Climate = CosineClimate | HourlyClimate


def read_hourly_climate(path: str | Path) -> HourlyClimate:
    """Return the climate in a CSV file: one row an hour from 1 January 00:00 UTC, and a header that names a column.

    The column is `temperature_k` or `temperature_c`; others are left alone.

    Raises
    ------
    ScenarioError
        If the file, the column or a number is missing, or the rows are no year.
    """
    name = str(path)
    try:
        with open(path, newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(Problem(f"cannot be read: {error}", source=name)) from error
    columns = [key for key in ("temperature_k", "temperature_c") if rows and key in rows[0]]
    if len(columns) != 1:
        what = "needs one column temperature_k or temperature_c"
        raise ScenarioError(Problem(what, source=name, cure="name it in the first row"))
    offset_k = CELSIUS_ZERO_K if columns[0] == "temperature_c" else 0.0
    values = []
    for line, row in enumerate(rows, start=2):
        try:
            values.append(float(row[columns[0]]) + offset_k)
        except (TypeError, ValueError):
            what = f"{row[columns[0]]!r} is no temperature"
            raise ScenarioError(Problem(what, value=row[columns[0]], source=name, line=line, column=1)) from None
    return HourlyClimate(tuple(values), name)


def _day_of_year(start: datetime) -> float:
    """Return the days from 1 January of its year to a moment, with fraction."""
    utc = start.astimezone(UTC)
    return (utc - datetime(utc.year, 1, 1, tzinfo=UTC)).total_seconds() / DAY_S
