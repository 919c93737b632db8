"""Small cases against perfect foresight: the whole-horizon optimum beside what the engine and greedy reach."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Problem, ScenarioError
from ..kernels.march import STATE_FIELDS
from ..kernels.records import Hardware
from ..kernels.sites import SitePlant, total_power_w
from ..model.policy.fair import Fair
from ..model.power_pieces import Pieces, always_on, cut_to, may_go_dark, switchable
from ..model.reference import (
    Horizon,
    HorizonOptimum,
    HorizonSatellites,
    HorizonSites,
    HorizonWindow,
    Segments,
    Storage,
    refuse_if_too_large,
    solve_horizon,
)
from ..model.serving import largest_offer_flop, own_limits
from ..physics.thermal import steady_cap_w
from ..scenario.build import Model, build
from ..scenario.load import Scenario, load_scenario
from ..simulate import Simulation

SHORTEST = 1e-6  # of a window: light or dark below it is rounding


@dataclass(frozen=True)
class Reference:
    """What perfect foresight reaches, beside a run of the engine on the same case; worth in units of value."""

    optimum: HorizonOptimum
    class_names: list[str]
    region_names: list[str]
    run_value: float  # of what the run executed
    bound_value: float  # the certificate's bound, summed over the windows of the run
    run_served_flop: np.ndarray  # float64[n_window, n_demand]
    offered_flop: float
    executed_flop: float

    @property
    def value(self) -> float:
        """Worth of the optimum."""
        return self.optimum.value

    @property
    def served_flop(self) -> dict[str, float]:
        """Work of the optimum by class [FLOP]."""
        by_class = self.optimum.served_flop.sum(axis=0).reshape(len(self.class_names), -1).sum(axis=1)
        return dict(zip(self.class_names, by_class.tolist(), strict=True))

    @property
    def loss(self) -> float:
        """Share of the optimum's worth that the run did not reach."""
        return 1.0 - self.run_value / self.value if self.value > 0.0 else 0.0


def reference_dispatch(scenario: Scenario | Mapping[str, Any] | str | os.PathLike[str]) -> Reference:
    """Return the optimum of a small case over its whole horizon, with perfect foresight, and the engine's own run.

    The engine runs first: its light, array power, reach, arcs and arrivals are the programme's, so only decisions
    differ. What is not linear is relaxed (`model.reference`); the state of charge ends no lower than the run's.

    Raises
    ------
    ScenarioError
        The case is too large (`model.reference.LARGEST`), has health on, whose failures follow the load, or traces.
    ModelError
        HiGHS ends without an optimum.
    """
    checked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    model = build(checked)
    if model.health.fleet is not None:
        what = "the whole horizon is solved without failures and ageing"
        raise ScenarioError(Problem(what, "health", cure="write health: none"))
    if model.traces:
        what = "the whole horizon is solved for requests of one size a class"
        raise ScenarioError(Problem(what, "workload.traces", cure="take them away"))
    clock, workload = model.clock, model.workload
    _refuse_other_goals(model)
    n_satellite = model.constellation.n_satellite
    refuse_if_too_large(
        satellites=n_satellite, windows=clock.n_window, demands=workload.n_class * workload.n_region,
        window_s=clock.window_s,
    )  # fmt: skip
    simulation = Simulation(build(checked.replace({"output.sample": list(range(n_satellite))})), threads=1)
    try:
        return _referred(simulation)
    finally:
        simulation.close()


def _refuse_other_goals(model: Model) -> None:
    """Raise ScenarioError for what dispatch may weigh or keep and the whole horizon's programme does not hold."""
    window_s = model.clock.window_s
    limits = own_limits(model.satellite_types, model.workload, window_s)
    largest = largest_offer_flop(model.satellite_types, window_s)
    narrow = any((limit.amount < limit.use.max(initial=0.0) * largest).any() for limit in limits)
    for given, path, cure in (
        (narrow, "satellite.terminal", "leave out terminal.rate and residence, or widen them until they cannot bind"),
        (np.unique(model.workload.tier).size > 1, "workload.classes", "put all classes in one tier"),
        (isinstance(model.policy, Fair), "policy.fairness", "leave it out"),
        (model.energy is not None, "policy.energy", "leave it out"),
    ):
        if given:
            raise ScenarioError(Problem("the whole horizon is solved without it", path, cure=cure))


def run_value(scenario: Scenario | Mapping[str, Any] | str | os.PathLike[str]) -> float:
    """Return the worth of what a run executes, each FLOP by the value of its class."""
    simulation = Simulation(build(scenario if isinstance(scenario, Scenario) else load_scenario(scenario)), threads=1)
    value = np.repeat(simulation.model.workload.value_per_flop, simulation.model.workload.n_region)
    total = 0.0
    try:
        while not simulation.done:
            simulation.step()
            programme = simulation.assignment.programme
            total += float((programme.by_demand(simulation.credit.credited_flop) * value).sum())
    finally:
        simulation.close()
    return total


def _referred(simulation: Simulation) -> Reference:
    """Run a simulation to its end, and solve what it has seen as one programme."""
    clock, workload = simulation.model.clock, simulation.model.workload
    states = [_states(simulation)]
    site_states = [simulation.sites.stored[:, 0].copy()]
    seen, windows, served, bound, peaks, sources, curves, offered = ([] for _ in range(8))
    value = np.repeat(workload.value_per_flop, workload.n_region)
    while not simulation.done:
        simulation.step()
        programme = simulation.assignment.programme
        n_orbit = simulation.signature_key.size
        windows.append(
            HorizonWindow(
                feasible=np.concatenate([programme.feasible[simulation.space.signature[: simulation.fleet.n_satellite]],
                                         programme.feasible[n_orbit:]]),
                route_open=programme.route_open,
                arc_capacity_bit=programme.arc_capacity_bit,
                arrived_flop=simulation.queues.arriving_flop,
            )
        )  # fmt: skip
        served.append(programme.by_demand(simulation.credit.credited_flop))
        bound.append(simulation.assignment.bound)
        offered.append(float(programme.supply_flop.sum()))
        seen.append(simulation.space.sample())
        states.append(_states(simulation))
        site_states.append(simulation.sites.stored[:, 0].copy())
        peak_flop_s, source_w, curve = _site_window(simulation, simulation.window - 1)
        peaks.append(peak_flop_s)
        sources.append(source_w)
        curves.append(curve)
    n_site = simulation.sites.n_site
    routes = simulation.network.routes
    last = simulation.assignment.programme
    horizon = Horizon(
        window_s=clock.window_s,
        satellites=_satellites(simulation, seen, states),
        sites=HorizonSites(
            storage=_site_storage(simulation, site_states),
            peak_flop_s=np.array(peaks).reshape(clock.n_window, n_site).T,
            source_w=np.array(sources).reshape(clock.n_window, n_site).T,
            curves=[[row[j] for row in curves] for j in range(n_site)],
        ),
        windows=windows,
        value=value,
        last_age=np.repeat(np.floor(workload.wait_limit_s / clock.window_s + 1e-9), workload.n_region),
        route_group=routes.group,
        route_demand=routes.demand,
        arc_route=last.arc_route,
        arc_index=last.arc_index,
        arc_bit_per_flop=last.arc_bit_per_flop,
    )
    run_served = np.array(served)
    return Reference(
        optimum=solve_horizon(horizon),
        class_names=workload.class_names,
        region_names=workload.region_names,
        run_value=float((run_served * value).sum()),
        bound_value=float(sum(bound)),
        run_served_flop=run_served,
        offered_flop=float(sum(offered)),
        executed_flop=float(run_served.sum()),
    )


def _states(simulation: Simulation) -> dict[str, np.ndarray]:
    """Return the state of each satellite now, float64[n_satellite] by the names of STATE_FIELDS."""
    state = simulation.fleet.arrays.state
    rows = simulation.model.sample_rows
    return {name: state[rows // state.shape[2], k, rows % state.shape[2]].copy() for k, name in enumerate(STATE_FIELDS)}


def _satellites(simulation: Simulation, seen: list[dict], states: list[dict]) -> HorizonSatellites:
    """Return the satellites as the programme sees them: stretches of light and dark of the run, and their hardware."""
    clock, fleet = simulation.model.clock, simulation.fleet
    kind = fleet.arrays.type_index[simulation.model.sample_rows].astype(np.int64)
    table = {name: np.array([getattr(h, name) for h in fleet.hardware])[kind] for name in Hardware._fields}
    parts: list[tuple] = []
    for i in range(kind.size):
        h = fleet.hardware[kind[i]]
        for w, (sample, state) in enumerate(zip(seen, states, strict=False)):
            lit = sample["sample_sunlit"][:, i]
            light_s = float(lit.sum()) * clock.step_s
            dark_s = clock.window_s - light_s
            bus_w = float(sample["sample_bus_w"][:, i].mean())
            cap_w = min(_cap_w(h, state, i), h.full_w)
            power_w = sample["sample_compute_w"][:, i]
            array_w = float(sample["sample_array_w"][:, i].sum()) * clock.step_s / max(light_s, 1e-9)
            most_w = max(cap_w, float(power_w.max()))
            both = [(i, w, light_s, array_w, bus_w, most_w), (i, w, dark_s, 0.0, bus_w, most_w)]
            both = both if lit[0] >= lit[-1] else both[::-1]
            parts += [part for part in both if part[2] > SHORTEST * clock.window_s]
    rows = np.array(parts)
    return HorizonSatellites(
        segments=Segments(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), *rows[:, 2:].T),
        storage=Storage(
            start_j=states[0]["battery_j"],
            end_j=states[-1]["battery_j"],
            floor_j=np.minimum(table["design_floor_j"], np.min([state["battery_j"] for state in states], axis=0)),
            **{name: table[name] for name in ("capacity_j", "charge_limit_w", "discharge_limit_w", "taper_w_j",
                                              "charge_efficiency", "discharge_efficiency")},
        ),
        pump=table["pump"],
        peak_flop_s=table["peak_flop_s"],
        kind=kind,
        curves=[switchable(h.idle_w, h.span_w, h.exponent) for h in fleet.hardware],
    )  # fmt: skip


def _cap_w(h: Hardware, state: dict[str, np.ndarray], i: int) -> float:
    """Return the compute power that the radiator carries for ever, as the plan of the window has it."""
    array_w, sink_w = state["array_mean_w"][i], state["sink_mean_w"][i]
    usable_w = (h.full_w + h.bus_w) * h.pump + h.charge_limit_w
    fixed_w = h.pump * h.bus_w + sink_w + h.conditioning_loss * min(array_w, usable_w)
    per_watt = h.pump * h.inverse_discharge_efficiency
    return float(steady_cap_w(fixed_w, per_watt, h.emission_w_k4, h.chip_k_w, h.chip_limit_k + h.lift_k))


def _site_window(simulation: Simulation, w_window: int) -> tuple[np.ndarray, np.ndarray, list[Pieces]]:
    """Return peak rate, grid and turbine power of each site in a window, float64[n_site], and its power curve then."""
    plants, outside_k, grid_w, cooled = simulation.sites.conditions(w_window)
    source_w = np.array([float(grid_w[j].mean()) + plant.turbine_limit_w for j, plant in enumerate(plants)])
    curves = []
    for j, plant in enumerate(plants):
        whole = always_on(functools.partial(_mean_power_w, plant, outside_k[j]))
        curves.append(cut_to(may_go_dark(whole) if source_w[j] < whole.full_w else whole, float(cooled[j])))
    return np.array([plant.peak_flop_s for plant in plants]), source_w, curves


def _mean_power_w(plant: SitePlant, outside_k: np.ndarray, throughput: float) -> float:
    """Return the mean power of a site at a throughput, at temperatures float64[n_step]."""
    return sum(total_power_w(plant, throughput, air) for air in outside_k.tolist()) / outside_k.size


def _site_storage(simulation: Simulation, states: list[np.ndarray]) -> Storage:
    sites = simulation.sites
    plants, *_ = sites.conditions(0)

    def of(name: str) -> np.ndarray:
        return np.array([getattr(plant, name) for plant in plants], float)

    limit_w = of("battery_limit_w")
    return Storage(
        start_j=states[0],
        end_j=states[-1],
        floor_j=np.minimum(of("battery_floor_j"), np.min(states, axis=0)) if plants else limit_w,
        capacity_j=of("battery_capacity_j"),
        charge_limit_w=limit_w,
        discharge_limit_w=limit_w,
        taper_w_j=limit_w * of("inverse_taper") / np.maximum(of("battery_capacity_j"), 1e-9),
        charge_efficiency=of("charge_efficiency"),
        discharge_efficiency=of("discharge_efficiency"),
    )
