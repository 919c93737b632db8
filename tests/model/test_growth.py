"""Growth of demand: factors at dates, and what a run's requests make of them."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.clock import Clock
from orbital_compute.model.growth import MONTH_S, Growth, compound
from orbital_compute.model.workload import DemandSpec, JobClass, Region, Workload

START = datetime(2026, 6, 22, tzinfo=UTC)  # a Monday
DAY_S = 86400.0


def requests_by_day(job, days, longitude_deg=0.0, rate=50.0):
    clock = Clock(START, 3600.0, 3600.0, 24 * days)
    demand = DemandSpec(request_rate_per_s={job.name: rate})
    work = Workload([job], [Region("one", 0.0, longitude_deg, 1.0)], demand, clock=clock, seed=3)
    return np.array([work.arrivals(w)[0, 0] for w in range(clock.n_window)]).reshape(days, 24).sum(axis=1)


def job(**options):
    return JobClass("batch", "batch", chunk_flop=1.0, model_flop_utilisation=1.0, **options)


def test_compound_growth_multiplies_each_month():
    growth = compound(1.1, 0.0, 36 * MONTH_S)
    log2_factor, pace = growth.at(np.array([0.0, 1.0, 12.0, 36.0]) * MONTH_S)
    assert 2.0**log2_factor == pytest.approx([1.0, 1.1, 1.1**12, 1.1**36], rel=1e-12)
    assert pace[:3] * MONTH_S == pytest.approx([math.log(1.1)] * 3, rel=1e-12)


def test_a_table_is_constant_outside_its_dates_and_even_between():
    growth = Growth((0.0, 10 * DAY_S, 30 * DAY_S), (1.0, 1.1, 1.2))
    log2_factor, pace = growth.at(np.array([-DAY_S, 5 * DAY_S, 10 * DAY_S, 40 * DAY_S]))
    assert 2.0**log2_factor == pytest.approx([1.0, math.sqrt(1.1), 1.1, 1.2], rel=1e-12)
    assert pace[[0, 3]].tolist() == [0.0, 0.0]


def test_requests_grow_as_the_integral_says():
    """Each day brings rate × ∫ m^(t/month) dt, to a request, though the daily wave rides on it."""
    found = requests_by_day(job(growth=compound(1.5, 0.0, 60 * DAY_S), diurnal_amplitude=0.0), 60)
    pace = math.log(1.5) / MONTH_S
    edges = 50.0 * np.expm1(pace * DAY_S * np.arange(61)) / pace
    assert np.abs(found - np.diff(edges)).max() <= 1.0
    waved = requests_by_day(job(growth=compound(1.5, 0.0, 60 * DAY_S), diurnal_amplitude=0.4), 60)
    assert waved.sum() == pytest.approx(edges[-1], rel=5e-3)  # growth leans on the later part of each day's wave
    assert waved[31:].sum() / waved[:29].sum() > 1.4


def test_growth_that_begins_within_the_run_changes_nothing_before():
    at_s = 10 * DAY_S + 1234.5
    calm, grown = (requests_by_day(job(growth=growth, noise_variation=0.3), 20) for growth in (None, Growth(
        (at_s, at_s + 5 * DAY_S), (1.0, 1.3))))  # fmt: skip
    assert np.abs(calm[:10] - grown[:10]).max() <= 1
    assert grown[16:] / calm[16:] == pytest.approx(np.full(4, 1.3), rel=1e-6)


@pytest.mark.parametrize("longitude_deg", [0.0, 179.0])
def test_weekends_ask_for_less_and_a_week_for_its_mean(longitude_deg):
    """Monday to Friday (1 + 2/7 W), Saturday and Sunday (1 - 5/7 W); 179° east the weekend begins half a day before."""
    found = requests_by_day(job(weekly_amplitude=0.7, diurnal_amplitude=0.0), 14, longitude_deg)
    assert found.sum() == pytest.approx(50.0 * 14 * DAY_S, abs=2.0)
    if longitude_deg == 0.0:
        assert (found / (50.0 * DAY_S))[:7] == pytest.approx([1.2] * 5 + [0.5] * 2, rel=1e-6)
    else:
        share = 179.0 / 360.0  # of Friday (UTC) that is Saturday there
        assert found[4] / (50.0 * DAY_S) == pytest.approx(1.2 - 0.7 * share, rel=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Growth((0.0, 0.0), (1.0, 2.0)), "dates do not ascend"),
        (lambda: Growth((0.0,), (0.0,)), "not above 0"),
        (lambda: Growth((), ()), "as many factors as dates"),
        (lambda: Growth((0.0, DAY_S), (1.0, 2.0)), "growth is too quick"),
        (lambda: job(diurnal_amplitude=0.8, weekly_amplitude=0.5), "below zero in a weekend's night"),
    ],
)
def test_bad_growth_is_named(make, message):
    with pytest.raises(ScenarioError, match=message):
        make()
