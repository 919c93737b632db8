"""Runs by typical days: they are days of the calendar, and what a day leaves goes on into the next."""

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.run import simulate

BASE = {
    "format": 1,
    "name": "days",
    "seed": 3,
    "time": {"start": "2026-03-20T00:00:00Z", "duration": "6 days", "step": "60 s", "window": "30 min"},
    "constellation": {"walker": {"altitude": "550 km", "inclination": "53 deg", "planes": 4, "per_plane": 10}},
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "gateways": {"preset": "default"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "100 EFLOP/s"}},
    "output": {"sample": 2},
}
WINDOWS = 48


@pytest.fixture(scope="module")
def every_day():
    return simulate(BASE)


@pytest.fixture(scope="module")
def typical():
    return simulate({**BASE, "time": {**BASE["time"], "every": "3 days"}})


def of_the_same_dates(results, typical):
    """Return a run's windows that have the dates of the typical days'."""
    return results.dataset.sel(time=typical.dataset["time"].values)


def test_the_middle_day_of_each_is_simulated_at_its_date(every_day, typical):
    time = typical.dataset["time"].values
    assert time.size == 2 * WINDOWS
    assert time[[0, WINDOWS]].tolist() == [np.datetime64(f"2026-03-{d}", "ns").item() for d in (21, 24)]
    same = of_the_same_dates(every_day, typical)
    for name in ("sunlit_fraction", "arrived", "outside_temperature_k"):  # they depend on the date alone
        assert np.array_equal(same[name].values, typical.dataset[name].values), name
    steps = typical.dataset["sample_time"].values
    assert np.array_equal(
        every_day.dataset["sample_sunlit"].sel(sample_time=steps).values, typical.dataset["sample_sunlit"].values
    )


def test_batteries_heat_and_queues_carry_on_over_the_jump(typical):
    assert all(ledger["closes"] for ledger in typical.audit().values())  # requests and batteries among them
    battery_j = typical.dataset["sample_battery_j"].values
    assert battery_j.min() < 0.99 * battery_j.max()
    under_way = typical.dataset["under_way_flop"].values
    assert under_way[WINDOWS - 1].any()


def test_sums_stand_for_the_whole_run_and_the_run_says_so(every_day, typical):
    days, full = typical.summary(), every_day.summary()
    for name in ("array_energy_j", "it_energy_site_j", "requests_arrived", "compute_delivered_flop"):
        assert days[name]["value"] == pytest.approx(full[name]["value"], rel=0.02), name
    assert any("2 typical days, one of each 3, stand for 6 days" in text for text in typical.warnings)
    assert days["satellites"] == full["satellites"]


def test_an_event_between_typical_days_is_refused():
    event = {"kind": "cell_string_lost", "rows": [0], "share": 0.1}
    seen = {"kind": "attitude_loss", "rows": [0], "array_cosine": 0.5, "start": "2026-03-21T20:00:00Z"}
    tree = {**BASE, "time": {**BASE["time"], "every": "3 days"}}
    oc.load_scenario({**tree, "events": [{**event, "start": "2026-03-20T01:00:00Z"}]})  # it lasts
    oc.load_scenario({**tree, "events": [{**seen, "end": "2026-03-22T20:00:00Z"}]})
    hidden = {**seen, "start": "2026-03-22T02:00:00Z", "end": "2026-03-22T20:00:00Z"}
    with pytest.raises(oc.ScenarioError, match="the event falls between typical days"):
        oc.load_scenario({**tree, "events": [hidden]})


@pytest.mark.slow
def test_one_day_of_five_stands_for_all():
    """Sixty days of 400 satellites with all of health on; what fails is drawn anew, so that counts may differ."""
    time = {**BASE["time"], "duration": "60 days"}
    fleet = {"walker": {"altitude": "650 km", "inclination": "98 deg", "planes": 20, "per_plane": 20}}
    full, few = (
        simulate({**BASE, "time": {**time, **every}, "constellation": fleet}).summary()
        for every in ({}, {"every": "5 days"})
    )
    for name in ("compute_delivered_orbit_flop", "compute_delivered_site_flop", "array_energy_j", "requests_served"):
        assert few[name]["value"] == pytest.approx(full[name]["value"], rel=0.01), name
    assert few["soft_errors"]["value"] == pytest.approx(full["soft_errors"]["value"], rel=0.05)
    assert few["working_fraction_end"]["value"] == pytest.approx(full["working_fraction_end"]["value"], abs=0.015)
