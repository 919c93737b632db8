"""Lines of sight between satellites: how low they pass, how long they can be, how fast a terminal turns on them.

The Earth is a sphere of its equatorial radius here: over the poles, where it is 21 km smaller, a limit on how low a ray
may pass errs on the safe side. Refraction is left out, and so is the time that the light takes: at 5,000 km a satellite
moves by 130 m meanwhile, 0.4 μs.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import point
from ..constants import EARTH_RADIUS_M


class Mover(NamedTuple):
    """A satellite's place [m] and velocity [m/s] in axes that do not turn."""

    x: float
    y: float
    z: float
    vx: float
    vy: float
    vz: float


@point
def lowest_radius_m(square_a_m2, square_b_m2, square_between_m2):
    """Return how near the straight line between two places comes to the Earth's centre.

    Parameters
    ----------
    square_a_m2, square_b_m2 : float
        Squared distances of the two places from the centre [m²].
    square_between_m2 : float
        Squared distance between them [m²], above zero.

    Returns
    -------
    float
        Least distance from the centre [m]; that of the lower end where the line only rises from it.

    Notes
    -----
    The foot of the perpendicular lies at the share f = (A - B + D)/(2D) of the way, and a point at the share s has the
    square distance A - 2 s f D + s² D.
    """
    foot = 0.5 * (square_a_m2 - square_b_m2 + square_between_m2) / square_between_m2
    share = min(max(foot, 0.0), 1.0)
    return math.sqrt(max(square_a_m2 + share * (share - 2.0 * foot) * square_between_m2, 0.0))


@point
def slew_rate_rad_s(at, to):
    """Return how fast a satellite must turn its terminal to follow another.

    Parameters
    ----------
    at, to : Mover
        The satellite with the terminal, and the other.

    Returns
    -------
    float
        Rate [rad/s] of the other's direction, seen from axes that turn with the satellite on its orbit (one axis to
        the Earth), by which its body is held.

    Notes
    -----
    |du/dt - ω × u| with the direction u, du/dt = (v - u (u·v))/d of the relative velocity v, ω = r × v/r².
    """
    dx, dy, dz = to.x - at.x, to.y - at.y, to.z - at.z
    per_distance = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
    ux, uy, uz = dx * per_distance, dy * per_distance, dz * per_distance
    vx, vy, vz = to.vx - at.vx, to.vy - at.vy, to.vz - at.vz
    away = ux * vx + uy * vy + uz * vz
    per_square = 1.0 / (at.x * at.x + at.y * at.y + at.z * at.z)
    wx = (at.y * at.vz - at.z * at.vy) * per_square
    wy = (at.z * at.vx - at.x * at.vz) * per_square
    wz = (at.x * at.vy - at.y * at.vx) * per_square
    tx = (vx - ux * away) * per_distance - (wy * uz - wz * uy)
    ty = (vy - uy * away) * per_distance - (wz * ux - wx * uz)
    tz = (vz - uz * away) * per_distance - (wx * uy - wy * ux)
    return math.sqrt(tx * tx + ty * ty + tz * tz)


def longest_link_m(altitude_m, clearance_m=50e3, earth_radius_m=EARTH_RADIUS_M):
    """Return the longest straight line [m] between two satellites of one height that passes above a height.

    Parameters
    ----------
    altitude_m : float or array
        Height of the satellites over `earth_radius_m` [m], not below `clearance_m`.
    clearance_m : float
        Height over `earth_radius_m` that the line must clear [m]: 50 km by default (MODEL §8, C).
    earth_radius_m : float
        Radius of the sphere [m].

    Notes
    -----
    2 √((R + h)² - (R + c)²), twice the tangent.
    """
    outer, inner = earth_radius_m + np.asarray(altitude_m, float), earth_radius_m + clearance_m
    return 2.0 * np.sqrt((outer - inner) * (outer + inner))


def best_phase_rad(node_step_rad, inclination_rad):
    """Return how far ahead in its plane the satellite of the next plane should be, to be nearest over a revolution.

    Parameters
    ----------
    node_step_rad : float or array
        Ascending node of the next plane less that of this one [rad].
    inclination_rad : float or array
        Of both planes, circular orbits of one height.

    Notes
    -----
    The mean over a revolution of the cosine of the angle between them at a lead δ is
    ½ [cos δ (sin² i + cos ΔΩ (1 + cos² i)) - 2 sin δ sin ΔΩ cos i]; its greatest value gives tan δ.
    """
    step, tilt = np.asarray(node_step_rad, float), np.asarray(inclination_rad, float)
    even = np.sin(tilt) ** 2 + np.cos(step) * (1.0 + np.cos(tilt) ** 2)
    return np.arctan2(-2.0 * np.sin(step) * np.cos(tilt), even)
