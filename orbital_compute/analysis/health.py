"""What failures, wear and soft errors took of a run, from its results: shares by day, counts, work done twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .summary import count, ratio, stands_for, total

if TYPE_CHECKING:
    import xarray as xr

YEAR_S = 31557600.0
# Causes in the order in which a reader adds them up: name, the series by day and shell that holds them.
CAUSES = (
    ("single accelerators", ("devices_lost_alone_share",)),
    ("pumps and lasers", ("devices_lost_pumps_share", "devices_lost_lasers_share")),
    ("satellites failed young", ("devices_lost_infant_share",)),
    ("satellites worn out", ("devices_lost_worn_out_share",)),
)
WEAR = "wear of arrays and batteries"
SLOWED = "slower accelerators"


@dataclass(frozen=True)
class Capacity:
    """Compute that the fleet could do by day, over that of all its accelerators and parts as new.

    left : float64[n_day]; lost : causes with their shares float64[n_day]. All of them add up to 1. Light, night and
    heat are no part of it.
    """

    left: np.ndarray
    lost: dict[str, np.ndarray]


@dataclass(frozen=True)
class SoftErrorFigures:
    """Soft errors of a run by kind: how many, and how often to one accelerator that works [1/year]."""

    counts: dict[str, int]
    per_device_year: dict[str, float]


def shell_weight(dataset: xr.Dataset) -> np.ndarray:
    """Return each shell's share of the fleet's peak compute, float64[n_shell]."""
    peak = np.asarray(dataset["peak_flop"].values[0], float)
    return peak / peak.sum() if peak.sum() > 0.0 else np.zeros(peak.size)


def fleet_share(dataset: xr.Dataset, name: str) -> np.ndarray:
    """Return a series by day and shell as a mean over the fleet, weighted by peak compute: float64[n_day]."""
    values, weight = dataset[name].values, shell_weight(dataset)
    known = np.isfinite(values)
    whole = (known * weight).sum(axis=1)
    return np.divide(
        (np.where(known, values, 0.0) * weight).sum(axis=1), whole, out=np.ones(len(values)), where=whole > 0.0
    )


def day_of_window(dataset: xr.Dataset) -> np.ndarray:
    """Return the row of the day in which each window begins, int64[n_time]."""
    return np.maximum(np.searchsorted(dataset["day"].values, dataset["time"].values, side="right") - 1, 0)


def worn_share(dataset: xr.Dataset) -> np.ndarray:
    """Return what wear leaves of what light and battery would allow working accelerators, by day: float64[n_day]."""
    day, n_day = day_of_window(dataset), dataset.sizes["day"]
    new, worn = (
        np.bincount(day, dataset[name].values.sum(axis=1), minlength=n_day)
        for name in ("new_flop", "power_limited_flop")
    )
    return np.divide(worn, new, out=np.ones(n_day), where=new > 0.0)


def capacity(dataset: xr.Dataset) -> Capacity | None:
    """Return the fleet's capacity by day and what took it; None where nothing fails or ages."""
    if "devices_working_share" not in dataset or not dataset.sizes.get("day", 0):
        return None
    lost = {cause: np.sum([fleet_share(dataset, name) for name in names], axis=0) for cause, names in CAUSES}
    working = 1.0 - np.sum(list(lost.values()), axis=0)
    pace, worn = fleet_share(dataset, "device_pace_share"), worn_share(dataset)
    slowed = {SLOWED: working * (1.0 - pace)} if (pace < 1.0).any() else {}
    return Capacity(working * pace * worn, {WEAR: working * pace * (1.0 - worn), **slowed, **lost})


def soft_errors(dataset: xr.Dataset) -> SoftErrorFigures | None:
    """Return the soft errors of a run; None where the run has none."""
    if "soft_errors" not in dataset:
        return None
    device_years = working_device_years(dataset)
    kinds = [str(kind) for kind in dataset["error_kind"].values]
    counts = dict(zip(kinds, dataset["soft_errors"].values.sum(axis=(0, 1)).tolist(), strict=True))
    times = stands_for(dataset)
    return SoftErrorFigures(
        {kind: round(times * n) for kind, n in counts.items()},
        {kind: ratio(float(n), device_years) for kind, n in counts.items()},
    )


def working_device_years(dataset: xr.Dataset) -> float:
    """Return the time that accelerators worked in the windows of the run, added up [years]."""
    if "devices_working" not in dataset:
        return math.nan
    by_day = np.nansum(dataset["devices_working"].values, axis=1)
    windows = np.bincount(day_of_window(dataset), minlength=by_day.size)
    return float(by_day @ windows) * float(dataset.attrs["window_s"]) / YEAR_S


def corrupted_share(dataset: xr.Dataset) -> float:
    """Return the share of credited work that corruption struck and nothing caught; NaN without any work."""
    credited = math.fsum(total(dataset, f"credited_{side}_flop") for side in ("orbit", "site"))
    return ratio(total(dataset, "corrupted_flop"), credited)


def failed_satellites(dataset: xr.Dataset) -> tuple[int, int]:
    """Return the satellites that failed young and that wore out, by the end; zeros where the run does not say."""
    if "satellite_fate" not in dataset:
        return 0, 0
    fate = dataset["satellite_fate"].values
    return int((fate == 1).sum()), int((fate == 2).sum())


def devices_lost(dataset: xr.Dataset) -> int:
    """Return the accelerators lost one by one, by the end."""
    return count(dataset, "satellite_devices_lost")
