"""Groups whose members lie in one another, by words of 64 truths: what `model.pools` asks in each window."""

import numpy as np

from .._jit import point, sweep

WORD = 64  # truths in one
_ONE, _NONE = np.uint64(1), np.uint64(0)


@point
def place_of(h):
    """Return the bit of the h-th truth in its word: bytes rise, the truths of a byte fall, as numpy packs them."""
    return np.uint64(8 * (h % WORD // 8) + 7 - h % 8)


@point
def has(words, row, h):
    """Return whether the h-th truth of a row of words holds."""
    return (words[row, h // WORD] >> place_of(h)) & _ONE != _NONE


@sweep
def pack_members(feasible, signature, group, out_present, out_words):
    """Pack who is a member of which group, groups without members left out; return how many groups have members.

    Parameters
    ----------
    feasible : bool[n_signature, n_group]
    signature : int64[n], group : int64[m]
        Rows and columns of it that take part.
    out_present : bool[m]
        Whether the group has members.
    out_words : uint64[n, n_word]
        n_word at least m / 64, rounded up.
    """
    out_present[:] = False
    for i in range(signature.size):
        for h in range(group.size):
            out_present[h] |= feasible[signature[i], group[h]]
    out_words[:] = _NONE
    for i in range(signature.size):
        place = 0
        for h in range(group.size):
            if feasible[signature[i], group[h]]:
                out_words[i, place // WORD] |= _ONE << place_of(place)
            place += 1 if out_present[h] else 0
    return np.count_nonzero(out_present)


@sweep
def number_rows(words, order, supply, out_row, out_first, out_words, out_supply):
    """Number equal rows alike, in an order in which they stand together; return how many differ.

    words : uint64[n, n_word]; order : int64[n]; supply : float64[n]; out_row : int64[n], the number of each row;
    out_first : int64[n], out_words : uint64[n, n_word], out_supply : float64[n], of each that differs: the first in the
    order, its words, and the supplies added up as the rows come.
    """
    n_row = 0
    for k in range(order.size):
        other = k == 0
        for word in range(words.shape[1]):
            other |= k > 0 and words[order[k], word] != words[order[k - 1], word]
        if other:
            out_first[n_row] = order[k]
            out_words[n_row] = words[order[k]]
            out_supply[n_row] = 0.0
            n_row += 1
        out_row[order[k]] = n_row - 1
    for i in range(order.size):
        out_supply[out_row[i]] += supply[i]
    return n_row


@sweep
def nest(member, words, out_inside, out_next, out_enter):
    """Find which groups lie in which, and the smallest groups of each row; return how many `next` and `enter` hold.

    Parameters
    ----------
    member : bool[n_row, n_h], words : uint64[n_row, n_word]
        Members by row, plain and packed.
    out_inside : bool[n_h, n_h]
        Members of the row's group all in the column's; of equal groups the first in the later.
    out_next : bool[n_h, n_h]
        The same with no group in between.
    out_enter : bool[n_row, n_h]
        Groups of a row in which no other of its groups lies.
    """
    n_h, n_word = out_inside.shape[0], words.shape[1]
    common = np.full((n_h, n_word), ~_NONE)  # groups that all members of a group are members of
    for i in range(words.shape[0]):
        for h in range(n_h):
            if member[i, h]:
                for word in range(n_word):
                    common[h, word] &= words[i, word]
    inside = np.zeros((n_h, n_word), np.uint64)
    for h in range(n_h):
        for g in range(n_h):
            out_inside[h, g] = has(common, h, g) and (h < g or not has(common, g, h))
            if out_inside[h, g]:
                inside[h, g // WORD] |= _ONE << place_of(g)
    n_next, n_enter = 0, 0
    beyond = np.empty((1, n_word), np.uint64)
    for h in range(n_h):
        beyond[:] = _NONE
        for g in range(n_h):
            if out_inside[h, g]:
                for word in range(n_word):
                    beyond[0, word] |= inside[g, word]
        for g in range(n_h):
            out_next[h, g] = out_inside[h, g] and not has(beyond, 0, g)
            n_next += 1 if out_next[h, g] else 0
    for i in range(words.shape[0]):
        beyond[:] = _NONE
        for h in range(n_h):
            if member[i, h]:
                for word in range(n_word):
                    beyond[0, word] |= inside[h, word]
        for h in range(n_h):
            out_enter[i, h] = member[i, h] and not has(beyond, 0, h)
            n_enter += 1 if out_enter[i, h] else 0
    return n_next, n_enter


@sweep
def list_truths(matrix, out_row, out_column):
    """List where a matrix of truths holds, row by row: int64 each, of as many as hold."""
    k = 0
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            if matrix[i, j]:
                out_row[k], out_column[k] = i, j
                k += 1


@sweep
def crowd_supply(words, supply, crowd, out_member, out):
    """Add up what the members of any group of each set have together.

    words : uint64[n_row, n_word]; supply : float64[n_row]; crowd : bool[n_set, n_h]; out_member : bool[n_set, n_row],
    whether a row is a member; out : float64[n_set].
    """
    asked = np.empty(words.shape[1], np.uint64)
    for s in range(crowd.shape[0]):
        asked[:] = _NONE
        for h in range(crowd.shape[1]):
            if crowd[s, h]:
                asked[h // WORD] |= _ONE << place_of(h)
        total = 0.0
        for i in range(words.shape[0]):
            member = False
            for word in range(words.shape[1]):
                member |= words[i, word] & asked[word] != _NONE
            out_member[s, i] = member
            if member:
                total += supply[i]
        out[s] = total


@sweep
def pool_arcs(n_row, n_h, enters, passes, out_tail, out_head):
    """Write the arcs by which rows fill groups: source to rows, to groups, on to larger groups, to the sink.

    enters : int64[2, n_enter], row and group; passes : int64[2, n_pass], group and group. Nodes: rows, groups, source,
    sink. out_tail, out_head : int64[n_row + n_enter + n_pass + n_h].
    """
    k = 0
    for row in range(n_row):
        out_tail[k], out_head[k] = n_row + n_h, row
        k += 1
    for i in range(enters.shape[1]):
        out_tail[k], out_head[k] = enters[0, i], n_row + enters[1, i]
        k += 1
    for i in range(passes.shape[1]):
        out_tail[k], out_head[k] = n_row + passes[0, i], n_row + passes[1, i]
        k += 1
    for h in range(n_h):
        out_tail[k], out_head[k] = n_row + h, n_row + n_h + 1
        k += 1
