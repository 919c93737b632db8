"""Where the time of a run goes: processor time of each kernel and each part of the program, by one whole command.

    python benchmarks/where.py SCENARIO [--set A.B=C ...] [--threads N] [--json]

Runs `orbital-compute run` in this process, into a folder that is removed again, with a clock around every compiled
sweep and the parts named in PARTS. Times are of the processor and exclude what runs inside under another name, so they
add up to the whole on any number of threads.
"""

import argparse
import importlib
import json
import pkgutil
import resource
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import measure

PACKAGE = "orbital_compute"
PARTS = {
    "model.policy.choose:solve": "dispatch: the optimum",
    "simulate:build_programme": "dispatch: the programme",
    "simulate:round_trip_mix": "dispatch: mix of ways",
    "model.first_token:FirstToken.see": "first tokens",
    "simulate:build": "scenario to model",
    "simulate:Simulation.__init__": "model to arrays",
    "simulate:window_rows": "rows of a window",
    "simulate:teme_to_itrs": "rotation of the Earth",
    "simulate:satellite_columns": "totals of satellites",
    "model.sun_track:SunTrack.at": "place of the Sun",
    "model.element_paths:ElementPaths.fly": "SGP4",
    "model.queues:Queues.arrive": "queues",
    "model.queues:Queues.execute": "queues",
    "model.queues:Queues.drop": "queues",
    "model.queues:Queues.demand_flop": "queues",
    "model.site:Sites.march": "sites",
    "model.site:Sites.offer_flop": "sites",
    "model.workload:Workload.arrivals": "arrivals",
    "store.recorder:Recorder.record_window": "recording windows",
    "store.shards:ShardWriter.write": "shards, in a thread of their own",
    "store.recorder:Recorder.record_satellites": "recording satellites",
    "store.recorder:Recorder.finish": "index and manifest",
    "report.page:write_report": "report",
    "report.tables:print_summary": "report",
    "scenario.load:load_scenario": "reading the scenario",
}


class Clock:
    """Processor time by name, exclusive of what is nested, over all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._lock, self._local = threading.Lock(), threading.local()

    def around(self, name: str, function: Callable) -> Callable:
        """Return the function with its time kept under a name."""

        def timed(*arguments, **options):
            stack = self._local.__dict__.setdefault("stack", [])
            stack.append(0.0)  # time of what runs inside
            began = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                whole = time.thread_time() - began
                inside = stack.pop()
                if stack:
                    stack[-1] += whole
                with self._lock:
                    self.seconds[name] += whole - inside
                    self.calls[name] += 1

        return timed


def all_modules() -> None:
    """Import the whole package, so that every name can be found."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def instrument(clock: Clock) -> list[str]:
    """Put the clock around every sweep and every part; return the names of PARTS that are not there."""
    from numba.core.dispatcher import Dispatcher

    timed: dict[int, Callable] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}."):
            compiled = [value for value in vars(module).values() if isinstance(value, Dispatcher)]
            inner = {word for value in compiled for word in value.py_func.__code__.co_names}  # called by machine code
            for key, value in list(vars(module).items()):
                if isinstance(value, Dispatcher) and value.targetoptions.get("nogil") and key not in inner:
                    kept = timed.setdefault(id(value), clock.around(f"kernel {value.__name__}", value))
                    setattr(module, key, kept)
    absent = []
    for path, name in PARTS.items():
        module_name, _, attribute = path.partition(":")
        owner: object = importlib.import_module(f"{PACKAGE}.{module_name}")
        *outer, last = attribute.split(".")
        for part in outer:
            owner = getattr(owner, part, None)
        if owner is None or not hasattr(owner, last):
            absent.append(path)
        else:
            setattr(owner, last, clock.around(name, getattr(owner, last)))
    return absent


def run(arguments: list[str]) -> dict[str, object]:
    """Run the command with clocks; return seconds and calls by name, the manifest's durations and sizes."""
    began_wall, began = time.perf_counter(), time.process_time()
    all_modules()
    imported = time.process_time() - began
    clock = Clock()
    absent = instrument(clock)
    from orbital_compute.cli import main

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        sys.argv[1:] = ["run", *arguments, "--quiet", "--output", str(output)]
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise
        manifest = json.loads((output / "manifest.json").read_text())
        n_byte = sum(file.stat().st_size for file in output.iterdir())
    whole, wall = time.process_time() - began, time.perf_counter() - began_wall
    seconds = dict(sorted(clock.seconds.items(), key=lambda item: -item[1]))
    seconds |= {"imports": imported, "all else": whole - imported - sum(seconds.values())}
    sizes = manifest["sizes"]
    steps = sizes["satellite"] * manifest["time"]["n_step"]
    return {
        "seconds": seconds,
        "calls": dict(clock.calls),
        "processor_s": whole,
        "wall_s": wall,
        "kernels_share": sum(s for name, s in seconds.items() if name.startswith("kernel ")) / whole,
        "satellite_steps": steps,
        "windows": sizes["time"],
        "satellites": sizes["satellite"],
        "memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "output_bytes": n_byte,
        "durations_s": manifest["durations_s"],
        "absent": absent,
    }


def text(found: dict[str, object], *, least: float = 0.003) -> str:
    """Return a run's times as a table, parts below a share of `least` in one line."""
    seconds, whole = found["seconds"], found["processor_s"]
    shown = {name: s for name, s in seconds.items() if s >= least * whole}
    shown["smaller parts"] = whole - sum(shown.values())
    calls = found["calls"]
    rows = [
        (name, calls.get(name, ""), s, f"{s / whole:.1%}", s / found["satellite_steps"] * 1e9)
        for name, s in sorted(shown.items(), key=lambda item: -item[1])
    ]
    lines = [
        f"{found['satellites']:,} satellites, {found['windows']:,} windows, "
        f"{found['satellite_steps']:,} satellite-steps",
        f"processor {whole:.1f} s, wall {found['wall_s']:.1f} s, memory {found['memory_bytes'] / 1e6:,.0f} MB, "
        f"output {found['output_bytes'] / 1e6:,.1f} MB; kernels {found['kernels_share']:.0%} of processor time",
        "",
        measure.table(("processor time of", "calls", "s", "share", "ns a satellite-step"), rows),
    ]
    if found["absent"]:
        lines.append(f"\nnot found any more, so counted under their callers: {', '.join(found['absent'])}")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    options.add_argument("scenario")
    options.add_argument("--set", action="append", default=[], metavar="A.B=C", help="change a value of the scenario")
    options.add_argument("--threads", type=int, default=None)
    options.add_argument("--json", action="store_true", help="print one line of JSON and nothing else")
    chosen = options.parse_args()
    facts = measure.machine()
    arguments = [chosen.scenario, *(word for change in chosen.set for word in ("--set", change))]
    if chosen.threads is not None:
        arguments += ["--threads", str(chosen.threads)]
    found = run(arguments)
    measure.report("where", found, text(found), as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
