"""Failure laws: Weibull by hand, the mix against its hazards and its limits, the inverted binomial against its law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute._random import uniforms
from orbital_compute.physics.failure import constant_left, failing_share, lost_of, mixed_lost, weibull_lost

MIX = (0.02, 0.25, 0.4, 8.0, 3.0)  # MODEL §5.5, ages in years


def test_weibull_by_hand():
    assert weibull_lost(8.0, 8.0, 3.0) == pytest.approx(1 - math.exp(-1), rel=1e-14)
    assert weibull_lost(5.0, 8.0, 3.0) == pytest.approx(1 - math.exp(-0.244140625), rel=1e-13)  # (5/8)³
    assert weibull_lost(0.0, 8.0, 3.0) == 0.0
    assert weibull_lost(8.0e-6, 8.0, 3.0) == pytest.approx(1e-18, rel=1e-12)  # full precision where it is small
    assert weibull_lost(8.0e5, 8.0, 3.0) == 1.0
    assert weibull_lost(2.0, 4.0, 1.0) == pytest.approx(1 - math.exp(-0.5), rel=1e-14)  # shape 1: a constant rate


def test_the_mix_of_the_model_by_hand():
    """Five years: 0.02 (1 - exp(-20^0.4)) + 0.98 (1 - exp(-0.2441)) = 0.02 x 0.9636 + 0.98 x 0.2166 = 23.16 %."""
    assert mixed_lost(5.0, *MIX) == pytest.approx(0.2315, abs=2e-4)
    early = mixed_lost(1 / 365.25, *MIX)
    assert early == pytest.approx(0.02 * 0.1513, rel=2e-3)  # a day: (1/91.3)^0.4 = 0.1644 of hazard
    assert mixed_lost(5.0, 0.0, 0.25, 0.4, 8.0, 3.0) == weibull_lost(5.0, 8.0, 3.0)
    assert mixed_lost(5.0, 1.0, 0.25, 0.4, 8.0, 3.0) == weibull_lost(5.0, 0.25, 0.4)


@given(st.integers(1, 40), st.floats(0.1, 30.0))
def test_days_of_conditional_chance_make_the_whole(n, age):
    """The chance to come through all parts of an interval is that to come through the whole of it."""
    left = 1.0
    for k in range(n):
        left *= 1.0 - failing_share(mixed_lost(age * k / n, *MIX), mixed_lost(age * (k + 1) / n, *MIX))
    assert 1.0 - left == pytest.approx(mixed_lost(age, *MIX), rel=1e-9)


def test_where_nothing_is_left_all_fails():
    assert failing_share(1.0, 1.0) == 1.0
    assert failing_share(0.25, 0.25) == 0.0


def test_a_constant_rate_by_hand():
    year_s = 365.25 * 86400.0
    assert constant_left(0.068 / year_s, year_s) == pytest.approx(math.exp(-0.068), rel=1e-13)  # 6.57 % a year
    assert constant_left(0.0, 1e9) == 1.0


@pytest.mark.parametrize(("n", "left"), [(4, 0.9), (80, 0.7), (24, 0.02), (500, 0.5), (500, 0.999), (1, 0.3)])
def test_the_inverted_binomial_follows_its_law(n, left):
    """Steps of the inverse lie at the cumulative probabilities of the binomial law."""
    chance = [math.comb(n, k) * (1 - left) ** k * left ** (n - k) for k in range(n + 1)]
    order = chance if left >= 0.5 else chance[::-1]
    total = 0.0
    for k, one in enumerate(order):
        if one > 1e-9:
            count = k if left >= 0.5 else n - k
            assert lost_of(n, left, total + 0.5 * one) == count
            assert lost_of(n, left, total + 0.999 * one) == count
        total += one
    assert 0 <= lost_of(n, left, 1.0 - 2.0**-53) <= n


def test_drawn_numbers_have_the_mean_and_spread_of_the_law():
    n, left, draws = 80, 0.7, 4000
    lost = np.array([lost_of(n, left, u) for u in uniforms(3, 999, np.arange(draws))])
    mean, variance = n * (1 - left), n * left * (1 - left)
    assert abs(lost.mean() - mean) < 4 * math.sqrt(variance / draws)
    assert lost.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / draws))


def test_the_ends():
    assert lost_of(80, 1.0, 0.999999) == 0
    assert lost_of(80, 0.0, 0.0) == 80
    assert lost_of(0, 0.5, 0.9) == 0
    assert lost_of(80, 0.99999, 0.5) == 0  # below Bernoulli's bound
