"""The lanes' buffer: rows follow one another without gaps, and records come back as they went in."""

import sys
from typing import NamedTuple

import numba
import numpy as np
import pytest

from orbital_compute._jit import copy, lent, stack_rows
from orbital_compute.kernels import lanes
from orbital_compute.kernels.records import (
    Aim,
    Aspect,
    Hardware,
    Health,
    Ledger,
    Light,
    Order,
    Pledge,
    Power,
    Response,
    Sight,
    Split,
    State,
    Supply,
    Window,
    Working,
    Worn,
)
from orbital_compute.physics.orbit import Anchor, Ellipse, Mean, Orbit, Path, Slot, Turn
from orbital_compute.physics.plan import Horizon, Plan

RECORDS = {
    "built": Hardware,
    "orbit": Orbit,
    "slot": Slot,
    "anchor": Anchor,
    "mean": Mean,
    "turn": Turn,
    "ellipse": Ellipse,
    "health": Health,
    "hardware": Hardware,
    "state": State,
    "ahead": Horizon,
    "new": Plan,
    "free": Plan,
    "plan": Plan,
    "pledge": Pledge,
    "window": Window,
    "sight": Sight,
    "aim": Aim,
    "split": Split,
    "aspect": Aspect,
    "supply": Supply,
    "path": Path,
    "light": Light,
    "order": Order,
    "response": Response,
    "power": Power,
    "ledger": Ledger,
}
KEPT = (
    "anchor", "health", "state", "ahead", "new", "free", "plan", "pledge", "window", "sight", "order", "aim", "split",
    "path", "light", "response", "power", "ledger",
)  # fmt: skip


def plain(law):
    """Return a law as it is written, compiled or not."""
    return getattr(law, "py_func", law)


def numbered():
    """Return a buffer whose every element is its own number."""
    return np.arange(float(lanes.N_BUFFER * lanes.LANES)).reshape(lanes.N_BUFFER, lanes.LANES)


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="only compiled code asks where the lines of the cache are")
def test_buffer_starts_a_line_of_the_cache_and_is_ones_own():
    n_row, n_lane = lanes.N_BUFFER, lanes.LANES

    @numba.njit
    def filled(value):
        w = stack_rows(n_row, n_lane)
        for r in range(n_row):
            for lane in range(n_lane):
                w[r, lane] = value
        return w.sum(), w.ctypes.data % 64, w.shape

    @numba.njit
    def two():
        w = stack_rows(n_row, n_lane)
        w[0, 0], w[n_row - 1, n_lane - 1] = 7.0, 8.0
        return filled(0.5), w[0, 0], w[n_row - 1, n_lane - 1]

    assert two() == ((0.5 * n_row * n_lane, 0, (n_row, n_lane)), 7.0, 8.0)


def test_copy_moves_so_many_numbers_and_no_more():
    @numba.njit
    def copied(target, first, source, place, n):
        copy(target, first, source, place, n)

    target, source = np.zeros((3, 4)), np.arange(20.0).reshape(5, 4)
    (copied if not numba.config.DISABLE_JIT else copy)(target, 2, source, 5, 7)
    assert target.reshape(-1).tolist() == [0.0, 0.0, *range(5, 12), 0.0, 0.0, 0.0]


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="only compiled code counts references")
def test_what_is_lent_is_the_same_memory_and_outlives_the_call():
    class Pair(NamedTuple):
        number: int
        values: np.ndarray

    @numba.njit
    def add_up(pair):
        own = lent(pair)
        own.values[1] = 5.0
        return own.number + own.values.sum()

    pair = Pair(3, np.ones(4))
    before = sys.getrefcount(pair.values)
    sums = [add_up(pair) for _ in range(3)]
    after = sys.getrefcount(pair.values)
    assert sums == [11.0] * 3
    assert pair.values.tolist() == [1.0, 5.0, 1.0, 1.0]
    assert after == before


def test_records_follow_one_another():
    rows = sorted((getattr(lanes, name.upper()), name) for name in RECORDS)
    end = 0
    for first, name in rows:
        assert first == end, name
        end = first + len(RECORDS[name]._fields)
    assert end == lanes.N_BUFFER


@pytest.mark.parametrize("name", RECORDS)
def test_record_is_its_rows_in_order(name):
    w, first = numbered(), getattr(lanes, name.upper())
    record = plain(getattr(lanes, f"{name}_at"))(w, 7)
    assert type(record) is RECORDS[name]
    assert list(record) == w[first : first + len(record), 7].tolist()


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_comes_back_and_touches_its_lane_only(name):
    w, kind = numbered(), RECORDS[name]
    record = kind(*(-1.0 - k for k in range(len(kind._fields))))
    plain(getattr(lanes, f"keep_{name}"))(w, 31, record)
    assert plain(getattr(lanes, f"{name}_at"))(w, 31) == record
    changed = np.argwhere(w != numbered())
    first = getattr(lanes, name.upper())
    assert changed.tolist() == [[first + k, 31] for k in range(len(record))]


@pytest.mark.parametrize(("name", "kind"), [("working", Working), ("worn", Worn)])
def test_parts_of_the_hardware_are_kept_in_their_rows(name, kind):
    w = numbered()
    before = plain(lanes.hardware_at)(w, 5)
    part = kind(*(-1.0 - k for k in range(len(kind._fields))))
    plain(getattr(lanes, f"keep_{name}"))(w, 5, part)
    assert plain(lanes.hardware_at)(w, 5) == before._replace(**part._asdict())
    assert (w != numbered()).sum() == len(part)
