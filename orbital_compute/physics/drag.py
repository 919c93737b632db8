"""Drag on a near-circular orbit: the push, the fall, the area that meets the air, and how air that turns changes both.

Formulas broadcast. Left out: lift, winds beyond the Earth's rotation, and the eccentricity, which at 0.001 adds less
than half a per cent to the mean density.
"""

import math

import numpy as np

from ..constants import EARTH_MU_M3_S2

EARTH_SPIN_RAD_S = 7.292115e-5  # WGS 84
AGM_ROUNDS = 6  # each doubles the digits; 1 and 1e-6 agree to 1e-16 after six


def turning_air_factor(semi_major_axis_m, inclination_rad):
    """Return the square of the speed in air that turns with the Earth, over that in air at rest.

    For a circle (1 - ω a cos i / v)², the mean motion of the air across the flight left out (0.3 % at 98 degrees): 0.89
    at 30 degrees, 1.02 on sun-synchronous orbits.
    """
    a = np.asarray(semi_major_axis_m, float)
    share = 1.0 - EARTH_SPIN_RAD_S * a * np.cos(inclination_rad) / np.sqrt(EARTH_MU_M3_S2 / a)
    return share * share


def drag_deceleration_m_s2(density_kg_m3, semi_major_axis_m, drag_m2_kg, air_factor=1.0):
    """Return the deceleration [m/s²] of a circular orbit; `drag_m2_kg` is coefficient times area over mass.

    ρ v² B / 2 (MODEL §1.3). Times a duration it is the change of speed that keeps the height.
    """
    return 0.5 * air_factor * density_kg_m3 * drag_m2_kg * EARTH_MU_M3_S2 / np.asarray(semi_major_axis_m, float)


def decay_rate_m_s(density_kg_m3, semi_major_axis_m, drag_m2_kg, air_factor=1.0):
    """Return the change of the semi-major axis of a circular orbit without thrust [m/s]: -ρ √(μa) B (MODEL §1.3)."""
    return -air_factor * density_kg_m3 * drag_m2_kg * np.sqrt(EARTH_MU_M3_S2 * np.asarray(semi_major_axis_m, float))


def exponential_lifetime_s(density_kg_m3, scale_height_m, semi_major_axis_m, drag_m2_kg, air_factor=1.0):
    """Return how long a circular orbit lasts in air whose density rises by e each scale height down [s].

    The integral of `decay_rate_m_s` downward without end, to first order in H/a: H/(ρ √(μa) B) (1 + H/2a). The last
    scale heights take next to nothing.
    """
    fall = -decay_rate_m_s(density_kg_m3, semi_major_axis_m, drag_m2_kg, air_factor)
    return scale_height_m / fall * (1.0 + 0.5 * scale_height_m / np.asarray(semi_major_axis_m, float))


def share_facing_sun(sun_elevation_rad):
    """Return the mean over an orbit of |cos| between the flight and a face that follows the Sun.

    2/π cos β, with the Sun β above the orbit's plane: none of it where the Sun stands over the plane.
    """
    return 2.0 / math.pi * np.abs(np.cos(sun_elevation_rad))


def share_edge_on(sun_elevation_rad):
    """Return the mean over an orbit of |cos| between the flight and a face edge-on to both the Sun and the Earth.

    At a point that is |sin β| / √(1 - cos²β cos²u), u counted from the Sun; its mean is a complete elliptic integral,
    here by the arithmetic-geometric mean. One where the Sun stands over the plane: the face is then across the flight.
    """
    sine = np.abs(np.sin(np.asarray(sun_elevation_rad, float)))
    one, other = np.ones_like(sine), np.maximum(sine, 1e-12)
    for _ in range(AGM_ROUNDS):
        one, other = 0.5 * (one + other), np.sqrt(one * other)
    return sine / one


def tumbling_area_m2(surface_m2):
    """Return the mean area that a convex body of this surface shows, turned every way: a quarter of it (Cauchy).

    Of a plate a half of one face. Bodies that shade themselves show less.
    """
    return 0.25 * np.asarray(surface_m2, float)
