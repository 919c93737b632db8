"""YAML 1.2 text into plain maps, lists and values, with the line and column of each.

The tree is built from the parser's events in one pass, so that what a scenario has no use for (aliases, merge keys,
tags, several documents, deep nesting, endless lists) is refused before anything is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_ENTRIES = 10_000  # of one list
MANY = "give many satellites as planes and satellites a plane, or as a table by elements: {file: ...}"

Key = str | int
Place = tuple[Key, ...]

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")


@dataclass
class Document:
    """A scenario as written: the tree, and where each key and value stands (line and column, from 1)."""

    source: str
    tree: Any = None
    keys: dict[Place, tuple[int, int]] = field(default_factory=dict)
    values: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def position(self, place: Place, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of a place, or of its nearest parent that was written; (0, 0) if none was."""
        table = self.keys if key else self.values
        if place in table:
            return table[place]
        while place:
            place = place[:-1]
            found = self.keys.get(place) or self.values.get(place)
            if found and place:
                return found
        return (1, 1) if self.values else (0, 0)


def path_text(place: Place) -> str:
    """Return a place as `constellation.shells[2].altitude`."""
    text = ""
    for key in place:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def scalar(text: str) -> Any:
    """Return a plain scalar by the core schema of YAML 1.2 (dates and times stay text)."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text) and len(text) <= 30:
        return int(text)
    if _HEX.match(text) and len(text) <= 30:
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    if _SPECIAL.match(text):
        return float(text.replace(".", "", 1).lower())
    return text


class _Reader:
    """Builds one document from parser events."""

    def __init__(self, source: str, events: Iterator[Any]):
        self.document = Document(source)
        self.events = events
        self.duplicates: list[Problem] = []

    def fail(self, event: Any, what: str, *, place: Place = (), limit: str = "", cure: str = "") -> ScenarioError:
        mark = event.start_mark
        return ScenarioError(
            Problem(
                what,
                path_text(place),
                limit=limit,
                cure=cure,
                source=self.document.source,
                line=mark.line + 1,
                column=mark.column + 1,
            )
        )

    def read(self) -> Document:
        """Return the one document of the stream."""
        found = False
        for event in self.events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if found:
                    raise self.fail(event, "a second document begins here", cure="a scenario is one document")
                found = True
                self.document.tree = self.value(next(self.events), (), 0)
        if self.duplicates:
            raise ScenarioError(self.duplicates)
        return self.document

    def value(self, event: Any, place: Place, depth: int) -> Any:
        kind = type(event).__name__
        if kind == "AliasEvent":
            raise self.fail(event, f"alias *{event.anchor}", place=place, cure="aliases are not read; write it out")
        if event.anchor is not None:
            raise self.fail(event, f"anchor &{event.anchor}", place=place, cure="anchors are not read; write it out")
        if event.tag is not None and not (kind == "ScalarEvent" and event.tag == "!"):
            raise self.fail(event, f"tag {event.tag}", place=place, cure="tags are not read; take it away")
        mark = event.start_mark
        self.document.values[place] = (mark.line + 1, mark.column + 1)
        if kind == "ScalarEvent":
            return scalar(event.value) if event.style is None and event.implicit[0] else event.value
        if depth >= MAX_DEPTH:
            raise self.fail(
                event, f"maps and lists stand more than {MAX_DEPTH} deep", cure="a scenario needs about six"
            )
        return self.map(place, depth) if kind == "MappingStartEvent" else self.list(place, depth)

    def map(self, place: Place, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                raise self.fail(event, "a key that is not a plain word", place=place, cure="keys are words")
            key, mark = event.value, event.start_mark
            if key == "<<" and event.style is None:
                raise self.fail(event, "merge key <<", place=place, cure="merges are not read; write it out")
            here = (*place, key)
            value = self.value(next(self.events), here, depth + 1)
            if key in out:
                line = self.document.keys[here][0]
                self.duplicates.append(
                    Problem(
                        f"the key stands twice, first in line {line}",
                        path_text(here),
                        cure="keep one of them",
                        source=self.document.source,
                        line=mark.line + 1,
                        column=mark.column + 1,
                    )
                )
                continue
            self.document.keys[here] = (mark.line + 1, mark.column + 1)
            out[key] = value
        return out

    def list(self, place: Place, depth: int) -> list[Any]:
        out: list[Any] = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            if len(out) == MAX_ENTRIES:
                raise self.fail(event, f"the list has more than {MAX_ENTRIES:,} entries", place=place, cure=MANY)
            out.append(self.value(event, (*place, len(out)), depth + 1))
        return out


def read_yaml(text: str, source: str) -> Document:
    """Return the document in a text.

    Raises
    ------
    ScenarioError
        The text is no YAML, or uses what a scenario may not.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Reader(source, iter(YAML(typ="safe", pure=True).parse(text))).read()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = str(error.problem or "it cannot be read")
        cure = "indent with spaces and close every bracket and quote"
        if "\\t" in what or "tab" in what:
            what, cure = "a tab stands where YAML wants spaces", "indent with spaces"
        raise ScenarioError(Problem(f"not YAML: {what}", cure=cure, source=source, line=line, column=column)) from None
    except YAMLError as error:
        what = str(error).strip().splitlines()[0]
        cure = "a scenario is a text file in UTF-8"
        raise ScenarioError(Problem(f"not YAML: {what}", cure=cure, source=source)) from None
    except RecursionError:
        cure = "a scenario needs about six levels"
        raise ScenarioError(Problem("maps and lists stand too deep", cure=cure, source=source)) from None


def read_file(path: Path) -> Document:
    """Return the document in a file; all that can be wrong with a file becomes one readable problem."""
    source = str(path)
    try:
        if path.is_dir():
            raise ScenarioError(Problem("it is a folder", cure="name the scenario file in it", source=source))
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, ValueError):  # ValueError: a name that no file can have
        cure = "look at the name and the folder"
        raise ScenarioError(Problem("there is no such file", cure=cure, source=source)) from None
    except OSError as error:
        cure = "look at its permissions"
        raise ScenarioError(Problem(f"it cannot be read: {error.strerror}", cure=cure, source=source)) from None
    if len(data) > MAX_BYTES:
        limit = f"a scenario has at most {MAX_BYTES:,} bytes"
        cure = "give many orbits as a table by elements: {file: ...}"
        raise ScenarioError(Problem("the file is too large", limit=limit, cure=cure, source=source))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        cure = "a scenario is a text file in UTF-8"
        raise ScenarioError(
            Problem("bytes that are not UTF-8", cure=cure, source=source, line=line, column=1)
        ) from None
    if not text.strip():
        cure = "begin with `format: 1`, or copy a scenario that is shipped"
        raise ScenarioError(Problem("the file is empty", cure=cure, source=source))
    return read_yaml(text, source)
