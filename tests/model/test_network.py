"""Latency law, reach and routes: by hand, by brute force over single satellites, and at the edges."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_scene import COLOSSUS, EXACT, GATEWAYS, LAGOS, LONDON, NEW_YORK, TOKYO, Spot, build, keys_of, scattered

from orbital_compute.errors import ScenarioError
from orbital_compute.kernels.contacts import Leg, one_way_s
from orbital_compute.model.network import (
    ALWAYS,
    NEVER,
    Gateway,
    NetworkSpec,
    cosine_within,
    fibre_round_trip_s,
    ground_distance_m,
    leg_table,
)
from orbital_compute.model.routes import ANYWHERE

LIGHT_M_S = 299792458.0


def test_distance_of_cities():
    # the haversine on a sphere of 6371 km; published: London to New York 5,570 km, to Tokyo 9,560 km
    distance_m = ground_distance_m([LONDON], [LONDON, NEW_YORK, TOKYO])
    assert distance_m[0] == pytest.approx([0.0, 5570e3, 9560e3], rel=2e-3)


def test_fibre_round_trip_by_hand():
    spec = NetworkSpec()
    distance_m = ground_distance_m([LONDON], [TOKYO])[0, 0]
    assert fibre_round_trip_s(spec, [LONDON], [TOKYO])[0, 0] == pytest.approx(distance_m * 2 * 1.3 * 4.9e-9)


def test_edge_of_view_has_the_least_elevation():
    gateway = GATEWAYS[0]
    leg = Leg(*leg_table(NetworkSpec(), [gateway], np.array([6921e3]))[0, 0])
    ground_m = np.sqrt(leg.square_sum_m2 - 6921e3**2)
    angle = np.arccos(leg.view_cosine)
    up = 6921e3 * np.cos(angle) - ground_m  # of the satellite above the gateway's horizon, and along it
    along = 6921e3 * np.sin(angle)
    assert np.degrees(np.arctan2(up, along)) == pytest.approx(25.0, abs=1e-9)


@given(st.floats(160e3, 36e6), st.floats(-0.01, 1.0), st.floats(5.0, 80.0), st.floats(1.0, 3.0))
def test_limits_on_delay_are_limits_on_the_angle(height_m, limit_s, elevation_deg, factor):
    gateway = replace(GATEWAYS[0], min_elevation_rad=np.radians(elevation_deg))
    leg = leg_table(NetworkSpec(isl_path_factor=factor), [gateway], np.array([6378137.0 + height_m]))
    least = float(cosine_within(leg, limit_s)[0, 0])
    law, angle = Leg(*leg[0, 0]), np.linspace(0.0, np.pi, 120)
    delay = np.array([2 * one_way_s(law, float(c)) for c in np.cos(angle)])
    assert (np.diff(delay) > 0).all()
    clear = np.abs(np.cos(angle) - least) > 1e-8  # the law's angle is good to 2e-9 rad
    assert np.array_equal((delay <= limit_s)[clear], (np.cos(angle) >= least)[clear])
    assert (least == NEVER) == (limit_s < 2 * law.down_s * (1 - 1e-12)) or abs(limit_s - 2 * law.down_s) < 1e-12
    if least == ALWAYS:
        assert limit_s >= delay[-1] * (1 - 1e-8)


def test_reach_equals_brute_force_over_single_satellites():
    network = build()
    unit, orbit, kind = scattered(800)
    signature_key, row = np.unique(keys_of(network, unit, orbit, kind), return_inverse=True)
    feasible = network.feasible(signature_key)
    ground_s = fibre_round_trip_s(EXACT, GATEWAYS, [LONDON, NEW_YORK, TOKYO, LAGOS])
    cosine = network.gateway_unit_itrs @ unit
    leg = [[Leg(*network.leg[o, g]) for g in range(3)] for o in range(2)]
    one_way = np.array([[one_way_s(leg[orbit[i]][g], float(cosine[g, i])) for g in range(3)] for i in range(800)])
    routes, n_seen = network.routes, 0
    for c, limit_s in enumerate((0.08, 0.14, np.inf)):
        for region in range(4):
            nearest = np.argsort(ground_s[:, region])[: 2 if np.isfinite(limit_s) else 3]
            for g in range(3):
                expected = (2 * one_way[:, g] + ground_s[g, region] <= limit_s) & (g in nearest)
                of = np.flatnonzero((routes.job_class == c) & (routes.region == region) & (routes.arc == g))
                assert of.size <= 1
                got = feasible[row, routes.group[of[0]]] if of.size else np.zeros(800, bool)
                assert np.array_equal(got, expected)
                n_seen += bool(got.any() and not got.all())
    assert n_seen >= 8  # limits that some keep and some do not
    assert np.array_equal(network.key_type(signature_key)[row], kind)


def test_bins_let_nobody_in():
    exact, coarse = build(), build(NetworkSpec(round_trip_bin_s=0.03))
    assert coarse.level_count.sum() < exact.level_count.sum()
    unit, orbit, kind = scattered(800)
    reach = []
    for network in (exact, coarse):
        signature_key, row = np.unique(keys_of(network, unit, orbit, kind), return_inverse=True)
        of = {
            (int(d), int(a)): int(g)
            for d, a, g in zip(network.routes.demand, network.routes.arc, network.routes.group, strict=True)
        }
        reach.append((network.feasible(signature_key)[row], of))
    (exact_feasible, exact_of), (coarse_feasible, coarse_of) = reach
    lost = 0
    for way, group in coarse_of.items():
        assert (exact_feasible[:, exact_of[way]] >= coarse_feasible[:, group]).all()
        lost += int((exact_feasible[:, exact_of[way]] & ~coarse_feasible[:, group]).sum())
    assert lost > 0


def test_sites_serve_by_fibre_within_the_limit():
    network = build(limits=(0.06, np.inf))
    routes = network.routes
    by_site = routes.arc == network.n_gateway
    # Memphis to New York is 1,540 km, 20 ms of fibre there and back; to London 6,960 km, 89 ms
    assert routes.region[by_site & (routes.job_class == 0)].tolist() == [1]
    assert routes.ground_s[by_site & (routes.demand == 1)] == pytest.approx([0.0196], rel=0.02)
    assert routes.region[by_site & (routes.job_class == 1)].tolist() == [0, 1, 2, 3]
    feasible = network.feasible(np.zeros(0, np.uint64))
    assert feasible.shape == (1, network.groups.level.size)
    assert np.array_equal(np.flatnonzero(feasible[0]), np.unique(routes.group[by_site]))


def test_a_type_that_cannot_run_a_class_has_no_route_for_it():
    network = build(type_serves=np.array([[True, True, True], [True, False, False]]))
    unit, orbit, kind = scattered(300)
    signature_key, row = np.unique(keys_of(network, unit, orbit, kind), return_inverse=True)
    feasible, routes = network.feasible(signature_key), network.routes
    by_gateway = routes.arc < network.n_gateway
    for c, served in enumerate((True, False, False)):
        groups = np.unique(routes.group[by_gateway & (routes.job_class == c)])
        assert feasible[row[kind == 1]][:, groups].any() == served
        assert feasible[row[kind == 0]][:, groups].any()


def test_a_limit_that_all_keep_asks_for_no_level():
    network = build(limits=(5.0, np.inf))
    assert network.level_count.tolist() == [0, 0, 0]
    assert set(network.groups.gateway.tolist()) == {ANYWHERE}
    routes = network.routes
    per_region = [(routes.job_class == 0) & (routes.region == r) & (routes.arc < 3) for r in range(4)]
    assert [int(mask.sum()) for mask in per_region] == [2, 2, 2, 2]  # the two nearest gateways still


def test_a_limit_that_none_keeps_makes_no_route():
    network = build(limits=(0.003,))
    assert (network.routes.arc == network.n_gateway).all()
    assert network.level_count.tolist() == [0, 0, 0]


def test_gateways_turn_with_the_earth():
    network = build()
    quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # TEME to ITRS, sidereal time 6 h
    turned = network.gateway_unit_teme(quarter)
    x, y, z = network.gateway_unit_itrs.T
    assert turned == pytest.approx(np.stack([-y, x, z], axis=1), abs=1e-15)


def test_capacity_counts_availability_and_time():
    network = build(gateways=[replace(GATEWAYS[0], availability=0.5)])
    assert network.arc_capacity_bit(300.0) == pytest.approx([1e12 * 0.5 * 300, 1e13 * 300])
    assert network.arc_names == ["London", "Memphis"]


@pytest.mark.parametrize("missing", ["gateways", "uplinks", "satellites"])
def test_what_may_be_missing(missing):
    network = build(
        gateways=[] if missing == "gateways" else GATEWAYS,
        uplinks=() if missing == "uplinks" else (COLOSSUS,),
        radius=() if missing == "satellites" else (6.9e6, 7.6e6),
        type_serves=np.zeros((0, 3), bool) if missing == "satellites" else None,
    )
    keys = np.zeros(0, np.uint64) if missing == "satellites" else np.unique(keys_of(network, *scattered(50)))
    feasible = network.feasible(keys)
    assert feasible.shape == (keys.size + network.n_site, network.groups.level.size)
    arcs = network.routes.arc
    assert (arcs >= network.n_gateway).all() if missing in ("gateways", "satellites") else (arcs < 3).any()


def test_a_detour_below_one_is_refused():
    with pytest.raises(ScenarioError, match="no way is shorter than the great circle") as error:
        build(NetworkSpec(isl_path_factor=0.9))
    assert error.value.problems[0].path == "network.isl_path_factor"


def test_a_hop_of_no_length_and_no_regions_are_refused_together():
    with pytest.raises(ScenarioError) as error:
        build(NetworkSpec(hop_length_m=0.0), regions=())
    assert len(error.value.problems) == 2


def test_more_kinds_of_reach_than_a_key_holds_are_refused():
    rng = np.random.default_rng(1)
    spots = [Spot(f"r{i}", *place) for i, place in enumerate(rng.uniform(-80, 80, (60, 2)))]
    gateways = [Gateway(spot.name, spot.latitude_deg, spot.longitude_deg, 1e12) for spot in spots]
    with pytest.raises(ScenarioError, match="kinds of reach"):
        build(NetworkSpec(round_trip_bin_s=0.0, gateways_per_region=10), gateways=gateways, regions=spots)
