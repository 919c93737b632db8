"""Numbers as people read them, against hand values."""

import math

import pytest

from orbital_compute.report import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.0, "1,230"), (0.05678, "0.0568"), (999.6, "1,000"), (12.0, "12.0"), (0.0, "0"), (-45.678, "-45.7"),
        (math.nan, "–"), (None, "–"), (math.inf, "∞"), (1.5e-7, "1.50e-07"), (6.02214e6, "6,020,000"),
    ],
)  # fmt: skip
def test_number_has_three_figures(value, text):
    assert units.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.2345e18, "1.23 EFLOP/s"), (999.4e15, "999 PFLOP/s"), (999.6e15, "1.00 EFLOP/s"), (2.5e21, "2.50 ZFLOP/s"),
        (500.0, "500 FLOP/s"), (0.0, "0 FLOP/s"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_prefix_leaves_one_to_three_digits_before_the_point(value, text):
    assert units.prefixed(value, "FLOP/s") == text


def test_energy_is_in_watt_hours():
    assert units.energy(811e6 * 3600.0) == "811 MWh"  # the battery plant of 811 MWh


def test_work_is_in_petaflop_days():
    assert units.work(8.64e19) == "1.00 PFLOP/s-days"  # 1e15 FLOP/s through 86,400 s


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "50.0 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (0.0004, "< 0.1 %"), (0.99996, "> 99.9 %"),
        (1.03, "103.0 %"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_share_keeps_the_little_that_is_missing_in_sight(value, text):
    assert units.share(value) == text


def test_temperature_in_both_scales():
    assert units.temperature(358.15) == "85.0 °C (358.1 K)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1626, "163 ms"), (60.0, "60 s"), (300.0, "5 min"), (5400.0, "90 min"), (86400.0, "1 day"), (43200.0, "12 h"),
        (2592000.0, "30 days"), (0.0, "0 s"), (math.nan, "–"), (1.5, "1.50 s"),
    ],
)  # fmt: skip
def test_duration_picks_its_unit(value, text):
    assert units.duration(value) == text


@pytest.mark.parametrize(
    ("value", "long", "short"),
    [
        (0, "0", "0"), (286_266, "286,266", "286,266"), (17_278_150, "17.3 million", "17.3 M"),
        (17_881_852_940, "17.9 billion", "17.9 bn"), (999_960, "1.00 million", "1.00 M"),
        (3.2e12, "3.20 trillion", "3.20 tn"),
    ],
)  # fmt: skip
def test_counts(value, long, short):
    assert units.count(value) == long
    assert units.short_count(value) == short


def test_residual():
    assert [units.residual(value) for value in (0.0, 3.14e-13, 0.356, 1.0, math.nan)] == [
        "0",
        "3.1e-13",
        "0.36",
        "1.0",
        "–",
    ]
