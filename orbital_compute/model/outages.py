"""What befalls the ground and the Sun for a time: arcs that are down, storms, and shares of sites.

What befalls satellites is in `events`, and a curtailed grid in the site's own table of changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spell:
    """A factor that holds from one time to another [s after the start of the run]."""

    start_s: float
    end_s: float
    factor: float


def factor_at(spells: Iterable[Spell], time_s: float) -> float:
    """Return the product of the factors that hold at a time; 1 without any."""
    return math.prod(spell.factor for spell in spells if spell.start_s <= time_s < spell.end_s)


@dataclass(frozen=True)
class ArcOutage:
    """An arc of the network, a gateway or a site's uplink, that keeps a share of its capacity for a time."""

    arc: int
    spell: Spell


def arc_available(outages: Sequence[ArcOutage], n_arc: int, time_s: float) -> np.ndarray:
    """Return the share of each arc's capacity that is there at a time: float64[n_arc]. Outages of one arc multiply."""
    share = np.ones(n_arc)
    for outage in outages:
        share[outage.arc] *= factor_at([outage.spell], time_s)
    return share


@dataclass(frozen=True)
class Outages:
    """All that befalls gateways and the Sun in a run."""

    arcs: tuple[ArcOutage, ...] = ()
    storms: tuple[Spell, ...] = ()


def least_of_overlapping(spells: Sequence[Spell], otherwise: float) -> list[tuple[float, float]]:
    """Return (time, value) at each change of the least value that spells impose at a time, `otherwise` where none does.

    Values stand in the spells' factors. The list begins with the first change and holds no change that changes nothing.
    """
    edges = sorted({edge for spell in spells for edge in (spell.start_s, spell.end_s) if math.isfinite(edge)})
    changes: list[tuple[float, float]] = []
    before = otherwise
    for edge in edges:
        holding = [spell.factor for spell in spells if spell.start_s <= edge < spell.end_s]
        value = min([otherwise, *holding])
        if value != before:
            changes.append((edge, value))
        before = value
    return changes
