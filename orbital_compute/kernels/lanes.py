"""The lanes' buffer: 32 neighbouring satellites side by side, one row a quantity, and how records go in and out.

One array with rows at constant distances, so that the compiler needs no alias checks; plain `w[row, lane]` loads,
because slices and star-built tuples inside a lane loop stop the vectoriser.
"""

import numpy as np

from .._jit import point
from ..physics.orbit import Anchor, Ellipse, Mean, Orbit, Path, Slot, Turn
from ..physics.plan import Horizon, Plan
from .records import (
    Aim,
    Aspect,
    Hardware,
    Health,
    Ledger,
    Light,
    Order,
    Pledge,
    Power,
    Response,
    Sight,
    Split,
    State,
    Supply,
    Total,
    Window,
)

LANES = 32

_ROWS = tuple(np.uint64(LANES * k) for k in range(len(Total._fields)))  # not negative: vector code

# first row of each record
BUILT = 0
ORBIT = BUILT + 48
SLOT = ORBIT + 13
ANCHOR = SLOT + 4
MEAN = ANCHOR + 4
TURN = MEAN + 4
ELLIPSE = TURN + 4
HARDWARE = ELLIPSE + 4
HEALTH = HARDWARE + 48
STATE = HEALTH + 6
AHEAD = STATE + 5
NEW = AHEAD + 6
FREE = NEW + 4
PLAN = FREE + 4
PLEDGE = PLAN + 4
WINDOW = PLEDGE + 2
SIGHT = WINDOW + 7
ORDER = SIGHT + 2
AIM = ORDER + 6
SPLIT = AIM + 3
ASPECT = SPLIT + 3
SUPPLY = ASPECT + 2
PATH = SUPPLY + 4
LIGHT = PATH + 7
RESPONSE = LIGHT + 5
POWER = RESPONSE + 3
LEDGER = POWER + 19
N_BUFFER = LEDGER + 20


@point
def built_at(w, lane):
    return Hardware(
        w[BUILT, lane],
        w[BUILT + 1, lane],
        w[BUILT + 2, lane],
        w[BUILT + 3, lane],
        w[BUILT + 4, lane],
        w[BUILT + 5, lane],
        w[BUILT + 6, lane],
        w[BUILT + 7, lane],
        w[BUILT + 8, lane],
        w[BUILT + 9, lane],
        w[BUILT + 10, lane],
        w[BUILT + 11, lane],
        w[BUILT + 12, lane],
        w[BUILT + 13, lane],
        w[BUILT + 14, lane],
        w[BUILT + 15, lane],
        w[BUILT + 16, lane],
        w[BUILT + 17, lane],
        w[BUILT + 18, lane],
        w[BUILT + 19, lane],
        w[BUILT + 20, lane],
        w[BUILT + 21, lane],
        w[BUILT + 22, lane],
        w[BUILT + 23, lane],
        w[BUILT + 24, lane],
        w[BUILT + 25, lane],
        w[BUILT + 26, lane],
        w[BUILT + 27, lane],
        w[BUILT + 28, lane],
        w[BUILT + 29, lane],
        w[BUILT + 30, lane],
        w[BUILT + 31, lane],
        w[BUILT + 32, lane],
        w[BUILT + 33, lane],
        w[BUILT + 34, lane],
        w[BUILT + 35, lane],
        w[BUILT + 36, lane],
        w[BUILT + 37, lane],
        w[BUILT + 38, lane],
        w[BUILT + 39, lane],
        w[BUILT + 40, lane],
        w[BUILT + 41, lane],
        w[BUILT + 42, lane],
        w[BUILT + 43, lane],
        w[BUILT + 44, lane],
        w[BUILT + 45, lane],
        w[BUILT + 46, lane],
        w[BUILT + 47, lane],
    )


@point
def orbit_at(w, lane):
    return Orbit(
        w[ORBIT, lane],
        w[ORBIT + 1, lane],
        w[ORBIT + 2, lane],
        w[ORBIT + 3, lane],
        w[ORBIT + 4, lane],
        w[ORBIT + 5, lane],
        w[ORBIT + 6, lane],
        w[ORBIT + 7, lane],
        w[ORBIT + 8, lane],
        w[ORBIT + 9, lane],
        w[ORBIT + 10, lane],
        w[ORBIT + 11, lane],
        w[ORBIT + 12, lane],
    )


@point
def slot_at(w, lane):
    return Slot(
        w[SLOT, lane],
        w[SLOT + 1, lane],
        w[SLOT + 2, lane],
        w[SLOT + 3, lane],
    )


@point
def anchor_at(w, lane):
    return Anchor(
        w[ANCHOR, lane],
        w[ANCHOR + 1, lane],
        w[ANCHOR + 2, lane],
        w[ANCHOR + 3, lane],
    )


@point
def mean_at(w, lane):
    return Mean(
        w[MEAN, lane],
        w[MEAN + 1, lane],
        w[MEAN + 2, lane],
        w[MEAN + 3, lane],
    )


@point
def turn_at(w, lane):
    return Turn(
        w[TURN, lane],
        w[TURN + 1, lane],
        w[TURN + 2, lane],
        w[TURN + 3, lane],
    )


@point
def ellipse_at(w, lane):
    return Ellipse(
        w[ELLIPSE, lane],
        w[ELLIPSE + 1, lane],
        w[ELLIPSE + 2, lane],
        w[ELLIPSE + 3, lane],
    )


@point
def hardware_at(w, lane):
    return Hardware(
        w[HARDWARE, lane],
        w[HARDWARE + 1, lane],
        w[HARDWARE + 2, lane],
        w[HARDWARE + 3, lane],
        w[HARDWARE + 4, lane],
        w[HARDWARE + 5, lane],
        w[HARDWARE + 6, lane],
        w[HARDWARE + 7, lane],
        w[HARDWARE + 8, lane],
        w[HARDWARE + 9, lane],
        w[HARDWARE + 10, lane],
        w[HARDWARE + 11, lane],
        w[HARDWARE + 12, lane],
        w[HARDWARE + 13, lane],
        w[HARDWARE + 14, lane],
        w[HARDWARE + 15, lane],
        w[HARDWARE + 16, lane],
        w[HARDWARE + 17, lane],
        w[HARDWARE + 18, lane],
        w[HARDWARE + 19, lane],
        w[HARDWARE + 20, lane],
        w[HARDWARE + 21, lane],
        w[HARDWARE + 22, lane],
        w[HARDWARE + 23, lane],
        w[HARDWARE + 24, lane],
        w[HARDWARE + 25, lane],
        w[HARDWARE + 26, lane],
        w[HARDWARE + 27, lane],
        w[HARDWARE + 28, lane],
        w[HARDWARE + 29, lane],
        w[HARDWARE + 30, lane],
        w[HARDWARE + 31, lane],
        w[HARDWARE + 32, lane],
        w[HARDWARE + 33, lane],
        w[HARDWARE + 34, lane],
        w[HARDWARE + 35, lane],
        w[HARDWARE + 36, lane],
        w[HARDWARE + 37, lane],
        w[HARDWARE + 38, lane],
        w[HARDWARE + 39, lane],
        w[HARDWARE + 40, lane],
        w[HARDWARE + 41, lane],
        w[HARDWARE + 42, lane],
        w[HARDWARE + 43, lane],
        w[HARDWARE + 44, lane],
        w[HARDWARE + 45, lane],
        w[HARDWARE + 46, lane],
        w[HARDWARE + 47, lane],
    )


@point
def health_at(w, lane):
    return Health(
        w[HEALTH, lane],
        w[HEALTH + 1, lane],
        w[HEALTH + 2, lane],
        w[HEALTH + 3, lane],
        w[HEALTH + 4, lane],
        w[HEALTH + 5, lane],
    )


@point
def state_at(w, lane):
    return State(
        w[STATE, lane],
        w[STATE + 1, lane],
        w[STATE + 2, lane],
        w[STATE + 3, lane],
        w[STATE + 4, lane],
    )


@point
def ahead_at(w, lane):
    return Horizon(
        w[AHEAD, lane],
        w[AHEAD + 1, lane],
        w[AHEAD + 2, lane],
        w[AHEAD + 3, lane],
        w[AHEAD + 4, lane],
        w[AHEAD + 5, lane],
    )


@point
def new_at(w, lane):
    return Plan(
        w[NEW, lane],
        w[NEW + 1, lane],
        w[NEW + 2, lane],
        w[NEW + 3, lane],
    )


@point
def free_at(w, lane):
    return Plan(
        w[FREE, lane],
        w[FREE + 1, lane],
        w[FREE + 2, lane],
        w[FREE + 3, lane],
    )


@point
def plan_at(w, lane):
    return Plan(
        w[PLAN, lane],
        w[PLAN + 1, lane],
        w[PLAN + 2, lane],
        w[PLAN + 3, lane],
    )


@point
def pledge_at(w, lane):
    return Pledge(
        w[PLEDGE, lane],
        w[PLEDGE + 1, lane],
    )


@point
def window_at(w, lane):
    return Window(
        w[WINDOW, lane],
        w[WINDOW + 1, lane],
        w[WINDOW + 2, lane],
        w[WINDOW + 3, lane],
        w[WINDOW + 4, lane],
        w[WINDOW + 5, lane],
        w[WINDOW + 6, lane],
    )


@point
def sight_at(w, lane):
    return Sight(
        w[SIGHT, lane],
        w[SIGHT + 1, lane],
    )


@point
def order_at(w, lane):
    return Order(
        w[ORDER, lane],
        w[ORDER + 1, lane],
        w[ORDER + 2, lane],
        w[ORDER + 3, lane],
        w[ORDER + 4, lane],
        w[ORDER + 5, lane],
    )


@point
def aim_at(w, lane):
    return Aim(
        w[AIM, lane],
        w[AIM + 1, lane],
        w[AIM + 2, lane],
    )


@point
def split_at(w, lane):
    return Split(
        w[SPLIT, lane],
        w[SPLIT + 1, lane],
        w[SPLIT + 2, lane],
    )


@point
def aspect_at(w, lane):
    return Aspect(
        w[ASPECT, lane],
        w[ASPECT + 1, lane],
    )


@point
def supply_at(w, lane):
    return Supply(
        w[SUPPLY, lane],
        w[SUPPLY + 1, lane],
        w[SUPPLY + 2, lane],
        w[SUPPLY + 3, lane],
    )


@point
def path_at(w, lane):
    return Path(
        w[PATH, lane],
        w[PATH + 1, lane],
        w[PATH + 2, lane],
        w[PATH + 3, lane],
        w[PATH + 4, lane],
        w[PATH + 5, lane],
        w[PATH + 6, lane],
    )


@point
def light_at(w, lane):
    return Light(
        w[LIGHT, lane],
        w[LIGHT + 1, lane],
        w[LIGHT + 2, lane],
        w[LIGHT + 3, lane],
        w[LIGHT + 4, lane],
    )


@point
def response_at(w, lane):
    return Response(
        w[RESPONSE, lane],
        w[RESPONSE + 1, lane],
        w[RESPONSE + 2, lane],
    )


@point
def power_at(w, lane):
    return Power(
        w[POWER, lane],
        w[POWER + 1, lane],
        w[POWER + 2, lane],
        w[POWER + 3, lane],
        w[POWER + 4, lane],
        w[POWER + 5, lane],
        w[POWER + 6, lane],
        w[POWER + 7, lane],
        w[POWER + 8, lane],
        w[POWER + 9, lane],
        w[POWER + 10, lane],
        w[POWER + 11, lane],
        w[POWER + 12, lane],
        w[POWER + 13, lane],
        w[POWER + 14, lane],
        w[POWER + 15, lane],
        w[POWER + 16, lane],
        w[POWER + 17, lane],
        w[POWER + 18, lane],
    )


@point
def ledger_at(w, lane):
    return Ledger(
        w[LEDGER, lane],
        w[LEDGER + 1, lane],
        w[LEDGER + 2, lane],
        w[LEDGER + 3, lane],
        w[LEDGER + 4, lane],
        w[LEDGER + 5, lane],
        w[LEDGER + 6, lane],
        w[LEDGER + 7, lane],
        w[LEDGER + 8, lane],
        w[LEDGER + 9, lane],
        w[LEDGER + 10, lane],
        w[LEDGER + 11, lane],
        w[LEDGER + 12, lane],
        w[LEDGER + 13, lane],
        w[LEDGER + 14, lane],
        w[LEDGER + 15, lane],
        w[LEDGER + 16, lane],
        w[LEDGER + 17, lane],
        w[LEDGER + 18, lane],
        w[LEDGER + 19, lane],
    )


@point
def keep_anchor(w, lane, v):
    w[ANCHOR, lane] = v.ex
    w[ANCHOR + 1, lane] = v.ey
    w[ANCHOR + 2, lane] = v.sin_node
    w[ANCHOR + 3, lane] = v.cos_node


@point
def keep_mean(w, lane, v):
    w[MEAN, lane] = v.sin_l
    w[MEAN + 1, lane] = v.cos_l
    w[MEAN + 2, lane] = v.ex
    w[MEAN + 3, lane] = v.ey


@point
def keep_turn(w, lane, v):
    w[TURN, lane] = v.sin_l
    w[TURN + 1, lane] = v.cos_l
    w[TURN + 2, lane] = v.sin_w
    w[TURN + 3, lane] = v.cos_w


@point
def keep_ellipse(w, lane, v):
    w[ELLIPSE, lane] = v.sin_u
    w[ELLIPSE + 1, lane] = v.cos_u
    w[ELLIPSE + 2, lane] = v.e_cos
    w[ELLIPSE + 3, lane] = v.stretch


@point
def keep_health(w, lane, v):
    w[HEALTH, lane] = v.array
    w[HEALTH + 1, lane] = v.array_pointing
    w[HEALTH + 2, lane] = v.radiator_sun
    w[HEALTH + 3, lane] = v.compute
    w[HEALTH + 4, lane] = v.battery
    w[HEALTH + 5, lane] = v.bus


@point
def keep_state(w, lane, v):
    w[STATE, lane] = v.battery_j
    w[STATE + 1, lane] = v.fluid_k
    w[STATE + 2, lane] = v.cell_k
    w[STATE + 3, lane] = v.array_mean_w
    w[STATE + 4, lane] = v.sink_mean_w


@point
def keep_ahead(w, lane, v):
    w[AHEAD, lane] = v.light_s
    w[AHEAD + 1, lane] = v.dark_s
    w[AHEAD + 2, lane] = v.in_dark
    w[AHEAD + 3, lane] = v.inverse_light_s
    w[AHEAD + 4, lane] = v.inverse_dark_s
    w[AHEAD + 5, lane] = v.inverse_left_s


@point
def keep_new(w, lane, v):
    w[NEW, lane] = v.sun_w
    w[NEW + 1, lane] = v.dark_w
    w[NEW + 2, lane] = v.sun_rate
    w[NEW + 3, lane] = v.dark_rate


@point
def keep_free(w, lane, v):
    w[FREE, lane] = v.sun_w
    w[FREE + 1, lane] = v.dark_w
    w[FREE + 2, lane] = v.sun_rate
    w[FREE + 3, lane] = v.dark_rate


@point
def keep_plan(w, lane, v):
    w[PLAN, lane] = v.sun_w
    w[PLAN + 1, lane] = v.dark_w
    w[PLAN + 2, lane] = v.sun_rate
    w[PLAN + 3, lane] = v.dark_rate


@point
def keep_pledge(w, lane, v):
    w[PLEDGE, lane] = v.sun_rate
    w[PLEDGE + 1, lane] = v.dark_rate


@point
def keep_window(w, lane, v):
    w[WINDOW, lane] = v.sun_w
    w[WINDOW + 1, lane] = v.dark_w
    w[WINDOW + 2, lane] = v.sun_rate
    w[WINDOW + 3, lane] = v.dark_rate
    w[WINDOW + 4, lane] = v.sun_held
    w[WINDOW + 5, lane] = v.dark_held
    w[WINDOW + 6, lane] = v.share


@point
def keep_sight(w, lane, v):
    w[SIGHT, lane] = v.limb_curvature
    w[SIGHT + 1, lane] = v.radiator_view


@point
def keep_order(w, lane, v):
    w[ORDER, lane] = v.sun_w
    w[ORDER + 1, lane] = v.dark_w
    w[ORDER + 2, lane] = v.sun_rate
    w[ORDER + 3, lane] = v.dark_rate
    w[ORDER + 4, lane] = v.sun_held
    w[ORDER + 5, lane] = v.dark_held


@point
def keep_aim(w, lane, v):
    w[AIM, lane] = v.cos_array
    w[AIM + 1, lane] = v.following
    w[AIM + 2, lane] = v.cos_radiator


@point
def keep_split(w, lane, v):
    w[SPLIT, lane] = v.burst
    w[SPLIT + 1, lane] = v.inverse_burst
    w[SPLIT + 2, lane] = v.inverse_dark


@point
def keep_aspect(w, lane, v):
    w[ASPECT, lane] = v.cos_zenith
    w[ASPECT + 1, lane] = v.inverse_height


@point
def keep_supply(w, lane, v):
    w[SUPPLY, lane] = v.lit_w
    w[SUPPLY + 1, lane] = v.cell_w_m2
    w[SUPPLY + 2, lane] = v.sink_w
    w[SUPPLY + 3, lane] = v.take_w


@point
def keep_path(w, lane, v):
    w[PATH, lane] = v.x_m
    w[PATH + 1, lane] = v.y_m
    w[PATH + 2, lane] = v.z_m
    w[PATH + 3, lane] = v.u_m
    w[PATH + 4, lane] = v.v_m
    w[PATH + 5, lane] = v.w_m
    w[PATH + 6, lane] = v.inverse_m


@point
def keep_light(w, lane, v):
    w[LIGHT, lane] = v.sunlit
    w[LIGHT + 1, lane] = v.day_cosine
    w[LIGHT + 2, lane] = v.cos_array
    w[LIGHT + 3, lane] = v.array_view
    w[LIGHT + 4, lane] = v.cos_radiator


@point
def keep_response(w, lane, v):
    w[RESPONSE, lane] = v.cell
    w[RESPONSE + 1, lane] = v.fluid
    w[RESPONSE + 2, lane] = v.steep


@point
def keep_power(w, lane, v):
    w[POWER, lane] = v.array_w
    w[POWER + 1, lane] = v.lit_w
    w[POWER + 2, lane] = v.load_w
    w[POWER + 3, lane] = v.compute_w
    w[POWER + 4, lane] = v.chip_w
    w[POWER + 5, lane] = v.bus_w
    w[POWER + 6, lane] = v.charge_w
    w[POWER + 7, lane] = v.drawn_w
    w[POWER + 8, lane] = v.curtailed_w
    w[POWER + 9, lane] = v.loss_w
    w[POWER + 10, lane] = v.conditioning_w
    w[POWER + 11, lane] = v.sink_w
    w[POWER + 12, lane] = v.rate
    w[POWER + 13, lane] = v.wanted_w
    w[POWER + 14, lane] = v.plan_w
    w[POWER + 15, lane] = v.cap_w
    w[POWER + 16, lane] = v.cut
    w[POWER + 17, lane] = v.hot
    w[POWER + 18, lane] = v.cell_heat_w_m2


@point
def keep_ledger(w, lane, v):
    w[LEDGER, lane] = v.sunlit_s
    w[LEDGER + 1, lane] = v.array_j
    w[LEDGER + 2, lane] = v.load_j
    w[LEDGER + 3, lane] = v.compute_j
    w[LEDGER + 4, lane] = v.bus_j
    w[LEDGER + 5, lane] = v.charge_j
    w[LEDGER + 6, lane] = v.drawn_j
    w[LEDGER + 7, lane] = v.curtailed_j
    w[LEDGER + 8, lane] = v.loss_j
    w[LEDGER + 9, lane] = v.conditioning_j
    w[LEDGER + 10, lane] = v.sink_j
    w[LEDGER + 11, lane] = v.radiated_j
    w[LEDGER + 12, lane] = v.executed_flop
    w[LEDGER + 13, lane] = v.throttled_s
    w[LEDGER + 14, lane] = v.safe_s
    w[LEDGER + 15, lane] = v.battery_min_j
    w[LEDGER + 16, lane] = v.chip_max_k
    w[LEDGER + 17, lane] = v.battery_start_j
    w[LEDGER + 18, lane] = v.fluid_start_k
    w[LEDGER + 19, lane] = v.heat_error_j


@point
def keep_working(w, lane, v):
    w[HARDWARE + 30, lane] = v.bus_w
    w[HARDWARE + 33, lane] = v.idle_w
    w[HARDWARE + 34, lane] = v.full_w
    w[HARDWARE + 35, lane] = v.span_w
    w[HARDWARE + 36, lane] = v.inverse_span_w
    w[HARDWARE + 40, lane] = v.peak_flop_s
    w[HARDWARE + 41, lane] = v.chip_k_w
    w[HARDWARE + 42, lane] = v.inverse_chip_k_w


@point
def keep_worn(w, lane, v):
    w[HARDWARE, lane] = v.watt_per_beam
    w[HARDWARE + 11, lane] = v.capacity_j
    w[HARDWARE + 12, lane] = v.floor_j
    w[HARDWARE + 13, lane] = v.design_floor_j
    w[HARDWARE + 14, lane] = v.charge_limit_w
    w[HARDWARE + 15, lane] = v.discharge_limit_w
    w[HARDWARE + 16, lane] = v.taper_w_j
    w[HARDWARE + 17, lane] = v.charge_efficiency
    w[HARDWARE + 18, lane] = v.discharge_efficiency
    w[HARDWARE + 19, lane] = v.inverse_charge_efficiency
    w[HARDWARE + 20, lane] = v.inverse_discharge_efficiency
    w[HARDWARE + 39, lane] = v.marginal_ratio


@point
def health_in(tiles, tile, lane, first):
    return Health(
        tiles[tile, first, lane],
        tiles[tile, first + 1, lane],
        tiles[tile, first + 2, lane],
        tiles[tile, first + 3, lane],
        tiles[tile, first + 4, lane],
        tiles[tile, first + 5, lane],
    )


@point
def state_in(tiles, tile, lane, first):
    return State(
        tiles[tile, first, lane],
        tiles[tile, first + 1, lane],
        tiles[tile, first + 2, lane],
        tiles[tile, first + 3, lane],
        tiles[tile, first + 4, lane],
    )


@point
def ledger_in(tiles, tile, lane, first):
    return Ledger(
        tiles[tile, first, lane],
        tiles[tile, first + 1, lane],
        tiles[tile, first + 2, lane],
        tiles[tile, first + 3, lane],
        tiles[tile, first + 4, lane],
        tiles[tile, first + 5, lane],
        tiles[tile, first + 6, lane],
        tiles[tile, first + 7, lane],
        tiles[tile, first + 8, lane],
        tiles[tile, first + 9, lane],
        tiles[tile, first + 10, lane],
        tiles[tile, first + 11, lane],
        tiles[tile, first + 12, lane],
        tiles[tile, first + 13, lane],
        tiles[tile, first + 14, lane],
        tiles[tile, first + 15, lane],
        tiles[tile, first + 16, lane],
        tiles[tile, first + 17, lane],
        tiles[tile, first + 18, lane],
        tiles[tile, first + 19, lane],
    )


# In an array of tiles laid out flat, rows are at distances that the compiler knows: `place` is that of the first.


@point
def total_in(numbers, place):
    return Total(
        numbers[place],
        numbers[place + _ROWS[1]],
        numbers[place + _ROWS[2]],
        numbers[place + _ROWS[3]],
        numbers[place + _ROWS[4]],
        numbers[place + _ROWS[5]],
        numbers[place + _ROWS[6]],
        numbers[place + _ROWS[7]],
        numbers[place + _ROWS[8]],
        numbers[place + _ROWS[9]],
        numbers[place + _ROWS[10]],
        numbers[place + _ROWS[11]],
        numbers[place + _ROWS[12]],
        numbers[place + _ROWS[13]],
        numbers[place + _ROWS[14]],
        numbers[place + _ROWS[15]],
    )


@point
def keep_total_in(numbers, place, v):
    numbers[place] = v.sunlit_s
    numbers[place + _ROWS[1]] = v.array_j
    numbers[place + _ROWS[2]] = v.load_j
    numbers[place + _ROWS[3]] = v.compute_j
    numbers[place + _ROWS[4]] = v.curtailed_j
    numbers[place + _ROWS[5]] = v.radiated_j
    numbers[place + _ROWS[6]] = v.executed_flop
    numbers[place + _ROWS[7]] = v.throttled_s
    numbers[place + _ROWS[8]] = v.safe_s
    numbers[place + _ROWS[9]] = v.offered_flop
    numbers[place + _ROWS[10]] = v.assigned_flop
    numbers[place + _ROWS[11]] = v.battery_min_j
    numbers[place + _ROWS[12]] = v.chip_max_k
    numbers[place + _ROWS[13]] = v.day_drawn_j
    numbers[place + _ROWS[14]] = v.day_battery_j
    numbers[place + _ROWS[15]] = v.day_fluid_k
