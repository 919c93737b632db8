"""What binds: the prices of supply and of gateways over the run, and how far each gateway and uplink is used."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, panels, style
from .headline import names_along
from .timeline import Timeline, timeline

MOST_LINES = 6
_ROLES = ("orbit", "ground", "battery", "heat", "sun", "limit")
_DASHES = ("-", (0, (6, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 2)), (0, (9, 2)))


def prices(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the prices of supply and of gateway capacity, window by window."""
    if "supply_price" not in dataset:
        return None
    axis = timeline(dataset)
    with_arcs = "arc_price" in dataset and dataset.sizes.get("arc", 0) > 0
    with style():
        figure, axes = panels(2 if with_arcs else 1, height_in=2.0, right_in=2.3)
        supply = axes[0, 0]
        said = [
            draw_prices(
                supply, axis, dataset["supply_price"].values / units.PETA, names_along(dataset, "node_group"), "FLOP"
            )
        ]
        supply.set_title("Supply")
        axis.set_axis(supply, labelled=not with_arcs)
        if with_arcs:
            arcs = axes[1, 0]
            said.append(draw_prices(arcs, axis, dataset["arc_price"].values, names_along(dataset, "arc"), "bit"))
            arcs.set_title("Gateways and uplinks")
            axis.set_axis(arcs)
    return Chart(
        name="prices",
        title="What binds, and when: prices of supply and of capacity",
        caption=(
            "The price is what one more unit would add to the value served in that window: above zero only while the "
            "resource is used to its limit; beside each line, the share of time in which it is. Supply shows the "
            "highest price among a group's nodes; it reads against the values of the classes. A price that is tiny "
            "beside them says: full, but another way costs next to nothing."
        ),
        alt=f"Price lines over time. Supply: {said[0]}." + (f" Capacity: {said[1]}." if with_arcs else ""),
        figure=figure,
    )


def draw_prices(panel: Axes, axis: Timeline, values: np.ndarray, names: list[str], per: str) -> str:
    """Draw the price lines that ever leave zero, the dearest first, and return in words what binds."""
    highest = np.fmax.reduce(values, axis=0)
    binding = [int(i) for i in np.argsort(-highest, kind="stable") if highest[i] > 0.0]
    lines = {i: axis.mean(values[:, i]) for i in binding[:MOST_LINES]}
    factor, power = power_of_ten(greatest(*lines.values()))
    panel.set_ylabel(f"Price [{power}value/{per}]")
    from_zero(panel, greatest(*lines.values()) / factor)
    if not binding:
        panel.set_yticks([0.0])
        said = "nothing binds: all prices are zero"
        panel.text(0.5, 0.5, said, transform=panel.transAxes, ha="center", color=INK["muted"])
        return "nothing binds"
    labels = []
    for place, (i, line) in enumerate(lines.items()):
        panel.plot(axis.x, line / factor, color=INK[_ROLES[place]], linestyle=_DASHES[place])
        of_time = units.share(float(np.mean(values[:, i] > 0.0)), 0)
        labels.append((last_value(line) / factor, f"{names[i]}, {of_time} of time", _ROLES[place]))
    if len(binding) > MOST_LINES:
        labels.append((0.0, f"and {len(binding) - MOST_LINES} more", "muted"))
    label_ends(panel, labels)
    return ", ".join(f"{names[i]} up to {units.number(highest[i])} a {per}" for i in lines)


def power_of_ten(top: float) -> tuple[float, str]:
    """Return a factor in which figures up to `top` read well, and its text: `10⁻⁷ `, nothing from 0.01 to 1,000."""
    exponent = int(np.floor(np.log10(top))) if top > 0.0 else 0
    if -2 <= exponent <= 2:
        return 1.0, ""
    digits = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return 10.0**exponent, f"10{digits} "


def gateways(dataset: xr.Dataset) -> Chart | None:
    """Return the map of the use of each gateway and uplink over the run, with mean and peak at the right."""
    n_arc = dataset.sizes.get("arc", 0)
    if n_arc == 0 or "arc_use_bit" not in dataset:
        return None
    axis = timeline(dataset)
    use, capacity = dataset["arc_use_bit"].values, dataset["arc_capacity_bit"].values
    names = names_along(dataset, "arc")
    peak = np.divide(use, capacity, out=np.zeros_like(use), where=capacity > 0).max(axis=0)
    whole = np.divide(use.sum(axis=0), capacity.sum(axis=0), out=np.zeros(n_arc), where=capacity.sum(axis=0) > 0)
    bits, room = axis.mean(use), axis.mean(capacity)
    part = np.divide(bits, room, out=np.full_like(bits, np.nan), where=room > 0)
    with style():
        figure, axes = panels(
            1, 2, height_in=max(0.21 * n_arc, 1.0), left_in=2.0, right_in=0.35, top_in=0.6, gap_column_in=0.3,
            widths=(3.0, 1.2), share_x=False,
        )  # fmt: skip
        left, right = axes[0]
        picture = left.imshow(
            100.0 * part.T, aspect="auto", cmap="cividis", vmin=0.0, vmax=100.0, interpolation="nearest",
            extent=(axis.edges[0], axis.edges[-1], n_arc - 0.5, -0.5),
        )  # fmt: skip
        left.grid(False)
        left.set_yticks(np.arange(n_arc), names, fontsize=8.5)
        left.tick_params(axis="y", length=0, labelcolor=INK["ink"])
        left.set_title("Use of capacity [%]", y=1.0, pad=6)
        axis.set_axis(left)
        inset = left.inset_axes((0.62, 1.0 + 0.08 / max(0.21 * n_arc, 1.0), 0.38, 0.1 / max(0.21 * n_arc, 1.0)))
        bar = figure.colorbar(picture, cax=inset, orientation="horizontal", ticks=[0, 50, 100])
        bar.outline.set_visible(False)
        inset.tick_params(labelsize=8, length=2, labeltop=True, labelbottom=False, top=True, bottom=False)
        rows = np.arange(n_arc)
        right.barh(rows, 100.0 * whole, height=0.55, color=INK["orbit"], alpha=0.6)
        right.plot(100.0 * peak, rows, "|", color=INK["limit"], markersize=8, markeredgewidth=1.8)
        right.set_ylim(n_arc - 0.5, -0.5)
        right.set_xlim(0.0, 104.0)
        right.set_yticks([])
        right.grid(False, axis="y")
        right.grid(True, axis="x")
        right.set_xlabel("Use of capacity [%]")
        right.set_title("Bar mean, tick peak")
    full = [name for name, p in zip(names, peak, strict=True) if p > 0.999]
    return Chart(
        name="gateways",
        title="Use of gateways and uplinks against their capacity",
        caption=(
            "Left: each row a gateway or a site's uplink, bright when full. Right: bar, bits carried over all that "
            "could have been carried in the run; tick, the fullest window."
        ),
        alt=(
            f"Use of {n_arc} gateways and uplinks; highest mean {units.share(float(whole.max()))} "
            f"({names[int(whole.argmax())]}); full at some time: {', '.join(full[:8]) or 'none'}"
            + (f" and {len(full) - 8} more." if len(full) > 8 else ".")
        ),
        figure=figure,
    )
