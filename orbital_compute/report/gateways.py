"""Gateways in the report: capacity used, links and handovers, weather and what several gateways make of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..analysis import gateways
from ..analysis.gateways import GatewayUse
from ..scenario.quantity import read_quantity
from . import units
from .headline import Rows

if TYPE_CHECKING:
    from ..results import Results

LINKS_NOTE = (
    "Links: an antenna follows one satellite at a time, by the rule of the scenario; a change is a satellite taken up "
    "after another, and its acquisition is taken off the link's time. Contact is antenna time on satellites over "
    "changes."
)
WEATHER_NOTE = (
    "Weather is drawn hour by hour, open or closed. In the long run is what the same law gives over all time: a run of "
    "days scatters about it."
)


def tables(results: Results) -> list[Rows]:
    """Return the tables of gateways; none where the run has none, or none of them was used."""
    dataset, scenario = results.dataset, results.manifest.get("scenario", {})
    found = gateways.use(dataset, scenario)
    if not found:
        return []
    made = [carried(found)]
    if not math.isnan(found[0].linked_share):
        made.append(links(found))
    if drawn(results):
        sky = gateways.skies(dataset, _length_m(results))
        heads = ("Region", "Nearest gateways", "One is open", "In the long run")
        rows = [
            (
                one.region.replace("_", " "),
                ", ".join(name.replace("_", " ") for name in one.gateways),
                units.share(one.open_share),
                units.share(one.expected_share),
            )
            for one in sky
        ]
        made.append(Rows("Regions under the weather of their gateways", heads, rows, words=True))
    return made


def notes(results: Results) -> list[str]:
    """Return the sentences that explain the tables."""
    said = [LINKS_NOTE] if "gateway_links" in results.dataset and _rule(results) != "any" else []
    return said + [WEATHER_NOTE] * drawn(results)


def carried(found: list[GatewayUse]) -> Rows:
    """Return what each gateway carried, how full it was and what a bit more was worth."""
    weather = any(one.open_share < 1.0 for one in found)
    rows = [
        (
            one.name.replace("_", " "),
            *((units.share(one.open_share), units.share(one.expected_share)) if weather else ()),
            units.prefixed(one.carried_bit / 8.0, "B"),
            units.share(one.used_share),
            units.share(one.full_share),
            units.number(one.price) if one.price else "0",
        )
        for one in found
    ]
    heads = (
        "Gateway",
        *(("Open", "In the long run") if weather else ()),
        "Carried",
        "Used",
        "Full",
        "Price a bit, most",
    )
    return Rows("Gateways", heads, rows)


def links(found: list[GatewayUse]) -> Rows:
    """Return what the antennas of each gateway did."""
    rows = [
        (
            one.name.replace("_", " "),
            units.count(one.antennas),
            units.number(one.in_view),
            units.share(one.linked_share),
            units.number(one.changes_per_hour),
            "no change" if math.isinf(one.contact_s) else units.duration(one.contact_s),
            units.prefixed(one.link_rate_bit_s, "bit/s"),
        )
        for one in found
    ]
    heads = ("Gateway", "Antennas", "In view", "On a satellite", "Changes an hour", "Contact", "Rate of a link")
    return Rows("Links of the gateways", heads, rows)


def drawn(results: Results) -> bool:
    """Return whether the run drew its weather."""
    return "gateway_open" in results.dataset and _gateways(results).get("weather") == "drawn"


def _gateways(results: Results) -> dict:
    return results.manifest.get("scenario", {}).get("gateways") or {}


def _rule(results: Results) -> str:
    return str(_gateways(results).get("choice", "any"))


def _length_m(results: Results) -> float:
    return read_quantity(_gateways(results)["correlation_length"], "km", example="700 km")
