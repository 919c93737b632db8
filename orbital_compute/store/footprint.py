"""Bytes that a run will take in memory and on disk, computed before it begins, and the refusal of what cannot fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..catalogue import COORDINATES, QUANTILES, VARIABLES, Variable
from ..errors import WontFitError
from .cut import SATELLITES_PER_SHARD, shard_length
from .limits import available_memory, free_disk
from .shards import KIND_DIM

BLOCK_ROWS = 512
PROGRAM_BYTES = 430_000_000  # interpreter, libraries, kernels while they are compiled; before any satellite
DATASET_BYTES = 3_500  # HDF5's own for each variable in each shard: headers, attributes, links to its scales
AXIS_BYTES = 3_000  # the same of a coordinate, in the shard of axes and in the index
SOURCE_BYTES = 120  # in the index, for each variable and shard
# What shuffle and gzip leave of float64, measured on the shipped scenarios; a sample without eclipses leaves 0.36.
SHARE = {"series": 0.60, "sample": 0.48, "day": 0.62, "satellite": 0.46, "run": 0.025}
COUNT_SHARE = 0.15  # the same of whole numbers
AXIS_SHARE = 0.02  # the same of coordinates, most of them rows that count up

DISK_RESERVE = 0.05  # of the free disk, left free
NAMES = {
    "series": "series by window",
    "sample": "full series of the sample",
    "day": "series by day",
    "satellite": "totals of satellites",
    "run": "totals of the run",
}


@dataclass(frozen=True)
class RunSize:
    """How large a run is, in counts."""

    n_satellite: int
    n_window: int
    n_step: int
    n_shell: int
    n_site: int = 0
    n_class: int = 1
    n_region: int = 1
    n_sample: int = 64
    n_satellite_type: int = 1
    n_arc: int = 0
    n_reason: int = 2
    n_rtt_bin: int = 100
    n_day: int = 0  # of a run with health
    n_error_kind: int = 0  # of a run with soft errors
    n_solar_activity: int = 0  # of a run with air
    n_lease: int = 0
    n_gateway: int = 0  # of a run that follows their links or weather
    n_hour: int = 0  # of a run with classes that have a first token
    n_ttft_bin: int = 0  # the same
    n_gang: int = 0  # classes that train on clusters
    n_gang_place: int = 0
    n_stop_cause: int = 0
    n_cut_place: int = 0  # of a run with lasers
    n_resource: int = 6
    n_trace: int = 0
    n_session_class: int = 0

    def dims(self) -> dict[str, int]:
        """Return the length of each dimension of the dataset."""
        return {
            "time": self.n_window, "sample_time": self.n_step if self.n_sample else 0, "shell": self.n_shell,
            "site": self.n_site, "job_class": self.n_class, "region": self.n_region, "sample": self.n_sample,
            "satellite": self.n_satellite, "quantile": len(QUANTILES), "arc": self.n_arc, "reason": self.n_reason,
            "node_group": self.n_satellite_type + self.n_site, "rtt_bin": self.n_rtt_bin, "stage": 9, "day": self.n_day,
            "error_kind": self.n_error_kind, "solar_activity": self.n_solar_activity,
            "lease": self.n_lease, "gateway": self.n_gateway, "hour": self.n_hour, "ttft_bin": self.n_ttft_bin,
            "gang": self.n_gang, "gang_place": self.n_gang_place,
            "stop_cause": self.n_stop_cause, "cut_place": self.n_cut_place, "resource": self.n_resource,
            "trace": self.n_trace, "session_class": self.n_session_class,
        }  # fmt: skip


@dataclass(frozen=True)
class Footprint:
    """Predicted bytes. `parts` names what makes up the stored numbers, `kept_bytes` is their size uncompressed."""

    size: RunSize
    memory_bytes: int
    disk_bytes: int
    kept_bytes: int
    fixed_bytes: int  # of memory, whatever the number of satellites
    bytes_per_satellite: float
    buffer_bytes: int = 0  # of memory: what writing and reading back hold at most
    parts: dict[str, int] = field(default_factory=dict)


def kind_of(variable: Variable) -> str:
    """Return the kind of shard that holds a variable."""
    for kind, dim in KIND_DIM.items():
        if variable.dims[0] == dim:
            return kind
    return "run"


def predict(
    size: RunSize, *, bytes_per_satellite: float, to_folder: bool = True, names: Iterable[str] = VARIABLES
) -> Footprint:
    """Return the bytes that a run of this size will take.

    `bytes_per_satellite` is what the run's own arrays hold for each satellite (padding to blocks is added here),
    `names` the variables that it stores. Without a folder the stored numbers stay in memory instead.
    """
    dims = size.dims()
    stored = [VARIABLES[name] for name in names if all(dims[dim] for dim in VARIABLES[name].dims)]
    kept = dict.fromkeys(SHARE, 0)
    disk = dict.fromkeys(SHARE, 0.0)
    for variable in stored:
        kind = kind_of(variable)
        plain = _plain_bytes(variable, dims)
        kept[kind] += plain
        disk[kind] += plain * (SHARE[kind] if variable.dtype == "float64" else COUNT_SHARE)
    axes = sum(_plain_bytes(entry, dims) for entry in COORDINATES.values())
    index = len(COORDINATES) * AXIS_BYTES + len(stored) * DATASET_BYTES / 4
    for kind, number in _shards(size, kept).items():
        held = sum(kind_of(variable) == kind for variable in stored)
        disk[kind] += number * (held + _axes_of(kind, stored)) * DATASET_BYTES
        index += number * held * SOURCE_BYTES
    disk_bytes = round(sum(disk.values()) + index + AXIS_SHARE * axes)

    kept_bytes = sum(kept.values())
    rows = -(-size.n_satellite // BLOCK_ROWS) * BLOCK_ROWS
    per_satellite = bytes_per_satellite + (_of_satellites(dims) + kept["satellite"]) / size.n_satellite
    fixed = PROGRAM_BYTES + axes - _of_satellites(dims)
    buffers = _buffers(size, kept) if to_folder else 0
    if to_folder:
        fixed += buffers
    else:
        fixed += 2 * (kept_bytes - kept["satellite"])  # pieces, and the arrays joined from them
        per_satellite += kept["satellite"] / size.n_satellite
    return Footprint(
        size=size, memory_bytes=round(fixed + rows * per_satellite), disk_bytes=disk_bytes if to_folder else 0,
        kept_bytes=kept_bytes, fixed_bytes=fixed, bytes_per_satellite=per_satellite, buffer_bytes=buffers,
        parts={kind: plain for kind, plain in kept.items() if plain},
    )  # fmt: skip


def _plain_bytes(variable: Variable, dims: Mapping[str, int]) -> int:
    item = 32 if variable.dtype == "str" else np.dtype(variable.dtype).itemsize
    total = item
    for length in variable.shape(dims):
        total *= length  # Python's whole numbers do not overflow
    return total


def _shards(size: RunSize, kept: Mapping[str, int]) -> dict[str, int]:
    """Return how many shards of each kind there will be."""
    length = shard_length(size.n_window, (kept["series"] + kept["sample"]) // size.n_window)
    numbers = {
        "series": -(-size.n_window // length),
        "sample": -(-size.n_window // length),
        "day": -(-size.n_window // length),
        "satellite": -(-size.n_satellite // SATELLITES_PER_SHARD),
        "run": 1,
    }
    return {kind: number for kind, number in numbers.items() if kept[kind]}


def _axes_of(kind: str, stored: Iterable[Variable]) -> int:
    used = {dim for variable in stored if kind_of(variable) == kind for dim in variable.dims}
    return sum(entry.dims[0] in used for entry in COORDINATES.values())


def _of_satellites(dims: Mapping[str, int]) -> int:
    return sum(_plain_bytes(entry, dims) for entry in COORDINATES.values() if entry.dims == ("satellite",))


def _buffers(size: RunSize, kept: Mapping[str, int]) -> int:
    """Return what writing and reading back hold at most beside the satellites' own totals.

    While one shard's columns fill, another's are there with the file's image and its copy; then a table of results
    reads series back.
    """
    window = (kept["series"] + kept["sample"]) // size.n_window
    rows = 4 * window * shard_length(size.n_window, window)
    columns = 3 * min(SATELLITES_PER_SHARD, size.n_satellite) * kept["satellite"] // size.n_satellite
    return rows + columns + kept["series"]


def refuse_if_too_large(footprint: Footprint, *, folder: Path | None, output_limit_bytes: int) -> None:
    """Refuse a run whose predicted bytes pass what memory, disk or the limit on output (`output.limit`) allow.

    Raises
    ------
    WontFitError
        With the predicted bytes, the limit and who sets it, and what would fit.
    """
    memory = available_memory()
    if memory is not None and footprint.memory_bytes > memory.bytes:
        raise WontFitError(
            f"the run would take {bytes_text(footprint.memory_bytes)} ({footprint.memory_bytes} bytes) of memory; "
            f"{memory.source} leaves {bytes_text(memory.bytes)}; {_what_fits(footprint, memory.bytes, folder)}.",
            predicted_bytes=footprint.memory_bytes, limit_bytes=memory.bytes,
        )  # fmt: skip
    if folder is None:
        return
    disk = free_disk(folder)
    allowed = round(disk.bytes * (1.0 - DISK_RESERVE))
    limit, source = min((allowed, f"{disk.source} leaves"), (output_limit_bytes, "output.limit allows"))
    raise_it = ", or raise output.limit" if limit < allowed else ""
    if footprint.disk_bytes > limit:
        raise WontFitError(
            f"the run would write {bytes_text(footprint.disk_bytes)} ({footprint.disk_bytes} bytes): "
            f"{_parts(footprint)}; {source} {bytes_text(limit)}; {_sample_that_fits(footprint, limit)}{raise_it}.",
            predicted_bytes=footprint.disk_bytes, limit_bytes=limit,
        )  # fmt: skip


def bytes_text(number: float) -> str:
    """Return a number of bytes with a unit that suits it."""
    for scale, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if number >= scale:
            return f"{number / scale:.3g} {unit}"
    return f"{number / 1e3:.3g} kB"


def _parts(footprint: Footprint) -> str:
    """Return the parts that matter, largest first, uncompressed."""
    parts = sorted(footprint.parts.items(), key=lambda part: -part[1])
    large = [f"{NAMES[kind]} {bytes_text(number)}" for kind, number in parts if number > 0.01 * footprint.kept_bytes]
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
    satellites = int((limit - footprint.fixed_bytes) / footprint.bytes_per_satellite) // BLOCK_ROWS * BLOCK_ROWS
    if satellites < 1:
        return "free memory, or ask for a larger allocation"
    return f"about {satellites} satellites instead of {size.n_satellite} would fit"
