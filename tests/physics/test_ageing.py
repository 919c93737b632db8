"""Ageing laws: calibrated points, limits, and that no order of days or cut of a day changes what adds up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics.ageing import (
    LEAST_LEFT,
    battery_left,
    battery_temperature_k,
    calendar_square,
    calendar_stress,
    compounded_left,
    cycled_fade,
    flown_depth,
    inverse_knee,
    irradiated_left,
    settled_absorptivity,
)

XU = (298.0, 50e3, 1.0)


def test_five_years_at_the_reference_cost_the_calibrated_six_percent():
    """Day by day: the square adds up, so 1826.25 days at a stress of 1 take what one step of five years takes."""
    assert calendar_stress(298.0, 0.5, *XU) == 1.0
    square = sum(calendar_square(0.06, 1.0, 1 / 1826.25) for _ in range(1826)) + calendar_square(0.06, 1.0, 1 / 7305)
    print(f"5 years at 298 K, half charged: {100 * math.sqrt(square):.4f} % by the calendar")
    assert math.sqrt(square) == pytest.approx(0.06, rel=1e-12)
    year = math.sqrt(calendar_square(0.06, 1.0, 0.2))
    assert year == pytest.approx(0.06 / math.sqrt(5), rel=1e-14)  # root of time: 2.68 % in the first


def test_thirty_thousand_cycles_cost_the_calibrated_fourteen_percent():
    fade = sum(cycled_fade(0.14, 15.0, 0.3, 30000.0, 0.3) for _ in range(2000))
    print(f"30,000 cycles at 30 %: {100 * fade:.4f} % by cycles")
    assert fade == pytest.approx(0.14, rel=1e-12)
    assert cycled_fade(0.14, 30000.0, 0.6, 30000.0, 0.3) == pytest.approx(0.14 * 2**1.5, rel=1e-14)
    assert cycled_fade(0.14, 30000.0, 0.0, 30000.0, 0.3) == 0.0
    assert battery_left(0.06**2, 0.14) == pytest.approx(0.80, rel=1e-14)


def test_heat_and_charge_hasten_the_calendar_by_hand():
    """Ten kelvin: exp(50000/8.314462618 (1/298 - 1/308)) = 1.9257; a full battery: exp(0.5)."""
    assert calendar_stress(308.0, 0.5, *XU) == pytest.approx(1.9257, rel=1e-4)
    assert calendar_stress(298.0, 1.0, *XU) == pytest.approx(math.exp(0.5), rel=1e-14)
    assert calendar_stress(298.0, 1.0, 298.0, 50e3, 0.0) == 1.0


@given(st.lists(st.tuples(st.floats(273.0, 330.0), st.floats(0.0, 1.0)), min_size=2, max_size=6))
def test_the_order_of_seasons_does_not_matter_to_the_calendar(seasons):
    """d(√t) taken season by season in place of squares would make the first season weigh most."""
    stresses = [calendar_stress(temperature, charge, *XU) for temperature, charge in seasons]
    squares = [calendar_square(0.06, stress, 0.2) for stress in stresses]
    assert math.fsum(squares) == pytest.approx(math.fsum(squares[::-1]), rel=1e-15)
    hottest, coolest = max(stresses), min(stresses)
    shares = 0.2 * len(seasons)
    assert calendar_square(0.06, coolest, shares) * (1 - 1e-12) <= math.fsum(squares)
    assert math.fsum(squares) <= calendar_square(0.06, hottest, shares) * (1 + 1e-12)


def test_depth_and_temperature_as_flown_by_hand():
    assert flown_depth(15 * 0.96 * 36e6, 0.96, 15.0, 120e6) == pytest.approx(0.3, rel=1e-14)
    assert flown_depth(1e12, 0.96, 15.0, 120e6) == 1.0
    assert battery_temperature_k(293.0, 0.2, 333.0) == pytest.approx(301.0, rel=1e-15)
    assert battery_temperature_k(293.0, 0.0, 333.0) == 293.0
    assert battery_temperature_k(293.0, 1.0, 333.0) == 333.0


def test_a_battery_is_never_gone():
    assert battery_left(0.0, 0.0) == 1.0
    assert battery_left(4.0, 3.0) == LEAST_LEFT


def test_cells_lose_what_they_are_calibrated_to_and_the_logarithm_of_the_rest():
    loss, knee = 0.0961, inverse_knee(0.0961, 5.0, 0.25)
    assert irradiated_left(5.0, knee, 0.25) == pytest.approx(1 - loss, rel=1e-13)
    assert irradiated_left(0.0, knee, 0.25) == 1.0
    assert 1 / knee == pytest.approx(5 / (10 ** (loss / 0.25) - 1), rel=1e-13)
    # far above the knee each tenfold dose takes a quarter
    assert irradiated_left(1e3, knee, 0.25) - irradiated_left(1e4, knee, 0.25) == pytest.approx(0.25, abs=2e-3)
    assert irradiated_left(1e9, knee, 0.25) == LEAST_LEFT
    assert inverse_knee(0.0, 5.0, 0.25) == 0.0
    assert irradiated_left(1e6, 0.0, 0.25) == 1.0


def test_compounded_losses():
    assert compounded_left(0.025, 5.0) == pytest.approx(0.975**5, rel=1e-13)
    assert compounded_left(0.0, 7.0) == 1.0
    assert compounded_left(0.025, 0.0) == 1.0


def test_coatings_start_new_end_at_their_end_and_darken_early():
    life, settle = 5.0, 2.0
    colour = [settled_absorptivity(0.15, 0.25, age, life, settle) for age in (0.0, 2.5, 5.0, 9.0)]
    assert colour[0] == 0.15
    assert colour[2] == pytest.approx(0.25, rel=1e-14)
    assert colour[3] == colour[2]
    assert colour[1] == pytest.approx(0.15 + 0.1 * (1 - math.exp(-1.25)) / (1 - math.exp(-2.5)), rel=1e-13)  # 0.228
    assert settled_absorptivity(0.15, 0.25, 2.5, life, 1e6) == pytest.approx(0.20, abs=1e-6)  # slow settling: a line
