"""What a scenario may say about the work: language models, job classes, regions and demand."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .fields import (
    Count,
    Fraction,
    HourOfDay,
    Latitude,
    Longitude,
    Name,
    PositiveShare,
    Quantity,
    Section,
    Share,
    Word,
    about,
    known,
    wrong,
)
from .schema_space import MODEL, Device, Rate

KINDS = ("interactive", "agent", "batch", "training")
WORK = "engineering default of the workload (docs/model.md)"

Tokens = Annotated[float, Quantity("token", "1200 tokens", low="0 tokens")]
Positive = Annotated[float, Fraction(above=0.0, high=1e12)]


class LanguageModel(Section):
    """A language model, as its card gives it."""

    parameters: Positive = about("stored parameters")
    active_parameters: Positive = about("parameters that one token passes")
    kv_cache: Annotated[float, Quantity("kB", "160 kB", low="0 B")] = about("keys and values kept for one token")
    parameter_size: Annotated[float, Quantity("byte", "2 byte", above="0 bit")] = known(
        "2 byte", "B", "BF16", "memory of one stored parameter"
    )

    @model_validator(mode="after")
    def _active(self) -> LanguageModel:
        if self.active_parameters > self.parameters:
            raise wrong("they are more than parameters", cure="lower them", at=("active_parameters",))
        return self


class Serving(Device):
    """The devices that hold one copy of a model; they judge whether decoding waits for memory."""

    device: Name = about("preset or name of the device")
    count: Annotated[int, Count(high=100_000)] = about("devices that share one copy")


class Gang(Section):
    """Chips that train one model in step and stop together; their faults are `health.gangs` and `health.radiation`."""

    chips: Annotated[int, Count()] = about("chips of one gang")
    checkpoint: Annotated[float, Quantity("s", "30 s", low="0 s", high="1 day")] = known(
        "30 s", "C", MODEL, "in which the state is written and work stands still"
    )
    restart: Annotated[float, Quantity("s", "120 s", low="0 s", high="1 day")] = known(
        "120 s", "C", MODEL, "from a fault until work goes on"
    )
    detection: Share = known(0.9, "C", MODEL, "share of silent corruptions that a detector catches")


class JobClass(Section):
    """A class of requests with its limits."""

    kind: Annotated[str, Word(KINDS)] = about("interactive, agent, batch or training")
    model: Name = about("one of `models`")
    tokens_in: Tokens = about("read by a request")
    tokens_out: Tokens = about("written by a request")
    serving: Serving | None = known(None, "C", WORK, "if not given, decoding never waits for memory")
    mfu: PositiveShare = about("model FLOP over device FLOP at dense peak")
    bits_per_token: Annotated[float, Quantity("bit/token", "1600 bit/token", low="0 bit/token")] = about(
        "between user and node, in and out, with all envelopes"
    )
    value: Positive = about("worth of a FLOP of this class, beside the others")
    share: Share = about("share of the demanded FLOP")
    rtt_limit: Annotated[float, Quantity("ms", "100 ms", above="0 ms")] | None = known(
        None, "C", WORK, "greatest round trip between user and node; none for work that does not mind"
    )
    wait_limit: Annotated[float, Quantity("s", "60 s", above="0 s")] | None = known(
        None, "C", WORK, "a request is dropped after waiting this; never if not given"
    )
    slo_wait: Annotated[float, Quantity("s", "10 s", low="0 s")] | None = known(
        None, "C", WORK, "waiting within the service level; any if not given"
    )
    diurnal_amplitude: Annotated[float, Fraction(high=0.99)] = known(0.4, "C", MODEL, "of demand over the local day")
    peak_hour: HourOfDay = known("15 h", "C", MODEL, "local solar time of the daily peak")
    noise: Annotated[float, Fraction(high=1.0)] = known(
        0.1, "C", WORK, "standard deviation over mean of the hourly noise"
    )

    gang: Gang | None = known(None, "C", WORK, "of chips, for training; without it work is charged no faults of a gang")

    @model_validator(mode="after")
    def _work(self) -> JobClass:
        if self.gang is not None and self.kind != "training":
            raise wrong("only training works in gangs", cure="take it away, or set kind: training", at=("gang",))
        if self.tokens_in + self.tokens_out <= 0.0:
            raise wrong("a request has no tokens", cure="give tokens_in or tokens_out")
        if self.slo_wait is not None and self.wait_limit is not None and self.slo_wait > self.wait_limit:
            raise wrong("it is longer than wait_limit", cure="lower it, or raise wait_limit", at=("slo_wait",))
        return self


class Region(Section):
    """People who send requests, and where they are."""

    latitude: Latitude = about("of the centre, north positive")
    longitude: Longitude = about("of the centre, east positive; sets the solar time")
    population: Annotated[float, Fraction(above=0.0, high=2e10)] = about("people")
    use: Annotated[float, Fraction(high=100.0)] = known(1.0, "C", WORK, "requests a person, beside the other regions")


class Demand(Section):
    """How much is asked for over a mean day: one of `share` and `rate`."""

    share: Annotated[float, Fraction(high=100.0)] | None = known(
        None, "C", WORK, "mean demand over the peak rate of all nodes together"
    )
    rate: Rate | None = known(None, "C", WORK, "mean demand, FLOP of devices at dense peak")

    @model_validator(mode="after")
    def _one(self) -> Demand:
        if (self.share is None) == (self.rate is None):
            raise wrong(
                "demand needs one of share and rate", cure="give share: 0.6, or rate: 100 EFLOP/s and share: null"
            )
        return self


class WorkloadSection(Section):
    """The work that is asked for."""

    preset: Name | None = known(None, "C", MODEL, "preset that the fields below change (see `presets list`)")
    models: Annotated[dict[Name, LanguageModel], Field(min_length=1)] = about("language models by name")
    classes: Annotated[dict[Name, JobClass], Field(min_length=1, max_length=16)] = about("job classes by name")
    regions: Annotated[dict[Name, Region], Field(min_length=1, max_length=64)] = about("regions by name")
    demand: Demand

    @model_validator(mode="after")
    def _names(self) -> WorkloadSection:
        for name, job in self.classes.items():
            if job.model not in self.models:
                limit = f"models are {', '.join(self.models)}"
                raise wrong(f"there is no model '{job.model}'", limit=limit, at=("classes", name, "model"))
        if not sum(job.share for job in self.classes.values()) > 0.0:
            raise wrong("the shares of the classes sum to zero", cure="give one of them a share")
        if not sum(region.population * region.use for region in self.regions.values()) > 0.0:
            raise wrong("no region uses anything", cure="raise the use of one")
        return self
