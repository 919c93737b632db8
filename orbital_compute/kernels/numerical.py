"""Numerical integration of orbits: all forces at an instant, and steps of Dormand and Prince, one row after another.

Each row keeps its own step, so that a satellite's path does not depend on its company.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import sweep
from .._math import sincos_turn
from ..constants import EARTH_FLATTENING, EARTH_POLE_STRETCH, EARTH_RADIUS_M
from ..physics.atmosphere import altitude_above_ellipsoid_m, density_kg_m3
from ..physics.occultation import visible_disc_fraction
from ..physics.perturbation import (
    EARTH_ROTATION_RAD_S,
    drag_acceleration,
    radiation_acceleration,
    third_body_acceleration,
)
from .dormand_prince import ERROR_FIFTH, ERROR_THIRD, NODES, STAGES, WITHIN
from .harmonics import Field, field_acceleration

SKY_COLUMNS = 18
REACHED, FELL, STUCK = 0, 1, 2  # status of a row
LOWEST_M = 100e3  # below it there is no orbit
SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0  # Hairer's limits of the change of a step
SMALLEST_STEP_S = 1e-3


class World(NamedTuple):
    """What acts on all satellites. `sky` holds, at even steps of time (columns):

    0-8 the matrix from GCRS to the equator of date, by rows; 9, 10 the pole's x and y [rad]; 11 the sidereal angle
    [turns, not cut off]; 12-14 the Sun, 15-17 the Moon [m], GCRS. A mu or factor of zero leaves that force out.
    """

    field: Field
    sky: np.ndarray  # float64[n_node, 18]
    sky_start_s: float
    sky_step_s: float
    sun_mu_m3_s2: float
    moon_mu_m3_s2: float
    density_factor: float


class Scratch(NamedTuple):
    """Arrays that a thread works in."""

    sky: np.ndarray  # float64[18]
    harmonics: np.ndarray  # float64[6, n_column]
    slope: np.ndarray  # float64[16, 6]
    state: np.ndarray  # float64[6]
    within: np.ndarray  # float64[7, 6]


@sweep
def look_up(world, time_s, out):
    """Write the sky at a time: the cubic through four nodes."""
    place = (time_s - world.sky_start_s) / world.sky_step_s
    node = min(max(math.floor(place), 1), world.sky.shape[0] - 3)
    p = place - node
    a, b = -p * (p - 1.0) * (p - 2.0) / 6.0, (p + 1.0) * (p - 1.0) * (p - 2.0) / 2.0
    c, d = -(p + 1.0) * p * (p - 2.0) / 2.0, (p + 1.0) * p * (p - 1.0) / 6.0
    before, here, after, last = world.sky[node - 1], world.sky[node], world.sky[node + 1], world.sky[node + 2]
    for k in range(SKY_COLUMNS):
        out[k] = a * before[k] + b * here[k] + c * after[k] + d * last[k]


@sweep
def set_slope(world, drag_m2_kg, radiation_m2_kg, time_s, state, scratch, out):
    """Write the rate of change of position and velocity, GCRS.

    Parameters
    ----------
    world : World
    drag_m2_kg, radiation_m2_kg : float
        Coefficient times area over mass.
    time_s : float
        In the time of the sky's table.
    state : float64[6]
        Position [m] and velocity [m/s].
    scratch : Scratch
    out : float64[6]
    """
    sky = scratch.sky
    look_up(world, time_s, sky)
    x, y, z = state[0], state[1], state[2]
    date_x = sky[0] * x + sky[1] * y + sky[2] * z
    date_y = sky[3] * x + sky[4] * y + sky[5] * z
    date_z = sky[6] * x + sky[7] * y + sky[8] * z
    s, c = sincos_turn(sky[11])
    earth_x, earth_y = c * date_x + s * date_y, c * date_y - s * date_x
    # the pole's x and y are 1e-6 rad, so first order serves (1e-12)
    g_x, g_y, g_z = field_acceleration(
        world.field,
        earth_x + sky[9] * date_z,
        earth_y - sky[10] * date_z,
        date_z - sky[9] * earth_x + sky[10] * earth_y,
        scratch.harmonics,
    )
    earth_x, earth_y, a_z = g_x - sky[9] * g_z, g_y + sky[10] * g_z, g_z + sky[9] * g_x - sky[10] * g_y
    a_x, a_y = c * earth_x - s * earth_y, c * earth_y + s * earth_x
    out[0], out[1], out[2] = state[3], state[4], state[5]
    out[3] = sky[0] * a_x + sky[3] * a_y + sky[6] * a_z
    out[4] = sky[1] * a_x + sky[4] * a_y + sky[7] * a_z
    out[5] = sky[2] * a_x + sky[5] * a_y + sky[8] * a_z
    if world.sun_mu_m3_s2 > 0.0:
        p_x, p_y, p_z = third_body_acceleration(world.sun_mu_m3_s2, sky[12], sky[13], sky[14], x, y, z)
        out[3], out[4], out[5] = out[3] + p_x, out[4] + p_y, out[5] + p_z
    if world.moon_mu_m3_s2 > 0.0:
        p_x, p_y, p_z = third_body_acceleration(world.moon_mu_m3_s2, sky[15], sky[16], sky[17], x, y, z)
        out[3], out[4], out[5] = out[3] + p_x, out[4] + p_y, out[5] + p_z
    if drag_m2_kg > 0.0:  # the air turns with the Earth, about the third row of the matrix
        altitude = altitude_above_ellipsoid_m(date_x, date_y, date_z, EARTH_RADIUS_M, EARTH_FLATTENING)
        density = world.density_factor * density_kg_m3(altitude)
        spin_x, spin_y = EARTH_ROTATION_RAD_S * sky[6], EARTH_ROTATION_RAD_S * sky[7]
        spin_z = EARTH_ROTATION_RAD_S * sky[8]
        wind_x, wind_y = state[3] - (spin_y * z - spin_z * y), state[4] - (spin_z * x - spin_x * z)
        wind_z = state[5] - (spin_x * y - spin_y * x)
        p_x, p_y, p_z = drag_acceleration(density, drag_m2_kg, wind_x, wind_y, wind_z)
        out[3], out[4], out[5] = out[3] + p_x, out[4] + p_y, out[5] + p_z
    if radiation_m2_kg > 0.0:
        u_x = sky[0] * sky[12] + sky[1] * sky[13] + sky[2] * sky[14]
        u_y = sky[3] * sky[12] + sky[4] * sky[13] + sky[5] * sky[14]
        u_z = sky[6] * sky[12] + sky[7] * sky[13] + sky[8] * sky[14]
        far = math.sqrt(u_x * u_x + u_y * u_y + u_z * u_z)
        share = visible_disc_fraction(date_x, date_y, date_z, u_x / far, u_y / far, u_z / far, far, EARTH_POLE_STRETCH)
        p_x, p_y, p_z = radiation_acceleration(share, radiation_m2_kg, sky[12], sky[13], sky[14], x, y, z)
        out[3], out[4], out[5] = out[3] + p_x, out[4] + p_y, out[5] + p_z


@sweep
def set_stages(world, drag_m2_kg, radiation_m2_kg, time_s, step_s, y, first, last, scratch):
    """Write the slopes of stages first to last of a step from the state y : float64[6]."""
    slope, state = scratch.slope, scratch.state
    for i in range(first, last):
        state[:] = 0.0
        for j in range(i):
            weight = STAGES[i, j]
            if weight != 0.0:
                for k in range(6):
                    state[k] += weight * slope[j, k]
        for k in range(6):
            state[k] = y[k] + step_s * state[k]
        set_slope(world, drag_m2_kg, radiation_m2_kg, time_s + NODES[i] * step_s, state, scratch, slope[i])


@sweep
def step_error(slope, step_s, tolerance_m, tolerance_m_s):
    """Return the error of a step over what is allowed (Hairer, Norsett & Wanner, §II.10: orders 5 and 3 joined)."""
    fifth, third = 0.0, 0.0
    for k in range(6):
        five, three = 0.0, 0.0
        for j in range(12):
            five += ERROR_FIFTH[j] * slope[j, k]
            three += ERROR_THIRD[j] * slope[j, k]
        allowed = tolerance_m if k < 3 else tolerance_m_s
        fifth += (five / allowed) * (five / allowed)
        third += (three / allowed) * (three / allowed)
    bottom = fifth + 0.01 * third
    return 0.0 if bottom == 0.0 else abs(step_s) * fifth / math.sqrt(6.0 * bottom)  # not a number stays one


@sweep
def set_within(slope, step_s, y, end, out):
    """Write the coefficients of the polynomial of order 7 within a step (Hairer, Norsett & Wanner, §II.6)."""
    for k in range(6):
        rise = end[k] - y[k]
        out[0, k] = rise
        out[1, k] = step_s * slope[0, k] - rise
        out[2, k] = 2.0 * rise - step_s * (slope[12, k] + slope[0, k])
        for i in range(4):
            total = 0.0
            for j in range(16):
                total += WITHIN[i, j] * slope[j, k]
            out[3 + i, k] = step_s * total


@sweep
def value_within(within, y, part, out):
    """Write the state at a part, 0 to 1, of a step that began at y."""
    for k in range(6):
        total = 0.0
        for i in range(6, -1, -1):
            total = (total + within[i, k]) * (part if i % 2 == 0 else 1.0 - part)
        out[k] = y[k] + total


@sweep
def integrate(world, drag_m2_kg, radiation_m2_kg, times_s, tolerance_m, first, last, state, out, out_status):
    """Integrate rows first to last from t = 0 and write their states at the times.

    Parameters
    ----------
    world : World
    drag_m2_kg, radiation_m2_kg : float64[n]
    times_s : float64[n_time]
        From t = 0 away, all on one side of it.
    tolerance_m : float
        Error that a step may make; of velocity, this times the mean motion.
    first, last : int
    state : float64[n, 6]
        Position [m] and velocity [m/s] at t = 0, GCRS.
    out : float64[n, n_time, 6]
    out_status : int64[n]
        `REACHED`; `FELL` below 100 km or `STUCK` without a step small enough, the later states then not a number.
    """
    n_time = times_s.shape[0]
    side = 1.0 if times_s[n_time - 1] >= 0.0 else -1.0
    scratch = Scratch(
        np.zeros(SKY_COLUMNS),
        np.zeros((6, world.field.gradient.shape[3])),
        np.zeros((16, 6)),
        np.zeros(6),
        np.zeros((7, 6)),
    )
    y, end = np.zeros(6), np.zeros(6)
    slope = scratch.slope
    for i in range(first, last):
        drag, radiation = drag_m2_kg[i], radiation_m2_kg[i]
        y[:] = state[i]
        time_s, k_time = 0.0, 0
        while k_time < n_time and times_s[k_time] == 0.0:
            out[i, k_time] = y
            k_time += 1
        out[i, k_time:] = math.nan
        out_status[i] = REACHED
        step_s = 0.0
        set_slope(world, drag, radiation, 0.0, y, scratch, slope[0])
        while k_time < n_time:
            radius = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
            if radius < EARTH_RADIUS_M * (1.0 - EARTH_FLATTENING) + LOWEST_M:
                out_status[i] = FELL
                break
            mean_motion = math.sqrt(world.field.mu_m3_s2 / (radius * radius * radius))
            if step_s == 0.0:
                step_s = 0.05 / mean_motion
            signed = side * step_s
            set_stages(world, drag, radiation, time_s, signed, y, 1, 12, scratch)
            error = step_error(slope, signed, tolerance_m, tolerance_m * mean_motion)
            change = SAFETY / math.sqrt(math.sqrt(math.sqrt(max(error, 1e-12))))
            if not error <= 1.0:
                step_s *= max(change, SHRINK) if error == error else SHRINK
                if step_s < SMALLEST_STEP_S:
                    out_status[i] = STUCK
                    break
                continue
            set_stages(world, drag, radiation, time_s, signed, y, 12, 13, scratch)
            end[:] = scratch.state
            if side * times_s[k_time] <= side * time_s + step_s:
                set_stages(world, drag, radiation, time_s, signed, y, 13, 16, scratch)
                set_within(slope, signed, y, end, scratch.within)
                while k_time < n_time and side * times_s[k_time] <= side * time_s + step_s:
                    value_within(scratch.within, y, (times_s[k_time] - time_s) / signed, out[i, k_time])
                    k_time += 1
            time_s += signed
            y[:] = end
            slope[0] = slope[12]
            step_s *= min(change, GROW)
