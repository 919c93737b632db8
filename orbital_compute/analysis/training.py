"""Training on clusters: what became of the chips' time by place, what stops a gang, and what another timing would keep.

Shares are of the work that gangs executed, waiting included, and follow one another: at the pace of the slowest, not
waiting for gradients, then what counts once. `timings` puts the run's own faults and power of one cluster through the
renewal equation of each schedule (`model.gang_timing`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..model.choices import TIMINGS
from ..model.gang_timing import CELL_S, Kept, kept, on_cells, schedule
from .summary import ratio, run_length_s, stands_for, window_length_s

if TYPE_CHECKING:
    import xarray as xr

DAY_S = 86400.0


class PlaceOfGangs(NamedTuple):
    """One class of gangs at one place."""

    gang: str
    place: str
    executed_flop: float
    out_of_step: float  # share of executed: waiting for the slowest, and chips that stand by
    all_reduce: float  # share of what is left: waiting for gradients
    useful: float  # share of what is then left that counts once
    checkpoint: float  # share of it, in checkpoints that held
    kept_flop: float
    tokens_per_day: float  # NaN where the scenario gives no exchange of gradients
    stops_per_day: dict[str, float]  # of one gang, by cause

    @property
    def faults_share(self) -> float:
        """Share of the time not waited that work undone and restarts take."""
        return max(1.0 - self.useful - self.checkpoint, 0.0)

    @property
    def of_executed(self) -> dict[str, float]:
        """Shares of executed work that add up to 1, in the order in which they are taken."""
        in_step = 1.0 - self.out_of_step
        computed = in_step * (1.0 - self.all_reduce)
        return {
            "counts once": computed * self.useful,
            "work undone and restarts": computed * self.faults_share,
            "checkpoints": computed * self.checkpoint,
            "waiting for gradients": in_step * self.all_reduce,
            "waiting for the slowest, standing by": self.out_of_step,
        }


def has_training(dataset: xr.Dataset) -> bool:
    """Return whether the run trains on clusters."""
    return "gang_executed_flop" in dataset


def places(dataset: xr.Dataset) -> list[PlaceOfGangs]:
    """Return each class of gangs at each place where it executed anything."""
    if not has_training(dataset):
        return []
    found = []
    days = run_length_s(dataset) / DAY_S
    simulated_days = window_length_s(dataset) * dataset.sizes["time"] / DAY_S
    for k, gang in enumerate(dataset["gang"].values.tolist()):
        for j, place in enumerate(dataset["gang_place"].values.tolist()):
            executed, in_step, computed, counts, saving = (
                stands_for(dataset) * math.fsum(dataset[f"gang_{name}_flop"].values[:, k, j].tolist())
                for name in ("executed", "in_step", "computed", "kept", "saving")
            )
            if not executed > 0.0:
                continue
            stops = dataset["gang_stops"].values[:, k, j].sum(axis=0) / simulated_days
            token_flop = float(dataset["gang_token_flop"].values[k])
            found.append(
                PlaceOfGangs(
                    gang, place, executed, 1.0 - in_step / executed, 1.0 - ratio(computed, in_step),
                    ratio(counts, computed), ratio(saving, computed), counts, counts / token_flop / days,
                    dict(zip(dataset["stop_cause"].values.tolist(), stops.tolist(), strict=True)),
                )
            )  # fmt: skip
    return found


def timings(dataset: xr.Dataset, k_gang: int) -> dict[str, Kept]:
    """Return what each timing keeps of the time in power, on the first day of the run's first cluster.

    Empty where that cluster had no power.
    """
    window_s = window_length_s(dataset)
    n = min(dataset.sizes["time"], max(round(DAY_S / window_s), 1))
    pace = dataset["gang_pace"].values[:n, k_gang]
    checkpoint_s, restart_s = (float(dataset[f"gang_{name}_s"].values[k_gang]) for name in ("checkpoint", "restart"))
    if not pace.max() > 0.0 or n * window_s <= 2.0 * (checkpoint_s + restart_s + CELL_S):
        return {}
    faults, paces = on_cells(dataset["gang_fault_rate"].values[:n, k_gang], pace / pace.max(), window_s)
    return {
        timing: kept(schedule(timing, faults, paces, cell_s=CELL_S, checkpoint_s=checkpoint_s, restart_s=restart_s))
        for timing in TIMINGS
    }


def figures(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return the headline figures of training, all gangs together, by side; nothing without clusters."""
    if not has_training(dataset):
        return {}
    found: dict[str, tuple[float, str]] = {}
    for side, some in (("orbit", lambda place: place == "orbit"), ("site", lambda place: place != "orbit")):
        here = [one for one in places(dataset) if some(one.place)]
        executed = math.fsum(one.executed_flop for one in here)
        parts = [math.fsum(one.of_executed[name] * one.executed_flop for one in here) for name in _SHARES]
        counts, undone, saving, waiting, idle = parts
        computed = counts + undone + saving
        found |= {
            f"training_useful_fraction_{side}": (ratio(counts, computed), "1"),
            f"training_checkpoint_share_{side}": (ratio(saving, computed), "1"),
            f"training_all_reduce_share_{side}": (ratio(waiting, computed + waiting), "1"),
            f"training_out_of_step_share_{side}": (ratio(idle, executed), "1"),
            f"training_delivered_{side}_flop": (math.fsum(one.kept_flop for one in here), "FLOP"),
            f"training_tokens_per_day_{side}": (math.fsum(one.tokens_per_day for one in here), "1"),
        }
    need = dataset["gang_laser_need_bit_s"].values
    found["training_laser_need_bit_s"] = (float(np.nanmax(need)) if np.isfinite(need).any() else math.nan, "bit/s")
    return {name: {"value": value, "unit": unit} for name, (value, unit) in found.items()}


_SHARES = (
    "counts once",
    "work undone and restarts",
    "checkpoints",
    "waiting for gradients",
    "waiting for the slowest, standing by",
)
