"""What a scenario may say about satellites and their orbits."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from ..model.power_curve import curve_fault
from ..model.satellite_type import ARRAY_POINTING, RADIATOR_POINTING
from .fields import (
    Count,
    Fraction,
    HourOfDay,
    Kind,
    Name,
    PositiveCount,
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
from .quantity import shown

MODEL = "engineering default of the model reference (docs/model.md)"
NO_ORBIT = "where no orbit holds"
CIRCULAR = "where the orbit theory ends"
USE_ELEMENT_SETS = "give such orbits as element_sets"

Altitude = Annotated[float, Quantity("km", "550 km", low="160 km", high="50000 km", low_why=NO_ORBIT)]
Eccentricity = Annotated[float, Fraction(high=0.02, why=CIRCULAR, cure=USE_ELEMENT_SETS)]
Power = Annotated[float, Quantity("kW", "150 kW", low="0 kW")]
PositivePower = Annotated[float, Quantity("kW", "150 kW", above="0 kW")]
Area = Annotated[float, Quantity("m2", "110 m2", above="0 m2")]
Mass = Annotated[float, Quantity("kg", "3000 kg", above="0 kg")]
Rate = Annotated[float, Quantity("PFLOP/s", "2.5 PFLOP/s", above="0 FLOP/s")]


class Array(Section):
    """A solar array."""

    cell: Name | None = known(None, "C", MODEL, "preset of the cells (see `presets list`)")
    area: Area = about("lit area of the array")
    efficiency: Annotated[float, Fraction(above=0.0, high=0.6)] = about("of the cells at 298 K")
    temperature_coefficient: Annotated[float, Quantity("/K", "0.0035 /K", low="0 /K", high="0.02 /K")] = about(
        "share of the power lost a kelvin above 298 K"
    )
    packing: PositiveShare = known(0.90, "B", "arXiv:2511.19468", "share of the area covered by cells")
    tracker_efficiency: PositiveShare = known(0.98, "C", MODEL, "maximum-power-point tracker")
    conditioning_efficiency: PositiveShare = known(0.95, "C", MODEL, "power conditioning and distribution")
    harness_efficiency: PositiveShare = known(0.98, "C", MODEL, "harness")
    degradation: Annotated[float, Quantity("%/year", "2.5 %/year", low="0 %/year", high="30 %/year")] = about(
        "loss of power a year"
    )
    absorptivity: Share = known(0.92, "C", MODEL, "of the front face to sunlight")
    emissivity: PositiveShare = known(0.85, "C", MODEL, "of each face in the infrared")
    heat_capacity: Annotated[float, Quantity("kJ/m2/K", "9 kJ/m2/K", above="0 J/m2/K")] = known(
        "9 kJ/m2/K", "C", MODEL, "of the panel"
    )
    pointing: Annotated[str, Word(ARRAY_POINTING)] = known("two_axis", "C", MODEL, "how the array is held to the Sun")


# Aged as far as a battery can, one of 0.6 keeps 0.03; one of 0.58 would give less than nothing (MODEL §3).
OneWay = Annotated[float, Fraction(low=0.6, why="where an aged battery gives nothing back")]


class Battery(Section):
    """A battery."""

    pack: Name | None = known(None, "C", MODEL, "preset of the batteries (see `presets list`)")
    capacity: Annotated[float, Quantity("kWh", "117 kWh", above="0 kWh")] = about("energy from full to empty, new")
    depth_design: PositiveShare = known(0.30, "C", MODEL, "share of the capacity that the energy plan uses")
    depth_limit: PositiveShare = known(0.40, "C", MODEL, "share of the capacity that may ever be used")
    charge_rate: Annotated[float, Quantity("/h", "0.5 /h", above="0 /h")] = known(
        "0.5 /h", "C", MODEL, "greatest charging power over capacity"
    )
    discharge_rate: Annotated[float, Quantity("/h", "1.5 /h", above="0 /h")] = known(
        "1.5 /h", "C", MODEL, "greatest discharging power over capacity"
    )
    charge_efficiency: OneWay = known(0.96, "C", MODEL, "of charging")
    discharge_efficiency: OneWay = known(0.96, "C", MODEL, "of discharging")
    taper: PositiveShare = known(0.10, "C", MODEL, "charging falls linearly over this last share of the capacity")
    initial_state_of_charge: Share = known(1.0, "C", MODEL, "at the start of the run")
    calendar_fade: Annotated[float, Fraction(high=0.5)] = known(
        0.06, "C", MODEL, "share of the capacity lost to the calendar at the end of life, as the root of age"
    )
    cycle_fade: Annotated[float, Fraction(high=0.5)] = known(
        0.14, "C", MODEL, "share of the capacity lost to cycles at the end of life, in proportion to age"
    )

    @model_validator(mode="after")
    def _depths(self) -> Battery:
        if self.depth_design > self.depth_limit:
            what = f"depth_design {self.depth_design:g} is deeper than depth_limit {self.depth_limit:g}"
            raise wrong(what, cure="lower depth_design or raise depth_limit", at=("depth_design",))
        floor = 1.0 - self.depth_limit
        if self.initial_state_of_charge < floor - 1e-12:
            what = f"{self.initial_state_of_charge:g} is below {floor:g}, the floor that depth_limit sets"
            raise wrong(what, cure="raise it, or raise depth_limit", at=("initial_state_of_charge",))
        return self


class HeatPump(Section):
    """A heat pump from coolant to radiator: a hotter radiator rejects more, also the power that the pump takes."""

    lift: Annotated[float, Quantity("K", "40 K", above="0 K", high="150 K")] = about("radiator above coolant")


class Radiator(Section):
    """A two-sided radiator panel with its pumped loop."""

    coating: Name | None = known(None, "C", MODEL, "preset of the coatings (see `presets list`)")
    area: Area = about("of the panel; it radiates from both faces")
    emissivity: PositiveShare = known(0.90, "C", MODEL, "in the infrared", low="0.80", high="0.92")
    solar_absorptivity: Share = known(0.15, "C", MODEL, "new, of each face to sunlight", low="0.07", high="0.30")
    absorptivity_end: Share | None = known(
        None, "C", MODEL, "at the end of life, reached linearly; 0.10 above the new one if not given"
    )
    fin_efficiency: PositiveShare = known(0.95, "C", MODEL, "of the panel as a fin")
    blocked_fraction: Annotated[float, Fraction(high=0.95)] = known(
        0.0, "C", MODEL, "share of its view filled by array"
    )
    pointing: Annotated[str, Word(RADIATOR_POINTING)] = known("edge_on", "B", "AI1 disclosure, June 2026", "attitude")
    sun_leak: Share = known(0.05, "C", MODEL, "mean |cos| of Sun on a face that pointing errors leave")
    heat_capacity: Annotated[float, Quantity("kJ/K", "800 kJ/K", above="0 J/K")] = known(
        "800 kJ/K", "C", MODEL, "of panel, fluid and cold plates"
    )
    pump_fraction: Share = known(0.015, "C", MODEL, "pump power over the heat of compute and bus")
    initial_temperature: Temperature = known("300 K", "C", MODEL, "of the fluid at the start of the run")
    heat_pump: HeatPump | None = known(None, "C", MODEL, "none if not given; it works at 0.45 of Carnot's limit")

    @model_validator(mode="after")
    def _ageing(self) -> Radiator:
        if self.absorptivity_end is not None and self.absorptivity_end < self.solar_absorptivity:
            what = f"absorptivity_end {self.absorptivity_end:g} is below solar_absorptivity {self.solar_absorptivity:g}"
            raise wrong(what, limit="coatings darken", cure="raise it", at=("absorptivity_end",))
        return self


class _Curve(Kind):
    """Pairs (power, throughput), both over their values at full load; or the CSV file that holds them."""

    cure = "give pairs like [[0.2, 0], [0.5, 0.7], [1, 1]], or a CSV file with columns power and throughput"

    def read(self, value: Any) -> list[list[float]] | str:
        if isinstance(value, str):
            return Text("power_curve.csv").read(value)
        if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            raise wrong(f"{shown(value)} is no power curve", cure=self.cure)
        pairs = [[Fraction().read(item) for item in pair] for pair in value]
        fault = curve_fault(pairs)
        if fault:
            raise wrong(fault, cure=self.cure)
        return pairs

    def json_schema(self) -> dict[str, Any]:
        pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        return {"anyOf": [{"type": "array", "items": pair, "minItems": 3}, {"type": "string"}]}


class Device(Section):
    """An accelerator."""

    peak: Rate = about("dense BF16 rate of one device")
    power: Annotated[float, Quantity("W", "700 W", above="0 W")] = about("of one device at full load")
    memory: Annotated[float, Quantity("GB", "80 GB", low="0 GB")] = about("of one device")
    memory_rate: Annotated[float, Quantity("TB/s", "3.35 TB/s", low="0 TB/s")] = about("of one device")
    idle_fraction: Annotated[float, Fraction(high=0.9)] = known(
        0.20, "C", "arXiv:2604.11391 (shape)", "power at no load over power at full load, of the server", low="0.15"
    )
    exponent: Annotated[float, Fraction(low=1.0, above=1.0, high=6.0)] = known(
        2.0, "C", "arXiv:2604.11391 (shape)", "a of the power curve: 2 bound by arithmetic, 3 by memory"
    )
    power_curve: Annotated[list[list[float]] | str, _Curve()] | None = known(
        None, "C", MODEL, "measured throughput against power of the server; idle_fraction and exponent are fitted to it"
    )


class Compute(Device):
    """The accelerators of a satellite, all of one device."""

    device: Name = about("preset or name of the device")
    count: PositiveCount = about("devices on one satellite")
    server_overhead: Annotated[float, Fraction(low=1.0, high=3.0)] = known(
        1.25, "C", MODEL, "power of the servers over power of their devices"
    )
    chip_resistance: Annotated[float, Quantity("K/W", "0.03 K/W", low="0 K/W")] = known(
        "0.03 K/W", "C", MODEL, "from fluid to junction, of one device"
    )
    chip_limit: Temperature = known("358 K", "C", MODEL, "junction temperature that is never passed", high="368 K")


class Drag(Section):
    """How a satellite meets the air, and what it has against it. Areas across the flight follow from the attitude."""

    coefficient: Annotated[float, Fraction(above=0.0, high=10.0)] = known(2.2, "A", MODEL, "of drag")
    body_area: Annotated[float, Quantity("m2", "10 m2", low="0 m2")] = known(
        "10 m2", "C", MODEL, "across the flight, without array and radiator"
    )
    edge_fraction: Share = known(0.05, "C", MODEL, "of a panel's area, shown by its edge, booms and errors of pointing")
    ram_area: Annotated[float, Quantity("m2", "60 m2", above="0 m2")] | None = known(
        None, "C", MODEL, "across the flight, all of it; by the attitude if not given"
    )
    tumbling_area: Annotated[float, Quantity("m2", "200 m2", above="0 m2")] | None = known(
        None, "C", MODEL, "mean of a failed satellite; a quarter of its surface if not given"
    )
    specific_impulse: Annotated[float, Quantity("s", "2500 s", above="0 s", high="100000 s")] = known(
        "2500 s", "C", MODEL, "of the thruster", low="1500 s", high="3000 s"
    )
    propellant: Annotated[float, Quantity("kg", "60 kg", low="0 kg")] | None = known(
        None, "C", MODEL, "on board against drag; not counted down if not given"
    )


class Terminal(Section):
    """What a satellite exchanges with the ground, by its own antenna or laser or by others'."""

    rate: Annotated[float, Quantity("Gbit/s", "20 Gbit/s", above="0 bit/s")] | None = known(
        None, "C", MODEL, "of one satellite, both directions together; no limit of its own if not given"
    )


class Satellite(Section):
    """One design of satellite."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    name: Name | None = known(None, "C", MODEL, "name in tables and figures; the preset's if not given")
    mass: Mass = about("at launch")
    bus_power: Power = about("drawn always")
    age: Annotated[float, Quantity("year", "2 years", low="0 s", high="30 years")] = known(
        "0 years", "C", MODEL, "time since launch at the start of the run"
    )
    life: Annotated[float, Quantity("year", "5 years", above="0 s", high="50 years")] = known(
        "5 years", "B", "letter of 29 May 2026 to the FCC, file SAT-LOA-20260108-00016", "that the ageing is given for"
    )
    array: Array
    battery: Battery
    radiator: Radiator
    compute: Compute
    terminal: Terminal = known({}, "C", MODEL, "its way to the ground")
    drag: Drag = known({}, "C", MODEL, "in the air")


class _Phasing(Kind):
    def read(self, value: Any) -> int | str:
        if value == "alternate" or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**9):
            return value
        raise wrong(f"{shown(value)} is no phasing", cure="give Walker's F, a whole number, or alternate")

    def json_schema(self) -> dict:
        return {"anyOf": [{"type": "integer"}, {"const": "alternate"}]}


Angle = Annotated[float, Quantity("deg", "53 deg", low="-360 deg", high="360 deg")]


class Shell(Section):
    """Planes of satellites at one altitude: Walker delta or star, sun-synchronous rings, or a cluster."""

    name: Name | None = known(None, "C", MODEL, "name in tables and figures")
    altitude: Altitude = about("mean semi-major axis less 6378.137 km")
    inclination: Annotated[float, Quantity("deg", "53 deg", low="0 deg", high="180 deg")] | None = known(
        None, "C", MODEL, "or give local_time_ascending_node for a sun-synchronous shell"
    )
    local_time_ascending_node: HourOfDay | None = known(
        None, "C", MODEL, "sun-synchronous: mean local time of the first plane's node; the inclination follows"
    )
    planes: PositiveCount = about("orbital planes")
    per_plane: PositiveCount = about("satellites in each plane")
    phasing: Annotated[int | str, _Phasing()] = known(
        1, "C", MODEL, "Walker's F, or alternate: odd planes half a slot on"
    )
    raan_spread: Annotated[float, Quantity("deg", "360 deg", low="0 deg", high="360 deg")] = known(
        "360 deg", "C", MODEL, "of the nodes: 360 deg Walker delta (or dawn and dusk rings), 180 deg Walker star"
    )
    raan0: Angle | None = known(
        None, "C", MODEL, "right ascension of the first plane's node at the start; 0 if not given"
    )
    eccentricity: Eccentricity | None = known(None, "C", MODEL, "mean eccentricity; the frozen orbit if not given")
    argument_of_perigee: Angle = known("90 deg", "C", MODEL, "mean argument of perigee, where eccentricity is given")
    in_plane_spacing: Annotated[float, Quantity("m", "150 m", above="0 m", high="1000 km")] | None = known(
        None, "C", MODEL, "a cluster: neighbours stand this far apart along the orbit, not spread over all of it"
    )
    satellite: Name | None = known(None, "C", MODEL, "type of satellite, one of `satellites`")

    @model_validator(mode="after")
    def _plane(self) -> Shell:
        if self.inclination is None and self.local_time_ascending_node is None:
            raise wrong("inclination is missing", cure="give it, or local_time_ascending_node for sun-synchronous")
        if self.local_time_ascending_node is not None:
            if self.inclination is not None:
                raise wrong("local_time_ascending_node is given too", cure="keep one of them", at=("inclination",))
            if self.raan0 is not None:
                raise wrong("local_time_ascending_node is given too", cure="keep one of them", at=("raan0",))
            if self.altitude > 5_900e3:
                raise wrong(
                    f"no sun-synchronous orbit exists at {self.altitude / 1e3:g} km",
                    limit="they end near 5,900 km",
                    cure="lower it, or give an inclination",
                    at=("altitude",),
                )
        if self.in_plane_spacing is not None:
            round_m = 6.283185307 * (6378137.0 + self.altitude)
            if self.in_plane_spacing * self.per_plane > round_m:
                what = f"{self.per_plane} satellites {self.in_plane_spacing:g} m apart are longer than the orbit"
                raise wrong(
                    what, limit=f"it is {round_m / 1e3:,.0f} km round", cure="lower it", at=("in_plane_spacing",)
                )
        return self


class Elements(Section):
    """A table of mean elements, one satellite a row."""

    file: Annotated[str, Text("orbits.csv")] = about("CSV file, beside the scenario")
    satellite: Name | None = known(None, "C", MODEL, "type of satellite, one of `satellites`")


CONSTELLATION_FORMS = ("preset", "walker", "shells", "elements", "element_sets")


class ConstellationSection(Section):
    """Who flies where: one of `preset`, `walker`, `shells`, `elements`, `element_sets`."""

    preset: Name | None = known(None, "C", MODEL, "a filed constellation (see `presets list`)")
    variant: Annotated[str, Word(("as_filed", "sso_corrected"))] | None = known(
        None, "C", MODEL, "as_filed, or sso_corrected: filed sun-synchronous shells get the inclination that is so"
    )
    satellites: PositiveCount | None = known(
        None, "C", MODEL, "the preset is scaled to this many, by largest remainder"
    )
    walker: Shell | None = known(None, "C", MODEL, "one shell")
    shells: Annotated[list[Shell], Field(min_length=1)] | None = known(None, "C", MODEL, "several shells")
    elements: Elements | None = known(None, "C", MODEL, "a table of mean elements")
    element_sets: Annotated[str, Text("starlink.tle")] | None = known(
        None, "C", MODEL, "file of real element sets: TLE, 3LE or OMM"
    )
    rates: Annotated[str, Word(("theory", "calibrated"))] = known(
        "theory", "C", MODEL, "calibrated holds each orbit's rates to a numerical arc of a week; 0.06 s an orbit"
    )

    @property
    def form(self) -> str:
        """Which of the five forms stands here."""
        return next(name for name in CONSTELLATION_FORMS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_form(self) -> ConstellationSection:
        given = [name for name in CONSTELLATION_FORMS if getattr(self, name) is not None]
        if not given and "element_sets" in self.model_fields_set:
            raise wrong(
                "no file is named",
                cure="pass --set constellation.element_sets=FILE with a file of TLE, 3LE or OMM sets",
                at=("element_sets",),
            )
        if len(given) != 1:
            what = f"{' and '.join(given)} are given together" if given else "no satellites are given"
            raise wrong(what, cure=f"give one of {', '.join(CONSTELLATION_FORMS)}")
        if self.rates == "calibrated" and self.element_sets is not None:
            raise wrong("rates are calibrated for the orbit theory only", cure="leave rates out: SGP4 flies the sets")
        if self.preset is None and (self.variant is not None or self.satellites is not None):
            name = "variant" if self.variant is not None else "satellites"
            raise wrong(f"{name} goes with preset only", cure="take it away", at=(name,))
        return self


SampleRow = Annotated[int, Count(low=0)]
