"""Presets: every figure of every file has a grade, a source and a date, and every file is whole."""

from itertools import pairwise

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.load import load_scenario
from orbital_compute.scenario.preset import Layer, all_figures, catalogue, load_preset, merged

EVERY = [(kind, name) for kind, names in catalogue().items() for name in names]


def test_the_catalogue_holds_what_the_scenarios_need():
    names = catalogue()
    assert set(names["satellites"]) >= {"starmind_ai1", "suncatcher"}
    assert set(names["cells"]) >= {"triple_junction", "silicon"}
    assert set(names["devices"]) >= {"h100", "h200", "gb200", "tpu_v6e"}
    assert set(names["sites"]) >= {"colossus_1", "colossus_2"}
    assert "fcc_2026" in names["constellations"]
    assert all(names[kind] for kind in names)


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_figure_has_grade_source_and_date(kind, name):
    figures = all_figures(load_preset(kind, name))
    assert figures
    for path, _, record in figures:
        if path.endswith("preset"):
            continue  # the name of another preset, which has its own
        assert record.get("grade") in ("A", "B", "C"), path
        assert len(record.get("source", "")) > 3, path
        assert record.get("date") == "2026-11-22", path


@pytest.mark.parametrize(("kind", "name"), [pair for pair in EVERY if pair[0] in ("satellites", "sites")])
def test_uncertain_figures_of_designs_have_a_range(kind, name):
    for path, value, record in all_figures(load_preset(kind, name)):
        number = isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdigit())
        if record["grade"] == "C" and number and "climate" not in path and path != "latitude":
            assert {"low", "high"} & set(record) or "in proportion" in record["source"] or "h200" in path, path


def test_each_satellite_and_site_preset_makes_a_whole_scenario():
    base = {
        "format": 1,
        "name": "x",
        "time": {"start": "2026-06-21", "duration": "1 h"},
        "constellation": {"walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 1, "per_plane": 1}},
    }
    sites = [{"preset": name} for name in catalogue()["sites"]]
    for satellite in catalogue()["satellites"]:
        for cell in catalogue()["cells"]:
            tree = {**base, "satellite": {"preset": satellite, "array": {"cell": cell}}, "sites": sites}
            assert load_scenario(tree).satellite_types[satellite].array.cell == cell


def test_the_models_are_those_of_their_cards():
    models = load_preset("models", "open_weights").layer.tree
    assert sum(model["parameters"] == model["active_parameters"] for model in models.values()) == 3
    mixture = models["deepseek_v3"]
    assert (mixture["parameters"], mixture["active_parameters"]) == (671e9, 37e9)
    layers_heads = {"llama_3_1_8b": 32, "llama_3_1_70b": 80, "llama_3_1_405b": 126}
    for name, layers in layers_heads.items():  # keys and values, 8 heads of 128, 2 bytes each
        assert models[name]["kv_cache"] == f"{2 * layers * 8 * 128 * 2} byte"


def test_regions_sum_to_most_of_the_world():
    regions = load_preset("regions", "world_16").layer.tree
    assert len(regions) == 16
    people = sum(region["population"] for region in regions.values())
    assert 0.85 * 8.23e9 < people < 8.23e9  # World Population Prospects 2024: 8.23e9 in 2025; small countries left out


def test_classes_differ_clearly_in_value_and_shares_sum_to_one():
    classes = load_preset("workloads", "default").layer.tree["classes"]
    values = sorted(job["value"] for job in classes.values())
    assert all(high >= 2.0 * low for low, high in pairwise(values))
    assert sum(job["share"] for job in classes.values()) == pytest.approx(1.0, abs=1e-12)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(ScenarioError, match="the nearest is 'colossus_1'"):
        load_preset("sites", "colosus_1")


def test_merging_keeps_what_is_not_said_and_forgets_the_source_of_what_is():
    base = Layer(
        {"a": {"b": 1, "c": 2}, "d": 3},
        {("a", "b"): {"grade": "A"}, ("a", "c"): {"grade": "B"}, ("d",): {"grade": "C"}},
    )
    layer = merged(base, {"a": {"b": 5}, "e": 6})
    assert layer.tree == {"a": {"b": 5, "c": 2}, "d": 3, "e": 6}
    assert layer.records == {("a", "c"): {"grade": "B"}, ("d",): {"grade": "C"}}
    assert merged(base, {"a": None}).tree == {"d": 3}
    assert base.tree == {"a": {"b": 1, "c": 2}, "d": 3}
