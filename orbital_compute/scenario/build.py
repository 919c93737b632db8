"""A checked scenario to the model's own objects. Degrees, hours and tokens become what the model takes here, once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import Problem, ScenarioError
from ..model.climate import Climate, CosineClimate, read_hourly_climate
from ..model.clock import Clock
from ..model.constellation import Constellation
from ..model.events import FleetEvent
from ..model.network import Gateway, NetworkSpec
from ..model.power_curve import curve_fault, fit_power_curve
from ..model.satellite_type import ArraySpec, BatterySpec, ComputeSpec, RadiatorSpec, SatelliteType
from ..model.shells import SUN_SYNCHRONOUS, Shell
from ..model.site import BatteryPlant, DeviceGroup, SiteSpec
from ..model.workload import DemandSpec, JobClass, LanguageModel, Region, ServingDevice, Workload
from . import schema_events, schema_ground, schema_space, schema_work
from .files import read_power_curve, resolved
from .load import Scenario
from .step_limit import check_step

HOUR_S, DAY_S, YEAR_S = 3600.0, 86400.0, 31557600.0
BIT_PER_BYTE = 8.0
LITRE_PER_KWH = 3.6e9  # litres a kilowatt-hour in a cubic metre a joule
CURVE_MISS = 0.02  # of full throughput: a fit that is further off than this is warned of
COATING_AGEING = 0.10  # absorptivity gained over life where only the new one is given (C, MODEL §4.1)
TRAINING_FLOP = 6.0  # a parameter and token, forward and back: Kaplan et al., arXiv:2001.08361, table 1


@dataclass(frozen=True)
class Model:
    """All that the window loop needs, in SI; `warnings` are sentences that a reader should see."""

    scenario: Scenario
    clock: Clock
    constellation: Constellation
    satellite_types: dict[str, SatelliteType]
    sites: list[SiteSpec]
    gateways: list[Gateway]
    network: NetworkSpec
    workload: Workload
    events: list[FleetEvent]
    sample_rows: np.ndarray  # int64, ascending
    seed: int
    warnings: list[str]


def build(scenario: Scenario) -> Model:
    """Return the model that a scenario describes.

    Raises
    ------
    ScenarioError
        What only the files and the laid-out fleet can tell: a table that is wrong, a row that is not there.
    """
    clock = _clock(scenario)
    warned: list[str] = []
    types = {name: satellite_type(name, item, scenario, warned) for name, item in scenario.satellite_types.items()}
    check_step(scenario, types)
    constellation = _constellation(scenario, clock, list(types))
    sites = [_site(item, scenario, warned) for item in scenario.sites]
    regions = [_region(name, item) for name, item in scenario.workload.regions.items()]
    peak_flop_s = _peak_flop_s(constellation, types, sites)
    demand = _demand(scenario.workload.demand, peak_flop_s)
    classes = [_job_class(name, item, scenario.workload.models) for name, item in scenario.workload.classes.items()]
    return Model(
        scenario=scenario,
        clock=clock,
        constellation=constellation,
        satellite_types=types,
        sites=sites,
        gateways=_gateways(scenario.gateways),
        network=_network(scenario.network),
        workload=Workload(classes, regions, demand, clock=clock, seed=scenario.seed),
        events=[_event(item, i, clock, constellation) for i, item in enumerate(scenario.events)],
        sample_rows=_sample_rows(scenario.output.sample, constellation.n_satellite),
        seed=scenario.seed,
        warnings=[*constellation.warnings, *warned],
    )


def _clock(scenario: Scenario) -> Clock:
    time = scenario.time
    return Clock(time.start, time.step, time.window, round(time.duration_s / time.step))


def _curve(device: schema_space.Device, name: str, scenario: Scenario, warned: list[str]) -> tuple[float, float]:
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
    idle_fraction, exponent = _curve(compute, f"{name}.compute", scenario, warned)
    end = radiator.absorptivity_end
    return SatelliteType(
        name=name,
        mass_kg=item.mass,
        bus_power_w=item.bus_power,
        age_s=item.age,
        life_s=item.life,
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


def _constellation(scenario: Scenario, clock: Clock, types: list[str]) -> Constellation:
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


def _climate(site: schema_ground.Site, scenario: Scenario) -> Climate:
    climate = site.climate
    if climate.file is not None:
        return read_hourly_climate(resolved(scenario, climate.file, f"sites.{site.name}.climate.file"))
    return CosineClimate(
        mean_k=climate.mean,
        yearly_amplitude_k=climate.yearly_amplitude,
        yearly_peak_day=climate.warmest_day / DAY_S,
        daily_amplitude_k=climate.daily_amplitude,
        daily_peak_hour=climate.warmest_hour / HOUR_S,
    )


def _event(event: schema_events.Event, index: int, clock: Clock, fleet: Constellation) -> FleetEvent:
    """Return an event with its rows, and its times in seconds after the start of the run."""
    where = f"events[{index}]"
    if event.shell is not None:
        if event.shell not in fleet.shell_names:
            cure = f"there are {', '.join(fleet.shell_names[:8])}"
            raise ScenarioError(
                Problem(f"no shell is called '{event.shell}'", f"{where}.shell", event.shell, cure=cure)
            )
        rows = np.flatnonzero(np.asarray(fleet.shell) == fleet.shell_names.index(event.shell))
    else:
        rows = np.array(event.rows, dtype=np.int64)
        if rows[-1] >= fleet.n_satellite:
            limit = f"the fleet has rows 0 to {fleet.n_satellite - 1}"
            what = f"there is no satellite in row {rows[-1]}"
            raise ScenarioError(
                Problem(what, f"{where}.rows", int(rows[-1]), limit=limit, cure="name rows of the fleet")
            )
    return FleetEvent(
        rows=rows.astype(np.int64),
        start_s=(event.start - clock.start).total_seconds(),
        end_s=math.inf if event.end is None else (event.end - clock.start).total_seconds(),
        strings_lost=event.share or 0.0,
        array_pointing=1.0 if event.array_cosine is None else event.array_cosine,
        radiator_sun=event.radiator_cosine or 0.0,
    )


def _site(site: schema_ground.Site, scenario: Scenario, warned: list[str]) -> SiteSpec:
    """Return a site. Devices that its own work fills run at full load always: their power joins the constant part."""
    free, own_power_w = [], site.other_power
    for name, gpus in site.gpus.items():
        own = round(gpus.count * site.busy)
        own_power_w += own * gpus.power * site.server_overhead
        idle_fraction, exponent = _curve(gpus, f"sites.{site.name}.gpus.{name}", scenario, warned)
        if gpus.count > own:
            free.append(
                DeviceGroup(
                    name=name,
                    count=gpus.count - own,
                    peak_flop_s=gpus.peak,
                    device_power_w=gpus.power,
                    idle_fraction=idle_fraction,
                    exponent=exponent,
                    server_overhead=site.server_overhead,
                )
            )
    battery = None
    if site.battery.capacity > 0.0:
        battery = BatteryPlant(
            capacity_j=site.battery.capacity,
            power_w=site.battery.power,
            charge_efficiency=site.battery.charge_efficiency,
            discharge_efficiency=site.battery.discharge_efficiency,
            reserve=site.battery.reserve,
            taper=site.battery.taper,
            initial_state_of_charge=site.battery.initial_state_of_charge,
        )
    return SiteSpec(
        name=site.name,
        latitude_deg=math.degrees(site.latitude),
        longitude_deg=math.degrees(site.longitude),
        devices=tuple(free),
        climate=_climate(site, scenario),
        grid_limit_w=site.grid.limit,
        other_it_power_w=own_power_w,
        pue=site.pue,
        supply_temperature_k=site.supply_temperature,
        turbine_power_w=site.turbines.power,
        battery=battery,
        uplink_bit_s=site.uplink,
        water_l_per_kwh_cooling=site.water * LITRE_PER_KWH,
    )


def _gateways(gateways: schema_ground.Gateways) -> list[Gateway]:
    return [
        Gateway(
            name=name,
            latitude_deg=math.degrees(station.latitude),
            longitude_deg=math.degrees(station.longitude),
            capacity_bit_s=(station.antennas or gateways.antennas) * gateways.antenna_rate,
            min_elevation_rad=gateways.min_elevation,
            availability=gateways.availability,
        )
        for name, station in gateways.stations.items()
    ]


def _network(network: schema_ground.Network) -> NetworkSpec:
    return NetworkSpec(
        isl_path_factor=network.orbit_detour,
        hop_delay_s=network.hop_delay,
        hop_length_m=network.hop_length,
        fibre_delay_s_m=network.fibre_delay,
        fibre_factor=network.fibre_detour,
        gateways_per_region=network.gateways_per_region,
        round_trip_bin_s=network.round_trip_bin,
    )


def _region(name: str, region: schema_work.Region) -> Region:
    return Region(
        name=name,
        latitude_deg=math.degrees(region.latitude),
        longitude_deg=math.degrees(region.longitude),
        population=region.population,
        weight=region.population * region.use,
    )


def _job_class(name: str, job: schema_work.JobClass, models: dict[str, schema_work.LanguageModel]) -> JobClass:
    """Return a class of work. A training request is a piece of a run, forward and back over its tokens."""
    card = models[job.model]
    trains = job.kind == "training"
    tokens = job.tokens_in + job.tokens_out
    model = LanguageModel(
        name=job.model,
        active_parameters=card.active_parameters,
        stored_parameters=card.parameters,
        kv_byte_per_token=card.kv_cache / BIT_PER_BYTE,
        byte_per_parameter=card.parameter_size / BIT_PER_BYTE,
    )
    device = None
    if job.serving is not None and not trains:
        device = ServingDevice(
            peak_flop_s=job.serving.peak,
            memory_byte=job.serving.memory / BIT_PER_BYTE,
            memory_rate_byte_s=job.serving.memory_rate / BIT_PER_BYTE,
            count=job.serving.count,
        )
    return JobClass(
        name=name,
        kind=job.kind,
        model=None if trains else model,
        tokens_in=0.0 if trains else job.tokens_in,
        tokens_out=0.0 if trains else job.tokens_out,
        device=device,
        chunk_flop=TRAINING_FLOP * card.active_parameters * tokens if trains else 0.0,
        model_flop_utilisation=job.mfu,
        bit_per_token=0.0 if trains else job.bits_per_token,
        bit_per_request=job.bits_per_token * tokens if trains else 0.0,
        value_per_flop=job.value,
        rtt_limit_s=_or_inf(job.rtt_limit),
        wait_limit_s=_or_inf(job.wait_limit),
        slo_wait_s=_or_inf(job.slo_wait),
        demand_share=job.share,
        diurnal_amplitude=job.diurnal_amplitude,
        peak_hour=job.peak_hour / HOUR_S,
        noise_variation=job.noise,
    )


def _or_inf(limit: float | None) -> float:
    return math.inf if limit is None else limit


def _demand(demand: schema_work.Demand, peak_flop_s: float) -> DemandSpec:
    if demand.rate is not None:
        return DemandSpec(share_of_capacity=1.0, capacity_flop_s=demand.rate)
    return DemandSpec(share_of_capacity=demand.share, capacity_flop_s=peak_flop_s)


def _peak_flop_s(fleet: Constellation, types: dict[str, SatelliteType], sites: list[SiteSpec]) -> float:
    """Return the rate of all devices of all nodes at full load [FLOP/s]."""
    designs = list(types.values())
    first = designs[0].name
    count = np.bincount(fleet.shell, minlength=len(fleet.shell_names))
    orbit = [
        int(n) * types[name or first].compute.count * types[name or first].compute.peak_flop_s
        for n, name in zip(count, fleet.shell_satellite_type, strict=True)
    ]
    return math.fsum([*orbit, *(site.peak_flop_s for site in sites)])


def _sample_rows(sample: int | list[int], n_satellite: int) -> np.ndarray:
    """Return the rows whose every step is stored: those named, or as many, spread evenly over all rows."""
    if isinstance(sample, list):
        if sample and sample[-1] >= n_satellite:
            limit = f"the fleet has rows 0 to {n_satellite - 1}"
            what = f"there is no satellite in row {sample[-1]}"
            raise ScenarioError(Problem(what, "output.sample", sample[-1], limit=limit, cure="name rows of the fleet"))
        return np.array(sample, np.int64)
    count = min(sample, n_satellite)
    return (2 * np.arange(count, dtype=np.int64) + 1) * n_satellite // (2 * max(count, 1))
