"""Tables for the terminal: what `run` and `info` print. Plain text when piped, right at 80 columns and at more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from . import aftermath, budget, cost, headline, lease, training

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table

    from ..results import Results


LEAST_WIDTH = 80  # in less the terminal folds lines itself: that reads badly, but no figure loses its digits

WARNINGS_SHOWN = 12  # on the screen


def table(rows: headline.Rows) -> Table:
    """Return rows of text as a table: words fold where room is short, figures never break."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD if any(rows.heads) else None,
        show_header=any(rows.heads),
        title=Text(rows.title),  # a text, or [kW] would be taken for an order to the screen
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1),
    )
    for i, head in enumerate(rows.heads):
        figures = i > 0 and rows.figures
        made.add_column(Text(head), justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    for row in rows.rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def summary_table(results: Results) -> Group:
    """Return the headline figures of a run for the terminal."""
    from rich.console import Group
    from rich.text import Text

    parts = [
        Text(f"{headline.name(results)}: {headline.question(results)}", style="bold"),
        Text(headline.answer(results)),
    ]
    blocks = [
        headline.orbit_beside_ground(results), cost.line(results), headline.service(results),
        headline.condition(results),
    ]  # fmt: skip
    body = [piece for block in blocks if block is not None for piece in (Text(), table(block))]
    closing = [Text(), Text(f"Audit: {headline.audit_sentence(results)}.")]
    closing += [Text(f"Warning: {warning}", style="yellow") for warning in results.warnings[:WARNINGS_SHOWN]]
    if len(results.warnings) > WARNINGS_SHOWN:
        more = len(results.warnings) - WARNINGS_SHOWN
        closing.append(Text(f"Warning: {more} more; the report and manifest.json have them all", style="yellow"))
    return Group(*parts, *body, *closing)


def waterfall_table(results: Results) -> Table:
    """Return the waterfall from peak to delivered, orbit beside all sites together, for the terminal."""
    return table(headline.waterfall_beside(results))


def print_summary(
    results: Results, *, folder: Path | None = None, report: Path | None = None,
    cases: Mapping[str, Results] | None = None, without: Results | None = None, console: Console | None = None,
) -> None:  # fmt: skip
    """Print the headline figures, the waterfall, budgets of a few satellites, and where results and report lie."""
    from rich.console import Console
    from rich.text import Text

    console = console or Console(highlight=False)
    console.width = max(console.width, LEAST_WIDTH)
    console.print(summary_table(results))
    console.print()
    console.print(waterfall_table(results))
    console.print()
    for rows in [
        *budget.tables(results, cases), *aftermath.tables(results, without), *lease.tables(results, without),
        *training.tables(results),
    ]:  # fmt: skip
        console.print(table(rows))
        console.print()
    # A path must come out whole, so that it can be copied: no folding, no cutting.
    for name, path in (("Results", folder), ("Report", report)):
        if path is not None:
            console.print(Text(f"{name + ':':9}{path}"), soft_wrap=True)
