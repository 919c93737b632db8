"""What a scenario may say about health: radiation, failures, ageing and air, each law switched off by `none`."""

from __future__ import annotations

from typing import Annotated, Any

from ..model.air_spec import DENSITIES
from ..model.health_spec import (
    BatteryAgeing,
    CellAgeing,
    CoatingAgeing,
    DeviceAgeing,
    DeviceFailures,
    LaserFailures,
    PumpFailures,
    SatelliteFailures,
    StringFailures,
    figure_of,
)
from .fields import Count, Fraction, OrNone, Quantity, Section, Share, Temperature, Text, Word, known
from .quantity import write_quantity
from .schema_space import MODEL

BEAM = "Trillium TPU in 67 MeV protons, arXiv:2511.19468 (docs/model.md)"
LLAMA = "419 interruptions in 54 days on 16,384 accelerators, Llama 3, Data Centre Dynamics, July 2024"
MSFC = "NASA MSFC, solar cycle prediction of October 2026"

Positive = Annotated[float, Fraction(above=0.0, high=1e6)]
Number = Annotated[float, Fraction(high=1e6)]
Yearly = Annotated[float, Quantity("/year", "0.04 /year", low="0 /year", high="1e4 /year")]
Span = Annotated[float, Quantity("year", "5 years", above="0 s", high="1000 years")]
Recovery = Annotated[float, Quantity("s", "120 s", low="0 s", high="1 day")]
Dose = Annotated[float, Quantity("Gy", "0.168 Gy", low="1e-5 Gy", high="1e7 Gy")]
Parts = Annotated[int, Count(high=255)]
File = Annotated[str, Text("default")]


def of(law: type, name: str, about: str, unit: str = "") -> Any:
    """Return a field with default, range, grade and source of a law's number (`model.health_spec`), in this unit."""
    figure = figure_of(law, name)

    def text(value: float) -> str:
        if figure.unit == "yr-1":
            return f"{value:g} /year"
        return write_quantity(value, unit) if unit else f"{value:g}"

    default = text(figure.value) if unit or figure.unit == "yr-1" else figure.value
    return known(default, figure.grade, figure.source, about, low=text(figure.low), high=text(figure.high))


class SolarCycle(Section):
    """Trapped protons over the solar cycle: fewest about a year after solar maximum."""

    strongest_year: Annotated[float, Fraction(low=1950.0, high=2200.0)] = known(
        2020.96, "C", "a year after the minimum of December 2019", "decimal year of most protons"
    )
    quiet_over_active: Annotated[float, Fraction(low=1.0, high=10.0)] = known(
        1.38, "C", "AP-8 MIN over MAX behind 10 mm at 650 km", "dose of the most over the least", low="1.2", high="3"
    )


class Anomaly(Section):
    """The South Atlantic Anomaly as a map that drifts; it shares out the year's events along the orbit."""

    west_drift: Annotated[float, Quantity("deg/year", "0.343 deg/year", low="-2 deg/year", high="2 deg/year")] = known(
        "0.343 deg/year", "B", "Insight-HXMT, June 2017 to March 2024", "of the map from its epoch", low="0.3 deg/year"
    )
    north_drift: Annotated[float, Quantity("deg/year", "0.028 deg/year", low="-0.5 deg/year", high="0.5 deg/year")] = (
        known("0.028 deg/year", "B", "Insight-HXMT, June 2017 to March 2024", "of the map from its epoch")
    )
    background: Annotated[float, Quantity("Gy/year", "0.07 Gy/year", low="0 Gy/year", high="100 Gy/year")] = known(
        "0.07 Gy/year", "C", MODEL, "dose of cosmic rays, even along the orbit", low="0.03 Gy/year", high="0.1 Gy/year"
    )


class Radiation(Section):
    """Dose, and soft errors of accelerators in orbit. A gray is 100 rad(Si)."""

    dose: File = known(
        "default", "C", MODEL, "yearly dose by altitude: default, filed_band, or a CSV file of SPENVIS or AP-9"
    )
    shielding: Annotated[float, Quantity("mm", "10 mm", low="0.5 mm", high="200 mm")] = known(
        "10 mm", "B", BEAM, "aluminium about the chips", low="2 mm", high="20 mm"
    )
    shielding_exponent: Annotated[float, Fraction(high=3.0)] = known(
        0.9, "C", "docs/radiation.md", "dose goes as depth to minus this in a table of one depth", low="0.4", high="2"
    )
    corruption_dose: Dose = known(
        "0.168 Gy", "B", BEAM, "for one silent corruption of a chip", low="0.144 Gy", high="0.2 Gy"
    )
    memory_dose: Dose = known("0.44 Gy", "B", BEAM, "for one uncorrectable memory error")
    interrupt_dose: Dose = known("50 Gy", "B", BEAM, "for one functional interrupt")
    transfer: Annotated[float, Fraction(high=1000.0)] = known(
        1.0, "C", MODEL, "rates of this device over those of the one tested", low="0.3", high="10"
    )
    detection: Share = known(0.9, "C", MODEL, "share of silent corruptions that is caught and repeated, outside gangs")
    corruption_recovery: Recovery = known("10 s", "C", MODEL, "work of a device lost to it: a request", high="100 s")
    memory_recovery: Recovery = known("120 s", "C", MODEL, "work lost to a process started anew", high="600 s")
    interrupt_recovery: Recovery = known("600 s", "C", MODEL, "work lost to a reset of the device", high="3600 s")
    solar_cycle: Annotated[SolarCycle | None, OrNone()] = known({}, "C", MODEL, "or none: the mean of a cycle")
    anomaly: Annotated[Anomaly | None, OrNone()] = known({}, "C", MODEL, "or none: events come evenly along the orbit")


class LostSatellites(Section):
    """Whole satellites: a share dies young, the others wear out, by Weibull's law of age."""

    infant_share: Share = of(SatelliteFailures, "infant_share", "share that dies young")
    infant_shape: Positive = of(SatelliteFailures, "infant_shape", "Weibull's shape of it")
    infant_scale: Span = of(SatelliteFailures, "infant_scale_s", "Weibull's scale of it", "year")
    wear_shape: Positive = of(SatelliteFailures, "wear_shape", "Weibull's shape of wear-out")
    wear_scale: Span = of(SatelliteFailures, "wear_scale_s", "Weibull's scale of wear-out", "year")


class LostDevices(Section):
    """Single accelerators, for good, at a constant rate."""

    rate: Yearly = of(DeviceFailures, "rate_per_year", "of a device on the ground")
    orbit_factor: Positive = of(DeviceFailures, "factor", "rate in orbit over that on the ground")


class LostStrings(Section):
    """Strings of cells, equal parts of the array."""

    count: Parts = of(StringFailures, "count", "strings of an array")
    rate: Yearly = of(StringFailures, "rate_per_year", "of one string")


class LostPumps(Section):
    """Coolant pumps: one is enough, with none the chips are off."""

    count: Parts = of(PumpFailures, "count", "pumps of a satellite")
    rate: Yearly = of(PumpFailures, "rate_per_year", "of one pump")


class LostLasers(Section):
    """Laser terminals: a satellite without any is cut off."""

    count: Parts = of(LaserFailures, "count", "terminals of a satellite")
    rate: Yearly = of(LaserFailures, "rate_per_year", "of one terminal")


class Failures(Section):
    """What fails for good; nothing is repaired in orbit."""

    satellites: Annotated[LostSatellites | None, OrNone()] = known({}, "C", MODEL, "whole satellites, or none")
    devices: Annotated[LostDevices | None, OrNone()] = known({}, "C", MODEL, "accelerators, or none")
    strings: Annotated[LostStrings | None, OrNone()] = known({}, "C", MODEL, "strings of cells, or none")
    pumps: Annotated[LostPumps | None, OrNone()] = known({}, "C", MODEL, "coolant pumps, or none")
    lasers: Annotated[LostLasers | None, OrNone()] = known({}, "C", MODEL, "laser terminals, or none")


class Cells(Section):
    """Ageing of solar cells by radiation and ultraviolet light; `array.degradation` is what both take at 650 km."""

    ultraviolet_share: Share = of(CellAgeing, "ultraviolet_share", "of the loss, the same at all heights")
    logarithm: Positive = of(CellAgeing, "logarithm", "power lost for each tenfold dose far above the knee")
    reference_age: Span = of(CellAgeing, "reference_s", "that array.degradation is given for", "year")


class Coatings(Section):
    """Darkening of the radiator's coating, from new to its end of life."""

    settling: Span = of(CoatingAgeing, "settling_s", "time of the early, fast part", "year")


class Batteries(Section):
    """Fade of batteries by calendar and cycles, as flown; `battery.calendar_fade` and `cycle_fade` at the reference."""

    reference_age: Span = of(BatteryAgeing, "reference_s", "that calendar_fade is given for", "year")
    reference_temperature: Temperature = of(BatteryAgeing, "reference_k", "of both fades", "K")
    reference_cycles: Positive = of(BatteryAgeing, "reference_cycles", "that cycle_fade is given for")
    reference_depth: Share = of(BatteryAgeing, "reference_depth", "of those cycles")
    activation_energy: Annotated[float, Quantity("kJ/mol", "50 kJ/mol", low="0 J/mol", high="500 kJ/mol")] = of(
        BatteryAgeing, "activation_j_mol", "of the calendar's fade", "kJ/mol"
    )
    charge_gain: Number = of(BatteryAgeing, "charge_gain", "how much faster a full battery fades than a half full one")
    hold_temperature: Temperature = of(BatteryAgeing, "hold_k", "that heater and radiator hold", "K")
    coupling: Share = of(BatteryAgeing, "coupling", "share by which it follows the fluid's temperature")
    history_share: Share = of(BatteryAgeing, "history_share", "revolutions with a cycle before the start of the run")


class SlowedDevices(Section):
    """Slowing of accelerators that still work."""

    loss: Yearly = of(DeviceAgeing, "loss_per_year", "share of the throughput lost in a year, compounded")


class Ageing(Section):
    """What wears with time, dose and use."""

    cells: Annotated[Cells | None, OrNone()] = known({}, "C", MODEL, "solar cells, or none")
    coatings: Annotated[Coatings | None, OrNone()] = known({}, "C", MODEL, "radiator coatings, or none")
    batteries: Annotated[Batteries | None, OrNone()] = known({}, "C", MODEL, "batteries, or none")
    devices: Annotated[SlowedDevices | None, OrNone()] = known("none", "C", MODEL, "accelerators; {} slows them")


class Gangs(Section):
    """Faults that stop a gang of chips (`workload.classes.NAME.gang`); soft errors of orbit come on top."""

    hardware_faults: Yearly = known(
        "0.173 /year", "B", LLAMA, "of one chip, in orbit and on the ground", low="0.1 /year", high="1 /year"
    )


class Air(Section):
    """The air that satellites fly through: drag, propellant, decay of what has failed."""

    activity: File = known(
        "outlook", "B", MSFC, "quiet, mean, active, outlook, outlook_low, outlook_high, or a CSV file of dates and f107"
    )
    density: Annotated[str, Word(DENSITIES)] = known("table", "C", MODEL, "table, or nrlmsis (extra [air])")
    geomagnetic_ap: Annotated[float, Fraction(high=400.0)] = known(
        13.0, "B", MSFC, "planetary index, with nrlmsis", low="9", high="17"
    )
    end_altitude: Annotated[float, Quantity("km", "120 km", low="80 km", high="200 km")] = known(
        "120 km", "C", MODEL, "below it a satellite has re-entered"
    )
    lifetime_rule: Span = known("5 years", "B", "FCC 22-74", "a failed satellite should be gone within it")


class Health(Section):
    """Radiation, failures, ageing and air: all on unless switched off."""

    radiation: Annotated[Radiation | None, OrNone()] = known({}, "C", MODEL, "dose and soft errors, or none")
    gangs: Annotated[Gangs | None, OrNone()] = known({}, "C", MODEL, "faults of gangs, or none")
    failures: Annotated[Failures | None, OrNone()] = known({}, "C", MODEL, "what fails for good, or none")
    ageing: Annotated[Ageing | None, OrNone()] = known({}, "C", MODEL, "what wears, or none: as new")
    air: Annotated[Air | None, OrNone()] = known({}, "C", MODEL, "drag and decay, or none")
