"""The run without events: the shipped outage and reclaim, in a shorter form, beside their calm twins."""

import math
from pathlib import Path

import pytest

from orbital_compute.analysis import aftermath, lease
from orbital_compute.report import aftermath as pages
from orbital_compute.report import lease as lease_pages
from orbital_compute.report.page import page
from orbital_compute.run import simulate
from orbital_compute.scenario.load import load_scenario
from orbital_compute.study.without import beside, open_without_events, run_without_events, without_events

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHORT = {"time.window": "15 min", "time.step": "60 s", "output.sample": 0}


@pytest.fixture(scope="module")
def outage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "outage"
    scenario = load_scenario(SCENARIOS / "outage.yaml").replace({**SHORT, "time.duration": "24 h"})
    return simulate(scenario, output=folder), run_without_events(scenario, folder)


@pytest.fixture(scope="module")
def reclaim():
    scenario = load_scenario(SCENARIOS / "reclaim.yaml").replace({**SHORT, "time.duration": "48 h"})
    return simulate(scenario), run_without_events(scenario)


def test_the_other_scenario_has_no_events_and_no_reclaim():
    scenario = load_scenario(SCENARIOS / "reclaim.yaml")
    calm = without_events(scenario)
    assert (calm.lease[0].reclaim, calm.lease[0].start) == (None, scenario.lease[0].start)
    assert calm.output.compare is None
    assert run_without_events(calm) is None
    assert without_events(load_scenario(SCENARIOS / "outage.yaml")).events == []


def test_an_outage_of_six_hours(outage):
    run, calm = outage
    spell = aftermath.spell_of(run.dataset, run.manifest["scenario"])
    assert all(ledger["closes"] for one in outage for ledger in one.audit().values())
    (plant,) = aftermath.plants(run.dataset, calm.dataset, spell)
    assert 60 < plant.discharge_s / 60 < 360  # it is empty before the grid is back
    assert plant.charge_end == pytest.approx(0.1, abs=0.03)
    lost, taken = aftermath.taken_over_flop(run.dataset, calm.dataset, spell)
    assert 0.4 * lost < taken < lost  # orbit had room for a good part
    waits = {one.job_class: one for one in aftermath.waiting(run.dataset, calm.dataset, spell)}
    assert waits["batch"].most_waiting > 0
    assert waits["interactive"].most_waiting == 0  # what pays most is served first, or dropped within a minute
    recovered = aftermath.overall_recovery_s(run.dataset, calm.dataset, spell)
    assert 0 < recovered < 8 * 3600
    before = slice(0, spell.windows.start)
    for name in ("served", "executed_flop"):
        assert (run.dataset[name].values[before] == calm.dataset[name].values[before]).all()


def test_the_page_sets_both_runs_side_by_side(outage):
    run, calm = outage
    text = page(run, without=calm)
    for words in (
        "With the events and without",
        "While they last the ground does",
        "What happens",
        "grid curtailed, limit 0",
        "Battery plants while the events last",
        "figure-aftermath",
        "colossus 1",
    ):
        assert words in text
    assert 'id="events"' not in page(run)
    assert [rows.title for rows in pages.tables(run, calm)][-1] == "Who waits because of the events"


def test_the_other_run_lies_beside_and_is_found_again(outage):
    run, calm = outage
    assert calm.path == beside(run.path)
    with open_without_events(run.path) as again:
        assert again.summary()["requests_served"] == calm.summary()["requests_served"]
    assert open_without_events(calm.path) is None


def test_a_reclaim_at_once(reclaim):
    run, calm = reclaim
    assert all(ledger["closes"] for one in reclaim for ledger in one.audit().values())
    (one,) = lease.reclaims(run.dataset)
    with_it, without_it = lease.kept(run.dataset, one), lease.kept(calm.dataset, one)
    assert with_it["1h"] < 0.98 < without_it["1h"]
    assert math.isnan(with_it["90d"])
    need = lease.reserve_need(run.dataset, one)
    assert need.kept < 0.95
    assert 1e6 < need.power_w < 1e9
    assert need.option_usd_year == pytest.approx(0.2 * need.worth_usd - need.cost_usd_year)
    titles = [rows.title for rows in lease_pages.tables(run, calm)]
    assert titles[0] == "Demand kept"
    assert titles[2] == "Reserve in orbit, and what it is worth"
    text = page(run, without=calm)
    assert 'id="lease"' in text
    assert "is taken back at once. Of the demand&#x27;s value is kept:" in text
    assert "Moved within the notice" in text


@pytest.mark.slow
def test_ninety_days_of_notice_on_typical_days():
    """All is kept until the capacity goes; then as much as when it goes at once."""
    terms = {
        "lease[0].preset": "s1_90day", "lease[0].reclaim": "2026-07-01", "time.duration": "120 days",
        "time.every": "15 days", "output.compare": None,
    }  # fmt: skip
    run = simulate(load_scenario(SCENARIOS / "reclaim.yaml").replace({**SHORT, **terms}))
    (one,) = lease.reclaims(run.dataset)
    shares = lease.kept(run.dataset, one)
    assert shares["24h"] > 0.99
    assert shares["90d"] < 0.95
    assert lease.reserve_need(run.dataset, one).power_w > 1e6
