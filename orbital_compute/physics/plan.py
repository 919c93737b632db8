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
    charge_efficiency: float
    inverse_charge_efficiency: float
    discharge_efficiency: float
    efficiency: float  # η
    inverse_efficiency: float
    charge_limit_w: float
    discharge_limit_w: float
    usable_j: float  # capacity times the design's depth of discharge
    bus_w: float
    pump: float  # 1 + pump power over heat of compute and bus
    inverse_pump: float


class Horizon(NamedTuple):
    """The light and dark that a plan is made for, and what divides by them."""

    light_s: float  # of the light that is planned: what is left of it, or the coming one
    dark_s: float  # of the dark after it
    in_dark: float  # 1 where the satellite is in the dark now
    inverse_light_s: float
    inverse_dark_s: float
    inverse_left_s: float  # of what is left of the present dark


class Plan(NamedTuple):
    """Compute power in light and in dark [W], 0 means off; and the relative throughput of both."""

    sun_w: float
    dark_w: float
    sun_rate: float
    dark_rate: float


@point
def horizon(sun_s, dark_s, left_s, in_dark):
    """Return what to plan for: light and dark of a revolution, and what is left of the one that it is in.

    Lengths below a second count as one where they divide.
    """
    light_s = max(sun_s if in_dark > 0.5 else left_s, 1.0)
    return Horizon(light_s, dark_s, in_dark, 1.0 / light_s, 1.0 / max(dark_s, 1.0), 1.0 / max(left_s, 1.0))


@point
def marginal_ratio(efficiency, inverse_exponent):
    """Return η^(a/(a-1)): compute power above idle in the dark over that in light, at equal marginal values."""
    return power(efficiency, 1.0 / (1.0 - inverse_exponent))


@point
def work_rate(design, power_w):
    """Return relative throughput at a power, 0 below the idle power."""
    return power(clamp((power_w - design.idle_w) * design.inverse_span_w, 0.0, 1.0), design.inverse_exponent)


@point
def dark_limit_w(design, stored_j, inverse_dark_s):
    """Return the compute power that stored energy above the floor carries through the dark, net of the bus."""
    give = min(design.discharge_limit_w, stored_j * design.discharge_efficiency * inverse_dark_s)
    return fma(give, design.inverse_pump, -design.bus_w)


@point
def plan_ahead(design, ahead, array_w, stored_j, cap_w):
    """Return the plan that does most work in the coming light and the dark after it.

    With p_s in light of t_s and p_e in dark of t_e, maximises t_s φ(p_s) + t_e φ(p_e) under p_s t_s + p_e t_e/η = work
    energy, marginal values equal across the battery; then the bounds of MODEL §7.1 in its order; then against
    hibernating in the dark. `ahead` is a Horizon, cap_w the thermal limit; stored_j above the design's floor may be
    spent too, -usable_j .. usable_j. In the dark, what is stored lasts until dawn, and the light after it starts from
    the floor.
    """
    in_dark = ahead.in_dark > 0.5
    light_s, dark_s, kept_j = ahead.light_s, ahead.dark_s, 0.0 if in_dark else stored_j
    weight_s = dark_s * design.inverse_efficiency
    worth_j = fma(array_w, light_s, kept_j * design.inverse_charge_efficiency) * design.inverse_pump
    energy_j = worth_j - design.bus_w * (light_s + weight_s)
    ceiling = min(design.full_w, cap_w)
    sun_max = max(min(ceiling, fma(array_w, design.inverse_pump, -design.bus_w)), 0.0)
    charged_j = min(design.usable_j, fma(design.charge_limit_w * design.charge_efficiency, light_s, kept_j))
    dark_max = min(ceiling, dark_limit_w(design, charged_j, ahead.inverse_dark_s))

    spread = (energy_j - design.idle_w * (light_s + weight_s)) / fma(design.marginal_ratio, weight_s, light_s)
    dark_w = min(fma(design.marginal_ratio, spread, design.idle_w), dark_max)
    sun_w = min(fma(-dark_w, weight_s, energy_j) * ahead.inverse_light_s, sun_max)
    dark_w = min(dark_max, fma(-sun_w, light_s, energy_j) * design.efficiency * ahead.inverse_dark_s)
    rest_w = max(min(energy_j * ahead.inverse_light_s, sun_max), 0.0)  # hibernating: all to the light

    sun_rate, dark_rate, rest_rate = work_rate(design, sun_w), work_rate(design, dark_w), work_rate(design, rest_w)
    both = (spread >= 0.0) & (dark_w >= design.idle_w)
    stay = both & (fma(light_s, sun_rate, dark_s * dark_rate) > light_s * rest_rate)
    held_w = min(ceiling, dark_limit_w(design, max(stored_j, 0.0), ahead.inverse_left_s))
    held_w = held_w if held_w >= design.idle_w else 0.0
    coming_w = held_w if in_dark else (dark_w if stay else 0.0)
    return Plan(
        max(sun_w, 0.0) if stay else rest_w, coming_w, sun_rate if stay else rest_rate, work_rate(design, coming_w)
    )
