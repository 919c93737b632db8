"""Lasers in a run: they bind at a low rate and not at a high one, events act on them, and nothing is lost."""

import numpy as np
import pytest
from bits import assert_same_bits

from orbital_compute.errors import ScenarioError
from orbital_compute.report.page import page
from orbital_compute.run import simulate
from orbital_compute.scenario.load import load_scenario

FLEET = {
    "format": 1,
    "name": "lasers",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "40 min", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [{"name": "low", "altitude": "600 km", "inclination": "53 deg", "planes": 12, "per_plane": 24}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "gateways": {"preset": "default", "antennas": 8},
    "network": {"lasers": {"rate": "100 Gbit/s", "cells": 40}},
    "workload": {"preset": "default", "demand": {"share": 0.6}},
    "health": "none",
    "economics": "none",
    "output": {"sample": 2},
}  # fmt: skip


def changed(**lasers):
    return {**FLEET, "network": {"lasers": {**FLEET["network"]["lasers"], **lasers}}}


@pytest.fixture(scope="module")
def wide():
    return simulate(FLEET, threads=1)


@pytest.fixture(scope="module")
def narrow():
    return simulate(changed(rate="1 Mbit/s"), threads=1)


def share_bound(results, resource):
    """Return the mean share of the wanted work of all classes that a resource binds."""
    dataset = results.dataset
    return float(dataset["binding_share"].values[:, :, list(dataset["resource"].values).index(resource)].mean())


def test_ledgers_close_and_dispatch_is_proven(wide, narrow):
    for results in (wide, narrow):
        assert all(ledger["closes"] for ledger in results.audit().values())
        assert results.summary()["dispatch_gap_max"]["value"] <= 1e-6
        binding = results.dataset["binding_share"].values.sum(axis=2)
        np.testing.assert_allclose(binding[binding > 0.0], 1.0, rtol=1e-12)


def test_wide_lasers_carry_all_and_do_not_bind(wide):
    dataset = wide.dataset
    assert dataset["laser_want_bit"].values.min() > 0.0
    assert (dataset["laser_carried_bit"].values == dataset["laser_want_bit"].values).all()
    assert not dataset["laser_loss"].values.any()
    assert share_bound(wide, "laser") == 0.0
    assert dataset["cut_bit_s"].sel(cut_place="lasers").values.max() <= 0.01 * dataset["ground_flow_bit_s"].values.min()


def test_narrow_lasers_bind_and_the_report_says_so(narrow, wide):
    dataset = narrow.dataset
    assert share_bound(narrow, "laser") > 0.1
    assert (dataset["laser_carried_bit"].values < wide.dataset["laser_carried_bit"].values).all()
    assert dataset["cut_bit_s"].sel(cut_place="lasers").values.min() > 0.0
    assert dataset["cut_shell_bit_s"].values.sum() == pytest.approx(
        dataset["cut_bit_s"].sel(cut_place="lasers").values.sum()
    )
    delivered = [results.summary()["compute_delivered_orbit_flop"]["value"] for results in (narrow, wide)]
    assert delivered[0] < 0.9 * delivered[1]
    text = page(narrow)
    assert 'id="binds"' in text
    assert "Shells whose lasers are in it: low" in text


def test_the_least_cut_is_the_greatest_flow(narrow):
    dataset = narrow.dataset
    np.testing.assert_allclose(dataset["cut_bit_s"].sum("cut_place"), dataset["ground_flow_bit_s"], rtol=1e-12)


def test_threads_change_no_bit(tmp_path):
    scenario = changed(rate="1 Mbit/s")
    for threads in (1, 3):
        simulate(scenario, tmp_path / str(threads), threads=threads).close()
    assert_same_bits(tmp_path / "1", tmp_path / "3")


def test_without_the_key_nothing_of_lasers_is_stored():
    dataset = simulate({**FLEET, "network": {}}, threads=1).dataset
    assert not [name for name in dataset.variables if "laser" in name or name.startswith("cut_")]
    assert not [name for name in dataset["arc"].values if "laser" in str(name)]


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "lasers_lost", "share": 0.5},
        {"kind": "link_lost", "rows": [30]},
        {"kind": "plane_lost", "shell": "low", "planes": [1, 2]},
    ],
)
def test_events_take_links_while_they_last(wide, event):
    lasting = {**event, "start": "2026-06-21T00:10:00Z", "end": "2026-06-21T00:20:00Z"}
    dataset = simulate({**FLEET, "events": [lasting]}, threads=1).dataset
    share, before = dataset["laser_links_share"].values, wide.dataset["laser_links_share"].values
    held = np.round(before * 576)
    assert (share[:2] == before[:2]).all()
    assert (share[2:4] < before[2:4]).all()
    if event["kind"] == "link_lost":
        lost = held[2] - np.round(share[2] * 576)
        assert 2 <= lost <= 4  # the links of one satellite that hold
    if event["kind"] == "lasers_lost":
        assert share[2] == pytest.approx(0.25 * before[2], abs=0.06)  # both ends must be left


def test_a_link_that_is_slowed_carries_less_and_holds():
    lasting = {"kind": "link_lost", "rows": [30, 31], "share": 0.5, "start": "2026-06-21T00:00:00Z"}
    slow = simulate({**FLEET, "events": [lasting]}, threads=1).dataset
    whole = simulate(FLEET, threads=1).dataset
    assert (slow["laser_links_share"].values == whole["laser_links_share"].values).all()
    assert (slow["laser_capacity_bit"].values <= whole["laser_capacity_bit"].values).all()


@pytest.mark.parametrize(
    ("event", "network", "said"),
    [
        ({"rows": [0, 150]}, FLEET["network"], "satellite 0 has no link to satellite 150"),
        ({"rows": [0, 1]}, {}, "no links between satellites"),
        ({"rows": [0, 1, 2]}, FLEET["network"], "3 rows make no link"),
    ],
)
def test_links_that_are_not_there_are_refused(event, network, said):
    happens = [{"kind": "link_lost", "start": "2026-06-21T00:10:00Z", **event}]
    with pytest.raises(ScenarioError, match=said):
        simulate({**FLEET, "network": network, "events": happens})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cells", 20_000),
        ("availability", 1.5),
        ("rate", "100 m"),
        ("terminals", 9),
        ("express", [1]),
        ("cross", "next"),
    ],
)
def test_nonsense_about_lasers_is_refused(key, value):
    with pytest.raises(ScenarioError, match=f"network.lasers.{key}"):
        load_scenario(changed(**{key: value}))
