"""The cost line of a run: what orbit and ground cost and make in a year, from its scenario and its own numbers.

Accelerators, delivered work, tokens and energy are those of the run. A year is the run repeated; how satellites age
over their life comes from the scenario's `economics`. Each figure stands between two others for which every parameter
of that place stands at its cheap or at its dear end, all together: a span wider than any chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import economics
from .economics import YEAR_S, Centre, Fleet, Made, PlaceCost
from .mass import COMPUTE_KG_W, it_power_w
from .summary import run_length_s, stands_for, total

if TYPE_CHECKING:
    import xarray as xr

    from ..scenario.load import Scenario
    from ..scenario.schema_economics import Economics
    from ..scenario.schema_ground import Site

CASES = ("low", "default", "high")
CHEAP_WHEN_HIGH = ("economics.orbit.life", "economics.ground.life", "economics.accelerators.life")
MEASURES = {
    "gpu_hour": "USD per accelerator and hour",
    "pflop_hour": "USD per PFLOP/s delivered for an hour",
    "million_tokens": "USD per million tokens",
    "kwh_it": "USD per kWh of IT",
}
UNITS = {"gpu_hour": "USD/h", "pflop_hour": "USD/(PFLOP/s h)", "million_tokens": "USD/1e6", "kwh_it": "USD/kWh"}


@dataclass(frozen=True)
class Cost:
    """The cost of a run: by place ("orbit", then "ground": all sites) and case ("low", "default", "high")."""

    places: dict[str, dict[str, PlaceCost]]
    carbon_kg_kwh: dict[str, float]  # by place, for each kWh of computing equipment; defaults only
    launch_usd_kg: float  # the default case's price of launch

    def unit_costs(self, place: str, measure: str) -> dict[str, float]:
        """Return a unit cost by case [USD]."""
        return {case: cost.unit_costs()[measure] for case, cost in self.places[place].items()}

    @property
    def parity_launch_usd_kg(self) -> float:
        """Price of launch at which work costs the same in orbit and on the ground [USD/kg].

        Below zero the rest of orbit alone costs more than the ground; NaN where the run has not both.
        """
        if len(self.places) < 2:
            return np.nan
        orbit, ground = (self.places[place]["default"] for place in ("orbit", "ground"))
        parts, cost = orbit.components, orbit.unit_costs()["pflop_hour"]
        capital = parts["launch"] + parts["satellites"] + parts["accelerators"]
        launch = cost * parts["launch"] * (1.0 + parts["replacement"] / capital) / orbit.usd_year
        return self.launch_usd_kg * (1.0 + (ground.unit_costs()["pflop_hour"] - cost) / launch) if launch else np.nan

    def summary(self) -> dict[str, dict[str, Any]]:
        """Return the figures of the cost line, each with `value`, `unit`, and `low` and `high` of its parameters.

        `..._without_accelerators_...` leaves accelerators and servers out of the same cost.
        """
        out: dict[str, dict[str, Any]] = {}
        for place, cases in self.places.items():
            name = "site" if place == "ground" else place
            out[f"cost_{name}_usd_year"] = _entry([cost.usd_year for cost in cases.values()], "USD/year")
            for measure, unit in UNITS.items():
                whole = [cost.unit_costs()[measure] for cost in cases.values()]
                bare = [value * cost.other_share for value, cost in zip(whole, cases.values(), strict=True)]
                out[f"cost_{name}_usd_{measure}"] = _entry(whole, unit)
                out[f"cost_{name}_without_accelerators_usd_{measure}"] = _entry(bare, unit)
            out[f"carbon_{name}_kg_kwh_it"] = {"value": self.carbon_kg_kwh[place], "unit": "kg/kWh"}
        if len(self.places) == 2:
            orbit, ground = (self.unit_costs(place, "pflop_hour")["default"] for place in self.places)
            out["cost_ratio_orbit_over_site"] = {"value": orbit / ground if ground else np.nan, "unit": "1"}
            out["launch_price_of_parity_usd_kg"] = {"value": self.parity_launch_usd_kg, "unit": "USD/kg"}
        return out


def _entry(values: Sequence[float], unit: str) -> dict[str, Any]:
    low, default, high = values
    return {"value": default, "unit": unit, "low": low, "high": high}


def cost(dataset: xr.Dataset, manifest: Mapping[str, Any]) -> Cost | None:
    """Return the cost of a run; None where its scenario switched costs off, or was recorded before there were any."""
    from ..scenario.load import load_scenario

    if "economics" not in manifest.get("scenario", {}):
        return None
    scenario = load_scenario(manifest["scenario"])
    if scenario.economics is None:
        return None
    cases = terms_by_case(scenario.economics, manifest.get("provenance", []))
    run_years = run_length_s(dataset) / YEAR_S
    places: dict[str, dict[str, PlaceCost]] = {}
    carbon: dict[str, float] = {}
    fleet = fleet_of(dataset, scenario)
    if fleet.devices:
        made = made_in_orbit(dataset, scenario, fleet).times(1.0 / run_years)
        aged_years = 0.0 if scenario.health is None else run_years  # what the run itself shows of its decay
        places["orbit"] = {case: orbit_cost(fleet, made, terms, aged_years) for case, terms in cases.items()}
        carbon["orbit"] = orbit_carbon(fleet, places["orbit"]["default"].made, cases["default"])
    centres = [site_of(dataset, site, i) for i, site in enumerate(scenario.sites) if site.busy < 1.0]
    if centres:
        made = made_on_ground(dataset, scenario, centres).times(1.0 / run_years)
        whole = Centre(*(sum(values) for values in zip(*centres, strict=True)))
        places["ground"] = {case: economics.centre_cost(whole, terms, made) for case, terms in cases.items()}
        carbon["ground"] = ground_carbon(whole, made, cases["default"])
    return Cost(places, carbon, scenario.economics.launch.price) if places else None


def orbit_cost(fleet: Fleet, made: Made, terms: Economics, aged_years: float = 0.0) -> PlaceCost:
    """Return what a fleet costs in a year, and makes in one over its life.

    `made` is what it made in a year as in the run, in which it has aged for `aged_years`.
    """
    decay = terms.orbit.decay * YEAR_S
    factor = economics.output_factor(
        terms.discount_rate, terms.orbit.losses * YEAR_S, decay, terms.orbit.life / YEAR_S
    ) / economics.mean_output(decay, aged_years)
    return economics.fleet_cost(fleet, terms, made.times(factor))


def terms_by_case(terms: Economics, provenance: Sequence[Mapping[str, Any]]) -> dict[str, Economics]:
    """Return the parameters at their cheap ends, as they are, and at their dear ends.

    The ends are those that the manifest records; a value that the scenario itself gives has none and stays.
    """
    from ..scenario.schema import written

    records = [record for record in provenance if str(record["path"]).startswith("economics.")]
    made = {}
    for case in CASES:
        tree = written(terms)
        for record in records:
            path = str(record["path"])
            end = case if path not in CHEAP_WHEN_HIGH else {"low": "high", "high": "low"}.get(case, case)
            text = record.get(end) if case != "default" else ""
            if text:
                _put(tree, path.split(".")[1:], str(text))
        made[case] = type(terms).model_validate(tree)
    return made


def _put(tree: dict[str, Any], keys: list[str], text: str) -> None:
    """Set a value in a tree of the scenario; a bare number is one."""
    for key in keys[:-1]:
        tree = tree[key]
    tree[keys[-1]] = float(text) if isinstance(tree[keys[-1]], float) else text


def fleet_of(dataset: xr.Dataset, scenario: Scenario) -> Fleet:
    """Return what is bought of satellites, by design and number of satellites in the run's shells."""
    if "shell_satellites" not in dataset.coords:
        return Fleet(0.0, 0.0, 0)
    designs = scenario.satellite_types
    names = [str(name) for name in dataset["shell_satellite_type"].values]
    count = dataset["shell_satellites"].values.tolist()
    pairs = [(n, designs[name]) for n, name in zip(count, names, strict=True)]
    return Fleet(
        mass_kg=float(sum(n * design.mass for n, design in pairs)),
        it_w=float(sum(n * it_power_w(design) for n, design in pairs)),
        devices=sum(n * design.compute.count for n, design in pairs),
    )


def site_of(dataset: xr.Dataset, site: Site, i: int) -> Centre:
    """Return what is bought of a site and what it draws in a year, without the part of its own work or its owner's."""
    devices = {name: gpus.count - round(gpus.count * site.busy) for name, gpus in site.gpus.items()}
    held = float(customer_share(dataset, site, i).mean())
    server_w = held * sum(n * site.gpus[name].power * site.server_overhead for name, n in devices.items())
    share = own_share(dataset, site, i)
    a_year = share * _window_s(dataset) * YEAR_S / run_length_s(dataset)
    grid_w, turbine_w = (dataset[name].values[:, i] for name in ("grid_power_w", "turbine_power_w"))
    price, carbon = (hourly(dataset, name, i) for name in ("grid_price", "grid_carbon"))
    return Centre(
        server_w=server_w,
        it_w=server_w + held * (1.0 - site.busy) * site.other_power,
        devices=sum(devices.values()),
        grid_j_year=a_year * float(grid_w.sum()) if price is None else 0.0,
        turbine_j_year=a_year * float(turbine_w.sum()),
        grid_usd_year=0.0 if price is None else a_year * float((grid_w * price).sum()),
        emitting_j_year=a_year * float(grid_w.sum()) if carbon is None else 0.0,
        grid_kg_year=0.0 if carbon is None else a_year * float((grid_w * carbon).sum()),
    )


def customer_share(dataset: xr.Dataset, site: Site, i: int) -> np.ndarray:
    """Return the share of a site's free accelerators that a lease holds, by window: float64[n_time]; 1 without one.

    Halls that are out count as not held there: a lease bears the cost of what it can use.
    """
    leased = site.name in dataset["lease"].values.tolist() if "lease" in dataset.coords else False
    return dataset["site_held_share"].values[:, i] if leased else np.ones(dataset.sizes["time"])


def hourly(dataset: xr.Dataset, name: str, i: int) -> np.ndarray | None:
    """Return a site's series of the grid by window, float64[n_time]; None where its scenario has none."""
    values = dataset[name].values[:, i] if name in dataset else np.array([np.nan])
    return None if np.isnan(values).any() else values


def own_share(dataset: xr.Dataset, site: Site, i: int) -> float:
    """Return the share of a site's IT energy that its own and its owner's work, at full power, do not take."""
    it_w = dataset["site_it_power_w"].values[:, i]
    servers_w = sum(gpus.count * gpus.power for gpus in site.gpus.values()) * site.server_overhead
    others = 1.0 - (1.0 - site.busy) * customer_share(dataset, site, i)
    rest_w = np.maximum(it_w - others * (servers_w + site.other_power), 0.0)
    return float(rest_w.sum() / it_w.sum()) if it_w.any() else 0.0


def made_in_orbit(dataset: xr.Dataset, scenario: Scenario, fleet: Fleet) -> Made:
    """Return what the satellites made in the run."""
    working = _over(total(dataset, "working_flop"), total(dataset, "peak_flop"))
    return _made(
        dataset, scenario, "credited_orbit_flop",
        device_s=working * fleet.devices * run_length_s(dataset),
        it_j=_window_s(dataset) * total(dataset, "compute_power_w"),
    )  # fmt: skip


def made_on_ground(dataset: xr.Dataset, scenario: Scenario, centres: Sequence[Centre]) -> Made:
    """Return what the sites made in the run."""
    it_w = dataset["site_it_power_w"].values.sum(axis=0)
    working = _over(total(dataset, "site_working_flop"), total(dataset, "site_peak_flop"))
    it_j = sum(own_share(dataset, site, i) * float(it_w[i]) for i, site in enumerate(scenario.sites))
    return _made(
        dataset, scenario, "credited_site_flop",
        device_s=working * sum(centre.devices for centre in centres) * run_length_s(dataset),
        it_j=_window_s(dataset) * it_j,
    )  # fmt: skip


def _made(dataset: xr.Dataset, scenario: Scenario, name: str, *, device_s: float, it_j: float) -> Made:
    """Return what a place made from its work by class; tokens are those of classes that serve, not of training."""
    flop = stands_for(dataset) * dataset[name].values.sum(axis=0)
    tokens = np.zeros_like(flop)
    serves = np.zeros(flop.size, bool)
    for k, job_class in enumerate(dataset["job_class"].values):
        job = scenario.workload.classes[str(job_class)]
        if job.kind != "training":
            serves[k] = True
            tokens[k] = (
                flop[k] / float(dataset["flop_per_request"].values[k]) * float(dataset["class_tokens"].values[k])
            )
    return Made(device_s, float(flop.sum()), float(flop[serves].sum()), float(tokens.sum()), it_j)


def _over(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _window_s(dataset: xr.Dataset) -> float:
    return float(dataset.attrs["window_s"]) * stands_for(dataset)


def orbit_carbon(fleet: Fleet, made: Made, terms: Economics) -> float:
    """Return greenhouse gases of launch and making for each kWh of computing equipment in orbit [kg/kWh]."""
    life_years, carbon = terms.orbit.life / YEAR_S, terms.carbon
    more = economics.replacement_factor(0.0, terms.orbit.losses * YEAR_S, life_years)
    kg = fleet.mass_kg * terms.orbit.mass_factor * (carbon.launch + carbon.hardware) * more / life_years
    return kg * economics.KWH_J / made.it_j if made.it_j else np.nan


def ground_carbon(centre: Centre, made: Made, terms: Economics) -> float:
    """Return greenhouse gases of energy and of making servers for each kWh of computing equipment [kg/kWh]."""
    carbon, chips = terms.carbon, terms.accelerators
    more = economics.replacement_factor(0.0, chips.failures * YEAR_S, chips.life / YEAR_S)
    energy = centre.emitting_j_year * carbon.grid + centre.grid_kg_year + centre.turbine_j_year * carbon.turbines
    servers = centre.server_w * COMPUTE_KG_W * carbon.hardware * more / (chips.life / YEAR_S)
    return (energy + servers) * economics.KWH_J / made.it_j if made.it_j else np.nan
