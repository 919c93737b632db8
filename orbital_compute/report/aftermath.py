"""A run with events beside the run without them: the report's tables and figure of what was lost and who waited."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..analysis import aftermath
from ..analysis.aftermath import Spell
from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, panels, style
from .headline import Rows, value_of
from .timeline import Timeline, row_length_s, timeline

if TYPE_CHECKING:
    import xarray as xr

    from ..results import Results

NOTE = (
    "The run was done twice, with the events of the scenario and without them; every difference is theirs. Recovered "
    "is who waits, because of the events, for no more than 5 % of the work that arrives in a window, and stays so."
)


def tables(results: Results, without: Results | None) -> list[Rows]:
    """Return the tables of a run beside the one without events; none where there is no other run, or no event."""
    spell = _spell(results, without)
    if spell is None or without is None:
        return []
    data, calm = results.dataset, without.dataset
    made = [what_happened(results), *battery_plants(data, calm, spell), who_waits(data, calm, spell)]
    return [made[0], beside(results, without, spell), *made[1:]]


def answer(results: Results, without: Results | None) -> str:
    """Return in a few sentences what the events did; nothing where there is no other run, or no event."""
    spell = _spell(results, without)
    if spell is None or without is None:
        return ""
    data, calm = results.dataset, without.dataset
    lost, taken = aftermath.taken_over_flop(data, calm, spell)
    said = []
    if lost > 0.0:
        share = units.share(max(taken, 0.0) / lost)
        said.append(f"While they last the ground does {units.work(lost)} less; orbit takes over {share} of it at once.")
    for one in aftermath.plants(data, calm, spell):
        if one.discharge_s > 0.0:
            minutes = f"{one.discharge_s / 60.0:,.0f} minutes"
            dark = f"; then the site is dark for {one.dark_s / 60.0:,.0f}" if one.dark_s else ""
            said.append(
                f"The battery plant of {_words(one.site)}, {units.share(one.charge_start, 0)} full at the start, "
                f"carries {units.share(one.bridged_share, 0)} of the usual offer for {minutes}{dark}."
            )
    waits = aftermath.waiting(data, calm, spell)
    dropped, late = sum(max(one.dropped, 0) for one in waits), sum(max(one.late, 0) for one in waits)
    both = units.short_count(late), units.short_count(dropped)
    said.append(f"{both[0]} requests miss the time promised because of them, {both[1]} of them dropped.")
    most = max(waits, key=lambda one: one.most_waiting, default=None)
    if most is not None and most.most_waiting > 0:
        said.append(f"Up to {units.short_count(most.most_waiting)} requests of {_words(most.job_class)} wait at once.")
    done_s = aftermath.overall_recovery_s(data, calm, spell)
    if not spell.ended:
        said.append("They last to the end of the run: there is no recovery in it.")
    elif math.isinf(done_s):
        said.append("At the end of the run there is still work that waits because of them.")
    elif not math.isnan(done_s):
        said.append(
            f"What waited is done {recovery(done_s, spell)} after they end." if done_s else "Nobody waits after."
        )
    return " ".join(said)


def what_happened(results: Results) -> Rows:
    """Return the events of the scenario with their times."""
    first = results.dataset["time"].values[0]
    rows = []
    for one in aftermath.happenings(results.dataset, results.manifest.get("scenario", {})):
        start = first + np.timedelta64(round(one.start_s * 1e9), "ns")
        lasts = "to the end" if math.isinf(one.end_s) else units.duration(one.end_s - one.start_s)
        what = ", ".join(part for part in (_words(one.kind), one.amount) if part)
        stamp = start.astype("datetime64[s]").item()
        rows.append((what, _words(one.target) or "all", f"{stamp:%d %B %Y, %H:%M} UTC".lstrip("0"), lasts))
    return Rows("What happens", ("Event", "To", "From", "Lasts"), rows, words=True)


def charts(results: Results, without: Results | None) -> list[Chart]:
    """Return the figure of a run beside the one without events."""
    spell = _spell(results, without)
    return [] if spell is None or without is None else [work_and_waiting(results.dataset, without.dataset, spell)]


def beside(results: Results, without: Results, spell: Spell) -> Rows:
    """Return the headline figures of both runs, and what orbit took over."""
    both = [(one.dataset, one.summary()) for one in (results, without)]

    def row(title: str, name: str, written) -> tuple[str, str, str]:
        return title, *(written(value_of(summary, name)) for _, summary in both)

    data, calm = results.dataset, without.dataset
    lost, taken = aftermath.taken_over_flop(data, calm, spell)
    recovered = aftermath.overall_recovery_s(data, calm, spell)
    rows = [
        row("Compute delivered", "compute_delivered_flop", units.work),
        row("in orbit", "compute_delivered_orbit_flop", units.work),
        row("on the ground", "compute_delivered_site_flop", units.work),
        row("Requests in the time promised", "slo_attainment", units.share),
        row("Requests dropped", "requests_dropped", units.count),
        row("Requests waiting at the end", "requests_queued_end", units.count),
        ("Ground less, while the events last", units.work(lost), ""),
        ("Orbit more, at the same time", units.work(taken), ""),
        ("that is, of what the ground lacked", units.share(taken / lost if lost > 0.0 else float("nan")), ""),
        ("Recovered after the events", recovery(recovered, spell), ""),
    ]
    return Rows("With the events and without", ("", "With", "Without"), rows)


def recovery(seconds: float, spell: Spell) -> str:
    """Return a recovery time in words."""
    if not spell.ended:
        return "it goes on"
    if math.isnan(seconds):
        return units.MISSING
    if math.isinf(seconds):
        return "not in the run"
    return "at once" if seconds == 0.0 else units.duration(seconds)


def who_waits(data: xr.Dataset, calm: xr.Dataset, spell: Spell) -> Rows:
    """Return what each class had to bear."""
    rows = [
        (
            one.job_class.replace("_", " "),
            units.short_count(one.late),
            units.short_count(one.dropped),
            units.short_count(one.most_waiting),
            f"{one.region.replace('_', ' ')} ({units.share(one.region_share, 0)})" if one.region else units.MISSING,
            recovery(one.recovery_s, spell),
        )
        for one in aftermath.waiting(data, calm, spell)
    ]
    heads = ("Requests", "Late", "Dropped", "Waiting at once, most", "Most of the late", "Recovered after")
    return Rows("Who waits because of the events", heads, rows, words=True)


def battery_plants(data: xr.Dataset, calm: xr.Dataset, spell: Spell) -> Iterator[Rows]:
    """Yield what the battery plants of sites did while the events lasted."""
    rows = [
        (
            _words(one.site),
            f"{one.discharge_s / 60.0:,.0f} min",
            units.energy(one.energy_j),
            f"{units.share(one.charge_start, 0)} to {units.share(one.charge_end, 0)}",
            units.share(one.bridged_share, 0),
            f"{one.dark_s / 60.0:,.0f} min",
        )
        for one in aftermath.plants(data, calm, spell)
    ]
    heads = ("Site", "Gave power", "Energy", "Charge", "Of the usual offer", "Site dark")
    if rows:
        yield Rows("Battery plants while the events last", heads, rows, words=True)


def work_and_waiting(data: xr.Dataset, calm: xr.Dataset, spell: Spell) -> Chart:
    """Return the chart of work done in orbit and on the ground, and of work waiting, with and without the events."""
    axis, row_s = timeline(data), row_length_s(data)
    series = {
        name: [one[name].values.sum(axis=1) / row_s if name in one else np.zeros(axis.n_row) for one in (data, calm)]
        for name in ("executed_flop", "site_executed_flop")
    }
    queues = [aftermath.waiting_flop(one) for one in (data, calm)]
    with style():
        figure, axes = panels(3, height_in=1.2)
        titles = (("executed_flop", "Work in orbit", "orbit"), ("site_executed_flop", "Work on the ground", "ground"))
        for panel, (name, title, role) in zip(axes[:, 0], titles, strict=False):
            _draw(panel, axis, series[name], f"{title} [{{}}FLOP/s]", role)
        _draw(axes[2, 0], axis, queues, "Work waiting [{}FLOP]", "limit")
        for k, panel in enumerate(axes[:, 0]):
            axis.set_axis(panel, labelled=k == 2)
    lost, taken = aftermath.taken_over_flop(data, calm, spell)
    return Chart(
        name="aftermath",
        title="With the events, and without them",
        caption="Filled: the run with the events. Dashed: the same run without them. Waiting is at the end of windows.",
        alt=f"Three charts over time. While the events last the ground does {units.work(lost)} less and orbit "
        f"{units.work(taken)} more.",
        figure=figure,
    )


def _draw(panel, axis: Timeline, both: list[np.ndarray], title: str, role: str) -> None:
    with_events, calm = (axis.mean(values) for values in both)
    factor, prefix = units.scale_for(greatest(with_events, calm))
    panel.fill_between(axis.x, 0.0, with_events / factor, color=INK[role], alpha=0.5, linewidth=0)
    panel.plot(axis.x, calm / factor, color=INK["ink"], linestyle=(0, (5, 2)), linewidth=1.2)
    from_zero(panel, greatest(with_events, calm) / factor)
    panel.set_title(title.format(prefix))
    label_ends(
        panel, [(0.5 * last_value(with_events) / factor, "with", role), (last_value(calm) / factor, "without", "ink")]
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _spell(results: Results, without: Results | None) -> Spell | None:
    if without is None:
        return None
    return aftermath.spell_of(results.dataset, results.manifest.get("scenario", {}))
