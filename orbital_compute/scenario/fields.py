"""The kinds of value that a scenario field can hold: how each is read, limited, written back and described."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .quantity import QuantityError, read_quantity, shown, write_quantity


class Section(BaseModel):
    """A map of a scenario: unknown keys are refused, nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


def wrong(what: str, *, limit: str = "", cure: str = "", at: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """Return the error of a field, in the parts of `errors.Problem`; `at` leads from a section to the value meant."""
    return PydanticCustomError("scenario", "{what}", {"what": what, "limit": limit, "cure": cure, "at": at})


def known(default: Any, grade: str, source: str, about: str, *, low: str = "", high: str = "") -> Any:
    """Return a field with a default, its confidence (A measured, B filed or vendor, C engineering) and source."""
    facts: dict[str, Any] = {"grade": grade, "source": source, "low": low, "high": high}
    return Field(default=default, description=about, json_schema_extra=facts)


def about(text: str) -> Any:
    """Return a field that must be given, with its description."""
    return Field(description=text)


class Kind:
    """Base of the value kinds: `read` takes what was written and returns what the program holds."""

    def read(self, value: Any) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Any]:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.json_schema()


@dataclass(frozen=True)
class Quantity(Kind):
    """A number with its unit, held in SI. `low` and `high` are quantities too; `above` excludes its own value."""

    unit: str
    example: str
    low: str = ""
    high: str = ""
    above: str = ""
    low_why: str = ""  # what fails beyond the limit
    high_why: str = ""

    def read(self, value: Any) -> float:
        try:
            result = read_quantity(value, self.unit, example=self.example)
        except QuantityError as error:
            raise wrong(error.what, limit=error.limit, cure=error.cure) from None
        if self.low and result < self._limit(self.low):
            raise wrong(f"{value} is below {self.low}{self.low_why and ', ' + self.low_why}", cure="raise it")
        if self.above and result <= self._limit(self.above):
            raise wrong(f"{value} is not above {self.above}", cure="raise it")
        if self.high and result > self._limit(self.high):
            raise wrong(f"{value} is above {self.high}{self.high_why and ', ' + self.high_why}", cure="lower it")
        return result

    def _limit(self, text: str) -> float:
        return read_quantity(text, self.unit, example=self.example)

    def write(self, value: float) -> str:
        return write_quantity(value, self.unit)

    def json_schema(self) -> dict[str, Any]:
        limits = [f"at least {self.low}"] * bool(self.low) + [f"above {self.above}"] * bool(self.above)
        limits += [f"at most {self.high}"] * bool(self.high)
        text = f"a number and its unit, like '{self.example}'" + "".join(f"; {limit}" for limit in limits)
        return {"type": "string", "description": text, "examples": [self.example]}


@dataclass(frozen=True)
class Fraction(Kind):
    """A bare number or a percentage, between `low` and `high`."""

    low: float = 0.0
    high: float = 1.0
    above: float | None = None
    why: str = ""
    cure: str = ""

    def read(self, value: Any) -> float:
        if isinstance(value, str) and "%" in value:
            try:
                value = read_quantity(value, "", example="0.9")
            except QuantityError as error:
                raise wrong(error.what, limit=error.limit, cure=error.cure) from None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(
                f"{shown(value)} is not a bare number", cure=f"give a number from {self.low:g} to {self.high:g}"
            )
        if not math.isfinite(value):
            raise wrong(f"{value} is not a finite number", cure=f"give a number from {self.low:g} to {self.high:g}")
        if value < self.low or (self.above is not None and value <= self.above):
            word = f"below {self.low:g}" if value < self.low else f"not above {self.above:g}"
            raise wrong(f"{value} is {word}{self.why and ', ' + self.why}", cure=self.cure or "raise it")
        if value > self.high:
            raise wrong(f"{value} is above {self.high:g}{self.why and ', ' + self.why}", cure=self.cure or "lower it")
        return float(value)

    def json_schema(self) -> dict[str, Any]:
        low = {"exclusiveMinimum": self.above} if self.above is not None else {"minimum": self.low}
        return {"anyOf": [{"type": "number", **low, "maximum": self.high}, {"type": "string", "pattern": "%\\s*$"}]}


@dataclass(frozen=True)
class Count(Kind):
    """A whole number between `low` and `high`."""

    low: int = 1
    high: int = 1_000_000_000
    why: str = ""

    def read(self, value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(f"{shown(value)} is not a whole number", cure=f"give a whole number, {self.low:,} or more")
        if value < self.low:
            raise wrong(f"{value:,} is below {self.low:,}{self.why and ', ' + self.why}", cure="raise it")
        if value > self.high:
            raise wrong(f"{shown(value)} is above {self.high:,}", cure="lower it")
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Clock(Kind):
    """An hour of the day in seconds, as `18 h` or "18:00"."""

    def read(self, value: Any) -> float:
        match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)(?::(\d\d))?\s*", value, re.ASCII) if isinstance(value, str) else None
        if match is None:
            return Quantity("h", "18 h", low="0 h", high="24 h").read(value)
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if hours > 24 or minutes > 59 or seconds > 59 or hours * 3600 + minutes * 60 + seconds > 86400:
            raise wrong(f"'{value}' is no time of day", cure="give an hour like '18 h' or '18:00'")
        return hours * 3600.0 + minutes * 60.0 + seconds

    def write(self, value: float) -> str:
        return write_quantity(value, "h")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "an hour of the day, '18 h' or '18:00'", "examples": ["18:00"]}


@dataclass(frozen=True)
class Instant(Kind):
    """A moment in UTC, ISO 8601."""

    def read(self, value: Any) -> datetime:
        cure = "give a moment like 2026-06-21T00:00:00Z"
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                raise wrong(f"{shown(value)} is not a moment in time", cure=cure) from None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime):
            raise wrong(f"{shown(value)} is not a moment in time", cure=cure)
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if not 1960 <= value.year < 2100:
            raise wrong(f"the year {value.year} is outside 1960 to 2099", limit="the Sun's table ends", cure=cure)
        return value

    def write(self, value: datetime) -> str:
        return value.isoformat().replace("+00:00", "Z")

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "a moment, ISO 8601, UTC", "examples": ["2026-06-21T00:00:00Z"]}


@dataclass(frozen=True)
class Word(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any) -> str:
        if value in self.words and isinstance(value, str):
            return value
        from difflib import get_close_matches

        near = get_close_matches(str(value), self.words, 1)
        cure = f"the nearest is '{near[0]}'" if near else ""
        raise wrong(f"{shown(value)} is not one of {', '.join(self.words)}", cure=cure)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Text(Kind):
    """A text; `pattern` limits it, `example` shows a right one."""

    example: str
    pattern: str = r"[^\x00-\x1f]{1,300}"

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise wrong(f"{shown(value)} will not do", cure=f"give a text like '{self.example}'")
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": [self.example], "pattern": f"^{self.pattern}$"}


class OrNone(Kind):
    """A section that the word `none`, or nothing after the colon, switches off."""

    def read(self, value: Any) -> Any:
        return None if isinstance(value, str) and value == "none" else value

    def write(self, value: Any) -> str:
        return "none"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [*handler(schema)["anyOf"], {"const": "none"}]}


Share = Annotated[float, Fraction()]
PositiveShare = Annotated[float, Fraction(above=0.0)]
PositiveCount = Annotated[int, Count()]
Name = Annotated[str, Text("memphis", r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")]
Latitude = Annotated[float, Quantity("deg", "35.06 deg", low="-90 deg", high="90 deg")]
Longitude = Annotated[float, Quantity("deg", "-90.16 deg", low="-360 deg", high="360 deg")]
Temperature = Annotated[float, Quantity("K", "298 K", above="0 K", high="1000 K")]
Moment = Annotated[datetime, Instant()]
HourOfDay = Annotated[float, Clock()]
