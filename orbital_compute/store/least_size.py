"""The least that a run of a scenario takes, told before anything is built: what cannot fit is refused at once."""

from __future__ import annotations

from pathlib import Path

from ..scenario.load import Scenario
from .footprint import Footprint, RunSize, predict, refuse_if_too_large

LEAST_BYTES_PER_SATELLITE = 200.0  # `run_size.footprint` counts them when the fleet is laid out
BIT_PER_BYTE = 8


def least_footprint(scenario: Scenario, *, to_folder: bool) -> Footprint:
    """Return the least bytes in memory and on disk of a run: what depends on its fleet in detail is left out."""
    time = scenario.time
    days = len(time.day_starts_s) if time.every is not None else 0
    simulated_s = days * 86400.0 if days else time.duration_s
    satellites = scenario.n_satellite or 1
    sample = scenario.output.sample
    size = RunSize(
        n_satellite=satellites,
        n_window=max(round(simulated_s / time.window), 1),
        n_step=max(round(simulated_s / time.step), 1),
        n_shell=1,
        n_site=len(scenario.sites),
        n_class=len(scenario.workload.classes),
        n_region=len(scenario.workload.regions),
        n_sample=min(len(sample) if isinstance(sample, list) else sample, satellites),
        n_rtt_bin=1,
    )
    return predict(size, bytes_per_satellite=LEAST_BYTES_PER_SATELLITE, to_folder=to_folder)


def refuse_at_once(scenario: Scenario, folder: Path | None) -> None:
    """Refuse a run that cannot fit whatever its fleet is in detail.

    Raises
    ------
    WontFitError
    """
    limit = round(scenario.output.limit / BIT_PER_BYTE)
    refuse_if_too_large(
        least_footprint(scenario, to_folder=folder is not None), folder=folder, output_limit_bytes=limit
    )
