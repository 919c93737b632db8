"""Soft errors of a fleet: rates of its orbits, and the events drawn window by window (MODEL §5.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..constants import EARTH_J2, EARTH_RADIUS_M
from ..errors import ModelError
from ..kernels.soft_errors import (
    EXPOSURE_QUANTUM_FLOP,
    N_KIND,
    SoftErrorRows,
    SoftErrorSky,
    SoftErrorSums,
    SoftErrorTables,
    count_soft_errors,
)
from ..kernels.supply import WORK_QUANTUM_FLOP
from ..physics.radiation import event_rate_per_s, solar_cycle_factor
from .anomaly import LEVEL_KM, Level, level, orbit_mean
from .dose_table import DoseTable
from .radiation import RadiationSpec

REFERENCE_RAD_PER_YEAR = 150.0  # exposure 1: the orbit of the test, 650 km
MOST_EVENTS = 1e6  # of one satellite and window: each is drawn
# Swing of the solar cycle over that at 650 km: dose by AP-8 MIN over MAX behind 10 mm on a polar orbit, less 1 (C)
SWING_ALTITUDE_KM = np.array([300.0, 400.0, 500.0, 600.0, 650.0, 700.0, 800.0, 1000.0, 1250.0, 1500.0, 2000.0])
SWING = np.array([6.3, 2.5, 1.52, 1.13, 1.0, 0.93, 0.76, 0.64, 0.59, 0.46, 0.23])


class SoftErrorCounts(NamedTuple):
    """What soft errors did in a window."""

    events: np.ndarray  # int64[n_shell, 3]: silent corruption, memory error, functional interrupt
    exposure_flop: np.ndarray  # float64[n_shell], executed work times dose rate over 150 rad/year
    lost_flop: np.ndarray  # float64[n_signature], work to be done again
    tainted_flop: np.ndarray  # float64[n_signature], work spoilt that nothing noticed; not in lost_flop


def orbit_altitude_km(orbits: np.ndarray) -> np.ndarray:
    """Return mean semi-major axes less the Earth's radius [km] of rows of `orbit_table`: float64[n_orbit]."""
    radius_m, cosine = orbits[:, 0], orbits[:, 1]
    a_m = radius_m.copy()
    for _ in range(4):  # inverse of mean_radius_m = a (1 - 1.5 k2 (3 cos² i - 1)/a²)
        a_m = radius_m / (1 - 0.75 * EARTH_J2 * (EARTH_RADIUS_M / a_m) ** 2 * (3 * cosine**2 - 1))
    return (a_m - EARTH_RADIUS_M) / 1e3


class SoftErrors:
    """Rates and draws for the satellites of a fleet.

    Parameters
    ----------
    spec : RadiationSpec
    orbits : float64[n_orbit, 12]
        Fields of `physics.orbit.Orbit` (`Constellation.orbits`).
    orbit_index, shell : int32[n_row]
        Of each satellite.
    key : int64[n_row]
        What its draws hang on: catalogue number, or row in the whole constellation; 0 to 2³² - 1.
    year : float
        Decimal year of the doses and the map; `new_year` changes it.
    n_shell, seed : int

    Raises
    ------
    ScenarioError
        If the table of doses cannot be read.
    ModelError
        If it does not reach an orbit.
    """

    def __init__(self, spec: RadiationSpec, orbits, orbit_index, shell, key, *, year: float, n_shell: int, seed: int):
        self.spec, self.seed, self.n_shell = spec, seed, n_shell
        self._orbits = np.asarray(orbits, float)
        self._table = DoseTable.named(spec.table, shielding_mm=spec.shielding_mm)
        self.altitude_km = orbit_altitude_km(self._orbits)
        self.inclination_deg = np.degrees(np.arctan2(self._orbits[:, 2], self._orbits[:, 1]))
        self.rows = _rows(np.asarray(orbit_index), np.asarray(shell), np.asarray(key))
        self._flown = np.unique(self.rows.run_orbit)
        self.new_year(year)

    def new_year(self, year: float) -> None:
        """Take doses and map of another date."""
        spec = self.spec
        self.year = year
        n = self._orbits.shape[0]
        #: Dose rate of each orbit, 0 where nobody flies it.
        self.dose_rad_per_year = np.zeros(n)
        self.dose_rad_per_year[self._flown] = self._table.dose_rad_per_year(
            self.altitude_km[self._flown],
            self.inclination_deg[self._flown],
            shielding_mm=spec.shielding_mm,
            year=year,
            exponent=spec.shielding_exponent,
        )
        if spec.solar_cycle is not None and not self._table.has_years:
            swing = np.interp(self.altitude_km, SWING_ALTITUDE_KM, SWING)
            for k in self._flown:
                wide = 1.0 + (spec.solar_cycle.quiet_over_active - 1.0) * swing[k]
                self.dose_rad_per_year[k] *= solar_cycle_factor(year, spec.solar_cycle.strongest_year, wide)
        #: Mean rates of one device, float64[n_orbit, 3], in 1/s.
        self.rate_per_s = self._rates(self.dose_rad_per_year)
        reference = self._rates(np.array([REFERENCE_RAD_PER_YEAR]))[0]
        self._reference_kinds_per_s = reference
        total = max(float(reference.sum()), 1e-300)
        maps, orbit_map, even, gain = self._maps()
        recovery_s = (spec.detection * spec.corruption_recovery_s, spec.memory_recovery_s, spec.interrupt_recovery_s)
        self.tables = SoftErrorTables(
            maps,
            orbit_map,
            even,
            gain,
            self.rate_per_s.sum(axis=1),
            np.cumsum(reference)[:2] / total,
            np.array(recovery_s),
            np.array([(1.0 - spec.detection) * spec.corruption_recovery_s, 0.0, 0.0]),
            np.array([total]),
        )
        peak = even + gain * float(maps[:, ::4].max())
        self._most_per_s = float((self.tables.rate_per_s * peak).max())  # of a device, anywhere

    def _rates(self, dose_rad_per_year: np.ndarray) -> np.ndarray:
        """Return events of each kind [1/s] for dose rates: float64[n, 3]."""
        return np.array(
            [[event_rate_per_s(d, each, self.spec.transfer) for each in self.spec.dose_per_event_rad]
             for d in dose_rad_per_year.tolist()]
        )  # fmt: skip

    def _maps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return maps, and for each orbit which, the even share, and the gain that keeps the mean at 1."""
        n, spec = self._orbits.shape[0], self.spec.anomaly
        orbit_map, even, gain = np.zeros(n, np.int32), np.ones(n), np.zeros(n)
        if spec is None:
            return np.zeros((1, 64 * 128 * 4), np.float32), orbit_map, even, gain
        heights = np.round(self.altitude_km / LEVEL_KM) * LEVEL_KM
        known, which = np.unique(heights[self._flown], return_inverse=True)
        drift = {
            "west_deg_per_year": spec.west_drift_deg_per_year,
            "north_deg_per_year": spec.north_drift_deg_per_year,
        }
        levels: list[Level] = [level(float(height), self.year, **drift) for height in known]
        for k, k_map in zip(self._flown.tolist(), which.tolist(), strict=True):
            mean = orbit_mean(levels[k_map].row_mean, self._orbits[k])
            share = min(spec.background_rad_per_year / self.dose_rad_per_year[k], 1.0)
            orbit_map[k] = k_map
            if mean > 0.0:  # an orbit that never meets the belt has its events evenly
                even[k], gain[k] = share, (1.0 - share) / mean
        return np.stack([each.cells.ravel() for each in levels]), orbit_map, even, gain

    @property
    def kind_shares(self) -> np.ndarray:
        """Share of each kind in all events: float64[3]."""
        return self._reference_kinds_per_s / float(self.tables.reference_per_s[0])

    def gang_rates_per_s(self, exposure_flop: float, executed_flop: float) -> tuple[float, float, float]:
        """Return the rates of one chip [1/s], by kind, that executed work met on average; zeros where none was done."""
        share = exposure_flop / executed_flop if executed_flop > 0.0 else 0.0
        corruption, memory, interrupt = (self._reference_kinds_per_s * share).tolist()
        return corruption, memory, interrupt

    def count(
        self,
        window: int,
        window_s: float,
        gmst_rad: float,
        direction: np.ndarray,
        devices: np.ndarray,
        executed_flop: np.ndarray,
        signature: np.ndarray,
        n_signature: int,
        ranges: Sequence[tuple[int, int]],
        run: Callable[..., Iterable] = map,
        factor: float = 1.0,
    ) -> SoftErrorCounts:
        """Return the soft errors of a window, the same bits however the rows are cut into ranges.

        Parameters
        ----------
        window : int
            Number of the window in the run.
        window_s, gmst_rad : float
            Its length, and the sidereal time of Greenwich at its middle.
        direction : float64[3, n_row] or float32[3, n_row]
            Unit vectors in the equator of date (TEME) at its middle.
        devices : float32[n_row]
            Accelerators at work.
        executed_flop : float64[n_row]
        signature : int32[n_row]
            Negative: lost work is not asked for.
        n_signature : int
        ranges : sequence of (first, last)
        run : callable
            `map`, or the `map` of a thread pool.
        factor : float
            On all rates, as in a storm of the Sun.

        Raises
        ------
        ModelError
            If more events are due than can be drawn one by one.
        """
        self._check(float(devices.max(initial=0.0)), window_s * factor)
        tables = self.tables._replace(rate_per_s=self.tables.rate_per_s * factor)
        sky = SoftErrorSky(self.seed, window, window_s, math.cos(gmst_rad), math.sin(gmst_rad))

        def draw(part):
            sums = self.empty_sums(n_signature)
            count_soft_errors(
                sky, tables, self.rows, direction, devices, executed_flop, signature, part[0], part[1], sums
            )
            return sums

        total = self.empty_sums(n_signature)
        for sums in run(draw, ranges):
            for whole, part in zip(total, sums, strict=True):
                whole += part
        return SoftErrorCounts(
            total.events,
            total.exposure * EXPOSURE_QUANTUM_FLOP,
            total.lost * WORK_QUANTUM_FLOP,
            total.tainted * WORK_QUANTUM_FLOP,
        )

    def empty_sums(self, n_signature: int) -> SoftErrorSums:
        """Return sums of nothing."""
        return SoftErrorSums(
            np.zeros((self.n_shell, N_KIND), np.int64),
            np.zeros(self.n_shell, np.int64),
            np.zeros(n_signature, np.int64),
            np.zeros(n_signature, np.int64),
        )

    def _check(self, devices: float, window_s: float) -> None:
        most = devices * window_s * self._most_per_s
        if not most <= MOST_EVENTS:
            raise ModelError(
                f"{most:.3g} soft errors of one satellite in a window of {window_s:g} s are too many to draw; "
                "shorten the window, or check the dose per event and the transfer factor",
                quantity="soft_errors",
                value=most,
                limit=MOST_EVENTS,
            )


def _rows(orbit_index: np.ndarray, shell: np.ndarray, key: np.ndarray) -> SoftErrorRows:
    """Return the runs of neighbouring rows with equal orbit and shell."""
    if key.size and not (int(key.min()) >= 0 and int(key.max()) < 2**32):
        raise ModelError(
            f"keys of draws run from {key.min()} to {key.max()}; they are whole numbers of 32 bits",
            quantity="key",
            value=int(key.max()),
            limit=2**32 - 1,
        )
    change = np.flatnonzero((np.diff(orbit_index) != 0) | (np.diff(shell) != 0)) + 1
    first = np.concatenate([np.zeros(1, np.int64), change.astype(np.int64)])
    return SoftErrorRows(
        key.astype(np.uint32),
        np.append(first, orbit_index.size).astype(np.int64),
        orbit_index[first].astype(np.int32),
        shell[first].astype(np.int32),
    )
