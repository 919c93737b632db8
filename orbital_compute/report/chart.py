"""The ground that all figures stand on: palette, panels of fixed size, direct labels, and SVG text that knows the dark.

Figures are matplotlib objects without pyplot's global state. Colours are named by what they mean and are written into
the SVG as CSS variables, so one drawing serves a light page, a dark one and paper.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from . import units

# Role: (on white, on a dark page). Blue, vermilion, green, purple and gold stay apart for the three common
# colour deficiencies; lines differ in dash as well wherever two of them cross.
PALETTE = {
    "ink": ("#1c2126", "#e6e8eb"),
    "muted": ("#5b6168", "#a4abb4"),
    "grid": ("#dde1e6", "#363c45"),
    "paper": ("#fefefe", "#16191e"),
    "orbit": ("#0b62a4", "#6cb6ff"),
    "ground": ("#b8480b", "#ff9a5c"),
    "sun": ("#8a6500", "#e6bc4a"),
    "battery": ("#0a7a55", "#4fd1a1"),
    "heat": ("#8f3f97", "#d89be0"),
    "limit": ("#b3263a", "#ff8a94"),
    "shade": ("#eceff3", "#242a32"),
}
INK = {role: light for role, (light, _) in PALETTE.items()}

WIDTH_IN = 9.4
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.85, 1.75, 0.35, 0.55
FONT_PT = 10.0

_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": FONT_PT,
    "svg.fonttype": "none",
    "svg.hashsalt": "orbital-compute",
    "text.color": INK["ink"],
    "axes.edgecolor": INK["muted"],
    "axes.labelcolor": INK["ink"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": FONT_PT,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": FONT_PT - 0.5,
    "axes.formatter.useoffset": False,
    "grid.color": INK["grid"],
    "grid.linewidth": 0.7,
    "xtick.color": INK["muted"],
    "ytick.color": INK["muted"],
    "xtick.labelsize": FONT_PT - 1,
    "ytick.labelsize": FONT_PT - 1,
    "lines.linewidth": 1.7,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "none",
    "path.simplify_threshold": 0.3,
}


@dataclass(frozen=True)
class Chart:
    """A figure with the words that belong to it: `name` (an id), title, what to see, and what it shows in one line."""

    name: str
    title: str
    caption: str
    alt: str
    figure: Figure


def style():
    """Return the context in which every figure is drawn and saved."""
    return matplotlib.rc_context(_STYLE)


def panels(
    n_row: int,
    n_column: int = 1,
    *,
    height_in: float,
    left_in: float = LEFT_IN,
    right_in: float = RIGHT_IN,
    top_in: float = TOP_IN,
    bottom_in: float = BOTTOM_IN,
    gap_row_in: float = 0.45,
    gap_column_in: float = 0.75,
    widths: Sequence[float] | None = None,
    share_x: bool = True,
) -> tuple[Figure, np.ndarray]:
    """Return a figure of `n_row` x `n_column` axes, each `height_in` high, with margins in inches, and the axes[r, c].

    Fixed margins instead of an automatic layout: the same picture on every machine, and labels know their room.
    """
    total_in = top_in + bottom_in + n_row * height_in + (n_row - 1) * gap_row_in
    inner_in = WIDTH_IN - left_in - right_in
    figure = Figure(figsize=(WIDTH_IN, total_in))
    FigureCanvasSVG(figure)
    panel_in = (inner_in - (n_column - 1) * gap_column_in) / n_column
    grid = figure.add_gridspec(
        n_row,
        n_column,
        left=left_in / WIDTH_IN,
        right=1.0 - right_in / WIDTH_IN,
        top=1.0 - top_in / total_in,
        bottom=bottom_in / total_in,
        hspace=gap_row_in / height_in,
        wspace=gap_column_in / panel_in,
        width_ratios=widths,
    )
    axes = grid.subplots(sharex="col" if share_x else False, squeeze=False)
    for one in axes.flat:
        one.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    return figure, axes


def height_in(axes: Axes) -> float:
    """Return the height of axes in inches."""
    return axes.bbox.height / axes.figure.dpi


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions moved as little as the order allows so that neighbours stand `gap` apart within low..high.

    Where they cannot all fit, the gap shrinks to what there is.
    """
    n = len(positions)
    if n == 0:
        return []
    gap = min(gap, (high - low) / max(n - 1, 1))
    order = sorted(range(n), key=lambda i: positions[i])
    # Least squares under an order constraint: pool neighbours that overlap around their common mean.
    pools: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        pools.append((positions[i] - rank * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n_a), (b, n_b) = pools[-2], pools[-1]
            pools[-2:] = [((a * n_a + b * n_b) / (n_a + n_b), n_a + n_b)]
    placed = [0.0] * n
    rank = 0
    for start, size in pools:
        for _ in range(size):
            inside = min(max(start, low), high - (n - 1) * gap)
            placed[order[rank]] = inside + rank * gap
            rank += 1
    return placed


def label_ends(axes: Axes, labels: Sequence[tuple[float, str, str]], *, size: float = FONT_PT - 1) -> None:
    """Write (y, text, colour role) at the right edge, each beside the end of its line and clear of the others.

    Call it after the limits of the y axis are set.
    """
    shown = [label for label in labels if np.isfinite(label[0])]
    low, high = axes.get_ylim()
    line_pt = 1.2 * size * max((text.count("\n") + 1 for _, text, _ in shown), default=1)
    gap = (high - low) * line_pt / (72.0 * height_in(axes))
    inside = 0.5 * gap if len(shown) * gap < high - low else 0.0  # half a line of room to either edge
    placed = spread([y for y, _, _ in shown], gap, low + inside, high - inside)
    for y, (_, text, role) in zip(placed, shown, strict=True):
        axes.annotate(
            text,
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            color=INK[role],
            fontsize=size,
            va="center",
            ha="left",
            annotation_clip=False,
        )


def last_value(values: np.ndarray) -> float:
    """Return the last finite value of a series, NaN if it has none."""
    finite = np.flatnonzero(np.isfinite(values))
    return float(values[finite[-1]]) if finite.size else float("nan")


def mean(values: np.ndarray) -> float:
    """Return the mean of the finite values, NaN if there are none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def greatest(*series: np.ndarray) -> float:
    """Return the greatest finite value of some series, at least 0."""
    return max((float(np.fmax.reduce(values, axis=None, initial=0.0)) for values in series), default=0.0)


def from_zero(axes: Axes, top: float) -> None:
    """Let the y axis run from zero to a little above `top`; to 1 where there is nothing above zero."""
    axes.set_ylim(0.0, 1.12 * top if top > 0.0 else 1.0)


def mean_of(values: np.ndarray, unit: str) -> str:
    """Return the mean of a series with its unit, for a label at the line's end."""
    return units.prefixed(mean(values), unit)


def svg_text(chart: Chart) -> str:
    """Return the chart as an inline SVG element with its alternative text, the same bytes for the same figure."""
    with style():
        buffer = io.StringIO()
        chart.figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # Several drawings share one page: names inside must not meet, and those that nothing points to only cost room.
    named = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    wanted = {name for pair in named for name in pair}
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in wanted else "", text)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{chart.name}-", text)
    for role, (light, _) in PALETTE.items():
        text = text.replace(light, f"var(--{role}, {light})")
    head = f'<svg role="img" aria-labelledby="{chart.name}-alt" '
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt" ', "", text, count=1)
    text = text.replace("<svg ", head, 1)
    opening = text.index(">") + 1
    return text[:opening] + f'<title id="{chart.name}-alt">{escape(chart.alt)}</title>' + text[opening:]


def png_bytes(chart: Chart, *, dots_per_inch: int = 110) -> bytes:
    """Return the chart as a PNG picture on white."""
    with style():
        buffer = io.BytesIO()
        chart.figure.savefig(
            buffer, format="png", dpi=dots_per_inch, facecolor=INK["paper"], metadata={"Software": None}
        )
    return buffer.getvalue()
