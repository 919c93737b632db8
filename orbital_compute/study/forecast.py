"""What a run will take: disk by count; time and memory by flying its first windows."""

from __future__ import annotations

import os
import statistics
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from ..scenario.build import build
from ..scenario.load import Scenario
from ..simulate import Simulation
from ..store.files import free_folder
from ..store.footprint import Footprint, refuse_if_too_large
from ..store.least_size import refuse_at_once
from ..store.limits import Limit, available_memory, free_disk
from ..store.run_size import footprint, output_limit_bytes

TRIAL_S = 10.0  # of wall time for the windows that are flown
TRIAL_WINDOWS = 24  # at most
REPORT_BYTES = 105_000_000  # of memory: the libraries that draw, loaded after the last window (measured)
END_S = 2.5  # start of the program, index and report, of a small run (C)
END_S_PER_BYTE = 1e-7  # and for each byte of results


@dataclass(frozen=True)
class Forecast:
    """What a run will take, and what there is. Time and memory are those of the windows that were flown, and on."""

    footprint: Footprint
    memory_bytes: int
    memory_left: Limit | None
    disk_left: Limit
    threads: int
    build_s: float
    first_window_s: float
    window_s: float  # wall time of each further window
    end_s: float
    n_window: int
    windows_flown: int

    @property
    def wall_s(self) -> float:
        """Wall time of the whole command [s]."""
        return self.build_s + self.first_window_s + (self.n_window - 1) * self.window_s + self.end_s

    def figures(self) -> dict[str, dict[str, object]]:
        """Return the headline figures, each {"value", "unit"}."""
        left = None if self.memory_left is None else self.memory_left.bytes
        return {
            "wall_time": {"value": self.wall_s, "unit": "s"},
            "core_time": {"value": self.wall_s * self.threads, "unit": "s"},
            "memory": {"value": self.memory_bytes, "unit": "byte"},
            "memory_left": {"value": left, "unit": "byte"},
            "disk": {"value": self.footprint.disk_bytes, "unit": "byte"},
            "disk_left": {"value": self.disk_left.bytes, "unit": "byte"},
            "windows": {"value": self.n_window, "unit": "1"},
            "windows_flown": {"value": self.windows_flown, "unit": "1"},
            "threads": {"value": self.threads, "unit": "1"},
        }


def forecast(scenario: Scenario, *, threads: int | None = None) -> Forecast:
    """Return what a run of a scenario will take on this machine as it is now.

    Raises
    ------
    WontFitError
        It will not fit into memory or onto the disk.
    ScenarioError
        The scenario is wrong.
    """
    started_s = time.perf_counter()
    folder = free_folder(Path("out") / scenario.name)
    refuse_at_once(scenario, folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the run says them
        model = build(scenario)
        size = footprint(model, to_folder=True)
        refuse_if_too_large(size, folder=folder, output_limit_bytes=output_limit_bytes(model))
        simulation = Simulation(model, threads=threads)
        build_s = time.perf_counter() - started_s
        times_s: list[float] = []
        try:
            while not simulation.done and len(times_s) < TRIAL_WINDOWS and sum(times_s[1:]) < TRIAL_S:
                begun_s = time.perf_counter()
                simulation.step()
                times_s.append(time.perf_counter() - begun_s)
            memory_bytes = _memory_bytes() + size.buffer_bytes + REPORT_BYTES
        finally:
            simulation.close()
    runs = 1 if scenario.output.compare is None else 2
    return Forecast(
        footprint=size, memory_bytes=memory_bytes, memory_left=available_memory(), disk_left=free_disk(folder),
        threads=simulation.threads, build_s=build_s, first_window_s=times_s[0],
        window_s=runs * statistics.mean(times_s[1:] or times_s), end_s=END_S + END_S_PER_BYTE * size.kept_bytes,
        n_window=model.clock.n_window, windows_flown=len(times_s),
    )  # fmt: skip


def _memory_bytes() -> int:
    """Return what this process holds in memory now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
