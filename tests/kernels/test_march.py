"""The march: the same bits wherever a satellite stands and whoever computes it, and nothing else touched."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest
from small_fleet import BASE, LANES, design, fleet_of, random_elements, run_of, sample_of, window_times
from twin_sky import orbit

from orbital_compute._jit import fetch, sweep
from orbital_compute.kernels.march import N_STATE, STATE_FIELDS, march_window
from orbital_compute.kernels.records import Health

UNCOMPILED = bool(numba.config.DISABLE_JIT)
N_WINDOW, N_STEP = (1, 1) if UNCOMPILED else (6, 5)
OTHER = design(
    "other", array=dict(pointing="one_axis"), battery=dict(capacity_j=60 * 3.6e6), compute=dict(exponent=3.0)
)


def one_by_one(run, n):
    """Return all that a run leaves of its first n satellites, float64[n, n_quantity]."""
    left = (run.fleet.arrays.state, run.fleet.arrays.pledge, run.page.rows)
    return np.concatenate([tiles.transpose(0, 2, 1).reshape(run.fleet.n_row, -1)[:n] for tiles in left], axis=1)


def marched(elements, kind, share, *, types=(BASE, OTHER), n_window=N_WINDOW):
    run = run_of(elements, kind, types, n_step=N_STEP)
    for w in range(n_window):
        run.prepare(w)
        run.march(np.resize(share, run.fleet.n_row))
    return run


def test_bits_do_not_depend_on_row_tile_lane_or_neighbours():
    """The same satellites alone, behind 37 others, in reverse, and beside another type in the same tile."""
    n = 3 if UNCOMPILED else 70
    own, share = random_elements(n, seed=3), np.linspace(0.2, 1.0, n)
    kind = np.zeros(n, dtype=int)
    alone = one_by_one(marched(own, kind, share), n)
    assert np.isfinite(alone).all()

    others = random_elements(5 if UNCOMPILED else 37, seed=4)
    m = len(others)
    behind = marched(others + own, np.append(np.ones(m, dtype=int), kind), np.append(np.ones(m), share))
    assert np.array_equal(one_by_one(behind, m + n)[m:], alone)

    back = marched(own[::-1], kind, share[::-1])
    assert np.array_equal(one_by_one(back, n)[::-1], alone)

    mixed = [one for pair in zip(own, random_elements(n, seed=5), strict=True) for one in pair]
    beside = marched(mixed, np.arange(2 * n) % 2, np.repeat(share, 2))
    assert np.array_equal(one_by_one(beside, 2 * n)[::2], alone)


@pytest.mark.parametrize("threads", [2, 3])
def test_bits_do_not_depend_on_threads(threads):
    """Tiles handed out singly, in any order."""
    n = 40 if UNCOMPILED else 6 * LANES + 5
    elements, kind = random_elements(n, seed=6), np.arange(n) % 2
    one = marched(elements, kind, [1.0, 0.5])
    run = run_of(elements, kind, (BASE, OTHER), n_step=N_STEP)
    with ThreadPoolExecutor(threads) as pool:
        for w in range(N_WINDOW):
            run.prepare(w, 0, 0)  # the Sun of the window
            tiles = list(range(run.used_tiles))[::-1]
            list(pool.map(lambda tile, w=w: run.prepare(w, tile, tile + 1), tiles))
            run.assigned[:] = np.resize([1.0, 0.5], run.fleet.n_row) * run.offer

            def march(tile):
                march_window(
                    run.fleet.arrays, run.suns, np.zeros((0, 6, 0)), tile, tile + 1, run.offer, run.assigned,
                    run.executed, run.sample, run.page,
                )  # fmt: skip

            list(pool.map(march, tiles))
    assert np.array_equal(one_by_one(run, n), one_by_one(one, n))
    assert np.array_equal(run.unit, one.unit)


CHILD = """
import sys
import numpy as np
from small_fleet import BASE, random_elements, run_of
from kernels.test_march import OTHER, one_by_one
run = run_of(random_elements(32, seed=8), np.arange(32) % 2, (BASE, OTHER))
run.prepare(0)
run.march(0.7)
sys.stdout.write(one_by_one(run, 32).tobytes().hex())
"""


def test_compiled_and_plain_python_give_the_same_bits():
    """32 satellites through the 5 steps of a window, both passes; the fused multiply-add is exact in either."""
    run = run_of(random_elements(32, seed=8), np.arange(32) % 2, (BASE, OTHER))
    run.prepare(0)
    run.march(0.7)
    ours = one_by_one(run, 32)
    tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if UNCOMPILED else "1", "PYTHONPATH": path}
    child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, env=environment, check=False)
    assert child.returncode == 0, child.stderr
    theirs = np.frombuffer(bytes.fromhex(child.stdout)).reshape(ours.shape)
    assert np.array_equal(theirs, ours)


def test_a_range_of_tiles_touches_nothing_else():
    run = run_of(random_elements(3 * LANES if not UNCOMPILED else LANES + 1), n_step=N_STEP)
    arrays = run.fleet.arrays
    before = [np.copy(values) for values in arrays]
    run.prepare(0, 1, 2)
    run.march(1.0, 1, 2)
    for name, old, new in zip(arrays._fields, before, arrays, strict=True):
        if name in ("state", "pledge"):
            assert (new[1] != old[1]).any()
            assert np.array_equal(np.delete(new, 1, axis=0), np.delete(old, 1, axis=0)), name
        else:
            assert np.array_equal(new, old), name
    rows = np.arange(run.fleet.n_row)
    outside = (rows < LANES) | (rows >= 2 * LANES)
    assert (run.offer[~outside] > 0).any()
    for out in (run.offer, run.cool, run.assigned, run.sample.steps.reshape(rows.size, -1).T, run.unit):
        assert (np.asarray(out)[..., outside] == 0.0).all()


def test_given_positions_fly_as_the_theory_does():
    """The twin's positions and directions put in by hand: all that follows is that of the theory."""
    n = 3 if UNCOMPILED else 20
    elements = random_elements(n, seed=7)
    theory, given_run = run_of(elements, n_step=N_STEP), run_of(elements, n_step=N_STEP)
    for w in range(N_WINDOW):
        times, _ = window_times(w, N_STEP, 60.0)
        given = np.ones((N_STEP, 6, given_run.fleet.n_row))
        for j, own in enumerate(elements):
            r_m, ahead = orbit(own, times)
            given[:, :3, j] = r_m
            given[:, 3:, j] = ahead * np.linalg.norm(r_m, axis=1)[:, None]
        given[:, :, n:] = given[:, :, n - 1 : n]
        for run, path in ((theory, np.zeros((0, 6, 0))), (given_run, given)):
            run.prepare(w, given=path)
            run.march(0.8, given=path)
        one, other = theory.series(), given_run.series()
        assert np.abs(one["sunlit"] - other["sunlit"]).max() < 1e-6
        assert np.abs(one["fluid_k"] - other["fluid_k"]).max() < 1e-6
        assert np.abs(one["array_w"] - other["array_w"]).max() < 1.0
        assert np.abs(theory.unit[:, :n] - given_run.unit[:, :n]).max() < 2e-7  # rounded to single precision


def whole(work_flop):
    """Return what counts of an offer: its whole quanta."""
    return np.floor(work_flop / 2.0**30) * 2.0**30


def test_offers_are_never_above_the_cool_ones():
    run = marched(random_elements(LANES), np.arange(LANES) % 2, 1.0, n_window=1)
    offer = whole(run.offer[:LANES])
    assert (offer > 0).any()
    assert (run.cool[:LANES] >= offer).all()
    norm = np.linalg.norm(run.unit[:, :LANES].astype(np.float64), axis=0)
    assert np.abs(norm - 1).max() < 2.0**-23  # rounded to single precision


def test_totals_are_the_sums_of_the_windows():
    n = 5 if UNCOMPILED else 40
    run = run_of(random_elements(n, seed=2), n_step=N_STEP)
    names = [name for name in STATE_FIELDS[N_STATE:] if name not in ("battery_min_j", "chip_max_k")]
    wanted = {name: np.zeros(n) for name in names}
    lowest, highest = run.total("battery_j"), np.zeros(n)
    for w in range(N_WINDOW):
        run.prepare(w)
        run.march(0.6)
        for name in names:
            transient = {
                "offered_flop": whole(run.offer[:n]), "assigned_flop": run.assigned[:n],
                "day_drawn_j": run.ledger("drawn_j"), "day_battery_j": run.total("battery_j"),
                "day_fluid_k": run.total("fluid_k"),
            }  # fmt: skip
            wanted[name] = wanted[name] + (transient[name] if name in transient else run.ledger(name))
        steps = run.series()
        lowest = np.minimum(lowest, steps["battery_j"].min(axis=0))
        highest = np.maximum(highest, (steps["fluid_k"] + 0.03 / (80 * 1.25) * steps["chip_w"]).max(axis=0))
        assert run.ledger("sunlit_s") == pytest.approx(60.0 * steps["sunlit"].sum(axis=0), rel=1e-12)
        assert run.ledger("array_j") == pytest.approx(60.0 * steps["array_w"].sum(axis=0), rel=1e-12)
    for name in names:
        assert np.array_equal(run.total(name), wanted[name]), name
    assert np.array_equal(run.total("battery_min_j"), lowest)
    assert run.total("chip_max_k") == pytest.approx(highest, rel=1e-12)


def test_only_wanted_rows_are_sampled():
    n = LANES + 1 if UNCOMPILED else 4 * LANES
    run = run_of(random_elements(n), n_step=N_STEP)
    run.prepare(0)
    run.assigned[:] = run.offer
    rows = np.array([3, 5, LANES])
    sample = sample_of(rows, run.fleet.n_tile, N_STEP)
    sample.steps[:] = np.nan
    march_window(
        run.fleet.arrays, run.suns, np.zeros((0, 6, 0)), 0, run.used_tiles, run.offer, run.assigned, run.executed,
        sample, run.page,
    )  # fmt: skip
    every = run_of(random_elements(n), n_step=N_STEP)
    every.prepare(0)
    every.march()
    assert np.isfinite(sample.steps).all()
    assert np.array_equal(sample.steps, every.sample.steps[rows])


def test_padding_rows_are_copies_of_the_last():
    """Rows beyond the last satellite are marched as it is, if their tile is; no table has rows for them."""
    run = marched(random_elements(5), np.zeros(5, dtype=int), 1.0)
    assert run.fleet.n_row == 512
    assert run.fleet.n_satellite == 5
    tile = run.fleet.arrays.state[0]
    assert np.array_equal(tile[:, 5:], np.repeat(tile[:, 4:5], LANES - 5, axis=1))


def test_a_tile_after_one_that_is_worn_is_as_built():
    """Wear of all kinds in the first tile, none in the second: the second has the bits that it has without the first.

    The third is of another type, the fourth of both.
    """
    n = LANES + 2 if UNCOMPILED else 4 * LANES
    elements, kind = random_elements(n, seed=12), (np.arange(n) // LANES == 2) | (np.arange(n) // (LANES // 2) == 7)
    runs = [run_of(elements, kind.astype(int), (BASE, OTHER), n_step=N_STEP) for _ in range(2)]
    runs[1].fleet.arrays.health[0, :, 5] = Health(0.7, 0.9, 0.1, 0.5, 0.8, 1.0)
    for run in runs:
        for w in range(min(N_WINDOW, 2)):
            run.prepare(w)
            run.march(0.9)
    one, other = (one_by_one(run, n) for run in runs)
    assert (one[5] != other[5]).any()
    assert np.array_equal(np.delete(one, 5, axis=0), np.delete(other, 5, axis=0))


def test_an_array_may_hold_offers_and_then_what_was_executed():
    n = 3 if UNCOMPILED else 40
    apart, shared = (run_of(random_elements(n, seed=3), n_step=N_STEP) for _ in range(2))
    shared.executed = shared.offer
    for run in (apart, shared):
        run.prepare(0)
        run.march(0.7)
    assert (apart.executed[:n] > 0.0).any()
    assert np.array_equal(shared.offer[:n], apart.executed[:n])
    assert np.array_equal(shared.total("offered_flop"), apart.total("offered_flop"))


def test_event_factors_act_on_their_satellite_alone():
    """Half the strings dead on one satellite: half its power in full light, the others' bits as before."""
    n = 6
    elements = random_elements(n, seed=2)
    run, hurt = run_of(elements, n_step=N_STEP), run_of(elements, n_step=N_STEP)
    hurt.fleet.arrays.health[0, 0, 2] = 0.5
    for one in (run, hurt):
        one.prepare(0)
        one.march()
    steps, other = run.series(), hurt.series()
    assert other["lit_w"][:, 2] == pytest.approx(0.5 * steps["lit_w"][:, 2], rel=0.02)  # its cells are warmer
    keep = np.arange(n) != 2
    assert np.array_equal(one_by_one(run, n)[keep], one_by_one(hurt, n)[keep])


HEALTH = {name: k for k, name in enumerate(Health._fields)}


def marched_with(n, *, windows=N_WINDOW, share=1.0, **health):
    """March n satellites, the second with this health; return the run and the steps of all."""
    run = run_of(random_elements(n, seed=4), n_step=N_STEP)
    for name, value in health.items():
        run.fleet.arrays.health[0, HEALTH[name], 1] = value
    return run, run.windows(windows, share)


def test_half_the_devices_draw_and_do_half():
    (whole, _), (half, after) = marched_with(3), marched_with(3, compute=0.5)
    assert after["compute_w"][:, 1].max() <= 0.5 * BASE.compute.count * 1200.0 * 1.25 * (1 + 1e-12)
    assert 0.0 < half.ledger("executed_flop")[1] <= 0.5 * BASE.compute.count * 2.5e15 * 60.0 * N_STEP
    assert half.ledger("executed_flop")[1] > 0.5 * whole.ledger("executed_flop")[1]  # what is left gets more power each
    keep = [0, 2]
    assert np.array_equal(one_by_one(whole, 3)[keep], one_by_one(half, 3)[keep])


@pytest.mark.parametrize("bus", [1.0, 0.0])
def test_without_devices_nothing_is_offered_and_only_the_bus_draws(bus):
    run, steps = marched_with(3, compute=0.0, bus=bus)
    assert run.offer[1] == run.cool[1] == run.new[1] == 0.0
    assert run.ledger("executed_flop")[1] == run.ledger("compute_j")[1] == 0.0
    assert run.ledger("safe_s")[1] == 0.0
    assert steps["load_w"][:, 1] == pytest.approx(bus * BASE.bus_power_w * 1.015)
    assert all(np.isfinite(values).all() for values in steps.values())


def test_a_dead_satellite_moves_no_energy():
    run, steps = marched_with(3, compute=0.0, bus=0.0, array=0.0, battery=0.9)
    for name in ("array_w", "load_w", "charge_w", "drawn_w", "curtailed_w"):
        assert (steps[name][:, 1] == 0.0).all(), name
    assert run.offer[1] == run.new[1] == 0.0
    assert run.total("battery_j")[1] == BASE.battery.capacity_j  # it was full, and nobody draws from it


def test_a_worn_battery_holds_less_and_loses_more():
    """Drawn down first, it fills to what is left of its capacity; losses follow 1 - 0.04 (1 + 1.5 fade), MODEL 3."""
    run = run_of(random_elements(3, seed=4), n_step=N_STEP)
    run.fleet.arrays.health[0, HEALTH["battery"], 1] = 0.5
    run.fleet.arrays.state[0, 0, 1] = 0.45 * BASE.battery.capacity_j
    steps = run.windows(1 if UNCOMPILED else 60)
    battery_j = steps["battery_j"][:, 1]
    assert battery_j.max() <= 0.5 * BASE.battery.capacity_j
    assert battery_j.min() >= 0.5 * BASE.battery.capacity_j * (1 - BASE.battery.depth_limit)
    efficiency = 1 - 0.04 * 1.75
    lost_w = (1 - efficiency) * steps["charge_w"][:, 1] + (1 / efficiency - 1) * steps["drawn_w"][:, 1]
    assert steps["loss_w"][:, 1] == pytest.approx(lost_w, rel=1e-12)


def test_what_wear_costs_is_the_offer_as_new_less_the_cool_one():
    """A worn array and battery: the same devices as new would be offered what the whole satellite offers."""
    (whole, _), (old, _) = marched_with(3, windows=1), marched_with(3, windows=1, array=0.5, battery=0.75)
    before = whole.fleet.arrays.state[0, :, 1]
    old.fleet.arrays.state[0, :, 1] = before
    old.fleet.arrays.state[0, 0, 1] = 0.75 * before[0]  # equally full
    old.fleet.arrays.state[0, 3, 1] = 0.5 * before[3]  # the mean array power, settled
    whole.prepare(1)
    old.prepare(1)
    assert (old.new >= old.cool).all()
    assert (old.cool >= old.offer).all()
    assert old.new[1] == pytest.approx(whole.new[1], rel=1e-9)
    assert whole.new[1] == pytest.approx(whole.cool[1], rel=1e-12)


def test_same_fleet_twice_is_the_same():
    one, other = (marched(random_elements(4), np.zeros(4, dtype=int), 0.5) for _ in range(2))
    assert np.array_equal(one_by_one(one, 4), one_by_one(other, 4))
    assert fleet_of(random_elements(4)).n_tile == 16


def test_fetching_changes_nothing_and_reaches_to_the_end():
    """The last tile asks for none behind it; of single numbers, and of an array without any, nothing is read."""

    @sweep
    def ask(array, first, n):
        fetch(array, first, n)
        return array.size

    for dtype in (np.float64, np.float32):
        array = np.arange(64, dtype=dtype)
        assert ask(array, 0, 64) == 64
        assert ask(array, 32, 32) == 64
        assert (array == np.arange(64)).all()
    assert ask(np.zeros(0), 0, 0) == 0
