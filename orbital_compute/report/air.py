"""The fleet in thin air, as rows of text: what holding its height costs, and how long what fails stays up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.air import OWN, RULE_S, YEAR_S, ShellAir, fleet, shells
from ..scenario.quantity import read_quantity
from . import units
from .figures_sunlight import shell_groups
from .headline import Rows

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

NOTE = (
    "Speed and propellant are what a live satellite spends in the first year to hold its height, lifetimes those of a "
    "satellite that fails at the start and tumbles, by activity of the Sun: quiet, mean, active (densities of 0.3, 1 "
    "and 5 times the mean at great height), and the run's own. The rule is that of the FCC (22-74)."
)


def tables(results: Results) -> list[Rows]:
    """Return the tables of the air, by shell and over the run; none where the run left out the air."""
    rule_s = rule_of(results.manifest.get("scenario", {}))
    found = by_shell(results.dataset, rule_s), over_the_run(results.dataset, rule_s)
    return [rows for rows in found if rows is not None]


def rule_of(scenario: Mapping[str, Any]) -> float:
    """Return within which time the scenario wants failed satellites gone [s], five years where it does not say."""
    section: Any = scenario
    for part in ("health", "air"):
        section = section.get(part)
        if not isinstance(section, Mapping):  # missing, or none
            return RULE_S
    limit = section.get("lifetime_rule")
    return RULE_S if limit is None else read_quantity(limit, "s", example="5 years")


def by_shell(dataset: xr.Dataset, rule_s: float = RULE_S) -> Rows | None:
    """Return a row for each group of shells; None where the run left out the air."""
    found = {shell.name: shell for shell in shells(dataset, rule_s)}
    if not found:
        return None
    names = [str(name) for name in dataset["shell"].values]
    steady = [name for name in next(iter(found.values())).lifetime_s if name != OWN]
    rows = []
    for text, first, last in shell_groups(dataset):
        group = [found[name] for name in names[first : last + 1] if name in found]
        if not group:
            continue
        lives = [_span([shell.lifetime_s[name] / YEAR_S for shell in group]) for name in (*steady, OWN)]
        rows.append(
            (
                text.replace("\n", ", "),
                _span([shell.delta_v_m_s[OWN] for shell in group]),
                _span([shell.propellant_kg[OWN] for shell in group]),
                *lives,
                _verdict(group),
            )
        )
    lifetimes = tuple(f"Lifetime [years], {name} Sun" for name in steady)
    heads = (
        "Shells",
        "Speed [m/s a year]",
        "Propellant [kg a year]",
        *lifetimes,
        "this run's Sun",
        f"Within {rule_s / YEAR_S:g} years",
    )
    return Rows("Holding heights, and coming down", heads, rows)


def over_the_run(dataset: xr.Dataset, rule_s: float = RULE_S) -> Rows | None:
    """Return the fleet's figures over the run; None where the run left out the air."""
    found = fleet(dataset, rule_s)
    if found is None:
        return None
    rows = [
        ("Speed spent on its height by a satellite, most of any shell", f"{units.number(found.delta_v_m_s)} m/s"),
        ("Propellant spent on it by the fleet", f"{units.number(found.propellant_kg)} kg"),
        ("Failed satellites in orbit at the end", units.count(found.failed_in_orbit)),
        ("Failed satellites re-entered", units.count(found.reentered)),
        ("Re-entries a year", units.number(found.reentered_a_year)),
        ("Failed satellites in orbit, over time", f"{units.number(found.object_years)} satellite-years"),
        ("Satellites whose failure would outlast the rule", units.count(found.over_rule)),
    ]
    return Rows("Air, over the run", ("", ""), rows)


def _span(values: Sequence[float]) -> str:
    """Return `1.2–3.4` over the shells of a group, or one figure where both ends read the same."""
    low, high = units.number(min(values), 2), units.number(max(values), 2)
    return (low if low == high else f"{low}–{high}").replace("∞", "over 200")


def _verdict(group: Sequence[ShellAir]) -> str:
    """Return whether the shells keep the rule, and under which Sun they would not."""
    verdicts = {shell.verdict for shell in group}
    return verdicts.pop() if len(verdicts) == 1 else "some shells"
