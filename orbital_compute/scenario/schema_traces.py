"""What a scenario may say about recorded requests that are replayed in a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ..model.trace_rows import FORMS, SCALE_UNIT
from .fields import Fraction, Moment, Name, Quantity, Section, Text, Word, about, known, wrong
from .schema_space import MODEL, Device

STARTS = ("run", "own")
LARGEST_SCALE = 1e9


class TraceDevice(Device):
    """The accelerator that the pods of a list held."""

    device: Name = about("preset or name of the device")


class Trace(Section):
    """A file of recorded requests. They come on top of the modelled demand of their class.

    azure: CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens; a moment is a date in UTC or a number of
    seconds. mooncake: JSON, one map a line, with timestamp [ms], input_length and output_length. alibaba: CSV of pods
    with num_gpu, gpu_milli, creation_time, scheduled_time and deletion_time [s]; a pod asks for what its accelerators
    were held for. A class with traces has their mean request as its own.
    """

    file: Annotated[str, Text("requests.csv")] = about("file of the requests, sorted by time")
    form: Annotated[str, Word(FORMS)] = known("azure", "C", MODEL, "form of the file")
    job_class: Name = about("class whose requests they are")
    regions: Annotated[dict[Name, Annotated[float, Fraction(high=1e12)]], Field(max_length=64)] = known(
        {}, "C", MODEL, "weight of each region that sends them; all by their use if not given"
    )
    rate_scale: Annotated[float, Fraction(above=0.0, high=LARGEST_SCALE)] = known(
        1.0, "C", MODEL, "requests for each one recorded"
    )
    time_scale: Annotated[float, Fraction(above=0.0, high=1e6)] = known(
        1.0, "C", MODEL, "time between two requests over what was recorded"
    )
    start: Annotated[str, Word(STARTS)] = known(
        "run", "C", MODEL, "run: the first request comes as the run begins; own: by the dates of the file"
    )
    delay: Annotated[float, Quantity("s", "0 s", low="0 s")] = known("0 s", "C", MODEL, "added to each moment")
    repeat: bool = known(False, "C", MODEL, "begin again a mean gap after the last request")
    until: Moment | None = known(None, "C", MODEL, "requests from then on are left out; none if not given")
    gpu: TraceDevice | None = known(None, "C", MODEL, "alibaba: the accelerator that a pod held")

    @model_validator(mode="after")
    def _whole(self) -> Trace:
        units = self.rate_scale * SCALE_UNIT
        if abs(units - round(units)) > 1e-6 * max(units * 1e-9, 1.0) or round(units) < 1:
            limit = "nine decimals are kept, so that counts are exact"
            raise wrong(f"{self.rate_scale!r} has more decimals", limit=limit, cure="round it", at=("rate_scale",))
        if (self.form == "alibaba") != (self.gpu is not None):
            what = "a list of pods needs gpu" if self.gpu is None else f"the form {self.form} has no gpu"
            cure = "give gpu: {device: h100}" if self.gpu is None else "take it away"
            raise wrong(what, cure=cure, at=() if self.gpu is None else ("gpu",))
        if self.start == "own" and self.form != "azure":
            what = "its times count from a zero that is not known"
            raise wrong(what, limit=f"the form {self.form} has no dates", cure="set start: run", at=("start",))
        if self.regions and not sum(self.regions.values()) > 0.0:
            raise wrong("the weights of its regions sum to zero", cure="raise one", at=("regions",))
        return self
