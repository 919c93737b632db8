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
    OrNone,
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

Decibel = Annotated[float, Fraction(low=-100.0, high=200.0)]
Loss = Annotated[float, Fraction(low=0.0, high=60.0)]
Length = Annotated[float, Quantity("cm", "10 cm", low="1 mm", high="20 m")]
Acquisition = Annotated[float, Quantity("s", "60 s", low="0 s", high="1 h")]
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


class RadioBudget(Section):
    """Budget of a radio link between a satellite and one antenna. Decibels are bare numbers."""

    frequency: Annotated[
        float, Quantity("GHz", "29 GHz", low="1 GHz", high="55 GHz", high_why="where the law of rain ends")
    ] = known("29 GHz", "C", MODEL, "of the carrier")
    bandwidth: Annotated[float, Quantity("GHz", "4 GHz", above="0 Hz")] = known(
        "4 GHz", "C", MODEL, "all channels and polarisations together"
    )
    eirp_dbw: Decibel = known(70.0, "C", MODEL, "power times gain of the transmitter")
    g_over_t_db_k: Decibel = known(12.0, "C", MODEL, "gain over noise temperature of the receiver")
    gap_db: Loss = known(2.0, "C", MODEL, "to Shannon's bound")
    bits_per_hertz: Annotated[float, Fraction(above=0.0, high=20.0)] = known(
        5.0, "C", MODEL, "of the finest modulation [bit/s/Hz]"
    )
    loss_db: Loss = known(2.0, "C", MODEL, "gases, clouds, scintillation and pointing")
    acquisition: Acquisition = known("2 s", "C", MODEL, "from the choice of a satellite to the first bit")


class OpticalBudget(Section):
    """Budget of a laser link between a satellite and one telescope. Decibels are bare numbers."""

    power: Power = known("5 W", "B", "arXiv:2511.19468", "of the light")
    aperture: Length = known("10 cm", "B", "arXiv:2511.19468", "diameter on the satellite")
    telescope: Length = known("40 cm", "C", MODEL, "diameter on the ground")
    wavelength: Annotated[float, Quantity("nm", "1550 nm", low="400 nm", high="12 um")] = known(
        "1550 nm", "B", "arXiv:2511.19468", "of the light"
    )
    efficiency: PositiveShare = known(0.788, "B", "arXiv:2511.19468", "of an aperture's gain")
    loss_db: Loss = known(3.0, "B", "arXiv:2511.19468", "optics and pointing")
    air_db: Loss = known(6.0, "C", MODEL, "clear air, turbulence included")
    modulation: Annotated[str, Word(("ook", "pm_16qam"))] = known("ook", "B", "arXiv:2511.19468", "of the light")
    cap: Annotated[float, Quantity("Gbit/s", "200 Gbit/s", above="0 bit/s")] = known(
        "200 Gbit/s", "B", "flown by TBIRD, as in docs/model.md", "of the terminal", low="100 Gbit/s", high="1 Tbit/s"
    )
    clear: PositiveShare = known(0.65, "C", MODEL, "share of time with a clear sky", low="0.6", high="0.7")
    uptime: PositiveShare = known(0.99, "C", MODEL, "of the terminal")
    acquisition: Acquisition = known(
        "60 s", "C", MODEL, "from the choice of a satellite to the first bit", low="12 s", high="120 s"
    )


class GatewayLink(Section):
    """A budget in place of a bare rate: radio or optical."""

    radio: RadioBudget | None = known(None, "C", MODEL, "radio to antennas")
    optical: OpticalBudget | None = known(None, "C", MODEL, "lasers to telescopes")

    @model_validator(mode="after")
    def _one(self) -> GatewayLink:
        if (self.radio is None) == (self.optical is None):
            raise wrong("a link is radio or optical, one of them", cure="write link: {radio: {}}, or {optical: {}}")
        return self


class Station(Section):
    """A place where a satellite's beam comes down."""

    latitude: Latitude = about("north positive")
    longitude: Longitude = about("east positive")
    antennas: Annotated[int, Count()] | None = known(None, "C", MODEL, "if not as many as the others")
    height: Annotated[float, Quantity("m", "1200 m", low="-500 m", high="9000 m")] = known(
        "0 m", "C", MODEL, "over the sea"
    )
    rain_rate: Annotated[float, Quantity("mm/h", "60 mm/h", low="0 mm/h", high="300 mm/h")] | None = known(
        None, "C", MODEL, "exceeded in 0.01 % of the year: with a radio budget it gives the availability"
    )
    clear: PositiveShare | None = known(None, "C", MODEL, "share of time with a clear sky, if not that of the link")


class Gateways(Section):
    """Gateways between orbit and the public network."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    antennas: Annotated[int, Count()] = about("antennas or telescopes at each gateway, one satellite link each")
    antenna_rate: Annotated[float, Quantity("Gbit/s", "20 Gbit/s", above="0 bit/s")] = about(
        "of one antenna; a link budget gives its own"
    )
    availability: PositiveShare = about(
        "share of the capacity that weather and repair leave; rain rates and clear skies of a link give their own"
    )
    min_elevation: Annotated[float, Quantity("deg", "25 deg", low="0 deg", high="89 deg")] | None = known(
        None, "C", MODEL, "of a satellite that is reached directly"
    )
    max_ground_range: Annotated[float, Quantity("km", "1100 km", above="0 km")] | None = known(
        None, "C", MODEL, "slant range of a satellite that is reached directly, in place of the elevation"
    )
    link: GatewayLink | None = known(None, "C", MODEL, "budget in place of antenna_rate: rates follow the slant range")
    choice: Annotated[str, Word(("any", "elevation", "nearest", "longest"))] = known(
        "any", "C", MODEL, "satellites that antennas follow: any in view, the highest, the nearest, or longest contact"
    )
    choice_interval: Annotated[float, Quantity("s", "60 s", low="1 s", high="1 h")] = known(
        "60 s", "C", MODEL, "between two choices", low="15 s", high="300 s"
    )
    acquisition: Acquisition | None = known(
        None, "C", MODEL, "from the choice of a satellite to the first bit, if not that of the link; 0 s without one"
    )
    weather: Annotated[str, Word(("mean", "drawn"))] = known(
        "mean", "C", MODEL, "availability as a factor, or skies that are drawn hour by hour: open or closed"
    )
    correlation_length: Annotated[float, Quantity("km", "700 km", low="0 km")] = known(
        "700 km", "C", MODEL, "over which the correlation of drawn skies falls to 1/e"
    )
    persistence: Annotated[float, Quantity("h", "6 h", low="0 h")] = known(
        "6 h", "C", MODEL, "mean time until a drawn sky is drawn anew", low="1 h", high="24 h"
    )
    stations: Annotated[dict[Name, Station], Field(min_length=1, max_length=200)] = about("gateways by name")

    @model_validator(mode="after")
    def _view(self) -> Gateways:
        if (self.min_elevation is None) == (self.max_ground_range is None):
            what = "min_elevation and max_ground_range are both given" if self.min_elevation is not None else (
                "min_elevation is missing"
            )  # fmt: skip
            raise wrong(what, cure="give one of min_elevation and max_ground_range")
        optical = self.link is not None and self.link.optical is not None
        for name, station in self.stations.items():
            if station.rain_rate is not None and (self.link is None or optical):
                cure = "give link: {radio: {}}, or leave it out"
                raise wrong(
                    "only a radio budget has a use for rain_rate", cure=cure, at=("stations", name, "rain_rate")
                )
            if station.clear is not None and not optical:
                cure = "give link: {optical: {}}, or leave it out"
                raise wrong("only an optical link has a use for clear", cure=cure, at=("stations", name, "clear"))
        return self


class Cluster(Section):
    """How satellites are cut into clusters that train together, and what links their chips and those of sites."""

    satellites: Annotated[int, Count(high=1_000_000)] | None = known(
        None, "C", MODEL, "neighbours of one plane, or of a formation, in a cluster; all of a plane if not given"
    )
    laser: Annotated[float, Quantity("Tbit/s", "1 Tbit/s", above="0 bit/s")] = known(
        "1 Tbit/s",
        "B",
        "AI1 disclosure, June 2026; arXiv:2511.19468 has 0.8 a pair on the bench",
        "from a satellite to its neighbour, one way, both ways at once",
        low="0.1 Tbit/s",
        high="10 Tbit/s",
    )
    laser_delay: Annotated[float, Quantity("us", "10 us", low="0 us")] = known(
        "10 us", "C", MODEL, "in each satellite on the way, beside the flight of light", low="1 us", high="50 us"
    )
    satellite_fabric: Annotated[float, Quantity("Gbit/s", "400 Gbit/s", above="0 bit/s")] = known(
        "400 Gbit/s", "C", MODEL, "of one chip within a satellite, one way", low="100 Gbit/s", high="3600 Gbit/s"
    )
    site_fabric: Annotated[float, Quantity("Gbit/s", "400 Gbit/s", above="0 bit/s")] = known(
        "400 Gbit/s",
        "B",
        "400GbE for each GPU of Colossus: Data Centre Dynamics, after ServeTheHome's tour",
        "of one chip at a site",
    )
    fabric_delay: Annotated[float, Quantity("us", "5 us", low="0 us")] = known(
        "5 us", "C", MODEL, "from chip to chip of a fabric"
    )


class Terminal(Section):
    """A laser terminal; its light decides the rate over long distances, its electronics over short ones."""

    power: Annotated[float, Quantity("W", "5 W", above="0 W")] = known("5 W", "C", MODEL, "of the beam")
    aperture: Annotated[float, Quantity("cm", "10 cm", above="0 cm")] = known(
        "10 cm", "C", MODEL, "diameter of the telescope, at both ends"
    )
    wavelength: Annotated[float, Quantity("nm", "1550 nm", above="0 nm")] = known("1550 nm", "C", MODEL, "of the light")
    modulation: Annotated[str, Word(("ook", "pm_16qam"))] = known(
        "ook", "B", "arXiv:2511.19468", "71 or 196 photons a bit"
    )
    rate: Annotated[float, Quantity("Gbit/s", "100 Gbit/s", above="0 bit/s")] = known(
        "100 Gbit/s", "B", MODEL, "of its electronics, either way", low="100 Gbit/s", high="1000 Gbit/s"
    )


class Lasers(Section):
    """Links between satellites of one shell: ahead and behind in the plane, and to the planes on either side."""

    cross: Annotated[str, Word(("same_slot", "nearest_slot"))] = known(
        "same_slot", "C", MODEL, "satellite of the next plane that is linked"
    )
    clearance: Annotated[float, Quantity("km", "50 km", low="0 km", high="1000 km")] = known(
        "50 km", "C", MODEL, "height that a link must clear", high="80 km"
    )
    longest: Annotated[float, Quantity("km", "5000 km", above="0 km")] | None = known(
        None, "C", MODEL, "length of a link at most; as far as the Earth lets it, if not given"
    )
    slew_limit: Annotated[float, Quantity("deg/s", "1 deg/s", above="0 deg/s")] = known(
        "1 deg/s", "C", MODEL, "fastest turn of a terminal against its satellite"
    )
    acquisition: Annotated[float, Quantity("s", "60 s", low="0 s", high="600 s")] = known(
        "60 s", "C", MODEL, "until a link that has become possible carries data", low="12 s"
    )
    terminals: Annotated[int, Count(high=8)] = known(4, "C", MODEL, "links that a satellite can have at once")
    express: Annotated[list[Annotated[int, Count(low=2, high=100_000)]], Field(max_length=4)] = known(
        [], "C", MODEL, "further links so many slots ahead in the plane, where terminals are left"
    )
    rate: Annotated[float, Quantity("Gbit/s", "100 Gbit/s", above="0 bit/s")] | None = known(
        None, "C", MODEL, "of a link either way whatever its length, in place of the terminal's"
    )
    terminal: Terminal = known({}, "C", MODEL, "at both ends of a link")
    availability: PositiveShare = known(
        0.99, "B", "arXiv:2511.19468", "share of time in which a link that can hold works"
    )
    cells: Annotated[int, Count(high=10_000)] = known(
        2000, "C", MODEL, "into which satellites are taken together for the flow of data, about"
    )
    refresh: Annotated[float, Quantity("min", "10 min", above="0 min", high="1 day")] = known(
        "10 min", "C", MODEL, "after which it is looked anew which links hold"
    )


class Network(Section):
    """Delays between satellites, gateways, sites and users, and what lasers between satellites carry."""

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
    cluster: Cluster | None = known(
        None, "C", MODEL, "where gangs train: none if not given, and then their work may be spread over any nodes"
    )
    lasers: Annotated[Lasers | None, OrNone()] = known(
        None, "C", MODEL, "links between satellites; none: data go around freely, at the delays above"
    )
