"""The audit of a run: ledgers that close, with what is left over.

Two sorts. The window loop measures some on every satellite, site and queue as it goes and stores the worst of each
window with its place; they are read back here. The others are made anew from the stored numbers alone, so a number
changed after the run shows too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .summary import total

if TYPE_CHECKING:
    import xarray as xr

ENERGY_TOLERANCE = 1e-9  # relative, each satellite and window (MODEL §7.3)
HEAT_TOLERANCE = 1.0  # radiated heat against the law, in units of the integrator's error bound
TOTALS_TOLERANCE = 1e-9  # the same energies and works, added in two orders
ROUNDED_FLOP = 2.0**29  # half a quantum of work: what each satellite and window adds to work by class is rounded so
NUMBERS_AT_ONCE = 1 << 20  # of each sampled series
STORED_ENERGY = 1.0  # J: floor of the scale that a step's residual is set against, for satellites at rest


def ledgers(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return each ledger that the run can make: `relative_residual`, `tolerance`, `closes`, and where it is worst."""
    made = (
        _measured(dataset, "energy", "energy_residual", ENERGY_TOLERANCE, "row"),
        _measured(dataset, "heat", "heat_residual", HEAT_TOLERANCE, "row"),
        _measured(dataset, "work", "work_residual", ENERGY_TOLERANCE, ""),
        _measured(dataset, "flow", "flow_residual", ENERGY_TOLERANCE, ""),
        _requests(dataset),
        _margin(dataset, "temperature", "temperature_margin_k"),
        _margin(dataset, "charge", "charge_margin"),
        _equal_totals(dataset, "work_by_class", ("executed_flop", "site_executed_flop"),
                      ("executed_orbit_flop", "executed_site_flop"), rounded_flop=_rounded_flop(dataset)),
        _equal_totals(dataset, "work_credited", ("executed_orbit_flop", "executed_site_flop"),
                      ("credited_orbit_flop", "credited_site_flop", "repeated_flop")),
        _equal_totals(dataset, "work_by_satellite", ("executed_flop",), ("satellite_executed_flop",)),
        _equal_energies(dataset, "array_by_satellite", "array_power_w", "satellite_array_j"),
        _equal_energies(dataset, "load_by_satellite", "load_power_w", "satellite_load_j"),
        _sample_bus(dataset),
        _sample_battery(dataset),
    )  # fmt: skip
    return {name: ledger for name, ledger in made if ledger is not None}


Ledger = tuple[str, dict[str, Any] | None]


def _ledger(name: str, residual: float, tolerance: float, **facts: Any) -> Ledger:
    closes = bool(abs(residual) <= tolerance)  # NaN does not close
    return name, {"relative_residual": residual, "tolerance": tolerance, "closes": closes, **facts}


def _measured(dataset: xr.Dataset, name: str, variable: str, tolerance: float, place: str) -> Ledger:
    """Return the ledger whose worst residual of each window the run measured."""
    if variable not in dataset:
        return name, None
    values = dataset[variable].values
    worst = int(np.argmax(np.where(np.isnan(values), np.inf, np.abs(values))))
    facts: dict[str, Any] = {"window": worst, "time": str(dataset["time"].values[worst])}
    if place and f"{variable}_{place}" in dataset:
        facts[place] = int(dataset[f"{variable}_{place}"].values[worst])
    return _ledger(name, float(values[worst]), tolerance, **facts)


def _margin(dataset: xr.Dataset, name: str, variable: str) -> Ledger:
    """Return the ledger of a limit: its residual is how far a node went past it, 0 where none did."""
    if variable not in dataset:
        return name, None
    values = dataset[variable].values
    worst = int(np.argmin(np.where(np.isnan(values), -np.inf, values)))
    beyond = max(0.0, -float(values[worst])) if not math.isnan(values[worst]) else math.nan
    facts: dict[str, Any] = {
        "margin": float(values[worst]),
        "window": worst,
        "time": str(dataset["time"].values[worst]),
    }
    row = f"{variable.removesuffix('_k')}_row"
    if row in dataset:
        facts["row"] = int(dataset[row].values[worst])
    return _ledger(name, beyond, 0.0, **facts)


def _requests(dataset: xr.Dataset) -> Ledger:
    """Return the ledger of requests, made anew: in each queue and window, arrived = served + queued + dropped."""
    if "arrived" not in dataset:
        return "requests", None
    arrived, served, dropped, queued = (
        dataset[name].values for name in ("arrived", "served", "dropped", "queued")
    )  # fmt: skip
    left = np.cumsum(arrived - served - dropped, axis=0, dtype=np.int64) - queued
    worst = np.unravel_index(int(np.argmax(np.abs(left))), left.shape)
    measured = max((abs(value) for value in dataset["requests_residual"].values.tolist()), default=0) if (
        "requests_residual" in dataset
    ) else 0  # fmt: skip
    residual = max(abs(int(left[worst])), measured)
    return _ledger(
        "requests", residual, 0,
        arrived=int(arrived.sum(dtype=np.int64)), served=int(served.sum(dtype=np.int64)),
        dropped=int(dropped.sum(dtype=np.int64)), queued_end=int(queued[-1].sum(dtype=np.int64)),
        window=int(worst[0]), job_class=str(dataset["job_class"].values[worst[1]]),
        region=str(dataset["region"].values[worst[2]]),
    )  # fmt: skip


def _difference(one: float, other: float) -> float:
    scale = max(abs(one), abs(other))
    return abs(one - other) / scale if scale else 0.0


def _rounded_flop(dataset: xr.Dataset) -> float:
    """Return the most by which sums in whole quanta of work can differ from sums of the work itself."""
    satellites = int(dataset["shell_satellites"].values.sum()) if "shell_satellites" in dataset else 0
    return ROUNDED_FLOP * satellites * dataset.sizes["time"]


def _equal_totals(
    dataset: xr.Dataset, name: str, left: tuple[str, ...], right: tuple[str, ...], *, rounded_flop: float = 0.0
) -> Ledger:
    if any(all(variable not in dataset for variable in side) for side in (left, right)):
        return name, None
    one = math.fsum(total(dataset, variable) for variable in left)
    other = math.fsum(total(dataset, variable) for variable in right)
    scale = max(abs(one), abs(other))
    tolerance = TOTALS_TOLERANCE + (rounded_flop / scale if scale else 0.0)
    return _ledger(name, _difference(one, other), tolerance, left=one, right=other)


def _equal_energies(dataset: xr.Dataset, name: str, power: str, energy: str) -> Ledger:
    """Return the ledger that sets the windows' mean power of the fleet against the satellites' energies."""
    if power not in dataset or energy not in dataset:
        return name, None
    one, other = float(dataset.attrs["window_s"]) * total(dataset, power), total(dataset, energy)
    return _ledger(name, _difference(one, other), TOTALS_TOLERANCE, left=one, right=other)


def _worst_of_sample(
    dataset: xr.Dataset, name: str, variables: tuple[str, ...], behind: int,
    law: Callable[..., tuple[np.ndarray, np.ndarray]],
) -> Ledger:  # fmt: skip
    """Return the ledger of a law over sampled satellites and steps, read a part at a time: a year's do not fit.

    `law` takes the series, from `behind` steps before the first that it judges, and returns what is left over and the
    scale of it, for each step and satellite.
    """
    full = [f"sample_{variable}" for variable in variables]
    if any(variable not in dataset for variable in full):
        return name, None
    n_step, n_sample = dataset[full[0]].shape
    if n_step <= behind or not n_sample:
        return name, None
    worst, residual, place = -np.inf, math.nan, (0, 0)
    length = max(NUMBERS_AT_ONCE // n_sample, 1)
    for first in range(behind, n_step, length):
        part = slice(first - behind, min(first + length, n_step))
        left, scale = law(*(dataset[variable][part].values for variable in full))
        relative = np.abs(left) / scale
        most = np.where(np.isnan(relative), np.inf, relative)
        step, column = np.unravel_index(int(np.argmax(most)), most.shape)
        if most[step, column] > worst:
            worst, residual, place = most[step, column], float(relative[step, column]), (first + int(step), int(column))
    row = int(dataset["sample_satellite"].values[place[1]])
    return _ledger(name, residual, ENERGY_TOLERANCE, row=row, step=place[0])


def _sample_bus(dataset: xr.Dataset) -> Ledger:
    """Return the ledger of each sampled bus and step: array + discharge = load + charge + curtailed."""

    def law(array_w, discharge_w, load_w, charge_w, curtailed_w):
        given_w = array_w + discharge_w
        return given_w - load_w - charge_w - curtailed_w, np.maximum(given_w, 1.0)

    return _worst_of_sample(
        dataset, "sample_bus", ("array_w", "discharge_w", "load_w", "charge_w", "curtailed_w"), 0, law
    )


def _sample_battery(dataset: xr.Dataset) -> Ledger:
    """Return the ledger of each sampled battery: what it holds changes by charge - discharge - loss over a step."""
    step_s = float(dataset.attrs["step_s"])

    def law(battery_j, charge_w, discharge_w, loss_w):
        left = np.diff(battery_j, axis=0) - step_s * (charge_w - discharge_w - loss_w)[1:]
        return left, np.maximum(battery_j[1:], STORED_ENERGY)

    return _worst_of_sample(dataset, "sample_battery", ("battery_j", "charge_w", "discharge_w", "loss_w"), 1, law)
