"""Training on clusters: tables of the report's section on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..analysis import training
from ..analysis.training import PlaceOfGangs
from . import units
from .chart import Chart
from .figures_training import chip_time
from .headline import Rows

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

NOTE = (
    "The chips of a gang work in step and stop together. Shares follow one another: of the work that chips executed, "
    "waiting included, what is left at the pace of the slowest; of that, what does not wait for gradients; of that, "
    "what counts once after faults, restarts and checkpoints. Laws and sources are in docs/training.md."
)
TIMING_NAMES = {
    "daly": "by Daly's interval alone",
    "before_eclipse": "and before power ends",
    "before_anomaly": "by the rate of the moment, and before passes",
    "both": "by both",
}


def charts(results: Results) -> list[Chart]:
    """Return the chart of the chips' time; none without training on clusters."""
    drawn = chip_time(results.dataset)
    return [] if drawn is None else [drawn]


def tables(results: Results) -> list[Rows]:
    """Return for each class of gangs its places side by side, and what other timings would keep."""
    dataset, found = results.dataset, []
    everywhere = training.places(dataset)
    for k, gang in enumerate(dataset["gang"].values.tolist() if training.has_training(dataset) else []):
        here = [one for one in everywhere if one.gang == gang]
        if here:
            found += [beside(dataset, k, here), timing(dataset, k)]
    return [rows for rows in found if rows is not None]


def beside(dataset: xr.Dataset, k: int, here: list[PlaceOfGangs]) -> Rows:
    """Return one class of gangs, place by place."""
    index = [dataset["gang_place"].values.tolist().index(one.place) for one in here]

    def of(name: str) -> list[str]:
        return [units.duration(float(dataset[name].values[k, j])) for j in index]

    rows: list[tuple[str, ...]] = [
        ("Useful fraction", *(units.share(one.useful) for one in here)),
        ("Time in checkpoints", *(units.share(one.checkpoint) for one in here)),
        ("Waiting for gradients", *(units.share(one.all_reduce) for one in here)),
        ("Waiting for the slowest, standing by", *(units.share(one.out_of_step) for one in here)),
        ("Training delivered [PFLOP/s-days]", *(_work(one.kept_flop) for one in here)),
    ]
    if not math.isnan(here[0].tokens_per_day):
        rows += [
            ("Tokens a day", *(units.count(one.tokens_per_day) for one in here)),
            ("A step's arithmetic, full power", *of("gang_step_s")),
            ("Its all-reduce, hidden or not", *of("gang_all_reduce_s")),
        ]
    rows += [
        ("Stops a day", *(units.number(sum(one.stops_per_day.values())) for one in here)),
        ("Most of them by", *(_most(one.stops_per_day) for one in here)),
    ]
    lasers = float(dataset["gang_laser_need_bit_s"].values[k])
    if here[0].place == "orbit" and not math.isnan(lasers):
        blank = [""] * (len(here) - 1)
        sent = dataset["gang_laser_bit_s"].values[:, k]
        rows += [
            ("Satellites", units.count(float(dataset["gang_satellites"].values[k])), *blank),
            (
                "Each sends, mean",
                units.prefixed(float(sent[sent > 0.0].mean()) if sent.any() else 0.0, "bit/s"),
                *blank,
            ),
            ("A laser that hides it all", _rate(lasers), *blank),
        ]
    chips = units.count(float(dataset["gang_chips"].values[k]))
    heads = (f"{here[0].gang}, {chips} chips", *(one.place.replace("_", " ") for one in here))
    return Rows("Gangs in orbit and on the ground", heads, rows)


def timing(dataset: xr.Dataset, k: int) -> Rows | None:
    """Return what each timing keeps on the first cluster's first day; None where it had no power."""
    found = training.timings(dataset, k)
    if not found:
        return None
    own, plain = str(dataset["gang_timing"].values[k]), found["daly"].useful_fraction
    rows = [
        (
            TIMING_NAMES[name] + (" (this run)" if name == own else ""),
            units.share(one.useful_fraction),
            f"{100.0 * (one.useful_fraction / plain - 1.0):+.1f} %" if plain > 0.0 else "",
            units.share(one.checkpoint_share),
        )
        for name, one in found.items()
    ]
    return Rows("When to save, in orbit on the first day", ("Checkpoints", "Useful", "Gain", "Checkpoints' time"), rows)


def _most(stops: dict[str, float]) -> str:
    if not sum(stops.values()) > 0.0:
        return "none"
    cause = max(stops, key=lambda name: stops[name])
    return f"{cause.replace('_', ' ')} ({units.number(stops[cause])})"


def _work(flop: float) -> str:
    return units.work(flop).removesuffix(" PFLOP/s-days")


def _rate(bit_s: float) -> str:
    return "none: hops alone take longer" if math.isinf(bit_s) else units.prefixed(bit_s, "bit/s")
