"""Fairness: a demand's work is worth the more the less of it is served, in steps.

    U(x) = w D u(x/D),  u'(z) = z^-α,   MODEL §7.2; α = 1 is proportional fairness (Mo & Walrand 2000)

A FLOP of a demand that is served in full is worth w, as without fairness; at half service 2^α w. Each demand becomes
STEPS demands of its own, each as wide as its step and worth the mean of u' over it, so that every policy, limit and
certificate is that of straight utilities: max_x [U(x) - c x] of the concave one is the sum over its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..dispatch import Assignment
from ..programme import Programme

RATIO = np.sqrt(2.0)  # from step to step of the share served: so far apart may two equal demands end
STEPS = 12  # the last ends at full service, the first at 1/45 of it
Policy = Callable[[Programme, int], Assignment]


def steps(alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ends of the steps of z from 0 to 1, float64[STEPS + 1], and mean u' over each, float64[STEPS].

    The first step, from 0, is worth what its end is. Between the ends of a step u errs by less than (ln √2)²/8 = 0.015
    at α = 1.
    """
    end = RATIO ** -np.arange(STEPS - 1, -1, -1.0)
    low, high = end[:-1], end[1:]
    whole = np.log(high / low) if alpha == 1.0 else (high ** (1.0 - alpha) - low ** (1.0 - alpha)) / (1.0 - alpha)
    return np.concatenate([[0.0], end]), np.concatenate([[end[0] ** -alpha], whole / (high - low)])


def in_steps(programme: Programme, alpha: float) -> Programme:
    """Return the programme with each demand as STEPS demands, those of step j at j × n_demand + k."""
    end, slope = steps(alpha)
    n_demand, n_route = programme.value.size, programme.route_group.size
    step = np.arange(STEPS)[:, None]
    return replace(
        programme,
        demand_flop=(np.diff(end)[:, None] * programme.demand_flop).ravel(),
        value=(slope[:, None] * programme.value).ravel(),
        route_group=np.tile(programme.route_group, STEPS),
        route_demand=(step * n_demand + programme.route_demand).ravel(),
        arc_route=(step * n_route + programme.arc_route).ravel(),
        arc_index=np.tile(programme.arc_index, STEPS),
        arc_bit_per_flop=np.tile(programme.arc_bit_per_flop, STEPS),
        route_cost=np.tile(programme.route_cost, STEPS),
        tier=np.tile(programme.tier, STEPS),
    )


class Fair:
    """A policy by the concave worth of α-fairness."""

    def __init__(self, policy: Policy, alpha: float):
        self.policy, self.alpha = policy, alpha

    def __call__(self, programme: Programme, w_window: int) -> Assignment:
        """Return the policy's flows; objective, bound and gap are of the concave worth."""
        found = self.policy(in_steps(programme, self.alpha), w_window)
        return replace(
            found,
            programme=programme,
            route_share=found.route_share.reshape(STEPS, -1).sum(axis=0),
            demand_price=found.demand_price.reshape(STEPS, -1).max(axis=0),
        )
