"""All figures of a run, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..scenario.quantity import read_quantity
from .chart import Chart
from .figures_compute import delivered, waterfall
from .figures_fleet import state_of_charge, temperatures
from .figures_market import gateways, prices
from .figures_power import orbit_power, site_power
from .figures_sample import sample_day
from .figures_service import round_trips, service_by_class, service_by_region
from .figures_sunlight import sunlit

if TYPE_CHECKING:
    from ..results import Results


def charts(results: Results) -> list[Chart]:
    """Return the charts that a run has the data for; without sites, for one, there is none of sites."""
    draw_all = (
        delivered,
        waterfall,
        orbit_power,
        site_power,
        sunlit,
        partial(temperatures, chip_limit_k=chip_limit_k(results.manifest.get("scenario", {}))),
        state_of_charge,
        sample_day,
        service_by_class,
        service_by_region,
        round_trips,
        prices,
        gateways,
    )
    drawn = (draw(results.dataset) for draw in draw_all)
    return [chart for chart in drawn if chart is not None]


def chip_limit_k(scenario: Mapping[str, Any]) -> float | None:
    """Return the lowest junction limit among the scenario's satellites [K], None where it names none."""
    designs = list((scenario.get("satellites") or {}).values()) or [scenario.get("satellite") or {}]
    limits = [design.get("compute", {}).get("chip_limit") for design in designs]
    return min((read_quantity(limit, "K", example="358 K") for limit in limits if limit is not None), default=None)
