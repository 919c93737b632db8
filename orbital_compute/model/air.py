"""The fleet in thin air: what holding its height costs, and how those that failed come down.

Satellites of one shell, height and inclination make a **ring**; all in a ring meet the same density. A shell of a
design is one ring; real element sets make many. Rings and their planes are fixed at the start.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..physics.drag import (
    drag_deceleration_m_s2,
    share_edge_on,
    share_facing_sun,
    tumbling_area_m2,
    turning_air_factor,
)
from ..physics.manoeuvre import propellant_kg
from ..physics.orbit import secular_rates
from .air_density import GRID_M, mean_density
from .air_spec import YEAR_S, AirSpec, DragSpec
from .decay import Fall
from .frames import sun_teme
from .satellite_type import SatelliteType
from .shells import GOLDEN_SHARE
from .solar_activity import DAY_S, LEVELS, days_of, solar_activity

RING_M, RING_DEG, NODE_DEG = 1e3, 0.5, 0.5  # what counts as one height, inclination and node
CLASS_DEG = 2.0  # inclinations that share a curve of density: it moves by half a per cent in as much
ACTIVITY = (*LEVELS, "run")  # of the outlook by shell: three steady levels, and the run's own
CUBE_SURFACE = 6.0  # over the area of a face: the body


class AirDay(NamedTuple):
    """What the air does to each shell over an interval, [n_shell]; NaN where a shell has no satellites."""

    density_kg_m3: np.ndarray
    delta_v_m_s: np.ndarray  # that each live satellite spends on its height
    propellant_kg: np.ndarray  # of all live satellites together
    propellant_left_kg: np.ndarray  # of a satellite; NaN where none is given
    failed_in_orbit: np.ndarray  # int64, at the end of the interval
    reentered: np.ndarray  # int64, within the interval


class AirOutlook(NamedTuple):
    """What the air would do, float64[n_shell, n_activity] in the order of `ACTIVITY`; the run's own from a day on."""

    delta_v_m_s: np.ndarray  # of a live satellite in the year to come
    propellant_kg: np.ndarray  # the same
    lifetime_s: np.ndarray  # of one that fails on that day; inf past 200 years
    over_rule: np.ndarray  # bool, longer than the rule allows


def ram_area_m2(design: SatelliteType, drag: DragSpec, sun_elevation_rad) -> np.ndarray:
    """Return the mean area across the flight [m²], the Sun so high above the plane of the orbit (`DragSpec`).

    A two-axis array faces the Sun, a one-axis array as much of it as lies in the plane, also in the Earth's shadow; an
    edge-on radiator holds its edges to the Sun and to the Earth, so that under a Sun over the plane it is broadside on.
    """
    elevation = np.asarray(sun_elevation_rad, float)
    if drag.ram_area_m2 is not None:
        return np.full(elevation.shape, drag.ram_area_m2)
    edge = np.full(elevation.shape, drag.edge_fraction)
    array = {
        "two_axis": share_facing_sun(elevation),
        "one_axis": share_facing_sun(0.0 * elevation),
        "orbit_normal": edge,
        "zenith": edge,
    }[design.array.pointing]
    radiator = {"edge_on": share_edge_on(elevation), "orbit_normal": edge, "zenith": edge}[design.radiator.pointing]
    return (
        drag.body_area_m2
        + design.array.area_m2 * np.maximum(array, edge)
        + design.radiator.area_m2 * np.maximum(radiator, edge)
    )


def failed_area_m2(design: SatelliteType, drag: DragSpec) -> float:
    """Return the mean area of a tumbling satellite [m²]: a quarter of its surface, the body taken as a cube."""
    if drag.tumbling_area_m2 is not None:
        return drag.tumbling_area_m2
    surface_m2 = CUBE_SURFACE * drag.body_area_m2 + 2.0 * (design.array.area_m2 + design.radiator.area_m2)
    return float(tumbling_area_m2(surface_m2))


class FleetAir:
    """The air of a run: rings, what they have spent, and the failed satellites on their way down.

    Parameters
    ----------
    spec : AirSpec
    constellation : Constellation
        Its epoch is the start of the run.
    satellite_types : dict[str, SatelliteType]
        Designs by name; a shell that names none takes the first.

    Raises
    ------
    ScenarioError
        If the density asked for cannot be had.
    """

    def __init__(self, spec: AirSpec, constellation, satellite_types: dict[str, SatelliteType]):
        self.spec, self.epoch = spec, constellation.epoch
        self.n_shell = len(constellation.shell_names)
        self._set_rings(constellation)
        names = list(satellite_types)
        by_shell = [name or names[0] for name in constellation.shell_satellite_type]
        self.designs = [satellite_types[name] for name in by_shell]
        kind = np.array([by_shell.index(name) for name in by_shell])[self.shell[self._plane_ring]]  # first shell alike
        self._alike = [(k, np.flatnonzero(kind == k)) for k in np.unique(kind).tolist()]
        self.drags = [spec.drag.get(name, DragSpec()) for name in by_shell]
        self.mass_kg = np.array([design.mass_kg for design in self.designs])[self.shell]
        self.impulse_s = np.array([drag.specific_impulse_s for drag in self.drags])[self.shell]
        coefficient = np.array([drag.coefficient for drag in self.drags])[self.shell]
        self.coefficient = coefficient
        failed_m2 = [failed_area_m2(design, drag) for design, drag in zip(self.designs, self.drags, strict=True)]
        self.failed_m2_kg = coefficient * np.array(failed_m2)[self.shell] / self.mass_kg
        tilt, self.tilt = np.unique(np.round(np.degrees(self.inclination_rad) / CLASS_DEG), return_inverse=True)
        classes_rad = np.radians(tilt * CLASS_DEG)
        self.density = mean_density(spec.density, classes_rad, spec.geomagnetic_ap)
        self.fall = Fall(self.density, classes_rad, spec.end_altitude_m)
        self.turning = turning_air_factor(EARTH_RADIUS_M + self.altitude_m, self.inclination_rad)
        self.spent_kg = np.zeros(self.count.size)  # by each live satellite of a ring
        self.n_failed = np.zeros(self.n_shell, dtype=np.int64)
        self.cohort_ring = np.zeros(0, dtype=np.int64)
        self.cohort_altitude_m = np.zeros(0)
        self.cohort_count = np.zeros(0, dtype=np.int64)

    def _set_rings(self, constellation) -> None:
        """Set the rings and their planes."""
        shell = np.asarray(constellation.shell, dtype=np.int64)
        height = np.round((constellation.semi_major_axis_m - EARTH_RADIUS_M) / RING_M).astype(np.int64)
        tilt = np.round(np.degrees(constellation.inclination_rad) / RING_DEG).astype(np.int64)
        node = np.round(np.degrees(constellation.raan_rad) / NODE_DEG).astype(np.int64)
        key = ((shell << 20 | height) << 10 | tilt) << 10 | node  # heights to 1,000,000 km, turns of 720 and less
        key, first, plane, n_plane = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        _, ring_first, ring = np.unique(key >> 10, return_index=True, return_inverse=True)
        first_row = first[ring_first]
        self.shell = shell[first_row]
        self.count = np.bincount(ring, n_plane).astype(np.int64)
        whole = np.bincount(self.shell, self.count, minlength=self.n_shell)
        self.share = self.count / whole[self.shell]  # of its shell's satellites
        plane = ring[plane]
        axis_m = np.bincount(plane, constellation.semi_major_axis_m) / self.count
        self.altitude_m = axis_m - EARTH_RADIUS_M
        self.inclination_rad = np.bincount(plane, constellation.inclination_rad) / self.count
        self._plane_ring, self._plane_share = ring, n_plane / self.count[ring]
        self._node_rad = np.asarray(constellation.raan_rad)[first]
        self._node_rate = secular_rates(axis_m, self.inclination_rad)[2]

    def ram_m2(self, start_s: float, length_s: float = 0.0) -> np.ndarray:
        """Return the mean area across the flight [m²] of each ring's satellites from `start_s` after the start on.

        Planes turn by up to 8 degrees a day: the Sun is looked up once a day, at most sixteen times.
        """
        n = int(np.clip(np.ceil(length_s / DAY_S), 1, 16))
        times_s = start_s + (np.arange(n) + 0.5) / n * length_s
        ring = self._plane_ring
        total = np.zeros(self.count.size)
        for sun, time_s in zip(sun_teme(self.epoch, times_s)[0], times_s, strict=True):
            tilt, node = self.inclination_rad[ring], self._node_rad + self._node_rate[ring] * time_s
            height = (np.sin(node) * sun[0] - np.cos(node) * sun[1]) * np.sin(tilt) + np.cos(tilt) * sun[2]
            elevation, area = np.arcsin(np.clip(height, -1.0, 1.0)), np.zeros(ring.size)
            for k, rows in self._alike:
                area[rows] = ram_area_m2(self.designs[k], self.drags[k], elevation[rows])
            total += np.bincount(ring, area * self._plane_share, minlength=self.count.size)
        return total / n

    def densities_kg_m3(self, flux_sfu: float) -> np.ndarray:
        """Return the mean density that each ring meets at a flux of the Sun; 0 above 2,500 km."""
        column, found = np.log(self.density.at(flux_sfu)), np.zeros(self.count.size)
        for k in range(column.shape[0]):
            rows = self.tilt == k
            found[rows] = np.exp(np.interp(self.altitude_m[rows], GRID_M, column[k]))
        return np.where(self.altitude_m <= GRID_M[-1], found, 0.0)

    def _keeping(self, flux_sfu: float, ram_m2: np.ndarray, spent_kg: np.ndarray, length_s: float):
        """Return density, change of speed and propellant of a satellite of each ring over a time, `spent_kg` before."""
        density, mass_kg = self.densities_kg_m3(flux_sfu), np.maximum(self.mass_kg - spent_kg, 1.0)
        drag_m2_kg = self.coefficient * ram_m2 / mass_kg
        slow = drag_deceleration_m_s2(density, EARTH_RADIUS_M + self.altitude_m, drag_m2_kg, self.turning)
        return density, slow * length_s, propellant_kg(mass_kg, slow * length_s, self.impulse_s)

    def new_day(self, start_s: float, length_s: float, alive: np.ndarray, failed: np.ndarray) -> AirDay:
        """Return what happens from `start_s` after the start of the run, for `length_s` (a day, or what it stands for).

        Parameters
        ----------
        start_s, length_s : float
        alive : int64[n_shell]
            Satellites that hold their height.
        failed : int64[n_shell]
            Satellites that stop doing so at `start_s`; they tumble from there on.
        """
        middle_s = start_s + 0.5 * length_s
        flux = float(self.spec.activity.at(days_of(self.epoch) + middle_s / DAY_S))
        density, speed, spent = self._keeping(flux, self.ram_m2(start_s, length_s), self.spent_kg, length_s)
        self.spent_kg = self.spent_kg + spent
        self._let_fall(np.asarray(failed, dtype=np.int64))
        reentered = self._sink(flux, length_s)
        up = np.bincount(self.shell[self.cohort_ring], self.cohort_count, minlength=self.n_shell)
        return AirDay(
            self.shell_mean(density),
            self.shell_mean(speed),
            self.shell_mean(spent) * np.asarray(alive),
            self._propellant_left_kg(),
            up.astype(np.int64),
            reentered,
        )

    def _let_fall(self, failed: np.ndarray) -> None:
        """Add cohorts: the k-th failure of a shell falls from the ring at the golden section's k-th share of it."""
        for k in np.flatnonzero(failed):
            rings = np.flatnonzero(self.shell == k)
            order = self.n_failed[k] + np.arange(failed[k])
            place = np.searchsorted(np.cumsum(self.share[rings]), np.mod((order + 0.5) * GOLDEN_SHARE, 1.0))
            count = np.bincount(np.minimum(place, rings.size - 1), minlength=rings.size)
            some = count > 0
            self.cohort_ring = np.append(self.cohort_ring, rings[some])
            self.cohort_altitude_m = np.append(self.cohort_altitude_m, self.altitude_m[rings[some]])
            self.cohort_count = np.append(self.cohort_count, count[some])
        self.n_failed += failed

    def _sink(self, flux_sfu: float, length_s: float) -> np.ndarray:
        """Move all cohorts on, and return the satellites of each shell that re-enter, int64[n_shell]."""
        ring = self.cohort_ring
        lower, ended_s = self.fall.sink(
            self.cohort_altitude_m, self.tilt[ring], self.failed_m2_kg[ring], flux_sfu, length_s
        )
        down = np.isfinite(ended_s)
        reentered = np.bincount(self.shell[ring[down]], self.cohort_count[down], minlength=self.n_shell)
        self.cohort_ring, self.cohort_count = ring[~down], self.cohort_count[~down]
        self.cohort_altitude_m = lower[~down]
        return reentered.astype(np.int64)

    def _propellant_left_kg(self) -> np.ndarray:
        tank = np.array([np.nan if drag.propellant_kg is None else drag.propellant_kg for drag in self.drags])
        return np.maximum(tank - self.shell_mean(self.spent_kg), 0.0)

    def shell_mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean over each shell's satellites of values by ring, [n_shell]; NaN where there are none."""
        total = np.bincount(self.shell, values * self.share, minlength=self.n_shell)
        return np.where(np.bincount(self.shell, minlength=self.n_shell) > 0, total, np.nan)

    def outlook(self, start_s: float = 0.0) -> AirOutlook:
        """Return each shell's year to come and the lifetime of what fails at `start_s`, at all of `ACTIVITY`.

        The year goes in eight parts, each with its own flux and its mean area across the flight.
        """
        day, part_s = days_of(self.epoch) + start_s / DAY_S, YEAR_S / 8
        areas = [self.ram_m2(start_s + k * part_s, part_s) for k in range(8)]
        columns: list[list[np.ndarray]] = [[], [], []]
        for name in ACTIVITY:
            activity = self.spec.activity if name == "run" else solar_activity(name)
            speed, spent = np.zeros(self.count.size), np.zeros(self.count.size)
            for k, area in enumerate(areas):
                flux = float(activity.at(day + (k + 0.5) * part_s / DAY_S))
                _, part_speed, part_spent = self._keeping(flux, area, self.spent_kg + spent, part_s)
                speed, spent = speed + part_speed, spent + part_spent
            life_s = self.fall.lifetime_s(self.altitude_m, self.tilt, self.failed_m2_kg, activity, day)
            for column, values in zip(columns, (speed, spent, life_s), strict=True):
                column.append(self.shell_mean(values))
        speed, propellant, lifetime = (np.stack(column, axis=1) for column in columns)
        return AirOutlook(speed, propellant, lifetime, lifetime > self.spec.rule_s)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that changes within a run, as arrays."""
        return {name: getattr(self, name).copy() for name in STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` returned."""
        for name in STATE:
            setattr(self, name, np.array(state[name]))


STATE = ("spent_kg", "n_failed", "cohort_ring", "cohort_altitude_m", "cohort_count")
