"""Leases: from a checked scenario to capacities of sites over time."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

from ..errors import Problem, ScenarioError
from ..model.clock import Clock
from ..model.lease import Lease, Reserve, Terms, check_owner, owner_leaves
from ..model.schedule import Line
from ..model.site import SiteSpec
from .load import Scenario

YEAR_S = 31557600.0


def leased(scenario: Scenario, clock: Clock, sites: list[SiteSpec]) -> tuple[list[Lease], list[SiteSpec]]:
    """Return the leases, and the sites with what of them is the customer's.

    Raises
    ------
    ScenarioError
        A lease names a site that is not there or is leased already, or its owner's work has nowhere to go.
    """
    by_name = {site.name: site for site in sites}
    leases: list[Lease] = []
    taken: set[str] = set()

    def named(name: str, place: str) -> SiteSpec:
        if name not in by_name:
            cure = f"there are {', '.join(by_name)}" if by_name else "give the site under sites"
            raise ScenarioError(Problem(f"no site is called '{name}'", place, name, cure=cure))
        if name in taken:
            cure = "give it one lease, and no other site's work"
            raise ScenarioError(Problem(f"{name} is in two leases", place, name, cure=cure))
        taken.add(name)
        return by_name[name]

    for i, item in enumerate(scenario.lease):
        site = named(item.site, f"lease[{i}].site")
        owner: Line | None = None
        if item.move is not None:
            other = named(item.move.to, f"lease[{i}].move.to")
            check_owner(site.name, other.name, other.peak_flop_s)
            start_s = _after(item.move.start, clock)
            owner, there = owner_leaves(start_s, item.move.duration, site.peak_flop_s, other.peak_flop_s)
            left = Line(there.times_s, tuple(1.0 - held for held in there.values))
            by_name[other.name] = replace(other, customer=(*other.customer, left))
        lease = Lease(
            site=site.name,
            terms=Terms(term_s=item.term, notice_s=item.notice, ramp_s=item.ramp),
            start_s=-math.inf if item.start is None else _after(item.start, clock),
            share=item.share,
            handover_s=item.handover,
            stages=item.stages,
            owner=owner,
            notice_given_s=None if item.reclaim is None else _after(item.reclaim, clock),
            rent_usd_year=item.rent * YEAR_S,
            optimiser_byte_per_parameter=item.optimiser,
            resident_s=item.resident,
            reserve=Reserve(
                keep=item.reserve.keep,
                usd_w_year=item.reserve.cost * YEAR_S,
                chance_per_year=item.reserve.chance * YEAR_S,
                replacement_s=item.reserve.replacement,
            ),
        )
        by_name[site.name] = replace(site, customer=(*site.customer, *lease.capacity()))
        leases.append(lease)
    return leases, [by_name[site.name] for site in sites]


def _after(moment: datetime, clock: Clock) -> float:
    return (moment - clock.start).total_seconds()
