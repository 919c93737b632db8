"""The Sun at one instant, as every satellite of the fleet sees it: direction, flux, disc and parallax."""

from typing import NamedTuple

import numpy as np

from ..constants import (
    ASTRONOMICAL_UNIT_M,
    EARTH_POLE_STRETCH,
    EARTH_RADIUS_M,
    SOLAR_CONSTANT_W_M2,
    SUN_RADIUS_M,
)


class Sun(NamedTuple):
    """One instant. (x, y, z) points to the Sun; (shadow_*) is the same after z is stretched, for the oblate Earth."""

    time_s: float  # after the epoch
    window_s: float  # after the start of the window
    x: float
    y: float
    z: float
    shadow_x: float
    shadow_y: float
    shadow_z: float
    flux_w_m2: float
    inverse_disc_rad: float  # one over the angular radius of the solar disc
    disc_rad: float
    parallax_rad: float  # Earth's radius over the distance


def solar_flux_w_m2(distance_m):
    """Return the flux at a distance from the Sun, S = 1361/R² with R in astronomical units (MODEL §2.1)."""
    return SOLAR_CONSTANT_W_M2 * (ASTRONOMICAL_UNIT_M / np.asarray(distance_m)) ** 2


def sun_table(time_s, window_s, unit, distance_m, pole_stretch=EARTH_POLE_STRETCH):
    """Return the fields of `Sun` for each instant: float64[n_time, 12].

    unit : float64[n_time, 3], apparent direction in the equator of date; distance_m : float64[n_time].
    pole_stretch is one for a spherical Earth.
    """
    shadow = unit * np.array([1.0, 1.0, pole_stretch])
    shadow = shadow / np.sqrt((shadow**2).sum(axis=1, keepdims=True))
    disc = np.arcsin(SUN_RADIUS_M / distance_m)
    fields = Sun(
        time_s, window_s, *unit.T, *shadow.T, solar_flux_w_m2(distance_m), 1 / disc, disc, EARTH_RADIUS_M / distance_m
    )
    return np.ascontiguousarray(np.stack([np.asarray(field, float) for field in fields], axis=1))
