"""Ranges of the fields of a specification, checked together."""

from __future__ import annotations

from typing import Any

from ..errors import Problem, ScenarioError


def check_range(path: str, spec: Any, **limits: tuple[float, float]) -> None:
    """Raise a ScenarioError that names every field of `spec` outside its limits (low, high), ends included."""
    problems = []
    for name, (low, high) in limits.items():
        value = getattr(spec, name)
        if not low <= value <= high:  # a NaN is refused too
            what = f"{value:g} is {'below' if value < low else 'above' if value > high else 'not within'} its limits"
            problems.append(Problem(what, f"{path}.{name}", value, f"{low:g} to {high:g}"))
    if problems:
        raise ScenarioError(problems)
