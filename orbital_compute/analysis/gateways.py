"""Gateways over a run: how much of their capacity was there and used, what the links did, what the weather left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.diversity import CLOUD_LENGTH_M, diversity_availability
from .summary import ratio, window_length_s

if TYPE_CHECKING:
    import xarray as xr

FULL = 0.999  # of its capacity: a window from here on counts as full


@dataclass(frozen=True)
class GatewayUse:
    """One gateway over the run; NaN for what the run did not follow."""

    name: str
    carried_bit: float
    used_share: float  # of the capacity that was there
    full_share: float  # of the windows
    price: float  # highest, value a bit
    open_share: float  # of time that the weather left
    expected_share: float  # of time that it leaves in the long run
    antennas: float
    linked_share: float  # of the antennas' time
    in_view: float
    changes_per_hour: float
    contact_s: float  # antenna time on satellites over changes; inf without a change
    link_rate_bit_s: float  # mean over link time, acquisition taken off, clear sky


@dataclass(frozen=True)
class RegionSky:
    """How often a region had one of its nearest gateways under an open sky."""

    region: str
    gateways: tuple[str, ...]
    open_share: float
    expected_share: float


def use(dataset: xr.Dataset, scenario: Mapping[str, Any]) -> list[GatewayUse]:
    """Return what each gateway did; none where the run has no gateways or no record of them."""
    if "arc_use_bit" not in dataset:
        return []
    names = [str(name) for name in dataset["arc"].values]
    stations = (scenario.get("gateways") or {}).get("stations")
    n_gateway = len(stations) if stations else len(names) - dataset.sizes.get("site", 0)
    return [_use(dataset, g, names[g]) for g in range(n_gateway)]


def _use(dataset: xr.Dataset, g: int, name: str) -> GatewayUse:
    used, room = dataset["arc_use_bit"].values[:, g], dataset["arc_capacity_bit"].values[:, g]
    full = (used >= FULL * room) & (room > 0.0)

    def series(variable: str) -> np.ndarray:
        return dataset[variable].values[:, g] if variable in dataset else np.full(len(used), math.nan)

    def fixed(variable: str) -> float:
        return float(dataset[variable].values[g]) if variable in dataset else math.nan

    antennas, links = fixed("gateway_antennas"), series("gateway_links")
    time_s = window_length_s(dataset) * len(used)
    linked_s = window_length_s(dataset) * math.fsum(links.tolist())
    changes = math.fsum(series("gateway_changes").astype(float).tolist())
    rate_bit_s = np.where(links > 0.0, series("gateway_link_rate_bit_s"), 0.0) * links
    followed = not math.isnan(linked_s)
    return GatewayUse(
        name=name,
        carried_bit=math.fsum(used.tolist()),
        used_share=ratio(math.fsum(used.tolist()), math.fsum(room.tolist())),
        full_share=float(full.mean()),
        price=float(np.nan_to_num(dataset["arc_price"].values[:, g]).max()),
        open_share=float(series("gateway_open").mean()),
        expected_share=fixed("gateway_open_expected"),
        antennas=antennas,
        linked_share=linked_s / (antennas * time_s) if followed else math.nan,
        in_view=float(series("gateway_in_view").mean()),
        changes_per_hour=3600.0 * changes / time_s if followed else math.nan,
        contact_s=math.nan if not followed else linked_s / changes if changes else math.inf,
        link_rate_bit_s=ratio(window_length_s(dataset) * math.fsum(rate_bit_s.tolist()), linked_s),
    )


def skies(dataset: xr.Dataset, length_m: float = CLOUD_LENGTH_M) -> list[RegionSky]:
    """Return how often each region's nearest gateways were open, and how often they would be by the law of clouds."""
    if "gateway_serves" not in dataset:
        return []
    serves, opened = dataset["gateway_serves"].values > 0, dataset["gateway_open"].values
    share = dataset["gateway_open_expected"].values
    latitude, longitude = (dataset[f"gateway_{name}_deg"].values for name in ("latitude", "longitude"))
    names, found = [str(name) for name in dataset["gateway"].values], []
    for r, region in enumerate(dataset["region"].values.tolist()):
        near = np.flatnonzero(serves[:, r])
        if not near.size:
            continue
        found.append(
            RegionSky(
                region=str(region),
                gateways=tuple(names[g] for g in near),
                open_share=float(opened[:, near].max(axis=1).mean()),
                expected_share=diversity_availability(
                    share[near].tolist(), latitude[near].tolist(), longitude[near].tolist(), length_m
                ),
            )
        )
    return found
