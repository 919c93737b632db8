"""Work given out turn by turn, each from what its members have left: no planning ahead."""

from .._jit import sweep


@sweep
def fill_in_turn(
    order, most_flop, member, route_group, route_demand, use_start, use_arc, use_bit_per_flop,
    supply_left_flop, demand_left_flop, arc_left_bit, group_flop, route_flop,
):  # fmt: skip
    """Let routes take work in turn, each from all members of its group in proportion to what they have left.

    Parameters
    ----------
    order : int64[n_turn]
        Routes; one may stand several times.
    most_flop : float
        Largest work of a turn.
    member : bool[n_group, n_signature]
    route_group, route_demand : int64[n_route]
    use_start : int64[n_route + 1], use_arc : int64[n_use], use_bit_per_flop : float64[n_use]
        Arcs of route r are those from use_start[r] to use_start[r + 1].
    supply_left_flop : float64[n_signature], demand_left_flop : float64[n_demand], arc_left_bit : float64[n_arc]
        What is left; lessened.
    group_flop : float64[n_signature, n_group], route_flop : float64[n_route]
        Added to.

    Returns
    -------
    float
        Work given out [FLOP].
    """
    moved = 0.0
    for turn in range(order.size):
        route = order[turn]
        group, demand = route_group[route], route_demand[route]
        take = min(most_flop, demand_left_flop[demand])
        for use in range(use_start[route], use_start[route + 1]):
            if use_bit_per_flop[use] > 0.0:
                take = min(take, arc_left_bit[use_arc[use]] / use_bit_per_flop[use])
        if take <= 0.0:
            continue
        there = 0.0
        for node in range(supply_left_flop.size):
            there += supply_left_flop[node] if member[group, node] else 0.0
        take = min(take, there)
        if take <= 0.0:
            continue
        part = take / there
        for node in range(supply_left_flop.size):
            given = min(supply_left_flop[node] * part, supply_left_flop[node]) if member[group, node] else 0.0
            supply_left_flop[node] -= given
            group_flop[node, group] += given
        for use in range(use_start[route], use_start[route + 1]):
            bit = take * use_bit_per_flop[use]
            arc_left_bit[use_arc[use]] = max(arc_left_bit[use_arc[use]] - bit, 0.0)
        demand_left_flop[demand] = max(demand_left_flop[demand] - take, 0.0)
        route_flop[route] += take
        moved += take
    return moved
