"""A made-up run whose numbers hang together, for tests of what people look at. Nothing here comes from the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from orbital_compute.analysis import waterfall
from orbital_compute.catalogue import QUANTILES, VARIABLES
from orbital_compute.results import Results

CLASSES = ["chat", "agent", "batch", "training"]
FLOP_PER_REQUEST = np.array([2e14, 4e15, 6e16, 5e19])
WINDOW_S, STEP_S = 300.0, 60.0
_CLASS_VALUES = {name: {"value": value} for name, value in zip(CLASSES, (8.0, 4.0, 2.0, 1.0), strict=True)}
PER_SHELL = 88
ERRORS = ("silent_corruption", "memory_error", "functional_interrupt")
SHAPE = np.array([-1.0, -0.7, -0.25, 0.0, 0.25, 0.7, 1.0])


def run(
    *, n_shell: int = 114, n_site: int = 2, n_window: int = 288, n_sample: int = 4, n_region: int = 12,
    n_gateway: int = 16, name: str = "made-up", start: str = "2026-06-21T00:00:00", warnings: list[str] | None = None,
) -> Results:  # fmt: skip
    """Return results with every variable of the catalogue, of the sizes asked for; none of sites without sites."""
    random = np.random.default_rng(1)
    time = np.datetime64(start, "ns") + np.arange(n_window) * np.timedelta64(int(WINDOW_S), "s")
    hour = (np.arange(n_window) + 0.5) * WINDOW_S / 3600.0
    sites = [f"Site {i}" for i in range(n_site)]
    groups = ["ai1", *sites]
    arcs = [f"gateway {i:02d}" for i in range(n_gateway)] + [f"uplink of {site}" for site in sites]
    arrays = {
        **_orbit(hour, n_shell), **_sites(hour, n_site), **_requests(hour, n_region, random),
        **_market(hour, len(groups), len(arcs)), **_sample(n_window, n_sample),
    }  # fmt: skip
    n_class = len(CLASSES)
    class_share = np.array([0.3, 0.3, 0.2, 0.2])
    for side, done in (("orbit", "executed_flop"), ("site", "site_executed_flop")):
        arrays[f"executed_{side}_flop"] = arrays[done].sum(axis=1)[:, None] * class_share
        arrays[f"credited_{side}_flop"] = arrays[f"executed_{side}_flop"] * np.array([1.0, 1.0, 0.99, 0.9])
    ways = ("executed_orbit_flop", "executed_site_flop", "credited_orbit_flop", "credited_site_flop")
    orbit, ground, orbit_left, ground_left = (arrays[name] for name in ways)
    arrays["repeated_flop"] = (orbit - orbit_left) + (ground - ground_left)
    arrays["corrupted_flop"] = 0.01 * orbit_left
    arrays["site_credited_flop"] = 0.978 * arrays["site_executed_flop"]
    for total, series, unit in _SATELLITE_TOTALS:
        arrays[total] = np.repeat(arrays[series].sum(axis=0) * unit / PER_SHELL, PER_SHELL)
    arrays["satellite_soc_min"] = np.full(n_shell * PER_SHELL, arrays["state_of_charge"].min())
    arrays["satellite_chip_max_k"] = np.full(n_shell * PER_SHELL, arrays["chip_temperature_k"].max())
    arrays["drop_reason"] = np.stack([arrays["dropped"].sum(axis=(0, 2)), np.zeros(n_class)])
    arrays["waterfall_orbit_flop"] = waterfall.orbit_flop(arrays)
    if n_site:
        arrays["waterfall_site_flop"] = waterfall.site_flop(arrays)
    low_s = np.append(np.linspace(0.0, 0.6, 301), 0.7)
    mid_s = low_s + 0.001
    arrays["round_trip_count"] = 1e6 * np.exp(-(((mid_s - np.array([[0.06], [0.1], [0.22], [0.25]])) / 0.04) ** 2))

    arrays |= _first_tokens(arrays, n_region)
    edge_s = np.append(np.geomspace(0.05, 50.0, 61), 100.0)
    trips = arrays["round_trip_count"][:, None, :] * np.ones((1, n_region, 1)) / n_region
    arrays["round_trip_region_count"] = trips

    coordinates: dict[str, Any] = {
        "hour": np.arange(24), "ttft_bin": edge_s, "ttft_bin_upper_s": np.append(edge_s[1:], np.inf),
        "class_ttft_limit_s": [1.0, 5.0, np.inf, np.inf], "class_tokens_out": [400.0, 2000.0, 1000.0, 0.0],
        "time": time, "quantile": np.array(QUANTILES),
        "shell": [f"group_{1 + i // 20}_shell_{1 + i % 20:02d}" for i in range(n_shell)],
        "shell_altitude_m": np.linspace(500e3, 2000e3, n_shell), "shell_inclination_deg": np.full(n_shell, 53.0),
        "shell_satellites": np.full(n_shell, PER_SHELL), "shell_satellite_type": ["ai1"] * n_shell, "site": sites,
        "job_class": CLASSES, "region": [f"Region {i}" for i in range(n_region)], "reason": ["waited too long", "lost"],
        "node_group": groups, "arc": arcs, "rtt_bin": low_s, "rtt_bin_upper_s": np.append(low_s[1:], np.inf),
        "satellite": np.arange(n_shell * PER_SHELL), "catalog_number": np.arange(n_shell * PER_SHELL),
        "satellite_shell": np.repeat(np.arange(n_shell), PER_SHELL), "satellite_plane": np.zeros(n_shell * PER_SHELL),
        "satellite_slot": np.tile(np.arange(PER_SHELL), n_shell), "stage": list(waterfall.STAGES),
        "sample": np.arange(n_sample), "sample_satellite": np.arange(n_sample) * 7,
        "sample_time": time[0] + (1 + np.arange(n_window * 5)) * np.timedelta64(int(STEP_S), "s"),
    }  # fmt: skip
    n_day = max(n_window // 288, 1)
    coordinates |= {
        "day": time[0] + np.arange(n_day) * np.timedelta64(1, "D"), "error_kind": list(ERRORS),
        "solar_activity": ["quiet", "mean", "active", "run"],
        "lease": [], "gateway": [], "gateway_latitude_deg": [], "gateway_longitude_deg": [],
        "gang": [], "gang_timing": [], "gang_place": [], "stop_cause": [],
        "resource": [], "cut_place": [],
        "trace": [], "session_class": [], "session_context_byte": [],
        "class_tokens": [1900.0] * len(CLASSES),
        "class_value": [8.0, 4.0, 2.0, 1.0][: len(CLASSES)], "class_slo_wait_s": [10.0] * len(CLASSES),
        "shell_compute_power_w": np.full(n_shell, 150e3 * PER_SHELL),
    }  # fmt: skip
    arrays |= _health(n_day, n_shell) | {"soft_errors": random.poisson(30.0, (n_window, n_shell, len(ERRORS)))}
    sizes = {name: len(values) for name, values in coordinates.items() if name in _DIMENSIONS}
    for variable in VARIABLES.values():
        if variable.name not in arrays and all(sizes[dim] for dim in variable.dims):
            arrays[variable.name] = 0.5 + 0.5 * random.random(variable.shape(sizes))
    if not n_site:
        arrays = {key: values for key, values in arrays.items() if "site" not in VARIABLES[key].dims}
    if not n_sample:
        arrays = {key: values for key, values in arrays.items() if "sample" not in VARIABLES[key].dims}
    manifest = {
        "scenario": {"name": name, "seed": 1, "workload": {"classes": _CLASS_VALUES}}, "seed": 1,
        "threads": 2, "warnings": warnings or [],
        "versions": {"orbital_compute": "0", "numpy": "2"}, "durations_s": {"march": 41.0, "dispatch": 12.0},
        "time": {"start": start, "step_s": STEP_S, "window_s": WINDOW_S, "n_step": n_window * 5},
        "provenance": [
            {"path": "satellite.radiator.area", "value": "110", "unit": "m2", "grade": "B",
             "source": "vendor disclosure", "date": "2026-06-08", "low": "90 m2", "high": ""},
            {"path": "satellite.thermal.chip_limit", "value": "358", "unit": "K", "grade": "C", "source": "model",
             "date": "", "low": "", "high": "368 K"},
        ],
    }  # fmt: skip
    return Results.from_arrays(arrays, coordinates, manifest)


_SATELLITE_TOTALS = (
    ("satellite_executed_flop", "executed_flop", 1.0),
    ("satellite_array_j", "array_power_w", WINDOW_S),
    ("satellite_load_j", "load_power_w", WINDOW_S),
)
_DIMENSIONS = {dim for variable in VARIABLES.values() for dim in variable.dims}


def _orbit(hour: np.ndarray, n_shell: int) -> dict[str, np.ndarray]:
    """Return the series by shell: half the shells near the terminator, half at 30 degrees."""
    polar = np.arange(n_shell) % 2 == 1
    height = np.linspace(0.0, 1.0, n_shell)
    lit = np.where(polar, 0.88 + 0.1 * height, 0.64 + 0.05 * height)
    sunlit = np.clip(lit + 0.03 * np.sin(hour[:, None] * 4 + np.arange(n_shell)), 0, 1)
    array = PER_SHELL * 150e3 * sunlit
    compute = PER_SHELL * 80e3 * (0.8 + 0.2 * np.cos((hour[:, None] - 15) * np.pi / 12)) * np.ones(n_shell)
    load = 1.08 * compute
    charge, discharge = 0.25 * array * (1 - sunlit), 0.23 * array * (1 - sunlit)
    done = compute * 1.39e12 * WINDOW_S
    band = SHAPE + 0.3 * np.sin(hour / 3.8)[:, None, None] + np.where(polar, 0.4, 0.0)[None, :, None]
    return {
        "sunlit_fraction": sunlit, "array_power_w": array, "load_power_w": load, "compute_power_w": compute,
        "charge_power_w": charge, "discharge_power_w": discharge,
        "curtailed_power_w": array + discharge - charge - load, "radiated_heat_w": 1.02 * load, "peak_flop": 1.9 * done,
        "working_flop": 1.86 * done, "new_flop": 1.55 * done, "power_limited_flop": 1.5 * done,
        "offered_flop": 1.4 * done, "reachable_flop": 1.35 * done,
        "assigned_flop": 1.01 * done, "executed_flop": done, "throttled_fraction": 0.02 * (1 - sunlit),
        "safe_mode_fraction": np.zeros_like(sunlit), "state_of_charge": np.clip(0.86 + 0.1 * band, 0, 1),
        "fluid_temperature_k": 318 + 9 * band, "chip_temperature_k": 338 + 11 * band,
    }  # fmt: skip


def _first_tokens(arrays: dict[str, np.ndarray], n_region: int) -> dict[str, np.ndarray]:
    """Return first tokens of chat and agents: slower at noon, and a little slower in each region than in the last."""
    edge_s = np.append(np.geomspace(0.05, 50.0, 61), 100.0)
    middle_s = np.array([0.2, 3.0])[:, None, None] * (1 + 0.05 * np.arange(n_region)[:, None])
    middle_s = middle_s * (1.0 + 0.8 * np.exp(-(((np.arange(24) - 12) / 4.0) ** 2)))
    counts = np.zeros((4, n_region, 24, edge_s.size))
    counts[:2] = 1e4 * np.exp(-((np.log(edge_s / middle_s[..., None]) / 0.3) ** 2))
    busy = np.full(arrays["served"].shape, np.nan)
    busy[:, :2] = 0.6
    return {"ttft_count": counts, "answered_in_time": 0.97 * arrays["served_in_time"], "service_utilisation": busy}


def _health(n_day: int, n_shell: int) -> dict[str, np.ndarray]:
    """Return the series by day and shell of a fleet that loses a tenth of its accelerators a year."""
    years = (np.arange(n_day)[:, None] / 365.25) * np.ones(n_shell)
    lost = {"infant": 0.02 * np.sqrt(years), "worn_out": 0.002 * years**3, "pumps": 0.001 * years**2,
            "lasers": 1e-5 * years, "alone": 0.065 * years}  # fmt: skip
    working = 1.0 - sum(lost.values())
    battery = 1.0 - 0.03 * np.sqrt(years) - 0.03 * years
    return {
        **{f"devices_lost_{name}_share": share for name, share in lost.items()},
        "devices_working_share": working, "devices_working": 100 * PER_SHELL * working,
        "satellites_alive": PER_SHELL * (1.0 - lost["infant"] - lost["worn_out"]), "device_pace_share": 1.0 + 0 * years,
        "strings_left_share": 1.0 - 0.005 * years, "cells_left_share": 1.0 - 0.03 * years,
        "array_left_share": (1.0 - 0.005 * years) * (1.0 - 0.03 * years), "battery_left_share": battery,
        "calendar_fade_share": 0.03 * np.sqrt(years), "cycle_fade_share": 0.03 * years,
        "radiator_absorptivity": 0.15 + 0.05 * years, "battery_depth": 0.25 + 0 * years,
        "battery_temperature_k": 295.0 + 0 * years, "battery_charge": 0.8 + 0 * years,
    }  # fmt: skip


def _sites(hour: np.ndarray, n_site: int) -> dict[str, np.ndarray]:
    """Return the series by site: IT that follows the evening, overhead that follows the sun."""
    it = np.linspace(150e6, 250e6, max(n_site, 1))[:n_site] * (0.9 + 0.1 * np.cos((hour[:, None] - 20) * np.pi / 12))
    overhead = it * (0.2 + 0.03 * np.cos((hour[:, None] - 15) * np.pi / 12))
    swing = 10e6 * np.sin(hour[:, None] * np.pi / 6) * np.ones(n_site)
    done = it * 0.8e12 * WINDOW_S
    return {
        "site_power_w": it + overhead, "site_it_power_w": it, "site_electrical_power_w": 0.2 * overhead,
        "site_cooling_power_w": 0.8 * overhead, "site_other_power_w": 0 * it, "grid_power_w": it + overhead + swing,
        "turbine_power_w": 0 * it, "site_charge_power_w": np.clip(swing, 0, None), "site_short_power_w": 0 * it,
        "site_discharge_power_w": np.clip(-swing, 0, None), "site_battery_power_w": -swing, "pue": 1 + overhead / it,
        "site_state_of_charge": 0.8 - 0.1 * np.cos(hour[:, None] * np.pi / 6) * np.ones(n_site),
        "outside_temperature_k": 298 + 7 * np.cos((hour[:, None] - 15) * np.pi / 12) * np.ones(n_site),
        "site_peak_flop": 1.2 * done, "site_working_flop": 1.2 * done, "site_power_limited_flop": 1.1 * done,
        "site_offered_flop": 1.1 * done, "site_reachable_flop": 1.1 * done, "site_assigned_flop": 1.0 * done,
        "site_executed_flop": done,
    }  # fmt: skip


def _requests(hour: np.ndarray, n_region: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Return requests that balance: arrived = served + dropped + what the queue grows by."""
    base = np.array([6e7, 2e6, 9e4, 60.0])[:, None] / n_region
    local = hour[:, None, None] + np.linspace(0, 24, n_region, endpoint=False)
    arrived = random.poisson(base * (1 + 0.4 * np.cos((local - 15) * np.pi / 12)))
    dropped = (arrived * np.array([0.001, 0.0005, 0, 0])[:, None]).astype(np.int64)
    evening = np.clip(np.cos((local - 20) * np.pi / 12), 0, None)
    queued = (base * np.array([0.0, 0.01, 3.0, 20.0])[:, None] * evening).astype(np.int64)
    served = arrived - dropped - np.diff(queued, axis=0, prepend=np.zeros_like(queued[:1]))
    return {
        "arrived": arrived, "served": served, "served_in_time": served - served // 50, "queued": queued,
        "overdue": queued // 5, "dropped": dropped,
    }  # fmt: skip


def _market(hour: np.ndarray, n_group: int, n_arc: int) -> dict[str, np.ndarray]:
    """Return prices that rise in the evening, and arcs each used most at its own hour; certificates near zero."""
    peak = np.clip(np.cos((hour - 20) * np.pi / 12), 0, None)[:, None]
    capacity = 2e12 * WINDOW_S * np.ones((hour.size, n_arc))
    whole = np.zeros(hour.size)
    return {
        "supply_price": 4e15 * peak * np.linspace(1, 0.5, n_group), "arc_capacity_bit": capacity,
        "arc_price": 3e9 * peak * (np.arange(n_arc) % 5 == 0),
        "arc_use_bit": capacity * np.clip(0.5 + 0.5 * np.cos((hour[:, None] - np.arange(n_arc)) * np.pi / 12), 0, 1),
        "dispatch_gap": whole + 2e-9, "merging_loss": whole, "energy_residual": whole + 3e-13,
        "heat_residual": whole + 2e-6, "work_residual": whole + 1e-15, "flow_residual": whole + 1e-16,
        "requests_residual": whole,
        "temperature_margin_k": whole + 0.7, "charge_margin": whole + 0.01,
    }  # fmt: skip


def _sample(n_window: int, n_sample: int) -> dict[str, np.ndarray]:
    """Return steps of satellites that go through eclipse one after another, each bus in balance."""
    phase = (
        2 * np.pi * ((1 + np.arange(5 * n_window)[:, None]) * STEP_S / 5760.0 + np.arange(n_sample) / max(n_sample, 1))
    )
    sun = (np.cos(phase) > -0.6).astype(float)
    array_w, compute_w = 150e3 * sun, 80e3 + 10e3 * sun
    load_w = compute_w + 5.5e3
    charge_w, discharge_w = 0.7 * np.clip(array_w - load_w, 0, None), np.clip(load_w - array_w, 0, None)
    loss_w = 0.04 * (charge_w + discharge_w)
    battery_j = 8e8 + STEP_S * np.cumsum(charge_w - discharge_w - loss_w, axis=0)
    fluid_k = 318 + 8 * np.cos(phase - 0.9)
    series = {
        "sunlit": sun, "array_w": array_w, "load_w": load_w, "compute_w": compute_w, "charge_w": charge_w,
        "discharge_w": discharge_w, "curtailed_w": array_w + discharge_w - load_w - charge_w, "sink_w": 6e3 + 3e3 * sun,
        "heat_in_w": 1.01 * load_w, "radiated_w": 1.07 * load_w, "fluid_k": fluid_k, "chip_k": fluid_k + 24,
        "loss_w": loss_w, "battery_j": battery_j, "state_of_charge": battery_j / battery_j.max(initial=1.0),
    }  # fmt: skip
    return {f"sample_{name}": values for name, values in series.items()}
