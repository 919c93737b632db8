"""Reference cases, how ours are held against them, and the lines that say how near they came.

A case names a quantity and an independent value. A family is a function that computes the quantity as a user would and
returns one `Figure` for each number compared. Several families may compute one case, by the orbit theory and by
numerical integration say; the best of them is the program's answer. A family that cannot raises `NotYet` and says why.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "tests" / "reference"  # own computations, closed forms and public-domain numbers
BESIDE = ROOT.parent / "shared" / "reference"  # cases of other licences, which are read where they stand

EXCELLENT, ACCEPTABLE, OUT, NOT_YET = "excellent", "acceptable", "OUT OF TOLERANCE", "not yet"
ORDER = (EXCELLENT, ACCEPTABLE, OUT, NOT_YET)


class NotYet(Exception):
    """The program does not compute this quantity; the message says what is missing."""


class Case(NamedTuple):
    """One reference case as its file states it, and the folder that its files are in."""

    id: str
    area: str
    quantity: str
    inputs: dict
    reference: object
    unit: str
    tolerance_excellent: str
    tolerance_acceptable: str
    source: str
    folder: Path

    @property
    def shipped(self) -> bool:
        """True for cases that come with the project."""
        return self.folder == SHIPPED

    @property
    def label(self) -> str:
        """The id, which may stand in both folders, with a mark for shipped cases."""
        return f"{self.id} (shipped)" if self.shipped else self.id


class Figure(NamedTuple):
    """One number compared. Tolerances are on the size of the difference, in the unit."""

    name: str
    ours: object
    reference: object
    difference: float
    excellent: float
    acceptable: float
    unit: str

    @property
    def verdict(self) -> str:
        """How near it came; a number that is none is out."""
        size = abs(self.difference)
        if size <= self.excellent:
            return EXCELLENT
        return ACCEPTABLE if size <= self.acceptable else OUT

    @property
    def use(self) -> float:
        """Share of the acceptable tolerance that the difference takes."""
        if not math.isfinite(self.difference):
            return math.inf
        return abs(self.difference) / self.acceptable if self.acceptable > 0 else math.inf * abs(self.difference > 0)


class Outcome(NamedTuple):
    """What came of one case in one family."""

    case: Case
    method: str
    figures: tuple[Figure, ...]
    reason: str = ""  # why there are no figures

    @property
    def verdict(self) -> str:
        """The worst of its figures."""
        if not self.figures:
            return NOT_YET
        return max((figure.verdict for figure in self.figures), key=ORDER.index)

    @property
    def worst(self) -> Figure:
        """The figure of the worst verdict that takes most of its tolerance."""
        return max(self.figures, key=lambda figure: (ORDER.index(figure.verdict), figure.use))


class Family(NamedTuple):
    """How we compute the cases whose id matches a pattern."""

    method: str
    pattern: re.Pattern
    compute: Callable[[Case], Sequence[Figure]]


FAMILIES: list[Family] = []


def family(method: str, pattern: str):
    """Enter a function among the families; `pattern` must match the whole of a case's id."""

    def enter(compute: Callable[[Case], Sequence[Figure]]) -> Callable[[Case], Sequence[Figure]]:
        FAMILIES.append(Family(method, re.compile(pattern), compute))
        return compute

    return enter


def figure(name, ours, reference, excellent, acceptable, unit, *, share=False) -> Figure:
    """Return the comparison of two numbers; with `share`, tolerances are shares of the reference."""
    scale = abs(reference) if share else 1.0
    return Figure(name, ours, reference, ours - reference, excellent * scale, acceptable * scale, unit)


def distance(name, ours, reference, excellent, acceptable, unit) -> Figure:
    """Return the comparison of two vectors by the length of their difference."""
    ours, reference = np.asarray(ours, float), np.asarray(reference, float)
    return Figure(name, ours, reference, float(np.linalg.norm(ours - reference)), excellent, acceptable, unit)


def figures_of(ours: Iterable, reference: Iterable, names, excellent, acceptable, unit, *, share=False) -> list[Figure]:
    """Return comparisons of two rows of numbers."""
    return [
        figure(name, float(one), float(other), excellent, acceptable, unit, share=share)
        for name, one, other in zip(names, ours, reference, strict=True)
    ]


def read_cases(folder: Path) -> list[Case]:
    """Return the cases of a folder; none where it does not exist."""
    file = folder / "cases.json"
    if not file.is_file():
        return []
    names, found = Case._fields[:-1], []
    for one in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        case = Case(**{name: one[name] for name in names}, folder=folder)
        found.append(case._replace(source=found[-1].source) if case.source == "as above" else case)
    return found


def read_json(folder: Path, *path: str):
    """Return a file of a folder of cases."""
    return json.loads(folder.joinpath(*path).read_text(encoding="utf-8"))


def read_csv(folder: Path, *path: str) -> list[dict[str, str]]:
    """Return the rows of a table as dictionaries of text."""
    return list(csv.DictReader(folder.joinpath(*path).read_text(encoding="utf-8").splitlines()))


def outcomes(case: Case) -> list[Outcome]:
    """Compute a case in every family that takes it; at least one outcome."""
    found = []
    for one in FAMILIES:
        if one.pattern.fullmatch(case.id):
            try:
                found.append(Outcome(case, one.method, tuple(one.compute(case))))
            except NotYet as missing:
                found.append(Outcome(case, one.method, (), str(missing)))
    return found or [Outcome(case, "", (), "no family computes it")]


def best(found: Sequence[Outcome]) -> Outcome:
    """Return the outcome that counts for a case: that of the best verdict, and of the least share of its tolerance."""

    def rank(outcome: Outcome):
        return ORDER.index(outcome.verdict), outcome.worst.use if outcome.figures else 0.0

    return min(found, key=rank)


def text_of(value, digits=8) -> str:
    """Return a number, or a vector, as text."""
    if np.ndim(value):
        return "(" + ", ".join(f"{x:.{digits - 1}g}" for x in np.ravel(value)) + ")"
    return f"{value:.{digits}g}"


def line(outcome: Outcome) -> str:
    """Return an outcome as one line: id, what, ours, reference, difference, tolerance, verdict."""
    name = f"{outcome.case.label} [{outcome.method}]" if outcome.method else outcome.case.label
    if not outcome.figures:
        return f"{name}: {NOT_YET}: {outcome.reason}"
    worst, more = outcome.worst, len(outcome.figures) - 1
    what = worst.name + (f" (worst of {more + 1})" if more else "")
    return (
        f"{name}: {what}: ours {text_of(worst.ours)}, reference {text_of(worst.reference)} {worst.unit}, difference "
        f"{worst.difference:.2g}, tolerance {worst.excellent:.2g} | {worst.acceptable:.2g}: {outcome.verdict}"
    )


def lines(found: Sequence[Outcome]) -> list[str]:
    """Return a case as a line, that of its best outcome; other ways to compute it follow it, set in."""
    chosen = best(found)
    return [line(chosen), *("    also " + line(one) for one in found if one is not chosen)]


def summary(verdicts: Mapping[str, str]) -> list[str]:
    """Return how many cases came out how, and the names of those that are not computed yet or out of tolerance."""
    counts = ", ".join(f"{list(verdicts.values()).count(name)} {name}" for name in ORDER)
    named = [
        f"{verdict}: " + ", ".join(sorted(id_ for id_, one in verdicts.items() if one == verdict))
        for verdict in (OUT, NOT_YET)
        if verdict in verdicts.values()
    ]
    return [f"{len(verdicts)} cases: {counts}", *named]


def not_found() -> list[str]:
    """Return a line if the cases beside the project are not there."""
    if (BESIDE / "cases.json").is_file():
        return []
    place = f"../{BESIDE.relative_to(ROOT.parent)}"
    return [f"not found: the cases beside the project, {place}; only those of tests/reference were run"]
