"""Flow over a small graph of cells into several views: all bits along cheapest ways, arcs priced by what is sent there.

Port p of cell c leads to `neighbour[c, p]`; a price and a load stand at each port, for what leaves by it. What enters a
view does so by a gate of a cell. All numbers are per window: bits, and prices per bit carried.
"""

import numpy as np

from .._jit import sweep


@sweep
def send_by_trees(neighbour, cost, gate_cost, away, order, want_bit, most_cost, first, last, port_bit, gate_bit, sent):
    """Send each cell's bits for each view along the cheapest way, where that costs less than carrying them is worth.

    Parameters
    ----------
    neighbour : int32[n_cell, n_port]
    cost : float64[n_cell, n_port]
        Price at each port.
    gate_cost : float64[n_view, n_cell]
        Price of entering a view from a cell; infinite where no link does.
    away : float64[n_view, n_cell]
        Cheapest price of the way from each cell into the view.
    order : int64[n_view, n_cell]
        Cells by that price, the dearest last.
    want_bit : int64[n_view, n_cell]
    most_cost : float
        Price from which on bits stay.
    first, last : int
        Range of views.
    port_bit : int64[n_view, n_cell, n_port], gate_bit : int64[n_view, n_cell]
        What goes by each port and gate; written.
    sent : int64[n_view]
        Bits on their way; written.
    """
    n_cell, n_port = neighbour.shape
    through = np.empty(n_cell, np.int64)
    for view in range(first, last):
        total = np.int64(0)
        for c in range(n_cell):
            through[c] = 0
            gate_bit[view, c] = 0
            for p in range(n_port):
                port_bit[view, c, p] = 0
        for k in range(n_cell - 1, -1, -1):
            c = order[view, k]
            here = away[view, c]
            if here < most_cost:
                through[c] += want_bit[view, c]
                total += want_bit[view, c]
            if through[c] <= 0:
                continue
            best, way = gate_cost[view, c], -1
            for p in range(n_port):
                j = neighbour[c, p]
                if j != c and away[view, j] + cost[c, p] < best and away[view, j] < here:
                    best, way = away[view, j] + cost[c, p], p
            if way < 0:
                gate_bit[view, c] = through[c]
            else:
                port_bit[view, c, way] = through[c]
                through[neighbour[c, way]] += through[c]
        sent[view] = total


@sweep
def move_prices(load_bit, capacity_bit, step, least, most, price):
    """Move prices by a factor each, up where more is sent than fits and down where less: e^(step (load/capacity - 1)).

    Parameters
    ----------
    load_bit, capacity_bit, price : float64[n]
        Prices of capacities above zero are moved, others left.
    step : float
        Of the exponent, which is held within -step and 1.
    least, most : float
        Prices stay between them.
    """
    for e in range(price.size):
        if capacity_bit[e] > 0.0:
            exponent = min(step * (load_bit[e] / capacity_bit[e] - 1.0), 1.0)
            price[e] = min(max(price[e] * np.exp(exponent), least), most)
