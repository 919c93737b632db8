"""The filed million for a day: the whole command, its memory, and where its time goes.

    python benchmarks/million_day.py [--duration "1 day"] [--threads N] [--json]

Runs `orbital-compute run scenarios/fcc_million.yaml` with dispatch, output and report in a process of its own, with
clocks around its parts (`where.py`). A shorter `--duration` tells the cost of a window sooner.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import measure
import where

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    options = measure.parser(__doc__, rounds=1)
    options.add_argument("--duration", default="1 day")
    options.add_argument("--threads", type=int, default=os.cpu_count())
    chosen = options.parse_args()
    facts = measure.machine()
    command = [sys.executable, str(Path(where.__file__)), str(ROOT / "scenarios" / "fcc_million.yaml"), "--json"]
    command += ["--set", f'time.duration="{chosen.duration}"', "--threads", str(chosen.threads)]
    runs = []
    for _ in range(chosen.rounds):
        began = time.perf_counter()
        process = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        runs.append({**json.loads(process.stdout), "command_s": time.perf_counter() - began})
    found = sorted(runs, key=lambda run: run["processor_s"])[len(runs) // 2]
    names = ("command_s", "processor_s", "memory_bytes", "output_bytes", "kernels_share", "satellite_steps", "windows")
    figures = {name: found[name] for name in names} | {"threads": chosen.threads, "durations_s": found["durations_s"]}
    figures["processors"] = found["processor_s"] / found["command_s"]
    figures["processor_ns_per_satellite_step"] = found["processor_s"] / found["satellite_steps"] * 1e9
    figures["seconds"] = found["seconds"]
    text = (
        f"whole command {found['command_s']:.1f} s on {chosen.threads} threads that had "
        f"{figures['processors']:.2f} processors, median of {len(runs)} by processor time\n\n{where.text(found)}"
    )
    measure.report("million_day", figures, text, as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
