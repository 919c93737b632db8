"""Run the benchmarks and write their tables into docs/performance.md and README.md.

    python benchmarks/page.py [--only march,growth] [--elements FILE] [--no-run]

Each table stands between two marks, `<!-- march -->` and `<!-- end march -->`. What was measured is kept in
benchmarks/measured.json, so that `--only` renews a part and `--no-run` writes the tables anew. `--elements` names a
file of real element sets for the run of a real fleet; without it that row stays as it was measured last.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KEPT = HERE / "measured.json"
PAGES = (ROOT / "docs" / "performance.md", ROOT / "README.md")
DAYS_OF_YEAR = 365.0
LEAST_SHARE = 0.01  # of a run's time: what takes less is added up

Rows = list[tuple[str, ...]]


def scenario(name: str, *changes: str) -> list[str]:
    """Return the arguments of where.py for a shipped scenario."""
    return [str(ROOT / "scenarios" / f"{name}.yaml"), *(word for change in changes for word in ("--set", change))]


def year(days: int) -> list[str]:
    """Return the arguments of where.py for some days in windows of half an hour."""
    return scenario("quickstart", "time.window=30 min", f'time.duration="{days} day"')


def runs(elements: str | None) -> dict[str, list[str]]:
    """Return what is run, by the name it is kept under: the benchmark and its arguments."""
    found = {
        "march": ["march.py"],
        "visibility": ["visibility.py"],
        "paths": ["paths.py"],
        "growth": ["growth.py"],
        "output": ["output.py"],
        "start_up": ["start_up.py", "--cold"],
        "million_day": ["million_day.py"],
        "quickstart": ["where.py", *scenario("quickstart")],
        "year_2_days": ["where.py", *year(2)],
        "year_14_days": ["where.py", *year(14)],
    }
    if elements:
        start = re.search(r"\d{4}-\d\d-\d\d", Path(elements).name)
        if start is None:
            sys.exit(f"{elements}: the name of a file of element sets must hold its date, like starlink_2025-11-28.tle")
        sets = (f"constellation.element_sets={Path(elements).resolve()}", f"time.start={start[0]}")
        found["real_fleet"] = ["where.py", *scenario("real_fleet", *sets)]
    return found


def measured(arguments: list[str]) -> dict:
    """Run one benchmark and return what it prints as JSON."""
    command = [sys.executable, str(HERE / arguments[0]), *arguments[1:], "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{arguments[0]} ended with exit code {done.returncode}")
    return json.loads(done.stdout)


def table(heads: tuple[str, ...], rows: Rows) -> str:
    """Return a table in Markdown, figures to the right."""
    lines = [heads, ("---", *("---:" for _ in heads[1:])), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def shown(value: float) -> str:
    """Return a figure with three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def march_table(kept: dict) -> str:
    """Return what a satellite-step costs, ours and others'."""
    m = kept["march"]
    names = {
        "full_physics": "**full physics**, 96 steps a call",
        "window": "**inside a run**: windows of 5 steps, prepared and marched",
        "window_prepare": "– first pass alone: plan and offer",
        "window_march": "– second pass alone: the march",
        "astroz": "astroz, SGP4: position",
        "heyoka": "heyoka, SGP4: position and velocity",
        "sgp4": "sgp4, SGP4: position and velocity",
        "numpy_twin": "NumPy: the same laws, without the first pass",
    }
    rows = []
    for key, name in names.items():
        one, two = m.get(f"{key}_ns_1t"), m.get(f"{key}_ns_2t")
        if one is None:
            rows.append((name, "not installed", "", "", ""))
            continue
        ratio = shown(m["over_astroz"][f"{key}_1t"]) if "over_astroz" in m else ""
        rows.append((name, shown(one), f"{m['spread'][f'{key}_1t']:.0%}", ratio, shown(two) if two else ""))
    return table(("ns a satellite-step", "1 thread", "spread", "over astroz", "2 threads, by the clock"), rows)


def limit_table(kept: dict) -> str:
    """Return what bounds a step."""
    m = kept["march"]
    rows = [
        ("operations of a marched step, as the equations stand", shown(m["flop_per_step"])),
        ("operations of a step looked ahead", shown(m["flop_per_step_ahead"])),
        ("most that one thread does, Gflop/s", shown(m["peak_gflop_s"])),
        ("so a marched step takes at least, ns", shown(m["flop_per_step"] / m["peak_gflop_s"])),
        ("full physics, share of that limit", f"{m['fraction_of_peak']:.0%}"),
        ("5 steps a call over 96, the march", shown(m["window_march_over_full_physics"])),
        ("two threads faster, by processor time", shown(m["two_threads_faster_by_processor_time"])),
        (
            f"two threads faster, by the clock ({m['processors_at_two_threads']:.2f} processors to be had)",
            shown(m["two_threads_faster"]),
        ),
    ]
    return table(("what", "figure"), rows)


def runs_table(kept: dict) -> str:
    """Return whole commands: time, memory, kernels' share."""
    names = {
        "quickstart": "`quickstart.yaml`: 10,000 satellites, a day",
        "million_day": "`fcc_million.yaml`: a million satellites, a day",
        "real_fleet": "`real_fleet.yaml`: real element sets, a day",
    }
    rows = []
    for key, name in names.items():
        if key in kept:
            k = kept[key]
            wall = k["command_s"] if "command_s" in k else k["wall_s"]
            rows.append((name, shown(k["processor_s"]), shown(wall), f"{k['processor_s'] / wall:.2f}",
                         shown(k["memory_bytes"] / 1e6), f"{k['kernels_share']:.0%}"))  # fmt: skip
    if "year_2_days" in kept and "year_14_days" in kept:
        name = "a year of 10,000 satellites, windows of 30 min (from 14 days less 2)"
        processor_s, wall_s = (of_a_year(kept, clock) for clock in ("processor_s", "wall_s"))
        rows.append((name, shown(processor_s), shown(wall_s), f"{processor_s / wall_s:.2f}",
                     shown(kept["year_14_days"]["memory_bytes"] / 1e6), ""))  # fmt: skip
    return table(("whole command", "processor s", "wall s", "processors had", "memory MB", "kernels' share"), rows)


def of_a_year(kept: dict, clock: str) -> float:
    """Return the time of a year by one clock, from what twelve days more cost."""
    two, fourteen = kept["year_2_days"][clock], kept["year_14_days"][clock]
    return two + (fourteen - two) / 12.0 * (DAYS_OF_YEAR - 2.0)


def year_window_table(kept: dict) -> str:
    """Return where a window of the year spends processor time, from what twelve days more cost."""
    few, many = kept["year_2_days"], kept["year_14_days"]
    windows = many["windows"] - few["windows"]
    whole = (many["processor_s"] - few["processor_s"]) / windows
    parts = {
        name: (many["seconds"].get(name, 0.0) - few["seconds"].get(name, 0.0)) / windows
        for name in many["seconds"]
    }  # fmt: skip
    large = {name: s for name, s in parts.items() if s >= LEAST_SHARE * whole}
    large["smaller parts"] = whole - sum(large.values())
    rows = [
        (name.replace("kernel ", "kernel `") + "`" * name.startswith("kernel "), shown(s * 1e3), f"{s / whole:.1%}")
        for name, s in sorted(large.items(), key=lambda item: -item[1])
    ]
    return table(("processor time of", "ms a window", "share"), rows)


def parts_table(key: str) -> Callable[[dict], str]:
    """Return a table of where a run's processor time goes."""

    def write(kept: dict) -> str:
        k = kept[key]
        whole = k["processor_s"]
        large = {name: s for name, s in k["seconds"].items() if s >= LEAST_SHARE * whole}
        large["smaller parts"] = whole - sum(large.values())
        ordered = sorted(large.items(), key=lambda item: -item[1])
        rows = [
            (name.replace("kernel ", "kernel `") + "`" * name.startswith("kernel "), shown(s), f"{s / whole:.1%}",
             shown(s / k["satellite_steps"] * 1e9))
            for name, s in ordered
        ]  # fmt: skip
        return table(("processor time of", "s", "share", "ns a satellite-step"), rows)

    return write


def growth_table(kept: dict) -> str:
    """Return how a window's time grows."""
    rows = []
    for key, g in kept["growth"].items():
        if not isinstance(g, dict) or "window_ms" not in g:
            continue
        axis, _, value = key.rpartition("_")
        figures = (g["offer_ms"], g["dispatch_ms"], g["march_ms"], g["record_ms"], g["window_ms"], g["ns"])
        rows.append((axis, f"{int(value):,}", *map(shown, figures)))
    return table(
        ("grows", "to", "offer ms", "dispatch ms", "march ms", "record ms", "window ms", "ns a satellite-step"), rows
    )


def visibility_table(kept: dict) -> str:
    """Return the visibility of a window."""
    v = kept["visibility"]
    names = {"keys": "who reaches which gateway in time", "signatures": "signatures and their offers",
             "round_trips": "round trips of the work assigned"}  # fmt: skip
    rows = [(name, shown(v[f"{key}_ms_1t"]), shown(v[f"{key}_ms_2t"])) for key, name in names.items()]
    heads = f"{v['satellites']:,} satellites, {v['gateways']} gateways, ms a window"
    return table((heads, "1 thread", "2 threads, by the clock"), rows)


def paths_table(kept: dict) -> str:
    """Return what shortest ways cost, beside SciPy."""
    p = kept["paths"]
    names = {"filed": "the filed million", "one_shell": "one shell, 53°",
             "one_shell_damaged": "one shell, a fifth of its links lost"}  # fmt: skip
    rows = []
    for key, name in names.items():
        ours = (name, f"{p[f'{key}_links']:,}", shown(p[f"{key}_ms"]), shown(p[f"{key}_bytes"] / 1e6))
        if p["peer"] is None:
            rows.append((*ours, "not installed", "", ""))
            continue
        theirs = shown(p[f"{key}_scipy_ms"]), shown(p[f"{key}_scipy_bytes"] / 1e6)
        rows.append(
            (*ours, *theirs, f"{shown(p[f'{key}_scipy_over_ours'])} ({shown(p[f'{key}_scipy_over_ours_least'])})")
        )
    heads = (f"{p['satellites']:,} satellites, all ways from Memphis", "links", "ours, ms", "MB", "SciPy's, ms", "MB")
    return table((*heads, "SciPy over ours (at least)"), rows)


def output_table(kept: dict) -> str:
    """Return what output costs by the number of satellites."""
    sizes = [key for key in kept["output"] if key.isdigit()]
    names = {"sums": "sums by shell, a window", "quantiles": "quantiles by shell, a window", "audit": "audit, a window",
             "rows": "all rows, a window", "record": "recording them, a window", "satellites": "totals of satellites",
             "index": "index and manifest", "report": "report"}  # fmt: skip
    rows = [(name, *(shown(kept["output"][n][key]) for n in sizes)) for key, name in names.items()]
    return table(("processor ms, by satellites", *(f"{int(n):,}" for n in sizes)), rows)


def start_table(kept: dict) -> str:
    """Return how long the program takes to start."""
    names = {"interpreter": "the interpreter alone", "help": "`--help`", "validate": "`validate quickstart.yaml`",
             "import": "`import orbital_compute`", "first_window": "quickstart, to its first window",
             "cold_compile": "the same, all kernels to compile"}  # fmt: skip
    s = kept["start_up"]
    rows = [(name, shown(s[f"{key}_s"])) for key, name in names.items() if f"{key}_s" in s]
    return table(("a process from start to end", "processor s"), rows)


def short_table(kept: dict) -> str:
    """Return the README's few figures."""
    m, million, quick = kept["march"], kept["million_day"], kept["quickstart"]
    rows = [
        ("one satellite-step of the full physics, 1 thread", f"{shown(m['full_physics_ns_1t'])} ns"),
        ("a bare position by astroz, the fastest public SGP4, in the same run", f"{shown(m['astroz_ns_1t'])} ns")
        if "astroz_ns_1t" in m else None,
        ("the same laws by NumPy", f"{shown(m['numpy_twin_ns_1t'])} ns"),
        ("10,000 satellites for a day, whole command with report", f"{shown(quick['processor_s'])} s of one processor"),
        ("a million satellites for a day, whole command", f"{shown(million['processor_s'])} s of one processor, "
         f"{shown(million['memory_bytes'] / 1e9)} GB"),
    ]  # fmt: skip
    return table(("", "measured"), [row for row in rows if row is not None])


def machine_text(kept: dict) -> str:
    """Return what it was measured on."""
    m = kept["march"]["machine"]
    return (
        f"Measured on {m['processor']}, {m['cores']} cores, vectors of {m['vector_bits']} bits, Python {m['python']}, "
        f"numba {m['numba']}, NumPy {m['numpy']}."
    )


TABLES: dict[str, Callable[[dict], str]] = {
    "machine": machine_text,
    "short": short_table,
    "march": march_table,
    "limit": limit_table,
    "runs": runs_table,
    "parts_quickstart": parts_table("quickstart"),
    "parts_million": parts_table("million_day"),
    "year_window": year_window_table,
    "growth": growth_table,
    "visibility": visibility_table,
    "paths": paths_table,
    "output": output_table,
    "start_up": start_table,
}


def filled(text: str, kept: dict) -> str:
    """Return a page's text with every table between its marks renewed."""

    def renew(match: re.Match) -> str:
        name = match[1]
        try:
            content = TABLES[name](kept)
        except KeyError as missing:
            sys.exit(f"the table {name} wants {missing}, which is no table or was not measured; see --only")
        return f"<!-- {name} -->\n{content}\n<!-- end {name} -->"

    return re.sub(r"<!-- (\w+) -->\n.*?<!-- end \1 -->", renew, text, flags=re.DOTALL)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    options.add_argument("--only", help="names of runs to renew, with commas")
    options.add_argument("--elements", help="file of real element sets, its date in its name")
    options.add_argument("--no-run", action="store_true", help="measure nothing, write the tables anew")
    chosen = options.parse_args()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    wanted = {} if chosen.no_run else runs(chosen.elements)
    for name in chosen.only.split(",") if chosen.only else wanted:
        if name not in wanted:
            sys.exit(f"{name} is none of {', '.join(wanted)}")
        print(f"measuring {name}", file=sys.stderr)
        kept[name] = measured(wanted[name])
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    for page in PAGES:
        page.write_text(filled(page.read_text(), kept))


if __name__ == "__main__":
    main()
