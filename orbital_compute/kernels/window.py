"""A window over a range of tiles: each pass block by block, and what a block leaves settled while it is in the cache.

The ledger of a window lives for one block only: its sums by segment, its histograms and its audit are taken at once.
"""

from typing import NamedTuple

import numpy as np

from .._jit import sweep
from .lanes import LANES
from .ledger import N_SUMMED, OFFERED_FIELDS, audit_rows, count_shells, sum_segments
from .march import BLOCK_TILES, N_LEDGER, Page, march_window, prepare_window

N_OFFERED = len(OFFERED_FIELDS)


class Shells(NamedTuple):
    """How rows group for sums, and the sums of each group of neighbours (`kernels.ledger.segments`)."""

    of_row: np.ndarray  # int32[n_satellite]
    start: np.ndarray  # int64[n_segment + 1], first rows
    offered: np.ndarray  # float64[n_segment, len(OFFERED_FIELDS)], out
    executed: np.ndarray  # float64[n_segment, len(EXECUTED_FIELDS)], out


class Tally(NamedTuple):
    """What the second pass counts and finds over a range of tiles (`kernels.ledger`)."""

    counts: np.ndarray  # int32[n_shell, 3, BIN_COUNT], added to
    low: np.ndarray  # float64[n_shell, 3]
    high: np.ndarray  # float64[n_shell, 3]
    worst: np.ndarray  # float64[4], in the order of AUDIT_FIELDS
    worst_row: np.ndarray  # int64[4]


@sweep
def offer_window(fleet, suns, given, first_tile, last_tile, offer_flop, unit, shells):
    """Plan the window and offer its work over whole blocks of tiles (`kernels.march.prepare_window`), and sum it."""
    lanes, rows = np.empty(LANES), np.empty((BLOCK_TILES, N_OFFERED, LANES))
    segment = np.searchsorted(shells.start, first_tile * LANES)
    for tile in range(first_tile, last_tile, BLOCK_TILES):
        stop, page = tile + BLOCK_TILES, Page(tile, rows)
        prepare_window(fleet, suns, given, tile, stop, offer_flop, unit, page)
        past = np.searchsorted(shells.start[:-1], stop * LANES)
        sum_segments(page, N_OFFERED, shells.start, segment, past, 0, lanes, shells.offered)
        segment = past


@sweep
def execute_window(
    fleet, suns, given, first_tile, last_tile, offer_flop, assigned_flop, executed_flop, sample, shells, tally
):
    """March whole blocks of tiles through a window (`kernels.march.march_window`); sum, count and audit each."""
    lanes, rows = np.empty(LANES), np.empty((BLOCK_TILES, N_LEDGER, LANES))
    segment = np.searchsorted(shells.start, first_tile * LANES)
    for tile in range(first_tile, last_tile, BLOCK_TILES):
        stop, page = tile + BLOCK_TILES, Page(tile, rows)
        march_window(fleet, suns, given, tile, stop, offer_flop, assigned_flop, executed_flop, sample, page)
        past = np.searchsorted(shells.start[:-1], stop * LANES)
        sum_segments(page, N_SUMMED, shells.start, segment, past, 0, lanes, shells.executed)
        sum_segments(Page(0, fleet.state), 1, shells.start, segment, past, N_SUMMED, lanes, shells.executed)
        segment = past
        first, last = tile * LANES, min(stop * LANES, shells.of_row.size)
        count_shells(fleet, page, shells.of_row, first, last, tally.counts, tally.low, tally.high)
        audit_rows(fleet, page, first, last, tally.worst, tally.worst_row)
