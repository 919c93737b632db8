"""What a scenario may say about the work: language models, job classes, regions and demand."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ..model.choices import ROUTES, TIMINGS
from .fields import (
    Count,
    Fraction,
    HourOfDay,
    Latitude,
    Longitude,
    Moment,
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
from .schema_traces import Trace

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


LLAMA = "Llama 3 405B on 16,384 H100, arXiv:2407.21783 as noted by glennklockwood.com/garden/llama-3.1"


class AllReduce(Section):
    """A training step, and its gradients that chips sum up; it takes `network.cluster`."""

    batch: Annotated[float, Quantity("token", "16000000 tokens", above="0 tokens")] = known(
        "16000000 tokens", "B", LLAMA, "tokens of one step, all chips together"
    )
    replica_chips: Annotated[int, Count()] = known(
        128, "B", LLAMA, "chips over which one copy of the model lies, all on one satellite in orbit"
    )
    gradient_size: Annotated[float, Quantity("byte", "2 byte", above="0 bit")] = known(
        "2 byte", "C", WORK, "of a parameter's gradient as it is sent", low="1 byte", high="4 byte"
    )
    overlap: Share = known(0.5, "C", WORK, "share of the arithmetic behind which sending hides", low="0", high="0.67")
    inner_steps: Annotated[int, Count(high=1_000_000)] = known(
        1, "B", "DiLoCo, arXiv:2311.08105: 500", "steps between two sums over lasers", low="1", high="500"
    )


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
    timing: Annotated[str, Word(TIMINGS)] = known(
        "daly", "C", WORK, "when gangs on clusters save: daly, before_eclipse, before_anomaly, or both"
    )
    all_reduce: AllReduce | None = known(None, "C", WORK, "without it chips wait for no gradients")


class SessionState(Section):
    """Sessions of a class: their keys and values stay with the satellite that serves them, and move when it cannot."""

    resident: Annotated[float, Quantity("min", "10 min", above="0 s", high="1 day")] | None = known(
        None, "C", WORK, "for which they are kept after a request; residence of the class, or 10 min, if not given"
    )
    link: Annotated[float, Quantity("Gbit/s", "100 Gbit/s", above="0 bit/s")] = known(
        "100 Gbit/s", "C", MODEL, "at which one of them moves", low="10 Gbit/s", high="200 Gbit/s"
    )
    over: Annotated[str, Word(ROUTES)] = known(
        "space", "C", MODEL, "space: by links between satellites, which nothing else is taken from; ground: by gateways"
    )


class GrowthPoint(Section):
    """Demand at a date, over what it is without growth."""

    date: Moment = about("when demand has reached the factor")
    factor: Annotated[float, Fraction(above=0.0, high=1e6)] = about("demand over what it is without growth")


class Growth(Section):
    """How demand grows over months: by a factor each month, or through a table of dates; one of the two."""

    monthly: Annotated[float, Fraction(low=0.25, high=4.0)] | None = known(
        None, "C", WORK, "factor from one month to the next, compound"
    )
    since: Moment | None = known(
        None, "C", WORK, "when compound growth begins, at 1; the start of the run if not given"
    )
    table: Annotated[list[GrowthPoint], Field(max_length=1000)] = known(
        [], "C", WORK, "factors with dates, at an even pace from one to the next, constant before and after"
    )

    @model_validator(mode="after")
    def _one(self) -> Growth:
        if (self.monthly is None) == (not self.table):
            raise wrong("growth needs one of monthly and table", cure="give monthly: 1.05, or table: [...]")
        if self.since is not None and self.monthly is None:
            raise wrong("a table has its own dates", cure="take since away", at=("since",))
        for i, (before, after) in enumerate(zip(self.table, self.table[1:], strict=False)):
            if not before.date < after.date:
                raise wrong("it is not after the date before it", cure="put the earliest first", at=("table", i + 1))
        return self


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
    tier: Annotated[int, Count(high=16)] = known(1, "C", WORK, "1 is served before all others, then 2, ...")
    share: Share = about("share of the demanded FLOP")
    rtt_limit: Annotated[float, Quantity("ms", "100 ms", above="0 ms")] | None = known(
        None, "C", WORK, "greatest round trip between user and node; none for work that does not mind"
    )
    wait_limit: Annotated[float, Quantity("s", "60 s", above="0 s")] | None = known(
        None, "C", WORK, "a request is dropped after waiting this; never if not given"
    )
    residence: Annotated[float, Quantity("s", "60 s", low="0 s", high="30 days")] | None = known(
        None, "C", WORK, "in which a request's context stays in a node's memory; memory sets no rate if not given"
    )
    slo_wait: Annotated[float, Quantity("s", "10 s", low="0 s")] | None = known(
        None, "C", WORK, "waiting within the service level; any if not given"
    )
    ttft_limit: Annotated[float, Quantity("s", "1 s", above="0 s")] | None = known(
        None, "C", MODEL, "longest time to the first token within the service level; any if not given"
    )
    service_variation: Annotated[float, Fraction(high=100.0)] = known(
        1.0, "C", WORK, "standard deviation over mean of the time that a request holds its place in a batch"
    )
    diurnal_amplitude: Annotated[float, Fraction(high=0.99)] = known(0.4, "C", MODEL, "of demand over the local day")
    weekly_amplitude: Annotated[float, Fraction(high=1.39)] = known(
        0.0, "C", WORK, "demand of a working day less that of a Saturday or Sunday, over the mean"
    )
    growth: Growth | None = known(None, "C", WORK, "over months; that of all demand if not given")
    peak_hour: HourOfDay = known("15 h", "C", MODEL, "local solar time of the daily peak")
    noise: Annotated[float, Fraction(high=1.0)] = known(
        0.1, "C", WORK, "standard deviation over mean of the hourly noise"
    )

    sessions: SessionState | None = known(None, "C", WORK, "with memory of their own; none are followed if not given")
    gang: Gang | None = known(None, "C", WORK, "of chips, for training; without it work is charged no faults of a gang")

    @model_validator(mode="after")
    def _work(self) -> JobClass:
        if self.gang is not None and self.kind != "training":
            raise wrong("only training works in gangs", cure="take it away, or set kind: training", at=("gang",))
        if self.sessions is not None and self.kind not in ("agent", "interactive"):
            raise wrong("only agent and interactive work has sessions", cure="take it away", at=("sessions",))
        kept = None if self.sessions is None else self.sessions.resident
        if kept is not None and self.residence is not None and kept != self.residence:
            what = f"it differs from the residence of the class, {self.residence:g} s"
            raise wrong(what, cure="leave one of them out", at=("sessions", "resident"))
        if self.tokens_in + self.tokens_out <= 0.0:
            raise wrong("a request has no tokens", cure="give tokens_in or tokens_out")
        if self.diurnal_amplitude + 5.0 / 7.0 * self.weekly_amplitude > 1.0:
            raise wrong(
                "demand would fall below zero in a weekend's night",
                limit="diurnal_amplitude + 5/7 of it may be 1",
                cure="lower one of them",
                at=("weekly_amplitude",),
            )
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
    growth: Growth | None = known(
        None, "C", WORK, "of all classes over months, if they say nothing else; none by default"
    )

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
    traces: Annotated[dict[Name, Trace], Field(max_length=64)] = known(
        {}, "C", WORK, "recorded requests by name, on top of the demand"
    )

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
        for name, trace in self.traces.items():
            if trace.job_class not in self.classes:
                limit = f"classes are {', '.join(self.classes)}"
                raise wrong(f"there is no class '{trace.job_class}'", limit=limit, at=("traces", name, "job_class"))
            for region in trace.regions:
                if region not in self.regions:
                    cure = f"regions are {', '.join(list(self.regions)[:8])}"
                    raise wrong(f"there is no region '{region}'", cure=cure, at=("traces", name, "regions", region))
        return self
