"""Errors as an interface: each says what, which value, where, the limit and the cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One fault of an input: what is wrong, with which value, where it stands, and how to mend it.

    `source` is a file's name, "--set", or "" for a dictionary; `line` and `column` count from 1, 0 where unknown.
    `path` is the place inside the scenario (`shells[2].altitude`), `limit` and `cure` may be empty.
    """

    what: str
    path: str = ""
    value: Any = None
    limit: str = ""
    cure: str = ""
    source: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = self.source
        if self.line:
            place += f":{self.line}:{self.column}"
        text = ": ".join(part for part in (place, self.path, self.what) if part)
        if self.limit:
            text += f"; {self.limit}"
        if self.cure:
            text += f"; {self.cure}"
        return in_plain_letters(text + ("" if text.endswith(".") else "."))


def in_plain_letters(text: str) -> str:
    """Return a text with letters that steer a screen or a line written out, as `\\x1b`: messages repeat inputs."""
    return "".join(one if one.isprintable() or one == " " else one.encode("unicode_escape").decode() for one in text)


class OrbitalComputeError(Exception):
    """Base of every error that the program raises on purpose."""


class ScenarioError(OrbitalComputeError):
    """The input is wrong. `problems` holds every fault found, in the order of the file."""

    def __init__(self, problems: list[Problem] | Problem | str):
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ModelError(OrbitalComputeError):
    """A run went outside what the model holds for. Facts are attributes: `quantity`, `value`, `limit`, `where`."""

    def __init__(self, message: str, *, quantity: str = "", value: Any = None, limit: Any = None, where: str = ""):
        super().__init__(message)
        self.quantity, self.value, self.limit, self.where = quantity, value, limit, where


class AuditError(ModelError):
    """A ledger does not close. `where` names the satellite, site or queue and the steps of the window."""


class WontFitError(OrbitalComputeError):
    """The run was refused before it began. `predicted_bytes` and `limit_bytes` say why."""

    def __init__(self, message: str, *, predicted_bytes: int = 0, limit_bytes: int = 0):
        super().__init__(message)
        self.predicted_bytes, self.limit_bytes = predicted_bytes, limit_bytes


class ResultsError(OrbitalComputeError):
    """A result folder is incomplete, damaged, or not one; `path` says which file."""

    def __init__(self, message: str, *, path: str = ""):
        super().__init__(message)
        self.path = path


class StoppedError(OrbitalComputeError):
    """A run stopped when asked, after `n_done` of `n_window`. `resume` goes on in `folder`, None in memory."""

    def __init__(self, folder: Any, n_done: int, n_window: int):
        where = "in memory, lost" if folder is None else f"go on with: orbital-compute resume {folder}"
        super().__init__(f"stopped after window {n_done} of {n_window}; {where}")
        self.folder, self.n_done, self.n_window = folder, n_done, n_window


class FetchError(OrbitalComputeError):
    """Element sets could not be had from another machine."""
