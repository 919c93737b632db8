"""A run from its scenario to its results, with checkpoints on the way, and on again from the last of them."""

from __future__ import annotations

import contextlib
import functools
import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .errors import Problem, ResultsError, ScenarioError, StoppedError
from .model.frames import EarthRotationWarning, instants_after, rotation_caveat
from .model.policy.user import UserFunction
from .progress import collected_warnings, reporting
from .results import Results
from .scenario.build import Model, build, with_policy
from .scenario.files import input_sums
from .scenario.load import Scenario, load_scenario
from .simulate import Simulation
from .store.checkpoint import Checkpoint, newest_checkpoint, remove_checkpoints, write_checkpoint
from .store.files import prepare_folder, writing_alone
from .store.footprint import refuse_if_too_large
from .store.least_size import refuse_at_once
from .store.manifest import library_versions, new_manifest, read_manifest
from .store.reader import keep_only, open_results
from .store.recorder import Kept, Recorder
from .store.rows import coordinates, satellite_columns, totals
from .store.run_size import footprint, output_limit_bytes
from .store.tables import data_tables

CHECKPOINT_S = 60.0  # of wall time between two checkpoints, at least
CHECKPOINT_SHARE = 0.05  # of a run's time that they may take
Progress = bool | Callable[[int, int], None]


def never() -> bool:
    """Return False: nobody asks a run to stop."""
    return False


def simulate(
    scenario: Scenario | Mapping[str, Any] | str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    progress: Progress = False,
    threads: int | None = None,
    overwrite: bool = False,
    policy: UserFunction | None = None,
    stop: Callable[[], bool] = never,
    checkpoint_s: float = CHECKPOINT_S,
) -> Results:
    """Run a scenario and return its results.

    Parameters
    ----------
    scenario : Scenario, path or dict
        What to run.
    output : path or None
        Folder for the results; None keeps them in memory and leaves no file.
    progress : bool or callable
        True shows a bar on the error stream; a callable gets (windows done, windows in all).
    threads : int or None
        Threads for the satellites, as many as processors by default; they change no bit of the answer.
    overwrite : bool
        Replace results that stand in the folder.
    policy : callable or None
        A dispatch in place of the scenario's, as its `policy: {user: ...}` would name one; the results say so.
    stop : callable
        Asked after each window; once it says True, a checkpoint is written and the run ends with StoppedError.
    checkpoint_s : float
        Wall time between two checkpoints, at least [s]; they also take no more than a twentieth of the time. 0: one
        after every window, whatever it takes.

    Raises
    ------
    ScenarioError
        The scenario is wrong, or the folder cannot take results.
    WontFitError
        The run would not fit into memory or onto the disk.
    AuditError
        A ledger of the run does not close.
    ResultsError
        The disk is full, or another run writes into the folder. After this and after every interruption `resume`
        goes on from the last checkpoint.
    StoppedError
        `stop` said so.
    """
    started_s = time.perf_counter()
    checked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    folder = None if output is None else Path(output)
    refuse_at_once(checked, folder)
    with contextlib.ExitStack() as held:
        with collected_warnings() as warned:
            model = _model(checked, policy, threads)
            _refuse_if_too_large(model, folder)
            if folder is not None:
                folder = prepare_folder(folder, overwrite=overwrite)
                held.enter_context(writing_alone(folder))
            simulation = Simulation(model, threads=threads)
        clock = model.clock
        manifest = new_manifest(
            scenario=checked.to_dict(), provenance=checked.provenance(), seed=model.seed, start=clock.start,
            step_s=clock.step_s, window_s=clock.window_s, n_step=clock.n_step, threads=simulation.threads,
            duration_s=clock.duration_s, inputs=input_sums(checked), policy=None if policy is None else _name(policy),
        )  # fmt: skip
        recorder = Recorder(manifest, coordinates(simulation), folder=folder)
        simulation.durations_s["build"] = time.perf_counter() - started_s
        journey = Journey(simulation, recorder, folder, stop=stop, checkpoint_s=checkpoint_s)
        return journey.finish(progress, warned, started_s)


def resume(
    folder: str | os.PathLike[str],
    *,
    progress: Progress = False,
    threads: int | None = None,
    policy: UserFunction | None = None,
    stop: Callable[[], bool] = never,
    checkpoint_s: float = CHECKPOINT_S,
) -> Results:
    """Go on with a run that was stopped, from its last checkpoint, and return its results.

    They have the same bits as those of a run that was never stopped. The results of a complete run are returned as
    they are; a run without a checkpoint begins anew. `policy` is the one that `simulate` was given, if it was given
    one; the others are as for `simulate`.

    Raises
    ------
    ResultsError
        The folder holds no run, a damaged one, one of other versions of the program or its libraries, one whose input
        files have changed, or one that is running.
    ScenarioError, WontFitError, AuditError, StoppedError
        As for `simulate`.
    """
    started_s = time.perf_counter()
    folder = Path(folder)
    with contextlib.ExitStack() as held:
        manifest = read_manifest(folder)
        held.enter_context(writing_alone(folder))
        if manifest["status"] == "complete":
            remove_checkpoints(folder)
            return open_results(folder)
        checked = _same_scenario(folder, manifest, policy)
        point = newest_checkpoint(folder)
        keep_only(folder, [] if point is None else point.facts["recorder"]["shards"])
        with collected_warnings() as warned:
            model = _model(checked, policy, threads)
            _refuse_if_too_large(model, folder)
            simulation = Simulation(model, threads=threads)
        manifest["resumed_after_windows"] = [*manifest["resumed_after_windows"], 0 if point is None else point.n_done]
        kept = None if point is None else _taken_up(simulation, point)
        recorder = Recorder(manifest, coordinates(simulation), folder=folder, kept=kept)
        journey = Journey(simulation, recorder, folder, stop=stop, checkpoint_s=checkpoint_s)
        return journey.finish(progress, warned, started_s)


def scenario_of(manifest: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a manifest holds, its files looked for where they were."""
    return load_scenario(manifest["scenario"], folder=Path(manifest["inputs"]["folder"]))


def _model(checked: Scenario, policy: UserFunction | None, threads: int | None) -> Model:
    if threads is not None and threads < 1:
        raise ScenarioError(Problem("threads must be at least 1", "threads", threads, cure="leave it out"))
    return build(checked) if policy is None else with_policy(build(checked), policy)


def _refuse_if_too_large(model: Model, folder: Path | None) -> None:
    size = footprint(model, to_folder=folder is not None)
    refuse_if_too_large(size, folder=folder, output_limit_bytes=output_limit_bytes(model))


def _name(policy: UserFunction) -> str:
    return getattr(policy, "__qualname__", type(policy).__name__)


def _same_scenario(folder: Path, manifest: Mapping[str, Any], policy: UserFunction | None) -> Scenario:
    """Return the scenario of a run that began in a folder, if it can go on here with the same bits."""
    wanted = manifest["versions"] | manifest.get("tables", {})
    here = library_versions() | (data_tables() if "tables" in manifest else {})
    other = [f"{name} {wanted.get(name)}, here {here.get(name)}" for name in sorted({*wanted, *here})
             if wanted.get(name) != here.get(name)]  # fmt: skip
    if other:
        what = f"{folder}: the run was begun with {'; '.join(other)}"
        raise ResultsError(f"{what}; go on with the same versions, or run it anew", path=str(folder))
    name = None if policy is None else _name(policy)
    if name != manifest["policy"]:
        what = f"{folder}: the run was begun with the policy {manifest['policy'] or 'of its scenario'}"
        raise ResultsError(f"{what}, not {name or 'that of its scenario'}; give the same", path=str(folder))
    checked = scenario_of(manifest)
    files = input_sums(checked)["files"]
    changed = [place for place, item in manifest["inputs"]["files"].items() if files.get(place) != item]
    if changed:
        what = f"{folder}: {', '.join(changed)} named a file that has changed since the run began"
        raise ResultsError(f"{what}; bring it back, or run it anew", path=str(folder))
    return checked


def _taken_up(simulation: Simulation, point: Checkpoint) -> Kept:
    """Bring a run to a checkpoint, and return what its recorder held there."""
    parts: dict[str, dict[str, Any]] = {"column": {}, "day": {}, "simulation": {}}
    for name, values in point.arrays.items():
        kind, _, rest = name.partition("/")
        parts[kind][rest] = values
    simulation.restore(parts.pop("simulation"))
    simulation.durations_s.update(point.facts["durations_s"])
    return Kept(parts, point.facts["recorder"])


class Journey:
    """A run on its way: window after window, recorded one behind, with a checkpoint now and then."""

    def __init__(
        self, simulation: Simulation, recorder: Recorder, folder: Path | None, *, stop: Callable[[], bool],
        checkpoint_s: float,
    ):  # fmt: skip
        self.simulation, self.recorder, self.folder = simulation, recorder, folder
        self._stop, self._checkpoint_s = stop, checkpoint_s
        self._pending: Callable[[], object] | None = None
        self._due_s = time.monotonic() + checkpoint_s

    def finish(self, progress: Progress, warned: list[str], started_s: float) -> Results:
        """Go to the end, and return the results."""
        simulation, recorder, model = self.simulation, self.recorder, self.simulation.model
        clock = model.clock
        caveat = rotation_caveat(instants_after(clock.start, [0.0, clock.duration_s]))
        warned = [*model.warnings, *warned, *([] if caveat is None else [caveat])]
        try:
            with reporting(progress, clock.n_window) as tell, warnings.catch_warnings():
                warnings.simplefilter("ignore", EarthRotationWarning)  # said above, once
                while not simulation.done:
                    self._go_on()
                    tell(simulation.window, clock.n_window)
                self._record()
            recorder.record_satellites(satellite_columns(simulation))
            durations_s = {**simulation.durations_s, "total": time.perf_counter() - started_s}
            results = recorder.finish(totals(simulation), warnings=warned, durations_s=durations_s)
        finally:
            simulation.close()
            recorder.close()
        if self.folder is not None:
            remove_checkpoints(self.folder)
        return results

    def _go_on(self) -> None:
        """Move one window on; save all where it is time, and stop where somebody asks for it."""
        simulation, pending = self.simulation, self._pending
        self._pending = None
        rows = simulation.step(pending)
        self._pending = functools.partial(self._put, simulation.window - 1, rows, simulation.day, simulation.day_rows)
        asked = self._stop()
        if self.folder is not None and (asked or time.monotonic() >= self._due_s):
            self._save(self.folder)
        if asked:
            raise StoppedError(self.folder, simulation.window, simulation.model.clock.n_window)

    def _put(self, window: int, rows: dict[str, Any], day: int, of_day: dict[str, Any] | None) -> None:
        if of_day is not None:
            self.recorder.record_day(day, of_day)
        self.recorder.record_window(window, rows)

    def _record(self) -> None:
        """Record the window done last, if that is still to do."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending()

    def _save(self, folder: Path) -> None:
        """Write a checkpoint, and set the time of the next."""
        begun_s = time.monotonic()
        self._record()
        kept = self.recorder.keep()
        arrays = {f"{kind}/{name}": values for kind, part in kept.arrays.items() for name, values in part.items()}
        arrays |= {f"simulation/{name}": values for name, values in self.simulation.state().items()}
        facts = {"recorder": kept.facts, "durations_s": self.simulation.durations_s}
        write_checkpoint(folder, self.simulation.window, arrays, facts)
        now_s = time.monotonic()
        pause_s = max(self._checkpoint_s, (now_s - begun_s) / CHECKPOINT_SHARE)
        self._due_s = now_s + (pause_s if self._checkpoint_s > 0.0 else 0.0)
