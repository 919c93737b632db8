"""What a run leaves, by the names of the catalogue: a window's rows, satellites' totals, totals of the run.

`run` is a `simulate.Simulation`: it holds the nodes, the queues and what the last window did.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..catalogue import QUANTILES, VARIABLES
from ..constants import EARTH_RADIUS_M
from ..kernels.contacts import MILLISECONDS, N_BIN
from ..kernels.first_token import REQUEST_QUANTA
from ..kernels.records import Health
from ..kernels.supply import WORK_QUANTUM_FLOP
from ..model.air import ACTIVITY
from ..model.binding import RESOURCES, binding_share
from ..model.first_token import HOURS
from ..model.fleet import from_tiles
from ..model.laser_flow import CUT_PLACES
from ..model.network import fibre_round_trip_s
from ..model.queues import DROP_REASONS
from ..model.radiation import KINDS
from ..model.routes import nearest_gateways
from ..model.tariff import tariff_rows
from .training_rows import training_coordinates, training_totals, training_window

FLOP_IN_PFLOP = 1e15


def window_rows(run) -> dict[str, Any]:
    """Return the rows of the window that a run has just marched (`catalogue.VARIABLES`)."""
    return {
        **_orbit_rows(run),
        **_site_rows(run),
        **_work_rows(run),
        **_market_rows(run),
        **_gateway_rows(run),
        **_radiation_rows(run),
        **({} if run.training is None else training_window(run.training_credit)),
        **_laser_rows(run),
        **_trace_rows(run),
        **_session_rows(run),
    }


def _session_rows(run) -> dict[str, Any]:
    if run.sessions is None:
        return {}
    found, mine = run.session_window, session_classes(run.model)
    return {
        "sessions_resident": found.resident[mine],
        "session_byte": found.resident_byte[mine],
        "session_orbit_byte": found.orbit_byte[mine],
        "sessions_moved": found.moved[mine],
        "session_moved_bit": found.moved_bit[mine],
        "session_pause_s": found.pause_s[mine],
        "session_site_byte": found.site_byte[mine],
    }


def session_classes(model) -> list[int]:
    """Return the classes whose sessions are followed."""
    return [k for k, spec in enumerate(model.sessions) if spec is not None]


def _trace_rows(run) -> dict[str, Any]:
    if run.traces is None:
        return {}
    arrivals = run.traces.arrivals
    tokens = np.where([spec.file.counts_tokens for spec in run.traces.specs], arrivals.by_trace[:, 1:].T, 0)
    return {
        "trace_requests": arrivals.by_trace[:, 0],
        "trace_tokens_in": tokens[0],
        "trace_tokens_out": tokens[1],
        "trace_flop": arrivals.trace_flop,
    }


def _radiation_rows(run) -> dict[str, Any]:
    if run.soft_errors is None:
        return {}
    return {"soft_errors": run.soft_error_counts.events, "soft_error_rate": run.soft_errors.rate_per_s}


def _gateway_rows(run) -> dict[str, Any]:
    found, window_s = run.ground_window, run.model.clock.window_s
    if found is None:
        return {}
    linked = found.linked_s > 0.0
    return {
        "gateway_open": found.open_share,
        "gateway_in_view": found.in_view,
        "gateway_links": np.where(np.isnan(found.in_view), np.nan, found.linked_s / window_s),
        "gateway_link_rate_bit_s": np.divide(
            found.link_bit, found.linked_s, out=np.full(linked.size, np.nan), where=linked
        ),
        "gateway_changes": found.changes,
    }


def _gateway_totals(run) -> dict[str, Any]:
    if run.ground_links is None:
        return {}
    spec, network, workload = run.model.ground, run.network, run.model.workload
    ground_s = fibre_round_trip_s(network.spec, network.gateways, workload.regions)
    return {
        "gateway_open_expected": np.array(spec.sky.open_share),
        "gateway_antennas": np.array(spec.antennas, float),
        "gateway_serves": nearest_gateways(ground_s, network.spec.gateways_per_region).astype(np.int64),
    }


def _laser_rows(run) -> dict[str, Any]:
    if run.lasers is None:
        return {}
    lasers, network, window_s = run.lasers, run.network, run.model.clock.window_s
    cut = lasers.least_cut()
    by_shell = np.zeros(run.fleet.n_shell)
    by_shell[: cut.shell_bit.size] = cut.shell_bit
    by_arc = np.zeros(len(network.arc_names))
    by_arc[: network.n_gateway] = cut.gateway_bit
    return {
        "laser_loss": run.laser_loss,
        "laser_gap": lasers.carried.gap,
        "laser_want_bit": float(lasers.want_bit),
        "laser_carried_bit": float(lasers.carried.sent_bit.sum()),
        "laser_links_share": lasers.links.holding_share(),
        **lasers.use(),
        "ground_flow_bit_s": cut.whole_bit / window_s,
        "cut_bit_s": cut.place_bit / window_s,
        "cut_shell_bit_s": by_shell / window_s,
        "cut_gateway_bit_s": by_arc / window_s,
    }


def _orbit_rows(run) -> dict[str, Any]:
    fleet, window_s = run.fleet, run.model.clock.window_s
    sums = run.space.sums()
    count = np.bincount(fleet.shell, minlength=fleet.n_shell)
    mean_s = np.maximum(count, 1) * window_s
    heat_j = sums["load_j"] + sums["loss_j"] + sums["conditioning_j"] + sums["sink_j"]
    powers = {
        "array_power_w": sums["array_j"],
        "load_power_w": sums["load_j"],
        "compute_power_w": sums["compute_j"],
        "pump_power_w": sums["load_j"] - sums["compute_j"] - sums["bus_j"],
        "bus_power_w": sums["bus_j"],
        "charge_power_w": sums["charge_j"],
        "discharge_power_w": sums["drawn_j"],
        "battery_loss_power_w": sums["loss_j"],
        "conditioning_loss_power_w": sums["conditioning_j"],
        "curtailed_power_w": sums["curtailed_j"],
        "heat_in_w": heat_j,
        "sink_heat_w": sums["sink_j"],
        "radiated_heat_w": sums["radiated_j"],
    }
    return {
        **{name: energy_j / window_s for name, energy_j in powers.items()},
        "sunlit_fraction": sums["sunlit_s"] / mean_s,
        "throttled_fraction": sums["throttled_s"] / mean_s,
        "safe_mode_fraction": sums["safe_s"] / mean_s,
        "battery_energy_j": sums["battery_end_j"],
        "peak_flop": run.peak_flop_s * window_s,
        "working_flop": run.working_flop_s * window_s,
        "new_flop": sums["new_flop"],
        "power_limited_flop": sums["cool_flop"],
        "offered_flop": sums["offered_flop"],
        "reachable_flop": sums["reachable_flop"],
        "assigned_flop": sums["assigned_flop"],
        "executed_flop": sums["executed_flop"],
        **run.space.quantiles(QUANTILES),
        **run.space.sample(),
        "sample_assigned_flop": run.space.assigned_flop[run.space.sample_rows],
    }


def _site_rows(run) -> dict[str, Any]:
    sites, window, window_s = run.sites, run.site_window, run.model.clock.window_s
    feasible = run.assignment.programme.feasible[run.signature_key.size :].any(axis=1)
    powers = {
        "site_power_w": window.it_j + window.electrical_j + window.cooling_j,
        "site_it_power_w": window.it_j,
        "site_electrical_power_w": window.electrical_j,
        "site_cooling_power_w": window.cooling_j,
        "site_other_power_w": window.other_it_j,
        "grid_power_w": window.grid_j,
        "turbine_power_w": window.turbine_j,
        "site_charge_power_w": window.charge_j,
        "site_discharge_power_w": window.discharge_j,
        "site_battery_power_w": window.discharge_j - window.charge_j,
        "site_battery_loss_power_w": window.loss_j,
        "site_short_power_w": window.short_j,
    }
    return {
        **{name: energy_j / window_s for name, energy_j in powers.items()},
        **tariff_rows(run.model.sites, run.model.clock, run.window),
        "pue": window.pue,
        "site_state_of_charge": sites.state_of_charge(),
        "outside_temperature_k": window.outside_k,
        "site_water_m3": window.water_l * 1e-3,
        "site_peak_flop": sites.peak_flop_s * window_s,
        "site_working_flop": sites.peak_flop_s * sites.held(run.window) * window_s,
        "site_held_share": sites.held(run.window),
        "site_power_limited_flop": run.site_offer_flop,
        "site_offered_flop": run.site_offer_flop,
        "site_reachable_flop": np.where(feasible, run.site_offer_flop, 0.0),
        "site_assigned_flop": run.site_assigned_flop,
        "site_executed_flop": window.executed_flop,
        "site_credited_flop": np.bincount(
            run.network.routes.arc[run.of_site] - run.network.n_gateway,
            run.credit.credited_flop[run.of_site],
            sites.n_site,
        ),
    }


def _work_rows(run) -> dict[str, Any]:
    workload, queues, network = run.model.workload, run.queues, run.network
    shape = (workload.n_class, workload.n_region)
    credit, orbit, ground = run.credit, ~run.of_site, run.of_site

    def by_class(route_flop: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        return np.bincount(network.routes.job_class[chosen], route_flop[chosen], workload.n_class)

    return {
        "arrived": run.arrived,
        "served": run.served.reshape(shape),
        "served_in_time": run.in_time.reshape(shape),
        "queued": queues.queued().reshape(shape),
        "overdue": queues.overdue().reshape(shape),
        "dropped": run.drops.dropped.reshape(shape),
        "answered_in_time": run.service.by_pair(run.service.in_time, run.in_time.reshape(shape)),
        **_service_rows(run, shape),
        "under_way_flop": queues.under_way_flop.reshape(shape),
        "executed_orbit_flop": by_class(run.route_executed_flop, orbit),
        "executed_site_flop": by_class(run.route_executed_flop, ground),
        "credited_orbit_flop": by_class(credit.credited_flop, orbit),
        "credited_site_flop": by_class(credit.credited_flop, ground),
        "repeated_flop": by_class(credit.repeated_flop, orbit | ground),
        "corrupted_flop": by_class(credit.corrupted_flop, orbit | ground),
    }


def _service_rows(run, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    if not run.service.timed.size:
        return {}
    return {"service_utilisation": run.service.by_pair(run.service.utilisation, np.full(shape, np.nan))}


def _market_rows(run) -> dict[str, Any]:
    assignment, network = run.assignment, run.network
    n_orbit = run.signature_key.size
    n_design = len(run.model.satellite_types)  # a network's type may be a design with an ability (model.training)
    kind = np.concatenate([network.key_type(run.signature_key) % n_design, n_design + np.arange(network.n_site)])
    price = np.zeros(n_design + network.n_site)
    np.maximum.at(price, kind, assignment.supply_price)
    audit = run.space_audit
    site_residual = run.site_window.residuals()
    energy, energy_row = audit["energy"]
    if site_residual.size and site_residual.max() > energy:
        energy = float(site_residual.max())
        energy_row = run.fleet.n_satellite + int(site_residual.argmax())
    requests = run.queues.residual_requests()
    return {
        "binding_share": binding_share(network, assignment),
        "supply_price": price * FLOP_IN_PFLOP,
        "arc_price": assignment.arc_price,
        "arc_use_bit": assignment.arc_use_bit,
        "arc_capacity_bit": assignment.programme.arc_capacity_bit,
        "dispatch_objective": assignment.objective,
        "dispatch_bound": assignment.bound,
        "dispatch_gap": assignment.gap,
        "merging_loss": run.merging_loss,
        "signatures": n_orbit + network.n_site,
        "energy_residual": energy,
        "energy_residual_row": energy_row,
        "heat_residual": audit["heat"][0],
        "heat_residual_row": audit["heat"][1],
        "work_residual": run.work_residual(),
        "flow_residual": run.flow_residual,
        "temperature_margin_k": audit["temperature_margin_k"][0],
        "temperature_margin_row": audit["temperature_margin_k"][1],
        "charge_margin": audit["charge_margin"][0],
        "charge_margin_row": audit["charge_margin"][1],
        "requests_residual": int(requests[np.abs(requests).argmax()]),
        "requests_residual_queue": int(np.abs(requests).argmax()),
    }


def day_rows(run) -> dict[str, np.ndarray]:
    """Return the rows of the day that a run has just begun."""
    rows = run.health.day_rows()
    if run.air_day is not None:
        day = run.air_day._asdict()
        rows |= {name if name in VARIABLES else f"air_{name}": values for name, values in day.items()}
    return rows


def satellite_columns(run) -> dict[str, np.ndarray]:
    """Return the totals of each satellite, by the names of the catalogue."""
    fleet = run.fleet
    kind = fleet.arrays.type_index[: fleet.n_satellite]
    peak = np.array([h.peak_flop_s for h in fleet.hardware])[kind] * run.model.clock.simulated_s
    health = {name: from_tiles(fleet.arrays.health, k, fleet.n_satellite) for k, name in enumerate(Health._fields)}
    capacity = np.array([h.capacity_j for h in fleet.hardware])[kind] * health["battery"]
    fates = {} if run.health is None else {
        "satellite_devices_lost": run.health.fates.devices,
        "satellite_fate": run.health.fates.cause,
    }  # fmt: skip
    direct = {
        "satellite_offered_flop": "offered_flop",
        "satellite_assigned_flop": "assigned_flop",
        "satellite_executed_flop": "executed_flop",
        "satellite_sunlit_s": "sunlit_s",
        "satellite_array_j": "array_j",
        "satellite_load_j": "load_j",
        "satellite_compute_j": "compute_j",
        "satellite_curtailed_j": "curtailed_j",
        "satellite_radiated_j": "radiated_j",
        "satellite_throttled_s": "throttled_s",
        "satellite_safe_s": "safe_s",
        "satellite_chip_max_k": "chip_max_k",
    }
    return {
        "satellite_peak_flop": peak,
        **{name: fleet.state_of(quantity) for name, quantity in direct.items()},
        "satellite_soc_min": fleet.state_of("battery_min_j") / capacity,
        "satellite_compute_left": health["compute"],
        "satellite_array_left": health["array"],
        "satellite_battery_left": health["battery"],
        **fates,
    }


def totals(run) -> dict[str, np.ndarray]:
    """Return what belongs to the whole run: drops by reason, requests by round trip."""
    workload = run.model.workload
    shape = (len(DROP_REASONS), workload.n_class, workload.n_region)
    air = {} if run.air_outlook is None else {
        "drag_delta_v_m_s": run.air_outlook.delta_v_m_s,
        "drag_propellant_kg": run.air_outlook.propellant_kg,
        "lifetime_s": run.air_outlook.lifetime_s,
    }  # fmt: skip
    return {
        **air,
        **run.leases.rows(),
        **_gateway_totals(run),
        **({} if run.training is None else training_totals(run.training)),
        "drop_reason": run.queues.dropped.reshape(shape).sum(axis=2),
        **_service_totals(run),
    }


def _service_totals(run) -> dict[str, np.ndarray]:
    """Return requests by round trip and by the time to their first token."""
    service, workload = run.service, run.model.workload
    trips = np.zeros((workload.n_class, workload.n_region, N_BIN))
    trips[service.job_class, service.region] = service.round_trip_quanta
    trips *= (WORK_QUANTUM_FLOP / workload.flop_per_request)[:, None, None]
    by_class = np.zeros((workload.n_class, N_BIN), dtype=np.int64)
    np.add.at(by_class, service.job_class, service.round_trip_quanta)
    counts = {
        "round_trip_count": by_class * (WORK_QUANTUM_FLOP / workload.flop_per_request)[:, None],
        "round_trip_region_count": trips,
    }
    if service.timed.size:
        rows = service.timed
        first = np.zeros((workload.n_class, workload.n_region, HOURS, service.edge_s.size))
        first[service.job_class[rows], service.region[rows]] = service.quanta / REQUEST_QUANTA
        counts["ttft_count"] = first
    return counts


def coordinates(run) -> dict[str, Any]:
    """Return the coordinates of the dataset."""
    model, clock, fleet = run.model, run.model.clock, run.fleet
    edges_s = np.arange(N_BIN) / MILLISECONDS
    step_ns = np.round(clock.step_end_s() * 1e9).astype(np.int64).astype("timedelta64[ns]")
    start = np.datetime64(clock.start.replace(tzinfo=None), "ns")
    types = list(model.satellite_types)
    constellation = model.constellation
    return {
        "time": clock.window_times(),
        "sample_time": start + step_ns,
        "shell": constellation.shell_names,
        "shell_satellites": np.bincount(fleet.shell, minlength=fleet.n_shell),
        "shell_satellite_type": [types[k] for k in fleet.shell_type],
        "shell_altitude_m": fleet.shell_mean(constellation.semi_major_axis_m) - EARTH_RADIUS_M,
        "shell_inclination_deg": np.degrees(fleet.shell_mean(constellation.inclination_rad)),
        "shell_compute_power_w": _compute_power_w(run),
        "quantile": QUANTILES,
        "site": run.sites.names,
        "job_class": model.workload.class_names,
        "flop_per_request": model.workload.flop_per_request,
        "class_value": model.workload.value_per_flop,
        "class_tokens": [job.tokens_in + job.tokens_out for job in model.workload.classes],
        "class_slo_wait_s": model.workload.slo_wait_s,
        **_gateway_axes(run),
        "class_ttft_limit_s": [job.ttft_limit_s for job in model.workload.classes],
        "class_tokens_out": [job.tokens_out for job in model.workload.classes],
        "hour": np.arange(HOURS) if run.service.timed.size else [],
        "ttft_bin": run.service.edge_s if run.service.timed.size else [],
        "ttft_bin_upper_s": np.append(run.service.edge_s[1:], np.inf) if run.service.timed.size else [],
        "session_class": [model.workload.class_names[k] for k in session_classes(model)],
        "session_context_byte": [] if run.sessions is None else run.sessions.context_byte[session_classes(model)],
        "trace": [spec.name for spec in model.traces],
        "lease": [lease.site for lease in model.leases],
        "region": model.workload.region_names,
        "reason": DROP_REASONS,
        **training_coordinates(run.training),
        "day": clock.day_times() if run.health is not None else [],
        "error_kind": KINDS if run.soft_errors is not None else [],
        "solar_activity": ACTIVITY if run.air is not None else [],
        "node_group": [*types, *run.sites.names],
        "arc": run.network.arc_names,
        "resource": RESOURCES,
        "cut_place": CUT_PLACES if run.lasers is not None else [],
        "rtt_bin": edges_s,
        "rtt_bin_upper_s": np.append(edges_s[1:], np.inf),
        "satellite": np.arange(fleet.n_satellite),
        "catalog_number": constellation.catalog_number,
        "satellite_shell": constellation.shell,
        "satellite_plane": constellation.plane,
        "satellite_slot": constellation.slot,
        "sample": np.arange(model.sample_rows.size),
        "sample_satellite": model.sample_rows,
    }


def _gateway_axes(run) -> dict[str, Any]:
    gateways = [] if run.ground_links is None else run.network.gateways
    return {
        "gateway": [one.name for one in gateways],
        "gateway_latitude_deg": np.array([one.latitude_deg for one in gateways], float),
        "gateway_longitude_deg": np.array([one.longitude_deg for one in gateways], float),
    }


def _compute_power_w(run) -> np.ndarray:
    """Return the compute power of each shell's satellites at full load, as launched: float64[n_shell]."""
    fleet = run.fleet
    designs = [fleet.types[k].compute for k in fleet.shell_type]
    of_one_w = [one.count * one.device_power_w * one.server_overhead for one in designs]
    return np.bincount(fleet.shell, minlength=fleet.n_shell) * np.array(of_one_w)
