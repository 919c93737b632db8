"""The commands about presets: list them, show one with its sources, copy one to change it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ScenarioError
from .shared import AsJson, named_path

if TYPE_CHECKING:
    from ..scenario.preset import Preset

app = typer.Typer(
    help="Figures that a scenario can name: each with its confidence, source and date.",
    epilog="Example: orbital-compute presets show starmind_ai1",
    no_args_is_help=True,
)


@app.command("list", epilog="Example: orbital-compute presets list")
def presets_list(as_json: AsJson = False) -> None:
    """List all presets by kind."""
    from ..scenario.preset import catalogue, load_preset

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


@app.command("show", epilog="Example: orbital-compute presets show colossus_1")
def presets_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, or kind/name.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show every figure of a preset with its confidence (A measured, B filed or vendor, C engineering) and source."""
    from ..scenario.preset import all_figures

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


@app.command("copy", epilog="Example: orbital-compute presets copy starmind_ai1 my_satellite.yaml")
def presets_copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name, or kind/name.", show_default=False)],
    to: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; the screen if not given.", parser=named_path)
    ] = None,
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


def _preset(name: str) -> Preset:
    """Return the preset of a name, or of kind/name where several kinds have it."""
    from difflib import get_close_matches

    from ..errors import Problem
    from ..scenario.preset import catalogue, load_preset

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
