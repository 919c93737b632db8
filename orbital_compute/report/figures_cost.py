"""The chart of the cost: what each component adds to the price of delivered work, orbit beside ground."""

from __future__ import annotations

from ..analysis.cost import CASES, Cost
from . import units
from .chart import FONT_PT, INK, Chart, panels, style

ROLES = {
    "launch": "orbit",
    "satellites": "sun",
    "facility": "ground",
    "accelerators": "heat",
    "replacement": "limit",
    "electricity": "battery",
    "operations": "muted",
}
BAR = 0.62


def cost_by_component(cost: Cost) -> Chart:
    """Return bars of the cost of a PFLOP/s delivered for an hour: low, default and high of each place, by component."""
    bars = [(place, case, cost.places[place][case]) for place in cost.places for case in CASES]
    names = [name for name in ROLES if any(name in one.components for _, _, one in bars)]
    whole = {(place, case): one.unit_costs()["pflop_hour"] for place, case, one in bars}
    most = max(whole.values())
    with style():
        figure, axes = panels(1, height_in=0.42 * len(bars) + 0.5, left_in=1.3, right_in=1.1, top_in=0.75)
        panel = axes[0, 0]
        for row, (place, case, one) in enumerate(bars):
            left = 0.0
            for name in names:
                if name not in one.components:
                    continue
                width = whole[place, case] * one.components[name] / one.usd_year
                panel.barh(row, width, BAR, left=left, color=INK[ROLES[name]], alpha=0.85, linewidth=0)
                left += width
            text = units.number(whole[place, case])
            panel.text(left + 0.01 * most, row, text, va="center", fontsize=FONT_PT - 1, color=INK["ink"])
        panel.set_yticks(range(len(bars)), [f"{place}, {case}" for place, case, _ in bars])
        panel.set_ylim(len(bars) - 0.5, -0.5)
        panel.set_xlim(0.0, most)
        panel.set_xlabel("USD per PFLOP/s delivered for an hour")
        panel.grid(axis="x")
        panel.grid(visible=False, axis="y")
        handles = [panel.barh(0, 0, color=INK[ROLES[name]], alpha=0.85) for name in names]
        panel.legend(
            handles, names, ncols=len(names), loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False,
            fontsize=FONT_PT - 1, handlelength=1.0, columnspacing=1.1, borderaxespad=0.4,
        )  # fmt: skip
    words = "; ".join(f"{place} {_words(cost, place)}" for place in cost.places)
    return Chart(
        name="cost",
        title="Cost of delivered work, by what it pays for",
        caption=(
            "Each bar is what a petaflop/s, delivered for an hour, costs with all parameters at their cheap ends "
            "(low), as they are (default), and at their dear ends (high). Replacement is of what is lost early."
        ),
        alt=f"Stacked bars of the cost of a PFLOP/s for an hour: {words}.",
        figure=figure,
    )


def _words(cost: Cost, place: str) -> str:
    low, value, high = (units.number(cost.unit_costs(place, "pflop_hour")[case]) for case in CASES)
    return f"{value} USD, {low} to {high}"
