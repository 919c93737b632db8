"""The planes that satellites fly in at a time: which one each, and their normals."""

from __future__ import annotations

import numpy as np

from ..physics.orbit import TURN_RAD, Orbit
from .constellation import Constellation
from .fleet import Fleet


class FlightPlanes:
    """Planes of a run's satellites: designs share them, real element sets have one each.

    Parameters
    ----------
    fleet : Fleet
    constellation : Constellation
        Of the same rows.
    """

    def __init__(self, fleet: Fleet, constellation: Constellation):
        n, self._theory = fleet.n_satellite, constellation.is_theory
        self.plane = np.arange(n, dtype=np.int32)
        if not self._theory:
            return
        orbit, node = fleet.arrays.orbit_index[:n], constellation.slots[fleet.row, 3]
        new = np.concatenate([[True], (np.diff(orbit) != 0) | (np.diff(node) != 0.0)])  # neighbours share a plane
        self.plane = (np.cumsum(new) - 1).astype(np.int32)
        self._node_turn = node[new]
        orbits = {name: fleet.arrays.orbit_table[orbit[new], k] for k, name in enumerate(Orbit._fields)}
        self._cosine, self._sine = orbits["cos_inclination"], orbits["sin_inclination"]
        self._rate_turn_s = orbits["node_turn_s"]

    def normals(self, time_s: float, given: np.ndarray) -> np.ndarray:
        """Return float64[n_plane, 3], unit normals at a time after the start.

        `given` : float64[n_step, 6, n_row], places and tracks of real element sets; not looked at for designs.
        """
        if self._theory:
            node = TURN_RAD * (self._node_turn + self._rate_turn_s * time_s)
            return np.stack([self._sine * np.sin(node), -self._sine * np.cos(node), self._cosine], axis=1)
        middle = given[given.shape[0] // 2, :, : self.plane.size]
        normal = np.cross(middle[:3].T, middle[3:].T)
        return normal / np.sqrt(np.einsum("ij,ij->i", normal, normal))[:, None]
