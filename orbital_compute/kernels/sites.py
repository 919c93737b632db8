"""The steps of terrestrial sites: devices, facility and battery plant, one row a site."""

from typing import NamedTuple

from .._jit import point, sweep
from ..physics.battery import chargeable_w, givable_w, stored_j
from ..physics.compute import power_for
from ..physics.facility import Facility, feed, site_power, unit_cooling_w

GROUPS = 4  # exponents of the power curve that the devices of one site may have between them
BISECTIONS = 48  # the throughput is found to 4e-15
ROUNDING_MARGIN = 1.0 - 1e-15  # an offer turned into FLOP and back must still fit


class SitePlant(NamedTuple):
    """What is fixed for a site. Devices of one exponent are one group: at equal throughput their powers add."""

    facility: Facility
    peak_flop_s: float
    other_it_w: float
    turbine_limit_w: float
    battery_capacity_j: float  # never zero; a site without a battery has rates of zero
    battery_floor_j: float
    battery_limit_w: float
    charge_efficiency: float
    discharge_efficiency: float
    inverse_taper: float
    idle_w: tuple[float, float, float, float]
    span_w: tuple[float, float, float, float]
    exponent: tuple[float, float, float, float]


# Columns of the table of plants, and of what a march gives back.
PLANT = (
    "rated_it_w",
    "supply_k",
    "cooling_factor",
    "peak_flop_s",
    "other_it_w",
    "turbine_limit_w",
    "battery_capacity_j",
    "battery_floor_j",
    "battery_limit_w",
    "charge_efficiency",
    "discharge_efficiency",
    "inverse_taper",
)
FLOWS = (
    "device_j",
    "other_it_j",
    "it_j",
    "electrical_j",
    "cooling_j",
    "grid_j",
    "turbine_j",
    "charge_j",
    "discharge_j",
    "loss_j",
    "short_j",
    "dark_s",
)
STATE = ("battery_energy_j",)


@point
def site_plant(plant, group, i):
    """Return row i of the tables: plant float64[n_site, 12], group float64[n_site, 3, 4] (idle, span, exponent)."""
    return SitePlant(
        Facility(plant[i, 0], plant[i, 1], plant[i, 2]),
        plant[i, 3],
        plant[i, 4],
        plant[i, 5],
        plant[i, 6],
        plant[i, 7],
        plant[i, 8],
        plant[i, 9],
        plant[i, 10],
        plant[i, 11],
        (group[i, 0, 0], group[i, 0, 1], group[i, 0, 2], group[i, 0, 3]),
        (group[i, 1, 0], group[i, 1, 1], group[i, 1, 2], group[i, 1, 3]),
        (group[i, 2, 0], group[i, 2, 1], group[i, 2, 2], group[i, 2, 3]),
    )


@point
def device_power_w(plant, throughput):
    """Return the power of all devices with their servers at one relative throughput (MODEL §5.1 for each group)."""
    total = 0.0
    for g in range(GROUPS):
        total += power_for(throughput, plant.idle_w[g], plant.span_w[g], plant.exponent[g])
    return total


@point
def total_power_w(plant, throughput, outside_k):
    """Return the power of the whole site at a relative throughput; it rises with the throughput."""
    return site_power(plant.facility, plant.other_it_w + device_power_w(plant, throughput), outside_k).total_w


@point
def largest_throughput(plant, outside_k, available_w):
    """Return the largest relative throughput that fits the available power, by bisection; -1 if none does."""
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        fits = total_power_w(plant, middle, outside_k) <= available_w
        low = middle if fits else low
        high = high if fits else middle
    low = 1.0 if total_power_w(plant, 1.0, outside_k) <= available_w else low
    return low if total_power_w(plant, 0.0, outside_k) <= available_w else -1.0


@point
def battery_power_w(plant, battery_j, step_s):
    """Return the power that the battery plant can give and take through a step, at the bus."""
    give = givable_w(battery_j, plant.battery_floor_j, plant.battery_limit_w, 1.0 / step_s, plant.discharge_efficiency)
    take = chargeable_w(
        battery_j,
        plant.battery_capacity_j,
        plant.battery_limit_w,
        plant.battery_limit_w * plant.inverse_taper / plant.battery_capacity_j,
        1.0 / step_s,
        1.0 / plant.charge_efficiency,
    )
    return give, take


@point
def next_battery_j(plant, battery_j, flows, step_s):
    """Return the energy in the battery plant after a step."""
    return stored_j(
        battery_j, flows.charge_w, flows.discharge_w, plant.charge_efficiency, 1.0 / plant.discharge_efficiency, step_s
    )


@point
def carries(plant, battery_j, throughput, outside_k, grid_limit_w, step_s):
    """Return whether a step carries this throughput, and the battery's energy after it."""
    load_w = total_power_w(plant, throughput, outside_k)
    give, take = battery_power_w(plant, battery_j, step_s)
    flows = feed(load_w, grid_limit_w, plant.turbine_limit_w, give, take)
    return load_w <= grid_limit_w + plant.turbine_limit_w + give, next_battery_j(plant, battery_j, flows, step_s)


@sweep
def mean_unit_cooling(outside_k, supply_k):
    """Return the mean over float64[n_hour] temperatures of the cooling power at full load, k = 1 and 1 W of IT."""
    total = 0.0
    for h in range(outside_k.size):
        total += unit_cooling_w(1.0, 1.0, outside_k[h], supply_k)
    return total / outside_k.size


@sweep
def offer_sites(plant_table, group_table, state, outside_k, grid_limit_w, step_s, first, last, out_throughput):
    """Fill the largest even throughput that each site carries through all steps of a window with no cut.

    The window is rehearsed from the site's state: what the battery gives in one step is gone in the next, so nothing
    is promised twice.

    Parameters
    ----------
    state : float64[n_site, n_state]
        Quantities of STATE; not changed.
    outside_k, grid_limit_w : float64[n_site, n_step]
    out_throughput : float64[n_site]
        0 where the idle site alone is too much.
    """
    for i in range(first, last):
        plant = site_plant(plant_table, group_table, i)
        low, high = 0.0, 1.0
        middle = 1.0  # tried first: mostly the whole site runs
        for _ in range(BISECTIONS):
            battery_j, fits = state[i, 0], True
            for k in range(outside_k.shape[1]):
                carried, battery_j = carries(plant, battery_j, middle, outside_k[i, k], grid_limit_w[i, k], step_s)
                fits = fits and carried
            low = middle if fits else low
            high = high if fits else middle
            middle = 0.5 * (low + high)
        out_throughput[i] = low if low == 1.0 else low * ROUNDING_MARGIN


@sweep
def cooled_throughput(plant_table, group_table, outside_k, cooling_limit_w, first, last, out_throughput):
    """Fill the largest throughput at which each site's cooling stays within a limit in all steps, by bisection.

    Parameters
    ----------
    outside_k : float64[n_site, n_step]
    cooling_limit_w : float64[n_site]
        Of the cooling plant's own power.
    out_throughput : float64[n_site]
        0 where the idle site alone is too much.
    """
    for i in range(first, last):
        plant = site_plant(plant_table, group_table, i)
        low, high, middle = 0.0, 1.0, 1.0
        for _ in range(BISECTIONS):
            it_w, fits = plant.other_it_w + device_power_w(plant, middle), True
            for k in range(outside_k.shape[1]):
                power = site_power(plant.facility, it_w, outside_k[i, k])
                fits = fits and power.cooling_w <= cooling_limit_w[i]
            low = middle if fits else low
            high = high if fits else middle
            middle = 0.5 * (low + high)
        out_throughput[i] = low


@sweep
def march_sites(
    plant_table, group_table, outside_k, grid_limit_w, step_s, throughput, first, last, state, out_done, out_flows
):
    """March sites through the steps of a window; what cannot be fed cuts compute.

    A site that cannot feed its idle devices goes dark, and stays so to the end of the window.

    Parameters
    ----------
    throughput : float64[n_site]
        Relative throughput that the assignment asks for, even through the window.
    state : float64[n_site, n_state]
        Quantities of STATE, moved on to the end of the window.
    out_done : float64[n_site]
        Share of the asked throughput that was done.
    out_flows : float64[n_site, n_flow]
        Energies of FLOWS summed over the steps [J], and seconds dark.
    """
    for i in range(first, last):
        plant = site_plant(plant_table, group_table, i)
        battery_j, done, lit = state[i, 0], 0.0, 1.0
        out_flows[i, :] = 0.0
        for k in range(outside_k.shape[1]):
            give, take = battery_power_w(plant, battery_j, step_s)
            available_w = grid_limit_w[i, k] + plant.turbine_limit_w + give
            wanted_w = total_power_w(plant, throughput[i], outside_k[i, k])
            running = throughput[i]
            if wanted_w > available_w:
                running = largest_throughput(plant, outside_k[i, k], available_w)
            lit = lit if running >= 0.0 else 0.0
            running = lit * max(running, 0.0)
            device_w = lit * device_power_w(plant, running)
            other_w = lit * plant.other_it_w
            power = site_power(plant.facility, device_w + other_w, outside_k[i, k])
            electrical_w, cooling_w = lit * power.electrical_w, lit * power.cooling_w
            load_w = lit * power.total_w
            flows = feed(load_w, grid_limit_w[i, k], plant.turbine_limit_w, give, take)
            lost_w = (1.0 - plant.charge_efficiency) * flows.charge_w
            lost_w += (1.0 / plant.discharge_efficiency - 1.0) * flows.discharge_w
            battery_j = next_battery_j(plant, battery_j, flows, step_s)
            done += 1.0 if running == throughput[i] else running / throughput[i]
            out_flows[i, 0] += device_w * step_s
            out_flows[i, 1] += other_w * step_s
            out_flows[i, 2] += (device_w + other_w) * step_s
            out_flows[i, 3] += electrical_w * step_s
            out_flows[i, 4] += cooling_w * step_s
            out_flows[i, 5] += flows.grid_w * step_s
            out_flows[i, 6] += flows.turbine_w * step_s
            out_flows[i, 7] += flows.charge_w * step_s
            out_flows[i, 8] += flows.discharge_w * step_s
            out_flows[i, 9] += lost_w * step_s
            out_flows[i, 10] += (wanted_w - load_w) * step_s
            out_flows[i, 11] += (1.0 - lit) * step_s
        state[i, 0] = battery_j
        out_done[i] = done / outside_k.shape[1]
