"""Tables for the terminal: whole at 80 columns and at more, plain when piped."""

import io
import re
from pathlib import Path

import pytest
from made_up_run import run
from rich.console import Console

from orbital_compute.report import headline
from orbital_compute.report.tables import print_summary, summary_table, table, waterfall_table


@pytest.fixture(scope="module")
def whole():
    return run(n_shell=12, n_window=24, warnings=["group 4 is not sun-synchronous: 97.2° at 725 km wants 98.3°"])


def printed(*things, width: int, **options) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, **options)
    for thing in things:
        console.print(thing)
    return console.file.getvalue()


def blocks(results):
    made = [headline.orbit_beside_ground(results), headline.service(results), headline.condition(results)]
    return [*made, headline.waterfall_beside(results), headline.audit(results)]


@pytest.mark.parametrize("width", [80, 120])
def test_no_figure_is_cut_or_broken(whole, width):
    for block in blocks(whole):
        text = printed(table(block), width=width)
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= width
        for row in block.rows:
            lines = [line for line in text.splitlines() if all(cell in line for cell in row[1:])]
            folded = len(block.heads) == 2  # words in the second column may fold
            assert lines or (folded and all(word in text for word in row[1].split())), row


@pytest.mark.parametrize("width", [80, 120])
def test_the_whole_summary_fits(whole, width):
    text = printed(summary_table(whole), waterfall_table(whole), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "EFLOP/s" in text
    assert "ledgers close" in text
    assert "not sun-synchronous" in re.sub(r"\s+", " ", text)


def test_piped_text_has_no_colour(whole):
    assert "\x1b" not in printed(summary_table(whole), width=80)
    assert "\x1b" in printed(summary_table(whole), width=80, force_terminal=True, color_system="standard")


def test_long_names_fold_and_figures_stay(whole):
    rows = headline.Rows(
        "T", ("Class", "Arrived", "Share"), [("interactive_inference_of_the_long_name " * 3, "17.3 bn", "99.9 %")]
    )
    text = printed(table(rows), width=40)
    assert "17.3 bn" in text
    assert "99.9 %" in text


def test_markup_in_names_is_text():
    whole = run(name="[red]x[/red]", n_shell=1, n_window=2)
    assert "[red]x[/red]" in printed(summary_table(whole), width=80)


def test_long_paths_come_out_whole(whole):
    folder = Path("/") / "/".join(["a_rather_long_name_of_a_folder"] * 5)
    console = Console(file=io.StringIO(), width=80, highlight=False)
    print_summary(whole, folder=folder, report=folder / "report.html", console=console)
    lines = console.file.getvalue().splitlines()
    assert f"Results: {folder}" in lines
    assert f"Report:  {folder}/report.html" in lines


def test_in_a_narrow_terminal_no_figure_is_cut(whole):
    console = Console(file=io.StringIO(), width=40, highlight=False)
    print_summary(whole, console=console)
    for line in printed(summary_table(whole), waterfall_table(whole), width=80).splitlines():
        assert line in console.file.getvalue()


def test_compute_adds_up(whole):
    rows = {row[0]: row[1:] for row in headline.orbit_beside_ground(whole).rows}
    share = [float(text.split()[0]) for text in rows["Share of it"]]
    assert share[0] + share[1] == pytest.approx(100.0, abs=0.11)
    assert share[2] == 100.0
    summary = whole.summary()
    mean = summary["compute_delivered_flop"]["value"] / (24 * 300.0)
    assert rows["Delivered, mean"][2] == f"{mean / 1e18:.0f} EFLOP/s"


def test_without_sites_there_is_no_ground():
    rows = headline.orbit_beside_ground(run(n_site=0, n_shell=1, n_window=2))
    assert rows.heads == ("", "Orbit")
    assert all(len(row) == 2 for row in rows.rows)


def test_service_counts_by_class_sum_to_all(whole):
    data = whole.dataset
    rows = {row[0]: row[1:] for row in headline.service(whole).rows}
    assert list(rows) == [*data["job_class"].values, "All"]
    served, arrived = (int(data[name].sum()) for name in ("served", "arrived"))
    assert rows["All"][1] == f"{100 * served / arrived:.1f} %"
    waiting = int(data["queued"].values[-1].sum())
    assert rows["All"][3] == f"{waiting:,}"


def test_prices_name_what_binds(whole):
    text = dict(headline.condition(whole).rows)
    highest = whole.dataset["supply_price"].values.max() / 1e15
    assert text["Highest supply price"] == f"{highest:.2f} per FLOP, ai1 at 00:00; 3 of 3 bind"
    assert text["Highest gateway price"].endswith("per bit, gateway 00 at 00:00; 4 of 18 bind")
    assert text["Dropped because"] == f"waited too long: {int(whole.dataset['dropped'].sum()) / 1e6:.2f} M"
    assert text["Value of work, per FLOP"] == "chat 8, agent 4, batch 2, training 1"
    idle = run(n_shell=1, n_window=2)
    idle.dataset["supply_price"].values[:] = 0.0
    assert dict(headline.condition(idle).rows)["Highest supply price"] == "0, nothing binds"


def test_waterfall_factors_multiply_to_delivered(whole):
    rows = headline.waterfall_beside(whole).rows
    product = 1.0
    for row in rows[1:]:
        product *= float(row[2])
    assert 100.0 * product == pytest.approx(float(rows[-1][1].split()[0]), abs=0.1)


def test_question_and_answer(whole):
    assert (
        headline.question(whole)
        == "what 1,056 satellites beside Site 0 and Site 1 can deliver in 2 h from 21 June 2026, 00:00 UTC"
    )
    assert re.match(
        r"Orbit delivers [\d.]+ EFLOP/s on average \([\d.]+ % of the work\) and the ground", headline.answer(whole)
    )
    alone = run(n_site=0, n_shell=1, n_window=2)
    assert headline.answer(alone).startswith("Orbit delivers")
    assert "ground" not in headline.answer(alone)
    idle = run(n_site=0, n_shell=1, n_window=2)
    for name in ("arrived", "served", "served_in_time", "dropped", "queued", "overdue"):
        idle.dataset[name] *= 0
    assert headline.answer(idle).endswith("on average. No requests arrive.")


def test_a_broken_ledger_is_named():
    whole = run(n_shell=1, n_window=3)
    whole.dataset["arrived"].values[1, 0, 0] += 1
    assert headline.audit_sentence(whole) == "1 of 14 ledgers do not close: requests"
