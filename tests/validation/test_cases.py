"""Every reference case, shipped or beside the project: ours, the reference, the tolerance, one line a case."""

import re

import pytest
from validation import families  # noqa: F401  (they enter themselves)
from validation.cases import BESIDE, NOT_YET, OUT, SHIPPED, best, lines, outcomes, read_cases

pytestmark = pytest.mark.validation

CASES = [*read_cases(SHIPPED), *read_cases(BESIDE)]
# What the program does not compute yet. A case that it learns to compute must leave this list.
NOT_THERE = re.compile(r"F\..*")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{'own' if case.shipped else 'beside'}-{case.id}")
def test_case(case, record_property):
    found = outcomes(case)
    verdict = best(found).verdict
    record_property("validation", (case.label, verdict, "\n".join(lines(found))))
    assert (verdict == NOT_YET) == bool(NOT_THERE.fullmatch(case.id)), lines(found)
    assert verdict != OUT, lines(found)


def test_cases_beside_the_project_are_complete():
    """Where the folder stands, all of its cases are run, and there are as many as its README counts."""
    beside = [case for case in CASES if not case.shipped]
    assert len(beside) == (195 if BESIDE.is_dir() else 0)
    assert len({case.id for case in beside}) == len(beside)
