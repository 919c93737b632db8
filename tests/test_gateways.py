"""Gateways in a run: budgets, choice of satellites and handovers, weather, and the conservation of what they carry."""

from itertools import pairwise

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.kernels.handover import NOBODY
from orbital_compute.model.frames import geodetic_to_itrs_m, instants_after, teme_to_itrs, turned
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

BASE = {
    "format": 1,
    "name": "gateways",
    "seed": 3,
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [{"name": "low", "altitude": "550 km", "inclination": "53 deg", "planes": 24, "per_plane": 20}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "gateways": {"preset": "default", "antennas": 3},
    "workload": {"preset": "default", "demand": {"rate": "60 EFLOP/s"}},
    "output": {"sample": 0},
}


def tree(**gateways):
    return {**BASE, "gateways": {**BASE["gateways"], **gateways}}


def run(threads=None, **gateways):
    results = simulate(tree(**gateways), threads=threads)
    assert all(ledger["closes"] for ledger in results.audit().values())
    return results


@pytest.fixture(scope="module")
def plain():
    return run()


@pytest.fixture(scope="module")
def followed():
    return {
        choice: run(choice=choice, antennas=1, acquisition="30 s").dataset
        for choice in ("elevation", "nearest", "longest")
    }


def test_a_run_without_links_and_weather_has_no_gateway_series(plain):
    assert not any(name.startswith("gateway_") for name in plain.dataset.data_vars)
    assert (plain.dataset["flow_residual"].values < 1e-9).all()


def test_the_longest_contact_changes_least_and_pays_least_for_it(followed):
    changes = {choice: int(data["gateway_changes"].values.sum()) for choice, data in followed.items()}
    assert changes["longest"] < 0.7 * changes["elevation"]
    assert abs(changes["nearest"] - changes["elevation"]) < 0.2 * changes["elevation"]  # one shell: nearly the same
    room = {choice: data["arc_capacity_bit"].values.sum() for choice, data in followed.items()}
    assert room["longest"] > room["elevation"]


def test_capacity_is_antennas_and_their_time_less_acquisition(followed):
    data = followed["longest"]
    links, changes = data["gateway_links"].values, data["gateway_changes"].values
    rate_bit_s, window_s, availability = 20e9, 300.0, 0.995
    most_bit = rate_bit_s * window_s * availability
    assert links.max() <= 1.0
    carried = data["arc_capacity_bit"].values
    expected = rate_bit_s * availability * (links * window_s - 30.0 * changes)
    # an acquisition may run on into the next window, or be cut short by a satellite that sets
    assert carried[1:].sum() == pytest.approx(expected[1:].sum(), rel=0.01)
    assert (carried <= most_bit * (1 + 1e-12)).all()


def brute_force(sim, time_s):
    """Return bool[n_gateway, n_satellite] by the orbits themselves and geocentric horizons, and slant ranges [m]."""
    gateways = sim.network.gateways
    places = geodetic_to_itrs_m(
        *(np.array([getattr(g, f"{name}_deg") for g in gateways]) for name in ("latitude", "longitude"))
    )
    utc = instants_after(sim.model.clock.start, time_s)
    place = turned(np.swapaxes(teme_to_itrs(utc), -1, -2)[0], places.reshape(-1, 3))
    r_m = sim.model.constellation.positions(utc, "teme")[:, 0]
    away = r_m[None] - place[:, None]
    range_m = np.linalg.norm(away, axis=2)
    up = place / np.linalg.norm(place, axis=1)[:, None]
    sine = np.einsum("gij,gj->gi", away, up) / range_m
    return sine, range_m


def test_antennas_follow_what_the_orbits_say_is_highest_and_nearest():
    for choice in ("elevation", "nearest", "longest"):
        sim = Simulation(build(oc.load_scenario(tree(choice=choice))), threads=1)
        for window in range(3):
            sim.step()
            sine, range_m = brute_force(sim, 300.0 * window + 270.0)  # the last look of the window
            held = sim.ground_links.state()["held_row"]
            for g in range(len(held)):
                rows = held[g][held[g] != NOBODY]
                in_view = sine[g] >= np.sin(np.radians(25.0))
                assert (sine[g][rows] > np.sin(np.radians(24.0))).all()  # horizons breathe with the orbit's height
                assert abs(rows.size - min(in_view.sum(), 3)) <= 1
                left = np.setdiff1d(np.flatnonzero(in_view), rows)
                if choice != "longest" and left.size and rows.size == 3:
                    score = sine[g] if choice == "elevation" else -range_m[g] / 1e6
                    assert score[rows].min() > score[left].max() - 0.02
        sim.close()


def test_a_satellite_of_the_longest_contact_is_kept_until_it_sets():
    sim = Simulation(build(oc.load_scenario(tree(choice="longest"))), threads=1)
    seen = []
    for window in range(4):
        sim.step()
        seen.append((sim.ground_links.state()["held_row"], brute_force(sim, 300.0 * window + 270.0)[0]))
    for (before, _), (after, sine) in pairwise(seen):
        for g in range(len(before)):
            gone = np.setdiff1d(before[g][before[g] != NOBODY], after[g])
            assert (sine[g][gone] < np.sin(np.radians(26.0))).all()
    sim.close()


def test_threads_change_no_bit_and_a_state_goes_on_as_the_run_did():
    fields = {"choice": "longest", "weather": "drawn", "link": {"optical": {}}, "persistence": "1 h"}
    one, three = (run(threads=n, **fields).dataset for n in (1, 3))
    for name in one.data_vars:
        assert np.array_equal(one[name].values, three[name].values, equal_nan=one[name].dtype.kind == "f"), name
    model = build(oc.load_scenario(tree(**fields)))
    through, stopped = Simulation(model, threads=1), Simulation(model, threads=1)
    for _ in range(4):
        through.step()
    kept = {name: values.copy() for name, values in through.state().items()}
    stopped.restore(kept)
    ends = [(sim.step()["gateway_changes"], sim.ground_window.link_bit) for sim in (through, stopped)]
    assert np.array_equal(ends[0][0], ends[1][0])
    assert np.array_equal(ends[0][1], ends[1][1])
    through.close()
    stopped.close()


def test_drawn_weather_closes_gateways_and_its_mean_is_the_mean_factor():
    """Over many seeds, as a run of hours sees few skies: mean availability against that of `weather: mean`."""
    optical = {"link": {"optical": {"clear": 0.65}}, "persistence": "0 h"}
    open_share = []
    for seed in range(60):
        scenario = oc.load_scenario({**tree(**optical, weather="drawn"), "seed": seed})
        sky = build(scenario).ground.sky
        open_share += [sky.open_at(3600.0 * hour) for hour in range(24)]
    assert np.mean(open_share) == pytest.approx(0.65, abs=4 * 0.5 / np.sqrt(60 * 24 * 8))
    data = run(**optical, weather="drawn").dataset
    opened = data["gateway_open"].values
    assert set(np.unique(opened)) == {0.0, 1.0}
    capacity = data["arc_capacity_bit"].values
    assert (capacity[opened == 0.0] == 0.0).all()
    assert data["arc_use_bit"].values[opened == 0.0].sum() == 0.0
    mean = run(**optical).dataset["arc_capacity_bit"].values
    assert mean[opened == 1.0] * 1.0 / 0.65 == pytest.approx(capacity[opened == 1.0], rel=1e-12)


def test_a_radio_budget_falls_with_range_and_rain_with_the_place():
    low = {"radio": {"eirp_dbw": 40.0}}  # too little for the finest modulation at the horizon
    model = build(oc.load_scenario(tree(link=low)))
    best = model.gateways[0].capacity_bit_s / 3
    assert best < 20e9
    data = run(link=low).dataset
    rate_bit_s = data["gateway_link_rate_bit_s"].values
    assert 0.2 * best < np.nanmin(rate_bit_s) < np.nanmax(rate_bit_s) < best
    rain = {name: {"rain_rate": f"{rate} mm/h"} for name, rate in (("madrid", 20), ("singapore", 100))}
    gateways = {one.name: one for one in build(oc.load_scenario(tree(link={"radio": {}}, stations=rain))).gateways}
    assert gateways["singapore"].availability < gateways["madrid"].availability < 1.0
    assert gateways["singapore"].availability > 0.95
    assert gateways["tokyo"].availability == 0.995


def test_a_longest_range_stands_for_a_least_elevation():
    by_range = build(oc.load_scenario(tree(max_ground_range="1123 km")))
    assert by_range.gateways[0].max_range_m == 1123e3
    far, near = (Simulation(build(oc.load_scenario(tree(**key))), threads=1) for key in (
        {"max_ground_range": "1123 km"}, {}))  # fmt: skip
    view = [np.degrees(np.arccos(sim.network.leg[0, :, 2])) for sim in (far, near)]
    # 25° at 550 km is 1,123 km over a sphere; elsewhere the ground is up to 21 km lower
    singapore = [one.name for one in by_range.gateways].index("singapore")
    assert view[0][singapore] == pytest.approx(view[1][singapore], abs=0.02)
    assert (view[0] <= view[1] + 0.02).all()
    horizon = Simulation(build(oc.load_scenario(tree(max_ground_range="20000 km"))), threads=1)
    assert np.degrees(np.arccos(horizon.network.leg[0, :, 2])) == pytest.approx(
        np.degrees(np.arccos(6371.0 / 6928.0)), abs=0.3)  # fmt: skip
    for sim in (far, near, horizon):
        sim.close()


@pytest.mark.parametrize(
    ("gateways", "message"),
    [
        ({"max_ground_range": "1100 km", "min_elevation": "25 deg"}, "both given"),
        ({"link": {}}, "radio or optical"),
        ({"link": {"radio": {}, "optical": {}}}, "radio or optical"),
        ({"stations": {"tokyo": {"rain_rate": "60 mm/h"}}}, "only a radio budget"),
        ({"link": {"radio": {}}, "stations": {"tokyo": {"clear": 0.7}}}, "only an optical link"),
        ({"choice": "loudest"}, "any, elevation, nearest, longest"),
        ({"weather": "dawn"}, "the nearest is 'drawn'"),
        ({"choice_interval": "0 s"}, "below 1 s"),
        ({"link": {"radio": {"frequency": "80 GHz"}}}, "the law of rain ends"),
    ],
)
def test_nonsense_is_refused(gateways, message):
    with pytest.raises(oc.ScenarioError, match=message):
        oc.load_scenario(tree(**gateways))


def test_the_preset_with_telescopes_runs_and_its_report_has_the_tables():
    from orbital_compute.report.page import page

    results = simulate({**BASE, "gateways": {"preset": "optical_default"}})
    text = page(results)
    for title in ("Links of the gateways", "Regions under the weather of their gateways", "Changes an hour"):
        assert title in text
    assert "nan" not in text.lower().replace("finance", "")
