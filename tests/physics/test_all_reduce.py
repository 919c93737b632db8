"""Gradients over a ring: the factor of nccl-tests, hops, what arithmetic hides, and the laser that hides it all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics.all_reduce import (
    exposed_time_s,
    hiding_rate_bit_s,
    ring_bit,
    ring_time_s,
    step_time_s,
)


def test_one_alone_sends_nothing_and_many_send_twice():
    assert ring_bit(1.0, 8e9) == 0.0
    assert ring_bit(2.0, 8e9) == 8e9
    assert ring_bit(8.0, 8e9) == pytest.approx(1.75 * 8e9)  # doc/PERFORMANCE.md of nccl-tests: 2 (n - 1)/n
    assert ring_bit(1e9, 8e9) == pytest.approx(2 * 8e9)


def test_a_hand_worked_ring():
    # 70 billion parameters of 2 byte over 10 satellites at 1 Tbit/s: 1.8 x 1.12 Tbit, and 18 hops of 50 us
    assert ring_time_s(10.0, 70e9 * 16, 1e12, 50e-6) == pytest.approx(2.016 + 0.0009)


def test_arithmetic_of_llama_3():
    # 405e9 parameters, 16 million tokens, 16,384 chips at 400 TFLOP/s: the rate that Meta reported
    assert step_time_s(405e9, 16e6, 16384 * 400e12) == pytest.approx(5.93, abs=0.01)
    assert step_time_s(1.0, 1.0, 0.0) == math.inf


def test_arithmetic_hides_its_share_and_inner_steps_divide():
    assert exposed_time_s(10.0, 1.0, 12.0, 1.0, 0.5) == 8.0
    assert exposed_time_s(10.0, 1.0, 12.0, 1.0, 0.0) == 13.0
    assert exposed_time_s(10.0, 1.0, 12.0, 500.0, 0.0) == pytest.approx(1.024)
    assert exposed_time_s(10.0, 1.0, 12.0, 500.0, 0.5) == 0.0


@given(st.floats(2, 1e4), st.floats(1e6, 1e15), st.floats(0, 1e-3), st.floats(1e-3, 1e3))
def test_the_hiding_rate_takes_just_the_room(n, size, hop, room):
    rate = hiding_rate_bit_s(n, size, hop, room)
    if math.isinf(rate):
        assert 2 * (n - 1) * hop >= room
    else:
        assert ring_time_s(n, size, rate, hop) == pytest.approx(room)


def test_no_ring_needs_no_laser():
    assert hiding_rate_bit_s(1.0, 1e12, 1e-3, -1.0) == 0.0
