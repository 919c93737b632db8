"""What a window leaves: sums by shell over fixed segments of rows, histograms, and the audit of every satellite.

A segment is a run of neighbouring rows of one shell inside one block. Rows are added in order within it and segments by
a fixed tree, so that sums have the same bits on any number of threads.
"""

import numpy as np

from .._jit import sweep
from .lanes import LANES
from .march import BLOCK_ROWS, N_LEDGER, N_STATE
from .satellite import Hardware, Ledger, State

# What is added up by shell, in this order: the ledger's sums, then these.
N_SUMMED = Ledger._fields.index("battery_min_j")
SUM_FIELDS = (
    *Ledger._fields[:N_SUMMED],
    "battery_end_j",
    "offered_flop",
    "cool_flop",
    "assigned_flop",
    "reachable_flop",
)
BIN_COUNT = 4096
CHARGE_BIN = 1.0 / 4000.0  # bins of state of charge; its quantiles err by less
TEMPERATURE_BIN_K = 0.1  # bins from 0 K: 409.6 K is the last
HISTOGRAMS = ("state_of_charge", "fluid_temperature_k", "chip_temperature_k")

AUDIT_FIELDS = ("energy", "heat", "temperature_margin_k", "charge_margin")
HEAT_ROUNDING = 1e-9  # of the heat in, beside the integrator's bound
ROUNDED_STORE = 1e-4  # of what is stored at most: where less flows, its rounding would look like a loss
ROUNDING = 1e-9  # of a margin: at a bound to rounding counts as on it

_BATTERY, _FLUID = State._fields.index("battery_j"), State._fields.index("fluid_k")
_L = {name: k for k, name in enumerate(Ledger._fields)}
_ARRAY, _LOAD, _CHARGE, _DRAWN = _L["array_j"], _L["load_j"], _L["charge_j"], _L["drawn_j"]
_CURTAILED, _LOSS, _CONDITIONING, _SINK = _L["curtailed_j"], _L["loss_j"], _L["conditioning_j"], _L["sink_j"]
_RADIATED, _SAFE, _LOWEST, _HOTTEST = _L["radiated_j"], _L["safe_s"], _L["battery_min_j"], _L["chip_max_k"]
_BATTERY_START, _FLUID_START, _HEAT_ERROR = _L["battery_start_j"], _L["fluid_start_k"], _L["heat_error_j"]
_H = {name: k for k, name in enumerate(Hardware._fields)}
_CAPACITY, _FLOOR, _LIMIT = _H["capacity_j"], _H["floor_j"], _H["chip_limit_k"]
_IN, _OUT, _HEAT_CAPACITY = _H["charge_efficiency"], _H["inverse_discharge_efficiency"], _H["capacity_j_k"]


def segments(shell):
    """Return the first rows of the segments, with the number of rows at the end, and the shell of each.

    shell : int32[n_satellite] -> int64[n_segment + 1], int32[n_segment].
    """
    n = len(shell)
    edge = np.arange(n) % BLOCK_ROWS == 0
    edge[1:] |= shell[1:] != shell[:-1]
    first = np.flatnonzero(edge)
    return np.append(first, n).astype(np.int64), np.asarray(shell)[first]


def tree_sum(parts):
    """Return the sum of parts along the first axis by a fixed tree: neighbours in pairs, again and again."""
    while parts.shape[0] > 1:
        if parts.shape[0] % 2:
            parts = np.concatenate([parts, np.zeros_like(parts[:1])])
        parts = parts[0::2] + parts[1::2]
    return parts[0]


def sum_by_shell(parts, segment_shell, n_shell):
    """Return sums by shell, float64[n_shell, n_quantity], of the segments' float64[n_segment, n_quantity]."""
    out = np.zeros((n_shell, parts.shape[1]))
    for shell in np.unique(segment_shell):
        out[shell] = tree_sum(parts[segment_shell == shell])
    return out


@sweep
def sum_segments(fleet, offer_flop, cool_flop, assigned_flop, signature, reachable, start, first, last, out):
    """Add the window's ledger up over the segments first to last: out float64[n_segment, len(SUM_FIELDS)].

    start : int64[n_segment + 1], first rows; signature : int32[n_row]; reachable : bool[n_signature].
    """
    for segment in range(first, last):
        for q in range(N_SUMMED):
            total = 0.0
            for row in range(start[segment], start[segment + 1]):
                total += fleet.ledger[row // LANES, q, row % LANES]
            out[segment, q] = total
        battery, offered, cool, assigned, reached = 0.0, 0.0, 0.0, 0.0, 0.0
        for row in range(start[segment], start[segment + 1]):
            battery += fleet.state[row // LANES, _BATTERY, row % LANES]
            offered += offer_flop[row]
            cool += cool_flop[row]
            assigned += assigned_flop[row]
            if signature[row] >= 0 and reachable[signature[row]]:
                reached += offer_flop[row]
        out[segment, N_SUMMED] = battery
        out[segment, N_SUMMED + 1] = offered
        out[segment, N_SUMMED + 2] = cool
        out[segment, N_SUMMED + 3] = assigned
        out[segment, N_SUMMED + 4] = reached


@sweep
def count_shells(fleet, shell, first, last, out_count, out_low, out_high):
    """Enter rows first to last in their shells' histograms of charge, fluid and chip temperature.

    out_count : int32[n_shell, 3, BIN_COUNT], added to; out_low, out_high : float64[n_shell, 3], extremes.
    """
    for row in range(first, last):
        tile, lane, s = row // LANES, row % LANES, shell[row]
        charge = fleet.state[tile, _BATTERY, lane] / fleet.hardware_table[fleet.type_index[row], _CAPACITY]
        fluid = fleet.state[tile, _FLUID, lane]
        chip = fleet.ledger[tile, _HOTTEST, lane]
        for k in range(3):
            value = charge if k == 0 else (fluid if k == 1 else chip)
            width = CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K
            slot = int(value / width)
            out_count[s, k, min(max(slot, 0), BIN_COUNT - 1)] += 1
            out_low[s, k] = min(out_low[s, k], value)
            out_high[s, k] = max(out_high[s, k], value)


@sweep
def walk_quantiles(count, low, high, wanted, first, last, out):
    """Write quantiles from the histograms of shells first to last; within a bin values are spread evenly.

    wanted : float64[n_quantile], ascending; out : float64[n_shell, 3, n_quantile]. Errors are below CHARGE_BIN and
    TEMPERATURE_BIN_K; 0 and 1 give the exact extremes, shells without satellites NaN.
    """
    for shell in range(first, last):
        for k in range(count.shape[1]):
            total = 0
            for slot in range(count.shape[2]):
                total += count[shell, k, slot]
            width = CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K
            slot, before = 0, 0
            for j in range(wanted.size):
                rank = wanted[j] * total
                while slot < count.shape[2] - 1 and before + count[shell, k, slot] < rank:
                    before += count[shell, k, slot]
                    slot += 1
                inside = max(count[shell, k, slot], 1)
                value = (slot + (rank - before) / inside) * width
                value = min(max(value, low[shell, k]), high[shell, k])
                out[shell, k, j] = value if total > 0 else np.nan


def quantiles(count, low, high, wanted):
    """Return quantiles from histograms, float64[n_shell, 3, n_quantile] (`walk_quantiles`)."""
    out = np.empty((*count.shape[:2], len(wanted)))
    walk_quantiles(count, low, high, np.asarray(wanted, dtype=np.float64), 0, count.shape[0], out)
    return out


@sweep
def audit_rows(fleet, first, last, out_worst, out_row):
    """Check every satellite of a range of rows; keep the worst of each kind and its row.

    energy: bus (array + drawn = load + charge + curtailed), battery (its two ends against the flows) and losses
    against the efficiencies, added up, relative to what flowed, or to ROUNDED_STORE of the capacity; NaN if state or
    ledger hold one anywhere. heat: the fluid's two ends against heat in less heat radiated by the law, over the bound
    on what the integrator's steps leave between them: 1 is the limit. Margins: distance of chips from their limit [K],
    satellites in safe mode left out, and of the state of charge from floor and full.
    out_worst : float64[4], in the order of AUDIT_FIELDS; out_row : int64[4].
    """
    for row in range(first, last):
        tile, lane = row // LANES, row % LANES
        h = fleet.hardware_table[fleet.type_index[row]]
        array_j, drawn_j = fleet.ledger[tile, _ARRAY, lane], fleet.ledger[tile, _DRAWN, lane]
        load_j, charge_j = fleet.ledger[tile, _LOAD, lane], fleet.ledger[tile, _CHARGE, lane]
        curtailed_j, loss_j = fleet.ledger[tile, _CURTAILED, lane], fleet.ledger[tile, _LOSS, lane]
        battery_j, start_j = fleet.state[tile, _BATTERY, lane], fleet.ledger[tile, _BATTERY_START, lane]
        scale = max(array_j + drawn_j, ROUNDED_STORE * h[_CAPACITY])
        bus = abs(array_j + drawn_j - load_j - charge_j - curtailed_j)
        stored = abs(battery_j - start_j - (h[_IN] * charge_j - h[_OUT] * drawn_j))
        lost = abs(loss_j - (1.0 - h[_IN]) * charge_j - (h[_OUT] - 1.0) * drawn_j)
        unreal = 0.0  # and stays so, unless state or ledger hold a NaN
        for q in range(N_STATE):
            unreal += 0.0 * fleet.state[tile, q, lane]
        for q in range(N_LEDGER):
            unreal += 0.0 * fleet.ledger[tile, q, lane]
        energy = (bus + stored + lost) / scale + unreal

        heat_j = load_j + loss_j + fleet.ledger[tile, _CONDITIONING, lane] + fleet.ledger[tile, _SINK, lane]
        fluid_k = fleet.state[tile, _FLUID, lane]
        gained = h[_HEAT_CAPACITY] * (fluid_k - fleet.ledger[tile, _FLUID_START, lane])
        rounding = HEAT_ROUNDING * max(heat_j, ROUNDED_STORE * h[_HEAT_CAPACITY] * fluid_k)
        bound = fleet.ledger[tile, _HEAT_ERROR, lane] + rounding
        heat = abs(gained - (heat_j - fleet.ledger[tile, _RADIATED, lane])) / bound

        safe = fleet.ledger[tile, _SAFE, lane] > 0.0
        cool = 1e3 if safe else h[_LIMIT] - fleet.ledger[tile, _HOTTEST, lane]
        lowest = fleet.ledger[tile, _LOWEST, lane]
        room = min(lowest - h[_FLOOR], h[_CAPACITY] - battery_j) / h[_CAPACITY]
        cool = max(cool, 0.0) if cool > -ROUNDING else cool
        room = max(room, 0.0) if room > -ROUNDING else room

        for k in range(4):
            value = energy if k == 0 else (heat if k == 1 else (-cool if k == 2 else -room))
            if not (value <= out_worst[k] or np.isnan(out_worst[k])):  # a NaN is the worst of all, and stays
                out_worst[k] = value
                out_row[k] = row


N_AUDIT = len(AUDIT_FIELDS)
__all__ = [
    "BLOCK_ROWS",
    "N_STATE",
    "audit_rows",
    "count_shells",
    "quantiles",
    "segments",
    "sum_by_shell",
    "sum_segments",
]
