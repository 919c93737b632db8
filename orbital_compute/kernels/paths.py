"""Exact shortest paths over links: from seeds to every satellite, by sweeps over blocks of neighbouring rows.

The answer is that of Dijkstra's algorithm to the last bit. Both end where no link improves any distance, and there each
distance is the least, over all ways, of the lengths added from the seed on: rounding keeps the order of sums, so that
least value is one. Sweeps get there sooner on a grid of planes: rows of a plane lie together, a pass up and down a
block carries a distance along it, and blocks are visited upward and downward in turn, only those that a neighbour has
improved. Nothing is sorted and nothing queued, and memory is read in order. A grid with many links lost takes more
rounds, since ways turn more often.

Memory besides the graph (12 bytes a port): 8 bytes a satellite and source, and a byte for each block.
"""

import numpy as np

from .._jit import sweep

BLOCK_BITS = 6  # blocks of 64 rows: long enough to carry far, short enough that few rows are visited in vain
BLOCK = 1 << BLOCK_BITS


@sweep
def shortest_paths(neighbour, length_m, seed_m, first, last, out_m):
    """Write the length of the shortest way to every satellite, for each source.

    Parameters
    ----------
    neighbour : int32[n_satellite, n_port]
        Row at the other end of each port; its own row at a port that is not used. Links go both ways.
    length_m : float64[n_satellite, n_port]
        Of the link at each port, the same at both ends, above zero; infinite where there is none.
    seed_m : float64[n_source, n_satellite]
        Length of the way on which a source reaches a satellite without links between satellites; infinite where none.
    first, last : int
        Range of sources.
    out_m : float64[n_source, n_satellite]
        Infinite where no way leads.
    """
    n, n_port = neighbour.shape
    n_block = (n + BLOCK - 1) >> BLOCK_BITS
    due = np.zeros(n_block, np.uint8)
    for source in range(first, last):
        far_m = out_m[source]
        for i in range(n):
            far_m[i] = seed_m[source, i]
            if seed_m[source, i] < np.inf:
                due[i >> BLOCK_BITS] = 1
                for p in range(n_port):
                    due[neighbour[i, p] >> BLOCK_BITS] = 1
        upward, more = True, True
        while more:
            more = False
            for k in range(n_block):
                block = k if upward else n_block - 1 - k
                if due[block] == 0:
                    continue
                due[block] = 0
                more = True
                low = block << BLOCK_BITS
                high = min(low + BLOCK, n)
                improved = False
                for i in range(low, high):
                    best = far_m[i]
                    for p in range(n_port):
                        best = min(best, far_m[neighbour[i, p]] + length_m[i, p])
                    if best < far_m[i]:
                        far_m[i] = best
                        improved = True
                        for p in range(n_port):
                            j = neighbour[i, p]
                            # the passes themselves carry on to the next row of this block
                            beside = low <= j < high and -1 <= j - i <= 1
                            if best + length_m[i, p] < far_m[j] and not beside:
                                due[j >> BLOCK_BITS] = 1
                if not improved:
                    continue
                for i in range(high - 1, low - 1, -1):
                    best = far_m[i]
                    for p in range(n_port):
                        best = min(best, far_m[neighbour[i, p]] + length_m[i, p])
                    if best < far_m[i]:
                        far_m[i] = best
                        for p in range(n_port):
                            j = neighbour[i, p]
                            beside = low <= j < high and -1 <= j - i <= 1
                            if best + length_m[i, p] < far_m[j] and not beside:
                                due[j >> BLOCK_BITS] = 1
            upward = not upward


@sweep
def way_back(neighbour, length_m, seed_m, far_m, row, out_row):
    """Write the satellites of a shortest way, from a row back to the one that its source reaches; return how many.

    Parameters
    ----------
    neighbour, length_m
        As in `shortest_paths`.
    seed_m, far_m : float64[n_satellite]
        Of one source: its seeds, and the answer.
    row : int
        A satellite that is reached.
    out_row : int32[n]
        As long as the way may be; a longer one is cut.

    Returns
    -------
    int
        Satellites on the way, beyond `n` where it was cut. Among ways of one length the first port wins.
    """
    count, i = 0, row
    while True:
        if count < out_row.size:
            out_row[count] = i
        count += 1
        if seed_m[i] <= far_m[i]:
            return count
        before = i
        for p in range(neighbour.shape[1]):
            j = neighbour[i, p]
            if far_m[j] + length_m[i, p] == far_m[i]:
                before = j
                break
        if before == i or count > far_m.size:
            return count
        i = before
