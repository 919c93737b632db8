"""A file of recorded requests, read a megabyte at a time: what it holds is never in memory as a whole."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..errors import Problem, ScenarioError
from .trace_rows import FIRST_COLUMN, READERS, Lines, TraceRows, header_columns, is_dated

BLOCK_BYTES = 1 << 20  # also the longest line
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Some rows of a file, and where they stand: bytes from its beginning, and the number of the first line."""

    rows: TraceRows
    offset: int
    line: int
    next_offset: int
    next_line: int


@dataclass(frozen=True)
class TraceFacts:
    """What one pass over a whole file found; `sums` as in `TraceRows`, `digest` is the file's sha256."""

    n_row: int  # rows with work
    left_out: int  # rows without
    first_sum: int
    second_sum: int
    first_ns: int
    last_ns: int
    sums: dict[str, int]
    digest: str


@dataclass(frozen=True)
class TraceFile:
    """A file in one of the forms of `trace_rows.FORMS`. Its blocks are the same however often they are read.

    Raises
    ------
    ScenarioError
        The file cannot be read, is empty, or lacks a column.
    """

    path: Path
    form: str
    dated: bool = field(init=False)  # moments are dates, and not seconds from a zero of the file's own
    _start: tuple[int, int] = field(init=False, repr=False)  # offset and line of the first row
    _places: tuple[int, ...] = field(init=False, repr=False)
    _width: int = field(init=False, repr=False)

    def __post_init__(self):
        places, width, start, dated = (), 0, (0, 1), False
        data, whole = self._read(0)
        if not data.strip():
            raise ScenarioError(Problem("the file is empty", source=str(self.path), cure="look at the file"))
        if self.form in FIRST_COLUMN:
            lines = self._lines(data, (0, 1), whole)
            head = lines.texts[0]
            places = header_columns(self.form, head, str(self.path))
            width = len(next(csv.reader([head])))
            start = (data.find(b"\n") + 1 or len(data), 2)
            if self.form == "azure" and len(lines.texts) > 1:
                first = next(csv.reader([lines.texts[1]]), [])
                dated = len(first) == width and is_dated(first[places[0]])
        for name, value in (("dated", dated), ("_start", start), ("_places", places), ("_width", width)):
            object.__setattr__(self, name, value)

    @property
    def counts_tokens(self) -> bool:
        """Whether the two sizes of a row are tokens read and written."""
        return self.form != "alibaba"

    def block(self, place: tuple[int, int] | None = None) -> Block | None:
        """Return the rows from a place (offset, line) on, the first by default; None at the end of the file.

        Raises
        ------
        ScenarioError
            With every fault of the block and its lines, twenty at most.
        """
        offset, line = self._start if place is None else place
        data, last = self._read(offset)
        lines = self._lines(data, (offset, line), last)
        if not lines.texts:
            return None
        rows = READERS[self.form](lines, self._places, self._width)
        return Block(rows, offset, line, offset + len(data), line + len(lines.texts))

    def check(self) -> TraceFacts:
        """Read the whole file once, and return what it holds.

        Raises
        ------
        ScenarioError
            A row is wrong, time runs backwards, or no row has work.
        """
        n_row, left_out, first, second, begin, end, before_ns = 0, 0, 0, 0, None, None, 0
        sums: dict[str, int] = {}
        for block in self._blocks():
            rows = block.rows
            if rows.span_ns[0] < before_ns:
                what, cure = "time runs backwards", "sort the file by time"
                raise ScenarioError(Problem(what, source=str(self.path), line=block.line, column=1, cure=cure))
            before_ns = rows.span_ns[1]
            if rows.time_ns.size:
                begin, end = int(rows.time_ns[0]) if begin is None else begin, int(rows.time_ns[-1])
            n_row += rows.time_ns.size
            left_out += rows.left_out
            first += int(rows.first.sum())
            second += int(rows.second.sum())
            sums = {name: sums.get(name, 0) + value for name, value in rows.sums.items()}
        if begin is None or end is None:
            what = "no row has any work" if left_out else "there are no rows"
            raise ScenarioError(Problem(what, source=str(self.path), cure="look at the file"))
        return TraceFacts(n_row, left_out, first, second, begin, end, sums, self._digest())

    def _blocks(self) -> Iterator[Block]:
        block = self.block()
        while block is not None:
            yield block
            block = self.block((block.next_offset, block.next_line))

    def _read(self, offset: int) -> tuple[bytes, bool]:
        """Return whole lines from an offset on, a block at most, and whether the file ends with them."""
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                data = file.read(BLOCK_BYTES + 1)
        except OSError as error:
            raise ScenarioError(Problem(f"cannot be read: {error.strerror}", source=str(self.path))) from error
        if len(data) <= BLOCK_BYTES:
            return data, True
        end = data.rfind(b"\n", 0, BLOCK_BYTES) + 1
        if end == 0:
            what = f"a line is longer than {BLOCK_BYTES} bytes, {offset} bytes into the file"
            raise ScenarioError(Problem(what, source=str(self.path), cure="look at the file"))
        return data[:end], False

    def _lines(self, data: bytes, place: tuple[int, int], last: bool) -> Lines:
        """Return the lines of some bytes; empty ones at the end of the file are no rows."""
        offset, line = place
        if offset == 0:
            data = data.removeprefix(BYTE_ORDER_MARK)
        if not data.isascii():
            faults = [
                Problem("holds characters that are not ASCII", source=str(self.path), line=line + k, column=1)
                for k, text in enumerate(data.split(b"\n"))
                if not text.isascii()
            ]
            raise ScenarioError(faults[:20])
        texts = data.decode("ascii").split("\n")
        texts = [text.removesuffix("\r") for text in (texts[:-1] if texts[-1] == "" else texts)]
        while last and texts and not texts[-1]:
            texts.pop()
        return Lines(str(self.path), line, texts)

    def _digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
