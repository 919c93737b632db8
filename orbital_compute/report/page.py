"""The report: one HTML file that stands alone: no script, nothing fetched, for light and dark screens and paper."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analysis.summary import run_length_s
from . import (
    aftermath,
    air,
    binding,
    budget,
    cost,
    gateways,
    headline,
    health,
    lease,
    service,
    sessions,
    traces,
    training,
    units,
)
from .chart import PALETTE, Chart, svg_text
from .figures import charts
from .limits import LIMITS

if TYPE_CHECKING:
    from ..results import Results

FILE = "report.html"
GRADES = {"A": "standard or measured", "B": "filed or vendor", "C": "engineering default"}
OPEN_UP_TO = 30  # a group of parameters with more rows is folded at first
SECTIONS = (
    ("headline", "Headline figures"),
    ("figures", "Figures"),
    ("service", "Service"),
    ("waterfall", "From peak to delivered"),
    ("binds", "What binds"),
    ("budget", "Power and heat budget"),
    ("health", "Health"),
    ("training", "Training in gangs"),
    ("air", "Thin air"),
    ("gateways", "Gateways"),
    ("events", "With the events and without"),
    ("lease", "Lease and reclaim"),
    ("cost", "Cost"),
    ("audit", "Audit"),
    ("limits", "What the model leaves out"),
    ("parameters", "Parameters and their sources"),
    ("run", "The run"),
)


def write_report(
    results: Results,
    folder: Path | str,
    *,
    cases: Mapping[str, Results] | None = None,
    without: Results | None = None,
) -> Path:
    """Write the report of a run into a folder and return its path; an older report there is replaced.

    `cases` are the design cases of a run of one satellite, by name: they stand beside it in its budget. `without` is
    the run without the scenario's events. The file appears whole: it is written beside its place and moved there.
    """
    path = Path(folder) / FILE
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    draft.write_text(page(results, cases, without), encoding="utf-8")
    os.replace(draft, path)
    return path


def page(results: Results, cases: Mapping[str, Results] | None = None, without: Results | None = None) -> str:
    """Return the report of a run as HTML text. Every text of the scenario is escaped."""
    name = escape(headline.name(results))
    found = zip(SECTIONS, contents(results, cases, without), strict=True)
    sections = [(key, escape(title), content) for (key, title), content in found if content]
    body = "".join(f'<section id="{key}"><h2>{title}</h2>{content}</section>\n' for key, title, content in sections)
    links = "".join(f'<li><a href="#{key}">{title}</a></li>' for key, title, _ in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">\n'
        f"<title>{name} – orbital compute</title>\n<style>\n{stylesheet()}</style>\n</head>\n<body>\n<header>\n"
        f'<h1>{name}</h1>\n<p class="question">The question: {escape(headline.question(results))}.</p>\n'
        f'<p class="answer">{escape(headline.answer(results))}</p>\n{warnings(results.warnings)}'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n</header>\n<main>\n{body}</main>\n'
        f"<footer>{footer(results)}</footer>\n</body>\n</html>\n"
    )


def stylesheet() -> str:
    """Return the page's styles, with the colours of the figures for a light and a dark page."""
    light = " ".join(f"--{role}: {on_white};" for role, (on_white, _) in PALETTE.items())
    dark = " ".join(f"--{role}: {on_dark};" for role, (_, on_dark) in PALETTE.items())
    sheet = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{sheet}"


def contents(
    results: Results, cases: Mapping[str, Results] | None = None, without: Results | None = None
) -> Iterable[str]:
    """Yield the content of each section, in the order of `SECTIONS`; nothing for those that the run has not."""
    blocks = [
        headline.orbit_beside_ground(results),
        headline.condition(results),
        headline.service(results),
        traces.replayed(results),
        sessions.moves(results),
    ]
    yield f'{tiles(results)}<div class="pair">{"".join(table(block) for block in blocks if block)}</div>'
    yield "".join(figure(chart) for chart in charts(results))
    drawn, lists = service.charts(results), service.tables(results)
    note = f"<p>{escape(service.NOTE)} {escape(service.use_of_nodes(results))}</p>" * bool(lists)
    by_class, by_region = lists[:1], lists[1:]
    parts = [*map(table, by_class), *map(figure, drawn), *map(table, by_region)]
    yield "".join([note, *parts])
    yield waterfall_tables(results)
    drawn, lists = binding.charts(results), binding.tables(results)
    note = f"<p>{escape(binding.NOTE)}</p>" * bool(lists)
    more = f"<p>{escape(binding.FLOW_NOTE)}</p>" * (len(lists) > 1)
    places = f"<p>{escape(binding.named(results))}</p>" * (len(lists) > 1)
    yield "".join([note, more, *map(table, lists), places, *map(figure, drawn)])
    paragraphs = "".join(f"<p>{escape(note)}</p>" for note in budget.notes(results, cases))
    yield paragraphs + "".join(table(rows) for rows in budget.tables(results, cases))
    shown, tables = health.charts(results), health.tables(results)
    note = f"<p>{escape(health.NOTE)}</p>" * bool(shown or tables)
    yield "".join([note, *(table(rows) for rows in tables), *(figure(chart) for chart in shown)])
    drawn, lists = training.charts(results), training.tables(results)
    note = f"<p>{escape(training.NOTE)}</p>" * bool(lists)
    yield "".join([note, *(table(rows) for rows in lists), *(figure(chart) for chart in drawn)])
    in_air = air.tables(results)
    yield "".join([f"<p>{escape(air.NOTE)}</p>" * bool(in_air), *(table(rows) for rows in in_air)])
    said = "".join(f"<p>{escape(note)}</p>" for note in gateways.notes(results))
    yield said + "".join(table(rows) for rows in gateways.tables(results))
    drawn, lists = aftermath.charts(results, without), aftermath.tables(results, without)
    said = aftermath.answer(results, without)
    note = f'<p class="answer">{escape(said)}</p>' * bool(said) + f"<p>{escape(aftermath.NOTE)}</p>" * bool(lists)
    yield "".join([note, *(table(rows) for rows in lists), *(figure(chart) for chart in drawn)])
    lists, said = lease.tables(results, without), lease.answer(results)
    note = f'<p class="answer">{escape(said)}</p>' * bool(said) + f"<p>{escape(lease.NOTE)}</p>" * bool(lists)
    yield "".join([note, *(table(rows) for rows in lists)])
    drawn, lists = cost.charts(results), cost.tables(results)
    yield "".join(
        [f"<p>{escape(cost.NOTE)}</p>" * bool(lists), *(table(rows) for rows in lists), *(figure(one) for one in drawn)]
    )
    yield f"<p>{escape(sentence(headline.audit_sentence(results)))}</p>{table(headline.audit(results))}"
    yield "<ul>" + "".join(f"<li>{escape(limit)}</li>" for limit in LIMITS) + "</ul>"
    yield parameters(results.manifest.get("provenance", []))
    yield run_facts(results.manifest)


def tiles(results: Results) -> str:
    """Return the figures that are read first, as a list of terms."""
    summary, dataset = results.summary(), results.dataset
    seconds = run_length_s(dataset)

    def figure_of(name: str) -> float:
        return headline.value_of(summary, name)

    orbit, ground = (figure_of(f"compute_delivered_{side}_flop") for side in ("orbit", "site"))
    together = orbit + ground
    shown = [("Compute delivered", units.prefixed(together / seconds, "FLOP/s"), f"{units.work(together)} in the run")]
    if headline.has_orbit(dataset):
        shown.append(("Delivered in orbit", units.prefixed(orbit / seconds, "FLOP/s"), headline.part(orbit, together)))
    if headline.has_sites(dataset):
        shown.append(
            ("Delivered on the ground", units.prefixed(ground / seconds, "FLOP/s"), headline.part(ground, together))
        )
    shown += [
        ("Requests served", units.share(figure_of("served_fraction")),
         f"{units.share(figure_of('slo_attainment'))} in the time promised"),
        ("Round trip, median", units.duration(figure_of("rtt_p50_s")),
         f"95 % within {units.duration(figure_of('rtt_p95_s'))}"),
    ]  # fmt: skip
    if headline.has_orbit(dataset):
        hottest = units.temperature(figure_of("chip_temperature_max_k")).split(" (")
        shown += [
            ("Sunlit", units.share(figure_of("sunlit_fraction")), "mean of satellites"),
            ("Lowest charge", units.share(figure_of("state_of_charge_min")), "of any satellite's battery"),
            ("Hottest chip", hottest[0], f"throttled {units.share(figure_of('throttled_fraction'))} of time"),
        ]
    shown.append(("Dispatch gap", units.residual(figure_of("dispatch_gap_max")), "largest of any window, proven"))
    rows = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(value)} <small>{escape(note)}</small></dd></div>"
        for term, value, note in shown
    )
    return f'<dl class="tiles">{rows}</dl>'


def figure(chart: Chart) -> str:
    """Return a chart with its title and caption."""
    return (
        f'<figure id="figure-{chart.name}"><h3>{escape(chart.title)}</h3><div class="scroll">{svg_text(chart)}</div>'
        f"<figcaption>{escape(chart.caption)}</figcaption></figure>\n"
    )


def table(rows: headline.Rows) -> str:
    """Return rows of text as an HTML table with its title as the caption."""
    return grid(rows.title, rows.heads, rows.rows, figures=rows.figures)


def grid(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, figures: bool = False) -> str:
    """Return an HTML table; with `figures` all columns but the first stand at the right."""
    kind = ["words"] + ["figure" if figures else "words"] * (len(heads) - 1)
    head = "".join(f'<th scope="col" class="{k}">{escape(text)}</th>' for k, text in zip(kind, heads, strict=True))
    body = "".join(
        "<tr>"
        + f'<th scope="row">{escape(row[0])}</th>'
        + "".join(
            f'<td class="{k}{" broken" * ("NOT" in text)}">{escape(text)}</td>'
            for k, text in zip(kind[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    thead = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    return f'<div class="scroll"><table>{title}{thead}<tbody>{body}</tbody></table></div>'


def waterfall_tables(results: Results) -> str:
    """Return the waterfall of each place as a table."""
    made = []
    for place, fall in headline.waterfalls(results.dataset):
        rows = [
            (
                stage.name,
                units.work(stage.flop).removesuffix(" PFLOP/s-days"),
                *headline.stage_texts(fall, i),
            )
            for i, stage in enumerate(fall)
        ]
        made.append(grid(place, ("After", "PFLOP/s-days", "Of peak", "Factor"), rows, figures=True))
    note = (
        "Work left after each limit took its share, measured in the run. The factors multiply to delivered over peak, "
        "exactly."
    )
    return f'<p>{note}</p><div class="pair">{"".join(made)}</div>'


def warnings(texts: Sequence[str]) -> str:
    """Return the run's warnings as a notice, nothing without any."""
    if not texts:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<div class="warnings" role="note"><h2>Warnings</h2><ul>{items}</ul></div>\n'


def parameters(provenance: Sequence[Mapping[str, Any]]) -> str:
    """Return the resolved parameters by section, each with unit, grade, source and date."""
    if not provenance:
        return "<p>The run recorded no sources.</p>"
    grades = "; ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items())
    groups: dict[str, list[tuple[str, ...]]] = {}
    for record in provenance:
        path, value = str(record["path"]), shown(record["value"])
        if value:
            group = path.split(".")[0].split("[")[0] if "." in path else "general"
            groups.setdefault(group, []).append((path, f"{value} {record.get('unit') or ''}".rstrip(), *facts(record)))
    parts = [f"<p>Every value that the run used. Grades: {grades}. Values without a grade are the scenario's own.</p>"]
    heads = ("Parameter", "Value", "Range", "Grade", "Source", "Date")
    for group, rows in groups.items():
        state = " open" if len(rows) <= OPEN_UP_TO else ""
        count = f"{len(rows)} value{'s' * (len(rows) != 1)}"
        parts.append(f"<details{state}><summary>{escape(group)}, {count}</summary>{grid('', heads, rows)}</details>")
    return "".join(parts)


def facts(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return range, grade, source and date of a parameter, empty where it has none."""
    low, high = (str(record.get(end) or "") for end in ("low", "high"))
    between = f"{low or '…'} to {high or '…'}" if low or high else ""
    return between, *(str(record.get(key) or "") for key in ("grade", "source", "date"))


def shown(value: Any) -> str:
    """Return a parameter's value in one short line."""
    if isinstance(value, dict):
        value = [f"{key}: {item}" for key, item in value.items()]
    if isinstance(value, float):
        value = f"{value:,.12g}"
    text = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def run_facts(manifest: Mapping[str, Any]) -> str:
    """Return what the run was made with: seed, steps, versions, and how long each part took."""
    time = manifest.get("time", {})
    rows = [("Seed", str(manifest.get("seed", "")))]
    if time:
        steps = f"{time['n_step']:,} steps of {time['step_s']:g} s, windows of {time['window_s']:g} s"
        rows.append(("Time", f"{steps}, from {time['start']}"))
    machine = manifest.get("machine", {})
    if machine:
        rows.append(("Machine", f"{machine.get('processor')}, {machine.get('cores')} cores, {machine.get('system')}"))
    rows.append(("Threads", str(manifest.get("threads", ""))))
    rows += [(f"Took: {part}", units.duration(float(value))) for part, value in manifest.get("durations_s", {}).items()]
    rows += [(library, version) for library, version in manifest.get("versions", {}).items()]
    return grid("", ("", ""), rows)


def footer(results: Results) -> str:
    """Return the closing line."""
    version = results.manifest.get("versions", {}).get("orbital_compute", "")
    return (
        f"Made by orbital_compute {escape(str(version))}. Figures are of a model: read them with the limits and the "
        "grades of the sources above. The numbers behind every figure lie in the run's data set."
    )


def sentence(text: str) -> str:
    """Return a text with a capital at its start and a stop at its end."""
    return f"{text[:1].upper()}{text[1:]}."
