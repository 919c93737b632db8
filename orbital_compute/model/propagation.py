"""Numerical propagation of satellites: gravity of the Earth in harmonics, Sun and Moon, air and light.

For references, for small fleets, and to calibrate the orbit theory (`model.calibration`); a run of a fleet flies the
theory. Left out, as what a week in low orbit is worth: tides (50-110 m), harmonics above degree 36 (10-280 m below
650 km), relativity (20 m), light from the Earth, thrust.
"""

import functools
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import NamedTuple

import numpy as np

from ..constants import ASTRONOMICAL_UNIT_M, EARTH_RADIUS_M
from ..errors import ModelError, Problem, ScenarioError
from ..kernels.harmonics import Field
from ..kernels.numerical import FELL, LOWEST_M, REACHED, SKY_COLUMNS, World, integrate
from ..physics.gravity import EGM96_MU_M3_S2, EGM96_RADIUS_M, gradient_table, recursion_table, unnormalised
from ..physics.perturbation import MOON_MU_M3_S2, SUN_MU_M3_S2
from .frames import DAY_S, Instants, gcrs_to_teme, gmst, instants, instants_after, polar_motion, terrestrial_time
from .light import to_metres
from .threads import in_ranges

FIELD_FILE = "egm96_36.csv"
FIELD_DEGREE = 36
SKY_STEP_S = 10800.0  # cubics between: the Moon within 15 m, nutation within 1e-11
STEP_TOLERANCE_M = 1e-6  # of one step; a month in low orbit then ends within some metres (1e-4: 1 km)


@dataclass(frozen=True)
class Forces:
    """What acts on the satellites besides the Earth's centre.

    Parameters
    ----------
    zonal_degree : int
        Highest degree of the zonal harmonics of EGM96: 0 or 1 none, at most 36.
    tesseral_degree : int
        Highest degree and order of the others.
    sun, moon : bool
        Their attraction.
    drag_m2_kg : float, or float64[n_satellite]
        Drag coefficient times area over mass, 0 for none.
    density_factor : float
        On the density of the air: 0.3 quiet Sun, 1 mean, 5 storm (MODEL §1.3).
    radiation_m2_kg : float, or float64[n_satellite]
        Radiation pressure coefficient times area over mass, 0 for none.
    """

    zonal_degree: int = 8
    tesseral_degree: int = 0
    sun: bool = True
    moon: bool = True
    drag_m2_kg: float | np.ndarray = 0.0
    density_factor: float = 1.0
    radiation_m2_kg: float | np.ndarray = 0.0

    def __post_init__(self) -> None:
        problems = [
            Problem(f"{name} {value} is no whole number from 0 to {FIELD_DEGREE}", name, value,
                    cure=f"the field of EGM96 here ends at degree {FIELD_DEGREE}")
            for name, value in (("zonal_degree", self.zonal_degree), ("tesseral_degree", self.tesseral_degree))
            if not (isinstance(value, int | np.integer) and 0 <= value <= FIELD_DEGREE)
        ]  # fmt: skip
        for name in ("drag_m2_kg", "density_factor", "radiation_m2_kg"):
            value = np.asarray(getattr(self, name), float)
            if not (np.isfinite(value).all() and (value >= 0).all()):
                problems.append(Problem(f"{name} is negative or no number", name, getattr(self, name),
                                        cure="give zero to leave the force out"))  # fmt: skip
        if problems:
            raise ScenarioError(problems)

    @classmethod
    def two_body(cls) -> "Forces":
        """Return the Earth's centre alone."""
        return cls(zonal_degree=0, sun=False, moon=False)

    @classmethod
    def j2(cls) -> "Forces":
        """Return the oblateness alone."""
        return cls(zonal_degree=2, sun=False, moon=False)

    @classmethod
    def zonal8_sun_moon(cls) -> "Forces":
        """Return zonal harmonics to degree 8, Sun and Moon."""
        return cls()

    @classmethod
    def full(
        cls,
        *,
        drag_m2_kg: float | np.ndarray = 0.0,
        radiation_m2_kg: float | np.ndarray = 0.0,
        density_factor: float = 1.0,
    ) -> "Forces":
        """Return harmonics to degree and order 36, Sun, Moon, and drag and light where given."""
        return cls(
            zonal_degree=FIELD_DEGREE,
            tesseral_degree=FIELD_DEGREE,
            drag_m2_kg=drag_m2_kg,
            density_factor=density_factor,
            radiation_m2_kg=radiation_m2_kg,
        )


class States(NamedTuple):
    """Positions [m] and velocities [m/s] in GCRS, float64[n_satellite, n_time, 3] each."""

    r_m: np.ndarray
    v_m_s: np.ndarray


@functools.cache
def egm96() -> tuple[np.ndarray, np.ndarray]:
    """Return the normalised coefficients of EGM96, cosine and sine: float64[37, 37] each, [degree, order]."""
    text = resources.files(__package__).joinpath("data", FIELD_FILE).read_text(encoding="utf-8")
    rows = np.loadtxt(text.splitlines()[5:], delimiter=",")
    cosine, sine = np.zeros((FIELD_DEGREE + 1, FIELD_DEGREE + 1)), np.zeros((FIELD_DEGREE + 1, FIELD_DEGREE + 1))
    degree, order = rows[:, 0].astype(int), rows[:, 1].astype(int)
    cosine[degree, order], sine[degree, order] = rows[:, 2], rows[:, 3]
    return cosine, sine


@functools.cache
def earth_field(zonal_degree: int, tesseral_degree: int) -> Field:
    """Return the field of EGM96 with zonal and other harmonics to the given degrees."""
    degree = max(zonal_degree, tesseral_degree, 1)
    cosine, sine = (part[: degree + 1, : max(tesseral_degree, 0) + 1].copy() for part in egm96())
    cosine[zonal_degree + 1 :, 0] = 0.0
    cosine[tesseral_degree + 1 :, 1:] = sine[tesseral_degree + 1 :, 1:] = 0.0
    gradient = gradient_table(*unnormalised(cosine, sine))
    return Field(gradient, recursion_table(*gradient.shape[2:]), EGM96_MU_M3_S2, EGM96_RADIUS_M)


def moon_gcrs_m(times) -> np.ndarray:
    """Return float64[n_time, 3], the Moon from the Earth's centre [m] in GCRS: ERFA moon98, good to 10 arcseconds."""
    import erfa

    return erfa.moon98(*terrestrial_time(instants(times)))["p"] * ASTRONOMICAL_UNIT_M


def sun_gcrs_m(times) -> np.ndarray:
    """Return float64[n_time, 3], the Sun from the Earth's centre [m] in GCRS where it stands, not where it is seen."""
    import erfa

    return -erfa.epv00(*terrestrial_time(instants(times)))[0]["p"] * ASTRONOMICAL_UNIT_M


def sky_table(epoch: datetime, first_s: float, last_s: float) -> tuple[np.ndarray, float]:
    """Return the columns of `World.sky` every `SKY_STEP_S`, and the time of the first row [s after `epoch`].

    It reaches a step beyond `first_s` and `last_s` on either side, as cubics ask.
    """
    node = np.arange(np.floor(first_s / SKY_STEP_S) - 1, np.ceil(last_s / SKY_STEP_S) + 2)
    utc = instants_after(epoch, node * SKY_STEP_S)
    table = np.empty((node.size, SKY_COLUMNS))
    table[:, 0:9] = gcrs_to_teme(utc).reshape(-1, 9)
    pole = polar_motion(utc)
    table[:, 9], table[:, 10] = pole[:, 0, 2], -pole[:, 1, 2]
    table[:, 11] = np.unwrap(gmst(utc)) / (2 * np.pi)
    table[:, 12:15], table[:, 15:18] = sun_gcrs_m(utc), moon_gcrs_m(utc)
    return table, float(node[0] * SKY_STEP_S)


def _elapsed_s(utc: Instants, epoch: datetime) -> np.ndarray:
    """Return the seconds that pass from `epoch` to each instant, leap seconds counted."""
    now, then = terrestrial_time(utc), terrestrial_time(instants_after(epoch, 0.0))
    return ((now[0] - then[0]) + (now[1] - then[1])) * DAY_S


def checked_states(r_m, v_m_s) -> np.ndarray:
    """Return float64[n, 6] of positions and velocities, refusing what cannot be an orbit."""
    velocity = v_m_s.to_value("m/s") if hasattr(v_m_s, "to_value") else v_m_s
    r_m, v_m_s = np.atleast_2d(to_metres(r_m)), np.atleast_2d(np.asarray(velocity, float))
    if r_m.ndim != 2 or r_m.shape[1] != 3 or r_m.shape != v_m_s.shape or r_m.shape[0] == 0:
        raise ScenarioError(
            Problem(f"positions have the shape {r_m.shape} and velocities {v_m_s.shape}", "r_m",
                    limit="both are to be [n_satellite, 3]")
        )  # fmt: skip
    state = np.hstack([r_m, v_m_s])
    radius = np.sqrt(r_m[:, 0] ** 2 + r_m[:, 1] ** 2 + r_m[:, 2] ** 2)
    bad = ~np.isfinite(state).all(axis=1) | ~(radius > EARTH_RADIUS_M)
    if bad.any():
        row = int(np.argmax(bad))
        raise ScenarioError(
            Problem(f"satellite {row} stands {radius[row] / 1e3:.0f} km from the Earth's centre", f"r_m[{row}]",
                    limit="inside the Earth or no number", cure="give metres and metres a second in GCRS")
        )  # fmt: skip
    return state


def propagate_states(
    r_m,
    v_m_s,
    epoch: datetime,
    times,
    forces: Forces | None = None,
    *,
    tolerance_m: float = STEP_TOLERANCE_M,
    threads: int | None = None,
) -> States:
    """Return positions and velocities at the times; see `propagate_numerical`."""
    forces = Forces() if forces is None else forces
    state, elapsed_s = checked_states(r_m, v_m_s), _elapsed_s(instants(times), epoch)
    n = state.shape[0]
    sky, sky_start_s = sky_table(epoch, min(elapsed_s.min(), 0.0), max(elapsed_s.max(), 0.0))
    world = World(
        earth_field(forces.zonal_degree, forces.tesseral_degree),
        sky,
        sky_start_s,
        SKY_STEP_S,
        SUN_MU_M3_S2 if forces.sun else 0.0,
        MOON_MU_M3_S2 if forces.moon else 0.0,
        float(forces.density_factor),
    )
    drag = np.array(np.broadcast_to(forces.drag_m2_kg, n), float)
    radiation = np.array(np.broadcast_to(forces.radiation_m2_kg, n), float)
    reached = np.empty((n, elapsed_s.size, 6))
    order = np.argsort(elapsed_s, kind="stable")
    for rows in (order[elapsed_s[order] >= 0.0], order[elapsed_s[order] < 0.0][::-1]):  # after the epoch, and before
        if not rows.size:
            continue
        times_s, part = elapsed_s[rows], np.empty((n, rows.size, 6))
        status = np.full(n, REACHED)
        in_ranges(
            lambda first, last, times_s=times_s, part=part, status=status: integrate(  # type: ignore[misc]
                world, drag, radiation, times_s, tolerance_m, first, last, state, part, status
            ),
            n,
            threads,
        )
        _raise_if_lost(status, times_s, part)
        reached[:, rows] = part
    return States(np.ascontiguousarray(reached[..., :3]), np.ascontiguousarray(reached[..., 3:]))


def _raise_if_lost(status: np.ndarray, times_s: np.ndarray, states: np.ndarray) -> None:
    if (status == REACHED).all():
        return
    row = int(np.argmax(status != REACHED))
    before = times_s[np.isfinite(states[row, :, 0])]
    since = f"after {before[-1] / DAY_S:.3f} days" if before.size else "before the first time"
    what = f"fell below {LOWEST_M / 1e3:.0f} km" if status[row] == FELL else "needs steps below a millisecond"
    raise ModelError(
        f"satellite {row} {what} {since}; end the propagation before, or raise the orbit",
        quantity="position",
        value=row,
        where=f"row {row}",
    )


def propagate_numerical(
    r_m,
    v_m_s,
    epoch: datetime,
    times,
    forces: Forces | None = None,
    *,
    tolerance_m: float = STEP_TOLERANCE_M,
    threads: int | None = None,
) -> np.ndarray:
    """Return float64[n_satellite, n_time, 3], positions [m] in GCRS by numerical integration.

    Parameters
    ----------
    r_m, v_m_s : float64[n_satellite, 3], or [3] for one satellite
        Position [m] and velocity [m/s] in GCRS at `epoch`.
    epoch : datetime
        UTC.
    times : astropy Time, numpy.datetime64 (UTC), skyfield Time, or datetimes
        In any order, before `epoch` or after.
    forces : Forces
        None: `Forces.zonal8_sun_moon()`.
    tolerance_m : float
        Error that one step may make.
    threads : int
        As many as processors if None; the answer does not depend on it.

    Raises
    ------
    ScenarioError
        If the states are no orbits, or the times no dates.
    ModelError
        If a satellite falls below 100 km before a time is reached.

    Notes
    -----
    Dormand-Prince 8(5,3), each satellite with its own step. Velocities too: `propagate_states`.
    """
    return propagate_states(r_m, v_m_s, epoch, times, forces, tolerance_m=tolerance_m, threads=threads).r_m
