"""Measured power curves: the law's own points come back, others by the error that is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.model.power_curve import curve_fault, fit_power_curve


@given(st.floats(0.0, 0.6), st.floats(1.05, 5.0), st.booleans())
def test_points_of_the_law_give_its_parameters(idle, exponent, at_rest):
    power = np.linspace(idle if at_rest else idle + 0.05, 1.0, 8)
    rate = ((power - idle) / (1 - idle)) ** (1 / exponent)
    rate[-1] = 1.0
    fit = fit_power_curve(np.stack([power, rate], axis=1).tolist())
    assert fit.error < 2e-3
    assert fit.idle_fraction == pytest.approx(idle, abs=1e-12 if at_rest else 0.02)
    assert fit.exponent == pytest.approx(exponent, rel=0.03)


def test_three_points_by_hand():
    """(0.3/0.8)^(1/a) = 0.7: a = ln 0.375 / ln 0.7 = 2.7500."""
    fit = fit_power_curve([[0.2, 0.0], [0.5, 0.7], [1.0, 1.0]])
    assert fit.idle_fraction == 0.2
    assert fit.exponent == pytest.approx(2.74994, abs=1e-4)
    assert fit.error < 1e-6


def test_a_curve_unlike_the_law_says_by_how_much():
    fit = fit_power_curve([[0.2, 0.0], [0.5, 0.1], [0.6, 0.9], [1.0, 1.0]])
    x = ((np.array([0.5, 0.6]) - 0.2) / 0.8) ** (1 / fit.exponent)
    assert fit.error == pytest.approx(np.abs(x - [0.1, 0.9]).max(), abs=1e-12)
    assert fit.error > 0.3


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ([[0.2, 0.0], [1.0, 1.0]], "2 pairs"),
        ([[0.5, 0.5], [0.4, 0.6], [1.0, 1.0]], "must rise"),
        ([[0.2, 0.5], [0.4, 0.4], [1.0, 1.0]], "not fall"),
        ([[0.2, 0.0], [0.5, 0.7], [0.9, 1.0]], "full load"),
        ([[0.2, 0.0], [0.95, 0.0], [1.0, 1.0]], "at rest"),
    ],
)
def test_what_is_no_power_curve(pairs, what):
    assert what in curve_fault(pairs)
