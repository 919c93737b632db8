"""The chart of the cost: what each component adds to the price of delivered work, orbit beside ground."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from ..analysis.cost import CASES, Cost
from ..analysis.economics import PlaceCost
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
BAR, OPACITY = 0.62, 0.85


def cost_by_component(cost: Cost) -> Chart:
    """Return bars of the cost of a PFLOP/s delivered for an hour by component: defaults above, low and high below."""
    names = [name for name in ROLES if any(name in cases["default"].components for cases in cost.places.values())]
    groups = (("Every parameter as it is", ("default",)), ("Every parameter at its cheap or dear end", ("low", "high")))
    most = len(cost.places) * 2
    with style():
        figure, axes = panels(
            2, height_in=0.36 * most + 0.2, left_in=1.2, right_in=1.1, top_in=0.8, gap_row_in=0.7, share_x=False
        )
        for panel, (title, cases) in zip(axes[:, 0], groups, strict=True):
            draw_bars(
                panel, [(place, case, cost.places[place][case]) for place in cost.places for case in cases], names
            )
            panel.set_title(title)
        axes[-1, 0].set_xlabel("USD per PFLOP/s delivered for an hour")
        handles = [Patch(color=INK[ROLES[name]], alpha=OPACITY) for name in names]
        axes[0, 0].legend(
            handles, names, ncols=len(names), loc="lower left", bbox_to_anchor=(0.0, 1.13), frameon=False,
            fontsize=FONT_PT - 1, handlelength=1.0, columnspacing=1.1, borderaxespad=0.0,
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


def draw_bars(panel: Axes, bars: Sequence[tuple[str, str, PlaceCost]], names: Sequence[str]) -> None:
    """Draw a bar of components for each (place, case, cost), the first at the top, with its total at the end."""
    whole = [one.unit_costs()["pflop_hour"] for _, _, one in bars]
    for row, (_, _, one) in enumerate(bars):
        left = 0.0
        for name in names:
            width = whole[row] * one.components.get(name, 0.0) / one.usd_year
            panel.barh(row, width, BAR, left=left, color=INK[ROLES[name]], alpha=OPACITY, linewidth=0)
            left += width
        panel.annotate(
            f"{units.number(whole[row])} USD", (left, row), xytext=(5, 0), textcoords="offset points", va="center",
            fontsize=FONT_PT - 1, annotation_clip=False,
        )  # fmt: skip
    labels = [place if case == "default" else f"{place}, {case}" for place, case, _ in bars]
    panel.set_yticks(range(len(bars)), labels)
    panel.set_ylim(len(bars) - 0.5, -0.5)
    panel.set_xlim(0.0, max(whole))
    panel.grid(visible=True, axis="x")
    panel.grid(visible=False, axis="y")


def _words(cost: Cost, place: str) -> str:
    low, value, high = (units.number(cost.unit_costs(place, "pflop_hour")[case]) for case in CASES)
    return f"{value} USD, {low} to {high}"
