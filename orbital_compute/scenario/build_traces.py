"""Recorded requests: from a checked scenario to files that were read once in full, and classes of their mean size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..errors import Problem, ScenarioError
from ..model.clock import Clock
from ..model.trace import (
    POD_KINDS,
    RequestCost,
    TraceSpec,
    check_sums,
    job_of_pods,
    job_of_tokens,
    scale_units,
    whole_weights,
)
from ..model.trace_file import TraceFacts, TraceFile
from ..model.workload import JobClass, Region
from .files import resolved
from .load import Scenario
from .schema_traces import Trace

NS = 1e-9


def replayed(
    scenario: Scenario, classes: Sequence[JobClass], regions: Sequence[Region], clock: Clock, warned: list[str]
) -> tuple[list[JobClass], list[TraceSpec]]:
    """Return the classes, those with traces by their mean request, and the traces as a run takes them.

    What a reader should know of a file goes to `warned`: rows, sums and its sha256.

    Raises
    ------
    ScenarioError
        With every fault of every file.
    """
    items = scenario.workload.traces
    problems: list[Problem] = []
    found: dict[str, tuple[TraceFile, TraceFacts]] = {}
    for name, item in items.items():
        try:
            found[name] = _checked(scenario, name, item, classes)
        except ScenarioError as error:
            problems += [_of(name, problem) for problem in error.problems]
    if problems:
        raise ScenarioError(problems)
    jobs = {job.name: job for job in classes}
    costs: dict[str, RequestCost] = {}
    for job_class in dict.fromkeys(item.job_class for item in items.values()):
        mine = {name: item for name, item in items.items() if item.job_class == job_class}
        jobs[job_class], cost = _mean_job(jobs[job_class], mine, [found[name][1] for name in mine])
        costs |= dict.fromkeys(mine, cost)
    names = [job.name for job in classes]
    specs = []
    for name, item in items.items():
        file, facts = found[name]
        spec = TraceSpec(
            name=name,
            file=file,
            facts=facts,
            i_class=names.index(item.job_class),
            cost=costs[name],
            weight=whole_weights([_weight(item, region) for region in regions]),
            scale_units=scale_units(item.rate_scale),
            time_scale=item.time_scale,
            begin_s=_begin_s(item, facts, clock),
            period_s=_period_s(name, item, facts),
            until_s=math.inf if item.until is None else (item.until - clock.start).total_seconds(),
        )
        _check_time(spec, facts, clock)
        warned.append(_told(name, item, facts))
        specs.append(spec)
    _warn_of_surges(scenario, warned)
    return [jobs[name] for name in names], specs


def _checked(scenario: Scenario, name: str, item: Trace, classes: Sequence[JobClass]) -> tuple[TraceFile, TraceFacts]:
    """Return a file and what it holds."""
    kind = next(job.kind for job in classes if job.name == item.job_class)
    if item.form == "alibaba" and kind not in POD_KINDS:
        limit = f"a list of pods is work of the kinds {', '.join(POD_KINDS)}"
        raise ScenarioError(Problem(f"its class is of the kind {kind}", limit=limit, cure="name another class"))
    if item.form != "alibaba" and kind == "training":
        limit = "its requests are pieces of a run, without an answer"
        raise ScenarioError(Problem("its class is of the kind training", limit=limit, cure="name another class"))
    file = TraceFile(resolved(scenario, item.file, f"workload.traces.{name}.file"), item.form)
    if item.start == "own" and not file.dated:
        raise ScenarioError(Problem("its times are no dates", "start", source=str(file.path), cure="set start: run"))
    facts = file.check()
    check_sums(name, facts, scale_units(item.rate_scale))
    return file, facts


def _of(name: str, problem: Problem) -> Problem:
    """Return a problem with the trace that it stands in."""
    path = f"workload.traces.{name}"
    if problem.path.startswith(path):
        return problem
    return replace(problem, path=f"{path}.{problem.path}" if problem.path else path)


def _mean_job(job: JobClass, items: dict[str, Trace], facts: list[TraceFacts]) -> tuple[JobClass, RequestCost]:
    """Return a class by the mean request of its traces, and what their sizes cost."""
    scale = [scale_units(item.rate_scale) for item in items.values()]
    devices = {None if item.gpu is None else item.gpu.peak for item in items.values()}
    if len(devices) > 1:
        what = f"{', '.join(items)} bring requests of different kinds, or of different accelerators, to {job.name}"
        raise ScenarioError(Problem(what, "workload.traces", cure="give each a class of its own"))
    gpu_flop_s = devices.pop()
    if gpu_flop_s is None:
        return job_of_tokens(job, facts, scale)
    return job_of_pods(job, facts, scale, gpu_flop_s)


def _weight(item: Trace, region: Region) -> float:
    if item.regions:
        return item.regions.get(region.name, 0.0)
    return region.population if region.weight is None else region.weight


def _begin_s(item: Trace, facts: TraceFacts, clock: Clock) -> float:
    """Return when the first request comes [s after the start of the run]."""
    if item.start == "run":
        return item.delay
    epoch_ns = (clock.start - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / NS
    return item.delay + (facts.first_ns - epoch_ns) * NS


def _period_s(name: str, item: Trace, facts: TraceFacts) -> float:
    """Return the time after which a trace begins again: its span and the mean gap between two requests."""
    if not item.repeat:
        return math.inf
    span_s = (facts.last_ns - facts.first_ns) * NS * item.time_scale
    if span_s <= 0.0:
        what, cure = "all its requests come at one time", "take repeat away"
        raise ScenarioError(Problem(what, f"workload.traces.{name}.repeat", cure=cure))
    return span_s + span_s / (facts.n_row - 1)


def _check_time(spec: TraceSpec, facts: TraceFacts, clock: Clock) -> None:
    """Raise where no request can fall into the run."""
    last_s = spec.begin_s + (facts.last_ns - facts.first_ns) * NS * spec.time_scale
    ends_s = math.inf if spec.period_s < math.inf else last_s
    if spec.begin_s >= min(clock.duration_s, spec.until_s) or ends_s < 0.0:
        what = f"its requests come {spec.begin_s:.6g} to {last_s:.6g} s after the start of the run"
        limit = f"the run ends after {clock.duration_s:g} s"
        raise ScenarioError(
            Problem(what, f"workload.traces.{spec.name}.start", limit=limit, cure="set start: run, or move time.start")
        )


def _told(name: str, item: Trace, facts: TraceFacts) -> str:
    """Return one sentence on what is replayed."""
    sums = ", ".join(f"{key} {value:,}" for key, value in facts.sums.items())
    out = f" ({facts.left_out:,} rows without work left out)" if facts.left_out else ""
    return f"trace {name} replays {facts.n_row:,} rows of {item.file}{out}: {sums}; sha256 {facts.digest}"


def _warn_of_surges(scenario: Scenario, warned: list[str]) -> None:
    """Say where a surge befalls a class that has traces."""
    for event in scenario.events:
        for name, item in scenario.workload.traces.items():
            if event.kind == "demand_surge" and event.job_class in (None, item.job_class):
                warned.append(f"the surge of {event.start:%Y-%m-%d %H:%M} leaves trace {name} as it was recorded")
