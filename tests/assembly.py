"""What the compiler made of a sweep's lane loops, read from x86-64 assembly text."""

from __future__ import annotations

import re
from dataclasses import dataclass

LABEL = re.compile(r"(\.L\w+):")
JUMP = re.compile(r"\s+j\w+\s+(\.L\w+)")
CALL = re.compile(r"\s+call")
ARITHMETIC = re.compile(r"\s+v(?:add|sub|mul|div|sqrt|fn?m(?:add|sub)(?:132|213|231))([sp])d\s")


@dataclass(frozen=True)
class Loop:
    """An innermost loop: its packed and scalar operations on doubles (sums, products, quotients, roots), its calls."""

    first_line: int
    last_line: int
    packed: int
    scalar: int
    calls: int


def innermost_loops(text: str) -> list[Loop]:
    """Return the innermost loops of a function's assembly, in order; overlapping ones count as one."""
    lines = text.splitlines()
    place = {match[1]: k for k, line in enumerate(lines) if (match := LABEL.match(line))}
    back = [
        (place[match[1]], k)
        for k, line in enumerate(lines)
        if (match := JUMP.match(line)) and place.get(match[1], len(lines)) <= k
    ]
    inner = sorted((a, b) for a, b in back if not any((c, d) != (a, b) and a <= c and d <= b for c, d in back))
    merged: list[tuple[int, int]] = []
    for a, b in inner:
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return [_loop(lines, a, b) for a, b in merged]


def _loop(lines: list[str], first: int, last: int) -> Loop:
    body = lines[first : last + 1]
    kinds = [match[1] for line in body if (match := ARITHMETIC.match(line))]
    return Loop(first, last, kinds.count("p"), kinds.count("s"), sum(bool(CALL.match(line)) for line in body))


def without_twin(loops: list[Loop], *, tolerance: float = 0.1) -> list[Loop]:
    """Return the scalar loops that stand beside no packed loop of as many operations.

    Where the compiler cannot tell that two arrays do not overlap it keeps a scalar loop for that case beside the packed
    one that runs.
    """
    packed = sorted(loop.packed for loop in loops if loop.packed and not loop.scalar)
    alone = []
    for loop in sorted((loop for loop in loops if loop.scalar), key=lambda loop: -loop.scalar):
        twin = [n for n in packed if abs(n - loop.scalar) <= tolerance * loop.scalar]
        if twin:
            packed.remove(twin[-1])
        else:
            alone.append(loop)
    return alone
