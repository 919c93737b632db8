"""Ageing: solar cells by dose and ultraviolet light, coatings, batteries by calendar and cycles, accelerators.

Each law is calibrated by what the scenario states of a design at reference conditions; those, with their ranges and
sources, stand in `model.health_spec`.
"""

import math

from .._jit import point
from .._math import exp2, exprel, log2, power
from ..constants import MOLAR_GAS_J_MOL_K

LEAST_LEFT = 0.05  # below this share of its power or capacity nothing is flown
_LOG10_2 = math.log10(2.0)
_LOG2_E = 1.0 / math.log(2.0)


@point
def inverse_knee(loss, reference, logarithm):
    """Return one over the dose at which a cell's loss turns logarithmic, so that `reference` dose takes `loss`.

    From loss = logarithm log10(1 + reference/knee); 0 where nothing is lost. The dose has any unit; that of a year at
    650 km serves here.
    """
    return (exp2(loss / (logarithm * _LOG10_2)) - 1.0) / reference


@point
def irradiated_left(dose, dose_inverse_knee, logarithm):
    """Return the share of a cell's power that radiation leaves: 1 - logarithm log10(1 + dose/knee).

    The form by which cells are fitted to displacement damage, Messenger et al. (ESA/NRL, "Status of Implementation of
    Displacement Damage Dose Method"), with maximum power linear in small and logarithmic in large doses. Held at 0.05.
    Leaves out annealing and that spectra differ with altitude: dose is scaled by one ratio.
    """
    return max(1.0 - logarithm * _LOG10_2 * log2(1.0 + dose * dose_inverse_knee), LEAST_LEFT)


@point
def compounded_left(loss_per_year, years):
    """Return what a yearly loss leaves after some years, compounded: (1 - loss)^years."""
    return power(1.0 - loss_per_year, years)


@point
def settled_absorptivity(new, end, age_s, life_s, settling_s):
    """Return the solar absorptivity of a coating: fast at first, its end value reached at the end of life and held.

    (end - new) (1 - exp(-age/settling)) / (1 - exp(-life/settling)): contamination that outgasses in the first years
    darkens most, as flown coatings show (CNES, THERME experiment, 2011, abstract). A long settling time is a line.
    """
    held_s = min(age_s, life_s)
    now = held_s * exprel(-held_s / settling_s)
    return new + (end - new) * now / (life_s * exprel(-life_s / settling_s))


@point
def battery_temperature_k(hold_k, coupling, fluid_k):
    """Return where a battery sits that is held at a temperature and coupled to the fluid loop by a share, 0 to 1."""
    return hold_k + coupling * (fluid_k - hold_k)


@point
def flown_depth(drawn_j, efficiency, cycles, capacity_j):
    """Return the depth of discharge of cycles alike, from what was drawn at the terminals in all of them, 0 to 1."""
    return min(drawn_j / (efficiency * cycles * capacity_j), 1.0)


@point
def calendar_stress(temperature_k, charge, reference_k, activation_j_mol, charge_gain):
    """Return how many times as fast the calendar takes capacity as at the reference temperature and half charge.

    exp[-Ea/Rg (1/T - 1/T_ref)] exp[gain (charge - 1/2)], form of Xu et al. (2018), MODEL §3.
    """
    exponent = activation_j_mol / MOLAR_GAS_J_MOL_K * (1.0 / reference_k - 1.0 / temperature_k)
    exponent += charge_gain * (charge - 0.5)
    return exp2(min(max(_LOG2_E * exponent, -100.0), 100.0))


@point
def calendar_square(fade, stress, reference_shares):
    """Return what an interval adds to the square of the calendar fade: (fade stress)² of each reference time in it.

    Fade grows with the root of time; under changing stress its square adds up, dQ² = (k stress)² dt, which is MODEL's
    d(√t) where stress is constant. `fade` is what one reference time takes at a stress of 1.
    """
    pace = fade * stress
    return pace * pace * reference_shares


@point
def cycled_fade(fade, cycles, depth, reference_cycles, reference_depth):
    """Return the share of the capacity that cycles alike take: fade per reference cycles, times (depth/ref)^1.5."""
    relative = depth / reference_depth
    return fade * cycles / reference_cycles * relative * math.sqrt(relative)


@point
def battery_left(calendar_fade_square, cycle_fade):
    """Return the share of the new capacity left, from the square of the calendar's fade and that of cycles; >= 0.05."""
    return max(1.0 - math.sqrt(calendar_fade_square) - cycle_fade, LEAST_LEFT)
