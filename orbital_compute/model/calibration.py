"""The orbit theory held to a numerical arc: rates of its slow angles, and mean elements of a state.

The theory's short periods are good to 10 m, but its rates leave out what the fourth power of J2 and the zonals above
degree 4 do, and Sun and Moon: 0.3-0.7 km a day along the track in low orbit. One arc for a shell puts that right.
"""

from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from ..errors import ModelError, Problem, ScenarioError
from ..kernels.least_squares import solve_rows
from ..kernels.positions import positions
from ..physics.orbit import (
    ECCENTRICITY_LIMIT,
    Correction,
    frozen_eccentricity,
    orbit_table,
    secular_rates,
    slot_turns,
)
from .frames import DAY_S, gcrs_to_teme, instants_after, teme_to_gcrs, turned
from .propagation import Forces, checked_states, propagate_numerical
from .threads import in_ranges

ARC_DAYS = 7.0
SAMPLE_S = 1409.0  # no simple part of any orbit's period, so that all phases are seen
TOLERANCE_M = 1e-3  # of one step: 3 m along the track in a week
CELL_M, CELL_RAD = 5e3, np.radians(0.1)  # orbits nearer than this share an arc: 10 m along the track in a week
N_NODE = 2  # planes a right angle apart: the Sun's and Moon's share goes mostly with twice the node's angle
OFFSET = 1e-3  # eccentricity besides the frozen one in a calibration arc, to see the perigee turn
ROWS_AT_ONCE = 64
N_ELEMENT = 6

# Differences for the derivatives, and the trust in the theory where an arc does not tell (the critical inclination)
_STEP = np.array([1.0, 1e-7, 1e-7, 1e-7, 1e-7, 1e-7, 1e-12, 1e-12, 1e-12, 1e-7])
_TRUST = np.array([np.inf] * 7 + [5e-9, np.inf, 2e-4])
_NOISE_M = 10.0  # of the theory's short periods


class Rates(NamedTuple):
    """Secular rates [rad/s] and frozen eccentricity, float64[n] each."""

    mean_anomaly_rad_s: np.ndarray
    perigee_rad_s: np.ndarray
    node_rad_s: np.ndarray
    frozen_eccentricity: np.ndarray


class MeanElements(NamedTuple):
    """Mean elements in the equator of date, float64[n] each."""

    semi_major_axis_m: np.ndarray
    eccentricity: np.ndarray
    inclination_rad: np.ndarray
    raan_rad: np.ndarray
    arg_perigee_rad: np.ndarray
    mean_anomaly_rad: np.ndarray


def _theory_m(unknown: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Return float64[n, n_time, 3], the theory's positions [m] in the equator of date.

    `unknown` is float64[n, 10]: a, e cos ω, e sin ω, i, node, argument of latitude, and the fields of `Correction`.
    """
    a, ex, ey, inclination, node, latitude = unknown[:, :N_ELEMENT].T
    table = orbit_table(a, inclination, Correction(*unknown[:, N_ELEMENT:].T))
    perigee = np.arctan2(ey, ex)
    own = np.stack(slot_turns(np.hypot(ex, ey), perigee, latitude - perigee, node, table[:, 3]), axis=1)
    n, r_m = a.size, np.empty((a.size, times_s.size, 3))
    own, index = np.ascontiguousarray(own), np.arange(n)
    in_ranges(lambda first, last: positions(table, index, own, times_s, first, last, r_m), n)
    return r_m


def _fitted(unknown: np.ndarray, times_s: np.ndarray, truth_m: np.ndarray, n_free: int) -> np.ndarray:
    """Return the unknowns, the first `n_free` fitted to positions float64[n, n_time, 3] by Gauss-Newton."""
    n, n_value = unknown.shape[0], 3 * times_s.size
    start, unknown = unknown, unknown.copy()
    trusted = [k for k in range(n_free) if np.isfinite(_TRUST[k])]
    weight_m = _NOISE_M * np.sqrt(n_value)
    for _ in range(5):
        moved = np.repeat(unknown, n_free + 1, axis=0).reshape(n, n_free + 1, -1)
        for k in range(n_free):
            moved[:, k + 1, k] += _STEP[k]
        r_m = _theory_m(moved.reshape(-1, moved.shape[2]), times_s).reshape(n, n_free + 1, n_value)
        columns = np.zeros((n, n_free, n_value + len(trusted)))
        columns[:, :, :n_value] = r_m[:, 1:] - r_m[:, :1]
        residual = np.zeros((n, n_value + len(trusted)))
        residual[:, :n_value] = truth_m.reshape(n, n_value) - r_m[:, 0]
        for row, k in enumerate(trusted, n_value):
            columns[:, k, row] = weight_m * _STEP[k] / _TRUST[k]
            residual[:, row] = weight_m * (start[:, k] - unknown[:, k]) / _TRUST[k]
        change = np.empty((n, n_free))
        in_ranges(lambda first, last, c=columns, r=residual, o=change: solve_rows(c, r, first, last, o), n)  # type: ignore[misc]
        unknown[:, :n_free] += change * _STEP[:n_free]
        size = start[:, 0]  # a fit that runs away ends at these bounds, far from its arc, and is refused
        unknown[:, 0] = np.clip(np.nan_to_num(unknown[:, 0], nan=0.0), 0.5 * size, 2.0 * size)
    return unknown


def _raise_unless_near(unknown: np.ndarray, times_s: np.ndarray, truth_m: np.ndarray, first: int) -> None:
    """Refuse a fit that leaves a hundredth of the orbit's size: the theory cannot follow that arc."""
    left_m = np.sqrt(((_theory_m(unknown, times_s) - truth_m) ** 2).sum(axis=2)).max(axis=1)
    lost = ~(left_m < 0.01 * unknown[:, 0])
    if lost.any():
        row = int(np.argmax(lost))
        raise ModelError(
            f"the orbit theory cannot follow the arc of orbit {first + row}; shorten it, or propagate numerically",
            quantity="position",
            value=float(left_m[row]),
            where=f"row {first + row}",
        )


def _theory_states(unknown: np.ndarray, epoch: datetime) -> tuple[np.ndarray, np.ndarray]:
    """Return the theory's positions [m] and velocities [m/s] at the epoch in GCRS, float64[n, 3] each.

    Velocities by differences of positions up to 2 s off, good to 1e-8 m/s.
    """
    r_m = _theory_m(unknown, np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    v_m_s = (8.0 * (r_m[:, 3] - r_m[:, 1]) - (r_m[:, 4] - r_m[:, 0])) / 12.0
    matrix = teme_to_gcrs(instants_after(epoch, 0.0))
    return turned(matrix, r_m[:, 2]), turned(matrix, v_m_s)


def _arc(r_m, v_m_s, epoch: datetime, days: float, forces: Forces, tolerance_m: float):
    """Return times [s] and positions [m] in the equator of date of a numerical arc from states in GCRS."""
    times_s = np.arange(0.0, days * DAY_S + 0.5 * SAMPLE_S, SAMPLE_S)
    utc = instants_after(epoch, times_s)
    arc_m = propagate_numerical(r_m, v_m_s, epoch, utc, forces, tolerance_m=tolerance_m)
    return times_s, turned(gcrs_to_teme(utc), arc_m)


def calibrate(
    semi_major_axis_m, inclination_rad, epoch: datetime, *, days: float = ARC_DAYS, forces: Forces | None = None
) -> Correction:
    """Return what numerical arcs add to the theory's rates and frozen eccentricity, float64[n] each.

    Parameters
    ----------
    semi_major_axis_m, inclination_rad : float64[n]
        Mean elements of shells, or of satellites; those within 5 km and 0.1 degrees share an arc.
    epoch : datetime
        When the arcs begin, UTC. Sun and Moon stand where they stand then.
    days : float
        Length of the arcs.
    forces : Forces
        None: zonals to degree 8, Sun and Moon.

    Raises
    ------
    ScenarioError
        If an orbit is none, or `days` is below one.
    ModelError
        If the theory cannot follow an arc.

    Notes
    -----
    For each orbit two arcs, their nodes a right angle apart, near the frozen eccentricity. All ten unknowns (six
    elements and the four corrections) are fitted to each arc, and the corrections averaged. An arc of a week costs
    about 30 ms of one processor.
    """
    a, inclination = np.broadcast_arrays(*np.atleast_1d(semi_major_axis_m, inclination_rad))
    bad = ~(np.isfinite(a + inclination) & (a > EARTH_RADIUS_M))
    if bad.any():
        row = int(np.argmax(bad))
        raise ScenarioError(
            Problem(f"semi-major axis {a[row]:g} m, inclination {inclination[row]:g} rad are no orbit",
                    f"semi_major_axis_m[{row}]", a[row])
        )  # fmt: skip
    if not days >= 1.0:
        raise ScenarioError(Problem(f"an arc of {days:g} days is too short", "days", days, "one day at least"))
    cell = np.round(a / CELL_M) + 1j * np.round(inclination / CELL_RAD)
    cells, index = np.unique(cell, return_inverse=True)
    found = np.empty((cells.size, 4))
    for first in range(0, cells.size, ROWS_AT_ONCE):
        part = cells[first : first + ROWS_AT_ONCE]
        found[first : first + part.size] = _calibrated_cells(
            part.real * CELL_M, part.imag * CELL_RAD, epoch, days, forces or Forces.zonal8_sun_moon()
        )
    return Correction(*found[index].T)


def _calibrated_cells(a, inclination, epoch: datetime, days: float, forces: Forces) -> np.ndarray:
    """Return float64[n, 4], the fields of `Correction` for each orbit."""
    node = np.tile(np.arange(N_NODE) * np.pi / N_NODE, a.size)
    unknown = np.zeros((node.size, 10))
    unknown[:, 0], unknown[:, 3], unknown[:, 4] = np.repeat(a, N_NODE), np.repeat(inclination, N_NODE), node
    unknown[:, 1], unknown[:, 2] = OFFSET, frozen_eccentricity(unknown[:, 0], unknown[:, 3])
    times_s, arc_m = _arc(*_theory_states(unknown, epoch), epoch, days, forces, TOLERANCE_M)
    found = _fitted(unknown, times_s, arc_m, 10)
    _raise_unless_near(found, times_s, arc_m, 0)
    return found[:, N_ELEMENT:].reshape(a.size, N_NODE, 4).mean(axis=1)


def calibrated_rates(
    semi_major_axis_m, inclination_rad, epoch: datetime, *, days: float = ARC_DAYS, forces: Forces | None = None
) -> Rates:
    """Return secular rates [rad/s] and frozen eccentricity held to numerical arcs; see `calibrate`."""
    add = calibrate(semi_major_axis_m, inclination_rad, epoch, days=days, forces=forces)
    anomaly, perigee, node = secular_rates(semi_major_axis_m, inclination_rad)
    return Rates(
        anomaly + add.latitude_rate_rad_s - add.perigee_rate_rad_s,
        perigee + add.perigee_rate_rad_s,
        node + add.node_rate_rad_s,
        frozen_eccentricity(semi_major_axis_m, inclination_rad) + add.frozen_eccentricity,
    )


def _dot(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the dot products of two stacks of vectors, each sum in a fixed order."""
    return left[:, 0] * right[:, 0] + left[:, 1] * right[:, 1] + left[:, 2] * right[:, 2]


def _near_elements(r_m: np.ndarray, v_m_s: np.ndarray) -> np.ndarray:
    """Return osculating elements of states in the equator of date: float64[n, 6], in the order of `_theory_m`."""
    normal = np.cross(r_m, v_m_s)
    radius, normal = np.sqrt(_dot(r_m, r_m)), normal / np.sqrt(_dot(normal, normal))[:, None]
    inclination, node = np.arccos(normal[:, 2]), np.arctan2(normal[:, 0], -normal[:, 1])
    to_node = np.stack([np.cos(node), np.sin(node), np.zeros(node.size)], axis=1)
    aside = np.cross(normal, to_node)
    pull = np.cross(v_m_s, np.cross(r_m, v_m_s)) / EARTH_MU_M3_S2 - r_m / radius[:, None]
    ex, ey, true = _dot(pull, to_node), _dot(pull, aside), np.arctan2(_dot(r_m, aside), _dot(r_m, to_node))
    a = 1.0 / (2.0 / radius - _dot(v_m_s, v_m_s) / EARTH_MU_M3_S2)
    latitude = true - 2.0 * (ex * np.sin(true) - ey * np.cos(true))  # first order in e
    return np.stack([a, ex, ey, inclination, node, latitude], axis=1)


def mean_elements_from_state(
    r_m,
    v_m_s,
    epoch: datetime,
    *,
    correction: Correction | None = None,
    days: float = ARC_DAYS,
    forces: Forces | None = None,
) -> MeanElements:
    """Return the mean elements with which the theory follows a numerical arc from the states.

    Parameters
    ----------
    r_m, v_m_s : float64[n, 3], or [3] for one satellite
        Position [m] and velocity [m/s] in GCRS at `epoch`.
    epoch : datetime
        UTC.
    correction : Correction
        With which the elements will be flown (`calibrate`); None: the theory as it stands.
    days : float
        Length of the arc.
    forces : Forces
        Of the arc. None: zonals to degree 8, Sun and Moon.

    Raises
    ------
    ScenarioError
        If a state is no orbit, or its eccentricity is above the theory's limit of 0.02.
    ModelError
        If the theory cannot follow an arc.
    """
    add = np.zeros((1, 4)) if correction is None else np.stack(correction, axis=1)
    return _elements(_followed(r_m, v_m_s, epoch, add, days, forces, N_ELEMENT))


def fit_states(
    r_m, v_m_s, epoch: datetime, *, days: float = ARC_DAYS, forces: Forces | None = None
) -> tuple[MeanElements, Correction]:
    """Return mean elements, and the correction of each satellite's own orbit, both fitted to an arc from its state.

    Parameters are those of `mean_elements_from_state`.
    """
    unknown = _followed(r_m, v_m_s, epoch, np.zeros((1, 4)), days, forces, 10)
    return _elements(unknown), Correction(*np.ascontiguousarray(unknown[:, N_ELEMENT:].T))


def _followed(r_m, v_m_s, epoch: datetime, correction, days: float, forces: Forces | None, n_free: int) -> np.ndarray:
    """Return the unknowns, the first `n_free` of them fitted to numerical arcs from the states."""
    state = checked_states(r_m, v_m_s)
    times_s, arc_m = _arc(state[:, :3], state[:, 3:], epoch, days, forces or Forces.zonal8_sun_moon(), TOLERANCE_M)
    matrix = gcrs_to_teme(instants_after(epoch, 0.0))
    near = _near_elements(turned(matrix, state[:, :3]), turned(matrix, state[:, 3:]))
    size = np.hypot(near[:, 1], near[:, 2])
    if not (size <= ECCENTRICITY_LIMIT).all():
        row = int(np.argmin(size <= ECCENTRICITY_LIMIT))
        raise ScenarioError(
            Problem(f"satellite {row} has an eccentricity of {size[row]:.3f}", f"r_m[{row}]", size[row],
                    f"the orbit theory holds to {ECCENTRICITY_LIMIT}", "propagate it numerically")
        )  # fmt: skip
    unknown = np.hstack([near, np.broadcast_to(correction, (near.shape[0], 4))])
    day = times_s <= DAY_S  # first, as far as osculating elements lead within a turn of the truth
    for first in range(0, unknown.shape[0], ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        found = _fitted(unknown[rows], times_s[day], arc_m[rows][:, day], N_ELEMENT)
        found = _fitted(found, times_s, arc_m[rows], N_ELEMENT)
        unknown[rows] = _fitted(found, times_s, arc_m[rows], n_free)
        _raise_unless_near(unknown[rows], times_s, arc_m[rows], first)
    return unknown


def state_rows(r_m, v_m_s, epoch: datetime, days: float) -> dict[str, Any]:
    """Return the columns of a `Constellation` whose satellites follow numerical arcs of `days` from their states."""
    elements, correction = fit_states(r_m, v_m_s, epoch, days=days)
    n = elements.semi_major_axis_m.size
    return dict(
        **elements._asdict(),
        shell=np.zeros(n, dtype=np.int32),
        plane=np.zeros(n, dtype=np.int32),
        slot=np.arange(n, dtype=np.int32),
        shell_names=["states"],
        shell_satellite_type=[None],
        catalog_number=np.zeros(n, dtype=np.int64),
        correction=correction,
    )


def frozen_again(eccentricity, arg_perigee_rad, frozen, add) -> np.ndarray:
    """Return eccentricities of which those on the theory's frozen one, perigee at 90 degrees, follow its correction."""
    on_it = np.isclose(eccentricity, frozen, rtol=1e-9) & np.isclose(arg_perigee_rad, 0.5 * np.pi)
    return np.where(on_it, np.maximum(frozen + add, 0.0), eccentricity)


def _elements(unknown: np.ndarray) -> MeanElements:
    a, ex, ey, inclination, node, latitude = unknown[:, :N_ELEMENT].T
    perigee = np.arctan2(ey, ex)
    turn = 2 * np.pi
    return MeanElements(a, np.hypot(ex, ey), inclination, node % turn, perigee % turn, (latitude - perigee) % turn)
