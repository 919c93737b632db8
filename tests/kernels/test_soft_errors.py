import math

import numpy as np
import pytest

from orbital_compute._random import STREAM_SOFT_ERROR, uniform
from orbital_compute.kernels.soft_errors import (
    EXPOSURE_QUANTUM_FLOP,
    SoftErrorRows,
    SoftErrorSky,
    SoftErrorSums,
    SoftErrorTables,
    count_soft_errors,
    poisson,
    rates_along,
)
from orbital_compute.kernels.supply import PER_QUANTUM, WORK_QUANTUM_FLOP

WINDOW_S = 300.0
RATE = 4e-7  # of one device at 650 km
N_SIGMA = 5.0


def tables(rate_per_s=RATE, even=0.1):
    """Two orbits; the map falls from 2 in the south to 0 in the north, whose mean over the sphere is 1."""
    z = np.linspace(-1, 1, 65)
    cells = np.zeros((64, 128, 4), np.float32)
    cells[:, :, 0] = (1 - z[:-1])[:, None]
    cells[:, :, 2] = np.diff(1 - z)[:, None]
    return SoftErrorTables(
        cells.reshape(1, -1),
        np.zeros(2, np.int32),
        np.full(2, even),
        np.full(2, 1 - even),
        np.array([rate_per_s, 3 * rate_per_s]),
        np.array([0.72, 0.99]),
        np.array([9.0, 120.0, 600.0]),
        np.array([1.0, 0.0, 0.0]),
        np.array([RATE]),
    )


def sky(window=5, seed=7):
    return SoftErrorSky(seed, window, WINDOW_S, math.cos(1.1), math.sin(1.1))


class Scene:
    def __init__(self, n, n_signature=3, seed=0):
        rng = np.random.default_rng(seed)
        self.n, self.n_signature = n, n_signature
        direction = rng.normal(size=(3, n))
        self.direction = (direction / np.sqrt((direction**2).sum(axis=0))).astype(np.float32)
        cut = [0, n // 3, n // 2, n]
        self.orbit = np.repeat([0, 1, 1], np.diff(cut)).astype(np.int32)
        self.shell = np.repeat([0, 1, 0], np.diff(cut)).astype(np.int32)
        self.key = np.arange(n).astype(np.uint32) + 1000
        self.rows = SoftErrorRows(
            self.key, np.array(cut, np.int64), np.array([0, 1, 1], np.int32), np.array([0, 1, 0], np.int32)
        )
        self.devices = rng.integers(0, 120, n).astype(np.float32)
        self.executed = np.round(rng.uniform(0, 1e19, n) * PER_QUANTUM) * WORK_QUANTUM_FLOP
        self.signature = rng.integers(-1, n_signature, n).astype(np.int32)

    def count(self, tables, sky, ranges):
        out = SoftErrorSums(
            np.zeros((2, 3), np.int64),
            np.zeros(2, np.int64),
            np.zeros(self.n_signature, np.int64),
            np.zeros(self.n_signature, np.int64),
        )
        for first, last in ranges:
            count_soft_errors(
                sky, tables, self.rows, self.direction, self.devices, self.executed, self.signature, first, last, out
            )
        return out


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_the_inverse_of_the_poisson_law():
    mean = 2.5
    below = np.cumsum([math.exp(-mean) * mean**k / math.factorial(k) for k in range(12)])
    assert poisson(mean, 0.0) == 0
    for k, edge in enumerate(below.tolist()):
        assert poisson(mean, edge - 1e-12) == k
        assert poisson(mean, edge + 1e-12) == k + 1
    assert poisson(0.0, 1 - 2**-53) == 0
    assert 80 < poisson(32.0, 1 - 2**-53) < 110


def test_rates_follow_the_map():
    direction = np.array([[0, 0, -1], [1, 0, 0], [0, -0.8, 0.6], [0, 0, 1]], np.float32)
    out = np.empty(4)
    rates_along(tables(), 0, direction, np.ones(4, np.float32), np.zeros(4, np.float32), 0, 4, out)
    assert out == pytest.approx([0.1 + 0.9 * 2, 1.0, 0.1 + 0.9 * 0.4, 0.1], abs=2e-6)


def test_any_cut_into_ranges_gives_the_same_bits():
    scene = Scene(600)
    whole = scene.count(tables(1e-5), sky(), [(0, 600)])
    assert whole.events.sum() > 40
    for ranges in ([(0, 350), (350, 600)], [(k, k + 1) for k in range(600)], [(512, 600), (0, 512)]):
        assert same(scene.count(tables(1e-5), sky(), ranges), whole)


def test_the_fate_of_a_satellite_hangs_on_its_key_alone():
    """Rows in another order, and among others: equal keys in equal places have equal events."""
    scene = Scene(400)
    whole = scene.count(tables(1e-5), sky(), [(0, 400)])
    turned = Scene(400)
    order = np.concatenate([np.arange(200, 400), np.arange(133, 200), np.arange(133)])
    for name in ("devices", "executed", "signature"):
        setattr(turned, name, getattr(scene, name)[order])
    turned.direction = np.ascontiguousarray(scene.direction[:, order])
    turned.rows = SoftErrorRows(
        scene.key[order], np.array([0, 200, 267, 400]), np.array([1, 1, 0], np.int32), np.array([0, 1, 0], np.int32)
    )
    assert same(turned.count(tables(1e-5), sky(), [(0, 400)]), whole)
    assert not same(scene.count(tables(1e-5), sky(window=6), [(0, 400)]), whole)
    assert not same(scene.count(tables(1e-5), sky(seed=8), [(0, 400)]), whole)


def test_counts_are_those_of_a_plain_loop():
    """The slow twin: every row by itself, with the public uniform numbers; lost work by hand."""
    scene, rates = Scene(300), tables(2e-5)
    found = scene.count(rates, sky(), [(0, 300)])
    z = scene.direction[2].astype(float)
    relative = 0.1 + 0.9 * (1 - z)
    rate = rates.rate_per_s[scene.orbit] * relative
    mean = rate * WINDOW_S * scene.devices
    events = [poisson(m, uniform(7, STREAM_SOFT_ERROR, int(k), 5)) for m, k in zip(mean, scene.key, strict=True)]
    by_shell = np.bincount(scene.shell, events, minlength=2)
    assert found.events.sum(axis=1).tolist() == by_shell.tolist()
    exposure = np.bincount(scene.shell, scene.executed * rate / RATE, minlength=2) / EXPOSURE_QUANTUM_FLOP
    assert found.exposure == pytest.approx(exposure, rel=1e-5)  # directions are single precision
    assert found.lost.sum() > 0


def test_lost_work_is_that_of_the_devices_struck():
    """One kind only, one row: each event costs 120 s of one device of ten, at most all that was done."""
    rates = tables(3e-3, even=1.0)._replace(kind_share=np.array([0.0, 1.0]))
    scene = Scene(3, n_signature=1)
    scene.devices[:], scene.signature[:] = 10.0, [0, -1, -1]
    rates = rates._replace(gain=np.zeros(2))
    scene.executed[:] = 1e6 * WORK_QUANTUM_FLOP
    found = scene.count(rates, sky(), [(0, 1)])
    n = int(found.events.sum())
    assert n > 0
    assert found.events[0, 1] == n
    assert found.lost[0] == round(1e6 * min(n * 120.0 / (10 * WINDOW_S), 1.0))
    assert found.tainted[0] == 0
    much = scene.count(rates._replace(recovery_s=np.full(3, 1e9)), sky(), [(0, 1)])
    assert much.lost[0] == 1_000_000
    silent = scene.count(rates._replace(kind_share=np.ones(2)), sky(), [(0, 1)])
    assert silent.tainted[0] == round(1e6 * n * 1.0 / (10 * WINDOW_S))


def test_the_dead_suffer_nothing():
    scene = Scene(500)
    scene.devices[:] = 0.0
    assert scene.count(tables(1e-3), sky(), [(0, 500)]).events.sum() == 0
    assert scene.count(tables(0.0), sky(), [(0, 500)]).events.sum() == 0


@pytest.mark.compiled
@pytest.mark.parametrize("rate_per_s", [RATE, 1e-4, 3e-3])  # means of 0.01, 3 and 90 events a row: all branches
def test_events_have_the_expected_number_spread_and_kinds(rate_per_s):
    n, windows = 20_000, 20
    scene = Scene(n)
    scene.devices[:], scene.direction[:] = 100.0, np.array([[1], [0], [0]])
    rates = tables(rate_per_s)._replace(rate_per_s=np.full(2, rate_per_s))
    sums = [scene.count(rates, sky(w), [(0, n)]).events for w in range(windows)]
    total, mean = np.sum(sums, axis=0).sum(axis=0), rate_per_s * WINDOW_S * 100 * n * windows
    assert total.sum() == pytest.approx(mean, abs=N_SIGMA * math.sqrt(mean))
    for k, share in enumerate((0.72, 0.27, 0.01)):
        assert total[k] == pytest.approx(mean * share, abs=N_SIGMA * math.sqrt(mean * share))
    by_window = np.array([each.sum() for each in sums])
    spread = ((by_window - mean / windows) ** 2).mean() / (mean / windows)  # 1 for Poisson
    assert spread == pytest.approx(1.0, abs=N_SIGMA * math.sqrt(2 / windows))
