"""Service: requests by class with their queues, work by region, and round-trip times."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, panels, style
from .headline import bin_quantile_s, names_along
from .timeline import Timeline, row_length_s, timeline

MOST_CLASSES = 8
MOST_REGIONS = 24
LITTLE = 0.05  # of the requests of a window: a queue that never fills more than this is drawn as small as it is
_WORDS = {"": "", "k": "thousand", "M": "million", "G": "billion", "T": "trillion", "P": "quadrillion"}


def service_by_class(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of requests arrived and served, and of requests waiting, one row of panels a class."""
    n_class = min(dataset.sizes.get("job_class", 0), MOST_CLASSES)
    if n_class == 0 or "arrived" not in dataset:
        return None
    axis = timeline(dataset)
    window_s = row_length_s(dataset)
    names = names_along(dataset, "job_class")
    counts = {
        name: dataset[name].values.sum(axis=2) for name in ("arrived", "served", "dropped", "queued") if name in dataset
    }
    overdue = dataset["overdue"].values.sum(axis=2) if "overdue" in dataset else np.zeros_like(counts["queued"])
    said = []
    with style():
        figure, axes = panels(
            n_class, 2, height_in=1.35, gap_row_in=0.42, gap_column_in=1.75, left_in=0.95, right_in=1.4
        )
        for k in range(n_class):
            arrived, served, dropped = (int(counts[name][:, k].sum()) for name in ("arrived", "served", "dropped"))
            share = served / arrived if arrived else float("nan")
            said.append(f"{names[k]}: {units.share(share)} of {units.count(arrived)} requests served")
            draw_flow(axes[k, 0], axis, counts["arrived"][:, k] / window_s, counts["served"][:, k] / window_s)
            axes[k, 0].set_title(f"{names[k]}: {units.share(share)} served, {units.count(dropped)} dropped")
            draw_queue(axes[k, 1], axis, counts["queued"][:, k], overdue[:, k], arrived / axis.n_row)
            axes[k, 1].set_title("Waiting")
            for panel in axes[k]:
                axis.set_axis(panel, labelled=k == n_class - 1)
    return Chart(
        name="service-by-class",
        title="Requests demanded and served, by class",
        caption=(
            "Left: dashed, requests that arrive; filled, requests served to the end. Right: requests waiting at the "
            "end of each window; the dark part has waited longer than its class promises. Scales differ by class."
        ),
        alt="Charts by class over time. " + "; ".join(said) + ".",
        figure=figure,
    )


def draw_flow(panel: Axes, axis: Timeline, arrived_per_s: np.ndarray, served_per_s: np.ndarray) -> None:
    """Draw requests arriving and served per unit of time."""
    arrived, served = axis.mean(arrived_per_s), axis.mean(served_per_s)
    top = greatest(arrived, served)
    # Rare requests are counted by the hour or day, so that the axis reads in figures above one.
    per_s, unit = next(
        (p for p in ((1.0, "s"), (3600.0, "h"), (86400.0, "day")) if top * p[0] >= 1.0), (86400.0, "day")
    )
    factor, prefix = units.scale_for(top * per_s)
    scale = per_s / factor
    panel.fill_between(axis.x, 0.0, served * scale, color=INK["orbit"], alpha=0.5, linewidth=0)
    panel.plot(axis.x, arrived * scale, color=INK["ink"], linestyle=(0, (5, 2)), linewidth=1.3)
    from_zero(panel, top * scale)
    panel.set_ylabel(f"Requests\n[{_WORDS[prefix] or '1'}/{unit}]")
    label_ends(
        panel,
        [(last_value(arrived) * scale, "arrived", "ink"), (0.5 * last_value(served) * scale, "served", "orbit")],
    )


def draw_queue(panel: Axes, axis: Timeline, queued: np.ndarray, overdue: np.ndarray, arrived_per_window: float) -> None:
    """Draw requests waiting, and of them those overdue, on a scale where next to nothing looks like it."""
    waiting, late = axis.mean(queued), axis.mean(overdue)
    top = max(greatest(waiting), LITTLE * arrived_per_window)
    factor, prefix = units.scale_for(top)
    panel.fill_between(axis.x, 0.0, waiting / factor, color=INK["ground"], alpha=0.35, linewidth=0)
    panel.fill_between(axis.x, 0.0, late / factor, color=INK["limit"], alpha=0.8, linewidth=0)
    from_zero(panel, top / factor)
    panel.set_ylabel(f"Requests\n[{_WORDS[prefix] or '1'}]")
    if greatest(waiting) == 0.0:
        panel.set_yticks([0.0])
        label_ends(panel, [(0.0, "none", "muted")])
        return
    labels = [(0.6 * last_value(waiting) / factor, f"most {units.count(queued.max())}", "ground")]
    if overdue.any():
        labels.append((0.0, f"overdue {units.count(overdue.max())}", "limit"))
    label_ends(panel, labels)


def service_by_region(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of work demanded and served in each region over the run."""
    n_region = dataset.sizes.get("region", 0)
    if n_region == 0 or "arrived" not in dataset:
        return None
    axis = timeline(dataset)
    window_s = row_length_s(dataset)
    per_request = work_per_request(dataset)
    demanded = np.tensordot(dataset["arrived"].values.astype(float), per_request, axes=(1, 0)) / window_s
    served = np.tensordot(dataset["served"].values.astype(float), per_request, axes=(1, 0)) / window_s
    order = np.argsort(-demanded.sum(axis=0), kind="stable")[:MOST_REGIONS]
    names = names_along(dataset, "region")
    asked, done = axis.mean(demanded), axis.mean(served)
    factor, prefix = units.scale_for(greatest(asked, done))
    n_column = min(3, order.size)
    said = []
    with style():
        figure, axes = panels(
            -(-order.size // n_column), n_column, height_in=0.85, gap_row_in=0.36, gap_column_in=0.5, left_in=0.55,
            right_in=0.2, top_in=0.6,
        )  # fmt: skip
        for panel in axes.flat[order.size :]:
            panel.set_visible(False)
        for place, r in enumerate(order):
            panel = axes.flat[place]
            share = served[:, r].sum() / demanded[:, r].sum() if demanded[:, r].any() else float("nan")
            said.append(f"{names[r]} {units.share(share)}")
            panel.fill_between(axis.x, 0.0, done[:, r] / factor, color=INK["orbit"], alpha=0.5, linewidth=0)
            panel.plot(axis.x, asked[:, r] / factor, color=INK["ink"], linestyle=(0, (4, 2)), linewidth=1.1)
            from_zero(panel, greatest(asked[:, r], done[:, r]) / factor)
            panel.locator_params(axis="y", nbins=3)
            panel.set_title(f"{names[r]}: {units.share(share)}", fontsize=8.5, fontweight="normal")
            lowest = place >= order.size - n_column
            axis.set_axis(panel, labelled=lowest)
            panel.tick_params(axis="x", labelbottom=lowest)
        heading = f"Work [{prefix}FLOP/s]: dashed demanded, filled served. Per cent: served over the run."
        figure.text(
            0.01, 1.0 - 0.16 / figure.get_size_inches()[1], heading, fontsize=9, color=INK["muted"], va="center"
        )
    more = f" The {n_region - order.size} regions with the least demand are left out." if n_region > order.size else ""
    return Chart(
        name="service-by-region",
        title="Work demanded and served, by region",
        caption=(
            "All classes together, each request counted with the mean work of its class; scales differ by region. "
            "Demand follows local time, so its peak moves around the Earth. A share over 100 % serves what waited "
            f"from before.{more}"
        ),
        alt="Small charts by region over time; share of the demanded work that was served: " + ", ".join(said) + ".",
        figure=figure,
    )


def work_per_request(dataset: xr.Dataset) -> np.ndarray:
    """Return the mean work of a request of each class [FLOP]: all work executed for it, over the requests it served.

    Classes that served none count with nothing.
    """
    executed = dataset["executed_orbit_flop"].values.sum(axis=0)
    if "executed_site_flop" in dataset:
        executed = executed + dataset["executed_site_flop"].values.sum(axis=0)
    served = dataset["served"].values.sum(axis=(0, 2)).astype(float)
    return np.divide(executed, served, out=np.zeros_like(executed), where=served > 0)


def round_trips(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of network round-trip times, one row a class."""
    if "round_trip_count" not in dataset or not dataset["round_trip_count"].values.any():
        return None
    counts = dataset["round_trip_count"].values.astype(float)
    lower, upper = dataset["rtt_bin"].values, dataset["rtt_bin_upper_s"].values
    shown = [k for k in range(counts.shape[0]) if counts[k].any()]
    names = [names_along(dataset, "job_class")[k] for k in shown]
    marks = np.array(
        [[bin_quantile_s(counts[k], lower, upper, q) for q in (0.05, 0.25, 0.5, 0.75, 0.95)] for k in shown]
    )
    marks_ms = 1e3 * marks
    with style():
        figure, axes = panels(1, height_in=0.35 + 0.42 * len(shown), left_in=1.6, right_in=2.1)
        panel = axes[0, 0]
        rows = np.arange(len(shown))
        panel.hlines(rows, marks_ms[:, 0], marks_ms[:, 4], color=INK["orbit"], linewidth=1.4)
        panel.hlines(rows, marks_ms[:, 1], marks_ms[:, 3], color=INK["orbit"], linewidth=6, alpha=0.55)
        panel.plot(marks_ms[:, 2], rows, "o", color=INK["ink"], markersize=5)
        panel.set_yticks(rows, names)
        panel.tick_params(axis="y", length=0, labelcolor=INK["ink"])
        panel.set_ylim(len(shown) - 0.4, -0.6)
        panel.set_xlim(0.0, 1.08 * greatest(marks_ms))
        panel.grid(False)
        panel.grid(True, axis="x")
        panel.set_xlabel("Network round-trip time [ms]")
        for row in rows:
            panel.annotate(
                f"median {marks_ms[row, 2]:.0f} ms, 95 % {marks_ms[row, 4]:.0f} ms", (1.0, row),
                xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va="center",
                fontsize=9, color=INK["ink"],
            )  # fmt: skip
    return Chart(
        name="round-trips",
        title="Network round-trip times, by class",
        caption=(
            "Dot: median; thick: the middle half; thin: 5th to 95th percentile of the requests to which work was "
            "assigned. Propagation and hops only: time on the device comes on top."
        ),
        alt="; ".join(
            f"{name}: median {ms[2]:.0f} ms, 95 % within {ms[4]:.0f} ms"
            for name, ms in zip(names, marks_ms, strict=True)
        )
        + ".",
        figure=figure,
    )  # fmt: skip
