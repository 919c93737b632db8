"""The Sun through a run: worked out each hour after its start, between the hours by polynomials.

Seen from the Earth's centre the Sun moves so evenly that six hourly places give it anywhere between them within the
rounding of the theory itself, 1e-13 rad, at a seventh of its cost.
"""

from __future__ import annotations

import numpy as np

from .clock import Clock
from .frames import sun_teme

SPACING_S = 3600.0
NODES = (-2, -1, 0, 1, 2, 3)  # hours about the one that a time falls into
BLOCK = 240  # hours worked out at once


class SunTrack:
    """Direction and distance of the apparent Sun in the equator of date (`frames.sun_teme`) at any time of a run.

    Notes
    -----
    The polynomial through six nodes a time h apart errs by at most max|f⁽⁶⁾| h⁶ (225/64)/6! between the middle two
    (Lagrange's remainder). The quickest term of note is the Earth about its common centre with the Moon, 3e-5 of the
    distance at 2.7e-6 rad/s: 1e-19. A leap second within the six hours, which only runs before 2017 can meet, bends
    it by at most 2e-7 rad.
    """

    def __init__(self, clock: Clock):
        self._clock = clock
        self._blocks: dict[int, np.ndarray] = {}

    def at(self, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return direction float64[n_time, 3] and distance_m float64[n_time], `times_s` seconds after the start."""
        hours = np.asarray(times_s, float) / SPACING_S
        before = np.floor(hours).astype(np.int64)
        after = hours - before
        nodes = self._nodes(int(before.min()) + NODES[0], int(before.max()) + NODES[-1])
        place = before - int(before.min())
        found = np.zeros((hours.size, 4))
        for k, here in enumerate(NODES):
            weight = np.ones(hours.size)
            for other in NODES:
                if other != here:
                    weight *= (after - other) / (here - other)
            found += nodes[place + k] * weight[:, None]
        direction = found[:, :3]
        length = np.sqrt(direction[:, 0] ** 2 + direction[:, 1] ** 2 + direction[:, 2] ** 2)
        return direction / length[:, None], found[:, 3]

    def _nodes(self, first: int, last: int) -> np.ndarray:
        """Return float64[n_node, 4], direction and distance at whole hours, from the first to the last."""
        blocks = range(first // BLOCK, last // BLOCK + 1)
        for block in blocks:
            if block not in self._blocks:
                self._blocks = {kept: self._blocks[kept] for kept in blocks if kept in self._blocks}
                hours = np.arange(block * BLOCK, (block + 1) * BLOCK)
                direction, distance_m = sun_teme(self._clock.start, hours * SPACING_S)
                self._blocks[block] = np.concatenate([direction, distance_m[:, None]], axis=1)
        whole = np.concatenate([self._blocks[block] for block in blocks])
        start = blocks[0] * BLOCK
        return whole[first - start : last - start + 1]
