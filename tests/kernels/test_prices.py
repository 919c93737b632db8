"""Price sweeps: where they come to rest, the limits that are priced are just kept."""

import numpy as np
import pytest

from orbital_compute.kernels.prices import price_sweep


def swept(temperature, supply, demand, gain, member, routes, uses=(), capacity=(), sweeps=400):
    group, to = np.array(routes, np.int64).reshape(-1, 2).T
    of, arc, bit = np.array(uses, float).reshape(-1, 3).T
    start = np.searchsorted(of, np.arange(group.size + 1)).astype(np.int64)
    supply, demand, capacity = (np.array(x, float) for x in (supply, demand, capacity))
    member = np.array(member, bool)
    prices = tuple(np.zeros(x.size) for x in (supply, demand, capacity))
    node, route = np.zeros(supply.size), np.zeros(group.size)
    room = np.zeros((2, member.shape[0])), np.zeros((2, max(demand.size, capacity.size)))
    for _ in range(sweeps):
        price_sweep(
            temperature, member, group.copy(), to.copy(), np.array(gain, float), start, arc.astype(np.int64),
            bit.copy(), supply, np.zeros(supply.size), demand, capacity, *prices, node, route, *room[0], *room[1],
        )  # fmt: skip
    flow = node[:, None] * route * member[group].T
    return prices, flow


def test_supply_that_all_want_is_priced_at_what_the_last_pays():
    # one node of 0.5; demands of 0.3 worth 1 and 0.6 worth 0.5: all of the first, 0.2 of the second. The node is worth
    # 0.5, the first demand 0.5 more, the second nothing, to the temperature.
    (supply, demand, _), flow = swept(0.01, [0.5], [0.3, 0.6], [1.0, 0.5], [[1]], [(0, 0), (0, 1)])
    assert flow[0] == pytest.approx([0.3, 0.2], abs=0.01)
    assert supply == pytest.approx([0.5], abs=0.03)
    assert demand == pytest.approx([0.5, 0.0], abs=0.03)


def test_an_arc_is_priced_by_the_bit():
    # plenty of supply and demand, 0.2 bit for routes of 2 and 1 bit a FLOP, worth 1 and 0.8: all to the second
    (supply, demand, arc), flow = swept(
        0.01, [1.0], [0.5, 0.5], [1.0, 0.8], [[1]], [(0, 0), (0, 1)], [(0, 0, 2.0), (1, 0, 1.0)], [0.2]
    )
    assert flow[0] == pytest.approx([0.0, 0.2], abs=0.01)
    assert arc == pytest.approx([0.8], abs=0.05)
    assert max(supply[0], demand.max()) < 0.03


def test_priced_limits_are_just_kept_and_others_have_no_price():
    rng = np.random.default_rng(2)
    for _ in range(10):
        supply, demand = rng.uniform(0.05, 0.3, 4), rng.uniform(0.05, 0.3, 3)
        member = rng.random((3, 4)) < 0.7
        routes = [(g, k) for g in range(3) for k in range(3) if rng.random() < 0.7] or [(0, 0)]
        (price, worth, _), flow = swept(0.05, supply, demand, rng.uniform(0.2, 1.0, len(routes)), member, routes)
        to = np.array([k for _, k in routes])
        served = np.bincount(to, flow.sum(axis=0), 3)
        assert (flow.sum(axis=1) <= supply * (1 + 1e-3)).all()
        assert (served <= demand * (1 + 1e-3)).all()
        assert flow.sum(axis=1)[price > 1e-3] == pytest.approx(supply[price > 1e-3], rel=1e-2)
        assert served[worth > 1e-3] == pytest.approx(demand[worth > 1e-3], rel=1e-2)
