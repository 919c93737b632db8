"""Headline figures of a run, each taken from the numbers that the run stored."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .service import QUANTILES, first_tokens_s, goodput_tokens_s, in_time_share, utilisation_of

if TYPE_CHECKING:
    import xarray as xr

DELIVERED = (("credited_orbit_flop", "executed_flop"), ("credited_site_flop", "site_executed_flop"))
WHOLE = 1e-9  # by which lengths of time may differ in rounding


def window_length_s(dataset: xr.Dataset) -> float:
    """Return the length of a window [s]."""
    return float(dataset.attrs["window_s"])


def run_length_s(dataset: xr.Dataset) -> float:
    """Return the length of time that the run stands for [s]; typical days stand for more than they last."""
    simulated_s = window_length_s(dataset) * dataset.sizes["time"]
    return float(dataset.attrs.get("duration_s", simulated_s))


def stands_for(dataset: xr.Dataset) -> float:
    """Return by what sums over the windows are multiplied to be those of the run: 1 unless days are typical ones."""
    ratio = run_length_s(dataset) / (window_length_s(dataset) * dataset.sizes["time"])
    return ratio if ratio > 1.0 + WHOLE else 1.0


def total(dataset: xr.Dataset, name: str) -> float:
    """Return the correctly rounded sum of a variable over all its dimensions; 0 where the run has no such variable."""
    if name not in dataset:
        return 0.0
    return math.fsum(dataset[name].values.ravel().tolist())


def count(dataset: xr.Dataset, name: str) -> int:
    """Return the exact sum of a variable of whole numbers; 0 where the run has no such variable."""
    return sum(dataset[name].values.ravel().tolist()) if name in dataset else 0


def fleet_mean(dataset: xr.Dataset, name: str) -> float:
    """Return the mean over windows and satellites of a variable given as the mean of each shell."""
    if name not in dataset:
        return math.nan
    share = dataset[name].values
    satellites = dataset["shell_satellites"].values.astype(np.float64)
    weight = float(share.shape[0]) * float(satellites.sum())
    return math.fsum((share * satellites).ravel().tolist()) / weight


def extreme(dataset: xr.Dataset, name: str, take: Any) -> float:
    """Return `take` (np.min or np.max) of a variable, NaN where the run has none."""
    return float(take(dataset[name].values)) if name in dataset and dataset[name].size else math.nan


def round_trip_quantile_s(dataset: xr.Dataset, quantile: float) -> float:
    """Return a quantile of network round-trip time [s] over requests of all classes.

    Within a bin requests are taken as spread evenly, so the error is below the width of one bin. NaN without requests.
    """
    if "round_trip_count" not in dataset:
        return math.nan
    counts = dataset["round_trip_count"].values
    lower, upper = dataset["rtt_bin"].values, dataset["rtt_bin_upper_s"].values
    per_bin = [math.fsum(column) for column in counts.T.tolist()]
    wanted = quantile * math.fsum(per_bin)
    below = 0.0
    for number, low, high in zip(per_bin, lower.tolist(), upper.tolist(), strict=True):
        if number > 0.0 and below + number >= wanted:
            return low if math.isinf(high) else low + (high - low) * max(wanted - below, 0.0) / number
        below += number
    return math.nan


def ratio(part: float, whole: float) -> float:
    """Return part / whole, NaN for nothing out of nothing."""
    return part / whole if whole else math.nan


def last(dataset: xr.Dataset, name: str) -> int:
    """Return the sum of a variable of whole numbers at the last window."""
    return sum(dataset[name].values[-1].ravel().tolist()) if name in dataset else 0


def summary(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return the headline figures of a run, each `{"value": ..., "unit": ...}`.

    `served_fraction` is served over arrived: what still waits at the end counts against it. `slo_attainment` is served
    in time over all whose fate is known: served, dropped, or waiting longer than promised. NaN marks what the run
    cannot tell, such as the latency of a run without requests. Delivered is what was executed and need not be repeated;
    corrupted work counts as delivered. Of typical days, sums are multiplied by the time that
    they stand for over the time simulated; counts are rounded then.
    """
    times = stands_for(dataset)
    window_s = window_length_s(dataset) * times  # sums of powers become energies of the run by it
    orbit_flop, site_flop = (times * total(dataset, _first_of(dataset, *names)) for names in DELIVERED)
    executed_flop = times * math.fsum((total(dataset, "executed_flop"), total(dataset, "site_executed_flop")))
    arrived, served, dropped = (count(dataset, name) for name in ("arrived", "served", "dropped"))
    settled = served + dropped + last(dataset, "overdue")
    it_site_j, site_j = (window_s * total(dataset, name) for name in ("site_it_power_w", "site_power_w"))
    figures = {
        "compute_delivered_flop": (math.fsum((orbit_flop, site_flop)), "FLOP"),
        "compute_delivered_orbit_flop": (orbit_flop, "FLOP"),
        "compute_delivered_site_flop": (site_flop, "FLOP"),
        "compute_rate_flop_s": (math.fsum((orbit_flop, site_flop)) / run_length_s(dataset), "FLOP/s"),
        "compute_executed_flop": (executed_flop, "FLOP"),
        "compute_repeated_flop": (times * total(dataset, "repeated_flop"), "FLOP"),
        "compute_corrupted_flop": (times * total(dataset, "corrupted_flop"), "FLOP"),
        "working_fraction_end": (_working_at_end(dataset), "1"),
        "soft_errors": (_scaled(count(dataset, "soft_errors"), times), "1"),
        "it_energy_orbit_j": (window_s * total(dataset, "compute_power_w"), "J"),
        "it_energy_site_j": (it_site_j, "J"),
        "site_energy_j": (site_j, "J"),
        "grid_energy_j": (window_s * total(dataset, "grid_power_w"), "J"),
        "array_energy_j": (window_s * total(dataset, "array_power_w"), "J"),
        "curtailed_energy_j": (window_s * total(dataset, "curtailed_power_w"), "J"),
        "pue_mean": (ratio(site_j, it_site_j), "1"),
        "satellites": (int(dataset["shell_satellites"].values.sum()) if "shell_satellites" in dataset else 0, "1"),
        "sunlit_fraction": (fleet_mean(dataset, "sunlit_fraction"), "1"),
        "throttled_fraction": (fleet_mean(dataset, "throttled_fraction"), "1"),
        "safe_mode_fraction": (fleet_mean(dataset, "safe_mode_fraction"), "1"),
        "requests_arrived": (_scaled(arrived, times), "1"),
        "requests_served": (_scaled(served, times), "1"),
        "requests_dropped": (_scaled(dropped, times), "1"),
        "requests_queued_end": (last(dataset, "queued"), "1"),
        "served_fraction": (ratio(served, arrived), "1"),
        "slo_attainment": (ratio(count(dataset, "served_in_time"), settled), "1"),
        "rtt_p50_s": (round_trip_quantile_s(dataset, 0.50), "s"),
        "rtt_p95_s": (round_trip_quantile_s(dataset, 0.95), "s"),
        "rtt_p99_s": (round_trip_quantile_s(dataset, 0.99), "s"),
        **{f"ttft_p{round(100 * q)}_s": (t, "s") for q, t in zip(QUANTILES, first_tokens_s(dataset), strict=True)},
        "answered_in_time_fraction": (in_time_share(dataset), "1"),
        "goodput_tokens_s": (goodput_tokens_s(dataset), "token/s"),
        "orbit_utilisation": (utilisation_of(dataset, "executed_flop", "offered_flop"), "1"),
        "site_utilisation": (utilisation_of(dataset, "site_executed_flop", "site_offered_flop"), "1"),
        "state_of_charge_min": (_first_known(dataset, np.min, "satellite_soc_min", "state_of_charge"), "1"),
        "chip_temperature_max_k": (_first_known(dataset, np.max, "satellite_chip_max_k", "chip_temperature_k"), "K"),
        "dispatch_gap_max": (extreme(dataset, "dispatch_gap", np.max), "1"),
        "merging_loss_max": (extreme(dataset, "merging_loss", np.max), "1"),
        "energy_residual": (extreme(dataset, "energy_residual", np.max), "1"),
        "heat_residual": (extreme(dataset, "heat_residual", np.max), "1"),
        "requests_residual": (_largest_count(dataset, "requests_residual"), "1"),
    }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in figures.items()}


def _first_of(dataset: xr.Dataset, *names: str) -> str:
    """Return the first of these variables that the run has, the last where it has none."""
    return next((name for name in names if name in dataset), names[-1])


def _working_at_end(dataset: xr.Dataset) -> float:
    """Return the share of their peak compute that the accelerators in orbit still have in the last window."""
    if "working_flop" not in dataset:
        return math.nan
    working, peak = (math.fsum(dataset[name].values[-1].tolist()) for name in ("working_flop", "peak_flop"))
    return ratio(working, peak)


def _scaled(number: int, times: float) -> int:
    return number if times == 1.0 else round(number * times)


def _first_known(dataset: xr.Dataset, take: Any, *names: str) -> float:
    """Return the extreme of the first of these variables that the run has: per step before per window."""
    known = [name for name in names if name in dataset]
    return extreme(dataset, known[0], take) if known else math.nan


def _largest_count(dataset: xr.Dataset, name: str) -> int:
    return max((abs(value) for value in dataset[name].values.ravel().tolist()), default=0) if name in dataset else 0
