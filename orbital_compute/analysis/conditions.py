"""What a satellite flew under in a run: date, Sun, and how far coating, array and battery have aged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..constants import ASTRONOMICAL_UNIT_M, SOLAR_CONSTANT_W_M2
from ..errors import ScenarioError
from ..model.constellation import Constellation
from ..model.fleet import YEAR_S
from ..model.frames import sun_teme
from ..scenario.build import build
from ..scenario.load import load_scenario
from .budget import design_of, hardware_of

if TYPE_CHECKING:
    from ..results import Results
    from ..scenario.schema_space import Satellite


@dataclass(frozen=True)
class Conditions:
    """Conditions at the middle of a run; beta is the angle between Sun and orbit plane, NaN where it is not known."""

    date: np.datetime64
    sun_distance_au: float
    flux_w_m2: float
    beta_rad: float
    age_s: float
    absorptivity: float  # of the radiator
    array_health: float  # power over that when new
    capacity_j: float


def conditions(results: Results, sample: int = 0) -> Conditions:
    """Return the conditions of a sampled satellite."""
    dataset = results.dataset
    times = dataset["sample_time"].values
    date = times[times.size // 2]
    item, hardware = design_of(results, sample), hardware_of(results, sample)
    moment = date.astype("datetime64[us]").item()
    unit, distance_m = sun_teme(moment, np.zeros(1))
    distance_au = float(distance_m[0]) / ASTRONOMICAL_UNIT_M
    return Conditions(
        date=date,
        sun_distance_au=distance_au,
        flux_w_m2=SOLAR_CONSTANT_W_M2 / distance_au**2,
        beta_rad=_beta_rad(results, int(dataset["sample_satellite"].values[sample]), date, unit[0]),
        age_s=item.age,
        absorptivity=hardware.solar_m2 / item.radiator.area,
        array_health=_array_health(results, item, sample),
        capacity_j=hardware.capacity_j,
    )


def _array_health(results: Results, item: Satellite, sample: int) -> float:
    """Return the array's power over that when new: as the run left it, or by the age of the design without health."""
    dataset = results.dataset
    if "radiator_absorptivity" in dataset:
        return float(dataset["satellite_array_left"].values[int(dataset["sample_satellite"].values[sample])])
    return (1.0 - item.array.degradation * YEAR_S) ** (item.age / YEAR_S)


def orbit_normal(fleet: Constellation, row: int, date: np.datetime64) -> np.ndarray:
    """Return the normal of a satellite's orbit at a date, float64[3], in the equator of date."""
    r_m = fleet.positions(date + np.array([0, 120], dtype="timedelta64[s]"))[row]
    normal = np.cross(r_m[0], r_m[1])
    return normal / np.linalg.norm(normal)


def _beta_rad(results: Results, row: int, date: np.datetime64, sun: np.ndarray) -> float:
    try:
        fleet = build(load_scenario(results.manifest["scenario"])).constellation
    except ScenarioError:  # files of the scenario, which lie elsewhere
        return math.nan
    return math.asin(float(np.clip(orbit_normal(fleet, row, date) @ sun, -1.0, 1.0)))
