"""The command `plan`: what a run will take, before it is begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .shared import AsJson, Changes, ScenarioFile, Threads, checked_scenario, print_json

if TYPE_CHECKING:
    from ..store.limits import Limit


def plan(scenario: ScenarioFile, threads: Threads = None, changes: Changes = None, as_json: AsJson = False) -> None:
    """Say what a run will take: time, memory and disk, beside what there is. Nothing is written.

    The first windows are flown, for some seconds, to measure the time. A run that cannot fit ends with code 3.
    """
    checked = checked_scenario(scenario, changes)
    from ..store.footprint import bytes_text
    from ..store.least_size import refuse_at_once

    refuse_at_once(checked, Path("out"))
    from ..study.forecast import forecast

    found = forecast(checked, threads=threads)
    if as_json:
        print_json({"scenario": str(scenario), "figures": found.figures(), "parts_byte": found.footprint.parts})
        return
    flown = f"measured on the first {found.windows_flown} of {found.n_window:,} windows, {found.threads} threads"
    print(f"{scenario}: fits.")
    print(f"  time    {_duration(found.wall_s):>10}  ({flown})")
    print(f"  memory  {bytes_text(found.memory_bytes):>10}  of {_left(found.memory_left)}")
    print(f"  disk    {bytes_text(found.footprint.disk_bytes):>10}  of {_left(found.disk_left)}")


def _left(limit: Limit | None) -> str:
    from ..store.footprint import bytes_text

    return "what nobody limits" if limit is None else f"{bytes_text(limit.bytes)} that {limit.source} leaves"


def _duration(seconds: float) -> str:
    from ..report.units import duration

    return duration(seconds)
