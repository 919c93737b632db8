"""The march: blocks of neighbouring satellites through the steps of a window, the four stages each in a loop of lanes.

Two passes a window. `prepare_window` looks ahead: plan, light and offer. `march_window` executes what dispatch
assigned. Both take a range of tiles and touch nothing else, so that threads, shards and ranks share out tiles and a
call is short.
"""

from typing import NamedTuple

import numpy as np

from .._jit import copy, fetch, lent, point, stack_rows, sweep
from ..physics.orbit import (
    Orbit,
    Path,
    Slot,
    anchor_orbit,
    ellipse_place,
    mean_place,
    next_place,
    rippled_path,
    step_turn,
)
from ..physics.sun import Sun
from .lanes import (
    BUILT,
    HARDWARE,
    LANES,
    LEDGER,
    LIGHT,
    N_BUFFER,
    NEW,
    ORBIT,
    PATH,
    PLEDGE,
    POWER,
    RESPONSE,
    SLOT,
    STATE,
    ahead_at,
    aim_at,
    anchor_at,
    aspect_at,
    built_at,
    ellipse_at,
    free_at,
    hardware_at,
    health_at,
    health_in,
    keep_ahead,
    keep_aim,
    keep_anchor,
    keep_aspect,
    keep_ellipse,
    keep_free,
    keep_health,
    keep_ledger,
    keep_light,
    keep_mean,
    keep_new,
    keep_order,
    keep_path,
    keep_plan,
    keep_pledge,
    keep_power,
    keep_response,
    keep_sight,
    keep_split,
    keep_state,
    keep_supply,
    keep_total_in,
    keep_turn,
    keep_window,
    keep_working,
    keep_worn,
    ledger_at,
    light_at,
    mean_at,
    new_at,
    orbit_at,
    order_at,
    path_at,
    plan_at,
    pledge_at,
    power_at,
    response_at,
    sight_at,
    slot_at,
    split_at,
    state_at,
    supply_at,
    total_in,
    turn_at,
    window_at,
)
from .records import UNSPLIT, Hardware, Health, Ledger, Light, Pledge, Power, Response, State, Total
from .satellite import (
    add_step,
    add_window,
    ahead_stage,
    aim_stage,
    aspect_stage,
    cut_stage,
    edge_stage,
    free_stage,
    heat_stage,
    is_whole,
    light_stage,
    new_stage,
    offered_flop,
    order_stage,
    plan_stage,
    planned,
    pledge_of,
    power_stage,
    radiated_j,
    response_stage,
    side_stage,
    sight_stage,
    split_stage,
    steep_stage,
    supply_stage,
    turns,
    window_of,
    working,
    worn,
)
from .supply import whole_quanta_flop

GROUP = 8  # lanes that take a stage together which few satellites need: one vector of the widest
BLOCK_ROWS = 512  # the unit of sums, threads, shards and ranks
BLOCK_TILES = BLOCK_ROWS // LANES

N_ORBIT = len(Orbit._fields)
N_SHAPE = 2  # fields of `Slot` that satellites share: they follow those of `Orbit` in its table
N_SLOT = len(Slot._fields) - N_SHAPE
N_HARDWARE = len(Hardware._fields)
N_HEALTH = len(Health._fields)
N_STATE = len(State._fields)
N_PLEDGE = len(Pledge._fields)
N_LEDGER = len(Ledger._fields)

STATE_FIELDS = (*State._fields, *Total._fields)  # what an array of state holds of a satellite
N_STATE_FIELD = len(STATE_FIELDS)
_LEDGER_BATTERY_MIN = LEDGER + Ledger._fields.index("battery_min_j")
_EXECUTED = LEDGER + Ledger._fields.index("executed_flop")
_LEDGER_BATTERY_START = LEDGER + Ledger._fields.index("battery_start_j")
_LEDGER_FLUID_START = LEDGER + Ledger._fields.index("fluid_start_k")
_SUNLIT = LIGHT + Light._fields.index("sunlit")
_STEP_S = HARDWARE + Hardware._fields.index("step_s")
_INVERSE = PATH + Path._fields.index("inverse_m")
_STEEP = RESPONSE + Response._fields.index("steep")
_NEAR = POWER  # whether an edge of the shadow is near: the powers of a step come after
# in the first pass the ledger's rows hold steps in light and in the dark, directions, and what is offered
_LIT, _DARK, _UNIT, _OFFER, _COOL, _NEW = LEDGER, LEDGER + 1, LEDGER + 2, LEDGER + 5, LEDGER + 6, LEDGER + 7
_ASSIGNED, _OFFERED = NEW, NEW + 1  # in the second pass, where that plan is done with
_RATE, _CUT = POWER + Power._fields.index("rate"), POWER + Power._fields.index("cut")


class Page(NamedTuple):
    """Quantities of a run of tiles, rows float64[n_tile, n_quantity, 32], that are used up while in the cache."""

    first_tile: int
    rows: np.ndarray


class Sample(NamedTuple):
    """Satellites whose steps are kept in full, by tile."""

    start: np.ndarray  # int64[n_tile + 1]; those of tile t are start[t] to start[t + 1]
    lane: np.ndarray  # int64[n_sample]
    steps: np.ndarray  # float64[n_sample, n_step, SAMPLE_ROWS], out


@point
def sun_at(suns, k):
    return Sun(
        suns[k, 0], suns[k, 1], suns[k, 2], suns[k, 3], suns[k, 4], suns[k, 5],
        suns[k, 6], suns[k, 7], suns[k, 8], suns[k, 9], suns[k, 10], suns[k, 11],
    )  # fmt: skip


class Standing(NamedTuple):
    """What the buffer holds from the tile before: constants that the next one may share."""

    orbit: int  # row of the table of orbits that all lanes have, -1 where they differ
    kind: int  # the same of the table of hardware
    built: int  # 1 where the rows of HARDWARE are those of BUILT: nothing is worn or failed


NOTHING = Standing(-1, -1, 0)


@point
def shared_index(index, tile):
    """Return the index that all lanes of a tile have, -1 where they differ."""
    first = np.uint64(tile * LANES)  # indices known not to be negative cost less
    own, n_other = index[first], 0
    for lane in range(LANES):
        n_other += 1 if index[first + np.uint64(lane)] != own else 0
    return np.int64(own) if n_other == 0 else np.int64(-1)


@point
def load_shared(w, row, table, index, tile, n_row, own):
    """Load the constants that a tile's satellites share by index: `own`, or -1 where lanes differ."""
    if own >= 0:
        for r in range(n_row):
            w[row + r] = table[np.uint64(own), r]  # a whole row at once
    else:
        for lane in range(LANES):
            other = np.uint64(index[tile * LANES + lane])
            for r in range(n_row):
                w[row + r, lane] = table[other, r]


@point
def load_rows(w, row, array, tile, first, n_row):
    """Load rows of a tile, from its row `first` on."""
    copy(w, row * LANES, array, (tile * array.shape[1] + first) * LANES, n_row * LANES)


@point
def store_rows(w, row, array, tile, first, n_row):
    copy(array, (tile * array.shape[1] + first) * LANES, w, row * LANES, n_row * LANES)


@point
def load_row(w, row, array, tile):
    copy(w, row * LANES, array, tile * LANES, LANES)


@point
def store_row(w, row, array, tile):
    copy(array, tile * LANES, w, row * LANES, LANES)


@point
def close_tile(w, state, tile):
    """Store a tile's state, and add its window to what is kept of its satellites."""
    numbers, first = state.reshape(-1), np.uint64((tile * N_STATE_FIELD + N_STATE) * LANES)
    for lane in range(LANES):
        before, now = total_in(numbers, first + np.uint64(lane)), state_at(w, lane)
        total = add_window(before, ledger_at(w, lane), now, w[_OFFERED, lane], w[_ASSIGNED, lane])
        keep_total_in(numbers, first + np.uint64(lane), total)
    store_rows(w, STATE, state, tile, 0, N_STATE)


@point
def load_tile(w, fleet, tile, sun, standing):
    """Fill the buffer with a tile's constants and state, and turn its slow angles to the start of the window.

    Constants that stand there from the tile before are kept. Of the hardware, devices and buses are those that work;
    array and battery are as new (`wear_tile`). Returned is what stands now.
    """
    orbit, kind = shared_index(fleet.orbit_index, tile), shared_index(fleet.type_index, tile)
    new_kind = (kind < 0) | (kind != standing.kind)
    if new_kind:
        load_shared(w, BUILT, fleet.hardware_table, fleet.type_index, tile, N_HARDWARE, kind)
    if new_kind | (standing.built == 0):
        copy(w, HARDWARE * LANES, w, BUILT * LANES, N_HARDWARE * LANES)
    if (orbit < 0) | (orbit != standing.orbit):
        load_shared(w, ORBIT, fleet.orbit_table, fleet.orbit_index, tile, N_ORBIT + N_SHAPE, orbit)
        for lane in range(LANES):
            keep_turn(w, lane, step_turn(orbit_at(w, lane), w[_STEP_S, lane]))
    load_rows(w, SLOT + N_SHAPE, fleet.slot, tile, 0, N_SLOT)
    load_rows(w, STATE, fleet.state, tile, 0, N_STATE)
    for lane in range(LANES):
        keep_anchor(w, lane, anchor_orbit(orbit_at(w, lane), slot_at(w, lane), sun.time_s - sun.window_s))
    n_hurt, own = 0, np.uint64(tile)
    for lane in range(LANES):
        health = health_in(fleet.health, own, lane, 0)
        keep_health(w, lane, health)
        n_hurt += 0 if is_whole(health) else 1
    if n_hurt > 0:
        for lane in range(LANES):
            keep_working(w, lane, working(built_at(w, lane), health_at(w, lane)))
    return Standing(orbit, kind, 1 if n_hurt == 0 else 0)


@point
def wear_tile(w, standing):
    """Turn the hardware in the buffer, as new, into that which age and failures have left, if they have any."""
    if standing.built == 0:
        for lane in range(LANES):
            keep_worn(w, lane, worn(built_at(w, lane), health_at(w, lane), state_at(w, lane)))


@point
def fetch_rows(array, tile, n_row, k, n_step):
    """Ask for every n_step-th row of a tile from the k-th on, of its first n_row."""
    row = k
    while row < n_row:
        fetch(array, (tile * array.shape[1] + row) * LANES, LANES)
        row += n_step


@point
def fetch_row(array, tile, k):
    """Ask for a tile's numbers of one a satellite, in its first step."""
    if (k == 0) & ((tile + 1) * LANES <= array.size):
        fetch(array, tile * LANES, LANES)


@point
def fetch_tile(fleet, tile, n_state, n_pledge, k, n_step):
    """Ask for a share of what a tile's satellites have of their own, so that it is there when its turn comes.

    A share in each step of the tile before: asked for at once, it would wait for memory at once.
    """
    if (k < N_STATE_FIELD) & (tile < fleet.state.shape[0]):
        fetch_rows(fleet.state, tile, n_state, k, n_step)
        fetch_rows(fleet.slot, tile, N_SLOT, k, n_step)
        fetch_rows(fleet.health, tile, N_HEALTH, k, n_step)
        fetch_rows(fleet.pledge, tile, n_pledge, k, n_step)
        fetch_row(fleet.orbit_index, tile, k)
        fetch_row(fleet.type_index, tile, k)


@point
def walk_path(w, given, tile, k, sun):
    """Put every lane's path at a step into the buffer: by the theory, or from given positions.

    The theory takes the first step of a window from the epoch, and each later one from the step before.
    """
    if given.shape[0] == 0:
        if k == 0:
            for lane in range(LANES):
                mean = mean_place(orbit_at(w, lane), slot_at(w, lane), anchor_at(w, lane), sun.time_s, sun.window_s)
                keep_mean(w, lane, mean)
        else:
            for lane in range(LANES):
                keep_mean(w, lane, next_place(orbit_at(w, lane), turn_at(w, lane), mean_at(w, lane)))
        for lane in range(LANES):
            keep_ellipse(w, lane, ellipse_place(mean_at(w, lane)))
        for lane in range(LANES):
            keep_path(w, lane, rippled_path(orbit_at(w, lane), anchor_at(w, lane), ellipse_at(w, lane), sun.window_s))
    else:
        for r in range(6):
            for lane in range(LANES):
                w[PATH + r, lane] = given[k, r, tile * LANES + lane]
        for lane in range(LANES):
            x, y, z = w[PATH, lane], w[PATH + 1, lane], w[PATH + 2, lane]
            w[_INVERSE, lane] = 1.0 / np.sqrt(x * x + y * y + z * z)


@point
def groups_above_zero(w, row):
    """Return in which groups of lanes a row is above zero somewhere: a bit for each group."""
    some = False
    for lane in range(LANES):
        some |= w[row, lane] > 0.0
    groups = 0
    if some:
        for group in range(LANES // GROUP):
            some = False
            for j in range(GROUP):
                some |= w[row, GROUP * group + j] > 0.0
            groups |= (1 << group) if some else 0
    return groups


@point
def walk_light(w, sun):
    """Put every lane's share of the step in light into the buffer; where an edge of the shadow is near, meter it.

    Returned is in which groups of lanes an edge is near.
    """
    for lane in range(LANES):
        side = side_stage(orbit_at(w, lane), hardware_at(w, lane), sun, path_at(w, lane))
        w[_SUNLIT, lane] = side.sunlit
        w[_NEAR, lane] = 1.0 if side.near else 0.0
    near = groups_above_zero(w, _NEAR)
    for group in range(LANES // GROUP if near else 0):
        if (near >> group) & 1:
            for j in range(GROUP):
                lane = GROUP * group + j
                share = edge_stage(orbit_at(w, lane), hardware_at(w, lane), sight_at(w, lane), sun, path_at(w, lane))
                w[_SUNLIT, lane] = share if w[_NEAR, lane] > 0.0 else w[_SUNLIT, lane]
    return near


@point
def see_tile(w):
    """Put into the buffer how the Earth looks from every lane, for the whole window."""
    for lane in range(LANES):
        keep_sight(w, lane, sight_stage(hardware_at(w, lane), path_at(w, lane)))


@point
def plan_tile(w, sun, standing):
    """Make the plans of a window for every lane, each in a loop of its own: longer ones are not vectorised."""
    for lane in range(LANES):
        keep_ahead(w, lane, ahead_stage(orbit_at(w, lane), hardware_at(w, lane), sun, path_at(w, lane)))
    for lane in range(LANES):
        hardware, health, ahead = hardware_at(w, lane), health_at(w, lane), ahead_at(w, lane)
        keep_new(w, lane, new_stage(hardware, health, ahead, state_at(w, lane)))
    wear_tile(w, standing)
    for lane in range(LANES):
        keep_free(w, lane, free_stage(hardware_at(w, lane), ahead_at(w, lane), state_at(w, lane)))
    for lane in range(LANES):
        keep_plan(w, lane, plan_stage(hardware_at(w, lane), ahead_at(w, lane), state_at(w, lane)))
    for lane in range(LANES):
        keep_pledge(w, lane, pledge_of(plan_at(w, lane), free_at(w, lane)))
        w[_LIT, lane], w[_DARK, lane] = 0.0, 0.0


@point
def offer_tile(w):
    """Turn the plans of every lane and its steps in light and dark into the work that it offers."""
    for lane in range(LANES):
        hardware, lit, dark = hardware_at(w, lane), w[_LIT, lane], w[_DARK, lane]
        offer = offered_flop(hardware, plan_at(w, lane), lit, dark)
        cool = max(offered_flop(hardware, free_at(w, lane), lit, dark), whole_quanta_flop(offer))
        w[_OFFER, lane], w[_COOL, lane] = offer, cool
        w[_NEW, lane] = max(offered_flop(hardware, new_at(w, lane), lit, dark), cool)


@sweep
def prepare_window(fleet, suns, given, first_tile, last_tile, offer_flop, unit, page):
    """Plan the window and offer its work: the first pass.

    fleet : march arrays (`model.fleet.MarchArrays`); suns : float64[n_step, 12], instants of the window's steps;
    given : float64[n_step, 6, n_row], positions and the ways ahead of the same length, or of no steps for the theory;
    offer_flop : float64[n_row], out, of which whole quanta count (`kernels.supply`); unit : float64[3, n_row], out,
    direction from the Earth's centre at the middle of the window; page : Page, out, with two rows: what would be
    offered without the thermal limit, and with array and battery as new too, each at least the one before.
    """
    w, fleet, page = stack_rows(N_BUFFER, LANES), lent(fleet), lent(page)
    n_step, standing = suns.shape[0], NOTHING
    for tile in range(first_tile, last_tile):
        standing = load_tile(w, fleet, tile, sun_at(suns, 0), standing)
        walk_path(w, given, tile, 0, sun_at(suns, 0))
        see_tile(w)
        plan_tile(w, sun_at(suns, 0), standing)
        for k in range(n_step):
            fetch_tile(fleet, tile + 1, N_STATE, N_PLEDGE, k, n_step)
            sun = sun_at(suns, k)
            if k > 0:
                walk_path(w, given, tile, k, sun)
            walk_light(w, sun)
            for lane in range(LANES):
                w[_LIT, lane] += w[_SUNLIT, lane]
                w[_DARK, lane] += 1.0 - w[_SUNLIT, lane]
            if k == n_step // 2:
                for lane in range(LANES):
                    x, y, z, inverse = w[PATH, lane], w[PATH + 1, lane], w[PATH + 2, lane], w[_INVERSE, lane]
                    w[_UNIT, lane], w[_UNIT + 1, lane], w[_UNIT + 2, lane] = x * inverse, y * inverse, z * inverse
        offer_tile(w)
        first = np.uint64(tile * LANES)
        store_row(w, _OFFER, offer_flop, tile)
        store_rows(w, _COOL, page.rows, tile - page.first_tile, 0, 2)
        for lane in range(LANES):
            for r in range(3):
                unit[r, first + np.uint64(lane)] = w[_UNIT + r, lane]
        store_rows(w, PLEDGE, fleet.pledge, tile, 0, N_PLEDGE)


@point
def march_step(w, given, tile, k, sun, n_turning):
    """March every lane one step: a loop of lanes for each stage; what only few lanes need, where one of them does."""
    walk_path(w, given, tile, k, sun)
    if k == 0:
        see_tile(w)
    near = walk_light(w, sun)
    if (n_turning > 0) | (k == 0):
        for lane in range(LANES):
            keep_aim(w, lane, aim_stage(hardware_at(w, lane), health_at(w, lane), sun, path_at(w, lane)))
    for lane in range(LANES):
        keep_aspect(w, lane, aspect_stage(sun, path_at(w, lane)))
    for lane in range(LANES):
        keep_light(w, lane, light_stage(hardware_at(w, lane), aim_at(w, lane), aspect_at(w, lane), w[_SUNLIT, lane]))
    for lane in range(LANES):
        keep_response(w, lane, response_stage(hardware_at(w, lane), state_at(w, lane)))
        keep_split(w, lane, UNSPLIT)
    steep = groups_above_zero(w, _STEEP)
    for group in range(LANES // GROUP if steep else 0):
        if (steep >> group) & 1:
            for j in range(GROUP):
                lane = GROUP * group + j
                keep_response(w, lane, steep_stage(hardware_at(w, lane), state_at(w, lane), response_at(w, lane)))
    for group in range(LANES // GROUP if near else 0):
        if (near >> group) & 1:
            for j in range(GROUP):
                lane = GROUP * group + j
                keep_split(w, lane, split_stage(order_at(w, lane), w[_SUNLIT, lane]))
    for lane in range(LANES):
        hardware, sight, state = hardware_at(w, lane), sight_at(w, lane), state_at(w, lane)
        keep_supply(w, lane, supply_stage(hardware, sight, sun, light_at(w, lane), response_at(w, lane), state))
    for lane in range(LANES):
        power = power_stage(
            hardware_at(w, lane), window_at(w, lane), order_at(w, lane), split_at(w, lane), light_at(w, lane),
            supply_at(w, lane), response_at(w, lane), state_at(w, lane),
        )  # fmt: skip
        keep_power(w, lane, power)
    cut = groups_above_zero(w, _CUT)
    for group in range(LANES // GROUP if cut else 0):
        if (cut >> group) & 1:
            for j in range(GROUP):
                lane = GROUP * group + j
                rate = cut_stage(hardware_at(w, lane), order_at(w, lane), light_at(w, lane), power_at(w, lane))
                w[_RATE, lane] = rate if w[_CUT, lane] > 0.0 else w[_RATE, lane]
    for lane in range(LANES):
        hardware, light, power, state = hardware_at(w, lane), light_at(w, lane), power_at(w, lane), state_at(w, lane)
        later = heat_stage(hardware, light, response_at(w, lane), power, state)
        radiated = radiated_j(hardware, power, state, later)
        keep_state(w, lane, later)
        keep_ledger(w, lane, add_step(hardware, ledger_at(w, lane), light, power, state, later, radiated))
        w[PATH, lane] = radiated  # the path is done with; its first row carries what the step radiated


@sweep
def march_window(fleet, suns, given, first_tile, last_tile, offer_flop, assigned_flop, executed_flop, sample, page):
    """March tiles through the steps of a window: the second pass.

    offer_flop : float64[n_row], of the first pass; assigned_flop : float64[n_row], work of the window, at most what was
    offered; executed_flop : float64[n_row], out, it may be the array of offers; sample : Sample; page : Page, out, the
    fields of `Ledger`. The fleet's state is written in place.
    """
    w, fleet, page, sample = stack_rows(N_BUFFER, LANES), lent(fleet), lent(page), lent(sample)
    n_step, standing = suns.shape[0], NOTHING
    for tile in range(first_tile, last_tile):
        standing = load_tile(w, fleet, tile, sun_at(suns, 0), standing)
        wear_tile(w, standing)
        load_rows(w, PLEDGE, fleet.pledge, tile, 0, N_PLEDGE)
        load_row(w, _OFFERED, offer_flop, tile)
        load_row(w, _ASSIGNED, assigned_flop, tile)
        n_turning = 0
        for lane in range(LANES):
            offered, assigned = w[_OFFERED, lane], w[_ASSIGNED, lane]
            share = min(assigned / offered, 1.0) if offered > 0.0 else 0.0
            keep_window(w, lane, window_of(pledge_at(w, lane), share))
            w[_OFFERED, lane] = whole_quanta_flop(offered)
        for lane in range(LANES):
            keep_order(w, lane, order_stage(hardware_at(w, lane), window_at(w, lane)))
            n_turning += 1 if turns(hardware_at(w, lane)) else 0
        if sample.start[tile] < sample.start[tile + 1]:
            for lane in range(LANES):
                keep_window(w, lane, planned(hardware_at(w, lane), window_at(w, lane)))
        for r in range(N_LEDGER):
            w[LEDGER + r] = 0.0
        copy(w, _LEDGER_BATTERY_MIN * LANES, w, STATE * LANES, LANES)
        copy(w, _LEDGER_BATTERY_START * LANES, w, STATE * LANES, LANES)
        copy(w, _LEDGER_FLUID_START * LANES, w, (STATE + 1) * LANES, LANES)
        for k in range(n_step):
            fetch_tile(fleet, tile + 1, N_STATE_FIELD, N_PLEDGE, k, n_step)
            fetch_row(offer_flop, tile + 1, k)
            fetch_row(assigned_flop, tile + 1, k)
            march_step(w, given, tile, k, sun_at(suns, k), n_turning)
            for j in range(sample.start[tile], sample.start[tile + 1]):
                lane = sample.lane[j]
                for r in range(PATH, LEDGER):
                    sample.steps[j, k, r - PATH] = w[r, lane]
                for r in range(N_STATE):
                    sample.steps[j, k, 1 + r] = w[STATE + r, lane]
        store_row(w, _EXECUTED, executed_flop, tile)
        store_rows(w, LEDGER, page.rows, tile - page.first_tile, 0, N_LEDGER)
        close_tile(w, fleet.state, tile)


# rows of `Sample.steps` [W, unless named]: first what was radiated [J], then the state, then light and power
SAMPLE_RADIATED = 0
SAMPLE_STATE = 1
SAMPLE_ROWS = LEDGER - PATH
