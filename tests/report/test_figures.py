"""Every figure from a made-up run: axes with units, words that say what to see, and nothing that breaks on gaps."""

import re

import numpy as np
import pytest
from made_up_run import run

from orbital_compute.catalogue import QUANTILES
from orbital_compute.report.chart import style, svg_text
from orbital_compute.report.figures import charts, chip_limit_k
from orbital_compute.report.figures_fleet import fleet_quantiles, share_of_shells, temperatures
from orbital_compute.report.figures_sample import eclipses, sample_day
from orbital_compute.report.figures_service import work_per_request
from orbital_compute.report.figures_sunlight import shell_groups
from orbital_compute.report.headline import bin_quantile_s
from orbital_compute.report.timeline import timeline

ALL = [
    "delivered", "waterfall", "orbit-power", "site-power", "sunlit", "temperatures", "state-of-charge", "sample-day",
    "service-by-class", "service-by-region", "round-trips", "prices", "gateways",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole():
    return run(n_shell=12, n_window=48)


@pytest.fixture(scope="module")
def drawn(whole):
    return charts(whole)


def test_all_figures_are_drawn_in_order(drawn):
    assert [chart.name for chart in drawn] == ALL


@pytest.mark.parametrize("name", ALL)
def test_axes_have_labels_with_units(drawn, name):
    chart = drawn[ALL.index(name)]
    labels = [
        text
        for axes in chart.figure.axes
        for text in (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left"))
        if text
    ]
    labels += [text.get_text() for text in chart.figure.texts]
    assert any(re.search(r"\[[^\]]+\]", text) for text in labels)
    if name not in ("waterfall", "round-trips"):
        assert any("UTC" in text for text in labels)


@pytest.mark.parametrize("name", ALL)
def test_words_go_with_each_figure(drawn, name):
    chart = drawn[ALL.index(name)]
    assert len(chart.title) > 10
    assert chart.caption.endswith(".")
    assert re.search(r"\d", chart.alt)  # what it shows, in figures
    assert "nan" not in chart.alt
    assert f">{chart.alt.split()[0]}" in svg_text(chart)


@pytest.mark.parametrize("name", ALL)
def test_labels_stay_inside_the_picture(drawn, name):
    chart = drawn[ALL.index(name)]
    with style():
        chart.figure.draw_without_rendering()
        width, height = chart.figure.bbox.width, chart.figure.bbox.height
        texts = [text for axes in chart.figure.axes for text in axes.texts]
        renderer = chart.figure.canvas.get_renderer() if hasattr(chart.figure.canvas, "get_renderer") else None
        for text in texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0.0, text.get_text()
            assert box.x1 <= width, text.get_text()
            assert box.y0 >= -5.0, text.get_text()
            assert box.y1 <= height + 5.0, text.get_text()


def test_figures_are_the_same_each_time(whole, drawn):
    again = charts(whole)
    assert [svg_text(chart) for chart in again] == [svg_text(chart) for chart in drawn]


def test_without_sites():
    names = [chart.name for chart in charts(run(n_site=0, n_shell=3, n_window=6))]
    assert names == [name for name in ALL if name != "site-power"]


def test_without_a_sample():
    names = [chart.name for chart in charts(run(n_sample=0, n_shell=3, n_window=6))]
    assert names == [name for name in ALL if name != "sample-day"]


def test_one_window_one_shell_one_region():
    names = [chart.name for chart in charts(run(n_shell=1, n_window=1, n_region=1, n_gateway=1, n_site=1))]
    assert names == ALL


def test_a_long_run_is_thinned():
    whole = run(n_shell=2, n_window=2000, n_sample=1)
    sizes = {chart.name: len(svg_text(chart)) for chart in charts(whole)}
    assert max(sizes.values()) < 600_000


def test_windows_without_figures_leave_gaps():
    whole = run(n_shell=3, n_window=24)
    for name in ("chip_temperature_k", "fluid_temperature_k", "state_of_charge", "pue", "throttled_fraction"):
        whole.dataset[name].values[3:5] = np.nan
    assert [chart.name for chart in charts(whole)] == ALL


def test_idle_run_draws_zeros():
    whole = run(n_shell=2, n_window=6)
    for name in whole.dataset.data_vars:
        if not name.endswith("_k"):
            whole.dataset[name].values[:] = 0
    drawn = {chart.name: chart for chart in charts(whole)}
    assert "nothing binds" in drawn["prices"].alt
    assert "waterfall" not in drawn


def test_fleet_percentiles_are_those_of_all_satellites():
    whole = run(n_shell=3, n_window=2)
    random = np.random.default_rng(5)
    satellites = [random.normal(mean, 4.0, (2, 4000)) for mean in (300.0, 310.0, 330.0)]
    values = whole.dataset["chip_temperature_k"].copy()
    values.values[:] = np.stack([np.quantile(one, QUANTILES, axis=1).T for one in satellites], axis=1)
    found = fleet_quantiles(timeline(whole.dataset), values, share_of_shells(whole.dataset))
    together = np.concatenate(satellites, axis=1)
    expected = np.quantile(together, QUANTILES, axis=1).T
    # Seven stored percentiles a shell say little of its tails: half a standard deviation there, exact at the ends.
    assert np.abs(found - expected).max() < 2.0
    assert found[:, [0, -1]] == pytest.approx(expected[:, [0, -1]])


def test_weights_follow_the_satellites():
    whole = run(n_shell=2, n_window=1)
    whole.dataset["shell_satellites"].values[:] = (1, 3)
    assert share_of_shells(whole.dataset).tolist() == [0.25, 0.75]


def test_shells_are_grouped_by_name():
    dataset = run(n_shell=45, n_window=1).dataset
    bare = dataset.drop_vars(["shell_altitude_m", "shell_inclination_deg"])
    assert shell_groups(bare) == [("group 1", 0, 19), ("group 2", 20, 39), ("group 3", 40, 44)]
    assert shell_groups(dataset)[0] == ("group 1\n500–1148 km, 53°", 0, 19)


def test_the_chip_limit_is_drawn(whole):
    labels = [text.get_text() for text in temperatures(whole.dataset, chip_limit_k=358.15).figure.axes[0].texts]
    assert "limit 85 °C" in labels


def test_chip_limit_is_the_lowest_of_the_designs():
    assert chip_limit_k({"satellite": {"compute": {"chip_limit": "358 K"}}}) == 358.0
    designs = {"a": {"compute": {"chip_limit": "360 K"}}, "b": {"compute": {"chip_limit": "85 °C"}}}
    assert chip_limit_k({"satellites": designs}) == pytest.approx(358.15)
    assert chip_limit_k({}) is None


def test_the_darkest_sampled_satellite_is_shown():
    whole = run(n_shell=2, n_window=24, n_sample=3)
    whole.dataset["sample_sunlit"].values[:, 1] *= 0.0
    chart = sample_day(whole.dataset)
    assert f"row {int(whole.dataset['sample_satellite'][1])}" in chart.alt
    assert "1 eclipse in" in chart.alt


def test_eclipses_are_spells_without_the_sun():
    sunlit = np.array([0.0, 0.1, 1.0, 1.0, 0.4, 0.6, 0.0])
    assert eclipses(sunlit) == [(0, 1), (4, 4), (6, 6)]


def test_quantile_of_bins_by_hand():
    counts = np.array([0.0, 10.0, 30.0, 0.0, 10.0])
    low, high = np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0, 4.0, np.inf])
    assert bin_quantile_s(counts, low, high, 0.1) == pytest.approx(1.5)  # half of the first ten
    assert bin_quantile_s(counts, low, high, 0.5) == pytest.approx(2.5)  # 15 of 30 into the second
    assert bin_quantile_s(counts, low, high, 0.95) == 4.0  # the open bin stands for its lower edge


def test_work_of_a_request_is_what_was_executed_over_what_was_served():
    whole = run(n_shell=1, n_window=2, n_site=0)
    data = whole.dataset
    data["executed_orbit_flop"].values[:] = [[10.0, 8.0, 6.0, 0.0]] * 2
    data["served"].values[:] = 0
    data["served"].values[0, :, 0] = (5, 4, 0, 1)
    data = data.drop_vars("executed_site_flop", errors="ignore")
    assert work_per_request(data).tolist() == [4.0, 4.0, 0.0, 0.0]
