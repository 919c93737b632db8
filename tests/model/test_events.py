"""Events of satellites: the windows that they hold in, what they do to power and heat, and that others feel nothing."""

import numpy as np
import pytest
from small_fleet import fleet_of, random_elements

import orbital_compute as oc
from orbital_compute.kernels.march import STATE_FIELDS
from orbital_compute.kernels.records import WHOLE, Health
from orbital_compute.model.events import FleetEvent, write_health
from orbital_compute.model.fleet import Fleet, from_tiles
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

BASE = {
    "format": 1,
    "name": "events",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "2 h", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [
            {"name": "low", "altitude": "575 km", "inclination": "53 deg", "planes": 1, "per_plane": 3},
            {"name": "high", "altitude": "800 km", "inclination": "53 deg", "planes": 1, "per_plane": 2},
        ]
    },
    "satellite": {"preset": "starmind_ai1"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "10 EFLOP/s"}},
    "output": {"sample": [0, 1, 2, 3, 4]},
}
LOSS = {"kind": "attitude_loss", "start": "2026-06-21T00:30:00Z", "end": "2026-06-21T01:00:00Z", "array_cosine": 0.25}
STRINGS = {"kind": "cell_string_lost", "start": "2026-06-21T01:00:00Z", "share": 0.125}


def factors(fleet, name):
    return from_tiles(fleet.arrays.health, Health._fields.index(name), fleet.n_satellite)


def test_factors_of_overlapping_events():
    fleet = fleet_of(random_elements(40))
    events = [
        FleetEvent(np.array([3, 35]), 100.0, 200.0, array_pointing=0.25, radiator_sun=0.5),
        FleetEvent(np.array([3]), 150.0, np.inf, strings_lost=0.75),
        FleetEvent(np.array([3]), 160.0, np.inf, strings_lost=0.5, array_pointing=0.5),
    ]
    for time_s, wanted in (
        (99.9, WHOLE),
        (100.0, (1.0, 0.25, 0.5, 1.0, 1.0, 1.0)),
        (155.0, (0.25, 0.25, 0.5, 1.0, 1.0, 1.0)),
        (199.0, (0.0, 0.25, 0.5, 1.0, 1.0, 1.0)),
        (200.0, (0.0, 0.5, 0.0, 1.0, 1.0, 1.0)),
    ):
        write_health(events, time_s, fleet)
        assert tuple(factors(fleet, name)[3] for name in Health._fields) == wanted
        assert tuple(factors(fleet, name)[4] for name in Health._fields) == WHOLE
    write_health(events, 100.0, fleet)
    assert factors(fleet, "array_pointing")[35] == 0.25


def test_a_part_of_the_fleet_takes_the_events_of_its_own_rows():
    whole = build(oc.load_scenario(BASE))
    part = Fleet(whole.constellation, whole.satellite_types, step_s=60.0, rows=[1, 3, 4])
    write_health([FleetEvent(np.array([0, 3]), 0.0, 10.0, strings_lost=0.5)], 5.0, part)
    assert factors(part, "array").tolist() == [1.0, 0.5, 1.0]


@pytest.fixture(scope="module")
def runs():
    plain = oc.load_scenario(BASE)
    struck = plain.replace({"events": [{**LOSS, "rows": [1], "radiator_cosine": 0.5}, {**STRINGS, "shell": "high"}]})
    return simulate(plain).dataset, simulate(struck).dataset


def test_a_lost_attitude_holds_from_window_to_window(runs):
    plain, struck = (run["sample_array_w"].values[:, 1] for run in runs)
    lit = runs[0]["sample_sunlit"].values[:, 1] == 1.0
    cells_k = runs[0]["sample_cell_k"].values[:, 1]
    assert np.array_equal(struck[:30], plain[:30])
    ratio = struck[30:60][lit[30:60]] / plain[30:60][lit[30:60]]
    # a quarter of the light on cells that cool by 120 K at most and gain 0.35 % a kelvin of the power at 298 K
    assert cells_k.max() < 350.0
    assert ratio.min() > 0.25
    assert ratio.max() < 0.25 * 1.7
    assert struck[65:][lit[65:]] == pytest.approx(plain[65:][lit[65:]], rel=0.05)  # cells warm up within minutes,
    assert struck[65:][lit[65:]][-5:] == pytest.approx(plain[65:][lit[65:]][-5:], rel=1e-3)  # and are the same then
    sink = [run["sample_sink_w"].values[:, 1] for run in runs]
    assert (sink[1][30:60] > sink[0][30:60] + 5e3)[lit[30:60]].all()  # 110 m² x 0.15 x 1,317 W/m² x 0.45


def test_lost_strings_take_their_share_for_good(runs):
    for k in (3, 4):
        plain, struck = (run["sample_array_w"].values[:, k] for run in runs)
        lit = plain[60:] > 0.0
        assert np.array_equal(struck[:60], plain[:60])
        # what is not drawn heats the cells by some 3 K: 1 % of power more is lost
        assert struck[60:][lit] / plain[60:][lit] == pytest.approx(0.875 * 0.995, abs=0.008)


def test_the_others_keep_every_bit():
    def state(scenario):
        run = Simulation(build(scenario), threads=1)
        for w in range(12):
            run.space.prepare(w)
            run.space.assigned_flop[:] = run.space.offer_flop
            run.space.signature[:] = 0
            run.space.march(1)
        run.close()
        return np.stack([run.fleet.state_of(name) for name in STATE_FIELDS], axis=1)

    plain = oc.load_scenario(BASE)
    struck = plain.replace({"events": [{**LOSS, "rows": [1]}, {**STRINGS, "rows": [4], "start": LOSS["start"]}]})
    before, after = state(plain), state(struck)
    assert np.array_equal(before[[0, 2, 3]], after[[0, 2, 3]])
    assert not np.array_equal(before[[1, 4]], after[[1, 4]])
