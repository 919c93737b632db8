"""Tables of mean elements, as CSV or as columns, for satellites of one's own design."""

import csv
import difflib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem
from ..physics.orbit import ECCENTRICITY_LIMIT, frozen_eccentricity, secular_rates
from .elements import raise_problems, read_text
from .frames import DAY_S, instants, instants_after
from .shells import LOWEST_ALTITUDE_M

# name: factor to SI, least and largest value
NUMBERS = {
    "semi_major_axis_m": (1.0, EARTH_RADIUS_M + LOWEST_ALTITUDE_M, np.inf),
    "altitude_m": (1.0, LOWEST_ALTITUDE_M, np.inf),
    "altitude_km": (1e3, LOWEST_ALTITUDE_M / 1e3, np.inf),
    "eccentricity": (1.0, 0.0, ECCENTRICITY_LIMIT),
    "inclination_deg": (np.pi / 180, 0.0, 180.0),
    "raan_deg": (np.pi / 180, -360.0, 360.0),
    "arg_perigee_deg": (np.pi / 180, -360.0, 360.0),
    "mean_anomaly_deg": (np.pi / 180, -360.0, 360.0),
    "arg_latitude_deg": (np.pi / 180, -360.0, 360.0),
}
HEIGHTS = ("altitude_km", "altitude_m", "semi_major_axis_m")
PHASES = ("arg_latitude_deg", "mean_anomaly_deg")
COLUMNS = (*NUMBERS, "plane", "slot", "catalog_number", "shell", "satellite_type", "name", "epoch")
UNITS = {"m": "m", "km": "km", "deg": "deg"}


class TableRows(NamedTuple):
    """What a table gives to a constellation; fields as there."""

    semi_major_axis_m: np.ndarray
    eccentricity: np.ndarray
    inclination_rad: np.ndarray
    raan_rad: np.ndarray
    arg_perigee_rad: np.ndarray
    mean_anomaly_rad: np.ndarray
    shell: np.ndarray
    plane: np.ndarray
    slot: np.ndarray
    shell_names: list[str]
    shell_satellite_type: list[str | None]
    catalog_number: np.ndarray
    names: list[str] | None


class _Columns:
    """Columns of text or numbers, where they stood, and what was found wrong with them."""

    def __init__(self, table: Mapping[str, Any], source: str, lines: list[int] | None):
        self.table, self.source = table, source
        self.n_row = max((np.size(column) for column in table.values()), default=0)
        self.lines = lines  # of the header and each row; None where the table is no file
        self.problems: list[Problem] = []

    def refuse(self, what: str, value: Any = None, *, row: int | None = None, name: str = "", **more) -> None:
        """Note a fault of a row and column, or of the header where no row is given."""
        if self.lines is None:
            path, line, column = name if row is None else f"row {row}, {name}", 0, 0
        else:
            line = self.lines[0 if row is None else row + 1] if self.lines else 0
            path, column = name, list(self.table).index(name) + 1 if name in self.table else 1
        self.problems.append(Problem(what, path, value, source=self.source, line=line, column=column, **more))

    def raise_problems(self) -> None:
        """Raise what was found, in the order of the file."""
        raise_problems(sorted(self.problems, key=lambda problem: problem.line))

    def number(self, name: str, low: float = -np.inf, high: float = np.inf) -> np.ndarray:
        """Return float64[n_row] of a column; notes what is no number, or outside its limits."""
        given = self.table[name]
        given = given.to_value(UNITS.get(name.rpartition("_")[2], "")) if hasattr(given, "to_value") else given
        texts = np.broadcast_to(np.asarray(given), (self.n_row,))
        try:
            value = texts.astype(float)
        except ValueError:
            value = np.array([_number(text) for text in texts.tolist()])
        for row in np.flatnonzero(~((value >= low) & (value <= high) & np.isfinite(value))).tolist():
            text = str(texts[row])
            if np.isfinite(value[row]):
                below = value[row] < low
                what = f"{value[row]:g} is {'below' if below else 'above'} {low if below else high:g}"
                self.refuse(what, text, row=row, name=name, cure="raise it" if below else "lower it")
            else:
                self.refuse(f"{text!r} is no number", text, row=row, name=name)
        return value

    def whole(self, name: str, missing: np.ndarray) -> np.ndarray:
        """Return int64[n_row] of a column, or `missing` where there is no such column."""
        if name not in self.table:
            return missing
        value = self.number(name, 0.0)
        for row in np.flatnonzero(value != np.floor(value)).tolist():
            if np.isfinite(value[row]):
                self.refuse(f"{value[row]:g} is no whole number", row=row, name=name)
        return np.where(np.isfinite(value), value, 0.0).astype(np.int64)

    def text(self, name: str, missing: str) -> np.ndarray:
        """Return a column as text."""
        return np.broadcast_to(np.asarray(self.table.get(name, missing)).astype(str), (self.n_row,))

    def seconds_until(self, epoch: datetime, name: str) -> np.ndarray:
        """Return float64[n_row], seconds from the dates of a column to `epoch`."""
        dates = np.empty(self.n_row, dtype="datetime64[ns]")
        for row, text in enumerate(self.text(name, "").tolist()):
            try:
                dates[row] = np.datetime64(text.strip().removesuffix("Z"), "ns")
            except ValueError:
                dates[row] = np.datetime64("NaT", "ns")
            if np.isnat(dates[row]):
                self.refuse(f"{text!r} is no date", text, row=row, name=name, cure="give 2026-06-21T00:00:00")
        self.raise_problems()
        then, now = instants(dates), instants_after(epoch, 0.0)
        return ((now.day - then.day) + (now.fraction - then.fraction)) * DAY_S


def read_element_table(path: str | Path, epoch: datetime) -> TableRows:
    """Return the rows of a CSV file whose first line names the columns; `#` starts a comment."""
    text, source = read_text(path), str(path)
    kept = [(k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    lines = [k for k, _ in kept]
    rows = list(csv.reader([line for _, line in kept], skipinitialspace=True))
    header = [name.strip() for name in rows[0]] if rows else []
    problems = [
        Problem(f"{len(row)} values under {len(header)} columns", source=source, line=line, column=1)
        for line, row in zip(lines[1:], rows[1:], strict=False)
        if len(row) != len(header)
    ]
    if len(set(header)) < len(header):
        problems.insert(0, Problem("two columns have one name", source=source, line=lines[0], column=1))
    raise_problems(problems)
    columns = {name: [row[k] for row in rows[1:]] for k, name in enumerate(header)}
    return table_rows(columns, epoch, source=source, lines=lines)


def table_rows(
    table: Mapping[str, Any], epoch: datetime, *, source: str = "", lines: list[int] | None = None
) -> TableRows:
    """Return checked rows from columns; `source` and `lines` (header first) say where they stood.

    Raises
    ------
    ScenarioError
        With every fault, twenty at most and a count.
    """
    columns = _Columns(table, source, lines)
    _check_header(columns)
    number = {
        name: columns.number(name, low, high) * factor for name, (factor, low, high) in NUMBERS.items() if name in table
    }
    row = np.arange(columns.n_row)
    plane, slot = columns.whole("plane", 0 * row), columns.whole("slot", row)
    catalog_number = columns.whole("catalog_number", 0 * row)
    columns.raise_problems()

    height = next(name for name in HEIGHTS if name in number)
    a = number[height] + (0.0 if height == "semi_major_axis_m" else EARTH_RADIUS_M)
    inclination, raan = number["inclination_deg"], number["raan_deg"]
    perigee = number.get("arg_perigee_deg", np.full(columns.n_row, 0.5 * np.pi))
    eccentricity = number.get("eccentricity", frozen_eccentricity(a, inclination))
    anomaly = number["mean_anomaly_deg"] if "mean_anomaly_deg" in number else number["arg_latitude_deg"] - perigee
    if "epoch" in table:
        age_s = columns.seconds_until(epoch, "epoch")
        eccentricity, perigee, anomaly, raan = carried(a, inclination, eccentricity, perigee, anomaly, raan, age_s)
    shell, shell_names, shell_type = _shells(columns.text("shell", "elements"), columns.text("satellite_type", ""))
    return TableRows(
        semi_major_axis_m=a,
        eccentricity=eccentricity,
        inclination_rad=inclination,
        raan_rad=np.mod(raan, 2 * np.pi),
        arg_perigee_rad=np.mod(perigee, 2 * np.pi),
        mean_anomaly_rad=np.mod(anomaly, 2 * np.pi),
        shell=shell,
        plane=plane.astype(np.int32),
        slot=slot.astype(np.int32),
        shell_names=shell_names,
        shell_satellite_type=shell_type,
        catalog_number=catalog_number,
        names=columns.text("name", "").tolist() if "name" in table else None,
    )


def _check_header(columns: _Columns) -> None:
    """Raise if columns are unknown, missing, side by side, or of unequal length."""
    table = columns.table
    for name, column in table.items():
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            cure = f"did you mean {near[0]}?" if near else "columns are " + ", ".join(COLUMNS)
            columns.refuse(f"column {name!r} is not known", cure=cure)
        if np.size(column) not in (columns.n_row, 1):
            columns.refuse(f"column {name} has {np.size(column)} values, where {columns.n_row} are due")
    if columns.n_row == 0:
        columns.refuse("there are no satellites", cure="give at least one row")
    for one in (HEIGHTS, PHASES):
        given = [name for name in one if name in table]
        if len(given) > 1:
            columns.refuse(f"{' and '.join(given)} stand side by side", cure="keep one of them")
        elif not given:
            columns.refuse(f"column {one[0]} is missing", cure="give one of " + ", ".join(one))
    due = ["inclination_deg", "raan_deg"] + ["arg_perigee_deg"] * ("eccentricity" in table)
    due += ["eccentricity"] * ("arg_perigee_deg" in table)
    for name in due:
        if name not in table:
            columns.refuse(f"column {name} is missing")
    columns.raise_problems()


def carried(a, inclination, eccentricity, perigee, anomaly, raan, age_s):
    """Return eccentricity, perigee, mean anomaly and node `age_s` seconds later, by the secular rates.

    The eccentricity vector less the frozen one turns at the rate of perigee (MODEL §1.1), and the mean argument of
    latitude runs on at the sum of both rates.
    """
    anomaly_rate, perigee_rate, node_rate = secular_rates(a, inclination)
    frozen, turned = frozen_eccentricity(a, inclination), perigee_rate * age_s
    ex, ey = eccentricity * np.cos(perigee), eccentricity * np.sin(perigee) - frozen
    ex, ey = ex * np.cos(turned) - ey * np.sin(turned), frozen + ex * np.sin(turned) + ey * np.cos(turned)
    later = np.arctan2(ey, ex)
    latitude = perigee + anomaly + (anomaly_rate + perigee_rate) * age_s
    return np.hypot(ex, ey), later, latitude - later, raan + node_rate * age_s


def _number(text: Any) -> float:
    """Return a number, NaN for what is none."""
    try:
        return float(text)
    except ValueError:
        return np.nan


def _shells(name: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, list[str], list[str | None]]:
    """Return int32[n] which shell, numbered as they first appear; their names and satellite types."""
    both = np.char.add(np.char.add(name, "\n"), kind)
    _, first, index = np.unique(both, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return (
        rank[index].astype(np.int32),
        [str(name[k]) for k in first[order]],
        [str(kind[k]) or None for k in first[order]],
    )
