"""Compute delivered: hour by hour beside what was offered, and the waterfall from peak to delivered."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from ..analysis.summary import run_length_s
from ..analysis.waterfall import Stage
from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, mean_of, panels, style
from .headline import waterfalls
from .timeline import row_length_s, timeline

_WHERE = {"Orbit": "in orbit", "Ground": "on the ground"}


def delivered(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the compute that orbit and ground deliver, beside what each could have offered."""
    axis = timeline(dataset)
    window_s = row_length_s(dataset)
    sides = [
        (name, dim, role, axis.mean(dataset[credited].values.sum(axis=1)) / window_s,
         axis.mean(dataset[offered].values.sum(axis=1)) / window_s)
        for name, dim, role, credited, offered in (
            ("Orbit", "shell", "orbit", "credited_orbit_flop", "offered_flop"),
            ("Ground", "site", "ground", "credited_site_flop", "site_offered_flop"),
        )
        if dataset.sizes.get(dim, 0) > 0
    ]  # fmt: skip
    if not sides:
        return None
    with style():
        figure, axes = panels(len(sides), height_in=1.9)
        for panel, (name, _, role, done, offer) in zip(axes[:, 0], sides, strict=True):
            top = greatest(done, offer)
            factor, prefix = units.scale_for(top)
            panel.fill_between(axis.x, 0.0, done / factor, color=INK[role], alpha=0.55, linewidth=0)
            panel.plot(axis.x, offer / factor, color=INK["ink"], linestyle=(0, (5, 2)))
            from_zero(panel, top / factor)
            panel.set_ylabel(f"Compute [{prefix}FLOP/s]")
            panel.set_title(name)
            label_ends(
                panel,
                [
                    (last_value(offer) / factor, f"offered\n{mean_of(offer, 'FLOP/s')}", "ink"),
                    (0.45 * last_value(done) / factor, f"delivered\n{mean_of(done, 'FLOP/s')}", role),
                ],
            )
            axis.set_axis(panel, labelled=panel is axes[-1, 0])
    return Chart(
        name="delivered",
        title=f"Compute delivered {' and '.join(_WHERE[name] for name, *_ in sides)}",
        caption=(
            "Filled: work that was executed and need not be done again. Dashed: work that the nodes could have done "
            "with the energy and the temperatures they had; the gap between the two is work that faults took, and "
            "demand that was missing or could not be reached. "
            f"{'The two scales differ. ' * (len(sides) > 1)}Figures at the right are means over the run."
        ),
        alt="Area charts of compute over time. Means: "
        + "; ".join(
            f"{name.lower()} delivered {mean_of(done, 'FLOP/s')} of {mean_of(offer, 'FLOP/s')} offered"
            for name, _, _, done, offer in sides
        )
        + ".",
        figure=figure,
    )


def waterfall(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the delivered-compute waterfall, orbit beside all sites together."""
    found = [(place, fall) for place, fall in waterfalls(dataset) if fall[0].flop > 0.0]
    orbit = [(place, "orbit", fall) for place, fall in found if place == "Orbit"]
    ground = [(place, "ground", fall) for place, fall in found if place != "Orbit"]
    sides = orbit + ground[:1]
    if not sides:
        return None
    with style():
        figure, axes = panels(
            1,
            len(sides),
            height_in=0.42 * len(sides[0][2]),
            left_in=1.75,
            right_in=0.2,
            gap_column_in=1.35,
            share_x=False,
        )
        for panel, (title, role, steps) in zip(axes[0], sides, strict=True):
            draw_waterfall(panel, steps, role)
            panel.set_title(f"{title}: peak {units.prefixed(steps[0].flop / run_length_s(dataset), 'FLOP/s')}")
    return Chart(
        name="waterfall",
        title="From peak to delivered: where compute is lost",
        caption=(
            "Each bar is what remains after the limit named beside it, as a share of all devices running at their "
            "dense peak through the whole run; the pale part is what that limit took. The factors multiply to the "
            "last bar."
        ),
        alt="Waterfall of compute as shares of the peak. "
        + " ".join(
            f"{title}: " + ", ".join(f"{step.name} {units.share(step.flop / steps[0].flop)}" for step in steps) + "."
            for title, _, steps in sides
        ),
        figure=figure,
    )


def draw_waterfall(panel: Axes, steps: list[Stage], role: str) -> None:
    """Draw one side's bars: what is left after each stage, and in pale what the stage took."""
    left = np.array([step.flop for step in steps]) / steps[0].flop
    rows = np.arange(left.size)
    taken = np.append(0.0, np.clip(left[:-1] - left[1:], 0.0, None))
    panel.barh(rows, left, height=0.62, color=INK[role], alpha=0.8)
    panel.barh(rows, taken, left=left, height=0.62, color=INK[role], alpha=0.2)
    for row, step in enumerate(steps):
        factor = f"  × {units.number(step.factor)}" if row else ""
        panel.text(left[row] + taken[row] + 0.015, row, f"{units.share(left[row])}{factor}", va="center", fontsize=9)
    panel.set_yticks(rows, [step.name for step in steps])
    panel.set_ylim(left.size - 0.5, -0.5)
    panel.set_xlim(0.0, 1.5)
    panel.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
    panel.set_xlabel("Share of peak compute [%]", loc="left")
    panel.tick_params(axis="y", length=0, labelcolor=INK["ink"])
    panel.grid(False)
    panel.grid(True, axis="x")
    panel.spines["bottom"].set_bounds(0.0, 1.0)
