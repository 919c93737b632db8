"""Ranges of rows handed to a few threads; kernels release the interpreter lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BLOCK_ROWS = 512  # the unit of rows, as in the march


def n_processor() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_ranges(work: Callable[[int, int], None], n_row: int, threads: int | None = None) -> None:
    """Call `work(first, last)` until all rows are done, on `threads` threads (as many as processors if None).

    Rows must not depend on one another; then neither the ranges nor the number of threads changes a bit.
    """
    n_thread = threads or n_processor()
    size = max(1, min(BLOCK_ROWS, -(-n_row // n_thread)))
    starts = range(0, n_row, size)
    if n_thread == 1 or len(starts) == 1:
        for first in starts:
            work(first, min(first + size, n_row))
        return
    with ThreadPoolExecutor(n_thread) as pool:
        list(pool.map(lambda first: work(first, min(first + size, n_row)), starts))
