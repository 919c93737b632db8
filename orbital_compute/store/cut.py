"""Where a run's numbers are cut into shards: by the run's sizes alone, never by time taken."""

from __future__ import annotations

WINDOWS_PER_SHARD = 48
SHARDS_PER_RUN = 32  # long runs get longer shards, as far as memory allows
BUFFER_BYTES = 64 * 1024 * 1024  # of series and of sample, held between two shards
SATELLITES_PER_SHARD = 512 * 512  # 512 blocks


def shard_length(n_window: int, window_bytes: int) -> int:
    """Return how many windows a shard holds, for so many bytes of series and sample a window."""
    room = BUFFER_BYTES // max(window_bytes, 1)
    return max(1, min(max(WINDOWS_PER_SHARD, -(-n_window // SHARDS_PER_RUN)), room))
