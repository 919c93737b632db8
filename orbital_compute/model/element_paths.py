"""The paths of real element sets through a window: near the Earth by our SGP4, far from it by the sgp4 library."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ..errors import ModelError
from ..kernels.sgp4 import N_TERM, fly_near_earth, near_earth_terms
from ..physics.sgp4 import MeanElements
from .clock import DAY_S
from .constellation import Constellation
from .frames import instants_after

NEAR = "n"  # the library's name for periods below 225 minutes
ROWS_A_CALL = 2048


class ElementPaths:
    """Places and tracks of a constellation of element sets, at any times after a start.

    Near the Earth positions differ from the sgp4 library's by less than 1e-7 km (rounding), at a third of its time, and
    threads need not wait for each other. Deep-space theory (periods from 225 minutes) is the library's own.
    """

    def __init__(self, constellation: Constellation, start):
        if constellation.element_records is None:
            raise ModelError("only real element sets are flown by SGP4; designs fly the orbit theory")
        self._constellation, self._start = constellation, start
        records = constellation.element_records
        self._near = np.array([i for i, one in enumerate(records) if one.method == NEAR], dtype=np.int64)
        self._deep = np.setdiff1d(np.arange(len(records)), self._near)
        elements = np.array([_elements(records[i]) for i in self._near]).reshape(-1, len(MeanElements._fields))
        self._terms = np.empty((self._near.size, N_TERM))
        if self._near.size:
            near_earth_terms(elements, 0, self._near.size, self._terms)
        utc = instants_after(start, 0.0)
        day, fraction = float(utc.day[0]), float(utc.fraction[0])
        since = [(day - records[i].jdsatepoch) + (fraction - records[i].jdsatepochF) for i in self._near]
        self._epoch_min = np.array(since, float) * (DAY_S / 60.0)
        self._answer = np.zeros(self._near.size, np.int8)

    def fly(self, times_s: np.ndarray, n_row: int, run: Callable[..., Iterable] = map) -> np.ndarray:
        """Return positions [m] and along-track directions times radius [m]: float64[n_time, 6, n_row].

        `times_s` are seconds after the start; rows beyond the last satellite repeat it. `run` is `map`, or that of
        threads.

        Raises
        ------
        ModelError
            If SGP4 cannot follow a satellite to one of the times.
        """
        given = np.empty((times_s.size, 6, n_row))
        n, minutes = self._near.size, np.asarray(times_s, float) / 60.0

        def work(part):
            fly_near_earth(
                self._terms, self._near, self._epoch_min, minutes, part[0], part[1], given, self._answer
            )  # fmt: skip

        list(run(work, [(first, min(first + ROWS_A_CALL, n)) for first in range(0, n, ROWS_A_CALL)]))
        by_library = np.concatenate([self._deep, self._near[self._answer != 0]])
        if by_library.size:
            given[:, :, by_library] = self._by_library(times_s, by_library)
        last = self._constellation.n_satellite
        given[:, :, last:] = given[:, :, last - 1 : last]
        return given

    def _by_library(self, times_s: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return float64[n_time, 6, n] of some rows; raise where one cannot be flown."""
        from sgp4.api import SatrecArray

        records, utc = self._constellation.element_records or [], instants_after(self._start, times_s)
        error, r_km, v_km_s = SatrecArray([records[row] for row in rows]).sgp4(utc.day, utc.fraction)
        if error.any():
            row = int(rows[np.argwhere(error)[0][0]])
            self._constellation.ephemeris_teme(self._start, times_s, row, row + 1)  # says what is wrong
        square = np.einsum("ijk,ijk->ij", r_km, r_km)[:, :, None]
        ahead = v_km_s - r_km * (np.einsum("ijk,ijk->ij", r_km, v_km_s)[:, :, None] / square)
        ahead *= np.sqrt(square / np.einsum("ijk,ijk->ij", ahead, ahead)[:, :, None])
        return 1e3 * np.concatenate([r_km, ahead], axis=2).transpose(1, 2, 0)


def _elements(record) -> list[float]:
    """Return an element set in the order of `physics.sgp4.MeanElements`."""
    return [
        record.no_kozai, record.ecco, record.inclo, record.nodeo, record.argpo, record.mo, record.bstar,
        record.radiusearthkm, record.xke, record.j2, record.j4, record.j3oj2,
    ]  # fmt: skip
