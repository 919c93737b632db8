"""The laws of cost: annuities, losses that are replaced, output that falls, and what a unit of work then costs.

MODEL §9. Orbit and ground have one boundary: all that stands between sunlight or the grid and the work delivered,
bought and run for as long as it lives, accelerators and servers included. Networks of users and the owner's profit are
outside. Money is in US dollars of one year; no taxes, no inflation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..scenario.schema_economics import Economics

YEAR_S = 365.25 * 86400.0
HOUR_S = 3600.0
PFLOP_HOUR = 1e15 * HOUR_S  # FLOP of a petaflop/s for an hour
KWH_J = 3.6e6
MILLION = 1e6


def capital_recovery(rate: float, life_years: float) -> float:
    """Return the share of a price that, paid at the end of each year of a life, pays it back with interest.

    CRF = r (1+r)^L / ((1+r)^L - 1), and 1 / L without interest.
    """
    if rate == 0.0:
        return 1.0 / life_years
    return rate / -math.expm1(-life_years * math.log1p(rate))


def discounted_years(rate: float, fall: float, life_years: float) -> float:
    """Return the integral over a life of what falls at `fall` a year and is discounted at `rate` a year [years].

    M = (1 - exp(-(rho + fall) L)) / (rho + fall) with rho = ln(1 + rate); L where both are zero.
    """
    speed = math.log1p(rate) + fall
    return life_years if speed == 0.0 else -math.expm1(-speed * life_years) / speed


def replacement_factor(rate: float, losses: float, life_years: float) -> float:
    """Return by what the yearly cost of things is multiplied where those lost at `losses` a year are replaced.

    Renewal at loss or at the end of life, for ever: M(0) / M(losses). Without discount it is the lifetime penalty
    lambda T / (1 - exp(-lambda T)) of Turyshev (arXiv:2604.27197).
    """
    return discounted_years(rate, 0.0, life_years) / discounted_years(rate, losses, life_years)


def output_factor(rate: float, losses: float, decay: float, life_years: float) -> float:
    """Return the discounted mean output over that of new things, where each loses `decay` of its output a year.

    The lost are replaced by new ones, so ages follow `losses` and `life_years`: M(losses + decay) / M(losses).
    """
    return discounted_years(rate, losses + decay, life_years) / discounted_years(rate, losses, life_years)


def mean_output(decay: float, years: float) -> float:
    """Return the mean over the first years of an output that falls at `decay` a year, over its start."""
    fallen = decay * years
    return 1.0 if fallen == 0.0 else -math.expm1(-fallen) / fallen


def launched_power_price(mass_kg: float, usd_per_kg: float, power_w: float, life_years: float) -> float:
    """Return what launch alone costs for a watt of a satellite's array and a year of its life [USD/W/year].

    Agüera y Arcas (arXiv:2511.19468), table 1: no discount, no build. It is no cost of compute.
    """
    return mass_kg * usd_per_kg / (power_w * life_years)


class Made(NamedTuple):
    """What a place made in a run."""

    device_s: float  # time of accelerators that work, added up
    flop: float  # delivered
    token_flop: float  # of it, for classes that serve tokens
    tokens: float  # read and written by them
    it_j: float  # energy of computing equipment

    def times(self, factor: float) -> Made:
        """Return all of it, multiplied."""
        return Made(*(factor * value for value in self))


class Fleet(NamedTuple):
    """What is bought of satellites: mass as designed, power of servers, accelerators."""

    mass_kg: float
    it_w: float
    devices: int


class Centre(NamedTuple):
    """What is bought of a terrestrial centre, and what it draws in a year."""

    server_w: float
    it_w: float  # with networks, storage and the rest
    devices: int
    grid_j_year: float  # at the price of the parameters
    turbine_j_year: float
    grid_usd_year: float = 0.0  # for energy at an hourly price
    emitting_j_year: float = 0.0  # of the grid, at the emissions of the parameters
    grid_kg_year: float = 0.0  # of energy with hourly emissions


@dataclass(frozen=True)
class PlaceCost:
    """What a place costs in a year by component [USD/year], and what it makes in one, discounted like its cost."""

    components: Mapping[str, float]
    accelerators_usd_year: float  # of it: accelerators and servers, replaced ones too
    made: Made

    @property
    def usd_year(self) -> float:
        """Cost of a year, all components."""
        return math.fsum(self.components.values())

    @property
    def other_share(self) -> float:
        """Share of the cost that does not buy accelerators and servers, nor replaces them."""
        return 1.0 - self.accelerators_usd_year / self.usd_year if self.usd_year else math.nan

    def unit_costs(self) -> dict[str, float]:
        """Return the cost of an accelerator-hour, a PFLOP/s for an hour, a million tokens and a kWh of IT [USD].

        All have the same numerator; tokens bear the cost of the work done for them. NaN where nothing was made.
        """
        made, usd = self.made, self.usd_year
        for_tokens = usd * made.token_flop / made.flop if made.flop else math.nan
        return {
            "gpu_hour": _over(usd * HOUR_S, made.device_s),
            "pflop_hour": _over(usd * PFLOP_HOUR, made.flop),
            "million_tokens": _over(for_tokens * MILLION, made.tokens),
            "kwh_it": _over(usd * KWH_J, made.it_j),
        }


def _over(cost: float, amount: float) -> float:
    return cost / amount if amount > 0.0 else math.nan


def fleet_cost(fleet: Fleet, terms: Economics, made: Made) -> PlaceCost:
    """Return what satellites cost in a year by component, beside what they make in one.

    Accelerators fly and end with their satellite; lost satellites are replaced whole, launch included.
    """
    life_years, launch = terms.orbit.life / YEAR_S, terms.launch
    recovery = capital_recovery(terms.discount_rate, life_years)
    capital = {
        "launch": fleet.mass_kg * terms.orbit.mass_factor * launch.price * (1.0 + launch.insurance),
        "satellites": fleet.it_w * terms.orbit.build,
        "accelerators": fleet.it_w * terms.accelerators.price,
    }
    times = replacement_factor(terms.discount_rate, terms.orbit.losses * YEAR_S, life_years)
    components = {
        **{name: recovery * price for name, price in capital.items()},
        "replacement": (times - 1.0) * recovery * math.fsum(capital.values()),
        "operations": terms.orbit.operations * YEAR_S * capital["satellites"],
    }
    return PlaceCost(components, times * components["accelerators"], made)


def centre_cost(centre: Centre, terms: Economics, made: Made) -> PlaceCost:
    """Return what a terrestrial centre costs in a year by component; accelerators that fail are replaced."""
    rate, ground, chips = terms.discount_rate, terms.ground, terms.accelerators
    facility = centre.it_w * ground.facility
    accelerators = centre.server_w * chips.price * capital_recovery(rate, chips.life / YEAR_S)
    times = replacement_factor(rate, chips.failures * YEAR_S, chips.life / YEAR_S)
    components = {
        "facility": facility * capital_recovery(rate, ground.life / YEAR_S),
        "accelerators": accelerators,
        "replacement": (times - 1.0) * accelerators,
        "electricity": centre.grid_j_year * ground.electricity
        + centre.grid_usd_year
        + centre.turbine_j_year * ground.turbines,
        "operations": ground.operations * YEAR_S * facility,
    }
    return PlaceCost(components, times * accelerators, made)
