"""A reclaim in a run: the site's work goes over to its owner, the figures say what was kept, the ledgers close."""

import math

import numpy as np
import pytest

from orbital_compute.run import simulate

BASE = {
    "format": 1,
    "name": "lease",
    "seed": 3,
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "4 h", "step": "60 s", "window": "5 min"},
    "constellation": {"preset": "fcc_2026", "variant": "sso_corrected", "satellites": 600},
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "gateways": {"preset": "default", "antennas": 48},
    "workload": {"preset": "default", "demand": {"rate": "220 EFLOP/s"}},
    "lease": [{"preset": "immediate", "site": "colossus_1", "reclaim": "2026-03-20T13:00:00Z"}],
    "output": {"sample": 0},
}


@pytest.fixture(scope="module")
def reclaimed():
    return simulate(BASE)


def value(results, name):
    return results.summary()[name]["value"]


def test_the_site_goes_back_to_its_owner_and_orbit_keeps_what_it_can(reclaimed):
    data = reclaimed.dataset
    assert all(ledger["closes"] for ledger in reclaimed.audit().values())
    held = data["site_held_share"].values[:, 0]
    assert held[:12].tolist() == [1.0] * 12
    assert held[12:].tolist() == [0.0] * 36
    site, orbit = (data[name].values.sum(axis=1) for name in ("site_executed_flop", "executed_flop"))
    assert site[12:].sum() == 0.0
    assert orbit[12:].mean() > 1.3 * orbit[:12].mean() or orbit[12:].mean() > 0.9 * data["offered_flop"].values.mean()
    power = data["site_it_power_w"].values[:, 0]
    assert power[20] >= power[5] * (1 - 1e-9)  # the owner's work runs there at full load
    assert value(reclaimed, "lease_kept_1h") < 0.9
    assert math.isnan(value(reclaimed, "lease_kept_90d"))


def test_state_moves_over_the_cut_that_the_run_left(reclaimed):
    data = reclaimed.dataset
    bits = sum(float(data[f"lease_{part}_bit"][0]) for part in ("weights", "cache", "optimiser"))
    assert float(data["lease_migration_s"][0]) == pytest.approx(bits / float(data["lease_cut_bit_s"][0]))
    assert float(data["lease_cut_bit_s"][0]) <= 3.2e12  # the site's own line
    assert float(data["lease_optimiser_bit"][0]) > 0.0


@pytest.mark.slow
def test_a_fleet_larger_by_the_reserve_keeps_what_it_was_sized_for(reclaimed):
    """The reserve is sized by offers of the run; the same run with so many satellites more keeps about as much."""
    n = round(600 * value(reclaimed, "lease_reserve_w") / float(reclaimed.dataset["shell_compute_power_w"].sum()))
    more = simulate({**BASE, "constellation": {**BASE["constellation"], "satellites": 600 + n}})
    assert value(more, "lease_kept_first_day") == pytest.approx(0.95, abs=0.03)
    assert np.isfinite(value(more, "lease_option_value_usd_year"))
