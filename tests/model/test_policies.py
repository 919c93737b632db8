"""Policies against enumeration and the optimum; a user's own is checked against every limit."""

import re
from pathlib import Path

import numpy as np
import pytest
from programmes import OPTIMAL, check_limits, plain_optimum, programme, random_programme

from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.policy.choose import POLICIES
from orbital_compute.model.policy.names import POLICY_NAMES
from orbital_compute.model.policy.price import price
from orbital_compute.model.policy.turns import greedy, round_robin
from orbital_compute.model.policy.user import UserPolicy, load_user_policy
from orbital_compute.model.solve import solve

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"
OF_PRICES = 0.03  # worth that price sweeps may leave; 0.0195 of 60 seeds, median 2e-5 (0.0012 with what is not proven)


def own_policy():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S).group(1)
    names = {}
    exec(code, names)  # the page's own example, so that what a reader copies runs
    return code, names["shortest_fibre_first"]


def near_values(seed):
    """A random programme whose values lie within a factor of eight, as those of the default workload do."""
    rng = np.random.default_rng(seed)
    n_s, n_g, n_k, n_e, n_r = 12, 6, 6, 3, 20
    routes = [(int(rng.integers(n_g)), int(rng.integers(n_k))) for _ in range(n_r)]
    arcs = [(r, int(rng.integers(n_e)), rng.uniform(0.5, 2)) for r in range(n_r)]
    return programme(
        rng.uniform(1, 10, n_s), rng.uniform(2, 20, n_k), rng.choice([1.0, 2.0, 4.0, 8.0], n_k),
        rng.random((n_s, n_g)) < 0.4, routes, arcs, rng.uniform(5, 30, n_e),
    )  # fmt: skip


@pytest.mark.parametrize("name", POLICY_NAMES)
@pytest.mark.parametrize("seed", range(25))
def test_every_policy_keeps_every_limit_and_its_bound_holds(name, seed):
    p = random_programme(seed)
    a, best = POLICIES[name](p, seed), plain_optimum(p)
    check_limits(p, a)
    assert a.objective <= best * (1 + OPTIMAL) + OPTIMAL
    assert a.bound >= best * (1 - OPTIMAL) - OPTIMAL
    if name == "optimal":
        assert a.objective == pytest.approx(best, rel=OPTIMAL, abs=OPTIMAL)
    elif name != "price":
        assert a.bound == pytest.approx(best, rel=OPTIMAL, abs=OPTIMAL)


def test_greedy_on_paper():
    # Demand 0 (worth 3) takes from both nodes in proportion, 6 and 2 of 8; only node 0 reaches demand 1 (worth 2):
    # 6 of the 12 there are left for it. The optimum gives demand 0 all of node 1 and 4 of node 0: 8 are left.
    p = programme([12, 4], [8, 20], [3, 2], [[1, 1], [1, 0]], [(0, 0), (1, 1)])
    a = greedy(p, 0)
    assert a.demand_served_flop == pytest.approx([8, 6], rel=OPTIMAL)
    assert a.objective == pytest.approx(36.0, rel=OPTIMAL)
    assert a.bound == pytest.approx(40.0, rel=OPTIMAL)
    assert a.gap == pytest.approx(0.1, rel=OPTIMAL)


def test_greedy_loses_nothing_where_only_supply_binds():
    # one group that all nodes are in: by value is optimal
    rng = np.random.default_rng(1)
    for _ in range(20):
        value = rng.uniform(1, 8, 5)
        p = programme(rng.uniform(0, 5, 7), rng.uniform(0, 12, 5), value, np.ones((7, 1)), [(0, k) for k in range(5)])
        assert greedy(p, 0).gap < OPTIMAL


def test_round_robin_gives_the_same_to_each():
    # 9 FLOP for demands of 1, 10 and 10: the first is content with 1, the others share the rest, worth or not
    p = programme([9], [1, 10, 10], [1, 8, 1], [[1]], [(0, 0), (0, 1), (0, 2)])
    a = round_robin(p, 0)
    assert a.demand_served_flop == pytest.approx([1, 4, 4], abs=9 / 64 / 3)
    assert a.gap == pytest.approx(1 - (1 + 8 * 4 + 4) / (8 * 9), abs=0.02)


def test_prices_come_near_the_optimum_and_prove_it():
    gaps, losses = [], []
    for seed in range(40):
        p = near_values(seed)
        a, best = price(p, 0), solve(p).objective
        gaps.append(a.gap)
        losses.append(1.0 - a.objective / best)
    assert max(losses) < OF_PRICES
    assert np.median(losses) < 0.1 * OF_PRICES
    assert np.median(gaps) < 0.5 * OF_PRICES


def terminals(supply, link_bit, *, merged):
    """Satellites with a terminal of their own; classes of 1 and 2.5 bit a FLOP, worth 1 and 2 (MODEL §7.2).

    One signature each, by its own arc; or merged: one signature, one arc as wide as all terminals.
    """
    n = 1 if merged else len(supply)
    supply, link = ([sum(supply)], [sum(link_bit)]) if merged else (supply, link_bit)
    routes = [(s, k) for s in range(n) for k in range(2)]
    arcs = [(r, r // 2, (1.0, 2.5)[r % 2]) for r in range(2 * n)]
    return programme(supply, [10, 10], [1, 2], np.eye(n, dtype=bool), routes, arcs, link)


def test_a_private_terminal_makes_merging_too_high():
    # F 1 and 0.3, links of 1 bit. Apart: 1 FLOP of the first class fills the link of the first satellite; the other
    # does 0.3 of the second with 0.75 bit: 1 + 0.6. Merged: x + y = 1.3, x + 2.5 y = 2: y = 7/15, x = 5/6.
    apart = terminals([1.0, 0.3], [1.0, 1.0], merged=False)
    merged = terminals([1.0, 0.3], [1.0, 1.0], merged=True)
    assert solve(apart).objective == pytest.approx(1.60, rel=OPTIMAL)
    best = solve(merged)
    assert best.objective == pytest.approx(5 / 6 + 2 * 7 / 15, rel=OPTIMAL)  # 1.77
    # pro rata the first satellite is given 1/1.3 of both classes, 2/1.3 bit over its link of 1: what it cannot send
    # comes back as merging loss
    given = best.share[0] * np.array([1.0, 0.3])
    bit = np.array([1.0, 0.3]) / 1.3 * 2.0
    placed = given * np.minimum(1.0, 1.0 / bit)
    assert best.merging_loss_flop(np.array([placed.sum()])) == pytest.approx(1.0 - 1.3 / 2.0, rel=1e-6)


def test_equal_ratios_of_link_to_supply_lose_nothing():
    # with the ratio in the signature only like satellites are merged: the sums have the worth of the satellites
    apart = terminals([1.0, 0.3, 0.6], [1.0, 0.3, 0.6], merged=False)
    merged = terminals([1.0, 0.3, 0.6], [1.0, 0.3, 0.6], merged=True)
    assert solve(merged).objective == pytest.approx(solve(apart).objective, rel=OPTIMAL)


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_no_policy_passes_the_optimum_of_private_terminals(name):
    a = POLICIES[name](terminals([1.0, 0.3], [1.0, 1.0], merged=False), 0)
    assert a.objective <= 1.60 * (1 + OPTIMAL)
    assert a.bound >= 1.60 * (1 - OPTIMAL)


def test_prices_of_nothing():
    p = programme([5], [0, 3], [1, 2], [[1]], [(0, 0)])
    assert price(p, 0).objective == 0.0
    assert price(p, 0).gap == 0.0


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_equal_input_gives_equal_bits(name):
    p = random_programme(5)
    first, second = POLICIES[name](p, 3), POLICIES[name](p, 3)
    assert first.group_flop.tobytes() == second.group_flop.tobytes()
    assert first.route_share.tobytes() == second.route_share.tobytes()


def test_the_policy_of_the_docs_keeps_all_limits():
    code, function = own_policy()
    assert len(re.search(r"def .*", code, re.S).group(0).strip().splitlines()) <= 10
    for seed in range(30):
        p = random_programme(seed)
        a = UserPolicy(function, "docs")(p, seed)
        check_limits(p, a)
        assert a.objective <= a.bound * (1 + OPTIMAL)


TWO = programme([10, 6], [8, 12], [3, 1], [[1, 1], [0, 1]], [(0, 0), (1, 1)], [(1, 0, 2.0)], [14])


@pytest.mark.parametrize(
    ("flow", "says"),
    [
        ([[8, 3], [0, 0]], "signature 0 is given 11 FLOP, which offers 10"),
        ([[9, 0], [0, 0]], "demand 0 is given 9 FLOP, which wants 8"),
        ([[0, 2], [0, 6]], "arc 0 is given 16 bit, which carries 14"),
        ([[0, 0], [2, 0]], "2 FLOP for demand 0 go from signature 1 by route 0, which it cannot use"),
        ([[-1, 0], [0, 0]], "-1 FLOP of signature 0 go by route 0; work is finite and not negative"),
        ([[np.nan, 0], [0, 0]], "nan FLOP of signature 0 go by route 0"),
        ([[1, 0, 0]], r"an array of shape \(1, 3\) came back; .* \(2, 2\)"),
    ],
)
def test_what_breaks_a_limit_is_refused_with_the_window(flow, says):
    with pytest.raises(ModelError, match=f"policy mine, window 17: {says}"):
        UserPolicy(lambda programme, window: flow, "mine")(TWO, 17)


def test_what_rounding_puts_above_a_limit_is_cut():
    a = UserPolicy(lambda programme, window: np.array([[8 * (1 + 1e-10), 1], [0, 6]]), "mine")(TWO, 0)
    check_limits(TWO, a)
    assert a.objective == pytest.approx(31.0, rel=1e-9)


def test_a_file_and_a_module_are_found(tmp_path):
    (tmp_path / "mine.py").write_text(own_policy()[0], encoding="utf-8")
    policy, origin = load_user_policy("mine.py:shortest_fibre_first", tmp_path)
    check_limits(TWO, policy(TWO, 0))
    assert re.search(r"mine.py:shortest_fibre_first, sha256 [0-9a-f]{64}$", origin)
    policy, _ = load_user_policy("numpy:asarray", tmp_path)
    assert policy.function is np.asarray


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nobody.py:f", "there is no file"),
        ("mine.py:g", "mine.py has no function g"),
        ("mine.py", "names no function"),
        ("broken.py:f", "broken.py fails on being read: ZeroDivisionError"),
        ("no_such_module_here:f", "no_such_module_here fails on being read: ModuleNotFoundError"),
    ],
)
def test_what_cannot_be_loaded_is_said(tmp_path, text, says):
    (tmp_path / "mine.py").write_text("def f():\n    pass\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=says):
        load_user_policy(text, tmp_path)
