"""What every benchmark shares: timing in turns, medians with their spread, a plain table, the machine in one line.

Work on one thread is judged by processor time, which other programs on a busy machine hardly change; work on several
threads by the clock on the wall, which they do. A figure is a median over rounds. Contenders take turns within a round
(A B C, A B C), and a ratio is the median of the rounds' ratios, so that a slower minute slows both sides.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numba
import numpy


@dataclass
class Timing:
    """Seconds of one contender, a round each; `work` counts what a round does (satellite-steps, unless said)."""

    name: str
    work: int
    threads: int = 1
    processor_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> list[float]:
        """Seconds that count: of the processor on one thread, on the wall on several."""
        return self.processor_s if self.threads == 1 else self.wall_s

    @property
    def median_s(self) -> float:
        """Median of the rounds."""
        return statistics.median(self.seconds)

    @property
    def ns(self) -> float:
        """Nanoseconds a piece of work."""
        return self.median_s / self.work * 1e9

    @property
    def spread(self) -> float:
        """Longest less shortest round over the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median_s

    @property
    def processors(self) -> float:
        """Processors that it had on average: below `threads` on a busy machine, or where threads wait."""
        return statistics.median(p / w for p, w in zip(self.processor_s, self.wall_s, strict=True))

    def over(self, other: "Timing") -> float:
        """Return the median over rounds of this one's time for a piece of work over another's."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median((a / self.work) / (b / other.work) for a, b in pairs)


def in_turns(contenders: Sequence[tuple[Timing, Callable[[], object]]], rounds: int) -> None:
    """Run every contender once to warm up, then `rounds` times in turns; fills the timings."""
    for _, run in contenders:
        run()
    for _ in range(rounds):
        for timing, run in contenders:
            processor, wall = time.process_time(), time.perf_counter()
            run()
            timing.processor_s.append(time.process_time() - processor)
            timing.wall_s.append(time.perf_counter() - wall)


def processor_name() -> str:
    """Return the processor's model as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def vector_bits() -> int:
    """Return the widest vectors that the compiler may use here, in bits."""
    from llvmlite.binding import get_host_cpu_features

    features = get_host_cpu_features()
    return 512 if features.get("avx512f") else 256 if features.get("avx2") else 128


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    return {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "vector_bits": vector_bits(),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": numpy.__version__,
        "load_at_start": round(os.getloadavg()[0], 1),
    }


def machine_line(facts: dict[str, object]) -> str:
    """Return the machine in one line."""
    return (
        f"{facts['processor']}, {facts['cores']} cores, vectors of {facts['vector_bits']} bits; "
        f"Python {facts['python']}, numba {facts['numba']}, NumPy {facts['numpy']}; load {facts['load_at_start']}"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows in columns: the first to the left, the others to the right; floats with three digits."""
    cells = [list(heads), *[[_shown(value) for value in row] for row in rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(heads))]
    lines = []
    for row in cells:
        first = row[0].ljust(widths[0])
        lines.append("  ".join([first, *[text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]]))
    return "\n".join(line.rstrip() for line in lines)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


TIMING_HEADS = ("", "threads", "work", "ns each", "spread", "processors")


def timing_row(timing: Timing) -> tuple[object, ...]:
    """Return a timing as a row under TIMING_HEADS."""
    return timing.name, timing.threads, timing.work, timing.ns, f"{timing.spread:.0%}", f"{timing.processors:.2f}"


def parser(description: str, *, rounds: int = 7) -> argparse.ArgumentParser:
    """Return a parser with what all benchmarks take."""
    found = argparse.ArgumentParser(description=description.partition("\n\n")[0])
    found.add_argument("--json", action="store_true", help="print one line of JSON and nothing else")
    found.add_argument("--rounds", type=int, default=rounds, help=f"rounds that the medians are taken over ({rounds})")
    return found


def report(name: str, figures: dict[str, object], text: str, *, as_json: bool, facts: dict[str, object]) -> None:
    """Print a benchmark's answer: the machine and its text, or one line of JSON with its figures."""
    if as_json:
        print(json.dumps({"benchmark": name, "machine": facts, **figures}))
    else:
        print(f"{machine_line(facts)}\n\n{text}")
