"""What the machine leaves to a run: memory by the tightest of its limits, and room on the disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024  # SLURM counts in these
UNLIMITED = 1 << 60  # cgroup v1 writes a huge number for no limit


@dataclass(frozen=True)
class Limit:
    """A number of bytes and who sets it."""

    bytes: int
    source: str


def available_memory(*, root: Path = Path("/"), environ: Mapping[str, str] | None = None) -> Limit | None:
    """Return the least of what control groups, SLURM and the system leave; None where none of them says.

    `root` is where /proc and /sys stand, `environ` the environment; tests give their own.
    """
    found = [
        limit
        for limit in (
            _system(root),
            *_cgroup_v2(root),
            *_cgroup_v1(root),
            _slurm(os.environ if environ is None else environ),
        )
        if limit is not None
    ]
    return min(found, key=lambda limit: limit.bytes, default=None)


def free_disk(path: Path) -> Limit:
    """Return the room for an ordinary user on the disk where `path` is or would be."""
    place = path.absolute()
    while not os.path.isdir(place):  # False too for a name that no file can have
        place = place.parent
    facts = os.statvfs(place)
    return Limit(facts.f_bavail * facts.f_frsize, f"the disk of {place}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # this system has no such limit


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() else None


def _system(root: Path) -> Limit | None:
    for line in _read(root / "proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            kilobytes = _number(value.replace("kB", ""))
            return None if kilobytes is None else Limit(kilobytes * 1024, "the memory of this machine")
    return None


def _own_groups(root: Path, controller: str) -> list[str]:
    """Return this process's path in a hierarchy of control groups ("" is version 2) and the paths above it."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            here = Path(path.strip("/"))
            return ["", *(str(group) for group in (here, *here.parents) if str(group) != ".")]
    return [""]


def _stat(text: str, name: str) -> int:
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return _number(value) or 0
    return 0


def _cgroup_v2(root: Path) -> list[Limit]:
    limits = []
    for group in _own_groups(root, ""):
        folder = root / "sys/fs/cgroup" / group
        limit, used = _number(_read(folder / "memory.max")), _number(_read(folder / "memory.current"))
        if limit is not None:
            cache = _stat(_read(folder / "memory.stat"), "inactive_file")  # given back when memory is short
            limits.append(Limit(max(limit - max((used or 0) - cache, 0), 0), "the control group of this process"))
    return limits


def _cgroup_v1(root: Path) -> list[Limit]:
    limits = []
    for group in _own_groups(root, "memory"):
        folder = root / "sys/fs/cgroup/memory" / group
        limit = _number(_read(folder / "memory.limit_in_bytes"))
        used = _number(_read(folder / "memory.usage_in_bytes"))
        if limit is not None and limit < UNLIMITED:
            cache = _stat(_read(folder / "memory.stat"), "total_inactive_file")
            limits.append(Limit(max(limit - max((used or 0) - cache, 0), 0), "the control group of this process"))
    return limits


def _slurm(environ: Mapping[str, str]) -> Limit | None:
    """Return what the job was given on this node; 0 means all of the node."""
    per_node = _number(environ.get("SLURM_MEM_PER_NODE", ""))
    if per_node:
        return Limit(per_node * MEGABYTE, "SLURM (SLURM_MEM_PER_NODE)")
    per_cpu, cpus = (_number(environ.get(name, "")) for name in ("SLURM_MEM_PER_CPU", "SLURM_CPUS_ON_NODE"))
    if per_cpu and cpus:
        return Limit(per_cpu * cpus * MEGABYTE, "SLURM (SLURM_MEM_PER_CPU x SLURM_CPUS_ON_NODE)")
    return None
