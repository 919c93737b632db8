"""The daily update of health: what each fate leaves, what is counted, and that cuts of the rows change no bit."""

import math
from itertools import pairwise

import numba
import numpy as np
import pytest

from orbital_compute._random import STREAM_FAILURE, uniform_pair
from orbital_compute.kernels.health import (
    COUNTS,
    INFANT,
    QUANTUM,
    WORN_OUT,
    Aged,
    Fates,
    Flown,
    Hazard,
    Pack,
    Wear,
    age_rows,
    count_rows,
    strike_rows,
    write_rows,
)
from orbital_compute.kernels.march import STATE_FIELDS
from orbital_compute.kernels.records import WHOLE, Health

UNCOMPILED = bool(numba.config.DISABLE_JIT)
N = 400 if UNCOMPILED else 50_000
SAFE = Hazard(80, 24, 2, 4, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
NEW = Aged(1.0, 1.0, 0.0, 0.0, 1.0)
SIGMAS = 4.0


def fates_of(n):
    return Fates(np.zeros(n, dtype=np.uint16), *(np.zeros(n, dtype=np.uint8) for _ in range(4)))


def struck(hazard, n=N, *, day=3, seed=7, key=None, cuts=(), fates=None):
    """Return what n satellites lose in an interval, drawn in ranges between the cuts."""
    fates = fates_of(n) if fates is None else fates
    key = np.arange(n, dtype=np.uint64) if key is None else key
    table = np.array([hazard], dtype=np.float64)
    edges = [0, *cuts, n]
    for first, last in pairwise(edges):
        strike_rows(fates, np.zeros(n, dtype=np.int32), key, table, np.uint64(seed), np.uint64(day), first, last)
    return fates


def near(count, n, chance):
    """Whether so many of n lie within four sigma of the law."""
    return abs(count - n * chance) <= SIGMAS * math.sqrt(n * chance * (1.0 - chance)) + 1e-9


def test_numbers_lost_follow_the_law():
    lost = struck(SAFE._replace(device_left=0.9, string_left=0.8, pump_left=0.7, laser_left=0.6, satellite_lost=0.05,
                                infant=0.25))  # fmt: skip
    assert near(lost.devices.sum(dtype=int), 80 * N, 0.1)
    assert near(lost.strings.sum(dtype=int), 24 * N, 0.2)
    assert near(lost.pumps.sum(dtype=int), 2 * N, 0.3)
    assert near(lost.lasers.sum(dtype=int), 4 * N, 0.4)
    assert near((lost.pumps == 2).sum(), N, 0.09)
    assert near((lost.cause > 0).sum(), N, 0.05)
    assert near((lost.cause == INFANT).sum(), (lost.cause > 0).sum(), 0.25)
    pairs = [lost.devices, lost.strings, lost.pumps, lost.lasers, lost.cause]
    independent = np.corrcoef(np.array(pairs, dtype=float)) - np.eye(5)
    assert np.abs(independent).max() < SIGMAS * 1.5 / math.sqrt(N)


def test_more_devices_than_one_draw_holds():
    hazard = SAFE._replace(devices=30_000, device_left=0.75)
    n = 20 if UNCOMPILED else 500
    lost = struck(hazard, n).devices
    assert near(lost.sum(dtype=int), 30_000 * n, 0.25)
    spread = lost.astype(float).std() / math.sqrt(30_000 * 0.25 * 0.75)
    assert spread == pytest.approx(1.0, abs=SIGMAS / math.sqrt(2 * n))
    everything = struck(SAFE._replace(devices=65_535, device_left=0.0), 2)
    assert everything.devices.tolist() == [65_535, 65_535]


def test_bits_do_not_depend_on_cuts_order_or_satellites_behind():
    hazard = SAFE._replace(device_left=0.9, string_left=0.9, pump_left=0.8, laser_left=0.8, satellite_lost=0.1)
    whole = struck(hazard)
    cut = struck(hazard, cuts=(1, 7, N // 2))
    part = struck(hazard, N // 2)
    back = struck(hazard, key=np.arange(N, dtype=np.uint64)[::-1].copy())
    for name in Fates._fields:
        values = getattr(whole, name)
        assert np.array_equal(getattr(cut, name), values)
        assert np.array_equal(getattr(part, name), values[: N // 2])
        assert np.array_equal(getattr(back, name)[::-1], values)
    others = struck(hazard, key=np.arange(N, dtype=np.uint64) + np.uint64(2**32))  # of the upper word
    assert (others.devices == whole.devices).mean() < 0.2  # alike by chance: one over 2 sqrt(pi) sigmas, 0.105
    assert not np.array_equal(struck(hazard, day=4).devices, whole.devices)
    assert not np.array_equal(struck(hazard, seed=8).devices, whole.devices)


def test_a_satellite_by_hand():
    """The first uniform decides on the satellite, the sixth on why."""
    n = 40
    whole = np.array([uniform_pair(7, STREAM_FAILURE, i, 3, 0)[0] for i in range(n)])
    which = np.array([uniform_pair(7, STREAM_FAILURE, i, 3, 2)[1] for i in range(n)])
    cause = struck(SAFE._replace(satellite_lost=0.5, infant=0.5), n).cause
    assert np.array_equal(cause, np.where(whole < 0.5, np.where(which < 0.5, INFANT, WORN_OUT), 0))


def test_what_is_lost_stays_lost_and_the_dead_lose_nothing_more():
    fates = fates_of(4)
    fates.devices[:] = (79, 80, 0, 5)
    fates.cause[:] = (0, 0, INFANT, WORN_OUT)
    fates.pumps[:] = (1, 2, 0, 0)
    struck(SAFE._replace(device_left=0.0, pump_left=0.0, satellite_lost=1.0), 4, fates=fates)
    assert fates.devices.tolist() == [80, 80, 0, 5]
    assert fates.pumps.tolist() == [2, 2, 0, 0]
    assert fates.cause.tolist() == [WORN_OUT, WORN_OUT, INFANT, WORN_OUT]


CASES = Fates(
    devices=np.array([0, 20, 80, 8, 0, 10, 3], dtype=np.uint16),
    strings=np.array([0, 6, 0, 0, 12, 0, 24], dtype=np.uint8),
    pumps=np.array([0, 1, 0, 2, 0, 2, 0], dtype=np.uint8),
    lasers=np.array([0, 3, 0, 0, 4, 4, 0], dtype=np.uint8),
    cause=np.array([0, 0, 0, 0, 0, 0, INFANT], dtype=np.uint8),
)
WORN = Wear(np.array([0.0, 0.06**2, 0.0, 0.0, 0.0, 0.0, 0.01]), np.array([0.0, 0.14, 0.0, 0.0, 0.0, 2.0, 0.05]))


def tables(aged=NEW):
    kind, orbit = np.zeros(7, dtype=np.int32), np.zeros(7, dtype=np.int32)
    return kind, orbit, np.array([SAFE], dtype=float), np.array([aged], dtype=float), np.array([2.0])


def test_what_is_left_by_hand():
    kind, orbit, hazards, aged, dose = tables()
    health = np.full((1, 6, 32), 9.0, dtype=np.float32)
    write_rows(CASES, WORN, kind, orbit, hazards, aged, dose, 0, 7, health)
    left = {name: health[0, k, :7].tolist() for k, name in enumerate(Health._fields)}
    assert left["array"] == [1.0, 0.75, 1.0, 1.0, 0.5, 1.0, 0.0]
    assert left["compute"] == [1.0, 0.75, 0.0, 0.0, 0.0, 0.0, 0.0]  # no devices, no pumps, no lasers, neither, lost
    assert left["bus"] == [1.0] * 6 + [0.0]
    assert left["battery"] == pytest.approx([1.0, 0.8, 1.0, 1.0, 1.0, 0.05, 0.85], rel=1e-6)
    assert tuple(health[0, :, 0].tolist()) == WHOLE
    assert (health[0, :, 7:] == 9.0).all()


def test_age_takes_from_cells_and_devices_by_hand():
    """Ten dose years at twice the dose, knee at five: 1 - 0.25 log10(5) = 0.8253 of 0.99; devices at 0.98."""
    kind, orbit, hazards, aged, dose = tables(Aged(0.98, 0.99, 10.0, 0.2, 0.25))
    health = np.zeros((1, 6, 32), dtype=np.float32)
    write_rows(CASES, WORN, kind, orbit, hazards, aged, dose, 0, 2, health)
    assert health[0, 0, :2] == pytest.approx([0.99 * 0.82526, 0.75 * 0.99 * 0.82526], rel=1e-5)
    assert health[0, 3, :2] == pytest.approx([0.98, 0.98 * 0.75], rel=1e-6)


def test_counts_by_hand_and_by_parts():
    kind, orbit, hazards, aged, dose = tables()
    shell, out = np.array([0, 0, 0, 1, 1, 1, 1], dtype=np.int32), np.zeros((2, len(COUNTS)), dtype=np.int64)
    count_rows(CASES, WORN, kind, orbit, hazards, aged, dose, shell, 0, 7, out)
    c = {name: out[:, k].tolist() for k, name in enumerate(COUNTS)}
    assert c["satellites"] == [3, 4]
    assert c["alive"] == [3, 3]
    assert c["devices"] == [240, 320]
    assert c["devices_working"] == [140, 0]
    assert c["devices_lost"] == [100, 0]
    assert c["devices_lost_pumps"] == [0, 160]
    assert c["devices_lost_lasers"] == [0, 80]
    assert c["devices_lost_infant"] == [0, 80]
    assert c["devices_lost_worn_out"] == [0, 0]
    assert [x * QUANTUM for x in c["strings_left"]] == [2.75, 2.5]
    assert [x * QUANTUM for x in c["battery_left"]] == pytest.approx([2.8, 2.05], abs=1e-8)
    assert [x * QUANTUM for x in c["calendar_fade"]] == pytest.approx([0.06, 0.0], abs=1e-8)
    assert [x * QUANTUM for x in c["cycle_fade"]] == pytest.approx([0.14, 2.0], abs=1e-8)
    parts = np.zeros_like(out)
    for first, last in ((0, 1), (1, 5), (5, 7)):
        count_rows(CASES, WORN, kind, orbit, hazards, aged, dose, shell, first, last, parts)
    assert np.array_equal(parts, out)


def test_a_day_of_battery_by_hand():
    """288 windows of 300 s, 15 revolutions, drawn 15 x 0.25 of capacity at 0.96; ages ten days, cycles twenty."""
    fates, wear, state = fates_of(3), Wear(np.zeros(3), np.zeros(3)), np.zeros((1, len(STATE_FIELDS), 32))
    fates.cause[2] = WORN_OUT
    drawn, stored, fluid = (STATE_FIELDS.index(name) for name in ("day_drawn_j", "day_battery_j", "day_fluid_k"))
    state[0, drawn, :3], state[0, stored, :3], state[0, fluid, :3] = 15 * 0.25 * 0.96e8, 288 * 0.9e8, 288 * 318.0
    state[0, drawn, 1] = 0.0
    flown = Flown(
        288.0, 86400.0, 10 * 86400.0, 20 * 86400.0, 5 * 31557600.0, 298.0, 30000.0, 0.3, 50e3, 1.0, 293.0, 0.2
    )
    out, zeros = np.zeros((1, 4), dtype=np.int64), np.zeros(3, dtype=np.int32)
    pack = np.array([Pack(1e8, 0.96, 0.06, 0.14)])
    age_rows(fates, wear, state, zeros, zeros, np.array([15 / 86400.0]), pack, flown, zeros, 0, 3, out)
    assert wear.calendar_square[:2] == pytest.approx([(0.06 * math.exp(0.4)) ** 2 * 10 / 1826.25] * 2, rel=1e-12)
    assert wear.cycles[:2] == pytest.approx([0.14 * 300 / 30000 * (0.25 / 0.3) ** 1.5, 0.0], rel=1e-12)
    assert (wear.calendar_square[2], wear.cycles[2]) == (0.0, 0.0)
    assert (state[0, [drawn, stored, fluid]] == 0.0).all()
    assert out[0, 0] == 2
    assert (out[0, 1:] * QUANTUM).tolist() == pytest.approx([0.25, 2 * 0.298, 1.8], abs=1e-8)
