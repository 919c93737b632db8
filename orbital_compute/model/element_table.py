"""Tables of mean elements, as CSV or as columns, for satellites of one's own design."""

import csv
import difflib
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
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
WHOLE = ("plane", "slot", "catalog_number")
TEXT = ("shell", "satellite_type", "name", "epoch")
COLUMNS = (*NUMBERS, *WHOLE, *TEXT)


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


def read_element_table(path: str | Path, epoch: datetime) -> TableRows:
    """Return the rows of a CSV file whose first line names the columns; `#` starts a comment."""
    text, source = read_text(path), str(path)
    lines = [k for k, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    kept = "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    rows = list(csv.reader(io.StringIO(kept), skipinitialspace=True))
    header = [name.strip() for name in rows[0]] if rows else []
    problems = [
        Problem(f"{len(row)} values under {len(header)} columns", source=source, line=line, column=1)
        for line, row in zip(lines[1:], rows[1:], strict=False)
        if len(row) != len(header)
    ]
    raise_problems(problems)
    columns = {name: [row[k] for row in rows[1:]] for k, name in enumerate(header)}
    if len(columns) < len(header):
        raise_problems([Problem("two columns have one name", source=source, line=lines[0], column=1)])
    return table_rows(columns, epoch, source=source, lines=lines)


def table_rows(
    table: Mapping[str, Any], epoch: datetime, *, source: str = "", lines: list[int] | None = None
) -> TableRows:
    """Return checked rows from columns; `source` and `lines` (header first) say where they stood."""
    problems: list[Problem] = []
    n_row = max((np.size(column) for column in table.values()), default=0)
    line = lines or [0] * (n_row + 1)

    def refuse(what: str, row: int, name: str, value=None, **more) -> None:
        path = name if lines else f"row {row}, {name}"
        column = list(table).index(name) + 1 if name in table and lines else 0
        problems.append(Problem(what, path, value, source=source, line=line[row + 1], column=column, **more))

    for name in table:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            cure = f"did you mean {near[0]}?" if near else "columns are " + ", ".join(COLUMNS)
            problems.append(Problem(f"column {name!r} is not known", source=source, line=line[0], column=1, cure=cure))
    if n_row == 0:
        problems.append(Problem("there are no satellites", source=source, cure="give at least one row"))
    for one in (("semi_major_axis_m", "altitude_m", "altitude_km"), ("mean_anomaly_deg", "arg_latitude_deg")):
        given = [name for name in one if name in table]
        if len(given) != 1:
            what = f"{' and '.join(given)} stand side by side" if given else f"column {one[-1]} is missing"
            problems.append(Problem(what, source=source, line=line[0], cure="give one of " + ", ".join(one)))
    for name in ("inclination_deg", "raan_deg"):
        if name not in table:
            problems.append(Problem(f"column {name} is missing", source=source, line=line[0]))
    raise_problems(problems)

    number = {}
    for name, (factor, low, high) in NUMBERS.items():
        if name in table:
            value = _floats(
                table[name], n_row, lambda row, text, name=name: refuse(f"{text!r} is no number", row, name)
            )
            for row in np.flatnonzero(~((value >= low) & (value <= high) & np.isfinite(value)))[:1000].tolist():
                if not np.isnan(value[row]) or not _is_text(table[name]):
                    limit = f"at least {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"
                    refuse(f"{value[row]:g}", row, name, float(value[row]), limit=limit)
            number[name] = value * factor
    whole = {name: _wholes(table[name], n_row, name, refuse) for name in WHOLE if name in table}
    raise_problems(sorted(problems, key=lambda problem: problem.line))

    a = number.get("semi_major_axis_m")
    if a is None:
        a = EARTH_RADIUS_M + number["altitude_m" if "altitude_m" in number else "altitude_km"]
    inclination = number["inclination_deg"]
    if "eccentricity" in number:
        eccentricity = number["eccentricity"]
        perigee = number.get("arg_perigee_deg", np.full(n_row, 0.5 * np.pi))
    else:
        eccentricity, perigee = frozen_eccentricity(a, inclination), np.full(n_row, 0.5 * np.pi)
    anomaly = number["mean_anomaly_deg"] if "mean_anomaly_deg" in number else number["arg_latitude_deg"] - perigee
    raan = number["raan_deg"]
    if "epoch" in table:
        age_s = _seconds_to(epoch, table["epoch"], refuse)
        raise_problems(problems)
        eccentricity, perigee, anomaly, raan = carried(a, inclination, eccentricity, perigee, anomaly, raan, age_s)
    shell, shell_names, shell_type = _shells(table, n_row)
    names = [str(name) for name in table["name"]] if "name" in table else None
    return TableRows(
        semi_major_axis_m=a,
        eccentricity=eccentricity,
        inclination_rad=inclination,
        raan_rad=np.mod(raan, 2 * np.pi),
        arg_perigee_rad=np.mod(perigee, 2 * np.pi),
        mean_anomaly_rad=np.mod(anomaly, 2 * np.pi),
        shell=shell,
        plane=whole.get("plane", np.zeros(n_row)).astype(np.int32),
        slot=whole.get("slot", np.arange(n_row)).astype(np.int32),
        shell_names=shell_names,
        shell_satellite_type=shell_type,
        catalog_number=whole.get("catalog_number", np.zeros(n_row)).astype(np.int64),
        names=names,
    )


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


def _is_text(column) -> bool:
    return np.asarray(column).dtype.kind not in "fiu"


def _floats(column, n_row: int, refuse) -> np.ndarray:
    """Return float64[n_row]; calls `refuse(row, text)` for what is no number and leaves NaN there."""
    plain = column.to_value() if hasattr(column, "to_value") else column
    try:
        return np.broadcast_to(np.asarray(plain, dtype=float), (n_row,)).copy()
    except ValueError:
        value = np.full(n_row, np.nan)
        for row, text in enumerate(plain):
            try:
                value[row] = float(text)
            except ValueError:
                refuse(row, text)
        return value


def _wholes(column, n_row: int, name: str, refuse) -> np.ndarray:
    value = _floats(column, n_row, lambda row, text: refuse(f"{text!r} is no number", row, name))
    for row in np.flatnonzero((value != np.floor(value)) | (value < 0)).tolist():
        refuse(f"{value[row]:g} is no whole number from 0", row, name)
    return np.where(np.isfinite(value), value, 0).astype(np.int64)


def _seconds_to(epoch: datetime, column, refuse) -> np.ndarray:
    """Return seconds from the epoch of each row to `epoch`."""
    try:
        dates = np.array([str(text).strip().removesuffix("Z") for text in column], dtype="datetime64[ns]")
        row, start = instants(dates), instants_after(epoch, 0.0)
    except (ValueError, ScenarioError) as error:
        refuse(f"a date cannot be read: {error}", 0, "epoch", cure="give 2026-06-21T00:00:00")
        return np.zeros(len(column))
    return ((start.day - row.day) + (start.fraction - row.fraction)) * DAY_S


def _shells(table: Mapping[str, Any], n_row: int) -> tuple[np.ndarray, list[str], list[str | None]]:
    """Return int32[n] which shell, the names as they first appear, and the satellite type of each shell."""
    name = np.asarray(table["shell"] if "shell" in table else np.full(n_row, "elements")).astype(str)
    kind = np.asarray(table["satellite_type"] if "satellite_type" in table else np.full(n_row, "")).astype(str)
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
