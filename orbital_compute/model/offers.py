"""From a network and a window's offers to a programme, and from its assignment to round-trip times.

Ways of equal value are told apart by tiny costs: electricity first, then fibre. They are at most `TIE` of the least
value, so they never outweigh a FLOP of any demand, and they cost the optimum at most that share of its value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..kernels.contacts import MILLISECONDS, N_BIN, RoundTripMix, count_ways, split_ways
from ..kernels.supply import PER_QUANTUM
from .dispatch import Assignment
from .laser_spec import LaserLimits
from .network import Network
from .own_limits import OwnLimits
from .programme import Programme
from .routes import AROUND

TIE = 1e-6
FIBRE_PART = 0.1  # of the tie-breaking cost; electricity takes the rest
AROUND_PART = 0.01  # the same, of a way around by lasers where another satellite sees the gateway
LONG_FIBRE_S = 1.0  # round trip that counts in full
ENOUGH = 2.0  # times all supply: a demand beyond it is never met and never binds


def build_programme(
    network: Network,
    *,
    signature_key: np.ndarray,
    supply_flop: np.ndarray,
    site_offer_flop: np.ndarray,
    demand_flop: np.ndarray,
    value_per_flop: np.ndarray,
    bit_per_flop: np.ndarray,
    window_s: float,
    arc_available: np.ndarray | None = None,
    lasers: LaserLimits | None = None,
    type_energy_price: np.ndarray | None = None,
    site_energy_price: np.ndarray | None = None,
    tier: np.ndarray | None = None,
    site_cost: np.ndarray | None = None,
    own: OwnLimits | None = None,
    members: np.ndarray | None = None,
) -> Programme:
    """Return the programme of a window. Signatures are those of the satellites, then one for each site.

    Parameters
    ----------
    signature_key : uint64[n_orbit_signature], supply_flop : float64[n_orbit_signature]
        From `merge_supply`.
    site_offer_flop : float64[n_site]
    demand_flop : float64[n_demand]
        Demand k = class * n_region + region.
    value_per_flop : float64[n_class]
    bit_per_flop : float64[n_demand]
    window_s : float
    arc_available : float64[n_arc]
        Share of each arc's capacity that is there in this window, 0 if it is down; all of it by default.
    lasers : LaserLimits
        Of this window, where the network's spec has lasers.
    type_energy_price : float64[n_type], site_energy_price : float64[n_site]
        Price of electricity for a FLOP, in any one unit: cheaper nodes are taken first among equals. By default
        satellites, whose power is there anyway, come before sites.
    tier : int64[n_class]
        Of each class, 1 first; all alike by default.
    site_cost : float64[n_site]
        What a FLOP of each site costs in units of value, beside the tie-breaking; nothing by default.
    own : OwnLimits, members : int64[n_orbit_signature]
        Limits of satellites beside their supply, and how many satellites each signature has; none by default.
    """
    routes, n_region = network.routes, network.n_region
    value = np.repeat(np.asarray(value_per_flop, float), n_region)
    capacity_bit = network.arc_capacity_bit(window_s)
    if arc_available is not None:
        capacity_bit = capacity_bit * arc_available
    n_route, bits = routes.arc.size, np.asarray(bit_per_flop, float)[routes.demand]
    use_route, use_arc, use_bits, by_laser = np.arange(n_route), routes.arc, bits, None
    around_cost = 0.0
    if lasers is not None:
        by_laser, around = lasers.by_laser, np.flatnonzero(routes.sight == AROUND)
        down_bit = np.minimum(capacity_bit[: network.n_gateway], lasers.view_bit)
        capacity_bit[: network.n_gateway] = np.maximum(down_bit - lasers.rounding_bit, 0.0)
        use_route, use_bits = np.concatenate([use_route, around]), np.concatenate([bits, bits[around]])
        use_arc = np.concatenate([use_arc, capacity_bit.size + routes.arc[around]])
        capacity_bit = np.concatenate([capacity_bit, np.maximum(lasers.around_bit - lasers.rounding_bit, 0.0)])
        around_cost = AROUND_PART * (routes.sight == AROUND)
    of_type = np.zeros(network.n_type) if type_energy_price is None else np.asarray(type_energy_price, float)
    of_site = np.ones(network.n_site) if site_energy_price is None else np.asarray(site_energy_price, float)
    energy = np.concatenate([of_type[network.key_type(signature_key)], of_site])
    dearest = max(of_type.max(initial=0.0), of_site.max(initial=0.0))
    tie = TIE * value[value > 0.0].min(initial=np.inf) if (value > 0.0).any() else 0.0
    cost = tie * (1.0 - FIBRE_PART) * (energy / dearest if dearest > 0.0 else energy)
    if site_cost is not None:
        cost[signature_key.size :] += site_cost
    feasible, group, more = network.feasible(signature_key, by_laser), routes.group, dict[str, np.ndarray]()
    if own is not None:
        assert members is not None  # own limits are counted by them
        feasible, group = np.ascontiguousarray(feasible[:, own.parent]), own.route_group
        more = own.fields(signature_key, network.key_type(signature_key), members, network.n_site)
    if tier is not None:
        more["tier"] = np.repeat(np.asarray(tier, np.int64), n_region)
    supply_flop = np.concatenate([supply_flop, site_offer_flop])
    return Programme(
        supply_flop=supply_flop,
        demand_flop=_within_reason(np.asarray(demand_flop, float), math.fsum(supply_flop.tolist())),
        value=value,
        feasible=feasible,
        route_group=group,
        route_demand=routes.demand,
        arc_capacity_bit=capacity_bit,
        arc_route=use_route,
        arc_index=use_arc,
        arc_bit_per_flop=use_bits,
        signature_cost=cost,
        route_cost=tie * (FIBRE_PART * np.minimum(routes.ground_s / LONG_FIBRE_S, 1.0) + around_cost),
        **more,
    )


def order_of_use(site_first: Sequence[bool], n_type: int) -> dict[str, np.ndarray]:
    """Return the prices that let some sites come before the satellites, for `build_programme`; none where none does."""
    if not any(site_first):
        return {}
    return {
        "type_energy_price": np.full(n_type, 0.5),
        "site_energy_price": np.where(np.asarray(site_first, bool), 0.0, 1.0),
    }


def _within_reason(demand_flop: np.ndarray, all_supply_flop: float) -> np.ndarray:
    """Return demands, those that all supply could not meet cut to twice as much.

    The optimum and its prices stay what they are. The certificate multiplies each demand by a price that the solver
    knows to 1e-10; on a demand of a million times the supply that noise alone would be a gap of 1e-5.
    """
    return np.minimum(demand_flop, ENOUGH * all_supply_flop) if all_supply_flop > 0.0 else demand_flop


def round_trip_mix(network: Network, assignment: Assignment, rows: np.ndarray) -> RoundTripMix:
    """Return how the measured work of each orbital signature splits over its ways, for `round_trip_histogram`.

    rows : int64[n_demand], row of each (class, region) in the histogram; below 0 for those that are not measured.
    """
    n_orbit = assignment.share.size - network.n_site
    routes = network.routes
    by_gateway = (routes.arc < network.n_gateway) & (rows[routes.demand] >= 0)
    used = np.flatnonzero(by_gateway & (assignment.route_share > 0.0))
    used = used[np.argsort(routes.arc[used], kind="stable")]
    start = np.empty(n_orbit + 1, np.int64)
    count_ways(assignment.group_flop, used, assignment.programme.route_group, start)
    route, share = np.empty(start[-1], np.int64), np.empty(start[-1])
    split_ways(
        assignment.group_flop,
        assignment.route_share,
        assignment.signature_flop,
        used,
        assignment.programme.route_group,
        start,
        route,
        share,
    )
    return RoundTripMix(
        start=start,
        gateway=routes.arc[route],
        row=rows[routes.demand[route]],
        ground_s=routes.ground_s[route],
        share=share,
        per_quantum=PER_QUANTUM,
    )


def site_round_trip_quanta(network: Network, route_flop: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return int64[n_row, N_BIN], measured work of the sites' routes in quanta by round trip over fibre.

    rows : int64[n_demand], as in `round_trip_mix`.
    """
    routes = network.routes
    quanta = np.zeros((int(rows.max(initial=-1)) + 1, N_BIN), np.int64)
    row = rows[routes.demand]
    of_site = (routes.arc >= network.n_gateway) & (row >= 0)
    place = np.minimum((routes.ground_s[of_site] * MILLISECONDS).astype(np.int64), N_BIN - 1)
    np.add.at(quanta, (row[of_site], place), np.rint(route_flop[of_site] * PER_QUANTUM).astype(np.int64))
    return quanta
