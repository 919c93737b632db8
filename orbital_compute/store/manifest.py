"""The manifest of a run: what was run, by which program, on what, and which files hold the answer."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .._version import __version__
from ..errors import ResultsError
from .files import MANIFEST, write_durably
from .tables import data_tables

FORMAT = 1
LIBRARIES = (
    "numpy",
    "numba",
    "llvmlite",
    "pyerfa",
    "astropy",
    "astropy-iers-data",
    "sgp4",
    "highspy",
    "h5py",
    "xarray",
)
MANIFEST_LIMIT_BYTES = 256 * 1024 * 1024


def new_manifest(
    *, scenario: Mapping[str, Any], provenance: list[Any], seed: int, start: datetime,
    step_s: float, window_s: float, n_step: int, threads: int, duration_s: float | None = None,
    inputs: Mapping[str, Any] | None = None, policy: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the manifest of a run that begins now.

    `scenario` is the resolved scenario as a plain dictionary, `provenance` the source and confidence of its values,
    `duration_s` the time that the steps stand for where that is more than their own, `inputs` what
    `scenario.files.input_sums` gives, `policy` the name of a function that dispatches in place of the scenario's.
    """
    return {
        "format": FORMAT,
        "status": "running",
        "scenario": dict(scenario),
        "provenance": list(provenance),
        "inputs": {"folder": "", "files": {}} if inputs is None else dict(inputs),
        "policy": policy,
        "seed": seed,
        "time": {
            "start": start.isoformat(),
            "step_s": step_s,
            "window_s": window_s,
            "n_step": n_step,
            "duration_s": n_step * step_s if duration_s is None else duration_s,
        },
        "versions": library_versions(),
        "tables": data_tables(),
        "machine": machine_facts(),
        "threads": threads,
        "started": datetime.now(UTC).isoformat(),
        "finished": None,
        "durations_s": {},
        "resumed_after_windows": [],
        "warnings": [],
        "sizes": {},
        "shards": [],
        "index": None,
    }


def library_versions() -> dict[str, str]:
    """Return the versions of this program, of Python, and of the libraries that answers depend on."""
    versions = {"orbital_compute": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an installation without its metadata still runs
    return versions


def machine_facts() -> dict[str, Any]:
    """Return what is known of the machine: system, processor, cores and memory."""
    return {
        "host": platform.node(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass  # not every system says
    return platform.processor() or platform.machine()


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest in one stroke: a reader sees the old one or the new one."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False, default=_plain)
    write_durably(folder / MANIFEST, (text + "\n").encode())


def _plain(value: Any) -> Any:
    """Return a value in JSON's own types: numbers of NumPy, times and paths come up in scenarios."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a result folder.

    Raises
    ------
    ResultsError
        The folder has none, it is damaged, or a later program wrote it.
    """
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MANIFEST_LIMIT_BYTES:
            raise ResultsError(f"{path}: larger than a manifest can be; the file is damaged", path=str(path))
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultsError(
            f"{folder}: no results there (no {MANIFEST}); name a folder that a run wrote", path=str(path)
        ) from error
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror or error})", path=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: damaged, it is no JSON text ({error})", path=str(path)) from error
    if (
        not isinstance(manifest, dict)
        or not {"format", "status", "shards", "index", "sizes", "scenario", "time", "versions", "inputs"}
        <= manifest.keys()
    ):
        raise ResultsError(f"{path}: not the manifest of a run", path=str(path))
    if manifest["format"] != FORMAT:
        raise ResultsError(
            f"{path}: format {manifest['format']!r}, this program reads {FORMAT}; use the version that wrote it",
            path=str(path),
        )
    return manifest
