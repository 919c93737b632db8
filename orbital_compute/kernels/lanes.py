"""The lanes' buffer: 32 neighbouring satellites side by side, one row a quantity, and how records go in and out.

One array with rows at constant distances, so that the compiler needs no alias checks; plain `w[row, l]` loads, because
slices and star-built tuples inside a lane loop stop the vectoriser.
"""

from .._jit import point
from ..physics.orbit import Anchor, Orbit, Path, Slot
from .satellite import Hardware, Ledger, Light, Power, State, Window

LANES = 32

# first row of each record
ORBIT = 0
SLOT = ORBIT + 12
ANCHOR = SLOT + 4
HARDWARE = ANCHOR + 4
STATE = HARDWARE + 46
WINDOW = STATE + 5
PATH = WINDOW + 7
LIGHT = PATH + 6
POWER = LIGHT + 5
LEDGER = POWER + 15
N_BUFFER = LEDGER + 17


@point
def orbit_at(w, l):
    return Orbit(
        w[ORBIT, l], w[ORBIT + 1, l], w[ORBIT + 2, l], w[ORBIT + 3, l], w[ORBIT + 4, l],
        w[ORBIT + 5, l], w[ORBIT + 6, l], w[ORBIT + 7, l], w[ORBIT + 8, l], w[ORBIT + 9, l],
        w[ORBIT + 10, l], w[ORBIT + 11, l],
    )


@point
def slot_at(w, l):
    return Slot(
        w[SLOT, l], w[SLOT + 1, l], w[SLOT + 2, l], w[SLOT + 3, l],
    )


@point
def anchor_at(w, l):
    return Anchor(
        w[ANCHOR, l], w[ANCHOR + 1, l], w[ANCHOR + 2, l], w[ANCHOR + 3, l],
    )


@point
def hardware_at(w, l):
    return Hardware(
        w[HARDWARE, l], w[HARDWARE + 1, l], w[HARDWARE + 2, l], w[HARDWARE + 3, l], w[HARDWARE + 4, l],
        w[HARDWARE + 5, l], w[HARDWARE + 6, l], w[HARDWARE + 7, l], w[HARDWARE + 8, l], w[HARDWARE + 9, l],
        w[HARDWARE + 10, l], w[HARDWARE + 11, l], w[HARDWARE + 12, l], w[HARDWARE + 13, l], w[HARDWARE + 14, l],
        w[HARDWARE + 15, l], w[HARDWARE + 16, l], w[HARDWARE + 17, l], w[HARDWARE + 18, l], w[HARDWARE + 19, l],
        w[HARDWARE + 20, l], w[HARDWARE + 21, l], w[HARDWARE + 22, l], w[HARDWARE + 23, l], w[HARDWARE + 24, l],
        w[HARDWARE + 25, l], w[HARDWARE + 26, l], w[HARDWARE + 27, l], w[HARDWARE + 28, l], w[HARDWARE + 29, l],
        w[HARDWARE + 30, l], w[HARDWARE + 31, l], w[HARDWARE + 32, l], w[HARDWARE + 33, l], w[HARDWARE + 34, l],
        w[HARDWARE + 35, l], w[HARDWARE + 36, l], w[HARDWARE + 37, l], w[HARDWARE + 38, l], w[HARDWARE + 39, l],
        w[HARDWARE + 40, l], w[HARDWARE + 41, l], w[HARDWARE + 42, l], w[HARDWARE + 43, l], w[HARDWARE + 44, l],
        w[HARDWARE + 45, l],
    )


@point
def state_at(w, l):
    return State(
        w[STATE, l], w[STATE + 1, l], w[STATE + 2, l], w[STATE + 3, l], w[STATE + 4, l],
    )


@point
def window_at(w, l):
    return Window(
        w[WINDOW, l], w[WINDOW + 1, l], w[WINDOW + 2, l], w[WINDOW + 3, l], w[WINDOW + 4, l],
        w[WINDOW + 5, l], w[WINDOW + 6, l],
    )


@point
def path_at(w, l):
    return Path(
        w[PATH, l], w[PATH + 1, l], w[PATH + 2, l], w[PATH + 3, l], w[PATH + 4, l],
        w[PATH + 5, l],
    )


@point
def light_at(w, l):
    return Light(
        w[LIGHT, l], w[LIGHT + 1, l], w[LIGHT + 2, l], w[LIGHT + 3, l], w[LIGHT + 4, l],
    )


@point
def power_at(w, l):
    return Power(
        w[POWER, l], w[POWER + 1, l], w[POWER + 2, l], w[POWER + 3, l], w[POWER + 4, l],
        w[POWER + 5, l], w[POWER + 6, l], w[POWER + 7, l], w[POWER + 8, l], w[POWER + 9, l],
        w[POWER + 10, l], w[POWER + 11, l], w[POWER + 12, l], w[POWER + 13, l], w[POWER + 14, l],
    )


@point
def ledger_at(w, l):
    return Ledger(
        w[LEDGER, l], w[LEDGER + 1, l], w[LEDGER + 2, l], w[LEDGER + 3, l], w[LEDGER + 4, l],
        w[LEDGER + 5, l], w[LEDGER + 6, l], w[LEDGER + 7, l], w[LEDGER + 8, l], w[LEDGER + 9, l],
        w[LEDGER + 10, l], w[LEDGER + 11, l], w[LEDGER + 12, l], w[LEDGER + 13, l], w[LEDGER + 14, l],
        w[LEDGER + 15, l], w[LEDGER + 16, l],
    )


@point
def keep_anchor(w, l, v):
    w[ANCHOR, l] = v.ex
    w[ANCHOR + 1, l] = v.ey
    w[ANCHOR + 2, l] = v.sin_node
    w[ANCHOR + 3, l] = v.cos_node


@point
def keep_state(w, l, v):
    w[STATE, l] = v.battery_j
    w[STATE + 1, l] = v.fluid_k
    w[STATE + 2, l] = v.cell_k
    w[STATE + 3, l] = v.array_mean_w
    w[STATE + 4, l] = v.sink_mean_w


@point
def keep_window(w, l, v):
    w[WINDOW, l] = v.sun_w
    w[WINDOW + 1, l] = v.dark_w
    w[WINDOW + 2, l] = v.sun_free_w
    w[WINDOW + 3, l] = v.dark_free_w
    w[WINDOW + 4, l] = v.share
    w[WINDOW + 5, l] = v.limb_curvature
    w[WINDOW + 6, l] = v.radiator_view


@point
def keep_path(w, l, v):
    w[PATH, l] = v.x_m
    w[PATH + 1, l] = v.y_m
    w[PATH + 2, l] = v.z_m
    w[PATH + 3, l] = v.u_m
    w[PATH + 4, l] = v.v_m
    w[PATH + 5, l] = v.w_m


@point
def keep_light(w, l, v):
    w[LIGHT, l] = v.sunlit
    w[LIGHT + 1, l] = v.cos_zenith
    w[LIGHT + 2, l] = v.cos_array
    w[LIGHT + 3, l] = v.array_view
    w[LIGHT + 4, l] = v.cos_radiator


@point
def keep_power(w, l, v):
    w[POWER, l] = v.array_w
    w[POWER + 1, l] = v.lit_w
    w[POWER + 2, l] = v.load_w
    w[POWER + 3, l] = v.compute_w
    w[POWER + 4, l] = v.charge_w
    w[POWER + 5, l] = v.drawn_w
    w[POWER + 6, l] = v.curtailed_w
    w[POWER + 7, l] = v.loss_w
    w[POWER + 8, l] = v.sink_w
    w[POWER + 9, l] = v.rate
    w[POWER + 10, l] = v.wanted_w
    w[POWER + 11, l] = v.plan_w
    w[POWER + 12, l] = v.cap_w
    w[POWER + 13, l] = v.hot
    w[POWER + 14, l] = v.cell_heat_w_m2


@point
def keep_ledger(w, l, v):
    w[LEDGER, l] = v.sunlit_s
    w[LEDGER + 1, l] = v.array_j
    w[LEDGER + 2, l] = v.load_j
    w[LEDGER + 3, l] = v.compute_j
    w[LEDGER + 4, l] = v.charge_j
    w[LEDGER + 5, l] = v.drawn_j
    w[LEDGER + 6, l] = v.curtailed_j
    w[LEDGER + 7, l] = v.loss_j
    w[LEDGER + 8, l] = v.sink_j
    w[LEDGER + 9, l] = v.radiated_j
    w[LEDGER + 10, l] = v.executed_flop
    w[LEDGER + 11, l] = v.throttled_s
    w[LEDGER + 12, l] = v.safe_s
    w[LEDGER + 13, l] = v.battery_min_j
    w[LEDGER + 14, l] = v.chip_max_k
    w[LEDGER + 15, l] = v.battery_start_j
    w[LEDGER + 16, l] = v.fluid_start_k
