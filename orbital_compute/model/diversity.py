"""Optical ground stations under clouds: how often at least one of several sees the sky.

Two stations' clouds are correlated by exp(-d/700 km) (MODEL §8, C). Of several stations each is taken to depend on its
nearest among those before it (a tree of least distances): exact for two, and between independent stations,
1 - Π(1 - p), and one station where they stand together. Chains of three or more near one another are a little better
in the tree than in truth, since a station's further neighbours tell nothing that its nearest did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..constants import EARTH_MEAN_RADIUS_M
from ..errors import Problem, ScenarioError

CLOUD_LENGTH_M = 700e3  # MODEL §8 (C)


def great_circle_m(latitude_deg, longitude_deg) -> np.ndarray:
    """Return float64[n, n], distances over the ground [m] between places."""
    latitude, longitude = np.radians(np.asarray(latitude_deg, float)), np.radians(np.asarray(longitude_deg, float))
    half = np.sin(0.5 * np.subtract.outer(latitude, latitude)) ** 2
    half += np.multiply.outer(np.cos(latitude), np.cos(latitude)) * (
        np.sin(0.5 * np.subtract.outer(longitude, longitude)) ** 2
    )
    return 2.0 * EARTH_MEAN_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def cloudy_given_cloudy(cloudy, other_cloudy, correlation):
    """Return how likely a place is cloudy while another is, from how likely either is and their correlation.

    The joint chance is q q' + ρ √(q p q' p'), at most the lesser of q and q'; p = 1 - q.
    """
    cloudy, other = np.asarray(cloudy, float), np.asarray(other_cloudy, float)
    joint = cloudy * other + correlation * np.sqrt(cloudy * (1.0 - cloudy) * other * (1.0 - other))
    joint = np.minimum(joint, np.minimum(cloudy, other))
    return np.where(other > 0.0, joint / np.maximum(other, 1e-300), 0.0)


@dataclass(frozen=True)
class CloudTree:
    """Stations in an order in which each depends on one before it; arrays in that order, the first depends on none."""

    order: np.ndarray  # int64[n], stations
    depends_on: np.ndarray  # int64[n], station; the first's is its own
    cloudy_if_cloudy: np.ndarray  # float64[n], how likely it is cloudy while that one is
    cloudy_if_clear: np.ndarray  # float64[n], and while that one is clear

    def open_where(self, drawn: np.ndarray) -> np.ndarray:
        """Return bool[n], the stations with a clear sky, from a uniform number of each: float64[n], by station."""
        clear = np.zeros(self.order.size, bool)
        clear[self.order[0]] = drawn[self.order[0]] >= self.cloudy_if_cloudy[0]
        for k in range(1, self.order.size):
            chance = self.cloudy_if_clear[k] if clear[self.depends_on[k]] else self.cloudy_if_cloudy[k]
            clear[self.order[k]] = drawn[self.order[k]] >= chance
        return clear


def cloud_tree(clear_share, latitude_deg, longitude_deg, cloud_length_m: float = CLOUD_LENGTH_M) -> CloudTree:
    """Return the tree of least distances between stations; parameters and errors of `diversity_availability`."""
    clear = np.atleast_1d(np.asarray(clear_share, float))
    _check(clear, np.size(latitude_deg), np.size(longitude_deg), cloud_length_m)
    cloudy, apart_m = 1.0 - clear, great_circle_m(np.atleast_1d(latitude_deg), np.atleast_1d(longitude_deg))
    inside, outside = [0], list(range(1, clear.size))
    depends, if_cloudy, if_clear = [0], [float(cloudy[0])], [float(cloudy[0])]
    while outside:
        near = apart_m[np.ix_(outside, inside)]
        k, j = np.unravel_index(int(np.argmin(near)), near.shape)
        new, old = outside.pop(int(k)), inside[int(j)]
        correlation = np.exp(-apart_m[new, old] / cloud_length_m) if cloud_length_m > 0.0 else 0.0
        given = float(cloudy_given_cloudy(cloudy[new], cloudy[old], correlation))
        rest = float(cloudy[new] - given * cloudy[old])  # cloudy here, clear there
        inside.append(new)
        depends.append(old)
        if_cloudy.append(given)
        if_clear.append(max(rest, 0.0) / float(clear[old]) if clear[old] > 0.0 else float(cloudy[new]))
    return CloudTree(np.array(inside), np.array(depends), np.array(if_cloudy), np.array(if_clear))


def diversity_availability(
    clear_share: Sequence[float],
    latitude_deg: Sequence[float],
    longitude_deg: Sequence[float],
    cloud_length_m: float = CLOUD_LENGTH_M,
) -> float:
    """Return the share of time in which at least one of several stations has a clear sky.

    Parameters
    ----------
    clear_share : float64[n]
        Share of clear sky of each, 0 to 1; single stations have 0.6 to 0.7 (MODEL §8).
    latitude_deg, longitude_deg : float64[n]
    cloud_length_m : float
        Distance over which the correlation of clouds falls to 1/e [m]; 0 for independent clouds.

    Raises
    ------
    ScenarioError
        If there is no station, a share is none, or the numbers of entries differ.
    """
    tree = cloud_tree(clear_share, latitude_deg, longitude_deg, cloud_length_m)
    all_cloudy = 1.0
    for new in range(len(tree.order)):
        all_cloudy *= float(tree.cloudy_if_cloudy[new])
    return 1.0 - all_cloudy


def _check(clear: np.ndarray, n_latitude: int, n_longitude: int, cloud_length_m: float) -> None:
    problems = []
    if clear.size == 0 or not clear.size == n_latitude == n_longitude:
        sizes = f"{clear.size} shares, {n_latitude} latitudes, {n_longitude} longitudes"
        problems.append(Problem(sizes, "clear_share", cure="give one of each for every station, and at least one"))
    if not ((clear >= 0.0) & (clear <= 1.0)).all():
        problems.append(Problem(f"{clear.tolist()}", "clear_share", clear, "from 0 to 1"))
    if not cloud_length_m >= 0.0:
        problems.append(Problem(f"{cloud_length_m}", "cloud_length_m", cloud_length_m, "from 0 m"))
    if problems:
        raise ScenarioError(problems)
