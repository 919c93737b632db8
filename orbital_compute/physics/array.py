"""The solar array: how it points, what it sees of the Earth, what it gives, and how warm its cells are."""

import math
from typing import NamedTuple

from .._jit import point
from .._math import HALF_PI, atan_half, clamp, fma
from ..constants import CELL_REFERENCE_K, EARTH_ALBEDO, EARTH_INFRARED_W_M2, EARTH_RADIUS_M

_TWO_OVER_PI = 0.6366197723675814


class Attitude(NamedTuple):
    """The Sun's direction cosines in the orbital frame, and the height of the satellite."""

    cos_zenith: float  # of the Sun from the satellite's zenith, signed
    cos_ahead: float  # from the direction of flight, signed
    normal2: float  # squared cosine between Sun and orbit normal
    inverse_height: float  # Earth's radius over the distance from its centre


@point
def sun_attitude(sun, path):
    """Return how the Sun stands in the orbital frame; `path` holds position, and the way ahead of the same length."""
    inverse = path.inverse_m
    radial = fma(path.x_m, sun.x, fma(path.y_m, sun.y, path.z_m * sun.z)) * inverse
    ahead = fma(path.u_m, sun.x, fma(path.v_m, sun.y, path.w_m * sun.z)) * inverse
    normal2 = 1.0 - radial * radial - ahead * ahead
    return Attitude(radial, ahead, max(normal2, 0.0), EARTH_RADIUS_M * inverse)


@point
def array_cosine(sky_gain, normal_gain, zenith_gain, attitude):
    """Return cos ψ, the cosine between Sun and array normal, 0 or more, for the pointing that the gains stand for.

    two_axis (1, 0, 0); one_axis about the orbit normal (1, -1, 0); orbit_normal (0, 1, 0); zenith (0, 0, 1).
    """
    swept = math.sqrt(max(fma(normal_gain, attitude.normal2, sky_gain), 0.0))
    return fma(zenith_gain, max(attitude.cos_zenith, 0.0), swept)


@point
def sun_following(sky_gain, cos_array):
    """Return the part of the Sun's nadir cosine that a normal shares which follows the Sun, 0 if it does not."""
    return sky_gain / max(cos_array, 1e-6)


@point
def array_nadir_cosine(following, zenith_gain, cos_zenith):
    """Return the size of the cosine between array normal and nadir; `following` is that of `sun_following`."""
    return min(fma(following, abs(cos_zenith), zenith_gain), 1.0)


@point
def acute_angle(tangent, cotangent):
    """Return the angle between 0 and 90° whose tangent and cotangent are given [rad]; error below 7e-8."""
    angle = atan_half(min(tangent, cotangent))
    return angle if tangent < cotangent else HALF_PI - angle


@point
def two_sided_view(nadir_cosine, inverse_height):
    """Return the view factors of the Earth from both faces of a plate, added up (Howell; MODEL §2.4); error 1e-7.

    nadir_cosine is the size of the cosine between normal and nadir; inverse_height is Earth's radius over distance.
    Where the plane of the plate misses the Earth, one face sees all of it and the other nothing: cos/H².
    Howell's two inverse sines are the angles whose tangents are level/cut and cos level/cut, with level = √(H²-1)/H and
    cut = √(1-H²c²)/H: one root and one quotient serve all four ratios.
    """
    c, k = max(nadir_cosine, 1e-9), inverse_height
    level2, cut2 = max(fma(-k, k, 1.0), 1e-12), max(fma(k, k, -(c * c)), 1e-12)
    root = math.sqrt(level2 * cut2)  # √(H²-1) √(1-H²c²)/H²
    upper = root / (level2 * cut2 * c)
    lower = upper * c
    first, second = acute_angle(lower * level2, lower * cut2), acute_angle(lower * c * level2, upper * cut2)
    mixed = fma(_TWO_OVER_PI, fma(k * k * c, second, -root) - first, 1.0)
    return c * k * k if c >= k else mixed


@point
def day_cosine(cos_zenith, inverse_height):
    """Return the mean cosine of the Sun's zenith angle over the ground in view, night counted as 0 (MODEL §2.4 F_a/F).

    cos_zenith is that at the satellite. A corner rounded over ±w about the terminator, fitted to the integral over the
    visible cap for Lambertian ground and a plate whose edge is to Sun and Earth, 400 to 2,000 km: within 0.006. Plates
    that face down: 0.004 to 0.017; edge to the Earth and face to the Sun: 0.015 to 0.04 (0.02 at 575 km); that follow
    the Sun: 0.03 over their view, 0.005 in the mean.
    """
    wide = fma(-inverse_height, inverse_height, 1.0)
    w = fma(0.70, wide, 0.024)
    slope = fma(-wide, fma(0.21, wide, 0.042), 1.0)
    inside = clamp(cos_zenith, -w, w) + w
    return slope * fma(inside / w, 0.25 * inside, max(cos_zenith - w, 0.0))


@point
def array_output_w(beam_w_m2, watt_per_beam, temperature_coefficient_per_k, cell_k):
    """Return the power at the bus in full light (MODEL §2.3); watt_per_beam holds area and efficiencies at 298 K."""
    return beam_w_m2 * watt_per_beam * max(fma(-temperature_coefficient_per_k, cell_k - CELL_REFERENCE_K, 1.0), 0.0)


@point
def cell_heat_w_m2(absorptivity, emissivity, flux_w_m2, lit_beam_w_m2, day, view):
    """Return the heat that a square metre of array takes up from Sun and Earth before power is drawn (MODEL §2.3).

    day is the cosine of the Sun's zenith angle over the ground in view (`day_cosine`), night where it is below 0.
    """
    earth = fma(absorptivity * EARTH_ALBEDO * flux_w_m2, max(day, 0.0), emissivity * EARTH_INFRARED_W_M2)
    return fma(absorptivity, lit_beam_w_m2, view * earth)
