"""Tiers come one after another: against programmes solved in turn by other code, and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from own_fleet import Fleet
from programmes import OPTIMAL, check_limits, plain_optimum, programme, random_programme

from orbital_compute.model import solve as solving
from orbital_compute.model.policy.choose import POLICIES
from orbital_compute.model.policy.names import POLICY_NAMES
from orbital_compute.model.solve import solve

TURN = 1e-7  # relative: each tier gives up 1e-9 of the worth of those before, which may be many times its own


def with_tiers(p, seed):
    return replace(p, tier=np.random.default_rng(seed).integers(1, 4, p.value.size))


def worth_by_tier(p, a):
    """Worth of each tier's work by its routes' gain, costs of signatures left out."""
    worth = a.route_flop * p.route_gain
    return {tier: float(worth[p.tier[p.route_demand] == tier].sum()) for tier in (1, 2, 3)}


def in_turn(p):
    """The best worth of each tier, solved one after another with floors: float by tier."""
    best, floors = {}, []
    of_route = p.tier[p.route_demand]
    for tier in sorted(set(p.tier[p.demand_flop > 0.0].tolist())):
        gain = np.where(of_route == tier, p.route_gain, 0.0)
        wanted = replace(p, demand_flop=np.where(p.tier <= tier, p.demand_flop, 0.0))
        best[tier] = plain_optimum(wanted, gain=gain, floors=[(g, least * (1 - 1e-9)) for g, least in floors])
        floors.append((gain, best[tier]))
    return best


@pytest.mark.parametrize("seed", range(40))
def test_each_tier_is_worth_what_it_is_in_its_turn(seed):
    p = with_tiers(
        replace(random_programme(seed), signature_cost=np.zeros_like(random_programme(seed).supply_flop)), seed
    )
    a, best = solve(p), in_turn(p)
    check_limits_but_worth(p, a)
    found = worth_by_tier(p, a)
    scale = max(best.values(), default=0.0)
    for tier, most in best.items():
        assert found[tier] == pytest.approx(most, rel=TURN, abs=TURN * scale)
    assert [proof.tier for proof in a.proofs] == (sorted(best) or [1])
    assert all(abs(proof.bound - proof.objective) <= TURN * max(scale, 1e-300) for proof in a.proofs)


def check_limits_but_worth(p, a):
    """All limits; the objective is a sum over tiers there."""
    check_limits(
        p, replace(a, objective=float((a.route_flop * p.route_gain).sum() - a.signature_flop @ p.signature_cost))
    )


@pytest.mark.parametrize("seed", range(12))
def test_tiers_and_own_limits_together(seed):
    p = with_tiers(Fleet(seed).merged, seed)
    a, best = solve(p), in_turn(p)
    check_limits_but_worth(p, a)
    found = worth_by_tier(p, a)
    for tier, most in best.items():
        assert found[tier] == pytest.approx(most, rel=TURN, abs=TURN * max(best.values()))


def test_a_split_keeps_tiers(monkeypatch):
    monkeypatch.setattr(solving, "EXACT_COLUMNS", 0)
    p = with_tiers(Fleet(3, n=2000, spread=(0.5, 1.0), text=True).merged, 3)
    a = solve(p)
    check_limits_but_worth(p, a)
    assert a.gap < 0.01


def test_one_flop_of_the_first_tier_comes_before_any_value_of_the_second():
    # 10 FLOP for 8 of tier 1 worth 1 each and 8 of tier 2 worth 100 each
    p = replace(programme([10], [8, 8], [1, 100], [[1]], [(0, 0), (0, 1)]), tier=np.array([1, 2]))
    for name in POLICY_NAMES:
        a = POLICIES[name](p, 0)
        assert a.demand_served_flop == pytest.approx([8, 2], rel=1e-3), name
    a = solve(p)
    assert [(proof.tier, round(proof.objective, 4), round(proof.bound, 4)) for proof in a.proofs] == [
        (1, 8.0, 8.0), (2, 200.0, 200.0),
    ]  # fmt: skip


def test_the_second_tier_makes_the_first_go_where_it_is_not_in_the_way():
    # tier 1 can be done by both nodes, tier 2 by the second alone: all 4 of tier 1 go to the first
    p = programme([4, 4], [4, 4], [1, 1], [[1, 0], [1, 1]], [(0, 0), (1, 1)])
    a = solve(replace(p, tier=np.array([1, 2])))
    assert a.demand_served_flop == pytest.approx([4, 4], rel=1e-6)


def test_one_tier_is_as_none():
    p = random_programme(4)
    a, b = solve(p), solve(replace(p, tier=np.full(p.value.size, 2)))
    assert a.group_flop.tobytes() == b.group_flop.tobytes()
    assert a.gap == b.gap


@pytest.mark.parametrize("name", ["price", "greedy", "round_robin"])
@pytest.mark.parametrize("seed", range(10))
def test_other_policies_give_the_first_tier_no_more_than_the_optimum(name, seed):
    p = with_tiers(random_programme(seed), seed)
    a = POLICIES[name](p, seed)
    check_limits_but_worth(p, a)
    assert a.proofs[0].objective <= a.proofs[0].bound * (1 + OPTIMAL) + OPTIMAL
    assert a.gap >= 0.0
