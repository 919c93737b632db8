"""Power of a terrestrial data centre: electrical loss, cooling by outside temperature, and what feeds it (DESIGN §12).

The coefficients are engineering defaults; the cooling factor k scales the cooling plant to the year's PUE. Left out:
humidity (dry coolers are meant), the plant's own thermal inertia (minutes), and starting transients.
"""

from typing import NamedTuple

from .._jit import point
from .._math import clamp, fma

ELECTRICAL_IDLE, ELECTRICAL_LINEAR, ELECTRICAL_SQUARE = 0.005, 0.010, 0.030  # of rated IT power
PUMP_IDLE, FAN_CUBE = 0.02, 0.05  # of rated IT power
CHILLER_BELOW_K, CHILLER_ABOVE_K = 8.0, 2.0  # the chiller takes over from supply - 8 K to supply + 2 K
CHILLER_LIFT_K = 10.0  # condenser above the outside air
CHILLER_CARNOT = 0.45  # of the Carnot efficiency
LEAST_PUE = 1.05  # full load loses 1.045 by the electrical law alone, which leaves next to no cooling


class Facility(NamedTuple):
    """What is fixed when a site is built."""

    rated_it_w: float
    supply_k: float  # temperature of the cooling supply
    cooling_factor: float  # k of DESIGN §12


class SitePower(NamedTuple):
    """Where the power of a site goes [W]."""

    it_w: float
    electrical_w: float
    cooling_w: float
    total_w: float


class Feed(NamedTuple):
    """Where the power of a site comes from, and what charges the battery plant [W], at the site's bus."""

    grid_w: float
    turbine_w: float
    discharge_w: float
    charge_w: float


@point
def electrical_loss_w(rated_it_w, it_w):
    """Return the loss of transformers, UPS and distribution: P_rated (0.005 + 0.010 x + 0.030 x²), x = P_IT/P_rated."""
    x = it_w / rated_it_w
    return rated_it_w * fma(fma(ELECTRICAL_SQUARE, x, ELECTRICAL_LINEAR), x, ELECTRICAL_IDLE)


@point
def chiller_share(outside_k, supply_k):
    """Return the share of the heat that needs a chiller: 0 below T_s - 8 K, 1 above T_s + 2 K, linear between."""
    return clamp((outside_k - supply_k + CHILLER_BELOW_K) / (CHILLER_BELOW_K + CHILLER_ABOVE_K), 0.0, 1.0)


@point
def unit_cooling_w(rated_it_w, it_w, outside_k, supply_k):
    """Return the cooling power at k = 1: 0.02 P_rated + 0.05 P_rated x³ + P_IT s(T_o)(T_o + 10 K - T_s)/(0.45 T_s)."""
    x = it_w / rated_it_w
    lift = (outside_k + CHILLER_LIFT_K - supply_k) / (CHILLER_CARNOT * supply_k)
    return rated_it_w * fma(FAN_CUBE * x, x * x, PUMP_IDLE) + it_w * chiller_share(outside_k, supply_k) * lift


@point
def cooling_factor(pue, mean_unit_cooling):
    """Return the k with which a year at full load has this PUE.

    `mean_unit_cooling` is the mean over the year of `unit_cooling_w` at full load, over rated IT power. At full load
    PUE = 1 + 0.045 + k × that mean, which is linear in k.
    """
    return (pue - 1.0 - (ELECTRICAL_IDLE + ELECTRICAL_LINEAR + ELECTRICAL_SQUARE)) / mean_unit_cooling


@point
def site_power(facility, it_w, outside_k):
    """Return the power of a site with its IT at `it_w`: P_site = P_IT + P_electrical + P_cooling."""
    electrical = electrical_loss_w(facility.rated_it_w, it_w)
    cooling = facility.cooling_factor * unit_cooling_w(facility.rated_it_w, it_w, outside_k, facility.supply_k)
    return SitePower(it_w, electrical, cooling, it_w + electrical + cooling)


@point
def feed(load_w, grid_limit_w, turbine_limit_w, give_w, take_w):
    """Return the flows that carry a load: grid first, then turbines, then the battery.

    The battery gives only what grid and turbines lack, `give_w` at most, and takes only what they have left, `take_w`
    at most. Each flow has its own formula: grid + turbines + discharge = load + charge is a check, which fails where
    the load is more than all three can carry.
    """
    local_w = grid_limit_w + turbine_limit_w
    charge = min(max(local_w - load_w, 0.0), take_w)
    grid = min(load_w + charge, grid_limit_w)
    turbine = min(max(load_w + charge - grid_limit_w, 0.0), turbine_limit_w)
    discharge = min(max(load_w - local_w, 0.0), give_w)
    return Feed(grid, turbine, discharge, charge)
