"""Rows of recorded requests: the lines of three public forms to whole numbers, with every fault named by its line.

A row is a moment [ns] and two sizes that can be added up: tokens read and written, or, of a pod, thousandths of
accelerator-seconds and nothing. Digits are those of ASCII; a number with a sign, a point or a blank is refused.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from ..errors import Problem, ScenarioError

FORMS = ("azure", "alibaba", "mooncake")
SCALE_UNIT = 1_000_000_000  # scales are whole billionths, so that what they make is counted exactly
LARGEST_TOKENS = 100_000_000  # of one request; contexts of 2026 end at 10 million
LARGEST_TIME_S = 4_000_000_000
LARGEST_PODS_GPUS, WHOLE_GPU_MILLI = 100_000, 1000
SHOWN_PROBLEMS = 20

_DATE = r"(?:19[7-9]|20\d|21\d)\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
_DATED = re.compile(rf"({_DATE})(Z|\+00:00|[+-]\d\d:\d\d)?", re.ASCII)
_ALL_DATED = re.compile(rf"{_DATE}(?:,{_DATE})*+", re.ASCII)
_SECONDS = re.compile(r"\d{1,10}(?:\.\d{1,9})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_ALL_WHOLE = re.compile(r"\d{1,15}+(?:,\d{1,15}+)*+", re.ASCII)

AZURE_COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
ALIBABA_COLUMNS = ("num_gpu", "gpu_milli", "creation_time", "deletion_time", "scheduled_time")
MOONCAKE_KEYS = ("timestamp", "input_length", "output_length")
FIRST_COLUMN = {"azure": AZURE_COLUMNS, "alibaba": ALIBABA_COLUMNS}


class TraceRows(NamedTuple):
    """Rows of a file in its order, arrays int64[n_row]; `left_out` counts those without work, which are not there.

    `sums` are of all rows that were read, by what was added up; `span_ns` are the times of the first and last of them.
    """

    time_ns: np.ndarray
    first: np.ndarray
    second: np.ndarray
    left_out: int
    span_ns: tuple[int, int]
    sums: dict[str, int]


class Lines(NamedTuple):
    """Some lines of a file: its name, the number of the first line, and their text."""

    source: str
    line: int
    texts: list[str]

    def fault(self, row: int, what: str, value: str | None = None, *, path: str = "", cure: str = "") -> Problem:
        """Return a problem of one line."""
        return Problem(what, path, value, source=self.source, line=self.line + row, column=1, cure=cure)


def header_columns(form: str, header: str, source: str) -> tuple[int, ...]:
    """Return where the columns stand that a form needs.

    Raises
    ------
    ScenarioError
        One is missing or stands twice.
    """
    names = [name.strip() for name in next(csv.reader([header]), [])]
    problems = []
    for name in FIRST_COLUMN[form]:
        if names.count(name) != 1:
            what = f"there is no column {name}" if name not in names else f"column {name} stands twice"
            cure = f"the form {form} needs {', '.join(FIRST_COLUMN[form])}"
            problems.append(Problem(what, source=source, line=1, column=1, cure=cure))
    if problems:
        raise ScenarioError(problems)
    return tuple(names.index(name) for name in FIRST_COLUMN[form])


def azure_rows(lines: Lines, places: Sequence[int], width: int) -> TraceRows:
    """Return rows of `TIMESTAMP,ContextTokens,GeneratedTokens`; moments are dates in UTC, or seconds from any zero."""
    moment, tokens_in, tokens_out = _columns(lines, places, width)
    time_ns = _times_ns(lines, moment, AZURE_COLUMNS[0])
    return _token_rows(
        lines,
        time_ns,
        _whole(lines, tokens_in, AZURE_COLUMNS[1], LARGEST_TOKENS),
        _whole(lines, tokens_out, AZURE_COLUMNS[2], LARGEST_TOKENS),
    )


def alibaba_rows(lines: Lines, places: Sequence[int], width: int) -> TraceRows:
    """Return pods by when they were created; times are whole seconds, work is what their accelerators were held for.

    Pods without accelerators, and those that never ran, have no work.
    """
    count, milli, created, deleted, scheduled = _columns(lines, places, width)
    n_gpu = _whole(lines, count, "num_gpu", LARGEST_PODS_GPUS)
    gpu_milli = _whole(lines, milli, "gpu_milli", WHOLE_GPU_MILLI)
    created_s = _whole(lines, created, "creation_time", LARGEST_TIME_S)
    deleted_s = _whole(lines, deleted, "deletion_time", LARGEST_TIME_S)
    begun = [begin or end for begin, end in zip(scheduled, deleted, strict=True)]
    begun_s = _whole(lines, begun, "scheduled_time", LARGEST_TIME_S)
    _raise(
        [
            lines.fault(row, "the pod ends before it begins", path="deletion_time", cure="mend the row")
            for row in np.flatnonzero((deleted_s < begun_s) | (begun_s < created_s)).tolist()
        ]
    )
    _forwards(lines, created_s)
    milli_s = n_gpu * gpu_milli * (deleted_s - begun_s)
    works = milli_s > 0
    sums = {
        "pods": created_s.size,
        "gpu_pods": int((n_gpu > 0).sum()),
        "gpu_milli": int((n_gpu * gpu_milli).sum()),
        "held_s": int((deleted_s - created_s).sum()),
        "gpu_milli_s": int(milli_s.sum()),
    }
    span_ns = int(created_s[0]) * 1_000_000_000, int(created_s[-1]) * 1_000_000_000
    time_ns = created_s[works] * 1_000_000_000
    return TraceRows(time_ns, milli_s[works], np.zeros_like(time_ns), int((~works).sum()), span_ns, sums)


def mooncake_rows(lines: Lines, places: Sequence[int], width: int) -> TraceRows:
    """Return rows of JSON, one map a line, with `timestamp` in milliseconds, `input_length` and `output_length`."""
    table = np.empty((3, len(lines.texts)), np.int64)
    problems = []
    for row, text in enumerate(lines.texts):
        try:
            item = json.loads(text)
        except (ValueError, RecursionError):
            problems.append(lines.fault(row, "the line is no JSON", cure="write one map a line"))
            continue
        for k, key in enumerate(MOONCAKE_KEYS):
            value = item.get(key) if isinstance(item, dict) else None
            most = LARGEST_TIME_S * 1000 if k == 0 else LARGEST_TOKENS
            if type(value) is not int or not 0 <= value <= most:
                problems.append(lines.fault(row, _not_whole(str(value), most, key in (item or ())), path=key))
                value = 0
            table[k, row] = value
    _raise(problems)
    return _token_rows(lines, table[0] * 1_000_000, table[1], table[2])


READERS: dict[str, Callable[[Lines, Sequence[int], int], TraceRows]] = {
    "azure": azure_rows,
    "alibaba": alibaba_rows,
    "mooncake": mooncake_rows,
}


def is_dated(text: str) -> bool:
    """Return whether a moment is a date and not a number of seconds."""
    return bool(_DATED.fullmatch(text.strip()))


def _token_rows(lines: Lines, time_ns: np.ndarray, tokens_in: np.ndarray, tokens_out: np.ndarray) -> TraceRows:
    _raise(
        [
            lines.fault(row, "the request has no tokens", cure="take the row out")
            for row in np.flatnonzero(tokens_in + tokens_out == 0).tolist()
        ]
    )
    _forwards(lines, time_ns)
    sums = {"requests": time_ns.size, "tokens_in": int(tokens_in.sum()), "tokens_out": int(tokens_out.sum())}
    return TraceRows(time_ns, tokens_in, tokens_out, 0, (int(time_ns[0]), int(time_ns[-1])), sums)


def _columns(lines: Lines, places: Sequence[int], width: int) -> list[tuple[str, ...]]:
    """Return the columns at some places, each a text for every line."""
    try:
        rows = list(csv.reader(lines.texts, strict=True))
    except csv.Error as error:
        raise ScenarioError(
            Problem(f"the lines cannot be read: {error}", source=lines.source, line=lines.line)
        ) from None
    if len(rows) != len(lines.texts):
        raise ScenarioError(lines.fault(0, "a value in quotes runs on over lines", cure="close its quotes"))
    _raise(
        [
            lines.fault(row, f"{len(values)} values under {width} columns", cure="mend the row")
            for row, values in enumerate(rows)
            if len(values) != width
        ]
    )
    table = list(zip(*rows, strict=True))
    return [table[place] for place in places]


def _whole(lines: Lines, column: Sequence[str], name: str, most: int) -> np.ndarray:
    """Return int64[n_row] of a column of whole numbers from 0 to `most`."""
    joined = ",".join(column)
    if _ALL_WHOLE.fullmatch(joined):
        values = np.fromstring(joined, dtype=np.int64, sep=",")
        if values.size == len(column) and values.max() <= most:
            return values
    _raise(
        [
            lines.fault(row, _not_whole(text, most), text, path=name)
            for row, text in enumerate(column)
            if not _WHOLE.fullmatch(text) or int(text) > most
        ]
    )
    raise AssertionError("no value of the column is wrong")


def _not_whole(text: str, most: int, given: bool = True) -> str:
    """Return what is wrong with a text that should be a whole number from 0 to `most`."""
    if not given or not text.strip():
        return "the value is missing"
    if re.fullmatch(r"-\d+(\.\d+)?", text, re.ASCII):
        return f"{text} is below 0"
    if re.fullmatch(r"\d+", text, re.ASCII):
        return f"{text[:24]} is above {most}"
    return f"'{text[:40]}' is no whole number"


def _times_ns(lines: Lines, column: Sequence[str], name: str) -> np.ndarray:
    """Return int64[n_row] of a column of dates [ns from 1970, UTC] or of seconds [ns from their own zero]."""
    if _ALL_DATED.fullmatch(",".join(column)):
        try:
            return np.array(column, dtype="datetime64[ns]").astype(np.int64)
        except ValueError:
            pass  # a day or hour that does not exist: found below
    one_ns = _date_ns if is_dated(column[0]) else _seconds_ns
    values, problems = np.empty(len(column), np.int64), []
    for row, text in enumerate(column):
        value = one_ns(text)
        if value is None:
            kind = "date" if one_ns is _date_ns else "time in seconds"
            cure = "write 2026-06-21 00:00:00.5, or seconds in all rows" if row or kind == "date" else ""
            problems.append(lines.fault(row, f"'{text[:40]}' is no {kind}", text, path=name, cure=cure))
            value = 0
        values[row] = value
    _raise(problems)
    return values


def _date_ns(text: str) -> int | None:
    match = _DATED.fullmatch(text)
    try:
        if match is None:
            return None
        nanoseconds = int(np.datetime64(match.group(1), "ns").astype(np.int64))
    except ValueError:
        return None
    zone = match.group(2)
    if zone is None or zone in ("Z", "+00:00"):
        return nanoseconds
    try:
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").utcoffset()
    except ValueError:
        return None
    assert offset is not None
    return nanoseconds - round(offset.total_seconds()) * 1_000_000_000


def _seconds_ns(text: str) -> int | None:
    if not _SECONDS.fullmatch(text):
        return None
    whole, _, part = text.partition(".")
    return int(whole) * 1_000_000_000 + int(part.ljust(9, "0")) if int(whole) <= LARGEST_TIME_S else None


def _forwards(lines: Lines, time: np.ndarray) -> None:
    """Raise where a moment lies before the one in the row above."""
    _raise(
        [
            lines.fault(row + 1, "time runs backwards", cure="sort the file by time")
            for row in np.flatnonzero(np.diff(time) < 0).tolist()
        ]
    )


def _raise(problems: list[Problem]) -> None:
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        shown = problems[:SHOWN_PROBLEMS]
        raise ScenarioError(shown + ([Problem(f"and {more} more like these", source=shown[0].source)] * (more > 0)))
