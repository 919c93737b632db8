"""Files that are either whole or not there, and the folder that holds them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from ..errors import Problem, ResultsError, ScenarioError

MANIFEST = "manifest.json"
INDEX = "results.h5"
SHARD_FOLDER = "shards"
PART = ".part"  # ends the name of a file that is being written
OUR_SHARD = re.compile(r"(axes|series|sample|day|satellite|run)-\d{6}\.h5")
OUR_FILES = (MANIFEST, INDEX, "report.html")
CHECKPOINT_PART = f"checkpoint{PART}"
OUR_CHECKPOINT = re.compile(r"checkpoint-(\d{9})-([0-9a-f]{32})\.npz")
WITHOUT_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)  # of a file system that has none


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that, whatever happens, `path` is absent, as it was before, or whole and on the disk.

    Raises
    ------
    ResultsError
        The disk is full, or the file cannot be written for another reason of the system's.
    """
    with new_file(path.with_name(path.name + PART)) as file:
        file.write(content)
    put_in_place(path.with_name(path.name + PART), path)


@contextlib.contextmanager
def new_file(part: Path) -> Iterator[BinaryIO]:
    """Give a new file to write; after it, what was written is on the disk. After an error there is no file.

    Raises
    ------
    ResultsError
        The disk is full, or the file cannot be written for another reason of the system's.
    """
    try:
        with open(part, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _give_up(part, error)
    except BaseException:  # stopped by hand: no half file stays
        part.unlink(missing_ok=True)
        raise


def put_in_place(part: Path, path: Path) -> None:
    """Give a file that is on the disk its name, in place of what has it.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    try:
        os.replace(part, path)
        sync_folder(path.parent)
    except OSError as error:
        _give_up(part, error)


def _give_up(part: Path, error: OSError) -> NoReturn:
    with contextlib.suppress(OSError):
        part.unlink()
    path = part.with_name(part.name.removesuffix(PART))
    what = f"{path}: it cannot be written ({error.strerror or error})"
    raise ResultsError(f"{what}; make room or name another folder", path=str(path)) from error


@contextlib.contextmanager
def writing_alone(folder: Path) -> Iterator[None]:
    """Hold a folder for one run, as far as its file system has locks; the system lets go of it if the run dies.

    Raises
    ------
    ResultsError
        Another run writes there.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            os.close(descriptor)
            what = f"{folder}: another run writes there; wait for its end or name another folder"
            raise ResultsError(what, path=str(folder)) from error
    try:
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def holds_results(folder: Path) -> bool:
    """Return whether a folder holds results, finished or not."""
    return any((folder / name).exists() for name in (MANIFEST, INDEX)) or bool(our_shards(folder))


def free_folder(base: Path) -> Path:
    """Return `base` if nothing stands there, else the first of base-2, base-3, ... that is free."""
    number, folder = 1, base
    while folder.exists() or folder.is_symlink():
        number += 1
        folder = base.with_name(f"{base.name}-{number}")
    return folder


def prepare_folder(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Return a folder that is ready to take a run's results, made if need be.

    A folder that holds results is refused unless `overwrite`, which removes our own files from it and nothing else.

    Raises
    ------
    ScenarioError
        The folder holds results, cannot be made, or cannot be written.
    """
    folder = Path(path)
    if os.path.islink(folder / SHARD_FOLDER):
        raise _refusal(
            folder, f"{SHARD_FOLDER} in it is a link to elsewhere", "remove the link, or name another folder"
        )
    used = os.path.isdir(folder) and holds_results(folder)
    if used and not overwrite:
        raise _refusal(folder, "the folder holds results", "name another, or allow overwriting (--overwrite)")
    try:
        if used:
            remove_results(folder)
        (folder / SHARD_FOLDER).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = f"results cannot be written there ({error.strerror or error})"
        raise _refusal(folder, what, "name a folder that can be made and written (--output)") from error
    return folder


def remove_results(folder: Path) -> None:
    """Remove a run's files from a folder; files that a run does not make stay."""
    for name in OUR_FILES:
        (folder / name).unlink(missing_ok=True)
        (folder / (name + PART)).unlink(missing_ok=True)
    (folder / CHECKPOINT_PART).unlink(missing_ok=True)
    for path in [*our_shards(folder), *our_checkpoints(folder)]:
        path.unlink()


def our_checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints in a folder, the newest last."""
    return [path for path in sorted(folder.iterdir()) if OUR_CHECKPOINT.fullmatch(path.name)]


def our_shards(folder: Path) -> list[Path]:
    """Return the shards in a folder, whole and begun."""
    shards = folder / SHARD_FOLDER
    if not shards.is_dir():
        return []
    return [path for path in sorted(shards.iterdir()) if OUR_SHARD.fullmatch(path.name.removesuffix(PART))]


def _refusal(folder: Path, what: str, cure: str) -> ScenarioError:
    return ScenarioError(Problem(what, path="output", value=str(folder), cure=cure, source=str(folder)))
