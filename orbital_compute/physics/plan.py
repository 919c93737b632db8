"""The energy plan of one satellite: how much compute in light and in dark (MODEL §7.1), in closed form.

Power is that of compute; every watt of it and of the bus also drives the pumps, so loads are (p + bus) × pump.
"""

from typing import NamedTuple

from .._jit import point
from .._math import clamp, fma, power


class Design(NamedTuple):
    """What the plan knows of a satellite. `marginal_ratio` is η^(a/(a-1)), η charge times discharge efficiency."""

    idle_w: float  # P0
    full_w: float  # P1
    inverse_span_w: float
    inverse_exponent: float
    marginal_ratio: float
    inverse_charge_efficiency: float
    discharge_efficiency: float
    inverse_efficiency: float  # 1/η
    charge_limit_w: float
    discharge_limit_w: float
    usable_j: float  # capacity times the design's depth of discharge
    bus_w: float
    pump: float  # 1 + pump power over heat of compute and bus
    inverse_pump: float


class Plan(NamedTuple):
    """Compute power in light and in dark [W]; 0 means off."""

    sun_w: float
    dark_w: float


@point
def marginal_ratio(efficiency, inverse_exponent):
    """Return η^(a/(a-1)): compute power above idle in the dark over that in light, at equal marginal values."""
    return power(efficiency, 1.0 / (1.0 - inverse_exponent))


@point
def work_rate(design, power_w):
    """Return relative throughput at a power, 0 below the idle power."""
    return power(clamp((power_w - design.idle_w) * design.inverse_span_w, 0.0, 1.0), design.inverse_exponent)


@point
def dark_limit_w(design, stored_j, dark_s):
    """Return the compute power that stored energy above the floor carries through the dark, net of the bus."""
    give = min(design.discharge_limit_w, stored_j * design.discharge_efficiency / max(dark_s, 1.0))
    return fma(give, design.inverse_pump, -design.bus_w)


@point
def energy_plan(design, sun_s, dark_s, array_w, stored_j, cap_w):
    """Return the plan that does most work over light of sun_s and the dark of dark_s after it.

    Maximises sun_s φ(p_s) + dark_s φ(p_e) under p_s sun_s + p_e dark_s/η = work energy, marginal values equal across
    the battery; then the bounds of MODEL §7.1 in its order; then against hibernating in the dark. `stored_j` above the
    floor may be spent too, -usable_j .. usable_j; 0 over a whole revolution gives the steady plan. cap_w is the
    thermal limit.
    """
    sun_s = max(sun_s, 1.0)
    weight_s = dark_s * design.inverse_efficiency
    worth_j = fma(array_w, sun_s, stored_j * design.inverse_charge_efficiency) * design.inverse_pump
    energy_j = worth_j - design.bus_w * (sun_s + weight_s)
    ceiling = min(design.full_w, cap_w)
    sun_max = max(min(ceiling, fma(array_w, design.inverse_pump, -design.bus_w)), 0.0)
    charged_j = min(design.usable_j, stored_j + design.charge_limit_w * sun_s / design.inverse_charge_efficiency)
    dark_max = min(ceiling, dark_limit_w(design, charged_j, dark_s))

    spread = (energy_j - design.idle_w * (sun_s + weight_s)) / fma(design.marginal_ratio, weight_s, sun_s)
    dark_w = min(fma(design.marginal_ratio, spread, design.idle_w), dark_max)
    sun_w = min(fma(-dark_w, weight_s, energy_j) / sun_s, sun_max)
    dark_w = min(dark_max, fma(-sun_w, sun_s, energy_j) / max(weight_s, 1.0))

    rest_w = max(min(energy_j / sun_s, sun_max), 0.0)  # hibernating: all to the light
    both = (spread >= 0.0) & (dark_w >= design.idle_w)
    value = fma(sun_s, work_rate(design, sun_w), dark_s * work_rate(design, dark_w))
    stay = both & (value > sun_s * work_rate(design, rest_w))
    return Plan(max(sun_w, 0.0) if stay else rest_w, dark_w if stay else 0.0)


@point
def plan_ahead(design, clock, array_w, stored_j, cap_w):
    """Return the plan from where the satellite stands: `stored_j` is its energy above the design's floor.

    In light, the rest of the light and the coming dark are planned with what is stored; in the dark, what is stored
    lasts until dawn, and the coming revolution starts from the floor.
    """
    in_dark = clock.in_dark > 0.5
    light_s = clock.sun_s if in_dark else clock.left_s
    plan = energy_plan(design, light_s, clock.dark_s, array_w, 0.0 if in_dark else stored_j, cap_w)
    held_w = min(min(design.full_w, cap_w), dark_limit_w(design, max(stored_j, 0.0), clock.left_s))
    held_w = held_w if held_w >= design.idle_w else 0.0
    return Plan(plan.sun_w, held_w if in_dark else plan.dark_w)
