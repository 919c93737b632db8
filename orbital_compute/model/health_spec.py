"""Which laws of failure and ageing a fleet follows, with their numbers; a law that is None is off.

Every number carries its range, grade and source (`figure_of`), so that a scenario may show and vary it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from ..errors import Problem, ScenarioError

YEAR_S = 365.25 * 86400.0
MODEL = "engineering default of the model reference (docs/model.md)"
REVIEW = "research-viewer.pages.dev, Orbital AI Data Centers, read 22 Nov 2026"


class Figure(NamedTuple):
    """A default with the range that is plausible, its unit ("1" for pure numbers), grade and source."""

    value: float
    low: float
    high: float
    unit: str
    grade: str
    source: str


def known(value: float, low: float, high: float, unit: str, source: str, grade: str = "C") -> Any:
    """Return a field with a default that knows where it comes from."""
    return field(default=value, metadata={"figure": Figure(value, low, high, unit, grade, source)})


def figure_of(law: type, name: str) -> Figure:
    """Return the range, unit, grade and source of a law's number: `figure_of(DeviceFailures, "factor")`."""
    return next(one.metadata["figure"] for one in fields(law) if one.name == name)


class _Law:
    """A law checks its numbers where it is made: all finite; what is positive by nature, positive."""

    MAY_BE_ZERO: tuple[str, ...] = ()

    def __post_init__(self):
        problems = []
        for one in fields(self):
            value = getattr(self, one.name)
            least = value >= 0.0 if one.name in self.MAY_BE_ZERO else value > 0.0
            if not (math.isfinite(value) and least):
                limit = "at least 0" if one.name in self.MAY_BE_ZERO else "above 0"
                problems.append(Problem(f"{value:g}", f"{type(self).__name__}.{one.name}", value, limit=limit))
            most = (
                255 if one.name == "count" else 1 if one.name.endswith("_share") or one.name == "coupling" else math.inf
            )
            if value > most:
                problems.append(
                    Problem(f"{value:g}", f"{type(self).__name__}.{one.name}", value, limit=f"at most {most}")
                )
        if problems:
            raise ScenarioError(problems)


@dataclass(frozen=True)
class SatelliteFailures(_Law):
    """Loss of whole satellites: a share of them dies young, the others wear out, each by Weibull's law of age."""

    MAY_BE_ZERO = ("infant_share",)

    infant_share: float = known(
        0.02, 0.002, 0.13, "1", "MODEL §5.5; 0.2, 3 and 13 % of Starlink batches (McDowell 2020, in smalltechnews.com)"
    )
    infant_shape: float = known(0.4, 0.3, 0.7, "1", MODEL)
    infant_scale_s: float = known(0.25 * YEAR_S, 0.05 * YEAR_S, 1.0 * YEAR_S, "s", "engineering default")
    wear_shape: float = known(3.0, 2.0, 4.0, "1", MODEL)
    wear_scale_s: float = known(
        8.0 * YEAR_S,
        6.0 * YEAR_S,
        20.0 * YEAR_S,
        "s",
        f"MODEL §5.5, 22 % in five years; {REVIEW}: 0.5, 1, 2.5 % a year",
    )


@dataclass(frozen=True)
class DeviceFailures(_Law):
    """Loss of single accelerators for good, at a constant rate: that on the ground, times a factor for orbit."""

    MAY_BE_ZERO = ("rate_per_year",)

    rate_per_year: float = known(0.04, 0.025, 0.09, "yr-1", f"MODEL §5.5; {REVIEW}: 2.5, 4, 6 %")
    factor: float = known(1.7, 1.3, 3.0, "1", f"MODEL §5.5; {REVIEW}: 1.3, 1.7, 3.0")


@dataclass(frozen=True)
class StringFailures(_Law):
    """Loss of strings of cells, equal parts of the array, at a constant rate for each."""

    MAY_BE_ZERO = ("rate_per_year",)

    count: int = known(24, 8, 240, "1", "engineering default; a wing of the ISS has 82")
    rate_per_year: float = known(
        0.005,
        0.001,
        0.02,
        "yr-1",
        "engineering default; ISS wings lost 0.2 to 0.5 % of current a year (NTRS 20030068268)",
    )


@dataclass(frozen=True)
class PumpFailures(_Law):
    """Loss of coolant pumps at a constant rate for each; one of them is enough, with none the chips are off."""

    MAY_BE_ZERO = ("rate_per_year",)

    count: int = known(2, 1, 4, "1", "engineering default")
    rate_per_year: float = known(
        0.03, 0.01, 0.15, "yr-1", "engineering default; of two pump modules of the ISS, failures in July 2010, Dec 2013"
    )


@dataclass(frozen=True)
class LaserFailures(_Law):
    """Loss of laser terminals at a constant rate for each; a satellite without any is cut off and does no work."""

    MAY_BE_ZERO = ("rate_per_year",)

    count: int = known(4, 2, 8, "1", "engineering default")
    rate_per_year: float = known(0.02, 0.005, 0.10, "yr-1", "engineering default: no failure record is published")


@dataclass(frozen=True)
class CellAgeing(_Law):
    """Ageing of solar cells by radiation, as the logarithm of dose, and by ultraviolet light.

    The array's `degradation_per_year` is what both together take at 650 km through `reference_s`; radiation scales
    with dose by altitude and inclination, ultraviolet light does not.
    """

    MAY_BE_ZERO = ("ultraviolet_share",)

    ultraviolet_share: float = known(0.2, 0.0, 0.5, "1", "engineering default")
    logarithm: float = known(
        0.25, 0.15, 0.35, "1", "engineering default: power lost for each tenfold dose far above the knee"
    )
    reference_s: float = known(5.0 * YEAR_S, YEAR_S, 15.0 * YEAR_S, "s", "nominal life, MODEL §5.5")


@dataclass(frozen=True)
class CoatingAgeing(_Law):
    """Darkening of the radiator's coating, from new to its end of life: fast at first, then slower."""

    settling_s: float = known(
        2.0 * YEAR_S, 0.5 * YEAR_S, 10.0 * YEAR_S, "s", "engineering default: contamination, most of it early"
    )


@dataclass(frozen=True)
class BatteryAgeing(_Law):
    """Fade of batteries by the calendar and by cycles, as flown; conditions to which the pack's two fades belong.

    `calendar_fade` of the pack is what `reference_s` at `reference_k` and half charge take, `cycle_fade` what
    `reference_cycles` of `reference_depth` take. The battery sits at `hold_k`, and follows the mean temperature of the
    fluid loop by `coupling`. Before the start of the run it stood at `reference_k` and was drawn to its design depth
    in a share of the revolutions.
    """

    MAY_BE_ZERO = ("coupling", "activation_j_mol", "charge_gain", "history_share")

    reference_s: float = known(5.0 * YEAR_S, YEAR_S, 15.0 * YEAR_S, "s", MODEL)
    reference_k: float = known(298.0, 288.0, 308.0, "K", MODEL)
    reference_cycles: float = known(
        30000.0, 5000.0, 60000.0, "1", "MODEL §3; cells passed 30,000 cycles as in low orbit (JAXA, abstract)"
    )
    reference_depth: float = known(0.30, 0.1, 0.8, "1", MODEL)
    activation_j_mol: float = known(50e3, 20e3, 80e3, "J mol-1", MODEL)
    charge_gain: float = known(1.0, 0.0, 2.0, "1", MODEL)
    hold_k: float = known(293.0, 283.0, 308.0, "K", "engineering default: held by its own heater and radiator")
    coupling: float = known(0.2, 0.0, 1.0, "1", "engineering default")
    history_share: float = known(1.0, 0.0, 1.0, "1", "engineering default: an eclipse in every revolution")


@dataclass(frozen=True)
class DeviceAgeing(_Law):
    """Slowing of accelerators that still work: a share of their throughput a year, compounded. Off by default."""

    MAY_BE_ZERO = ("loss_per_year",)

    loss_per_year: float = known(0.005, 0.0, 0.02, "yr-1", "engineering default: clocks lowered as margins shrink")


@dataclass(frozen=True)
class HealthSpec:
    """The laws of a fleet's health; None switches one off, and what it would change stays as new."""

    satellites: SatelliteFailures | None = field(default_factory=SatelliteFailures)
    devices: DeviceFailures | None = field(default_factory=DeviceFailures)
    strings: StringFailures | None = field(default_factory=StringFailures)
    pumps: PumpFailures | None = field(default_factory=PumpFailures)
    lasers: LaserFailures | None = field(default_factory=LaserFailures)
    cells: CellAgeing | None = field(default_factory=CellAgeing)
    coatings: CoatingAgeing | None = field(default_factory=CoatingAgeing)
    batteries: BatteryAgeing | None = field(default_factory=BatteryAgeing)
    device_ageing: DeviceAgeing | None = None

    @classmethod
    def none(cls) -> HealthSpec:
        """Return a health in which nothing fails and nothing ages."""
        return cls(**dict.fromkeys(one.name for one in fields(cls)))
