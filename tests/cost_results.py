"""A run of ten satellites beside Colossus 1 with just what its cost is made from, for tests of the cost line."""

import numpy as np
import xarray as xr

import orbital_compute as oc
from orbital_compute.results import Results

HOUR_S = 3600.0
PFLOP_S = 1e15

SCENARIO = {
    "format": 1,
    "name": "cost",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "2 h", "window": "1 h"},
    "constellation": {
        "shells": [{"altitude": "650 km", "inclination": "98 deg", "planes": 2, "per_plane": 5, "name": "ring"}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
}


def dataset(duration_s=2 * HOUR_S, *, site=True, working=1.0):
    """Return two hours of ten satellites and Colossus 1: orbit does 1,000, then 3,000 PFLOP/s, half of it training."""
    done = np.array([[1000.0], [3000.0]]) * PFLOP_S * HOUR_S
    by_class = done * np.array([[0.5, 0.5]])
    arrays = {
        "peak_flop": ("time shell", np.full((2, 1), 8000 * PFLOP_S * HOUR_S)),
        "working_flop": ("time shell", np.full((2, 1), working * 8000 * PFLOP_S * HOUR_S)),
        "compute_power_w": ("time shell", np.array([[1.0e6], [1.4e6]])),
        "credited_orbit_flop": ("time job_class", by_class),
    }
    coordinates = {
        "shell": ["ring"],
        "job_class": ["interactive", "training"],
        "shell_satellites": ("shell", [10]),
        "shell_satellite_type": ("shell", ["starmind_ai1"]),
        "flop_per_request": ("job_class", [1e15, 1e20]),
        "class_tokens": ("job_class", [1900.0, 0.0]),
    }
    if site:
        arrays |= {
            "credited_site_flop": ("time job_class", 100.0 * by_class),
            "site_peak_flop": ("time site", np.full((2, 1), 2e6 * PFLOP_S)),
            "site_working_flop": ("time site", np.full((2, 1), 2e6 * PFLOP_S)),
            "site_it_power_w": ("time site", np.array([[200e6], [240e6]])),
            "grid_power_w": ("time site", np.array([[250e6], [290e6]])),
            "turbine_power_w": ("time site", np.zeros((2, 1))),
        }
        coordinates["site"] = ["colossus_1"]
    return xr.Dataset(
        {name: (dims.split(), values) for name, (dims, values) in arrays.items()},
        coordinates,
        {"window_s": HOUR_S, "duration_s": duration_s},
    )


def manifest(changes=None, *, site=True):
    """Return what of the manifest the cost is made from."""
    tree = SCENARIO if site else {**SCENARIO, "sites": []}
    scenario = oc.load_scenario(tree).replace(changes or {})
    return {"scenario": scenario.to_dict(), "provenance": scenario.provenance()}


def results(changes=None, *, site=True, **of_dataset):
    """Return the run as results; `changes` are those of `Scenario.replace`."""
    return Results(manifest(changes, site=site), lambda: dataset(site=site, **of_dataset))
