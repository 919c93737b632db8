"""Failure for good: Weibull mixes of infant mortality and wear-out, constant rates, and how many of a number are lost.

Rates and shares with their ranges and sources stand in `model.health_spec`. Times are ages since launch.
"""

from .._jit import point
from .._math import exp2, exprel, log2, power

_LOG2_E = 1.4426950408889634
NEGLIGIBLE = 1e-18  # a term of a distribution that no uniform number of 53 bits can fall on


@point
def weibull_lost(age, scale, shape):
    """Return the share that has failed by an age: 1 - exp(-(age/scale)^shape), Weibull's law.

    Age and scale in the same unit, age up to a million scales. A shape below 1 is infant mortality, its rate falls with
    age; 1 is a constant rate; above 1 is wear-out. Kept to full precision where it is small.
    """
    hazard = power(age / scale, shape)
    return hazard * exprel(-hazard)


@point
def mixed_lost(age, infant_share, infant_scale, infant_shape, wear_scale, wear_shape):
    """Return the share that has failed by an age, where a share dies young and all others wear out (MODEL §5.5)."""
    infant = weibull_lost(age, infant_scale, infant_shape)
    wear = weibull_lost(age, wear_scale, wear_shape)
    return infant_share * infant + (1.0 - infant_share) * wear


@point
def failing_share(lost_before, lost_after):
    """Return the chance of failing in an interval for what works at its start, from the shares lost at its ends."""
    left = 1.0 - lost_before
    return min((lost_after - lost_before) / left, 1.0) if left > 0.0 else 1.0


@point
def constant_left(rate_per_s, interval_s):
    """Return the chance of working through an interval under a constant rate: exp(-rate interval)."""
    return exp2(max(-_LOG2_E * rate_per_s * interval_s, -1000.0))


@point
def lost_of(n, left, uniform):
    """Return how many of n are lost, where each stays with the chance `left`: the binomial law, inverted.

    n : whole number up to 500; uniform : in [0, 1), one a draw. The larger it is, the more are lost, or fewer where
    `left` is below one half. Where it lies below 1 - n (1 - left), Bernoulli's bound on left^n, none is lost.
    """
    if uniform < 1.0 - n * (1.0 - left):
        return 0
    kept = max(left, 1.0 - left)  # the rarer of the two is counted, so that no chance underflows
    odds = (1.0 - kept) / kept
    chance = exp2(n * log2(kept))
    total, count = chance, 0
    while uniform >= total and count < n and (chance > NEGLIGIBLE or total < 0.5):
        chance *= odds * (n - count) / (count + 1)
        count += 1
        total += chance
    return count if left >= 0.5 else n - count
