"""The command `orbital-compute`. Heavy parts are imported by the command that needs them, so that help is quick.

Exit codes: 0 done, 1 a run that broke a law, 2 bad input, 3 refused because it would not fit, 75 stopped.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ._version import __version__
from .errors import OrbitalComputeError, ResultsError, ScenarioError, WontFitError

if TYPE_CHECKING:
    from .scenario.load import Scenario
    from .scenario.preset import Preset

BAD_INPUT, WOULD_NOT_FIT, FAILED, STOPPED = 2, 3, 1, 75

app = typer.Typer(
    name="orbital-compute",
    help="What compute does a fleet of data-centre satellites deliver, hour by hour, beside a terrestrial site?",
    epilog="Example: orbital-compute run scenarios/quickstart.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
presets_app = typer.Typer(
    help="Figures that a scenario can name: each with its confidence, source and date.",
    epilog="Example: orbital-compute presets show starmind_ai1",
    no_args_is_help=True,
)
app.add_typer(presets_app, name="presets")

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).", show_default=False)]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value; may stand several times.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if version:
        print(f"orbital-compute {__version__}")
        raise typer.Exit()


@app.command(epilog="Example: orbital-compute validate scenarios/quickstart.yaml --set satellite.radiator.area='90 m2'")
def validate(
    scenario: Annotated[Path | None, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).")] = None,
    changes: Changes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the resolved scenario with its sources.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema for editors, and nothing else.")
    ] = False,
) -> None:
    """Check a scenario and name every problem at once, with its line, its limit and its cure."""
    if schema:
        from .scenario.load import Scenario

        print(json.dumps(Scenario.json_schema(), indent=2))
        return
    if scenario is None:
        raise typer.BadParameter("name a scenario file, or ask for --schema", param_hint="SCENARIO")
    checked = _checked(scenario, changes)
    if as_json:
        print(json.dumps({"scenario": checked.to_dict(), "provenance": checked.provenance()}, indent=2))
        return
    print(_in_words(scenario, checked))


@app.command(epilog="Example: orbital-compute run scenarios/quickstart.yaml --threads 2 --set seed=7")
def run(
    scenario: ScenarioFile,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.  [default: out/NAME, then NAME-2]"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that stand in DIR.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; they change no bit of the answer.")] = None,
    changes: Changes = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a scenario: results and an HTML report go to a folder, the headline figures to the screen."""
    checked = _checked(scenario, changes)
    if output is None:
        from .store.files import free_folder

        output = free_folder(Path("out") / checked.name)
    from .report.page import write_report
    from .simulate import simulate
    from .study.design import cases_of
    from .study.without import run_without_events

    progress = not quiet and not as_json
    try:
        results = simulate(checked, output=output, progress=progress, threads=threads, overwrite=overwrite)
    except KeyboardInterrupt:  # here, since typer would make 130 of it
        _stop(f"{output}: stopped before the end; run it again with --overwrite.", STOPPED)
    cases = cases_of(results, checked, threads=threads)
    without = run_without_events(checked, output, threads=threads, overwrite=overwrite)
    page = write_report(results, output, cases=cases, without=without)
    if as_json:
        _print_json({"folder": str(output), "report": str(page), "summary": results.summary()})
    elif not quiet:
        from .report.tables import print_summary

        print_summary(results, folder=output, report=page, cases=cases, without=without)
    open_ledgers = [name for name, ledger in results.audit().items() if not ledger["closes"]]
    if open_ledgers:
        _stop(f"{output}: the stored numbers do not add up; see the audit of {', '.join(open_ledgers)}.", FAILED)


@app.command(epilog="Example: orbital-compute report out/quickstart")
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with results.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write the HTML report of stored results anew, and print the headline figures."""
    from .report.page import write_report
    from .store.reader import open_results
    from .study.design import cases_of
    from .study.without import open_without_events

    try:
        results = open_results(folder)
    except ResultsError as error:
        _stop(f"{error}.", BAD_INPUT)
    cases, without = cases_of(results), open_without_events(folder)
    page = write_report(results, folder, cases=cases, without=without)
    if as_json:
        _print_json({"folder": str(folder), "report": str(page), "summary": results.summary()})
        return
    from .report.tables import print_summary

    print_summary(results, folder=folder, report=page, cases=cases, without=without)


@presets_app.command("list", epilog="Example: orbital-compute presets list")
def presets_list(as_json: AsJson = False) -> None:
    """List all presets by kind."""
    from .scenario.preset import catalogue, load_preset

    found = [load_preset(kind, name) for kind, names in catalogue().items() for name in names]
    if as_json:
        print(json.dumps([{"kind": item.kind, "name": item.name, "title": item.title} for item in found], indent=2))
        return
    _print_table(
        "Presets",
        ("kind", "name", "what it is"),
        [(item.kind, item.name, item.title) for item in found],
        narrow=("kind", "name"),
    )


@presets_app.command("show", epilog="Example: orbital-compute presets show colossus_1")
def presets_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, or kind/name.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show every figure of a preset with its confidence (A measured, B filed or vendor, C engineering) and source."""
    from .scenario.preset import all_figures

    preset = _preset(name)
    figures = all_figures(preset)
    if as_json:
        print(json.dumps([{"path": path, "value": value, **record} for path, value, record in figures], indent=2))
        return
    sources: list[str] = []
    rows = []
    for path, value, record in figures:
        if record["source"] not in sources:
            sources.append(record["source"])
        note = f"[{sources.index(record['source']) + 1}]"
        rows.append((path, _shown(value), record["grade"], _span(record), note))
    heads = ("figure", "value", "grade", "low to high", "source")
    _print_table(f"{preset.kind}/{preset.name}: {preset.title}", heads, rows, narrow=heads[1:])
    print(f"\nGrades: A measured or primary, B filed or vendor, C engineering. Sources, read {preset.date}:")
    for number, source in enumerate(sources, 1):
        print(f"  [{number}] {source}")


@presets_app.command("copy", epilog="Example: orbital-compute presets copy starmind_ai1 my_satellite.yaml")
def presets_copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, or kind/name.", show_default=False)],
    to: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; the screen if not given.")] = None,
) -> None:
    """Copy a preset as a piece of a scenario, to be changed there."""
    text = _fragment(_preset(name))
    if to is None:
        print(text, end="")
        return
    if to.exists():
        raise ScenarioError(f"{to}: a file stands there already; name another.")
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{to}: it cannot be written ({error.strerror}); name another place.") from error


@app.command(epilog="Example: orbital-compute fetch starlink --output starlink.csv")
def fetch(
    group: Annotated[
        str, typer.Argument(metavar="GROUP", help="CelesTrak's name of a group: starlink, oneweb.", show_default=False)
    ],
    base: Annotated[
        str | None,
        typer.Option("--from", metavar="BASE", help="Address to ask instead of CelesTrak; GROUP= and FORMAT= follow."),
    ] = None,
    form: Annotated[str, typer.Option("--form", help="csv, json, xml or kvn (OMM), or tle.")] = "csv",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="File to write.  [default: a copy in the cache]"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="TIME", help="Take a kept copy that is no older; at least 2 h.")
    ] = "2 h",
    as_json: AsJson = False,
) -> None:
    """Get a group of element sets, at most once in two hours, and keep it if every set can be read."""
    from .model.fetch import CELESTRAK, fetch_group

    found = fetch_group(
        group,
        base=CELESTRAK if base is None else base,
        form=form,
        output=output,
        overwrite=overwrite,
        max_age_s=_seconds(max_age, "--max-age"),
    )
    epochs = sorted(item.epoch for item in found.sets)
    if as_json:
        facts = {"group": group, "address": found.address, "asked": found.asked, "given": found.given.isoformat()}
        facts |= {
            "element_sets": len(epochs),
            "first_epoch": epochs[0].isoformat(),
            "last_epoch": epochs[-1].isoformat(),
        }
        print(json.dumps({"file": str(found.path), **facts}, indent=2))
        return
    how = "asked just now" if found.asked else f"a copy of {found.age_s / 60:.0f} min ago, not asked again"
    span = f"{epochs[0]:%Y-%m-%d %H:%M} to {epochs[-1]:%Y-%m-%d %H:%M} UTC"
    print(f"{found.path}: {len(epochs):,} element set{'s' * (len(epochs) > 1)}, epochs {span}")
    print(f"from {found.address} ({how})")


def _seconds(text: str, name: str) -> float:
    """Return a time that stands in an option."""
    from .errors import Problem
    from .scenario.quantity import QuantityError, read_quantity

    try:
        return read_quantity(text, "s", example="6 h")
    except QuantityError as error:
        raise ScenarioError(Problem(error.what, name, text, error.limit, error.cure)) from error


def _checked(path: Path, changes: list[str] | None) -> Scenario:
    from .scenario.files import check_files
    from .scenario.load import load_scenario

    scenario = load_scenario(path, overrides=changes or ())
    check_files(scenario)
    return scenario


def _in_words(path: Path, scenario: Scenario) -> str:
    """Return one or two lines that say what a scenario holds."""
    time, count = scenario.time, scenario.n_satellite
    fleet = f"{count:,} satellites" if count is not None else f"satellites of {scenario.constellation.form}"
    sites = f" beside {', '.join(site.name for site in scenario.sites)}" if scenario.sites else ""
    steps, windows = round(time.duration_s / time.step), round(time.duration_s / time.window)
    return (
        f"{path}: right. {fleet}{sites}, from {time.start:%Y-%m-%d %H:%M} UTC "
        f"for {time.duration_s / 3600.0:g} h: {steps:,} steps in {windows:,} windows."
    )


def _preset(name: str) -> Preset:
    """Return the preset of a name, or of kind/name where several kinds have it."""
    from difflib import get_close_matches

    from .errors import Problem
    from .scenario.preset import catalogue, load_preset

    known = catalogue()
    kind, _, rest = name.rpartition("/")
    kinds = [each for each, names in known.items() if rest in names and kind in ("", each)]
    if len(kinds) == 1:
        return load_preset(kinds[0], rest)
    if kinds:
        full = ", ".join(f"{each}/{rest}" for each in kinds)
        raise ScenarioError(Problem(f"several presets are called '{rest}'", value=name, cure=f"name one of {full}"))
    near = get_close_matches(rest, [each for names in known.values() for each in names], 1)
    cure = f"the nearest is '{near[0]}'" if near else "see `orbital-compute presets list`"
    raise ScenarioError(Problem(f"no preset is called '{name}'", value=name, cure=cure))


def _fragment(preset: Preset) -> str:
    """Return a preset's values as YAML, with where they came from at the top."""
    from io import StringIO

    from ruamel.yaml import YAML

    stream = StringIO()
    writer = YAML()
    writer.width = 110
    writer.dump(preset.layer.tree, stream)
    head = f"# {preset.title}\n# From the preset {preset.kind}/{preset.name}; sources: presets show {preset.name}\n"
    return head + stream.getvalue()


def _shown(value: Any) -> str:
    """Return a figure of a preset in one cell."""
    return value if isinstance(value, str) else json.dumps(value)


def _span(record: dict[str, str]) -> str:
    low, high = record.get("low", ""), record.get("high", "")
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"to {high}" if high else ""


def _print_table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, narrow: Sequence[str]) -> None:
    """Print rows as a table; columns named in `narrow` never break their words."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=head in narrow, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def _print_json(value: dict[str, Any]) -> None:
    """Print JSON that every reader takes: what a run cannot tell (NaN) is null."""

    def told(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: told(each) for key, each in item.items()}
        return None if isinstance(item, float) and not math.isfinite(item) else item

    print(json.dumps(told(value), indent=2, allow_nan=False))


def _stop(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(code)


def main() -> None:
    """Run the command; every error that is foreseen becomes a message and an exit code."""
    try:
        app()
    except ScenarioError as error:
        _stop(str(error), BAD_INPUT)
    except WontFitError as error:
        _stop(str(error), WOULD_NOT_FIT)
    except OrbitalComputeError as error:
        _stop(f"{type(error).__name__}: {error}", FAILED)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


if __name__ == "__main__":
    main()
