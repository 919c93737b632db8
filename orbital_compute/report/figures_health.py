"""Health: capacity by day with the share of each cause, what age leaves of arrays and batteries, and soft errors."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from ..analysis.health import capacity, soft_errors
from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, panels, style
from .figures_sunlight import where
from .headline import names_along
from .timeline import Timeline, row_length_s, timeline

LEAST_DAYS = 3  # fewer make no line
ROLES = ("battery", "heat", "sun", "ground", "limit", "muted")  # of the causes, in their order
LEAST_PERCENT = 0.005  # less than this has no band
HOUR_S = 3600.0


def capacity_by_day(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the fleet's capacity by day: what is left, and above it what each cause has taken."""
    found = capacity(dataset)
    if found is None or dataset.sizes["day"] < LEAST_DAYS:
        return None
    axis = timeline(dataset, "day")
    left = 100.0 * axis.mean(found.left)
    lost = [(cause, 100.0 * axis.mean(share)) for cause, share in found.lost.items()]
    lost = [(cause, share) for cause, share in lost if share.max() >= LEAST_PERCENT]
    with style():
        figure, axes = panels(1, height_in=3.4, right_in=2.5)
        panel = axes[0, 0]
        panel.fill_between(axis.x, 0.0, left, color=INK["orbit"], alpha=0.3, linewidth=0)
        panel.plot(axis.x, left, color=INK["orbit"])
        labels = [(last_value(left), f"left {last_value(left):.1f} %", "orbit")]
        below = left
        for (cause, share), role in zip(lost, ROLES, strict=False):
            panel.fill_between(axis.x, below, below + share, color=INK[role], alpha=0.75, linewidth=0)
            labels.append((last_value(below + 0.5 * share), f"{cause} {last_value(share):.2f} %", role))
            below = below + share
        panel.set_ylim(*zoomed(float(left.min())))
        panel.set_ylabel("Of the capacity as launched [%]")
        axis.set_axis(panel)
        label_ends(panel, labels)
    words = "; ".join(f"{cause} {last_value(share):.2f} %" for cause, share in lost)
    return Chart(
        name="capacity",
        title="Capacity of the fleet, and what took it",
        caption=(
            "Compute that the fleet's accelerators and their power could do, over the same as launched. Each band is "
            "what one cause has taken; the axis does not begin at zero. Figures at the right are those of the last "
            "day. Night, heat and missing work are no part of it."
        ),
        alt=f"Stacked areas of capacity by day. On the last day {last_value(left):.1f} % is left; {words}.",
        figure=figure,
    )


def zoomed(least: float) -> tuple[float, float]:
    """Return limits [%] that leave a quarter of the picture below the least value, and end at 100."""
    span = max(100.0 - least, 0.05)
    return max(100.0 - 1.35 * span, 0.0), 100.0


def ageing(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of what age leaves of batteries and arrays, over the shells of the fleet."""
    if "battery_left_share" not in dataset or dataset.sizes.get("day", 0) < LEAST_DAYS:
        return None
    axis = timeline(dataset, "day")
    names = [where(dataset, name, k, k).replace("\n", ",\n") for k, name in enumerate(names_along(dataset, "shell"))]
    parts = [
        (title, 100.0 * axis.mean(dataset[name].values), role)
        for title, name, role in (
            ("Capacity of the batteries", "battery_left_share", "battery"),
            ("Power of the arrays", "array_left_share", "sun"),
        )
    ]
    with style():
        figure, axes = panels(2, height_in=1.9, right_in=2.5)
        for panel, (title, values, role) in zip(axes[:, 0], parts, strict=True):
            draw_shells(panel, axis, values, names, role)
            panel.set_title(title)
            panel.set_ylabel("Left [%]")
            axis.set_axis(panel, labelled=panel is axes[-1, 0])
    spans = "; ".join(f"{title.lower()} {np.nanmin(v[-1]):.2f} to {np.nanmax(v[-1]):.2f} %" for title, v, _ in parts)
    return Chart(
        name="ageing",
        title="Ageing of batteries and arrays by shell",
        caption=(
            "Means over the satellites alive of each shell. Band: between the shells that age most and least, which "
            "are named with their last day; line: median of the shells. Batteries age as they are flown: by time, "
            "charge and temperature, and by the depth of their cycles. Arrays lose strings, and cells lose power to "
            "radiation and ultraviolet light."
        ),
        alt=f"Bands of what is left by day. On the last day, over shells: {spans}.",
        figure=figure,
    )


def draw_shells(panel: Axes, axis: Timeline, values: np.ndarray, names: list[str], role: str) -> None:
    """Draw series by shell [n_point, n_shell] as a band with its median, and name the shells at its edges."""
    low, middle, high = (np.nanquantile(values, q, axis=1) for q in (0.0, 0.5, 1.0))
    panel.fill_between(axis.x, low, high, color=INK[role], alpha=0.3, linewidth=0)
    panel.plot(axis.x, middle, color=INK[role])
    last = values[-1]
    worst, best = int(np.nanargmin(last)), int(np.nanargmax(last))
    panel.set_ylim(*zoomed(float(np.nanmin(low))))
    labels = [(float(last[best]), f"{last[best]:.2f} % {names[best]}", role)]
    if len(names) > 1 and last[best] - last[worst] > 0.0:
        labels.append((float(last[worst]), f"{last[worst]:.2f} % {names[worst]}", role))
    label_ends(panel, labels)


def soft_errors_by_kind(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of soft errors an hour by kind, the fleet over."""
    found = soft_errors(dataset)
    if found is None or not any(found.counts.values()):
        return None
    axis = timeline(dataset)
    hourly = axis.mean(dataset["soft_errors"].values.sum(axis=1)) * (HOUR_S / row_length_s(dataset))
    kinds = names_along(dataset, "error_kind")
    with style():
        figure, axes = panels(len(kinds), height_in=1.15, right_in=2.5, gap_row_in=0.42)
        for panel, kind, key, values, role in zip(
            axes[:, 0], kinds, found.counts, hourly.T, ("heat", "limit", "muted"), strict=False
        ):
            panel.fill_between(axis.x, 0.0, values, color=INK[role], alpha=0.55, linewidth=0, step="mid")
            from_zero(panel, greatest(values))
            panel.set_title(kind.capitalize())
            panel.set_ylabel("An hour")
            rate = found.per_device_year[key]
            often = f"\n{units.number(rate)} a device-year" if np.isfinite(rate) else ""
            text = f"{units.short_count(found.counts[key])} in the run{often}"
            label_ends(panel, [(0.5 * panel.get_ylim()[1], text, role)])
            axis.set_axis(panel, labelled=panel is axes[-1, 0])
    words = "; ".join(f"{kind} {units.short_count(n)}" for kind, n in zip(kinds, found.counts.values(), strict=True))
    return Chart(
        name="soft-errors",
        title="Soft errors of the accelerators in orbit",
        caption=(
            "Events drawn an hour over all satellites, by kind: data that go wrong in silence, memory errors that "
            "cannot be put right and stop a process, and devices that need a reset. Their rates follow the dose of "
            "each orbit, most of it over the South Atlantic."
        ),
        alt=f"Areas of soft errors over time. In the run: {words}.",
        figure=figure,
    )
