"""What the commands share: exit codes, common arguments, and how they read scenarios and print."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from ..scenario.load import Scenario

BAD_INPUT, WOULD_NOT_FIT, FAILED = 2, 3, 1


def named_path(text: str) -> Path:
    """Return the path of a name; an empty one, which a shell makes of a variable that is not set, names nothing."""
    if not text.strip():
        raise typer.BadParameter("the name is empty")
    return Path(text)


ScenarioFile = Annotated[
    Path,
    typer.Argument(metavar="SCENARIO", help="A scenario file (YAML).", show_default=False, parser=named_path),
]
ResultFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder with results.", show_default=False, parser=named_path)
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value; may stand several times.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads; they change no bit of the answer.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def checked_scenario(path: Path, changes: list[str] | None) -> Scenario:
    """Return the scenario of a file with changes made, all that it names being there."""
    from ..scenario.files import check_files
    from ..scenario.load import load_scenario

    scenario = load_scenario(path, overrides=changes or ())
    check_files(scenario)
    return scenario


def print_json(value: dict[str, Any]) -> None:
    """Print JSON that every reader takes: what a run cannot tell (NaN) is null."""

    def told(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: told(each) for key, each in item.items()}
        return None if isinstance(item, float) and not math.isfinite(item) else item

    print(json.dumps(told(value), indent=2, allow_nan=False))


class Ended(SystemExit):
    """The end of a command with a code that says how it went, whoever reads its output."""


def end(text: str, code: int) -> NoReturn:
    """Print a line on the error stream and end with a code."""
    print(text, file=sys.stderr)
    raise Ended(code)
