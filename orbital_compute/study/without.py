"""The run without what happened: the same scenario, no events and no reclaims, for the report to set beside."""

from __future__ import annotations

from pathlib import Path

from ..errors import ResultsError
from ..results import Results
from ..scenario.load import Scenario
from ..simulate import simulate
from ..store.reader import open_results

SUFFIX = "_without_events"


def without_events(scenario: Scenario) -> Scenario:
    """Return the scenario without its events and without the reclaims of its leases."""
    calm = {f"lease[{i}].reclaim": None for i, item in enumerate(scenario.lease) if item.reclaim is not None}
    return scenario.replace({"events": [], "output.compare": None, **calm})


def run_without_events(
    scenario: Scenario, folder: Path | None = None, *, threads: int | None = None, overwrite: bool = False
) -> Results | None:
    """Run the scenario without events, if it asks for the comparison; None if it does not.

    `folder` is that of the run with events: the results go beside it, with SUFFIX at its name. None keeps them in
    memory.
    """
    if scenario.output.compare is None:
        return None
    output = None if folder is None else beside(folder)
    return simulate(without_events(scenario), output=output, threads=threads, overwrite=overwrite)


def beside(folder: Path) -> Path:
    """Return where the run without events lies."""
    return folder.with_name(folder.name + SUFFIX)


def open_without_events(folder: Path) -> Results | None:
    """Return the stored run without events that belongs to a folder of results; None where there is none."""
    try:
        return open_results(beside(folder))
    except ResultsError:
        return None
