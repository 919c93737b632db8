"""What supply and own limits of signatures are worth at given prices of the groups' work: small duals, one each."""

import numpy as np

from .._jit import point, sweep

ROUNDS = 8  # of turns over the own limits, where there are several


@sweep
def best_by_level(member, group_level, group_worth, out):
    """Write the dearest work that each signature reaches at each level of use: float64[n_signature, n_level].

    Parameters
    ----------
    member : bool[n_signature, n_group]
    group_level : int64[n_group]
    group_worth : float64[n_group], per FLOP
    out : float64[n_signature, n_level]
        Below zero: nothing is worth while.
    """
    for s in range(member.shape[0]):
        for level in range(out.shape[1]):
            out[s, level] = -1.0
        for g in range(member.shape[1]):
            if member[s, g] and group_worth[g] > out[s, group_level[g]]:
                out[s, group_level[g]] = group_worth[g]


@point
def _left_over(worth, use, price, n_own, level):
    """Return what a FLOP of a level is worth beyond what it takes of the own limits."""
    toll = 0.0
    for own in range(n_own):
        toll += price[own] * use[level, own]
    return worth[level] - toll


@sweep
def own_prices(worth, use, supply_flop, own_limit, supply_price, own_price):
    """Write prices of supply and own limits that cover what all work is worth, of least sum price × limit.

    Parameters
    ----------
    worth : float64[n_signature, n_level], per FLOP
    use : float64[n_level, n_own], own limits that a FLOP of each level takes
    supply_flop : float64[n_signature]
    own_limit : float64[n_signature, n_own]
        Infinite where there is none: its price is zero.
    supply_price : float64[n_signature], own_price : float64[n_signature, n_own]

    Notes
    -----
    The dual of max Σ worth y over Σ y <= F, Σ use y <= L: with λ the price of supply and τ of the own limits,
    min λ F + Σ τ L with λ + τ use >= worth for every level. With one limit the sum is convex and straight between
    crossings of the levels, so its least stands at one of these; with several each is settled in turn, the others
    held: prices that prove a bound, if not always the least.
    """
    n_level, n_own = use.shape
    crossing = np.empty(n_level * (n_level + 1) // 2 + n_level + 1)
    for s in range(worth.shape[0]):
        n_finite = 0
        for own in range(n_own):
            own_price[s, own] = 0.0
            n_finite += 1 if np.isfinite(own_limit[s, own]) else 0
        for _ in range(1 if n_finite <= 1 else ROUNDS):
            for own in range(n_own):
                if not np.isfinite(own_limit[s, own]):
                    continue
                own_price[s, own] = 0.0
                count = 1
                crossing[0] = 0.0
                for a in range(n_level):
                    left = _left_over(worth[s], use, own_price[s], n_own, a)
                    if left > 0.0 and use[a, own] > 0.0:
                        crossing[count] = left / use[a, own]
                        count += 1
                    for b in range(a):
                        other = _left_over(worth[s], use, own_price[s], n_own, b)
                        apart = use[a, own] - use[b, own]
                        if (left - other) * apart > 0.0:
                            crossing[count] = (left - other) / apart
                            count += 1
                best, least = 0.0, np.inf
                for k in range(count):
                    highest = 0.0
                    for a in range(n_level):
                        left = _left_over(worth[s], use, own_price[s], n_own, a) - crossing[k] * use[a, own]
                        highest = max(highest, left)
                    total = highest * supply_flop[s] + crossing[k] * own_limit[s, own]
                    if total < least:
                        best, least = crossing[k], total
                own_price[s, own] = best
        highest = 0.0
        for a in range(n_level):
            highest = max(highest, _left_over(worth[s], use, own_price[s], n_own, a))
        supply_price[s] = highest


@sweep
def cheapest(member, node_price, own_price, group_use, out):
    """Write the least price at which each group's members take work, own limits included: float64[n_group].

    Parameters
    ----------
    member : bool[n_signature, n_group]
    node_price : float64[n_signature], infinite for those that take none
    own_price : float64[n_signature, n_own]
    group_use : float64[n_own, n_group]
    """
    out[:] = np.inf
    for s in range(member.shape[0]):
        if node_price[s] == np.inf:
            continue
        for g in range(member.shape[1]):
            if member[s, g]:
                price = node_price[s]
                for own in range(own_price.shape[1]):
                    price += own_price[s, own] * group_use[own, g]
                if price < out[g]:
                    out[g] = price


@sweep
def best_mix(worth, use, supply_flop, own_limit, out):
    """Write the work by level that is worth most within supply and own limits: float64[n_signature, n_level].

    Parameters as in `own_prices`; supply and limits may be what is left of them.

    Notes
    -----
    With one limit the best is one level, or two of which the one takes more and the other less than the limit over the
    supply: all are tried. With several, mixes are made for each limit and cut to the others: good, if not the best.
    """
    n_level, n_own = use.shape
    for s in range(worth.shape[0]):
        first, second, of_first, of_second, most = 0, 0, 0.0, 0.0, 0.0
        for a in range(n_level):
            alone = supply_flop[s]
            for own in range(n_own):
                if use[a, own] > 0.0:
                    alone = min(alone, own_limit[s, own] / use[a, own])
            if worth[s, a] * alone > most:
                first, second, of_first, of_second, most = a, a, alone, 0.0, worth[s, a] * alone
            for b in range(n_level):
                for own in range(n_own):
                    apart = use[b, own] - use[a, own]
                    room = own_limit[s, own] - use[a, own] * supply_flop[s]
                    if apart <= 0.0 or room <= 0.0 or room >= apart * supply_flop[s]:
                        continue
                    high = room / apart
                    low = supply_flop[s] - high
                    part = 1.0
                    for other in range(n_own):
                        taken = use[a, other] * low + use[b, other] * high
                        if taken > own_limit[s, other]:
                            part = min(part, own_limit[s, other] / taken)
                    total = (worth[s, a] * low + worth[s, b] * high) * part
                    if total > most:
                        first, second, of_first, of_second, most = a, b, low * part, high * part, total
        for a in range(n_level):
            out[s, a] = 0.0
        out[s, first] += of_first
        out[s, second] += of_second
