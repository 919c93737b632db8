"""First tokens over the day: how long they take by the hour, and who gets them in time."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba

from ..analysis.service import QUANTILES, first_tokens_s
from .chart import INK, Chart, label_ends, last_value, panels, style
from .headline import names_along

MOST_CLASSES = 4
HOURS = 24
LEAST_SPAN = 3.0  # of the scale of times, largest over smallest


def first_tokens(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of times to the first token by the hour of the day, one row a class; None without any."""
    if "ttft_count" not in dataset:
        return None
    counts = dataset["ttft_count"].values
    shown = np.flatnonzero(counts.any(axis=(1, 2, 3)))[:MOST_CLASSES].tolist()
    if not shown:
        return None
    names, limits_s = names_along(dataset, "job_class"), dataset["class_ttft_limit_s"].values
    hour = np.arange(HOURS) + 0.5
    said = []
    with style():
        figure, axes = panels(
            len(shown), 2, height_in=2.1, gap_row_in=0.62, gap_column_in=2.5, left_in=0.8, right_in=0.3
        )
        for row, k in enumerate(shown):
            times_s = np.array([first_tokens_s(dataset, slice(k, k + 1), hours=slice(h, h + 1)) for h in range(HOURS)])
            draw_hours(axes[row, 0], hour, times_s, float(limits_s[k]))
            axes[row, 0].set_title(f"{names[k]}: time to the first token")
            full_s = draw_regions(axes[row, 1], dataset, k, names_along(dataset, "region"), float(limits_s[k]))
            axes[row, 1].set_title(f"95 % within; full blue {full_s:.2g} s")
            for panel in axes[row]:
                panel.set_xlim(0, HOURS)
                panel.set_xticks(range(0, HOURS + 1, 6))
                panel.grid(False, axis="x")
            half, most, nearly = first_tokens_s(dataset, slice(k, k + 1))
            said.append(f"{names[k]}: median {half:.2g} s, 95 % within {most:.2g} s, 99 % within {nearly:.2g} s")
        for panel in axes[-1]:
            panel.set_xlabel("Hour of the day [UTC]")
    return Chart(
        name="first-tokens",
        title="Time to the first token, over the day",
        caption=(
            "Left: median, 95 and 99 % of the requests served in each hour of UTC; dashed red: promised by the class. "
            "Right: the time within which 95 % have their first token, by region and hour: the darker the longer, red "
            "where longer than promised, blank where nothing was served. Round trip, wait for a slot and prompt "
            "together; waits in the queue count in whole windows."
        ),
        alt="Charts by class. " + "; ".join(said) + ".",
        figure=figure,
    )


def draw_hours(panel: Axes, hour: np.ndarray, times_s: np.ndarray, limit_s: float) -> None:
    """Draw the quantiles of times by hour, float64[n_hour, 3], on a scale of powers of ten, with the limit."""
    dashes = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)))
    labels = []
    for i, (quantile, dash) in enumerate(zip(QUANTILES, dashes, strict=True)):
        panel.plot(hour, times_s[:, i], color=INK["orbit"], linestyle=dash, marker=".", markersize=3)
        labels.append((last_value(times_s[:, i]), f"{quantile:.0%}".replace("%", " %"), "orbit"))
    panel.set_yscale("log")
    known = times_s[np.isfinite(times_s) & (times_s > 0.0)]
    ends = np.append(known, limit_s) if np.isfinite(limit_s) else known
    low, high = float(ends.min()) / 1.25, float(ends.max()) * 1.25
    panel.set_ylim(low, max(high, LEAST_SPAN * low))
    if np.isfinite(limit_s):
        panel.axhline(limit_s, color=INK["limit"], linewidth=1.2, linestyle=(0, (5, 2)))
        labels.append((limit_s, f"promised\n{limit_s:g} s", "limit"))
    ticks = [tick for tick in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 300, 1000, 3000)
             if panel.get_ylim()[0] <= tick <= panel.get_ylim()[1]]  # fmt: skip
    panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.minorticks_off()
    panel.set_ylabel("Time [s]")
    label_logs(panel, labels)


def label_logs(panel: Axes, labels: list[tuple[float, str, str]]) -> None:
    """Write labels at the ends of lines on a scale of powers of ten, clear of one another."""
    twin = panel.twinx()
    twin.set_ylim(*np.log10(panel.get_ylim()))
    twin.axis("off")
    label_ends(twin, [(float(np.log10(value)), text, role) for value, text, role in labels if value > 0.0], size=8.0)


def draw_regions(panel: Axes, dataset: xr.Dataset, k_class: int, names: list[str], limit_s: float) -> float:
    """Draw the time within which 95 % have their first token by region and hour; return the time of full colour."""
    counts = dataset["ttft_count"].values[k_class]
    order = np.argsort(-counts.sum(axis=(1, 2)), kind="stable")
    one = slice(k_class, k_class + 1)
    field = np.full((order.size, HOURS), np.nan)
    for i, r in enumerate(order):
        for h in range(HOURS):
            field[i, h] = first_tokens_s(dataset, one, slice(r, r + 1), slice(h, h + 1))[1]
    full = limit_s if np.isfinite(limit_s) else float(np.nanmax(field))
    blues = [to_rgba(INK["orbit"], alpha) for alpha in (0.04, 1.0)]
    colours = LinearSegmentedColormap.from_list("wait", blues).with_extremes(over=INK["limit"])
    edges = np.arange(HOURS + 1), np.arange(order.size + 1)
    panel.pcolormesh(*edges, field, cmap=colours, vmin=0.0, vmax=full, linewidth=0)
    panel.set_yticks(np.arange(order.size) + 0.5, [names[r] for r in order], fontsize=6.5)
    panel.set_ylim(order.size, 0)
    panel.tick_params(axis="y", length=0)
    panel.grid(False)
    return full
