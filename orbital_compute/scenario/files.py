"""The files that a scenario names: where they are, and that they are there."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError
from ..model.solar_activity import ACTIVITIES
from .load import Scenario

DOSE_TABLES = ("default", "filed_band")  # other doses are files


def named_files(scenario: Scenario) -> list[tuple[str, str]]:
    """Return (path in the scenario, file as written) for each file that the scenario names."""
    form = scenario.constellation
    out = []
    if form.element_sets is not None:
        out.append(("constellation.element_sets", form.element_sets))
    if form.elements is not None:
        out.append(("constellation.elements.file", form.elements.file))
    for i, site in enumerate(scenario.sites):
        if site.climate.file is not None:
            out.append((f"sites[{i}].climate.file", site.climate.file))
        if site.grid.hourly is not None:
            out.append((f"sites[{i}].grid.hourly", site.grid.hourly))
    for name, item in scenario.satellite_types.items():
        if isinstance(item.compute.power_curve, str):
            out.append((f"{name}.compute.power_curve", item.compute.power_curve))
    out += [(f"workload.traces.{name}.file", trace.file) for name, trace in scenario.workload.traces.items()]
    health = scenario.health
    if health is not None and health.radiation is not None and health.radiation.dose not in DOSE_TABLES:
        out.append(("health.radiation.dose", health.radiation.dose))
    if health is not None and health.air is not None and health.air.activity not in ACTIVITIES:
        out.append(("health.air.activity", health.air.activity))
    for i, site in enumerate(scenario.sites):
        for name, gpus in site.gpus.items():
            if isinstance(gpus.power_curve, str):
                out.append((f"sites[{i}].gpus.{name}.power_curve", gpus.power_curve))
    return out


def read_power_curve(path: Path) -> list[list[float]]:
    """Return the pairs (power, throughput) of a CSV file with these two columns.

    Raises
    ------
    ScenarioError
        The columns are others, or a row holds no numbers.
    """
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows or [head.strip() for head in rows[0]] != ["power", "throughput"]:
        raise ScenarioError(Problem("its columns are others", source=str(path), cure="head it `power,throughput`"))
    pairs = []
    for line, row in enumerate(rows[1:], 2):
        try:
            power, throughput = (float(item) for item in row)
        except ValueError:
            what = f"{','.join(row)!r} are not two numbers"
            raise ScenarioError(Problem(what, source=str(path), line=line, column=1, cure="mend the row")) from None
        pairs.append([power, throughput])
    return pairs


def resolved(scenario: Scenario, name: str, path: str) -> Path:
    """Return a file that the scenario names: beside the scenario, or else in the working folder (as --set gives it).

    Raises
    ------
    ScenarioError
        It is in neither, or is no file.
    """
    for candidate in (scenario.folder / name, Path(name)):
        if candidate.is_file():
            return candidate
    what = f"there is no file '{name}'"
    limit = f"looked in {scenario.folder.resolve()} and in the working folder"
    raise ScenarioError(Problem(what, path, name, limit=limit, cure="look at the name and the folder"))


def input_sums(scenario: Scenario) -> dict[str, Any]:
    """Return the folder that a scenario's files are looked for in, and the SHA-256 of each file that it names.

    {"folder": path, "files": {path in the scenario: {"file": as written, "sha256": hexadecimal}}}

    Raises
    ------
    ScenarioError
        A file is not there.
    """
    files = {}
    for path, name in named_files(scenario):
        with resolved(scenario, name, path).open("rb") as file:
            files[path] = {"file": name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    return {"folder": str(scenario.folder.resolve()), "files": files}


def check_files(scenario: Scenario) -> None:
    """Raise one ScenarioError with every file that is named and not there."""
    problems = []
    for path, name in named_files(scenario):
        try:
            resolved(scenario, name, path)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
