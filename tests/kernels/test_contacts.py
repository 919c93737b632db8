"""Reach and delays of satellites against plain NumPy, for any cut of the rows and for runs without compiling."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from orbital_compute.constants import SPEED_OF_LIGHT_M_S
from orbital_compute.kernels.contacts import (
    CHUNK_ROWS,
    N_BIN,
    Leg,
    RoundTripMix,
    arc_cosine,
    one_way_s,
    reach_keys,
    round_trip_histogram,
)
from orbital_compute.kernels.supply import PER_QUANTUM, WORK_QUANTUM_FLOP

ARC_ERROR_RAD = 2e-9
GROUND_M, ORBIT_M = 6371e3, 6921e3
LEG = Leg(
    ORBIT_M**2 + GROUND_M**2,
    2 * ORBIT_M * GROUND_M,
    float(np.cos(0.15)),
    ORBIT_M * (1.3 / SPEED_OF_LIGHT_M_S + 25e-12),
    (ORBIT_M - GROUND_M) / SPEED_OF_LIGHT_M_S,
)


def scene(n=1500, n_orbit=7, n_gateway=4, n_level=3):
    rng = np.random.default_rng(11)
    unit = rng.normal(size=(3, n))
    unit /= np.sqrt((unit**2).sum(axis=0))
    gateway = rng.normal(size=(n_gateway, 3))
    gateway /= np.sqrt((gateway**2).sum(axis=1))[:, None]
    orbit = np.sort(rng.integers(0, n_orbit, n)).astype(np.int32)
    kind = rng.integers(0, 3, n).astype(np.int32)
    cosine = np.sort(rng.uniform(-1, 1, (n_orbit, n_gateway, n_level)), axis=2)
    count = np.array([3, 0, 2, 1])[:n_gateway]
    stride = np.array([3, 12, 12, 36], np.uint64)[:n_gateway]
    return unit, orbit, kind, gateway, cosine, count, stride


def expected_keys(unit, orbit, kind, gateway, cosine, count, stride):
    dot = gateway @ unit
    key = kind.astype(np.uint64)
    for g in range(len(gateway)):
        kept = (dot[g][:, None] >= cosine[orbit, g, : count[g]]).sum(axis=1)
        key = key + stride[g] * kept.astype(np.uint64)
    return key


def test_arc_cosine():
    x = np.concatenate([np.linspace(-1, 1, 20001), 1 - np.logspace(-16, -1, 500), np.logspace(-16, -1, 500) - 1])
    angle = np.array([arc_cosine(float(one)) for one in x])
    assert np.abs(angle - np.arccos(x)).max() < ARC_ERROR_RAD
    assert arc_cosine(1.0) == 0.0
    assert arc_cosine(-1.0) == np.pi


def test_one_way_by_hand():
    overhead_s = one_way_s(LEG, 1.0)
    assert overhead_s == pytest.approx(550e3 / 299792458.0, rel=1e-9)
    # out of view, a quarter round: 6921 km × π/2 × 1.3 around, 5.44 hops of 50 μs, 550 km down
    quarter_m = 6921e3 * np.pi / 2
    by_hand_s = quarter_m * 1.3 / 299792458.0 + quarter_m / 2e6 * 50e-6 + 550e3 / 299792458.0
    assert one_way_s(LEG, 0.0) == pytest.approx(by_hand_s, rel=1e-8)


def test_one_way_grows_with_the_angle_and_jumps_up_at_the_edge_of_view():
    angle = np.linspace(0.0, np.pi, 5001)
    delay = np.array([one_way_s(LEG, float(c)) for c in np.cos(angle)])
    assert (np.diff(delay) > 0).all()
    edge = int(np.searchsorted(angle, 0.15))
    assert delay[edge] - delay[edge - 1] > 20 * (delay[edge - 1] - delay[edge - 2])


def test_keys_are_those_of_numpy_for_any_cut_of_the_rows():
    unit, orbit, kind, *rest = scene()
    expected = expected_keys(unit, orbit, kind, *rest)
    assert np.unique(expected).size == 3 * 4 * 3 * 2  # every combination occurs
    for cuts in ([0, 1500], [0, 1, 700, 701, 1500], list(range(0, 1501, 100))):
        key = np.zeros(1500, np.uint64)
        for first, last in itertools.pairwise(cuts):
            reach_keys(unit, orbit, kind, *rest, first, last, key)
        assert np.array_equal(key, expected)


def test_keys_do_not_depend_on_the_order_of_satellites():
    unit, orbit, kind, *rest = scene(n=3 * CHUNK_ROWS + 5, n_orbit=1)
    shuffled = np.random.default_rng(1).permutation(kind.size)
    key, other = np.zeros((2, kind.size), np.uint64)
    reach_keys(unit, orbit, kind, *rest, 0, kind.size, key)
    reach_keys(np.ascontiguousarray(unit[:, shuffled]), orbit, kind[shuffled], *rest, 0, kind.size, other)
    assert np.array_equal(other, key[shuffled])


def mixed_scene():
    unit, orbit, _, gateway, *_ = scene(n=600)
    rng = np.random.default_rng(2)
    radius = 6371e3 + np.linspace(400e3, 1500e3, 7)[:, None]
    leg = np.stack(
        np.broadcast_arrays(
            radius**2 + GROUND_M**2,
            2 * radius * GROUND_M,
            np.full_like(radius, 0.97),
            radius * 1.3 / SPEED_OF_LIGHT_M_S,
            (radius - GROUND_M) / SPEED_OF_LIGHT_M_S,
        ),
        axis=-1,
    ) * np.ones((1, len(gateway), 1))
    signature = rng.integers(-1, 5, 600).astype(np.int32)
    assigned = rng.integers(0, 10**6, 600) * WORK_QUANTUM_FLOP
    mix = RoundTripMix(
        start=np.array([0, 2, 2, 3, 6, 7]),
        gateway=np.array([0, 3, 1, 0, 0, 2, 1]),
        row=np.array([0, 1, 0, 1, 0, 1, 0]),
        ground_s=np.array([0.0, 0.05, 0.02, 0.9, 2.0, 0.01, 0.03]),
        share=np.array([0.25, 0.75, 1.0, 0.2, 0.3, 0.5, 0.4]),
        per_quantum=PER_QUANTUM,
    )
    return unit, orbit, signature, assigned, gateway, np.ascontiguousarray(leg), mix


def expected_histogram(unit, orbit, signature, assigned, gateway, leg, mix):
    out = np.zeros((2, N_BIN), np.int64)
    for i in np.flatnonzero(signature >= 0):
        for m in range(mix.start[signature[i]], mix.start[signature[i] + 1]):
            square, product, view, around, down = leg[orbit[i], mix.gateway[m]]
            cosine = float(unit[:, i] @ gateway[mix.gateway[m]])
            straight = np.sqrt(square - product * cosine) / SPEED_OF_LIGHT_M_S
            one_way = straight if cosine >= view else np.arccos(cosine) * around + down
            place = min(int((2 * one_way + mix.ground_s[m]) * 1000), N_BIN - 1)
            out[mix.row[m], place] += round(assigned[i] * PER_QUANTUM * mix.share[m])
    return out


def test_histogram_is_that_of_plain_loops_for_any_cut():
    case = mixed_scene()
    expected = expected_histogram(*case)
    for cuts in ([0, 600], [300, 600, 0, 300]):
        out = np.zeros((2, N_BIN), np.int64)
        for first, last in zip(cuts[::2], cuts[1::2], strict=True):
            round_trip_histogram(*case, first, last, out)
        # halves may round either way, and a round trip may stand within 1e-9 rad of the edge of a bin
        assert np.abs(out - expected).sum() <= 600
        assert out.sum() == pytest.approx(expected.sum(), rel=1e-6)
    assert out[1, N_BIN - 1] + out[0, N_BIN - 1] > 0  # a second and more


UNCOMPILED = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
from test_contacts import mixed_scene, scene
from orbital_compute.kernels.contacts import N_BIN, reach_keys, round_trip_histogram
from orbital_compute.kernels.supply import merge_supply, return_pro_rata
key = np.zeros(200, np.uint64)
reach_keys(*scene(200), 0, 200, key)
out = np.zeros((2, N_BIN), np.int64)
case = mixed_scene()
round_trip_histogram(*case, 0, 100, out)
_, signature, supply = merge_supply(key, case[3][:200], [(0, 90), (90, 200)])
assigned = np.zeros(200)
can, shell, by_shell = np.ones(supply.size, bool), np.zeros(200, np.int32), np.zeros((1, 3), np.int64)
return_pro_rata(case[3], signature, np.full(supply.size, 0.7), can, shell, 0, 200, assigned, by_shell)
print(key.tobytes().hex(), out.tobytes().hex(), supply.tobytes().hex(), assigned.tobytes().hex())
"""


def test_uncompiled_kernels_give_the_same_bits():
    from orbital_compute.kernels.supply import merge_supply, return_pro_rata

    key = np.zeros(200, np.uint64)
    reach_keys(*scene(200), 0, 200, key)
    case, out = mixed_scene(), np.zeros((2, N_BIN), np.int64)
    round_trip_histogram(*case, 0, 100, out)
    _, signature, supply = merge_supply(key, case[3][:200], [(0, 200)])
    assigned = np.zeros(200)
    can, shell, by_shell = np.ones(supply.size, bool), np.zeros(200, np.int32), np.zeros((1, 3), np.int64)
    return_pro_rata(case[3], signature, np.full(supply.size, 0.7), can, shell, 0, 200, assigned, by_shell)
    script = UNCOMPILED.format(folder=os.path.dirname(__file__))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    child = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert child.returncode == 0, child.stderr
    expected = [array.tobytes().hex() for array in (key, out, supply, assigned)]
    assert child.stdout.split() == expected
