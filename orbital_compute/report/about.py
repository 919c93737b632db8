"""What a run was, from its manifest alone: scenario, state, program, machine, time taken, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .headline import Rows
from .units import count, duration, prefixed

THREADS = "its own, around compiled kernels that need no lock; numba's threading layers are not used"


def about_run(manifest: Mapping[str, Any], folder: str) -> list[Rows]:
    """Return tables of what a manifest tells; `folder` is named in the title."""
    scenario, time, machine = manifest["scenario"], manifest["time"], manifest["machine"]
    files = manifest["inputs"]["files"]
    resumed = manifest.get("resumed_after_windows", [])
    what = [
        ("scenario", str(scenario.get("name", "run"))),
        ("from", str(time["start"])),
        (
            "length",
            f"{duration(time['duration_s'])} in steps of {time['step_s']:g} s, windows of {time['window_s']:g} s",
        ),
        ("seed", str(manifest["seed"])),
        ("dispatch", manifest["policy"] or str(scenario.get("policy", ""))),
        *[(f"file of {place}", f"{item['file']}, SHA-256 {item['sha256'][:16]}…") for place, item in files.items()],
        ("sizes", ", ".join(f"{name} {size:,}" for name, size in manifest["sizes"].items())),
    ]
    shards = manifest["shards"]
    n_byte = sum(shard["bytes"] for shard in shards)
    how = [
        ("state", state(manifest)),
        ("begun", str(manifest["started"])),
        ("ended", str(manifest["finished"] or "not yet")),
        ("gone on", ", ".join(f"after window {done}" for done in resumed) or "never stopped"),
        ("time", ", ".join(f"{name} {seconds:.3g} s" for name, seconds in manifest["durations_s"].items()) or "-"),
        ("files", f"{len(shards)} shards, {prefixed(float(n_byte), 'B')}"),
        ("warnings", count(len(manifest["warnings"]))),
        ("machine", f"{machine.get('processor')}, {count(machine.get('cores'))} cores, "
                    f"{prefixed(float(machine.get('memory_bytes') or 0), 'B')}"),
        ("system", str(machine.get("system"))),
        ("threads", f"{manifest['threads']}, {THREADS}"),
    ]  # fmt: skip
    versions = list(manifest["versions"].items())
    return [
        Rows(folder, ("", ""), what, words=True),
        Rows("How it came about", ("", ""), how, words=True),
        Rows("Versions that answers depend on", ("", ""), versions, words=True),
        Rows("Tables that answers rest on", ("", ""), list(manifest.get("tables", {}).items()), words=True),
    ]


def state(manifest: Mapping[str, Any]) -> str:
    """Return in words whether a run came to its end."""
    return "complete" if manifest["status"] == "complete" else "not finished; `resume` goes on"
