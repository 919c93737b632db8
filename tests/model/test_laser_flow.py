"""Flow over cells: graphs worked by hand, SciPy's greatest flow and linear programmes as oracles, conservation."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from orbital_compute.errors import AuditError
from orbital_compute.model.cells import Cells, _ports
from orbital_compute.model.laser_flow import CUT_PLACES, GAP, CellFlow

ENOUGH = 10**9


def graph(n_cell, pairs):
    """Return cells joined by arcs (a, b), a < b, in their order."""
    tail, head = (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))
    return CellFlow(
        Cells(
            np.arange(n_cell, dtype=np.int32), np.zeros(n_cell, np.int64), np.zeros(0, np.int32), tail, head,
            *_ports(n_cell, tail, head),
        )
    )  # fmt: skip


def scattered(rng, n_cell, n_view, most=40):
    """Return the flow of a random graph and what it is asked to carry."""
    pairs = [(a, b) for a in range(n_cell) for b in range(a + 1, n_cell) if rng.random() < 0.45]
    flow = graph(n_cell, pairs)
    gate = rng.integers(0, most, (n_view, n_cell)) * (rng.random((n_view, n_cell)) < 0.4)
    want, arc = rng.integers(0, most, (n_view, n_cell)), rng.integers(0, most // 2, len(pairs))
    return flow, pairs, want, arc, gate, rng.integers(most, 4 * most, n_view)


def most_by_programme(pairs, want, arc, gate, view):
    """Return what can be carried at most, a linear programme: one flow a view over all arcs both ways."""
    from scipy.optimize import linprog

    (n_view, n_cell), n_pair = want.shape, len(pairs)
    ways = [*pairs, *((b, a) for a, b in pairs)]
    block = 2 * n_pair + 2 * n_cell  # arcs, what sets out, what enters the view
    cost, balance = np.zeros(n_view * block), np.zeros((n_view * n_cell, n_view * block))
    shared, entering = np.zeros((2 * n_pair, n_view * block)), np.zeros((n_view, n_view * block))
    limit = []
    for v in range(n_view):
        base = v * block
        for k, (a, b) in enumerate(ways):
            balance[v * n_cell + a, base + k] += 1.0
            balance[v * n_cell + b, base + k] -= 1.0
            shared[k, base + k] = 1.0
        for c in range(n_cell):
            balance[v * n_cell + c, base + 2 * n_pair + c] = -1.0
            balance[v * n_cell + c, base + 2 * n_pair + n_cell + c] = 1.0
            cost[base + 2 * n_pair + c] = -1.0
            entering[v, base + 2 * n_pair + n_cell + c] = 1.0
        limit += [(0, None)] * (2 * n_pair) + [(0, most) for most in want[v]] + [(0, most) for most in gate[v]]
    found = linprog(
        cost, np.concatenate([shared, entering]), np.concatenate([arc, arc, view]), balance, np.zeros(len(balance)),
        limit, method="highs",
    )  # fmt: skip
    return -found.fun


def test_a_chain_carries_what_its_narrowest_arc_does():
    flow = graph(3, [(0, 1), (1, 2)])
    want, gate = np.array([[100, 0, 5]]), np.array([[0, 0, ENOUGH]])
    found = flow.carry(want, np.array([60, 40]), gate, np.array([ENOUGH]))
    assert found.sent_bit.tolist() == [[40, 0, 5]]
    assert found.gate_bit.tolist() == [[0, 0, 45]]
    assert found.gap <= GAP


def test_what_fits_goes_the_shortest_way_whole():
    flow = graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    want, gate = np.array([[7, 0, 0, 0]]), np.array([[0, 0, 0, ENOUGH]])
    found = flow.carry(want, np.full(4, 10), gate, np.array([ENOUGH]))
    assert found.sent_bit.sum() == 7
    assert found.sweeps == 0
    assert found.gap == 0.0
    assert sorted(found.port_bit[found.port_bit > 0].tolist()) == [7, 7]  # one way of two steps


def test_too_much_for_one_way_takes_both():
    flow = graph(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    want, gate = np.array([[17, 0, 0, 0]]), np.array([[0, 0, 0, ENOUGH]])
    found = flow.carry(want, np.full(4, 10), gate, np.array([ENOUGH]))
    assert found.sent_bit.sum() == 17
    assert found.port_bit.max() <= 10


def test_a_view_that_takes_less_is_the_limit():
    flow = graph(2, [(0, 1)])
    found = flow.carry(np.array([[30, 0]]), np.array([ENOUGH]), np.array([[0, ENOUGH]]), np.array([12]))
    assert found.sent_bit.sum() == 12
    assert found.gap <= GAP


def test_without_a_gate_nothing_is_carried_and_nothing_is_claimed():
    flow = graph(2, [(0, 1)])
    found = flow.carry(np.array([[30, 5]]), np.array([ENOUGH]), np.array([[0, 0]]), np.array([ENOUGH]))
    assert found.sent_bit.sum() == 0
    assert found.gap == 0.0


@pytest.mark.parametrize("seed", range(12))
def test_the_greatest_flow_into_one_view_is_scipys(seed):
    rng = np.random.default_rng(seed)
    flow, pairs, want, arc, gate, view = scattered(rng, 9, 1)
    whole, *_ = flow.greatest(flow.port_capacity(arc), want[0], gate[0], int(view[0]))
    capacity = np.zeros((12, 12), np.int32)
    for (a, b), most in zip(pairs, arc, strict=True):
        capacity[a, b] = capacity[b, a] = most
    capacity[10, :9], capacity[:9, 9], capacity[9, 11] = want[0], gate[0], view[0]
    assert whole == csgraph.maximum_flow(sparse.csr_array(capacity), 10, 11).flow_value


@pytest.mark.parametrize("seed", range(15))
def test_several_views_against_a_linear_programme(seed):
    flow, pairs, want, arc, gate, view = scattered(np.random.default_rng(100 + seed), 8, 3)
    found = flow.carry(want, arc, gate, view)
    most = most_by_programme(pairs, want, arc, gate, view)
    carried = found.sent_bit.sum()
    assert carried <= most + 1e-6
    assert found.bound_bit >= most * (1.0 - 1e-9)
    assert carried >= 0.93 * most  # greatest flows one after another, or shared out by prices; the gap says how near
    assert carried >= (1.0 - found.gap) * most - 1e-6


def test_conservation_in_two_hundred_random_cases():
    rng = np.random.default_rng(7)
    for _ in range(200):
        flow, _, want, arc, gate, view = scattered(rng, int(rng.integers(2, 9)), int(rng.integers(1, 4)))
        found = flow.carry(want, arc, gate, view)
        flow.audit(found, arc, gate, view, 0)
        assert (found.sent_bit <= want).all()
        assert found.sent_bit.sum() == found.gate_bit.sum()
        assert found.sent_bit.sum() <= found.bound_bit * (1.0 + 1e-12)


def test_the_audit_names_the_cell_or_arc_and_the_window():
    flow = graph(3, [(0, 1), (1, 2)])
    arc, gate, view = np.array([60, 40]), np.array([[0, 0, ENOUGH]]), np.array([ENOUGH])
    found = flow.carry(np.array([[30, 0, 0]]), arc, gate, view)
    with pytest.raises(AuditError, match="arc 1 out of cell 1, window 5"):
        flow.audit(found, np.array([60, 20]), gate, view, 5)
    found.port_bit[0, 1] += (found.port_bit[0, 1] > 0).astype(np.int64)
    with pytest.raises(AuditError, match=r"cell 1, view 0, window 5"):
        flow.audit(found, np.array([60, 60]), gate, view, 5)


@pytest.mark.parametrize(
    ("supply", "direct", "arc", "gate", "antenna", "seen", "place"),
    [
        (10, 10, 100, 100, 1000, 1000, "compute"),
        (500, 0, 7, 100, 1000, 1000, "lasers"),
        (500, 500, 100, 100, 1000, 30, "view"),
        (500, 500, 100, 100, 20, 30, "antennas"),
    ],
)
def test_the_least_cut_lies_where_it_must(supply, direct, arc, gate, antenna, seen, place):
    flow = graph(2, [(0, 1)])
    cut = flow.least_cut(
        np.array([supply, 0]), np.array([[direct, 0]]), np.array([arc]), np.array([[0, gate]]), np.array([antenna]),
        np.array([seen]),
    )  # fmt: skip
    assert cut.place_bit.sum() == cut.whole_bit
    assert cut.place_bit[CUT_PLACES.index(place)] == cut.whole_bit
    assert cut.whole_bit > 0
    assert cut.shell_bit.sum() == (cut.whole_bit if place == "lasers" else 0)
    assert cut.gateway_bit.sum() == (cut.whole_bit if place in ("view", "antennas") else 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_least_cut_is_worth_the_greatest_flow_of_scipy(seed):
    rng = np.random.default_rng(50 + seed)
    flow, pairs, _, arc, gate, view = scattered(rng, 7, 3)
    supply = rng.integers(0, 60, 7)
    direct, antenna = rng.integers(0, 10, (3, 7)), rng.integers(10, 80, 3)
    cut = flow.least_cut(supply, direct, arc, gate, antenna, view)
    capacity = np.zeros((12, 12), np.int32)
    for (a, b), most in zip(pairs, arc, strict=True):
        capacity[a, b] = capacity[b, a] = most
    capacity[10, :7], capacity[:7, 7:10] = supply, (direct + gate).T
    capacity[7:10, 11] = np.minimum(antenna, view)
    assert cut.whole_bit == csgraph.maximum_flow(sparse.csr_array(capacity), 10, 11).flow_value
    assert cut.place_bit.sum() == cut.whole_bit
