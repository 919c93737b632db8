"""Runs that are made to be killed: each in a child forked from a process that has all in memory, so that one is quick.

The process reads orders, one a line, as JSON: {"do": "run", "resume" or "command", "folder": ...,
"environment": {...}, "kill_after_windows": ..., "kill_after_s": ..., "signal": ...}; it answers each with a line
{"status": wait status, "acknowledged": windows, "error": text, "noticed_s": ..., "ended_s": ...}, the last two after
the signal.
A window is acknowledged once the run has told that it is done, its checkpoint being written by then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

SCENARIO = {
    "format": 1,
    "name": "victim",
    "seed": 5,
    "time": {"start": "2026-03-20T22:00:00Z", "duration": "5 h", "step": "60 s", "window": "30 min"},
    "constellation": {"walker": {"altitude": "575 km", "inclination": "53 deg", "planes": 3, "per_plane": 8}},
    "satellite": {"preset": "starmind_ai1", "age": "2 years"},
    "sites": [{"preset": "colossus_1"}],
    "workload": {"preset": "default", "demand": {"rate": "50 EFLOP/s"}},
    "output": {"sample": 2},
}
N_WINDOW = 10


def live(order: dict, pipe: int) -> int:
    """Do what is ordered, in a child; return the exit code."""
    from orbital_compute.errors import OrbitalComputeError
    from orbital_compute.run import resume, simulate

    os.environ.update(order.get("environment", {}))

    def acknowledge(done, n_window):
        os.write(pipe, f"{done}\n".encode())

    if order["do"] == "command":
        return command(order["folder"], acknowledge, pipe)
    try:
        if order["do"] == "run":
            simulate(SCENARIO, order["folder"], progress=acknowledge, checkpoint_s=0.0, threads=1, overwrite=True)
        else:
            resume(order["folder"], progress=acknowledge, checkpoint_s=0.0, threads=1)
    except OrbitalComputeError as error:
        os.write(pipe, json.dumps({"type": type(error).__name__, "text": str(error)}).encode() + b"\n")
        return 1
    return 0


def command(folder: str, acknowledge, pipe: int) -> int:
    """Run the scenario by the command line; tell when a signal is noticed."""
    from orbital_compute import stopping
    from orbital_compute.cli import main
    from orbital_compute.simulate import Simulation

    step, note = Simulation.step, stopping.Stopping._note

    def told_step(self, *arguments):
        rows = step(self, *arguments)
        acknowledge(self.window, N_WINDOW)
        return rows

    def told_note(self, number, frame):
        os.write(pipe, f"noticed {time.monotonic()}\n".encode())
        note(self, number, frame)

    Simulation.step, stopping.Stopping._note = told_step, told_note
    path = folder + ".json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(SCENARIO, file)  # JSON is YAML
    sys.argv = ["orbital-compute", "run", path, "--output", folder, "--quiet", "--threads", "1"]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def obey(order: dict) -> dict:
    """Have a child do what is ordered, kill it if that is ordered, and return what became of it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 99
        try:
            code = live(order, writer)
        finally:
            os._exit(code)
    os.close(writer)
    sent_s = time.monotonic()
    with os.fdopen(reader) as stream:
        lines = [stream.readline() for _ in range(order.get("kill_after_windows", 0))]
        if "kill_after_s" in order:
            time.sleep(order["kill_after_s"])  # a moment by chance inside the window is what is tried
            sent_s = time.monotonic()
            os.kill(child, order.get("signal", signal.SIGKILL))  # it is there until it is waited for
        lines = "".join([*lines, *stream]).splitlines()
    _, status = os.waitpid(child, 0)
    ended_s = time.monotonic() - sent_s
    noticed = [float(line.split()[1]) - sent_s for line in lines if line.startswith("noticed")]
    done = [int(line) for line in lines if line.isdecimal()]
    errors = [json.loads(line) for line in lines if line.startswith("{")]
    return {
        "status": status, "acknowledged": max(done, default=0), "error": errors[0] if errors else None,
        "noticed_s": noticed[0] if noticed else None, "ended_s": ended_s,
    }  # fmt: skip


def main() -> None:
    from orbital_compute.run import simulate

    simulate(SCENARIO, None, threads=1)  # all kernels in memory; with one thread no other lives when children are made
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
