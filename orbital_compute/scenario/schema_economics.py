"""What a scenario may say about money: one boundary for orbit and ground, from sunlight or grid to work delivered."""

from __future__ import annotations

from typing import Annotated

from .fields import Fraction, Name, Quantity, Section, known
from .schema_space import MODEL

SUN25 = "arXiv:2511.19468"
TUR26 = "arXiv:2604.27197"
EIA = "US Energy Information Administration, FAQ 74, generation of 2023"
MCCALIP = "andrewmccalip.com/space-datacenters"
FILING = "letter of 29 May 2026 to the FCC, file SAT-LOA-20260108-00016"

PerWatt = Annotated[float, Quantity("USD/W", "15 USD/W", low="0 USD/W", high="1e5 USD/W")]
PerEnergy = Annotated[float, Quantity("USD/kWh", "0.07 USD/kWh", low="0 USD/kWh", high="100 USD/kWh")]
Yearly = Annotated[float, Quantity("/year", "0.05 /year", low="0 /year", high="10 /year")]
GasPerEnergy = Annotated[float, Quantity("kg/kWh", "0.37 kg/kWh", low="0 kg/kWh", high="10 kg/kWh")]
Span = Annotated[float, Quantity("year", "5 years", above="0 s", high="100 years")]
Number = Annotated[float, Fraction(high=1e4)]


class Launch(Section):
    """What it costs to bring a kilogram up."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    price: Annotated[float, Quantity("USD/kg", "500 USD/kg", low="0 USD/kg", high="1e6 USD/kg")] = known(
        "500 USD/kg", "C", f"{MODEL}; {MCCALIP} takes the same", "to the satellites' orbit",
        low="100 USD/kg", high="3600 USD/kg",
    )  # fmt: skip
    insurance: Annotated[float, Fraction()] = known(
        0.05, "C", MODEL, "share of the launch price on top, against its failure", low="0", high="0.15"
    )


class Orbit(Section):
    """Satellites: bought, launched, replaced when lost; nothing in them is repaired."""

    build: PerWatt = known(
        "15 USD/W", "C", f"{MODEL}; {MCCALIP} takes 22 for a Starlink, Starcloud aims at less than 5",
        "satellites without accelerators and servers, for each watt of IT",
        low="5 USD/W", high="50 USD/W",
    )  # fmt: skip
    mass_factor: Annotated[float, Fraction(above=0.0, high=100.0)] = known(
        1.0, "C", f"claims of 10 kg/kW and {TUR26}'s 59 kg/kW, over 25 kg/kW as filed",
        "mass launched over the mass that the satellite's design gives", low="0.4", high="2.4",
    )  # fmt: skip
    life: Span = known("5 years", "B", FILING, "of a satellite and all in it", low="4 years", high="8 years")
    losses: Yearly = known(
        "0.05 /year", "C", "docs/health.md: 2 % fail young and 22 % wear out in five years",
        "satellites lost and replaced by new ones", low="0.005 /year", high="0.1 /year",
    )  # fmt: skip
    decay: Yearly = known(
        "0.07 /year", "C", "docs/health.md: accelerators fail at 0.04 a year on the ground, 1.7 times that in orbit",
        "share of its output that a live satellite loses in a year", low="0.03 /year", high="0.12 /year",
    )  # fmt: skip
    operations: Yearly = known(
        "0.02 /year", "C", f"{MCCALIP} takes 0.01", "control, gateways and upkeep, share of the build price a year",
        low="0.01 /year", high="0.05 /year",
    )  # fmt: skip


class Ground(Section):
    """Terrestrial centres: built, fed, cooled as simulated, and repaired."""

    facility: PerWatt = known(
        "13.8 USD/W", "B", f"{MCCALIP}; high: {TUR26}",
        "land, building, power and cooling without accelerators and servers, for each watt of IT",
        low="10 USD/W", high="40 USD/W",
    )  # fmt: skip
    life: Span = known("15 years", "C", MODEL, "of the facility", low="10 years", high="25 years")
    electricity: PerEnergy = known(
        "0.07 USD/kWh", "C", f"{MODEL}; low and high: {SUN25}", "energy of the grid, all that the site draws",
        low="0.06 USD/kWh", high="0.25 USD/kWh",
    )  # fmt: skip
    turbines: PerEnergy = known(
        "0.027 USD/kWh", "B", f"{MCCALIP}: 6,200 BTU/kWh at 4.30 USD a million BTU", "fuel of on-site turbines",
        low="0.02 USD/kWh", high="0.06 USD/kWh",
    )  # fmt: skip
    operations: Yearly = known(
        "0.03 /year", "C", MODEL, "staff and upkeep, share of the facility's price a year",
        low="0.02 /year", high="0.05 /year",
    )  # fmt: skip


class Accelerators(Section):
    """Accelerators and servers: the same price in orbit and on the ground."""

    price: PerWatt = known(
        "35 USD/W", "C", MODEL, "with servers, for each watt of the servers", low="25 USD/W", high="45 USD/W"
    )
    life: Span = known("5 years", "C", MODEL, "on the ground; in orbit the satellite's", low="4 years", high="6 years")
    failures: Yearly = known(
        "0.04 /year", "C", "docs/health.md", "that fail and are replaced, on the ground",
        low="0.025 /year", high="0.09 /year",
    )  # fmt: skip


class Carbon(Section):
    """First-order greenhouse gases [kg of CO2 equivalent]; what a launch does beside CO2 is left out."""

    launch: Number = known(
        33.0,
        "C",
        "1,200 t of methane a flight of 100 t; 16 at 200 t",
        "for each kilogram launched",
        low="16",
        high="33",
    )
    hardware: Number = known(80.0, "C", MODEL, "for each kilogram of satellite or server", low="40", high="160")
    grid: GasPerEnergy = known("0.366 kg/kWh", "A", EIA, "of the grid's energy", low="0.02 kg/kWh", high="0.7 kg/kWh")
    turbines: GasPerEnergy = known(
        "0.437 kg/kWh", "A", EIA, "of on-site turbines, burning gas", low="0.35 kg/kWh", high="0.6 kg/kWh"
    )


class Economics(Section):
    """Costs of orbit and ground within one boundary; work delivered is discounted as money is."""

    discount_rate: Annotated[float, Fraction()] = known(
        0.10, "C", MODEL, "of money and of work, a year", low="0.06", high="0.15"
    )
    launch: Launch = known({}, "C", MODEL, "price of launch")
    orbit: Orbit = known({}, "C", MODEL, "satellites")
    ground: Ground = known({}, "C", MODEL, "terrestrial centres")
    accelerators: Accelerators = known({}, "C", MODEL, "in both")
    carbon: Carbon = known({}, "C", MODEL, "greenhouse gases")
