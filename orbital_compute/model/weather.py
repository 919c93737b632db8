"""The weather over gateways: which are open in an hour, by the law of clouds of `diversity`, drawn or as a mean.

Each gateway has a uniform number of its own that is drawn anew now and then, after an exponential time (`persistence`),
and is cloudy where that number is below how likely it is to be cloudy, given its nearest among the gateways before it
(`diversity.cloud_tree`). At any time the skies then have exactly the shares and the correlations of that law, and each
hour is a function of the seed alone: nothing is kept from one to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._random import STREAM_WEATHER, uniforms
from .diversity import CloudTree, cloud_tree

HOUR_S = 3600.0
MEAN, DRAWN = "mean", "drawn"
WEATHERS = (MEAN, DRAWN)
LOOK_BACK = 32  # hours that are looked at together


@dataclass(frozen=True)
class Weather:
    """What the sky leaves of each gateway.

    Parameters
    ----------
    open_share : tuple of float
        Share of time in which each gateway is open.
    latitude_deg, longitude_deg : tuple of float
    length_m : float
        Distance over which the correlation of skies falls to 1/e [m].
    persistence_s : float
        Mean time for which a sky stays as it is, if its neighbours' stay [s].
    seed : int
    """

    open_share: tuple[float, ...]
    latitude_deg: tuple[float, ...]
    longitude_deg: tuple[float, ...]
    length_m: float
    persistence_s: float
    seed: int

    @cached_property
    def tree(self) -> CloudTree:
        """Which gateway's sky depends on which."""
        return cloud_tree(self.open_share, self.latitude_deg, self.longitude_deg, self.length_m)

    def open_at(self, time_s: float) -> np.ndarray:
        """Return bool[n_gateway], which gateways are open in the hour that holds a time [s after the start]."""
        hour, gateway = math.floor(time_s / HOUR_S), np.arange(len(self.open_share))
        return self.tree.open_where(uniforms(self.seed, STREAM_WEATHER, gateway, self._last_change(hour), 1))

    def _last_change(self, hour: int) -> np.ndarray:
        """Return int64[n_gateway], the last hour, up to this one, in which each number is drawn anew; hour 0 is one."""
        chance = -math.expm1(-HOUR_S / self.persistence_s) if self.persistence_s > 0.0 else 1.0
        gateway, found = np.arange(len(self.open_share))[:, None], np.zeros(len(self.open_share), np.int64)
        last, open_ends = hour, np.ones(found.size, bool)
        while last > 0 and open_ends.any():
            hours = np.arange(last, max(last - LOOK_BACK, 0), -1)
            changed = uniforms(self.seed, STREAM_WEATHER, gateway, hours, 0) < chance
            hit = open_ends & changed.any(axis=1)
            found[hit] = hours[np.argmax(changed, axis=1)][hit]
            open_ends &= ~hit
            last = int(hours[-1]) - 1
        return found
