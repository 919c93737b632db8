"""How the cost of a run grows: with satellites, steps, windows, shells, gateways.

    python benchmarks/growth.py [--quick] [--rounds N] [--json]

Each line is a run on one thread with one thing changed; the base is 10,000 satellites of the filed constellation,
windows of 5 steps, 16 gateways. `--rounds` windows are taken after a first that is not counted. Times are medians of a
window's processor time, by stage: `offer` plans and finds signatures, `march` executes, `record` audits and sums up.
"""

import time
from collections.abc import Callable

import fleets
import measure

from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

STAGES = ("offer", "dispatch", "march")  # methods of a Simulation; the rest of its step is "record"
SATELLITES = (100, 1_000, 10_000, 100_000, 1_000_000)
STEPS = (2, 5, 15, 30, 60)
WINDOWS = (1, 12, 48, 144)
SHELLS = (1, 10, 100, 1000)
GATEWAYS = (1, 4, 8, 16)
BASE = 10_000


def walker_shells(n: int) -> dict[str, object]:
    """Return a constellation of BASE satellites in n equal shells."""
    shells = [
        {
            "name": f"shell_{k}",
            "altitude": f"{500 + k} km",
            "inclination": f"{40 + 50 * k / n} deg",
            "planes": 5,
            "per_plane": BASE // (5 * n),
        }
        for k in range(n)
    ]
    return {"shells": shells}


def cases(quick: bool) -> list[tuple[str, int, int, dict[str, object], int]]:
    """Return what is run: axis, value, satellites, sections of the scenario, windows before those that count."""
    found = [("satellites", n, n, {}, 1) for n in (SATELLITES[:-1] if quick else SATELLITES)]
    found += [("steps", k, BASE, {"time": {**fleets.TIME, "window": f"{k} min"}}, 1) for k in STEPS]
    found += [("windows", w, BASE, {}, w) for w in (WINDOWS[:-1] if quick else WINDOWS)]
    found += [("shells", n, BASE, {"constellation": walker_shells(n)}, 1) for n in SHELLS]
    gateways = fleets.scenario(BASE).to_dict()["gateways"]
    for n in GATEWAYS:
        stations = dict(list(gateways["stations"].items())[:n])
        found.append(("gateways", n, BASE, {"gateways": {**gateways, "stations": stations}}, 1))
    return found


def timed(timing: measure.Timing, work: Callable[..., object]) -> Callable[..., object]:
    """Return work that enters its time as a round."""

    def run(*arguments):
        processor, wall = time.process_time(), time.perf_counter()
        answer = work(*arguments)
        timing.processor_s.append(time.process_time() - processor)
        timing.wall_s.append(time.perf_counter() - wall)
        return answer

    return run


def measured(n: int, sections: dict[str, object], before: int, rounds: int) -> tuple[dict[str, measure.Timing], int]:
    """Return the timings of a window and its stages, and the number of its signatures."""
    run = Simulation(build(fleets.scenario(n, **sections)), threads=1)
    work = n * run.model.clock.steps_per_window
    found = {name: measure.Timing(name, work) for name in (*STAGES, "window")}
    for name in STAGES:
        setattr(run, name, timed(found[name], getattr(run, name)))
    window = timed(found["window"], run.step)
    for w in range(min(before + rounds, run.model.clock.n_window)):
        window()
        if w < before:
            for timing in found.values():
                timing.processor_s.clear()
                timing.wall_s.clear()
    run.close()
    return found, int(run.signature_key.size)


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--quick", action="store_true", help="leave out a million satellites and late windows")
    chosen = options.parse_args()
    facts = measure.machine()
    rows, figures = [], {}
    for axis, value, n, sections, before in cases(chosen.quick):
        found, signatures = measured(n, sections, before, chosen.rounds)
        window, ms = found["window"], {name: timing.median_s * 1e3 for name, timing in found.items()}
        ms["record"] = ms["window"] - sum(ms[name] for name in STAGES)
        shown = [ms[name] for name in (*STAGES, "record", "window")]
        rows.append((axis, value, n, signatures, *shown, f"{window.spread:.0%}", window.ns))
        figures[f"{axis}_{value}"] = {"satellite_steps": window.work, "ns": window.ns, "signatures": signatures} | {
            f"{name}_ms": value_ms for name, value_ms in ms.items()
        }
    small, large = figures[f"satellites_{BASE}"], figures.get(f"satellites_{SATELLITES[-1]}")
    if large is not None:
        figures["growth_10_000_to_1_000_000"] = large["window_ms"] / small["window_ms"]
    heads = (
        "axis",
        "value",
        "satellites",
        "signatures",
        "offer ms",
        "dispatch ms",
        "march ms",
        "record ms",
        "window ms",
    )
    text = measure.table((*heads, "spread", "ns a satellite-step"), rows)
    if large is not None:
        text += f"\n\n100 times the satellites take {figures['growth_10_000_to_1_000_000']:.0f} times the time."
    measure.report("growth", figures, text, as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
