"""Recorded requests of a run: what each trace brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import units
from .headline import Rows

if TYPE_CHECKING:
    from ..results import Results

HEADS = ("Trace", "Requests", "Tokens read", "Tokens written", "Work")


def replayed(results: Results) -> Rows | None:
    """Return what each trace brought in the run; None where there are none."""
    dataset = results.dataset
    if "trace_requests" not in dataset:
        return None
    rows = []
    for name in dataset["trace"].values:
        one = dataset.sel(trace=name)
        counts = [int(one[f"trace_{part}"].sum()) for part in ("requests", "tokens_in", "tokens_out")]
        rows.append((str(name), *(f"{count:,}" for count in counts), units.work(float(one["trace_flop"].sum()))))
    return Rows("Recorded requests", HEADS, rows)
