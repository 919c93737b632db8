"""The delivered-compute waterfall: from the hardware's peak to the work delivered, every factor measured in the run.

MODEL §5.2. Each stage is the work left after one more thing took its share; its factor is that work over the stage
before, so the product of the factors is delivered over peak, exactly. Array degradation acts within sunlight and
battery.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .summary import stands_for

if TYPE_CHECKING:
    import xarray as xr

# (stage, the series over time that measures it)
ORBIT_STAGES = (
    ("peak", "peak_flop"),
    ("availability", "working_flop"),
    ("sunlight and battery", "new_flop"),
    ("degradation", "power_limited_flop"),
    ("thermal", "offered_flop"),
    ("network", "reachable_flop"),
    ("utilisation", "assigned_flop"),
    ("executed", "executed_flop"),
    ("radiation and faults", "credited_orbit_flop"),
)
SITE_STAGES = (
    ("peak", "site_peak_flop"),
    ("availability", "site_working_flop"),
    ("power supply", "site_power_limited_flop"),
    ("degradation", "site_power_limited_flop"),
    ("thermal", "site_offered_flop"),
    ("network", "site_reachable_flop"),
    ("utilisation", "site_assigned_flop"),
    ("executed", "site_executed_flop"),
    ("faults", "site_credited_flop"),
)
# the dataset's names, common to both
STAGES = (
    "peak", "availability", "power", "degradation", "thermal", "network", "utilisation", "executed", "delivered"
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One stage of a waterfall: the work left after it, and its share of the work left before it."""

    name: str
    flop: float
    factor: float


def stages(names: tuple[str, ...], flop: list[float]) -> list[Stage]:
    """Return the stages of a waterfall from the work left after each, the peak first.

    Where nothing was left before a stage, there was nothing to lose: its factor is 1. Work out of nothing is inf.
    """
    factors = [1.0, *(after / before if before else math.inf if after else 1.0 for before, after in pairwise(flop))]
    return [Stage(name, left, factor) for name, left, factor in zip(names, flop, factors, strict=True)]


def orbit_flop(series: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return the orbit's work left after each stage, float64[n_stage], from series over time; None if short.

    Each is the correctly rounded sum over windows and shells or classes.
    """
    if any(name not in series for _, name in ORBIT_STAGES):
        return None
    return np.array([math.fsum(np.asarray(series[name]).ravel().tolist()) for _, name in ORBIT_STAGES])


def site_flop(series: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return each site's work left after each stage, float64[n_stage, n_site], from series over (time, site)."""
    if any(name not in series for _, name in SITE_STAGES):
        return None
    return np.array(
        [[math.fsum(column) for column in np.asarray(series[name]).T.tolist()] for _, name in SITE_STAGES]
    )  # fmt: skip


def waterfall(dataset: xr.Dataset) -> dict[str, list[Stage]]:
    """Return the waterfalls of a run by place: "orbit", then each site by its name; delivered is executed.

    Of typical days, the work is multiplied by the time that they stand for over the time simulated.
    """
    ratio = stands_for(dataset)
    found: dict[str, list[Stage]] = {}
    if "waterfall_orbit_flop" in dataset:
        found["orbit"] = stages(
            tuple(stage for stage, _ in ORBIT_STAGES), (ratio * dataset["waterfall_orbit_flop"].values).tolist()
        )
    if "waterfall_site_flop" in dataset:
        names = tuple(stage for stage, _ in SITE_STAGES)
        for site, flop in zip(
            dataset["site"].values.tolist(), (ratio * dataset["waterfall_site_flop"].values).T.tolist(), strict=True
        ):
            found[site] = stages(names, flop)
    return found
