"""Design cases of one satellite: age, date and plane are those of each case."""

import math

import pytest

import orbital_compute as oc
from orbital_compute.analysis.budget import budget
from orbital_compute.analysis.conditions import conditions
from orbital_compute.errors import ScenarioError
from orbital_compute.study.design import CASES, cases_of, design_cases

TREE = {
    "format": 1,
    "name": "one",
    "time": {"start": "2026-10-01T00:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {"walker": {"altitude": "575 km", "inclination": "53 deg", "planes": 1, "per_plane": 1}},
    "satellite": {"preset": "starmind_ai1", "radiator": {"coating": "osr"}},
    "sites": [{"preset": "colossus_1"}],
    "gateways": {"preset": "default"},
    "workload": {"preset": "default"},
    "events": [{"kind": "cell_string_lost", "rows": [0], "start": "2026-10-01T00:30:00Z", "share": 0.5}],
}
DAWN_DUSK = {"altitude": "575 km", "local_time_ascending_node": "18 h", "planes": 1, "per_plane": 1}


@pytest.fixture(scope="module")
def inclined():
    return design_cases(oc.load_scenario(TREE), threads=1)


@pytest.fixture(scope="module")
def dawn_dusk():
    return design_cases(oc.load_scenario({**TREE, "constellation": {"walker": DAWN_DUSK}}), threads=1)


def beta_deg(results):
    return math.degrees(conditions(results).beta_rad)


def test_four_short_runs_by_name(inclined):
    assert tuple(inclined) == CASES
    for results in inclined.values():
        assert budget(results).revolutions == 1
        assert results.dataset.attrs["step_s"] == 30.0
        assert results.dataset.sizes.get("site", 0) == 0
        assert all(ledger["closes"] for ledger in results.audit().values())


def test_begin_and_end_of_life(inclined):
    new, old = (conditions(inclined[name]) for name in ("begin_of_life", "end_of_life"))
    assert (new.age_s, old.age_s) == (0.0, 5 * 31557600.0)
    assert (new.absorptivity, old.absorptivity) == (pytest.approx(0.07), pytest.approx(0.15))
    assert old.capacity_j / new.capacity_j == pytest.approx(0.8)
    before, after = (budget(inclined[name]) for name in ("begin_of_life", "end_of_life"))
    assert 0.86 < after.power["array"] / before.power["array"] < 0.90  # 0.975⁵ = 0.881, and warmer by little
    assert after.executed_flop_s < before.executed_flop_s


def test_hot_and_cold_of_a_plane_that_drifts(inclined):
    hot, cold = (conditions(inclined[name]) for name in ("hot", "cold"))
    assert str(hot.date)[:10] in ("2027-01-02", "2027-01-03", "2027-01-04")  # perihelion
    assert str(cold.date)[:10] in ("2027-07-04", "2027-07-05", "2027-07-06")
    assert hot.sun_distance_au == pytest.approx(0.9833, abs=1e-4)
    assert cold.sun_distance_au == pytest.approx(1.0167, abs=1e-4)
    assert abs(beta_deg(inclined["hot"])) == pytest.approx(53.0 + 22.8, abs=0.3)  # inclination and declination
    assert abs(beta_deg(inclined["cold"])) < 0.5
    assert hot.absorptivity == pytest.approx(0.15)
    assert cold.absorptivity == pytest.approx(0.07)
    assert budget(inclined["hot"]).sunlit == 1.0
    half = math.asin(6378137 / 6953137)
    assert 1 - budget(inclined["cold"]).sunlit == pytest.approx(half / math.pi, abs=0.003)
    assert budget(inclined["cold"]).power["compute"] == pytest.approx(0.2 * 150e3, rel=1e-3)  # idle


def test_hot_and_cold_of_a_plane_that_keeps_its_local_time(dawn_dusk):
    """At 18 h the Sun stands lowest over the plane at the solstice of June: 90° - 7.7° - 23.4°."""
    assert str(conditions(dawn_dusk["hot"]).date)[:10] in ("2027-01-02", "2027-01-03", "2027-01-04")
    assert budget(dawn_dusk["hot"]).eclipse.dark_s == 0.0
    assert str(conditions(dawn_dusk["cold"]).date)[:7] == "2027-06"
    assert abs(beta_deg(dawn_dusk["cold"])) == pytest.approx(58.9, abs=0.4)
    assert budget(dawn_dusk["cold"]).eclipse.dark_s == pytest.approx(20.9 * 60, abs=30)  # MODEL §2.2: 20.9 min
    assert abs(beta_deg(dawn_dusk["begin_of_life"])) == pytest.approx(80.0, abs=8.0)


def test_fleets_have_none():
    many = oc.load_scenario({**TREE, "constellation": {"walker": {**DAWN_DUSK, "per_plane": 2}}})
    with pytest.raises(ScenarioError, match="design cases are made of one satellite; there are 2"):
        design_cases(many)
    assert cases_of(oc.simulate(many.replace({"time.duration": "5 min", "events": []}), threads=1)) == {}
