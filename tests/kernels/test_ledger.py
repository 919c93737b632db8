"""Sums over fixed segments, quantiles of histograms, and the audit, which finds a joule, a kelvin, a NaN, and whose."""

import copy
import functools
import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_fleet import BASE, design, random_elements, run_of

from orbital_compute.kernels.ledger import (
    AUDIT_FIELDS,
    BIN_COUNT,
    CHARGE_BIN,
    HISTOGRAMS,
    N_SUMMED,
    TEMPERATURE_BIN_K,
    audit_rows,
    count_shells,
    quantiles,
    segments,
    sum_by_shell,
    sum_segments,
    tree_sum,
)
from orbital_compute.kernels.march import Page
from orbital_compute.kernels.records import Hardware, Ledger, State

UNCOMPILED = bool(numba.config.DISABLE_JIT)
N = 40
N_WINDOW, N_STEP = (1, 2) if UNCOMPILED else (3, 5)
OTHER = design("other", battery=dict(capacity_j=60 * 3.6e6))


@functools.cache
def once(n):
    """March n satellites of three shells through three windows."""
    run = run_of(random_elements(n, seed=5), np.arange(n) * 3 // n, (BASE, OTHER, design("third")), n_step=N_STEP)
    for w in range(N_WINDOW):
        run.prepare(w)
        run.march(0.8)
    return run


def marched(n=N):
    """Return a run of one's own to spoil."""
    return copy.deepcopy(once(n))


# segments and sums


def test_segments_are_runs_of_a_shell_inside_a_block():
    shell = np.array([0] * 600 + [1] * 424 + [2] * 3, dtype=np.int32)
    start, own = segments(shell)
    assert start.tolist() == [0, 512, 600, 1024, 1027]
    assert own.tolist() == [0, 0, 1, 2]
    # a shell that comes back has a segment of its own each time
    start, own = segments(np.array([0, 1, 0], dtype=np.int32))
    assert (start.tolist(), own.tolist()) == ([0, 1, 2, 3], [0, 1, 0])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=1500))
def test_segments_cover_every_row_once(shells):
    shell = np.sort(np.array(shells, dtype=np.int32))
    start, own = segments(shell)
    assert start[0] == 0
    assert start[-1] == shell.size
    assert (np.diff(start) > 0).all()
    for first, end, kind in zip(start[:-1], start[1:], own, strict=True):
        assert (shell[first:end] == kind).all()
        assert first // 512 == (end - 1) // 512


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=70))
def test_tree_sum_is_pairs_of_pairs(values):
    def pairs(part):
        return (
            part[0] if len(part) == 1 else pairs([a + b for a, b in zip(part[::2], [*part[1::2], 0.0], strict=False)])
        )

    parts = np.array(values)[:, None] * np.array([1.0, -2.0])
    assert tree_sum(parts)[0] == pairs(values)
    assert tree_sum(parts)[0] == pytest.approx(math.fsum(values), abs=1e-14 * sum(map(abs, values)) + 1e-300)
    assert tree_sum(parts).shape == (2,)


def test_sums_by_shell_keep_shells_apart():
    parts = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0], [8.0, 80.0]])
    assert sum_by_shell(parts, np.array([0, 2, 0, 2]), 4).tolist() == [[5, 50], [0, 0], [10, 100], [0, 0]]


def summed(page, n_quantity, fleet, cuts):
    """Return sums by shell of a page's first quantities, the segments handed out in these ranges."""
    start, own = segments(fleet.shell)
    out = np.full((own.size, n_quantity + 1), np.nan)
    for first, last in cuts(own.size):
        sum_segments(page, n_quantity, start, first, last, 1, np.empty(32), out)
    assert np.isnan(out[:, 0]).all()
    return sum_by_shell(out[:, 1:], own, fleet.n_shell)


def test_sums_are_those_of_the_satellites_whoever_adds_them():
    run = marched()
    names = Ledger._fields[:N_SUMMED]
    for page, wanted in (
        (run.page, [run.ledger(name) for name in names]),
        (Page(0, run.fleet.arrays.state), [run.total("battery_j")]),
        (run.offered, [run.cool[:N], run.new[:N]]),
    ):
        sums = summed(page, len(wanted), run.fleet, lambda n: [(0, n)])
        assert np.array_equal(
            sums, summed(page, len(wanted), run.fleet, lambda n: [(k, k + 1) for k in range(n)[::-1]])
        )
        assert np.array_equal(sums, summed(page, len(wanted), run.fleet, lambda n: [(0, n // 2), (n // 2, n)]))
        for shell in range(run.fleet.n_shell):
            mine = run.fleet.shell == shell
            assert mine.any()
            for found, values in zip(sums[shell], wanted, strict=True):
                assert found == pytest.approx(math.fsum(values[mine]), rel=1e-14)


def test_a_page_that_begins_later_holds_the_same_rows():
    rows = np.random.default_rng(0).uniform(size=(32, 1, 32))
    shell = np.repeat(np.arange(3, dtype=np.int32), [500, 300, 224])
    start, own = segments(shell)
    whole, parts = (np.empty((own.size, 1)) for _ in range(2))
    sum_segments(Page(0, rows), 1, start, 0, own.size, 0, np.empty(32), whole)
    half = int(np.searchsorted(start, 512))
    sum_segments(Page(0, rows[:16].copy()), 1, start, 0, half, 0, np.empty(32), parts)
    sum_segments(Page(16, rows[16:].copy()), 1, start, half, own.size, 0, np.empty(32), parts)
    assert np.array_equal(whole, parts)
    assert whole.sum() == pytest.approx(rows.sum(), rel=1e-13)


# histograms


def test_quantiles_are_numpys_within_a_bin():
    run = marched()
    n_shell = run.fleet.n_shell
    count = np.zeros((n_shell, 3, BIN_COUNT), dtype=np.int32)
    low, high = np.full((n_shell, 3), np.inf), np.full((n_shell, 3), -np.inf)
    for first, last in ((0, 17), (17, N)):
        count_shells(run.fleet.arrays, run.page, run.fleet.shell, first, last, count, low, high)
    assert (count.sum(axis=2).sum(axis=0) == N).all()
    capacity_j = np.array([run.fleet.types[k].battery.capacity_j for k in run.fleet.shell])
    values = {
        "state_of_charge": run.total("battery_j") / capacity_j,
        "fluid_temperature_k": run.total("fluid_k"),
        "chip_temperature_k": run.ledger("chip_max_k"),
    }
    wanted = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
    found = quantiles(count[None], low, high, wanted)
    for shell in range(n_shell):
        for k, name in enumerate(HISTOGRAMS):
            mine = values[name][run.fleet.shell == shell]
            for j, q in enumerate(wanted):
                exact = np.quantile(mine, q, method="inverted_cdf")  # the definition by ranks, without interpolation
                width = CHARGE_BIN if k == 0 else TEMPERATURE_BIN_K
                assert abs(found[shell, k, j] - exact) <= width * (1 + 1e-9)
            assert found[shell, k, 0] == mine.min()
            assert found[shell, k, -1] == mine.max()


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=300), st.floats(0.0, 1.0))
def test_quantiles_of_any_charges(charges, q):
    charges = np.array(charges)
    count = np.zeros((1, 3, BIN_COUNT), dtype=np.int32)
    np.add.at(count[0, 0], np.minimum((charges / CHARGE_BIN).astype(int), BIN_COUNT - 1), 1)
    low, high = np.full((1, 3), charges.min()), np.full((1, 3), charges.max())
    found = quantiles(count[None], low, high, (q,))[0, 0, 0]
    exact = np.sort(charges)[max(math.ceil(q * charges.size - 1e-9) - 1, 0)]
    assert abs(found - exact) <= CHARGE_BIN * (1 + 1e-6)
    assert charges.min() <= found <= charges.max()


def test_a_shell_without_satellites_has_no_quantiles():
    count, low, high = np.zeros((2, 3, BIN_COUNT), dtype=np.int32), np.full((2, 3), np.inf), np.full((2, 3), -np.inf)
    count[1, :, 1000] = 3
    low[1], high[1] = 0.25, 0.25
    found = quantiles(count[None], low, high, (0.0, 0.5, 1.0))
    assert np.isnan(found[0]).all()
    assert (found[1, 0] == 0.25).all()


def test_values_beyond_the_bins_are_counted_in_the_last():
    run = marched(4)
    run.fleet.arrays.state[0, State._fields.index("fluid_k"), 2] = 1e4
    count = np.zeros((3, 3, BIN_COUNT), dtype=np.int32)
    low, high = np.full((3, 3), np.inf), np.full((3, 3), -np.inf)
    count_shells(run.fleet.arrays, run.page, run.fleet.shell, 0, 4, count, low, high)
    assert count[:, 1].sum() == 4
    assert count[run.fleet.shell[2], 1, BIN_COUNT - 1] == 1
    assert quantiles(count[None], low, high, (1.0,))[run.fleet.shell[2], 1, 0] == 1e4


# the audit


def audit(run, ranges=((0, N),)):
    """Return {field: (worst value, row)} over ranges of rows."""
    worst, row = np.full(len(AUDIT_FIELDS), -np.inf), np.full(len(AUDIT_FIELDS), -1, dtype=np.int64)
    for first, last in ranges:
        audit_rows(run.fleet.arrays, run.page, first, last, worst, row)
    return {name: (worst[k], row[k]) for k, name in enumerate(AUDIT_FIELDS)}


def change(run, row, name, by):
    """Change a quantity of one satellite's state or ledger."""
    table, fields = (
        (run.fleet.arrays.state, State._fields) if name in State._fields else (run.page.rows, Ledger._fields)
    )
    table[row // 32, fields.index(name), row % 32] += by


def test_audit_of_an_honest_window_passes_with_room():
    found = audit(marched())
    assert found["energy"][0] < 1e-12
    assert found["heat"][0] < 1.0
    assert found["temperature_margin_k"][0] <= 0.0
    assert found["charge_margin"][0] <= 0.0
    assert audit(marched(), ((0, 11), (11, 12), (12, N))) == found


@pytest.mark.parametrize("row", [0, 33, N - 1])
@pytest.mark.parametrize("name", ["battery_j", "array_j", "load_j", "charge_j", "drawn_j", "curtailed_j", "loss_j"])
@pytest.mark.parametrize("joule", [1.0, -1.0])
def test_audit_finds_a_joule(name, row, joule):
    run = marched()
    change(run, row, name, joule)
    value, found = audit(run)["energy"]
    assert found == row
    through_j = run.ledger("array_j")[row] + run.ledger("drawn_j")[row]
    assert value > 1e-9
    assert value == pytest.approx(np.clip(value * through_j, 1.0, 3.1) / through_j)  # the joule, once for each ledger


@pytest.mark.parametrize("name", ["fluid_k", "sink_j", "conditioning_j", "radiated_j"])
def test_audit_finds_a_kelvin_and_heat_that_went_astray(name):
    run = marched()
    change(run, 21, name, 1.0 if name == "fluid_k" else 8e5)
    value, found = audit(run)["heat"]
    assert found == 21
    assert value > 10.0
    assert audit(run)["energy"][0] < 1e-12


@pytest.mark.parametrize("name", State._fields)
def test_audit_finds_a_nan_in_any_row_of_the_state(name):
    run = marched()
    change(run, 7, name, np.nan)
    found = audit(run)
    broken = {kind for kind, (value, row) in found.items() if np.isnan(value) and row == 7}
    assert broken
    after = audit(run, ((7, 8), (0, 7), (8, N)))
    assert all(np.isnan(after[kind][0]) and after[kind][1] == 7 for kind in broken)  # no later row hides it


@pytest.mark.parametrize("name", Ledger._fields)
def test_audit_finds_a_nan_in_the_ledger(name):
    run = marched()
    change(run, 12, name, np.nan)
    assert any(np.isnan(value) and row == 12 for value, row in audit(run).values())


def test_audit_finds_chips_above_their_limit_unless_in_safe_mode():
    run = marched()
    change(run, 30, "chip_max_k", 200.0)
    value, row = audit(run)["temperature_margin_k"]
    assert row == 30
    assert value == pytest.approx(run.ledger("chip_max_k")[30] - 358.0)
    change(run, 30, "safe_s", 60.0)
    assert audit(run)["temperature_margin_k"][0] <= 0.0


def test_audit_finds_charge_outside_its_bounds():
    run = marched()
    capacity_j, floor = BASE.battery.capacity_j, 1 - BASE.battery.depth_limit
    below = 0.01 + (run.ledger("battery_min_j")[3] / capacity_j - floor)
    change(run, 3, "battery_min_j", -below * capacity_j)
    assert audit(run)["charge_margin"] == (pytest.approx(0.01, rel=1e-9), 3)
    above = 0.02 + 1.0 - run.total("battery_j")[5] / capacity_j
    change(run, 5, "battery_j", above * capacity_j)
    assert audit(run)["charge_margin"] == (pytest.approx(0.02, rel=1e-9), 5)


def test_rounding_at_a_bound_counts_as_on_it():
    run = marched()
    hottest = run.ledger("chip_max_k")[4]
    change(run, 4, "chip_max_k", 358.0 + 1e-10 - hottest)
    assert audit(run)["temperature_margin_k"][0] == 0.0
    change(run, 4, "chip_max_k", 1e-8)
    value, row = audit(run)["temperature_margin_k"]
    assert (value > 1e-9, row) == (True, 4)


def test_every_field_of_the_hardware_has_its_column():
    table = marched(3).fleet.arrays.hardware_table
    assert table.shape == (3, len(Hardware._fields))
    assert np.isfinite(table).all()
