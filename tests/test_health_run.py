"""Health in a run: what fails leaves the offer, its work comes back, soft errors cost, and no thread changes a bit."""

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.analysis.waterfall import waterfall
from orbital_compute.catalogue import DAY_HEALTH, VARIABLES
from orbital_compute.model.gang import YEAR_S, GangSpec
from orbital_compute.report.page import page
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

BASE = {
    "format": 1,
    "name": "health",
    "seed": 5,
    "time": {"start": "2026-03-20T22:00:00Z", "duration": "3 days", "step": "60 s", "window": "30 min"},
    "constellation": {"walker": {"altitude": "650 km", "inclination": "98 deg", "planes": 6, "per_plane": 20}},
    "satellite": {"preset": "starmind_ai1", "age": "2 years"},
    "sites": [{"preset": "colossus_1"}],
    "gateways": {"preset": "default"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "150 EFLOP/s"}},
    "output": {"sample": 2},
}
DYING = {
    "health.failures.satellites": {"infant_share": 1.0, "infant_shape": 0.4, "infant_scale": "0.01 year"},
    "satellite.age": "0 s",
}
WINDOWS = 48


def scenario(**changes):
    return oc.load_scenario(BASE).replace(changes)


@pytest.fixture(scope="module")
def dying():
    return simulate(scenario(**DYING))


@pytest.fixture(scope="module")
def older():
    return simulate(scenario())


def test_all_ledgers_close_while_satellites_fail(dying):
    assert [name for name, ledger in dying.audit().items() if not ledger["closes"]] == []
    alive = dying.dataset["satellites_alive"].values.sum(axis=1)
    assert 120 > alive[0] > alive[1] > alive[2] > 0


def test_what_fails_leaves_the_offer_and_its_work_returns(dying):
    d = dying.dataset
    first = d["executed_flop"].values.sum(axis=1) / d["assigned_flop"].values.sum(axis=1)
    lost = 1.0 - d["satellites_alive"].values[0].sum() / 120.0
    assert first[0] == pytest.approx(1.0 - lost, abs=0.03)  # they failed with work in hand
    assert first[1] == pytest.approx(1.0, abs=1e-6)  # and are asked for nothing more
    working = d["working_flop"].values.sum(axis=1) / d["peak_flop"].values.sum(axis=1)
    share = (d["devices_working_share"].values * 120.0).sum(axis=1) / 120.0
    assert working[0] == 1.0
    assert working[1 : WINDOWS + 1] == pytest.approx(share[0], rel=1e-12)
    assert working[WINDOWS + 1 : 2 * WINDOWS] == pytest.approx(share[1], rel=1e-12)
    assert (d["new_flop"].values <= d["working_flop"].values * (1.0 + 1e-6)).all()


def test_the_chain_of_factors_ends_at_what_is_delivered(older):
    fall = {stage.name: stage for stage in waterfall(older.dataset)["orbit"]}
    assert 0.80 < fall["availability"].factor < 0.92  # two years of 1 - 0.018 and of 0.068 a year
    assert 0.9 < fall["degradation"].factor < 1.0
    assert 0.8 < fall["radiation and faults"].factor < 1.0
    value = older.summary()["compute_delivered_orbit_flop"]["value"]
    assert fall["radiation and faults"].flop == pytest.approx(value, rel=1e-12)
    product = np.prod([stage.factor for stage in fall.values()])
    assert product == pytest.approx(value / fall["peak"].flop, rel=1e-12)


def test_gangs_keep_their_useful_fraction_at_the_rates_that_work_met(older):
    d = older.dataset
    gang = GangSpec(chips=1024)
    training = list(d["job_class"].values).index("training")
    done, credited = (d[f"{name}_site_flop"].values[:, training].sum() for name in ("executed", "credited"))
    assert credited == pytest.approx(done * gang.yields(0.0, 0.0, 0.0).useful_fraction, rel=1e-9)
    per_kind = np.array([1 / 16.8, 1 / 44.0, 1 / 5000.0])
    useful = [
        gang.yields(*(float(rate) * per_kind / per_kind.sum())).useful_fraction for rate in d["soft_error_rate"].values
    ]
    done, credited = (d[f"{name}_orbit_flop"].values[:, training] for name in ("executed", "credited"))
    assert credited.sum() / done.sum() == pytest.approx((done * useful).sum() / done.sum(), rel=1e-9)


def test_soft_errors_come_as_often_as_their_orbits_dose_says(older):
    """Some nine hundred: kinds in their proportion within five standard deviations."""
    d = older.dataset
    device_years = (d["devices_working"].values.sum() * 86400.0) / YEAR_S
    count = d["soft_errors"].values.sum(axis=(0, 1))
    assert count.sum() > 500
    rate = count / device_years
    assert 5.0 < rate[0] < 12.0  # MODEL §5.3: 7.5 to 10.4 silent corruptions a chip and year, here a year of few
    share = np.array([1 / 16.8, 1 / 44.0, 1 / 5000.0])
    share /= share.sum()
    assert np.abs(count - count.sum() * share).max() < 5.0 * np.sqrt(count.sum())


def test_threads_change_no_bit_of_health():
    def days(threads):
        run = Simulation(build(scenario(**{"time.duration": "26 h", **DYING})), threads=threads)
        found = []
        while not run.done:
            rows = run.step()
            found += [run.day_rows] if run.day_rows is not None else []
        run.close()
        return found, rows, run.health.state()

    one = days(1)
    assert len(one[0]) == 2
    for threads in (2, 3):
        other = days(threads)
        for left, right in ((one[0][0], other[0][0]), (one[0][1], other[0][1]), (one[1], other[1]), (one[2], other[2])):
            assert left.keys() == right.keys()
            for name, value in left.items():
                assert np.array_equal(value, right[name], equal_nan=True), name


def test_a_satellites_fate_stays_when_others_are_added():
    few, many = (
        simulate(scenario(**{**DYING, "constellation.walker.planes": planes, "time.duration": "1 h"}))
        for planes in (3, 6)
    )
    for name in ("satellite_fate", "satellite_devices_lost", "satellite_array_left"):
        assert np.array_equal(few.dataset[name].values, many.dataset[name].values[:60]), name
    assert few.dataset["satellite_fate"].values.any()


def test_without_health_nothing_fails_ages_or_repeats():
    bare = simulate(scenario(health="none", **{"time.duration": "26 h", "satellite.age": "0 s"}))
    d = bare.dataset
    assert "day" not in d.dims
    assert "soft_errors" not in d
    assert not d["repeated_flop"].values.any()
    assert np.array_equal(d["working_flop"].values, d["peak_flop"].values)
    assert np.array_equal(d["new_flop"].values, d["power_limited_flop"].values)
    assert (d["satellite_battery_left"].values == 1.0).all()
    assert 'id="air"' not in page(bare)


def test_each_law_alone_leaves_the_others_on():
    some = simulate(scenario(**{"health.radiation": "none", "health.air": "none", "time.duration": "1 h"}))
    assert 'id="health"' in page(some)
    d = some.dataset
    assert "soft_errors" not in d
    assert "lifetime_s" not in d
    assert "devices_working" in d
    quiet = simulate(scenario(**{"health.failures": "none", "health.ageing": "none", "time.duration": "1 h"})).dataset
    assert (quiet["devices_working_share"].values == 1.0).all()
    assert (quiet["array_left_share"].values == 1.0).all()  # as new, whatever the age
    assert "soft_errors" in quiet


def test_every_series_of_a_day_stands_in_the_catalogue(older):
    found = {str(name) for name, values in older.dataset.data_vars.items() if values.dims == ("day", "shell")}
    assert found >= {line.split("|")[0].strip() for line in DAY_HEALTH.strip().splitlines()}
    assert all(VARIABLES[name].dims == ("day", "shell") for name in found)
