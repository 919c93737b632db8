"""A linear programme's matrix by columns, as a solver takes it: draws of groups, then routes over demands and arcs."""

from .._jit import sweep


@sweep
def fill_columns(draw_group, group, demand_row, n_group, use_route, use_row, use_entry, out_start, out_row, out_entry):
    """Write the entries of all columns, each column's by rising row; return how many there are.

    A draw takes one unit from its group's row; a route gives one to its group's row and one to its demand's, and what
    it uses to the arcs' rows, which come last.

    Parameters
    ----------
    draw_group : int64[n_draw]
    group : int64[n_r], demand_row : int64[n_r]
        Of each route; demands' rows counted from the first of them.
    n_group : int
        Rows before the demands'.
    use_route, use_row : int64[n_use], use_entry : float64[n_use]
        Uses of arcs; negative for routes or arcs that are left out. Rows counted from the first row of all.
    out_start : int32[n_column + 1], out_row : int32[], out_entry : float64[]
        Room for n_draw + 2 n_r + n_use entries.
    """
    n_draw, n_r = draw_group.size, group.size
    for column in range(n_draw + 1):
        out_start[column] = column
    for r in range(n_r):
        out_start[n_draw + r + 1] = 2
    for u in range(use_route.size):
        if use_route[u] >= 0 and use_row[u] >= 0:
            out_start[n_draw + use_route[u] + 1] += 1
    for column in range(n_draw, n_draw + n_r):
        out_start[column + 1] += out_start[column]
    for d in range(n_draw):
        out_row[d], out_entry[d] = draw_group[d], -1.0
    end = out_start[n_draw : n_draw + n_r] + 2
    for r in range(n_r):
        first = out_start[n_draw + r]
        out_row[first], out_row[first + 1] = group[r], n_group + demand_row[r]
        out_entry[first], out_entry[first + 1] = 1.0, 1.0
    for u in range(use_route.size):
        r = use_route[u]
        if r >= 0 and use_row[u] >= 0:
            place = end[r]
            while out_row[place - 1] > use_row[u]:
                out_row[place], out_entry[place] = out_row[place - 1], out_entry[place - 1]
                place -= 1
            out_row[place], out_entry[place] = use_row[u], use_entry[u]
            end[r] += 1
    return out_start[n_draw + n_r]


@sweep
def most_by_arc(arc_route, arc_index, arc_bit_per_flop, use_route, route_demand, demand_flop, out_by_demand, out_bit):
    """Write the bits that each arc would carry if every demand sent all its work by its widest route over it.

    arc_route, arc_index : int64[n_use], arc_bit_per_flop : float64[n_use]; use_route : bool[n_route], routes that take
    part; route_demand : int64[n_route]; demand_flop : float64[n_demand]; out_by_demand : float64[n_arc, n_demand], bits
    per FLOP; out_bit : float64[n_arc].
    """
    out_by_demand[:] = 0.0
    for u in range(arc_route.size):
        if use_route[arc_route[u]]:
            k = route_demand[arc_route[u]]
            out_by_demand[arc_index[u], k] = max(out_by_demand[arc_index[u], k], arc_bit_per_flop[u])
    for arc in range(out_bit.size):
        total = 0.0
        for k in range(demand_flop.size):
            total += out_by_demand[arc, k] * demand_flop[k]
        out_bit[arc] = total
