"""The report's section on health: its figures show what the data say, and stay away where there is nothing to show."""

import pytest
from made_up_run import run

from orbital_compute.analysis.health import capacity
from orbital_compute.report import health
from orbital_compute.report.figures_health import ageing, capacity_by_day, soft_errors_by_kind, zoomed
from orbital_compute.report.page import page


@pytest.fixture(scope="module")
def month():
    return run(n_shell=3, n_window=30 * 288, n_site=1, n_sample=0, n_region=1, n_gateway=1)


def test_each_cause_has_its_band_up_to_a_hundred(month):
    chart = capacity_by_day(month.dataset)
    panel = chart.figure.axes[0]
    found = capacity(month.dataset)
    drawn = [share for share in found.lost.values() if share.max() > 5e-5]
    assert len(panel.collections) == 1 + len(drawn)
    top = max(path.vertices[:, 1].max() for path in panel.collections[-1].get_paths())
    assert top == pytest.approx(100.0, abs=0.01)
    assert f"{100 * found.left[-1]:.1f} % is left" in chart.alt
    assert panel.get_ylim()[0] < 100 * found.left.min() < panel.get_ylim()[1]


def test_axes_leave_room_below_and_never_pass_zero():
    assert zoomed(90.0) == pytest.approx((86.5, 100.0))
    assert zoomed(100.0)[0] < 100.0
    assert zoomed(2.0)[0] == 0.0


def test_shells_that_age_most_and_least_are_named(month):
    month.dataset["battery_left_share"].values[:, 2] *= 0.97
    chart = ageing(month.dataset)
    labels = [text.get_text() for text in chart.figure.axes[0].texts]
    assert any("shell 03" in label for label in labels)
    assert len(labels) == 2


def test_soft_errors_have_a_panel_a_kind(month):
    chart = soft_errors_by_kind(month.dataset)
    assert [panel.get_title(loc="left") for panel in chart.figure.axes] == [
        "Silent corruption", "Memory error", "Functional interrupt",
    ]  # fmt: skip


def test_tables_name_causes_kinds_and_classes(month):
    fleet, events, work = health.tables(month)
    said = {row[0]: row[1:] for row in fleet.rows}
    assert "Lost: single accelerators" in said
    assert len(events.rows) == 3
    assert [row[0] for row in work.rows] == ["chat", "agent", "batch", "training"]
    assert work.rows[3][2] == "10.00 %"


def test_a_day_has_tables_but_no_lines():
    day = run(n_shell=2, n_window=288, n_sample=0, n_region=1, n_gateway=1)
    assert [chart.name for chart in health.charts(day)] == ["soft-errors"]
    assert 'id="health"' in page(day)


def test_a_run_without_health_has_no_figures_of_it(month):
    gone = [n for n, v in month.dataset.data_vars.items() if "day" in v.dims or n in ("soft_errors", "repeated_flop")]

    class Bare:
        dataset = month.dataset.drop_vars(gone)

    assert health.charts(Bare) == []
    assert health.tables(Bare) == []
