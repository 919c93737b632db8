"""A checked scenario to the model's own objects. Degrees, hours and tokens become what the model takes here, once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..errors import Problem, ScenarioError
from ..model.clock import DAY_S, Clock
from ..model.constellation import Constellation
from ..model.energy_cost import EnergyWeights
from ..model.events import FleetEvent
from ..model.ground_links import GroundSpec
from ..model.laser_spec import LasersLost, LinkEvent
from ..model.lease import Lease
from ..model.network import Gateway, NetworkSpec
from ..model.outages import Outages
from ..model.policy.choose import POLICIES, Policy
from ..model.policy.fair import Fair
from ..model.policy.user import UserFunction, UserPolicy, load_user_policy
from ..model.satellite_type import SatelliteType
from ..model.sessions import SessionSpec
from ..model.site import SiteSpec
from ..model.trace import TraceSpec
from ..model.training import TrainingSpec
from ..model.workload import Workload
from . import build_events, build_ground, build_lease, build_limits, build_space, build_traces, build_work
from .build_health import HealthLaws, health_laws
from .load import Scenario
from .schema import PolicyKind
from .step_limit import check_step


@dataclass(frozen=True)
class Model:
    """All that the window loop needs, in SI; `warnings` are sentences that a reader should see."""

    scenario: Scenario
    clock: Clock
    constellation: Constellation
    satellite_types: dict[str, SatelliteType]
    sites: list[SiteSpec]
    gateways: list[Gateway]
    ground: GroundSpec
    network: NetworkSpec
    workload: Workload
    traces: list[TraceSpec]
    sessions: list[SessionSpec | None]  # by class
    leases: list[Lease]
    events: list[FleetEvent]
    laser_events: list[LasersLost | LinkEvent]
    laser_count: int  # lasers of a satellite that may fail
    outages: Outages
    health: HealthLaws
    training: TrainingSpec | None
    policy: Policy
    energy: EnergyWeights | None
    sample_rows: np.ndarray  # int64, ascending
    seed: int
    warnings: list[str]


def build(scenario: Scenario) -> Model:
    """Return the model that a scenario describes.

    Raises
    ------
    ScenarioError
        What only the files and the laid-out fleet can tell: a table that is wrong, a row that is not there.
    """
    clock = _clock(scenario)
    warned: list[str] = []
    types = {
        name: build_space.satellite_type(name, item, scenario, warned)
        for name, item in scenario.satellite_types.items()
    }
    check_step(scenario, types)
    constellation = build_space.constellation(scenario, clock, list(types))
    happens = build_events.happenings(scenario, clock, constellation)
    sites = [
        happens.at_site(
            build_limits.limited(build_ground.site(item, scenario, warned), item.limits, clock),
            build_limits.grid_limits(item.limits, clock),
        )
        for item in scenario.sites
    ]
    leases, sites = build_lease.leased(scenario, clock, sites)
    regions = [build_work.region(name, item) for name, item in scenario.workload.regions.items()]
    peak_flop_s = _peak_flop_s(constellation, types, sites)
    health = health_laws(scenario)
    gateways, ground = build_ground.gateways(scenario.gateways, scenario.seed, constellation.semi_major_axis_m)
    demand = build_work.demand(scenario.workload.demand, peak_flop_s)
    classes = [
        build_work.job_class(name, item, scenario.workload, clock) for name, item in scenario.workload.classes.items()
    ]
    classes, traces = build_traces.replayed(scenario, classes, regions, clock, warned)
    return Model(
        scenario=scenario,
        clock=clock,
        constellation=constellation,
        satellite_types=types,
        sites=sites,
        gateways=gateways,
        ground=ground,
        network=build_ground.network(scenario.network),
        workload=Workload(classes, regions, demand, clock=clock, seed=scenario.seed, surges=happens.surges),
        traces=traces,
        sessions=[build_work.sessions(item) for item in scenario.workload.classes.values()],
        leases=leases,
        events=happens.fleet,
        laser_events=happens.lasers,
        laser_count=build_events.laser_count(scenario),
        outages=happens.outages,
        health=health,
        training=build_work.training(scenario, health.gangs),
        policy=_policy(scenario, warned),
        energy=_energy(scenario, sites),
        sample_rows=_sample_rows(scenario.output.sample, constellation.n_satellite),
        seed=scenario.seed,
        warnings=[*_of_time(clock, scenario), *constellation.warnings, *warned],
    )


def _policy(scenario: Scenario, warned: list[str]) -> Policy:
    chosen = {"name": scenario.policy} if isinstance(scenario.policy, str) else scenario.policy
    policy: Policy
    if "user" in chosen:
        policy, origin = load_user_policy(chosen["user"], scenario.folder)
        warned.append(origin)
    else:
        policy = POLICIES[chosen.get("name", "optimal")]
    return Fair(policy, PolicyKind.fairness.read(chosen["fairness"])) if "fairness" in chosen else policy


def _energy(scenario: Scenario, sites: list[SiteSpec]) -> EnergyWeights | None:
    """Return how dispatch weighs the energy of sites; None where it does not."""
    chosen = {} if isinstance(scenario.policy, str) else scenario.policy.get("energy", {})
    if not chosen:
        return None
    read = {key: PolicyKind.energy[key].read(value) for key, value in chosen.items()}
    weights = EnergyWeights(read["worth"], read.get("carbon_price", 0.0))
    weights.check(sites)
    return weights


def with_policy(model: Model, function: UserFunction) -> Model:
    """Return a model whose dispatch is a function of the caller's."""
    name = f"{function.__module__}.{function.__qualname__}"
    origin = f"the dispatch is the caller's function {name}, in place of the scenario's policy"
    return replace(model, policy=UserPolicy(function, name), warnings=[*model.warnings, origin])


def _clock(scenario: Scenario) -> Clock:
    time = scenario.time
    if time.every is None:
        return Clock(time.start, time.step, time.window, round(time.duration_s / time.step))
    days = time.day_starts_s
    n_step = len(days) * round(DAY_S / time.step)
    return Clock(time.start, time.step, time.window, n_step, days, time.duration_s)


def _of_time(clock: Clock, scenario: Scenario) -> list[str]:
    """Return what a reader should know of typical days."""
    if scenario.time.every is None:
        return []
    days = clock.duration_s / DAY_S
    return [
        f"{clock.n_day} typical days, one of each {scenario.time.every / DAY_S:g}, stand for {days:g} days: sums of "
        f"the summary are those of the days simulated, times {clock.duration_s / clock.simulated_s:.6g}"
    ]


def _peak_flop_s(fleet: Constellation, types: dict[str, SatelliteType], sites: list[SiteSpec]) -> float:
    """Return the rate of all devices of all nodes at full load [FLOP/s]."""
    designs = list(types.values())
    first = designs[0].name
    count = np.bincount(fleet.shell, minlength=len(fleet.shell_names))
    orbit = [
        int(n) * types[name or first].compute.count * types[name or first].compute.peak_flop_s
        for n, name in zip(count, fleet.shell_satellite_type, strict=True)
    ]
    return math.fsum([*orbit, *(site.peak_flop_s for site in sites)])


def _sample_rows(sample: int | list[int], n_satellite: int) -> np.ndarray:
    """Return the rows whose every step is stored: those named, or as many, spread evenly over all rows."""
    if isinstance(sample, list):
        if sample and sample[-1] >= n_satellite:
            limit = f"the fleet has rows 0 to {n_satellite - 1}"
            what = f"there is no satellite in row {sample[-1]}"
            raise ScenarioError(Problem(what, "output.sample", sample[-1], limit=limit, cure="name rows of the fleet"))
        return np.array(sample, np.int64)
    count = min(sample, n_satellite)
    return (2 * np.arange(count, dtype=np.int64) + 1) * n_satellite // (2 * max(count, 1))
