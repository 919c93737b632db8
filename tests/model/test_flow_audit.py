"""The audit of flows: programmes of any shape pass it, and what is spoilt is named."""

from dataclasses import replace

import numpy as np
import pytest
from programmes import programme, random_programme

from orbital_compute.errors import AuditError
from orbital_compute.model.flow_audit import FLOW_LIMIT, check_flows
from orbital_compute.model.policy.choose import optimal
from orbital_compute.model.policy.price import price
from orbital_compute.model.policy.turns import greedy, round_robin
from orbital_compute.model.solve import solve

NAMES = [f"gateway {k}" for k in range(8)]


@pytest.mark.parametrize(("policy", "count"), [(optimal, 200), (price, 40), (greedy, 60), (round_robin, 60)])
def test_random_programmes_keep_every_limit_and_lose_nothing_at_a_node(policy, count):
    for seed in range(count):
        assignment = policy(random_programme(seed), 0)
        done = assignment.executed_by_route(0.7 * assignment.signature_flop)
        residual = check_flows(assignment, done, NAMES, 0)
        assert residual <= FLOW_LIMIT
        assert done.sum() == pytest.approx(0.7 * assignment.signature_flop.sum(), rel=1e-9)


def two_routes():
    """Two satellites' signatures, one group, one gateway that binds."""
    p = programme([6.0, 4.0], [8.0], [1.0], [[True], [True]], [(0, 0)], arcs=[(0, 0, 2.0)], capacity=[10.0])
    return solve(p)


def test_flows_of_a_case_by_hand():
    assignment = two_routes()
    assert assignment.route_flop == pytest.approx([5.0])  # 10 bits at 2 bits a FLOP
    assert check_flows(assignment, assignment.route_flop, NAMES, 3) <= FLOW_LIMIT


def test_an_arc_above_its_capacity_is_named_with_the_window():
    assignment = two_routes()
    narrow = replace(assignment.programme, arc_capacity_bit=np.array([9.0]))
    with pytest.raises(
        AuditError, match=r"arc gateway 0 has a flow of 1\.0+e\+01 and can carry 9\.0+e\+00, in window 3"
    ):
        check_flows(replace(assignment, programme=narrow), assignment.route_flop, NAMES, 3)


def test_a_closed_arc_carries_nothing():
    assignment = two_routes()
    closed = replace(assignment.programme, arc_capacity_bit=np.array([0.0]))
    with pytest.raises(AuditError, match="arc gateway 0"):
        check_flows(replace(assignment, programme=closed), assignment.route_flop, NAMES, 0)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda a: replace(a, route_share=a.route_share * 0.5), "group 0"),
        (lambda a: replace(a, programme=replace(a.programme, supply_flop=np.array([1.0, 1.0]))), "signature 0"),
        (lambda a: replace(a, programme=replace(a.programme, demand_flop=np.array([4.0]))), "demand 0"),
        (lambda a: replace(a, route_share=np.array([np.nan])), "group 0"),
    ],
)
def test_flow_that_is_lost_or_made_is_named(spoil, named):
    assignment = two_routes()
    with pytest.raises(AuditError, match=named):
        check_flows(spoil(assignment), np.zeros(1), NAMES, 0)


def test_more_done_than_assigned_is_named():
    assignment = two_routes()
    with pytest.raises(AuditError, match="route 0"):
        check_flows(assignment, assignment.route_flop * 1.01, NAMES, 0)


def test_whole_quanta_rounded_up_are_no_made_flow():
    assignment = two_routes()
    assert check_flows(assignment, assignment.route_flop + 0.01, NAMES, 0, rounding_flop=0.02) <= FLOW_LIMIT
    with pytest.raises(AuditError, match="route 0"):
        check_flows(assignment, assignment.route_flop + 0.03, NAMES, 0, rounding_flop=0.02)
