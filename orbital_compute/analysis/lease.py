"""What a reclaimed lease costs: demand kept after notice, the reserve in orbit that would keep more, and its worth.

Demand counts by its value: FLOP of its requests times the worth of a FLOP of their class. It is kept where it was
served within the wait that its class promises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .summary import ratio, window_length_s

if TYPE_CHECKING:
    import xarray as xr

DAY_S = 86400.0
YEAR_S = 31557600.0
HORIZONS = {"1h": 3600.0, "24h": DAY_S, "90d": 90.0 * DAY_S}
NEARLY = 1e-6  # of a window
BISECTIONS = 60


@dataclass(frozen=True)
class Reclaim:
    """A lease that is reclaimed in a run: its row, and when notice is given and its capacity begins to go [s]."""

    row: int
    site: str
    notice_s: float
    goes_s: float


@dataclass(frozen=True)
class ReserveNeed:
    """The reserve in orbit that keeps a share of the demand through the day after the capacity went.

    `power_w` is of its compute at full load. `kept` is the share without it. Money is in USD; `worth_usd` is of the
    demand that it keeps until other capacity is found, at the price that the lease has.
    """

    power_w: float
    satellites: float
    keep: float
    kept: float
    cost_usd_year: float
    worth_usd: float
    option_usd_year: float
    break_even_per_year: float


def reclaims(dataset: xr.Dataset) -> list[Reclaim]:
    """Return the leases of a run that are reclaimed in it."""
    if "lease_goes_s" not in dataset:
        return []
    notice, goes = dataset["lease_notice_s"].values.tolist(), dataset["lease_goes_s"].values.tolist()
    names = dataset["lease"].values.tolist()
    return [Reclaim(i, names[i], notice[i], goes[i]) for i in range(len(names)) if math.isfinite(goes[i])]


def window_starts_s(dataset: xr.Dataset) -> np.ndarray:
    """Return the starts of the windows [s after the first]: float64[n_window]."""
    times = dataset["time"].values
    return (times - times[0]) / np.timedelta64(1, "ns") * 1e-9


def windows_of(dataset: xr.Dataset, from_s: float, span_s: float) -> slice | None:
    """Return the windows of a span that begins at a time, or as soon after as the run has one; None if it ends first.

    Of typical days, those that are simulated count: a span after a time in between begins with the next day.
    """
    window_s = window_length_s(dataset)
    count = max(round(span_s / window_s), 1)
    first = int(np.searchsorted(window_starts_s(dataset), from_s - NEARLY * window_s))
    return slice(first, first + count) if first + count <= dataset.sizes["time"] else None


def worth_of_requests(dataset: xr.Dataset) -> np.ndarray:
    """Return the value of a request of each class: float64[n_class]."""
    return dataset["class_value"].values * dataset["flop_per_request"].values


def kept_share(dataset: xr.Dataset, part: slice) -> float:
    """Return the share of the value of the demand of some windows that was served in time, NaN without demand.

    A class that serves what waited from before counts for no more than what arrives.
    """
    worth = worth_of_requests(dataset)
    arrived, in_time = (_by_class(dataset, name, part) for name in ("arrived", "served_in_time"))
    asked = math.fsum((worth * arrived).tolist())
    return math.fsum((worth * np.minimum(in_time, arrived)).tolist()) / asked if asked else math.nan


def kept(dataset: xr.Dataset, one: Reclaim) -> dict[str, float]:
    """Return the share of demand kept at each horizon after notice: over its own length, a day at most, from there on.

    NaN where the run ends before.
    """
    found = {}
    for name, horizon_s in HORIZONS.items():
        part = windows_of(dataset, one.notice_s + horizon_s, min(horizon_s, DAY_S))
        found[name] = math.nan if part is None else kept_share(dataset, part)
    return found


def day_without(dataset: xr.Dataset, one: Reclaim) -> slice | None:
    """Return the windows of the first day without the capacity, or what of it the run has; None if it has none."""
    begin_s = one.goes_s + float(dataset["lease_ramp_s"].values[one.row])
    whole = windows_of(dataset, begin_s, DAY_S)
    if whole is not None:
        return whole
    first = int(np.searchsorted(window_starts_s(dataset), begin_s - NEARLY * window_length_s(dataset)))
    return slice(first, dataset.sizes["time"]) if first < dataset.sizes["time"] else None


class Shortfall:
    """The demand of some windows that was not kept, and what a reserve of some rate would keep of it.

    A class that waits for less than a window must be served as it comes; what others lack may be done at any time of
    the span. Dearer classes come first. The reserve offers what the fleet offered of its peak in each window.
    """

    def __init__(self, dataset: xr.Dataset, part: slice):
        window_s = window_length_s(dataset)
        work = dataset["flop_per_request"].values
        self.value = dataset["class_value"].values
        arrived, in_time = (dataset[name].values[part].sum(axis=2) for name in ("arrived", "served_in_time"))
        self.asked_flop = arrived.sum(axis=0) * work
        self.kept_flop = np.minimum(in_time.sum(axis=0), arrived.sum(axis=0)) * work
        missed = np.maximum(arrived - in_time, 0) * work  # float64[n_window, n_class]
        total_flop = self.asked_flop - self.kept_flop
        scale = np.divide(total_flop, missed.sum(axis=0), out=np.zeros_like(total_flop), where=missed.sum(axis=0) > 0.0)
        self.missed_flop = missed * scale  # served late from before is not missed twice
        self.patient = dataset["class_slo_wait_s"].values >= window_s
        peak, offered = (dataset[name].values[part].sum(axis=1) for name in ("peak_flop", "offered_flop"))
        self.offered_s = window_s * np.divide(offered, peak, out=np.zeros_like(offered), where=peak > 0.0)

    def extra_flop(self, rate_flop_s: float) -> np.ndarray:
        """Return what a reserve of a peak rate would do of each class's missed work: float64[n_class]."""
        room = rate_flop_s * self.offered_s
        done = np.zeros(self.value.size)
        for k in np.argsort(-self.value, kind="stable").tolist():
            if self.patient[k]:
                taken = min(float(self.missed_flop[:, k].sum()), float(room.sum()))
                room = room * (1.0 - taken / room.sum()) if room.sum() > 0.0 else room
                done[k] = taken
            else:
                served = np.minimum(room, self.missed_flop[:, k])
                room = room - served
                done[k] = served.sum()
        return done

    def kept(self, rate_flop_s: float = 0.0) -> float:
        """Return the share of the demand's value that is kept with a reserve."""
        asked = float(self.value @ self.asked_flop)
        return float(self.value @ (self.kept_flop + self.extra_flop(rate_flop_s))) / asked if asked else math.nan

    def rate_for(self, keep: float) -> float:
        """Return the least peak rate of a reserve that keeps a share [FLOP/s]; inf where none does, as in the dark."""
        if not self.kept() < keep:
            return 0.0
        lit = self.offered_s[self.offered_s > 0.0]
        if not lit.size:
            return math.inf
        high = float(self.missed_flop.sum()) / float(lit.min())
        if self.kept(high) < keep:
            return math.inf
        low = 0.0
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if self.kept(middle) >= keep else (middle, high)
        return high


def reserve_need(dataset: xr.Dataset, one: Reclaim) -> ReserveNeed | None:
    """Return the reserve that a reclaimed lease asks for; None where the run ends before its capacity is gone.

    Notes
    -----
    Cost a year: watts of the reserve times the cost of a watt. Worth: what it keeps a day of the demand, each FLOP of
    mean value at rent over the site's peak, until other capacity is found. Option value a year: chance times worth,
    less the cost. Without a fleet in orbit there is nothing to size a reserve by: NaN.
    """
    part = day_without(dataset, one)
    if part is None or "peak_flop" not in dataset:
        return None

    def term(name: str) -> float:
        return float(dataset[f"lease_{name}"].values[one.row])

    short, keep = Shortfall(dataset, part), term("keep_share")
    rate = short.rate_for(keep)
    peak_flop_s = float(dataset["peak_flop"].values[part.start].sum()) / window_length_s(dataset)
    power_w = rate / peak_flop_s * float(dataset["shell_compute_power_w"].values.sum())
    span_s = (part.stop - part.start) * window_length_s(dataset)
    mean_value = ratio(float(short.value @ short.asked_flop), float(short.asked_flop.sum()))  # NaN: nothing asked
    usd_flop = term("rent_usd_year") / (term("peak_flop_s") * YEAR_S)
    extra = short.extra_flop(rate) if math.isfinite(rate) else np.full(short.value.size, math.nan)
    worth = usd_flop * float(short.value @ extra) / mean_value * term("replacement_s") / span_s
    cost = power_w * term("reserve_usd_w_year")
    return ReserveNeed(
        power_w=power_w,
        satellites=rate / peak_flop_s * float(dataset["shell_satellites"].values.sum()),
        keep=keep,
        kept=short.kept(),
        cost_usd_year=cost,
        worth_usd=worth,
        option_usd_year=term("chance_per_year") * worth - cost,
        break_even_per_year=cost / worth if worth > 0.0 else math.nan,
    )


def figures(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return the summary's figures of the first lease that is reclaimed, each `{"value":, "unit":}`, or none."""
    found = reclaims(dataset)
    if not found:
        return {}
    shares, need = kept(dataset, found[0]), reserve_need(dataset, found[0])
    out = {f"lease_kept_{name}": (share, "1") for name, share in shares.items()}
    if need is not None:
        out |= {
            "lease_kept_first_day": (need.kept, "1"),
            "lease_reserve_w": (need.power_w, "W"),
            "lease_reserve_cost_usd_year": (need.cost_usd_year, "USD/yr"),
            "lease_reserve_worth_usd": (need.worth_usd, "USD"),
            "lease_option_value_usd_year": (need.option_usd_year, "USD/yr"),
        }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in out.items()}


def _by_class(dataset: xr.Dataset, name: str, part: slice) -> np.ndarray:
    return dataset[name].values[part].sum(axis=(0, 2)).astype(float)
