"""The fleet's condition: temperatures and state of charge with percentiles over satellites."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, mean, panels, style
from .timeline import Timeline, timeline

_GRID = (np.arange(40) + 0.5) / 40.0  # probabilities at which a shell's percentiles are joined to the fleet's


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
            "Strong band: the middle half of all satellites; faint band: 5th to 95th percentile; thin lines: coolest "
            "and hottest satellite; thick line: median. Fleet percentiles are joined from those of the shells. Below: "
            "the share of satellite time in which heat held compute back, or a satellite was in safe mode."
        ),
        alt=f"Band charts of chip and coolant temperature; hottest chip {units.temperature(hottest_k)}.",
        figure=figure,
    )


def draw_fractions(panel: Axes, axis: Timeline, dataset: xr.Dataset, weight: np.ndarray) -> None:
    """Draw the shares of satellite time that were throttled and in safe mode."""
    labels, top = [], 0.0
    for name, text, role, dash in (
        ("throttled_fraction", "throttled", "heat", "-"),
        ("safe_mode_fraction", "safe mode", "limit", (0, (5, 2))),
    ):
        percent = 100.0 * axis.mean(dataset[name].values @ weight)
        panel.plot(axis.x, percent, color=INK[role], linestyle=dash)
        labels.append((last_value(percent), f"{text}\n{share_of_time(percent)}", role))
        top = max(top, greatest(percent))
    from_zero(panel, top)
    panel.set_ylabel("Satellite time [%]")
    panel.set_title("Throttled by heat, and in safe mode")
    label_ends(panel, labels)


def share_of_time(percent: np.ndarray) -> str:
    """Return in words how much of the satellites' time a series in per cent makes."""
    return f"{units.share(mean(percent) / 100.0)} of time" if greatest(percent) > 0.0 else "never"


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
        panel.set_ylim(max(0.0, 10.0 * np.floor(np.fmin.reduce(percent, axis=None) / 10.0 - 0.5)), 101.0)
        panel.set_ylabel("State of charge [%]")
        label_ends(panel, band_labels(percent, "battery", lambda v: f"{v:.0f} %"))
        axis.set_axis(panel)
    return Chart(
        name="state-of-charge",
        title="Charge of the satellites' batteries",
        caption=(
            "Strong band: the middle half of all satellites; faint band: 5th to 95th percentile; thin lines: emptiest "
            "and fullest satellite; thick line: median. 100 % is a full cell."
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
        result[:, 0] = np.fmin.reduce(axis.lowest(data)[:, :, 0], axis=1)
    if probability[-1] == 1.0:
        result[:, -1] = np.fmax.reduce(axis.highest(data)[:, :, -1], axis=1)
    return result


def draw_bands(panel: Axes, axis: Timeline, values: np.ndarray, role: str) -> None:
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
