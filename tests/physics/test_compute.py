"""The power curve: hand values, its ends, and that power and throughput are inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics.compute import power_for, throughput

IDLE_W, FULL_W = 24e3, 120e3
SPAN_W = FULL_W - IDLE_W
POWER_ERROR = 1e-12  # of `_math.power`, twice


@pytest.mark.parametrize(
    ("power_w", "exponent", "rate"),
    [
        (48e3, 2.0, 0.5),  # a quarter of the span, its root
        (72e3, 2.0, 0.70710678118654752),
        (36e3, 3.0, 0.5),  # an eighth, its cube root
        (78e3, 3.0, 0.825481812223657),  # cube root of 9/16
        (48e3, 1.0, 0.25),
    ],
)
def test_rates_by_hand(power_w, exponent, rate):
    assert throughput(power_w, IDLE_W, 1 / SPAN_W, 1 / exponent) == pytest.approx(rate, rel=POWER_ERROR)
    assert power_for(rate, IDLE_W, SPAN_W, exponent) == pytest.approx(power_w, rel=POWER_ERROR)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.7, 3.0])
def test_ends_of_the_curve(exponent):
    for power_w, rate in ((0.0, 0.0), (IDLE_W, 0.0), (FULL_W, 1.0), (2 * FULL_W, 1.0)):
        assert throughput(power_w, IDLE_W, 1 / SPAN_W, 1 / exponent) == pytest.approx(rate, abs=POWER_ERROR)
    assert power_for(0.0, IDLE_W, SPAN_W, exponent) == IDLE_W
    assert power_for(1.0, IDLE_W, SPAN_W, exponent) == pytest.approx(FULL_W, rel=POWER_ERROR)


@given(st.floats(1e-6, 1.0), st.floats(1.0, 4.0), st.floats(0.01, 0.9))
def test_power_and_throughput_are_inverse(rate, exponent, idle):
    full_w = 1e5
    idle_w = idle * full_w
    power_w = power_for(rate, idle_w, full_w - idle_w, exponent)
    lost = 1e-14 * full_w / max(power_w - idle_w, 1e-300)  # digits of the span that the sum with idle power drops
    assert throughput(power_w, idle_w, 1 / (full_w - idle_w), 1 / exponent) == pytest.approx(
        rate, rel=1e-11 + 10 * lost, abs=1e-12
    )


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e5), st.floats(1.01, 4.0))
def test_curve_grows_and_bends_down(one_w, other_w, exponent):
    low, high = sorted((one_w, other_w))
    rate = [throughput(p, 0.0, 1e-5, 1 / exponent) for p in (low, 0.5 * (low + high), high)]
    assert rate[0] <= rate[1] + 1e-13
    assert rate[1] <= rate[2] + 1e-13
    assert rate[1] >= 0.5 * (rate[0] + rate[2]) - 1e-13
