"""Soft errors of a run: with the accelerators that work, at the doses of the month, and gone with a fleet at rest."""

from datetime import UTC, datetime

import numpy as np
import pytest
from small_fleet import BASE, constellation, random_elements

from orbital_compute.kernels.records import Health
from orbital_compute.model.clock import DAY_S, Clock
from orbital_compute.model.fleet import Fleet
from orbital_compute.model.radiation import RadiationSpec
from orbital_compute.model.radiation_watch import MONTH_DAYS, RadiationWatch
from orbital_compute.model.space import SpaceSegment

CLOCK = Clock(datetime(2026, 11, 22, tzinfo=UTC), 60.0, 300.0, 10)
COMPUTE = Health._fields.index("compute")


@pytest.fixture
def scene():
    """Forty satellites that have executed a window at their peak, and the watch over them."""
    sky = constellation(random_elements(40), np.zeros(40), ["base"])
    fleet = Fleet(sky, {"base": BASE}, step_s=60.0)
    space = SpaceSegment(fleet, sky, CLOCK, threads=1, sample_rows=[])
    space.prepare(0)
    space.signature[:40] = 0
    space.executed_flop[:40] = 80 * 2.5e15 * 300.0
    watch = RadiationWatch(
        RadiationSpec(transfer=1000.0, memory_dose_rad=4.4, corruption_dose_rad=1.68), fleet, sky, CLOCK, seed=3
    )
    return fleet, space, watch


def struck(space, watch):
    return watch.strike(0, space, np.array([space.executed_flop.sum()]), 1.0)


def test_events_follow_the_accelerators_that_work(scene):
    fleet, space, watch = scene
    counts, toll = struck(space, watch)
    assert counts.events.sum() > 100
    assert 0.0 < toll.lost_flop[0] < space.executed_flop.sum()
    assert watch.rate_per_s == pytest.approx(sum(toll.rate_per_s))
    fleet.arrays.health[:, COMPUTE, :] = 0.5
    watch.new_day(0.0)
    half, _ = struck(space, watch)
    assert half.events.sum() == pytest.approx(0.5 * counts.events.sum(), rel=0.2)
    fleet.arrays.health[:, COMPUTE, :] = 0.0
    watch.new_day(0.0)
    none, _ = struck(space, watch)
    assert none.events.sum() == 0


def test_rates_are_those_of_the_satellites_own_orbits(scene):
    _, space, watch = scene
    errors = watch.errors
    flown = errors.dose_rad_per_year[errors.rows.run_orbit]
    mean_per_s = errors.rate_per_s[errors.rows.run_orbit].sum(axis=1)
    assert np.allclose(mean_per_s / flown, mean_per_s[0] / flown[0])
    _, toll = struck(space, watch)  # all work alike: the plain mean of the rates where they are
    assert 0.0 < watch.rate_per_s < 50.0 * mean_per_s.max()
    assert toll.rate_per_s[0] > toll.rate_per_s[1] > toll.rate_per_s[2] > 0.0


def test_doses_change_with_the_month(scene):
    _, _, watch = scene
    first, year = watch.errors.dose_rad_per_year.copy(), watch.errors.year
    assert year == pytest.approx(2026.0 + (325.0 + MONTH_DAYS / 2) / 365.25)
    watch.new_day(29.0 * DAY_S)
    assert watch.errors.year == year
    watch.new_day(10 * MONTH_DAYS * DAY_S)
    assert watch.errors.year == pytest.approx(year + 10 * MONTH_DAYS / 365.25)
    assert (watch.errors.dose_rad_per_year != first).any()


def test_a_satellite_at_rest_loses_no_work(scene):
    _, space, watch = scene
    space.executed_flop[:] = 0.0
    counts, toll = watch.strike(0, space, np.zeros(1), 1.0)
    assert counts.events.sum() > 0  # its memory is struck all the same
    assert toll.lost_flop.tolist() == [0.0]
    assert toll.rate_per_s == (0.0, 0.0, 0.0)
