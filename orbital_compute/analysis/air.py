"""Holding heights and coming down, from a run's results: what each shell spends, and how long its failed stay up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

YEAR_S = 31557600.0
RULE_S = 5.0 * YEAR_S  # FCC 22-74
DAY_S = 86400.0
OWN = "run"  # the activity of the run's own scenario


@dataclass(frozen=True)
class ShellAir:
    """One shell in the air; dictionaries by activity of the Sun (quiet, mean, active, run)."""

    name: str
    altitude_m: float
    inclination_deg: float
    n_satellite: int
    delta_v_m_s: dict[str, float]  # that a satellite spends on its height in the first year
    propellant_kg: dict[str, float]  # the same
    lifetime_s: dict[str, float]  # of a satellite that fails at the start; inf past 200 years
    rule_s: float

    @property
    def over_rule(self) -> bool:
        """Whether what fails at the start stays up for longer than the rule allows, under the run's own Sun."""
        return self.lifetime_s[OWN] > self.rule_s

    @property
    def verdict(self) -> str:
        """Return whether the rule is kept under the run's own Sun, and under which it would be otherwise."""
        others = [life > self.rule_s for name, life in self.lifetime_s.items() if name != OWN]
        if self.over_rule:
            return "no" if all(others) else "no, but under an active Sun"
        return "yes, but under a quiet Sun" if any(others) else "yes"


@dataclass(frozen=True)
class FleetAir:
    """The fleet in the air over the run."""

    propellant_kg: float  # of all live satellites
    delta_v_m_s: float  # largest of a shell's satellite
    failed_in_orbit: int  # at the end
    reentered: int
    object_years: float  # of failed satellites in orbit
    reentered_a_year: float
    over_rule: int  # satellites in shells whose failed stay up for longer than the rule allows


def shells(dataset: xr.Dataset, rule_s: float = RULE_S) -> list[ShellAir]:
    """Return each shell that has satellites; none where the run left out the air."""
    if "lifetime_s" not in dataset:
        return []
    names = [str(name) for name in dataset["solar_activity"].values]
    parts = {name: dataset[name].values for name in ("drag_delta_v_m_s", "drag_propellant_kg", "lifetime_s")}
    found = []
    for k, shell in enumerate(dataset["shell"].values):
        if dataset["shell_satellites"].values[k] == 0:
            continue
        speed, propellant, life = (
            dict(zip(names, part[k].astype(float).tolist(), strict=True)) for part in parts.values()
        )
        found.append(
            ShellAir(
                str(shell),
                float(dataset["shell_altitude_m"].values[k]),
                float(dataset["shell_inclination_deg"].values[k]),
                int(dataset["shell_satellites"].values[k]),
                speed,
                propellant,
                life,
                rule_s,
            )
        )
    return found


def day_lengths_s(dataset: xr.Dataset) -> np.ndarray:
    """Return float64[n_day], the time that each day of the results stands for: up to the next one [s].

    The last is as long as the one before it; a single day is a day.
    """
    days = dataset["day"].values.astype("datetime64[ns]").astype(np.int64) * 1e-9
    if days.size < 2:
        return np.full(days.size, DAY_S)
    gaps = np.diff(days)
    return np.append(gaps, gaps[-1])


def fleet(dataset: xr.Dataset, rule_s: float = RULE_S) -> FleetAir | None:
    """Return the fleet over the run; None where the run left out the air."""
    if "air_propellant_kg" not in dataset:
        return None
    length_s = day_lengths_s(dataset)
    up = dataset["failed_in_orbit"].values.astype(np.int64)
    down = int(dataset["reentered"].values.astype(np.int64).sum())
    return FleetAir(
        propellant_kg=_total(dataset["air_propellant_kg"].values),
        delta_v_m_s=float(np.nan_to_num(np.nansum(dataset["air_delta_v_m_s"].values, axis=0)).max(initial=0.0)),
        failed_in_orbit=int(up[-1].sum()) if len(up) else 0,
        reentered=down,
        object_years=math.fsum((up.sum(axis=1) * length_s).tolist()) / YEAR_S,
        reentered_a_year=down / (length_s.sum() / YEAR_S) if length_s.size else 0.0,
        over_rule=sum(shell.n_satellite for shell in shells(dataset, rule_s) if shell.over_rule),
    )


def _total(values: np.ndarray) -> float:
    """Return the correctly rounded sum of all values that are numbers."""
    return math.fsum(values[np.isfinite(values)].ravel().tolist())
