"""The design cases of one satellite: begin and end of life, hot and cold, each a short run of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from ..constants import EARTH_MU_M3_S2, EARTH_RADIUS_M, SUN_NODE_RATE_RAD_S
from ..errors import Problem, ScenarioError
from ..model.frames import sun_teme
from ..physics.orbit import secular_rates
from ..results import Results
from ..run import simulate
from ..scenario.build import build
from ..scenario.load import Scenario, load_scenario

CASES = ("begin_of_life", "end_of_life", "hot", "cold")
REVOLUTIONS = 2  # the first settles, the second counts
LONGEST_STEP_S = 30.0  # of the runs: coarser scenarios are refined
DAY_S, YEAR_DAYS = 86400.0, 366
KEEPS_LOCAL_TIME = 0.01  # of the rate of the mean Sun: a node that turns with it to this is sun-synchronous


@dataclass(frozen=True)
class Plane:
    """The orbit of the satellite: mean elements, the node at a moment and the rate at which it turns."""

    semi_major_axis_m: float
    inclination_rad: float
    raan_rad: float
    start: datetime
    node_rate_rad_s: float

    @property
    def keeps_local_time(self) -> bool:
        """Whether the node turns with the mean Sun."""
        return abs(self.node_rate_rad_s / SUN_NODE_RATE_RAD_S - 1.0) < KEEPS_LOCAL_TIME

    @property
    def period_s(self) -> float:
        """Time of a revolution [s]."""
        return 2.0 * math.pi * math.sqrt(self.semi_major_axis_m**3 / EARTH_MU_M3_S2)

    def normals(self, raan_rad: np.ndarray) -> np.ndarray:
        """Return the orbit's normal for nodes float64[n], float64[n, 3]."""
        tilt, level = math.sin(self.inclination_rad), math.cos(self.inclination_rad)
        return np.stack([tilt * np.sin(raan_rad), -tilt * np.cos(raan_rad), np.full_like(raan_rad, level)], axis=1)


def design_cases(scenario: Scenario, *, threads: int | None = None) -> dict[str, Results]:
    """Run a scenario of one satellite in its four design cases, two revolutions each, and return the results by name.

    All but the cold case run at full load, whatever the scenario's demand is; sites and events are left out.

    begin_of_life, end_of_life : the scenario's own orbit and date; age 0, and age of the satellite's life.
    hot : new, but with the coating of its last day; perihelion, and the plane turned to the greatest angle to the Sun.
    cold : new and idle; aphelion, and the plane turned to the least angle to the Sun, which makes the longest eclipse.

    A sun-synchronous orbit keeps its local time, so that its plane cannot be turned: there, hot is the day nearest to
    perihelion without eclipses, or, where every day has them, that with the greatest angle between Sun and plane; cold
    is the day with the least.

    Raises
    ------
    ScenarioError
        The scenario has more than one satellite.
    """
    model = build(scenario)
    fleet = model.constellation
    if fleet.n_satellite != 1:
        what = f"design cases are made of one satellite; there are {fleet.n_satellite:,}"
        raise ScenarioError(Problem(what, "constellation", cure="make a scenario of one"))
    a, i = float(fleet.semi_major_axis_m[0]), float(fleet.inclination_rad[0])
    rate = float(secular_rates(a, i)[2])
    plane = Plane(a, i, float(fleet.raan_rad[0]), scenario.time.start, rate)
    name = fleet.shell_satellite_type[0] or next(iter(scenario.satellite_types))
    tree = scenario.to_dict()
    satellite = (tree.get("satellites") or {}).get(name) or tree["satellite"]
    rate_flop_s = 4.0 * model.satellite_types[name].compute.count * model.satellite_types[name].compute.peak_flop_s
    radiator = model.satellite_types[name].radiator
    end = radiator.absorptivity_end
    aged = {**satellite["radiator"], "solar_absorptivity": end, "absorptivity_end": end}
    hot, cold = (_turned(plane, *_extreme(plane, high=high)) for high in (True, False))
    new, old = {**satellite, "age": "0 s"}, {**satellite, "age": satellite["life"]}
    changes: dict[str, dict[str, Any]] = {
        "begin_of_life": {"satellite": new},
        "end_of_life": {"satellite": old},
        "hot": {"satellite": {**new, "radiator": aged}, **hot},
        "cold": {"satellite": new, **cold},
    }
    found = {}
    for case in CASES:
        demand = "1 GFLOP/s" if case == "cold" else f"{rate_flop_s:.6g} FLOP/s"
        common = _common(scenario, plane, demand)
        start = changes[case].pop("start", scenario.time.start)
        common["time"]["start"] = start.isoformat()
        found[case] = simulate(scenario.replace({**common, **changes[case]}), threads=threads)
    return found


def cases_of(results: Results, scenario: Scenario | None = None, *, threads: int | None = None) -> dict[str, Results]:
    """Return the design cases of a run of one satellite; none of a fleet, nor where files are not at hand.

    The scenario is the one that the run stored, if none is given.
    """
    if results.dataset.sizes.get("satellite", 0) != 1:
        return {}
    try:
        return design_cases(scenario or load_scenario(results.manifest["scenario"]), threads=threads)
    except ScenarioError:  # files that the scenario names lie elsewhere
        return {}


def _common(scenario: Scenario, plane: Plane, demand: str) -> dict[str, Any]:
    """Return what all cases change of the scenario: two revolutions, and demand that can be served."""
    window_s = scenario.time.window
    step_s = scenario.time.step
    step_s /= math.ceil(step_s / LONGEST_STEP_S)
    windows = math.ceil(REVOLUTIONS * plane.period_s / window_s) + 1
    return {
        "time": {"duration": f"{windows * window_s!r} s", "step": f"{step_s!r} s", "window": f"{window_s!r} s"},
        "satellites": None,
        "sites": [],
        "events": [],
        "lease": [],
        "health": "none",  # nothing fails, and age takes what reference conditions take
        "gateways": {"preset": "default"},
        "workload": {"preset": "default", "demand": {"rate": demand}},
        "output": {"sample": [0]},
    }


def _extreme(plane: Plane, *, high: bool) -> tuple[datetime, float]:
    """Return the day and the node of the hot case (high), or of the cold one."""
    start = plane.start if plane.start.year < 2098 else plane.start.replace(year=2097)
    days = np.arange(YEAR_DAYS)
    sun, distance_m = sun_teme(start, days * DAY_S)
    if plane.keeps_local_time:
        since_s = (start - plane.start).total_seconds()
        nodes = plane.raan_rad + plane.node_rate_rad_s * (since_s + days * DAY_S)
        sine = np.abs((plane.normals(nodes) * sun).sum(axis=1))
        lit = sine >= EARTH_RADIUS_M / plane.semi_major_axis_m
        if high and lit.any():
            k = int(np.where(lit, distance_m, np.inf).argmin())
        else:
            k = int(sine.argmax() if high else sine.argmin())
        return start + timedelta(days=k), float(nodes[k])
    k = int(distance_m.argmin() if high else distance_m.argmax())
    nodes = np.radians(np.arange(0.0, 360.0, 0.5))
    sine = np.abs(plane.normals(nodes) @ sun[k])
    return start + timedelta(days=k), float(nodes[int(sine.argmax() if high else sine.argmin())])


def _turned(plane: Plane, start: datetime, raan_rad: float) -> dict[str, Any]:
    """Return the changes that put the satellite on the plane with this node at this moment."""
    shell = {
        "name": "design",
        "altitude": f"{(plane.semi_major_axis_m - EARTH_RADIUS_M) / 1e3!r} km",
        "inclination": f"{math.degrees(plane.inclination_rad)!r} deg",
        "raan0": f"{math.degrees(raan_rad) % 360.0!r} deg",
        "planes": 1,
        "per_plane": 1,
    }
    return {"start": start, "constellation": {"walker": shell}}
