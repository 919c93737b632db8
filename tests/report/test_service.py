"""The tables and the figure of service, of a made-up run."""

import numpy as np
from made_up_run import run

from orbital_compute.report import service
from orbital_compute.report.chart import png_bytes, svg_text
from orbital_compute.results import Results


def of(made, dataset):
    """Return the run with another data set."""
    return Results(made.manifest, lambda: dataset)


def test_an_operator_reads_classes_and_regions():
    made = run(n_shell=4, n_region=3, n_window=48)
    by_class, chat, agent = service.tables(made)
    assert [row[0] for row in by_class.rows] == ["chat", "agent", "batch", "training", "All"]
    assert by_class.rows[2][2] == "–"  # batch has no first token
    median, most, nearly = (float(text) for text in by_class.rows[0][2].split(", "))
    assert 0.15 < median < most < nearly < 1.0
    assert chat.title == "chat, by region"
    assert [row[0] for row in agent.rows] == ["Region 0", "Region 1", "Region 2"]
    assert float(chat.rows[2][2].split(", ")[0]) > float(chat.rows[0][2].split(", ")[0])  # the farther the slower
    assert "orbit" in service.use_of_nodes(made)


def test_first_tokens_over_the_day_are_drawn_for_each_class_that_has_them():
    (chart,) = service.charts(run(n_shell=4, n_region=3, n_window=48))
    assert len(chart.figure.axes) >= 4
    assert "chat: median" in chart.alt
    assert svg_text(chart).count("<svg") == 1
    assert png_bytes(chart).startswith(b"\x89PNG")


def test_without_first_tokens_there_is_no_figure_and_without_requests_no_table():
    made = run(n_shell=4, n_region=3, n_window=48)
    bare = of(made, made.dataset.drop_vars("ttft_count"))
    assert service.charts(bare) == []
    assert len(service.tables(bare)) == 1
    none = of(made, made.dataset.assign(arrived=made.dataset["arrived"] * 0))
    assert service.tables(none) == []
    assert np.isnan(bare.summary()["ttft_p50_s"]["value"])
