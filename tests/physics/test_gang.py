import math

import pytest

from orbital_compute.physics.gang import (
    checkpoint_interval_s,
    corrupted_share,
    mean_time_between_faults_s,
    useful_fraction,
)

YEAR_S = 365.25 * 86400.0
OF_MODEL = 0.01  # MODEL §5.4 rounds its fractions to two digits


def fraction(mtbf_s, checkpoint_s, restart_s):
    interval_s = checkpoint_interval_s(mtbf_s, checkpoint_s, restart_s)
    return useful_fraction(mtbf_s, interval_s, checkpoint_s, restart_s)


def test_ten_thousand_chips_at_650_km():
    """MODEL §5.4: memory errors alone, then with corruption detected at coverage 0.9, at both ends of its range."""
    memory = 150.0 / 44.0 / YEAR_S
    mtbf_s = mean_time_between_faults_s(1e4, memory)
    assert mtbf_s / 60 == pytest.approx(15.4, abs=0.05)
    found = [fraction(mtbf_s, 30.0, 120.0)]
    for dose in (14.4, 20.0):
        found.append(fraction(mean_time_between_faults_s(1e4, memory + 0.9 * 150.0 / dose / YEAR_S), 30.0, 120.0))
    print("useful fraction: memory errors", *(f"{value:.4f}" for value in found))
    assert found == pytest.approx([0.67, 0.36, 0.42], abs=OF_MODEL)


def test_the_published_record_of_llama_3():
    """419 unexpected interruptions in 54 days on 16,384 accelerators, more than 90 % effective (δ 30 s, R 120 s)."""
    mtbf_s = 54 * 86400.0 / 419
    assert mtbf_s / 3600 == pytest.approx(3.1, abs=0.05)
    useful = fraction(mtbf_s, 30.0, 120.0)
    print(f"Llama 3: useful {useful:.4f} with checkpoints of 30 s")
    assert useful == pytest.approx(0.90, abs=0.03)


def test_nothing_is_lost_but_restarts_where_saving_costs_nothing():
    assert checkpoint_interval_s(900.0, 0.0, 120.0) == 0.0
    assert useful_fraction(900.0, 0.0, 0.0, 120.0) == math.exp(-120.0 / 900.0)
    assert useful_fraction(900.0, 1e-6, 0.0, 120.0) == pytest.approx(math.exp(-120.0 / 900.0), rel=1e-8)


def test_without_faults_only_saving_costs():
    assert math.isinf(mean_time_between_faults_s(1e4, 0.0))
    assert math.isinf(checkpoint_interval_s(math.inf, 30.0, 120.0))
    assert useful_fraction(math.inf, math.inf, 30.0, 120.0) == 1.0
    assert useful_fraction(math.inf, 70.0, 30.0, 120.0) == 0.7
    assert useful_fraction(1e15, 70.0, 30.0, 120.0) == pytest.approx(0.7, rel=1e-9)


def test_the_interval_is_near_the_best():
    """Daly's rule loses at most 1 % of the time against the best interval, however dear the checkpoint."""
    for mtbf_s in (60.0, 246.85, 925.7, 11133.0, 1e6):
        for checkpoint_s in (0.1, 30.0, 300.0, 3000.0):
            grid = [mtbf_s * 10.0 ** (k / 100 - 4) for k in range(600)]
            best = max(useful_fraction(mtbf_s, tau, checkpoint_s, 120.0) for tau in grid)
            assert fraction(mtbf_s, checkpoint_s, 120.0) >= best - 0.01


def test_a_hopeless_gang_gives_nothing_and_no_error():
    assert fraction(1.0, 3000.0, 120.0) == pytest.approx(0.0, abs=1e-50)


def test_serving_repeats_requests_only():
    """Requests of 10 s on 8 chips: one law, δ = 0."""
    mtbf_s = mean_time_between_faults_s(8.0, 150.0 / 44.0 / YEAR_S)
    useful = useful_fraction(mtbf_s, 10.0, 0.0, 120.0)
    by_hand = 1 - (120.0 + 5.0) / mtbf_s  # a restart and half a request each fault
    assert useful == pytest.approx(by_hand, abs=1e-7)


def test_corrupted_share_is_that_of_struck_intervals():
    assert corrupted_share(0.0, 200.0) == 0.0
    assert corrupted_share(1e-3, 200.0) == pytest.approx(1 - math.exp(-0.2), rel=1e-14)
    assert corrupted_share(1.0, 1e9) == 1.0
