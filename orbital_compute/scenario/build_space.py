"""Satellites, their orbits and what befalls them: from a checked scenario to the model's objects."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from ..errors import Problem, ScenarioError
from ..model.clock import Clock
from ..model.constellation import Constellation
from ..model.power_curve import curve_fault, fit_power_curve
from ..model.satellite_type import ArraySpec, BatterySpec, ComputeSpec, RadiatorSpec, SatelliteType
from ..model.shells import SUN_SYNCHRONOUS, Shell
from . import schema_space
from .files import read_power_curve, resolved
from .load import Scenario

HOUR_S, YEAR_S = 3600.0, 31557600.0
BIT_PER_BYTE = 8.0
CURVE_MISS = 0.02  # of full throughput: a fit that is further off than this is warned of
COATING_AGEING = 0.10  # absorptivity gained over life where only the new one is given (C, MODEL §4.1)


def curve(device: schema_space.Device, name: str, scenario: Scenario, warned: list[str]) -> tuple[float, float]:
    """Return (idle fraction, exponent) of a device: as given, or fitted to its measured curve."""
    pairs = device.power_curve
    if pairs is None:
        return device.idle_fraction, device.exponent
    where = f"{name}.power_curve"
    if isinstance(pairs, str):
        pairs = read_power_curve(resolved(scenario, pairs, where))
        fault = curve_fault(pairs)
        if fault:
            raise ScenarioError(Problem(fault, where, device.power_curve, cure="mend the file"))
    fit = fit_power_curve(pairs)
    if fit.error > CURVE_MISS:
        warned.append(
            f"{where}: the law of power misses the measured curve by up to {100 * fit.error:.1f} % of full throughput "
            f"(idle fraction {fit.idle_fraction:.3f}, exponent {fit.exponent:.2f})"
        )
    return fit.idle_fraction, fit.exponent


def satellite_type(name: str, item: schema_space.Satellite, scenario: Scenario, warned: list[str]) -> SatelliteType:
    """Return a design of satellite; what a reader should know of it goes to `warned`."""
    array, battery, radiator, compute = item.array, item.battery, item.radiator, item.compute
    idle_fraction, exponent = curve(compute, f"{name}.compute", scenario, warned)
    end = radiator.absorptivity_end
    return SatelliteType(
        name=name,
        mass_kg=item.mass,
        bus_power_w=item.bus_power,
        age_s=item.age,
        life_s=item.life,
        terminal_bit_s=math.inf if item.terminal.rate is None else item.terminal.rate,
        array=ArraySpec(
            area_m2=array.area,
            efficiency=array.efficiency,
            temperature_coefficient_per_k=array.temperature_coefficient,
            packing=array.packing,
            tracker_efficiency=array.tracker_efficiency,
            conditioning_efficiency=array.conditioning_efficiency,
            harness_efficiency=array.harness_efficiency,
            degradation_per_year=array.degradation * YEAR_S,
            absorptivity=array.absorptivity,
            emissivity=array.emissivity,
            heat_capacity_j_m2_k=array.heat_capacity,
            pointing=array.pointing,
        ),
        battery=BatterySpec(
            capacity_j=battery.capacity,
            depth_design=battery.depth_design,
            depth_limit=battery.depth_limit,
            charge_rate_per_s=battery.charge_rate,
            discharge_rate_per_s=battery.discharge_rate,
            charge_efficiency=battery.charge_efficiency,
            discharge_efficiency=battery.discharge_efficiency,
            taper=battery.taper,
            initial_state_of_charge=battery.initial_state_of_charge,
            calendar_fade=battery.calendar_fade,
            cycle_fade=battery.cycle_fade,
        ),
        radiator=RadiatorSpec(
            area_m2=radiator.area,
            emissivity=radiator.emissivity,
            solar_absorptivity=radiator.solar_absorptivity,
            absorptivity_end=min(radiator.solar_absorptivity + COATING_AGEING, 1.0) if end is None else end,
            fin_efficiency=radiator.fin_efficiency,
            blocked_fraction=radiator.blocked_fraction,
            pointing=radiator.pointing,
            sun_leak=radiator.sun_leak,
            heat_capacity_j_k=radiator.heat_capacity,
            pump_fraction=radiator.pump_fraction,
            initial_temperature_k=radiator.initial_temperature,
            heat_pump_lift_k=0.0 if radiator.heat_pump is None else radiator.heat_pump.lift,
        ),
        compute=ComputeSpec(
            device=compute.device,
            count=compute.count,
            peak_flop_s=compute.peak,
            device_power_w=compute.power,
            server_overhead=compute.server_overhead,
            idle_fraction=idle_fraction,
            exponent=exponent,
            chip_resistance_k_w=compute.chip_resistance,
            chip_limit_k=compute.chip_limit,
            memory_byte=compute.memory / BIT_PER_BYTE,
            memory_rate_byte_s=compute.memory_rate / BIT_PER_BYTE,
        ),
    )


def constellation(scenario: Scenario, clock: Clock, types: list[str]) -> Constellation:
    """Return the satellites on their orbits, held to numerical arcs where the scenario says so."""
    laid = _laid_out(scenario, clock, types)
    return laid.calibrated() if scenario.constellation.rates == "calibrated" else laid


def _laid_out(scenario: Scenario, clock: Clock, types: list[str]) -> Constellation:
    item = scenario.constellation
    if item.preset is not None:
        variant = item.variant or "as_filed"
        return Constellation.preset(item.preset, epoch=clock.start, satellites=item.satellites, variant=variant)
    if item.element_sets is not None:
        path = resolved(scenario, item.element_sets, "constellation.element_sets")
        return Constellation.from_element_sets(path, start=clock.start, span_s=clock.duration_s)
    if item.elements is not None:
        path = resolved(scenario, item.elements.file, "constellation.elements.file")
        return _typed(Constellation.from_elements(path, epoch=clock.start), item.elements.satellite, types, path)
    shells = item.shells if item.shells is not None else [item.walker]
    laid = [_shell(shell, i) for i, shell in enumerate(shells) if shell is not None]
    return Constellation.shells(laid, epoch=clock.start)


def _typed(fleet: Constellation, default: str | None, types: list[str], path: Path) -> Constellation:
    """Return a fleet from a table with every shell's type of satellite known."""
    chosen = [name or default for name in fleet.shell_satellite_type]
    unknown = sorted({name for name in chosen if name is not None and name not in types})
    if unknown:
        cure = f"the scenario has {', '.join(types)}"
        raise ScenarioError(
            Problem(f"no satellite is called {unknown[0]}", "satellite_type", source=str(path), cure=cure)
        )
    return replace(fleet, shell_satellite_type=chosen)


def _shell(shell: schema_space.Shell, index: int) -> Shell:
    first_s = shell.local_time_ascending_node
    spread_h = math.degrees(shell.raan_spread) / 15.0
    hours: tuple[float, ...] = ()
    if first_s is not None:
        hours = tuple((first_s / HOUR_S + spread_h * j / shell.planes) % 24.0 for j in range(shell.planes))
    return Shell(
        name=shell.name or f"shell_{index}",
        altitude_m=shell.altitude,
        inclination_deg=SUN_SYNCHRONOUS if shell.inclination is None else math.degrees(shell.inclination),
        n_plane=shell.planes,
        n_per_plane=shell.per_plane,
        raan_deg=math.degrees(shell.raan0 or 0.0),
        raan_spread_deg=math.degrees(shell.raan_spread),
        ltan_h=hours,
        phasing=shell.phasing,
        spacing_m=shell.in_plane_spacing,
        eccentricity=shell.eccentricity,
        arg_perigee_deg=math.degrees(shell.argument_of_perigee),
        satellite_type=shell.satellite,
    )
