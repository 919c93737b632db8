"""The near-circular orbit of MODEL §1.1: first-order Brouwer theory with J2 short-period terms, no drag.

Slow angles (node, perigee) are anchored at the start of a window and turned by small angles within it. Left out:
tesseral terms (0.1-0.3 km), Sun and Moon, and further zonal short periods (3-9 m); together 0.2-0.8 km along the
track over the first orbits against numerical integration (MODEL §1.1).
"""

from typing import NamedTuple

import numpy as np

from .._jit import point
from .._math import fma, horner4, sincos_small, sincos_tiny, sincos_turn
from ..constants import EARTH_J2, EARTH_J3, EARTH_J4, EARTH_MU_M3_S2, EARTH_RADIUS_M, SUN_NODE_RATE_RAD_S

ECCENTRICITY_LIMIT = 0.02  # above it the two Newton steps and the small angles of this theory no longer hold
TURN_RAD = 2.0 * np.pi

_K2_M2 = 0.5 * EARTH_J2 * EARTH_RADIUS_M**2
_K4_M4 = -0.375 * EARTH_J4 * EARTH_RADIUS_M**4


class Orbit(NamedTuple):
    """What the satellites of a shell share. Rates in turns per second, ripples are the J2 short-period amplitudes."""

    mean_radius_m: float  # a (1 - 1.5 k2 (3 cos² i - 1)/a²)
    cos_inclination: float
    sin_inclination: float
    frozen_eccentricity: float
    latitude_turn_s: float  # of mean anomaly plus argument of perigee
    perigee_turn_s: float
    node_turn_s: float
    ripple_radius_m: float
    ripple_along_rad: float
    ripple_node_rad: float
    ripple_tilt_rad: float
    speed_rad_s: float  # mean angular speed along the orbit
    inverse_radius: float  # one over mean_radius_m [1/m]


class Slot(NamedTuple):
    """Where one satellite stands in its shell at the epoch, in turns; eccentricity about the frozen one."""

    perigee_turn: float
    eccentricity: float
    latitude_turn: float
    node_turn: float


class Anchor(NamedTuple):
    """The slow angles of one satellite at the start of a window."""

    ex: float
    ey: float
    sin_node: float
    cos_node: float


class Mean(NamedTuple):
    """The mean longitude and the eccentricity vector at an instant, frozen part included."""

    sin_l: float
    cos_l: float
    ex: float
    ey: float


class Turn(NamedTuple):
    """How far mean longitude and perigee turn in a step."""

    sin_l: float
    cos_l: float
    sin_w: float
    cos_w: float


class Ellipse(NamedTuple):
    """Where a satellite stands on its mean ellipse."""

    sin_u: float  # of the true argument of latitude
    cos_u: float
    e_cos: float  # e cos E: the distance is a (1 - e_cos)
    stretch: float  # 1/(1 - e_cos)


class Path(NamedTuple):
    """Position [m] and velocity over angular speed [m] in the equator of date."""

    x_m: float
    y_m: float
    z_m: float
    u_m: float
    v_m: float
    w_m: float
    inverse_m: float  # one over the distance from the Earth's centre [1/m]


class Correction(NamedTuple):
    """What a numerical arc adds to the theory, float64[n_orbit] each (`model.calibration`)."""

    latitude_rate_rad_s: np.ndarray  # of mean anomaly plus argument of perigee
    perigee_rate_rad_s: np.ndarray
    node_rate_rad_s: np.ndarray
    frozen_eccentricity: np.ndarray


def secular_rates(semi_major_axis_m, inclination_rad):
    """Return the secular rates of mean anomaly, perigee and node [rad/s]; broadcasting (MODEL §1.1, after STR3)."""
    a, theta = np.asarray(semi_major_axis_m, float), np.cos(inclination_rad)
    n, b, c, t = np.sqrt(EARTH_MU_M3_S2 / a**3), _K2_M2 / a**2, _K4_M4 / a**4, theta * theta
    anomaly = n * (1 + 1.5 * b * (3 * t - 1) + 3 * b * b * (13 - 78 * t + 137 * t * t) / 16)
    perigee = n * (
        -1.5 * b * (1 - 5 * t) + 3 * b * b * (7 - 114 * t + 395 * t * t) / 16 + 1.25 * c * (3 - 36 * t + 49 * t * t)
    )
    node = n * theta * (-3 * b + 1.5 * b * b * (4 - 19 * t) + 2.5 * c * (3 - 7 * t))
    return anomaly, perigee, node


def frozen_eccentricity(semi_major_axis_m, inclination_rad):
    """Return e_f = -J3 Re sin i/(2 J2 a), the offset of the eccentricity vector towards its perigee at 90°."""
    return -EARTH_J3 * EARTH_RADIUS_M * np.sin(inclination_rad) / (2 * EARTH_J2 * np.asarray(semi_major_axis_m, float))


def sun_synchronous_inclination_rad(semi_major_axis_m):
    """Return the inclination whose node turns once in a tropical year, by the full secular rate of MODEL §1.1.

    Newton's method from the first-order answer; NaN where no inclination does it (above 5,970 km of altitude).
    """
    a = np.asarray(semi_major_axis_m, float)
    n = np.sqrt(EARTH_MU_M3_S2 / a**3)
    cosine = -SUN_NODE_RATE_RAD_S / (3 * n * _K2_M2 / a**2)
    inclination = np.arccos(np.where(np.abs(cosine) <= 1, cosine, np.nan))
    for _ in range(6):
        step = 1e-6
        rate = secular_rates(a, inclination)[2]
        slope = (secular_rates(a, inclination + step)[2] - secular_rates(a, inclination - step)[2]) / (2 * step)
        inclination = inclination - (rate - SUN_NODE_RATE_RAD_S) / slope
    return inclination


def orbit_table(semi_major_axis_m, inclination_rad, correction: Correction | None = None):
    """Return the fields of `Orbit` for each shell: float64[n_shell, 13], in the order of `Orbit`.

    `correction` None is the theory as it stands.
    """
    a, i = np.atleast_1d(np.asarray(semi_major_axis_m, float)), np.atleast_1d(np.asarray(inclination_rad, float))
    cosine, sine, b = np.cos(i), np.sin(i), _K2_M2 / a**2
    anomaly, perigee, node = secular_rates(a, i)
    latitude, frozen = anomaly + perigee, frozen_eccentricity(a, i)
    if correction is not None:
        latitude, perigee = latitude + correction.latitude_rate_rad_s, perigee + correction.perigee_rate_rad_s
        node, frozen = node + correction.node_rate_rad_s, frozen + correction.frozen_eccentricity
    mean_radius_m = a * (1 - 1.5 * b * (3 * cosine**2 - 1))
    fields = Orbit(
        mean_radius_m=mean_radius_m,
        cos_inclination=cosine,
        sin_inclination=sine,
        frozen_eccentricity=frozen,
        latitude_turn_s=latitude / TURN_RAD,
        perigee_turn_s=perigee / TURN_RAD,
        node_turn_s=node / TURN_RAD,
        ripple_radius_m=0.5 * b * a * sine**2,
        ripple_along_rad=-0.25 * b * (7 * cosine**2 - 1),
        ripple_node_rad=1.5 * b * cosine,
        ripple_tilt_rad=1.5 * b * cosine * sine,
        speed_rad_s=latitude,
        inverse_radius=1 / mean_radius_m,
    )
    return np.ascontiguousarray(np.stack([np.broadcast_to(value, a.shape) for value in fields], axis=1))


def slot_turns(eccentricity, arg_perigee_rad, mean_anomaly_rad, raan_rad, frozen):
    """Return the fields of `Slot` from mean elements at epoch: four arrays of float64[n], angles in turns.

    The eccentricity vector less the frozen one runs on a circle, so eccentricity and perigee are taken about it.
    """
    ex = np.asarray(eccentricity) * np.cos(arg_perigee_rad)
    ey = np.asarray(eccentricity) * np.sin(arg_perigee_rad) - frozen
    latitude = (np.asarray(arg_perigee_rad) + np.asarray(mean_anomaly_rad)) / TURN_RAD
    return Slot(
        np.arctan2(ey, ex) / TURN_RAD,
        np.hypot(ex, ey),
        latitude - np.floor(latitude),
        np.asarray(raan_rad) / TURN_RAD - np.floor(np.asarray(raan_rad) / TURN_RAD),
    )


@point
def anchor_orbit(orbit, slot, time_s):
    """Return the slow angles `time_s` after the epoch."""
    sin_w, cos_w = sincos_turn(fma(orbit.perigee_turn_s, time_s, slot.perigee_turn))
    sin_node, cos_node = sincos_turn(fma(orbit.node_turn_s, time_s, slot.node_turn))
    return Anchor(slot.eccentricity * cos_w, slot.eccentricity * sin_w, sin_node, cos_node)


@point
def mean_place(orbit, slot, anchor, time_s, window_s):
    """Return mean longitude and eccentricity vector `time_s` after the epoch, `window_s` after the anchor."""
    sin_l, cos_l = sincos_turn(fma(orbit.latitude_turn_s, time_s, slot.latitude_turn))
    s, c = sincos_small(orbit.perigee_turn_s * (TURN_RAD * window_s))
    ex = fma(anchor.ex, c, -(anchor.ey * s))
    return Mean(sin_l, cos_l, ex, fma(anchor.ey, c, fma(anchor.ex, s, orbit.frozen_eccentricity)))


@point
def step_turn(orbit, step_s):
    """Return how far mean longitude and perigee turn in a step."""
    sin_l, cos_l = sincos_turn(orbit.latitude_turn_s * step_s)
    sin_w, cos_w = sincos_small(orbit.perigee_turn_s * (TURN_RAD * step_s))
    return Turn(sin_l, cos_l, sin_w, cos_w)


@point
def next_place(orbit, turn, mean):
    """Return mean longitude and eccentricity vector a step later; each step adds a rounding, 1e-16, to the angle."""
    ey = mean.ey - orbit.frozen_eccentricity
    return Mean(
        fma(mean.sin_l, turn.cos_l, mean.cos_l * turn.sin_l),
        fma(mean.cos_l, turn.cos_l, -(mean.sin_l * turn.sin_l)),
        fma(mean.ex, turn.cos_w, -(ey * turn.sin_w)),
        fma(ey, turn.cos_w, fma(mean.ex, turn.sin_w, orbit.frozen_eccentricity)),
    )


@point
def kepler(p, q):
    """Return sine and cosine of x = F - λ, the root of x = p cos x + q sin x, and p cos x + q sin x, q cos x - p sin x.

    Kepler's equation in axes turned by λ. One Newton step from a start of third order: error below 5e-14 for p² + q² up
    to 0.021²; the step is so small (2e-7) that its square may be left out.
    """
    x = p * fma(q, q + 1.0, fma(-0.5 * p, p, 1.0))
    s, c = sincos_small(x)
    e_sin, e_cos = fma(p, c, q * s), fma(q, c, -(p * s))
    dx = (e_sin - x) * horner4(e_cos, 1.0, 1.0, 1.0, 1.0)
    return fma(c, dx, s), fma(-s, dx, c), fma(e_cos, dx, e_sin), fma(-e_sin, dx, e_cos)


@point
def ellipse_place(mean):
    """Return where a satellite stands on its mean ellipse."""
    sin_l, cos_l, ex, ey = mean
    p, q = fma(ex, sin_l, -(ey * cos_l)), fma(ex, cos_l, ey * sin_l)  # eccentricity vector in axes turned by λ
    sin_x, cos_x, e_sin, e_cos = kepler(p, q)
    square, stretch = e_cos * e_cos, 1.0 + e_cos
    stretch = fma(square, stretch, stretch)
    stretch = fma(square * square, stretch, stretch)  # 1/(1 - e_cos) to e⁷: 4e-14
    f = fma(fma(p, p, q * q), 0.125, 0.5) * e_sin  # 1/(1 + √(1 - e²)) to e⁴/16
    s, c = stretch * (sin_x + fma(-q, f, p)), stretch * (cos_x - fma(p, f, q))
    return Ellipse(fma(sin_l, c, cos_l * s), fma(cos_l, c, -(sin_l * s)), e_cos, stretch)


@point
def rippled_path(orbit, anchor, ellipse, window_s):
    """Return position and way ahead: the ellipse with its J2 short periods, in the equator of date."""
    sin_u, cos_u = ellipse.sin_u, ellipse.cos_u
    sin_2u, cos_2u = 2.0 * sin_u * cos_u, fma(-2.0 * sin_u, sin_u, 1.0)
    ripple_m = orbit.ripple_radius_m * cos_2u
    radius = fma(orbit.mean_radius_m, 1.0 - ellipse.e_cos, ripple_m)
    inverse = orbit.inverse_radius * ellipse.stretch
    share = -ripple_m * inverse
    inverse *= horner4(share, 1.0, 1.0, 1.0, 1.0)  # 1/(1 - share), share below 3e-4: 1e-14
    s, c = sincos_tiny(orbit.ripple_along_rad * sin_2u)
    sin_u, cos_u = fma(sin_u, c, cos_u * s), fma(cos_u, c, -(sin_u * s))
    s, c = sincos_small(fma(orbit.node_turn_s, TURN_RAD * window_s, orbit.ripple_node_rad * sin_2u))
    sin_node, cos_node = fma(anchor.sin_node, c, anchor.cos_node * s), fma(anchor.cos_node, c, -(anchor.sin_node * s))
    s, c = sincos_tiny(orbit.ripple_tilt_rad * cos_2u)
    sin_i, cos_i = (
        fma(orbit.sin_inclination, c, orbit.cos_inclination * s),
        fma(orbit.cos_inclination, c, -(orbit.sin_inclination * s)),
    )
    along, across = radius * cos_u, radius * sin_u
    ahead, aside = -across, along  # along-track direction times radius
    level, slope = across * cos_i, aside * cos_i
    return Path(
        fma(along, cos_node, -(level * sin_node)),
        fma(along, sin_node, level * cos_node),
        across * sin_i,
        fma(ahead, cos_node, -(slope * sin_node)),
        fma(ahead, sin_node, slope * cos_node),
        aside * sin_i,
        inverse,
    )


@point
def orbit_path(orbit, slot, anchor, time_s, window_s):
    """Return the position `time_s` after the epoch, `window_s` after the anchor, and the velocity over angular speed.

    Velocity is that of the mean ellipse to first order in eccentricity; it serves directions, not states.
    """
    return rippled_path(orbit, anchor, ellipse_place(mean_place(orbit, slot, anchor, time_s, window_s)), window_s)
