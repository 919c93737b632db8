"""Faults put into a run by hand, at any satellite and step, are caught in their window and named.

The march of the window is cut in two at the step before which a fault strikes, by a kernel in front of the real one;
the ledgers of the halves are put together again. Cut without a fault, a run passes its audit: that is the control.
"""

import copy

import numpy as np
import pytest
from small_fleet import LANES
from trust.victims import SCENARIO

from orbital_compute.errors import AuditError
from orbital_compute.kernels import window
from orbital_compute.kernels.march import N_LEDGER, Page
from orbital_compute.kernels.records import Health, Ledger, Pledge, State
from orbital_compute.model import space
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
from orbital_compute.simulate import Simulation

N_SATELLITE = 24
N_WINDOW = 3  # of the run that the faults strike, the first in the dark, the others in light
STEPS = 30
LOWEST, HIGHEST = Ledger._fields.index("battery_min_j"), Ledger._fields.index("chip_max_k")
STARTS = tuple(Ledger._fields.index(name) for name in ("battery_start_j", "fluid_start_k"))

NAN, INFINITE = float("nan"), float("inf")
# what is put into the state of a satellite, between two steps: (quantity, what it becomes)
NOT_A_NUMBER = [(name, lambda value, bad=bad: bad) for name in State._fields for bad in (NAN, INFINITE)]
# A joule in the battery, whose steps are exact; a kelvin in the fluid, whose flows are known to a bound
LEAKS = [(name, lambda value, by=by: value + by) for name in ("battery_j", "fluid_k") for by in (-1.0, 1.0)]


@pytest.fixture(scope="module")
def model():
    return build(load_scenario(SCENARIO))


def joined(first, second):
    """Return the ledger of a window from those of its two parts, float64[n_tile, N_LEDGER, 32]."""
    out = first + second
    out[:, LOWEST] = np.minimum(first[:, LOWEST], second[:, LOWEST])
    out[:, HIGHEST] = np.maximum(first[:, HIGHEST], second[:, HIGHEST])
    for k in STARTS:
        out[:, k] = first[:, k]
    return out


class Cut:
    """The march with a fault before one of its steps; `strike(state, tile, lane)` does it."""

    def __init__(self, monkeypatch, step, row, strike):
        self.real, self.step, self.row, self.strike = window.march_window, step, row, strike
        self.strikes = 0
        monkeypatch.setattr(window, "march_window", self)
        monkeypatch.setattr(space, "execute_window", getattr(window.execute_window, "py_func", window.execute_window))

    def __call__(self, fleet, suns, given, first, last, offer_flop, assigned_flop, executed_flop, sample, page):
        offered, done, parts = offer_flop.copy(), np.zeros_like(executed_flop), []
        for after, steps in enumerate((slice(0, self.step), slice(self.step, None))):
            if after and first <= self.row // LANES < last:
                self.strikes += 1
                self.strike(fleet.state, self.row // LANES, self.row % LANES)
            if suns[steps].shape[0]:
                part = Page(page.first_tile, np.zeros((last - first, N_LEDGER, LANES)))
                executed = np.zeros_like(done)
                share = [offered, assigned_flop, executed]
                kept = sample._replace(steps=np.zeros_like(sample.steps))
                self.real(fleet, suns[steps], given, first, last, *share, kept, part)
                done += executed
                parts.append(part.rows)
        executed_flop[first * LANES : last * LANES] = done[first * LANES : last * LANES]
        page.rows[: last - first] = parts[0] if len(parts) == 1 else joined(*parts)


def into_state(name, change):
    k = State._fields.index(name)

    def strike(state, tile, lane):
        state[tile, k, lane] = change(state[tile, k, lane])

    return strike


def run_until(simulation, w_window):
    while simulation.window < w_window:
        simulation.step()


def places(n, seed):
    """Return n places to strike: (satellite, window, step of it before which, but for the first)."""
    random = np.random.default_rng(seed)
    return [tuple(int(x) for x in random.integers((0, 0, 1), (N_SATELLITE, N_WINDOW, STEPS))) for _ in range(n)]


def caught(simulation, row, w_window):
    """Step the window of a fault; return the AuditError that names satellite, window and steps, None if none came."""
    error = None
    try:
        simulation.step()
    except AuditError as raised:
        error = raised
    simulation.close()
    if error is not None:
        first = w_window * STEPS
        assert f"satellite {row}, window {w_window}, steps {first} to {first + STEPS - 1}" in str(error), str(error)
        assert "\n" not in str(error)
        assert error.quantity in str(error)
    return error


@pytest.mark.parametrize("step", [0, 1, 15, STEPS - 1])
def test_a_window_cut_in_two_without_a_fault_passes(model, monkeypatch, step):
    simulation = Simulation(model, threads=1)
    cut = Cut(monkeypatch, step, 3, lambda *place: None)
    for _ in range(N_WINDOW):
        simulation.step()
    simulation.close()
    assert cut.strikes == N_WINDOW


def strike_all(model, monkeypatch, faults, seed):
    """Strike with each fault at three places; return the quantities that the errors name, by what was struck."""
    found = []
    where = places(3 * len(faults), seed)
    for k, (row, w_window, step) in enumerate(where):
        name, change = faults[k % len(faults)]
        simulation = Simulation(model, threads=1)
        run_until(simulation, w_window)
        with monkeypatch.context() as patch:
            cut = Cut(patch, step, row, into_state(name, change))
            error = caught(simulation, row, w_window)
        assert cut.strikes <= 1
        found.append((name, None if error is None else error.quantity, (row, w_window, step)))
    return found


def test_a_number_that_is_none_is_caught_in_its_window(model, monkeypatch):
    found = strike_all(model, monkeypatch, NOT_A_NUMBER, seed=11)
    missed = [one for one in found if one[1] is None]
    print(f"\n{len(found)} NaN and infinities put into states, {len(found) - len(missed)} caught in their window")
    assert not missed


def test_a_leak_is_caught_in_its_window(model, monkeypatch):
    found = strike_all(model, monkeypatch, LEAKS * 3, seed=12)
    missed = [one for one in found if one[1] is None]
    print(
        f"\n{len(found)} leaks, a joule or a kelvin, put into stores, {len(found) - len(missed)} caught in their window"
    )
    assert not missed
    assert {name: {q for n, q, _ in found if n == name} for name, *_ in found} == {
        "battery_j": {"energy"}, "fluid_k": {"heat"},
    }  # fmt: skip


# between the stages of a window: what is kept of every satellite, and the indices that kernels follow

BEFORE_OFFER, AFTER_OFFER, BEFORE_MARCH = "offer", "dispatch", "march"


def tile_value(array, row, k, value):
    array[row // LANES, k, row % LANES] = value


def faults_between_stages():
    """Return (name, stage before which, change(space, row)) of each."""
    faults = []
    for k, name in enumerate(space.STATE_FIELDS):
        faults.append((name, BEFORE_OFFER, lambda s, row, k=k: tile_value(s.fleet.arrays.state, row, k, NAN)))
        faults.append((name, BEFORE_MARCH, lambda s, row, k=k: tile_value(s.fleet.arrays.state, row, k, NAN)))
    for k, name in enumerate(Health._fields):
        faults.append(
            (f"health_{name}", BEFORE_OFFER, lambda s, row, k=k: tile_value(s.fleet.arrays.health, row, k, NAN))
        )
    for k, name in enumerate(Pledge._fields):
        faults.append(
            (f"pledge {name}", BEFORE_MARCH, lambda s, row, k=k: tile_value(s.fleet.arrays.pledge, row, k, NAN))
        )
    for k in range(2):
        faults.append((f"slot {k}", BEFORE_OFFER, lambda s, row, k=k: tile_value(s.fleet.arrays.slot, row, k, NAN)))
    return faults


def index_faults():
    """Return the same of indices, with the values that they must not have."""
    arrays = ("orbit_index", "type_index")
    wrong = (-1, 1, 77, 30_000)
    faults = [
        (name, stage, lambda s, row, name=name, bad=bad: getattr(s.fleet.arrays, name).__setitem__(row, bad))
        for name in arrays for stage in (BEFORE_OFFER, BEFORE_MARCH) for bad in wrong
        if not (name == "orbit_index" and bad == 1)
    ]  # fmt: skip
    return faults + [
        ("signature", BEFORE_MARCH, lambda s, row, bad=bad: s.signature.__setitem__(row, bad))
        for bad in (-1, 10_000, -(2**31), 2**31 - 1)
    ] + [
        ("signature", AFTER_OFFER, lambda s, row, bad=bad: s.signature.__setitem__(row, bad)) for bad in (-7, 12_345)
    ]  # fmt: skip


def strike_before(simulation, stage, change, row):
    """Have a fault strike before a stage of the next window."""
    real, told = getattr(simulation, stage), []

    def struck(*arguments):
        told.append(stage)
        change(simulation.space, row)
        return real(*arguments)

    setattr(simulation, stage, struck)
    return told


def strike_stages(model, faults, seed, n_place):
    found = []
    where = places(n_place * len(faults), seed)
    for k, (row, w_window, _) in enumerate(where):
        name, stage, change = faults[k % len(faults)]
        simulation = Simulation(copy.deepcopy(model), threads=1)
        run_until(simulation, w_window)
        told = strike_before(simulation, stage, change, row)
        error = caught(simulation, row, w_window)
        assert told == [stage] or error is not None
        found.append((name, stage, None if error is None else error.quantity, row, w_window))
    return found


def test_a_nan_in_what_is_kept_is_caught_in_its_window(model):
    found = strike_stages(model, faults_between_stages(), seed=13, n_place=1)
    missed = [one for one in found if one[2] is None]
    print(f"\n{len(found)} NaN put between stages, {len(found) - len(missed)} caught in their window")
    assert not missed


def test_an_index_out_of_bounds_is_refused_before_a_kernel_follows_it(model):
    found = strike_stages(model, index_faults(), seed=14, n_place=2)
    missed = [one for one in found if one[2] != one[0]]
    print(f"\n{len(found)} indices out of bounds, {len(found) - len(missed)} refused by name")
    assert not missed
