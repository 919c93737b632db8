"""The index `results.h5`: one virtual dataset over the shards, with relative names, so that the folder can move.

HDF5 reads a missing shard as fill values without a word. The index is therefore made only from shards that are there,
fit the catalogue and cover their dimension without gap or overlap; the reader checks again before it opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..catalogue import COORDINATES, VARIABLES, Variable
from ..errors import ResultsError
from .shards import KIND_DIM, KINDS, Shard, describe, entry_of, in_memory, write_axes

if TYPE_CHECKING:
    import h5py

FILL = {"f": np.nan, "i": np.iinfo(np.int32).min}  # never seen: a folder with a gap is refused


def check_cover(folder: Path, shards: list[Shard], sizes: Mapping[str, int]) -> None:
    """Check that the shards of each kind that is cut cover their dimension once, in order.

    Raises
    ------
    ResultsError
        Naming the shard before which a piece is missing, or the folder where it is the last.
    """
    for kind, dim in KIND_DIM.items():
        pieces = sorted((shard for shard in shards if shard.kind == kind), key=lambda shard: shard.first)
        reached = 0
        for piece in pieces:
            if piece.first != reached or piece.end <= piece.first:
                what = f"{dim} {reached} to {piece.first} is missing" if piece.first > reached else f"{dim} overlaps"
                raise ResultsError(f"{folder / piece.file}: {what} before this shard", path=str(folder / piece.file))
            reached = piece.end
        if pieces and reached != sizes.get(dim):
            raise ResultsError(
                f"{folder}: {dim} {reached} to {sizes.get(dim)} is missing after {pieces[-1].file}",
                path=str(folder / pieces[-1].file),
            )


def read_axes(folder: Path, shard: Shard) -> dict[str, Any]:
    """Return the coordinates that a shard of axes holds, times as datetime64."""
    import h5py

    axes: dict[str, Any] = {}
    with h5py.File(folder / shard.file, "r") as file:
        for name in file:
            if COORDINATES[name].dtype == "str":
                axes[name] = file[name].asstr()[()]
            elif COORDINATES[name].dtype.startswith("datetime64"):
                unit, _, start = str(file[name].attrs["units"]).partition(" since ")
                axes[name] = np.datetime64(start, "ns") + file[name][()].astype(
                    "timedelta64[s]" if unit == "seconds" else "timedelta64[ns]"
                )
            else:
                axes[name] = file[name][()]
    return axes


def build_index(folder: Path, shards: list[Shard], sizes: Mapping[str, int], attributes: Mapping[str, Any]) -> bytes:
    """Return the bytes of the index over these shards; `sizes` gives the length of each dimension."""
    check_cover(folder, shards, sizes)
    axes = read_axes(folder, next(shard for shard in shards if shard.kind == "axes"))
    if any(shard.kind == "satellite" for shard in shards):
        axes["satellite"] = np.arange(sizes["satellite"])
    with in_memory() as file:
        file.attrs.update(attributes)
        write_axes(file, axes)
        for kind in KINDS:
            _join(file, folder, [shard for shard in shards if shard.kind == kind], sizes, axes)
        file.flush()
        return file.id.get_file_image()


def _join(file: h5py.File, folder: Path, shards: list[Shard], sizes: Mapping[str, int], axes: dict[str, Any]) -> None:
    """Add the variables of one kind, each joined from the shards of that kind."""
    import h5py

    if not shards or shards[0].kind == "axes":
        return
    dim = KIND_DIM.get(shards[0].kind)
    with h5py.File(folder / shards[0].file, "r") as first:
        held = list(first)
    beside = [name for name in held if name in COORDINATES and name not in axes and COORDINATES[name].dims == (dim,)]
    axes.update(dict.fromkeys(beside))
    for name in [*beside, *(name for name in held if name in VARIABLES)]:
        describe(file, _join_variable(file, entry_of(name), shards, sizes, dim), entry_of(name), axes)


def _join_variable(
    file: h5py.File, entry: Variable, shards: list[Shard], sizes: Mapping[str, int], dim: str | None
) -> h5py.Dataset:
    """Return a new virtual dataset that finds a variable in its shards; like all ours, it keeps no time of day."""
    import h5py

    shape = entry.shape(sizes)
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_obj_track_times(False)
    creation.set_fill_value(np.array(FILL[np.dtype(entry.dtype).kind], dtype=entry.dtype))
    for shard in shards:
        part = entry.shape({**sizes, dim: shard.end - shard.first}) if dim else shape
        target, source = h5py.h5s.create_simple(shape), h5py.h5s.create_simple(part)
        target.select_hyperslab((shard.first if dim else 0, *(0 for _ in shape[1:])), part)
        creation.set_virtual(target, shard.file.encode(), entry.name.encode(), source)
    kind, space = h5py.h5t.py_create(np.dtype(entry.dtype), logical=True), h5py.h5s.create_simple(shape)
    return h5py.Dataset(h5py.h5d.create(file.id, entry.name.encode(), kind, space, creation))
