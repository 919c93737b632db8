"""The dated list of events: from a checked scenario to what satellites, sites, gateways, the Sun and demand meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import Problem, ScenarioError
from ..model.clock import Clock
from ..model.constellation import Constellation
from ..model.events import FleetEvent, cut_off
from ..model.health_laws import satellite_keys
from ..model.health_spec import LaserFailures
from ..model.laser_spec import LasersLost, LinkEvent
from ..model.outages import ArcOutage, Outages, Spell, least_of_overlapping
from ..model.site import GridChange, SiteSpec
from ..model.workload import Surge
from .load import Scenario
from .schema_events import OF_SATELLITES, Event


@dataclass(frozen=True)
class Happenings:
    """All events of a run, sorted by what they befall."""

    fleet: list[FleetEvent]
    outages: Outages
    surges: list[Surge]
    halls: dict[str, tuple[Spell, ...]]  # by site
    curtailed: dict[str, tuple[Spell, ...]]  # by site; factors are powers [W]
    lasers: list[LasersLost | LinkEvent]

    def at_site(self, site: SiteSpec, grid_limits: Sequence[Spell] = ()) -> SiteSpec:
        """Return a site with what befalls it; its own dated limits of the grid [W] count beside the events."""
        limits = (*self.curtailed.get(site.name, ()), *grid_limits)
        changes = least_of_overlapping(limits, site.grid_limit_w)
        return replace(
            site,
            halls=(*site.halls, *self.halls.get(site.name, ())),
            grid_changes=(*site.grid_changes, *(GridChange(time_s, limit_w) for time_s, limit_w in changes)),
        )


def happenings(scenario: Scenario, clock: Clock, fleet: Constellation) -> Happenings:
    """Return the events of a scenario.

    Raises
    ------
    ScenarioError
        An event names a shell, plane, row, gateway, site, class or region that is not there.
    """
    events = list(enumerate(scenario.events))
    gateways, sites = list(scenario.gateways.stations), [site.name for site in scenario.sites]
    classes, regions = list(scenario.workload.classes), list(scenario.workload.regions)

    def found(i: int, key: str, names: Sequence[str]) -> str:
        name = getattr(scenario.events[i], key)
        if name is not None and name not in names:
            cure = f"there are {', '.join(names[:8])}" if names else "there is none"
            what = f"no {key.replace('job_', '')} is called '{name}'"
            raise ScenarioError(Problem(what, f"events[{i}].{key}", name, cure=cure))
        return name

    def of_site(kind: str, value: str, lasting) -> dict[str, tuple[Spell, ...]]:
        spells: dict[str, tuple[Spell, ...]] = {}
        for i, item in events:
            if item.kind == kind:
                name = found(i, "site", sites)
                spells[name] = (*spells.get(name, ()), _spell(item, clock, lasting(getattr(item, value))))
        return spells

    return Happenings(
        fleet=[fleet_event(item, i, clock, fleet, scenario) for i, item in events if item.kind in OF_SATELLITES],
        outages=Outages(
            arcs=tuple(
                ArcOutage(
                    gateways.index(found(i, "gateway", gateways)), _spell(item, clock, 1.0 - (item.share or 1.0))
                )
                for i, item in events
                if item.kind == "gateway_down"
            ),
            storms=tuple(_spell(item, clock, item.factor) for _, item in events if item.kind == "solar_storm"),
        ),
        surges=[
            Surge(
                _spell(item, clock, item.factor), found(i, "job_class", classes), found(i, "region", regions)
            )
            for i, item in events
            if item.kind == "demand_surge"
        ],
        halls=of_site("hall_lost", "share", lambda share: 1.0 - share),
        curtailed=of_site("grid_curtailed", "limit", float),
        lasers=[
            laser_event(item, i, clock, fleet, scenario)
            for i, item in events
            if item.kind in ("lasers_lost", "link_lost")
        ],
    )  # fmt: skip


def laser_event(
    item: Event, index: int, clock: Clock, fleet: Constellation, scenario: Scenario
) -> LasersLost | LinkEvent:
    """Return what an event does to links between satellites."""
    spell, rows = _spell(item, clock, 1.0), _rows(item, index, fleet)
    if item.kind == "lasers_lost":
        assert item.share is not None
        return LasersLost(rows, item.share, index, spell.start_s, spell.end_s)
    if scenario.network.lasers is None:
        cure = "give network: {lasers: {}}"
        raise ScenarioError(Problem("the run has no links between satellites", f"events[{index}]", cure=cure))
    a, b = int(rows[0]), int(rows[1]) if rows.size > 1 else None
    left = 1.0 - (1.0 if item.share is None else item.share)
    return LinkEvent(a, b, left, spell.start_s, spell.end_s, f"events[{index}].rows")


def _spell(item: Event, clock: Clock, factor: float | None) -> Spell:
    assert factor is not None  # the schema sees to it
    end_s = math.inf if item.end is None else (item.end - clock.start).total_seconds()
    return Spell((item.start - clock.start).total_seconds(), end_s, factor)


def fleet_event(item: Event, index: int, clock: Clock, fleet: Constellation, scenario: Scenario) -> FleetEvent:
    """Return an event of satellites with its rows, and its times in seconds after the start of the run."""
    rows = _rows(item, index, fleet)
    if item.kind == "lasers_lost":
        assert item.share is not None
        keys = satellite_keys(fleet, rows)
        rows = rows[cut_off(keys, item.share, laser_count(scenario), seed=scenario.seed, event=index)]
    spell = _spell(item, clock, 1.0)
    return FleetEvent(
        rows=rows.astype(np.int64),
        start_s=spell.start_s,
        end_s=spell.end_s,
        strings_lost=item.share or 0.0 if item.kind == "cell_string_lost" else 0.0,
        array_pointing=1.0 if item.array_cosine is None else item.array_cosine,
        radiator_sun=item.radiator_cosine or 0.0,
        compute_lost=1.0 if item.kind in ("plane_lost", "lasers_lost") else 0.0,
    )


def laser_count(scenario: Scenario) -> int:
    """Return how many lasers a satellite has."""
    failures = scenario.health.failures if scenario.health is not None else None
    lasers = failures.lasers if failures is not None else None
    return LaserFailures().count if lasers is None else lasers.count


def _rows(item: Event, index: int, fleet: Constellation) -> np.ndarray:
    """Return the rows that an event names: int64, ascending."""
    where = f"events[{index}]"
    if item.shell is None and item.rows is None:
        return np.arange(fleet.n_satellite)
    if item.shell is None:
        rows = np.array(item.rows, dtype=np.int64)
        if rows[-1] >= fleet.n_satellite:
            limit = f"the fleet has rows 0 to {fleet.n_satellite - 1}"
            what = f"there is no satellite in row {rows[-1]}"
            raise ScenarioError(
                Problem(what, f"{where}.rows", int(rows[-1]), limit=limit, cure="name rows of the fleet")
            )
        return rows
    if item.shell not in fleet.shell_names:
        cure = f"there are {', '.join(fleet.shell_names[:8])}"
        raise ScenarioError(Problem(f"no shell is called '{item.shell}'", f"{where}.shell", item.shell, cure=cure))
    rows = np.flatnonzero(np.asarray(fleet.shell) == fleet.shell_names.index(item.shell))
    if item.planes is None:
        return rows
    plane = np.asarray(fleet.plane)[rows]
    absent = sorted(set(item.planes) - set(plane.tolist()))
    if absent:
        limit = f"{item.shell} has planes {plane.min()} to {plane.max()}"
        what = f"there is no plane {absent[0]}"
        raise ScenarioError(Problem(what, f"{where}.planes", absent[0], limit=limit, cure="name planes of the shell"))
    return rows[np.isin(plane, item.planes)]
