"""Failures, wear and soft errors of a run: tables and figures of the report's section on health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import health
from . import units
from .chart import Chart
from .figures_health import ageing, capacity_by_day, soft_errors_by_kind
from .headline import Rows, names_along

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

NOTE = (
    "Nothing is repaired in orbit. What fails on a day leaves the offer the same day, and the work that it was given "
    "goes back to its queue. Laws, numbers and sources are in docs/health.md and docs/radiation.md."
)


def charts(results: Results) -> list[Chart]:
    """Return the charts that the run has the data for."""
    drawn = (draw(results.dataset) for draw in (capacity_by_day, ageing, soft_errors_by_kind))
    return [chart for chart in drawn if chart is not None]


def tables(results: Results) -> list[Rows]:
    """Return the tables that the run has the data for."""
    made = (fleet(results.dataset), events(results.dataset), work(results.dataset))
    return [rows for rows in made if rows is not None]


def fleet(dataset: xr.Dataset) -> Rows | None:
    """Return what is left of the fleet on the last day, and what took the rest; None where nothing fails or ages."""
    found = health.capacity(dataset)
    if found is None:
        return None
    young, worn = health.failed_satellites(dataset)
    n = int(dataset["shell_satellites"].values.sum())
    rows = [
        ("Capacity left", units.share(float(found.left[-1]), 2)),
        *((f"Lost: {cause}", units.share(float(share[-1]), 3)) for cause, share in found.lost.items()),
        ("Satellites failed young", f"{units.count(young)} of {units.count(n)}"),
        ("Satellites worn out", f"{units.count(worn)} of {units.count(n)}"),
        ("Accelerators lost one by one", units.count(health.devices_lost(dataset))),
        *(
            (f"{title}, mean of satellites alive", units.share(float(health.fleet_share(dataset, name)[-1]), 2))
            for title, name in (("Array power left", "array_left_share"), ("Battery left", "battery_left_share"))
        ),
    ]
    return Rows("The fleet on the last day", ("", ""), rows)


def events(dataset: xr.Dataset) -> Rows | None:
    """Return soft errors by kind; None where the run has none."""
    found = health.soft_errors(dataset)
    if found is None:
        return None
    rows = [
        (name, units.short_count(found.counts[kind]), units.number(found.per_device_year[kind]))
        for name, kind in zip(names_along(dataset, "error_kind"), found.counts, strict=True)
    ]
    return Rows("Soft errors", ("Kind", "In the run", "A device-year"), rows)


def work(dataset: xr.Dataset) -> Rows | None:
    """Return what faults took of the work, by class; None where the run does not say."""
    if "repeated_flop" not in dataset:
        return None
    heads = ("Class", "Executed", "Of it not counted", "Corrupted")
    return Rows("Work that faults, and waiting in gangs, took", heads, list(_classes(dataset)))


def _classes(dataset: xr.Dataset) -> Iterator[tuple[str, str, str, str]]:
    executed, credited, repeated, corrupted = (
        sum(dataset[name].values.sum(axis=0) for name in names)
        for names in (
            ("executed_orbit_flop", "executed_site_flop"), ("credited_orbit_flop", "credited_site_flop"),
            ("repeated_flop",), ("corrupted_flop",),
        )
    )  # fmt: skip
    for k, name in enumerate(names_along(dataset, "job_class")):
        yield (
            name,
            units.work(float(executed[k])),
            units.share(float(repeated[k] / executed[k]) if executed[k] > 0.0 else float("nan"), 2),
            units.share(float(corrupted[k] / credited[k]) if credited[k] > 0.0 else float("nan"), 3),
        )
