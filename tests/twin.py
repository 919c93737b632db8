"""A plain twin of the march: one satellite, one step at a time, from the equations, with libm and branches.

It shares no code with the laws: light and views by `twin_sky`, temperatures by many small Runge-Kutta steps, limits by
bisection. What it shares with the march are the choices of the model: what holds through a step or a window.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from twin_sky import AU_M, RE, day_cosine, face_view, mean_share, orbit, plate_view, rates

SOLAR, INFRARED, ALBEDO, SIGMA = 1361.0, 237.0, 0.30, 5.670374419e-8
YEAR_S = 365.25 * 86400.0
MEAN_TIME_S = 1500.0


def integrated(temperature_k, heat_w, emission_w_k4, capacity_j_k, step_s, n_part=2):
    """Return the temperature after a step of C dT/dt = heat - emission T⁴, by fourth-order Runge-Kutta."""
    h = step_s / n_part

    def slope(t):
        return (heat_w - emission_w_k4 * t**4) / capacity_j_k

    for _ in range(n_part):
        a = slope(temperature_k)
        b = slope(temperature_k + 0.5 * h * a)
        c = slope(temperature_k + 0.5 * h * b)
        d = slope(temperature_k + h * c)
        temperature_k += h / 6 * (a + 2 * b + 2 * c + d)
    return temperature_k


def bisected(function, low, high):
    """Return the root of a falling function between low and high, or the bound that it does not reach."""
    if function(low) <= 0:
        return low
    if function(high) >= 0:
        return high
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return 0.5 * (low + high)


def aged(kind):
    """Return the type with battery and coating as its age has left them (MODEL §3, §4.1)."""
    life, battery, radiator = kind.age_s / kind.life_s, kind.battery, kind.radiator
    left = max(1 - battery.calendar_fade * math.sqrt(life) - battery.cycle_fade * life, 0.05)
    end = radiator.solar_absorptivity if radiator.absorptivity_end is None else radiator.absorptivity_end
    battery = replace(
        battery,
        capacity_j=left * battery.capacity_j,
        charge_efficiency=1 - (1 - battery.charge_efficiency) * (2.5 - 1.5 * left),
        discharge_efficiency=1 - (1 - battery.discharge_efficiency) * (2.5 - 1.5 * left),
    )
    absorptivity = radiator.solar_absorptivity + (end - radiator.solar_absorptivity) * min(life, 1.0)
    return replace(kind, battery=battery, radiator=replace(radiator, solar_absorptivity=absorptivity))


class Satellite:
    """One satellite of a type on its orbit; `march` takes it through a window of steps."""

    def __init__(self, kind, elements, step_s):
        kind = aged(kind)
        self.kind, self.elements, self.step_s = kind, elements, step_s
        array, battery, radiator, compute = kind.array, kind.battery, kind.radiator, kind.compute
        health = (1 - array.degradation_per_year) ** (kind.age_s / YEAR_S)
        self.area_efficiency_m2 = array.area_m2 * array.packing * array.efficiency * health
        self.area_efficiency_m2 *= array.tracker_efficiency * array.conditioning_efficiency * array.harness_efficiency
        self.body_loss = (1 - array.conditioning_efficiency) / array.conditioning_efficiency
        self.emission = radiator.emissivity * SIGMA * 2 * radiator.area_m2 * radiator.fin_efficiency
        self.emission *= 1 - radiator.blocked_fraction
        self.pump = 1 + radiator.pump_fraction
        self.full_w = compute.count * compute.device_power_w * compute.server_overhead
        self.idle_w = compute.idle_fraction * self.full_w
        self.flop_s = compute.count * compute.peak_flop_s
        self.chip_k_w = compute.chip_resistance_k_w / (compute.count * compute.server_overhead)
        self.speed = sum(rates(elements.a, elements.i)[:2])
        self.battery_j = battery.initial_state_of_charge * battery.capacity_j
        self.fluid_k, self.cell_k = radiator.initial_temperature_k, 340.0
        self.array_mean_w = SOLAR * self.area_efficiency_m2 * (1 - array.temperature_coefficient_per_k * 42.0)
        self.sink_mean_w = 0.5 * radiator.emissivity * radiator.area_m2 * INFRARED

    # the plan of a window

    def rate(self, power_w):
        """Return relative throughput (MODEL §5.1)."""
        if power_w <= self.idle_w:
            return 0.0
        return min((power_w - self.idle_w) / (self.full_w - self.idle_w), 1.0) ** (1 / self.kind.compute.exponent)

    def eclipse(self, r_m, ahead, sun):
        """Return (light [s], dark [s], what is left of the present one [s], in the dark?): a cylinder on a sphere.

        The place is that of the middle of a step, what is left counts from its start.
        """
        radius = float(np.linalg.norm(r_m))
        zenith, forward = float(r_m @ sun) / radius, float(ahead @ sun)
        in_plane, level = math.hypot(zenith, forward), math.sqrt(1 - (RE / radius) ** 2)
        half = math.acos(level / in_plane) if in_plane > level else 0.0
        to_midnight = math.atan2(-forward, -zenith)
        dark = abs(to_midnight) < half
        left = half + to_midnight if dark else to_midnight % (2 * math.pi) - half
        left_s = left / self.speed + 0.5 * self.step_s  # from the start of the step
        return (2 * math.pi - 2 * half) / self.speed, 2 * half / self.speed, left_s, dark

    def dark_limit_w(self, stored_j, dark_s):
        """Return the compute power that stored energy carries through the dark."""
        battery = self.kind.battery
        give = min(battery.discharge_rate_per_s * battery.capacity_j, stored_j * battery.discharge_efficiency / dark_s)
        return give / self.pump - self.kind.bus_power_w

    def plan(self, sun_s, dark_s, array_w, stored_j, cap_w):
        """Return planned compute power in light and in dark (MODEL §7.1), `stored_j` to be spent on the way."""
        battery, bus_w, a = self.kind.battery, self.kind.bus_power_w, self.kind.compute.exponent
        sun_s = max(sun_s, 1.0)
        efficiency = battery.charge_efficiency * battery.discharge_efficiency
        work_j = (array_w * sun_s + stored_j / battery.charge_efficiency) / self.pump
        work_j -= bus_w * (sun_s + dark_s / efficiency)
        most = min(self.full_w, cap_w)
        sun_most = max(min(most, array_w / self.pump - bus_w), 0.0)
        alone = max(min(work_j / sun_s, sun_most), 0.0)  # off in the dark
        charged_j = stored_j + battery.charge_efficiency * battery.charge_rate_per_s * battery.capacity_j * sun_s
        usable_j = min(battery.depth_design * battery.capacity_j, charged_j)
        dark_most = min(most, self.dark_limit_w(usable_j, max(dark_s, 1.0)))
        q, p0 = efficiency ** (a / (a - 1)), self.idle_w
        spread = (work_j - p0 * (sun_s + dark_s / efficiency)) / (sun_s + q * dark_s / efficiency)
        if spread < 0:
            return alone, 0.0
        dark_w = min(p0 + q * spread, dark_most)
        sun_w = min((work_j - dark_w * dark_s / efficiency) / sun_s, sun_most)
        dark_w = min(dark_most, (work_j - sun_w * sun_s) / max(dark_s / efficiency, 1.0))
        if dark_w < p0 or sun_s * self.rate(sun_w) + dark_s * self.rate(dark_w) <= sun_s * self.rate(alone):
            return alone, 0.0
        return sun_w, dark_w

    def plan_from_here(self, clock, stored_j, cap_w):
        """Return the plan of the coming light and dark; in the dark, what is stored lasts until dawn."""
        sun_s, dark_s, left_s, dark = clock
        if not dark:
            return self.plan(left_s, dark_s, self.array_mean_w, stored_j, cap_w)
        sun_w, _ = self.plan(sun_s, dark_s, self.array_mean_w, 0.0, cap_w)
        held_w = min(self.full_w, cap_w, self.dark_limit_w(max(stored_j, 0.0), max(left_s, 1.0)))
        return sun_w, held_w if held_w >= self.idle_w else 0.0

    def steady_cap_w(self):
        """Return the compute power at which chips settle at their limit (MODEL §4.3), by bisection."""
        battery = self.kind.battery
        usable_w = (self.full_w + self.kind.bus_power_w) * self.pump + battery.charge_rate_per_s * battery.capacity_j
        fixed_w = self.sink_mean_w + self.body_loss * min(self.array_mean_w, usable_w)
        fixed_w += self.pump * self.kind.bus_power_w
        per_watt = self.pump / self.kind.battery.discharge_efficiency

        def room(p):
            return self.emission * (self.kind.compute.chip_limit_k - self.chip_k_w * p) ** 4 - fixed_w - per_watt * p

        return bisected(room, 0.0, self.kind.compute.chip_limit_k / self.chip_k_w)

    def prepare(self, time_s, sun, distance_m):
        """Plan the window whose steps' middles are time_s : float64[n_step]; return the work that it offers [FLOP]."""
        self.time_s, self.sun, self.flux = time_s, sun, SOLAR * (AU_M / distance_m) ** 2
        self.r_m, self.ahead = orbit(self.elements, time_s)
        self.share = mean_share(self.r_m, self.ahead, sun, distance_m, 0.5 * self.speed * self.step_s)
        clock = self.eclipse(self.r_m[0], self.ahead[0], sun[0])
        stored_j = self.battery_j - (1 - self.kind.battery.depth_design) * self.kind.battery.capacity_j
        self.planned = self.plan_from_here(clock, stored_j, self.steady_cap_w())
        self.free = self.plan_from_here(clock, stored_j, self.full_w)
        self.panel_view = {
            "edge_on": 2 * face_view(0.0, float(np.linalg.norm(self.r_m[0]))),
            "orbit_normal": 2 * face_view(0.0, float(np.linalg.norm(self.r_m[0]))),
            "zenith": face_view(1.0, float(np.linalg.norm(self.r_m[0]))),
        }[self.kind.radiator.pointing]
        rates = [lit * self.rate(self.planned[0]) + (1 - lit) * self.rate(self.planned[1]) for lit in self.share]
        self.offer_flop = self.flop_s * self.step_s * math.fsum(rates)
        return self.offer_flop

    # a step

    def pointing(self, k):
        """Return the Sun's cosines on the ground in view, on the array and on the radiator; and the array's view."""
        radius = float(np.linalg.norm(self.r_m[k]))
        zenith, forward = float(self.r_m[k] @ self.sun[k]) / radius, float(self.ahead[k] @ self.sun[k])
        normal = math.sqrt(max(1 - zenith**2 - forward**2, 0.0))
        array = {
            "two_axis": 1.0,
            "one_axis": math.hypot(zenith, forward),
            "orbit_normal": normal,
            "zenith": max(zenith, 0.0),
        }[self.kind.array.pointing]
        nadir = {"two_axis": abs(zenith), "one_axis": abs(zenith) / array if array else 0.0, "orbit_normal": 0.0,
                 "zenith": 1.0}[self.kind.array.pointing]  # fmt: skip
        face = {"edge_on": 0.0, "orbit_normal": normal, "zenith": abs(zenith)}[self.kind.radiator.pointing]
        return day_cosine(zenith, radius), array, face + self.kind.radiator.sun_leak, plate_view(nadir, radius)

    def flows(self, lit_w, lit, load_w, take_w):
        """Return mean charging, discharging and curtailed power over a step that is lit first, then dark."""
        if load_w <= lit_w:
            charge_w = min(lit_w - load_w, take_w)
            return lit * charge_w, (1 - lit) * load_w, lit * (lit_w - load_w - charge_w)
        return 0.0, lit * (load_w - lit_w) + (1 - lit) * load_w, 0.0

    def step(self, k, work_share):
        """Move one step on; return what a ledger or a sample of it holds."""
        kind, dt, lit, flux = self.kind, self.step_s, float(self.share[k]), float(self.flux[k])
        array, battery, radiator, compute = kind.array, kind.battery, kind.radiator, kind.compute
        day, cos_array, cos_face, view = self.pointing(k)
        cell_w = array.absorptivity * (flux * lit * cos_array + view * ALBEDO * flux * day)
        cell_w += array.emissivity * view * INFRARED

        def array_w(cell_k):
            gain = 1 - array.temperature_coefficient_per_k * (cell_k - 298.0)
            return flux * cos_array * self.area_efficiency_m2 * gain

        def cells_later_k(drawn_w, time_s):
            heat_w = cell_w - drawn_w / (array.conditioning_efficiency * array.area_m2)
            return integrated(self.cell_k, heat_w, 2 * array.emissivity * SIGMA, array.heat_capacity_j_m2_k, time_s)

        lit_w = array_w(cells_later_k(lit * array_w(self.cell_k), 0.5 * dt))  # cells as they are at mid-step
        sink_w = radiator.emissivity * radiator.area_m2 * self.panel_view * INFRARED
        sink_w += radiator.solar_absorptivity * radiator.area_m2 * flux * (
            lit * cos_face + ALBEDO * self.panel_view * day
        )  # fmt: skip
        room_j = max(battery.capacity_j - self.battery_j, 0.0)
        take_w = battery.charge_rate_per_s * battery.capacity_j
        take_w *= min(room_j / (battery.taper * battery.capacity_j), 1.0)
        take_w = min(take_w, room_j / (battery.charge_efficiency * dt))
        floor_j = (1 - battery.depth_limit) * battery.capacity_j
        give_w = min(
            battery.discharge_rate_per_s * battery.capacity_j,
            max(self.battery_j - floor_j, 0.0) * battery.discharge_efficiency / dt,
        )

        sun_w, dark_w = (power_w if self.rate(power_w) > 0 else 0.0 for power_w in self.planned[:2])  # 0: off
        plan_w = lit * sun_w + (1 - lit) * dark_w
        rate = wanted_w = on = most_w = (
            0.0  # light and dark of a step have a power each; `on` is the time with devices on
        )
        for time, power_w in ((lit, self.planned[0]), (1 - lit, self.planned[1])):
            if power_w > self.idle_w:
                part = self.rate(power_w) * work_share
                rate += time * part
                wanted_part_w = self.idle_w + (self.full_w - self.idle_w) * part**compute.exponent
                wanted_w += time * wanted_part_w
                on += time
                most_w = max(most_w, wanted_part_w) if time else most_w
        # no chip above its limit at either end, every heat that depends on compute taken at its largest
        lost = 1 / battery.discharge_efficiency - 1
        drawing = 1.0 if (wanted_w + kind.bus_power_w) * self.pump > lit_w else 1 - lit
        fixed_w = sink_w + self.pump * kind.bus_power_w * (1 + lost * drawing)
        used_w = min(lit_w, (wanted_w + kind.bus_power_w) * self.pump + take_w)  # what is curtailed heats nothing
        fixed_w += lit * (self.body_loss * used_w + (1 - battery.charge_efficiency) * take_w)
        slope = 4 * self.emission * self.fluid_k**3 / radiator.heat_capacity_j_k
        response = -math.expm1(-slope * dt) / (slope * radiator.heat_capacity_j_k)
        per_watt = self.pump * (1 + lost * drawing)
        room_k = compute.chip_limit_k - self.fluid_k
        drift_k = (fixed_w - self.emission * self.fluid_k**4) * response
        chip_k_w = self.chip_k_w * (most_w / wanted_w if wanted_w else 1.0)  # while it draws most
        cap_w = max(min(room_k / chip_k_w, (room_k - drift_k) / (per_watt * response + chip_k_w)), 0.0)
        compute_w = min(wanted_w, cap_w)
        if compute_w < on * self.idle_w:
            compute_w = 0.0

        load_w = (compute_w + kind.bus_power_w) * self.pump
        if self.flows(lit_w, lit, load_w, 0.0)[1] > give_w:
            carried_w = bisected(lambda load: give_w - self.flows(lit_w, lit, load, 0.0)[1], 0.0, load_w)
            compute_w = carried_w / self.pump - kind.bus_power_w
            if compute_w < on * self.idle_w:
                compute_w = 0.0
            load_w = min((compute_w + kind.bus_power_w) * self.pump, carried_w)
        bus_w = min(kind.bus_power_w, load_w - compute_w)
        charge_w, drawn_w, curtailed_w = self.flows(lit_w, lit, load_w, take_w)
        if compute_w < wanted_w:
            rate = min(rate, on * self.rate(compute_w / on)) if on else 0.0
        used_w = lit * lit_w - curtailed_w
        loss_w = (1 - battery.charge_efficiency) * charge_w + lost * drawn_w
        body_w = self.body_loss * used_w
        heat_w = load_w + loss_w + body_w + sink_w

        held = [cooled < 0.99 * free for cooled, free in zip(self.planned, self.free, strict=True)]
        held_now = (lit > 1e-12 and held[0]) or (lit < 1 - 1e-12 and held[1])  # a share is rounded
        fluid_k = integrated(self.fluid_k, heat_w, self.emission, radiator.heat_capacity_j_k, dt)
        radiated_j = heat_w * dt - radiator.heat_capacity_j_k * (fluid_k - self.fluid_k)
        self.fluid_k = fluid_k
        self.cell_k = cells_later_k(used_w, dt)
        self.battery_j += (battery.charge_efficiency * charge_w - drawn_w / battery.discharge_efficiency) * dt
        blend = 1 - math.exp(-dt / MEAN_TIME_S)
        self.array_mean_w += blend * lit * (lit_w - self.array_mean_w)
        self.sink_mean_w += blend * (sink_w - self.sink_mean_w)
        return {
            "sunlit": lit, "array_w": lit * lit_w, "load_w": load_w, "compute_w": compute_w, "bus_w": bus_w,
            "charge_w": charge_w,
            "drawn_w": drawn_w, "curtailed_w": curtailed_w, "loss_w": loss_w, "conditioning_w": body_w,
            "sink_w": sink_w, "rate": rate, "plan_w": plan_w, "wanted_w": wanted_w, "cap_w": cap_w,
            "hot": float(cap_w < 0.99 * wanted_w or (work_share > 0.99 and held_now)),
            "radiated_j": radiated_j,
            "battery_j": self.battery_j, "fluid_k": self.fluid_k, "cell_k": self.cell_k,
        }  # fmt: skip

    def march(self, assigned_flop):
        """Execute a prepared window; return its steps."""
        work_share = min(assigned_flop / self.offer_flop, 1.0) if self.offer_flop > 0 else 0.0
        return [self.step(k, work_share) for k in range(self.time_s.size)]
