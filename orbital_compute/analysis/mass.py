"""The mass of a satellite built up from its parts, beside the mass that its design gives, and areas for a power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..constants import SOLAR_CONSTANT_W_M2

if TYPE_CHECKING:
    from ..scenario.schema_space import Satellite

# MODEL §9; all engineering defaults (C) except the pack, which is NASA's state of the art (B).
ARRAY_W_KG = 125.0  # 100 to 150, of power in full sunlight when new
PACK_J_KG = 150.0 * 3600.0  # 120 to 250 Wh/kg
RADIATOR_KG_M2 = 6.0
COMPUTE_KG_W = 6e-3
BUS_KG = 250.0  # terminals and bus
STRUCTURE = 0.20  # of the parts
MARGIN = 0.20  # of parts and structure


@dataclass(frozen=True)
class MassBudget:
    """Masses of a satellite's parts by name [kg], and the mass that its design gives."""

    parts: dict[str, float]
    stated_kg: float

    @property
    def built_up_kg(self) -> float:
        """Sum of all parts, structure and margin among them."""
        return math.fsum(self.parts.values())

    @property
    def ratio(self) -> float:
        """Built up over stated: far above 1, the design claims what today's parts do not give."""
        return self.built_up_kg / self.stated_kg


def mass_parts(array_w: float, battery_j: float, radiator_m2: float, it_w: float) -> dict[str, float]:
    """Return the masses of a satellite's parts [kg]."""
    parts = {
        "array": array_w / ARRAY_W_KG,
        "battery": battery_j / PACK_J_KG,
        "radiator": RADIATOR_KG_M2 * radiator_m2,
        "compute": COMPUTE_KG_W * it_w,
        "terminals and bus": BUS_KG,
    }
    bare = math.fsum(parts.values())
    return {**parts, "structure": STRUCTURE * bare, "margin": MARGIN * (1.0 + STRUCTURE) * bare}


def mass_budget(design: Satellite) -> MassBudget:
    """Return the mass budget of a scenario's satellite."""
    parts = mass_parts(array_power_w(design), design.battery.capacity, design.radiator.area, it_power_w(design))
    return MassBudget(parts, design.mass)


def array_power_w(design: Satellite) -> float:
    """Return the power of a new array in full sunlight, cells at 298 K, before all losses behind them [W]."""
    return SOLAR_CONSTANT_W_M2 * design.array.area * design.array.packing * design.array.efficiency


def it_power_w(design: Satellite) -> float:
    """Return the power of all servers of a satellite at full load [W]."""
    compute = design.compute
    return compute.count * compute.power * compute.server_overhead
