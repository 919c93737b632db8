"""The cost line of a run as rows of text: parameters first, then what orbit and ground cost, and of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.cost import CASES, MEASURES
from ..analysis.economics import YEAR_S, PlaceCost, launched_power_price
from ..analysis.mass import array_power_w, it_power_w, mass_budget
from . import units
from .chart import Chart
from .figures_cost import cost_by_component
from .headline import Rows

if TYPE_CHECKING:
    from ..results import Results
    from ..scenario.load import Scenario
    from ..scenario.schema_space import Satellite

NOTE = (
    "One boundary for both: all that is bought and run between sunlight or the grid and the work delivered, "
    "accelerators and servers included. Prices become yearly payments over each part's life; the work is discounted as "
    "the money is. Accelerators, work, tokens and energy are those of this run, taken as one of a year's. Low and high "
    "put every parameter at its cheap or at its dear end at once. Networks of users, taxes and profit are left out."
)
PLACES = {"orbit": "Orbit", "ground": "Ground"}
WATT_PER_KILOWATT = 1e3


def charts(results: Results) -> list[Chart]:
    """Return the chart of the cost; none where the scenario leaves it out."""
    return [] if results.cost is None else [cost_by_component(results.cost)]


def tables(results: Results) -> list[Rows]:
    """Return the tables of the cost, parameters first; none where the scenario leaves it out."""
    if results.cost is None:
        return []
    from ..scenario.load import load_scenario

    scenario = load_scenario(results.manifest["scenario"])
    made = [parameters(results.manifest["provenance"]), line(results), components(results)]
    return [*(rows for rows in made if rows is not None), masses(scenario)]


def parameters(provenance: Sequence[Mapping[str, Any]]) -> Rows:
    """Return each parameter of the cost with its range, grade, source and date."""
    rows = []
    for record in provenance:
        path = str(record["path"])
        if path.startswith("economics.") and str(record["value"]):
            value = record["value"]
            number = f"{value:g}" if isinstance(value, float) else str(value)
            text = f"{number} {record.get('unit') or ''}".rstrip()
            ends = [str(record.get(end) or units.MISSING) for end in ("low", "high")]
            facts = [str(record.get(key) or "") for key in ("grade", "source", "date")]
            rows.append((path.removeprefix("economics."), ends[0], text, ends[1], *facts))
    heads = ("Parameter", "Low", "Value", "High", "Grade", "Source", "Date")
    return Rows("What the cost is made from", heads, rows, words=True)


def line(results: Results) -> Rows | None:
    """Return the cost line: orbit beside ground, each figure with its low and high; None without any."""
    found = results.cost
    if found is None:
        return None
    rows = [
        (title, *(_span(found.unit_costs(place, measure)) for place in found.places))
        for measure, title in MEASURES.items()
    ]
    default = [cases["default"] for cases in found.places.values()]
    rows += [
        ("Without accelerators, per PFLOP/s-hour", *(_bare(cost) for cost in default)),
        ("USD a year", *(units.count(cost.usd_year) for cost in default)),
        ("kg CO2 equivalent per kWh", *(units.number(kg, 2) for kg in found.carbon_kg_kwh.values())),
    ]
    if len(found.places) > 1:
        price = found.parity_launch_usd_kg
        text = f"{units.number(price)} USD/kg" if price > 0.0 else "none: the rest costs more"
        rows.append(("Launch price at which both cost the same", text, ""))
    return Rows("Cost (low to high)", ("", *(PLACES[place] for place in found.places)), rows)


def components(results: Results) -> Rows | None:
    """Return what each component adds to the cost of delivered work, by place and case."""
    found = results.cost
    if found is None:
        return None
    rows = []
    for place, cases in found.places.items():
        for name in cases["default"].components:
            texts = [_part(cases[case], name) for case in CASES]
            cost = cases["default"]
            rows.append((f"{PLACES[place]}: {name}", *texts, units.share(cost.components[name] / cost.usd_year)))
    heads = ("USD per PFLOP/s for an hour", "Low", "Default", "High", "Share")
    return Rows("What the cost consists of", heads, rows)


def masses(scenario: Scenario) -> Rows:
    """Return the mass of each design built up from parts beside its stated one, and the price of its launched power."""
    designs = scenario.satellite_types
    budgets = {name: mass_budget(design) for name, design in designs.items()}
    parts = list(next(iter(budgets.values())).parts)
    rows = [(part, *(units.number(budget.parts[part]) for budget in budgets.values())) for part in parts]
    rows += [
        ("all together", *(units.number(budget.built_up_kg, 4) for budget in budgets.values())),
        ("as the design states", *(units.number(budget.stated_kg, 4) for budget in budgets.values())),
        ("together over stated", *(units.number(budget.ratio) for budget in budgets.values())),
        ("kg/kW of IT, as stated", *(units.number(1e3 * one.mass / it_power_w(one)) for one in designs.values())),
        ("launch alone, USD/kW of array and year", *(_launched(one, scenario) for one in designs.values())),
    ]
    return Rows("Mass of a satellite [kg]", ("", *budgets), rows)


def _launched(design: Satellite, scenario: Scenario) -> str:
    assert scenario.economics is not None  # a run with costs has them
    terms = scenario.economics
    price = launched_power_price(design.mass, terms.launch.price, array_power_w(design), terms.orbit.life / YEAR_S)
    return units.number(price * WATT_PER_KILOWATT)


def _span(cases: Mapping[str, float]) -> str:
    low, value, high = (units.number(cases[case]) for case in CASES)
    return f"{value} ({low} to {high})"


def _bare(cost: PlaceCost) -> str:
    return units.number(cost.unit_costs()["pflop_hour"] * cost.other_share)


def _part(cost: PlaceCost, name: str) -> str:
    return units.number(cost.unit_costs()["pflop_hour"] * cost.components[name] / cost.usd_year)
