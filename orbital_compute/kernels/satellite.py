"""One step of one satellite: the four stages path, light, power, heat, composed of the laws of `physics`.

This file alone knows their order. Records are those of `records`; arrays and lanes are the march's affair.
"""

from .._jit import point
from .._math import asin, bits_of, exprel, exprel_near, fma
from ..constants import EARTH_RADIUS_M
from ..physics.array import (
    array_cosine,
    array_nadir_cosine,
    array_output_w,
    cell_heat_w_m2,
    day_cosine,
    sun_attitude,
    sun_following,
    two_sided_view,
)
from ..physics.battery import aged_efficiency, balance, chargeable_w, givable_w, largest_load_w, stored_j
from ..physics.compute import power_for, throughput
from ..physics.eclipse import eclipse_clock, shadow_depth, shadow_side, sunlit_share
from ..physics.plan import Design, horizon, marginal_ratio, plan_ahead
from ..physics.thermal import (
    balance_error_j,
    compute_cap_w,
    doubled,
    emitted_j,
    environment_heat_w,
    radiator_sun_cosine,
    relaxation,
    responded_k,
    steady_cap_w,
)
from .records import (
    WHOLE,
    Aim,
    Aspect,
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
    Working,
    Worn,
)

STEEP = -0.5  # exponent below which the polynomial of `exprel_near` does not hold
THROTTLED = 0.99  # of the power that would be there: a step held below it by heat counts as throttled


@point
def add_window(total, ledger, state, offered_flop, assigned_flop):
    """Return the totals with one more window in them; `state` is that at its end."""
    t = total
    return Total(
        t.sunlit_s + ledger.sunlit_s,
        t.array_j + ledger.array_j,
        t.load_j + ledger.load_j,
        t.compute_j + ledger.compute_j,
        t.curtailed_j + ledger.curtailed_j,
        t.radiated_j + ledger.radiated_j,
        t.executed_flop + ledger.executed_flop,
        t.throttled_s + ledger.throttled_s,
        t.safe_s + ledger.safe_s,
        t.offered_flop + offered_flop,
        t.assigned_flop + assigned_flop,
        min(t.battery_min_j, ledger.battery_min_j),
        max(t.chip_max_k, ledger.chip_max_k),
        t.day_drawn_j + ledger.drawn_j,
        t.day_battery_j + state.battery_j,
        t.day_fluid_k + state.fluid_k,
    )


@point
def design_of(hardware):
    """Return what the energy plan knows of a satellite."""
    h = hardware
    return Design(
        h.idle_w,
        h.full_w,
        h.inverse_span_w,
        h.inverse_exponent,
        h.marginal_ratio,
        h.charge_efficiency,
        h.inverse_charge_efficiency,
        h.discharge_efficiency,
        h.charge_efficiency * h.discharge_efficiency,
        h.inverse_charge_efficiency * h.inverse_discharge_efficiency,
        h.charge_limit_w,
        h.discharge_limit_w,
        h.capacity_j - h.design_floor_j,
        h.bus_w,
        h.pump,
        h.inverse_pump,
    )


@point
def working(hardware, health):
    """Return the hardware with the devices and the bus that still work: each device keeps its power and its cooling."""
    h, share = hardware, health.compute
    inverse = 1.0 / share if share > 0.0 else 0.0
    return Working(
        h.bus_w * health.bus,
        h.idle_w * share,
        h.full_w * share,
        h.span_w * share,
        h.inverse_span_w * inverse,
        h.peak_flop_s * share,
        h.chip_k_w * inverse,
        h.inverse_chip_k_w * share,
    )


@point
def worn_capacity_j(capacity_j, share, battery_j):
    """Return the capacity of an aged battery; one that is full keeps what it holds until it is next drawn from."""
    return max(capacity_j * share, battery_j)


@point
def worn(hardware, health, state):
    """Return the hardware with array and battery as age and failures have left them."""
    h, share = hardware, health.battery
    capacity_j = worn_capacity_j(h.capacity_j, share, state.battery_j)
    taper_w_j = h.taper_w_j * (h.capacity_j * share / capacity_j)
    into, out = aged_efficiency(h.charge_efficiency, share), aged_efficiency(h.discharge_efficiency, share)
    inverse_into, inverse_out, ratio = 1.0 / into, 1.0 / out, marginal_ratio(into * out, h.inverse_exponent)
    aged = share < 1.0  # a new one keeps its bits
    return Worn(
        h.watt_per_beam * health.array,
        capacity_j,
        h.floor_j * share,
        h.design_floor_j * share,
        h.charge_limit_w * share,
        h.discharge_limit_w * share,
        taper_w_j if aged else h.taper_w_j,
        into if aged else h.charge_efficiency,
        out if aged else h.discharge_efficiency,
        inverse_into if aged else h.inverse_charge_efficiency,
        inverse_out if aged else h.inverse_discharge_efficiency,
        ratio if aged else h.marginal_ratio,
    )


@point
def is_whole(health):
    """Return whether a satellite is as built: its hardware is then that of its type."""
    h = health
    as_pointed = (h.array_pointing == WHOLE.array_pointing) & (h.radiator_sun == WHOLE.radiator_sun)
    return (h.array == 1.0) & (h.compute == 1.0) & (h.battery == 1.0) & (h.bus == 1.0) & as_pointed


@point
def ahead_stage(orbit, hardware, sun, path):
    """Return the light and dark to come, from the path half a step after the window's start."""
    attitude = sun_attitude(sun, path)
    clock = eclipse_clock(
        attitude.cos_zenith, attitude.cos_ahead, attitude.normal2, attitude.inverse_height, orbit.speed_rad_s
    )
    return horizon(clock.sun_s, clock.dark_s, clock.left_s + 0.5 * hardware.step_s, clock.in_dark)


@point
def sight_stage(hardware, path):
    """Return how the Earth looks from the path, half a step after the window's start."""
    inverse_height = EARTH_RADIUS_M * path.inverse_m
    return Sight(1.0 / asin(inverse_height), two_sided_view(hardware.radiator_nadir_cosine, inverse_height))


@point
def new_stage(hardware, health, ahead, state):
    """Return the plan of the devices that work, array and battery as new, without the thermal limit.

    `hardware` is not yet worn; what wear costs is the difference to `free_stage`.
    """
    h = hardware
    array_w = state.array_mean_w / health.array if health.array > 0.0 else 0.0
    stored_j = min(state.battery_j / health.battery, h.capacity_j) - h.design_floor_j
    return plan_ahead(design_of(h), ahead, array_w, stored_j, h.full_w)


@point
def free_stage(hardware, ahead, state):
    """Return the plan without the thermal limit; what heat costs is the difference to `plan_stage`."""
    h = hardware
    stored_j = state.battery_j - h.design_floor_j
    return plan_ahead(design_of(h), ahead, state.array_mean_w, stored_j, h.full_w)


@point
def plan_stage(hardware, ahead, state):
    """Return the plan, with chips held below their limit for as long as it lasts."""
    h = hardware
    usable_w = fma(h.full_w + h.bus_w, h.pump, h.charge_limit_w)  # what is curtailed heats nothing
    conditioning_w = h.conditioning_loss * min(state.array_mean_w, usable_w)
    fixed_w = fma(h.pump, h.bus_w, state.sink_mean_w + conditioning_w)
    heat_per_watt = h.pump * h.inverse_discharge_efficiency  # in the dark the battery's loss heats the loop too
    cap_w = steady_cap_w(fixed_w, heat_per_watt, h.emission_w_k4, h.chip_k_w, h.chip_limit_k + h.lift_k)
    stored_j = state.battery_j - h.design_floor_j
    return plan_ahead(design_of(h), ahead, state.array_mean_w, stored_j, cap_w)


@point
def pledge_of(plan, free):
    """Return what is kept of a plan; `free` is the plan without the thermal limit."""
    sun_held, dark_held = plan.sun_w < THROTTLED * free.sun_w, plan.dark_w < THROTTLED * free.dark_w
    return Pledge(-plan.sun_rate if sun_held else plan.sun_rate, -plan.dark_rate if dark_held else plan.dark_rate)


@point
def window_of(pledge, share):
    """Return what the march needs to know of a window; `share` is what is assigned over what was offered."""
    sun_held, dark_held = bits_of(pledge.sun_rate) < 0, bits_of(pledge.dark_rate) < 0
    return Window(
        0.0,
        0.0,
        abs(pledge.sun_rate),
        abs(pledge.dark_rate),
        1.0 if sun_held else 0.0,
        1.0 if dark_held else 0.0,
        share,
    )


@point
def planned(hardware, window):
    """Return the window with the compute power of its plan, 0 where devices are off."""
    h = hardware
    sun_w = power_for(window.sun_rate, h.idle_w, h.span_w, h.exponent)
    dark_w = power_for(window.dark_rate, h.idle_w, h.span_w, h.exponent)
    return Window(
        sun_w if window.sun_rate > 0.0 else 0.0,
        dark_w if window.dark_rate > 0.0 else 0.0,
        window.sun_rate,
        window.dark_rate,
        window.sun_held,
        window.dark_held,
        window.share,
    )


@point
def mixed(sun, dark, sunlit):
    """Return the mean over a step of what differs between light and dark."""
    return fma(sun, sunlit, dark * (1.0 - sunlit))


@point
def rate_at(hardware, power_w):
    """Return relative throughput at a compute power."""
    return throughput(power_w, hardware.idle_w, hardware.inverse_span_w, hardware.inverse_exponent)


@point
def offered_flop(hardware, plan, sun_steps, dark_steps):
    """Return the work of a window by a plan, with so many of its steps in light and in the dark."""
    return hardware.peak_flop_s * hardware.step_s * fma(plan.sun_rate, sun_steps, plan.dark_rate * dark_steps)


@point
def order_stage(hardware, window):
    """Return the power that the assigned share of the plan takes: devices that are on stay on, if only idle."""
    h = hardware
    sun_rate, dark_rate = window.share * window.sun_rate, window.share * window.dark_rate
    sun_w = power_for(sun_rate, h.idle_w, h.span_w, h.exponent)
    dark_w = power_for(dark_rate, h.idle_w, h.span_w, h.exponent)
    asked = window.share > THROTTLED
    return Order(
        sun_w if window.sun_rate > 0.0 else 0.0,
        dark_w if window.dark_rate > 0.0 else 0.0,
        sun_rate,
        dark_rate,
        window.sun_held if asked else 0.0,
        window.dark_held if asked else 0.0,
    )


@point
def half_step_rad(orbit, hardware):
    """Return the angle flown in half a step."""
    return 0.5 * orbit.speed_rad_s * hardware.step_s


@point
def side_stage(orbit, hardware, sun, path):
    """Return which side of the shadow's edge the satellite is on, and whether the edge is near."""
    return shadow_side(sun, path, half_step_rad(orbit, hardware))


@point
def edge_stage(orbit, hardware, sight, sun, path):
    """Return the share of a step in light, where an edge of the shadow is near."""
    return sunlit_share(sun, shadow_depth(sun, path, half_step_rad(orbit, hardware)), sight.limb_curvature)


@point
def split_stage(order, sunlit):
    """Return how light and dark share a step."""
    wanted_w, most_w = mixed(order.sun_w, order.dark_w, sunlit), largest_order_w(order, sunlit)
    some = wanted_w > 0.0
    return Split(most_w / wanted_w if some else 1.0, wanted_w / most_w if some else 1.0, 1.0 / max(1.0 - sunlit, 1e-12))


@point
def largest_order_w(order, sunlit):
    """Return the largest compute power within a step: chips are warmed by it, not by the mean."""
    return max(order.sun_w if sunlit > 0.0 else 0.0, order.dark_w if sunlit < 1.0 else 0.0)


@point
def turns(hardware):
    """Return whether array or radiator stand to the Sun otherwise from step to step."""
    h = hardware
    array = (h.normal_gain != 0.0) | (h.zenith_gain != 0.0)
    return array | (h.radiator_normal_gain != 0.0) | (h.radiator_zenith_gain != 0.0)


@point
def aim_stage(hardware, health, sun, path):
    """Return how array and radiator stand to the Sun. A lost attitude leaves the Earth's view as it was."""
    h = hardware
    attitude = sun_attitude(sun, path)
    cos_array = array_cosine(h.sky_gain, h.normal_gain, h.zenith_gain, attitude)
    cos_radiator = radiator_sun_cosine(
        h.radiator_normal_gain, h.radiator_zenith_gain, h.radiator_leak, attitude.normal2, attitude.cos_zenith
    )
    return Aim(
        cos_array * health.array_pointing,
        sun_following(h.sky_gain, cos_array),
        max(cos_radiator, health.radiator_sun),
    )


@point
def aspect_stage(sun, path):
    """Return how the Sun stands over the satellite."""
    attitude = sun_attitude(sun, path)
    return Aspect(attitude.cos_zenith, attitude.inverse_height)


@point
def light_stage(hardware, aim, aspect, sunlit):
    """Return what falls on the satellite from Sun and Earth."""
    nadir = array_nadir_cosine(aim.following, hardware.zenith_gain, aspect.cos_zenith)
    return Light(
        sunlit,
        day_cosine(aspect.cos_zenith, aspect.inverse_height),
        aim.cos_array,
        two_sided_view(nadir, aspect.inverse_height),
        aim.cos_radiator,
    )


@point
def exponents(hardware, state):
    """Return the exponents of a step for cells (over half of it) and fluid; 0 or less."""
    h = hardware
    return (
        relaxation(state.cell_k, h.cell_emission_w_m2_k4, 0.5 * h.cell_step_per_capacity),
        relaxation(state.fluid_k, h.emission_w_k4, h.step_per_capacity),
    )


@point
def response_stage(hardware, state):
    """Return how temperatures answer, where exponents are above STEEP."""
    cell, fluid = exponents(hardware, state)
    return Response(exprel_near(cell), exprel_near(fluid), 1.0 if min(cell, fluid) < STEEP else 0.0)


@point
def steep_stage(hardware, state, response):
    """Return how temperatures answer, with the general function where an exponent is below STEEP."""
    cell, fluid = exponents(hardware, state)
    return Response(
        exprel(cell) if cell < STEEP else response.cell,
        exprel(fluid) if fluid < STEEP else response.fluid,
        response.steep,
    )


@point
def supply_stage(hardware, sight, sun, light, response, state):
    """Return what Sun, Earth and battery offer through a step."""
    h, lit = hardware, light.sunlit
    beam = sun.flux_w_m2 * light.cos_array
    cell_w_m2 = cell_heat_w_m2(
        h.cell_absorptivity, h.cell_emissivity, sun.flux_w_m2, lit * beam, light.day_cosine, light.array_view
    )
    lit_w = array_output_w(beam, h.watt_per_beam, h.temperature_coefficient_per_k, state.cell_k)
    # cells warm by 100 K within minutes of dawn: their efficiency is that of mid-step
    cell_gain = fma(-h.drawn_per_watt, lit * lit_w, cell_w_m2)
    half_step = 0.5 * h.cell_step_per_capacity
    middle_k = responded_k(state.cell_k, cell_gain, h.cell_emission_w_m2_k4, half_step, response.cell)
    lit_w = array_output_w(beam, h.watt_per_beam, h.temperature_coefficient_per_k, middle_k)
    sink_w = environment_heat_w(
        h.infrared_m2, h.solar_m2, sun.flux_w_m2, lit, light.cos_radiator, light.day_cosine, sight.radiator_view
    )
    take_w = chargeable_w(
        state.battery_j, h.capacity_j, h.charge_limit_w, h.taper_w_j, h.inverse_step_s, h.inverse_charge_efficiency
    )
    return Supply(lit_w, cell_w_m2, sink_w, take_w)


@point
def power_stage(hardware, window, order, split, light, supply, response, state):
    """Return the powers of a step: what work wants, what heat allows, what array and battery carry.

    Where array and battery carry less than is wanted, load is shed in this order: compute along its power curve, then
    compute altogether, then the pumps, then the bus. Below the battery's floor nothing is drawn.
    `rate` is what was ordered; where `cut` is 1, `cut_stage` brings it down to what the power left allows.
    """
    h, lit = hardware, light.sunlit
    lit_w, cell_w_m2, sink_w, take_w = supply
    wanted_w = mixed(order.sun_w, order.dark_w, lit)
    # rounded as what is wanted, so that devices which only idle are not switched off at an edge of the shadow
    least_w = mixed(h.idle_w if order.sun_w > 0.0 else 0.0, h.idle_w if order.dark_w > 0.0 else 0.0, lit)
    draw_loss = h.inverse_discharge_efficiency - 1.0
    in_draw = (1.0 - lit) + (lit if fma(wanted_w, h.pump, h.bus_w * h.pump) > lit_w else 0.0)
    fixed_w = sink_w + h.pump * h.bus_w * fma(draw_loss, in_draw, 1.0)
    used_w = min(lit_w, fma(wanted_w + h.bus_w, h.pump, take_w))
    fixed_w += lit * fma(h.conditioning_loss, used_w, (1.0 - h.charge_efficiency) * take_w)  # more than it can be
    heat_per_watt = h.pump * fma(draw_loss, in_draw, 1.0)
    cap_w = compute_cap_w(
        state.fluid_k,
        fixed_w,
        heat_per_watt,
        h.emission_w_k4,
        response.fluid * h.step_per_capacity,
        h.chip_k_w * split.burst,
        h.inverse_chip_k_w * split.inverse_burst,
        h.chip_limit_k + h.lift_k,
    )
    compute_w = min(wanted_w, cap_w)
    compute_w = compute_w if compute_w >= least_w else 0.0

    give_w = givable_w(state.battery_j, h.floor_j, h.discharge_limit_w, h.inverse_step_s, h.discharge_efficiency)
    carried_w = largest_load_w(lit_w, lit, split.inverse_dark, give_w)
    load_w = (compute_w + h.bus_w) * h.pump
    short = load_w > carried_w
    reduced_w = fma(carried_w, h.inverse_pump, -h.bus_w)
    reduced_w = reduced_w if reduced_w >= least_w else 0.0
    compute_w = reduced_w if short else compute_w
    load_w = min((compute_w + h.bus_w) * h.pump, carried_w)
    bus_w = min(h.bus_w, load_w - compute_w)  # the bus goes last
    flow = balance(lit_w, lit, load_w, take_w)

    plan_w = mixed(window.sun_w, window.dark_w, lit)
    planned_hot = ((lit > 0.0) & (order.sun_held > 0.0)) | ((lit < 1.0) & (order.dark_held > 0.0))
    hot = (cap_w < THROTTLED * wanted_w) | planned_hot
    used_w = fma(lit, lit_w, -flow.curtailed_w)
    loss_w = fma(1.0 - h.charge_efficiency, flow.charge_w, draw_loss * flow.drawn_w)
    return Power(
        lit * lit_w,
        lit_w,
        load_w,
        compute_w,
        compute_w * split.burst if compute_w < wanted_w else largest_order_w(order, lit),
        bus_w,
        flow.charge_w,
        flow.drawn_w,
        flow.curtailed_w,
        loss_w,
        h.conditioning_loss * used_w,
        sink_w,
        mixed(order.sun_rate, order.dark_rate, lit),
        wanted_w,
        plan_w,
        cap_w,
        1.0 if compute_w < wanted_w else 0.0,
        1.0 if hot else 0.0,
        fma(-h.drawn_per_watt, used_w, cell_w_m2),
    )


@point
def cut_stage(hardware, order, light, power):
    """Return the relative throughput of a step whose power was cut: that of the power left, while devices are on."""
    on = mixed(1.0 if order.sun_w > 0.0 else 0.0, 1.0 if order.dark_w > 0.0 else 0.0, light.sunlit)
    possible = on * rate_at(hardware, power.compute_w / max(on, 1e-12))
    return min(power.rate, possible)


@point
def loop_heat_w(power):
    """Return all that heats the fluid loop: load, losses, Sun and Earth."""
    return power.load_w + power.loss_w + power.conditioning_w + power.sink_w


@point
def heat_stage(hardware, light, response, power, state):
    """Return the state a step later: battery, fluid, cells and the running means."""
    h, charge_w, drawn_w = hardware, power.charge_w, power.drawn_w
    half = relaxation(state.cell_k, h.cell_emission_w_m2_k4, 0.5 * h.cell_step_per_capacity)
    cell = doubled(half, response.cell)
    heat_w, cell_w_m2 = loop_heat_w(power), power.cell_heat_w_m2
    return State(
        stored_j(state.battery_j, charge_w, drawn_w, h.charge_efficiency, h.inverse_discharge_efficiency, h.step_s),
        responded_k(state.fluid_k, heat_w, h.emission_w_k4, h.step_per_capacity, response.fluid),
        responded_k(state.cell_k, cell_w_m2, h.cell_emission_w_m2_k4, h.cell_step_per_capacity, cell),
        fma(h.blend * light.sunlit, power.lit_w - state.array_mean_w, state.array_mean_w),
        fma(h.blend, power.sink_w - state.sink_mean_w, state.sink_mean_w),
    )


@point
def radiated_j(hardware, power, state, later):
    """Return the heat radiated in a step by the law, from the temperatures at its ends."""
    h = hardware
    heat_w = loop_heat_w(power)
    return emitted_j(state.fluid_k, later.fluid_k, heat_w, h.emission_w_k4, h.step_s, h.step_per_capacity)


@point
def add_step(hardware, ledger, light, power, state, later, radiated):
    """Return the ledger with one more step in it; `state` is that at its start, `later` at its end."""
    h, t, dt = hardware, ledger, hardware.step_s
    chip_k = fma(h.chip_k_w, power.chip_w, later.fluid_k - h.lift_k)
    starved = power.load_w < h.bus_w * h.pump * (1.0 - 1e-12)
    too_hot = later.fluid_k > h.chip_limit_k + h.lift_k
    return Ledger(
        fma(light.sunlit, dt, t.sunlit_s),
        fma(power.array_w, dt, t.array_j),
        fma(power.load_w, dt, t.load_j),
        fma(power.compute_w, dt, t.compute_j),
        fma(power.bus_w, dt, t.bus_j),
        fma(power.charge_w, dt, t.charge_j),
        fma(power.drawn_w, dt, t.drawn_j),
        fma(power.curtailed_w, dt, t.curtailed_j),
        fma(power.loss_w, dt, t.loss_j),
        fma(power.conditioning_w, dt, t.conditioning_j),
        fma(power.sink_w, dt, t.sink_j),
        t.radiated_j + radiated,
        fma(power.rate * h.peak_flop_s, dt, t.executed_flop),
        fma(power.hot, dt, t.throttled_s),
        t.safe_s + (dt if starved | too_hot else 0.0),
        min(t.battery_min_j, later.battery_j),
        max(t.chip_max_k, chip_k),
        t.battery_start_j,
        t.fluid_start_k,
        t.heat_error_j + balance_error_j(state.fluid_k, later.fluid_k, h.emission_w_k4, dt, h.step_per_capacity),
    )
