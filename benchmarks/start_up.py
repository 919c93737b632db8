"""How long the program takes before it does any work.

    python benchmarks/start_up.py [--rounds N] [--cold] [--json]

Each line is a process of its own, from start to end, in turns: the interpreter alone (what nothing can undercut),
`--help`, `validate`, `import orbital_compute`, and a run of quickstart until its first window stands. Kernels come from
the cache; `--cold` also runs quickstart with an empty one, which compiles everything that a run needs.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = str(ROOT / "scenarios" / "quickstart.yaml")
COMMAND = "from orbital_compute.cli import main; main()"
FIRST_WINDOW = """
import sys
from orbital_compute.simulate import Simulation
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
simulation = Simulation(build(load_scenario(sys.argv[1])))
simulation.step()
simulation.close()
"""
CASES = {
    "interpreter": ("-c", "pass"),
    "help": ("-c", COMMAND, "--help"),
    "validate": ("-c", COMMAND, "validate", QUICKSTART),
    "import": ("-c", "import orbital_compute"),
    "first_window": ("-c", FIRST_WINDOW, QUICKSTART),
}
CACHE = "ORBITAL_COMPUTE_CACHE"


def run(arguments: tuple[str, ...], **environment: str) -> tuple[float, float]:
    """Run Python with arguments; return processor and wall seconds of the whole process."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"python {' '.join(arguments[:3])}: exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--cold", action="store_true", help="also run with an empty cache of kernels")
    chosen = options.parse_args()
    facts = measure.machine()
    timings = {key: measure.Timing(key.replace("_", " "), 1) for key in CASES}
    for arguments in CASES.values():
        run(arguments)  # fills the caches of files and of kernels
    for _ in range(chosen.rounds):
        for key, arguments in CASES.items():
            processor, wall = run(arguments)
            timings[key].processor_s.append(processor)
            timings[key].wall_s.append(wall)
    if chosen.cold:
        with tempfile.TemporaryDirectory() as folder:
            processor, wall = run(CASES["first_window"], **{CACHE: folder})
        timings["cold_compile"] = measure.Timing("first window, all kernels to compile", 1, 1, [processor], [wall])

    figures: dict[str, object] = {f"{key}_s": timing.median_s for key, timing in timings.items()}
    figures["spread"] = {key: timing.spread for key, timing in timings.items()}
    rows = [(t.name, t.median_s, f"{t.spread:.0%}", min(t.wall_s), f"{t.processors:.2f}") for t in timings.values()]
    heads = ("a process from start to end", "processor s", "spread", "least wall s", "processors")
    measure.report("start_up", figures, measure.table(heads, rows), as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
