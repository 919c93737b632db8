"""Dated limits of a terrestrial site: power, interconnection, cooling water and land."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..model.clock import Clock
from ..model.outages import Spell
from ..model.schedule import Steps
from ..model.site import SiteSpec
from .schema_ground import SiteLimit

LITRE_PER_M3 = 1e3


def spells_of(limits: Sequence[SiteLimit], name: str, clock: Clock) -> tuple[Spell, ...]:
    """Return the values of one kind of limit, each from its date to the next date that names the kind."""
    dated = [((item.start - clock.start).total_seconds(), getattr(item, name)) for item in limits]
    own = sorted((start_s, value) for start_s, value in dated if value is not None)
    ends_s = [start_s for start_s, _ in own[1:]] + [math.inf] * bool(own)
    return tuple(Spell(start_s, end_s, value) for (start_s, value), end_s in zip(own, ends_s, strict=True))


def grid_limits(limits: Sequence[SiteLimit], clock: Clock) -> tuple[Spell, ...]:
    """Return what limits the power from the grid, in watts: the least that holds at a time counts."""
    return spells_of(limits, "power", clock) + spells_of(limits, "interconnection", clock)


def limited(site: SiteSpec, limits: Sequence[SiteLimit], clock: Clock) -> SiteSpec:
    """Return a site with its dated limits of water and land; no limit before the first date."""
    water = spells_of(limits, "water", clock)
    steps = None
    if water:
        times_s = (water[0].start_s - 1.0, *(spell.start_s for spell in water))
        steps = Steps(times_s, (math.inf, *(spell.factor * LITRE_PER_M3 for spell in water)))
    return replace(site, halls=(*site.halls, *spells_of(limits, "land", clock)), water_limit_l_s=steps)
