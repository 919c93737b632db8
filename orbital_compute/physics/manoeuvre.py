"""Changes of speed for disposal, phasing and change of plane, between circular orbits, in closed form.

Two bodies and burns without length, but for `spiral_delta_v_m_s`, which is of long low thrust. Left out: the oblateness
(a thousandth of each value), steering losses, and waiting for a node to drift, which turns planes for no speed at all.
Formulas broadcast. They are those of Curtis, *Orbital Mechanics for Engineering Students*, chapter 6, and Edelbaum,
ARS Journal 31 (1961), 1079.
"""

from typing import NamedTuple

import numpy as np

from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M, STANDARD_GRAVITY_M_S2

DISPOSAL_PERIGEE_M = 250e3  # from there the air brings it down within weeks (MODEL §10)
TURN_RAD = 2.0 * np.pi


class Transfer(NamedTuple):
    """Two burns [m/s] and the time between them [s]."""

    first_m_s: np.ndarray
    second_m_s: np.ndarray
    duration_s: np.ndarray


class Phasing(NamedTuple):
    """Speed of both burns together [m/s], the time they take [s], and how low the orbit between them comes [m]."""

    delta_v_m_s: np.ndarray
    duration_s: np.ndarray
    lowest_radius_m: np.ndarray


def circular_speed_m_s(radius_m):
    """Return the speed of a circular orbit [m/s]."""
    return np.sqrt(EARTH_MU_M3_S2 / np.asarray(radius_m, float))


def hohmann(radius_m, to_radius_m) -> Transfer:
    """Return the two burns between circular orbits in one plane, up or down, by half an ellipse."""
    r, to = np.asarray(radius_m, float), np.asarray(to_radius_m, float)
    first = circular_speed_m_s(r) * np.abs(np.sqrt(2.0 * to / (r + to)) - 1.0)
    second = circular_speed_m_s(to) * np.abs(1.0 - np.sqrt(2.0 * r / (r + to)))
    return Transfer(first, second, np.pi * np.sqrt((0.5 * (r + to)) ** 3 / EARTH_MU_M3_S2))


def disposal_delta_v_m_s(altitude_m, perigee_altitude_m=DISPOSAL_PERIGEE_M):
    """Return the one burn [m/s] that lowers the perigee of a circular orbit; zero where it is as low already."""
    perigee_m = np.minimum(perigee_altitude_m, altitude_m)
    return hohmann(EARTH_RADIUS_M + np.asarray(altitude_m, float), EARTH_RADIUS_M + perigee_m).first_m_s


def spiral_delta_v_m_s(radius_m, to_radius_m, tilt_rad=0.0):
    """Return the speed [m/s] that low thrust spends between circular orbits whose planes differ by `tilt_rad`.

    Edelbaum's law; to 2 rad (114.6°), beyond which another path is shorter.
    """
    one, other = circular_speed_m_s(radius_m), circular_speed_m_s(to_radius_m)
    return np.sqrt(
        np.maximum(one * one - 2.0 * one * other * np.cos(0.5 * np.pi * np.asarray(tilt_rad)) + other * other, 0.0)
    )


def phasing(radius_m, ahead_rad, revolutions) -> Phasing:
    """Return what moves a satellite along its circular orbit by an angle within whole revolutions.

    Parameters
    ----------
    radius_m : float
    ahead_rad : float
        Forward where positive (by a lower orbit), back where negative (by a higher one).
    revolutions : int
        Of the orbit between the two burns; the burns, but not `ahead_rad`, shrink as they grow.

    Notes
    -----
    The orbit between lasts shorter by the share ahead_rad/(2π revolutions), so its axis is a (1 - share)^(2/3).
    """
    r = np.asarray(radius_m, float)
    axis_m = r * (1.0 - np.asarray(ahead_rad) / (TURN_RAD * np.asarray(revolutions))) ** (2.0 / 3.0)
    burn_m_s = circular_speed_m_s(r) * np.abs(np.sqrt(2.0 - r / axis_m) - 1.0)
    duration_s = TURN_RAD * np.asarray(revolutions) * np.sqrt(axis_m**3 / EARTH_MU_M3_S2)
    return Phasing(2.0 * burn_m_s, duration_s, np.minimum(r, 2.0 * axis_m - r))


def plane_change_delta_v_m_s(radius_m, tilt_rad):
    """Return the one burn [m/s] that turns the plane of a circular orbit by an angle."""
    return 2.0 * circular_speed_m_s(radius_m) * np.sin(0.5 * np.abs(tilt_rad))


def tilt_between_rad(inclination_rad, to_inclination_rad, node_difference_rad):
    """Return the angle [rad] between two planes."""
    one, other = np.asarray(inclination_rad, float), np.asarray(to_inclination_rad, float)
    half = (
        np.sin(0.5 * (one - other)) ** 2
        + np.sin(one) * np.sin(other) * np.sin(0.5 * np.asarray(node_difference_rad)) ** 2
    )
    return 2.0 * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def propellant_kg(mass_kg, delta_v_m_s, specific_impulse_s):
    """Return the propellant [kg] that a satellite of `mass_kg`, propellant included, spends (MODEL §1.3)."""
    return mass_kg * -np.expm1(-np.asarray(delta_v_m_s) / (STANDARD_GRAVITY_M_S2 * specific_impulse_s))
