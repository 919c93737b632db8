"""Orbits: how we compute the trajectories and mean rates of area A."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from pathlib import Path

import numpy as np
from validation.cases import Case, Figure, distance, family, figure, read_json

import orbital_compute as oc
from orbital_compute.model.calibration import mean_elements_from_state
from orbital_compute.model.frames import gcrs_to_teme, turned
from orbital_compute.model.propagation import propagate_states
from orbital_compute.physics.orbit import Orbit

KM, DAY_S = 1e3, 86400.0
COLUMNS = ("semi_major_axis_m", "eccentricity", "inclination_deg", "raan_deg", "arg_perigee_deg", "mean_anomaly_deg")
POSITION = r"A\.(A\d\w*)\.position_(\d+)d\.(\w+)"
EXCELLENT_KM = {1: 0.01, 7: 0.1, 30: 1.0}  # what numerical integration should reach


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


@functools.cache
def held_to_arc(folder: Path, name: str, model: str):
    """Return the theory's positions [m] in GCRS at the reference's times, held to a numerical arc from its state."""
    epoch, times_s, r_m, v_m_s = trajectory(folder, name, model)
    return oc.Constellation.from_states(r_m[0], v_m_s[0], epoch=epoch).positions(dates(epoch, times_s), "gcrs")[0]


@functools.cache
def as_it_stands(folder: Path, name: str, model: str):
    """Return the same of the theory with its own rates; mean elements fitted to that arc."""
    epoch, times_s, r_m, v_m_s = trajectory(folder, name, model)
    fitted = mean_elements_from_state(r_m[0], v_m_s[0], epoch)
    columns = [fitted.semi_major_axis_m, fitted.eccentricity, *map(np.degrees, fitted[2:])]
    fleet = oc.Constellation.from_elements(dict(zip(COLUMNS, map(list, columns), strict=True)), epoch=epoch)
    return fleet.positions(dates(epoch, times_s), "gcrs")[0]


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


FORCES = {"J2": oc.Forces.j2, "Z8SM": oc.Forces.zonal8_sun_moon, "F36SM": oc.Forces.full}


@functools.cache
def integrated(folder: Path, name: str, model: str):
    """Return our integration from the state at the epoch, float64[n_time, 3] [m] in GCRS, at the reference's times."""
    epoch, times_s, r_m, v_m_s = trajectory(folder, name, model)
    return oc.propagate_numerical(r_m[0], v_m_s[0], epoch, dates(epoch, times_s), FORCES[model]())[0]


def place(case: Case, positions_m) -> list[Figure]:
    """Return the comparison of a track [m] with the place that a case asks for."""
    name, days, model = parted(case)
    times_s = trajectory(case.folder, name, model)[1]
    now = positions_m(case.folder, name, model)[int(np.argmin(np.abs(times_s - days * DAY_S)))]
    return [distance(f"place after {days} d", now / KM, case.reference, EXCELLENT_KM[days], limit_km(case), "km")]


@family("numerical integration", POSITION)
def numerical_position(case: Case) -> list[Figure]:
    """Numerical integration from the same state with the same forces."""
    return place(case, integrated)


@family("orbit theory held to an arc", POSITION.replace(r"d\.(\w+)", r"d\.(Z8SM|F36SM)"))
def theory_position(case: Case) -> list[Figure]:
    """The orbit theory, its elements and rates fitted to a week of integration from the same state.

    The arc has zonals to degree 8, Sun and Moon; against 36x36 the tesserals are missing.
    """
    return place(case, held_to_arc)


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
    return [period_figure(case, 1.0 / mean_orbit(case).latitude_turn_s)]


def period_figure(case: Case, period_s: float) -> Figure:
    """Return the comparison of a nodal period."""
    excellent, acceptable = (float(text.split()[0]) for text in (case.tolerance_excellent, case.tolerance_acceptable))
    return figure("nodal period", period_s, case.reference, excellent, max(excellent, acceptable), "s")


def ascending_nodes_s(times_s, z_m, rise_m_s):
    """Return when z passes zero upwards: cubics of heights and speeds between the times, bisected."""
    found = []
    for k in np.flatnonzero((z_m[:-1] < 0) & (z_m[1:] >= 0)):
        h = times_s[k + 1] - times_s[k]
        low, high = 0.0, 1.0
        for _ in range(40):
            x = 0.5 * (low + high)
            left = (1 + 2 * x) * (1 - x) ** 2 * z_m[k] + x * (1 - x) ** 2 * h * rise_m_s[k]
            right = x * x * (3 - 2 * x) * z_m[k + 1] + x * x * (x - 1) * h * rise_m_s[k + 1]
            low, high = (x, high) if left + right < 0 else (low, x)
        found.append(times_s[k] + x * h)
    return np.array(found)


@functools.cache
def revolutions(folder: Path, name: str, model: str):
    """Return of the first and of the thirtieth day of our integration: times of the ascending nodes, mean node [deg].

    Means over whole revolutions of the day, in the true equator of date; times of nodes by cubics between minutes.
    """
    epoch, _, r_m, v_m_s = trajectory(folder, name, model)
    found = []
    for day in (0, 29):
        times_s = day * DAY_S + np.arange(0.0, DAY_S + 1, 60.0)
        when = dates(epoch, times_s)
        state = propagate_states(r_m[0], v_m_s[0], epoch, when, FORCES[model]())
        r, v = (turned(gcrs_to_teme(when), part[0]) for part in state)
        nodes = ascending_nodes_s(times_s, r[:, 2], v[:, 2])
        normal = np.cross(r, v)
        angle = np.unwrap(np.arctan2(normal[:, 0], -normal[:, 1]))
        even = nodes[0] + (np.arange(4000) + 0.5) / 4000 * (nodes[-1] - nodes[0])
        mean = np.interp(even, times_s, angle).mean()
        found.append((nodes, np.degrees(mean)))
    return found


@family("numerical integration", r"A\.A\d.*\.nodal_period\..*")
def integrated_period(case: Case) -> list[Figure]:
    """The mean time from node to node over 30 days of our integration."""
    (first, _), (last, _) = revolutions(case.folder, *case.id.split(".")[1::2])
    guess_s = np.diff(first).mean()
    count = round((last[-1] - first[0]) / guess_s)
    return [period_figure(case, (last[-1] - first[0]) / count)]


@family("numerical integration", r"A\.A\d.*\.raan_rate\..*")
def integrated_node_rate(case: Case) -> list[Figure]:
    """The mean node of the thirtieth day less that of the first, of our integration."""
    (first, start_deg), (last, end_deg) = revolutions(case.folder, *case.id.split(".")[1::2])
    days = (0.5 * (last[0] + last[-1]) - 0.5 * (first[0] + first[-1])) / DAY_S
    turned_deg = (end_deg - start_deg + 180.0) % 360.0 - 180.0  # 30 days turn it by 150 degrees at most
    excellent, acceptable = percent(case.tolerance_excellent), percent(case.tolerance_acceptable)
    return [figure("node rate", turned_deg / days, case.reference, excellent, acceptable, "deg/day", share=True)]
