"""The engineer's tables of a satellite: power and heat of a revolution, the worst eclipse, margins, and what binds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..analysis.budget import Budget, Margin, budget
from ..analysis.conditions import Conditions, conditions
from ..model.fleet import YEAR_S
from . import units
from .headline import Rows

if TYPE_CHECKING:
    from ..results import Results

HEADS = {"begin_of_life": "New", "end_of_life": "Aged", "hot": "Hot", "cold": "Cold"}
MOST_SATELLITES = 4  # of a fleet whose satellites are shown one by one
AT_LIMIT = 0.005  # of a limit: nothing left
JOULE_PER_KWH = 3.6e6

Column = tuple[str, Budget, Conditions]

NOTE = (
    "Powers are means of whole revolutions and add up. The worst eclipse is the longest. Margins are what is left at "
    "the worst moment, over the limit: of the battery's capacity above its floor, of the rates of charging and "
    "discharging, and of the heat that the radiator rejects with the chips at their limit. A satellite that is well "
    "used stands at one of its limits; the last table says at which, and for how much of the time."
)
CASES_NOTE = (
    "New and aged are the begin and the end of life on this orbit at full load: as built, and with array, battery and "
    "coating as on the last day. Hot: new but for the coating, near perihelion with the Sun high over the orbit. Cold: "
    "new and idle, near aphelion with the longest eclipse. A sun-synchronous orbit keeps its local time: hot and cold "
    "are then days of its year. Each case is a run of two revolutions, of which the second counts."
)


def has_budget(results: Results) -> bool:
    """Return whether a run is of so few satellites, all with their steps stored, that each is shown by itself."""
    sizes = results.dataset.sizes
    return 0 < sizes.get("satellite", 0) <= MOST_SATELLITES and sizes.get("sample", 0) == sizes["satellite"]


def notes(results: Results, cases: Mapping[str, Results] | None = None) -> list[str]:
    """Return what a reader of the tables must know."""
    return ([NOTE, CASES_NOTE] if cases else [NOTE]) if has_budget(results) else []


def columns(results: Results, cases: Mapping[str, Results] | None = None) -> list[Column]:
    """Return a column for each satellite of a run, or for the run of one satellite and each of its design cases."""
    n = results.dataset.sizes["sample"]
    names = ["This run"] if n == 1 else [f"Row {row}" for row in results.dataset["sample_satellite"].values.tolist()]
    own = [(name, budget(results, k), conditions(results, k)) for k, name in enumerate(names)]
    found = cases or {}
    return own + [(HEADS.get(name, name), budget(case), conditions(case)) for name, case in found.items()]


def tables(results: Results, cases: Mapping[str, Results] | None = None) -> list[Rows]:
    """Return the tables of a run of few satellites, with design cases beside it; none of a larger fleet."""
    if not has_budget(results):
        return []
    shown = columns(results, cases)
    heads = ("", *(name for name, _, _ in shown))

    def made(title: str, lines: Mapping[str, Callable[[Budget, Conditions], str]]) -> Rows:
        rows = [(label, *(text(b, c) for _, b, c in shown)) for label, text in lines.items()]
        return Rows(title, heads, rows)

    held = [(name, in_words(b.binding_in_light), in_words(b.binding_in_dark)) for name, b, _ in shown]
    return [
        made("Conditions", CONDITIONS),
        made("Power, mean of a revolution [kW]", POWER),
        made("Heat, mean of a revolution [kW]", HEAT),
        made("Worst eclipse", ECLIPSE),
        made("Margin to each limit", MARGINS),
        Rows("What holds compute down", ("", "In light", "In the dark"), held, words=True),
    ]


def kilowatt(value_w: float) -> str:
    """Return a power in kilowatts to 10 W, without its unit."""
    return f"{value_w / 1e3:.2f}" if abs(value_w) >= 5.0 else "0"


def celsius(*values_k: float) -> str:
    """Return temperatures in whole degrees Celsius, without their unit."""
    return " to ".join(f"{round(value_k - units.KELVIN_AT_ZERO_CELSIUS)}" for value_k in values_k)


def left(margin: Margin) -> str:
    """Return what is left of a limit."""
    return "at limit" if abs(margin.left) < AT_LIMIT else units.share(margin.left)


def in_eclipse(text: Callable[[Budget], str]) -> Callable[[Budget, Conditions], str]:
    """Return a cell of the table of eclipses: nothing where the orbit has none."""
    return lambda b, _: text(b) if b.eclipse.dark_s > 0.0 else units.MISSING


def in_words(shares: Mapping[str, float]) -> str:
    """Return what binds with its shares, nothing where there was no such time."""
    return ", ".join(f"{name} {units.share(share, 0)}" for name, share in shares.items()) or units.MISSING


def date(c: Conditions) -> str:
    """Return the day of the middle of the run."""
    return f"{c.date.astype('datetime64[D]')}"


CONDITIONS: dict[str, Callable[[Budget, Conditions], str]] = {
    "Date": lambda b, c: date(c),
    "Sun [au]": lambda b, c: f"{c.sun_distance_au:.4f}",
    "Sunlight [W/m²]": lambda b, c: f"{c.flux_w_m2:.0f}",
    "Sun over plane": lambda b, c: units.MISSING if math.isnan(c.beta_rad) else f"{math.degrees(c.beta_rad):.1f}°",
    "In sunlight": lambda b, c: units.share(b.sunlit),
    "Age [years]": lambda b, c: units.number(c.age_s / YEAR_S, 2),
    "Array health": lambda b, c: units.share(c.array_health),
    "Battery [kWh]": lambda b, c: units.number(c.capacity_j / JOULE_PER_KWH, 3),
    "Absorptivity": lambda b, c: f"{c.absorptivity:.3f}",
}
POWER: dict[str, Callable[[Budget, Conditions], str]] = {
    "Array, at the bus": lambda b, c: kilowatt(b.power["array"]),
    "+ out of battery": lambda b, c: kilowatt(b.power["battery_out"]),
    "− into battery": lambda b, c: kilowatt(b.power["battery_in"]),
    "− curtailed": lambda b, c: kilowatt(b.power["curtailed"]),
    "= load": lambda b, c: kilowatt(b.heat["load"]),
    "of it compute": lambda b, c: kilowatt(b.power["compute"]),
    "of it pumps": lambda b, c: kilowatt(b.power["pump"]),
    "of it bus": lambda b, c: kilowatt(b.power["bus"]),
    "Delivered [PFLOP/s]": lambda b, c: units.number(b.executed_flop_s / units.PETA),
}
HEAT: dict[str, Callable[[Budget, Conditions], str]] = {
    "Load": lambda b, c: kilowatt(b.heat["load"]),
    "+ battery loss": lambda b, c: kilowatt(b.heat["battery_loss"]),
    "+ conditioning loss": lambda b, c: kilowatt(b.heat["conditioning"]),
    "+ Sun and Earth": lambda b, c: kilowatt(b.heat["environment"]),
    "− stored in loop": lambda b, c: kilowatt(b.heat["stored"]),
    "= radiated": lambda b, c: kilowatt(b.heat["radiated"]),
    "Coolant [°C]": lambda b, c: celsius(*b.temperature["fluid"]),
    "Chips [°C]": lambda b, c: celsius(*b.temperature["chip"]),
    "Solar cells [°C]": lambda b, c: celsius(*b.temperature["cell"]),
}
ECLIPSE: dict[str, Callable[[Budget, Conditions], str]] = {
    "Length [min]": in_eclipse(lambda b: f"{b.eclipse.dark_s / 60.0:.1f}"),
    "Load, mean [kW]": in_eclipse(lambda b: kilowatt(b.eclipse.load_w)),
    "Out of battery [kWh]": in_eclipse(lambda b: f"{b.eclipse.drawn_j / JOULE_PER_KWH:.2f}"),
    "Depth of discharge": in_eclipse(lambda b: units.share(b.eclipse.depth)),
    "Coldest cells [°C]": in_eclipse(lambda b: celsius(b.eclipse.coldest_cell_k)),
}
MARGINS: dict[str, Callable[[Budget, Conditions], str]] = {
    "Charge over floor": lambda b, c: left(b.margins["charge"]),
    "Chips": lambda b, c: f"{b.margins['chip'].left:.1f} K",
    "Radiator": lambda b, c: left(b.margins["radiator"]),
    "Charging rate": lambda b, c: left(b.margins["charging"]),
    "Discharging rate": lambda b, c: left(b.margins["discharging"]),
    "Safe mode": lambda b, c: units.duration(b.safe_s) if b.safe_s else "none",
}
