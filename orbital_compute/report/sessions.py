"""Sessions of a run: the memory that they keep, and what moves when satellites go out of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import units
from .headline import Rows

if TYPE_CHECKING:
    from ..results import Results

HEADS = ("Sessions", "Resident, mean", "Keys and values", "In orbit", "Moved a window", "Of those resident", "Pause")
BIT_PER_BYTE = 8.0


def moves(results: Results) -> Rows | None:
    """Return the sessions of each class, means over windows after the first; None where none are followed."""
    dataset = results.dataset
    if "sessions_resident" not in dataset:
        return None
    rows = []
    for k, name in enumerate(dataset["session_class"].values):
        one = dataset.isel(session_class=k, time=slice(min(1, dataset.sizes["time"] - 1), None))
        resident, moved, pause_s, byte, orbit = (
            float(one[key].mean())
            for key in ("sessions_resident", "sessions_moved", "session_pause_s", "session_byte", "session_orbit_byte")
        )
        rows.append(
            (
                str(name),
                units.short_count(resident),
                units.prefixed(byte, "B"),
                units.share(orbit / byte) if byte else "",
                units.prefixed(BIT_PER_BYTE * moved * float(one["session_context_byte"]), "bit"),
                units.share(moved / resident) if resident else "",
                units.duration(pause_s / moved) if moved else "",
            )
        )
    return Rows("Sessions", HEADS, rows)
