"""Clusters: how planes are cut, and what an exchange of gradients takes in orbit and at a site."""

import math

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.cluster import AllReduceSpec, ClusterSpec, cut_clusters, orbit_exchange, site_exchange

LLAMA = AllReduceSpec(parameters=405e9, active_parameters=405e9, batch_tokens=16e6, replica_chips=128)
CLUSTER = ClusterSpec()
H100_FLOP_S = 0.989e15


def orbit(law=LLAMA, cluster=CLUSTER, **changes):
    given = {"chips": 10_000, "chips_per_satellite": 128, "spacing_m": 150.0} | changes
    return orbit_exchange(law, cluster, **given)


def test_planes_are_cut_into_neighbours_and_the_rest_is_left():
    shell = np.repeat([0, 0, 1], [10, 7, 4])
    plane = np.repeat([0, 1, 0], [10, 7, 4])
    rows = cut_clusters(shell, plane, 4)
    assert rows.row_first.tolist() == [0, 4, 10, 17]
    assert rows.row_last.tolist() == [4, 8, 14, 21]
    whole = cut_clusters(shell, plane, None)
    assert whole.row_first.tolist() == [0, 10, 17]
    assert whole.row_last.tolist() == [10, 17, 21]


def test_a_cluster_that_no_plane_holds_is_refused():
    with pytest.raises(ScenarioError, match="the fullest has 10"):
        cut_clusters(np.zeros(10, int), np.zeros(10, int), 11)


def test_a_copy_of_the_model_stays_on_one_satellite():
    with pytest.raises(ScenarioError, match="128 chips, a satellite has 100"):
        orbit(chips_per_satellite=100)


def test_llama_3_over_79_satellites_by_hand():
    found = orbit()
    gradient_bit = 405e9 * 16
    assert found.members == 79
    hop_s = 10e-6 + 300.0 / 299792458.0  # out over every other member, back over those between
    assert found.outer_s == pytest.approx(2 * 78 / 79 * gradient_bit / 1e12 + 156 * hop_s)
    assert found.inner_s == 0.0  # one copy a satellite has nobody to sum with
    step_s = 6 * 405e9 * 16e6 / (10_000 * 0.4 * H100_FLOP_S)
    assert found.step_s(H100_FLOP_S) == pytest.approx(step_s)
    wait_s = found.outer_s - 0.5 * step_s
    assert found.computing_share(H100_FLOP_S) == pytest.approx(step_s / (step_s + wait_s))
    assert found.laser_bit_s(H100_FLOP_S) == pytest.approx(found.outer_bit / (step_s + wait_s))


def test_the_laser_that_is_asked_for_hides_all():
    need = orbit().laser_need_bit_s(H100_FLOP_S)
    assert need > CLUSTER.laser_bit_s
    enough = orbit(cluster=ClusterSpec(laser_bit_s=1.0001 * need))
    assert enough.computing_share(H100_FLOP_S) == 1.0
    assert orbit(cluster=ClusterSpec(laser_bit_s=0.999 * need)).computing_share(H100_FLOP_S) < 1.0


def test_five_hundred_inner_steps_ask_a_five_hundredth_of_the_laser():
    loose = orbit(AllReduceSpec(405e9, 405e9, 16e6, 128, inner_steps=500))
    assert loose.computing_share(H100_FLOP_S) == 1.0
    assert loose.laser_need_bit_s(H100_FLOP_S) == pytest.approx(orbit().laser_need_bit_s(H100_FLOP_S) / 500, rel=1e-3)


def test_slower_chips_hide_more():
    share = orbit().computing_share(H100_FLOP_S * np.array([1.0, 0.5, 0.1, 0.0]))
    assert share[0] < share[1] < share[2] == 1.0
    assert share[3] == 1.0  # no rate, nothing to wait for


def test_copies_within_a_satellite_sum_over_its_fabric_first():
    found = orbit(AllReduceSpec(8e9, 8e9, 4e6, 16))
    shard_bit = 8e9 * 16 / 16
    assert found.inner_s == pytest.approx(2 * 7 / 8 * shard_bit / 4e11 + 14 * 5e-6)


def test_a_site_sums_over_its_fabric():
    found = site_exchange(LLAMA, CLUSTER, chips=10_000)
    shard_bit = 405e9 * 16 / 128
    assert found.all_reduce_s == pytest.approx(2 * 77 / 78 * shard_bit / 4e11 + 154 * 5e-6)
    assert found.outer_bit == 0.0
    assert found.laser_need_bit_s(H100_FLOP_S) == 0.0


def test_hops_alone_can_be_too_long_for_any_laser():
    assert math.isinf(orbit(cluster=ClusterSpec(laser_hop_s=1.0)).laser_need_bit_s(H100_FLOP_S))
