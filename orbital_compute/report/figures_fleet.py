"""The fleet's condition: sunlight by shell, temperatures and state of charge with percentiles over satellites."""

from __future__ import annotations

import re

import numpy as np
import xarray as xr

from . import units
from .chart import INK, Chart, label_ends, last_value, mean, panels, style
from .timeline import Timeline, timeline

MOST_LINES = 8  # more shells than this are drawn as a map
MOST_GROUPS = 16  # named at the side of the map
_GRID = (np.arange(40) + 0.5) / 40.0  # probabilities at which a shell's percentiles are joined to the fleet's


def sunlit(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the sunlit fraction by shell over the run: lines for few shells, a map for many."""
    n_shell = dataset.sizes.get("shell", 0)
    if n_shell == 0:
        return None
    axis = timeline(dataset)
    fraction = axis.mean(dataset["sunlit_fraction"].values)
    names = [str(name) for name in dataset["shell"].values]
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


def sunlit_lines(axis: Timeline, fraction: np.ndarray, names: list[str]):
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


def sunlit_map(axis: Timeline, fraction: np.ndarray, groups: list[tuple[str, int, int]]):
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


def temperatures(dataset: xr.Dataset, *, chip_limit_k: float | None = None) -> Chart | None:
    """Return the chart of chip and fluid temperature with percentiles over all satellites, and of throttling."""
    if dataset.sizes.get("shell", 0) == 0:
        return None
    axis = timeline(dataset)
    weight = share_of_shells(dataset)
    with style():
        figure, axes = panels(3, height_in=1.75)
        for panel, name, title in (
            (axes[0, 0], "chip_temperature_k", "Chip"),
            (axes[1, 0], "fluid_temperature_k", "Coolant and radiator"),
        ):
            celsius = fleet_quantiles(axis, dataset[name], weight) - units.KELVIN_AT_ZERO_CELSIUS
            draw_bands(panel, axis, celsius, "heat")
            panel.set_ylabel("Temperature [°C]")
            panel.set_title(f"{title}: all satellites")
            room = 0.08 * max(float(np.nanmax(celsius) - np.nanmin(celsius)), 1.0)
            labels = band_labels(celsius, "heat", lambda v: f"{v:.0f} °C")
            top = float(np.nanmax(celsius))
            if chip_limit_k is not None and name == "chip_temperature_k":
                limit_c = chip_limit_k - units.KELVIN_AT_ZERO_CELSIUS
                panel.axhline(limit_c, color=INK["limit"], linewidth=1.3, linestyle=(0, (5, 2)))
                labels.append((limit_c, f"limit {limit_c:.0f} °C", "limit"))
                top = max(top, limit_c)
            panel.set_ylim(float(np.nanmin(celsius)) - room, top + room)
            label_ends(panel, labels)
            axis.set_axis(panel, labelled=False)
        low = axes[2, 0]
        draw_fractions(low, axis, dataset, weight)
        axis.set_axis(low)
        hottest_k = float(np.nanmax(dataset["chip_temperature_k"].values))
    return Chart(
        name="temperatures",
        title="Temperatures of the fleet",
        caption=(
            "Strong band: the middle half of all satellites; faint band: 5th to 95th percentile; thin lines: coolest and "
            "hottest satellite; thick line: median. Fleet percentiles are joined from those of the shells. Below: the "
            "share of satellite time in which heat cut the compute power, or in which a satellite was in safe mode."
        ),
        alt=f"Band charts of chip and coolant temperature; hottest chip {units.temperature(hottest_k)}.",
        figure=figure,
    )


def draw_fractions(panel, axis: Timeline, dataset: xr.Dataset, weight: np.ndarray) -> None:
    """Draw the shares of satellite time that were throttled and in safe mode."""
    labels, top = [], 0.0
    for name, text, role, dash in (
        ("throttled_fraction", "throttled", "heat", "-"),
        ("safe_mode_fraction", "safe mode", "limit", (0, (5, 2))),
    ):
        percent = 100.0 * axis.mean(dataset[name].values @ weight)
        panel.plot(axis.x, percent, color=INK[role], linestyle=dash)
        labels.append((last_value(percent), f"{text}\n{share_of_time(percent)}", role))
        top = max(top, float(np.nanmax(percent)))
    panel.set_ylim(0.0, 1.15 * top if top > 0.0 else 1.0)
    panel.set_ylabel("Satellite time [%]")
    panel.set_title("Throttled by heat, and in safe mode")
    label_ends(panel, labels)


def share_of_time(percent: np.ndarray) -> str:
    """Return in words how much of the satellites' time a series in per cent makes."""
    return f"{units.share(mean(percent) / 100.0)} of time" if np.nanmax(percent) > 0.0 else "never"


def state_of_charge(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of battery charge with percentiles over all satellites, and of each site's battery plant."""
    if dataset.sizes.get("shell", 0) == 0:
        return None
    axis = timeline(dataset)
    percent = 100.0 * fleet_quantiles(axis, dataset["state_of_charge"], share_of_shells(dataset))
    with style():
        figure, axes = panels(1, height_in=2.6)
        panel = axes[0, 0]
        draw_bands(panel, axis, percent, "battery")
        panel.set_ylim(0.0, 103.0)
        panel.set_ylabel("State of charge [%]")
        label_ends(panel, band_labels(percent, "battery", lambda v: f"{v:.0f} %"))
        axis.set_axis(panel)
    return Chart(
        name="state-of-charge",
        title="Charge of the satellites' batteries",
        caption=(
            "Strong band: the middle half of all satellites; faint band: 5th to 95th percentile; thin lines: emptiest and "
            "fullest satellite; thick line: median. 0 % is an empty cell, not the depth that the plan allows."
        ),
        alt=(
            f"Band chart of state of charge: median {np.nanmedian(percent[:, 3]):.0f} %, lowest satellite "
            f"{np.nanmin(percent[:, 0]):.0f} %."
        ),
        figure=figure,
    )


def share_of_shells(dataset: xr.Dataset) -> np.ndarray:
    """Return each shell's share of the satellites."""
    satellites = dataset["shell_satellites"].values.astype(float)
    return satellites / satellites.sum()


def fleet_quantiles(axis: Timeline, values: xr.DataArray, weight: np.ndarray) -> np.ndarray:
    """Return percentiles over the whole fleet float64[n_point, n_quantile] from those of the shells.

    Between its stored percentiles a shell's satellites are taken as evenly spread; the extremes are exact.
    """
    probability = values["quantile"].values.astype(float)
    data = values.values.astype(float)
    by_shell = axis.mean(data)
    # Each shell's quantile function at 40 even probabilities is a fixed linear mix of the stored ones.
    mix = np.stack([np.interp(_GRID, probability, unit) for unit in np.eye(probability.size)])
    points = by_shell @ mix
    n_point = points.shape[0]
    flat = points.reshape(n_point, -1)
    mass = np.repeat(weight / _GRID.size, _GRID.size)
    order = np.argsort(flat, axis=1)
    ordered = np.take_along_axis(flat, order, axis=1)
    reached = np.cumsum(mass[order], axis=1) - 0.5 * mass[order]
    result = np.empty((n_point, probability.size))
    for i in range(n_point):
        known = np.isfinite(ordered[i])
        result[i] = np.interp(probability, reached[i, known], ordered[i, known]) if known.any() else np.nan
    if probability[0] == 0.0:
        result[:, 0] = np.nanmin(axis.lowest(data)[:, :, 0], axis=1)
    if probability[-1] == 1.0:
        result[:, -1] = np.nanmax(axis.highest(data)[:, :, -1], axis=1)
    return result


def draw_bands(panel, axis: Timeline, values: np.ndarray, role: str) -> None:
    """Draw seven percentiles [n_point, 7] as two bands, a median and two thin extremes."""
    panel.fill_between(axis.x, values[:, 1], values[:, 5], color=INK[role], alpha=0.22, linewidth=0)
    panel.fill_between(axis.x, values[:, 2], values[:, 4], color=INK[role], alpha=0.38, linewidth=0)
    panel.plot(axis.x, values[:, 3], color=INK[role])
    for edge in (0, 6):
        panel.plot(axis.x, values[:, edge], color=INK["muted"], linewidth=0.8)


def band_labels(values: np.ndarray, role: str, write) -> list[tuple[float, str, str]]:
    """Return the labels of the extremes and the median, each with its value over the whole run."""
    return [
        (last_value(values[:, 6]), f"highest {write(np.nanmax(values[:, 6]))}", "muted"),
        (last_value(values[:, 3]), f"median {write(np.nanmedian(values[:, 3]))}", role),
        (last_value(values[:, 0]), f"lowest {write(np.nanmin(values[:, 0]))}", "muted"),
    ]
