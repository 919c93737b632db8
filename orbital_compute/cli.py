"""The command `orbital-compute`. Heavy parts are imported by the command that needs them, so that help is quick.

Exit codes: 0 done, 1 a run that broke a law, 2 bad input, 3 refused because it would not fit, 75 stopped and can
go on.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ._version import __version__
from .commands import plan, presets, runs
from .commands.shared import BAD_INPUT, FAILED, WOULD_NOT_FIT, AsJson, Changes, Ended, checked_scenario, end, named_path
from .errors import OrbitalComputeError, ScenarioError, WontFitError

if TYPE_CHECKING:
    from .scenario.load import Scenario


app = typer.Typer(
    name="orbital-compute",
    help="What compute does a fleet of data-centre satellites deliver, hour by hour, beside a terrestrial site?",
    epilog="Example: orbital-compute run scenarios/quickstart.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(presets.app, name="presets")


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if version:
        print(f"orbital-compute {__version__}")
        raise typer.Exit()


@app.command(epilog="Example: orbital-compute validate scenarios/quickstart.yaml --set satellite.radiator.area='90 m2'")
def validate(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).", parser=named_path)
    ] = None,
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
    checked = checked_scenario(scenario, changes)
    if as_json:
        print(json.dumps({"scenario": checked.to_dict(), "provenance": checked.provenance()}, indent=2))
        return
    print(_in_words(scenario, checked))


app.command(epilog="Example: orbital-compute plan scenarios/fcc_million.yaml")(plan.plan)
app.command(epilog="Example: orbital-compute run scenarios/quickstart.yaml --threads 2 --set seed=7")(runs.run)
app.command(epilog="Example: orbital-compute resume out/quickstart")(runs.resume)
app.command(epilog="Example: orbital-compute report out/quickstart")(runs.report)
app.command(epilog="Example: orbital-compute check out/quickstart")(runs.check)
app.command(epilog="Example: orbital-compute info out/quickstart --json")(runs.info)


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
        typer.Option(
            "--output", "-o", metavar="FILE", help="File to write.  [default: a copy in the cache]", parser=named_path
        ),
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


def main() -> None:
    """Run the command; every error that is foreseen becomes a message and an exit code."""
    try:
        app()
    except ScenarioError as error:
        end(str(error), BAD_INPUT)
    except WontFitError as error:
        end(str(error), WOULD_NOT_FIT)
    except OrbitalComputeError as error:
        end(f"{type(error).__name__}: {error}", FAILED)
    except SystemExit as stop:
        if isinstance(stop, Ended) or not _reader_left(stop):
            raise
        _go_quietly()
    except BrokenPipeError:
        _go_quietly()


def _reader_left(stop: SystemExit) -> bool:
    """Return whether the reader of our output went away, as `head` does: rich and click end with 1 where it did."""
    cause: BaseException | None = stop
    while cause is not None:
        if isinstance(cause, BrokenPipeError):
            return True
        cause = cause.__context__
    return False


def _go_quietly() -> NoReturn:
    """End as done; what is still to be flushed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0) from None


if __name__ == "__main__":
    main()
