"""What disturbs an orbit besides the Earth's gravity: Sun and Moon, air, light."""

import math

from .._jit import point
from ..constants import ASTRONOMICAL_UNIT_M, SOLAR_CONSTANT_W_M2, SPEED_OF_LIGHT_M_S

SUN_MU_M3_S2 = 1.32712440041e20  # JPL DE440, Park and others (2021), AJ 161, 105
MOON_MU_M3_S2 = 4.902800118e12  # the same
EARTH_ROTATION_RAD_S = 7.292115e-5  # WGS 84


@point
def third_body_acceleration(mu_m3_s2, body_x_m, body_y_m, body_z_m, x_m, y_m, z_m):
    """Return the acceleration [m/s²] by a point mass, less that of the Earth's centre, as three numbers.

    Montenbruck & Gill, Satellite Orbits, §3.3. Positions [m] from the Earth's centre.
    """
    d_x, d_y, d_z = body_x_m - x_m, body_y_m - y_m, body_z_m - z_m
    square = d_x * d_x + d_y * d_y + d_z * d_z
    far = body_x_m * body_x_m + body_y_m * body_y_m + body_z_m * body_z_m
    near, centre = mu_m3_s2 / (square * math.sqrt(square)), mu_m3_s2 / (far * math.sqrt(far))
    return near * d_x - centre * body_x_m, near * d_y - centre * body_y_m, near * d_z - centre * body_z_m


@point
def drag_acceleration(density_kg_m3, drag_m2_kg, wind_x_m_s, wind_y_m_s, wind_z_m_s):
    """Return the acceleration [m/s²] by air that is met with a velocity, as three numbers.

    Parameters
    ----------
    density_kg_m3 : float
    drag_m2_kg : float
        Drag coefficient times area over mass [m²/kg].
    wind_x_m_s, wind_y_m_s, wind_z_m_s : float
        Velocity of the satellite in the air [m/s].

    Notes
    -----
    Montenbruck & Gill, §3.5.
    """
    speed = math.sqrt(wind_x_m_s * wind_x_m_s + wind_y_m_s * wind_y_m_s + wind_z_m_s * wind_z_m_s)
    brake = -0.5 * density_kg_m3 * drag_m2_kg * speed
    return brake * wind_x_m_s, brake * wind_y_m_s, brake * wind_z_m_s


@point
def radiation_acceleration(share, radiation_m2_kg, sun_x_m, sun_y_m, sun_z_m, x_m, y_m, z_m):
    """Return the acceleration [m/s²] by sunlight on a sphere or a plate that faces it, as three numbers.

    Parameters
    ----------
    share : float
        Part of the Sun's disc in view, 0 to 1.
    radiation_m2_kg : float
        Radiation pressure coefficient (1 black, up to 2 mirror) times area over mass [m²/kg].
    sun_x_m, ..., z_m : float
        Sun and satellite from the Earth's centre [m].

    Notes
    -----
    Montenbruck & Gill, §3.4. Light that the Earth throws back is left out (a fifth of it in low orbit).
    """
    d_x, d_y, d_z = x_m - sun_x_m, y_m - sun_y_m, z_m - sun_z_m
    square = d_x * d_x + d_y * d_y + d_z * d_z
    pressure = SOLAR_CONSTANT_W_M2 / SPEED_OF_LIGHT_M_S * (ASTRONOMICAL_UNIT_M * ASTRONOMICAL_UNIT_M / square)
    push = share * radiation_m2_kg * pressure / math.sqrt(square)
    return push * d_x, push * d_y, push * d_z
