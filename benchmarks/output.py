"""What it costs to sum a window up and to write a run down, against the number of satellites.

    python benchmarks/output.py [--rounds N] [--json]

`sums`, `quantiles` and `audit` sweep over all satellites each window; `rows` is all that a window leaves, these two
included; `record` takes the rows and writes a shard now and then. `satellites`, `index` and `report` come once a run.
"""

import tempfile
import time
from pathlib import Path

import fleets
import measure

from orbital_compute.catalogue import QUANTILES
from orbital_compute.report.page import write_report
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation
from orbital_compute.store.files import prepare_folder
from orbital_compute.store.manifest import new_manifest
from orbital_compute.store.recorder import Recorder
from orbital_compute.store.rows import coordinates, satellite_columns, totals, window_rows

SATELLITES = (1_000, 10_000, 100_000, 1_000_000)
TIME = {**fleets.TIME, "duration": "4 h"}  # 48 windows: one shard


def once(work) -> float:
    """Return the processor seconds of a call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(n: int, rounds: int, folder: Path) -> dict[str, float]:
    """Return milliseconds by part, and the bytes written."""
    checked = fleets.scenario(n, time=TIME)
    model = build(checked)
    run, clock = Simulation(model, threads=1), model.clock
    manifest = new_manifest(
        scenario=checked.to_dict(), provenance=checked.provenance(), seed=model.seed, start=clock.start,
        step_s=clock.step_s, window_s=clock.window_s, n_step=clock.n_step, threads=1,
    )  # fmt: skip
    recorder = Recorder(manifest, coordinates(run), folder=prepare_folder(folder))
    rows = run.step()
    parts = {
        "sums": run.space.sums,
        "quantiles": lambda: run.space.quantiles(QUANTILES),
        "audit": run.space.audit,
        "rows": lambda: window_rows(run),
    }
    every = [(measure.Timing(name, n), work) for name, work in parts.items()]
    measure.in_turns(every, rounds)
    found = {timing.name: timing.median_s * 1e3 for timing, _ in every}
    if run.day_rows is not None:
        recorder.record_day(run.day, run.day_rows)
    found["record"] = once(lambda: [recorder.record_window(w, rows) for w in range(clock.n_window)])
    found["record"] *= 1e3 / clock.n_window
    found["satellites"] = once(lambda: recorder.record_satellites(satellite_columns(run))) * 1e3
    results = []
    found["index"] = once(lambda: results.append(recorder.finish(totals(run), durations_s={"total": 1.0}))) * 1e3
    found["report"] = once(lambda: write_report(results[0], folder)) * 1e3
    found["bytes"] = sum(file.stat().st_size for file in folder.iterdir())
    run.close()
    return found


def main() -> None:
    options = measure.parser(__doc__, rounds=5)
    options.add_argument("--most", type=int, default=SATELLITES[-1], help="leave larger fleets out")
    chosen = options.parse_args()
    facts = measure.machine()
    figures: dict[str, object] = {}
    for n in (n for n in SATELLITES if n <= chosen.most):
        with tempfile.TemporaryDirectory() as folder:
            figures[str(n)] = measured(n, chosen.rounds, Path(folder) / "out")
    parts = list(next(iter(figures.values())))
    rows = [(part, *(figures[n][part] for n in figures)) for part in parts[:-1]]
    rows.append(("MB written", *(figures[n]["bytes"] / 1e6 for n in figures)))
    heads = ("processor ms, by satellites", *(f"{int(n):,}" for n in figures))
    measure.report("output", figures, measure.table(heads, rows), as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
