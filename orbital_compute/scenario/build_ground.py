"""Terrestrial sites, gateways and the network's delays: from a checked scenario to the model's objects."""

from __future__ import annotations

import math

from ..model.climate import Climate, CosineClimate, read_hourly_climate
from ..model.network import Gateway, NetworkSpec
from ..model.site import BatteryPlant, DeviceGroup, SiteSpec
from ..model.tariff import read_tariff
from . import schema_ground
from .build_space import curve
from .files import resolved
from .load import Scenario

HOUR_S, DAY_S = 3600.0, 86400.0
LITRE_PER_KWH = 3.6e9  # litres a kilowatt-hour in a cubic metre a joule


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


def site(item: schema_ground.Site, scenario: Scenario, warned: list[str]) -> SiteSpec:
    """Return a site. Devices that its own work fills run at full load always: their power joins the constant part."""
    free, own_power_w = [], item.other_power
    for name, gpus in item.gpus.items():
        own = round(gpus.count * item.busy)
        own_power_w += own * gpus.power * item.server_overhead
        idle_fraction, exponent = curve(gpus, f"sites.{item.name}.gpus.{name}", scenario, warned)
        if gpus.count > own:
            free.append(
                DeviceGroup(
                    name=name,
                    count=gpus.count - own,
                    peak_flop_s=gpus.peak,
                    device_power_w=gpus.power,
                    idle_fraction=idle_fraction,
                    exponent=exponent,
                    server_overhead=item.server_overhead,
                )
            )
    battery = None
    if item.battery.capacity > 0.0:
        battery = BatteryPlant(
            capacity_j=item.battery.capacity,
            power_w=item.battery.power,
            charge_efficiency=item.battery.charge_efficiency,
            discharge_efficiency=item.battery.discharge_efficiency,
            reserve=item.battery.reserve,
            taper=item.battery.taper,
            initial_state_of_charge=item.battery.initial_state_of_charge,
        )
    hourly = item.grid.hourly
    return SiteSpec(
        name=item.name,
        latitude_deg=math.degrees(item.latitude),
        longitude_deg=math.degrees(item.longitude),
        devices=tuple(free),
        climate=_climate(item, scenario),
        grid_limit_w=item.grid.limit,
        tariff=None if hourly is None else read_tariff(resolved(scenario, hourly, f"sites.{item.name}.grid.hourly")),
        other_it_power_w=own_power_w,
        pue=item.pue,
        supply_temperature_k=item.supply_temperature,
        turbine_power_w=item.turbines.power,
        battery=battery,
        used_first=item.used == "first",
        uplink_bit_s=item.uplink,
        water_l_per_kwh_cooling=item.water * LITRE_PER_KWH,
    )


def gateways(item: schema_ground.Gateways) -> list[Gateway]:
    """Return the gateways, in the order of the scenario."""
    return [
        Gateway(
            name=name,
            latitude_deg=math.degrees(station.latitude),
            longitude_deg=math.degrees(station.longitude),
            capacity_bit_s=(station.antennas or item.antennas) * item.antenna_rate,
            min_elevation_rad=item.min_elevation,
            availability=item.availability,
        )
        for name, station in item.stations.items()
    ]


def network(item: schema_ground.Network) -> NetworkSpec:
    """Return the delays of the network."""
    return NetworkSpec(
        isl_path_factor=item.orbit_detour,
        hop_delay_s=item.hop_delay,
        hop_length_m=item.hop_length,
        fibre_delay_s_m=item.fibre_delay,
        fibre_factor=item.fibre_detour,
        gateways_per_region=item.gateways_per_region,
        round_trip_bin_s=item.round_trip_bin,
    )
