"""Power and heat of one satellite as its engineer sees them: means of a revolution, the worst eclipse, the margins.

All figures come from the steps that a run stored of the satellite, over whole revolutions; the first one, in which
temperatures settle, is left out where the run has more than one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from ..kernels.records import Hardware
from ..model.fleet import hardware_row
from ..scenario.build_space import satellite_type
from ..scenario.load import load_scenario

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results
    from ..scenario.schema_space import Satellite

NEARLY = 0.995  # of a limit: at it
HALF_LIT = 0.5  # a step with less light than this belongs to an eclipse
WORK, HEAT, PEAK, FLOOR, ENERGY, DEPTH, DISCHARGE, CHARGE = (
    "work assigned", "heat", "full load of the accelerators", "battery floor", "energy of a revolution",
    "design depth of the battery", "discharging rate", "charging rate",
)  # fmt: skip


@dataclass(frozen=True)
class Eclipse:
    """The longest eclipse of the revolutions; all zero where there is none."""

    dark_s: float
    load_w: float  # mean
    drawn_j: float  # at the bus
    depth: float  # of the capacity, from its beginning to the lowest charge in it
    coldest_cell_k: float


@dataclass(frozen=True)
class Margin:
    """A limit, the value that came nearest to it, and what is left, over the limit (chips: in kelvin)."""

    value: float
    limit: float
    left: float


@dataclass(frozen=True)
class Budget:
    """The budget of one satellite. Powers [W] are means over the revolutions and add up; temperatures are extremes.

    power: array and battery_out feed compute, pump, bus, battery_in and curtailed. heat: load, battery_loss,
    conditioning and environment leave as radiated, or stay as stored. margins by name: charge, chip, charging,
    discharging, radiator. binding: what holds compute down in light and in the dark, each with its share of the time.
    """

    revolutions: int
    sunlit: float
    power: dict[str, float]
    heat: dict[str, float]
    temperature: dict[str, tuple[float, float]]
    eclipse: Eclipse
    margins: dict[str, Margin]
    binding_in_light: dict[str, float]
    binding_in_dark: dict[str, float]
    safe_s: float
    executed_flop_s: float

    @property
    def power_residual_w(self) -> float:
        """What the power budget leaves open [W]."""
        p = self.power
        return p["array"] + p["battery_out"] - sum(p[name] for name in ("compute", "pump", "bus")) - (
            p["battery_in"] + p["curtailed"]
        )  # fmt: skip

    @property
    def heat_residual_w(self) -> float:
        """What the heat budget leaves open [W]: the integrator's own error."""
        h = self.heat
        taken = sum(h[name] for name in ("load", "battery_loss", "conditioning", "environment"))
        return taken - h["radiated"] - h["stored"]


def design_of(results: Results, sample: int) -> Satellite:
    """Return the design of a sampled satellite as the scenario has it."""
    scenario = load_scenario(results.manifest["scenario"])
    types, dataset = scenario.satellite_types, results.dataset
    row = int(dataset["sample_satellite"].values[sample])
    name = str(dataset["shell_satellite_type"].values[int(dataset["satellite_shell"].values[row])])
    return types.get(name) or next(iter(types.values()))


def hardware_of(results: Results, sample: int) -> Hardware:
    """Return the constants that a sampled satellite was marched with, its power curve left out.

    Of a run with health they are those of the end: a new satellite with what age and failures have left of it.
    """
    item, dataset = design_of(results, sample), results.dataset
    plain = item.model_copy(update={"compute": item.compute.model_copy(update={"power_curve": None})})
    spec = satellite_type("design", plain, load_scenario(results.manifest["scenario"]), [])
    step_s = float(dataset.attrs["step_s"])
    if "radiator_absorptivity" not in dataset:
        return hardware_row(spec, step_s)
    row = int(dataset["sample_satellite"].values[sample])
    compute, array, battery = (
        float(dataset[f"satellite_{part}_left"].values[row]) for part in ("compute", "array", "battery")
    )
    absorptivity = float(dataset["radiator_absorptivity"].values[-1, int(dataset["satellite_shell"].values[row])])
    new = hardware_row(replace(spec, age_s=0.0), step_s)
    return new._replace(
        watt_per_beam=new.watt_per_beam * array,
        capacity_j=new.capacity_j * battery,
        floor_j=new.floor_j * battery,
        design_floor_j=new.design_floor_j * battery,
        charge_limit_w=new.charge_limit_w * battery,
        discharge_limit_w=new.discharge_limit_w * battery,
        solar_m2=absorptivity * item.radiator.area,
        full_w=new.full_w * compute,
        idle_w=new.idle_w * compute,
        span_w=new.span_w * compute,
        peak_flop_s=new.peak_flop_s * compute,
        chip_k_w=new.chip_k_w / compute if compute > 0.0 else 0.0,
    )


def period_s(dataset: xr.Dataset, sample: int) -> float:
    """Return the time of a revolution of a sampled satellite [s], Kepler's at its shell's mean radius: to 0.2 %."""
    shell = int(dataset["satellite_shell"].values[int(dataset["sample_satellite"].values[sample])])
    radius_m = EARTH_RADIUS_M + float(dataset["shell_altitude_m"].values[shell])
    return 2.0 * math.pi * math.sqrt(radius_m**3 / EARTH_MU_M3_S2)


def whole_revolutions(n_step: int, steps_per_revolution: float) -> tuple[int, int]:
    """Return (first step, revolutions) of the last whole revolutions of a run, without the first where there are more.

    A run of less than one revolution counts from its first step, as none.
    """
    n = int(n_step / steps_per_revolution)
    if n == 0:
        return 0, 0
    kept = max(n - 1, 1)
    return n_step - round(kept * steps_per_revolution), kept


def budget(results: Results, sample: int = 0) -> Budget:
    """Return the budget of a sampled satellite.

    Parameters
    ----------
    results : Results
        Of a run that stored the satellite's steps.
    sample : int
        Its number in the sample.
    """
    dataset, hardware = results.dataset, hardware_of(results, sample)
    step_s = float(dataset.attrs["step_s"])
    n_step = dataset.sizes["sample_time"]
    first, revolutions = whole_revolutions(n_step, period_s(dataset, sample) / step_s)
    series = {
        str(name).removeprefix("sample_"): values.values[first:, sample]
        for name, values in dataset.data_vars.items()
        if values.dims == ("sample_time", "sample")
    }
    before = max(first - 1, 0)
    start = {name: float(dataset[f"sample_{name}"].values[before, sample]) for name in ("fluid_k", "battery_j")}
    dark = series["sunlit"] < HALF_LIT
    in_light, in_dark = binding(series, hardware, dark)
    starved = series["bus_w"] + series["pump_w"] < (hardware.pump - 1.0) * series["compute_w"] + (
        hardware.pump * hardware.bus_w * (1.0 - 1e-9)
    )
    return Budget(
        revolutions=revolutions,
        sunlit=mean(series["sunlit"]),
        power={
            "array": mean(series["array_w"]),
            "battery_out": mean(series["discharge_w"]),
            "compute": mean(series["compute_w"]),
            "pump": mean(series["pump_w"]),
            "bus": mean(series["bus_w"]),
            "battery_in": mean(series["charge_w"]),
            "curtailed": mean(series["curtailed_w"]),
        },
        heat={
            "load": mean(series["load_w"]),
            "battery_loss": mean(series["loss_w"]),
            "conditioning": mean(series["conditioning_w"]),
            "environment": mean(series["sink_w"]),
            "radiated": mean(series["radiated_w"]),
            "stored": hardware.capacity_j_k * (series["fluid_k"][-1] - start["fluid_k"]) / (dark.size * step_s),
        },
        temperature={
            name: (float(series[f"{name}_k"].min()), float(series[f"{name}_k"].max()))
            for name in ("fluid", "chip", "cell")
        },
        eclipse=worst_eclipse(series, dark, hardware, step_s, start["battery_j"]),
        margins=margins(series, hardware),
        binding_in_light=in_light,
        binding_in_dark=in_dark,
        safe_s=float(starved.sum()) * step_s,
        executed_flop_s=mean(series["executed_flop"]) / step_s,
    )


def mean(values: np.ndarray) -> float:
    """Return the correctly rounded mean."""
    return math.fsum(values.tolist()) / values.size


def spells(dark: np.ndarray) -> list[tuple[int, int]]:
    """Return the runs of dark steps as (first, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dark, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def worst_eclipse(
    series: dict[str, np.ndarray], dark: np.ndarray, hardware: Hardware, step_s: float, battery_j: float
) -> Eclipse:
    """Return the longest eclipse; battery_j is the energy held before the first step."""
    found = spells(dark)
    if not found:
        return Eclipse(0.0, 0.0, 0.0, 0.0, math.nan)
    first, end = max(found, key=lambda spell: spell[1] - spell[0])
    held_j = series["battery_j"][first - 1] if first else battery_j
    # the steps at the edges are lit in part: their dark part counts too
    around = slice(max(first - 1, 0), end + 1)
    return Eclipse(
        dark_s=float((1.0 - series["sunlit"][around]).sum()) * step_s,
        load_w=mean(series["load_w"][first:end]),
        drawn_j=float(series["discharge_w"][around].sum()) * step_s,
        depth=float(held_j - series["battery_j"][first:end].min()) / hardware.capacity_j,
        coldest_cell_k=float(series["cell_k"][first:end].min()),
    )


def margins(series: dict[str, np.ndarray], hardware: Hardware) -> dict[str, Margin]:
    """Return the margin to each limit. The radiator's is what it could reject with the chips at their limit.

    Rejected and possible heat are compared where they come nearest; rates at the bus, against the battery's limits.
    """
    h = hardware
    charge, floor = float(series["battery_j"].min()) / h.capacity_j, h.floor_j / h.capacity_j
    chip_k = float(series["chip_k"].max())
    possible_w = h.emission_w_k4 * (h.chip_limit_k + h.lift_k - h.chip_k_w * series["compute_w"]) ** 4
    emitted_w = h.emission_w_k4 * series["fluid_k"] ** 4
    k = int((possible_w / emitted_w).argmin())
    into_w, out_w = float(series["charge_w"].max()), float(series["discharge_w"].max())
    return {
        "charge": Margin(charge, floor, charge - floor),
        "chip": Margin(chip_k, h.chip_limit_k, h.chip_limit_k - chip_k),
        "charging": Margin(into_w, h.charge_limit_w, 1.0 - into_w / h.charge_limit_w),
        "discharging": Margin(out_w, h.discharge_limit_w, 1.0 - out_w / h.discharge_limit_w),
        "radiator": Margin(float(emitted_w[k]), float(possible_w[k]), 1.0 - float(emitted_w[k] / possible_w[k])),
    }


def binding(
    series: dict[str, np.ndarray], hardware: Hardware, dark: np.ndarray
) -> tuple[dict[str, float], dict[str, float]]:
    """Return what holds compute down, with its share of the steps in light and in the dark, most frequent first.

    In this order: work that fell short of the plan, heat, the accelerators' own full load, load shed at the battery's
    floor; what is left is energy: a rate of the battery, its design depth, or what a revolution brings.
    """
    h = hardware
    compute, wanted = series["compute_w"], series["wanted_w"]
    shed = compute < wanted * (1.0 - 1e-6)
    idle = (wanted < NEARLY * series["plan_w"]) & ~shed
    hot = series["throttled"] > 0.5
    full = compute >= NEARLY * h.full_w
    held = np.select([idle, hot, full, shed], [WORK, HEAT, PEAK, FLOOR], ENERGY)
    held = np.where((held == ENERGY) & dark, energy_limit(series, h, dark), held)
    return shares(held[~dark]), shares(held[dark])


def energy_limit(series: dict[str, np.ndarray], hardware: Hardware, dark: np.ndarray) -> str:
    """Return which limit of the battery holds energy back from the dark; that of a revolution where none does."""
    h = hardware
    if float(series["discharge_w"].max()) >= NEARLY * h.discharge_limit_w:
        return DISCHARGE
    if float(series["battery_j"].min()) <= h.design_floor_j + 0.02 * h.capacity_j:
        return DEPTH
    lit = ~dark & (series["battery_j"] < NEARLY * h.capacity_j)
    at_rate = series["charge_w"] >= NEARLY * h.charge_limit_w
    return CHARGE if lit.any() and float(at_rate[lit].mean()) > 0.5 else ENERGY


def shares(names: np.ndarray) -> dict[str, float]:
    """Return each name with its share of the steps, most frequent first."""
    found, count = np.unique(names, return_counts=True)
    order = np.argsort(-count, kind="stable")
    return {str(found[i]): float(count[i]) / names.size for i in order}
