"""SGP4 for satellites near the Earth (periods below 225 minutes): terms once, then a place at any time.

Hoots and Roehrich, Spacetrack Report No. 3 (1980), section 6, with the corrections of Vallado, Crawford, Hujsak and
Kelso (AIAA 2006-6753): the same theory as the sgp4 library flies, in lengths of Earth radii, minutes and radians.
"""

import math
from typing import NamedTuple

from .._jit import point
from .._math import sincos_small, sincos_turn

PER_TURN = 0.15915494309189535
DAY_MIN = 1440.0
UPPER_KM, LOWER_KM = 120.0, 78.0  # heights between which density falls as the fourth power
LOW_KM, LOWEST_KM, FLOOR_KM = 156.0, 98.0, 20.0  # perigees below which the lower height follows them
SIMPLE_KM = 220.0  # perigees below which drag is taken to second order only
CIRCULAR = 1e-4  # eccentricity below which terms over it are left out
LEAST_ECCENTRICITY = 1e-6
LEAST_STEP = 1e-12  # rad, of Kepler's equation
MOST_STEPS = 10
LARGEST_STEP = 0.95  # rad
FLOWN, ECCENTRIC, BACKWARD, OPEN, DECAYED = 0, 1, 2, 4, 6  # answers, numbered as the sgp4 library does


class MeanElements(NamedTuple):
    """An element set [rad, rad/min, 1/Earth radius] and the Earth that it was made with."""

    mean_motion: float
    eccentricity: float
    inclination: float
    node: float
    arg_perigee: float
    mean_anomaly: float
    drag: float  # B*
    earth_radius_km: float
    rate: float  # sqrt(mu), Earth radii^1.5 a minute
    j2: float
    j4: float
    j3_over_j2: float


class NearEarth(NamedTuple):
    """What a satellite keeps: elements and the terms that do not change."""

    axis: float  # of the mean motion freed of Kozai's convention
    eccentricity: float
    node: float
    arg_perigee: float
    mean_anomaly: float
    node_rate: float
    perigee_rate: float
    anomaly_rate: float
    node_drag: float  # coefficient of t²
    c1: float
    c4: float  # this and the next times B*
    c5: float
    d2: float
    d3: float
    d4: float
    t2: float  # of mean longitude, these four times the mean motion
    t3: float
    t4: float
    t5: float
    eta: float
    perigee_drag: float
    anomaly_drag: float
    start_cube: float  # (1 + eta cos M0)³
    start_sine: float
    cos_inclination: float
    sin_inclination: float
    long_axis: float  # of the long-period terms, by J3
    long_longitude: float
    j2: float
    earth_radius_km: float


class Place(NamedTuple):
    """Position [km] in TEME, and the direction along the track at a right angle to it."""

    x_km: float
    y_km: float
    z_km: float
    along_x: float
    along_y: float
    along_z: float
    answer: int


@point
def near_earth(e):
    """Return the terms (`NearEarth`) of an element set (`MeanElements`).

    Notes
    -----
    Report No. 3, section 6, from the recovery of the mean motion to D4 and the coefficients of t; AIAA 2006-6753 for
    the limits on small eccentricity and on inclinations near 180 degrees.
    """
    square = e.eccentricity * e.eccentricity
    rest = 1.0 - square
    root = math.sqrt(rest)
    cosine, sine = math.cos(e.inclination), math.sin(e.inclination)
    theta2 = cosine * cosine
    theta4 = theta2 * theta2
    con41, con42 = 3.0 * theta2 - 1.0, 1.0 - 5.0 * theta2

    first = (e.rate / e.mean_motion) ** (2.0 / 3.0)
    bulge = 0.75 * e.j2 * con41 / (root * rest)
    change = bulge / (first * first)
    second = first * (1.0 - change * change - change * (1.0 / 3.0 + 134.0 * change * change / 81.0))
    motion = e.mean_motion / (1.0 + bulge / (second * second))
    axis = (e.rate / motion) ** (2.0 / 3.0)
    semilatus = axis * rest
    perigee = axis * (1.0 - e.eccentricity)

    perigee_km = (perigee - 1.0) * e.earth_radius_km
    follows = max(perigee_km - LOWER_KM, FLOOR_KM) if perigee_km >= LOWEST_KM else FLOOR_KM
    lower_km = LOWER_KM if perigee_km >= LOW_KM else follows
    s = lower_km / e.earth_radius_km + 1.0
    q4 = ((UPPER_KM - lower_km) / e.earth_radius_km) ** 4
    xi = 1.0 / (axis - s)
    eta = axis * e.eccentricity * xi
    eta2, e_eta = eta * eta, e.eccentricity * eta
    psi2 = abs(1.0 - eta2)
    dense = q4 * xi**4
    denser = dense / psi2**3.5
    c2 = denser * motion * (
        axis * (1.0 + 1.5 * eta2 + e_eta * (4.0 + eta2))
        + 0.375 * e.j2 * xi / psi2 * con41 * (8.0 + 3.0 * eta2 * (8.0 + eta2))
    )  # fmt: skip
    c1 = e.drag * c2
    round_off = e.eccentricity <= CIRCULAR
    c3 = 0.0 if round_off else -2.0 * dense * xi * e.j3_over_j2 * motion * sine / e.eccentricity
    x1mth2 = 1.0 - theta2
    c4 = 2.0 * motion * denser * axis * rest * (
        eta * (2.0 + 0.5 * eta2) + e.eccentricity * (0.5 + 2.0 * eta2)
        - e.j2 * xi / (axis * psi2) * (
            -3.0 * con41 * (1.0 - 2.0 * e_eta + eta2 * (1.5 - 0.5 * e_eta))
            + 0.75 * x1mth2 * (2.0 * eta2 - e_eta * (1.0 + eta2)) * math.cos(2.0 * e.arg_perigee)
        )
    )  # fmt: skip
    c5 = 2.0 * denser * axis * rest * (1.0 + 2.75 * (eta2 + e_eta) + e_eta * eta2)

    by_j2 = 1.5 * e.j2 / (semilatus * semilatus) * motion
    by_j2_twice = 0.5 * by_j2 * e.j2 / (semilatus * semilatus)
    by_j4 = -0.46875 * e.j4 / (semilatus * semilatus) ** 2 * motion
    anomaly_rate = motion + 0.5 * by_j2 * root * con41 + 0.0625 * by_j2_twice * root * (
        13.0 - 78.0 * theta2 + 137.0 * theta4
    )  # fmt: skip
    perigee_rate = (
        -0.5 * by_j2 * con42 + 0.0625 * by_j2_twice * (7.0 - 114.0 * theta2 + 395.0 * theta4)
        + by_j4 * (3.0 - 36.0 * theta2 + 49.0 * theta4)
    )  # fmt: skip
    node_first = -by_j2 * cosine
    node_rate = node_first + (0.5 * by_j2_twice * (4.0 - 19.0 * theta2) + 2.0 * by_j4 * (3.0 - 7.0 * theta2)) * cosine

    simple = perigee < SIMPLE_KM / e.earth_radius_km + 1.0
    full = 0.0 if simple else 1.0
    c1_2 = c1 * c1
    d2 = full * 4.0 * axis * xi * c1_2
    third = d2 * xi * c1 / 3.0
    d3 = (17.0 * axis + s) * third
    d4 = 0.5 * third * axis * xi * (221.0 * axis + 31.0 * s) * c1
    away = 1.0 + cosine
    return NearEarth(
        axis, e.eccentricity, e.node, e.arg_perigee, e.mean_anomaly,
        node_rate, perigee_rate, anomaly_rate, 3.5 * rest * node_first * c1,
        c1, e.drag * c4, full * e.drag * c5, d2, d3, d4,
        motion * 1.5 * c1, motion * full * (d2 + 2.0 * c1_2),
        motion * full * 0.25 * (3.0 * d3 + c1 * (12.0 * d2 + 10.0 * c1_2)),
        motion * full * 0.2 * (3.0 * d4 + 12.0 * c1 * d3 + 6.0 * d2 * d2 + 15.0 * c1_2 * (2.0 * d2 + c1_2)),
        eta, full * e.drag * c3 * math.cos(e.arg_perigee),
        0.0 if round_off else -full * (2.0 / 3.0) * dense * e.drag / e_eta,
        (1.0 + eta * math.cos(e.mean_anomaly)) ** 3, math.sin(e.mean_anomaly),
        cosine, sine, -0.5 * e.j3_over_j2 * sine,
        -0.25 * e.j3_over_j2 * sine * (3.0 + 5.0 * cosine) / (away if abs(away) > 1.5e-12 else 1.5e-12),
        e.j2, e.earth_radius_km,
    )  # fmt: skip


@point
def place_near_earth(n, minutes):
    """Return the place (`Place`) of a satellite (`NearEarth`) so many minutes after its epoch.

    Notes
    -----
    Report No. 3, section 6, from the secular effects on: drag and gravity, long-period terms, Kepler's equation, and
    short-period terms. The argument of latitude is turned by its short-period term, so no arc tangent is needed.
    """
    square = minutes * minutes
    mean = n.mean_anomaly + n.anomaly_rate * minutes
    node = n.node + n.node_rate * minutes + n.node_drag * square
    turned = n.perigee_drag * minutes + n.anomaly_drag * (
        (1.0 + n.eta * sincos_turn(mean * PER_TURN)[1]) ** 3 - n.start_cube
    )  # fmt: skip
    anomaly = mean + turned
    perigee = n.arg_perigee + n.perigee_rate * minutes - turned
    shrunk = 1.0 - minutes * (n.c1 + minutes * (n.d2 + minutes * (n.d3 + minutes * n.d4)))
    axis = n.axis * shrunk * shrunk
    lost = n.c4 * minutes + n.c5 * (sincos_turn(anomaly * PER_TURN)[0] - n.start_sine)
    eccentricity = n.eccentricity - lost
    answer = ECCENTRIC if not (eccentricity < 1.0 and eccentricity >= -0.001) else BACKWARD if not axis > 0.0 else FLOWN
    eccentricity = min(max(eccentricity, LEAST_ECCENTRICITY), 1.0 - LEAST_ECCENTRICITY)
    anomaly += square * (n.t2 + minutes * (n.t3 + minutes * (n.t4 + minutes * n.t5)))

    sine, cosine = sincos_turn(perigee * PER_TURN)
    ax = eccentricity * cosine
    per_semilatus = 1.0 / (axis * (1.0 - eccentricity * eccentricity))
    ay = eccentricity * sine + per_semilatus * n.long_axis
    u = anomaly + perigee + per_semilatus * n.long_longitude * ax
    u = (u * PER_TURN - math.floor(u * PER_TURN)) / PER_TURN

    latitude = u  # eccentric anomaly and argument of perigee together
    sine, cosine = sincos_turn(u * PER_TURN)
    for _ in range(MOST_STEPS):
        step = (u - ay * cosine + ax * sine - latitude) / (1.0 - cosine * ax - sine * ay)
        latitude += min(max(step, -LARGEST_STEP), LARGEST_STEP)
        sine, cosine = sincos_turn(latitude * PER_TURN)
        if abs(step) < LEAST_STEP:
            break
    e_cosine, e_sine = ax * cosine + ay * sine, ax * sine - ay * cosine
    rest = 1.0 - (ax * ax + ay * ay)
    answer = OPEN if answer == FLOWN and not rest >= 0.0 else answer
    semilatus = axis * rest
    beta = math.sqrt(max(rest, 0.0))
    radius = axis * (1.0 - e_cosine)
    e_part = e_sine / (1.0 + beta)
    sin_u = axis / radius * (sine - ay - ax * e_part)
    cos_u = axis / radius * (cosine - ax + ay * e_part)

    sin_2u, cos_2u = 2.0 * cos_u * sin_u, 1.0 - 2.0 * sin_u * sin_u
    theta2 = n.cos_inclination * n.cos_inclination
    by_j2 = 0.5 * n.j2 / semilatus
    by_j2_twice = by_j2 / semilatus
    radius = radius * (1.0 - 1.5 * by_j2_twice * beta * (3.0 * theta2 - 1.0)) + 0.5 * by_j2 * (1.0 - theta2) * cos_2u
    ahead = sincos_small(-0.25 * by_j2_twice * (7.0 * theta2 - 1.0) * sin_2u)
    sin_u, cos_u = sin_u * ahead[1] + cos_u * ahead[0], cos_u * ahead[1] - sin_u * ahead[0]
    sin_node, cos_node = sincos_turn((node + 1.5 * by_j2_twice * n.cos_inclination * sin_2u) * PER_TURN)
    tilt = sincos_small(1.5 * by_j2_twice * n.cos_inclination * n.sin_inclination * cos_2u)
    sin_i = n.sin_inclination * tilt[1] + n.cos_inclination * tilt[0]
    cos_i = n.cos_inclination * tilt[1] - n.sin_inclination * tilt[0]
    answer = DECAYED if answer == FLOWN and not radius >= 1.0 else answer

    radius_km = radius * n.earth_radius_km
    return Place(
        radius_km * (cos_node * cos_u - sin_node * cos_i * sin_u),
        radius_km * (sin_node * cos_u + cos_node * cos_i * sin_u),
        radius_km * sin_i * sin_u,
        -sin_node * cos_i * cos_u - cos_node * sin_u,
        cos_node * cos_i * cos_u - sin_node * sin_u,
        sin_i * cos_u,
        answer,
    )
