"""What a run tells while it goes on: its progress, and the warnings raised before its first window."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Gather the text of warnings raised inside, each once."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    texts += dict.fromkeys(str(warning.message) for warning in caught)


@contextlib.contextmanager
def reporting(progress: bool | Callable[[int, int], None], n_window: int) -> Iterator[Callable[[int, int], None]]:
    """Give what to tell (windows done, windows in all): a bar on the error stream, a caller's function, or nothing."""
    if callable(progress):
        yield progress
        return
    if not progress:
        yield lambda done, whole: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("windows"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("simulating", total=n_window)
        yield lambda done, whole: bar.update(task, completed=done)
