import heapq
import math

import numpy as np
import pytest

from orbital_compute.physics.queueing import (
    chance_of_longer_wait,
    chance_of_wait,
    erlang_b,
    mean_wait_mg1_s,
    mean_wait_mgk_s,
    mean_wait_mmc_s,
)

ROUNDING = 1e-12  # of sums of a few hundred terms
SAMPLING = 0.03  # of 2e5 requests that follow one another, at 80 % load


def waits(servers, load, service, seed, n=200_000):
    """Return the waits of a simulated line: Poisson arrivals, first come first served, the first free server."""
    rng = np.random.default_rng(seed)
    arrive = np.cumsum(rng.exponential(1.0 / load, n))
    times = service(rng, n)
    free, out = [0.0] * servers, np.empty(n)
    for i, (at, takes) in enumerate(zip(arrive.tolist(), times.tolist(), strict=True)):
        start = max(at, free[0])
        heapq.heapreplace(free, start + takes)
        out[i] = start - at
    return out[n // 10 :]


@pytest.mark.parametrize(("servers", "load"), [(1, 0.3), (3, 2.0), (10, 8.0), (50, 60.0), (200, 150.0)])
def test_erlang_b_is_its_definition(servers, load):
    """(a^c/c!)/Σ a^k/k!, with Python's exact factorials."""
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1) - load) for k in range(servers + 1)]
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-11)


def test_erlang_b_of_a_million_servers_keeps_its_recursion():
    """1/B(c) = 1 + (c/a)/B(c - 1), far from and at full load."""
    for load in (0.9e6, 0.999e6, 1e6, 1.2e6):
        before, after = erlang_b(10**6 - 1, load), erlang_b(10**6, load)
        if after > 1e-29:  # below that it is none
            assert 1.0 / after == pytest.approx(1.0 + 1e6 / load / before, rel=1e-10)
        else:
            assert load < 0.99e6


def test_a_million_servers_at_the_edge_follow_halfin_and_whitt():
    """At ρ = 1 - β/√c the chance of a wait tends to 1/[1 + β Φ(β)/φ(β)]; at β = 1 that is 0.2234."""
    servers, beta = 10**6, 1.0
    normal = 0.5 * (1.0 + math.erf(beta / math.sqrt(2.0)))
    density = math.exp(-0.5 * beta * beta) / math.sqrt(2.0 * math.pi)
    limit = 1.0 / (1.0 + beta * normal / density)
    assert limit == pytest.approx(0.2234, abs=1e-4)
    assert chance_of_wait(servers, servers - beta * math.sqrt(servers)) == pytest.approx(limit, rel=2e-3)


def test_one_server_waits_as_often_as_it_is_busy():
    for load in (0.0, 0.25, 0.9):
        assert chance_of_wait(1, load) == pytest.approx(load, rel=ROUNDING)
    assert mean_wait_mmc_s(1, 0.8, 2.0) == pytest.approx(8.0, rel=ROUNDING)  # ρ S/(1 - ρ)


def test_ten_servers_by_hand():
    """λ 8/s, μ 1/s, c 10: C 0.40918, a wait of C/(10 - 8)."""
    chance = chance_of_wait(10, 8.0)
    assert chance == pytest.approx(0.40918015079644354, rel=1e-13)
    assert mean_wait_mmc_s(10, 8.0, 1.0) == pytest.approx(chance / 2.0, rel=ROUNDING)
    assert mean_wait_mgk_s(10, 8.0, 1.0, 1.0) == mean_wait_mmc_s(10, 8.0, 1.0)


def test_overload_waits_for_ever():
    assert chance_of_wait(4, 4.0) == chance_of_wait(4, 5.0) == 1.0
    assert math.isinf(mean_wait_mmc_s(4, 4.0, 1.0))
    assert math.isinf(mean_wait_mgk_s(4, 9.0, 1.0, 0.0))
    assert math.isinf(mean_wait_mg1_s(1.0, 1.0, 0.0))


def test_one_server_by_allen_and_cunneen_is_pollaczek_and_khinchine():
    for variation in (0.0, 0.5, 1.0, 2.0):
        exact = mean_wait_mg1_s(0.7, 3.0, variation)
        assert mean_wait_mgk_s(1, 0.7, 3.0, variation) == pytest.approx(exact, rel=ROUNDING)
    assert mean_wait_mg1_s(0.8, 1.0, 0.0) == pytest.approx(2.0, rel=ROUNDING)  # M/D/1: ρ/(2 (1 - ρ)) services


def test_waits_of_exponential_service_are_exponential():
    found = waits(10, 8.0, lambda rng, n: rng.exponential(1.0, n), seed=3)
    chance = chance_of_wait(10, 8.0)
    assert (found > 0.0).mean() == pytest.approx(chance, rel=SAMPLING)
    assert found.mean() == pytest.approx(mean_wait_mmc_s(10, 8.0, 1.0), rel=2 * SAMPLING)
    delay_s = mean_wait_mmc_s(10, 8.0, 1.0) / chance
    for wait_s in (0.0, 0.3, 1.0):
        longer = chance_of_longer_wait(chance, delay_s, wait_s)
        assert (found > wait_s).mean() == pytest.approx(longer, abs=0.012)
    assert chance_of_longer_wait(chance, delay_s, -1e-9) == 1.0
    assert chance_of_longer_wait(0.0, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("servers", "load", "variation", "mean_error"),
    [(10, 8.0, 0.0, 0.10), (40, 36.0, 0.0, 0.10), (10, 8.0, 2.0, 0.15), (40, 36.0, 2.0, 0.25)],
)
def test_allen_and_cunneen_beside_a_simulation(servers, load, variation, mean_error):
    """Constant service, and a hyperexponential of variation 2: means within a quarter, tails within 0.06."""

    def service(rng, n):
        if variation == 0.0:
            return np.ones(n)
        p = 0.5 * (1.0 + math.sqrt(0.6))  # balanced means: c² = 1/(2 p (1 - p)) - 1 = 4
        return np.where(rng.random(n) < p, rng.exponential(0.5 / p, n), rng.exponential(0.5 / (1.0 - p), n))

    found = waits(servers, load, service, seed=11, n=400_000)
    mean_s, chance = mean_wait_mgk_s(servers, load, 1.0, variation), chance_of_wait(servers, load)
    assert found.mean() == pytest.approx(mean_s, rel=mean_error)
    for wait_s in (0.25, 1.0, 2.0):
        longer = chance_of_longer_wait(chance, mean_s / chance, wait_s)
        assert (found > wait_s).mean() == pytest.approx(longer, abs=0.06)
