"""Clouds over several stations: limits, two by hand, several against many draws of the same tree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.errors import ScenarioError
from orbital_compute.model.diversity import cloudy_given_cloudy, diversity_availability, great_circle_m

share = st.floats(0.0, 1.0)


def test_great_circles_by_hand():
    apart = great_circle_m([0.0, 0.0, 90.0], [0.0, 90.0, 0.0])
    assert apart == pytest.approx(np.pi / 2 * 6371008.8 * (1 - np.eye(3)), abs=1e-3)


def test_one_station_has_its_own_sky():
    assert diversity_availability([0.65], [35.0], [-90.0]) == pytest.approx(0.65)


def test_far_stations_are_independent_and_near_ones_are_one():
    assert diversity_availability([0.6, 0.7], [0.0, 0.0], [0.0, 180.0]) == pytest.approx(1 - 0.4 * 0.3, abs=1e-9)
    assert diversity_availability([0.6, 0.6, 0.6], [10.0] * 3, [20.0] * 3) == pytest.approx(0.6)
    apart = diversity_availability([0.6, 0.7, 0.65], [0.0, 0.1, 0.2], [0.0, 0.1, 0.2], cloud_length_m=0.0)
    assert apart == pytest.approx(1 - 0.4 * 0.3 * 0.35)


def test_two_stations_by_hand():
    # 700 km apart, 0.65 clear each: joint cloud 0.35² + 0.65 * 0.35/e = 0.1225 + 0.0837 = 0.2062
    degrees = np.degrees(700e3 / 6371008.8)
    assert diversity_availability([0.65, 0.65], [0.0, degrees], [0.0, 0.0]) == pytest.approx(0.7938, abs=1e-4)


def test_a_chain_is_that_of_draws():
    q, d = 0.4, np.degrees(500e3 / 6371008.8)
    rng, rho = np.random.default_rng(1), np.exp(-500 / 700)
    cloudy = rng.random(1_000_000) < q
    every = cloudy.copy()
    for _ in range(3):  # each as cloudy as the one before says
        chance = np.where(cloudy, q + rho * (1 - q), q - rho * q)
        cloudy = rng.random(cloudy.size) < chance
        every &= cloudy
    found = diversity_availability([1 - q] * 4, np.arange(4) * d, [0.0] * 4)
    assert found == pytest.approx(1 - every.mean(), abs=2e-3)


def test_the_order_of_stations_does_not_matter():
    rng = np.random.default_rng(2)
    place, clear = rng.uniform(-20, 20, (2, 6)), rng.uniform(0.5, 0.8, 6)
    one = diversity_availability(clear, *place)
    order = rng.permutation(6)
    assert diversity_availability(clear[order], *place[:, order]) == pytest.approx(one, abs=1e-12)
    assert clear.max() <= one <= 1 - np.prod(1 - clear)


@given(share, share, share)
def test_conditions_are_chances(cloudy, other, correlation):
    found = float(cloudy_given_cloudy(cloudy, other, correlation))
    assert 0.0 <= found <= 1.0 + 1e-12
    if other > 0.0:
        assert found * other <= min(cloudy, other) * (1 + 1e-12)
        assert found >= cloudy * (1 - 1e-12) or np.isclose(found * other, min(cloudy, other))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], [], []), "at least one"),
        (([0.6, 0.7], [0.0], [0.0]), "one of each"),
        (([1.2], [0.0], [0.0]), "from 0 to 1"),
        (([0.6], [0.0], [0.0], -1.0), "from 0 m"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises(ScenarioError, match=message):
        diversity_availability(*arguments)
