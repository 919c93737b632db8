"""The work of a scenario: tiers that grow, regions, and what is refused."""

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.growth import MONTH_S
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
from orbital_compute.scenario.preset import load_preset

SMALL = {
    "format": 1,
    "name": "small",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {"walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 2, "per_plane": 2}},
    "satellite": {"preset": "starmind_ai1"},
}
PEOPLE = 8.2e9  # of the world: UN World Population Prospects 2024, 2025


def small(**workload):
    return load_scenario({**SMALL, "workload": {"preset": "default", **workload}})


def test_subscription_tiers_have_their_own_levels_and_grow():
    model = build(load_scenario({**SMALL, "workload": {"preset": "subscriptions"}}))
    classes = {job.name: job for job in model.workload.classes}
    assert classes["max"].slo_wait_s < classes["pro"].slo_wait_s
    assert classes["max"].rtt_limit_s < classes["pro"].rtt_limit_s
    assert classes["max"].value_per_flop > classes["pro"].value_per_flop
    for name in ("max", "pro"):
        log2_factor, pace = classes[name].growth.at([0.0])
        assert log2_factor == pytest.approx([0.0], abs=1e-15)
        assert 2.718281828459045 ** (pace[0] * MONTH_S) == pytest.approx(1.13, rel=1e-9)
    assert classes["batch"].growth is None


def test_growth_of_all_demand_gives_way_to_that_of_a_class():
    table = [{"date": "2026-06-01", "factor": 1.0}, {"date": "2026-07-01", "factor": 1.2}]
    scenario = small(
        demand={"share": 0.5, "growth": {"table": table}},
        classes={"batch": {"growth": {"monthly": 0.9, "since": "2026-05-21T00:00:00Z"}}},
    )
    classes = {job.name: job for job in build(scenario).workload.classes}
    assert classes["interactive"].growth.factor == (1.0, 1.2)
    assert classes["interactive"].growth.time_s == (-20 * 86400.0, 10 * 86400.0)
    log2_factor, _ = classes["batch"].growth.at([0.0])
    assert 2.0 ** log2_factor[0] == pytest.approx(0.9 ** (31 * 86400.0 / MONTH_S), rel=1e-9)


def test_the_worlds_regions_hold_most_of_its_people():
    regions = load_preset("regions", "world_16").layer.tree
    assert 12 <= len(regions) <= 24
    people = sum(region["population"] for region in regions.values())
    assert 0.85 * PEOPLE < people < PEOPLE
    asked = {name: region["population"] * region["use"] for name, region in regions.items()}
    assert max(asked.values()) < 0.25 * sum(asked.values())


@pytest.mark.parametrize(
    ("workload", "message"),
    [
        ({"classes": {"batch": {"tokens_in": "-5 tokens"}}}, r"classes\.batch\.tokens_in"),
        (
            {"classes": {"batch": {"weekly_amplitude": 1.2}}},
            r"batch\.weekly_amplitude.*below zero in a weekend's night",
        ),
        ({"demand": {"growth": {}}}, r"demand\.growth: growth needs one of monthly and table"),
        ({"demand": {"growth": {"monthly": 9.0}}}, r"growth\.monthly"),
        (
            {
                "demand": {
                    "growth": {"table": [{"date": "2026-07-01", "factor": 1}, {"date": "2026-06-01", "factor": 2}]}
                }
            },
            r"growth\.table\[1\].*not after the date before it",
        ),
    ],
)
def test_nonsense_about_work_is_named(workload, message):
    with pytest.raises(ScenarioError, match=message):
        small(**workload)


def faults(**changes):
    """Return what is said of a small scenario with some values changed."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(SMALL).replace(changes)
    return caught.value.problems


def test_a_class_that_nobody_reaches_is_refused_with_the_way_that_is_too_long():
    (problem,) = faults(**{"workload.classes.interactive.rtt_limit": "2 ms"})
    assert problem.path == "workload.classes.interactive.rtt_limit"
    assert problem.value == pytest.approx(2e-3)
    assert "no node is within 2 ms of any region" in problem.what
    assert "straight up" in problem.limit
    least_ms = float(problem.cure.split()[3])
    assert 2 * 575e3 / 299792.458 < least_ms < 10.0  # at least there and back from 575 km
    load_scenario(SMALL).replace({"workload.classes.interactive.rtt_limit": f"{1.01 * least_ms} ms",
                                  "workload.classes.agent.rtt_limit": "250 ms"})  # fmt: skip


def test_a_region_without_gateway_is_named_and_one_that_asks_for_nothing_is_not():
    """A gateway in Lisbon alone: with limits of 30 ms, 2,000 km of fibre are too far for Japan, not for Europe."""
    alone = {
        "gateways": {"preset": "default", "stations": {"lisbon": {"latitude": "38.7 deg", "longitude": "-9.1 deg"}}},
        "workload.classes.interactive.rtt_limit": "30 ms",
        "workload.classes.agent.rtt_limit": "40 ms",
    }
    default = list(load_scenario(SMALL).gateways.stations)
    alone["gateways"]["stations"] |= {name: None for name in default if name != "lisbon"}
    named = {problem.path.rpartition(".")[2] for problem in faults(**alone)}
    assert "japan_and_korea" in named
    assert "western_europe" not in named
    quiet = {f"workload.regions.{name}.use": 0.0 for name in named}
    load_scenario(SMALL).replace({**alone, **quiet})


def test_a_request_beyond_any_line_is_refused():
    """16 antennas of 20 Gbit/s at 0.995 carry 2.1e14 bit in 60 s and two windows of 300 s."""
    (problem,) = faults(**{"workload.classes.interactive.bits_per_token": "1e12 bit/token"})
    assert problem.path == "workload.classes.interactive.bits_per_token"
    assert "one request is 1.9 Pbit" in problem.what
    assert "in 660 s" in problem.limit


def test_a_model_that_fits_nowhere_is_refused_where_it_stands():
    (problem,) = faults(**{"workload.classes.agent.serving.count": 2})
    assert problem.path == "workload.classes.agent.serving.count"
    assert "llama_3_1_405b with one context, 821 GB, does not fit into 2 devices" in problem.what
    assert "take 6 or more" in problem.cure
    found = faults(**{"satellite.compute.memory": "1 GB"})
    assert {problem.path for problem in found} == {
        "workload.classes.agent.model", "workload.classes.batch.model", "workload.classes.interactive.model"
    }  # fmt: skip


def test_all_faults_of_the_work_are_told_together():
    chat = "workload.classes.interactive"
    changes = {f"{chat}.rtt_limit": "1 ms", f"{chat}.bits_per_token": "1e12 bit/token"}
    found = faults(**changes, **{"workload.classes.agent.serving.count": 2})
    assert len(found) == 3
    assert all(problem.limit and problem.cure for problem in found)
