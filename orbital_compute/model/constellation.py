"""A constellation: mean elements of every satellite as flat arrays, its builders, and where it stands when."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import ModelError, Problem, ScenarioError
from ..kernels.positions import positions as theory_positions
from ..kernels.positions import turn
from ..physics.orbit import Correction, frozen_eccentricity, orbit_table, slot_turns
from .calibration import ARC_DAYS, calibrate, frozen_again, state_rows
from .element_table import read_element_table, table_rows
from .elements import REFUSED_DAYS, SGP4_ERRORS, ElementSet, read_text, usable_sets
from .frames import DAY_S, Instants, instants, instants_after, teme_to_frame
from .light import illumination
from .omm import looks_like_omm, read_omm
from .orbit_objects import orbit_from_state, orbit_rows, theory_states
from .shells import Shell, preset_data, preset_shells, shell_rows, sun_synchronous_warnings
from .threads import in_ranges
from .tle import read_tle


@dataclass(frozen=True, eq=False)
class Constellation:
    """Satellites as flat arrays, one row each, in the order shell, plane, slot, or that of the file.

    Elements are mean elements in the equator of date at `epoch` (`physics.orbit`), angles in radians. Where
    `element_records` holds SGP4 records (real element sets), those are flown and the arrays only describe them.
    `catalog_number` is 0 for designs. `warnings` are sentences about the input that a reader should see. `correction`
    holds what numerical arcs add to the theory, one entry for each satellite (None: the theory as it stands).
    """

    epoch: datetime
    semi_major_axis_m: np.ndarray
    eccentricity: np.ndarray
    inclination_rad: np.ndarray
    raan_rad: np.ndarray
    arg_perigee_rad: np.ndarray
    mean_anomaly_rad: np.ndarray
    shell: np.ndarray
    plane: np.ndarray
    slot: np.ndarray
    shell_names: list[str]
    shell_satellite_type: list[str | None]
    catalog_number: np.ndarray
    names: list[str] | None = None
    element_records: list[Any] | None = None
    warnings: list[str] = field(default_factory=list)
    correction: Correction | None = None

    @property
    def n_satellite(self) -> int:
        """Number of satellites."""
        return self.semi_major_axis_m.size

    def __len__(self) -> int:
        return self.n_satellite

    @property
    def is_theory(self) -> bool:
        """True where the orbit theory is flown, False for real element sets."""
        return self.element_records is None

    @classmethod
    def walker(
        cls,
        *,
        altitude_m: float,
        inclination_deg: float | str,
        n_plane: int,
        n_per_plane: int,
        epoch: datetime,
        phasing: float | str = 1,
        raan_spread_deg: float = 360.0,
        raan_deg: float = 0.0,
        eccentricity: float | None = None,
        arg_perigee_deg: float = 90.0,
    ) -> "Constellation":
        """Return one Walker shell: delta over 360 degrees of nodes, star over 180.

        `phasing` is Walker's F, or "alternate": odd planes half a slot on. `eccentricity` None is the frozen orbit
        (`shells.Shell`). Numbers are SI and degrees; astropy quantities are converted.

        Raises
        ------
        ScenarioError
            With every value that cannot be.
        """
        shell = Shell(
            name="walker",
            altitude_m=_number(altitude_m, "m"),
            inclination_deg=inclination_deg if isinstance(inclination_deg, str) else _number(inclination_deg, "deg"),
            n_plane=n_plane,
            n_per_plane=n_per_plane,
            phasing=phasing,
            raan_deg=_number(raan_deg, "deg"),
            raan_spread_deg=_number(raan_spread_deg, "deg"),
            eccentricity=eccentricity,
            arg_perigee_deg=_number(arg_perigee_deg, "deg"),
        )
        return cls.shells([shell], epoch=epoch)

    @classmethod
    def shells(cls, shells: Sequence[Shell], *, epoch: datetime) -> "Constellation":
        """Return the satellites of explicit shells, in their order.

        Raises
        ------
        ScenarioError
            With every fault of every shell.
        """
        rows: dict[str, Any] = shell_rows(shells, epoch)
        return cls(
            epoch=_utc(epoch),
            **rows,
            shell_names=[shell.name for shell in shells],
            shell_satellite_type=[shell.satellite_type for shell in shells],
            catalog_number=np.zeros(rows["slot"].size, dtype=np.int64),
            warnings=sun_synchronous_warnings(shells),
        )

    @classmethod
    def preset(
        cls, name: str, *, epoch: datetime | None = None, satellites: int | None = None, variant: str = "as_filed"
    ) -> "Constellation":
        """Return a filed constellation, scaled to `satellites` (its filed cap if None); see `shells.preset_shells`.

        `epoch` None is the date of the filed table.
        """
        shells = preset_shells(name, satellites=satellites, variant=variant)
        return cls.shells(shells, epoch=epoch or datetime.fromisoformat(preset_data(name)["epoch"]))

    @classmethod
    def from_elements(cls, table: str | Path | Mapping[str, Any], *, epoch: datetime) -> "Constellation":
        """Return satellites from mean elements: a CSV file, or a mapping of columns with the same names.

        Columns: `altitude_km`, `altitude_m` or `semi_major_axis_m`; `eccentricity` (empty column: frozen orbit);
        `inclination_deg`; `raan_deg`; `arg_perigee_deg`; `mean_anomaly_deg` or `arg_latitude_deg`; optional `shell`,
        `plane`, `slot`, `satellite_type`, `catalog_number`, `name`, `epoch` (UTC; carried to `epoch` by the secular
        rates). Rows keep their order; shells are numbered as they first appear.

        Raises
        ------
        ScenarioError
            With the line and column of every fault, twenty at most and a count.
        """
        epoch = _utc(epoch)
        rows = table_rows(table, epoch) if isinstance(table, Mapping) else read_element_table(table, epoch)
        return cls(epoch=epoch, **rows._asdict())

    @classmethod
    def from_tle(cls, path: str | Path, **options: Any) -> "Constellation":
        """Return real satellites from a file of two-line or three-line element sets, flown by SGP4.

        Options are those of `from_element_sets`.
        """
        return cls._from_sets(read_tle(path), **options)

    @classmethod
    def from_omm(cls, path: str | Path, **options: Any) -> "Constellation":
        """Return real satellites from Orbit Mean-Elements Messages (CSV, JSON, XML, KVN), flown by SGP4.

        Options are those of `from_element_sets`.
        """
        return cls._from_sets(read_omm(path), **options)

    @classmethod
    def from_element_sets(
        cls,
        path: str | Path,
        *,
        start: datetime | None = None,
        span_s: float = 0.0,
        max_age_days: float = REFUSED_DAYS,
    ) -> "Constellation":
        """Return real satellites from TLE, 3LE or OMM, whichever the file holds.

        Parameters
        ----------
        path : str or Path
        start : datetime
            When the run begins (None: the latest epoch of the file); t = 0 of the constellation.
        span_s : float
            How long it must hold [s]; satellites that SGP4 cannot follow so long are left out, with a warning.
        max_age_days : float
            Sets further than this from `start` are refused; `math.inf` allows any age.

        Raises
        ------
        ScenarioError
            With every line that is mangled, doubled or too old.
        """
        read = read_omm if looks_like_omm(read_text(path)) else read_tle
        return cls._from_sets(read(path), start=start, span_s=span_s, max_age_days=max_age_days)

    @classmethod
    def _from_sets(
        cls,
        sets: list[ElementSet],
        *,
        start: datetime | None = None,
        span_s: float = 0.0,
        max_age_days: float = REFUSED_DAYS,
    ) -> "Constellation":
        epoch = max(item.epoch for item in sets) if start is None else _utc(start)
        sets, warnings = usable_sets(sets, epoch, span_s, max_age_days)
        records = [item.record for item in sets]
        return cls(
            epoch=epoch,
            semi_major_axis_m=np.array([record.a * record.radiusearthkm * 1e3 for record in records]),
            eccentricity=np.array([record.ecco for record in records]),
            inclination_rad=np.array([record.inclo for record in records]),
            raan_rad=np.array([record.nodeo for record in records]),
            arg_perigee_rad=np.array([record.argpo for record in records]),
            mean_anomaly_rad=np.array([record.mo for record in records]),
            shell=np.zeros(len(records), dtype=np.int32),
            plane=np.zeros(len(records), dtype=np.int32),
            slot=np.arange(len(records), dtype=np.int32),
            shell_names=["element_sets"],
            shell_satellite_type=[None],
            catalog_number=np.array([item.catalog_number for item in sets], dtype=np.int64),
            names=[item.name for item in sets],
            element_records=records,
            warnings=warnings,
        )

    @classmethod
    def from_orbits(cls, orbits: Sequence[Any], *, epoch: datetime | None = None) -> "Constellation":
        """Return satellites from orbit objects of boinor, hapsira or poliastro, or any with the same attributes.

        Osculating elements in GCRS, carried to `epoch` (None: the latest of theirs) by numerical integration, become
        mean elements of the theory with the same position and velocity then, and with rates fitted to a numerical arc
        of a week (`orbit_objects.followed`): in low orbit within 0.3 km over the arc.

        Raises
        ------
        ScenarioError
            With every object that is no near-circular orbit about the Earth.
        """
        return cls(**orbit_rows(orbits, None if epoch is None else _utc(epoch)))

    def to_orbit(self, row: int) -> Any:
        """Return a satellite at the epoch as an orbit object of boinor (or hapsira, poliastro, whichever is there).

        Raises
        ------
        ScenarioError
            If no such library is installed, or there is no such row.
        """
        row = operator.index(row)
        if not -self.n_satellite <= row < self.n_satellite:
            raise ScenarioError(Problem(f"there is no row {row}", "to_orbit", row, f"0 to {self.n_satellite - 1}"))
        row %= self.n_satellite
        utc = instants_after(self.epoch, 0.0)
        if self.is_theory:
            (table, index), own = self.orbits, self.slots
            r_m, v_m_s = theory_states(table[index[row : row + 1]], own[row : row + 1])
        else:
            r_m, v_m_s = (state[:, 0] for state in self._sgp4(utc, row, row + 1))
        return orbit_from_state(r_m, v_m_s, utc)

    @classmethod
    def from_states(cls, r_m, v_m_s, *, epoch: datetime, days: float = ARC_DAYS) -> "Constellation":
        """Return satellites from positions [m] and velocities [m/s] at `epoch` in GCRS, float64[n, 3].

        Mean elements and the theory's rates are fitted to a numerical arc of `days` from each state
        (`calibration.fit_states`): in low orbit within 0.2 km over the arc.

        Raises
        ------
        ScenarioError
            If a state is no orbit, or its eccentricity is above 0.02.
        """
        return cls(epoch=_utc(epoch), **state_rows(r_m, v_m_s, _utc(epoch), days))

    def calibrated(self, *, days: float = ARC_DAYS) -> "Constellation":
        """Return these satellites with the theory held to numerical arcs of `days` (`calibration.calibrate`).

        One pair of arcs for each orbit, 0.06 s. Satellites on the theory's frozen eccentricity move to the arc's.

        Raises
        ------
        ModelError
            If these are real element sets, which SGP4 flies.
        """
        if not self.is_theory:
            raise ModelError("real element sets are flown by SGP4, whose rates they were fitted with; fly them as read")
        first, index = self._orbit_rows
        found = calibrate(self.semi_major_axis_m[first], self.inclination_rad[first], self.epoch, days=days)
        add = Correction(*(part[index] for part in found))
        frozen = frozen_eccentricity(self.semi_major_axis_m, self.inclination_rad)
        eccentricity = frozen_again(self.eccentricity, self.arg_perigee_rad, frozen, add.frozen_eccentricity)
        return replace(self, eccentricity=eccentricity, correction=add)

    @cached_property
    def orbits(self) -> tuple[np.ndarray, np.ndarray]:
        """`orbit_table` float64[n_orbit, 13] of each (semi-major axis, inclination), and int32[n] which one is flown.

        Where all satellites of each shell share them, an orbit is a shell.
        """
        first, index = self._orbit_rows
        known = first >= 0  # a shell without satellites has an orbit that nobody flies
        a = np.where(known, self.semi_major_axis_m[first], EARTH_RADIUS_M)
        inclination = np.where(known, self.inclination_rad[first], 0.0)
        add = None if self.correction is None else Correction(*(part[first] for part in self.correction))
        return orbit_table(a, inclination, add), index

    @cached_property
    def _orbit_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """For each orbit a satellite that flies it (-1: none), and int32[n], the orbit of each satellite."""
        a, inclination = self.semi_major_axis_m, self.inclination_rad
        some = np.full(len(self.shell_names), -1)
        some[self.shell] = np.arange(self.n_satellite)
        alike = (a == a[some[self.shell]]) & (inclination == inclination[some[self.shell]])
        if alike.all():
            return some, self.shell
        _, first, index = np.unique(a + 1j * inclination, return_index=True, return_inverse=True)
        return first, index.astype(np.int32)

    @cached_property
    def slots(self) -> np.ndarray:
        """float64[n, 4], the fields of `physics.orbit.Slot` of each satellite at the epoch."""
        table, index = self.orbits
        frozen = table[index, 3]
        turns = slot_turns(self.eccentricity, self.arg_perigee_rad, self.mean_anomaly_rad, self.raan_rad, frozen)
        return np.ascontiguousarray(np.stack(turns, axis=1))

    def seconds_after_epoch(self, times) -> np.ndarray:
        """Return float64[n_time], seconds from the epoch to `times`; leap seconds are not counted."""
        utc, epoch = instants(times), instants_after(self.epoch, 0.0)
        return ((utc.day - epoch.day) + (utc.fraction - epoch.fraction)) * DAY_S

    def positions(self, times, frame: str = "teme") -> np.ndarray:
        """Return float64[n_satellite, n_time, 3], positions [m] from the Earth's centre.

        Parameters
        ----------
        times : astropy Time, numpy.datetime64 (UTC), skyfield Time, or datetimes; one time counts as an array of one
        frame : "teme", "gcrs" or "itrs" (`model.frames`)

        Raises
        ------
        ModelError
            If SGP4 cannot follow a real satellite to one of the times.
        """
        utc = instants(times)
        matrix = None if frame == "teme" else teme_to_frame(utc, frame)
        r_m = np.empty((self.n_satellite, utc.day.size, 3))
        if self.is_theory:
            (table, index), own, times_s = self.orbits, self.slots, self.seconds_after_epoch(utc)

            def fill(first: int, last: int) -> None:
                theory_positions(table, index, own, times_s, first, last, r_m)
                if matrix is not None:
                    turn(matrix, first, last, r_m)
        else:

            def fill(first: int, last: int) -> None:
                r_m[first:last] = self._sgp4(utc, first, last)[0]
                if matrix is not None:
                    turn(matrix, first, last, r_m)

        in_ranges(fill, self.n_satellite)
        return r_m

    def illumination(self, times, earth: str = "wgs84") -> np.ndarray:
        """Return float64[n_satellite, n_time], the share of the Sun's disc in view, 0 umbra to 1 full sun."""
        utc = instants(times)
        return illumination(self.positions(utc, "teme"), utc, frame="teme", earth=earth)

    def ephemeris_teme(
        self, start: datetime, times_s, first: int = 0, last: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return SGP4 positions [m] and velocities [m/s], float64[last - first, n_time, 3], of real element sets.

        `times_s` are seconds after `start`; rows first to last.

        Raises
        ------
        ModelError
            If SGP4 cannot follow a satellite to one of the times, or these are no element sets.
        """
        if self.is_theory:
            raise ModelError("only real element sets have an SGP4 ephemeris; take positions()")
        return self._sgp4(instants_after(start, times_s), first, self.n_satellite if last is None else last)

    def _sgp4(self, utc: Instants, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        from sgp4.api import SatrecArray

        assert self.element_records is not None
        error, r_km, v_km_s = SatrecArray(self.element_records[first:last]).sgp4(utc.day, utc.fraction)
        if error.any():
            i, k = np.argwhere(error)[0]
            number = int(self.catalog_number[first + i])
            raise ModelError(
                f"satellite {number} cannot be followed to Julian date {utc.day[k] + utc.fraction[k]:.5f} UTC: "
                f"{SGP4_ERRORS[int(error[i, k])]}; leave it out, or end the run before",
                quantity="position",
                value=number,
                where=f"row {first + i}",
            )
        return r_km * 1e3, v_km_s * 1e3


def _number(value, unit: str) -> float:
    """Return a float in a unit; bare numbers are in it already."""
    return float(value.to_value(unit)) if hasattr(value, "to_value") else float(value)


def _utc(date: datetime) -> datetime:
    """Return a date in UTC; without a time zone it is UTC."""
    if not isinstance(date, datetime):
        raise ScenarioError(Problem(f"{date!r} is no date", "epoch", date, cure="give a datetime in UTC"))
    return date.replace(tzinfo=UTC) if date.utcoffset() is None else date.astimezone(UTC)
