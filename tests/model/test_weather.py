"""Drawn skies: shares, correlations and persistence against the law they come from."""

import numpy as np
import pytest

from orbital_compute.model.diversity import cloud_tree, diversity_availability
from orbital_compute.model.weather import HOUR_S, Weather

SHARE = (0.65, 0.6, 0.7, 0.65)
LATITUDE, LONGITUDE = (40.0, 42.0, 41.0, -30.0), (-3.0, 1.0, 5.0, 150.0)  # three near one another, one far away
HOURS = 10_000


def weather(persistence_s=0.0, seed=4, **changes):
    fields = {"open_share": SHARE, "latitude_deg": LATITUDE, "longitude_deg": LONGITUDE, "length_m": 700e3}
    return Weather(**{**fields, **changes}, persistence_s=persistence_s, seed=seed)


@pytest.fixture(scope="module")
def drawn():
    sky = weather()
    return np.array([sky.open_at(hour * HOUR_S) for hour in range(HOURS)])


def test_shares_and_diversity_are_those_of_the_closed_form_within_the_error_of_the_draws(drawn):
    error = 4.0 * np.sqrt(0.25 / HOURS)
    assert np.abs(drawn.mean(axis=0) - SHARE).max() < error
    whole = diversity_availability(SHARE, LATITUDE, LONGITUDE)
    assert abs(drawn.any(axis=1).mean() - whole) < error
    assert whole < 1.0 - np.prod(1.0 - np.array(SHARE)) - 2 * error  # clouds that go together are seen


def test_neighbours_are_correlated_as_the_law_says(drawn):
    tree = cloud_tree(SHARE, LATITUDE, LONGITUDE)
    for k in range(1, 4):
        new, old = tree.order[k], tree.depends_on[k]
        cloudy = ~drawn[~drawn[:, old], new]
        assert cloudy.mean() == pytest.approx(tree.cloudy_if_cloudy[k], abs=4.0 * 0.5 / np.sqrt(cloudy.size))
    far = np.corrcoef(drawn[:, 0], drawn[:, 3])[0, 1]
    assert abs(far) < 4.0 / np.sqrt(HOURS)
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] > 0.4


def test_skies_persist_as_long_as_they_are_said_to():
    sky = weather(6.0 * HOUR_S, open_share=(0.65,), latitude_deg=(40.0,), longitude_deg=(0.0,))
    series = np.array([sky.open_at(hour * HOUR_S)[0] for hour in range(HOURS)], float)
    for lag in (1, 6, 12):
        found = np.corrcoef(series[:-lag], series[lag:])[0, 1]
        assert found == pytest.approx(np.exp(-lag / 6.0), abs=0.08)  # a twelfth as many free draws
    assert series.mean() == pytest.approx(0.65, abs=4.0 * 0.5 / np.sqrt(HOURS / 12))


def test_an_hour_is_a_function_of_the_seed_alone():
    sky, other = weather(6.0 * HOUR_S), weather(6.0 * HOUR_S)
    late = other.open_at(700.5 * HOUR_S)
    assert np.array_equal([sky.open_at(hour * HOUR_S) for hour in range(701)][-1], late)
    months = [weather(6.0 * HOUR_S, seed=seed).open_at(7.0) for seed in range(40)]
    assert len({tuple(one) for one in months}) > 5
    assert np.array_equal(sky.open_at(HOUR_S), sky.open_at(2 * HOUR_S - 1e-3))


def test_limits_stay_as_they_are():
    always = weather(open_share=(1.0, 1.0, 1.0, 1.0))
    assert all(always.open_at(hour * HOUR_S).all() for hour in range(200))
    together = weather(open_share=(0.5, 0.5, 0.5, 0.5), latitude_deg=(1.0,) * 4, longitude_deg=(2.0,) * 4)
    states = np.array([together.open_at(hour * HOUR_S) for hour in range(300)])
    assert (states == states[:, :1]).all()
    assert 0.3 < states.mean() < 0.7
