"""Mean density of the air along circular orbits, by height and activity of the Sun: the table, or NRLMSIS."""

from __future__ import annotations

import numpy as np

from ..constants import EARTH_FLATTENING, EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..physics.atmosphere import activity_factor, densities_kg_m3

# Semi-major axis less equatorial radius [m]; over the last, air is left out
GRID_M = 1e3 * np.concatenate([np.arange(80.0, 1000.0), np.arange(1000.0, 2501.0, 5.0)])
TURN_SINE = np.sin((np.arange(8) + 0.5) * np.pi / 16)  # of the argument of latitude, over a quarter of an orbit
FLUX_SFU = np.arange(60.0, 301.0, 20.0)  # where NRLMSIS is asked; linear in the logarithm between (0.5 %)

_MSIS_KM = np.concatenate([np.arange(80.0, 200.0, 5), np.arange(200.0, 1000.0, 20), np.arange(1000.0, 2601.0, 100)])
_MSIS_LATITUDE_DEG = np.arange(0.0, 91.0, 10.0)
_MSIS_LONGITUDE_DEG = np.arange(0.0, 360.0, 45.0)  # at one instant: all local times
_MSIS_DATES = np.array(["2026-03-20T12", "2026-06-21T12", "2026-09-22T12", "2026-12-21T12"], dtype="datetime64[h]")


class TableDensity:
    """Vallado's table times the factor of the Sun's flux (`physics.atmosphere`), over the ellipsoid.

    Parameters
    ----------
    inclination_rad : float64[n_class]
    """

    def __init__(self, inclination_rad: np.ndarray):
        altitude_m = _altitudes_m(inclination_rad)
        self.mean_kg_m3 = densities_kg_m3(altitude_m).mean(axis=0)

    def at(self, flux_sfu: float) -> np.ndarray:
        """Return float64[n_class, n_grid], the mean density along orbits at the heights of `GRID_M` [kg/m³]."""
        return self.mean_kg_m3 * activity_factor(flux_sfu, GRID_M)


class MsisDensity:
    """NRLMSIS 2.1 (pymsis), averaged over longitudes, both hemispheres, four seasons and the latitudes of the orbit.

    Parameters
    ----------
    inclination_rad : float64[n_class]
    geomagnetic_ap : float
        Index of geomagnetic activity, held.

    Raises
    ------
    ScenarioError
        If pymsis is not installed.
    """

    def __init__(self, inclination_rad: np.ndarray, geomagnetic_ap: float):
        logarithm = msis_log_density(geomagnetic_ap)
        sine = np.abs(np.sin(inclination_rad)) * TURN_SINE[:, None]
        place = np.degrees(np.arcsin(sine)) / 10.0  # in the rows of latitude
        below = np.minimum(place.astype(int), _MSIS_LATITUDE_DEG.size - 2)
        altitude_km = _altitudes_m(inclination_rad) / 1e3
        self.log_kg_m3 = np.empty((FLUX_SFU.size, len(inclination_rad), GRID_M.size))
        for flux, column in enumerate(logarithm):
            for k in range(len(inclination_rad)):
                total = np.zeros(GRID_M.size)
                for turn in range(TURN_SINE.size):
                    row, part = below[turn, k], place[turn, k] - below[turn, k]
                    mixed = (1.0 - part) * column[row] + part * column[row + 1]
                    total += np.exp(np.interp(altitude_km[turn, k], _MSIS_KM, mixed))
                self.log_kg_m3[flux, k] = np.log(total / TURN_SINE.size)

    def at(self, flux_sfu: float) -> np.ndarray:
        """Return float64[n_class, n_grid], the mean density along orbits at the heights of `GRID_M` [kg/m³].

        Beyond 60 and 300 solar flux units it is that at the nearer of them.
        """
        place = np.clip((flux_sfu - FLUX_SFU[0]) / (FLUX_SFU[1] - FLUX_SFU[0]), 0.0, FLUX_SFU.size - 1.0)
        below = min(int(place), FLUX_SFU.size - 2)
        part = place - below
        return np.exp((1.0 - part) * self.log_kg_m3[below] + part * self.log_kg_m3[below + 1])


def mean_density(name: str, inclination_rad: np.ndarray, geomagnetic_ap: float) -> TableDensity | MsisDensity:
    """Return the density of that name (`air_spec.DENSITIES`) for orbits of these inclinations [rad].

    Raises
    ------
    ScenarioError
        If there is none, or its library is missing.
    """
    inclination = np.atleast_1d(np.asarray(inclination_rad, float))
    if name == "table":
        return TableDensity(inclination)
    if name == "nrlmsis":
        return MsisDensity(inclination, geomagnetic_ap)
    raise ScenarioError(Problem(f"density {name!r} is not known", "air.density", name, cure="take table or nrlmsis"))


def msis_log_density(geomagnetic_ap: float) -> np.ndarray:
    """Return float64[n_flux, n_latitude, n_altitude], logarithm of NRLMSIS's density [kg/m³] in the means named above.

    Flux of the day and its mean over 81 days are the same. Nothing is downloaded: all indices are given.
    """
    try:
        import pymsis
    except ImportError as error:
        cure = "install it with pip install 'orbital-compute-sim[air]', or take density: table"
        raise ScenarioError(Problem("NRLMSIS needs the package pymsis", "air.density", "nrlmsis", cure=cure)) from error
    latitude = np.concatenate([-_MSIS_LATITUDE_DEG[::-1], _MSIS_LATITUDE_DEG])
    n = _MSIS_DATES.size
    found = np.empty((FLUX_SFU.size, _MSIS_LATITUDE_DEG.size, _MSIS_KM.size))
    for k, flux in enumerate(FLUX_SFU):
        grid = pymsis.calculate(
            _MSIS_DATES, _MSIS_LONGITUDE_DEG, latitude, _MSIS_KM,
            f107s=[flux] * n, f107as=[flux] * n, aps=[[geomagnetic_ap] * 7] * n,
        )  # fmt: skip
        mean = grid[..., 0].astype(float).mean(axis=(0, 1))
        half = _MSIS_LATITUDE_DEG.size
        found[k] = np.log(0.5 * (mean[half:] + mean[half - 1 :: -1]))
    return found


def _altitudes_m(inclination_rad: np.ndarray) -> np.ndarray:
    """Return float64[n_turn, n_class, n_grid], heights over the ellipsoid along orbits, to first order."""
    sine = np.sin(np.asarray(inclination_rad, float)) * TURN_SINE[:, None]
    return GRID_M + (EARTH_FLATTENING * EARTH_RADIUS_M * sine * sine)[:, :, None]
