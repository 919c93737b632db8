"""What becomes of the time of chips that train, by place; and how often a gang in orbit is stopped over the run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..analysis.training import PlaceOfGangs, places
from .chart import INK, Chart, from_zero, greatest, label_ends, mean, panels, style
from .timeline import timeline

HOUR_S = 3600.0
ROLES = ("orbit", "limit", "battery", "sun", "muted")  # of the shares, in their order
LEAST_PERCENT = 6.0  # a narrower part of a bar has no figure in it


def chip_time(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the chips' time by place, over faults of the gang in orbit; None without clusters."""
    found = places(dataset)
    if not found:
        return None
    with style():
        figure, axes = panels(2, height_in=1.5, left_in=1.2, right_in=1.9, top_in=0.95, gap_row_in=1.0, share_x=False)
        bars, stops = axes[:, 0]
        draw_bars(bars, found)
        draw_stops(stops, dataset)
    words = "; ".join(
        f"{one.gang} {one.place}: "
        + ", ".join(f"{name} {100 * share:.0f} %" for name, share in one.of_executed.items())
        for one in found
    )
    return Chart(
        name="training",
        title="The time of chips that train, and what stops them",
        caption=(
            "Top: all that chips of gangs executed, waiting included, by what became of it. Bottom: faults that stop "
            "the gang of the first cluster in orbit, an hour: passes through the South Atlantic Anomaly stand out."
        ),
        alt=f"Bars of chip time by place. {words}.",
        figure=figure,
    )


def draw_bars(panel, found: list[PlaceOfGangs]) -> None:
    """Draw one bar a place, and name its parts above."""
    many = len({one.gang for one in found}) > 1
    names = [f"{one.gang}, {one.place}" if many else one.place for one in found]
    left = np.zeros(len(found))
    for part, role in zip(found[0].of_executed, ROLES, strict=True):
        share = np.array([100.0 * one.of_executed[part] for one in found])
        panel.barh(np.arange(len(found)), share, left=left, color=INK[role], alpha=0.75, height=0.62, label=part)
        for row, (start, width) in enumerate(zip(left, share, strict=True)):
            if width >= LEAST_PERCENT:
                panel.text(start + 0.5 * width, row, f"{width:.0f}", ha="center", va="center", color=INK["ink"])
        left = left + share
    panel.set_yticks(np.arange(len(found)), [name.replace("_", " ") for name in names])
    panel.invert_yaxis()
    panel.set_xlim(0.0, 100.0)
    panel.set_xlabel("Of the work that chips executed [%]")
    panel.grid(visible=False)
    panel.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, borderaxespad=0.2)


def draw_stops(panel, dataset: xr.Dataset) -> None:
    """Draw the faults an hour of the first class's gang on its first cluster."""
    axis = timeline(dataset)
    hourly = HOUR_S * axis.mean(dataset["gang_fault_rate"].values[:, :1])[:, 0]
    panel.fill_between(axis.x, 0.0, hourly, color=INK["limit"], alpha=0.55, linewidth=0, step="mid")
    from_zero(panel, greatest(hourly))
    panel.set_ylabel("Faults an hour")
    axis.set_axis(panel)
    label_ends(panel, [(mean(hourly), f"mean {mean(hourly):.2g} an hour", "limit")])
