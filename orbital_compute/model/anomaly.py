"""The South Atlantic Anomaly as a map by altitude, and how it shares out an orbit's events (MODEL §5.3)."""

from __future__ import annotations

import functools
from importlib import resources
from typing import NamedTuple

import numpy as np

from ..kernels.positions import positions
from ..kernels.soft_errors import MAP_COLUMNS, MAP_ROWS

MAP_FILE = "anomaly_ap8min.csv"
MAP_EPOCH_YEAR = 1960.0  # of the magnetic field that AP-8 MIN belongs to
LEVEL_KM = 25.0  # altitudes of maps are whole multiples: the belt's shape changes little between
REVOLUTION_SAMPLES = 1024  # that find where an orbit crosses the map's rows
_LEAST_PIECES, _PIECE_NODES = 32, 5  # of the revolution, between crossings
_LONGITUDE_NODES = 32  # of each cell's width, for the mean along a parallel


class ProtonMap(NamedTuple):
    """Flux of trapped protons above 50 MeV on a grid, at the epoch of the map."""

    altitude_km: np.ndarray  # float64[n_altitude]
    latitude_deg: np.ndarray  # float64[n_latitude]
    longitude_deg: np.ndarray  # float64[n_longitude], east, even steps from -180
    flux_per_cm2_s: np.ndarray  # float64[n_altitude, n_latitude, n_longitude]


@functools.cache
def proton_map() -> ProtonMap:
    """Return the built-in map: AP-8 MIN above 50 MeV, in the field of 1960 (`model/data/anomaly_ap8min.csv`)."""
    text = resources.files(__package__).joinpath("data", MAP_FILE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    longitude_deg = np.array(lines[0].split(",")[2:], dtype=float)
    rows = np.loadtxt(lines[1:], delimiter=",")
    altitude_km, latitude_deg = np.unique(rows[:, 0]), np.unique(rows[:, 1])
    flux = rows[:, 2:].reshape(altitude_km.size, latitude_deg.size, longitude_deg.size)
    return ProtonMap(altitude_km, latitude_deg, longitude_deg, flux)


def east_longitude_rad(mark: np.ndarray) -> np.ndarray:
    """Return the east longitudes that longitude marks (`physics.radiation.map_place`) stand for: -π/2 to 3π/2."""
    side = np.where(mark > 1.0, 2.0 - mark, mark)  # y/(|x| + |y|)
    angle = np.arctan2(side, 1.0 - np.abs(side))
    return np.where(mark > 1.0, np.pi - angle, angle)


class Level(NamedTuple):
    """The map at one altitude in the cells of the kernel, and its mean along the parallels."""

    cells: np.ndarray  # float32[64 x 128, 4], as kernels.soft_errors takes it
    row_mean: np.ndarray  # float64[65], at sines of latitude -1 to 1


def level(altitude_km: float, year: float, *, west_deg_per_year: float, north_deg_per_year: float) -> Level:
    """Return the map at an altitude and date, relative to its mean over the sphere.

    Linear between the map's altitudes; below the lowest and above the highest that of the nearest. Drift moves it as a
    whole; latitudes are taken as geocentric, 0.2° off at most beside cells of 5°.
    """
    known = proton_map()
    place = float(np.interp(altitude_km, known.altitude_km, np.arange(known.altitude_km.size)))
    k = min(int(place), known.altitude_km.size - 2)
    flux = known.flux_per_cm2_s[k] * (k + 1 - place) + known.flux_per_cm2_s[k + 1] * (place - k)
    years = year - MAP_EPOCH_YEAR
    z = np.linspace(-1.0, 1.0, MAP_ROWS + 1)
    mark = np.linspace(-1.0, 3.0, MAP_COLUMNS + 1)
    latitude_deg = np.degrees(np.arcsin(z)) - north_deg_per_year * years
    longitude_deg = np.degrees(east_longitude_rad(mark)) + west_deg_per_year * years
    value = _on_grid(known, flux, latitude_deg, longitude_deg)
    value[:, -1] = value[:, 0]
    row_mean = value[:, :-1] @ _column_weight()
    scale = 1.0 / max(float(np.mean(0.5 * (row_mean[1:] + row_mean[:-1]))), 1e-300)
    corner = value[:-1, :-1]
    east, north = value[:-1, 1:] - corner, value[1:, :-1] - corner
    twist = value[1:, 1:] - value[1:, :-1] - east
    cells = np.stack([corner, east, north, twist], axis=-1).reshape(-1, 4) * scale
    return Level(cells.astype(np.float32), row_mean * scale)


def _on_grid(known: ProtonMap, flux: np.ndarray, latitude_deg: np.ndarray, longitude_deg: np.ndarray) -> np.ndarray:
    """Return float64[n_latitude, n_longitude], bilinear in the map; nothing beyond its latitudes."""
    step = known.longitude_deg[1] - known.longitude_deg[0]
    column = (longitude_deg - known.longitude_deg[0]) / step
    whole = np.floor(column).astype(int)
    east = column - whole
    n = known.longitude_deg.size
    along = flux[:, whole % n] * (1 - east) + flux[:, (whole + 1) % n] * east
    return np.stack(
        [np.interp(latitude_deg, known.latitude_deg, along[:, k], 0.0, 0.0) for k in range(along.shape[1])], axis=1
    )


@functools.cache
def _rule(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of Gauss's rule on -1 to 1."""
    return np.polynomial.legendre.leggauss(n)


@functools.cache
def _column_weight() -> np.ndarray:
    """Return float64[128]: each column's share of the mean over longitude of a map linear in the mark.

    The hat of a column integrated over longitude by Gauss's rule, exact to rounding within the smooth cells.
    """
    node, weight = _rule(_LONGITUDE_NODES)
    share = np.zeros(MAP_COLUMNS + 1)
    edges = np.linspace(-1.0, 3.0, MAP_COLUMNS + 1)
    for k in range(MAP_COLUMNS):
        low, high = east_longitude_rad(edges[k : k + 2])
        angle = 0.5 * (low + high) + 0.5 * (high - low) * node
        part = 0.5 * (high - low) * weight / (2 * np.pi)
        side = np.sin(angle) / (np.abs(np.sin(angle)) + np.abs(np.cos(angle)))
        mark = np.where(np.cos(angle) > 0.0, side, 2.0 - side)
        within = (mark - edges[k]) / (edges[k + 1] - edges[k])
        share[k] += part @ (1 - within)
        share[k + 1] += part @ within
    share[0] += share[-1]
    return share[:-1]


def orbit_mean(row_mean: np.ndarray, orbit: np.ndarray) -> float:
    """Return the mean of a map over a long time along an orbit.

    Its nodes drift through all longitudes, so the mean is that along the parallels at the latitudes of one
    revolution of the orbit theory, taken evenly in time; on its frozen eccentricity, since perigee runs round.
    Resonance with the Earth's turning is left out: a ground track that repeats each day sees its own longitudes.
    The revolution is cut where it crosses the map's rows, so that Gauss's rule finds no kink within a piece.

    Parameters
    ----------
    row_mean : float64[65]
    orbit : float64[12]
        Fields of `physics.orbit.Orbit`.
    """
    revolution_s = 1.0 / orbit[4]
    even_s = np.linspace(0.0, revolution_s, REVOLUTION_SAMPLES + 1)
    row = _latitude_sine(orbit, even_s) * (0.5 * MAP_ROWS) + 0.5 * MAP_ROWS
    edge = np.maximum(np.floor(row[1:]), np.floor(row[:-1]))
    k = np.flatnonzero(np.floor(row[1:]) != np.floor(row[:-1]))
    crossing_s = even_s[k] + (edge[k] - row[k]) / (row[k + 1] - row[k]) * (even_s[1] - even_s[0])
    ends_s = np.sort(np.concatenate([even_s[:: REVOLUTION_SAMPLES // _LEAST_PIECES], crossing_s]))
    node, weight = _rule(_PIECE_NODES)
    half_s, middle_s = 0.5 * np.diff(ends_s), 0.5 * (ends_s[1:] + ends_s[:-1])
    times_s = middle_s[:, None] + half_s[:, None] * node
    value = np.interp(_latitude_sine(orbit, times_s.ravel()), np.linspace(-1.0, 1.0, MAP_ROWS + 1), row_mean)
    return float(half_s @ (value.reshape(times_s.shape) @ weight)) / revolution_s


def _latitude_sine(orbit: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Return the sines of geocentric latitude along an orbit of the theory."""
    r_m = np.empty((1, times_s.size, 3))
    positions(orbit[None, :], np.zeros(1, np.int32), np.zeros((1, 4)), times_s, 0, 1, r_m)
    x, y, z = r_m[0].T
    return z / np.sqrt(x * x + y * y + z * z)
