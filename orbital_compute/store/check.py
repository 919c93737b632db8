"""Whether a result folder holds what its run wrote: every file, every byte, and all that belongs together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ResultsError
from ..results import dataset_attributes
from .checkpoint import newest_checkpoint
from .files import INDEX, our_shards
from .index import build_index, check_cover
from .manifest import read_manifest
from .reader import check_file, listed_shards
from .shards import Shard


@dataclass(frozen=True)
class Findings:
    """What a look at a result folder found. `n_done` counts the windows that are safe, None where all are."""

    status: str  # "complete", or "unfinished"
    n_done: int | None
    n_file: int
    n_byte: int
    problems: tuple[str, ...]


def check_folder(folder: Path) -> Findings:
    """Return what stands in a result folder, with every fault that is found.

    Every file's size and SHA-256, every chunk's check sum, no gap and no overlap between shards, and the index made
    anew from the shards has the same bytes. Of an unfinished run, the checkpoint and what it counts on.

    Raises
    ------
    ResultsError
        The folder holds no manifest that can be read.
    """
    manifest = read_manifest(folder)
    problems: list[str] = []
    if manifest["status"] != "complete":
        return _unfinished(folder, problems)
    shards = listed_shards(folder, manifest)
    _check_shards(folder, shards, problems)
    _noted(problems, check_cover, folder, shards, manifest["sizes"])
    index = manifest["index"]
    if not isinstance(index, dict) or index.get("file") != INDEX:
        problems.append(f"{folder}: the manifest names no index {INDEX}")
    else:
        _noted(problems, check_file, folder / INDEX, index["bytes"], index["sha256"], None)
        if not problems:
            content = build_index(folder, shards, manifest["sizes"], dataset_attributes(manifest))
            if hashlib.sha256(content).hexdigest() != index["sha256"]:
                problems.append(f"{folder / INDEX}: made anew from the shards, it has other bytes")
    listed = {folder / shard.file for shard in shards}
    problems += [f"{path}: no part of this run" for path in our_shards(folder) if path not in listed]
    n_byte = sum(shard.bytes for shard in shards) + (index["bytes"] if isinstance(index, dict) else 0)
    return Findings("complete", None, len(shards) + 1, n_byte, tuple(problems))


def _unfinished(folder: Path, problems: list[str]) -> Findings:
    found = _noted(problems, newest_checkpoint, folder)
    shards = [] if found is None else listed_shards(folder, {"shards": found.facts["recorder"]["shards"]})
    _check_shards(folder, shards, problems)
    n_byte = sum(shard.bytes for shard in shards)
    return Findings("unfinished", 0 if found is None else found.n_done, len(shards), n_byte, tuple(problems))


def _check_shards(folder: Path, shards: list[Shard], problems: list[str]) -> None:
    for shard in shards:
        path = folder / shard.file
        before = len(problems)
        _noted(problems, check_file, path, shard.bytes, shard.sha256, None)
        if len(problems) == before:
            _noted(problems, _read_through, path)


def _read_through(path: Path) -> None:
    """Read every dataset of a shard, which verifies the check sum of each chunk."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            for name in file:
                np.asarray(file[name])
    except OSError as error:
        raise ResultsError(f"{path}: damaged inside ({error})", path=str(path)) from error


def _noted(problems: list[str], check: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a check gives; what it raises becomes a line among the problems, and it gives None."""
    try:
        return check(*arguments)
    except ResultsError as error:
        problems.append(str(error))
        return None
