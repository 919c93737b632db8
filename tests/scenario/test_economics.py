"""Costs in a scenario: defaults, presets of launch prices, the switch, and what is refused."""

import pytest
from cost_results import SCENARIO

import orbital_compute as oc
from orbital_compute.scenario.preset import catalogue

YEAR_S = 365.25 * 86400.0
PRICES = {"usd_200": 200.0, "usd_500": 500.0, "usd_1500": 1500.0, "usd_3600": 3600.0}


def economics(**changes):
    return oc.load_scenario(SCENARIO).replace(changes).economics


def test_an_empty_section_is_the_default():
    assert economics() == economics(economics={})
    assert economics().launch.price == 500.0
    assert economics().orbit.life == 5 * YEAR_S
    assert economics().ground.electricity == pytest.approx(0.07 / 3.6e6)


def test_every_launch_price_is_a_preset():
    assert set(PRICES) == set(catalogue()["launches"])
    for name, price in PRICES.items():
        assert economics(**{"economics.launch.preset": name}).launch.price == price


def test_a_preset_brings_its_range_and_source_and_may_be_changed():
    scenario = oc.load_scenario(SCENARIO).replace({"economics.launch": {"preset": "usd_200", "insurance": 0.1}})
    assert scenario.economics.launch.insurance == 0.1
    record = next(one for one in scenario.provenance() if one["path"] == "economics.launch.price")
    assert (record["low"], record["high"], record["grade"]) == ("100 USD/kg", "300 USD/kg", "B")
    assert "2511.19468" in record["source"]


def test_resolved_scenario_reads_back_with_its_costs():
    for changes in ({}, {"economics": "none"}, {"economics.launch.preset": "usd_3600"}):
        scenario = oc.load_scenario(SCENARIO).replace(changes)
        assert oc.load_scenario(scenario.to_dict()).economics == scenario.economics


def test_none_switches_costs_off():
    assert economics(economics="none") is None
    scenario = oc.load_scenario(SCENARIO).replace({"economics": "none"})
    assert scenario.to_dict()["economics"] == "none"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"economics": {"launch": "500 USD/kg"}}, "economics.launch: '500 USD/kg' stands where a map should be"),
        ({"economics.launch.price": 500}, "500 has no unit; write it with its unit, like '500 USD/kg'"),
        ({"economics.launch.price": "-1 USD/kg"}, "-1 USD/kg is below 0 USD/kg"),
        ({"economics.launch.preset": "usd_2000"}, "no preset of launches is called 'usd_2000'; the nearest is"),
        ({"economics.orbit.life": "0 years"}, "0 years is not above 0 s"),
        ({"economics.discount_rate": 1.2}, "1.2 is above 1"),
        ({"economics.orbit.mass_factor": 0.0}, "0.0 is not above 0"),
        ({"economics.grond": {}}, "unknown key; the nearest is 'ground'"),
    ],
)
def test_nonsense_is_refused(changes, says):
    with pytest.raises(oc.ScenarioError, match="economics") as caught:
        economics(**changes)
    assert says in str(caught.value)
