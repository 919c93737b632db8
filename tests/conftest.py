"""What holds for every test: no network, the same random examples each time."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

OFFLINE = Path(__file__).parent / "offline"

# This interpreter, and all that tests start.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
sys.path.insert(0, str(OFFLINE))
sys.modules.pop("sitecustomize", None)  # a distribution's own, loaded at start, would hide ours
import sitecustomize  # noqa: E402, F401

# Equal examples on every machine. Speed is judged elsewhere: a busy machine must not fail a property.
settings.register_profile(
    "orbital_compute", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("orbital_compute")

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "reference"
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config, items):
    """Leave out what cannot run here: cases beside the project that are not there, sizes too large for plain Python."""
    if not BESIDE.is_dir():
        config.stash[LEFT_OUT] = sorted({item.nodeid.split("[")[0] for item in leave_out(config, items, "beside")})
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        leave_out(config, items, "compiled")


def leave_out(config, items, mark):
    """Take the tests with a mark from those to be run, and return them."""
    away = [item for item in items if item.get_closest_marker(mark)]
    config.hook.pytest_deselected(items=away)
    items[:] = [item for item in items if not item.get_closest_marker(mark)]
    return away


def pytest_terminal_summary(terminalreporter, config):
    """Print one line a case of validation, how they came out, and what was not found."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    cases = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "validation"
    ]
    if not cases:
        return
    from validation.cases import not_found, summary

    terminalreporter.section("validation")
    for _, _, lines in sorted(cases):
        terminalreporter.write_line(lines)
    for line in [*summary({name: verdict for name, verdict, _ in cases}), *not_found()]:
        terminalreporter.write_line(line)
    for name in config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(f"not run without them: {name}")
