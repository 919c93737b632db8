"""What an operator reads of a run: round trips, times to the first token, tokens in time, use of the nodes.

Quantiles come from counts by bins and lie within a bin of the exact ones: 1 ms of a round trip, 4.4 % of a time to the
first token. Inside a bin requests are taken as spread evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

QUANTILES = (0.50, 0.95, 0.99)


@dataclass(frozen=True)
class Served:
    """Figures of some requests; times are (50 %, 95 %, 99 %) in seconds, NaN where none were counted."""

    round_trip_s: tuple[float, ...]
    first_token_s: tuple[float, ...]
    in_time: float  # share of all whose fate is known
    goodput_tokens_s: float  # answered in time
    utilisation: float  # of the slots, mean over the requests answered; NaN where no class has a first token


def quantile_s(counts: np.ndarray, lower_s: np.ndarray, upper_s: np.ndarray, quantile: float) -> float:
    """Return a quantile of binned times [s]; NaN without any, the lower edge where it falls into an open last bin."""
    reached = np.cumsum(counts)
    if reached.size == 0 or not reached[-1] > 0.0:
        return math.nan
    wanted = quantile * reached[-1]
    i = min(int(np.searchsorted(reached, wanted)), reached.size - 1)
    if math.isinf(upper_s[i]):
        return float(lower_s[i])
    inside = (wanted - (reached[i] - counts[i])) / counts[i]
    return float(lower_s[i] + inside * (upper_s[i] - lower_s[i]))


def round_trips_s(dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None)) -> tuple[float, ...]:
    """Return the quantiles of network round trips of some classes and regions [s]."""
    if "round_trip_region_count" not in dataset:
        return (math.nan,) * len(QUANTILES)
    counts = dataset["round_trip_region_count"].values[classes, regions].sum(axis=(0, 1))
    edges = dataset["rtt_bin"].values, dataset["rtt_bin_upper_s"].values
    return tuple(quantile_s(counts, *edges, quantile) for quantile in QUANTILES)


def first_tokens_s(
    dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None), hours: slice = slice(None)
) -> tuple[float, ...]:
    """Return the quantiles of the time to the first token of some classes, regions and hours of UTC [s]."""
    if "ttft_count" not in dataset:
        return (math.nan,) * len(QUANTILES)
    counts = dataset["ttft_count"].values[classes, regions, hours].sum(axis=(0, 1, 2))
    edges = dataset["ttft_bin"].values, dataset["ttft_bin_upper_s"].values
    return tuple(quantile_s(counts, *edges, quantile) for quantile in QUANTILES)


def served(dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None)) -> Served:
    """Return the figures of some classes and regions over the run."""
    return Served(
        round_trips_s(dataset, classes, regions),
        first_tokens_s(dataset, classes, regions),
        in_time_share(dataset, classes, regions),
        goodput_tokens_s(dataset, classes, regions),
        mean_utilisation(dataset, classes, regions),
    )


def in_time_share(dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None)) -> float:
    """Return answered in time over all whose fate is known: served, dropped, or waiting longer than promised."""
    if "answered_in_time" not in dataset:
        return math.nan
    answered = _sum(dataset, "answered_in_time", classes, regions)
    late = dataset["overdue"].values[-1, classes, regions].sum() if "overdue" in dataset else 0
    known = _sum(dataset, "served", classes, regions) + _sum(dataset, "dropped", classes, regions) + float(late)
    return answered / known if known else math.nan


def goodput_tokens_s(dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None)) -> float:
    """Return tokens written a second for requests that were answered in time."""
    if "answered_in_time" not in dataset or "class_tokens_out" not in dataset.coords:
        return math.nan
    tokens = dataset["class_tokens_out"].values[classes]
    by_class = [
        math.fsum(values.ravel().tolist())
        for values in dataset["answered_in_time"].values[:, classes, regions].transpose(1, 0, 2)
    ]
    simulated_s = float(dataset.attrs["window_s"]) * dataset.sizes["time"]
    return math.fsum(n * each for n, each in zip(by_class, tokens.tolist(), strict=True)) / simulated_s


def mean_utilisation(dataset: xr.Dataset, classes: slice = slice(None), regions: slice = slice(None)) -> float:
    """Return the utilisation that requests met, mean over those served; NaN where none is known."""
    if "service_utilisation" not in dataset:
        return math.nan
    busy = dataset["service_utilisation"].values[:, classes, regions]
    weight = np.where(np.isfinite(busy), dataset["served"].values[:, classes, regions], 0).astype(float)
    whole = math.fsum(weight.ravel().tolist())
    return math.fsum((np.nan_to_num(busy) * weight).ravel().tolist()) / whole if whole else math.nan


def utilisation_of(dataset: xr.Dataset, executed: str, offered: str) -> float:
    """Return executed work over the work that power and heat allowed, of orbit or of all sites."""
    if executed not in dataset or offered not in dataset:
        return math.nan
    done, could = (math.fsum(dataset[name].values.ravel().tolist()) for name in (executed, offered))
    return done / could if could else math.nan


def _sum(dataset: xr.Dataset, name: str, classes: slice, regions: slice) -> float:
    return math.fsum(dataset[name].values[:, classes, regions].ravel().tolist()) if name in dataset else 0.0
