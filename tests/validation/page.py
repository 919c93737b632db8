"""The page of validation: what each case came to, as Markdown. `docs/make_validation.py` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from validation.cases import (
    NOT_YET,
    ORDER,
    OUT,
    Case,
    Outcome,
    best,
    not_found,
    outcomes,
    text_of,
)

COMMAND = "python docs/make_validation.py"
HEAD = f"""# Validation

Made by `{COMMAND}`: every number below is computed when the page is written, none is typed.
The same cases run as tests, one line each: `pytest -m validation`.

A case is an independent number: a closed form, another program's result, a published set. *Shipped* cases are made by
[tests/reference](../tests/reference/README.md), which shares no code with the package; the others stand beside the
project where its authors keep cases of other licences. Each has two tolerances: *excellent* is what a very good
implementation reaches, *acceptable* the most that passes. A case of several numbers is shown by the one that takes most
of its tolerance. [model.md](model.md) says what each model leaves out.
"""
AREAS = {
    "A": "Orbits and frames",
    "B": "Shadow",
    "C": "Sun",
    "D": "Heat and power",
    "E": "Network and queues",
    "F": "Recorded workloads",
}
NOTES = {
    "A": """Numerical integration starts from the same state and has the same forces as the reference. The orbit theory
is what a fleet flies. Held to an arc, it has the rates of a week of integration with zonals to degree 8, Sun and Moon;
against a field of degree and order 36 the tesserals are missing, which shift the mean semi-major axis by tens of
metres. At 20,200 km the Moon moves a satellite by more than the theory's mean rates can say.""",
    "B": """The inclination of `B.table` is only acceptable on purpose: a sun-synchronous shell is flown with the full
secular rate (J2, its square and J4), 0.024 to 0.028 degrees above the closed form of J2 alone. With that closed form
the local time of its node would drift by 3 to 5 minutes a year.""",
    "D": """The laws are those of the march. Two nodes: the march has the radiator's node alone, and chips stand above
it by a resistance; here source and link are the case's, about our step of the radiator.""",
    "E": """Waits are closed forms; M/D/1 also runs on the queues of whole requests in windows of 0.05 s. Round trips
are Hypatia's, second by second for 200 s: over SGP4, element sets made by its definition; over the orbit theory,
`Constellation.walker` at the mean height that SGP4 gives them (its 15.19 revolutions a day are 509 km). Reachable
seconds, links and changes of way are compared too.""",
}


def row(outcome: Outcome) -> str:
    """Return an outcome as a row of a table."""
    worst, more = outcome.worst, len(outcome.figures) - 1
    what = worst.name + (f" ({more + 1} compared)" if more else "")
    share = f"{worst.excellent:.2g}, {worst.acceptable:.2g} {worst.unit}".removesuffix(" -")
    numbers = f"{text_of(worst.ours)} | {text_of(worst.reference)} | {worst.difference:.1e} | {share}"
    return (
        f"| {outcome.case.label} | {what} | {outcome.method} | {numbers} | {outcome.verdict} | {outcome.case.source} |"
    )


def table(found: Sequence[Outcome]) -> list[str]:
    """Return rows of outcomes under their head."""
    head = "| case | quantity | by | ours | reference | difference | excellent, acceptable | verdict | source |"
    return [head, "|" + " --- |" * 9, *map(row, found)]


def digest(chosen: Sequence[Outcome]) -> list[str]:
    """Return a table of how the cases of each area came out."""
    lines = ["| area | cases | " + " | ".join(ORDER) + " |", "|" + " --- |" * (2 + len(ORDER))]
    for letter, name in [*AREAS.items(), ("", "**all**")]:
        verdicts = [one.verdict for one in chosen if one.case.id.startswith(letter)]
        counts = " | ".join(str(verdicts.count(verdict)) for verdict in ORDER)
        lines.append(f"| {name} | {len(verdicts)} | {counts} |")
    return lines


def written(found: Sequence[Sequence[Outcome]], images: Sequence[tuple[str, str]]) -> str:
    """Return the page: found holds the outcomes of each case, images are (file, what is seen)."""
    chosen = [best(one) for one in found]
    lines = [HEAD, *digest(chosen), ""]
    lines += [f"{line}." for line in not_found()]
    for file, text in images:
        lines += ["", f"![{text.split(':')[0].split('. ')[0]}]({file})", "", *wrap(text, 120)]
    for letter, name in AREAS.items():
        here = [one for one in found if one[0].case.id.startswith(letter)]
        rows = [outcome for one in here for outcome in one if outcome.figures]
        if rows:
            lines += ["", f"## {name}", "", *NOTES.get(letter, "").splitlines(), "", *table(rows)]
    missing = [one for one in chosen if one.verdict == NOT_YET]
    if missing:
        lines += ["", "## Not computed yet", ""]
        lines += [f"- {one.case.label}: {one.reason}" for one in missing]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def all_outcomes(cases: Sequence[Case]) -> list[list[Outcome]]:
    """Compute all cases."""
    return [outcomes(case) for case in cases]


def out_of_tolerance(found: Sequence[Sequence[Outcome]]) -> list[Outcome]:
    """Return the cases that no family brings within tolerance."""
    return [one for one in map(best, found) if one.verdict == OUT]


def save(path: Path, text: str) -> None:
    """Write the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
