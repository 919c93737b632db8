"""What an operator reads, as tables: by class, and by region for the classes with a first token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..analysis import service
from . import units
from .chart import Chart
from .figures_waiting import first_tokens
from .headline import Rows, has_orbit, has_sites, names_along

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

HEADS = ("Requests", "Round trip [ms]", "First token [s]", "In time", "Goodput [token/s]", "Slots in use")
NOTE = (
    "Three figures are the median, 95 and 99 %. A first token has come after the round trip, the wait for a free slot "
    "on the devices, and the prompt; waits in the queue count in whole windows. In time: within the wait and the time "
    "to the first token that the class promises, of all requests whose fate is known. Goodput: tokens written for "
    "those. Slots in use: work of the class over what its nodes could do less work worth more, as requests met it. "
    "Hours are UTC."
)


def tables(results: Results) -> list[Rows]:
    """Return the tables of a run; none where nothing was asked for."""
    dataset = results.dataset
    if "answered_in_time" not in dataset or not dataset["arrived"].values.any():
        return []
    names = names_along(dataset, "job_class")
    rows = [_row(name, dataset, slice(k, k + 1)) for k, name in enumerate(names)]
    found = [Rows("What an operator reads", HEADS, [*rows, _row("All", dataset, slice(None))])]
    return [*found, *(_by_region(dataset, k, names[k]) for k in timed_classes(dataset))]


def use_of_nodes(results: Results) -> str:
    """Return how much of the work that power and heat allowed was executed, as a sentence; nothing without nodes."""
    dataset, said = results.dataset, []
    if has_orbit(dataset):
        said.append(f"orbit {units.share(service.utilisation_of(dataset, 'executed_flop', 'offered_flop'))}")
    if has_sites(dataset):
        share = service.utilisation_of(dataset, "site_executed_flop", "site_offered_flop")
        said.append(f"the ground {units.share(share)}")
    return f"Of the work that power and heat allowed, {' and '.join(said)} was executed." if said else ""


def charts(results: Results) -> list[Chart]:
    """Return the figure of first tokens over the day, where a class has them."""
    chart = first_tokens(results.dataset)
    return [] if chart is None else [chart]


def timed_classes(dataset: xr.Dataset) -> list[int]:
    """Return the numbers of the classes whose first tokens were counted."""
    if "ttft_count" not in dataset:
        return []
    return np.flatnonzero(dataset["ttft_count"].values.any(axis=(1, 2, 3))).tolist()


def _row(name: str, dataset: xr.Dataset, classes: slice, regions: slice = slice(None)) -> tuple[str, ...]:
    one = service.served(dataset, classes, regions)
    return (
        name, _three(one.round_trip_s, 1e3, 0), _three(one.first_token_s, 1.0, 2), units.share(one.in_time),
        _tokens(one.goodput_tokens_s), units.share(one.utilisation),
    )  # fmt: skip


def _by_region(dataset: xr.Dataset, k_class: int, name: str) -> Rows:
    regions = names_along(dataset, "region")
    one = slice(k_class, k_class + 1)
    rows = [_row(region, dataset, one, slice(r, r + 1)) for r, region in enumerate(regions)]
    return Rows(f"{name}, by region", ("Region", *HEADS[1:]), rows)


def _three(times_s: tuple[float, ...], scale: float, digits: int) -> str:
    """Return `61, 107, 120`, a dash where nothing was counted."""
    if not np.isfinite(times_s).all():
        return units.MISSING
    return ", ".join(f"{scale * value:,.{digits}f}" for value in times_s)


def _tokens(rate: float) -> str:
    return units.short_count(rate) if np.isfinite(rate) and rate > 0.0 else units.MISSING
