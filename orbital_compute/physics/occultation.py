"""The share of the Sun's disc that the Earth leaves in view: exact, at one instant.

The plain law, by libm, for public positions and as the judge of the fast law that the march uses. No refraction, no
limb darkening, and both discs are plane circles.
"""

import math

from .._jit import point
from ..constants import EARTH_RADIUS_M, SUN_RADIUS_M


@point
def disc_share(sun_rad, earth_rad, separation_rad):
    """Return the share of the Sun's disc in view, 0 to 1, from the apparent radii and the distance of the centres.

    Montenbruck & Gill, Satellite Orbits, §3.4.2, eqs. 3.85-3.94; a body smaller than the Sun's disc leaves a ring.
    """
    a, b, c = sun_rad, earth_rad, separation_rad
    if c >= a + b:
        return 1.0
    if c <= b - a:
        return 0.0
    if c <= a - b:
        return 1.0 - (b / a) ** 2
    x = (c * c + a * a - b * b) / (2.0 * c)
    y = math.sqrt(max(a * a - x * x, 0.0))
    # arc tangents for the arc cosines of eq. 3.92, which lose digits where the Earth is much the larger disc
    hidden = a * a * math.atan2(y, x) + b * b * math.atan2(y, c - x) - c * y
    return 1.0 - hidden / (math.pi * a * a)


@point
def visible_disc_fraction(r_x_m, r_y_m, r_z_m, sun_x, sun_y, sun_z, sun_distance_m, pole_stretch):
    """Return the share of the Sun's disc in view from a position, 0 in umbra to 1 in full sun.

    Parameters
    ----------
    r_x_m, r_y_m, r_z_m : float
        Position [m] from the Earth's centre, z along the pole; outside the Earth.
    sun_x, sun_y, sun_z : float
        Unit vector from the Earth's centre to the Sun, same axes.
    sun_distance_m : float
        Distance of the Sun from the Earth's centre [m].
    pole_stretch : float
        Equatorial over polar radius: 1 for a sphere of the equatorial radius.

    Notes
    -----
    Stretched along the pole the ellipsoid is a sphere (MODEL §2.2); the Sun's apparent radius keeps the unstretched
    distance. Above the plane through the Earth's centre across the Sun's direction nothing is hidden.
    """
    if r_x_m * sun_x + r_y_m * sun_y + r_z_m * sun_z > 0.0:
        return 1.0
    d_x, d_y = sun_distance_m * sun_x - r_x_m, sun_distance_m * sun_y - r_y_m
    d_z = sun_distance_m * sun_z - r_z_m
    sun_rad = math.asin(SUN_RADIUS_M / math.sqrt(d_x * d_x + d_y * d_y + d_z * d_z))
    z, d_z = r_z_m * pole_stretch, d_z * pole_stretch
    radius = math.sqrt(r_x_m * r_x_m + r_y_m * r_y_m + z * z)
    earth_rad = math.asin(min(1.0, EARTH_RADIUS_M / radius))
    # by the arc tangent of cross over dot product: exact near zero, where the arc cosine is not
    n_x, n_y, n_z = r_y_m * d_z - z * d_y, z * d_x - r_x_m * d_z, r_x_m * d_y - r_y_m * d_x
    dot = -(r_x_m * d_x + r_y_m * d_y + z * d_z)
    return disc_share(sun_rad, earth_rad, math.atan2(math.sqrt(n_x * n_x + n_y * n_y + n_z * n_z), dot))
