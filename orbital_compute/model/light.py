"""The Sun and its light on any positions."""

import numpy as np

from ..constants import EARTH_POLE_STRETCH
from ..errors import Problem, ScenarioError
from ..kernels.positions import illuminate
from .frames import instants, sun, teme_to_frame
from .threads import in_ranges

__all__ = ["illumination", "sun"]

POLE_STRETCH = {"wgs84": EARTH_POLE_STRETCH, "sphere": 1.0}


def illumination(r_m, times, frame: str = "gcrs", earth: str = "wgs84") -> np.ndarray:
    """Return the share of the Sun's disc in view, 0 in umbra to 1 in full sun.

    Parameters
    ----------
    r_m : float64[n, n_time, 3], or float64[n_time, 3] for one body
        Positions [m] from the Earth's centre, outside the Earth.
    times : astropy Time, numpy.datetime64 (UTC), skyfield Time, or datetimes; [n_time]
    frame : "gcrs", "teme" or "itrs"
        Axes of `r_m`.
    earth : "wgs84" or "sphere"
        Ellipsoid about the pole, or a sphere of the equatorial radius.

    Returns
    -------
    float64[n, n_time], or float64[n_time] for one body

    Notes
    -----
    Conical shadow, Montenbruck & Gill §3.4.2 (`physics.occultation`); apparent Sun by ERFA. Edges agree with JPL
    geometry within 0.05 s. No refraction; aberration by the satellite's own speed (5 arcsec) is left out.
    """
    utc = instants(times)
    r_m = to_metres(r_m)
    rows = r_m[None] if r_m.ndim == 2 else r_m
    if rows.ndim != 3 or rows.shape[1:] != (utc.day.size, 3):
        raise ScenarioError(
            Problem(
                f"positions have the shape {r_m.shape}",
                "r_m",
                limit=f"{utc.day.size} times ask for [n, {utc.day.size}, 3]",
            )
        )
    if earth not in POLE_STRETCH:
        raise ScenarioError(Problem(f"earth {earth!r} is not known", "earth", earth, cure="take wgs84 or sphere"))
    direction, distance_m = sun(utc, "teme")
    to_pole = np.ascontiguousarray(np.swapaxes(teme_to_frame(utc, frame), -1, -2))
    share = np.empty(rows.shape[:2])
    in_ranges(
        lambda first, last: illuminate(rows, to_pole, direction, distance_m, POLE_STRETCH[earth], first, last, share),
        rows.shape[0],
    )
    return share[0] if r_m.ndim == 2 else share


def to_metres(r_m) -> np.ndarray:
    """Return positions as float64, converting an astropy quantity."""
    value = r_m.to_value("m") if hasattr(r_m, "to_value") else r_m
    return np.ascontiguousarray(value, dtype=float)
