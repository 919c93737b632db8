"""The window loop: the one place that knows the order of the stages.

In a window every node offers work; dispatch turns offers and queues into assigned work; where a day begins, satellites
fail and age; satellites and sites execute what is left; what was executed and need not be repeated serves requests,
oldest first, and the rest stays in its queue; then the ledgers are audited and the window is recorded.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .errors import AuditError, Problem, ScenarioError
from .kernels.health import ALIVE
from .kernels.supply import WORK_QUANTUM_FLOP
from .model.air import AirDay, FleetAir
from .model.clock import DAY_S
from .model.credit import Crediting, no_toll
from .model.dispatch import Assignment
from .model.energy_cost import site_cost
from .model.first_token import FirstToken
from .model.fleet import Fleet
from .model.flow_audit import check_flows
from .model.frames import instants_after, teme_to_itrs
from .model.ground_links import GroundLinks, GroundWindow
from .model.health import FleetHealth
from .model.laser_spec import LaserLimits
from .model.lasers import Lasers
from .model.lease_watch import LeaseWatch
from .model.network import Network, Uplink
from .model.offers import build_programme, order_of_use, round_trip_mix, site_round_trip_quanta
from .model.outages import arc_available
from .model.own_limits import OwnLimits
from .model.queues import Queues
from .model.radiation_watch import RadiationWatch
from .model.serving import largest_offer_flop, own_limits, serves, site_memory_byte, type_memory_byte
from .model.sessions import Sessions, SessionWindow
from .model.site import Sites
from .model.soft_errors import SoftErrorCounts
from .model.space import SpaceSegment
from .model.threads import n_processor
from .model.trace import Traces
from .model.trace_queues import TraceQueues
from .model.training import Training, TrainingCredit
from .scenario.build import Model
from .store.rows import day_rows, window_rows

STAGES = ("offer", "dispatch", "health", "march", "record")
WORK_LIMIT = 1e-9  # executed by nodes against credited to queues, relative


class Simulation:
    """A run in the making: its nodes, queues and ledgers, moved on a window at a time.

    `step()` does a whole window. The stages may be called one by one, in the order in which `step` calls them.
    """

    def __init__(self, model: Model, *, threads: int | None = None):
        self.model = model
        clock = model.clock
        self.fleet = Fleet(model.constellation, model.satellite_types, step_s=clock.step_s)
        count = np.bincount(self.fleet.shell, minlength=self.fleet.n_shell)
        kinds = [self.fleet.hardware[k] for k in self.fleet.shell_type]
        self.peak_flop_s = count * np.array([one.peak_flop_s for one in kinds])  # of each shell, as launched
        laws, constellation = model.health, model.constellation
        self.health = None if laws.fleet is None else FleetHealth(
            laws.fleet, self.fleet, clock, constellation, model.seed
        )  # fmt: skip
        self.air = None if laws.air is None else FleetAir(laws.air, constellation, model.satellite_types)
        self.air_outlook = None if self.air is None else self.air.outlook()
        self.air_day: AirDay | None = None
        self.day = -1
        self.day_rows: dict[str, Any] | None = None  # of a day that begins in the window
        self.working_flop_s = self._left_flop_s = self._working()
        self.threads = threads or n_processor()
        self.space = SpaceSegment(
            self.fleet, model.constellation, clock, threads=self.threads, sample_rows=model.sample_rows,
            events=model.events, health=self.health,
        )  # fmt: skip
        self.sites = Sites(model.sites, clock)
        workload = model.workload
        self.soft_errors = None if laws.radiation is None else RadiationWatch(
            laws.radiation, self.fleet, constellation, clock, seed=model.seed, storms=model.outages.storms,
        )  # fmt: skip
        self.training = None if model.training is None else Training(
            model.training, self.fleet, constellation, self.sites,
            [sum(group.count for group in site.devices) for site in model.sites], workload.class_names, clock,
            None if self.soft_errors is None else self.soft_errors.errors, model.outages.storms,
        )  # fmt: skip
        type_serves = serves(type_memory_byte(model.satellite_types), workload.classes)
        site_serves = serves(site_memory_byte(model.sites), workload.classes)
        if self.training is not None:
            of_cluster = self.training.type_serves()
            type_serves = of_cluster & np.tile(type_serves, (len(of_cluster) // len(type_serves), 1))
            site_serves &= self.training.site_serves()
        self.network = Network.build(
            model.network,
            model.gateways,
            workload.regions,
            [Uplink(site.name, site.latitude_deg, site.longitude_deg, site.uplink_bit_s) for site in model.sites],
            orbit_radius_m=self.fleet.orbit_radius_m,
            rtt_limit_s=workload.rtt_limit_s,
            type_serves=type_serves,
            site_serves=site_serves,
        )
        self.own = OwnLimits.of(
            self.network, own_limits(model.satellite_types, workload, clock.window_s),
            largest_offer_flop(model.satellite_types, clock.window_s),
        )  # fmt: skip
        if self.own is not None and self.training is not None:
            what = "terminals or memories that may bind are not divided among the members of a training cluster"
            cure = "leave out network.cluster, or terminal.rate and residence"
            raise ScenarioError(Problem(what, "network.cluster", cure=cure))
        self.ground_links = None if model.ground.plain else GroundLinks(
            model.ground, self.network, self.fleet, constellation, clock
        )  # fmt: skip
        self.ground_window: GroundWindow | None = None
        self.lasers = None if model.network.lasers is None else Lasers(
            model.network.lasers, self.fleet, constellation, clock, self.network, events=model.events,
            laser_events=model.laser_events, health=self.health, n_laser=model.laser_count, seed=model.seed,
        )  # fmt: skip
        self.traces = Traces(model.traces, workload.n_class, clock) if model.traces else None
        self.queues = Queues(workload, clock) if self.traces is None else TraceQueues(workload, clock, self.traces)
        self.sessions = None if not any(model.sessions) else Sessions(
            model.sessions, workload, clock, n_row=self.fleet.n_row, n_site=self.sites.n_site,
            n_arc=len(self.network.arcs),
        )  # fmt: skip
        self.session_window: SessionWindow | None = None
        self._left_by_moves: np.ndarray | None = None
        self.of_site = self.network.routes.arc >= self.network.n_gateway  # bool[n_route]
        self.crediting = Crediting(
            model.health.gangs, workload.class_names, self.network.routes.job_class, self.of_site
        )
        if self.training is not None:
            self.training.lay(self.network.routes, self.network.n_gateway)
        self.training_credit: TrainingCredit | None = None
        self.soft_error_counts: SoftErrorCounts | None = None
        self.order = order_of_use([site.used_first for site in model.sites], self.network.n_type)
        self.leases = LeaseWatch(model.leases, self.sites, workload, clock, self.network.n_gateway)
        self.window = 0
        self.service = FirstToken(workload, clock)
        self.durations_s = dict.fromkeys(STAGES, 0.0)

    @property
    def done(self) -> bool:
        """Whether all windows are through."""
        return self.window >= self.model.clock.n_window

    def step(self, beside: Callable[[], object] | None = None) -> dict[str, Any]:
        """Move one window on, audit it, and return its rows of the catalogue.

        `beside` is called while the satellites plan: for what has nothing to do with the window.
        """
        marks = [time.perf_counter()]
        self.offer(beside)
        marks.append(time.perf_counter())
        self.dispatch()
        marks.append(time.perf_counter())
        self.age()
        marks.append(time.perf_counter())
        self.march()
        marks.append(time.perf_counter())
        self.audit()
        rows = window_rows(self)
        marks.append(time.perf_counter())
        for name, start, end in zip(STAGES, marks[:-1], marks[1:], strict=True):
            self.durations_s[name] += end - start
        self.window += 1
        return rows

    def offer(self, beside: Callable[[], object] | None = None) -> None:
        """Let every node offer work for the window; `beside` is called while the satellites do."""

        def ground() -> None:
            self._ground_offer()
            if beside is not None:
                beside()

        self.working_flop_s = self._left_flop_s
        self.space.prepare(self.window, ground)
        join = None if self.training is None else self.training.join
        merged = self.space.merge(self.network, self.gateway_unit, join, self.own)
        if self.lasers is not None:
            merged = self.lasers.look(self.window, self.space, *merged)
        self.signature_key, self.supply_flop = merged
        if self.ground_links is not None:
            self.ground_window = self.ground_links.window(self.window, self.space, self.gateway_unit)

    def _ground_offer(self) -> None:
        """Let the sites offer, turn the gateways to where they are, and count the requests that arrive."""
        clock = self.model.clock
        self.site_offer_flop = self.sites.offer_flop(self.window)
        self.arrived = self.model.workload.arrivals(self.window)
        if self.traces is not None:
            self.arrived += self.traces.arrive(self.window).requests
        middle_s = clock.window_start_s(self.window) + (clock.steps_per_window // 2 + 0.5) * clock.step_s
        matrix = teme_to_itrs(instants_after(clock.start, middle_s))[0]
        self.gateway_unit = self.network.gateway_unit_teme(matrix)
        self.sidereal_rad = math.atan2(matrix[0, 1], matrix[0, 0])  # but for the pole's motion, 1e-6

    def dispatch(self) -> None:
        """Turn offers and queues into assigned work, and give it back to the satellites.

        With lasers, work whose bits they cannot carry is taken back; where that is much, work is shared out once more,
        within what they carried.
        """
        self.members = None if self.own is None else self.space.members(self.signature_key.size)
        self.queues.arrive(self.window, self.arrived)
        self._let_sessions_move()
        self.laser_loss = 0.0
        if self.lasers is None:
            self.assignment: Assignment = self._assign(None)
            return
        limits = self.lasers.limits(
            bit_per_flop=self.queues.bit_per_flop(),
            demand_flop=self.queues.demand_flop(),
            available=self._arc_available(),
        )
        assignment = self._assign(limits)
        narrower = self.lasers.narrowed(limits, assignment, self.space)
        if narrower is not None:
            assignment = self._assign(narrower)
        whole_flop = float(assignment.signature_flop.sum())
        self.assignment, lost_flop = self.lasers.carry(assignment, self.space, self.window)
        self.laser_loss = lost_flop / whole_flop if whole_flop else 0.0

    def _assign(self, lasers: LaserLimits | None) -> Assignment:
        """Share out the work of the window, and give each satellite its part."""
        workload, clock = self.model.workload, self.model.clock
        programme = build_programme(
            self.network,
            signature_key=self.signature_key,
            supply_flop=self.supply_flop,
            site_offer_flop=self.site_offer_flop,
            demand_flop=self.queues.demand_flop(),
            value_per_flop=workload.value_per_flop,
            bit_per_flop=self.queues.bit_per_flop(),
            window_s=clock.window_s,
            arc_available=self._arc_available(),
            lasers=lasers,
            tier=workload.tier,
            site_cost=self._site_cost(),
            own=self.own,
            members=self.members,
            **self.order,
        )
        assignment = self.model.policy(programme, self.window)
        n_orbit = self.signature_key.size
        reachable = np.ascontiguousarray(programme.feasible[:n_orbit].any(axis=1))
        returned = self._give_back(assignment, reachable)
        self.site_assigned_flop = np.minimum(assignment.signature_flop[n_orbit:], self.site_offer_flop)
        placed = np.concatenate([returned, self.site_assigned_flop])
        assigned = float(assignment.signature_flop.sum())
        lost_flop = max(assignment.merging_loss_flop(placed), 0.0)  # below zero: rounded up to whole quanta
        self.merging_loss = lost_flop / assigned if assigned else 0.0
        return assignment

    def _give_back(self, assignment: Assignment, reachable: np.ndarray) -> np.ndarray:
        """Give assigned work back to the satellites, each within its own limits; return what was placed."""
        if self.own is None or self.members is None:
            return self.space.give_back(assignment.share[: reachable.size], reachable)
        kind = self.network.key_type(self.signature_key)
        way_back = self.own.way_back(assignment.programme, assignment.group_flop, kind, self.members)
        return self.space.give_back_by_limits(way_back, reachable)

    def _site_cost(self) -> np.ndarray | None:
        """Return what energy makes a FLOP of each site cost in this window; None where dispatch does not weigh it."""
        model = self.model
        return None if model.energy is None else site_cost(model.sites, model.energy, model.clock, self.window)

    def _let_sessions_move(self) -> None:
        """Let sessions that move over the ground take their part of each arc first."""
        if self.sessions is None:
            return
        self._left_by_moves = None
        share, capacity_bit = self._arc_available(), self.network.arc_capacity_bit(self.model.clock.window_s)
        self._left_by_moves = self.sessions.arc_share(capacity_bit if share is None else capacity_bit * share)

    def _arc_available(self) -> np.ndarray | None:
        """Return the share of each arc's capacity that is there in this window; None for all of it.

        Events take of it, and gateways have what their links and the sky leave.
        """
        outages, clock, found = self.model.outages.arcs, self.model.clock, self.ground_window
        if not outages and found is None and self._left_by_moves is None:
            return None
        middle_s = clock.window_start_s(self.window) + 0.5 * clock.window_s
        share = arc_available(outages, len(self.network.arcs), middle_s)
        if found is not None:
            share[: self.network.n_gateway] *= found.capacity_share
        return share if self._left_by_moves is None else share * self._left_by_moves

    def age(self) -> None:
        """Bring the fleet's health to the day that begins in this window, if one does: what fails was assigned work.

        Its work comes back to the queue, and from the next window on it offers nothing.
        """
        day = self.model.clock.day_begun(self.window)
        self.day_rows = None
        if day is None or self.health is None:
            return
        self.day = day
        start_s, length_s = self.model.clock.stretch(day)
        alive = self._alive()
        self.health.new_day(day, self.space.run, days=length_s / DAY_S)
        if self.air is not None:
            left = self._alive()
            self.air_day = self.air.new_day(start_s, length_s, left, alive - left)
        if self.soft_errors is not None:
            self.soft_errors.new_day(self.model.clock.day_start_s(day))
        self._left_flop_s = self._working()
        self.day_rows = day_rows(self)

    def _alive(self) -> np.ndarray:
        """Return the satellites of each shell that are not lost as a whole: int64[n_shell]."""
        assert self.health is not None
        alive = self.fleet.shell[self.health.fates.cause == ALIVE]
        return np.bincount(alive, minlength=self.fleet.n_shell)

    def _working(self) -> np.ndarray:
        """Return the rate of each shell's accelerators that work, at full power: float64[n_shell], FLOP/s."""
        if self.health is None:
            return self.peak_flop_s
        rows, designs = self.health.day_rows(), [self.fleet.types[k] for k in self.fleet.shell_type]
        device_flop_s = np.array([design.compute.peak_flop_s for design in designs])
        return rows["devices_working"] * rows["device_pace_share"] * device_flop_s

    def march(self) -> None:
        """Execute the assignments, and serve requests with what was executed."""
        self.node_executed_flop = self.space.march(self.signature_key.size, self._ground_march)
        executed = np.concatenate([self.node_executed_flop, self.site_window.executed_flop])
        self.route_executed_flop = self.assignment.executed_by_route(executed)
        if self.sessions is not None:
            done_flop = self.site_window.executed_flop
            self.session_window = self.sessions.see(self.window, self.space, self.assignment, done_flop)
        queues, programme = self.queues, self.assignment.programme
        self.in_time = queues.served_in_slo.copy()
        self.toll = no_toll(self.signature_key.size)
        if self.soft_errors is not None:
            struck = self.soft_errors.strike(self.window, self.space, self.node_executed_flop, self.sidereal_rad)
            self.soft_error_counts, self.toll = struck
        if self.training is not None:
            self.training_credit = self.training.see(
                self.window, self.space, self.assignment, executed, self.site_offer_flop, self.sidereal_rad
            )
        self.credit = self.crediting.credit(self.assignment, self.route_executed_flop, self.toll, self.training_credit)
        waiting = queues.by_age(self.service.demand[self.service.timed])
        self.served = queues.execute(programme.by_demand(self.credit.credited_flop))
        self.in_time = queues.served_in_slo - self.in_time
        self.drops = queues.drop(supplied=~programme.unreachable)
        if self.leases.leases:
            self._see_leases()
        self._see_service(waiting)

    def _see_service(self, waiting: np.ndarray) -> None:
        """Let round trips and first tokens be counted; `waiting` are the requests of `queues.by_age` before service."""
        service = self.service
        trips = self.space.round_trips(self.network, self.gateway_unit, self.mix, service.n_row)
        trips += site_round_trip_quanta(self.network, self.assignment.route_flop, service.of_demand)
        served = self.served[service.demand[service.timed]]
        service.see(self.window, self.network, self.assignment, trips, waiting, served)

    def _see_leases(self) -> None:
        """Let leases take in what sites did for each class, and what demand left of the arcs."""
        network, routes = self.network, self.network.routes
        place = (routes.arc - network.n_gateway) * network.n_class + routes.job_class
        work_flop = np.bincount(
            place[self.of_site], self.route_executed_flop[self.of_site], network.n_site * network.n_class
        )
        programme = self.assignment.programme
        n_arc = len(network.arcs)  # the lasers' own are no way out
        spare_bit = (programme.arc_capacity_bit - programme.by_arc(self.route_executed_flop))[:n_arc]
        self.leases.see(self.window, work_flop.reshape(network.n_site, network.n_class), spare_bit)

    def _ground_march(self) -> None:
        """Let the sites execute, and work out by which ways the assigned work of the satellites leaves."""
        self.site_window = self.sites.march(self.window, self.site_assigned_flop)
        self.mix = round_trip_mix(self.network, self.assignment, self.service.of_demand)

    def audit(self) -> None:
        """Raise AuditError if energy, heat, work or requests of the window do not close, or a limit is passed."""
        self.space_audit = self.space.audit()
        self.space.check(self.space_audit, self.window)
        self.site_window.audit(self.sites.names)
        self.queues.audit()
        self.flow_residual = check_flows(
            self.assignment, self.route_executed_flop, self.network.arc_names, self.window,
            rounding_flop=self.fleet.n_satellite * WORK_QUANTUM_FLOP,
        )  # fmt: skip
        residual = self.work_residual()
        if not residual <= WORK_LIMIT:
            where = f"dispatch, window {self.window}"
            message = f"{residual:.2e} of the work that nodes executed was neither credited nor repeated: {where}"
            raise AuditError(message, quantity="executed_flop", value=residual, limit=WORK_LIMIT, where=where)

    def work_residual(self) -> float:
        """Return how much of the work that nodes executed was neither credited to queues nor repeated, relative."""
        nodes = float(self.node_executed_flop.sum() + self.site_window.executed_flop.sum())
        accounted = float(self.credit.credited_flop.sum() + self.credit.repeated_flop.sum())
        return abs(nodes - accounted) / nodes if nodes else 0.0

    def _parts(self) -> dict[str, Any]:
        """Return by name all that keeps something from one window to the next, in the order of `restore`."""
        parts = {
            "fleet": self.fleet, "sites": self.sites, "queues": self.queues, "health": self.health, "air": self.air,
            "soft_errors": self.soft_errors, "leases": self.leases, "ground_links": self.ground_links,
            "service": self.service,
            "training": self.training, "lasers": self.lasers, "sessions": self.sessions,
        }  # fmt: skip
        return {name: part for name, part in parts.items() if part is not None}

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the windows to come need, by name, between two windows; arrays are the run's own."""
        found = {f"{name}/{key}": kept for name, part in self._parts().items() for key, kept in part.state().items()}
        own = {"window": np.array(self.window), "day": np.array(self.day)}
        return found | {f"run/{key}": kept for key, kept in own.items()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave, in a run of the same model."""
        for name, part in self._parts().items():
            part.restore({key.partition("/")[2]: kept for key, kept in state.items() if key.startswith(f"{name}/")})
        self.window, self.day = int(state["run/window"]), int(state["run/day"])
        self._left_flop_s = self._working()

    def close(self) -> None:
        """End the threads."""
        self.space.close()
