"""What binds each class of work in a window: the resource whose price holds back one more FLOP of it."""

from __future__ import annotations

import numpy as np

from ..kernels.reach import least_by_group
from .dispatch import Assignment
from .network import Network

RESOURCES = ("power", "gateway", "laser", "memory", "demand", "reach")
"""power: compute of nodes, as power and cooling allow; gateway: antennas, views and uplinks; laser; memory of nodes;
demand: nothing, all is served; reach: no node that is there can serve the class within its round trip."""

TAKEN_BACK = 1e-9  # of a demand that dispatch met: what is missing beyond this, lasers could not carry
SERVED = 1e-9  # of a class's value: a price of its demand above this says that all of it is served


def binding_share(network: Network, assignment: Assignment) -> np.ndarray:
    """Return the share of each class's wanted work that each resource binds: float64[n_class, n_resource].

    A demand with a price of its own is met by the dispatch, and what is then missing lasers could not carry. Of the
    others, the way that costs least is what one more FLOP
    would take; the dearest of what it takes binds. A row is zero where nothing is wanted.
    """
    programme = assignment.programme
    n_route, n_ground = programme.route_group.size, network.n_gateway + network.n_site
    node_price = assignment.supply_price + programme.signature_cost
    group_price = np.empty(programme.feasible.shape[1])
    least_by_group(programme.feasible, node_price, group_price)
    toll = programme.arc_bit_per_flop * assignment.arc_price[programme.arc_index]
    laser = programme.arc_index >= n_ground
    of_laser = np.bincount(programme.arc_route[laser], toll[laser], n_route)
    of_gateway = np.bincount(programme.arc_route[~laser], toll[~laser], n_route)
    of_node = group_price[programme.route_group]
    cost = np.where(programme.route_open, of_node + of_gateway + of_laser + programme.route_cost, np.inf)
    order = np.lexsort((cost, programme.route_demand))
    demand, first = np.unique(programme.route_demand[order], return_index=True)
    best = np.full(programme.value.size, -1)
    best[demand] = order[first]
    parts = np.stack([of_node, of_gateway, of_laser], axis=1)[best]
    kind = parts.argmax(axis=1)
    kind[(assignment.demand_price > SERVED * programme.value) | ~(parts > 0.0).any(axis=1)] = RESOURCES.index("demand")
    kind[(best < 0) | ~np.isfinite(cost[best])] = RESOURCES.index("reach")
    wanted, served = programme.demand_flop, assignment.demand_served_flop
    short = np.where(kind == RESOURCES.index("demand"), np.maximum(wanted * (1.0 - TAKEN_BACK) - served, 0.0), 0.0)
    job_class, n_resource = np.repeat(np.arange(network.n_class), network.n_region), len(RESOURCES)
    place = np.concatenate([job_class * n_resource + kind, job_class * n_resource + RESOURCES.index("laser")])
    by_class = np.bincount(place, np.concatenate([wanted - short, short]), network.n_class * n_resource)
    by_class = by_class.reshape(network.n_class, n_resource)
    whole = by_class.sum(axis=1, keepdims=True)
    return np.divide(by_class, whole, out=np.zeros(by_class.shape), where=whole > 0.0)
