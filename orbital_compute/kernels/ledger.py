"""What a window leaves: sums by shell over fixed segments of rows, histograms, and the audit of every satellite.

A segment is a run of neighbouring rows of one shell inside one block. Rows are added in order within it and segments by
a fixed tree, so that sums have the same bits on any number of threads.
"""

import numpy as np

from .._jit import point, sweep
from ..physics.battery import aged_efficiency
from .lanes import LANES
from .march import BLOCK_ROWS, N_LEDGER, N_STATE
from .satellite import Hardware, Health, Ledger, State, worn_capacity_j

# What is added up by shell, in this order: the ledger's sums, then these.
N_SUMMED = Ledger._fields.index("battery_min_j")
SUM_FIELDS = (
    *Ledger._fields[:N_SUMMED],
    "battery_end_j",
    "offered_flop",
    "cool_flop",
    "new_flop",
    "assigned_flop",
    "reachable_flop",
)
BIN_COUNT = 4096
CHARGE_BIN = 1.0 / 4000.0  # bins of state of charge; its quantiles err by less
TEMPERATURE_BIN_K = 0.1  # bins from 0 K: 409.6 K is the last
HISTOGRAMS = ("state_of_charge", "fluid_temperature_k", "chip_temperature_k")

AUDIT_FIELDS = ("energy", "heat", "temperature_margin_k", "charge_margin")
HEAT_ROUNDING = 1e-9  # of the heat in, beside the integrator's bound
HELD_ROUNDING = 1e-14  # of the heat that the fluid holds: a temperature is rounded in each step
ROUNDED_STORE = 1e-4  # of the capacity: where less flows, the rounding of what is stored would look like a loss
ROUNDING = 1e-9  # of a margin: at a bound to rounding counts as on it

_BATTERY, _FLUID = State._fields.index("battery_j"), State._fields.index("fluid_k")
_L = {name: k for k, name in enumerate(Ledger._fields)}
_ARRAY, _LOAD, _CHARGE, _DRAWN = _L["array_j"], _L["load_j"], _L["charge_j"], _L["drawn_j"]
_CURTAILED, _LOSS, _CONDITIONING, _SINK = _L["curtailed_j"], _L["loss_j"], _L["conditioning_j"], _L["sink_j"]
_RADIATED, _SAFE, _LOWEST, _HOTTEST = _L["radiated_j"], _L["safe_s"], _L["battery_min_j"], _L["chip_max_k"]
_BATTERY_START, _FLUID_START, _HEAT_ERROR = _L["battery_start_j"], _L["fluid_start_k"], _L["heat_error_j"]
_H = {name: k for k, name in enumerate(Hardware._fields)}
_WEAR = Health._fields.index("battery")
_COUNTED = (_H["capacity_j"],)  # what the histograms need of a satellite's type
# what the audit needs of a satellite's type, in this order
_AUDITED = tuple(
    _H[name]
    for name in (
        "capacity_j", "floor_j", "chip_limit_k", "charge_efficiency", "discharge_efficiency",
        "inverse_discharge_efficiency", "capacity_j_k",
    )
)  # fmt: skip


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


@sweep
def _add_trees(parts, bound, first, last, out):
    """Add rows bound[i] to bound[i + 1] of parts up by the tree of `tree_sum`: out float64[n, n_quantity]; parts go."""
    for i in range(first, last):
        begin, n = bound[i], bound[i + 1] - bound[i]
        while n > 1:
            for j in range(n // 2):
                for q in range(parts.shape[1]):
                    parts[begin + j, q] = parts[begin + 2 * j, q] + parts[begin + 2 * j + 1, q]
            if n % 2 == 1:
                for q in range(parts.shape[1]):
                    parts[begin + n // 2, q] = parts[begin + n - 1, q]
            n = (n + 1) // 2
        for q in range(parts.shape[1]):
            out[i, q] = parts[begin, q] if n == 1 else 0.0


def sum_by_shell(parts, segment_shell, n_shell):
    """Return sums by shell, float64[n_shell, n_quantity], of the segments' float64[n_segment, n_quantity]."""
    segment_shell, out = np.asarray(segment_shell), np.empty((n_shell, parts.shape[1]))
    bound = np.concatenate([[0], np.cumsum(np.bincount(segment_shell, minlength=n_shell))])
    _add_trees(parts[np.argsort(segment_shell, kind="stable")], bound, 0, n_shell, out)
    return out


@point
def lane_range(first, last, tile):
    """Return the first lane, and that after the last, of a tile's rows that lie in the range first to last."""
    return max(first - tile * LANES, 0), min(last - tile * LANES, LANES)


@point
def sum_tiles(array, q, begin, end, lanes):
    """Return the sum of a quantity of tiles over rows begin to end: each lane over the tiles, then lane after lane."""
    whole = (begin + LANES - 1) // LANES * LANES  # rows before it, and after the last whole tile, one by one
    rest = max(end // LANES * LANES, whole)
    for lane in range(LANES):
        lanes[lane] = 0.0
    for tile in range(np.uint64(whole // LANES), np.uint64(rest // LANES)):  # known not to be negative: vector code
        for lane in range(LANES):
            lanes[lane] += array[tile, q, lane]
    for row in range(begin, min(whole, end)):
        lanes[row % LANES] += array[row // LANES, q, row % LANES]
    for row in range(rest, end):
        lanes[row % LANES] += array[row // LANES, q, row % LANES]
    total = 0.0
    for lane in range(LANES):
        total += lanes[lane]
    return total


@sweep
def sum_segments(fleet, offer_flop, cool_flop, new_flop, assigned_flop, signature, reachable, start, first, last, out):
    """Add the window's ledger up over the segments first to last: out float64[n_segment, len(SUM_FIELDS)].

    start : int64[n_segment + 1], first rows; signature : int32[n_row]; reachable : bool[n_signature].
    """
    lanes = np.empty(LANES)
    for segment in range(first, last):
        begin, end = start[segment], start[segment + 1]
        for q in range(N_SUMMED):
            out[segment, q] = sum_tiles(fleet.ledger, q, begin, end, lanes)
        out[segment, N_SUMMED] = sum_tiles(fleet.state, _BATTERY, begin, end, lanes)
        offered, cool, new, assigned, reached = 0.0, 0.0, 0.0, 0.0, 0.0
        for row in range(begin, end):
            own = signature[row]
            offered += offer_flop[row]
            cool += cool_flop[row]
            new += new_flop[row]
            assigned += assigned_flop[row]
            reached += offer_flop[row] if own >= 0 and reachable[own] else 0.0
        out[segment, N_SUMMED + 1] = offered
        out[segment, N_SUMMED + 2] = cool
        out[segment, N_SUMMED + 3] = new
        out[segment, N_SUMMED + 4] = assigned
        out[segment, N_SUMMED + 5] = reached


@point
def slot_of(value, k):
    """Return the bin of histogram k that a value falls into; the first and the last take what lies beyond."""
    slot = int(value / (CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K))
    return min(max(slot, 0), BIN_COUNT - 1)


@point
def load_hardware(table, type_index, tile, used, out):
    """Fill out[k, lane] with the columns `used` of the satellites' types, unless they stand there: out's last row."""
    stands = True
    for lane in range(LANES):
        stands &= out[len(used), lane] == type_index[tile * LANES + lane]
    if not stands:
        for lane in range(LANES):
            kind = type_index[tile * LANES + lane]
            for k in range(len(used)):
                out[k, lane] = table[kind, used[k]]
            out[len(used), lane] = kind


@sweep
def count_shells(fleet, shell, first, last, out_count, out_low, out_high):
    """Enter rows first to last in their shells' histograms of charge, fluid and chip temperature.

    out_count : int32[n_shell, 3, BIN_COUNT], added to; out_low, out_high : float64[n_shell, 3], extremes.
    """
    hardware = np.full((len(_COUNTED) + 1, LANES), -1.0)
    value, place = np.empty((3, LANES)), np.empty((3, LANES), np.int64)
    for tile in range(first // LANES, (last - 1) // LANES + 1):
        load_hardware(fleet.hardware_table, fleet.type_index, tile, _COUNTED, hardware)
        for lane in range(LANES):
            battery_j, share = fleet.state[tile, _BATTERY, lane], fleet.health[tile, _WEAR, lane]
            value[0, lane] = battery_j / worn_capacity_j(hardware[0, lane], share, battery_j)
            value[1, lane] = fleet.state[tile, _FLUID, lane]
            value[2, lane] = fleet.ledger[tile, _HOTTEST, lane]
        for k in range(3):
            for lane in range(LANES):
                place[k, lane] = slot_of(value[k, lane], k)
        low_lane, high_lane = lane_range(first, last, tile)
        for lane in range(low_lane, high_lane):
            s = np.uint64(shell[tile * LANES + lane])
            for k in range(3):
                out_count[s, k, np.uint64(place[k, lane])] += 1
                out_low[s, k] = min(out_low[s, k], value[k, lane])
                out_high[s, k] = max(out_high[s, k], value[k, lane])


@sweep
def walk_quantiles(count, low, high, wanted, first, last, out):
    """Write quantiles from the histograms of shells first to last, and empty them; within a bin values spread evenly.

    count : int32[n_part, n_shell, 3, BIN_COUNT], parts are added up; low, high : float64[n_shell, 3], extremes, between
    which all bins are that hold anything; wanted : float64[n_quantile], ascending; out : float64[n_shell, 3,
    n_quantile]. Errors are below CHARGE_BIN and TEMPERATURE_BIN_K; 0 and 1 give the exact extremes, shells without
    satellites NaN.
    """
    for shell in range(first, last):
        for k in range(count.shape[2]):
            if not low[shell, k] <= high[shell, k]:
                out[shell, k, :] = np.nan
                continue
            lowest, highest, total = slot_of(low[shell, k], k), slot_of(high[shell, k], k), 0
            for slot in range(lowest, highest + 1):
                for part in range(1, count.shape[0]):
                    count[0, shell, k, slot] += count[part, shell, k, slot]
                    count[part, shell, k, slot] = 0
                total += count[0, shell, k, slot]
            width = CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K
            slot, before = lowest, 0
            for j in range(wanted.size):
                rank = wanted[j] * total
                while slot < highest and before + count[0, shell, k, slot] < rank:
                    before += count[0, shell, k, slot]
                    slot += 1
                inside = max(count[0, shell, k, slot], 1)
                value = (slot + (rank - before) / inside) * width
                out[shell, k, j] = min(max(value, low[shell, k]), high[shell, k])
            count[0, shell, k, lowest : highest + 1] = 0


def quantiles(count, low, high, wanted):
    """Return quantiles from histograms, float64[n_shell, 3, n_quantile], and empty them (`walk_quantiles`)."""
    out = np.empty((*low.shape, len(wanted)))
    walk_quantiles(count, low, high, np.asarray(wanted, dtype=np.float64), 0, low.shape[0], out)
    return out


@point
def worst_of(values, first_lane, last_lane, row, k, out_worst, out_row):
    """Keep the largest of a tile's values, and the row of it; a NaN is the worst of all, and stays."""
    worse = False
    for lane in range(LANES):
        worse |= not values[lane] <= out_worst[k]
    if worse:
        for lane in range(first_lane, last_lane):
            if not (values[lane] <= out_worst[k] or np.isnan(out_worst[k])):
                out_worst[k] = values[lane]
                out_row[k] = row + lane


@sweep
def audit_rows(fleet, first, last, out_worst, out_row):
    """Check every satellite of a range of rows; keep the worst of each kind and its row.

    energy: bus (array + drawn = load + charge + curtailed), battery (its two ends against the flows) and losses
    against the efficiencies, added up, relative to what flowed; NaN if state or ledger hold one anywhere. heat: the
    fluid's two ends against heat in less heat radiated by the law, over the bound on what the integrator's steps leave
    between them: 1 is the limit. Margins: distance of chips from their limit [K], satellites in safe mode left out, and
    of the state of charge from floor and full.
    out_worst : float64[4], in the order of AUDIT_FIELDS; out_row : int64[4].
    """
    hardware = np.full((len(_AUDITED) + 1, LANES), -1.0)
    found, unreal = np.empty((4, LANES)), np.empty(LANES)
    for tile in range(first // LANES, (last - 1) // LANES + 1):
        load_hardware(fleet.hardware_table, fleet.type_index, tile, _AUDITED, hardware)
        state, ledger = fleet.state[tile], fleet.ledger[tile]
        for lane in range(LANES):
            unreal[lane] = 0.0  # and stays so, unless state or ledger hold a NaN
        for q in range(N_STATE):
            for lane in range(LANES):
                unreal[lane] += 0.0 * state[q, lane]
        for q in range(N_LEDGER):
            for lane in range(LANES):
                unreal[lane] += 0.0 * ledger[q, lane]
        for lane in range(LANES):
            share, start_j = fleet.health[tile, _WEAR, lane], ledger[_BATTERY_START, lane]
            capacity_j, floor_j = worn_capacity_j(hardware[0, lane], share, start_j), hardware[1, lane] * share
            limit_k, heat_capacity = hardware[2, lane], hardware[6, lane]
            into = aged_efficiency(hardware[3, lane], share) if share < 1.0 else hardware[3, lane]
            out = 1.0 / aged_efficiency(hardware[4, lane], share) if share < 1.0 else hardware[5, lane]
            array_j, drawn_j = ledger[_ARRAY, lane], ledger[_DRAWN, lane]
            load_j, charge_j = ledger[_LOAD, lane], ledger[_CHARGE, lane]
            curtailed_j, loss_j = ledger[_CURTAILED, lane], ledger[_LOSS, lane]
            battery_j = state[_BATTERY, lane]
            scale = max(array_j + drawn_j, ROUNDED_STORE * capacity_j)
            bus = abs(array_j + drawn_j - load_j - charge_j - curtailed_j)
            stored = abs(battery_j - start_j - (into * charge_j - out * drawn_j))
            lost = abs(loss_j - (1.0 - into) * charge_j - (out - 1.0) * drawn_j)
            found[0, lane] = (bus + stored + lost) / scale + unreal[lane]

            heat_j = load_j + loss_j + ledger[_CONDITIONING, lane] + ledger[_SINK, lane]
            gained = heat_capacity * (state[_FLUID, lane] - ledger[_FLUID_START, lane])
            rounding_j = HEAT_ROUNDING * max(heat_j, 1.0) + HELD_ROUNDING * heat_capacity * state[_FLUID, lane]
            bound = ledger[_HEAT_ERROR, lane] + rounding_j
            found[1, lane] = abs(gained - (heat_j - ledger[_RADIATED, lane])) / bound

            cool = 1e3 if ledger[_SAFE, lane] > 0.0 else limit_k - ledger[_HOTTEST, lane]
            room = min(ledger[_LOWEST, lane] - floor_j, capacity_j - battery_j) / capacity_j
            found[2, lane] = -(max(cool, 0.0) if cool > -ROUNDING else cool)
            found[3, lane] = -(max(room, 0.0) if room > -ROUNDING else room)
        first_lane, last_lane = lane_range(first, last, tile)
        for k in range(4):
            worst_of(found[k], first_lane, last_lane, tile * LANES, k, out_worst, out_row)


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
