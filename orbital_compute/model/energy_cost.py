"""What a FLOP of a site costs by the hour, in units of the classes' value: the grid's price, and its emissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import Problem, ScenarioError
from .clock import Clock
from .site import SiteSpec
from .tariff import tariff_rows


@dataclass(frozen=True)
class EnergyWeights:
    """How dispatch weighs energy against the classes' values."""

    worth_usd_flop: float  # of a FLOP of value 1
    carbon_usd_kg: float = 0.0

    def check(self, sites: Sequence[SiteSpec]) -> None:
        """Raise ScenarioError for each site without the hourly series that is weighed."""
        problems = []
        for site in sites:
            tariff = site.tariff
            lacks = [] if tariff is not None and tariff.usd_j is not None else ["usd_per_kwh"]
            if self.carbon_usd_kg > 0.0 and (tariff is None or tariff.kg_j is None):
                lacks.append("kg_per_kwh")
            if lacks:
                what = f"policy.energy weighs its grid, but there is no hourly {' and '.join(lacks)}"
                cure = "give a file, or leave policy.energy out"
                problems.append(Problem(what, f"sites.{site.name}.grid.hourly", cure=cure))
        if problems:
            raise ScenarioError(problems)


def joule_per_flop(site: SiteSpec) -> float:
    """Return the site's energy for a FLOP, its devices at full load and its PUE over a year."""
    power_w = sum(group.count * group.device_power_w * group.server_overhead for group in site.devices)
    return site.pue * power_w / site.peak_flop_s if site.peak_flop_s > 0.0 else 0.0


def site_cost(sites: Sequence[SiteSpec], weights: EnergyWeights, clock: Clock, window: int) -> np.ndarray:
    """Return float64[n_site], cost of a FLOP in a window, in units of value."""
    rows = tariff_rows(sites, clock, window)
    usd_j = rows.get("grid_price", np.zeros(len(sites)))
    if weights.carbon_usd_kg > 0.0:
        usd_j = usd_j + weights.carbon_usd_kg * rows.get("grid_carbon", np.zeros(len(sites)))
    return usd_j * np.array([joule_per_flop(site) for site in sites]) / weights.worth_usd_flop
