"""Open a result folder, after its files are shown to be those that the run wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ResultsError
from ..results import Results
from .files import INDEX, MANIFEST, OUR_SHARD, PART, SHARD_FOLDER, our_shards, sha256
from .index import check_cover
from .manifest import read_manifest
from .shards import KINDS, Shard

if TYPE_CHECKING:
    import xarray as xr

HASHED_BELOW_BYTES = 16 * 1024 * 1024  # on opening; larger shards are guarded by the check sums inside them


def open_results(path: str | os.PathLike[str]) -> Results:
    """Return the results that a finished run left in a folder.

    Every file that the manifest names must be there, with its size; those below 16 MiB must have their SHA-256 as
    well. Larger ones carry a check sum in every chunk, which reading verifies; `verify_folder` hashes them all.

    Raises
    ------
    ResultsError
        The folder holds no results, unfinished ones, or a file is missing, damaged or left over from elsewhere.
    """
    folder = Path(path)
    manifest = verify_folder(folder, hash_below_bytes=HASHED_BELOW_BYTES)
    return Results(manifest, lambda: open_index(folder / INDEX), path=folder)


def verify_folder(folder: Path, *, hash_below_bytes: int | None = None) -> dict[str, Any]:
    """Return the manifest of a folder whose files are all as the run wrote them; None hashes files of any size."""
    manifest = read_manifest(folder)
    if manifest["status"] != "complete":
        raise ResultsError(
            f"{folder}: the run did not finish (status {manifest['status']!r}); run it again", path=str(folder)
        )
    shards = listed_shards(folder, manifest)
    for shard in shards:
        check_file(folder / shard.file, shard.bytes, shard.sha256, hash_below_bytes)
    check_cover(folder, shards, manifest["sizes"])
    index = manifest["index"]
    if not isinstance(index, dict) or index.get("file") != INDEX:
        raise ResultsError(f"{folder}: the manifest names no index {INDEX}", path=str(folder / INDEX))
    check_file(folder / INDEX, index["bytes"], index["sha256"], None)
    return manifest


def listed_shards(folder: Path, manifest: dict[str, Any]) -> list[Shard]:
    """Return the shards that a manifest lists; names that we never give, such as paths elsewhere, are refused."""
    shards = []
    for entry in manifest["shards"]:
        try:
            shard = Shard(**entry)
            name = shard.file.removeprefix(f"{SHARD_FOLDER}/")
            ours = OUR_SHARD.fullmatch(name) and shard.file != name and shard.kind in KINDS
        except (TypeError, AttributeError):
            ours = None
        if not ours:
            raise ResultsError(f"{folder}: the manifest lists a shard that no run writes: {entry!r}", path=str(folder))
        shards.append(shard)
    return shards


def keep_only(folder: Path, entries: list[dict[str, Any]]) -> None:
    """Remove an unfinished run's files but its manifest, its checkpoint and the listed shards, which must be whole.

    Raises
    ------
    ResultsError
        A listed shard is missing or damaged.
    """
    shards = listed_shards(folder, {"shards": entries})
    for shard in shards:
        check_file(folder / shard.file, shard.bytes, shard.sha256, None)
    listed = {folder / shard.file for shard in shards}
    for path in [folder / INDEX, folder / (MANIFEST + PART), folder / (INDEX + PART), *our_shards(folder)]:
        if path not in listed:
            path.unlink(missing_ok=True)


def check_file(path: Path, size: int, digest: str, hash_below_bytes: int | None) -> None:
    try:
        found = path.lstat().st_size
    except OSError as error:
        raise ResultsError(f"{path}: missing; the results have a gap there", path=str(path)) from error
    if path.is_symlink() or not path.is_file():
        raise ResultsError(f"{path}: not a plain file", path=str(path))
    if found != size:
        raise ResultsError(f"{path}: {found} bytes, the manifest says {size}; the file is damaged", path=str(path))
    if (hash_below_bytes is None or size < hash_below_bytes) and sha256(path) != digest:
        raise ResultsError(f"{path}: its SHA-256 is not that of the manifest; the file is damaged", path=str(path))


def open_index(path: Path) -> xr.Dataset:
    """Return the dataset of an index; variables are read when used."""
    import xarray as xr

    return xr.open_dataset(path, engine="h5netcdf")
