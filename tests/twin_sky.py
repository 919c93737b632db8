"""The plain twin's sky: where a satellite is, what it sees of the Sun and of the Earth; libm and formulas as written.

It shares no code with the laws: positions by Kepler's equation and the short-period terms, the Sun's disc by the
two-circle formula averaged over the step, view factors face by face.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

MU, RE, J2, J3, J4 = 3.986004418e14, 6378137.0, 1.08262668e-3, -2.53265649e-6, -1.61962159e-6
STRETCH = 1.0 / (1.0 - 1.0 / 298.257223563)
SUN_RADIUS_M, AU_M = 6.957e8, 149597870700.0


class Elements(NamedTuple):
    """Mean elements at the epoch [m, rad]."""

    a: float
    e: float
    i: float
    node: float
    perigee: float
    anomaly: float


def rates(a, i):
    """Return the secular rates of mean anomaly, perigee and node [rad/s] (MODEL §1.1)."""
    n, t, k2, k4 = math.sqrt(MU / a**3), math.cos(i), 0.5 * J2 * RE**2, -0.375 * J4 * RE**4
    b, c = k2 / a**2, k4 / a**4
    anomaly = n * (1 + 1.5 * b * (3 * t**2 - 1) + 3 * b**2 * (13 - 78 * t**2 + 137 * t**4) / 16)
    perigee = n * (-1.5 * b * (1 - 5 * t**2) + 3 * b**2 * (7 - 114 * t**2 + 395 * t**4) / 16)
    perigee += n * 1.25 * c * (3 - 36 * t**2 + 49 * t**4)
    node = n * (-3 * b * t + 1.5 * b**2 * (4 * t - 19 * t**3) + 2.5 * c * t * (3 - 7 * t**2))
    return anomaly, perigee, node


def orbit(elements, time_s):
    """Return position [m] and the along-track direction, each float64[n_time, 3], in the equator of date."""
    a, e, i, node, perigee, anomaly = elements
    m_dot, w_dot, o_dot = rates(a, i)
    frozen = -J3 * RE * math.sin(i) / (2 * J2 * a)
    ex, ey = e * math.cos(perigee), e * math.sin(perigee) - frozen
    turn = w_dot * time_s
    ex, ey = ex * np.cos(turn) - ey * np.sin(turn), ex * np.sin(turn) + ey * np.cos(turn) + frozen
    e, w = np.hypot(ex, ey), np.arctan2(ey, ex)
    m = perigee + anomaly + (m_dot + w_dot) * time_s - w
    big_e = m
    for _ in range(6):
        big_e = big_e - (big_e - e * np.sin(big_e) - m) / (1 - e * np.cos(big_e))
    r = a * (1 - e * np.cos(big_e))
    u = w + np.arctan2(np.sqrt(1 - e * e) * np.sin(big_e), np.cos(big_e) - e)
    b, theta = 0.5 * J2 * (RE / a) ** 2, math.cos(i)
    r = r - 1.5 * b * (3 * theta**2 - 1) * r + 0.5 * b * a * math.sin(i) ** 2 * np.cos(2 * u)
    node = node + o_dot * time_s + 1.5 * b * theta * np.sin(2 * u)
    tilt = i + 1.5 * b * theta * math.sin(i) * np.cos(2 * u)
    u = u - 0.25 * b * (7 * theta**2 - 1) * np.sin(2 * u)
    to_node = np.stack([np.cos(node), np.sin(node), 0 * node], axis=-1)
    aside = np.stack([-np.sin(node) * np.cos(tilt), np.cos(node) * np.cos(tilt), np.sin(tilt)], axis=-1)
    radial = np.cos(u)[:, None] * to_node + np.sin(u)[:, None] * aside
    return r[:, None] * radial, np.cos(u)[:, None] * aside - np.sin(u)[:, None] * to_node


def visible_share(r_m, sun, distance_m, stretch=STRETCH):
    """Return the share of the Sun's disc in view from positions r_m : float64[..., 3] (MODEL §2.2 as written)."""
    to_sun = distance_m * sun - r_m
    alpha = np.arcsin(SUN_RADIUS_M / np.linalg.norm(to_sun, axis=-1))
    lengths = np.array([1.0, 1.0, stretch])
    down, to_sun = -r_m * lengths, to_sun * lengths
    beta = np.arcsin(np.minimum(RE / np.linalg.norm(down, axis=-1), 1.0))
    gamma = np.arctan2(np.linalg.norm(np.cross(down, to_sun), axis=-1), (down * to_sun).sum(axis=-1))
    x = (gamma**2 + alpha**2 - beta**2) / (2 * gamma)
    y = np.sqrt(np.maximum(alpha**2 - x**2, 0.0))
    hidden = alpha**2 * np.arctan2(y, x) + beta**2 * np.arctan2(y, gamma - x) - gamma * y
    part = 1 - hidden / (np.pi * alpha**2)
    share = np.where(gamma >= alpha + beta, 1.0, np.where(gamma <= beta - alpha, 0.0, part))
    return np.where((r_m * sun).sum(axis=-1) > 0, 1.0, share)


def nodes_and_weights(n_part):
    """Return points in -1..1 and weights that add up to one: Gauss's rule of four points in each of n_part parts."""
    point, weight = np.polynomial.legendre.leggauss(4)
    middle = (2 * np.arange(n_part) + 1) / n_part - 1
    return (middle[:, None] + point / n_part).ravel(), np.tile(weight / 2, n_part) / n_part


def mean_share(r_m, ahead, sun, distance_m, half_step_rad, *, n_part=16, stretch=STRETCH):
    """Return the share of the Sun's disc in view, averaged over an arc of a circle: float64[n_time].

    r_m : float64[n_time, 3], the middles; ahead : float64[n_time, 3], unit; the arc reaches half_step_rad both ways.
    """
    point, weight = nodes_and_weights(n_part)
    angle = (half_step_rad * point)[:, None]
    radius_m = np.linalg.norm(r_m, axis=-1)[:, None, None]
    arc = np.cos(angle) * r_m[:, None, :] + np.sin(angle) * radius_m * ahead[:, None, :]
    return visible_share(arc, sun[:, None, :], np.reshape(distance_m, (-1, 1, 1)), stretch) @ weight


def face_view(normal_nadir_cosine, radius_m):
    """Return the view factor of the Earth from one face of a plate (MODEL §2.4, Howell)."""
    h, c = radius_m / RE, normal_nadir_cosine
    angle, dip = math.acos(max(min(c, 1.0), -1.0)), math.asin(1 / h)
    if angle + dip <= math.pi / 2:
        return c / h**2
    if angle - dip >= math.pi / 2:
        return 0.0
    s, level = math.sin(angle), math.sqrt(h * h - 1)
    inner = c * math.acos(max(min(-level * c / s, 1.0), -1.0)) - level * math.sqrt(max(1 - h * h * c * c, 0.0))
    return 0.5 - math.asin(min(level / (h * s), 1.0)) / math.pi + inner / (math.pi * h * h)


def plate_view(normal_nadir_cosine, radius_m):
    """Return the view factors of both faces, added up."""
    return face_view(normal_nadir_cosine, radius_m) + face_view(-normal_nadir_cosine, radius_m)


def day_cosine(zenith_cosine, radius_m):
    """Return the mean cosine of the Sun's zenith angle over the ground in view: the model's fit, with its corner."""
    cap = 1 - (RE / radius_m) ** 2
    corner = 0.024 + 0.70 * cap
    slope = 1 - 0.042 * cap - 0.21 * cap**2
    if zenith_cosine <= -corner:
        return 0.0
    if zenith_cosine >= corner:
        return slope * zenith_cosine
    return slope * (zenith_cosine + corner) ** 2 / (4 * corner)
