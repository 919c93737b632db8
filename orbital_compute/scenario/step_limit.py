"""The longest step that the temperatures of a satellite can follow."""

from __future__ import annotations

from collections.abc import Iterator

from ..constants import STEFAN_BOLTZMANN_W_M2_K4
from ..errors import Problem, ScenarioError
from ..model.satellite_type import SatelliteType
from .load import Scenario
from .quantity import write_quantity

# A step is exponential in the slope at its start (MODEL §4.2), so it is stable at any length, but over many time
# constants it overshoots where sunlight begins: by 3 K in the fluid at 10 of them; at 90 the radiated heat of a step
# comes out negative, and cells jump by 200 K.
LARGEST_STEP = 5.0  # time constants
USUAL_K = 330.0


def check_step(scenario: Scenario, types: dict[str, SatelliteType]) -> None:
    """Raise if the step is too long for the heat capacity of a radiator or an array.

    Raises
    ------
    ScenarioError
        With every part that is too light, and what it needs.
    """
    problems = []
    for name, satellite in types.items():
        at = "satellite" if scenario.satellite is not None else f"satellites.{name}"
        for path, unit, capacity, constant_s in _parts(satellite):
            longest_s = LARGEST_STEP * constant_s
            if scenario.time.step > longest_s:
                least = write_quantity(float(f"{1.005 * capacity * scenario.time.step / longest_s:.3g}"), unit)
                problems.append(
                    Problem(
                        f"{write_quantity(capacity, unit)} follow the heat within {constant_s:.3g} s at {USUAL_K:g} K",
                        f"{at}.{path}",
                        capacity,
                        limit=f"a step of {scenario.time.step:g} s may be {LARGEST_STEP:g} times that",
                        cure=f"raise it to {least}, or shorten the step to {0.995 * longest_s:.3g} s",
                    )
                )
    if problems:
        raise ScenarioError(problems)


def _parts(satellite: SatelliteType) -> Iterator[tuple[str, str, float, float]]:
    """Give path, unit, heat capacity and time constant [s] of the parts whose temperature a step carries on.

    A grey body near T follows with C/(4 G T³), where it radiates G T⁴.
    """
    array, radiator = satellite.array, satellite.radiator
    slope = 4.0 * STEFAN_BOLTZMANN_W_M2_K4 * USUAL_K**3
    cells = array.heat_capacity_j_m2_k / (2.0 * array.emissivity * slope)
    faces_m2 = 2.0 * radiator.area_m2 * radiator.fin_efficiency * (1.0 - radiator.blocked_fraction)
    panel = radiator.heat_capacity_j_k / (radiator.emissivity * faces_m2 * slope)
    yield "array.heat_capacity", "kJ/m2/K", array.heat_capacity_j_m2_k, cells
    yield "radiator.heat_capacity", "kJ/K", radiator.heat_capacity_j_k, panel
