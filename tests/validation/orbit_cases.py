"""Orbits: how we compute the trajectories and mean rates of area A."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from pathlib import Path

import numpy as np
from validation.cases import Case, Figure, distance, family, figure, read_json

import orbital_compute as oc
from orbital_compute.model.frames import gcrs_to_teme, teme_to_gcrs, turned
from orbital_compute.physics.orbit import Orbit

KM, DAY_S = 1e3, 86400.0
COLUMNS = ("semi_major_axis_m", "eccentricity", "inclination_deg", "raan_deg", "arg_perigee_deg", "mean_anomaly_deg")
POSITION = r"A\.(A\d\w*)\.position_(\d+)d\.(\w+)"
# model of the reference: what an analytic theory without tesserals, Sun and Moon should reach after 1, 7, 30 days [km]
FIRST_ORDER_KM = {1: 10.0, 7: 60.0, 30: 300.0}
NUMERICAL_KM = {1: 0.01, 7: 0.1, 30: 1.0}


@functools.cache
def trajectory(folder: Path, name: str, model: str):
    """Return the epoch, seconds after it, and GCRF positions [m] and velocities [m/s] of a reference."""
    about = next(
        one for one in read_json(folder, "orbit", "highfidelity", "initial_elements.json") if one["id"] == name
    )
    epoch = datetime.fromisoformat(about["epoch_utc"].replace("Z", "+00:00"))
    rows = np.loadtxt(folder / "orbit" / "highfidelity" / f"{name}_{model}.csv", delimiter=",", skiprows=1)
    return epoch, rows[:, 0], rows[:, 1:4] * KM, rows[:, 4:7] * KM


def dates(epoch: datetime, times_s):
    """Return dates of seconds after an epoch."""
    nanoseconds = np.round(np.atleast_1d(times_s) * 1e9).astype("timedelta64[ns]")
    return np.datetime64(epoch.replace(tzinfo=None), "ns") + nanoseconds


def flown(epoch: datetime, elements) -> oc.Constellation:
    """Return the constellation of mean elements float64[n, 6]: a, e cos w, e sin w, i, node, latitude [m, rad]."""
    a, ex, ey, i, node, latitude = np.atleast_2d(elements).T
    perigee = np.arctan2(ey, ex)
    columns = (
        a,
        np.hypot(ex, ey),
        np.degrees(i),
        np.degrees(node),
        np.degrees(perigee),
        np.degrees(latitude - perigee),
    )
    return oc.Constellation.from_elements(dict(zip(COLUMNS, map(list, columns), strict=True)), epoch=epoch)


def states(epoch: datetime, elements):
    """Return the theory's position [m] and velocity [m/s] at the epoch, float64[n, 6], in TEME.

    Velocities by differences of positions 1 and 2 s off, good to 1e-8 m/s.
    """
    r_m = flown(epoch, elements).positions(dates(epoch, [-2.0, -1.0, 0.0, 1.0, 2.0]))
    v_m_s = (8 * (r_m[:, 3] - r_m[:, 1]) - (r_m[:, 4] - r_m[:, 0])) / 12.0
    return np.concatenate([r_m[:, 2], v_m_s], axis=1)


@functools.cache
def mean_elements(folder: Path, name: str, model: str):
    """Return the mean elements with which the theory has the reference's position and velocity at its epoch.

    Newton's method on six numbers. Nothing but the state at t = 0 is used.
    """
    epoch, _, r_m, v_m_s = trajectory(folder, name, model)
    to_teme = gcrs_to_teme(dates(epoch, 0.0))[0]
    r, v = to_teme @ r_m[0], to_teme @ v_m_s[0]
    wanted = np.concatenate([r, v])
    elements = near_elements(r, v)
    step = np.array([1.0, 1e-7, 1e-7, 1e-7, 1e-7, 1e-7])
    for _ in range(12):
        moved = states(epoch, np.concatenate([elements[None], elements + np.diag(step), elements - np.diag(step)]))
        slope = (moved[1:7] - moved[7:13]).T / (2 * step)
        elements = elements + np.linalg.solve(slope, wanted - moved[0])
    left = states(epoch, elements)[0] - wanted
    assert np.abs(left[:3]).max() < 1e-3, f"{name}: the theory does not reach the state at the epoch"
    return elements


def near_elements(r, v):
    """Return osculating elements of a state, in the order of `flown`."""
    mu = 398600.4415e9
    normal = np.cross(r, v)
    radius = np.linalg.norm(r)
    i = np.arccos(normal[2] / np.linalg.norm(normal))
    node = np.arctan2(normal[0], -normal[1])
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    aside = np.cross(normal / np.linalg.norm(normal), to_node)
    pull = np.cross(v, normal) / mu - r / radius
    ex, ey = pull @ to_node, pull @ aside
    a = 1.0 / (2.0 / radius - v @ v / mu)
    true = np.arctan2(r @ aside, r @ to_node)
    latitude = true - 2 * (ex * np.sin(true) - ey * np.cos(true))  # first order in e
    return np.array([a, ex, ey, i, node, latitude])


def theory_error_m(folder: Path, name: str, model: str, times_s=None):
    """Return our theory's error in GCRF, float64[n_time, 3] (radial, along, cross), and the times of the reference."""
    epoch, reference_s, r_m, v_m_s = trajectory(folder, name, model)
    when = dates(epoch, reference_s)
    ours = turned(teme_to_gcrs(when), flown(epoch, mean_elements(folder, name, model)).positions(when)[0])
    return reference_s, in_orbit_axes(ours - r_m, r_m, v_m_s), ours


def in_orbit_axes(error_m, r_m, v_m_s):
    """Return errors along radius, along the track and across it, float64[n, 3]."""
    up = r_m / np.linalg.norm(r_m, axis=1)[:, None]
    across = np.cross(r_m, v_m_s)
    across /= np.linalg.norm(across, axis=1)[:, None]
    return np.stack([(error_m * axis).sum(axis=1) for axis in (up, np.cross(across, up), across)], axis=1)


def parted(case: Case) -> tuple[str, int, str]:
    """Return the orbit, the days and the force model that a case's id names."""
    name, days, model = re.fullmatch(POSITION, case.id).groups()
    return name, int(days), model


def limit_km(case: Case) -> float:
    """Return the acceptable tolerance, which the file gives as so many km."""
    return float(case.tolerance_acceptable.split()[0])


@family("orbit theory", POSITION.replace(r"(\w+)", r"(J2|F36SM)"))
def theory_position(case: Case) -> list[Figure]:
    """The theory from the osculating state: it has J2 to J4, and neither tesserals nor Sun and Moon."""
    name, days, model = parted(case)
    times_s, _, ours = theory_error_m(case.folder, name, model)
    now = int(np.argmin(np.abs(times_s - days * DAY_S)))
    excellent = FIRST_ORDER_KM[days]
    if model != "J2":  # "zonal J2-J8 + Sun + Moon: x km", the nearest to the theory that the file knows
        excellent = float(re.search(r"Sun \+ Moon: ([\d.]+) km; J2", case.tolerance_excellent).group(1))
    return [distance(f"place after {days} d", ours[now] / KM, case.reference, excellent, limit_km(case), "km")]


FORCES = {"J2": oc.Forces.j2, "Z8SM": oc.Forces.zonal8_sun_moon, "F36SM": oc.Forces.full}


@functools.cache
def integrated(folder: Path, name: str, model: str):
    """Return our integration from the state at the epoch, float64[n_time, 3] [m] in GCRS, at the reference's times."""
    epoch, times_s, r_m, v_m_s = trajectory(folder, name, model)
    return oc.propagate_numerical(r_m[0], v_m_s[0], epoch, dates(epoch, times_s), FORCES[model]())[0]


@family("numerical integration", POSITION)
def numerical_position(case: Case) -> list[Figure]:
    """Numerical integration from the same state with the same forces."""
    name, days, model = parted(case)
    times_s = trajectory(case.folder, name, model)[1]
    ours = integrated(case.folder, name, model)[int(np.argmin(np.abs(times_s - days * DAY_S)))]
    return [distance(f"place after {days} d", ours / KM, case.reference, NUMERICAL_KM[days], limit_km(case), "km")]


def mean_orbit(case: Case) -> Orbit:
    """Return the constants that the march flies for the mean elements of a case."""
    wanted = case.inputs
    fleet = oc.Constellation.from_elements(
        {
            "semi_major_axis_m": [wanted["mean_a_km"] * KM],
            "inclination_deg": [wanted["mean_i_deg"]],
            "eccentricity": [wanted["e"]],
            "raan_deg": [0.0],
            "arg_perigee_deg": [90.0],
            "mean_anomaly_deg": [0.0],
        },
        epoch=datetime(2026, 3, 20),
    )
    return Orbit(*fleet.orbits[0][0])


def percent(text: str) -> float:
    """Return the first percentage of a text as a share."""
    return float(re.search(r"([\d.]+) %", text).group(1)) / 100


@family("orbit theory", r"A\.A\d.*\.raan_rate\..*")
def node_rate(case: Case) -> list[Figure]:
    """The node's rate that shells of these mean elements are flown with."""
    rate = mean_orbit(case).node_turn_s * 360 * DAY_S
    excellent, acceptable = percent(case.tolerance_excellent), percent(case.tolerance_acceptable)
    return [figure("node rate", rate, case.reference, excellent, acceptable, "deg/day", share=True)]


@family("orbit theory", r"A\.A\d.*\.nodal_period\..*")
def nodal_period(case: Case) -> list[Figure]:
    """The time from node to node that shells of these mean elements are flown with."""
    excellent, acceptable = (float(text.split()[0]) for text in (case.tolerance_excellent, case.tolerance_acceptable))
    period_s = 1.0 / mean_orbit(case).latitude_turn_s
    return [figure("nodal period", period_s, case.reference, excellent, max(excellent, acceptable), "s")]
