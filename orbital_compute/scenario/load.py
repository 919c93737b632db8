"""Scenario text to a checked `Scenario`: all problems together, each with its place and its cure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import Problem, ScenarioError
from .check_work import work_faults
from .fields import Clock, OrNone, Quantity
from .preset import READ_DATE, Expander
from .quantity import shown
from .schema import Origin, ScenarioFields, kind_of, written
from .yaml_text import MANY, MAX_DEPTH, MAX_ENTRIES, Document, Place, path_text, read_file, read_yaml, scalar

MAX_PROBLEMS = 50


class Scenario(ScenarioFields):
    """A checked scenario: all that a run depends on, and where it came from.

    It holds SI floats under the names that the file uses. It is frozen; `replace` gives a new, checked one.
    """

    def replace(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a new, checked scenario with some values changed.

        Parameters
        ----------
        changes : mapping
            Path to value, as `--set` takes them:
            {"satellite.radiator.area": "90 m2", "constellation.shells[2].planes": 4}.

        Raises
        ------
        ScenarioError
            A path that is not in a scenario, or a value that is wrong there.
        """
        return replaced(self, changes)

    def provenance(self) -> list[dict[str, Any]]:
        """Return one record for each resolved value: path, value, unit, grade, source, date, low, high."""
        return provenance(self)


def load_scenario(
    scenario: str | os.PathLike[str] | Mapping[str, Any], *, overrides: Sequence[str] = (), folder: Path | None = None
) -> Scenario:
    """Return a checked scenario from a file or a dictionary.

    Parameters
    ----------
    scenario : path or mapping
        A YAML file, or what such a file would hold.
    overrides : sequence of str
        Texts `a.b[2].c=value`, as `--set` takes them, applied in order.
    folder : Path or None
        Where the files are that it names; by default beside the scenario's file, for a mapping in the working folder.

    Raises
    ------
    ScenarioError
        With every problem that was found, in the order of the file.
    """
    if isinstance(scenario, Mapping):
        document = Document("", _plain(scenario, ()))
        beside = Path()
    else:
        document = read_file(Path(scenario))
        beside = Path(scenario).parent
    if document.tree is None and document.source:
        cure = "begin with `format: 1`, or copy a scenario that is shipped"
        raise ScenarioError(Problem("the file is empty", cure=cure, source=document.source))
    if not isinstance(document.tree, dict):
        cure = "begin with `format: 1`, and keys below it"
        what = f"{shown(document.tree)} stands where a map should be"
        line, column = document.position(())
        raise ScenarioError(Problem(what, cure=cure, source=document.source, line=line, column=column))
    tree = {key: {"preset": "default"} for key in ("gateways", "workload")} | document.tree
    origin = Origin(tree, document, {}, {}, beside if folder is None else folder)
    changes = [_parse_override(text) for text in overrides]
    return _checked(_applied(origin, changes, "--set"))


def replaced(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a new scenario with some values changed; see `Scenario.replace`."""
    items = [(path, _plain(value, ())) for path, value in changes.items()]
    return _checked(_applied(scenario._origin, items, ""))


def _plain(value: Any, place: Place) -> Any:
    """Return a copy of a Python value made of dictionaries and lists, within the limits of a file."""
    if len(place) > MAX_DEPTH:
        raise ScenarioError(Problem(f"maps and lists stand more than {MAX_DEPTH} deep", path_text(place[:3])))
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                what = f"the key {shown(key)} is not a text"
                raise ScenarioError(Problem(what, path_text(place), cure="keys are words"))
        return {key: _plain(item, (*place, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > MAX_ENTRIES:
            what = f"the list has {len(value):,} entries"
            limit = f"at most {MAX_ENTRIES:,} are read"
            raise ScenarioError(Problem(what, path_text(place), limit=limit, cure=MANY))
        return [_plain(item, (*place, i)) for i, item in enumerate(value)]
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def _parse_override(text: str) -> tuple[str, Any]:
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        cure = "write a.b=value, as in --set satellite.radiator.area='90 m2'"
        raise ScenarioError(Problem(f"{shown(text)} is no change", cure=cure, source="--set"))
    value = value.strip()
    if value[:1] in "[{" and value:
        return path.strip(), read_yaml(value, "--set").tree
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return path.strip(), value[1:-1] if quoted else scalar(value)


def _split(path: str) -> list[str]:
    return path.replace("]", "").replace("[", ".").split(".")


def _applied(origin: Origin, changes: Sequence[tuple[str, Any]], source: str) -> Origin:
    """Return the origin with changes made to its tree. Trees are copied, so the old scenario stays as it was."""
    tree, overrides = origin.tree, dict(origin.overrides)
    problems = []
    for path, value in changes:
        try:
            tree, place = _with(tree, _split(path), value, ())
            overrides[place] = source
        except KeyError as error:
            problems.append(Problem(error.args[0], path, value, cure=error.args[1], source=source))
    if problems:
        raise ScenarioError(problems)
    return Origin(tree, origin.document, overrides, {}, origin.folder)


def _with(node: Any, parts: list[str], value: Any, place: Place) -> tuple[Any, Place]:
    """Return a copy of a tree with one value set, and the place of it; maps on the way are made where none stand."""
    if not parts:
        return value, place
    part, rest = parts[0], parts[1:]
    if isinstance(node, list):
        if not part.isdigit() or int(part) >= len(node):
            cure = f"it has entries 0 to {len(node) - 1}" if node else "it is empty; give the whole list"
            raise KeyError(f"{path_text(place)} has no entry '{part}'", cure)
        index = int(part)
        item, where = _with(node[index], rest, value, (*place, index))
        return [*node[:index], item, *node[index + 1 :]], where
    if not part:
        raise KeyError("the path has an empty part", "write names with one dot between, like satellite.array.area")
    if node is not None and not isinstance(node, dict):
        raise KeyError(f"{path_text(place)} is a value and has nothing below it", f"set {path_text(place)} itself")
    if node is None and part.isdigit() and place:
        cure = "give the whole list, as in sites='[{preset: colossus_1}]'"
        raise KeyError(f"{path_text(place)} has no entries", cure)
    node = node or {}
    item, where = _with(node.get(part), rest, value, (*place, part))
    return {**node, part: item}, where


def _checked(origin: Origin) -> Scenario:
    """Return the scenario that a tree describes, or raise every problem of it."""
    expander = Expander()
    tree = expander.expand(origin.tree)
    problems = [_placed(origin, place, problem) for place, problem in expander.faults]
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        spoiled = [place[:-1] for place, _ in expander.faults]
        for item in error.errors(include_url=False):
            place = _place(item)
            if item["type"] == "missing" and any(place[: len(parent)] == parent for parent in spoiled):
                continue  # the preset that would have given it is named already
            problems.append(_placed(origin, place, _problem(item, place), key=item["type"] == "extra_forbidden"))
    else:
        if not problems:
            problems = [_placed(origin, place, problem) for place, problem in work_faults(scenario)]
    if problems:
        problems.sort(key=lambda problem: (problem.line == 0, problem.line, problem.column))
        more = len(problems) - MAX_PROBLEMS
        kept = problems[:MAX_PROBLEMS]
        raise ScenarioError(kept + ([Problem(f"and {more} more like these")] if more > 0 else []))
    scenario._origin = origin
    origin.records = expander.records
    return scenario


def _place(item: Any) -> Place:
    """Return where an error stands: pydantic's place, and on from there to the value that a section means."""
    return (*(part for part in item["loc"] if part != "[key]"), *item.get("ctx", {}).get("at", ()))


def _placed(origin: Origin, place: Place, problem: Problem, *, key: bool = False) -> Problem:
    """Return a problem with the file, line and column where it stands, or the override that made it."""
    source, line, column = origin.document.source, 0, 0
    written = place in origin.document.values or place in origin.document.keys
    labels = [
        label
        for given, label in origin.overrides.items()
        if place[: len(given)] == given or (given[: len(place)] == place and not written)
    ]
    if labels:
        source = labels[-1]
    else:
        line, column = origin.document.position(place, key=key)
    return replace(problem, path=path_text(place), source=source, line=line, column=column)


def _problem(item: Any, place: Place) -> Problem:
    """Return one of pydantic's errors in our words."""
    kind, value, facts = item["type"], item.get("input"), item.get("ctx", {})
    if kind == "scenario":
        value = None if facts["at"] else value
        return Problem(facts["what"], value=value, limit=facts["limit"], cure=facts["cure"])
    if kind == "missing":
        return Problem(f"{place[-1]} is missing", cure="give it" + _preset_hint(place))
    if kind == "extra_forbidden":
        names = _names_at(place[:-1])
        near = get_close_matches(str(place[-1]), names, 1, 0.5)
        cure = f"the nearest is '{near[0]}'" if near else f"known here: {', '.join(names)}"
        return Problem("unknown key", value=value, cure=cure)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        names = _names_at(place)
        return Problem(f"{shown(value)} stands where a map should be", value=value, cure=_first_few(names))
    if kind == "list_type":
        return Problem(f"{shown(value)} stands where a list should be", value=value, cure="write it as [a, b]")
    if kind == "too_short":
        return Problem("it is empty", value=value, limit="at least one is needed", cure="give one")
    if kind == "too_long":
        return Problem(f"it has {len(value):,} entries", limit=f"at most {facts['max_length']:,}", cure="shorten it")
    if kind == "literal_error":
        what = f"{shown(value)} is not the format that this version reads"
        return Problem(what, value=value, cure=f"write {facts['expected']}")
    return Problem(item["msg"], value=value)


def _preset_hint(place: Place) -> str:
    return (
        " (or name a preset)"
        if place[0] in ("satellite", "satellites", "sites", "gateways", "workload", "lease")
        else ""
    )


def _first_few(names: list[str]) -> str:
    return f"give keys like {', '.join(names[:4])}" if names else "write it as {key: value}"


def _type_at(annotation: Any, place: Place) -> Any:
    """Return the model, or the inner type of a dict or list, at a place below a type; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not place:
            return annotation
        info = annotation.model_fields.get(str(place[0]))
        return _type_at(info.annotation, place[1:]) if info else None
    arguments = getattr(annotation, "__args__", ())
    if getattr(annotation, "__origin__", None) in (dict, list):
        return _type_at(list(arguments)[-1], place[1:]) if place else None
    for argument in arguments:
        found = _type_at(argument, place)
        if found is not None:
            return found
    return None


def _names_at(place: Place) -> list[str]:
    model = _type_at(Scenario, place)
    return list(model.model_fields) if model is not None else []


def provenance(scenario: Scenario) -> list[dict[str, Any]]:
    """Return one record for each resolved value; see `Scenario.provenance`."""
    origin = scenario._origin
    out: list[dict[str, Any]] = []

    def given(place: Place) -> bool:
        node: Any = origin.tree
        for key in place:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                return key == "count" and not isinstance(node, dict)  # `h100: 1000` is short for its count
        return True

    def visit(value: Any, place: Place, info: Any) -> None:
        if isinstance(value, BaseModel):
            for name, part in type(value).model_fields.items():
                visit(getattr(value, name), (*place, name), part)
        elif isinstance(value, dict):
            for name, item in value.items():
                visit(item, (*place, name), None)
        elif isinstance(value, list) and any(isinstance(item, BaseModel) for item in value):
            for i, item in enumerate(value):
                visit(item, (*place, i), None)
        elif value is not None or (info is not None and isinstance(kind_of(info.metadata, None), OrNone)):
            out.append(_record(origin, place, value, info, given(place)))

    visit(scenario, (), None)
    return out


def _record(origin: Origin, place: Place, value: Any, info: Any, given: bool) -> dict[str, Any]:
    kind = kind_of(info.metadata, info.annotation) if info is not None else None
    text = written(value, kind)
    number, unit = text, ""
    if isinstance(text, str) and isinstance(kind, Quantity | Clock):
        digits, _, unit = text.partition(" ")
        number = float(digits)
    record: dict[str, Any] = {"path": path_text(place), "value": number, "unit": unit}
    blank = {"grade": "", "source": "", "date": "", "low": "", "high": ""}
    if place in origin.records:
        return {**record, **blank, **origin.records[place]}
    if given or place[-1] == "name":
        return {**record, **blank, "source": "scenario"}
    facts = info.json_schema_extra if info is not None and isinstance(info.json_schema_extra, dict) else {}
    return {**record, **blank, "date": READ_DATE, **facts}
