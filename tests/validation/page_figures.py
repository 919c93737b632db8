"""Figures of the page of validation: places over 30 days, edges of eclipses, temperatures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Canvas
from validation.cases import Case, Outcome
from validation.light_cases import event_errors_s
from validation.orbit_cases import DAY_S, as_it_stands, held_to_arc, integrated, parted, trajectory

SIZE, DPI = (7.0, 3.4), 90
TRACKS = (
    ("theory as it stands", as_it_stands, "#b5651d"),
    ("theory held to an arc", held_to_arc, "#1f77b4"),
    ("numerical integration", integrated, "#2e8b57"),
)


def canvas(n_row: int = 1) -> tuple[Canvas, np.ndarray]:
    """Return a figure and its axes."""
    figure = Canvas(figsize=SIZE, layout="constrained")
    return figure, figure.subplots(n_row, 1, sharex=True, squeeze=False)[:, 0]


def tracks(cases: Sequence[Case], path: Path) -> str:
    """Draw the error of position over 30 days on each orbit with zonals, Sun and Moon; return what is seen."""
    figure, (axes,) = canvas()
    names = sorted({(case.folder, *parted(case)[::2]) for case in cases if case.id.endswith("position_30d.Z8SM")})
    for k, key in enumerate(names):
        _, times_s, r_m, _ = trajectory(*key)
        for label, track, colour in TRACKS:
            error_m = np.linalg.norm(track(*key) - r_m, axis=1)[1:]
            style = "--" if np.linalg.norm(r_m[0]) > 2e7 else "-"
            axes.loglog(times_s[1:] / DAY_S, error_m, style, color=colour, lw=0.9, label="" if k else label)
    axes.set(xlabel="days after the state", ylabel="distance from the reference [m]", ylim=(1e-3, 1e5))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", fontsize=8)
    figure.savefig(path, dpi=DPI)
    return (
        f"Place over 30 days from one state, {len(names)} orbits, reference with zonals to degree 8, Sun and Moon. "
        "Dashed: 20,200 km."
    )


def edges(cases: Sequence[Case], path: Path) -> str:
    """Draw how far times of entry to and exit from shadows lie from the references; return what is seen."""
    figure, (axes,) = canvas()
    found = {mark: [] for mark in ("sphere", "wgs84")}
    for case in cases:
        if case.id.endswith((".sphere", ".wgs84")):
            found[case.id.rsplit(".", 1)[1]].append(event_errors_s(case)[0])
    bins = np.linspace(-0.05, 0.05, 51)
    values = [np.clip(np.concatenate(parts), bins[0], bins[-1]) for parts in found.values()]
    axes.hist(values, bins, stacked=True, label=["sphere", "ellipsoid"], color=["#1f77b4", "#b5651d"])
    axes.set(
        xlabel="ours less the reference [s], all beyond 0.05 s in the outermost bins", ylabel="edges", yscale="log"
    )
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=DPI)
    size = np.abs(np.concatenate([part for parts in found.values() for part in parts]))
    return (
        f"{size.size:,} entries and exits of penumbra, shadow of the Sun's centre and umbra. Half lie within "
        f"{np.median(size):.4f} s, 99 % within {np.quantile(size, 0.99):.3f} s, all within {size.max():.2f} s; the "
        "tolerance is 0.5 s. The worst graze the shadow."
    )


def temperatures(found: Sequence[Sequence[Outcome]], path: Path) -> str:
    """Draw the temperatures of the two-node transients and how far they are off; return what is seen."""
    figure, (above, below) = canvas(2)
    worst = 0.0
    marks = iter("os^v")
    for outcome, *_ in found:
        if "two_node" in outcome.case.id:
            times_s = [switch["t_s"] for switch in outcome.case.reference["switches"]]
            for start, name in enumerate(("source", "radiator")):
                part, mark = outcome.figures[start::2], next(marks)
                label = f"{outcome.case.id.split('_')[0]} {name}"
                above.plot(np.array(times_s) / 3600, [one.ours for one in part], "-" + mark, ms=3, lw=0.8, label=label)
                below.plot(np.array(times_s) / 3600, [1e3 * one.difference for one in part], "-" + mark, ms=3, lw=0.8)
                worst = max(worst, *(abs(one.difference) for one in part))
    above.set(ylabel="ours [K]")
    below.set(ylabel="difference [mK]", xlabel="hours, at each switch between light and dark")
    above.legend(fontsize=7, ncols=2)
    figure.savefig(path, dpi=DPI)
    return f"Temperatures of a source and its radiator: within {1e3 * worst:.2f} mK; the tolerance is 10 mK."
