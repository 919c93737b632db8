"""Checkpoints: all that a run needs to go on, in one file of a result folder.

A checkpoint is named after the windows that are done and its own SHA-256, so that a damaged one shows itself. It gets
its name when it is whole and on the disk, and only then is the one before removed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import ResultsError
from .files import CHECKPOINT_PART, OUR_CHECKPOINT, new_file, our_checkpoints, put_in_place, sha256

FACTS = "facts.json"  # beside the arrays in the archive
DIGITS = 32  # of the SHA-256 in the name
DATE = (1980, 1, 1, 0, 0, 0)  # of every member: equal states make equal files
PIECE_BYTES = 1 << 24


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds: arrays by name, and facts as JSON has them."""

    n_done: int  # windows
    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]
    path: Path


class _Summed(io.RawIOBase):
    """A stream that sums what goes through it to a file, and cannot go back in it."""

    def __init__(self, file: BinaryIO):
        self._file, self.digest = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self._file.write(data)
        return memoryview(data).nbytes


def write_checkpoint(folder: Path, n_done: int, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> Path:
    """Write a checkpoint after `n_done` windows, and then remove older ones. Arrays are written from where they are.

    Raises
    ------
    ResultsError
        The disk is full or cannot be written; the checkpoint before stays.
    """
    part = folder / CHECKPOINT_PART
    with new_file(part) as file:
        summed = _Summed(file)
        with zipfile.ZipFile(summed, "w", zipfile.ZIP_STORED) as archive:
            with archive.open(zipfile.ZipInfo(FACTS, DATE), "w") as member:
                member.write(json.dumps(dict(facts)).encode())
            for name, values in arrays.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy", DATE), "w", force_zip64=True) as member:
                    _write_array(member, np.asarray(values))
    path = folder / f"checkpoint-{n_done:09d}-{summed.digest.hexdigest()[:DIGITS]}.npz"
    put_in_place(part, path)
    for older in our_checkpoints(folder):
        if older != path:
            older.unlink(missing_ok=True)
    return path


def _write_array(member: Any, values: np.ndarray) -> None:
    """Write an array as NumPy's format has it, a piece at a time and without a copy of the whole."""
    values = np.asarray(values, order="C")
    np.lib.format.write_array_header_2_0(member, np.lib.format.header_data_from_array_1_0(values))
    data = values.reshape(-1).view(np.uint8) if values.size else np.zeros(0, np.uint8)
    for first in range(0, data.size, PIECE_BYTES):
        member.write(data[first : first + PIECE_BYTES].data)


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint of a folder, shown to be as it was written; None if there is none.

    Raises
    ------
    ResultsError
        It is damaged.
    """
    found = our_checkpoints(folder)
    if not found:
        return None
    path = found[-1]
    named = OUR_CHECKPOINT.fullmatch(path.name)
    assert named is not None
    n_done, digest = named.groups()
    if path.is_symlink() or not sha256(path).startswith(digest):
        what = f"{path}: its SHA-256 is not that of its name; the file is damaged"
        raise ResultsError(f"{what}; remove it, and the run goes on from its start", path=str(path))
    with zipfile.ZipFile(path) as archive:
        facts = json.loads(archive.read(FACTS))
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if name != FACTS}
    return Checkpoint(int(n_done), arrays, facts, path)


def remove_checkpoints(folder: Path) -> None:
    """Remove all checkpoints of a folder: its run is complete."""
    (folder / CHECKPOINT_PART).unlink(missing_ok=True)
    for path in our_checkpoints(folder):
        path.unlink(missing_ok=True)
