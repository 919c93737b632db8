"""Orbit objects of poliastro's family (boinor, hapsira, poliastro), read by their attributes and made anew.

They hold osculating elements in GCRS; the orbit theory wants mean elements in the equator of date. Going in, the theory
is inverted: at the epoch it gives the same position and velocity. Its short periods are of first order, so its rates
are corrected by a numerical arc from each state; alone they would drift by 2 to 10 km a day.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.positions import positions
from ..physics.orbit import ECCENTRICITY_LIMIT, Correction, orbit_table, slot_turns
from .calibration import ARC_DAYS, SAMPLE_S, TOLERANCE_M, MeanElements, fit_states
from .elements import raise_problems
from .frames import DAY_S, Instants, dates_of, gcrs_to_teme, instants, instants_after, teme_to_gcrs, turned
from .propagation import propagate_numerical, propagate_states
from .shells import LOWEST_ALTITUDE_M

ELEMENTS = {"a": "m", "ecc": "", "inc": "rad", "raan": "rad", "argp": "rad", "nu": "rad"}
LIBRARIES = ("boinor", "hapsira", "poliastro")
SAME_MU = 1e-5  # relative; values in use differ by 1e-6
DIFFERENCE_S = 5.0  # step of differences of fourth order: 2e-7 m/s in low orbit
RATE_RAD_S = 1e-10  # difference for a derivative
FAR_DAYS = 30.0  # an epoch further off is more likely a forgotten one: these libraries default to the year 2000
ROUNDS = 10  # each leaves a hundredth of the miss, or less


def orbit_rows(orbits: Sequence[Any], epoch: datetime | None) -> dict[str, Any]:
    """Return the columns of a `Constellation` that flies orbit objects; `epoch` None is the latest of theirs."""
    r_m, v_m_s, utc = states_of_orbits(orbits)
    epoch = max(dates_of(utc)) if epoch is None else epoch
    r_m, v_m_s = _brought_to(epoch, r_m, v_m_s, utc)
    mean, correction = followed(r_m, v_m_s, epoch)
    n = r_m.shape[0]
    return dict(
        **mean._asdict(),
        epoch=epoch,
        shell=np.zeros(n, dtype=np.int32),
        plane=np.zeros(n, dtype=np.int32),
        slot=np.arange(n, dtype=np.int32),
        shell_names=["orbits"],
        shell_satellite_type=[None],
        catalog_number=np.zeros(n, dtype=np.int64),
        correction=correction,
    )


def _brought_to(epoch: datetime, r_m, v_m_s, utc: Instants) -> tuple[np.ndarray, np.ndarray]:
    """Return states at `epoch`, by numerical integration from their own epochs."""
    dates, r_m, v_m_s = np.array(dates_of(utc)), r_m.copy(), v_m_s.copy()
    age_days = np.array([(epoch - date).total_seconds() / DAY_S for date in dates])
    far = np.flatnonzero(np.abs(age_days) > FAR_DAYS)
    raise_problems(
        [
            Problem(
                f"its epoch is {abs(age_days[k]):.0f} days from {epoch:%Y-%m-%d}",
                f"orbits[{k}]",
                limit=f"at most {FAR_DAYS:g}",
                cure="give it an epoch near the start",
            )
            for k in far
        ]
    )
    for date in sorted(set(dates[age_days != 0.0])):
        rows = np.flatnonzero(dates == date)
        there = propagate_states(r_m[rows], v_m_s[rows], date, [epoch])
        r_m[rows], v_m_s[rows] = there.r_m[:, 0], there.v_m_s[:, 0]
    return r_m, v_m_s


def states_of_orbits(orbits: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, Instants]:
    """Return positions [m] and velocities [m/s] in GCRS, float64[n, 3] each, and their epochs.

    Parameters
    ----------
    orbits : sequence of objects
        Each with `a`, `ecc`, `inc`, `raan`, `argp`, `nu` (astropy quantities, or bare numbers in SI) osculating in
        GCRS, `epoch` (astropy Time, or whatever `frames.instants` takes) and `attractor.k` of the Earth.

    Raises
    ------
    ScenarioError
        With every object that is no orbit about the Earth which the theory holds for.
    """
    listed = list(orbits)
    if not listed:
        raise ScenarioError(Problem("there are no orbits", "orbits", cure="give at least one"))
    problems: list[Problem] = []
    rows, epochs = [], []
    for number, orbit in enumerate(listed):
        place = f"orbits[{number}]"
        missing = [name for name in (*ELEMENTS, "epoch", "attractor") if not hasattr(orbit, name)]
        if missing:
            cure = "give objects of boinor, hapsira or poliastro"
            problems.append(Problem(f"{type(orbit).__name__} has no {', '.join(missing)}", place, cure=cure))
            continue
        row = [_si(getattr(orbit, name), unit) for name, unit in ELEMENTS.items()]
        problems += _faults(orbit, row, place)
        rows.append([*row, _mu(orbit)])
        epochs.append(instants(orbit.epoch))
    raise_problems(problems)
    utc = Instants(*(np.concatenate(parts) for parts in zip(*epochs, strict=True)))
    r_m, v_m_s = state_of_elements(*np.array(rows).T)
    return r_m, v_m_s, utc


def _si(value: Any, unit: str) -> float:
    """Return a quantity or a bare number in SI, NaN for what is neither."""
    try:
        return float(value.to_value(unit) if hasattr(value, "to_value") else value)
    except (TypeError, ValueError):  # of astropy's units too
        return float("nan")


def _mu(orbit: Any) -> float:
    return _si(getattr(orbit.attractor, "k", np.nan), "m3 / s2")


def _faults(orbit: Any, row: list[float], place: str) -> list[Problem]:
    """Return what is wrong with an orbit's numbers."""
    a_m, eccentricity = row[:2]
    mu = _mu(orbit)
    if not abs(mu / EARTH_MU_M3_S2 - 1.0) < SAME_MU:
        name = getattr(orbit.attractor, "name", "the attractor")
        return [Problem(f"it goes around {name}, with {mu:.6g} m³/s²", place, cure="give orbits about the Earth")]
    plane = getattr(getattr(orbit, "plane", None), "name", "EARTH_EQUATOR")
    if plane != "EARTH_EQUATOR":
        cure = "change its plane to the equator (change_plane)"
        return [Problem(f"its elements lie in the plane {plane}", place, cure=cure)]
    if not np.isfinite(row).all():
        return [Problem("an element is no number, or has a unit of the wrong kind", place)]
    if not 0.0 <= eccentricity <= ECCENTRICITY_LIMIT:
        limit = f"0 to {ECCENTRICITY_LIMIT:g}, where the theory of near-circular orbits holds"
        return [Problem(f"eccentricity {eccentricity:g}", place, eccentricity, limit)]
    perigee_m = a_m * (1.0 - eccentricity) - EARTH_RADIUS_M
    if perigee_m < LOWEST_ALTITUDE_M:
        limit = f"at least {LOWEST_ALTITUDE_M / 1e3:g} km"
        return [Problem(f"its perigee is {perigee_m / 1e3:.1f} km high", place, a_m, limit)]
    return []


def state_of_elements(a, eccentricity, inclination, raan, arg_perigee, true_anomaly, mu):
    """Return position [m] and velocity [m/s], float64[n, 3] each, of osculating elements."""
    parameter = a * (1.0 - eccentricity**2)
    latitude = arg_perigee + true_anomaly
    radius, speed = parameter / (1.0 + eccentricity * np.cos(true_anomaly)), np.sqrt(mu / parameter)
    towards, ahead = _plane_axes(inclination, raan, latitude)
    outward = speed * eccentricity * np.sin(true_anomaly)
    along = speed * (1.0 + eccentricity * np.cos(true_anomaly))
    return radius[:, None] * towards, outward[:, None] * towards + along[:, None] * ahead


def _plane_axes(inclination, raan, latitude):
    """Return unit vectors towards the satellite and ahead in its plane, float64[n, 3] each."""
    cos_i, sin_i, cos_o, sin_o = np.cos(inclination), np.sin(inclination), np.cos(raan), np.sin(raan)
    node = np.stack([cos_o, sin_o, np.zeros_like(cos_o)], axis=-1)
    across = np.stack([-sin_o * cos_i, cos_o * cos_i, sin_i], axis=-1)
    cos_u, sin_u = np.cos(latitude)[:, None], np.sin(latitude)[:, None]
    return cos_u * node + sin_u * across, cos_u * across - sin_u * node


def _kepler_elements(r_m, v_m_s) -> MeanElements:
    """Return the elements of the ellipse through a state; angles that a circle or the equator leaves open add up."""
    radius, speed2 = np.sqrt((r_m**2).sum(axis=1)), (v_m_s**2).sum(axis=1)
    momentum = np.cross(r_m, v_m_s)
    a = 1.0 / (2.0 / radius - speed2 / EARTH_MU_M3_S2)
    inclination = np.arctan2(np.hypot(momentum[:, 0], momentum[:, 1]), momentum[:, 2])
    raan = np.arctan2(momentum[:, 0], -momentum[:, 1])
    towards, ahead = _plane_axes(inclination, raan, np.zeros_like(raan))
    latitude = np.arctan2((r_m * ahead).sum(axis=1), (r_m * towards).sum(axis=1))
    e_cos = (momentum**2).sum(axis=1) / (EARTH_MU_M3_S2 * radius) - 1.0  # eccentricity along the radius
    e_sin = (r_m * v_m_s).sum(axis=1) * np.sqrt((momentum**2).sum(axis=1)) / (EARTH_MU_M3_S2 * radius)
    eccentricity, true_anomaly = np.hypot(e_cos, e_sin), np.arctan2(e_sin, e_cos)
    half = np.arctan2(
        np.sqrt(1.0 - eccentricity) * np.sin(0.5 * true_anomaly),
        np.sqrt(1.0 + eccentricity) * np.cos(0.5 * true_anomaly),
    )
    mean_anomaly = 2.0 * half - eccentricity * np.sin(2.0 * half)
    return MeanElements(a, eccentricity, inclination, raan, latitude - true_anomaly, mean_anomaly)


def theory_states(table, own) -> tuple[np.ndarray, np.ndarray]:
    """Return position [m] and velocity [m/s] of the theory at its epoch, float64[n, 3] each, in the equator of date.

    Parameters
    ----------
    table : float64[n, n_field]
        Fields of `physics.orbit.Orbit` of each row.
    own : float64[n, 4]
        Fields of `physics.orbit.Slot`.

    Notes
    -----
    Velocity by differences of the fourth order in time.
    """
    n = own.shape[0]
    places_m = np.empty((n, 5, 3))
    times_s = DIFFERENCE_S * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    positions(table, np.arange(n), own, times_s, 0, n, places_m)
    before2, before, here, after, after2 = (places_m[:, k] for k in range(5))
    return here, ((before2 - after2) + 8.0 * (after - before)) / (12.0 * DIFFERENCE_S)


def mean_elements(r_m, v_m_s, correction: Correction) -> MeanElements:
    """Return the mean elements whose theory, so corrected, passes through states in the equator of date.

    By repetition: elements are those of a shifted state, and the shift is what the theory still misses. No angle is
    ever differenced, so circular and equatorial orbits are as good as any.
    """
    shifted_r_m, shifted_v_m_s = r_m.copy(), v_m_s.copy()
    for _ in range(ROUNDS):
        mean = _kepler_elements(shifted_r_m, shifted_v_m_s)
        here_m, moving_m_s = theory_states(*_table_and_slots(mean, correction))
        shifted_r_m += r_m - here_m
        shifted_v_m_s += v_m_s - moving_m_s
    return mean


def followed(r_m, v_m_s, epoch: datetime) -> tuple[MeanElements, Correction]:
    """Return mean elements and corrected rates of the theory that starts from states in GCRS and then keeps with them.

    Rates and frozen eccentricity are those of a numerical arc from each state (`calibration.fit_states`); the rate of
    latitude is then set so that the theory, bound to the state at the epoch, does not drift from the arc.
    """
    correction = fit_states(r_m, v_m_s, epoch)[1]
    times_s = np.arange(1.0, ARC_DAYS * DAY_S, SAMPLE_S)
    utc, start = instants_after(epoch, times_s), gcrs_to_teme(instants_after(epoch, 0.0))
    arc_m = turned(gcrs_to_teme(utc), propagate_numerical(r_m, v_m_s, epoch, utc, tolerance_m=TOLERANCE_M))
    r_m, v_m_s = turned(start, r_m), turned(start, v_m_s)

    def drift(rate_rad_s) -> np.ndarray:
        """Return float64[n], by how much the theory runs ahead of the arc [rad/s]."""
        added = correction._replace(latitude_rate_rad_s=rate_rad_s)
        table, own = _table_and_slots(mean_elements(r_m, v_m_s, added), added)
        places_m = np.empty((own.shape[0], 2 * times_s.size, 3))
        positions(table, np.arange(own.shape[0]), own, np.append(times_s, times_s + 1.0), 0, own.shape[0], places_m)
        here_m, later_m = places_m[:, : times_s.size], places_m[:, times_s.size :]
        ahead = later_m - here_m
        angle = ((here_m - arc_m) * ahead).sum(axis=2) / np.sqrt((ahead**2).sum(axis=2) * (here_m**2).sum(axis=2))
        return (angle * times_s).sum(axis=1) / (times_s**2).sum()

    rate = correction.latitude_rate_rad_s
    for _ in range(3):
        missed = drift(rate)
        rate = rate - missed * RATE_RAD_S / (drift(rate + RATE_RAD_S) - missed)
    correction = correction._replace(latitude_rate_rad_s=rate)
    return mean_elements(r_m, v_m_s, correction), correction


def _table_and_slots(mean: MeanElements, correction: Correction) -> tuple[np.ndarray, np.ndarray]:
    """Return the arrays that `kernels.positions` takes."""
    table = orbit_table(mean.semi_major_axis_m, mean.inclination_rad, correction)
    own = slot_turns(mean.eccentricity, mean.arg_perigee_rad, mean.mean_anomaly_rad, mean.raan_rad, table[:, 3])
    return table, np.ascontiguousarray(np.stack(own, axis=1))


def orbit_from_state(r_teme_m, v_teme_m_s, utc: Instants) -> Any:
    """Return an orbit object of the first library of `LIBRARIES` that is installed.

    Raises
    ------
    ScenarioError
        If none of them is.
    """
    name = next((name for name in LIBRARIES if find_spec(name)), None)
    if name is None:
        cure = "install boinor (pip install 'orbital-compute-sim[poliastro]')"
        raise ScenarioError(Problem(f"none of {', '.join(LIBRARIES)} is installed", "to_orbit", cure=cure))
    from astropy import units as u
    from astropy.time import Time

    earth, orbit = import_module(f"{name}.bodies").Earth, import_module(f"{name}.twobody").Orbit
    matrix = teme_to_gcrs(utc)
    epoch = Time(utc.day[0], utc.fraction[0], format="jd", scale="utc")
    r_m, v_m_s = turned(matrix, r_teme_m)[0], turned(matrix, v_teme_m_s)[0]
    return orbit.from_vectors(earth, r_m * u.m, v_m_s * (u.m / u.s), epoch=epoch)
