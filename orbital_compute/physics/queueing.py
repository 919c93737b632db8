"""Waiting for a free server: Erlang's laws, Pollaczek-Khinchine, and Allen-Cunneen for any service time.

Requests arrive at random (Poisson) and wait in one line for the first of `servers` to be free. Loads are in erlang:
arrivals times mean service time; a line is stable below one erlang a server, and a wait is infinite from there on.
Sources: M/M/c and Erlang's two formulas in any text on queues; M/G/1 by Pollaczek and Khinchine. Several servers with
another service time have no closed form: Allen and Cunneen scale the exponential case by (1 + c²)/2, c the service
time's standard deviation over its mean. That is exact for one server and for exponential service.
"""

import math

from .._jit import point
from .._math import exp2

LOG2_E = 1.4426950408889634
RARE = 1e30  # one over the least probability that is told from nothing
GONE = 1e-17  # share of the sum below which the terms that follow are nothing beside it


@point
def erlang_b(servers, load):
    """Return the chance that all servers are busy where nobody waits (Erlang's first formula), 0 to 1.

    Parameters
    ----------
    servers : int
        At least 1.
    load : float
        Offered load [erlang], above 0.

    Notes
    -----
    1/B = Σ_j c (c-1) ... (c-j+1) / a^j, all terms positive: error below 1e-16 a term. The sum ends where terms are
    past their greatest and nothing beside it, or at 1e30: a smaller chance comes out as about that, which is none.
    Terms counted are at most 1e2 at 1e3 servers and 2e4 at 1e6.
    """
    total, term, left = 1.0, 1.0, float(servers)
    while left > 0.0 and total < RARE and not (left < load and term < GONE * total):
        term = term * left / load
        total += term
        left -= 1.0
    return 1.0 / total


@point
def chance_of_wait(servers, load):
    """Return the chance that a request waits at all (Erlang's second formula): B/(1 - ρ (1 - B)); 1 from ρ = 1 on.

    Parameters
    ----------
    servers : int
        At least 1.
    load : float
        Offered load [erlang], at least 0.
    """
    if load <= 0.0:
        return 0.0
    share = load / servers
    busy = erlang_b(servers, load)
    return 1.0 if share >= 1.0 else busy / (1.0 - share * (1.0 - busy))


@point
def mean_wait_mmc_s(servers, load, service_s):
    """Return the mean wait [s] of M/M/c, exact: C S/(c - a).

    Parameters
    ----------
    servers : int
    load : float
        Offered load [erlang].
    service_s : float
        Mean service time [s].
    """
    return chance_of_wait(servers, load) * service_s / (servers - load) if load < servers else math.inf


@point
def mean_wait_mg1_s(load, service_s, variation):
    """Return the mean wait [s] of M/G/1, exact (Pollaczek-Khinchine): ρ S (1 + c²)/(2 (1 - ρ)).

    Parameters
    ----------
    load : float
        Share of the time in which the server is busy, 0 to 1.
    service_s : float
        Mean service time [s].
    variation : float
        Standard deviation over mean of the service time: 0 is M/D/1, 1 is M/M/1.
    """
    return 0.5 * load * service_s * (1.0 + variation * variation) / (1.0 - load) if load < 1.0 else math.inf


@point
def mean_wait_mgk_s(servers, load, service_s, variation):
    """Return the mean wait [s] of M/G/k by Allen and Cunneen: that of M/M/k times (1 + c²)/2; arguments as above."""
    return 0.5 * (1.0 + variation * variation) * mean_wait_mmc_s(servers, load, service_s)


@point
def chance_of_longer_wait(chance, mean_delay_s, wait_s):
    """Return P(W > t) = C e^(-t/d): exact for M/M/c, an approximation for others.

    Parameters
    ----------
    chance : float
        C, that a request waits at all.
    mean_delay_s : float
        d, mean wait of those that wait [s]: mean wait over C. M/M/c: S/(c - a).
    wait_s : float
        t [s]; below 0 the answer is 1.
    """
    if wait_s < 0.0:
        return 1.0
    longer = exp2(max(-wait_s * LOG2_E / mean_delay_s, -1000.0)) if mean_delay_s > 0.0 else 0.0
    return chance * longer


@point
def mean_wait_within_s(servers, service_s, variation, time_s):
    """Return the mean wait [s] over a time of a line that begins empty and then has exactly the load that it can bear.

    It bounds the steady wait near full load, which takes longer to come about than the time lasts. Work per server
    then is a reflected Brownian motion of variance σ² = S (1 + c²)/k a second: its mean at t is sqrt(2 σ² t/π), two
    thirds of that over the time.

    Parameters
    ----------
    servers : int
    service_s, variation : float
        Mean service time [s], its standard deviation over its mean.
    time_s : float
        [s].
    """
    return 2.0 / 3.0 * math.sqrt(2.0 * service_s * (1.0 + variation * variation) * time_s / (servers * math.pi))
