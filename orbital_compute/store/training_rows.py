"""What a run leaves of training on clusters, by the names of the catalogue."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..model.gang_rates import CAUSES
from ..model.training import Training, TrainingCredit


def training_window(credit: TrainingCredit) -> dict[str, np.ndarray]:
    """Return the rows of a window."""
    in_step, computed, kept, saving, _ = credit.stage_flop
    return {
        "gang_executed_flop": credit.executed_flop,
        "gang_in_step_flop": in_step,
        "gang_computed_flop": computed,
        "gang_kept_flop": kept,
        "gang_saving_flop": saving,
        "gang_stops": credit.stops,
        "gang_fault_rate": credit.fault_per_s,
        "gang_pace": credit.pace,
        "gang_laser_bit_s": credit.laser_bit_s,
    }


def training_totals(training: Training) -> dict[str, Any]:
    """Return what holds for the whole run."""
    peak = training.peak_flop_s()
    orbit, ground = training.orbit_exchange, training.site_exchange
    nothing = np.full(len(training.names), np.nan)
    satellites, need = nothing.copy(), nothing.copy()
    step_s, send_s = np.full((2, len(training.names), len(training.place_names)), np.nan)
    for k, (one, site) in enumerate(zip(orbit, ground, strict=True)):
        if one is None or site is None:
            continue
        satellites[k], need[k] = one.members, one.laser_need_bit_s(float(peak[k, 0]))
        step_s[k] = site.step_s(peak[k])
        send_s[k] = [one.all_reduce_s, *[site.all_reduce_s] * (len(training.place_names) - 1)]
    return {
        "gang_chips": [gang.chips for gang in training.gangs],
        "gang_token_flop": training.flop_per_token,
        "gang_checkpoint_s": [gang.checkpoint_s for gang in training.gangs],
        "gang_restart_s": [gang.restart_s for gang in training.gangs],
        "gang_satellites": satellites,
        "gang_laser_need_bit_s": need,
        "gang_step_s": step_s,
        "gang_all_reduce_s": send_s,
    }


def training_coordinates(training: Training | None) -> dict[str, list[str]]:
    """Return the axes; empty without clusters."""
    if training is None:
        return {"gang": [], "gang_timing": [], "gang_place": [], "stop_cause": []}
    return {
        "gang": training.names,
        "gang_timing": [gang.timing for gang in training.gangs],
        "gang_place": training.place_names,
        "stop_cause": list(CAUSES),
    }
