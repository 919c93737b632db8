"""What a window leaves: sums by shell over fixed segments of rows, histograms, and the audit of every satellite.

A segment is a run of neighbouring rows of one shell inside one block. Rows are added in order within it and segments by
a fixed tree, so that sums have the same bits on any number of threads.
"""

from typing import NamedTuple

import numpy as np

from .._jit import lent, point, sweep
from ..physics.battery import aged_efficiency
from .lanes import LANES, ledger_in, state_in
from .march import BLOCK_ROWS, N_STATE, N_STATE_FIELD
from .records import Hardware, Health, Ledger, State
from .satellite import worn_capacity_j

# what is added up by shell: in the second pass the ledger's sums and what is stored, in the first what might be offered
N_SUMMED = Ledger._fields.index("battery_min_j")
EXECUTED_FIELDS = (*Ledger._fields[:N_SUMMED], "battery_end_j")
OFFERED_FIELDS = ("cool_flop", "new_flop")
BIN_COUNT = 4096
STRIDE = 64  # bins that are walked over at once where all of them lie below
CHARGE_BIN = 1.0 / 4000.0  # bins of state of charge; its quantiles err by less
TEMPERATURE_BIN_K = 0.1  # bins from 0 K: 409.6 K is the last
PER_CHARGE_BIN, PER_KELVIN_BIN = 4000.0, 10.0  # bins a unit
HISTOGRAMS = ("state_of_charge", "fluid_temperature_k", "chip_temperature_k")

AUDIT_FIELDS = ("energy", "heat", "temperature_margin_k", "charge_margin")
HEAT_ROUNDING = 1e-9  # of the heat in, beside the integrator's bound
HELD_ROUNDING = 1e-14  # of the heat that the fluid holds: a temperature is rounded in each step
ROUNDED_STORE = 1e-4  # of the capacity: where less flows, the rounding of what is stored would look like a loss
ROUNDING = 1e-9  # of a margin: at a bound to rounding counts as on it

_BATTERY, _FLUID = State._fields.index("battery_j"), State._fields.index("fluid_k")
_HOTTEST = Ledger._fields.index("chip_max_k")
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
def sum_tiles(page, q, begin, end, lanes):
    """Return the sum of a quantity of tiles over rows begin to end: each lane over the tiles, then lanes in pairs."""
    array, base = page.rows, page.first_tile * LANES
    begin, end = begin - base, end - base
    whole = (begin + LANES - 1) // LANES * LANES  # rows before it, and after the last whole tile, one by one
    rest = max(end // LANES * LANES, whole)
    for lane in range(LANES):
        lanes[lane] = 0.0
    for tile in range(np.uint64(whole // LANES), np.uint64(rest // LANES)):  # known not to be negative: vector code
        for lane in range(lanes.size):  # a bound that the compiler knows would be unrolled, not made vectors
            lanes[lane] += array[tile, q, lane]
    for row in range(begin, min(whole, end)):
        lanes[row % LANES] += array[row // LANES, q, row % LANES]
    for row in range(rest, end):
        lanes[row % LANES] += array[row // LANES, q, row % LANES]
    half = LANES // 2
    while half > 0:  # neighbours at half the distance, again and again
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0]


@sweep
def sum_segments(page, n_quantity, start, first, last, column, lanes, out):
    """Add quantities of a page up over the segments first to last: out[segment, column + q] for q < n_quantity.

    start : int64[n_segment + 1], first rows; lanes : float64[32], to work with; out : float64[n_segment, n_column].
    """
    page = lent(page)
    for segment in range(first, last):
        for q in range(n_quantity):
            out[segment, column + q] = sum_tiles(page, q, start[segment], start[segment + 1], lanes)


@point
def slot_of(value, per_bin):
    """Return the bin that a value falls into, of so many a unit; the first and the last take what lies beyond."""
    return int(min(max(value * per_bin, 0.0), BIN_COUNT - 1.0))


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


@point
def widen(value, first_lane, last_lane, s, k, out_low, out_high):
    """Widen the extremes of a shell's quantity by lanes of a tile, where one lies beyond them."""
    low, high, n_beyond = out_low[s, k], out_high[s, k], 0
    for lane in range(first_lane, last_lane):
        n_beyond += 0 if (value[k, lane] >= low) & (value[k, lane] <= high) else 1
    if n_beyond > 0:
        for lane in range(first_lane, last_lane):
            low, high = min(low, value[k, lane]), max(high, value[k, lane])
        out_low[s, k], out_high[s, k] = low, high


@sweep
def count_shells(fleet, page, shell, first, last, out_count, out_low, out_high):
    """Enter rows first to last in their shells' histograms of charge, fluid and chip temperature.

    page : Page, the window's ledger; out_count : int32[n_shell, 3, BIN_COUNT], added to; out_low, out_high :
    float64[n_shell, 3], extremes.
    """
    fleet, page, hardware = lent(fleet), lent(page), np.full((len(_COUNTED) + 1, LANES), -1.0)
    value, place = np.empty((3, LANES)), np.empty((3, LANES), np.int64)
    for tile in range(first // LANES, (last - 1) // LANES + 1):
        load_hardware(fleet.hardware_table, fleet.type_index, tile, _COUNTED, hardware)
        for lane in range(LANES):
            battery_j, share = fleet.state[tile, _BATTERY, lane], fleet.health[tile, _WEAR, lane]
            value[0, lane] = battery_j / worn_capacity_j(hardware[0, lane], share, battery_j)
            value[1, lane] = fleet.state[tile, _FLUID, lane]
            value[2, lane] = page.rows[tile - page.first_tile, _HOTTEST, lane]
        for lane in range(LANES):
            place[0, lane] = slot_of(value[0, lane], PER_CHARGE_BIN)
            place[1, lane] = slot_of(value[1, lane], PER_KELVIN_BIN)
            place[2, lane] = slot_of(value[2, lane], PER_KELVIN_BIN)
        lane, last_lane = lane_range(first, last, tile)
        while lane < last_lane:  # a run of lanes of one shell, usually all
            s, start = np.uint64(shell[tile * LANES + lane]), lane
            while lane < last_lane and shell[tile * LANES + lane] == s:
                lane += 1
            for k in range(3):
                widen(value, start, lane, s, k, out_low, out_high)
            for j in range(start, lane):  # in turns: the next of the same kind, often to the same bin, need not wait
                out_count[s, 0, np.uint64(place[0, j])] += 1
                out_count[s, 1, np.uint64(place[1, j])] += 1
                out_count[s, 2, np.uint64(place[2, j])] += 1


@point
def add_counts(part, out):
    """Add the counts of a part to those of all, and empty it."""
    for slot in range(out.size):
        out[slot] += part[slot]
        part[slot] = 0


@point
def count_between(held, first, last):
    """Return the sum of counts from the first to before the last bin, as far as there are bins."""
    total = 0
    for slot in range(np.uint64(first), np.uint64(min(last, held.size))):
        total += held[slot]
    return total


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
            per_bin = PER_CHARGE_BIN if k == 0 else PER_KELVIN_BIN
            lowest, highest = slot_of(low[shell, k], per_bin), slot_of(high[shell, k], per_bin)
            held = count[0, shell, k, lowest : highest + 1]
            for part in range(1, count.shape[0]):
                add_counts(count[part, shell, k, lowest : highest + 1], held)
            total = count_between(held, 0, held.size)
            width = CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K
            slot, before = 0, 0
            for j in range(wanted.size):
                rank = wanted[j] * total
                many = count_between(held, slot, slot + STRIDE)
                while slot + STRIDE < held.size and before + many < rank:
                    slot, before = slot + STRIDE, before + many
                    many = count_between(held, slot, slot + STRIDE)
                while slot < held.size - 1 and before + held[slot] < rank:
                    before += held[slot]
                    slot += 1
                inside = max(held[slot], 1)
                value = (lowest + slot + (rank - before) / inside) * width
                out[shell, k, j] = min(max(value, low[shell, k]), high[shell, k])
            held[:] = 0


def quantiles(count, low, high, wanted):
    """Return quantiles from histograms, float64[n_shell, 3, n_quantile], and empty them (`walk_quantiles`)."""
    out = np.empty((*low.shape, len(wanted)))
    walk_quantiles(count, low, high, np.asarray(wanted, dtype=np.float64), 0, low.shape[0], out)
    return out


@point
def worst_of(values, first_lane, last_lane, row, k, out_worst, out_row):
    """Keep the largest of a tile's values, and the row of it; a NaN is the worst of all, and stays."""
    for lane in range(first_lane, last_lane):
        if not (values[lane] <= out_worst[k] or np.isnan(out_worst[k])):
            out_worst[k] = values[lane]
            out_row[k] = row + lane


class Built(NamedTuple):
    """What the audit needs of a satellite's type, as built: fields of `Hardware`."""

    capacity_j: float
    floor_j: float
    chip_limit_k: float
    charge_efficiency: float
    discharge_efficiency: float
    inverse_discharge_efficiency: float
    capacity_j_k: float


class Finding(NamedTuple):
    """What the audit finds: residuals, and how far beyond their limits temperature and charge are (AUDIT_FIELDS)."""

    energy: float
    heat: float
    too_hot_k: float
    out_of_charge: float


@point
def audited(built, share, ledger, state):
    """Return what a window's ledger and the state at its end leave open; `share` is what is left of the battery."""
    t = ledger
    capacity_j = worn_capacity_j(built.capacity_j, share, t.battery_start_j)
    aged = share < 1.0
    into = aged_efficiency(built.charge_efficiency, share) if aged else built.charge_efficiency
    inverse_out = 1.0 / aged_efficiency(built.discharge_efficiency, share)
    out = inverse_out if aged else built.inverse_discharge_efficiency
    bus = abs(t.array_j + t.drawn_j - t.load_j - t.charge_j - t.curtailed_j)
    stored = abs(state.battery_j - t.battery_start_j - (into * t.charge_j - out * t.drawn_j))
    lost = abs(t.loss_j - (1.0 - into) * t.charge_j - (out - 1.0) * t.drawn_j)
    energy = (bus + stored + lost) / max(t.array_j + t.drawn_j, ROUNDED_STORE * capacity_j)
    rest = t.sunlit_s + t.compute_j + t.bus_j + t.executed_flop + t.throttled_s + t.safe_s + t.chip_max_k
    unreal = 0.0 * (rest + t.battery_min_j + state.cell_k + state.array_mean_w + state.sink_mean_w)  # NaN where one is

    heat_j = t.load_j + t.loss_j + t.conditioning_j + t.sink_j
    gained = built.capacity_j_k * (state.fluid_k - t.fluid_start_k)
    rounding_j = HEAT_ROUNDING * max(heat_j, 1.0) + HELD_ROUNDING * built.capacity_j_k * state.fluid_k
    heat = abs(gained - (heat_j - t.radiated_j)) / (t.heat_error_j + rounding_j)

    cool = 1e3 if t.safe_s > 0.0 else built.chip_limit_k - t.chip_max_k
    room = min(t.battery_min_j - built.floor_j * share, capacity_j - state.battery_j) / capacity_j
    return Finding(
        energy + unreal,
        heat,
        -(max(cool, 0.0) if cool > -ROUNDING else cool),
        -(max(room, 0.0) if room > -ROUNDING else room),
    )


@sweep
def audit_rows(fleet, page, first, last, out_worst, out_row):
    """Check every satellite of a range of rows; keep the worst of each kind and its row.

    energy: bus (array + drawn = load + charge + curtailed), battery (its two ends against the flows) and losses
    against the efficiencies, added up, relative to what flowed; NaN if state, totals or ledger hold one. heat: the
    fluid's two ends against heat in less heat radiated by the law, over the bound on what the integrator's steps leave
    between them: 1 is the limit. Margins: distance of chips from their limit [K], satellites in safe mode left out, and
    of the state of charge from floor and full. `page` holds the window's ledger.
    out_worst : float64[4], in the order of AUDIT_FIELDS; out_row : int64[4].
    """
    fleet, page, hardware = lent(fleet), lent(page), np.full((len(_AUDITED) + 1, LANES), -1.0)
    found, kept = np.empty((4, LANES)), np.empty(LANES)
    for tile in range(first // LANES, (last - 1) // LANES + 1):
        load_hardware(fleet.hardware_table, fleet.type_index, tile, _AUDITED, hardware)
        energy, heat, too_hot, out_of_charge = out_worst[0], out_worst[1], out_worst[2], out_worst[3]
        n_worse = 0
        for lane in range(LANES):
            kept[lane] = 0.0
        for r in range(N_STATE, N_STATE_FIELD):
            for lane in range(LANES):
                kept[lane] += fleet.state[tile, r, lane]
        for lane in range(LANES):
            built = Built(
                hardware[0, lane],
                hardware[1, lane],
                hardware[2, lane],
                hardware[3, lane],
                hardware[4, lane],
                hardware[5, lane],
                hardware[6, lane],
            )
            ledger = ledger_in(page.rows, tile - page.first_tile, lane, 0)
            finding = audited(built, fleet.health[tile, _WEAR, lane], ledger, state_in(fleet.state, tile, lane, 0))
            found[0, lane], found[1, lane] = finding.energy + 0.0 * kept[lane], finding.heat
            found[2, lane], found[3, lane] = finding.too_hot_k, finding.out_of_charge
            within = (found[0, lane] <= energy) & (finding.heat <= heat)
            within &= (finding.too_hot_k <= too_hot) & (finding.out_of_charge <= out_of_charge)
            n_worse += 0 if within else 1
        if n_worse > 0:
            first_lane, last_lane = lane_range(first, last, tile)
            for k in range(4):
                worst_of(found[k], first_lane, last_lane, tile * LANES, k, out_worst, out_row)


__all__ = [
    "BLOCK_ROWS",
    "audit_rows",
    "count_shells",
    "quantiles",
    "segments",
    "sum_by_shell",
    "sum_segments",
]
