"""The laws of health for one design of satellite: what it meets in an interval, and how it has aged by now."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.health import Aged, Hazard
from ..physics.ageing import compounded_left, inverse_knee, settled_absorptivity
from ..physics.failure import constant_left, failing_share, mixed_lost, weibull_lost
from .constellation import Constellation
from .dose_table import DoseTable
from .health_spec import YEAR_S, HealthSpec, SatelliteFailures
from .satellite_type import SatelliteType
from .soft_errors import REFERENCE_RAD_PER_YEAR, orbit_altitude_km

DOSE_TABLE, DOSE_DEPTH_MM = "default", 10.0  # the scaling of MODEL §5.3 with altitude, by inclination
TOP_KM = 2000.0  # of the table; dose above is taken as there


def dose_over_reference(orbits: np.ndarray) -> np.ndarray:
    """Return dose of orbits, rows of `orbit_table`, over that of a sun-synchronous one at 650 km: float64[n_orbit].

    It scales the damage to cells: that of the mean solar cycle behind 10 mm of aluminium, since no table is for thin
    glass. Held above 2,000 km.
    """
    altitude_km = np.clip(orbit_altitude_km(orbits), 0.0, TOP_KM)
    inclination_deg = np.degrees(np.arctan2(orbits[:, 2], orbits[:, 1]))
    table = DoseTable.named(DOSE_TABLE)
    dose = table.dose_rad_per_year(altitude_km, inclination_deg, shielding_mm=DOSE_DEPTH_MM, year=0.0)
    return dose / REFERENCE_RAD_PER_YEAR


def satellite_keys(constellation: Constellation, row: np.ndarray) -> np.ndarray:
    """Return what chance knows satellites by: the catalogue number in element sets, else the row; uint64[n]."""
    numbers = np.asarray(constellation.catalog_number)[row]
    known = not constellation.is_theory and bool((numbers > 0).all())
    return (numbers if known else np.asarray(row)).astype(np.uint64)


def hazard_of(spec: HealthSpec, satellite: SatelliteType, age_s: float, interval_s: float) -> Hazard:
    """Return what a satellite of this type and age meets in the interval that follows."""
    young, lost, infant = spec.satellites, 0.0, 0.0
    if young is not None:
        before, after = (_infant_and_all_lost(young, time_s) for time_s in (age_s, age_s + interval_s))
        lost = failing_share(before[1], after[1])
        infant = (after[0] - before[0]) / (after[1] - before[1]) if after[1] > before[1] else 0.0

    def left(law: Any, factor: float = 1.0) -> float:
        return 1.0 if law is None else constant_left(factor * law.rate_per_year / YEAR_S, interval_s)

    return Hazard(
        devices=satellite.compute.count,
        strings=1 if spec.strings is None else spec.strings.count,
        pumps=1 if spec.pumps is None else spec.pumps.count,
        lasers=1 if spec.lasers is None else spec.lasers.count,
        device_left=left(spec.devices, 1.0 if spec.devices is None else spec.devices.factor),
        string_left=left(spec.strings),
        pump_left=left(spec.pumps),
        laser_left=left(spec.lasers),
        satellite_lost=lost,
        infant=infant,
    )


def _infant_and_all_lost(law: SatelliteFailures, age_s: float) -> tuple[float, float]:
    """Return the shares of satellites lost young, and lost in all, by an age."""
    infant = law.infant_share * weibull_lost(age_s, law.infant_scale_s, law.infant_shape)
    return infant, mixed_lost(
        age_s, law.infant_share, law.infant_scale_s, law.infant_shape, law.wear_scale_s, law.wear_shape
    )


def aged_of(spec: HealthSpec, satellite: SatelliteType, age_s: float) -> Aged:
    """Return how a satellite of this type has aged by now, besides its battery."""
    years, cells, loss = age_s / YEAR_S, spec.cells, satellite.array.degradation_per_year
    pace = 1.0 if spec.device_ageing is None else compounded_left(spec.device_ageing.loss_per_year, years)
    if cells is None:
        return Aged(pace, 1.0, years, 0.0, 1.0)
    reference_years, radiation_share = cells.reference_s / YEAR_S, 1.0 - cells.ultraviolet_share
    radiation_loss = 1.0 - compounded_left(loss, radiation_share * reference_years)
    return Aged(
        pace,
        compounded_left(loss, cells.ultraviolet_share * years),
        years,
        inverse_knee(radiation_loss, reference_years, cells.logarithm),
        cells.logarithm,
    )


def absorptivity_of(spec: HealthSpec, satellite: SatelliteType, age_s: float) -> float:
    """Return the solar absorptivity of a radiator of this type and age."""
    new, end, law = satellite.radiator.solar_absorptivity, satellite.radiator.absorptivity_end, spec.coatings
    if law is None or end is None:
        return new
    return settled_absorptivity(new, end, age_s, satellite.life_s, law.settling_s)
