"""Real element sets: what the readers share, and refusing what is doubled, stale or decayed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Problem, ScenarioError
from .frames import DAY_S, instants_after

SHOWN_PROBLEMS = 20
STALE_DAYS = 30.0  # SGP4 errs by 1-3 km a day (MODEL §1.2)
REFUSED_DAYS = 365.0

SGP4_ERRORS = {
    1: "mean eccentricity out of range",
    2: "mean motion below zero",
    3: "perturbed eccentricity out of range",
    4: "semi-latus rectum below zero",
    5: "elements are suborbital",
    6: "it has decayed",
}


@dataclass(frozen=True)
class ElementSet:
    """One satellite's element set: its SGP4 record, our own number, and where it stood."""

    catalog_number: int
    name: str
    record: Any  # sgp4.api.Satrec
    place: Problem

    @property
    def epoch(self) -> datetime:
        """Epoch, UTC."""
        days = (self.record.jdsatepoch - 2440587.5) + self.record.jdsatepochF
        return datetime.fromtimestamp(round(days * DAY_S * 1e6) / 1e6, UTC)


def raise_problems(problems: list[Problem]) -> None:
    """Raise what was found as one error: twenty at most, then a count."""
    if not problems:
        return
    shown = problems[:SHOWN_PROBLEMS]
    if len(problems) > SHOWN_PROBLEMS:
        shown.append(Problem(f"and {len(problems) - SHOWN_PROBLEMS} more problems", source=problems[0].source))
    raise ScenarioError(shown)


def read_text(path: str | Path) -> str:
    """Return the text of a file of plain characters.

    Raises
    ------
    ScenarioError
        If it is missing, unreadable, empty, or holds other than ASCII; each such line is named.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ScenarioError(Problem(f"cannot be read: {error.strerror}", source=str(path))) from error
    if not data.strip():
        raise ScenarioError(Problem("the file is empty", source=str(path)))
    if data.isascii():
        return data.decode("ascii")
    problems = [
        Problem("holds characters that are not ASCII", source=str(path), line=k, column=1, cure="copy the file anew")
        for k, line in enumerate(data.splitlines(), 1)
        if not line.isascii()
    ]
    raise_problems(problems)
    raise AssertionError("a byte beyond ASCII lies in no line")


def doubled(sets: list[ElementSet]) -> list[Problem]:
    """Return a problem for each set whose catalogue number stood before."""
    first: dict[int, ElementSet] = {}
    problems = []
    for item in sets:
        earlier = first.setdefault(item.catalog_number, item)
        if earlier is not item:
            where = f"line {earlier.place.line}" if earlier.place.line else earlier.place.path
            what = f"catalogue number {item.catalog_number} stood before, at {where}"
            problems.append(at(item.place, what, cure="keep one set of each satellite"))
    return problems


def at(place: Problem, what: str, **more) -> Problem:
    """Return a problem at the place of an element set."""
    return Problem(what, place.path, source=place.source, line=place.line, column=place.column, **more)


LOOK_S = 300.0  # between looks at whether SGP4 can follow a satellite


def usable_sets(
    sets: list[ElementSet], start: datetime, span_s: float = 0.0, max_age_days: float = REFUSED_DAYS
) -> tuple[list[ElementSet], list[str]]:
    """Return the sets that SGP4 can follow from `start` for `span_s` seconds, and warnings of what was left out.

    Raises
    ------
    ScenarioError
        If a set's epoch is further than `max_age_days` from `start`, or none is left.
    """
    # a satellite about to decay fails on some revolutions before it fails on all: look often, at most 500 times
    now = instants_after(start, np.linspace(0.0, span_s, min(int(span_s / LOOK_S), 500) + 2))
    age = np.array(
        [(now.day[0] - item.record.jdsatepoch) + (now.fraction[0] - item.record.jdsatepochF) for item in sets]
    )
    problems = [
        at(
            item.place,
            f"elements of {item.catalog_number} lie {abs(days):.0f} days from the start, {start:%Y-%m-%d}",
            limit=f"at most {max_age_days:g}",
            cure="take a newer file or another start",
        )
        for item, days in zip(sets, age, strict=True)
        if abs(days) > max_age_days
    ]
    raise_problems(problems)
    warnings = []
    stale = int((np.abs(age) > STALE_DAYS).sum())
    if stale:
        warnings.append(
            f"{stale} of {len(sets)} element sets are more than {STALE_DAYS:.0f} days from the start "
            f"(at most {np.abs(age).max():.0f}); SGP4 errs by 1-3 km for each day"
        )
    kept: list[ElementSet] = []
    left_out: list[Problem] = []
    for item in sets:
        codes = [int(code) for code in item.record.sgp4_array(now.day, now.fraction)[0]]
        code = next((code for code in codes if code), 0)
        if code == 0:
            kept.append(item)
            continue
        when = "at the start" if codes[0] else "before the end"
        name = f"{item.catalog_number} {item.name}".rstrip()
        left_out.append(at(item.place, f"{name} left out: {SGP4_ERRORS[code]} {when}"))
    if not kept:
        raise_problems([*left_out, Problem("no element set is left", source=sets[0].place.source)])
    return kept, warnings + [problem.what for problem in left_out]
