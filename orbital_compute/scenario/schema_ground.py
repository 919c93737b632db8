"""What a scenario may say about terrestrial sites, gateways and the network between."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .fields import (
    Count,
    Fraction,
    HourOfDay,
    Latitude,
    Longitude,
    Moment,
    Name,
    PositiveShare,
    Quantity,
    Section,
    Share,
    Temperature,
    Text,
    Word,
    about,
    known,
    wrong,
)
from .schema_space import MODEL, Device, Power

SITE_LAW = "engineering default of the site model (docs/model.md)"


class Gpus(Device):
    """Accelerators of one kind at a site."""

    count: Annotated[int, Count()] = about("how many")


class Climate(Section):
    """Outside temperature as yearly and daily cosines about published normals, or an hourly series."""

    mean: Temperature = about("mean of the year")
    yearly_amplitude: Annotated[float, Quantity("K", "11 K", low="0 K", high="60 K")] = about(
        "half of summer less winter"
    )
    warmest_day: Annotated[float, Quantity("day", "200 day", low="0 day", high="366 day")] = about(
        "days from 1 January to the warmest of the year"
    )
    daily_amplitude: Annotated[float, Quantity("K", "5 K", low="0 K", high="40 K")] = about("half of day less night")
    warmest_hour: HourOfDay = about("local solar time of the warmest hour")
    file: Annotated[str, Text("outside.csv")] | None = known(
        None, "C", SITE_LAW, "CSV of 8760 hours, temperature_k or temperature_c, that replaces the cosines"
    )


class Grid(Section):
    """The connection to the public grid."""

    limit: Power = about("power that may be drawn")
    hourly: Annotated[str, Text("grid.csv")] | None = known(
        None, "C", SITE_LAW, "CSV of 8760 hours, usd_per_kwh, kg_per_kwh or both, in place of those of economics"
    )


class Turbines(Section):
    """Power plant on the site."""

    power: Power = known("0 MW", "C", SITE_LAW, "power that may be drawn; 0 is off")


class SiteBattery(Section):
    """The battery plant of a site."""

    capacity: Annotated[float, Quantity("MWh", "811 MWh", low="0 MWh")] = about("energy from full to empty")
    power: Power = about("greatest charging and discharging power")
    charge_efficiency: PositiveShare = known(0.96, "C", MODEL, "of charging")
    discharge_efficiency: PositiveShare = known(0.96, "C", MODEL, "of discharging")
    reserve: Annotated[float, Fraction(high=0.95)] = known(0.10, "C", SITE_LAW, "below it the plant gives nothing")
    taper: PositiveShare = known(0.10, "C", MODEL, "charging falls linearly over this last share of the capacity")
    initial_state_of_charge: Share = known(1.0, "C", SITE_LAW, "at the start of the run")


class SiteLimit(Section):
    """What a site has from a date on, until a later date says otherwise; what is not named stays as it was."""

    start: Moment = about("from when")
    power: Power | None = known(None, "C", SITE_LAW, "that the grid has for the site")
    interconnection: Power | None = known(None, "C", SITE_LAW, "that the line to the grid carries")
    water: Annotated[float, Quantity("m3/day", "5000 m3/day", low="0 m3/day")] | None = known(
        None, "C", SITE_LAW, "that cooling may evaporate"
    )
    land: PositiveShare | None = known(None, "C", SITE_LAW, "share of the accelerators that have a hall to stand in")

    @model_validator(mode="after")
    def _any(self) -> SiteLimit:
        if all(getattr(self, name) is None for name in ("power", "interconnection", "water", "land")):
            raise wrong("nothing is limited", cure="give power, interconnection, water or land")
        return self


class Site(Section):
    """A terrestrial centre."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    name: Name = about("name in tables and figures")
    latitude: Latitude = about("north positive")
    longitude: Longitude = about("east positive")
    gpus: Annotated[dict[Name, Gpus], Field(min_length=1)] = about("accelerators by device: a count, or a map")
    server_overhead: Annotated[float, Fraction(low=1.0, high=3.0)] = known(
        1.25, "C", MODEL, "power of the servers over power of their devices"
    )
    other_power: Power = known("0 MW", "C", SITE_LAW, "network, storage and headroom: drawn always")
    used: Annotated[str, Word(("first", "last"))] = known(
        "last",
        "C",
        SITE_LAW,
        "before or after satellites, where either could do the work: first where it is paid anyway",
    )
    busy: Share = known(0.0, "C", SITE_LAW, "share of the accelerators that the site's own work fills, always")
    pue: Annotated[float, Fraction(low=1.05, high=3.0, why="which no plant of this kind reaches")] = known(
        1.2,
        "B",
        "arXiv:2511.19468",
        "power of the site over power of IT, over a year at full load",
        low="1.09",
        high="1.4",
    )
    supply_temperature: Temperature = known("298 K", "C", SITE_LAW, "of the cooling water")
    water: Annotated[float, Quantity("l/kWh", "1.8 l/kWh", low="0 l/kWh")] = known(
        "1.8 l/kWh", "C", SITE_LAW, "evaporated for each unit of cooling energy", low="0 l/kWh", high="3 l/kWh"
    )
    climate: Climate
    grid: Grid
    limits: Annotated[list[SiteLimit], Field(max_length=1000)] = known(
        [], "C", SITE_LAW, "dated limits of power, interconnection, cooling water and land"
    )
    turbines: Turbines = known({}, "C", SITE_LAW, "power plant on the site")
    battery: SiteBattery
    uplink: Annotated[float, Quantity("Tbit/s", "3.2 Tbit/s", above="0 bit/s")] = about(
        "capacity to the public network"
    )


class Station(Section):
    """A place where a satellite's beam comes down."""

    latitude: Latitude = about("north positive")
    longitude: Longitude = about("east positive")
    antennas: Annotated[int, Count()] | None = known(None, "C", MODEL, "if not as many as the others")


class Gateways(Section):
    """Gateways between orbit and the public network."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    antennas: Annotated[int, Count()] = about("antennas at each gateway, one satellite link each")
    antenna_rate: Annotated[float, Quantity("Gbit/s", "20 Gbit/s", above="0 bit/s")] = about("of one antenna")
    availability: PositiveShare = about("share of the capacity that weather and repair leave")
    min_elevation: Annotated[float, Quantity("deg", "25 deg", low="0 deg", high="89 deg")] = about(
        "of a satellite that is reached directly"
    )
    stations: Annotated[dict[Name, Station], Field(min_length=1, max_length=200)] = about("gateways by name")


class Network(Section):
    """Delays between satellites, gateways, sites and users."""

    fibre_delay: Annotated[float, Quantity("us/km", "4.9 us/km", low="3.3 us/km")] = known(
        "4.9 us/km", "C", MODEL, "of light in glass, one way"
    )
    fibre_detour: Annotated[float, Fraction(low=1.0, high=5.0)] = known(
        1.3, "C", MODEL, "length of a fibre route over the great circle"
    )
    orbit_detour: Annotated[float, Fraction(low=1.0, high=5.0)] = known(
        1.3, "C", MODEL, "length of a laser path over the great circle at shell height"
    )
    hop_length: Annotated[float, Quantity("km", "2000 km", above="0 km")] = known(
        "2000 km", "C", MODEL, "of one laser hop"
    )
    hop_delay: Annotated[float, Quantity("us", "50 us", low="0 us")] = known("50 us", "C", MODEL, "in each satellite")
    gateways_per_region: Annotated[int, Count(high=16)] = known(
        2, "C", MODEL, "nearest gateways that serve a region's classes with a round-trip limit"
    )
    round_trip_bin: Annotated[float, Quantity("ms", "2 ms", low="0 ms", high="1 s")] = known(
        "2 ms", "C", MODEL, "limits of one gateway this near count as the tightest of them; 0 ms is exact"
    )
