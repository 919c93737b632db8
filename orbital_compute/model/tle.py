"""Reading two-line and three-line element sets.

The SGP4 library takes bad checksums, mismatched lines and letters in number columns without a word, so all that is
checked here, and every fault of a file is named with its line.
"""

from pathlib import Path

from ..errors import Problem
from .elements import ElementSet, doubled, raise_problems, read_text

LINE_LENGTH = 69
# name, first and last column less one, least and largest value
LINE_1 = (("epoch year", 18, 20, 0, 99), ("epoch day", 20, 32, 1, 367), ("mean motion rate", 33, 43, -1, 1))
LINE_2 = (
    ("inclination", 8, 16, 0, 180),
    ("right ascension of the node", 17, 25, 0, 360),
    ("argument of perigee", 34, 42, 0, 360),
    ("mean anomaly", 43, 51, 0, 360),
    ("mean motion", 52, 63, 1e-9, 20),
)


def read_tle(path: str | Path) -> list[ElementSet]:
    """Return the sets of a file of two lines each, with or without a line of the name; `#` starts a comment."""
    return _tle_sets(read_text(path), str(path))


def _tle_sets(text: str, source: str) -> list[ElementSet]:
    from sgp4.api import Satrec

    problems: list[Problem] = []
    sets: list[ElementSet] = []
    name, one, one_at = "", "", 0

    def refuse(what: str, line: int, column: int = 1, **more) -> None:
        problems.append(Problem(what, source=source, line=line, column=column, **more))

    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        if one and not line.startswith("2 "):
            refuse("line 1 of an element set has no line 2 after it", one_at, cure="copy both lines")
            one = ""
        if line.startswith("1 "):
            one, one_at = line, number
        elif line.startswith("2 "):
            if not one:
                refuse("line 2 of an element set has no line 1 before it", number, cure="copy both lines")
                continue
            faults = _line_faults(one, LINE_1, one_at) + _line_faults(line, LINE_2, number)
            if not faults and one[2:7] != line[2:7]:
                faults = [(f"catalogue number {line[2:7]} does not match {one[2:7]} of line 1", number, 3)]
            if not faults:
                record = Satrec.twoline2rv(one, line)
                place = Problem("", source=source, line=one_at, column=1)
                sets.append(ElementSet(int(record.satnum), name, record, place))
            for what, at, column in faults:
                refuse(what, at, column)
            name, one = "", ""
        else:
            name = line.removeprefix("0 ").strip()
    if one:
        refuse("line 1 of an element set has no line 2 after it", one_at, cure="copy both lines")
    if not sets and not problems:
        refuse("no element set is in the file", 0, cure="lines start with 1 and 2, or the file is an OMM")
    problems += doubled(sets)
    raise_problems(sorted(problems, key=lambda problem: problem.line))
    return sets


def _checksum(line: str) -> int:
    """Return the sum of a line's digits, its minus signs one each, modulo ten."""
    body = line[:68]
    return (sum(digit * body.count(str(digit)) for digit in range(1, 10)) + body.count("-")) % 10


def _line_faults(line: str, fields: tuple, number: int) -> list[tuple[str, int, int]]:
    """Return (what, line, column) of each fault of one line of a TLE."""
    if len(line) != LINE_LENGTH:
        return [(f"{len(line)} characters, where a line of an element set has {LINE_LENGTH}", number, 1)]
    if not line[68].isdigit() or int(line[68]) != _checksum(line):
        return [(f"checksum {line[68]} does not agree with the line, which gives {_checksum(line)}", number, 69)]
    faults = []
    if not (line[3:7].replace(" ", "0").isdigit() and (line[2] == " " or line[2].isalnum())):
        faults.append((f"catalogue number {line[2:7]!r} is not one", number, 3))
    for name, start, stop, low, high in fields:
        try:
            value = float(line[start:stop])
        except ValueError:
            faults.append((f"{name} {line[start:stop]!r} is no number", number, start + 1))
            continue
        if not low <= value <= high:
            faults.append((f"{name} {value:g} lies outside {low:g} to {high:g}", number, start + 1))
    digits = ((26, 33),) if line[0] == "2" else ((44, 50), (53, 59))
    for start, stop in digits:  # eccentricity; second rate and drag term, whose points are implied
        if not line[start:stop].strip(" +-").replace(" ", "0").isdigit():
            faults.append((f"{line[start:stop]!r} is no number", number, start + 1))
    return faults
