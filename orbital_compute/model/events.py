"""What befalls satellites of a run: a dated list that enters the march as the health of each satellite and window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .._random import STREAM_LASER_LOST, uniforms
from ..kernels.lanes import LANES
from ..kernels.records import WHOLE, Health
from .fleet import Fleet

_ARRAY, _POINTING, _SUN, _COMPUTE = (Health._fields.index(name) for name in Health._fields[:4])


@dataclass(frozen=True, eq=False)
class FleetEvent:
    """One event. It holds in each window whose middle lies between its times [s after the start of the run].

    rows : int64[n], rows of the fleet; strings_lost is a share of the strings, whether they still worked or not;
    array_pointing stands on the cosine between Sun and array normal; radiator_sun is the least mean |cos| of Sun on a
    face of the radiator; compute_lost is a share of the accelerators that cannot be used.
    """

    rows: np.ndarray
    start_s: float
    end_s: float
    strings_lost: float = 0.0
    array_pointing: float = 1.0
    radiator_sun: float = 0.0
    compute_lost: float = 0.0


def in_force(events: Sequence[FleetEvent], time_s: float) -> list[FleetEvent]:
    """Return the events that hold at a time."""
    return [event for event in events if event.start_s <= time_s < event.end_s]


def write_health(events: Sequence[FleetEvent], time_s: float, fleet: Fleet) -> None:
    """Write what events make of the fleet's satellites at a time into its health; all others are whole."""
    fleet.arrays.health[:] = np.array(WHOLE, dtype=np.float32)[:, None]
    add_events(in_force(events, time_s), fleet)


def add_events(events: Sequence[FleetEvent], fleet: Fleet) -> None:
    """Add what events that hold now make of satellites to the health that the fleet's arrays hold.

    Compute lost multiplies. Lost strings add up, as shares of the array that failures and age have left; of several
    lost attitudes the worst holds. Satellites foresee no event: their plans follow the array as it was, until the
    running mean of its power has come after.
    """
    health = fleet.arrays.health
    strings_left = np.ones(fleet.n_satellite, dtype=np.float32)
    for event in events:
        place = np.searchsorted(fleet.row, event.rows)
        here = place < fleet.row.size
        place = place[here][fleet.row[place[here]] == event.rows[here]]
        tile, lane = place // LANES, place % LANES
        health[tile, _POINTING, lane] = np.minimum(health[tile, _POINTING, lane], event.array_pointing)
        health[tile, _SUN, lane] = np.maximum(health[tile, _SUN, lane], event.radiator_sun)
        health[tile, _COMPUTE, lane] *= np.float32(1.0 - event.compute_lost)
        strings_left[place] = np.maximum(strings_left[place] - np.float32(event.strings_lost), 0.0)
    struck = np.flatnonzero(strings_left < 1.0)
    health[struck // LANES, _ARRAY, struck % LANES] *= strings_left[struck]


def cut_off(keys: np.ndarray, share: float, n_laser: int, *, seed: int, event: int) -> np.ndarray:
    """Return which satellites lose all their lasers when each fails with probability `share`: bool[n].

    Draws hang on the satellites' keys, int64[n], and the number of the event, so that a satellite's luck is its own.
    """
    lost = np.ones(len(keys), dtype=bool)
    for k in range(n_laser):
        lost &= uniforms(seed, STREAM_LASER_LOST, np.asarray(keys), event, k) < share
    return lost
