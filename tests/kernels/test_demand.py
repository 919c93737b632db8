"""Noise against the Gamma law; day, week and growth against their integrals."""

import math

import numpy as np
import pytest

from orbital_compute.kernels.demand import (
    DAY_S,
    WEEK_S,
    Cells,
    Pair,
    Wave,
    cell_requests,
    demand_table,
    gamma_noise,
    requests_until,
    waved_s,
    weekly_s,
    weekly_term,
)
from orbital_compute.model.growth import MONTH_S


def moments(variation):
    """Return mean and variance of the noise by a sum over the normal density."""
    z = np.linspace(-9.0, 9.0, 6001)
    weight = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    x = np.array([gamma_noise(variation, value) for value in z])
    mean = (x * weight).sum()
    return mean, (x * x * weight).sum() - mean**2


@pytest.mark.parametrize(
    ("variation", "mean_error", "variance_error"),
    [(0.1, 1e-9, 1e-6), (0.3, 1e-9, 5e-5), (0.8, 1e-6, 1.2e-3), (1.0, 3e-5, 2e-3)],
)
def test_noise_has_mean_one_and_its_variance(variation, mean_error, variance_error):
    mean, variance = moments(variation)
    assert mean == pytest.approx(1.0, abs=mean_error)
    assert variance == pytest.approx(variation**2, rel=variance_error)


@pytest.mark.parametrize(("z", "chi_squared"), [(-1.6448536, 2.7326), (0.0, 7.3441), (1.6448536, 15.5073)])
def test_noise_has_the_quantiles_of_gamma(z, chi_squared):
    """At variation 1/2 it is chi-squared of 8 degrees over 8; 5, 50 and 95 % from any table."""
    assert gamma_noise(0.5, z) == pytest.approx(chi_squared / 8, rel=0.0045)


def test_no_noise_is_one_exactly():
    assert gamma_noise(0.0, 1.7) == 1.0


def test_wave_is_the_integral_of_the_daily_cosine():
    """Over the six hours about the peak ∫ 1 + A cos = 6 h + A (24 h/2π)(sin 45° + sin 45°); over a day, a day."""
    turn = 0.0  # the peak is at t = 0
    gained_s = waved_s(0.4, turn, 10800.0) - waved_s(0.4, turn, -10800.0)
    assert gained_s == pytest.approx(21600.0 + 0.4 * DAY_S / (2 * math.pi) * math.sqrt(2.0), rel=1e-13)
    assert waved_s(0.4, 0.3, 12345.0 + DAY_S) - waved_s(0.4, 0.3, 12345.0) == pytest.approx(DAY_S, rel=1e-13)


def test_week_is_the_integral_of_its_term_and_zero_over_a_week():
    """By the rule of rectangles over a fortnight; Saturday and Sunday 5/7 down, the others 2/7 up."""
    step_s = 60.0
    times_s = np.arange(0.0, 2 * WEEK_S, step_s)
    term = np.array([weekly_term(0.5, 0.3, t + 0.5 * step_s) for t in times_s])
    assert set(np.round(term, 12)) == {round(0.5 * 2 / 7, 12), round(-0.5 * 5 / 7, 12)}
    for end in (5000, 9999, times_s.size - 1):
        gained_s = weekly_s(0.5, 0.3, times_s[end]) - weekly_s(0.5, 0.3, times_s[0])
        assert gained_s == pytest.approx(term[:end].sum() * step_s, abs=step_s)
    assert weekly_s(0.5, 0.3, 1000.0 + WEEK_S) - weekly_s(0.5, 0.3, 1000.0) == pytest.approx(0.0, abs=1e-9)
    assert weekly_term(0.5, 0.0, 1.0) < 0.0 < weekly_term(0.5, 0.0, -1.0)  # turn 0: Saturday begins


@pytest.mark.parametrize("month", [0.5, 0.999, 1.05, 2.0])
@pytest.mark.parametrize("week_turn", [0.4, 0.9985])
def test_growth_inside_a_cell_is_integrated_exactly(month, week_turn):
    """∫ e^(γ τ) [1 + A cos + week] over an hour, also one in which the weekend begins, by 20,000 rectangles."""
    pace, start_s, length_s = math.log(month) / MONTH_S, 500.0, 3600.0
    pair = Pair(3.0, 0.4, 0.2, 0.3, week_turn)
    n = 20_000
    inside_s = (np.arange(n) + 0.5) * length_s / n
    rate = [
        1.0 + 0.4 * math.cos(2 * math.pi * (0.2 + (start_s + t) / DAY_S)) + weekly_term(0.3, week_turn, start_s + t)
        for t in inside_s
    ]
    expected = 3.0 * 1.5 * 1.25 * (np.exp(pace * inside_s) * rate).sum() * length_s / n
    found = cell_requests(pair, 1.5, math.log2(1.25), pace, start_s, start_s + length_s)
    edge = 3e-5 if week_turn > 0.99 else 1e-9  # one rectangle holds the jump
    assert found == pytest.approx(expected, rel=edge)


def test_running_sum_meets_itself_at_the_edges_of_hours():
    """From the edge before to the edge after is one hour of the table; without noise a day is a day's requests."""
    rate, turn = np.array([[2.0, 5.0]]), np.array([[0.1, 0.6]])
    wave = Wave(rate, np.array([0.4]), turn, np.array([0.0]), np.array([0.2, 0.3]))
    still = np.zeros((24, 1))
    cells = Cells(np.arange(25) * 3600.0 - 1200.0, 400000 + np.arange(24), still, still)
    noise, requests = np.empty((24, 1, 2)), np.zeros((25, 1, 2))
    demand_table(1, wave, cells, np.array([0.5]), 0, 1, noise, requests)
    out = np.empty((1, 2))
    for h in (0, 7, 23):
        requests_until(cells.edge_s[h + 1], h, wave, cells, noise, requests, 0, 1, out)
        assert out == pytest.approx(requests[h + 1], rel=1e-14)
    assert np.all(np.diff(requests, axis=0) > 0.0)
    demand_table(1, wave, cells, np.array([0.0]), 0, 1, noise, requests)
    assert requests[24] - requests[0] == pytest.approx(rate * DAY_S, rel=1e-13)
