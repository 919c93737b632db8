"""A window's programme from its network and offers, and its round trips: by hand and satellite by satellite."""

import numpy as np
import pytest
from network_scene import COLOSSUS, EXACT, GATEWAYS, build, keys_of, scattered

from orbital_compute.kernels.contacts import N_BIN, Leg, one_way_s, round_trip_histogram
from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP, merge_supply, return_pro_rata, sum_work
from orbital_compute.model.offers import TIE, build_programme, order_of_use, round_trip_mix, site_round_trip_quanta
from orbital_compute.model.solve import solve

VALUE, BIT = np.array([3.0, 2.0, 1.0]), np.array([1e-9, 2e-9, 1e-10])
OFFER_FLOP = 2e17 * 300 // WORK_QUANTUM_FLOP * WORK_QUANTUM_FLOP
N = 400
ROWS = np.repeat([0, 1, -1], 4)  # the classes with a limit, their regions together
ONE_SHELL = (np.ones(N, dtype=bool), np.zeros(N, dtype=np.int32))  # and all signatures reach something


def window(demand=1.0, **options):
    network = build()
    unit, orbit, kind = scattered(N)
    offer_flop = np.full(N, OFFER_FLOP)
    keys, signature, supply_flop = merge_supply(keys_of(network, unit, orbit, kind), offer_flop, [(0, N)])
    programme = build_programme(
        network,
        signature_key=keys,
        supply_flop=supply_flop,
        site_offer_flop=np.array([50 * OFFER_FLOP]),
        demand_flop=np.full(12, demand * N * OFFER_FLOP / 12),
        value_per_flop=VALUE,
        bit_per_flop=np.repeat(BIT, 4),
        window_s=300.0,
        **options,
    )
    return network, programme, (unit, orbit, signature, offer_flop)


def test_arrays_of_a_window():
    network, programme, _ = window()
    assert programme.value.tolist() == [3.0] * 4 + [2.0] * 4 + [1.0] * 4
    assert programme.supply_flop[-1] == 50 * OFFER_FLOP
    assert programme.supply_flop[:-1].sum() == N * OFFER_FLOP
    assert programme.feasible.shape[0] == programme.supply_flop.size
    assert np.array_equal(programme.arc_capacity_bit, network.arc_capacity_bit(300.0))
    assert np.array_equal(programme.arc_bit_per_flop, BIT[network.routes.job_class])
    assert programme.signature_cost.max() + programme.route_cost.max() <= TIE * VALUE.min()


def test_satellites_before_sites_among_equals_and_the_cheap_before_the_dear():
    _, programme, _ = window(demand=0.01)
    assert solve(programme).signature_flop[-1] == pytest.approx(0.0, abs=1e-9 * OFFER_FLOP)
    _, programme, _ = window(demand=0.01, type_energy_price=np.array([2.0, 3.0]), site_energy_price=np.array([1.0]))
    a = solve(programme)
    # Memphis reaches New York in 80 ms, all four in 140 ms (Tokyo and Lagos in 127 to 138), all without a limit
    assert a.signature_flop[-1] == pytest.approx(programme.demand_flop[[1, 4, 5, 6, 7, 8, 9, 10, 11]].sum(), rel=1e-9)


def test_a_site_that_is_used_first_takes_what_it_reaches_and_one_that_is_not_changes_nothing():
    assert order_of_use([False], 2) == {}
    _, programme, _ = window(demand=0.01, **order_of_use([True], 2))
    reached = programme.demand_flop[[1, 4, 5, 6, 7, 8, 9, 10, 11]].sum()
    assert solve(programme).signature_flop[-1] == pytest.approx(reached, rel=1e-9)


@pytest.mark.parametrize("demand", [1e3, 1e9])
def test_demand_beyond_all_measure_is_dispatched_as_well_as_demand_that_is_only_too_much(demand):
    _, enough, _ = window(demand=30.0)
    _, programme, _ = window(demand=demand)
    a = solve(programme)
    assert a.objective == pytest.approx(solve(enough).objective, rel=1e-9)
    assert a.gap < 1e-9


def test_an_arc_that_is_down_carries_nothing():
    _, programme, _ = window(arc_available=np.array([1.0, 0.0, 0.5, 1.0]))
    a = solve(programme)
    assert a.arc_use_bit[1] == 0.0
    assert programme.arc_capacity_bit[2] == pytest.approx(0.5 * 1e12 * 0.995 * 300)
    assert a.gap < 1e-9


def test_pro_rata_return_loses_nothing_and_adds_less_than_a_quantum_a_satellite():
    network, programme, (_, _, signature, offer_flop) = window(demand=0.7)
    a = solve(programme)
    assigned = np.empty(N)
    return_pro_rata(offer_flop, signature, a.share, *ONE_SHELL, 0, N, assigned, np.zeros((1, 3), np.int64))
    n_orbit = programme.supply_flop.size - network.n_site
    returned = np.concatenate([sum_work(assigned, signature, n_orbit, [(0, N)]), a.signature_flop[n_orbit:]])
    assert -N * WORK_QUANTUM_FLOP < a.merging_loss_flop(returned) <= N * 2.0**-10 * WORK_QUANTUM_FLOP


def test_round_trips_are_those_of_each_satellite_and_route():
    network, programme, (unit, orbit, signature, offer_flop) = window(demand=0.7)
    a = solve(programme)
    assigned = np.empty(N)
    return_pro_rata(offer_flop, signature, a.share, *ONE_SHELL, 0, N, assigned, np.zeros((1, 3), np.int64))
    mix = round_trip_mix(network, a, ROWS)
    quanta = np.zeros((2, N_BIN), np.int64)
    gateway = network.gateway_unit_teme(np.eye(3))
    round_trip_histogram(unit, orbit, signature, assigned, gateway, network.leg, mix, 0, N, quanta)
    routes = network.routes
    expected = np.zeros((2, N_BIN))
    for s, r, flop in zip(*a.columns(), strict=True):
        if routes.arc[r] >= network.n_gateway or routes.job_class[r] == 2:
            continue
        for i in np.flatnonzero(signature == s):
            cosine = float(gateway[routes.arc[r]] @ unit[:, i])
            round_trip_s = 2 * one_way_s(Leg(*network.leg[orbit[i], routes.arc[r]]), cosine) + routes.ground_s[r]
            place = min(int(round_trip_s * 1000), N_BIN - 1)
            expected[routes.job_class[r], place] += assigned[i] * flop / a.signature_flop[s]
    assert quanta.sum() > 0
    assert quanta * WORK_QUANTUM_FLOP == pytest.approx(expected, rel=1e-6, abs=1e-6 * expected.max())
    # nobody is served beyond the limit of the class
    assert quanta[0, 80:].sum() == 0
    assert quanta[1, 140:].sum() == 0


def test_round_trips_of_sites_are_those_of_their_fibre():
    network, _, _ = window()
    routes = network.routes
    route_flop = np.where(routes.arc == network.n_gateway, 7.0 * WORK_QUANTUM_FLOP, 5.0 * WORK_QUANTUM_FLOP)
    quanta = site_round_trip_quanta(network, route_flop, ROWS)
    to_new_york = int(1000 * routes.ground_s[(routes.arc == network.n_gateway) & (routes.demand == 1)][0])
    assert quanta[0].nonzero()[0].tolist() == [to_new_york]
    assert quanta[0, to_new_york] == 7
    assert quanta.shape == (2, N_BIN)  # without a limit, no round trip that matters


def test_work_without_value_is_left_alone():
    network = build(uplinks=(COLOSSUS,), spec=EXACT, gateways=GATEWAYS)
    programme = build_programme(
        network,
        signature_key=np.zeros(0, np.uint64),
        supply_flop=np.zeros(0),
        site_offer_flop=np.array([1e20]),
        demand_flop=np.full(12, 1e20),
        value_per_flop=np.zeros(3),
        bit_per_flop=np.repeat(BIT, 4),
        window_s=300.0,
    )
    assert solve(programme).objective == 0.0
    assert programme.signature_cost.tolist() == [0.0]
