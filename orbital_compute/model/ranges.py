"""One check for the fields of configured records: each number within its range, NaN outside every one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Problem


def range_problems(record: Any, path: str, ranges: Mapping[str, tuple[float, float]]) -> list[Problem]:
    """Return a problem for each field of `record` outside its (low, high), ends allowed."""
    problems = []
    for key, (low, high) in ranges.items():
        value = getattr(record, key)
        if not low <= value <= high:
            limit = f"it must lie between {low:g} and {high:g}"
            problems.append(Problem(f"{value:g} is out of range", f"{path}.{key}", value, limit))
    return problems
