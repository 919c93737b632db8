"""Prices of supply, demands and arcs by entropic sweeps: each limit in turn is priced so that it is kept."""

import numpy as np

from .._jit import sweep

RELAXED = 1.4  # steps longer than the limit asks for by this; between 1 and 2 sweeps settle the sooner


@sweep
def price_sweep(
    temperature, member, route_group, route_demand, route_gain, use_start, use_arc, use_bit_per_flop,
    supply_flop, node_cost, demand_flop, arc_capacity_bit, supply_price, demand_price, arc_price,
    node_weight, route_weight, group_node, group_route, total, square,
):  # fmt: skip
    """Price demands, then arcs, then supply once more; weights give the flows that the prices ask for.

    The flow of node s by route r is node_weight[s] route_weight[r] where s is a member of r's group.

    Parameters
    ----------
    temperature : float
        In units of value; the lower, the nearer to an optimum and the slower the way there.
    member : bool[n_group, n_signature]
    route_group, route_demand : int64[n_route], route_gain : float64[n_route]
        Only routes that may be used; gain above zero.
    use_start, use_arc, use_bit_per_flop
        Arcs of the routes, as in `fill_in_turn`.
    supply_flop, node_cost : float64[n_signature], demand_flop : float64[n_demand], arc_capacity_bit : float64[n_arc]
    supply_price, demand_price, arc_price : float64
        Moved on.
    node_weight, route_weight, group_node, group_route, total, square : float64
        By signature, route, group, group, and twice the larger of demands and arcs: room, and the weights.

    Notes
    -----
    Maximises Σ y (gain - cost) - T Σ y (log(y/y0) - 1) with y0 = F_s D_k. Each price goes to where its own limit is
    just kept, given the others, as in Sinkhorn's scaling, and RELAXED times as far; an arc's by one step of Newton.
    """
    n_node, n_route, n_group = supply_flop.size, route_group.size, group_node.size
    for node in range(n_node):
        node_weight[node] = supply_flop[node] * np.exp(-(supply_price[node] + node_cost[node]) / temperature)
    for group in range(n_group):
        there = 0.0
        for node in range(n_node):
            there += node_weight[node] if member[group, node] else 0.0
        group_node[group] = there

    for stage in range(2):  # arcs, then demands
        limit_count = arc_capacity_bit.size if stage == 0 else demand_flop.size
        for limit in range(limit_count):
            total[limit], square[limit] = 0.0, 0.0
        for route in range(n_route):
            toll = demand_price[route_demand[route]]
            for use in range(use_start[route], use_start[route + 1]):
                toll += use_bit_per_flop[use] * arc_price[use_arc[use]]
            demand = demand_flop[route_demand[route]]
            route_weight[route] = demand * np.exp((route_gain[route] - toll) / temperature)
            flow = route_weight[route] * group_node[route_group[route]]
            if stage == 1:
                total[route_demand[route]] += flow
            else:
                for use in range(use_start[route], use_start[route + 1]):
                    total[use_arc[use]] += flow * use_bit_per_flop[use]
                    square[use_arc[use]] += flow * use_bit_per_flop[use] * use_bit_per_flop[use]
        for limit in range(limit_count):
            if total[limit] <= 0.0:
                continue
            if stage == 1:
                over = np.log(total[limit] / demand_flop[limit])
                demand_price[limit] = max(demand_price[limit] + RELAXED * temperature * over, 0.0)
            elif arc_capacity_bit[limit] > 0.0:
                over = np.log(total[limit] / arc_capacity_bit[limit])
                step = RELAXED * temperature * over * total[limit] / square[limit]
                arc_price[limit] = max(arc_price[limit] + step, 0.0)

    for group in range(n_group):
        group_route[group] = 0.0
    for route in range(n_route):
        toll = demand_price[route_demand[route]]
        for use in range(use_start[route], use_start[route + 1]):
            toll += use_bit_per_flop[use] * arc_price[use_arc[use]]
        demand = demand_flop[route_demand[route]]
        route_weight[route] = demand * np.exp((route_gain[route] - toll) / temperature)
        group_route[route_group[route]] += route_weight[route]
    for node in range(n_node):
        node_weight[node] = 0.0
    for group in range(n_group):
        for node in range(n_node):
            node_weight[node] += group_route[group] if member[group, node] else 0.0
    for node in range(n_node):
        asked = node_weight[node]
        price = temperature * np.log(asked) - node_cost[node] if asked > 0.0 else 0.0
        supply_price[node] = max(supply_price[node] + RELAXED * (price - supply_price[node]), 0.0)
        node_weight[node] = supply_flop[node] * np.exp(-(supply_price[node] + node_cost[node]) / temperature)
