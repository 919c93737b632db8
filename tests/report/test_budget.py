"""The engineer's tables: a column for each satellite or case, the figures of the budget, none for large fleets."""

import pytest

import orbital_compute as oc
from orbital_compute.analysis.budget import budget
from orbital_compute.report.budget import columns, has_budget, kilowatt, notes, tables
from orbital_compute.report.page import page
from orbital_compute.report.tables import print_summary

TREE = {
    "format": 1,
    "name": "few",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "100 min", "step": "60 s", "window": "5 min"},
    "constellation": {"walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 1, "per_plane": 1}},
    "satellite": {"preset": "starmind_ai1"},
    "gateways": {"preset": "default"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "2 EFLOP/s"}},
    "output": {"sample": 64},
}


def run(**changes):
    return oc.simulate(oc.load_scenario(TREE).replace(changes), threads=1)


@pytest.fixture(scope="module")
def one():
    return run()


def test_a_run_of_one_beside_its_cases(one):
    made = tables(one, {"end_of_life": one, "hot": one})
    assert [rows.heads[1:] for rows in made[:-1]] == [("This run", "Aged", "Hot")] * 5
    cells = {row[0]: row[1:] for rows in made[:-1] for row in rows.rows}
    found = budget(one)
    assert cells["Array, at the bus"] == (kilowatt(found.power["array"]),) * 3
    assert cells["Chips"] == (f"{found.margins['chip'].left:.1f} K",) * 3
    assert made[-1].rows[0][1] == ", ".join(
        f"{k} {v:.0%}".replace("%", " %") for k, v in found.binding_in_light.items()
    )
    assert len(notes(one, {"hot": one})) == 2
    assert len(notes(one)) == 1


def test_few_satellites_stand_side_by_side():
    three = run(**{"constellation.walker.per_plane": 3, "time.duration": "10 min"})
    assert [name for name, _, _ in columns(three)] == ["Row 0", "Row 1", "Row 2"]
    assert tables(three)[0].heads == ("", "Row 0", "Row 1", "Row 2")


@pytest.mark.parametrize("changes", [{"constellation.walker.per_plane": 5}, {"output.sample": 0}])
def test_larger_fleets_and_those_without_steps_have_none(changes):
    many = run(**changes, **{"time.duration": "10 min"})
    assert not has_budget(many)
    assert tables(many) == []
    assert 'id="budget"' not in page(many)


def test_page_and_screen_show_the_same(one, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = page(one, {"cold": one})
    print_summary(one, cases={"cold": one})
    screen = capsys.readouterr().out
    for rows in tables(one, {"cold": one}):
        assert rows.title in text
        assert rows.title in screen  # with its unit in brackets
    assert max(len(line) for line in screen.splitlines()) <= 80
    assert '<a href="#budget">' in text
