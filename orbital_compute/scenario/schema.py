"""The scenario: its top level, and its JSON Schema."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, model_validator

from ..model.clock import DAY_S, typical_days
from ..model.policy.names import POLICY_NAMES
from .fields import Count, Fraction, Kind, Moment, Name, OrNone, Quantity, Section, Word, about, known, wrong
from .quantity import shown
from .schema_economics import Economics
from .schema_events import Event
from .schema_ground import Gateways, Network, Site
from .schema_health import Health
from .schema_lease import Lease
from .schema_space import MODEL, ConstellationSection, SampleRow, Satellite
from .schema_work import WorkloadSection

LATER = "is not available in this version"


class Time(Section):
    """When the run begins and ends, and how finely it goes."""

    start: Moment = about("t = 0")
    duration: Annotated[float, Quantity("s", "1 day", above="0 s", high="100 years")] | None = known(
        None, "C", MODEL, "length of the run, a whole number of windows"
    )
    end: Moment | None = known(None, "C", MODEL, "in place of duration")
    step: Annotated[float, Quantity("s", "60 s", low="0.1 s", high="600 s", high_why="where eclipses are lost")] = (
        known("60 s", "C", MODEL, "of the march; each satellite alone")
    )
    window: Annotated[float, Quantity("s", "300 s", low="0.1 s", high="1 day")] = known(
        "300 s", "C", MODEL, "of the dispatch, a whole number of steps"
    )
    every: Annotated[float, Quantity("day", "15 days", low="1 day")] | None = known(
        None, "C", MODEL, "typical days: one day is simulated of each so many; all days if not given"
    )

    @property
    def duration_s(self) -> float:
        """Length of the run [s]."""
        if self.duration is not None:
            return self.duration
        assert self.end is not None  # the validator sees to it
        return (self.end - self.start).total_seconds()

    def _check_every(self, last: str) -> None:
        """Refuse typical days that are no whole days of the run."""
        if self.every is None:
            return
        count = self.every / DAY_S
        if abs(count - round(count)) > 1e-9:
            what = f"one day of each {count:.6g} days is no calendar"
            raise wrong(what, cure=f"take {max(round(count), 1)} days", at=("every",))
        if self.duration_s < self.every:
            what = f"the run of {self.duration_s / DAY_S:.6g} days is shorter than every"
            raise wrong(what, cure=f"take {self.every / DAY_S:g} days or more, or leave every out", at=(last,))
        parts = DAY_S / self.window
        if abs(parts - round(parts)) > 1e-9 * parts:
            what = f"a day is no whole number of windows of {self.window:g} s, as typical days need"
            raise wrong(what, cure=f"take {DAY_S / max(round(parts), 1):.12g} s", at=("window",))

    @property
    def day_starts_s(self) -> tuple[float, ...]:
        """Starts of typical days [s after the start]; empty where all days are simulated."""
        return () if self.every is None else typical_days(self.duration_s, self.every)

    @model_validator(mode="after")
    def _whole(self) -> Time:
        if self.end is not None:
            if self.duration is not None:
                raise wrong("duration is given too", cure="keep one of them", at=("end",))
            if self.end <= self.start:
                what = f"the end {self.end:%Y-%m-%dT%H:%M:%SZ} is not after the start {self.start:%Y-%m-%dT%H:%M:%SZ}"
                raise wrong(what, cure="move the end, or give a duration", at=("end",))
        elif self.duration is None:
            raise wrong("duration is missing", cure="give it, or an end")
        last = "duration" if self.end is None else "end"
        for longer, name, shorter, part in (
            (self.window, "window", self.step, "steps"),
            (self.duration_s, last, self.window, "windows"),
        ):
            count = longer / shorter
            if round(count) < 1 or abs(count - round(count)) > 1e-9 * count:
                low, high = max(int(count), 1) * shorter, (int(count) + 1) * shorter
                near = f"{low:g} s" if low == high or count < 1.0 else f"{low:.12g} s or {high:.12g} s"
                what = f"{longer:.12g} s are not a whole number of {part} of {shorter:g} s"
                raise wrong(what, cure=f"take {near}", at=(name,))
        self._check_every(last)
        if self.start + timedelta(seconds=self.duration_s) > datetime.fromisoformat("2100-01-01T00:00:00Z"):
            limit = "the Sun's table ends"
            raise wrong("the run goes on after the year 2099", limit=limit, cure="shorten it", at=(last,))
        return self


class _Empty(Kind):
    """Something whose subject comes with a later version: only the empty form is right."""

    def __init__(self, name: str, empty: list | dict):
        self.name, self.empty = name, empty

    def read(self, value: Any) -> Any:
        if value is None or value == self.empty:
            return type(self.empty)()
        raise wrong(f"{self.name} {LATER}", cure=f"leave it {self.empty}")

    def json_schema(self) -> dict[str, Any]:
        kind = (
            {"type": "array", "maxItems": 0} if isinstance(self.empty, list) else {"type": "object", "maxProperties": 0}
        )
        return {**kind, "description": f"{self.name}: {LATER}"}


class PolicyKind(Kind):
    """A word of POLICY_NAMES; or a mapping: `name` or `user: file.py:function`, and `fairness` and `energy` beside."""

    fairness = Fraction(above=0.0, high=8.0)
    energy: ClassVar[dict[str, Quantity]] = {
        "worth": Quantity("USD/FLOP", "0.5 USD/EFLOP", above="0 USD/FLOP"),
        "carbon_price": Quantity("USD/kg", "100 USD/t", low="0 USD/kg", high="1e5 USD/t"),
    }

    def read(self, value: Any) -> str | dict[str, Any]:
        if isinstance(value, str) and value in POLICY_NAMES:
            return value
        names = ("name", "user", "fairness", "energy")
        if not isinstance(value, dict) or not value or not set(value) <= set(names) or {"name", "user"} <= set(value):
            raise self._no_policy(value)
        name, user = value.get("name", "optimal"), value.get("user", ":")
        if name not in POLICY_NAMES or not isinstance(user, str):
            raise self._no_policy(value)
        if "fairness" in value:
            self.fairness.read(value["fairness"])
        if "energy" in value:
            self._read_energy(value["energy"])
        return {key: dict(part) if isinstance(part, dict) else part for key, part in value.items()}

    def _no_policy(self, value: Any) -> ValueError:
        limit = f"there are {', '.join(POLICY_NAMES)} and user, with fairness and energy beside"
        cure = "write one, {user: file.py:function}, or {name: optimal, fairness: 1}"
        return wrong(f"{shown(value)} is no policy", limit=limit, cure=cure)

    def _read_energy(self, value: Any) -> None:
        if not isinstance(value, dict) or "worth" not in value or not set(value) <= set(self.energy):
            cure = "give energy: {worth: 0.5 USD/EFLOP}, and carbon_price: 100 USD/t if carbon counts"
            raise wrong(f"{shown(value)} does not say how energy is weighed", cure=cure)
        for key, part in value.items():
            self.energy[key].read(part)

    def json_schema(self) -> dict[str, Any]:
        weights = {key: quantity.json_schema() for key, quantity in self.energy.items()}
        parts = {
            "name": {"enum": list(POLICY_NAMES)},
            "user": {"type": "string", "pattern": ":[A-Za-z_]\\w*$"},
            "fairness": self.fairness.json_schema(),
            "energy": {"type": "object", "properties": weights, "required": ["worth"], "additionalProperties": False},
        }
        return {"anyOf": [{"enum": list(POLICY_NAMES)},
                          {"type": "object", "properties": parts, "additionalProperties": False}]}  # fmt: skip


class _Sample(Kind):
    def read(self, value: Any) -> int | list[int]:
        row = Count(low=0, high=10_000)
        if isinstance(value, list):
            rows = [Count(low=0).read(item) for item in value]
            if len(set(rows)) != len(rows):
                raise wrong("a row stands twice in sample", cure="name each row once")
            return sorted(rows)
        return row.read(value)

    def json_schema(self) -> dict[str, Any]:
        return {
            "anyOf": [{"type": "integer", "minimum": 0}, {"type": "array", "items": {"type": "integer", "minimum": 0}}]
        }


class Output(Section):
    """What is stored beside the default tables."""

    sample: Annotated[int | list[SampleRow], _Sample()] = known(
        64, "C", MODEL, "satellites with full series: how many, spread over all rows, or the list of rows"
    )
    limit: Annotated[float, Quantity("GB", "100 GB", above="0 GB")] = known(
        "100 GB", "C", MODEL, "a run that would write more is refused: until said otherwise it is a slip"
    )
    compare: Annotated[str, Word(("without_events",))] | None = known(
        None, "C", MODEL, "a second run for the report to set beside the first: one without events and reclaims"
    )


@dataclass
class Origin:
    """Where a scenario came from; equal to every other, so that scenarios compare by what they say."""

    tree: dict[str, Any] = field(default_factory=dict, compare=False)  # as written, with overrides
    document: Any = field(default=None, compare=False)  # positions of what was written
    overrides: dict[tuple[str | int, ...], str] = field(default_factory=dict, compare=False)
    records: dict[tuple[str | int, ...], dict[str, str]] = field(default_factory=dict, compare=False)  # of presets
    folder: Path = field(default_factory=Path, compare=False)


class ScenarioFields(Section):
    """All that a run depends on; `load.Scenario` adds what needs the file it came from."""

    format: Annotated[Literal[1], BeforeValidator(lambda value: str(value) if isinstance(value, bool) else value)]
    name: Name = about("name of the run and of its folder")
    seed: Annotated[int, Count(low=0, high=2**63 - 1)] = known(1, "C", MODEL, "of all random draws")
    time: Time
    constellation: ConstellationSection
    satellite: Satellite | None = known(None, "C", MODEL, "the one type of satellite")
    satellites: Annotated[dict[Name, Satellite], Field(min_length=1, max_length=64)] | None = known(
        None, "C", MODEL, "several types of satellite, chosen by shell"
    )
    sites: Annotated[list[Site], Field(max_length=200)] = known([], "C", MODEL, "terrestrial centres")
    gateways: Gateways
    network: Network = known({}, "C", MODEL, "delays")
    workload: WorkloadSection
    lease: Annotated[list[Lease], Field(max_length=200)] = known([], "C", MODEL, "capacity of sites that is leased")
    events: Annotated[list[Event], Field(max_length=10_000)] = known([], "C", MODEL, "what befalls satellites, dated")
    health: Annotated[Health | None, OrNone()] = known(
        {}, "C", MODEL, "radiation, failures, ageing and air; none switches all off"
    )
    policy: Annotated[str | dict[str, Any], PolicyKind()] = known(
        "optimal", "C", MODEL, "of the dispatch: optimal, price, greedy, round_robin, or {user: file.py:function}"
    )
    economics: Annotated[Economics | None, OrNone()] = known(
        {}, "C", MODEL, "costs of orbit and ground; none: no costs"
    )
    output: Output = known({}, "C", MODEL, "what is stored")

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="after")
    def _types(self) -> ScenarioFields:
        if (self.satellite is None) == (self.satellites is None):
            what = "satellite and satellites are both given" if self.satellite else "satellite is missing"
            cure = "give satellite: {preset: ...}, or satellites: {type: {...}}"
            raise wrong(what, cure=cure, at=("satellite",) if self.satellite else ())
        names = [site.name for site in self.sites]
        if len(set(names)) != len(names):
            raise wrong("two sites have one name", cure="give each site its own name", at=("sites",))
        if "orbit" in names:
            limit = "tables call the satellites so"
            raise wrong("a site is named orbit", limit=limit, cure="give it another name", at=("sites",))
        self._check_shell_types(list(self.satellite_types))
        self._check_events()
        self._check_gangs()
        return self

    def _check_gangs(self) -> None:
        """Refuse what gangs on clusters have where there are no clusters, and clusters that nobody trains on."""
        gangs = {name: job.gang for name, job in self.workload.classes.items() if job.gang is not None}
        if self.network.cluster is not None and not gangs:
            cure = "take it away, or give a class of training a gang"
            raise wrong("no class trains in gangs", cure=cure, at=("network", "cluster"))
        for name, gang in gangs.items():
            given = "timing" if gang.timing != "daly" else "all_reduce"
            if self.network.cluster is None and (gang.timing != "daly" or gang.all_reduce is not None):
                cure = "give network.cluster, or take it away"
                at = ("workload", "classes", name, "gang", given)
                raise wrong("it is for gangs on clusters, and there are none", cure=cure, at=at)

    def _check_events(self) -> None:
        """Refuse events that no window of the run would see."""
        end = self.time.start + timedelta(seconds=self.time.duration_s)
        for i, event in enumerate(self.events):
            if event.start >= end:
                limit = f"the run ends at {end:%Y-%m-%dT%H:%M:%SZ}"
                raise wrong("the event begins after the run", limit=limit, cure="move it", at=("events", i, "start"))
            if event.end is not None and event.end <= self.time.start:
                limit = f"the run begins at {self.time.start:%Y-%m-%dT%H:%M:%SZ}"
                raise wrong("the event is over before the run", limit=limit, cure="move it", at=("events", i, "end"))
            if event.end is not None and (event.end - event.start).total_seconds() < self.time.window:
                limit = f"events last for whole windows of {self.time.window:g} s"
                raise wrong("the event is too short", limit=limit, cure="lengthen it", at=("events", i, "end"))
            if self.time.every is not None and not self._seen(event):
                limit = "one day is simulated of each so many (time.every)"
                cure = "lengthen it, or leave time.every out"
                raise wrong("the event falls between typical days", limit=limit, cure=cure, at=("events", i))

    def _seen(self, event: Event) -> bool:
        """Return whether an event lasts into a typical day."""
        first_s = (event.start - self.time.start).total_seconds()
        last_s = math.inf if event.end is None else (event.end - self.time.start).total_seconds()
        return any(first_s < day_s + DAY_S and last_s > day_s for day_s in self.time.day_starts_s)

    def _check_shell_types(self, types: list[str]) -> None:
        form = self.constellation
        chosen: dict[tuple[str | int, ...], str | None] = {}
        if form.elements is not None:
            chosen[("elements",)] = form.elements.satellite
        if form.walker is not None:
            chosen[("walker",)] = form.walker.satellite
        for i, shell in enumerate(form.shells or []):
            chosen[("shells", i)] = shell.satellite
        cure = f"give satellite: one of {', '.join(types)}"
        for place, name in chosen.items():
            if name is None and len(types) > 1 and form.elements is None:
                raise wrong("no type of satellite is named", cure=cure, at=("constellation", *place))
            if name is not None and name not in types:
                raise wrong(f"there is no satellite '{name}'", cure=cure, at=("constellation", *place, "satellite"))
        if not chosen and len(types) > 1:
            what = "several types of satellite but no shells to choose by"
            raise wrong(what, cure="give one satellite", at=("satellites",))

    @property
    def satellite_types(self) -> dict[str, Satellite]:
        """Types of satellite by name."""
        if self.satellites is not None:
            return dict(self.satellites)
        assert self.satellite is not None  # the validator sees to it
        return {self.satellite.name or "satellite": self.satellite}

    @property
    def n_satellite(self) -> int | None:
        """Satellites that the constellation has; None where only its file can tell."""
        form = self.constellation
        if form.preset is not None:
            from .preset import load_preset

            return form.satellites or int(load_preset("constellations", form.preset).layer.tree["satellites"])
        shells = form.shells or ([form.walker] if form.walker else [])
        return sum(shell.planes * shell.per_plane for shell in shells) if shells else None

    @property
    def folder(self) -> Path:
        """The folder that paths in the scenario are relative to."""
        return self._origin.folder

    def to_dict(self) -> dict[str, Any]:
        """Return the resolved scenario: presets expanded, quantities as text. JSON can hold it, and it reads back."""
        out = written(self)
        assert isinstance(out, dict)
        return out

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of a scenario file, for editors: presets may stand in for what is required."""
        schema = cls.model_json_schema()
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "orbital_compute scenario"
        for part in schema.get("$defs", {}).values():
            part.pop("required", None)  # a preset may give it
        schema["required"] = ["format", "name", "time", "constellation"]
        return schema


def kind_of(metadata: list[Any], annotation: Any) -> Kind | None:
    """Return the value kind of a field, also inside `X | None`."""
    found = next((item for item in metadata if isinstance(item, Kind)), None)
    if found is None:
        for part in getattr(annotation, "__args__", ()):
            found = found or kind_of(list(getattr(part, "__metadata__", ())), None)
    return found


def written(value: Any, kind: Kind | None = None) -> Any:
    """Return a value of a scenario as it would be written in a file; what is None is left out."""
    if isinstance(value, BaseModel):
        out = {}
        for name, info in type(value).model_fields.items():
            item = getattr(value, name)
            own = kind_of(info.metadata, info.annotation)
            if item is not None or isinstance(own, OrNone):
                out[name] = written(item, own)
        return out
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [written(item) for item in value]
    return kind.write(value) if kind is not None else value
