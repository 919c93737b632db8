"""Dose by altitude, inclination, shielding and year: built-in tables, or a user's CSV file (MODEL §5.3)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import ModelError, Problem, ScenarioError
from ..physics.radiation import shielding_factor
from .elements import raise_problems, read_text

BUILT_IN = {"default": "dose_default.csv", "filed_band": "dose_filed_band.csv"}
COLUMNS = {  # least and largest value; the first three must be there
    "altitude_km": (100.0, 100_000.0),
    "inclination_deg": (0.0, 180.0),
    "dose_rad_per_year": (1e-6, 1e12),
    "shielding_mm": (0.01, 1000.0),
    "year": (1950.0, 2200.0),
}
NEEDED = ("altitude_km", "inclination_deg", "dose_rad_per_year")
REMARKS = ("grade", "source")
ANY_YEAR = 0.0  # of rows without one
TOP_TOLERANCE_KM = 1.0


class _Row(NamedTuple):
    altitude_km: float
    inclination_deg: float  # 0 to 90: a retrograde orbit passes the same latitudes as its mirror image
    dose_rad_per_year: float
    shielding_mm: float
    year: float
    line: int


class DoseTable:
    """Doses in silicon at points of altitude, inclination, depth of aluminium and year.

    Between points the logarithm of dose is linear in altitude, inclination, year, and the logarithm of depth, in this
    order from the inside: inclination at each altitude, altitude at each depth, depth at each year. Points need form no
    grid; inclinations beyond those of an altitude take the nearest. Below the lowest altitude its dose stays, which is
    too much where air has taken the belt away. Above the highest, and outside depths or years of a table with
    several, is refused.

    Parameters
    ----------
    rows : iterable of (altitude_km, inclination_deg, dose_rad_per_year, shielding_mm, year)
        Year 0: any.
    source : str
        Name for messages.
    """

    def __init__(self, rows: Iterable[tuple[float, float, float, float, float]], source: str):
        self.source = source
        self._tree: dict[float, dict[float, dict[float, dict[float, float]]]] = {}
        for altitude_km, inclination_deg, dose, shielding_mm, year in rows:
            at_depth = self._tree.setdefault(year, {}).setdefault(shielding_mm, {})
            at_depth.setdefault(altitude_km, {})[min(inclination_deg, 180.0 - inclination_deg)] = math.log(dose)

    @classmethod
    def named(cls, table: str | Path, *, shielding_mm: float = 10.0) -> DoseTable:
        """Return the built-in table of that name, or that of a CSV file.

        Parameters
        ----------
        table : str or Path
            "default", "filed_band", or a path. Columns `altitude_km`, `inclination_deg`, `dose_rad_per_year`, and
            where they vary `shielding_mm` and `year` (a year with fraction: mean dose rate about then); `grade` and
            `source` are remarks. Lines that begin with # are comments.
        shielding_mm : float
            Depth that holds for a file without this column [mm].

        Raises
        ------
        ScenarioError
            With the line and column of every fault.
        """
        if str(table) in BUILT_IN:
            name = BUILT_IN[str(table)]
            text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
        else:
            name, text = str(table), read_text(table)
        return cls((row[:5] for row in _read_rows(text, name, shielding_mm)), name)

    @property
    def has_years(self) -> bool:
        """True where the table tells years apart, and so has the solar cycle in it."""
        return set(self._tree) != {ANY_YEAR}

    def dose_rad_per_year(
        self, altitude_km, inclination_deg, *, shielding_mm: float, year: float, exponent: float = 1.0
    ) -> np.ndarray:
        """Return the dose rate on orbits, float64[n_orbit].

        Parameters
        ----------
        altitude_km, inclination_deg : float or float64[n_orbit]
        shielding_mm : float
        year : float
            Without effect where the table has no years.
        exponent : float
            Dose goes as depth to this power, negative, in a table with one depth only.

        Raises
        ------
        ModelError
            If the table does not reach so far.
        """
        heights, tilts = np.broadcast_arrays(
            np.atleast_1d(np.asarray(altitude_km, float)), np.atleast_1d(np.asarray(inclination_deg, float))
        )
        if self.has_years and not min(self._tree) <= year <= max(self._tree):
            raise self._beyond("year", year, min(self._tree), max(self._tree), "")
        folded = np.minimum(tilts, 180.0 - tilts)
        by_year = {
            date: self._at_depth(depths, heights, folded, shielding_mm, exponent) for date, depths in self._tree.items()
        }
        return np.exp(_between(by_year, np.full(heights.shape, year)))

    def _at_depth(self, depths, altitude_km, inclination_deg, shielding_mm: float, exponent: float) -> np.ndarray:
        """Return the logarithms of dose at one year."""
        logs = {depth: self._at_altitude(rows, altitude_km, inclination_deg) for depth, rows in depths.items()}
        if len(logs) == 1:
            depth, value = next(iter(logs.items()))
            return value + math.log(shielding_factor(shielding_mm, depth, exponent))
        if not min(logs) <= shielding_mm <= max(logs):
            raise self._beyond("shielding", shielding_mm, min(logs), max(logs), " mm")
        by_log = {math.log(depth): value for depth, value in logs.items()}
        return _between(by_log, np.full(altitude_km.shape, math.log(shielding_mm)))

    def _at_altitude(self, altitudes, altitude_km, inclination_deg) -> np.ndarray:
        """Return the logarithms of dose at one year and depth."""
        top, highest = max(altitudes), float(altitude_km.max(initial=0.0))
        if not highest <= top + TOP_TOLERANCE_KM:
            raise self._beyond("altitude", highest, 0.0, top, " km")
        logs = {}
        for height, tilts in altitudes.items():
            known = sorted(tilts.items())
            logs[height] = np.interp(inclination_deg, [tilt for tilt, _ in known], [value for _, value in known])
        return _between(logs, altitude_km)

    def _beyond(self, what: str, value: float, low: float, high: float, unit: str) -> ModelError:
        text = f"{self.source} gives no dose at {what} {value:g}{unit}: it reaches {low:g} to {high:g}{unit}"
        return ModelError(
            text + "; give a table that does (radiation.table), or set radiation: none",
            quantity=what,
            value=value,
            limit=(low, high),
            where=self.source,
        )


def _between(points: dict[float, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return values at x, linear between what stands at the points and constant beyond: all float64[n_orbit]."""
    places = np.array(sorted(points))
    rows = np.stack([points[place] for place in places])
    if len(places) == 1:
        return rows[0]
    at = np.interp(x, places, np.arange(places.size))
    below = np.minimum(at.astype(int), places.size - 2)
    part, column = at - below, np.arange(x.size)
    return rows[below, column] * (1 - part) + rows[below + 1, column] * part


def _read_rows(text: str, source: str, shielding_mm: float) -> list[_Row]:
    """Return the rows of a CSV text; raise with every fault and its line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    if not lines:
        raise ScenarioError(Problem("has no rows", "radiation.table", source=source, cure="give a header and doses"))
    header = [name.strip() for name in next(csv.reader([lines[0][1]]))]
    problems = [
        Problem(f"there is no column {name}", source=source, line=lines[0][0], column=1, cure=f"columns: {header}")
        for name in NEEDED
        if name not in header
    ]
    problems += [
        Problem(
            f"column {name} is not known",
            source=source,
            line=lines[0][0],
            column=k,
            limit=f"known are {', '.join([*COLUMNS, *REMARKS])}",
        )
        for k, name in enumerate(header, 1)
        if name not in COLUMNS and name not in REMARKS
    ]
    raise_problems(problems)
    rows: list[_Row] = []
    seen: dict[tuple[float, ...], int] = {}
    for number, line in lines[1:]:
        cells = dict(zip(header, (cell.strip() for cell in next(csv.reader([line]))), strict=False))
        values, faults = {"shielding_mm": shielding_mm, "year": ANY_YEAR}, []
        for k, name in enumerate(header, 1):
            if name in COLUMNS:
                value, fault = _number(cells.get(name, ""), *COLUMNS[name])
                values[name] = value
                faults += [Problem(fault, name, cells.get(name), source=source, line=number, column=k)] * bool(fault)
        problems += faults
        if faults:
            continue
        row = _Row(line=number, **values)
        key = (row.altitude_km, min(row.inclination_deg, 180 - row.inclination_deg), row.shielding_mm, row.year)
        if key in seen:
            problems.append(Problem(f"repeats line {seen[key]}", source=source, line=number, column=1, cure="keep one"))
        seen[key] = number
        rows.append(row)
    if not rows and not problems:
        problems.append(Problem("has a header and no rows", source=source, line=lines[0][0], column=1))
    raise_problems(problems)
    return rows


def _number(text: str, low: float, high: float) -> tuple[float, str]:
    """Return the number of a cell, and what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        return math.nan, f"{text!r} is no number" if text else "is empty"
    if not low <= value <= high:
        return math.nan, f"{value:g} is not within {low:g} to {high:g}"
    return value, ""
