"""Terrestrial sites, gateways and the network's delays: from a checked scenario to the model's objects."""

from __future__ import annotations

import math

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..model.climate import Climate, CosineClimate, read_hourly_climate
from ..model.ground_links import GroundSpec
from ..model.laser_spec import LaserSpec
from ..model.link_budget import LaserDownlink, LaserTerminal, RadioLink
from ..model.network import Gateway, NetworkSpec
from ..model.site import BatteryPlant, DeviceGroup, SiteSpec
from ..model.tariff import read_tariff
from ..model.topology import PlusGrid
from ..model.weather import DRAWN, Weather
from . import schema_ground
from .build_space import curve
from .files import resolved
from .load import Scenario

HOUR_S, DAY_S = 3600.0, 86400.0
MM_H = 3.6e6  # millimetres an hour in a metre a second
LEAST_RAIN_RAD = math.radians(5.0)  # elevation from which the law of rain holds
BIT_PER_BYTE = 8.0
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
                    memory_byte=gpus.memory / BIT_PER_BYTE,
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


def gateways(
    item: schema_ground.Gateways, seed: int, semi_major_axis_m: np.ndarray
) -> tuple[list[Gateway], GroundSpec]:
    """Return the gateways, in the order of the scenario, and how they link to satellites of these orbits.

    Nominal rates are those of a link to the lowest satellite overhead.
    """
    link = ground_link(item.link)
    stations = list(item.stations.values())
    shares = [_open_share(link, item, station, float(semi_major_axis_m.mean())) for station in stations]
    lowest_m = float(semi_major_axis_m.min()) - EARTH_RADIUS_M
    rate_bit_s = item.antenna_rate if link is None else float(link.rate_bit_s(lowest_m))
    optical = item.link.optical if item.link is not None else None
    radio = item.link.radio if item.link is not None else None
    kept, own = 1.0 if optical is None else optical.uptime, optical or radio
    drawn = item.weather == DRAWN
    acquisition_s = item.acquisition if item.acquisition is not None else own.acquisition if own is not None else 0.0
    spec = GroundSpec(
        antennas=tuple(station.antennas or item.antennas for station in stations),
        most_bit_s=rate_bit_s,
        link=link,
        acquisition_s=acquisition_s,
        choice=item.choice,
        interval_s=item.choice_interval,
        weather=item.weather,
        sky=Weather(
            open_share=tuple(shares),
            latitude_deg=tuple(math.degrees(station.latitude) for station in stations),
            longitude_deg=tuple(math.degrees(station.longitude) for station in stations),
            length_m=item.correlation_length,
            persistence_s=item.persistence,
            seed=seed,
        ),
    )
    made = [
        Gateway(
            name=name,
            latitude_deg=math.degrees(station.latitude),
            longitude_deg=math.degrees(station.longitude),
            capacity_bit_s=(station.antennas or item.antennas) * rate_bit_s,
            min_elevation_rad=item.min_elevation or 0.0,
            availability=kept if drawn else kept * share,
            max_range_m=item.max_ground_range,
            antenna_bit_s=rate_bit_s,
        )
        for (name, station), share in zip(item.stations.items(), shares, strict=True)
    ]
    return made, spec


def ground_link(item: schema_ground.GatewayLink | None) -> RadioLink | LaserDownlink | None:
    """Return the budget of the gateways' links, None without one."""
    if item is None:
        return None
    if item.radio is not None:
        radio = item.radio
        return RadioLink(
            frequency_hz=radio.frequency,
            bandwidth_hz=radio.bandwidth,
            eirp_dbw=radio.eirp_dbw,
            g_over_t_db_k=radio.g_over_t_db_k,
            gap_db=radio.gap_db,
            most_bit_s_hz=radio.bits_per_hertz,
            loss_db=radio.loss_db,
        )
    assert item.optical is not None  # the schema sees to it
    optical = item.optical
    terminal = LaserTerminal(
        power_w=optical.power,
        diameter_m=optical.aperture,
        wavelength_m=optical.wavelength,
        efficiency=optical.efficiency,
        loss_db=optical.loss_db,
        modulation=optical.modulation,
        cap_bit_s=optical.cap,
        acquisition_s=optical.acquisition,
        uptime=optical.uptime,
    )
    return LaserDownlink(terminal, optical.telescope, optical.air_db, optical.clear)


def _open_share(link, item: schema_ground.Gateways, station: schema_ground.Station, orbit_m: float) -> float:
    """Return the share of time in which weather leaves a gateway open."""
    if isinstance(link, LaserDownlink):
        return link.clear_share if station.clear is None else station.clear
    if link is None or station.rain_rate is None:
        return item.availability
    return _dry_share(link, item, station, orbit_m)


def _dry_share(link: RadioLink, item: schema_ground.Gateways, station: schema_ground.Station, orbit_m: float) -> float:
    """Return the share of the year in which rain leaves the rate that a link has in clear sky at its lowest.

    Of a satellite of mean height at the edge of view, 5° up at least, where the law of rain ends.
    """
    assert station.rain_rate is not None  # the caller sees to it
    ground_m = EARTH_RADIUS_M
    elevation_rad = max(item.min_elevation or 0.0, LEAST_RAIN_RAD)
    if item.max_ground_range is not None:
        range_m = item.max_ground_range
        sine = (orbit_m**2 - ground_m**2 - range_m**2) / (2.0 * ground_m * range_m)
        elevation_rad = max(math.asin(min(max(sine, 0.0), 1.0)), LEAST_RAIN_RAD)
    rise_m = ground_m * math.sin(elevation_rad)
    range_m = math.sqrt(orbit_m**2 - ground_m**2 + rise_m**2) - rise_m
    clear_bit_s, latitude_deg = float(link.rate_bit_s(range_m)), math.degrees(station.latitude)
    share = link.availability(
        range_m, elevation_rad, latitude_deg, station.rain_rate * MM_H, clear_bit_s, station.height
    )
    return float(share)


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
        lasers=None if item.lasers is None else lasers(item.lasers),
    )


def lasers(item: schema_ground.Lasers) -> LaserSpec:
    """Return the lasers between satellites: at a rate that is given, or as far as a terminal's light carries it."""
    grid = PlusGrid(
        cross=item.cross,
        clearance_m=item.clearance,
        longest_m=math.inf if item.longest is None else item.longest,
        slew_limit_deg_s=math.degrees(item.slew_limit),
        acquisition_s=item.acquisition,
        terminals=item.terminals,
        express_slots=tuple(item.express),
    )
    if item.rate is not None:
        return LaserSpec(
            grid=grid, cap_bit_s=item.rate, availability=item.availability, cells=item.cells, refresh_s=item.refresh
        )
    terminal = LaserTerminal(
        power_w=item.terminal.power,
        diameter_m=item.terminal.aperture,
        wavelength_m=item.terminal.wavelength,
        modulation=item.terminal.modulation,
        cap_bit_s=item.terminal.rate,
        acquisition_s=item.acquisition,
        uptime=item.availability,
    )
    return LaserSpec.of_terminal(terminal, grid=grid, cells=item.cells, refresh_s=item.refresh)
