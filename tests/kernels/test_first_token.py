"""First tokens by bins: against sums written out, and against drawn round trips and waits."""

import math

import numpy as np
import pytest

from orbital_compute.kernels.contacts import N_BIN
from orbital_compute.kernels.first_token import REQUEST_QUANTA, Lines, first_tokens, round_trip_of_s
from orbital_compute.model.first_token import bin_edges_s

EDGES = bin_edges_s()


def line(chance=0.0, delay_s=0.0, prompt_s=0.1, limit_s=math.inf, slo_age=math.inf):
    return Lines(*(np.array([value], dtype=float) for value in (chance, delay_s, prompt_s, limit_s, slo_age)))


def trips(**weights):
    """Return weights of round trips by millisecond: trips(ms20=3, ms80=1)."""
    out = np.zeros((1, N_BIN), np.int64)
    for name, weight in weights.items():
        out[0, int(name[2:])] = weight
    return out


def counted(round_trips, answered, lines, window_s=300.0):
    quanta, in_time = np.zeros((1, EDGES.size), np.int64), np.full(1, -7, np.int64)
    answered = np.asarray(answered, np.int64).reshape(-1, 1)
    first_tokens(round_trips, answered, window_s, lines, EDGES, 0, 1, quanta, in_time)
    return quanta[0], int(in_time[0])


def test_without_a_wait_it_is_round_trip_and_prompt():
    """Three in four at 20.5 + 100 ms, the others at 80.5 + 100 ms; a limit of 150 ms keeps the first."""
    quanta, in_time = counted(trips(ms20=3, ms80=1), [8], line(limit_s=0.150))
    places = np.searchsorted(EDGES, [0.1205, 0.1805], side="right") - 1
    assert quanta[places].tolist() == [6 * REQUEST_QUANTA, 2 * REQUEST_QUANTA]
    assert quanta.sum() == 8 * REQUEST_QUANTA
    assert in_time == 6 * REQUEST_QUANTA


def test_windows_in_the_queue_come_on_top_and_count_against_the_level():
    quanta, in_time = counted(trips(ms20=1), [2, 3, 5], line(slo_age=1.0))
    places = [int(np.searchsorted(EDGES, 0.1205 + 300.0 * age, side="right")) - 1 for age in range(3)]
    assert quanta[places].tolist() == [2 * REQUEST_QUANTA, 3 * REQUEST_QUANTA, 5 * REQUEST_QUANTA]
    assert in_time == 5 * REQUEST_QUANTA


def test_waits_of_the_law_spread_as_its_distribution():
    """P(W > t) = 0.4 e^(-t/0.5 s) behind two round trips: at every edge, to a quantum."""
    round_trips, lines = trips(ms20=1, ms220=3), line(0.4, 0.5, limit_s=1.0)
    quanta, in_time = counted(round_trips, [1000], lines)

    def within(time_s):
        share = 0.0
        for weight, place in ((0.25, 20), (0.75, 220)):
            left_s = time_s - 0.1 - round_trip_of_s(place)
            share += weight * (1.0 - 0.4 * math.exp(-left_s / 0.5)) if left_s >= 0.0 else 0.0
        return share

    expected = np.array([within(edge) for edge in EDGES[1:]]) * 1000 * REQUEST_QUANTA
    assert np.abs(np.cumsum(quanta)[:-1] - expected).max() <= 0.5 + 1e-6
    assert in_time == pytest.approx(within(1.0) * 1000 * REQUEST_QUANTA, abs=0.51)


def test_drawn_requests_have_the_same_quantiles():
    """A hundred thousand requests drawn one by one: quantiles within a bin (4.4 %)."""
    rng = np.random.default_rng(7)
    weights = np.zeros((1, N_BIN), np.int64)
    weights[0, 30:90] = rng.integers(1, 100, 60)
    quanta, _ = counted(weights, [100_000], line(0.3, 0.2))
    share = weights[0] / weights[0].sum()
    drawn = 0.1 + (rng.choice(N_BIN, 100_000, p=share) + 0.5) / 1000
    drawn += np.where(rng.random(100_000) < 0.3, rng.exponential(0.2, 100_000), 0.0)
    for quantile in (0.5, 0.95, 0.99):
        place = int(np.searchsorted(np.cumsum(quanta), quantile * quanta.sum()))
        assert EDGES[place] / 1.03 < np.quantile(drawn, quantile) < EDGES[place + 1] * 1.03


def test_nothing_known_of_the_way_counts_nothing_and_times_beyond_the_bins_fall_into_the_last():
    assert counted(trips(), [5], line()) == (pytest.approx(np.zeros(EDGES.size)), 0)
    quanta, _ = counted(trips(ms20=1), [0] * 20 + [4], line())
    assert quanta[-1] == 4 * REQUEST_QUANTA
