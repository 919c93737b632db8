"""The cost line of a run: what is bought and made, read from scenario and dataset, against figures worked by hand."""

import math

import numpy as np
import pytest
import xarray as xr
from cost_results import HOUR_S, PFLOP_S, dataset, manifest, results

import orbital_compute as oc
from orbital_compute.analysis import economics
from orbital_compute.analysis.cost import CHEAP_WHEN_HIGH, UNITS, Cost, cost, terms_by_case


def costed(changes=None, **options) -> Cost:
    return results(changes, **options).cost


def test_what_orbit_makes_is_counted_by_hand():
    found = costed({"economics.orbit.decay": "0 /year", "health": "none"}).places["orbit"]["default"].made
    years = 2 * HOUR_S / economics.YEAR_S
    assert found.device_s == pytest.approx(1000 * economics.YEAR_S)  # ten satellites of a hundred
    assert found.flop == pytest.approx(4000 * PFLOP_S * HOUR_S / years)
    assert found.token_flop == pytest.approx(found.flop / 2)
    assert found.tokens == pytest.approx(2000 * PFLOP_S * HOUR_S / 1e15 * 1900 / years)  # 1,500 in, 400 out
    assert found.it_j == pytest.approx(2.4e6 * HOUR_S / years)


def test_cost_a_year_is_that_of_the_fleet_in_the_run():
    found = costed().places["orbit"]["default"].components
    assert found["launch"] == pytest.approx(10 * 0.2637975 * 3000 * 500 * 1.05, rel=1e-6)
    assert found["satellites"] == pytest.approx(10 * 0.2637975 * 150e3 * 15, rel=1e-6)
    ground = costed().places["ground"]["default"]
    assert ground.components["electricity"] == pytest.approx(0.07 * 270e3 * 8766, rel=1e-9)  # 270 MW on average
    assert ground.made.device_s == pytest.approx(220_000 * economics.YEAR_S)
    server_w = 1.25 * (150_000 * 700 + 50_000 * 700 + 20_000 * 1200)
    assert ground.components["facility"] == pytest.approx(0.1314738 * 13.8 * (server_w + 45e6), rel=1e-6)
    assert ground.components["accelerators"] == pytest.approx(0.2637975 * 35.0 * server_w, rel=1e-6)


def test_unit_cost_of_work_is_cost_over_work():
    place = costed({"economics.orbit.decay": "0 /year"}).places["orbit"]["default"]
    assert place.unit_costs()["pflop_hour"] == pytest.approx(place.usd_year / (2000 * 8766), rel=1e-9)
    assert place.unit_costs()["kwh_it"] == pytest.approx(place.usd_year / (1.2e3 * 8766), rel=1e-9)


def test_output_falls_with_age_and_a_run_that_shows_it_is_not_charged_twice():
    young = costed().places["orbit"]["default"].made.flop
    whole = costed({"economics.orbit.decay": "0 /year"}).places["orbit"]["default"].made.flop
    assert young / whole == pytest.approx(economics.output_factor(0.1, 0.05, 0.07, 5.0), rel=1e-4)
    # Five years with health on: the run has aged itself, and its mean is nearly that of the life.
    life_s = 5 * economics.YEAR_S
    aged = costed(duration_s=life_s).places["orbit"]["default"].made.flop
    new = costed({"economics.orbit.decay": "0 /year"}, duration_s=life_s).places["orbit"]["default"].made.flop
    assert young / whole < aged / new < 1.1


def test_accelerators_that_do_not_work_make_no_hours():
    whole, half = (costed(working=share).unit_costs("orbit", "gpu_hour")["default"] for share in (1.0, 0.5))
    assert half == pytest.approx(2.0 * whole)


def test_low_and_high_stand_around_every_figure():
    summary = costed().summary()
    assert summary
    for name, entry in summary.items():
        if name.startswith("cost_") and "ratio" not in name:
            assert entry["low"] < entry["value"] < entry["high"], name
            assert set(entry) == {"value", "unit", "low", "high"}


def test_every_parameter_alone_is_cheaper_at_its_cheap_end():
    """Move one parameter at a time to its low end: the cost of its places falls; with a shorter life it rises."""
    whole = manifest()
    base = cost(dataset(), whole)
    moved = 0
    for record in whole["provenance"]:
        path = record["path"]
        if not path.startswith("economics.") or "carbon" in path or not record["low"]:
            continue
        other = cost(dataset(), manifest({path: _value(record["low"])}))
        change = [
            other.unit_costs(place, "pflop_hour")["default"] - base.unit_costs(place, "pflop_hour")["default"]
            for place in base.places
        ]
        sign = -1.0 if path in CHEAP_WHEN_HIGH else 1.0
        if path == "economics.ground.turbines":  # the run used none
            assert change == [0.0, 0.0]
            continue
        assert all(sign * step <= 0.0 for step in change), path
        assert any(step != 0.0 for step in change), path
        moved += 1
    assert moved >= 15


def _value(text):
    return float(text) if text.replace(".", "").isdigit() else text


def test_a_value_that_the_scenario_gives_has_no_span():
    given = manifest({"economics.launch.price": "777 USD/kg"})
    terms = terms_by_case(oc.load_scenario(given["scenario"]).economics, given["provenance"])
    assert [terms[case].launch.price for case in terms] == [777.0] * 3
    assert [terms[case].orbit.life / economics.YEAR_S for case in terms] == pytest.approx([8.0, 5.0, 4.0])


def test_own_work_of_a_site_bears_its_own_part():
    whole, half = (costed({"sites": [{"preset": "colossus_1", "busy": busy}]}) for busy in (0.0, 0.5))
    full, rest = whole.places["ground"]["default"], half.places["ground"]["default"]
    for name in ("facility", "accelerators", "operations"):
        assert rest.components[name] == pytest.approx(0.5 * full.components[name], rel=1e-5)
    busy_w = 0.5 * (205e6 + 45e6)
    left = (200e6 - busy_w + 240e6 - busy_w) / 440e6
    assert rest.made.it_j == pytest.approx(left * full.made.it_j, rel=1e-9)
    assert rest.components["electricity"] == pytest.approx(left * full.components["electricity"], rel=1e-9)
    assert "ground" not in costed({"sites": [{"preset": "colossus_1", "busy": 1.0}]}).places


def test_energy_at_an_hourly_price_costs_what_the_hours_say():
    data = dataset()
    kwh_j = economics.KWH_J
    data["grid_price"] = (("time", "site"), [[0.05 / kwh_j], [0.15 / kwh_j]])
    found = cost(data, manifest()).places["ground"]["default"].components["electricity"]
    assert found == pytest.approx((0.05 * 250e3 + 0.15 * 290e3) / 2 * 8766, rel=1e-9)
    high = cost(data, manifest()).places["ground"]["high"].components["electricity"]
    assert high == found  # a price by the hour has no span


def test_hourly_emissions_take_the_place_of_the_parameter():
    data = dataset()
    data["grid_carbon"] = (("time", "site"), [[0.0], [0.366 / economics.KWH_J]])
    whole, half = (cost(one, manifest()).carbon_kg_kwh["ground"] for one in (dataset(), data))
    energy = 0.366 * np.array([540.0, 290.0]) / 440.0  # both hours, and the second alone
    assert whole - half == pytest.approx(energy[0] - energy[1], rel=1e-9)
    without = xr.full_like(data["grid_carbon"], np.nan)  # of a site that has no series beside one that has
    assert cost(data.assign(grid_carbon=without), manifest()).carbon_kg_kwh["ground"] == whole


def test_halls_that_are_out_give_no_accelerator_hours():
    data = dataset()
    data["site_working_flop"] = 0.75 * data["site_peak_flop"]
    whole, less = (cost(one, manifest()).unit_costs("ground", "gpu_hour")["default"] for one in (dataset(), data))
    assert less == pytest.approx(whole / 0.75)


def test_a_lease_bears_the_cost_of_what_it_holds():
    data = dataset()
    data["site_held_share"] = (("time", "site"), [[1.0], [0.5]])
    data["site_working_flop"] = data["site_peak_flop"] * data["site_held_share"]
    whole = cost(data, manifest()).places["ground"]["default"]
    leased = cost(data.assign_coords(lease=["colossus_1"]), manifest()).places["ground"]["default"]
    assert leased.components["facility"] == pytest.approx(0.75 * whole.components["facility"], rel=1e-12)
    left = (200e6 + 240e6 - 0.5 * 250e6) / 440e6  # half of 250 MW runs for its owner in the second hour
    assert leased.components["electricity"] == pytest.approx(left * whole.components["electricity"], rel=1e-5)
    assert leased.made.device_s == whole.made.device_s == pytest.approx(0.75 * 220_000 * economics.YEAR_S)


def test_a_run_without_sites_has_a_cost_of_orbit_alone():
    found = costed(site=False)
    assert list(found.places) == ["orbit"]
    assert not [name for name in found.summary() if "site" in name]
    assert math.isfinite(found.summary()["cost_orbit_usd_pflop_hour"]["value"])


def test_summary_names_every_measure_of_both_sides():
    summary = costed().summary()
    for side in ("orbit", "site"):
        for measure, unit in UNITS.items():
            assert summary[f"cost_{side}_usd_{measure}"]["unit"] == unit
            bare = summary[f"cost_{side}_without_accelerators_usd_{measure}"]
            assert 0.0 < bare["value"] < summary[f"cost_{side}_usd_{measure}"]["value"]
    orbit, site = (summary[f"cost_{side}_usd_pflop_hour"]["value"] for side in ("orbit", "site"))
    assert summary["cost_ratio_orbit_over_site"]["value"] == pytest.approx(orbit / site)


def test_at_the_launch_price_of_parity_both_cost_the_same():
    found = costed({"economics.ground.facility": "400 USD/W"})
    price = found.parity_launch_usd_kg
    assert price > 0.0
    again = costed({"economics.ground.facility": "400 USD/W", "economics.launch.price": f"{price} USD/kg"})
    orbit, ground = (again.unit_costs(place, "pflop_hour")["default"] for place in ("orbit", "ground"))
    assert orbit == pytest.approx(ground, rel=1e-9)


def test_carbon_of_the_model_reference():
    # 3 t, 120 kW, 95 %, five years, 33 kg/kg of launch and 80 kg/kg of hardware: about 68 g for each kWh (MODEL §9)
    found = costed({"economics.orbit.losses": "0 /year", "economics.orbit.decay": "0 /year"})
    per_kwh = found.carbon_kg_kwh["orbit"]  # ten satellites of 120 kW in the mean
    assert 1e3 * per_kwh / 0.95 == pytest.approx(68.0, rel=0.01)


def test_carbon_of_the_ground_is_its_energy_and_its_servers():
    per_kwh = costed({"economics.accelerators.failures": "0 /year"}).carbon_kg_kwh["ground"]
    energy = 0.366 * 270.0 / 220.0
    servers = 205e3 * 6.0 * 80.0 / 5.0 / (220e3 * 8766)  # 6 kg a kW
    assert per_kwh == pytest.approx(energy + servers, rel=1e-9)


def test_switched_off_or_recorded_before_there_were_costs():
    assert costed({"economics": "none"}) is None
    assert cost(dataset(), {"scenario": {"name": "old"}}) is None


def test_results_remember_their_cost():
    one = results()
    assert one.cost is one.cost
    assert one.cost.summary().keys() == costed().summary().keys()
