"""How much of the Sun a satellite sees, averaged over a step, so that eclipse edges are resolved inside it.

The Earth is made a sphere by stretching z (MODEL §2.2). The limb that crosses the solar disc is a straight edge, bent
by its curvature to first order, and the depth of the satellite in the shadow a parabola of time, cut into two chords.
Against the mean of two overlapping circles over a step on a circular orbit, the share of any one step errs by 3e-5 for
steps of 10 s, 3e-4 for 60 s and 1e-2 for 300 s, that of a revolution by 3e-7, 1e-5 and 6e-4; the worst are those of
dawn-dusk orbits in their eclipse season. Left out is eccentricity within a step: at 60 s it moves an edge by 0.02 s, at
most 0.1 s, in a frozen orbit, by 0.08 s and 0.5 s at 0.004, and a tenth of that at 10 s; over edges it evens out.
"""

import math
from typing import NamedTuple

from .._jit import point
from .._math import acos, clamp, fma, horner8
from ..constants import EARTH_POLE_STRETCH, EARTH_RADIUS_M

_TURN_RAD = 6.283185307179586
_FASTEST_TURN = 1.05  # of the angle to the limb, over the angle flown: 1 on a circle about a sphere
_STEEPEST_BEND = 4.0  # half the cotangent of γ at the limb: 3.3 at 42,164 km
_SMALLEST_CROSSING = 1e-3  # of the disc's radius: below it a difference quotient would lose digits
_LEAST_LEVER_M2 = 0.1 * EARTH_RADIUS_M**2  # of what the radius does; at the limb 0.22 at 160 km, more above


class Shadow(NamedTuple):
    """Where a satellite stands to the shadow. Angles in units of the solar disc's radius, in the stretched frame."""

    depth: float  # angle between the Sun's centre and the Earth's limb, positive in the light
    turn: float  # its change in half a step, first order
    bend: float  # second order


class Side(NamedTuple):
    """Which side of the shadow's edge a satellite is on through a step, where no edge is near."""

    sunlit: float  # 0 or 1
    near: bool  # an edge may pass within the step: only `sunlit_share` tells


@point
def shadow_side(sun, path, half_step_rad):
    """Return whether a satellite is in light, and whether an edge of the shadow may come near within the step.

    Between the Sun's centre and the limb lies γ - β; on a circle it changes by at most the angle flown, bent by the
    cotangent of γ, and by a hundredth more on the ellipsoid. The bound is generous: beyond it the share is 0 or 1.
    """
    z_m = EARTH_POLE_STRETCH * path.z_m
    along = fma(path.x_m, sun.shadow_x, fma(path.y_m, sun.shadow_y, z_m * sun.shadow_z))
    radius2 = fma(path.x_m, path.x_m, fma(path.y_m, path.y_m, z_m * z_m))
    across2 = max(fma(-along, along, radius2), 0.0)
    limb2 = max(radius2 - EARTH_RADIUS_M**2, 0.0)
    level_m2 = fma(along, EARTH_RADIUS_M, fma(-sun.parallax_rad, radius2, math.sqrt(across2 * limb2)))  # r² sin(γ - β)
    reach = fma(half_step_rad, fma(half_step_rad, _STEEPEST_BEND, _FASTEST_TURN), 1.1 * sun.disc_rad)
    return Side(1.0 if level_m2 > 0.0 else 0.0, abs(level_m2) < reach * radius2)


@point
def shadow_depth(sun, path, half_step_rad):
    """Return where the Sun stands to the limb; `half_step_rad` is the angle flown in half a step.

    sin(γ - β) comes from the sides of the triangle (γ from the Earth's centre to the Sun, β the Earth's radius).
    Changes within the step follow a circular orbit, whose radius is not even any more once z is stretched: that moves
    the edge by r'/(Re √(r²-Re²)) a radian. Away from the limb, where changes do not matter, the levers are held.
    """
    z_m, w_m = EARTH_POLE_STRETCH * path.z_m, EARTH_POLE_STRETCH * path.w_m
    along = fma(path.x_m, sun.shadow_x, fma(path.y_m, sun.shadow_y, z_m * sun.shadow_z))
    slope = fma(path.u_m, sun.shadow_x, fma(path.v_m, sun.shadow_y, w_m * sun.shadow_z))
    radius2 = fma(path.x_m, path.x_m, fma(path.y_m, path.y_m, z_m * z_m))
    across2 = max(fma(-along, along, radius2), 0.0)
    limb2 = max(radius2 - EARTH_RADIUS_M**2, 0.0)
    root_m2 = math.sqrt(across2 * limb2)
    lever, spread_m2 = math.sqrt(max(across2, 0.25 * EARTH_RADIUS_M**2)), max(root_m2, _LEAST_LEVER_M2)
    shared = 1.0 / (radius2 * lever * spread_m2)  # one quotient for the three
    inverse, outward = shared * radius2 * spread_m2, shared * radius2 * lever
    sine = fma(along, EARTH_RADIUS_M, root_m2) * (shared * lever * spread_m2) - sun.parallax_rad
    angle = sine * fma(sine * sine, fma(sine * sine, 3.0 / 40.0, 1.0 / 6.0), 1.0)  # inverse sine, near the limb
    rise_m2 = fma(path.x_m, path.u_m, fma(path.y_m, path.v_m, z_m * w_m))  # r r'
    swift2 = fma(path.u_m, path.u_m, fma(path.v_m, path.v_m, w_m * w_m))
    turn = fma(slope, inverse, rise_m2 * outward) * half_step_rad
    steep = fma(slope * inverse, slope * inverse, -1.0)
    bend = fma(along * inverse, steep, (swift2 - radius2) * outward)  # v² - r² is the rate of r r' a radian
    bend *= 0.5 * half_step_rad * half_step_rad
    return Shadow(angle * sun.inverse_disc_rad, turn * sun.inverse_disc_rad, bend * sun.inverse_disc_rad)


@point
def lit_integral(x, curvature):
    """Return the integral from -1 to x of the visible share of the disc, x the depth in radii of the disc.

    A straight edge gives x - [x acos x - √(1-x²) + (1-x²)^1.5/3]/π; a limb of radius 1/curvature adds
    curvature (1-x²)^1.5/(3π) to the share. Both integrals are w^2.5 times a polynomial in w = 1 - |x|; error 2e-10.
    """
    w = max(1.0 - abs(x), 0.0)
    tail = w * w * math.sqrt(w)
    straight = tail * horner8(
        w,
        -6.950123070451042e-06,
        7.308671292338883e-06,
        -2.720729082535816e-05,
        -5.5701378856181406e-05,
        -0.0002857336526786631,
        -0.0017861434717484268,
        -0.025723332943538978,
        0.24008435079312454,
    )
    bent = tail * horner8(
        w,
        4.934330835332219e-06,
        -4.371168570011391e-06,
        2.2483086428717808e-05,
        6.367944364677155e-05,
        0.00042733923429567357,
        0.00625206133421869,
        -0.06430830163584299,
        0.12004217479332616,
    )
    return fma(curvature, 0.125 - bent, straight + x) if x > 0.0 else fma(curvature, bent, straight)


@point
def mean_share(start, end, curvature):
    """Return the visible share of the disc, averaged while the depth goes evenly from start to end."""
    middle, gap = 0.5 * (start + end), end - start
    gap = _SMALLEST_CROSSING if abs(gap) < _SMALLEST_CROSSING else gap
    ahead, behind = fma(0.5, gap, middle), fma(-0.5, gap, middle)
    return (lit_integral(ahead, curvature) - lit_integral(behind, curvature)) / gap


@point
def sunlit_share(sun, shadow, limb_curvature):
    """Return the mean visible share of the disc over a step, 0 umbra to 1 full sun.

    limb_curvature is one over the Earth's angular radius [1/rad]; it may be that of the mean orbit. The parabola of the
    depth is replaced by two chords, moved so that each has the mean of its half: a sixth of the bend.
    """
    curvature = sun.disc_rad * limb_curvature
    middle = fma(-1.0 / 6.0, shadow.bend, shadow.depth)
    ends = middle + shadow.bend
    before = mean_share(ends - shadow.turn, middle, curvature)
    after = mean_share(middle, ends + shadow.turn, curvature)
    return min(max(fma(0.5, before + after, 0.0), 0.0), 1.0)  # plus zero: the dark is never a stored -0


class EclipseClock(NamedTuple):
    """The coming revolution of a circular orbit [s]; in_dark is 1 where the satellite stands in the shadow now."""

    sun_s: float
    dark_s: float
    left_s: float  # of the light, or of the dark, that it stands in
    in_dark: float


@point
def eclipse_clock(cos_zenith, cos_ahead, normal2, inverse_height, speed_rad_s):
    """Return how long light and dark last on this revolution, for planning (a cylinder on a sphere, MODEL §2.2).

    Half the eclipse is acos(√(1-(Re/r)²)/cos β). The march itself meters light by `sunlit_share`; what the oblate Earth
    and the penumbra change here, some ten seconds a revolution, only shifts plans.
    """
    cos_beta = math.sqrt(max(1.0 - normal2, 1e-12))
    half_rad = acos(min(math.sqrt(max(1.0 - inverse_height * inverse_height, 0.0)) / cos_beta, 1.0))
    midnight_rad = acos(clamp(-cos_zenith / cos_beta, -1.0, 1.0))  # angle to the middle of the night
    in_dark = midnight_rad < half_rad
    nearing = cos_ahead < 0.0
    dark_left = half_rad + (midnight_rad if nearing else -midnight_rad)
    sun_left = (midnight_rad if nearing else _TURN_RAD - midnight_rad) - half_rad
    left = dark_left if in_dark else sun_left
    second = 1.0 / speed_rad_s
    return EclipseClock(
        (_TURN_RAD - 2.0 * half_rad) * second, 2.0 * half_rad * second, left * second, 1.0 if in_dark else 0.0
    )
