"""What the window loop writes to: rows of a window, totals of satellites and of the run, in memory or in a folder."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..analysis.waterfall import ORBIT_STAGES, SITE_STAGES, STAGES, orbit_flop, site_flop
from ..catalogue import COORDINATES, VARIABLES
from ..results import Results, dataset_attributes
from . import cut
from .files import INDEX, write_durably
from .index import build_index
from .manifest import write_manifest
from .reader import listed_shards, open_index
from .shards import Shard, ShardWriter

MANIFEST_INTERVAL_S = 1.0  # the manifest is not written anew more often than this,
MANIFEST_SHARE = 0.01  # nor for more than this share of the time


class Column(NamedTuple):
    """A variable's numbers in the windows of a shard, as far as they have come."""

    dim: str  # time or sample_time
    shape: tuple[int, ...]  # of what a window records
    rows: int  # of `values` that a window fills
    values: np.ndarray


class Kept(NamedTuple):
    """What a recorder holds between two windows: arrays by kind and name, and facts as JSON has them."""

    arrays: dict[str, dict[str, np.ndarray]]
    facts: dict[str, Any]


class Sink(Protocol):
    """Where a recorder puts what it has gathered."""

    def put(self, kind: str, first: int, end: int, arrays: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
        """Take the variables of one kind over [first, end) of the kind's dimension, with their coordinates."""

    def series(self, name: str) -> np.ndarray | None:
        """Return a whole series that was put, None if the run has none of this name."""

    def finish(self, manifest: dict[str, Any], axes: dict[str, Any]) -> Results:
        """Return the results, all put."""

    def close(self) -> None:
        """Wait for what is under way; nothing is put after it."""


class MemorySink:
    """Keeps everything in memory; writes no file."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[np.ndarray]] = {}

    def put(self, kind: str, first: int, end: int, arrays: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
        """Keep the arrays, in the order in which they come."""
        for name, values in arrays.items():
            self._pieces.setdefault(name, []).append(values)

    def series(self, name: str) -> np.ndarray | None:
        """Return a variable joined from its pieces."""
        pieces = self._pieces.get(name)
        return None if pieces is None else np.concatenate(pieces)

    def finish(self, manifest: dict[str, Any], axes: dict[str, Any]) -> Results:
        """Return results that hold the arrays."""
        arrays = {name: np.concatenate(pieces) for name, pieces in self._pieces.items()}
        self._pieces.clear()
        return Results.from_arrays(arrays, axes, {**manifest, "status": "complete"})

    def close(self) -> None:
        """Do nothing: nothing is under way."""


class FolderSink:
    """Writes shards into a prepared folder, the manifest beside them, and the index at the end.

    A thread of its own makes shards while the run goes on, one after another; of each kind one is taken when the last
    of that kind is on the disk. What goes wrong there is raised by a later call.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], axes: dict[str, Any], shards: list[Shard] | None = None):
        self.folder = folder
        self._manifest = manifest
        self._writer = ShardWriter(folder, dataset_attributes(manifest), shards or [])
        self._manifest["shards"] = [shard.as_dict() for shard in self._writer.shards]
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shards")
        self._under_way: list[tuple[str, Future[None]]] = []
        write_manifest(folder, manifest)
        self._due_s = time.monotonic() + MANIFEST_INTERVAL_S
        if not self._writer.shards:
            axes = {name: values for name, values in axes.items() if COORDINATES[name].dims != ("satellite",)}
            self.put("axes", 0, 1, {}, axes)

    def put(self, kind: str, first: int, end: int, arrays: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
        """Have one shard written; the arrays must not change any more."""
        while any(kind == other for other, _ in self._under_way):
            self._under_way.pop(0)[1].result()
        self._under_way.append((kind, self._thread.submit(self._write, kind, first, end, arrays, axes)))

    def _write(self, kind: str, first: int, end: int, arrays: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
        """Write one shard and, now and then, the manifest that lists it."""
        self._writer.write(kind, first, end, arrays, axes)
        self._manifest["shards"] = [shard.as_dict() for shard in self._writer.shards]
        begun_s = time.monotonic()
        if begun_s >= self._due_s:
            write_manifest(self.folder, self._manifest)
            now_s = time.monotonic()
            self._due_s = now_s + max(MANIFEST_INTERVAL_S, (now_s - begun_s) / MANIFEST_SHARE)

    def shards(self) -> list[dict[str, Any]]:
        """Return the manifest's entries of all that was put, written by now."""
        self._wait()
        return [shard.as_dict() for shard in self._writer.shards]

    def _wait(self) -> None:
        """Wait until all that was put is written, and raise what went wrong with it."""
        while self._under_way:
            self._under_way.pop(0)[1].result()

    def series(self, name: str) -> np.ndarray | None:
        """Return a series read back from its shards."""
        import h5py

        self._wait()
        pieces = []
        for shard in self._writer.shards:
            if shard.kind == "series":
                with h5py.File(self.folder / shard.file, "r") as file:
                    if name not in file:
                        return None
                    pieces.append(file[name][()])
        return np.concatenate(pieces) if pieces else None

    def finish(self, manifest: dict[str, Any], axes: dict[str, Any]) -> Results:
        """Write the index and the final manifest, and return the results opened from the folder."""
        self.close()
        content = build_index(self.folder, self._writer.shards, manifest["sizes"], dataset_attributes(manifest))
        write_durably(self.folder / INDEX, content)
        index = {"file": INDEX, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        final = {**manifest, "shards": self._manifest["shards"], "index": index, "status": "complete"}
        write_manifest(self.folder, final)
        return Results(final, lambda: open_index(self.folder / INDEX), path=self.folder)

    def close(self) -> None:
        """End the thread when what it does is done."""
        try:
            self._wait()
        finally:
            self._thread.shutdown()


class Recorder:
    """Gathers a run's numbers and hands them to a sink in whole shards.

    Parameters
    ----------
    manifest : dict
        From `new_manifest`.
    coordinates : mapping of coordinate name to values
        All dimensions that the run has. Variables over a dimension that is absent or empty are not kept.
    folder : Path, optional
        A folder from `prepare_folder`; without it everything stays in memory.
    kept : Kept, optional
        What `keep` gave for a folder whose run goes on.
    """

    def __init__(
        self, manifest: dict[str, Any], coordinates: Mapping[str, Any], *, folder: Path | None = None,
        kept: Kept | None = None,
    ):  # fmt: skip
        axes = {**coordinates, "stage": STAGES}
        sizes = {name: len(values) for name, values in axes.items() if COORDINATES[name].dims == (name,)}
        self._sizes = {dim: size for dim, size in sizes.items() if size}
        self._axes = {name: np.asarray(v) for name, v in axes.items() if COORDINATES[name].dims[0] in self._sizes}
        self._manifest = {**manifest, "sizes": self._sizes}
        self._n_window = sizes["time"]
        self._steps = sizes.get("sample_time", 0) // self._n_window
        self._absent = {name for name in VARIABLES if not self._has(name)}
        self._columns: dict[str, Column] = {}
        self._first = self._next = 0
        self._satellite = 0
        self._days: dict[str, list[np.ndarray]] = {}
        self._first_day = self._next_day = 0
        self._windows_per_shard = 0
        if folder is None:
            self._sink: Sink = MemorySink()
        else:
            shards = [] if kept is None else listed_shards(folder, {"shards": kept.facts["shards"]})
            self._sink = FolderSink(folder, self._manifest, self._axes, shards)
        if kept is not None:
            self._take_up(kept)

    def keep(self) -> Kept:
        """Return what the recorder of a folder holds between two windows; what it has put is on the disk.

        Arrays are its own, not copies: use them before the next window is recorded.
        """
        assert isinstance(self._sink, FolderSink), "a run in memory cannot go on elsewhere"
        done = self._next - self._first
        columns = {name: column.values[: done * column.rows] for name, column in self._columns.items()}
        days = {name: np.stack(rows) for name, rows in self._days.items() if rows}
        facts = {
            "shards": self._sink.shards(),
            "columns": {name: [column.dim, column.shape, column.rows] for name, column in self._columns.items()},
            "windows_per_shard": self._windows_per_shard,
            "windows": [self._first, self._next],
            "days": [self._first_day, self._next_day],
        }
        return Kept({"column": columns, "day": days}, facts)

    def _take_up(self, kept: Kept) -> None:
        """Go on from what `keep` gave."""
        facts = kept.facts
        self._first, self._next = facts["windows"]
        self._first_day, self._next_day = facts["days"]
        self._windows_per_shard = facts["windows_per_shard"]
        for name, (dim, shape, rows) in facts["columns"].items():
            whole = (rows, *shape[1:]) if dim == "sample_time" else (1, *shape)
            self._columns[name] = Column(dim, tuple(shape), rows, np.empty(whole, VARIABLES[name].dtype))
        self._make_room()
        for name, values in kept.arrays["column"].items():
            self._columns[name].values[: len(values)] = values
        self._days = {name: list(rows) for name, rows in kept.arrays["day"].items()}

    def record_window(self, window: int, rows: Mapping[str, Any]) -> None:
        """Record one window's rows; windows come in order.

        A variable over (time, ...) gives an array of its other dimensions; one over (sample_time, sample) gives
        [steps of a window, n_sample]. Every window records the same variables. Arrays are copied.
        """
        if window != self._next:
            raise ValueError(f"window {window} recorded where {self._next} was due")
        kept = rows.keys() - self._absent
        if not self._columns:
            self._columns = {name: self._column(name, rows[name]) for name in rows if name in kept}
            window_bytes = sum(column.values.nbytes for column in self._columns.values())
            self._windows_per_shard = cut.shard_length(self._n_window, window_bytes)
            self._make_room()
        if kept != self._columns.keys():
            raise ValueError(f"window {window} records other variables: {sorted(kept ^ self._columns.keys())}")
        at = window - self._first
        for name, column in self._columns.items():
            if np.shape(rows[name]) != column.shape:
                self._check(name, column.dim, np.shape(rows[name]), column.shape)
            column.values[at * column.rows : (at + 1) * column.rows] = rows[name]
        self._next = window + 1
        if self._next - self._first == self._windows_per_shard or self._next == self._n_window:
            self._flush()

    def record_day(self, day: int, rows: Mapping[str, Any]) -> None:
        """Record one day's rows, each variable over (day, ...) without its first dimension; days come in order.

        A day is recorded before the window in which it begins. Every day records the same variables; arrays are copied.
        """
        if day != self._next_day:
            raise ValueError(f"day {day} recorded where {self._next_day} was due")
        kept = {name: np.array(rows[name], VARIABLES[name].dtype) for name in rows if name not in self._absent}
        for name, values in kept.items():
            self._check(name, "day", values.shape, VARIABLES[name].shape(self._sizes)[1:])
        if self._days and kept.keys() != self._days.keys():
            raise ValueError(f"day {day} records other variables: {sorted(kept.keys() ^ self._days.keys())}")
        for name, values in kept.items():
            self._days.setdefault(name, []).append(values)
        self._next_day = day + 1

    def record_satellites(self, columns: Mapping[str, Any], *, first: int = 0) -> None:
        """Record totals of the satellites from row `first` on, in order and without gaps."""
        if first != self._satellite:
            raise ValueError(f"satellite {first} recorded where {self._satellite} was due")
        length = len(next(iter(columns.values())))
        here = {name: v for name, v in self._axes.items() if COORDINATES[name].dims == ("satellite",)}
        for start in range(0, length, cut.SATELLITES_PER_SHARD):
            end = min(start + cut.SATELLITES_PER_SHARD, length)
            arrays = {}
            for name, values in columns.items():
                self._check(name, "satellite", np.shape(values), (length,))
                arrays[name] = np.array(values[start:end], dtype=VARIABLES[name].dtype)
            axes = {name: values[first + start : first + end] for name, values in here.items()}
            self._sink.put("satellite", first + start, first + end, arrays, axes)
        self._satellite = first + length

    def finish(
        self, totals: Mapping[str, Any], *, warnings: list[str] | None = None,
        durations_s: Mapping[str, float] | None = None,
    ) -> Results:  # fmt: skip
        """Record the totals of the run, close it and return its results.

        `totals` holds the variables that have no dimension of time or satellite (`drop_reason`, `round_trip_count`);
        the waterfall is added from the series. Warnings and durations go into the manifest.
        """
        if self._next != self._n_window or self._satellite != self._sizes.get("satellite", 0):
            raise ValueError(f"recorded {self._next} of {self._n_window} windows, {self._satellite} satellites")
        if self._next_day != self._sizes.get("day", 0):
            raise ValueError(f"recorded {self._next_day} of {self._sizes.get('day', 0)} days")
        arrays = {}
        for name, values in {**totals, **self._waterfall()}.items():
            if name not in self._absent:
                self._check(name, "", np.shape(values), VARIABLES[name].shape(self._sizes))
                arrays[name] = np.asarray(values, dtype=VARIABLES[name].dtype)
        self._sink.put("run", 0, 1, arrays, self._axes)
        manifest = {
            **self._manifest,
            "finished": datetime.now(UTC).isoformat(),
            "durations_s": dict(durations_s or {}),
            "warnings": list(warnings or []),
        }
        return self._sink.finish(manifest, self._axes)

    def close(self) -> None:
        """Wait for what is being written; nothing is recorded after it. `finish` does this too."""
        self._sink.close()

    def _has(self, name: str) -> bool:
        return all(dim in self._sizes for dim in VARIABLES[name].dims)

    def _column(self, name: str, values: Any) -> Column:
        """Return a variable's column with room for one window."""
        variable = VARIABLES[name]
        sampled = variable.dims[0] == "sample_time"
        shape = variable.shape({**self._sizes, "sample_time": self._steps, "time": 1})
        due = shape if sampled else shape[1:]
        self._check(name, "sample_time" if sampled else "time", np.shape(values), due)
        return Column(variable.dims[0], due, shape[0], np.empty(shape, dtype=variable.dtype))

    def _make_room(self) -> None:
        """Give every column new room, for the windows of the next shard."""
        length = min(self._windows_per_shard, self._n_window - self._first)
        for name, column in self._columns.items():
            shape = (length * column.rows, *column.values.shape[1:])
            self._columns[name] = column._replace(values=np.empty(shape, column.values.dtype))

    def _check(self, name: str, dim: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        if shape != wanted or (dim and VARIABLES[name].dims[0] != dim):
            raise ValueError(f"{name} has shape {shape}; {wanted} is due over {VARIABLES[name].dims}")

    def _flush(self) -> None:
        """Hand the columns to the sink, and go on with new ones: the sink may still be writing these."""
        for kind, dim, unit in (("series", "time", 1), ("sample", "sample_time", self._steps)):
            arrays = {name: column.values for name, column in self._columns.items() if column.dim == dim}
            if arrays:
                first, end = self._first * unit, self._next * unit
                self._sink.put(kind, first, end, arrays, {**self._axes, dim: self._axes[dim][first:end]})
        self._first = self._next
        self._make_room()
        if self._next_day > self._first_day:
            days = slice(self._first_day, self._next_day)
            arrays = {name: np.stack(rows) for name, rows in self._days.items()}
            self._days = {name: [] for name in arrays}
            self._sink.put("day", days.start, days.stop, arrays, {**self._axes, "day": self._axes["day"][days]})
            self._first_day = self._next_day

    def _waterfall(self) -> dict[str, np.ndarray]:
        """Return the variables of the waterfall that the recorded series allow."""
        found = {}
        for name, table, add in (
            ("waterfall_orbit_flop", ORBIT_STAGES, orbit_flop), ("waterfall_site_flop", SITE_STAGES, site_flop),
        ):  # fmt: skip
            series = {variable: self._sink.series(variable) for _, variable in table}
            flop = add({variable: values for variable, values in series.items() if values is not None})
            if flop is not None:
                found[name] = flop
        return found
