"""What binds: the resource that holds each class back, and what stops the flow of data from orbit to the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from . import units
from .chart import INK, Chart, from_zero, greatest, panels, style
from .headline import Rows, names_along
from .timeline import timeline

if TYPE_CHECKING:
    from ..results import Results

NOTE = (
    "What one more piece of work of a class would have needed, by the prices of each window's dispatch: compute as "
    "power and cooling allow it, room at gateways and uplinks, lasers between satellites, memory, or nothing, since "
    "all was served. The shares are of the work wanted, each window counting the same."
)
FLOW_NOTE = (
    "The greatest flow is what all satellites could send to the ground at once, would their whole compute do the mix "
    "of work that is wanted. It is as wide as its least cut, the cheapest set of things that all data must pass: "
    "compute itself, lasers, satellites in the gateways' view, or the gateways' antennas."
)
WORDS = {
    "power": "compute and its power",
    "gateway": "gateways and uplinks",
    "laser": "lasers",
    "memory": "memory",
    "demand": "nothing: all served",
    "reach": "no node in reach",
    "compute": "compute of the satellites",
    "lasers": "lasers",
    "view": "satellites in view",
    "antennas": "gateways' antennas",
}
ROLES = {
    "power": "orbit", "gateway": "ground", "laser": "battery", "memory": "heat", "demand": "grid", "reach": "limit",
    "compute": "orbit", "lasers": "battery", "view": "sun", "antennas": "ground",
}  # fmt: skip
MOST_NAMED = 5
LITTLE = 5e-4  # of time: what binds for less is not named


def shares(dataset: xr.Dataset) -> np.ndarray | None:
    """Return float64[n_class, n_resource], the share of time in which each resource binds each class; rows sum to 1."""
    if "binding_share" not in dataset:
        return None
    values = dataset["binding_share"].values
    wanted = values.sum(axis=2) > 0.0
    return values.sum(axis=0) / np.maximum(wanted.sum(axis=0), 1)[:, None]


def tables(results: Results) -> list[Rows]:
    """Return the tables of what binds; none where the run has none."""
    dataset = results.dataset
    by_class = shares(dataset)
    if by_class is None or not by_class.any():
        return []
    names = [WORDS[str(name)] for name in dataset["resource"].values]
    used = np.flatnonzero(by_class.max(axis=0) >= LITTLE)
    rows = [
        (label, *(units.share(float(by_class[k, r])) for r in used))
        for k, label in enumerate(names_along(dataset, "job_class"))
    ]
    heads = ("Class", *(f"{names[r][0].upper()}{names[r][1:]}" for r in used))
    made = [Rows("What binds, share of time", heads, rows)]
    return made if "ground_flow_bit_s" not in dataset else [*made, flow(dataset)]


def flow(dataset: xr.Dataset) -> Rows:
    """Return what lasers carried, the greatest flow and where its least cut lies."""
    cut = dataset["cut_bit_s"].values.mean(axis=0)
    whole, sent = float(cut.sum()), float(dataset["laser_want_bit"].values.sum())
    carried = float(dataset["laser_carried_bit"].values.sum())
    load, room = (dataset[f"laser_{name}_bit"].values.sum() for name in ("load", "capacity"))
    rows = [
        ("Greatest flow to the ground, mean", units.prefixed(whole, "bit/s")),
        *(
            (f"of it stopped by {WORDS[str(place)]}", units.share(float(part) / whole if whole else float("nan")))
            for place, part in zip(dataset["cut_place"].values, cut, strict=True)
        ),
        ("Data to go around by laser", units.prefixed(sent / 8.0, "B")),
        ("carried", units.share(carried / sent if sent else float("nan"))),
        ("Work taken back for want of lasers, mean", units.share(float(dataset["laser_loss"].values.mean()), 2)),
        ("Lasers' flow below its proven bound, at most", units.share(float(dataset["laser_gap"].values.max()), 2)),
        ("Links between satellites that hold, mean", units.share(float(dataset["laser_links_share"].values.mean()))),
        ("Capacity between cells that is used, mean", units.share(float(load / room) if room else float("nan"))),
    ]
    return Rows("From orbit to the ground", ("", ""), rows)


def named(results: Results) -> str:
    """Return the gateways and shells that the least cut goes through, in a sentence; nothing without lasers."""
    dataset = results.dataset
    if "ground_flow_bit_s" not in dataset:
        return ""
    gateways, shells = _most(dataset, "cut_gateway_bit_s", "arc"), _most(dataset, "cut_shell_bit_s", "shell")
    return f"Gateways in the least cut: {gateways}. Shells whose lasers are in it: {shells}."


def _most(dataset: xr.Dataset, name: str, dim: str) -> str:
    """Return the names along a dimension that have most of a variable, with their shares; "none" where all is zero."""
    total = dataset[name].values.mean(axis=0)
    if not total.any():
        return "none"
    names, order = names_along(dataset, dim), np.argsort(-total, kind="stable")
    said = [f"{names[i]} {units.share(float(total[i] / total.sum()), 0)}" for i in order[:MOST_NAMED] if total[i] > 0.0]
    more = int(np.count_nonzero(total)) - len(said)
    return ", ".join(said) + (f", and {more} more" if more > 0 else "")


def charts(results: Results) -> list[Chart]:
    """Return the figures of what binds."""
    drawn = (by_class(results.dataset), least_cut(results.dataset))
    return [chart for chart in drawn if chart is not None]


def by_class(dataset: xr.Dataset) -> Chart | None:
    """Return the bars of what binds each class."""
    found = shares(dataset)
    if found is None or not found.any():
        return None
    names, resources = names_along(dataset, "job_class"), [str(name) for name in dataset["resource"].values]
    used = [r for r in range(len(resources)) if found[:, r].max() >= LITTLE]
    with style():
        figure, axes = panels(1, height_in=0.5 + 0.34 * len(names), left_in=1.6, right_in=0.4, top_in=0.5)
        panel, rows, before = axes[0, 0], np.arange(len(names)), np.zeros(len(names))
        for r in used:
            panel.barh(
                rows, 100.0 * found[:, r], left=100.0 * before, height=0.62, color=INK[ROLES[resources[r]]],
                alpha=0.75, label=WORDS[resources[r]], edgecolor=INK["paper"],
            )  # fmt: skip
            before = before + found[:, r]
        panel.set_yticks(rows, names)
        panel.tick_params(axis="y", length=0, labelcolor=INK["ink"])
        panel.set_ylim(len(names) - 0.5, -0.5)
        panel.set_xlim(0.0, 100.0)
        panel.grid(False)
        panel.set_xlabel("Share of time [%]")
        panel.legend(
            loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(used), frameon=False, fontsize=9,
            labelcolor=INK["ink"], handlelength=1.2, columnspacing=1.4,
        )  # fmt: skip
    said = [
        f"{name}: " + ", ".join(f"{WORDS[resources[r]]} {units.share(float(found[k, r]), 0)}" for r in used)
        for k, name in enumerate(names)
    ]
    return Chart(
        name="binding",
        title="What binds each class",
        caption=(
            "Share of time in which each resource holds the class back. Where nothing does, all work that waited was "
            "assigned in the window."
        ),
        alt="; ".join(said) + ".",
        figure=figure,
    )


def least_cut(dataset: xr.Dataset) -> Chart | None:
    """Return the greatest flow to the ground over time, by where its least cut lies."""
    if "cut_bit_s" not in dataset:
        return None
    axis, cut = timeline(dataset), dataset["cut_bit_s"].values
    places = [str(name) for name in dataset["cut_place"].values]
    lines = [axis.mean(cut[:, k]) for k in range(len(places))]
    factor, prefix = units.scale_for(greatest(np.sum(lines, axis=0)))
    with style():
        figure, axes = panels(1, height_in=2.1, right_in=0.4, top_in=0.5)
        panel, below = axes[0, 0], np.zeros_like(lines[0])
        for k, place in enumerate(places):
            if not lines[k].any():
                continue
            top = below + lines[k] / factor
            panel.fill_between(
                axis.x, below, top, color=INK[ROLES[place]], alpha=0.65, linewidth=0, label=WORDS[place]
            )  # fmt: skip
            below = top
        from_zero(panel, greatest(below))
        panel.set_ylabel(f"Greatest flow [{prefix}bit/s]")
        panel.legend(
            loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=4, frameon=False, fontsize=9, labelcolor=INK["ink"],
            handlelength=1.2, columnspacing=1.4,
        )  # fmt: skip
        axis.set_axis(panel)
    whole = float(cut.sum()) or 1.0
    said = ", ".join(
        f"{WORDS[place]} {units.share(float(cut[:, k].sum()) / whole, 0)}" for k, place in enumerate(places)
    )
    return Chart(
        name="least-cut",
        title="From orbit to the ground: the greatest flow, and what stops it",
        caption=(
            "Height: what all satellites could send to the ground together. Colours: what the least cut goes through; "
            "widening anything else would bring nothing."
        ),
        alt=f"Greatest flow over time, {units.prefixed(float(cut.sum(axis=1).mean()), 'bit/s')} on average: {said}.",
        figure=figure,
    )
