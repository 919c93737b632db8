"""Guards before the kernels: an index outside its table, or a number that is none, is refused by satellite and name.

Compiled code reads what an index names, wherever that lies, and turns a NaN into some whole number of quanta.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from ..errors import AuditError
from ..kernels.records import Health
from .fleet import Fleet


class Place(NamedTuple):
    """Where in a run a guard stands: the rows' numbers in the whole fleet, the window, and its steps."""

    row: np.ndarray  # int64[n_satellite]
    window: int
    n_step: int

    def of(self, i_satellite: int) -> str:
        """Return the words for a satellite of these rows."""
        first = self.window * self.n_step
        number = int(self.row[min(i_satellite, len(self.row) - 1)])  # padding copies the last
        return f"satellite {number}, window {self.window}, steps {first} to {first + self.n_step - 1}"


def refuse_index(name: str, index: np.ndarray, n: int, place: Place) -> None:
    """Raise AuditError where an index of a satellite is not 0 to n - 1; index : int[n_row], contiguous."""
    unsigned = index.view(f"u{index.itemsize}")  # what is negative is large then: one look at each
    if int(unsigned.max(initial=0)) < n:
        return
    worst = int(np.argmax(unsigned >= n))
    value, where = int(index[worst]), place.of(worst)
    message = f"{name} {value} is outside its table, limit 0 to {n - 1}, at {where}"
    raise AuditError(message, quantity=name, value=value, limit=n - 1, where=where)


def refuse_unreal(name: str, values: np.ndarray, place: Place) -> None:
    """Raise AuditError where a number of a satellite is NaN or infinite; values : float[..., n_satellite]."""
    with np.errstate(all="ignore"):
        total = values.sum()  # it has no other use than to carry a NaN on
    if np.isfinite(total):
        return
    unreal = ~np.isfinite(values)
    if not unreal.any():  # finite ones whose sum is not
        return
    worst = int(np.argmax(unreal.reshape(-1, values.shape[-1]).any(axis=0)))
    where = place.of(worst)
    value = float(values.reshape(-1, values.shape[-1])[:, worst].sum())
    raise AuditError(f"{name} is {value:g}, no real number, at {where}", quantity=name, value=value, where=where)


def refuse_unreal_health(fleet: Fleet, place: Place, run: Callable, parts: Iterable) -> None:
    """Raise AuditError where the health of a satellite is no real number: laws that bound it would make it one.

    `run(work, parts)` looks at ranges of tiles (`SpaceSegment.run`).
    """
    tiles = fleet.arrays.health
    with np.errstate(all="ignore"):
        totals = run(lambda part: tiles[part[0] : part[1]].sum(), parts)
    if not np.isfinite(totals).all():
        for k, name in enumerate(Health._fields):
            refuse_unreal(f"health_{name}", tiles[:, k, :].reshape(-1), place)


def refuse_negative(name: str, values: np.ndarray, place: Place) -> None:
    """Raise AuditError where a number of a satellite is below zero; values : float[n_satellite]."""
    worst = int(np.argmin(values))
    value, where = float(values[worst]), place.of(worst)
    if value < 0.0:
        message = f"{name} {value:.6e} is negative, limit 0, at {where}"
        raise AuditError(message, quantity=name, value=value, limit=0.0, where=where)


def refuse_fleet_indices(fleet: Fleet, place: Place) -> None:
    """Raise AuditError where a satellite names an orbit, a design or a shell that is not there."""
    arrays = fleet.arrays
    refuse_index("orbit_index", arrays.orbit_index, len(arrays.orbit_table), place)
    refuse_index("type_index", arrays.type_index, len(arrays.hardware_table), place)
    refuse_index("shell", fleet.shell, fleet.n_shell, place)


def refuse_signatures(signature: np.ndarray, n_signature: int, place: Place) -> None:
    """Raise AuditError where a satellite has a signature that is not there; rows after the satellites have none."""
    refuse_index("signature", signature[: len(place.row)], n_signature, place)


def refuse_offers(offer_flop: np.ndarray, unit: np.ndarray, place: Place) -> None:
    """Raise AuditError where an offer is no real number or negative, or a direction is no real number."""
    n = len(place.row)
    refuse_unreal("offer_flop", offer_flop[:n], place)
    refuse_negative("offer_flop", offer_flop[:n], place)
    refuse_unreal("unit", unit[:, :n], place)
