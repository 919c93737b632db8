"""Greatest flow through a small network, by whole numbers: which nodes' offers can fill which groups' needs."""

from typing import NamedTuple

import numpy as np

from .._jit import sweep


class FlowArcs(NamedTuple):
    """Arcs by the node that they leave; int64 all."""

    start: np.ndarray  # [n_node + 1]; arcs of node v are start[v] to start[v + 1]
    head: np.ndarray  # [n_arc], node that each leads to
    back: np.ndarray  # [n_arc], number of the arc that leads back
    number: np.ndarray  # [n_given], where each of the arcs given stands in this order


@sweep
def max_flow(start, head, back, capacity, source, sink, level, place, queue, trail):
    """Push as much as will go from source to sink, and return it; `capacity` becomes what is left on each arc.

    Parameters
    ----------
    start, head, back : int64[]
        Fields of `FlowArcs`.
    capacity : int64[n_arc]
    source, sink : int
    level, place, queue, trail : int64[n_node]
        Room to work in. On return `level` is below zero for the nodes that the source no longer reaches.

    Notes
    -----
    Dinic (1970): blocking flows through the arcs that lead one level on, levels by breadth first from the source.
    """
    total = 0
    while True:
        for node in range(level.size):
            level[node] = -1
            place[node] = start[node]
        level[source] = 0
        queue[0] = source
        taken, waiting = 0, 1
        while taken < waiting:
            node = queue[taken]
            taken += 1
            for arc in range(start[node], start[node + 1]):
                if capacity[arc] > 0 and level[head[arc]] < 0:
                    level[head[arc]] = level[node] + 1
                    queue[waiting] = head[arc]
                    waiting += 1
        if level[sink] < 0:
            return total
        node, depth = source, 0
        while True:
            if node == sink:
                room = capacity[trail[0]]
                for step in range(1, depth):
                    room = min(room, capacity[trail[step]])
                total += room
                back_to = 0
                for step in range(depth - 1, -1, -1):
                    capacity[trail[step]] -= room
                    capacity[back[trail[step]]] += room
                    if capacity[trail[step]] == 0:
                        back_to = step
                depth = back_to
                node = head[back[trail[depth]]]
            while place[node] < start[node + 1]:
                arc = place[node]
                if capacity[arc] > 0 and level[head[arc]] == level[node] + 1:
                    break
                place[node] += 1
            if place[node] < start[node + 1]:
                trail[depth] = place[node]
                node = head[place[node]]
                depth += 1
            elif node == source:
                break
            else:
                depth -= 1
                node = head[back[trail[depth]]]
                place[node] += 1


@sweep
def lend_in_steps(start, head, back, number, supply, most, wanted, loads, capacity, level, place, queue, trail):
    """Lend supplies out in steps and push what is wanted after each; return how much went from source to sink.

    Of the arcs given the first lead from the source to the rows and take their supply, the last from the groups to the
    sink and take what is wanted; all between take `most`. The last two nodes are source and sink.

    Parameters
    ----------
    start, head, back, number : int64[]
        `FlowArcs`.
    supply : int64[n_row], wanted : int64[n_h], most : int
    loads : float64[n_step]
        Shares of the supplies lent out by each step, 1 for all.
    capacity : int64[n_arc]
        On return what is left on each arc.
    level, place, queue, trail : int64[n_node]
        Room to work in.
    """
    n_given, n_node = number.size, start.size - 1
    for arc in range(capacity.size):
        capacity[arc] = 0
    for k in range(supply.size, n_given):
        capacity[number[k]] = wanted[k - (n_given - wanted.size)] if k >= n_given - wanted.size else most
    total = 0
    lent = np.zeros(supply.size, np.int64)
    for load in loads:
        for row in range(supply.size):
            most_now = np.int64(np.floor(supply[row] * load)) if load < 1.0 else supply[row]
            capacity[number[row]] += most_now - lent[row]
            lent[row] = most_now
        total += max_flow(start, head, back, capacity, n_node - 2, n_node - 1, level, place, queue, trail)
    return total


@sweep
def mark_feeders(start, head, back, capacity, target, marked, queue):
    """Mark every node from which more could still be pushed to `target`, itself included: bool[n_node], added to.

    Arrays as `max_flow` left them.
    """
    marked[target] = True
    queue[0] = target
    taken, waiting = 0, 1
    while taken < waiting:
        node = queue[taken]
        taken += 1
        for arc in range(start[node], start[node + 1]):
            if capacity[back[arc]] > 0 and not marked[head[arc]]:
                marked[head[arc]] = True
                queue[waiting] = head[arc]
                waiting += 1


@sweep
def stay_in_groups(enter_row, enter_group, entered, order, pass_from, pass_to, passed, out):
    """Follow work from the rows that it comes from through groups, mixed in each, to where it stays.

    Parameters
    ----------
    enter_row, enter_group : int64[n_enter], entered : float64[n_enter]
        Work that enters a group from a row.
    order : int64[n_h]
        The groups, none before one that passes work to it.
    pass_from, pass_to : int64[n_pass], passed : float64[n_pass]
        Work that goes from one group to another; passes of one group stand together.
    out : float64[n_h, n_row]
        What of each row's work stays in each group.
    """
    out[:] = 0.0
    for k in range(entered.size):
        out[enter_group[k], enter_row[k]] = entered[k]
    for h in order:
        total, gone = 0.0, 0.0
        for k in range(out.shape[1]):
            total += out[h, k]
        for p in range(passed.size):
            if pass_from[p] == h and passed[p] > 0.0:
                gone += passed[p]
                share = passed[p] / total
                for k in range(out.shape[1]):
                    out[pass_to[p], k] += out[h, k] * share
        if gone > 0.0:
            left = 1.0 - min(gone / total, 1.0)
            for k in range(out.shape[1]):
                out[h, k] *= left


@sweep
def share_to_members(stayed, part, signature, row, group, of_row, out):
    """Write what each signature sends out by each group: its share of its row's work, cut to what the group sends.

    Parameters
    ----------
    stayed : float64[n_h, n_row]
        From `stay_in_groups`.
    part : float64[n_group]
        Share of what came into each group that leaves by its routes.
    signature, row : int64[n_member], of_row : float64[n_member]
        Numbers of the signatures, row of each, share of each in its row.
    group : int64[n_h]
    out : float64[n_signature, n_group]
    """
    for k in range(signature.size):
        for h in range(group.size):
            out[signature[k], group[h]] = stayed[h, row[k]] * part[group[h]] * of_row[k]


def flow_arcs(n_node: int, tail: np.ndarray, head: np.ndarray) -> FlowArcs:
    """Return the arcs given by their two ends, and as many that lead back, in the order that `max_flow` takes."""
    start, number = np.empty(n_node + 1, np.int64), np.empty(2 * tail.size, np.int64)
    heads, back = np.empty(2 * tail.size, np.int64), np.empty(2 * tail.size, np.int64)
    order_arcs(tail, head, start, number, heads, back)
    return FlowArcs(start, heads, back, number[: tail.size])


@sweep
def order_arcs(tail, head, out_start, out_number, out_head, out_back):
    """Order arcs, and as many that lead back, by the node that they leave, otherwise as they come; see `FlowArcs`.

    tail, head : int64[n]; out_start : int64[n_node + 1]; out_number : int64[2 n], where each stands, those that lead
    back after the given; out_head, out_back : int64[2 n].
    """
    count, n_node = tail.size, out_start.size - 1
    out_start[:] = 0
    for k in range(count):
        out_start[tail[k] + 1] += 1
        out_start[head[k] + 1] += 1
    for node in range(n_node):
        out_start[node + 1] += out_start[node]
    free = out_start[:n_node].copy()
    for k in range(2 * count):
        node = tail[k] if k < count else head[k - count]
        out_number[k] = free[node]
        free[node] += 1
    for k in range(count):
        there, here = out_number[k], out_number[k + count]
        out_head[there], out_head[here] = head[k], tail[k]
        out_back[there], out_back[here] = here, there
