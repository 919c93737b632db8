"""Measured power curves: pairs of power and throughput to the two parameters of the law (MODEL §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FEWEST = 3  # pairs: the law has two parameters, and goes through full load by itself
IDLE_MOST, EXPONENT_LEAST, EXPONENT_MOST = 0.9, 1.001, 6.0
GRID, ROUNDS = 41, 20  # each round looks about the best point in steps half as long


class CurveFit(NamedTuple):
    """Parameters of the law, and the largest difference in throughput from a pair, over that at full load."""

    idle_fraction: float
    exponent: float
    error: float


def curve_fault(pairs: Sequence[Sequence[float]]) -> str:
    """Return what is wrong with pairs (power, throughput) as a power curve, or nothing."""
    if len(pairs) < FEWEST:
        return f"a power curve of {len(pairs)} pairs says too little: {FEWEST} or more are needed"
    power, rate = np.array(pairs, dtype=np.float64).T
    if not (np.isfinite(power).all() and np.isfinite(rate).all()):
        return "a power or a throughput is no finite number"
    if (np.diff(power) <= 0.0).any() or (np.diff(rate) < 0.0).any():
        return "power must rise from pair to pair, and throughput not fall"
    if power[0] < 0.0 or rate[0] < 0.0 or power[-1] != 1.0 or rate[-1] != 1.0:
        return "the last pair must be full load, [1, 1], and none below 0"
    if power[rate == 0.0].max(initial=0.0) > IDLE_MOST:
        return f"power at rest must be {IDLE_MOST:g} of full power or less"
    return ""


def fit_power_curve(pairs: Sequence[Sequence[float]]) -> CurveFit:
    """Return the least-squares fit of φ = ((p - P0)/(1 - P0))^(1/a) to pairs (power, throughput) over full load.

    Where pairs have no throughput, the last of them is the idle power P0; otherwise P0 is fitted too.
    """
    power, rate = np.array(pairs, dtype=np.float64).T
    at_rest = power[rate == 0.0]
    low, high = (at_rest[-1], at_rest[-1]) if at_rest.size else (0.0, IDLE_MOST)
    idle, exponent = 0.5 * (low + high), 0.5 * (1.0 + EXPONENT_MOST)
    reach_idle, reach_exponent = 0.5 * (high - low), 0.5 * (EXPONENT_MOST - 1.0)
    steps = np.linspace(-1.0, 1.0, GRID)
    error = 1.0
    for _ in range(ROUNDS):
        idles = np.clip(idle + reach_idle * steps, low, high)[:, None, None]
        exponents = np.clip(exponent + reach_exponent * steps, EXPONENT_LEAST, EXPONENT_MOST)[None, :, None]
        missed = np.clip((power - idles) / (1.0 - idles), 0.0, 1.0) ** (1.0 / exponents) - rate
        i, j = np.unravel_index(int((missed**2).sum(axis=2).argmin()), (GRID, GRID))
        idle, exponent, error = float(idles[i, 0, 0]), float(exponents[0, j, 0]), float(np.abs(missed[i, j]).max())
        reach_idle, reach_exponent = 0.5 * reach_idle, 0.5 * reach_exponent
    return CurveFit(idle, exponent, error)
