"""Bytes that a run will take in memory and on disk, computed before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..results import COORDINATES, QUANTILES, VARIABLES, Variable
from .recorder import SATELLITES_PER_SHARD, shard_length
from .shards import KIND_DIM

BLOCK_ROWS = 512
PROGRAM_BYTES = 450_000_000  # interpreter, libraries and compiled kernels, before any satellite
DATASET_BYTES = 3_500  # HDF5's own for each variable in each file: headers, attributes, links to its scales
SHARE = {"series": 0.80, "sample": 0.60, "satellite": 0.80, "run": 1.0}  # left by shuffle and gzip, of float64
COUNT_SHARE = 0.35  # the same of whole numbers


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

    def dims(self) -> dict[str, int]:
        """Return the length of each dimension of the dataset."""
        return {
            "time": self.n_window, "sample_time": self.n_step if self.n_sample else 0, "shell": self.n_shell,
            "site": self.n_site, "job_class": self.n_class, "region": self.n_region, "sample": self.n_sample,
            "satellite": self.n_satellite, "quantile": len(QUANTILES), "arc": self.n_arc, "reason": self.n_reason,
            "node_group": self.n_satellite_type + self.n_site, "rtt_bin": self.n_rtt_bin, "stage": 6,
        }  # fmt: skip


@dataclass(frozen=True)
class Footprint:
    """Predicted bytes. `parts` names what makes up the stored numbers, `kept_bytes` is their size uncompressed."""

    size: RunSize
    memory_bytes: int
    disk_bytes: int
    kept_bytes: int
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
    for kind, number in _shards(size, kept).items():
        beside = sum(kind_of(variable) == kind for variable in stored) + _axes_of(kind, stored)
        disk[kind] += number * beside * DATASET_BYTES
    index_bytes = 2 * (len(stored) + len(COORDINATES)) * DATASET_BYTES
    disk_bytes = round(sum(disk.values()) + COUNT_SHARE * axes + index_bytes)
    kept_bytes = sum(kept.values())

    rows = -(-size.n_satellite // BLOCK_ROWS) * BLOCK_ROWS
    memory = PROGRAM_BYTES + rows * bytes_per_satellite + axes
    memory += _buffers(size, kept) if to_folder else 2 * kept_bytes  # pieces and the arrays joined from them
    return Footprint(
        size, round(memory), disk_bytes if to_folder else 0, kept_bytes, {k: v for k, v in kept.items() if v}
    )


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
        "satellite": -(-size.n_satellite // SATELLITES_PER_SHARD),
        "run": 1,
    }
    return {kind: number for kind, number in numbers.items() if kept[kind]}


def _axes_of(kind: str, stored: Iterable[Variable]) -> int:
    used = {dim for variable in stored if kind_of(variable) == kind for dim in variable.dims}
    return sum(entry.dims[0] in used for entry in COORDINATES.values())


def _buffers(size: RunSize, kept: Mapping[str, int]) -> int:
    """Return what writing and reading back hold at most.

    A shard is there as rows, as their stack, as the file's image and as its copy; satellites' totals are there as
    columns and, shard by shard, thrice more; a table of results reads series back.
    """
    window = (kept["series"] + kept["sample"]) // size.n_window
    rows = 4 * window * shard_length(size.n_window, window)
    share = min(SATELLITES_PER_SHARD / size.n_satellite, 1.0)
    return rows + round(kept["satellite"] * (1.0 + 3.0 * share)) + kept["series"]
