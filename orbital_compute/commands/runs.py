"""The commands about one run: begin it, go on with it, check it, say what it is, and report on it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ResultsError, StoppedError
from ..stopping import STOPPED, Stopping
from .shared import (
    BAD_INPUT,
    FAILED,
    AsJson,
    Changes,
    Ended,
    Quiet,
    ResultFolder,
    ScenarioFile,
    Threads,
    checked_scenario,
    end,
    named_path,
    print_json,
)

if TYPE_CHECKING:
    from ..results import Results
    from ..scenario.load import Scenario
    from ..store.check import Findings


def run(
    scenario: ScenarioFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            parser=named_path,
            help="Folder for the results.  [default: out/NAME, then NAME-2]",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that stand in DIR.")] = False,
    threads: Threads = None,
    changes: Changes = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a scenario: results and an HTML report go to a folder, the headline figures to the screen.

    Stopped by Ctrl-C, TERM or USR1 it keeps what it has, ends with code 75, and `resume` goes on.
    """
    checked = checked_scenario(scenario, changes)
    if output is None:
        from ..store.files import free_folder

        output = free_folder(Path("out") / checked.name)
    from ..store.least_size import refuse_at_once

    refuse_at_once(checked, output)  # before what takes long is loaded
    with Stopping() as stop:
        from ..run import simulate
        from ..study.without import run_without_events

        progress = not quiet and not as_json
        try:
            results = simulate(
                checked, output=output, progress=progress, threads=threads, overwrite=overwrite, stop=stop
            )
            without = run_without_events(checked, output, threads=threads, overwrite=overwrite, stop=stop)
        except StoppedError as stopped:
            _stopped(stopped, output)
    _tell(results, checked, output, without, threads=threads, quiet=quiet, as_json=as_json)


def resume(folder: ResultFolder, threads: Threads = None, quiet: Quiet = False, as_json: AsJson = False) -> None:
    """Go on with a run that was stopped, killed or cut off; the results have the same bits as without the stop."""
    with Stopping() as stop:
        from ..run import resume, scenario_of
        from ..study.without import resume_without_events

        progress = not quiet and not as_json
        try:
            results = resume(folder, progress=progress, threads=threads, stop=stop)
            checked = scenario_of(results.manifest)
            without = resume_without_events(checked, folder, threads=threads, stop=stop)
        except ResultsError as error:
            end(f"{error}.", BAD_INPUT)
        except StoppedError as stopped:
            _stopped(stopped, folder)
    _tell(results, checked, folder, without, threads=threads, quiet=quiet, as_json=as_json)


def report(folder: ResultFolder, as_json: AsJson = False) -> None:
    """Write the HTML report of stored results anew, and print the headline figures."""
    from ..report.page import write_report
    from ..store.reader import open_results
    from ..study.design import cases_of
    from ..study.without import open_without_events

    try:
        results = open_results(folder)
    except ResultsError as error:
        end(f"{error}.", BAD_INPUT)
    cases, without = cases_of(results), open_without_events(folder)
    page = write_report(results, folder, cases=cases, without=without)
    _show(results, folder, page, cases, without, quiet=False, as_json=as_json)


def check(folder: ResultFolder, as_json: AsJson = False) -> None:
    """Check every file and every byte of a result folder; a run that did not finish is checked as far as it came.

    Ends with code 1 if anything is damaged, missing or strange.
    """
    from ..store.check import check_folder

    try:
        found = check_folder(folder)
    except ResultsError as error:
        end(f"{error}.", BAD_INPUT)
    try:
        if as_json:
            print_json({"folder": str(folder), **asdict(found)})
        else:
            _say_found(folder, found)
    finally:  # the code stands even if nobody reads the words
        if found.problems:
            raise Ended(FAILED)


def _say_found(folder: Path, found: Findings) -> None:
    held = f"{found.n_file} files, {found.n_byte:,} bytes"
    if found.problems:
        print(f"{folder}: {len(found.problems)} fault{'s' * (len(found.problems) > 1)} in {held}:")
        print("\n".join(f"  {problem}." for problem in found.problems))
    elif found.n_done is None:
        print(f"{folder}: whole. {held} are as the run wrote them.")
    else:
        print(f"{folder}: whole, but the run did not finish: {found.n_done} windows are safe, in {held};")
        print(f"go on with: orbital-compute resume {folder}")


def info(folder: ResultFolder, as_json: AsJson = False) -> None:
    """Show what a result folder holds and how it came about: scenario, versions, seed, machine, time taken."""
    from ..report.about import about_run
    from ..report.tables import table
    from ..store.manifest import read_manifest

    try:
        manifest = read_manifest(folder)
    except ResultsError as error:
        end(f"{error}.", BAD_INPUT)
    if as_json:
        told = {key: value for key, value in manifest.items() if key not in ("provenance", "shards")}
        print_json({"folder": str(folder), **told, "n_shard": len(manifest["shards"])})
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    for rows in about_run(manifest, str(folder)):
        console.print(table(rows))
        console.print()


def _stopped(stopped: StoppedError, folder: Path) -> None:
    done = f"stopped after window {stopped.n_done} of {stopped.n_window}"
    end(f"{folder}: {done}; go on with: orbital-compute resume {folder}", STOPPED)


def _tell(
    results: Results, checked: Scenario, folder: Path, without: Results | None, *, threads: int | None, quiet: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Write the report, print the headline figures, and end with a code where a ledger of the results is open."""
    from ..report.page import write_report
    from ..study.design import cases_of

    cases = cases_of(results, checked, threads=threads)
    page = write_report(results, folder, cases=cases, without=without)
    open_ledgers = [name for name, ledger in results.audit().items() if not ledger["closes"]]
    try:
        _show(results, folder, page, cases, without, quiet=quiet, as_json=as_json)
    finally:  # said even if nobody reads the figures any more
        if open_ledgers:
            end(f"{folder}: the stored numbers do not add up; see the audit of {', '.join(open_ledgers)}.", FAILED)


def _show(
    results: Results, folder: Path, page: Path, cases: Any, without: Results | None, *, quiet: bool, as_json: bool
) -> None:
    if as_json:
        print_json({"folder": str(folder), "report": str(page), "summary": results.summary()})
    elif not quiet:
        from ..report.tables import print_summary

        print_summary(results, folder=folder, report=page, cases=cases, without=without)
