"""Serving oldest first, against a plain twin that keeps every request by itself."""

import math

import numpy as np

from orbital_compute.kernels.queues import take_oldest


def twin(served, slo_age, window, ring, open_cohort):
    """Return what is left and the number within the service level, from sorted lists of ages."""
    n_age = len(ring)
    left, within = [], []
    for k, count in enumerate(served):
        ages = [math.inf] * open_cohort[k]
        for row in range(n_age):
            ages += [(window - row) % n_age] * ring[row, k]
        ages.sort(reverse=True)
        within.append(sum(age <= slo_age[k] for age in ages[:count]))
        left.append(ages[count:])
    return left, within


def test_oldest_leave_first():
    rng = np.random.default_rng(3)
    slo_age = np.array([0.0, 2.0, math.inf, 5.0])
    for window in range(40):
        ring, open_cohort = rng.integers(0, 4, (6, 4)), rng.integers(0, 3, 4)
        served = rng.integers(0, ring.sum(axis=0) + open_cohort + 1)
        left, within = twin(served, slo_age, window, ring, open_cohort)
        out = np.empty(4, np.int64)
        take_oldest(served, slo_age, window, 0, 4, ring, open_cohort, out)
        assert out.tolist() == within
        for k in range(4):
            assert open_cohort[k] == left[k].count(math.inf)
            assert [int(ring[(window - age) % 6, k]) for age in range(6)] == [left[k].count(age) for age in range(6)]
