"""The battery and the power balance of a step (MODEL §3): load is shed in a stated order, never the floor."""

import math
from typing import NamedTuple

from .._jit import point
from .._math import fma


class Balance(NamedTuple):
    """Mean powers over a step [W]: at the bus, charge into and drawn out of the battery's terminals."""

    load_w: float
    charge_w: float
    drawn_w: float
    curtailed_w: float


@point
def capacity_left(life_share, calendar_fade, cycle_fade):
    """Return the share of the capacity that is left at an age, given as a share of life (form of MODEL §3).

    The calendar takes with the root of time, cycles with their number, taken even in time: at life's end both fades
    together. Held at 0.05, beyond which no battery is flown. Leaves out depth, temperature and charge as flown.
    """
    return max(1.0 - calendar_fade * math.sqrt(life_share) - cycle_fade * life_share, 0.05)


@point
def aged_efficiency(efficiency, capacity_share):
    """Return the efficiency of an aged battery: resistance, and so loss, grows by 1.5 of the fade (MODEL §3).

    Held at half of the new efficiency.
    """
    return max(1.0 - (1.0 - efficiency) * (1.0 + 1.5 * (1.0 - capacity_share)), 0.5 * efficiency)


@point
def chargeable_w(battery_j, capacity_j, charge_limit_w, taper_w_j, inverse_step_s, inverse_charge_efficiency):
    """Return the charging power that the battery takes: its rate, tapered near full, and the room left in a step.

    taper_w_j is the power for each joule of room near full: the rate over the last share of the capacity.
    """
    room_j = max(capacity_j - battery_j, 0.0)
    return min(min(room_j * taper_w_j, charge_limit_w), room_j * inverse_step_s * inverse_charge_efficiency)


@point
def givable_w(battery_j, floor_j, discharge_limit_w, inverse_step_s, discharge_efficiency):
    """Return the power that the battery can give through a step without passing its floor."""
    return min(discharge_limit_w, max(battery_j - floor_j, 0.0) * inverse_step_s * discharge_efficiency)


@point
def largest_load_w(lit_w, sunlit, inverse_dark, give_w):
    """Return the largest even load that an array, lit for a share of the step, and the battery carry.

    Up to the array's power only the dark part draws: (1-s) L <= give; above it L - s array <= give. inverse_dark is
    1/(1-s), anything positive where all is light.
    """
    dark = 1.0 - sunlit
    beyond = fma(sunlit, lit_w, give_w)
    within = give_w * inverse_dark
    return beyond if give_w >= dark * lit_w else min(within, lit_w)


@point
def balance(lit_w, sunlit, load_w, take_w):
    """Return the flows of a step: lit for a share of it with lit_w at the bus, under an even load.

    Each flow has its own formula: sunlit lit + drawn = load + charge + curtailed is a check, not a definition.
    """
    surplus = max(lit_w - load_w, 0.0)
    charge = sunlit * min(surplus, take_w)
    drawn = fma(sunlit, max(load_w - lit_w, 0.0), (1.0 - sunlit) * load_w)
    curtailed = sunlit * max(lit_w - load_w - take_w, 0.0)
    return Balance(load_w, charge, drawn, curtailed)


@point
def stored_j(battery_j, charge_w, drawn_w, charge_efficiency, inverse_discharge_efficiency, step_s):
    """Return the energy in the battery a step later: E + (η_c P_c - P_d/η_d) Δt."""
    return fma(fma(charge_efficiency, charge_w, -(drawn_w * inverse_discharge_efficiency)), step_s, battery_j)
