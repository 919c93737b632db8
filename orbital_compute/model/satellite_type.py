"""What a type of satellite is: its array, battery, radiator and accelerators, in SI."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ARRAY_POINTING = ("two_axis", "one_axis", "orbit_normal", "zenith")
RADIATOR_POINTING = ("edge_on", "orbit_normal", "zenith")


@dataclass(frozen=True)
class ArraySpec:
    """A solar array. Efficiencies are fractions; `age_s` counts from launch to the start of the run.

    pointing: "two_axis" follows the Sun; "one_axis" turns about the orbit normal; "orbit_normal" is fixed along the
    orbit normal, on its sunny side (MODEL §2.3 dawn_dusk_body); "zenith" is fixed, facing away from the Earth.
    """

    area_m2: float
    efficiency: float  # of the cells at 298 K
    temperature_coefficient_per_k: float
    packing: float = 0.90
    tracker_efficiency: float = 0.98  # maximum-power-point tracker
    conditioning_efficiency: float = 0.95  # power conditioning and distribution, in the body
    harness_efficiency: float = 0.98
    degradation_per_year: float = 0.0
    absorptivity: float = 0.92
    emissivity: float = 0.85  # of each face
    heat_capacity_j_m2_k: float = 9.0e3
    pointing: str = "two_axis"


@dataclass(frozen=True)
class BatterySpec:
    """A battery. `depth_design` is what the energy plan uses of the capacity, `depth_limit` what may ever be used.

    Both fades are shares of the capacity lost at the end of the satellite's life: one goes with the root of age, the
    other with age itself.
    """

    capacity_j: float
    depth_design: float = 0.30
    depth_limit: float = 0.40
    charge_rate_per_s: float = 0.5 / 3600.0
    discharge_rate_per_s: float = 1.5 / 3600.0
    charge_efficiency: float = 0.96
    discharge_efficiency: float = 0.96
    taper: float = 0.10  # charging power falls linearly over this last share of the capacity
    initial_state_of_charge: float = 1.0
    calendar_fade: float = 0.0
    cycle_fade: float = 0.0


@dataclass(frozen=True)
class RadiatorSpec:
    """A two-sided radiator panel with its pumped loop.

    pointing: "edge_on" keeps its edge to the Sun and to the Earth; "orbit_normal" faces along the orbit normal;
    "zenith" faces up and down. `sun_leak` is the mean |cos| of Sun on a face that pointing errors leave. Absorptivity
    rises linearly to that at the end of the satellite's life and stays there; None where the coating does not age.
    """

    area_m2: float  # of the panel: it radiates from both faces
    emissivity: float = 0.90
    solar_absorptivity: float = 0.15
    absorptivity_end: float | None = None
    fin_efficiency: float = 0.95
    blocked_fraction: float = 0.0  # share of its view filled by the array
    pointing: str = "edge_on"
    sun_leak: float = 0.05
    heat_capacity_j_k: float = 8.0e5  # panel, fluid and cold plates
    pump_fraction: float = 0.015  # pump power over the heat of compute and bus
    initial_temperature_k: float = 300.0
    heat_pump_lift_k: float = 0.0  # radiator above coolant


@dataclass(frozen=True)
class ComputeSpec:
    """The accelerators of a satellite, all of one device."""

    device: str
    count: int
    peak_flop_s: float  # one device, dense BF16
    device_power_w: float  # one device at full load
    server_overhead: float = 1.25  # IT power over device power
    idle_fraction: float = 0.20  # P0/P1
    exponent: float = 2.0  # a of MODEL §5.1
    chip_resistance_k_w: float = 0.03
    chip_limit_k: float = 358.0
    memory_byte: float = 0.0  # of one device
    memory_rate_byte_s: float = 0.0  # of one device


@dataclass(frozen=True)
class SatelliteType:
    """One design of satellite; `bus_power_w` is drawn always, `mass_kg` is at launch, ageing is over `life_s`."""

    name: str
    mass_kg: float
    bus_power_w: float
    array: ArraySpec
    battery: BatterySpec
    radiator: RadiatorSpec
    compute: ComputeSpec
    age_s: float = 0.0
    life_s: float = 5.0 * 31557600.0
    terminal_bit_s: float = math.inf  # what it exchanges with the ground, both directions together
    sources: dict[str, str] = field(default_factory=dict)
