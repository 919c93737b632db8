"""Density of the upper atmosphere: exponential layers, one profile for all places and times.

Real density at 400 km swings thirteen-fold with the Sun's activity and two-fold between day and night;
`activity_factor` stands for the first (MODEL §1.3: 0.3 quiet, 1 mean, 5 active), nothing for the second.
"""

import math

import numpy as np

from .._jit import point
from .._math import exp2

# Altitude [km] and density [kg/m³]: Vallado, Fundamentals of Astrodynamics and Applications, table 8-4
_ROWS = np.array(
    [(100, 5.297e-7), (110, 9.661e-8), (120, 2.438e-8), (130, 8.484e-9), (140, 3.845e-9), (150, 2.070e-9),
     (180, 5.464e-10), (200, 2.789e-10), (250, 7.248e-11), (300, 2.418e-11), (350, 9.518e-12), (400, 3.725e-12),
     (450, 1.585e-12), (500, 6.967e-13), (600, 1.454e-13), (700, 3.614e-14), (800, 1.170e-14), (900, 5.245e-15),
     (1000, 3.019e-15)]
)  # fmt: skip
_ALTITUDE_M, _DENSITY_KG_M3 = 1e3 * _ROWS[:, 0], np.ascontiguousarray(_ROWS[:, 1])
_TOP_SCALE_HEIGHT_M = 268e3  # above the last row, same table
_LOG2_E = 1.4426950408889634
# Powers of two by which density falls per metre, within each layer and above the last
_FALL_M = np.append(
    np.log2(_DENSITY_KG_M3[:-1] / _DENSITY_KG_M3[1:]) / np.diff(_ALTITUDE_M), _LOG2_E / _TOP_SCALE_HEIGHT_M
)
# Flux of the Sun at 10.7 cm [sfu] and factors of density at great height: MODEL §1.3's 0.3, 1 and 5, at the fluxes
# where NRLMSIS 2.1 averages to about them at 500 and 600 km (tests/model/test_air_density.py)
_FLUX_SFU, _LOG_FACTOR = np.array([90.0, 145.0, 250.0]), np.log([0.3, 1.0, 5.0])
_STILL_M, _FULL_M = 120e3, 450e3  # no answer to the Sun below the one, all of it above the other


@point
def density_kg_m3(altitude_m):
    """Return the density of the air [kg/m³]; below 100 km the lowest layer goes on.

    Exponential between the rows of the table, so that density is continuous (MODEL §1.3).
    """
    k = 0
    while k < _ALTITUDE_M.shape[0] - 1 and altitude_m >= _ALTITUDE_M[k + 1]:
        k += 1
    return _DENSITY_KG_M3[k] * exp2(max(-(altitude_m - _ALTITUDE_M[k]) * _FALL_M[k], -1000.0))


@point
def altitude_above_ellipsoid_m(x_m, y_m, z_m, radius_m, flattening):
    """Return the altitude [m] above an ellipsoid, z along its axis: along the radius, to first order in flattening.

    Within 150 m of the geodetic altitude up to 2,000 km, 0.3 % of density at 400 km.
    """
    square = x_m * x_m + y_m * y_m + z_m * z_m
    return math.sqrt(square) - radius_m * (1.0 - flattening * z_m * z_m / square)


def densities_kg_m3(altitude_m):
    """Return the density of the air [kg/m³] at altitudes, an array: the law of `density_kg_m3`."""
    h = np.asarray(altitude_m, float)
    k = np.clip(np.searchsorted(_ALTITUDE_M, h, side="right") - 1, 0, None)
    return _DENSITY_KG_M3[k] * np.exp2(np.maximum(-(h - _ALTITUDE_M[k]) * _FALL_M[k], -1000.0))


def activity_factor(flux_sfu, altitude_m):
    """Return the density at a flux of the Sun over the table's; broadcasting.

    The logarithm is linear in the flux between 90, 145 and 250 solar flux units, where it is that of 0.3, 1 and 5, and
    goes on beyond; below 450 km it shrinks linearly with height, to nothing at 120 km. Within a factor of 2 of NRLMSIS
    2.1 from 400 to 900 km and 70 to 250 units.
    """
    flux = np.asarray(flux_sfu, float)
    slope_low, slope_high = np.diff(_LOG_FACTOR) / np.diff(_FLUX_SFU)
    above = flux - _FLUX_SFU[1]
    full = np.where(above < 0.0, slope_low, slope_high) * above
    return np.exp(full * np.clip((np.asarray(altitude_m, float) - _STILL_M) / (_FULL_M - _STILL_M), 0.0, 1.0))
