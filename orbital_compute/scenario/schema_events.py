"""What a scenario may say about events: one dated list, one line each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import model_validator

from .fields import Count, Fraction, Kind, Moment, Name, PositiveShare, Section, Share, Word, about, known, wrong
from .quantity import shown
from .schema_space import MODEL, Power

# What each kind befalls, what it needs, and what it may have, beside the start.
KINDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "attitude_loss": ("satellites", ("array_cosine",), ("radiator_cosine", "end")),
    "cell_string_lost": ("satellites", ("share",), ()),
    "plane_lost": ("planes", ("shell", "planes"), ("end",)),
    "lasers_lost": ("fleet", ("share",), ("shell", "end")),
    "link_lost": ("link", ("rows",), ("share", "end")),
    "gateway_down": ("gateway", ("gateway",), ("share", "end")),
    "hall_lost": ("site", ("site", "share"), ("end",)),
    "grid_curtailed": ("site", ("site", "limit"), ("end",)),
    "solar_storm": ("fleet", ("factor",), ("end",)),
    "demand_surge": ("demand", ("factor",), ("job_class", "region", "end")),
}
OF_SATELLITES = ("attitude_loss", "cell_string_lost", "plane_lost", "lasers_lost")
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
    """Something that happens, on one line: to satellites (`rows`, a `shell`, its `planes`), to the ground, to demand.

    It holds in each window whose middle it covers, until `end`; for good, if no end is given.

    attitude_loss: the array sees the Sun by `array_cosine` of what its pointing gives (tumbling: 0.25) and the radiator
    by `radiator_cosine` at least (tumbling: 0.5). cell_string_lost: a `share` of the array as built is gone for good.
    plane_lost: no satellite of these `planes` computes. lasers_lost: each laser fails by chance with probability
    `share`; a satellite without any is cut off. link_lost: the laser links of a satellite, or that between two
    (`rows`), lose a `share` of their rate, or all. gateway_down: a `share` of a gateway's capacity, or all. hall_lost:
    a `share` of a site's accelerators with their power. grid_curtailed: the grid gives a site at most `limit`.
    solar_storm: soft errors times `factor`. demand_surge: requests of a class, a region or all, times `factor`.
    """

    kind: Annotated[str, _EventKind(tuple(KINDS))] = about("what happens")
    rows: Annotated[list[int], _Rows()] | None = known(None, "C", MODEL, "rows of the satellites that it befalls")
    shell: Name | None = known(None, "C", MODEL, "in place of rows: all satellites of this shell")
    planes: Annotated[list[int], _Rows()] | None = known(None, "C", MODEL, "plane_lost: numbers of planes, from 0")
    gateway: Name | None = known(None, "C", MODEL, "gateway_down: its name")
    site: Name | None = known(None, "C", MODEL, "hall_lost, grid_curtailed: name of the site")
    job_class: Name | None = known(None, "C", MODEL, "demand_surge: class, all if not given")
    region: Name | None = known(None, "C", MODEL, "demand_surge: region, all if not given")
    start: Moment = about("when it begins; it holds in each window whose middle it covers")
    end: Moment | None = known(None, "C", MODEL, "when it is over; never, if not given")
    array_cosine: Share | None = known(None, "C", MODEL, "attitude_loss: on the cosine of Sun and array normal")
    radiator_cosine: Share | None = known(None, "C", MODEL, "attitude_loss: least mean |cos| of Sun on the radiator")
    share: PositiveShare | None = known(None, "C", MODEL, "of array, lasers, link, gateway or site")
    limit: Power | None = known(None, "C", MODEL, "grid_curtailed: power that the grid still gives")
    factor: Annotated[float, Fraction(high=1e6)] | None = known(None, "C", MODEL, "on demand, or on soft errors")

    @model_validator(mode="after")
    def _whole(self) -> Event:
        target, needed, allowed = KINDS[self.kind]
        if target == "satellites":
            if (self.rows is None) == (self.shell is None):
                what = "rows and shell are both given" if self.rows else "no satellites are named"
                raise wrong(what, cure="give rows: [0, 5], or shell: NAME")
            allowed = (*allowed, "rows", "shell")
        if self.kind == "link_lost" and self.rows is not None and len(self.rows) > 2:
            raise wrong(f"{len(self.rows)} rows make no link", cure="name one satellite, or two", at=("rows",))
        for name in type(self).model_fields:
            given = getattr(self, name) is not None
            if name in needed and not given:
                raise wrong(f"{self.kind} needs {name}", cure="give it")
            if given and name not in ("kind", "start", *needed, *allowed):
                raise wrong(f"{self.kind} has no {name}", cure="take it away", at=(name,))
        if self.end is not None and self.end <= self.start:
            raise wrong("the event ends before it begins", cure="move one of its times", at=("end",))
        return self
