"""How satellites without thrust come down: circular orbits of many heights at once, under a Sun that changes.

While the density stands still, the fall along one inclination is one curve: `remaining` drag-time [s m²/kg], what is
left from a height down to the grid's foot. Coefficient times area over mass [m²/kg] times time moves along it, so that
a step of any length is exact but for the change of the Sun within it.
"""

from __future__ import annotations

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..physics.drag import decay_rate_m_s, turning_air_factor
from .air_density import GRID_M, MsisDensity, TableDensity
from .solar_activity import DAY_S, SolarActivity

NODE_SFU = np.arange(50.0, 321.0, 2.5)  # curves are kept at these fluxes; linear between is good to 4e-4
# Steps of forecasts: so many, so long. The outlook, smoothed over a year, moves by 1 and by 6 % of its flux in one of
# the first two; against steps of a day lifetimes of less than 32 years err by 4e-4, longer ones by 2e-3.
STEPS = ((240, 15.0 * DAY_S), (90, 90.0 * DAY_S), (171, 360.0 * DAY_S))  # in all 200 years: forecasts go no further


class Fall:
    """The curves of fall for some inclinations, at any flux of the Sun.

    Parameters
    ----------
    density : TableDensity or MsisDensity
        Of the same inclinations.
    inclination_rad : float64[n_class]
    end_altitude_m : float
        Height that counts as the end.
    """

    def __init__(self, density: TableDensity | MsisDensity, inclination_rad: np.ndarray, end_altitude_m: float):
        axis_m = EARTH_RADIUS_M + GRID_M
        turning = turning_air_factor(axis_m, np.asarray(inclination_rad, float)[:, None])
        self.end_altitude_m = end_altitude_m
        self._curves = np.empty((NODE_SFU.size, *turning.shape))
        for k, flux in enumerate(NODE_SFU):
            slow = -1.0 / decay_rate_m_s(density.at(flux), axis_m, 1.0, turning)
            # between neighbours the rate is exponential in height: the mean of its inverse is a logarithmic one
            low, high = slow[:, :-1], slow[:, 1:]
            piece = np.diff(GRID_M) * (high - low) / np.log(high / low)
            self._curves[k, :, 0] = 0.0
            np.cumsum(piece, axis=1, out=self._curves[k, :, 1:])

    def remaining(self, flux_sfu: float) -> np.ndarray:
        """Return the curves float64[n_class, n_grid] at a flux [s m²/kg]; beyond 50 and 320 units, those there."""
        place = np.clip((flux_sfu - NODE_SFU[0]) / (NODE_SFU[1] - NODE_SFU[0]), 0.0, NODE_SFU.size - 1.0)
        below = min(int(place), NODE_SFU.size - 2)
        part = place - below
        return (1.0 - part) * self._curves[below] + part * self._curves[below + 1]

    def sink(self, altitude_m, k_class, drag_m2_kg, flux_sfu: float, length_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Return heights after a time [m], float64[n], and when each ended [s], float64[n], inf for those still up.

        Parameters
        ----------
        altitude_m : float64[n]
            Semi-major axis less the equatorial radius. Above the grid, 2,500 km, nothing falls.
        k_class : int64[n]
            Which inclination.
        drag_m2_kg : float64[n]
            Drag coefficient times area over mass.
        flux_sfu, length_s : float
        """
        altitude, k_class = np.asarray(altitude_m, float).copy(), np.asarray(k_class)
        drag = np.broadcast_to(np.asarray(drag_m2_kg, float), altitude.shape)
        ended_s = np.full(altitude.shape, np.inf)
        curves = self.remaining(flux_sfu)
        for k in np.unique(k_class):
            rows = np.flatnonzero((k_class == k) & (altitude <= GRID_M[-1]) & (drag > 0.0))
            curve = curves[k]
            left = np.interp(altitude[rows], GRID_M, curve)
            to_end = left - np.interp(self.end_altitude_m, GRID_M, curve)
            ended_s[rows] = np.maximum(to_end, 0.0) / drag[rows]
            altitude[rows] = np.interp(left - drag[rows] * min(length_s, 1e30), curve, GRID_M)
        ended = ended_s <= length_s
        altitude[ended] = np.minimum(altitude[ended], self.end_altitude_m)
        ended_s[~ended] = np.inf
        return altitude, ended_s

    def lifetime_s(self, altitude_m, k_class, drag_m2_kg, activity: SolarActivity, start_day: float) -> np.ndarray:
        """Return how long satellites without thrust stay up from a day on [s], float64[n]; inf past 200 years.

        `start_day` counts from 1970-01-01. Under a Sun that never changes there is no such limit. The other parameters
        are those of `sink`.
        """
        if len(activity.day) == 1:
            return self.sink(altitude_m, k_class, drag_m2_kg, activity.flux_sfu[0], np.inf)[1]
        altitude, k_class = np.asarray(altitude_m, float).copy(), np.asarray(k_class)
        drag = np.broadcast_to(np.asarray(drag_m2_kg, float), altitude.shape)
        life_s, up, after_s = np.full(altitude.shape, np.inf), np.arange(altitude.size), 0.0
        for step_s in (length for count, length in STEPS for _ in range(count)):
            if not up.size:
                break
            flux = float(activity.at(start_day + (after_s + 0.5 * step_s) / DAY_S))
            altitude[up], ended_s = self.sink(altitude[up], k_class[up], drag[up], flux, step_s)
            life_s[up] = after_s + ended_s
            up = up[np.isinf(ended_s)]
            after_s += step_s
        return life_s
