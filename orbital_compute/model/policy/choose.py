"""Policies by name: each turns a window's programme into an assignment with its certificate.

The certificate is judged alike for all: the bound is recomputed from prices, the worth from the flows. `price` brings
prices of its own, the others take those of the optimum; so a gap is what a policy leaves, and for `price` also what
its prices fail to prove.
"""

from __future__ import annotations

from collections.abc import Callable

from ..dispatch import Assignment
from ..programme import Programme
from ..solve import solve
from .names import POLICY_NAMES
from .price import price
from .turns import greedy, round_robin

Policy = Callable[[Programme, int], Assignment]  # of a programme and the number of its window


def optimal(programme: Programme, w_window: int) -> Assignment:
    """Return the optimum of the window, by HiGHS."""
    return solve(programme)


POLICIES: dict[str, Policy] = dict(zip(POLICY_NAMES, (optimal, price, greedy, round_robin), strict=True))
