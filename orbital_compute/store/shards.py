"""Immutable HDF5 shards: parts of the dataset along windows, steps or satellites, each a whole netCDF-4 file.

A shard is made in memory and written by plain file calls, so that a full disk is an ordinary error and its SHA-256 is
that of the bytes meant to be written. Equal contents give equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..catalogue import COORDINATES, VARIABLES, Variable, attributes, coordinates_of
from .chunks import COMPRESSION_LEVEL, filtered_chunk
from .files import SHARD_FOLDER, write_durably

if TYPE_CHECKING:
    import h5py

KINDS = ("axes", "series", "sample", "day", "satellite", "run")
KIND_DIM = {
    "series": "time",
    "sample": "sample_time",
    "day": "day",
    "satellite": "satellite",
}  # the dimension that a kind is cut along
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Shard:
    """What the manifest says of a shard: its file, and the range of its kind's dimension that it holds."""

    file: str
    kind: str
    first: int
    end: int  # one past the last
    bytes: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Return the manifest's entry."""
        return asdict(self)


class ShardWriter:
    """Writes shards into a folder and keeps the list of what stands there."""

    def __init__(self, folder: Path, dataset_attributes: Mapping[str, Any], shards: Sequence[Shard] = ()):
        self.folder = folder
        self.shards = list(shards)
        self._attributes = dict(dataset_attributes)

    def write(self, kind: str, first: int, end: int, arrays: Mapping[str, Any], axes: Mapping[str, Any]) -> Shard:
        """Write one shard: variables and coordinates of the catalogue, cut to [first, end) of the kind's dimension.

        `axes` holds the coordinates of every dimension that the arrays use; only those that are used are written.
        """
        number = sum(shard.kind == kind for shard in self.shards)
        name = f"{SHARD_FOLDER}/{kind}-{number:06d}.h5"
        used = {dim for variable in arrays for dim in entry_of(variable).dims}
        kept = {axis: values for axis, values in axes.items() if kind == "axes" or COORDINATES[axis].dims[0] in used}
        content = image(arrays, kept, {**self._attributes, "shard": kind, "first": first, "end": end})
        write_durably(self.folder / name, content)
        shard = Shard(name, kind, first, end, len(content), hashlib.sha256(content).hexdigest())
        self.shards.append(shard)
        return shard


def entry_of(name: str) -> Variable:
    """Return the catalogue's entry of a variable or coordinate."""
    return VARIABLES.get(name) or COORDINATES[name]


def image(arrays: Mapping[str, Any], axes: Mapping[str, Any], file_attributes: Mapping[str, Any]) -> bytes:
    """Return the bytes of a netCDF-4 file that holds these coordinates and variables."""
    with in_memory() as file:
        file.attrs.update(file_attributes)
        write_axes(file, axes)
        for name, values in arrays.items():
            dataset = _create(file, VARIABLES[name], np.asarray(values, dtype=VARIABLES[name].dtype))
            describe(file, dataset, VARIABLES[name], axes)
        file.flush()
        return file.id.get_file_image()


def in_memory() -> h5py.File:
    """Return a new HDF5 file in memory that keeps the order of its names and no time of day."""
    import h5py

    in_order = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_link_creation_order(in_order)
    creation.set_attr_creation_order(in_order)
    creation.set_obj_track_times(False)
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    return h5py.File(h5py.h5f.create(b"image", h5py.h5f.ACC_TRUNC, creation, access))


def write_axes(file: h5py.File, axes: Mapping[str, Any]) -> None:
    """Write coordinates; a dimension's own becomes its scale, first, since the others attach to it."""
    import h5py

    own = [name for name in axes if COORDINATES[name].dims == (name,)]
    for name in own + [name for name in axes if name not in own]:
        entry = COORDINATES[name]
        if entry.dtype == "str":
            texts = np.asarray(axes[name], dtype=str).astype(object)
            dataset = file.create_dataset(name, data=texts, dtype=h5py.string_dtype())
        elif entry.dtype.startswith("datetime64"):
            numbers, units = cf_time(np.asarray(axes[name]))
            dataset = _create(file, entry, numbers)
            dataset.attrs.update({"units": units, "calendar": "proleptic_gregorian"})
        else:
            dataset = _create(file, entry, np.asarray(axes[name], dtype=entry.dtype))
        if name in own:
            dataset.make_scale(name)
        describe(file, dataset, entry, axes)


def describe(file: h5py.File, dataset: h5py.Dataset, entry: Variable, axes: Mapping[str, Any]) -> None:
    """Give a dataset its CF attributes and attach the scales of its dimensions."""
    import h5py

    texts = attributes(entry)
    if entry.name not in COORDINATES:
        beside = coordinates_of(entry.dims, axes)
        texts = {**texts, "coordinates": " ".join(beside)} if beside else texts
    kind, space = h5py.h5t.py_create(h5py.string_dtype(), logical=True), h5py.h5s.create(h5py.h5s.SCALAR)
    for name, text in texts.items():  # as dataset.attrs does it, in a quarter of the time
        h5py.h5a.create(dataset.id, name.encode(), kind, space).write(np.array(text, h5py.string_dtype()))
    if entry.dims != (entry.name,):
        for i_dim, dim in enumerate(entry.dims):
            h5py.h5ds.attach_scale(dataset.id, h5py.h5d.open(file.id, dim.encode()), i_dim)


def cf_time(times: np.ndarray) -> tuple[np.ndarray, str]:
    """Return datetime64 as whole numbers after the first, and their CF unit: seconds where whole, else nanoseconds."""
    nanoseconds = times.astype("datetime64[ns]").astype(np.int64)
    start = nanoseconds[0] // 1_000_000_000
    stamp = str(np.datetime64(int(start), "s")).replace("T", " ")  # without a zone: UTC, by CF
    after = nanoseconds - start * 1_000_000_000
    if np.any(after % 1_000_000_000):
        return after, f"nanoseconds since {stamp}"
    return after // 1_000_000_000, f"seconds since {stamp}"


def _create(file: h5py.File, entry: Variable, values: np.ndarray) -> h5py.Dataset:
    """Return a new dataset that holds the values, in chunks filtered here (`chunks`)."""
    chunk = chunk_shape(values.shape, values.dtype.itemsize)
    dataset = file.create_dataset(
        entry.name, shape=values.shape, dtype=values.dtype, chunks=chunk,
        compression="gzip", compression_opts=COMPRESSION_LEVEL, shuffle=True, fletcher32=True,
    )  # fmt: skip
    behind = (0,) * (values.ndim - 1)
    for first in range(0, len(values), chunk[0]):
        part = values[first : first + chunk[0]]
        if len(part) < chunk[0]:  # every chunk has its whole size, the last one too
            part = np.concatenate([part, np.zeros((chunk[0] - len(part), *part.shape[1:]), part.dtype)])
        dataset.id.write_direct_chunk((first, *behind), filtered_chunk(part))
    return dataset


def chunk_shape(shape: tuple[int, ...], item_bytes: int) -> tuple[int, ...]:
    """Return the whole shape, cut along its first dimension to like chunks of at most about 1 MiB."""
    row_bytes = item_bytes * int(np.prod(shape[1:], dtype=np.int64))
    most = max(CHUNK_BYTES // max(row_bytes, 1), 1)
    n_chunk = -(-max(shape[0], 1) // most)
    return (max(-(-shape[0] // n_chunk), 1), *shape[1:])
