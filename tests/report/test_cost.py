"""The report's section on cost: parameters first, then orbit beside ground; nothing where costs are left out."""

import pytest
from cost_results import manifest, results

from orbital_compute.analysis.cost import MEASURES
from orbital_compute.report import cost, units
from orbital_compute.report.figures_cost import cost_by_component


@pytest.fixture(scope="module")
def run():
    return results()


def test_parameters_come_before_what_is_made_from_them(run):
    titles = [rows.title for rows in cost.tables(run)]
    assert titles[0] == "What the cost is made from"
    assert titles[1].startswith("Cost")


def test_every_parameter_has_range_grade_source_and_date(run):
    rows = cost.parameters(run.manifest["provenance"]).rows
    assert len(rows) == len([one for one in manifest()["provenance"] if one["path"].startswith("economics.")]) >= 20
    for _, low, value, high, grade, source, date in rows:
        assert units.MISSING not in (low, value, high)
        assert grade in ("A", "B", "C")
        assert source
        assert date
    named = {row[0]: row for row in rows}
    assert named["launch.price"][1:4] == ("100 USD/kg", "500 USD/kg", "3600 USD/kg")


def test_a_parameter_of_the_scenario_says_so():
    given = manifest({"economics.launch.price": "777 USD/kg"})["provenance"]
    row = next(row for row in cost.parameters(given).rows if row[0] == "launch.price")
    assert row[1:6] == (units.MISSING, "777 USD/kg", units.MISSING, "", "scenario")


def test_orbit_stands_beside_ground_with_low_and_high(run):
    rows = cost.line(run)
    assert rows.heads == ("", "Orbit", "Ground")
    texts = {row[0]: row[1:] for row in rows.rows}
    assert set(MEASURES.values()) <= texts.keys()
    summary = run.summary()
    for i, side in enumerate(("orbit", "site")):
        entry = summary[f"cost_{side}_usd_gpu_hour"]
        low, value, high = (units.number(entry[key]) for key in ("low", "value", "high"))
        assert texts[MEASURES["gpu_hour"]][i] == f"{value} ({low} to {high})"


def test_components_add_up_to_the_cost_of_work(run):
    rows = cost.components(run).rows
    for place, cases in run.cost.places.items():
        shares = [float(row[4].rstrip(" %")) for row in rows if row[0].startswith(cost.PLACES[place])]
        assert len(shares) == len(cases["default"].components) == 5
        assert sum(shares) == pytest.approx(100.0, abs=0.3)


def test_mass_is_built_up_beside_the_stated_one(run):
    rows = dict(cost.tables(run)[-1].rows)
    assert rows["as the design states"] == "3,000"
    assert rows["all together"] == "5,592"
    assert rows["kg/kW of IT, as stated"] == "20.0"
    # 3,000 kg at 500 USD/kg over 161.7 kW and five years
    assert rows["launch alone, USD/kW of array and year"] == units.number(3000 * 500 / 161.6868 / 5)


def test_bars_end_at_the_cost_of_work(run):
    chart = cost_by_component(run.cost)
    drawn = {}
    for panel in chart.figure.axes:
        names = [label.get_text() for label in panel.get_yticklabels()]
        for bar in panel.patches:
            name = names[round(bar.get_y() + bar.get_height() / 2)]
            drawn[name] = max(drawn.get(name, 0.0), bar.get_x() + bar.get_width())
    assert list(drawn) == ["orbit", "ground", "orbit, low", "orbit, high", "ground, low", "ground, high"]
    for name, end in drawn.items():
        place, _, case = name.partition(", ")
        assert end == pytest.approx(run.cost.unit_costs(place, "pflop_hour")[case or "default"], rel=1e-9)
    assert f"orbit {units.number(run.cost.unit_costs('orbit', 'pflop_hour')['default'])} USD" in chart.alt


def test_nothing_is_said_where_costs_are_left_out():
    off = results({"economics": "none"})
    assert cost.tables(off) == []
    assert cost.charts(off) == []
    assert cost.line(off) is None


def test_the_launch_price_of_parity_is_named_or_said_to_be_none(run):
    def said(one):
        return next(row[1] for row in cost.line(one).rows if row[0].startswith("Launch price"))

    assert said(run) == f"{units.number(run.cost.parity_launch_usd_kg)} USD/kg"
    assert said(results({"economics.orbit.build": "100 USD/W"})) == "none: the rest costs more"


def test_a_run_without_sites_has_one_column():
    rows = cost.line(results(site=False))
    assert rows.heads == ("", "Orbit")
    assert not [row for row in rows.rows if row[0].startswith("Launch price")]
