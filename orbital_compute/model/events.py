"""What befalls satellites of a run: a dated list that enters the march as the health of each satellite and window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..kernels.lanes import LANES
from ..kernels.satellite import WHOLE, Health
from .fleet import Fleet

_ARRAY, _POINTING, _SUN = (Health._fields.index(name) for name in Health._fields[:3])


@dataclass(frozen=True, eq=False)
class FleetEvent:
    """One event. It holds in each window whose middle lies between its times [s after the start of the run].

    rows : int64[n], rows of the fleet; strings_lost is a share of the array as built; array_pointing stands on the
    cosine between Sun and array normal; radiator_sun is the least mean |cos| of Sun on a face of the radiator.
    """

    rows: np.ndarray
    start_s: float
    end_s: float
    strings_lost: float = 0.0
    array_pointing: float = 1.0
    radiator_sun: float = 0.0


def write_health(events: Sequence[FleetEvent], time_s: float, fleet: Fleet) -> None:
    """Write what events make of the fleet's satellites at a time into its health; all others are whole.

    Lost strings add up; of several lost attitudes the worst holds. Satellites foresee no event: their plans follow the
    array as it was, until the running mean of its power has come after.
    """
    health = fleet.arrays.health
    health[:] = np.array(WHOLE, dtype=np.float32)[:, None]
    for event in events:
        if not event.start_s <= time_s < event.end_s:
            continue
        place = np.searchsorted(fleet.row, event.rows)
        here = place < fleet.row.size
        place = place[here][fleet.row[place[here]] == event.rows[here]]
        tile, lane = place // LANES, place % LANES
        health[tile, _ARRAY, lane] = np.maximum(health[tile, _ARRAY, lane] - event.strings_lost, 0.0)
        health[tile, _POINTING, lane] = np.minimum(health[tile, _POINTING, lane], event.array_pointing)
        health[tile, _SUN, lane] = np.maximum(health[tile, _SUN, lane], event.radiator_sun)
