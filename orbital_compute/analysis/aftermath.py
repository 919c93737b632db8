"""A run with events beside the same run without them: what was lost, who waited, and when it was over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from .summary import ratio, window_length_s

if TYPE_CHECKING:
    import xarray as xr

TARGETS = ("site", "gateway", "shell", "planes", "rows", "job_class", "region")  # keys of an event
AMOUNTS = ("limit", "share", "factor", "array_cosine", "radiator_cosine")
RECOVERED = 0.05  # of what arrives in a window: less extra waiting is the noise of two runs


@dataclass(frozen=True)
class Spell:
    """The windows from the first event's start to the last one's end; `ended` is False where one outlasts the run."""

    windows: slice
    ended: bool


@dataclass(frozen=True)
class Waiting:
    """What the events did to the requests of a class, the run with them less the run without."""

    job_class: str
    late: int  # requests served in time that now were not
    dropped: int
    most_waiting: int  # greatest number that waited in any window because of the events
    region: str  # where most are late
    region_share: float  # of all late
    recovery_s: float  # from the end of the events; inf: not within the run; NaN: no end, or never behind


@dataclass(frozen=True)
class Plant:
    """What a site's battery plant did while the events lasted."""

    site: str
    discharge_s: float  # time in which it gave power
    energy_j: float  # that it gave
    full_s: float  # from the start until the site first offers less than without the events
    bridged_share: float  # of the offer without the events, that the site makes while the plant gives power
    dark_s: float  # time in which the site offers nothing, and would without the events
    charge_start: float  # state of charge when the events begin
    charge_end: float  # and when they end
    work_lost_flop: float


def spell_of(dataset: xr.Dataset, scenario: Mapping[str, Any]) -> Spell | None:
    """Return the windows of a run in which its events and reclaims hold; None where it has none."""
    times, window_s = dataset["time"].values, window_length_s(dataset)
    after_s = (times - times[0]) / np.timedelta64(1, "ns") * 1e-9
    spans = [(_after_s(item["start"], times[0]), _after_s(item.get("end"), times[0])) for item in _events(scenario)]
    if "lease_goes_s" in dataset:
        spans += [(goes_s, math.inf) for goes_s in dataset["lease_goes_s"].values.tolist() if math.isfinite(goes_s)]
    if not spans:
        return None
    middle_s = after_s + 0.5 * window_s
    first = int(np.searchsorted(middle_s, min(start_s for start_s, _ in spans)))
    stop = int(np.searchsorted(middle_s, max(end_s for _, end_s in spans)))
    return Spell(slice(first, stop), stop < len(times)) if first < len(times) else None


@dataclass(frozen=True)
class Happening:
    """One thing that befell the run: its kind, what it befell, how much of it, and when [s after the first window]."""

    kind: str
    target: str
    amount: str
    start_s: float
    end_s: float  # inf: it lasts


def happenings(dataset: xr.Dataset, scenario: Mapping[str, Any]) -> list[Happening]:
    """Return the events and reclaims of a run, in the order of their time."""
    first = dataset["time"].values[0]
    found = []
    for item in _events(scenario):
        targets = [str(item[key]) for key in TARGETS if item.get(key) is not None]
        amounts = [f"{key.replace('_', ' ')} {item[key]}" for key in AMOUNTS if item.get(key) is not None]
        found.append(
            Happening(
                kind=str(item["kind"]),
                target=", ".join(targets),
                amount=", ".join(amounts),
                start_s=_after_s(item["start"], first),
                end_s=_after_s(item.get("end"), first),
            )
        )
    if "lease_goes_s" in dataset:
        for k, site in enumerate(dataset["lease"].values.tolist()):
            goes_s = float(dataset["lease_goes_s"].values[k])
            if math.isfinite(goes_s):
                found.append(Happening("lease_reclaimed", str(site), "", goes_s, math.inf))
    return sorted(found, key=lambda one: one.start_s)


def recovery_s(extra: np.ndarray, least: float, spell: Spell, window_s: float) -> float:
    """Return the time from the end of the events until what waits because of them is at most `least`, and stays so.

    Parameters
    ----------
    extra : float64[n_window]
        What waits at the end of each window, less what waits without the events.
    """
    if not spell.ended:
        return math.nan
    behind = np.flatnonzero(extra[spell.windows.start :] > least)
    if not behind.size:
        return math.nan
    last = spell.windows.start + int(behind[-1])
    if last == len(extra) - 1:
        return math.inf
    return max(last + 1 - spell.windows.stop, 0) * window_s


def waiting(dataset: xr.Dataset, without: xr.Dataset, spell: Spell) -> list[Waiting]:
    """Return what each class had to bear."""
    found = []
    arrived = dataset["arrived"].values.sum(axis=2)
    regions = dataset["region"].values.tolist()
    queued = dataset["queued"].values.sum(axis=2) - without["queued"].values.sum(axis=2)
    late = (without["served_in_time"].values - dataset["served_in_time"].values).sum(axis=0)
    dropped = (dataset["dropped"].values - without["dropped"].values).sum(axis=(0, 2))
    for k, name in enumerate(dataset["job_class"].values.tolist()):
        all_late, worst = int(late[k].sum()), int(late[k].argmax())
        found.append(
            Waiting(
                job_class=name,
                late=all_late,
                dropped=int(dropped[k]),
                most_waiting=max(int(queued[:, k].max()), 0),
                region=regions[worst] if late[k, worst] > 0 else "",
                region_share=float(late[k, worst]) / all_late if all_late > 0 else math.nan,
                recovery_s=recovery_s(
                    queued[:, k].astype(float), RECOVERED * float(arrived[:, k].mean()), spell, window_length_s(dataset)
                ),
            )
        )
    return found


def waiting_flop(dataset: xr.Dataset) -> np.ndarray:
    """Return the work that waits at the end of each window: float64[n_window], FLOP."""
    return dataset["queued"].values.sum(axis=2) @ dataset["flop_per_request"].values


def overall_recovery_s(dataset: xr.Dataset, without: xr.Dataset, spell: Spell) -> float:
    """Return the recovery time of all work together."""
    extra = waiting_flop(dataset) - waiting_flop(without)
    arriving = float((dataset["arrived"].values.sum(axis=2) @ dataset["flop_per_request"].values).mean())
    return recovery_s(extra, RECOVERED * arriving, spell, window_length_s(dataset))


def taken_over_flop(dataset: xr.Dataset, without: xr.Dataset, spell: Spell) -> tuple[float, float]:
    """Return what the ground did less while the events lasted, and what orbit did more [FLOP]."""

    def change(name: str) -> float:
        if name not in dataset:
            return 0.0
        part = dataset[name].values[spell.windows] - without[name].values[spell.windows]
        return math.fsum(part.ravel().tolist())

    return -change("site_executed_flop"), change("executed_flop")


def plants(dataset: xr.Dataset, without: xr.Dataset, spell: Spell) -> list[Plant]:
    """Return what the battery plants did, of those sites that have one and did less because of the events.

    A site whose lease has ended is left out: its power is its owner's.
    """
    if "site_discharge_power_w" not in dataset:
        return []
    leased = set(dataset["lease"].values.tolist()) if "lease_goes_s" in dataset else set()
    window_s, found = window_length_s(dataset), []
    for i, site in enumerate(dataset["site"].values.tolist()):
        charge = dataset["site_state_of_charge"].values[spell.windows, i]
        if not charge.size or math.isnan(charge[-1]) or site in leased:
            continue
        give_w = dataset["site_discharge_power_w"].values[spell.windows, i]
        offers, usual = (one["site_offered_flop"].values[spell.windows, i] for one in (dataset, without))
        less = np.flatnonzero(offers < usual * (1.0 - 1e-9))
        done = [one["site_executed_flop"].values[spell.windows, i] for one in (dataset, without)]
        found.append(
            Plant(
                site=site,
                discharge_s=window_s * int((give_w > 0.0).sum()),
                energy_j=window_s * math.fsum(give_w.tolist()),
                full_s=window_s * (int(less[0]) if less.size else len(give_w)),
                bridged_share=ratio(math.fsum(offers[give_w > 0.0]), math.fsum(usual[give_w > 0.0])),
                dark_s=window_s * int(((offers <= 0.0) & (usual > 0.0)).sum()),
                charge_start=float(dataset["site_state_of_charge"].values[max(spell.windows.start - 1, 0), i]),
                charge_end=float(charge[-1]),
                work_lost_flop=math.fsum((done[1] - done[0]).tolist()),
            )
        )
    return found


def _events(scenario: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(scenario.get("events") or [])


def _after_s(moment: str | None, first: np.datetime64) -> float:
    """Return a moment of the scenario [s after the first window begins]; inf for none."""
    if moment is None:
        return math.inf
    when = datetime.fromisoformat(str(moment)).astimezone(UTC).replace(tzinfo=None)
    return float((np.datetime64(when, "ns") - first) / np.timedelta64(1, "ns") * 1e-9)
