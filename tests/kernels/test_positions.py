import os
import subprocess
import sys

import numpy as np
import pytest

from orbital_compute.constants import ASTRONOMICAL_UNIT_M, EARTH_POLE_STRETCH
from orbital_compute.kernels.positions import illuminate, positions, turn
from orbital_compute.physics.occultation import visible_disc_fraction
from orbital_compute.physics.orbit import Orbit, Slot, anchor_orbit, orbit_path, orbit_table, slot_turns

TIMES_S = np.array([0.0, 60.0, 5400.0, 86400.0 * 30])


def fleet(n):
    row = np.arange(n)
    table = orbit_table(np.array([6.93e6, 7.36e6]), np.radians([53.0, 99.4]))
    index = (row % 2).astype(np.int32)
    turns = slot_turns(0.001 + 0 * row, 0.3 * row, 0.7 * row, 0.11 * row, table[index, 3])
    return table, index, np.ascontiguousarray(np.stack(turns, axis=1))


def test_rows_are_the_laws_one_by_one():
    table, index, own = fleet(7)
    r = np.empty((7, TIMES_S.size, 3))
    positions(table, index, own, TIMES_S, 0, 7, r)
    for i in range(7):
        orbit, slot = Orbit(*table[index[i]]), Slot(*own[i])
        for k, time_s in enumerate(TIMES_S):
            place = orbit_path(orbit, slot, anchor_orbit(orbit, slot, time_s), time_s, 0.0)
            assert r[i, k] == pytest.approx(np.array(place[:3]), abs=1e-5)


def test_a_range_writes_its_rows_only_and_the_same_bits():
    table, index, own = fleet(9)
    whole, part = np.empty((9, TIMES_S.size, 3)), np.full((9, TIMES_S.size, 3), np.nan)
    positions(table, index, own, TIMES_S, 0, 9, whole)
    positions(table, index, own, TIMES_S, 3, 6, part)
    assert np.array_equal(part[3:6], whole[3:6])
    assert np.isnan(part[:3]).all()
    assert np.isnan(part[6:]).all()


def test_any_number_of_times_gives_the_same_bits():
    table, index, own = fleet(2)
    times_s = np.arange(70) * 100.0
    whole = np.empty((2, 70, 3))
    positions(table, index, own, times_s, 0, 2, whole)
    for n in (1, 31, 32, 33, 64):
        part = np.empty((2, n, 3))
        positions(table, index, own, times_s[:n].copy(), 0, 2, part)
        assert np.array_equal(part, whole[:, :n])
    none = np.empty((2, 0, 3))
    positions(table, index, own, times_s[:0].copy(), 0, 2, none)


def test_turn_is_the_product_with_the_matrix():
    rng = np.random.default_rng(1)
    r, matrix = rng.normal(size=(5, 4, 3)), rng.normal(size=(4, 3, 3))
    wanted = np.einsum("tij,ntj->nti", matrix, r)
    ours = r.copy()
    turn(matrix, 1, 4, ours)
    assert np.allclose(ours[1:4], wanted[1:4], rtol=0, atol=1e-14)
    assert np.array_equal(ours[[0, 4]], r[[0, 4]])


def test_illuminate_turns_to_the_pole_first():
    quarter = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]])  # this frame's y is minus the pole
    sun = np.array([[1.0, 0.0, 0.0]])
    behind_pole = np.array([[[-2e6, -(6378137.0 - 11e3), 0.0]], [[-2e6, 0.0, 6378137.0 - 11e3]]])
    share = np.empty((2, 1))
    illuminate(behind_pole, quarter, sun, np.array([ASTRONOMICAL_UNIT_M]), EARTH_POLE_STRETCH, 0, 2, share)
    assert share[0, 0] == 1.0  # past the flattened pole
    side = visible_disc_fraction(-2e6, 6378137.0 - 11e3, 0.0, 1.0, 0.0, 0.0, ASTRONOMICAL_UNIT_M, EARTH_POLE_STRETCH)
    assert share[1, 0] == pytest.approx(side, abs=1e-12)
    assert side < 0.3


UNCOMPILED = """
import numpy as np
from tests.kernels.test_positions import TIMES_S, fleet
from orbital_compute.kernels.positions import positions
r = np.empty((3, TIMES_S.size, 3))
positions(*fleet(3), TIMES_S, 0, 3, r)
print(r.tobytes().hex())
"""


def test_uncompiled_kernel_gives_the_same_bits():
    table, index, own = fleet(3)
    r = np.empty((3, TIMES_S.size, 3))
    positions(table, index, own, TIMES_S, 0, 3, r)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    child = subprocess.run(
        [sys.executable, "-c", UNCOMPILED], capture_output=True, text=True, env=environment, check=False
    )
    assert child.returncode == 0, child.stderr
    assert np.array_equal(np.frombuffer(bytes.fromhex(child.stdout.strip())).reshape(r.shape), r)
