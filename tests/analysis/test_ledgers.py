"""The audit closes on a run that adds up, and names what was changed in one that does not."""

import numpy as np
import pytest
import recorded

from orbital_compute.analysis import ledgers


@pytest.fixture
def made():
    return recorded.arrays(recorded.coordinates())


def audit(made):
    return recorded.record(recorded.coordinates(), made).audit()


def test_all_ledgers_of_a_sound_run_close(made):
    found = audit(made)
    assert set(found) == {
        "energy", "heat", "work", "flow", "requests", "temperature", "charge", "work_by_class", "work_credited",
        "work_by_satellite",
        "array_by_satellite", "load_by_satellite", "sample_bus", "sample_battery",
    }  # fmt: skip
    assert [name for name, ledger in found.items() if not ledger["closes"]] == []
    requests = found["requests"]
    assert requests["arrived"] == requests["served"] + requests["dropped"] + requests["queued_end"]


def open_ledgers(made):
    return {name for name, ledger in audit(made).items() if not ledger["closes"]}


@pytest.mark.parametrize("name", ["arrived", "served", "dropped", "queued"])
def test_one_request_is_missed_and_its_queue_named(made, name):
    made[name][4, 1, 2] += 1
    assert open_ledgers(made) == {"requests"}
    ledger = audit(made)["requests"]
    assert (ledger["job_class"], ledger["region"], ledger["relative_residual"]) == ("batch", "south", 1)
    assert ledger["window"] == 4


def test_one_joule_in_a_sampled_battery_is_named(made):
    made["sample_battery_j"][17:, 2] += 1.0
    assert open_ledgers(made) == {"sample_battery"}
    ledger = audit(made)["sample_battery"]
    assert (ledger["row"], ledger["step"]) == (14, 17)


def test_one_joule_on_a_sampled_bus_is_named(made):
    made["sample_curtailed_w"][6, 1] += 1.0 / recorded.STEP_S
    assert open_ledgers(made) == {"sample_bus"}
    ledger = audit(made)["sample_bus"]
    assert (ledger["row"], ledger["step"]) == (7, 6)


@pytest.mark.parametrize("value", [2e-9, -2e-9, np.nan])
def test_measured_residual_past_its_tolerance_is_named(made, value):
    made["energy_residual"][5] = value
    made["energy_residual_row"][5] = 31
    assert open_ledgers(made) == {"energy"}
    ledger = audit(made)["energy"]
    assert (ledger["window"], ledger["row"], ledger["time"][:16]) == (5, 31, "2026-06-21T00:25")


def test_one_kelvin_past_the_limit_is_named(made):
    made["temperature_margin_k"][3] = -1.0
    made["temperature_margin_row"][3] = 12
    assert open_ledgers(made) == {"temperature"}
    ledger = audit(made)["temperature"]
    assert (ledger["relative_residual"], ledger["window"], ledger["row"]) == (1.0, 3, 12)


def test_charge_past_its_bounds_is_named(made):
    made["charge_margin"][0] = np.nan
    assert open_ledgers(made) == {"charge"}


@pytest.mark.parametrize(
    ("name", "ledger"),
    [
        ("satellite_array_j", "array_by_satellite"),
        ("satellite_load_j", "load_by_satellite"),
        ("satellite_executed_flop", "work_by_satellite"),
    ],
)
def test_total_of_one_satellite_is_set_against_the_fleet(made, name, ledger):
    made[name][9] *= 1.001
    assert open_ledgers(made) == {ledger}


@pytest.mark.parametrize(("work_flop", "changed_flop", "closes"), [
    (1e24, 1e16, False),  # 1e-8 of the work
    (1e24, 1e12, True),
    (1e17, 1e11, True),  # 1e-6 of the work, but less than half a quantum for each of 40 satellites in 7 windows
    (1e17, 1e12, False),
])  # fmt: skip
def test_work_by_class_is_held_to_whole_quanta_of_work(made, work_flop, changed_flop, closes):
    names = ("executed_flop", "site_executed_flop", "executed_orbit_flop", "executed_site_flop",
             "credited_orbit_flop", "credited_site_flop", "repeated_flop")  # fmt: skip
    for name in (*names, "satellite_executed_flop"):
        made[name] *= work_flop / made["executed_flop"].size
    for name in ("executed_orbit_flop", "credited_orbit_flop"):
        made[name][3, 1] += changed_flop
    assert open_ledgers(made) == (set() if closes else {"work_by_class"})


def test_work_that_is_neither_credited_nor_repeated_is_missed(made):
    made["repeated_flop"][2, 0] *= 0.999
    assert open_ledgers(made) == {"work_credited"}


@pytest.mark.parametrize("numbers", [1, 3, 20, 1 << 20])
def test_parts_in_which_a_sample_is_read_change_nothing(made, numbers, monkeypatch):
    whole = audit(made)
    made["sample_battery_j"][23, 1] += 1.0
    broken = audit(made)["sample_battery"]
    monkeypatch.setattr(ledgers, "NUMBERS_AT_ONCE", numbers)
    assert audit(made)["sample_battery"] == broken
    assert audit(made)["sample_bus"] == whole["sample_bus"]


def test_run_without_a_sample_has_no_ledgers_of_it():
    axes = recorded.coordinates(n_sample=0, n_site=0)
    ledgers = recorded.record(axes, recorded.arrays(axes)).audit()
    assert "sample_bus" not in ledgers
    assert all(ledger["closes"] for ledger in ledgers.values())
