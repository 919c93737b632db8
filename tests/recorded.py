"""A small made-up run with every variable of the catalogue, whose ledgers close, and a way to record it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from orbital_compute.catalogue import COORDINATES, QUANTILES, VARIABLES
from orbital_compute.results import Results
from orbital_compute.store.manifest import new_manifest
from orbital_compute.store.recorder import Recorder

WINDOW_S, STEPS = 300.0, 5
STEP_S = WINDOW_S / STEPS
START = np.datetime64("2026-06-21T00:00:00", "ns")
DERIVED = ("waterfall_orbit_flop", "waterfall_site_flop")  # the recorder makes them


def coordinates(
    *, n_satellite: int = 40, n_window: int = 7, n_shell: int = 2, n_site: int = 2, n_sample: int = 3
) -> dict[str, Any]:
    """Return coordinates of a run of these sizes."""
    rows = np.arange(n_satellite)
    return {
        "time": START + np.arange(n_window) * np.timedelta64(300, "s"),
        "sample_time": START + (1 + np.arange(n_window * STEPS)) * np.timedelta64(60, "s"),
        "shell": [f"Schale {i} – 53°" for i in range(n_shell)],
        "shell_satellites": np.bincount(rows % n_shell, minlength=n_shell),
        "shell_altitude_m": [550e3 + 10e3 * i for i in range(n_shell)],
        "shell_inclination_deg": [53.0] * n_shell,
        "shell_compute_power_w": [3e6] * n_shell,
        "shell_satellite_type": ["ai1"] * n_shell,
        "quantile": QUANTILES,
        "site": [f"site {i}" for i in range(n_site)],
        "job_class": ["chat", "batch"],
        "flop_per_request": [1e15, 1e18],
        "region": ["east", "west", "south"],
        "day": START + np.arange(-(-n_window // 3)) * np.timedelta64(900, "s"),  # of three windows
        "error_kind": ["silent_corruption", "memory_error"],
        "solar_activity": ["quiet", "active"],
        "lease": ["memphis"],
        "gateway": ["gateway 0", "gateway 1"],
        "gateway_latitude_deg": [35.0, -33.0],
        "gateway_longitude_deg": [-90.0, 151.0],
        "gang": ["training"],
        "gang_timing": ["both"],
        "gang_place": ["orbit", "memphis"],
        "stop_cause": ["hardware", "power"],
        "resource": ["power", "laser"],
        "cut_place": ["compute", "lasers"],
        "trace": ["assistant", "cluster"],
        "session_class": ["chat"],
        "session_context_byte": [1e10],
        "class_value": [8.0, 1.0],
        "class_tokens": [1900.0, 0.0],
        "class_slo_wait_s": [10.0, 1e5],
        "class_ttft_limit_s": [1.0, np.inf],
        "class_tokens_out": [400.0, 1000.0],
        "hour": np.arange(24),
        "ttft_bin": [0.0, 0.5, 2.0],
        "ttft_bin_upper_s": [0.5, 2.0, np.inf],
        "reason": ["waited too long"],
        "node_group": ["ai1", *(f"site {i}" for i in range(n_site))],
        "arc": ["gateway 0", "gateway 1"],
        "rtt_bin": [0.0, 0.1, 0.2],
        "rtt_bin_upper_s": [0.1, 0.2, np.inf],
        "satellite": rows,
        "catalog_number": rows + 900_000,
        "satellite_shell": rows % n_shell,
        "satellite_plane": rows // 4,
        "satellite_slot": rows % 4,
        "sample": np.arange(n_sample),
        "sample_satellite": 7 * np.arange(n_sample),
    }


def arrays(axes: dict[str, Any], *, seed: int = 1) -> dict[str, np.ndarray]:
    """Return whole arrays of every variable, by chance, except where a ledger ties them together."""
    random = np.random.default_rng(seed)
    sizes = {name: len(values) for name, values in axes.items() if COORDINATES[name].dims == (name,)}
    sizes["stage"] = 9
    made = {
        name: random.random(variable.shape(sizes))
        if variable.dtype == "float64"
        else random.integers(0, 1000, variable.shape(sizes))
        for name, variable in VARIABLES.items()
        if name not in DERIVED and all(sizes[dim] for dim in variable.dims)
    }
    made["queued"] = np.cumsum(made["arrived"] - made["served"] - made["dropped"], axis=0) + 10_000
    made["arrived"][0] += 10_000
    for name in ("requests_residual", "energy_residual", "heat_residual", "work_residual", "flow_residual"):
        made[name] = np.zeros_like(made[name])
    if sizes["sample"]:
        made["sample_curtailed_w"] = np.zeros_like(made["sample_array_w"])
        made["sample_load_w"] = made["sample_array_w"] + made["sample_discharge_w"] - made["sample_charge_w"]
        made["sample_loss_w"] = 0.04 * (made["sample_charge_w"] + made["sample_discharge_w"])
        gain_w = made["sample_charge_w"] - made["sample_discharge_w"] - made["sample_loss_w"]
        made["sample_battery_j"] = 1e6 + STEP_S * np.cumsum(gain_w, axis=0)
    for power, energy in (("array_power_w", "satellite_array_j"), ("load_power_w", "satellite_load_j")):
        made[energy] *= WINDOW_S * made[power].sum() / made[energy].sum()
    made["satellite_executed_flop"] *= made["executed_flop"].sum() / made["satellite_executed_flop"].sum()
    done = made["executed_flop"].sum() + (made["site_executed_flop"].sum() if sizes["site"] else 0.0)
    credited = made["executed_orbit_flop"].sum() + made["executed_site_flop"].sum()
    made["executed_orbit_flop"] *= done / credited
    made["executed_site_flop"] *= done / credited
    for side in ("orbit", "site"):
        made[f"credited_{side}_flop"] = 0.9 * made[f"executed_{side}_flop"]
    made["repeated_flop"] = 0.1 * (made["executed_orbit_flop"] + made["executed_site_flop"])
    if sizes["site"]:
        share = made["site_executed_flop"] / made["site_executed_flop"].sum()
        made["site_credited_flop"] = share * made["credited_site_flop"].sum()
    return made


def manifest(n_window: int, **changes: Any) -> dict[str, Any]:
    """Return the manifest of a made-up run."""
    return new_manifest(
        scenario={"name": "made-up", "seed": 1}, provenance=[{"path": "seed", "source": "made up"}], seed=1,
        start=datetime(2026, 6, 21, tzinfo=UTC), step_s=STEP_S, window_s=WINDOW_S, n_step=n_window * STEPS, threads=1,
    ) | changes  # fmt: skip


def record(axes: dict[str, Any], made: dict[str, np.ndarray], folder: Path | None = None) -> Results:
    """Record whole arrays window by window, as the window loop would, and return the results."""
    n_window = len(axes["time"])
    recorder = Recorder(manifest(n_window), axes, folder=folder)
    days = {name: values for name, values in made.items() if VARIABLES[name].dims[0] == "day"}
    for window in range(n_window):
        if window % 3 == 0:
            recorder.record_day(window // 3, {name: values[window // 3] for name, values in days.items()})
        rows = {name: values[window] for name, values in made.items() if VARIABLES[name].dims[0] == "time"}
        steps = slice(window * STEPS, (window + 1) * STEPS)
        rows |= {name: values[steps] for name, values in made.items() if VARIABLES[name].dims[0] == "sample_time"}
        recorder.record_window(window, rows)
    recorder.record_satellites({name: v for name, v in made.items() if VARIABLES[name].dims == ("satellite",)})
    apart = ("time", "sample_time", "day", "satellite")
    totals = {name: v for name, v in made.items() if VARIABLES[name].dims[0] not in apart}
    return recorder.finish(totals, warnings=["made up"], durations_s={"march": 0.1})
