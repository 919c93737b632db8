"""The figures that a person wants first, as rows of text: screen and page write the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.summary import run_length_s, stands_for
from ..analysis.waterfall import SITE_STAGES, Stage, stages, waterfall
from . import units

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

# What each ledger of the audit sets against what, in words.
LEDGERS = {
    "energy": "energy of each satellite and site, each window",
    "heat": "heat radiated against the law, over the error bound",
    "work": "work of nodes against work credited to queues",
    "flow": "flow into each node of the network against flow out, and bits against each arc's capacity",
    "requests": "requests: arrived = served + queued + dropped",
    "temperature": "no chip past its limit [K]",
    "charge": "no battery past its bounds",
    "work_by_class": "work by node against work by class",
    "work_credited": "work executed against work credited and repeated",
    "work_by_satellite": "work by shell against work by satellite",
    "array_by_satellite": "array energy by shell against by satellite",
    "load_by_satellite": "load energy by shell against by satellite",
    "sample_bus": "bus of each sampled satellite, each step",
    "sample_battery": "battery of each sampled satellite, each step",
}


@dataclass(frozen=True)
class Rows:
    """A small table: title, heads of the columns, rows of text; the first column is words.

    The rest are figures where there are more than two columns, unless `words` says otherwise.
    """

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: bool = False

    @property
    def figures(self) -> bool:
        """Whether all columns but the first hold figures."""
        return len(self.heads) > 2 and not self.words


def value_of(summary: dict[str, dict[str, Any]], name: str) -> float:
    """Return a figure of the summary, NaN where the run has none."""
    return float(summary.get(name, {"value": float("nan")})["value"])


def names_along(dataset: xr.Dataset, dim: str) -> list[str]:
    """Return the names along a dimension as words: `north_america` reads north america."""
    return [str(name).replace("_", " ") for name in dataset[dim].values]


def has_orbit(dataset: xr.Dataset) -> bool:
    """Return whether the run has satellites."""
    return dataset.sizes.get("shell", 0) > 0


def has_sites(dataset: xr.Dataset) -> bool:
    """Return whether the run has terrestrial sites."""
    return dataset.sizes.get("site", 0) > 0


def name(results: Results) -> str:
    """Return the scenario's name."""
    return str(results.manifest.get("scenario", {}).get("name", "run"))


def question(results: Results) -> str:
    """Return what the run asked, as the end of a sentence."""
    dataset, summary = results.dataset, results.summary()
    actors = []
    if has_orbit(dataset):
        n = round(value_of(summary, "satellites"))
        actors.append(f"{n:,} satellite{'s' * (n != 1)}")
    if has_sites(dataset):
        names = names_along(dataset, "site")
        actors.append(" and ".join(names) if len(names) <= 3 else f"{len(names)} sites")
    start = dataset["time"].values[0]
    length = units.duration(run_length_s(dataset))
    return f"what {' beside '.join(actors) or 'nobody'} can deliver in {length} from {day(start)}"


def answer(results: Results) -> str:
    """Return what came out, in two sentences."""
    dataset, summary = results.dataset, results.summary()
    seconds = run_length_s(dataset)
    orbit, ground = (value_of(summary, f"compute_delivered_{side}_flop") for side in ("orbit", "site"))
    parts = []
    if has_orbit(dataset):
        parts.append(f"orbit delivers {units.prefixed(orbit / seconds, 'FLOP/s')} on average")
    if has_sites(dataset):
        parts.append(f"the ground {'' if parts else 'delivers '}{units.prefixed(ground / seconds, 'FLOP/s')}")
    together = orbit + ground
    if len(parts) == 2 and together > 0.0:
        parts[0] += f" ({units.share(orbit / together)} of the work)"
    sentence = " and ".join(parts)
    sentence = f"{sentence[:1].upper()}{sentence[1:]}."
    if not value_of(summary, "requests_arrived") > 0:
        return f"{sentence} No requests arrive."
    served, in_time = (units.share(value_of(summary, name)) for name in ("served_fraction", "slo_attainment"))
    known = f"; of those whose fate is known, {in_time} in the time promised" if in_time != units.MISSING else ""
    return f"{sentence} Of all requests {served} are served by the end of the run{known}."


def day(stamp: np.datetime64) -> str:
    """Return a moment as `21 June 2026, 00:00 UTC`."""
    moment = stamp.astype("datetime64[s]").item()
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def orbit_beside_ground(results: Results) -> Rows:
    """Return compute and energy of orbit, ground and both together."""
    dataset, summary = results.dataset, results.summary()
    seconds = run_length_s(dataset)
    work = [value_of(summary, f"compute_delivered_{side}flop") for side in ("orbit_", "site_", "")]
    found = waterfall(dataset)
    peak = [
        math.fsum(fall[0].flop for place, fall in found.items() if (place == "orbit") == in_orbit)
        for in_orbit in (True, False)
    ]
    it_j = [value_of(summary, f"it_energy_{side}_j") for side in ("orbit", "site")]
    array_j, curtailed_j, grid_j, site_j = (
        value_of(summary, f"{name}_energy_j") for name in ("array", "curtailed", "grid", "site")
    )
    window_s = float(dataset.attrs["window_s"]) * stands_for(dataset)
    load_j = math.fsum(dataset["load_power_w"].values.ravel().tolist()) * window_s
    shown = [has_orbit(dataset), has_sites(dataset)]
    sources = ", ".join(source for source, here in zip(("array", "grid"), shown, strict=True) if here)
    rows = [
        ("Delivered, mean", *(units.prefixed(flop / seconds, "FLOP/s") for flop in work)),
        ("Work, PFLOP/s-days", *(units.work(flop).removesuffix(" PFLOP/s-days") for flop in work)),
        ("Of peak compute", *(part(flop, most) for flop, most in zip(work, [*peak, sum(peak)], strict=True))),
        ("IT energy", *(units.energy(energy_j) for energy_j in (*it_j, sum(it_j)))),
        (f"Energy of {sources}", units.energy(array_j), units.energy(grid_j), ""),
        ("Energy used over IT", *(over(used_j, it) for used_j, it in zip((load_j, site_j), it_j, strict=True)), ""),
    ]
    if all(shown):
        rows.insert(1, ("Share of it", *(part(flop, work[2]) for flop in work)))
    if shown[0]:
        rows.append(("Array curtailed", part(curtailed_j, array_j), "", ""))
    keep = [0, *(i + 1 for i in range(2) if shown[i]), *([3] if all(shown) else [])]
    heads = ("", "Orbit", "Ground", "Together")
    return Rows("Compute and energy", tuple(heads[i] for i in keep), [tuple(row[i] for i in keep) for row in rows])


def over(used_j: float, it_j: float) -> str:
    """Return energy used over energy of computing, the PUE of a site and its like in orbit."""
    return units.number(used_j / it_j if it_j > 0.0 else float("nan"), 4)


def part(piece: float, whole: float) -> str:
    """Return a share in per cent, `MISSING` of nothing."""
    return units.share(piece / whole if whole > 0.0 else float("nan"))


def service(results: Results) -> Rows | None:
    """Return the fate of requests by class, with all classes together last."""
    dataset = results.dataset
    if "arrived" not in dataset or dataset.sizes.get("job_class", 0) == 0:
        return None
    totals = {
        name: dataset[name].values.sum(axis=(0, 2), dtype=np.int64)
        for name in ("arrived", "served", "served_in_time", "dropped")
    }
    times = stands_for(dataset)
    if times > 1.0:
        totals = {name: np.round(times * values).astype(np.int64) for name, values in totals.items()}
    totals |= {f"{name}_end": dataset[name].values[-1].sum(axis=1, dtype=np.int64) for name in ("queued", "overdue")}
    names = names_along(dataset, "job_class")
    groups = [(name, slice(k, k + 1)) for k, name in enumerate(names)] + [("All", slice(0, len(names)))]
    rows = []
    for name, which in groups:
        n = {key: int(values[which].sum()) for key, values in totals.items()}
        decided = n["served"] + n["dropped"] + n["overdue_end"]
        rows.append(
            (
                name,
                units.short_count(n["arrived"]),
                part(n["served"], n["arrived"]),
                part(n["served_in_time"], decided),
                units.short_count(n["queued_end"]),
                units.short_count(n["dropped"]),
                round_trip_text(dataset, which),
            )
        )
    heads = ("Requests", "Arrived", "Served", "In time", "Waiting", "Dropped", "RTT p50, p95")
    return Rows("Service", heads, rows)


def round_trip_text(dataset: xr.Dataset, which: slice) -> str:
    """Return `61, 107 ms`, the median and 95th percentile of network round-trip time of some classes."""
    if "round_trip_count" not in dataset:
        return units.MISSING
    counts = dataset["round_trip_count"].values[which].sum(axis=0)
    if not counts.any():
        return units.MISSING
    lower, upper = dataset["rtt_bin"].values, dataset["rtt_bin_upper_s"].values
    median, most = (1e3 * bin_quantile_s(counts, lower, upper, q) for q in (0.50, 0.95))
    return f"{median:.0f}, {most:.0f} ms"


def bin_quantile_s(counts: np.ndarray, lower: np.ndarray, upper: np.ndarray, quantile: float) -> float:
    """Return a quantile of binned times, spread evenly within a bin; an open last bin stands for its lower edge."""
    reached = np.cumsum(counts)
    wanted = quantile * reached[-1]
    i = int(np.searchsorted(reached, wanted))
    if np.isinf(upper[i]):
        return float(lower[i])
    inside = (wanted - (reached[i] - counts[i])) / counts[i] if counts[i] else 0.0
    return float(lower[i] + inside * (upper[i] - lower[i]))


def condition(results: Results) -> Rows:
    """Return the fleet's condition and what binds."""
    dataset, summary = results.dataset, results.summary()
    figure = {name: value_of(summary, name) for name in summary}
    hours = run_length_s(dataset) / 3600.0 * figure["satellites"] if has_orbit(dataset) else 0.0
    rows = []
    if has_orbit(dataset):
        safe = figure["safe_mode_fraction"]
        rows += [
            ("Sunlit, mean of satellites", units.share(figure["sunlit_fraction"])),
            ("Throttled by heat, satellite time", units.share(figure["throttled_fraction"])),
            ("Safe mode, satellite time", f"{units.share(safe)} ({units.number(safe * hours)} h)" if safe else "none"),
            ("Lowest state of charge", units.share(figure["state_of_charge_min"])),
            ("Hottest chip", units.temperature(figure["chip_temperature_max_k"])),
        ]
    worth, dropped = values_of_classes(results), drops(dataset)
    rows += [("Dropped because", dropped)] if dropped else []
    rows += [("Value of work, per FLOP", worth)] if worth else []
    rows += [
        ("Highest supply price", highest_price(dataset, "supply_price", "node_group", 1.0 / units.PETA, "per FLOP")),
        ("Highest gateway price", highest_price(dataset, "arc_price", "arc", 1.0, "per bit")),
        ("Dispatch: largest gap", units.residual(figure["dispatch_gap_max"])),
        ("Dispatch: largest merging loss", units.residual(figure["merging_loss_max"])),
    ]
    return Rows("Condition and prices", ("", ""), rows)


def drops(dataset: xr.Dataset) -> str:
    """Return why requests were dropped, and how many; nothing where none were."""
    if "drop_reason" not in dataset:
        return ""
    counts = dataset["drop_reason"].values.sum(axis=1, dtype=np.int64).tolist()
    pairs = zip(names_along(dataset, "reason"), counts, strict=True)
    return ", ".join(f"{reason}: {units.short_count(n)}" for reason, n in pairs if n)


def values_of_classes(results: Results) -> str:
    """Return what a FLOP of each class is worth, by which prices are read; nothing where the scenario is not known."""
    classes = results.manifest.get("scenario", {}).get("workload", {}).get("classes", {})
    worth = [(name, job.get("value")) for name, job in classes.items()] if isinstance(classes, dict) else []
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in worth if value is not None)


def highest_price(dataset: xr.Dataset, name: str, dim: str, scale: float, unit: str) -> str:
    """Return the highest price of the run, whose it is, and how many ever have one."""
    if name not in dataset or dataset.sizes.get(dim, 0) == 0:
        return units.MISSING
    prices = np.nan_to_num(dataset[name].values)
    if not prices.any():
        return "0, nothing binds"
    window, i = np.unravel_index(int(prices.argmax()), prices.shape)
    binding = int((prices.max(axis=0) > 0.0).sum())
    stamp = dataset["time"].values[window].astype("datetime64[s]").item()
    return (
        f"{units.number(float(prices[window, i]) * scale)} {unit}, {names_along(dataset, dim)[i]} at {stamp:%H:%M}; "
        f"{binding} of {prices.shape[1]} bind"
    )


def audit(results: Results) -> Rows:
    """Return each ledger of the audit with its residual and its tolerance."""
    rows = []
    for name, ledger in results.audit().items():
        verdict = "closes" if ledger["closes"] else "DOES NOT CLOSE"
        left, allowed = ledger["relative_residual"], ledger["tolerance"]
        rows.append((LEDGERS.get(name, name), units.residual(float(left)), units.residual(float(allowed)), verdict))
    return Rows("", ("Ledger", "Residual", "Tolerance", ""), rows)


def audit_sentence(results: Results) -> str:
    """Return the audit in one sentence: that all close and how well, or which do not."""
    ledgers = results.audit()
    broken = [name for name, ledger in ledgers.items() if not ledger["closes"]]
    if broken:
        return f"{len(broken)} of {len(ledgers)} ledgers do not close: {', '.join(broken)}"
    said = [
        f"{name} {units.residual(float(ledgers[name]['relative_residual']))}"
        for name in ("energy", "work", "requests")
        if name in ledgers
    ]
    if "heat" in ledgers:
        said.append(f"heat {units.share(float(ledgers['heat']['relative_residual']), 0)} of its bound")
    return f"all {len(ledgers)} ledgers close; residuals: {', '.join(said)}"


def waterfalls(dataset: xr.Dataset) -> list[tuple[str, list[Stage]]]:
    """Return the waterfalls as (place, stages): orbit, all sites together if there are several, then each site."""
    found = waterfall(dataset)
    places = [("Orbit", found.pop("orbit"))] if "orbit" in found else []
    if len(found) > 1:
        left = [math.fsum(step.flop for step in row) for row in zip(*found.values(), strict=True)]
        places.append(("All sites", stages(tuple(name for name, _ in SITE_STAGES), left)))
    return places + [(place.replace("_", " "), fall) for place, fall in found.items()]


def waterfall_beside(results: Results) -> Rows:
    """Return share of the peak and factor of each stage, orbit beside ground."""
    found = [(place, fall) for place, fall in waterfalls(results.dataset) if fall[0].flop > 0.0]
    orbit = [side for side in found if side[0] == "Orbit"]
    ground = [side for side in found if side[0] != "Orbit"][:1]
    shown = orbit + ground
    rows = []
    for i in range(len(shown[0][1]) if shown else 0):
        names = list(dict.fromkeys(fall[i].name for _, fall in shown))
        rows.append((" / ".join(names), *(text for _, fall in shown for text in stage_texts(fall, i))))
    heads = ("After", *(text for place, _ in shown for text in (place, "factor")))
    return Rows("From peak to delivered", heads, rows)


def stage_texts(fall: list[Stage], i: int) -> tuple[str, str]:
    """Return a stage's share of the peak, and its factor."""
    return part(fall[i].flop, fall[0].flop), f"{fall[i].factor:.4f}" if i else ""
