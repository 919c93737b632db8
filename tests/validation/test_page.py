"""The page of validation tells of every case, and what it judges by is strict."""

import math
from pathlib import Path

import pytest
from validation import page
from validation.cases import (
    ACCEPTABLE,
    BESIDE,
    EXCELLENT,
    NOT_YET,
    OUT,
    SHIPPED,
    Case,
    Outcome,
    best,
    figure,
    line,
    read_cases,
    summary,
)

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
CASE = Case("A.x", "orbit", "a place", {}, 1.0, "km", "0.1 km", "1 km", "by hand", SHIPPED)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(2.0, EXCELLENT), (2.1, EXCELLENT), (1.8, ACCEPTABLE), (3.01, OUT), (math.nan, OUT), (-math.inf, OUT)],
)
def test_verdict_of_a_number(ours, verdict):
    assert figure("place", ours, 2.0, 0.11, 1.0, "km").verdict == verdict


def test_tolerance_as_a_share_of_the_reference():
    assert figure("rate", -4.96, -5.0, 0.01, 0.02, "deg", share=True).verdict == EXCELLENT
    assert figure("rate", -4.92, -5.0, 0.01, 0.02, "deg", share=True).verdict == ACCEPTABLE
    assert figure("rate", -4.80, -5.0, 0.01, 0.02, "deg", share=True).verdict == OUT


def test_a_case_is_as_good_as_its_worst_number_and_its_best_way():
    good, poor = figure("a", 1.0, 1.0, 0.1, 1.0, "-"), figure("b", 1.5, 1.0, 0.1, 1.0, "-")
    mixed, missing = Outcome(CASE, "one", (good, poor)), Outcome(CASE, "two", (), "not written")
    assert (mixed.verdict, mixed.worst.name) == (ACCEPTABLE, "b")
    assert missing.verdict == NOT_YET
    assert best([missing, mixed]) is mixed
    assert "a place" not in line(mixed)
    assert line(mixed).endswith(f"difference 0.5, tolerance 0.1 | 1: {ACCEPTABLE}")
    assert "not written" in line(missing)


def test_summary_names_what_is_missing():
    lines = summary({"A.x": EXCELLENT, "A.y": NOT_YET, "A.z": OUT})
    assert lines[0].startswith("3 cases: 1 excellent, 0 acceptable, 1 OUT")
    assert lines[1:] == [f"{OUT}: A.z", f"{NOT_YET}: A.y"]


def test_page_of_made_up_outcomes():
    good = Outcome(CASE, "one", (figure("a", 1.0, 1.0, 0.1, 1.0, "km"),))
    bad = Outcome(CASE._replace(id="A.y"), "one", (figure("a", 5.0, 1.0, 0.1, 1.0, "km"),))
    missing = Outcome(CASE._replace(id="F.z"), "", (), "cannot be read")
    text = page.written([[good], [bad], [missing]], [("images/x.png", "What is seen. More of it.")])
    assert "| **all** | 3 | 1 | 0 | 1 | 1 |" in text
    assert "| A.y (shipped) | a | one | 5 | 1 | 4.0e+00 | 0.1, 1 km | OUT OF TOLERANCE | by hand |" in text
    assert "- F.z (shipped): cannot be read" in text
    assert "![What is seen](images/x.png)" in text
    assert [one.case.id for one in page.out_of_tolerance([[good], [bad], [missing]])] == ["A.y"]


def test_page_tells_of_every_case():
    text = PAGE.read_text(encoding="utf-8")
    for case in [*read_cases(SHIPPED), *read_cases(BESIDE)]:
        assert f" {case.label}" in text
    totals = next(row for row in text.splitlines() if row.startswith("| **all**")).split("|")
    assert int(totals[5]) == 0  # out of tolerance
    assert int(totals[3]) > 0.8 * int(totals[2])  # excellent, of all
