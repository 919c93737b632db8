"""Refuse, before it begins, a run that cannot fit."""

from __future__ import annotations

from pathlib import Path

from ..errors import WontFitError
from .footprint import PROGRAM_BYTES, Footprint
from .limits import available_memory, free_disk

OUTPUT_LIMIT_BYTES = 100_000_000_000  # more than this is a slip until the user says otherwise
DISK_RESERVE = 0.05  # of the free disk, left free
NAMES = {
    "series": "series by window",
    "sample": "full series of the sample",
    "satellite": "totals of satellites",
    "run": "totals of the run",
}


def refuse_if_too_large(
    footprint: Footprint, *, folder: Path | None, output_limit_bytes: int = OUTPUT_LIMIT_BYTES
) -> None:
    """Refuse a run whose predicted bytes pass what memory, disk or the limit on output allow.

    Raises
    ------
    WontFitError
        With the predicted bytes, the limit and who sets it, and what would fit.
    """
    memory = available_memory()
    if memory is not None and footprint.memory_bytes > memory.bytes:
        raise WontFitError(
            f"the run would take {_text(footprint.memory_bytes)} ({footprint.memory_bytes} bytes) of memory; "
            f"{memory.source} leaves {_text(memory.bytes)}; {_what_fits(footprint, memory.bytes, folder)}.",
            predicted_bytes=footprint.memory_bytes, limit_bytes=memory.bytes,
        )  # fmt: skip
    if folder is None:
        return
    disk = free_disk(folder)
    allowed = round(disk.bytes * (1.0 - DISK_RESERVE))
    limit, source = min((allowed, f"{disk.source} leaves"), (output_limit_bytes, "the limit on a run's output is"))
    if footprint.disk_bytes > limit:
        raise WontFitError(
            f"the run would write {_text(footprint.disk_bytes)} ({footprint.disk_bytes} bytes): {_parts(footprint)}; "
            f"{source} {_text(limit)}; {_sample_that_fits(footprint, limit)}.",
            predicted_bytes=footprint.disk_bytes, limit_bytes=limit,
        )  # fmt: skip


def _text(number: int) -> str:
    for scale, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if number >= scale:
            return f"{number / scale:.3g} {unit}"
    return f"{number / 1e3:.3g} kB"


def _parts(footprint: Footprint) -> str:
    """Return the parts that matter, largest first, uncompressed."""
    parts = sorted(footprint.parts.items(), key=lambda part: -part[1])
    large = [f"{NAMES[kind]} {_text(number)}" for kind, number in parts if number > 0.01 * footprint.kept_bytes]
    return ", ".join(large) + " before compression"


def _sample_that_fits(footprint: Footprint, limit: int) -> str:
    """Return the largest sample that would fit, or else that nothing but fewer windows or shells helps."""
    size = footprint.size
    per_sample = footprint.parts.get("sample", 0) / max(size.n_sample, 1) * footprint.disk_bytes / footprint.kept_bytes
    over = footprint.disk_bytes - limit
    fewer = size.n_sample - -(-over // per_sample) if per_sample else -1
    if fewer >= 1:
        return (
            f"a sample of {int(fewer)} satellites instead of {size.n_sample} would fit, or a step longer in proportion"
        )
    share = limit / footprint.disk_bytes
    return f"{share:.0%} of this duration would fit, or longer windows and steps"


def _what_fits(footprint: Footprint, limit: int, folder: Path | None) -> str:
    size = footprint.size
    if folder is None and footprint.kept_bytes > footprint.memory_bytes / 4:
        return "give an output folder, so that results go to disk, or a smaller sample"
    per_satellite = (footprint.memory_bytes - PROGRAM_BYTES) / size.n_satellite
    satellites = int((limit - PROGRAM_BYTES) / per_satellite)
    if satellites < 1:
        return "free memory, or ask for a larger allocation"
    return f"about {satellites} satellites instead of {size.n_satellite} would fit"
