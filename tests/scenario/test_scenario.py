"""A scenario as an object: changes, its dictionary, its sources, its JSON Schema, and those that are shipped."""

import json
from pathlib import Path

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.load import load_scenario

SHIPPED = Path(__file__).parents[2] / "scenarios"


@pytest.fixture
def quickstart():
    return load_scenario(SHIPPED / "quickstart.yaml")


def shipped():
    for path in sorted(SHIPPED.glob("*.yaml")):
        real = path.stem == "real_fleet"
        yield pytest.param(path, ["constellation.element_sets=fleet.tle"] if real else [], id=path.stem)


@pytest.mark.parametrize(("path", "overrides"), list(shipped()))
def test_each_shipped_scenario_is_right_and_reads_back(path, overrides):
    scenario = load_scenario(path, overrides=overrides)
    assert scenario.name == path.stem
    written = scenario.to_dict()
    again = load_scenario(json.loads(json.dumps(written)))
    assert again == scenario
    assert again.to_dict() == written


def test_the_issued_scenarios_are_all_there():
    names = {path.stem for path in SHIPPED.glob("*.yaml")}
    assert names >= {"quickstart", "colossus_and_orbit", "fcc_million", "suncatcher", "real_fleet"}
    counts = {name: load_scenario(SHIPPED / f"{name}.yaml").n_satellite for name in ("quickstart", "fcc_million")}
    assert counts == {"quickstart": 10_000, "fcc_million": 1_000_000}
    assert load_scenario(SHIPPED / "suncatcher.yaml").n_satellite == 81


def test_the_real_fleet_says_in_one_line_how_to_name_its_file():
    with pytest.raises(ScenarioError) as caught:
        load_scenario(SHIPPED / "real_fleet.yaml")
    assert len(str(caught.value).splitlines()) == 1
    assert "--set constellation.element_sets=FILE" in str(caught.value)


def test_presets_give_the_figures_that_they_quote(quickstart):
    satellite, site = quickstart.satellite, quickstart.sites[0]
    assert satellite.array.area == 600.0
    assert satellite.array.efficiency == 0.22
    assert satellite.radiator.area == 110.0
    assert satellite.battery.capacity == 117 * 3.6e6
    it_peak_w = satellite.compute.count * satellite.compute.power * satellite.compute.server_overhead
    assert it_peak_w == pytest.approx(150e3)
    assert sum(gpus.count for gpus in site.gpus.values()) == 220_000
    it_w = sum(gpus.count * gpus.power for gpus in site.gpus.values()) * site.server_overhead + site.other_power
    assert it_w * site.pue == pytest.approx(300e6, rel=1e-12)


def test_replace_gives_a_new_scenario_and_leaves_the_old(quickstart):
    changed = quickstart.replace({"satellite.radiator.area": "90 m2", "sites.0.gpus.h100": 300_000})
    assert (changed.satellite.radiator.area, quickstart.satellite.radiator.area) == (90.0, 110.0)
    assert changed.sites[0].gpus["h100"].count == 300_000
    assert changed != quickstart
    assert changed.replace({"satellite.radiator.area": "110 m2", "sites.0.gpus.h100": 150_000}) == quickstart
    with pytest.raises(ScenarioError, match=r"satellite.radiator.area: '90 kg' has a unit of the wrong kind"):
        quickstart.replace({"satellite.radiator.area": "90 kg"})
    with pytest.raises(ScenarioError, match="nearest is 'radiator'"):
        quickstart.replace({"satellite.radiater.area": "90 m2"})


def test_a_whole_section_can_be_replaced(quickstart):
    changed = quickstart.replace({"sites": [], "output": {"sample": [5, 2]}})
    assert changed.sites == []
    assert changed.output.sample == [2, 5]


def test_nothing_in_a_scenario_can_be_set(quickstart):
    with pytest.raises(ValueError, match="frozen"):
        quickstart.seed = 2


def test_a_null_takes_a_named_entry_away_and_clears_a_limit(quickstart):
    changed = quickstart.replace(
        {
            "gateways.stations.tokyo": None,
            "workload.classes.agent": None,
            "workload.classes.interactive.rtt_limit": None,
        }
    )
    assert set(quickstart.gateways.stations) - set(changed.gateways.stations) == {"tokyo"}
    assert "agent" not in changed.workload.classes
    assert changed.workload.classes["interactive"].rtt_limit is None
    assert quickstart.workload.classes["interactive"].rtt_limit == 0.1


def test_every_value_has_its_source(quickstart):
    changed = quickstart.replace({"satellite.radiator.area": "90 m2", "sites.0.gpus.h100": 300_000})
    records = {record["path"]: record for record in changed.provenance()}
    for record in records.values():
        assert record["source"], record
        if record["source"] != "scenario":
            assert record["grade"] in ("A", "B", "C"), record
            assert record["date"] == "2026-11-22", record
    own = {path for path, record in records.items() if record["source"] == "scenario"}
    assert {"satellite.radiator.area", "sites[0].gpus.h100.count", "time.step", "gateways.antennas"} <= own
    assert "sites[0].gpus.h100.peak" not in own
    assert records["satellite.array.area"]["grade"] == "B"
    assert records["satellite.array.efficiency"]["preset"] == "silicon"
    assert (records["satellite.battery.capacity"]["low"], records["satellite.battery.capacity"]["unit"]) == (
        "40 kWh",
        "kWh",
    )
    assert records["satellite.radiator.fin_efficiency"]["grade"] == "C"
    assert records["constellation.preset"]["grade"] == "B"
    before = {record["path"]: record for record in quickstart.provenance()}
    assert before["satellite.radiator.area"]["preset"] == "starmind_ai1"


def test_several_types_are_chosen_by_shell():
    shell = {"altitude": "600 km", "inclination": "53 deg", "planes": 1, "per_plane": 2}
    tree = {
        "format": 1,
        "name": "two",
        "time": {"start": "2026-06-21", "end": "2026-06-21T02:00:00Z"},
        "constellation": {"shells": [{**shell, "satellite": "big"}, {**shell, "satellite": "small"}]},
        "satellites": {"big": {"preset": "starmind_ai1"}, "small": {"preset": "suncatcher"}},
    }
    scenario = load_scenario(tree)
    assert list(scenario.satellite_types) == ["big", "small"]
    assert scenario.time.duration_s == 7200.0
    tree["constellation"]["shells"][1].pop("satellite")
    with pytest.raises(
        ScenarioError, match=r"shells\[1\]: no type of satellite is named; give satellite: one of big, small"
    ):
        load_scenario(tree)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("discharge_efficiency", 0.5, "0.5 is below 0.6, where an aged battery gives nothing back; raise it"),
        ("initial_state_of_charge", 0.5, "0.5 is below 0.6, the floor that depth_limit sets; raise it, or raise"),
        ("depth_design", 0.5, "depth_design 0.5 is deeper than depth_limit 0.4"),
    ],
)
def test_a_battery_that_cannot_be_is_refused(quickstart, field, value, says):
    with pytest.raises(ScenarioError) as raised:
        quickstart.replace({f"satellite.battery.{field}": value})
    assert str(raised.value).startswith(f"satellite.battery.{field}: {says}")
    floor = {"satellite.battery.depth_limit": 0.7, "satellite.battery.initial_state_of_charge": 0.3}
    assert quickstart.replace(floor).satellite.battery.initial_state_of_charge == 0.3


def test_the_json_schema_describes_quantities(quickstart):
    schema = quickstart.json_schema()
    json.dumps(schema)
    assert schema["required"] == ["format", "name", "time", "constellation"]
    altitude = schema["$defs"]["Shell"]["properties"]["altitude"]
    assert altitude["type"] == "string"
    assert altitude["examples"] == ["550 km"]
    assert "at least 160 km" in altitude["description"] or "mean semi-major axis" in altitude["description"]
