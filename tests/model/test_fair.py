"""Alpha-fair dispatch: closed forms, a concave optimum by other code, and the error of the steps."""

from dataclasses import replace

import numpy as np
import pytest
from programmes import OPTIMAL, check_limits, plain_optimum, programme, random_programme

from orbital_compute.model.policy.choose import POLICIES
from orbital_compute.model.policy.fair import RATIO, STEPS, Fair, in_steps, steps
from orbital_compute.model.policy.names import POLICY_NAMES
from orbital_compute.model.solve import solve

OF_A_STEP = float(RATIO)  # shares served of equal demands lie within one step


def optimal(p, window):
    return solve(p)


def utility(z, alpha):
    """u(z) by its own integral from the first step's end, with that step's straight piece."""
    first = RATIO ** -(STEPS - 1.0)
    straight = np.minimum(z, first) * first**-alpha
    beyond = np.maximum(z, first)
    curved = np.log(beyond / first) if alpha == 1 else (beyond ** (1 - alpha) - first ** (1 - alpha)) / (1 - alpha)
    return straight + curved


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_steps_hold_the_utility_at_their_ends(alpha):
    end, slope = steps(alpha)
    assert end[-1] == 1.0
    assert (np.diff(slope) < 0.0).all()
    assert np.concatenate([[0], np.cumsum(slope * np.diff(end))]) == pytest.approx(utility(end, alpha), rel=1e-12)


def test_the_error_between_the_ends_is_the_one_stated():
    z = np.linspace(RATIO ** -(STEPS - 1.0), 1, 20001)
    end, slope = steps(1.0)
    held = np.interp(z, end, np.concatenate([[0], np.cumsum(slope * np.diff(end))]))
    error = utility(z, 1.0) - held
    assert error.min() >= -1e-12
    assert 0.9 * np.log(RATIO) ** 2 / 8 < error.max() < np.log(RATIO) ** 2 / 8 * 1.02


def test_equal_demands_are_served_alike_and_a_linear_one_would_not():
    # 6 FLOP for three demands of 4 of equal value: half each, where straight utility leaves one without
    p = programme([6], [4, 4, 4], [1, 1, 1], [[1]], [(0, 0), (0, 1), (0, 2)])
    a = Fair(optimal, 1.0)(p, 0)
    check = a.demand_served_flop / p.demand_flop
    assert check.sum() == pytest.approx(1.5, rel=1e-9)
    assert check.max() / check.min() <= OF_A_STEP * (1 + 1e-9)
    assert (solve(p).demand_served_flop / p.demand_flop).min() < 1e-6


@pytest.mark.parametrize(("alpha", "ratio"), [(1.0, 4.0), (2.0, 2.0)])
def test_values_share_as_the_law_says(alpha, ratio):
    # w z^-α is equal at the optimum: z_1/z_2 = (w_1/w_2)^(1/α), here 4 and 2, within a step each
    p = programme([5], [10, 10], [4, 1], [[1]], [(0, 0), (0, 1)])
    z = Fair(optimal, alpha)(p, 0).demand_served_flop / p.demand_flop
    assert ratio / OF_A_STEP <= z[0] / z[1] <= ratio * OF_A_STEP


@pytest.mark.parametrize("seed", range(15))
def test_worth_and_bound_are_those_of_the_concave_programme(seed):
    p = random_programme(seed)
    a = Fair(optimal, 1.0)(p, 0)
    z = np.divide(a.demand_served_flop, p.demand_flop, out=np.zeros(p.value.size), where=p.demand_flop > 0)
    costs = a.route_flop @ p.route_cost + a.signature_flop @ p.signature_cost
    own = float((p.value * p.demand_flop * utility(np.minimum(z, 1.0), 1.0)).sum() - costs)
    scale = (p.value * p.demand_flop).sum()
    assert a.objective <= own + 1e-9 * max(scale, 1)  # steps lie on or below the curve
    assert own - a.objective <= 0.0151 * max(scale, 1e-300)
    assert a.objective == pytest.approx(plain_optimum(in_steps(p, 1.0)), rel=OPTIMAL, abs=OPTIMAL)
    assert a.gap < OPTIMAL


@pytest.mark.parametrize("name", POLICY_NAMES)
def test_every_policy_runs_and_keeps_all_limits(name):
    for seed in range(8):
        p = random_programme(seed)
        a = Fair(POLICIES[name], 1.0)(p, seed)
        objective = float((a.route_flop * p.route_gain).sum() - a.signature_flop @ p.signature_cost)
        check_limits(p, replace(a, objective=objective))
        assert a.objective <= a.bound * (1 + OPTIMAL) + OPTIMAL
