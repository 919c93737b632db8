"""What a scenario may say about leases of sites."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from .fields import Count, Fraction, Moment, Name, PositiveShare, Quantity, Section, about, known, wrong
from .schema_space import MODEL

LEASE = "engineering default of the lease (docs/model.md)"
Time = Annotated[float, Quantity("days", "90 days", low="0 s", high="100 years")]


class Move(Section):
    """The owner's own work leaves the site for another, even over a time, as far as there is room."""

    to: Name = about("site that it moves to; accelerators that are not busy there take it")
    start: Moment = about("when it begins; until then the owner holds all of the site")
    duration: Time = known("30 days", "C", LEASE, "until all that has room has moved")


class ReserveSection(Section):
    """A reserve of compute in orbit against the loss of the site."""

    keep: PositiveShare = known(0.95, "C", MODEL, "share of the demand's value that it is to keep")
    cost: Annotated[float, Quantity("USD/W/yr", "16.5 USD/W/yr", low="0 USD/W/yr")] = known(
        "16.5 USD/W/yr",
        "C",
        "of a watt of compute: 35 USD of servers, 15 of satellite, 25 kg/kW at 500 USD/kg, over five years at 10 %",
        "what holding it costs",
        low="8 USD/W/yr",
        high="81 USD/W/yr",
    )
    chance: Annotated[float, Quantity("1/yr", "0.2 1/yr", low="0 1/yr", high="100 1/yr")] = known(
        "0.2 1/yr", "C", LEASE, "of a reclaim; nobody can know it, so the break-even is printed too"
    )
    replacement: Time = known("365 days", "C", LEASE, "until other capacity on the ground takes the site's place")


class Lease(Section):
    """The capacity of a site that a customer holds, and how it ends."""

    preset: Name | None = known(None, "C", MODEL, "terms that the fields below change (see `presets list`)")
    site: Name = about("name of the site; its accelerators that are not busy are leased")
    start: Moment | None = known(None, "C", LEASE, "when handover begins; long before the run, if not given")
    share: PositiveShare = known(1.0, "B", "announcement of 6 May 2026: all of the site", "of the site that is leased")
    handover: Time = known(
        "30 days", "B", "announcement of 6 May 2026: within the month", "from start to the last stage"
    )
    stages: Annotated[int, Count(high=1000)] = known(4, "C", "four halls (besthub.dev)", "equal parts handed over")
    term: Time = about("first term that no notice cuts short")
    notice: Time = about("from the day of notice, or the end of the first term, until capacity goes")
    ramp: Time = about("over which it goes, from all to nothing")
    rent: Annotated[float, Quantity("USD/yr", "15 GUSD/yr", low="0 USD/yr")] = about("that the customer pays")
    move: Move | None = known(None, "C", LEASE, "the owner's work makes room as it leaves for another site")
    reclaim: Moment | None = known(None, "C", LEASE, "when notice is given; never, if not given")
    optimiser: Annotated[float, Fraction(high=64.0)] = known(
        14.0, "C", MODEL, "byte a parameter that a training run keeps beside its weights", low="12", high="16"
    )
    resident: Annotated[float, Quantity("min", "10 min", low="0 s", high="30 days")] = known(
        "10 min", "C", LEASE, "for which a session's keys and values are kept", low="1 min", high="60 min"
    )
    reserve: ReserveSection = known({}, "C", MODEL, "in orbit, against the loss of the site")

    @model_validator(mode="after")
    def _order(self) -> Lease:
        if self.move is not None and self.move.to == self.site:
            raise wrong("the owner's work moves to where it is", cure="name another site", at=("move", "to"))
        if self.start is not None and self.reclaim is not None and self.reclaim < self.start:
            raise wrong("notice is given before the lease begins", cure="move one of the dates", at=("reclaim",))
        return self
