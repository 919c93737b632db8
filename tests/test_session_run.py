"""Sessions in a run: as many as Little's law gives, some of them moved each window, their bits off the gateways."""

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.errors import ScenarioError
from orbital_compute.report.page import page
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

BASE = {
    "format": 1,
    "name": "sessions",
    "seed": 3,
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "40 min", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [{"name": "low", "altitude": "575 km", "inclination": "53 deg", "planes": 4, "per_plane": 25}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "workload": {
        "preset": "default", "demand": {"rate": "20 EFLOP/s"},
        "classes": {"agent": {"sessions": {"resident": "20 min"}}},
    },
    "output": {"sample": 0},
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return simulate(BASE)


def test_sessions_are_as_many_as_littles_law_gives(results):
    data = results.dataset
    done = data["executed_orbit_flop"].sel(job_class="agent") + data["executed_site_flop"].sel(job_class="agent")
    rate = done.values / float(data["flop_per_request"].sel(job_class="agent")) / 300.0
    assert data["sessions_resident"].values[:, 0] == pytest.approx(1200.0 * rate, rel=1e-9)
    context = 516096 * 22_000  # byte a token x tokens of the preset's class
    assert data["session_byte"].values[:, 0] == pytest.approx(1200.0 * rate * context, rel=1e-9)
    total = data["session_orbit_byte"].values[:, 0] + data["session_site_byte"].values[:, 0, 0]
    assert total == pytest.approx(data["session_byte"].values[:, 0], rel=1e-9)


def test_satellites_that_leave_view_hand_over(results):
    moved, resident = (results.dataset[name].values[:, 0] for name in ("sessions_moved", "sessions_resident"))
    assert moved[0] == 0.0
    assert np.all(moved[1:] > 0.0)
    assert np.all(moved[1:] <= np.minimum(resident[1:], resident[:-1]))
    assert all(ledger["closes"] for ledger in results.audit().values())
    assert "Moved a window" in page(results)


def test_nothing_else_changes_where_they_move_in_space(results):
    plain = simulate({**BASE, "workload": {"preset": "default", "demand": {"rate": "20 EFLOP/s"}}}).dataset
    for name in ("executed_flop", "served", "arc_use_bit", "arc_capacity_bit"):
        assert np.array_equal(plain[name].values, results.dataset[name].values), name


def test_over_the_ground_they_take_of_the_gateways(results):
    ground = simulate(oc.load_scenario(BASE).replace({"workload.classes.agent.sessions.over": "ground"})).dataset
    took = results.dataset["arc_capacity_bit"].values - ground["arc_capacity_bit"].values
    assert np.all(took >= 0.0)
    assert took[0].sum() == took[1].sum() == 0.0  # the first that move do so in the second window
    assert took[2:].sum() > 0.0
    assert took.sum() <= ground["session_moved_bit"].values.sum() * (1.0 + 1e-9)


def test_a_run_goes_on_where_it_was_left():
    model = build(oc.load_scenario(BASE))
    one, other = Simulation(model, threads=1), Simulation(model, threads=2)
    try:
        for _ in range(3):
            one.step()
        other.restore(one.state())
        due, found = one.step(), other.step()
        for name in ("sessions_resident", "sessions_moved", "session_site_byte", "served"):
            assert np.array_equal(due[name], found[name]), name
    finally:
        one.close()
        other.close()


def test_training_has_no_sessions():
    with pytest.raises(ScenarioError, match="only agent and interactive work has sessions"):
        oc.load_scenario(BASE).replace({"workload.classes.training.sessions": {}})


def test_the_time_that_they_are_kept_is_that_of_their_memory():
    """Ten minutes if nothing is said; `residence`, which also bounds a node by its memory, if that is given."""
    plain = oc.load_scenario(BASE).replace({"workload.classes.agent.sessions": {}})
    for changes, kept_s in (({}, 600.0), ({"workload.classes.agent.residence": "90 s"}, 90.0)):
        (spec,) = (one for one in build(plain.replace(changes)).sessions if one is not None)
        assert spec.resident_s == kept_s
    with pytest.raises(ScenarioError, match="differs from the residence of the class, 90 s"):
        oc.load_scenario(BASE).replace({"workload.classes.agent.residence": "90 s"})
