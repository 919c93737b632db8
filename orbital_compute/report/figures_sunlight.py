"""Sunlight by shell: lines for few shells, a map for many."""

from __future__ import annotations

import re

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from . import units
from .chart import INK, Chart, label_ends, last_value, mean, panels, style
from .headline import names_along
from .timeline import Timeline, timeline

MOST_LINES = 8  # more shells than this are drawn as a map
MOST_GROUPS = 16  # named at the side of the map


def sunlit(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the sunlit fraction by shell over the run: lines for few shells, a map for many."""
    n_shell = dataset.sizes.get("shell", 0)
    if n_shell == 0:
        return None
    axis = timeline(dataset)
    fraction = axis.mean(dataset["sunlit_fraction"].values)
    names = names_along(dataset, "shell")
    whole = np.nanmean(fraction, axis=0)
    with style():
        if n_shell <= MOST_LINES:
            figure = sunlit_lines(axis, fraction, names)
            how = "Each line is one shell; figures at the right are its mean over the run."
        else:
            figure = sunlit_map(axis, fraction, shell_groups(dataset))
            how = "Left: each row is one shell, bright is sunlit. Right: the mean of each shell over the run."
    return Chart(
        name="sunlit",
        title="Sunlight by shell",
        caption=f"Share of time in sunlight, mean over a shell's satellites; penumbra counts by the disc seen. {how}",
        alt=(
            f"Sunlit fraction of {n_shell} shells. Mean of a shell over the run: least {units.share(whole.min())} "
            f"({names[int(whole.argmin())]}), greatest {units.share(whole.max())} ({names[int(whole.argmax())]})."
        ),
        figure=figure,
    )


def sunlit_lines(axis: Timeline, fraction: np.ndarray, names: list[str]) -> Figure:
    """Return the figure with one line a shell."""
    roles = ("orbit", "ground", "battery", "heat", "sun", "limit", "muted", "ink")
    figure, axes = panels(1, height_in=2.8, right_in=2.6)
    panel = axes[0, 0]
    for i in range(fraction.shape[1]):
        panel.plot(axis.x, fraction[:, i], color=INK[roles[i]], linestyle="-" if i < 4 else (0, (5, 2)))
    panel.set_ylim(min(0.5, 0.98 * float(np.nanmin(fraction))), 1.02)
    panel.set_ylabel("Sunlit fraction [1]")
    label_ends(
        panel, [(last_value(f), f"{name} {units.share(mean(f))}", roles[i])
                for i, (name, f) in enumerate(zip(names, fraction.T, strict=True))]
    )  # fmt: skip
    axis.set_axis(panel)
    return figure


def sunlit_map(axis: Timeline, fraction: np.ndarray, groups: list[tuple[str, int, int]]) -> Figure:
    """Return the figure with time across, shells down, and the mean of each shell at the right."""
    n_shell = fraction.shape[1]
    figure, axes = panels(
        1,
        2,
        height_in=4.6,
        left_in=1.7,
        top_in=0.6,
        right_in=0.35,
        gap_column_in=0.35,
        widths=(3.0, 1.2),
        share_x=False,
    )
    left, right = axes[0]
    low = float(np.floor(20.0 * np.nanmin(fraction)) / 20.0)
    picture = left.imshow(
        fraction.T,
        aspect="auto",
        cmap="cividis",
        vmin=min(low, 0.95),
        vmax=1.0,
        extent=(axis.edges[0], axis.edges[-1], n_shell - 0.5, -0.5),
        interpolation="nearest",
    )
    left.grid(False)
    axis.set_axis(left)
    middles = [0.5 * (first + last) for _, first, last in groups]
    left.set_yticks(middles, [name for name, _, _ in groups])
    left.tick_params(axis="y", length=0)
    for panel in (left, right):
        for _, first, _ in groups[1:] if any(last > first for _, first, last in groups) else ():
            panel.axhline(first - 0.5, color=INK["paper"] if panel is left else INK["grid"], linewidth=1.2)
    right.plot(np.nanmean(fraction, axis=0), np.arange(n_shell), "o", color=INK["orbit"], markersize=2.6)
    right.set_ylim(n_shell - 0.5, -0.5)
    right.set_yticks([])
    right.set_xlim(min(low, 0.95), 1.005)
    right.grid(False, axis="y")
    right.grid(True, axis="x")
    right.set_xlabel("Mean sunlit fraction [1]")
    left.set_title("Sunlit fraction [1]", y=1.0, pad=6)
    inset = left.inset_axes((0.62, 1.018, 0.38, 0.022))
    bar = figure.colorbar(picture, cax=inset, orientation="horizontal")
    bar.outline.set_visible(False)
    inset.tick_params(labelsize=8, length=2, labeltop=True, labelbottom=False, top=True, bottom=False)
    return figure


def shell_groups(dataset: xr.Dataset) -> list[tuple[str, int, int]]:
    """Return runs of neighbouring shells that people see as one, each with its first and last row: at most 16.

    Shells whose names differ only in a closing number belong together: `group_1_shell_01`, `group_1_shell_02`.
    """
    names = [str(name) for name in dataset["shell"].values]
    groups: list[tuple[str, int, int]] = []
    for row, name in enumerate(names):
        stem = re.sub(r"[\s_-]*(shell)?[\s_-]*\d+$", "", name) or name
        if groups and groups[-1][0] == stem:
            groups[-1] = (stem, groups[-1][1], row)
        else:
            groups.append((stem, row, row))
    if len(groups) == 1:
        groups = [(name, row, row) for row, name in enumerate(names)]
    every = -(-len(groups) // MOST_GROUPS)
    return [(where(dataset, *group), group[1], group[2]) for group in groups[::every]]


def where(dataset: xr.Dataset, name: str, first: int, last: int) -> str:
    """Return a group's name, with its heights and inclinations where the data set holds them."""
    text = name.replace("_", " ")
    if "shell_altitude_m" not in dataset.coords or "shell_inclination_deg" not in dataset.coords:
        return text
    heights = dataset["shell_altitude_m"].values[first : last + 1] / 1e3
    tilts = dataset["shell_inclination_deg"].values[first : last + 1]
    return f"{text}\n{span(heights)} km, {span(tilts)}°"


def span(values: np.ndarray) -> str:
    """Return `550–568` or, where both ends read the same, one figure."""
    low, high = f"{values.min():.0f}", f"{values.max():.0f}"
    return low if low == high else f"{low}–{high}"
