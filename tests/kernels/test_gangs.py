import math

import numpy as np
import pytest

from orbital_compute.kernels.gangs import N_TIME, Gang, GangTimes, simulate_gangs
from orbital_compute.physics.gang import (
    checkpoint_interval_s,
    corrupted_share,
    mean_time_between_faults_s,
    useful_fraction,
)

YEAR_S = 365.25 * 86400.0
MEMORY = 150.0 / 44.0 / YEAR_S
ONE_PERCENT = 0.01  # of the fraction; the error of the mean of these draws is 0.1 to 0.2 %


def gang_of(chips, fault_rate_per_s, silent_rate_per_s=0.0, checkpoint_s=30.0, restart_s=120.0):
    mtbf_s = mean_time_between_faults_s(chips, fault_rate_per_s)
    interval_s = checkpoint_interval_s(mtbf_s, checkpoint_s, restart_s)
    silent_s = mean_time_between_faults_s(chips, silent_rate_per_s)
    return Gang(mtbf_s, silent_s, interval_s, checkpoint_s, restart_s)


def simulate(gang, n_gang, faults_each, seed=1):
    time_s, faults = np.empty((n_gang, N_TIME)), np.empty(n_gang, np.int64)
    span_s = faults_each * gang.mtbf_s
    simulate_gangs(gang, span_s, seed, 0, n_gang, time_s, faults)
    return time_s, faults, span_s


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("name", "gang"),
    [
        ("memory errors alone", gang_of(1e4, MEMORY)),
        ("corruption detected, 14.4 rad", gang_of(1e4, MEMORY + 0.9 * 150 / 14.4 / YEAR_S, 0.1 * 150 / 14.4 / YEAR_S)),
        ("corruption detected, 20 rad", gang_of(1e4, MEMORY + 0.9 * 150 / 20 / YEAR_S, 0.1 * 150 / 20 / YEAR_S)),
        ("Llama 3", gang_of(16384, 419 / (54 * 86400 * 16384))),
        ("restarts longer than faults are apart", gang_of(1e4, MEMORY, restart_s=1500.0)),
        ("requests of 30 s on 100 chips", Gang(9.26e4, math.inf, 30.0, 0.0, 120.0)),
    ],
)
def test_a_thousand_gangs_agree_with_the_formula(name, gang):
    time_s, faults, span_s = simulate(gang, 1000, 300)
    found = float(time_s[:, :2].sum() / (1000 * span_s))
    formula = useful_fraction(gang.mtbf_s, gang.interval_s, gang.checkpoint_s, gang.restart_s)
    print(f"{name}: M {gang.mtbf_s:.0f} s, formula {formula:.4f}, simulated {found:.4f}")
    assert found == pytest.approx(formula, rel=ONE_PERCENT)
    assert faults.mean() == pytest.approx(300, rel=ONE_PERCENT)
    corrupted = float(time_s[:, 1].sum() / time_s[:, :2].sum())
    expected = corrupted_share(1.0 / gang.silent_s, gang.interval_s)
    assert corrupted == pytest.approx(expected, abs=0.002)


def test_the_times_of_each_gang_add_up_to_its_span():
    gang = gang_of(1e4, MEMORY, 0.3 * MEMORY)
    time_s, _, span_s = simulate(gang, 20, 40)
    assert time_s.min() >= 0.0
    assert time_s.sum(axis=1) == pytest.approx(np.full(20, span_s), rel=1e-12)
    times = GangTimes(*time_s[0])
    whole = (times.clean_s + times.corrupted_s) / gang.interval_s
    assert whole == pytest.approx(round(whole), abs=1e-9)
    assert times.saving_s == pytest.approx(whole * gang.checkpoint_s)


def test_without_faults_all_is_work_and_saving():
    gang = Gang(1e30, math.inf, 70.0, 30.0, 120.0)
    time_s, faults = np.empty((1, N_TIME)), np.empty(1, np.int64)
    simulate_gangs(gang, 1050.0, 1, 0, 1, time_s, faults)
    assert time_s[0].tolist() == [700.0, 0.0, 300.0, 0.0, 0.0, 50.0]
    assert faults[0] == 0


def test_a_gang_is_the_same_in_any_range_and_company():
    gang = gang_of(1e4, MEMORY, MEMORY)
    whole, faults, span_s = simulate(gang, 9, 20)
    time_s, n = np.full((9, N_TIME), np.nan), np.zeros(9, np.int64)
    simulate_gangs(gang, span_s, 1, 4, 9, time_s, n)
    simulate_gangs(gang, span_s, 1, 0, 4, time_s, n)
    assert np.array_equal(time_s, whole)
    assert np.array_equal(n, faults)
    assert np.unique(whole[:, 3]).size == 9
