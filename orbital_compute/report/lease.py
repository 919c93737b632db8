"""Leases of a run: demand kept after a reclaim, the reserve in orbit that would keep more, and the state that moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..analysis import lease
from ..analysis.lease import Reclaim, ReserveNeed
from . import units
from .headline import Rows

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

NOTE = (
    "Demand counts by value, and is kept where it is served within its service level. The reserve is compute in orbit "
    "beyond the fleet of the run. Chance, cost and price are parameters below: read the option value with them."
)
TITLES = {
    "1h": "from 1 h after notice, for an hour",
    "24h": "from 24 h after notice, for a day",
    "90d": "from 90 days after notice, for a day",
}

SPOKEN = {"1h": "in the second hour", "24h": "on the second day", "90d": "on the 91st day"}


def tables(results: Results, without: Results | None = None) -> list[Rows]:
    """Return the tables of each lease that is reclaimed in the run."""
    found: list[Rows] = []
    for one in lease.reclaims(results.dataset):
        calm = None if without is None else without.dataset
        found += [demand(results.dataset, calm, one), state(results.dataset, one)]
        need = lease.reserve_need(results.dataset, one)
        if need is not None:
            found.append(reserve(results.dataset, one, need))
    return found


def answer(results: Results) -> str:
    """Return in a few sentences what reclaims leave, and what a reserve would take and be worth."""
    said = []
    for one in lease.reclaims(results.dataset):
        held = {name: share for name, share in lease.kept(results.dataset, one).items() if not math.isnan(share)}
        spoken = ", ".join(f"{units.share(share)} {SPOKEN[name]}" for name, share in held.items())
        notice_s = one.goes_s - one.notice_s
        when = f"{units.duration(notice_s)} after notice" if notice_s else "at once"
        said.append(f"{_called(one).capitalize()} is taken back {when}. Of the demand's value is kept: {spoken}.")
        need = lease.reserve_need(results.dataset, one)
        if need is not None and math.isfinite(need.power_w):
            pays = "is worth more than it costs" if need.option_usd_year > 0.0 else "costs more than it is worth"
            chance = float(results.dataset["lease_chance_per_year"].values[one.row])
            said.append(
                f"To keep {units.share(need.keep, 0)} on the first day without it would have taken "
                f"{units.prefixed(need.power_w, 'W')} of compute in reserve in orbit, "
                f"{units.count(round(need.satellites))} satellites; at a chance of {units.number(chance)} a year that "
                f"{pays}, by {units.prefixed(abs(need.option_usd_year), 'USD')} a year."
            )
    return " ".join(said)


def demand(dataset: xr.Dataset, calm: xr.Dataset | None, one: Reclaim) -> Rows:
    """Return demand kept at each horizon, beside the run without the reclaim where there is one."""
    columns = [lease.kept(data, one) for data in (dataset, calm) if data is not None]
    rows = [(title, *(_kept(column[name]) for column in columns)) for name, title in TITLES.items()]
    days = [data for data in (dataset, calm) if data is not None]
    part = lease.day_without(dataset, one)
    if part is not None:
        rows.append(
            ("on the first day without the site", *(units.share(lease.kept_share(data, part)) for data in days))
        )
    heads = (_called(one), "Kept", "Without the reclaim")[: 1 + len(columns)]
    return Rows("Demand kept", heads, rows)


def state(dataset: xr.Dataset, one: Reclaim) -> Rows:
    """Return the state behind the site's work, and how long it takes to move."""

    def value(name: str) -> float:
        return float(dataset[f"lease_{name}"].values[one.row])

    notice_s = one.goes_s - one.notice_s
    rows = [
        ("Notice, until capacity goes", units.duration(notice_s) if notice_s else "none"),
        ("Weights, once each", units.prefixed(value("weights_bit") / 8.0, "B")),
        ("Keys and values of sessions", units.prefixed(value("cache_bit") / 8.0, "B")),
        ("Training runs with their optimisers", units.prefixed(value("optimiser_bit") / 8.0, "B")),
        ("Least cut to everywhere else", units.prefixed(value("cut_bit_s"), "bit/s")),
        ("Time to move it all", units.duration(value("migration_s"))),
        ("Moved within the notice", "yes" if value("migration_s") <= notice_s else "no"),
    ]
    return Rows(f"State that must move from {_called(one)}", ("", ""), rows)


def reserve(dataset: xr.Dataset, one: Reclaim, need: ReserveNeed) -> Rows:
    """Return the reserve, what it costs and what it is worth."""
    chance = float(dataset["lease_chance_per_year"].values[one.row])
    if math.isinf(need.power_w):
        return Rows(
            "Reserve in orbit", ("", ""), [(f"To keep {units.share(need.keep, 0)}", "no reserve does: no light")]
        )
    replaced = units.duration(float(dataset["lease_replacement_s"].values[one.row]))
    rows = [
        (f"To keep {units.share(need.keep, 0)} on the first day", units.prefixed(need.power_w, "W of compute")),
        ("As satellites like the fleet's", units.count(round(need.satellites))),
        ("Cost of holding it", f"{units.prefixed(need.cost_usd_year, 'USD')} a year"),
        (f"Worth of the demand it keeps, for {replaced}", units.prefixed(need.worth_usd, "USD")),
        (f"Option value at a chance of {units.number(chance)} a year", f"{signed(need.option_usd_year)} a year"),
        ("Chance at which it pays", f"{units.number(need.break_even_per_year)} a year"),
    ]
    return Rows("Reserve in orbit, and what it is worth", ("", ""), rows)


def signed(usd: float) -> str:
    """Return an amount of money that may be negative."""
    return f"-{units.prefixed(-usd, 'USD')}" if usd < 0.0 else units.prefixed(usd, "USD")


def _kept(share: float) -> str:
    return "after the run's end" if math.isnan(share) else units.share(share)


def _called(one: Reclaim) -> str:
    return one.site.replace("_", " ")
