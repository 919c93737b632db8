"""Leases: dates of notice, capacity handed over and taken back, state by hand, and the cut that it must cross."""

import math

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.lease import (
    Lease,
    Terms,
    check_owner,
    handover,
    least_cut_bit_s,
    movable_state,
    owner_leaves,
)
from orbital_compute.model.workload import JobClass, LanguageModel

DAY_S = 86400.0


def held(lease, day):
    return min(line.at(day * DAY_S) for line in lease.capacity())


@pytest.mark.parametrize(
    ("terms", "given", "goes"),
    [
        (Terms(0.0, 90 * DAY_S), 30.0, 120.0),  # 90 days from notice
        (Terms(180 * DAY_S, 90 * DAY_S), 30.0, 270.0),  # nobody can end the first 180 days
        (Terms(180 * DAY_S, 90 * DAY_S), 200.0, 290.0),
        (Terms(0.0, 0.0), 30.0, 30.0),
    ],
)
def test_capacity_goes_after_the_first_term_and_the_notice(terms, given, goes):
    assert terms.goes_s(0.0, given * DAY_S) == goes * DAY_S


def test_handover_in_four_stages_within_a_month():
    line = handover(0.0, 30 * DAY_S, 4, 0.8)
    for day, share in ((0, 0.0), (7.4, 0.0), (7.5, 0.2), (20.0, 0.4), (22.5, 0.6), (29.9, 0.6), (30, 0.8), (999, 0.8)):
        assert line.at(day * DAY_S) == pytest.approx(share)
    assert handover(-math.inf, 30 * DAY_S, 4, 0.8).at(0.0) == 0.8
    assert handover(5.0, 0.0, 4, 1.0).at(5.0) == 1.0


def test_a_reclaim_takes_all_back_along_its_ramp():
    lease = Lease("memphis", Terms(0.0, 90 * DAY_S, 10 * DAY_S), notice_given_s=20 * DAY_S)
    for day, share in ((0, 1.0), (109.9, 1.0), (115, 0.5), (120, 0.0), (500, 0.0)):
        assert held(lease, day) == pytest.approx(share, abs=1e-9)
    at_once = Lease("memphis", Terms(0.0, 0.0, 0.0), notice_given_s=20 * DAY_S)
    assert (held(at_once, 19.999), held(at_once, 20)) == (1.0, 0.0)
    assert held(Lease("memphis", Terms()), 1e5) == 1.0


def test_headroom_comes_free_as_the_owners_work_finds_room_elsewhere():
    """Work of 100 moves to a site with room for 60: what leaves one arrives at the other, and 40 stay."""
    here, there = owner_leaves(0.0, 10 * DAY_S, 100.0, 60.0)
    for day in (0.0, 4.0, 10.0, 99.0):
        assert 100.0 * here.at(day * DAY_S) + 60.0 * there.at(day * DAY_S) == pytest.approx(100.0)
    assert here.at(10 * DAY_S) == pytest.approx(0.4)
    lease = Lease("memphis", Terms(), start_s=0.0, handover_s=4 * DAY_S, stages=2, owner=here)
    assert [held(lease, day) for day in (1, 2, 4, 5, 10)] == pytest.approx([0.0, 0.12, 0.24, 0.3, 0.6])
    with pytest.raises(ScenarioError, match="no accelerator free"):
        check_owner("memphis", "southaven", 0.0)


CHAT = LanguageModel("70b", 70e9, 70e9, kv_byte_per_token=320e3)
SMALL = LanguageModel("8b", 8e9, 8e9, kv_byte_per_token=128e3)


def test_state_by_hand():
    """2 B a parameter once for each model, 16 B a parameter and run in training, caches of all sessions of 10 min."""
    classes = [
        JobClass("chat", "interactive", CHAT, 1000, 500, card=CHAT),
        JobClass("tools", "agent", CHAT, 10_000, 0, card=CHAT),
        JobClass("files", "batch", SMALL, 1000, 500, card=SMALL),
        JobClass("train", "training", chunk_flop=1e15, card=SMALL, gang_chips=100),
    ]
    rate = np.array([classes[0].flop_per_request * 50.0, classes[1].flop_per_request * 2.0, 1e18, 4e17])
    state = movable_state(classes, rate, [None, None, None, 1e17], Lease("memphis", Terms(), resident_s=600.0))
    assert state.weights_bit == pytest.approx(8 * 2 * (70e9 + 8e9))
    assert state.cache_bit == pytest.approx(8 * 320e3 * 600.0 * (50 * 1500 + 2 * 10_000))
    assert state.optimiser_bit == pytest.approx(8 * 4 * 8e9 * 16)  # four gangs
    assert state.total_bit == state.weights_bit + state.cache_bit + state.optimiser_bit
    nothing = movable_state(classes, np.zeros(4), [None] * 4, Lease("memphis", Terms()))
    assert nothing.total_bit == 0.0


@pytest.mark.parametrize(
    ("spare", "cut"),
    [
        ([20e9, 30e9, 40e9, 100e9], 40e9),  # its own line binds
        ([20e9, 30e9, 400e9, 100e9], 150e9),  # all the ways on do
        ([0.0, 0.0, 400e9, 0.0], 0.0),
        ([1e9, -5e9, 400e9, 0.0], 1e9),  # an arc that is more than full takes nothing
    ],
)
def test_the_least_cut_is_the_sites_line_or_all_that_lies_beyond(spare, cut):
    assert least_cut_bit_s(0, np.array(spare), n_gateway=2) == cut  # arcs: two gateways, this site, another site
