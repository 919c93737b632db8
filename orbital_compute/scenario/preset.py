"""Presets: figures with their confidence, source and date, kept as data, and how they enter a scenario.

A preset file is a fragment of a scenario. A figure stands either as `{value:, grade:, source:, low:, high:}` or bare,
under a map whose `because: {grade:, source:}` it shares. `date` at the top says when the sources were read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError
from .yaml_text import Place, path_text, read_file

FOLDER = Path(__file__).parent / "presets"
CONSTELLATIONS = Path(__file__).parents[1] / "model" / "presets"  # tables of shells, which the builder reads itself
READ_DATE = "2026-11-22"  # when the sources of all tables without a date of their own were read
KINDS = (
    "satellites",
    "cells",
    "coatings",
    "batteries",
    "devices",
    "constellations",
    "sites",
    "gateways",
    "workloads",
    "models",
    "regions",
    "launches",
    "leases",
)

# Parts of a satellite that may name a preset of their own: section, the key that names it, kind.
PARTS = (
    ("array", "cell", "cells"),
    ("battery", "pack", "batteries"),
    ("radiator", "coating", "coatings"),
    ("compute", "device", "devices"),
)
FIGURE_KEYS = {"value", "grade", "source", "date", "low", "high"}

Record = dict[str, str]  # grade, source, date, preset, low, high


@dataclass
class Layer:
    """A tree of plain values and what is known of each leaf."""

    tree: Any
    records: dict[Place, Record] = field(default_factory=dict)

    def moved(self, place: Place) -> dict[Place, Record]:
        """Return the records as seen from the top of the scenario."""
        return {(*place, *key): record for key, record in self.records.items()}


@dataclass(frozen=True)
class Preset:
    """One preset file."""

    kind: str
    name: str
    title: str
    date: str
    path: Path
    layer: Layer


def catalogue() -> dict[str, list[str]]:
    """Return the names of all presets by kind."""
    names = {kind: sorted(path.stem for path in (FOLDER / kind).glob("*.yaml")) for kind in KINDS}
    names["constellations"] = sorted(path.stem for path in CONSTELLATIONS.glob("*.json"))
    return names


def _figures(node: Any, because: Record, place: Place, out: dict[Place, Record]) -> Any:
    """Return the plain tree of a preset's node; the record of each leaf goes to `out`."""
    if isinstance(node, Mapping) and "value" in node and set(node) <= FIGURE_KEYS:
        extra = {key: str(value) for key, value in node.items() if key != "value"}
        out[place] = {**because, **extra}
        return node["value"]
    if isinstance(node, Mapping):
        here = {**because, **{key: str(value) for key, value in (node.get("because") or {}).items()}}
        return {key: _figures(item, here, (*place, key), out) for key, item in node.items() if key != "because"}
    if isinstance(node, list) and any(isinstance(item, Mapping) for item in node):
        return [_figures(item, because, (*place, i), out) for i, item in enumerate(node)]
    out[place] = dict(because)
    return node


@lru_cache(maxsize=64)
def load_preset(kind: str, name: str) -> Preset:
    """Return a preset.

    Raises
    ------
    ScenarioError
        No preset of this kind has this name.
    """
    names = catalogue()[kind]
    if name not in names:
        near = get_close_matches(str(name), names, 1)
        cure = f"the nearest is '{near[0]}'" if near else f"there are {', '.join(names)}"
        raise ScenarioError(Problem(f"no preset of {kind} is called '{name}'", value=name, cure=cure))
    if kind == "constellations":
        return _constellation(name)
    path = FOLDER / kind / f"{name}.yaml"
    tree = read_file(path).tree
    date = str(tree["date"])
    records: dict[Place, Record] = {}
    plain = _figures(tree["values"], {"date": date, "preset": name}, (), records)
    return Preset(kind, name, tree["title"], date, path, Layer(plain, records))


def _constellation(name: str) -> Preset:
    path = CONSTELLATIONS / f"{name}.json"
    table = read_file(path).tree
    date = table.get("date", READ_DATE)
    record = {"date": date, "preset": name, "grade": table["confidence"], "source": table["source"]}
    figures = {key: table[key] for key in ("satellites", "groups")}
    records: dict[Place, Record] = {}
    plain = _figures(figures, record, (), records)
    title = f"{table['satellites']:,} satellites in {len(table['groups'])} groups of shells, as filed"
    return Preset("constellations", name, title, date, path, Layer(plain, records))


def merged(base: Layer, over: Any) -> Layer:
    """Return a preset's layer with what the scenario says on top: maps join, all else replaces.

    A null takes a named entry away where the preset has a map, and stays a null elsewhere.
    """
    if not isinstance(base.tree, dict) or not isinstance(over, dict):
        return Layer(over)
    tree: dict[str, Any] = dict(base.tree)
    records = dict(base.records)
    for key, value in over.items():
        below = {place[1:]: record for place, record in base.records.items() if place[0] == key}
        for place in below:
            del records[(key, *place)]
        if value is None and isinstance(tree.get(key), dict):
            del tree[key]
            continue
        if key in tree:
            part = merged(Layer(tree[key], below), value)
            tree[key] = part.tree
            records.update(part.moved((key,)))
        else:
            tree[key] = value
    return Layer(tree, records)


class Expander:
    """Puts presets in the places where a scenario may name them. Faults are collected, not raised."""

    def __init__(self) -> None:
        self.records: dict[Place, Record] = {}
        self.faults: list[tuple[Place, Problem]] = []

    def expand(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Return the scenario's tree with every preset written out."""
        out = dict(tree)
        self._constellation(tree.get("constellation"))
        if out.get("satellite") is not None:
            out["satellite"] = self._satellite(out["satellite"], ("satellite",))
        if isinstance(out.get("satellites"), dict):
            types = out["satellites"].items()
            out["satellites"] = {key: self._satellite(item, ("satellites", key)) for key, item in types}
        if isinstance(out.get("sites"), list):
            out["sites"] = [self._site(item, ("sites", i)) for i, item in enumerate(out["sites"])]
        if isinstance(out.get("lease"), list):
            out["lease"] = [self._named(item, "leases", ("lease", i)) for i, item in enumerate(out["lease"])]
        out["gateways"] = self._gateways(out.get("gateways"))
        out["workload"] = self._workload(out.get("workload"))
        if isinstance(out.get("economics"), dict) and "launch" in out["economics"]:
            launch = self._named(out["economics"]["launch"], "launches", ("economics", "launch"))
            out["economics"] = {**out["economics"], "launch": launch}
        return out

    def _preset(self, kind: str, name: Any, place: Place) -> Layer:
        try:
            return load_preset(kind, name).layer
        except (ScenarioError, TypeError) as error:  # TypeError: a list or map where a name should be
            problem = error.problems[0] if isinstance(error, ScenarioError) else Problem("it is not a preset's name")
            self.faults.append((place, problem))
            return Layer({})

    def _constellation(self, node: Any) -> None:
        """Check the name of a filed constellation; its shells are laid out when the fleet is built."""
        if isinstance(node, dict) and node.get("preset") is not None:
            place: Place = ("constellation", "preset")
            layer = self._preset("constellations", node["preset"], place)
            if layer.records:
                self.records[place] = next(iter(layer.records.values()))

    def _named(self, node: Any, kind: str, place: Place) -> Any:
        """Return a map with its `preset` written out below it."""
        if not isinstance(node, dict) or node.get("preset") is None:
            return node
        rest = {key: value for key, value in node.items() if key != "preset"}
        layer = merged(self._preset(kind, node["preset"], (*place, "preset")), rest)
        self.records.update(layer.moved(place))
        return layer.tree

    def _under(self, node: dict[str, Any], kind: str, name: Any, place: Place, label: Place) -> dict[str, Any]:
        """Return a map with the figures of a preset below what it says; an unknown name may be one of the user's."""
        if name not in catalogue()[kind] and set(node) - {
            "cell",
            "coating",
            "pack",
            "device",
            "count",
            "area",
            "capacity",
        }:
            return node
        base = self._preset(kind, name, label)
        layer = merged(base, node)
        self.records.update(layer.moved(place))
        return layer.tree

    def _gateways(self, node: Any) -> Any:
        out = self._named(node, "gateways", ("gateways",))
        if isinstance(out, dict) and isinstance(node, dict):
            if "max_ground_range" in node and "min_elevation" not in node:
                out = {key: value for key, value in out.items() if key != "min_elevation"}  # the scenario's choice
            link, own = out.get("link"), node.get("link")
            if isinstance(link, dict) and isinstance(own, dict) and len({"radio", "optical"} & set(own)) == 1:
                out = {**out, "link": {key: link[key] for key in own}}  # a preset's budget of the other kind goes
        return out

    def _satellite(self, node: Any, place: Place) -> Any:
        preset = node.get("preset") if isinstance(node, dict) else None
        node = self._named(node, "satellites", place)
        if not isinstance(node, dict):
            return node
        out = dict(node)
        if isinstance(preset, str):
            out.setdefault("name", preset)
        for key, word, kind in PARTS:
            part = out.get(key)
            if isinstance(part, dict) and part.get(word) is not None:
                here = (*place, key)
                out[key] = self._under(part, kind, part[word], here, (*here, word))
        return out

    def _site(self, node: Any, place: Place) -> Any:
        node = self._named(node, "sites", place)
        if not isinstance(node, dict) or not isinstance(node.get("gpus"), dict):
            return node
        gpus = {}
        for name, item in node["gpus"].items():
            if item is None:
                continue
            here = (*place, "gpus", name)
            if here in self.records:  # a bare count: its record moves to the count
                self.records[(*here, "count")] = self.records.pop(here)
            part = item if isinstance(item, dict) else {"count": item}
            gpus[name] = self._under(part, "devices", name, here, here)
        return {**node, "gpus": gpus}

    def _workload(self, node: Any) -> Any:
        over = node.get("demand") if isinstance(node, dict) else None
        node = self._named(node, "workloads", ("workload",))
        if not isinstance(node, dict):
            return node
        out = dict(node)
        demand = out.get("demand")
        if isinstance(over, dict) and isinstance(demand, dict) and len({"share", "rate"} & set(over)) == 1:
            kept = ({"share", "rate"} & set(over)).pop()  # the scenario's choice replaces the preset's
            out["demand"] = {key: value for key, value in demand.items() if key == kept or key in over}
        for key in ("models", "regions"):
            out[key] = self._named(out.get(key), key, ("workload", key))
        if isinstance(out.get("classes"), dict):
            out["classes"] = {
                name: self._class(item, name) for name, item in out["classes"].items() if item is not None
            }
        if isinstance(out.get("traces"), dict):
            out["traces"] = {name: self._trace(item, name) for name, item in out["traces"].items() if item is not None}
        return {key: value for key, value in out.items() if value is not None}

    def _class(self, node: Any, name: str) -> Any:
        serving = node.get("serving") if isinstance(node, dict) else None
        if not isinstance(serving, dict) or serving.get("device") is None:
            return node
        place: Place = ("workload", "classes", name, "serving")
        return {**node, "serving": self._under(serving, "devices", serving["device"], place, (*place, "device"))}

    def _trace(self, node: Any, name: str) -> Any:
        gpu = node.get("gpu") if isinstance(node, dict) else None
        if not isinstance(gpu, dict) or gpu.get("device") is None:
            return node
        place: Place = ("workload", "traces", name, "gpu")
        return {**node, "gpu": self._under(gpu, "devices", gpu["device"], place, (*place, "device"))}


def all_figures(preset: Preset) -> list[tuple[str, Any, Record]]:
    """Return (path, value, record) for each figure of a preset, in the order of its file."""
    out = []
    for place, record in preset.layer.records.items():
        value = preset.layer.tree
        for key in place:
            value = value[key]
        out.append((path_text(place), value, record))
    return out
