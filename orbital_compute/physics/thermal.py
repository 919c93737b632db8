"""Heat: one radiating node, its environment, and the largest compute power that keeps the chips below their limit."""

import math

from .._jit import point
from .._math import fma
from ..constants import EARTH_ALBEDO, EARTH_INFRARED_W_M2


@point
def relaxation(temperature_k, emission_w_k4, step_per_capacity):
    """Return the exponent of the linearised step, -4 emission T³ step/C, 0 or less."""
    return -4.0 * emission_w_k4 * temperature_k * temperature_k * temperature_k * step_per_capacity


@point
def doubled(exponent, response):
    """Return exprel of twice an exponent from exprel of it: exprel(2y) = exprel(y) (1 + y exprel(y)/2)."""
    return response * fma(0.5 * exponent, response, 1.0)


@point
def responded_k(temperature_k, heat_w, emission_w_k4, step_per_capacity, response):
    """Return the temperature after one exponential Rosenbrock-Euler step (MODEL §4.2), stable at any step.

    C dT/dt = heat - emission T⁴; step_per_capacity is step over heat capacity [s K/J]; response is exprel of the step's
    exponent (`relaxation`). Error 0.005 K for 40 s steps of a node of 660 s under load steps of 20-100 % (MODEL §4.2).
    """
    cube = emission_w_k4 * temperature_k * temperature_k * temperature_k
    return fma(fma(-cube, temperature_k, heat_w) * step_per_capacity, response, temperature_k)


@point
def emitted_j(start_k, end_k, heat_w, emission_w_k4, step_s, step_per_capacity):
    """Return the energy radiated over a step by the fourth-power law: the trapezoid corrected by the end slopes.

    It knows the law and both temperatures, not the balance, so a ledger can be held against it.
    """
    start_cube, end_cube = emission_w_k4 * start_k * start_k * start_k, emission_w_k4 * end_k * end_k * end_k
    start_w, end_w = start_cube * start_k, end_cube * end_k
    bend = fma(start_cube, heat_w - start_w, -(end_cube * (heat_w - end_w)))
    return step_s * fma(0.5, start_w + end_w, step_per_capacity * (1.0 / 3.0) * bend)


@point
def balance_error_j(start_k, end_k, emission_w_k4, step_s, step_per_capacity):
    """Return a bound on how far a step of `responded_k` leaves `emitted_j` from its own balance.

    The step takes emission as linear in temperature: the higher terms of T⁴ over a change of δ are at most
    6 T² δ² + 4 T δ³ + δ⁴ of the emission's factor. The trapezoid errs by (step/time constant)³/720 of the change in
    emission, and by no more than (step/time constant)/12 of it when that is large.
    """
    change = abs(end_k - start_k)
    low = min(start_k, end_k)
    bent = change * change * fma(low, fma(6.0, low, 4.0 * change), change * change)
    high = max(start_k, end_k)
    ratio = 4.0 * emission_w_k4 * high * high * high * step_per_capacity
    steep = 4.0 * high * high * high * change * ratio * min(ratio * ratio * (1.0 / 720.0), 1.0 / 12.0)
    return emission_w_k4 * step_s * (bent + steep)


@point
def aged_absorptivity(new, end, life_share):
    """Return the solar absorptivity of a coating: linear over life from new to its end, held after it.

    Coatings darken fast at first and slower later, so mid-life values err low by some 0.02.
    """
    return new + (end - new) * min(life_share, 1.0)


@point
def environment_heat_w(infrared_m2, solar_m2, flux_w_m2, sunlit, sun_cosine, day, view):
    """Return the heat that a two-sided radiator takes from Sun and Earth (MODEL §4.1, right-hand side of G T_s⁴).

    infrared_m2 is emissivity, solar_m2 absorptivity, times the area of one face; view adds both faces; sun_cosine is
    that of the face turned to the Sun, day that of the Sun's zenith angle over the ground in view (night below 0).
    """
    albedo = EARTH_ALBEDO * view * max(day, 0.0)
    return fma(infrared_m2 * EARTH_INFRARED_W_M2, view, solar_m2 * flux_w_m2 * fma(sunlit, sun_cosine, albedo))


@point
def radiator_sun_cosine(normal_gain, zenith_gain, leak, attitude_normal2, cos_zenith):
    """Return the cosine of the Sun on the lit face: edge_on (0, 0, leak), orbit_normal (1, 0), zenith (0, 1)."""
    return math.sqrt(fma(normal_gain, attitude_normal2, zenith_gain * cos_zenith * cos_zenith)) + leak


@point
def compute_cap_w(
    temperature_k, fixed_heat_w, heat_per_watt, emission_w_k4, response, chip_k_w, inverse_chip_k_w, limit_k
):
    """Return the largest compute power for which no chip passes its limit at either end of the step.

    The step is linear in heat, so both bounds are exact: limit - T - R p >= 0 with T at the start, and with T at the
    end. Heat is fixed_heat_w + heat_per_watt p.
    """
    cube = emission_w_k4 * temperature_k * temperature_k * temperature_k
    drift = fma(-cube, temperature_k, fixed_heat_w) * response
    room = limit_k - temperature_k
    return max(min(room * inverse_chip_k_w, (room - drift) / fma(heat_per_watt, response, chip_k_w)), 0.0)


@point
def heat_pump_share(lift_k, cold_k):
    """Return the power of a heat pump over the heat that it lifts by lift_k from cold_k, at 0.45 of Carnot's limit.

    MODEL §4.3: W = Q (T_h - T_c) / (0.45 T_c).
    """
    return lift_k / (0.45 * cold_k)


@point
def closer_cap_w(power_w, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k):
    """Return a Newton step from a compute power towards that of `steady_cap_w`."""
    fluid = fma(-chip_k_w, power_w, limit_k)
    cube = emission_w_k4 * fluid * fluid * fluid
    excess = fma(cube, fluid, -fma(heat_per_watt, power_w, fixed_heat_w))
    return power_w + excess / fma(4.0 * cube, chip_k_w, heat_per_watt)


@point
def steady_cap_w(fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k):
    """Return the compute power that the radiator carries for ever with chips at their limit (MODEL §4.3).

    Solves emission (limit - R p)⁴ = fixed + heat_per_watt p: five Newton steps from p = 0, which approach from above
    or settle; error below 1e-6 of the answer. Zero where even no compute is too warm.
    """
    p = closer_cap_w(0.0, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k)
    p = closer_cap_w(p, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k)
    p = closer_cap_w(p, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k)
    p = closer_cap_w(p, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k)
    p = closer_cap_w(p, fixed_heat_w, heat_per_watt, emission_w_k4, chip_k_w, limit_k)
    return max(p, 0.0)
