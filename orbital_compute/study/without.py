"""The run without what happened: the same scenario, no events and no reclaims, for the report to set beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import ResultsError
from ..results import Results
from ..run import never, resume, simulate
from ..scenario.load import Scenario
from ..store.files import holds_results
from ..store.reader import open_results

SUFFIX = "_without_events"


def without_events(scenario: Scenario) -> Scenario:
    """Return the scenario without its events and without the reclaims of its leases."""
    calm = {f"lease[{i}].reclaim": None for i, item in enumerate(scenario.lease) if item.reclaim is not None}
    return scenario.replace({"events": [], "output.compare": None, **calm})


def run_without_events(
    scenario: Scenario, folder: Path | None = None, *, threads: int | None = None, overwrite: bool = False,
    stop: Callable[[], bool] = never,
) -> Results | None:  # fmt: skip
    """Run the scenario without events, if it asks for the comparison; None if it does not.

    `folder` is that of the run with events: the results go beside it, with SUFFIX at its name. None keeps them in
    memory. `stop` and errors are those of `simulate`.
    """
    if scenario.output.compare is None:
        return None
    output = None if folder is None else beside(folder)
    return simulate(without_events(scenario), output=output, threads=threads, overwrite=overwrite, stop=stop)


def resume_without_events(
    scenario: Scenario, folder: Path, *, threads: int | None = None, stop: Callable[[], bool] = never
) -> Results | None:
    """Go on with the run without events that belongs to a folder of results, or begin it; None if none is asked for."""
    if scenario.output.compare is not None and holds_results(beside(folder)):
        return resume(beside(folder), threads=threads, stop=stop)
    return run_without_events(scenario, folder, threads=threads, stop=stop)


def beside(folder: Path) -> Path:
    """Return where the run without events lies."""
    return folder.with_name(folder.name + SUFFIX)


def open_without_events(folder: Path) -> Results | None:
    """Return the stored run without events that belongs to a folder of results; None where there is none."""
    try:
        return open_results(beside(folder))
    except ResultsError:
        return None
