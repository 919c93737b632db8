"""Health from the scenario's text to the model's specifications: defaults, switches, units, files."""

import dataclasses

import pytest

import orbital_compute as oc
from orbital_compute.model.air_spec import AirSpec, DragSpec
from orbital_compute.model.gang import GangSpec
from orbital_compute.model.health_spec import HealthSpec
from orbital_compute.model.radiation import RadiationSpec
from orbital_compute.scenario.build_health import health_laws

BASE = {
    "format": 1,
    "name": "health",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "1 h"},
    "constellation": {"walker": {"altitude": "650 km", "inclination": "98 deg", "planes": 2, "per_plane": 2}},
    "satellite": {"preset": "starmind_ai1"},
}


def laws(**changes):
    return health_laws(oc.load_scenario(BASE).replace(changes))


def flat(value, path=""):
    """Return the numbers of nested specifications by path."""
    if dataclasses.is_dataclass(value):
        items = [(one.name, getattr(value, one.name)) for one in dataclasses.fields(value)]
        return {key: x for name, item in items for key, x in flat(item, f"{path}.{name}").items()}
    return {path: value}


def same(one, other):
    left, right = flat(one), flat(other)
    assert left.keys() == right.keys()
    for key, value in left.items():
        assert value == (pytest.approx(right[key], rel=1e-12) if isinstance(value, float) else right[key]), key


def test_a_scenario_that_says_nothing_has_the_defaults_of_the_model():
    found = laws()
    same(found.radiation, RadiationSpec())
    same(found.fleet, HealthSpec())
    same(dataclasses.replace(found.air, drag={}), AirSpec())
    same(found.air.drag["starmind_ai1"], DragSpec())
    same(found.gangs["training"], GangSpec(chips=1024))
    assert list(found.gangs) == ["training"]


def test_none_switches_everything_off():
    found = laws(health="none")
    assert (found.radiation, found.fleet, found.air, found.gangs) == (None, None, None, {})


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("radiation", lambda found: found.radiation),
        ("radiation.solar_cycle", lambda found: found.radiation.solar_cycle),
        ("radiation.anomaly", lambda found: found.radiation.anomaly),
        ("gangs", lambda found: found.gangs or None),
        ("failures.satellites", lambda found: found.fleet.satellites),
        ("failures.devices", lambda found: found.fleet.devices),
        ("failures.strings", lambda found: found.fleet.strings),
        ("failures.pumps", lambda found: found.fleet.pumps),
        ("failures.lasers", lambda found: found.fleet.lasers),
        ("ageing.cells", lambda found: found.fleet.cells),
        ("ageing.coatings", lambda found: found.fleet.coatings),
        ("ageing.batteries", lambda found: found.fleet.batteries),
        ("air", lambda found: found.air),
    ],
)
def test_each_law_is_switched_off_by_itself_and_stays_off_when_written(path, read):
    assert read(laws()) is not None
    scenario = oc.load_scenario(BASE).replace({f"health.{path}": "none"})
    found = health_laws(scenario)
    assert read(found) is None
    assert oc.load_scenario(scenario.to_dict()) == scenario
    records = {record["path"]: record["value"] for record in scenario.provenance()}
    assert records[f"health.{path}"] == "none"


def test_ageing_of_accelerators_is_an_option():
    assert laws().fleet.device_ageing is None
    on = laws(**{"health.ageing.devices": {}})
    assert on.fleet.device_ageing.loss_per_year == pytest.approx(0.005)


def test_units_reach_the_model():
    found = laws(
        **{
            "health.radiation.memory_dose": "0.22 Gy",
            "health.radiation.shielding": "0.5 cm",
            "health.failures.devices.rate": "9 %/year",
            "health.ageing.batteries.hold_temperature": "20 degC",
            "satellite.drag.ram_area": "60 m2",
        }
    )
    assert found.radiation.memory_dose_rad == pytest.approx(22.0)  # a gray is 100 rad
    assert found.radiation.shielding_mm == pytest.approx(5.0)
    assert found.fleet.devices.rate_per_year == pytest.approx(0.09)
    assert found.fleet.batteries.hold_k == pytest.approx(293.15)
    assert found.air.drag["starmind_ai1"].ram_area_m2 == 60.0


def test_files_are_looked_for_beside_the_scenario(tmp_path):
    (tmp_path / "sun.csv").write_text("date,f107\n2026-01-01,100\n2027-01-01,120\n")
    (tmp_path / "dose.csv").write_text("altitude_km,rad_per_year\n500,90\n")
    with pytest.raises(oc.ScenarioError, match=r"health.air.activity: there is no file 'sun.csv'"):
        laws(**{"health.air.activity": "sun.csv"})
    found = laws(
        **{
            "health.air.activity": str(tmp_path / "sun.csv"),
            "health.radiation.dose": str(tmp_path / "dose.csv"),
        }
    )
    assert found.air.activity.flux_sfu == (100.0, 120.0)
    assert found.radiation.table == str(tmp_path / "dose.csv")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"health": "off"}, "health: 'off' stands where a map should be; give keys like radiation"),
        ({"health.radation": "none"}, "health.radation: unknown key; the nearest is 'radiation'"),
        ({"health.failures.pumps.count": 0}, "health.failures.pumps.count: 0 is below 1"),
        ({"health.radiation.memory_dose": "44 rad"}, "give a quantity like '0.168 Gy'"),
        ({"health.ageing.cells.logarithm": 0}, "0 is not above 0"),
        ({"workload.classes.batch.gang": {"chips": 8}}, "workload.classes.batch.gang: only training works in gangs"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(changes, text):
    with pytest.raises(oc.ScenarioError) as raised:
        laws(**changes)
    assert text in str(raised.value)


def test_the_json_schema_allows_none_where_a_law_stands():
    from orbital_compute.scenario.schema import ScenarioFields

    schema = ScenarioFields.json_schema()
    assert {"const": "none"} in schema["properties"]["health"]["anyOf"]
    assert {"const": "none"} in schema["$defs"]["Failures"]["properties"]["pumps"]["anyOf"]
