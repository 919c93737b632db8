"""What a scenario may say about events: one dated list, one line each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import model_validator

from .fields import Count, Kind, Moment, Name, PositiveShare, Section, Share, Word, about, known, wrong
from .quantity import shown
from .schema_space import MODEL

# What each kind needs, and what it may have, beside the satellites and the start.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "attitude_loss": (("array_cosine",), ("radiator_cosine", "end")),
    "cell_string_lost": (("share",), ()),
}
MOST_ROWS = 100_000


class _EventKind(Word):
    def read(self, value: Any) -> str:
        if value in self.words:
            return str(value)
        what = f"the event {shown(value)} is not available in this version"
        raise wrong(what, limit=f"there are {', '.join(self.words)}", cure="take one of them")


class _Rows(Kind):
    def read(self, value: Any) -> list[int]:
        if not isinstance(value, list) or not value:
            raise wrong(f"{shown(value)} is no list of rows", cure="write rows: [0, 5]")
        if len(value) > MOST_ROWS:
            raise wrong(f"{len(value):,} rows are too many to name", cure="name their shell")
        rows = sorted(Count(low=0).read(item) for item in value)
        if len(set(rows)) != len(rows):
            raise wrong("a row stands twice in rows", cure="name each row once")
        return rows

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}


class Event(Section):
    """Something that befalls satellites: those in `rows`, or all of a `shell`. It lasts for whole windows.

    attitude_loss: the array sees the Sun by `array_cosine` of what its pointing gives (tumbling: 0.25) and the radiator
    by `radiator_cosine` at least (tumbling: 0.5), until `end`. cell_string_lost: a `share` of the array as built is
    gone for good.
    """

    kind: Annotated[str, _EventKind(tuple(KINDS))] = about("what happens")
    rows: Annotated[list[int], _Rows()] | None = known(None, "C", MODEL, "rows of the satellites that it befalls")
    shell: Name | None = known(None, "C", MODEL, "in place of rows: all satellites of this shell")
    start: Moment = about("when it begins; it holds in each window whose middle it covers")
    end: Moment | None = known(None, "C", MODEL, "when it is over; never, if not given")
    array_cosine: Share | None = known(None, "C", MODEL, "attitude_loss: on the cosine of Sun and array normal")
    radiator_cosine: Share | None = known(None, "C", MODEL, "attitude_loss: least mean |cos| of Sun on the radiator")
    share: PositiveShare | None = known(None, "C", MODEL, "cell_string_lost: of the array as built")

    @model_validator(mode="after")
    def _whole(self) -> Event:
        if (self.rows is None) == (self.shell is None):
            what = "rows and shell are both given" if self.rows else "no satellites are named"
            raise wrong(what, cure="give rows: [0, 5], or shell: NAME")
        needed, allowed = KINDS[self.kind]
        for name in ("end", "array_cosine", "radiator_cosine", "share"):
            given = getattr(self, name) is not None
            if name in needed and not given:
                raise wrong(f"{self.kind} needs {name}", cure="give it")
            if given and name not in needed + allowed:
                raise wrong(f"{self.kind} has no {name}", cure="take it away", at=(name,))
        if self.end is not None and self.end <= self.start:
            raise wrong("the event ends before it begins", cure="move one of its times", at=("end",))
        return self
