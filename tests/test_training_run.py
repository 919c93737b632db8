"""Training on clusters in a run: gangs within one cluster, the slowest member, gradients, faults of the place."""

from pathlib import Path

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.analysis.training import places, timings
from orbital_compute.model.gang import YEAR_S, GangSpec
from orbital_compute.report.page import page
from orbital_compute.report.training import tables
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

SHIPPED = Path(__file__).parent.parent / "scenarios" / "training_in_orbit.yaml"
GANG = "workload.classes.training.gang"
ROUNDING = 1e-12


def scenario(**changes):
    given = {"time.start": "2026-06-21T08:30:00Z", "time.duration": "3 hours", "output.sample": 1} | changes
    return oc.load_scenario(SHIPPED).replace(given)


@pytest.fixture(scope="module")
def shipped():
    return simulate(scenario())


def test_the_shipped_scenario_closes_and_tells_its_shares(shipped):
    assert [name for name, ledger in shipped.audit().items() if not ledger["closes"]] == []
    figures = {name: entry["value"] for name, entry in shipped.summary().items()}
    assert figures["training_useful_fraction_site"] > 0.9  # Llama 3 on the ground
    assert figures["training_useful_fraction_orbit"] < figures["training_useful_fraction_site"]
    assert figures["training_all_reduce_share_orbit"] > 0.3  # 12.8 s of sums behind half of 9.8 s of arithmetic
    assert figures["training_all_reduce_share_site"] == 0.0
    assert 1e12 < figures["training_laser_need_bit_s"] < 1e13
    for name in ("executed_orbit_flop", "credited_orbit_flop"):
        flop = "gang_executed_flop" if "executed" in name else "gang_kept_flop"
        d = shipped.dataset
        assert d[name].values.sum() == pytest.approx(d[flop].values[:, :, 0].sum(), rel=ROUNDING)


def test_shares_of_a_place_add_up(shipped):
    for one in places(shipped.dataset):
        assert sum(one.of_executed.values()) == pytest.approx(1.0)
        assert min(one.of_executed.values()) >= 0.0
        assert one.of_executed["counts once"] == pytest.approx(one.kept_flop / one.executed_flop)


def test_chips_beyond_the_gang_stand_by(shipped):
    orbit = places(shipped.dataset)[0]
    assert orbit.out_of_step == pytest.approx(1 - 10_000 / (81 * 128), abs=0.01)  # and some chips failed already


def test_the_report_shows_the_section(shipped):
    text = page(shipped)
    assert "Training in gangs" in text
    assert 'id="figure-training"' in text
    titles = [rows.title for rows in tables(shipped)]
    assert titles == ["Gangs in orbit and on the ground", "When to save, in orbit on the first day"]


def test_without_the_map_the_gang_has_the_useful_fraction_of_the_reference():
    steady = {"health.radiation.anomaly": "none", "health.radiation.solar_cycle": "none", f"{GANG}.timing": "daly"}
    found = simulate(scenario(**steady, **{"time.duration": "30 min"}))
    orbit = places(found.dataset)[0]
    law = GangSpec(chips=10_000).yields(8.93 / YEAR_S, 3.41 / YEAR_S, 0.03 / YEAR_S)
    assert orbit.useful == pytest.approx(law.useful_fraction, abs=0.01)
    assert 0.36 < orbit.useful < 0.42  # MODEL §5.4 with detected corruption
    kept = timings(found.dataset, 0)["daly"]
    assert kept.useful_fraction == pytest.approx(law.useful_fraction, rel=0.03)


def test_following_the_map_keeps_more(shipped):
    steady = simulate(scenario(**{f"{GANG}.timing": "daly"}))
    follows, plain = (places(run.dataset)[0].useful for run in (shipped, steady))
    assert follows > plain
    gain = timings(shipped.dataset, 0)
    assert gain["both"].useful_fraction > gain["daly"].useful_fraction


def test_sums_every_500_steps_leave_no_waiting():
    loose = simulate(scenario(**{f"{GANG}.all_reduce.inner_steps": 500, "time.duration": "30 min"}))
    assert loose.summary()["training_all_reduce_share_orbit"]["value"] == 0.0


def fleet(**changes):
    """Return planes of 12 satellites in clusters of five, with all classes of work."""
    given = {
        "time.duration": "2 hours",
        "time.window": "10 min",
        "constellation": {"walker": {"altitude": "550 km", "inclination": "53 deg", "planes": 6, "per_plane": 12}},
        "workload": {
            "preset": "default",
            "classes": {"training": {"gang": {"chips": 500, "all_reduce": {"replica_chips": 16}}}},
            "demand": {"share": 0.6},
        },
        "network": {"cluster": {"satellites": 5}},
    }
    return oc.load_scenario(SHIPPED).replace(given | changes)


def test_neighbours_of_planes_train_and_no_thread_changes_a_bit():
    one, two = (simulate(fleet(), threads=n) for n in (1, 2))
    for name in one.dataset.data_vars:
        assert np.array_equal(one.dataset[name].values, two.dataset[name].values, equal_nan=True), name
    assert [name for name, ledger in one.audit().items() if not ledger["closes"]] == []
    assert one.dataset["gang_kept_flop"].values[..., 0].sum() > 0.0
    assert one.dataset["credited_orbit_flop"].values.sum(axis=0).min() > 0.0  # other classes are served beside it


def test_members_of_a_cluster_share_one_signature_and_the_rest_cannot_train():
    run = Simulation(build(fleet()), threads=1)
    try:
        run.offer()
        signature = run.space.signature[: run.fleet.n_satellite].reshape(6, 12)
        for cluster in (signature[:, :5], signature[:, 5:10]):
            assert (cluster == cluster[:, :1]).all()
        ability = run.network.key_type(run.signature_key)
        assert (ability[signature[:, :10]] == 1).all()
        assert (ability[signature[:, 10:]] == 0).all()  # two are left over in each plane
        groups = run.network.groups
        feasible = run.network.feasible(run.signature_key)
        training = [k for k in range(groups.site.size) if not groups.type_serves[k, 0] and groups.site[k] < 0]
        assert training
        assert not feasible[np.unique(signature[:, 10:])][:, training].any()
    finally:
        run.close()


def test_a_run_goes_on_from_its_state():
    dark = {"satellite.battery.capacity": "2 kWh", "satellite.battery.initial_state_of_charge": 1.0}
    whole, first, second = (Simulation(build(fleet(**dark)), threads=1) for _ in range(3))
    try:
        rows = [whole.step() for _ in range(10)]
        for _ in range(6):
            first.step()
        second.restore({name: np.array(kept) for name, kept in first.state().items()})
        assert second.training.state()["debt_s"].any()
        for window in range(6, 10):
            later = second.step()
            for name in ("gang_kept_flop", "gang_stops", "gang_pace"):
                assert np.array_equal(later[name], rows[window][name]), name
    finally:
        for run in (whole, first, second):
            run.close()


def test_ends_of_power_stop_gangs_and_saving_before_them_keeps_more():
    dark = {"satellite.battery.capacity": "2 kWh", "health.radiation.anomaly": "none"}
    timing = "workload.classes.training.gang.timing"
    plain, ahead = (simulate(fleet(**dark, **{timing: how})) for how in ("daly", "before_eclipse"))
    power = plain.dataset["stop_cause"].values.tolist().index("power")
    assert plain.dataset["gang_stops"].values[:, 0, 0, power].sum() > 0.5
    kept = [run.dataset["gang_kept_flop"].values[..., 0].sum() for run in (plain, ahead)]
    assert kept[1] > kept[0]
    by = timings(plain.dataset, 0)
    assert by["before_eclipse"].useful_fraction > by["daly"].useful_fraction


def test_without_clusters_nothing_of_this_is_stored():
    alone = {"network.cluster": None, f"{GANG}.timing": "daly", f"{GANG}.all_reduce": None}
    found = simulate(scenario(**alone, **{"time.duration": "30 min"}))
    assert not [name for name in found.dataset.variables if name.startswith("gang")]
    assert not [name for name in found.summary() if name.startswith("training")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"network.cluster.satellites": 82}, "no plane has 82 satellites"),
        ({f"{GANG}.chips": 20_000}, "the largest has 10368"),
        ({f"{GANG}.all_reduce.replica_chips": 256}, "a satellite has 128"),
        ({f"{GANG}.timing": "sometimes"}, "sometimes"),
        ({"network.cluster": None}, "there are none"),
        ({GANG: None}, "no class trains in gangs"),
    ],
)
def test_nonsense_is_refused(changes, said):
    with pytest.raises(oc.ScenarioError, match=said):
        simulate(scenario(**changes))
