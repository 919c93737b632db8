"""The step of a satellite: against its plain twin, and what assignments, radiators, batteries and darkness do to it."""

import numba
import numpy as np
import pytest
from small_fleet import BASE, design, random_elements, run_of, sun_at, window_times
from twin import Satellite
from twin_sky import orbit, visible_share

from orbital_compute.kernels.ledger import AUDIT_FIELDS, audit_rows

UNCOMPILED = bool(numba.config.DISABLE_JIT)
N, STEP_S, N_STEP, N_WINDOW = (8, 10.0, 5, 2) if UNCOMPILED else (64, 10.0, 30, 24)  # two hours
SHARE_ERROR = 3e-5  # of light in a step of 10 s: what `physics.eclipse` states
KELVIN = 0.01  # the integrator's error is 0.001 K at steps of 10 s
DIRECTION = 2.0**-24 + 2e-11  # single precision, half a metre on an orbit
ENERGY = 3e-6  # of what flowed through the bus: cells 0.001 K off give 4e-6 of the array's power for a while

OTHER = design(
    "other",
    array=dict(pointing="one_axis", area_m2=1200.0, efficiency=0.30, temperature_coefficient_per_k=0.0021),
    battery=dict(capacity_j=80 * 3.6e6, initial_state_of_charge=0.85, calendar_fade=0.06, cycle_fade=0.14),
    radiator=dict(pointing="zenith", area_m2=170.0, blocked_fraction=0.1, absorptivity_end=0.25),
    compute=dict(exponent=3.0, count=130, device_power_w=700.0, peak_flop_s=0.989e15, idle_fraction=0.15),
    age_s=8e7,
)
FACING = design("facing", array=dict(pointing="orbit_normal"), radiator=dict(pointing="orbit_normal", sun_leak=0.01))
FLAT = design("flat", array=dict(pointing="zenith"), battery=dict(depth_limit=0.9, depth_design=0.8))


def both(types, n, n_window, *, step_s=STEP_S, n_step=N_STEP, seed=1, offer_error=1e-6):
    """March a fleet of these types in turn and its twins, with the same assignments; return the run and both series."""
    elements, kind = random_elements(n, seed), np.arange(n) % len(types)
    run = run_of(elements, kind, types, step_s=step_s, n_step=n_step)
    twins = [Satellite(types[kind[j]], elements[j], step_s) for j in range(n)]
    rng = np.random.default_rng(seed)
    ours, theirs = [], []
    for w in range(n_window):
        share = np.where(rng.random(run.fleet.n_row) < 0.3, 1.0, rng.uniform(0.0, 1.0, run.fleet.n_row))
        run.prepare(w)
        time_s, _ = window_times(w, n_step, step_s)
        offered = np.array([one.prepare(time_s, *sun_at(time_s)) for one in twins])
        assert np.abs(run.offer[:n] - offered).max() <= offer_error * step_s * n_step * max(one.flop_s for one in twins)
        middle = np.stack([one.r_m[n_step // 2] / np.linalg.norm(one.r_m[n_step // 2]) for one in twins], axis=1)
        assert np.abs(run.unit[:, :n] - middle).max() < DIRECTION
        run.march(share)
        ours.append(run.series())
        steps = [one.march(assigned) for one, assigned in zip(twins, run.assigned[:n], strict=True)]
        theirs.append({name: np.array([[step[name] for step in own] for own in steps]).T for name in steps[0][0]})
    joined = ({name: np.concatenate([part[name] for part in parts]) for name in theirs[0]} for parts in (ours, theirs))
    return run, *joined


def check(ours, theirs, step_s):
    assert np.abs(ours["sunlit"] - theirs["sunlit"]).max() < SHARE_ERROR
    for name in ("fluid_k", "cell_k"):
        assert np.abs(ours[name] - theirs[name]).max() < KELVIN
    through_j = (theirs["array_w"] + theirs["drawn_w"]).sum(axis=0) * step_s
    flows = (
        "array_w",
        "load_w",
        "compute_w",
        "charge_w",
        "drawn_w",
        "curtailed_w",
        "loss_w",
        "conditioning_w",
        "sink_w",
    )
    for name in [*flows, "sink_w"]:
        error_j = np.abs(ours[name].sum(axis=0) - theirs[name].sum(axis=0)) * step_s
        assert (error_j <= ENERGY * through_j).all(), name
    assert (np.abs(ours["battery_j"] - theirs["battery_j"]).max(axis=0) <= ENERGY * through_j).all()
    for name in ("plan_w", "wanted_w"):
        assert np.abs(ours[name] - theirs[name]).max() < 1e-4 * BASE.compute.count * BASE.compute.device_power_w
    assert np.abs(ours["rate"] - theirs["rate"]).max() < 1e-4
    assert np.array_equal(ours["hot"], theirs["hot"])
    assert np.abs(ours["radiated_j"] / theirs["radiated_j"] - 1).max() < 4 * KELVIN / 200.0


def test_march_is_its_twin_over_two_hours():
    """Two types in turn, random orbits and assignments: light, flows, temperatures and plans step by step."""
    run, ours, theirs = both((BASE, OTHER), N, N_WINDOW)
    check(ours, theirs, STEP_S)
    work = run.total("executed_flop")
    done = theirs["rate"].sum(axis=0) * STEP_S * np.array([BASE.compute.peak_flop_s * 80, 130 * 0.989e15] * (N // 2))
    assert np.abs(work - done).max() <= 1e-6 * done.max()
    if not UNCOMPILED:  # all cases that the step tells apart have been met
        assert (theirs["sunlit"] > 0).any(axis=0).all()
        assert ((theirs["sunlit"] > 0) & (theirs["sunlit"] < 1)).sum() > 50
        for name in ("charge_w", "drawn_w", "curtailed_w", "compute_w"):
            assert (theirs[name] > 0).any()
            assert (theirs[name] == 0).any()


def test_march_is_its_twin_for_other_attitudes():
    _, ours, theirs = both((FACING, FLAT), 8 if UNCOMPILED else 16, 1 if UNCOMPILED else 12, n_step=N_STEP, seed=4)
    check(ours, theirs, STEP_S)


def test_twin_knows_where_a_step_of_a_minute_errs():
    """The same at the default step of 60 s: light to the 3e-4 that its law states, temperatures to 0.05 K."""
    n_window = 1 if UNCOMPILED else 12
    _, ours, theirs = both(
        (BASE, OTHER), 8 if UNCOMPILED else 16, n_window, step_s=60.0, n_step=5, seed=6, offer_error=1e-4
    )
    assert np.abs(ours["sunlit"] - theirs["sunlit"]).max() < 3e-4
    for name in ("fluid_k", "cell_k"):
        assert np.abs(ours[name] - theirs[name]).max() < 0.1
    through_w = (theirs["array_w"] + theirs["drawn_w"]).sum(axis=0)
    for name in ("array_w", "load_w"):
        assert (np.abs((ours[name] - theirs[name]).sum(axis=0)) < 3e-4 * through_w).all()


def test_light_within_a_step_follows_a_circle():
    """What that leaves out at steps of 60 s: eccentricity of 0.004 moves an edge by 0.5 s at most, either way."""
    n = 4 if UNCOMPILED else 32
    elements = random_elements(n, seed=9)
    run = run_of(elements, step_s=60.0, n_step=5)
    error = []
    for w in range(1 if UNCOMPILED else 20):
        run.prepare(w)
        run.march()
        time_s, _ = window_times(w, 5, 60.0)
        unit, distance_m = sun_at(time_s)
        fine_s = (time_s[:, None] + (np.arange(240) + 0.5) * 0.25 - 30.0).ravel()
        for j, own in enumerate(elements):
            r_m = orbit(own, fine_s)[0].reshape(5, 240, 3)
            wanted = visible_share(r_m, unit[:, None, :], distance_m[:, None, None]).mean(axis=1)
            error.append(run.series()["sunlit"][:, j] - wanted)
    error_s = 60.0 * np.array(error)
    assert np.abs(error_s).max() < 0.5
    assert abs(error_s.mean()) < 1e-3


# what assignments do


def audited(run):
    """Return the worst of each ledger over the satellites, and that satellite."""
    worst, row = np.full(len(AUDIT_FIELDS), -np.inf), np.full(len(AUDIT_FIELDS), -1, dtype=np.int64)
    audit_rows(run.fleet.arrays, run.page, 0, run.fleet.n_satellite, worst, row)
    return dict(zip(AUDIT_FIELDS, worst, strict=True))


def closes(run):
    found = audited(run)
    return (
        found["energy"] <= 1e-9
        and found["heat"] <= 1.0
        and max(found["temperature_margin_k"], found["charge_margin"]) <= 0
    )


def day(types, share=1.0, *, n=32, n_window=None, seed=2, kind=None):
    """Return a run of so many windows of five minutes, its steps, and whether every window's ledgers closed."""
    run = run_of(random_elements(n, seed), kind, types)
    kept, closed = [], True
    for w in range(n_window or (2 if UNCOMPILED else 40)):
        run.prepare(w)
        run.march(share)
        kept.append(run.series())
        closed &= closes(run)
        assert (run.ledger("executed_flop") <= run.assigned[:n] * (1 + 1e-12)).all()
    return run, {name: np.concatenate([part[name] for part in kept]) for name in kept[0]}, closed


def test_half_the_work_leaves_fluid_cooler_and_batteries_fuller():
    full, full_steps, full_closed = day((BASE,))
    half, half_steps, half_closed = day((BASE,), 0.5)
    assert full_closed
    assert half_closed
    assert half_steps["fluid_k"].mean() < full_steps["fluid_k"].mean() - (0.1 if UNCOMPILED else 5.0)
    assert (half_steps["fluid_k"] <= full_steps["fluid_k"] + 1e-9).all()
    assert (half_steps["battery_j"] >= full_steps["battery_j"] - 1e-6).all()
    assert half_steps["battery_j"].mean() > full_steps["battery_j"].mean()
    assert half.total("load_j").sum() < full.total("load_j").sum()
    # half the throughput for P0 + (P1 - P0) φ²: a quarter of the span
    computing = (half_steps["wanted_w"] > 0) & (half_steps["compute_w"] == half_steps["wanted_w"])
    idle_w, span_w = 0.2 * 120e3, 0.8 * 120e3
    assert half_steps["compute_w"][computing] == pytest.approx(
        idle_w + 0.25 * (half_steps["plan_w"][computing] - idle_w), rel=1e-6, abs=1e-6 * span_w
    )


def test_nothing_assigned_leaves_devices_idle():
    run, steps, closed = day((BASE,), 0.0)
    assert closed
    assert run.total("executed_flop").max() == 0.0
    computing = (steps["plan_w"] > 24e3) & np.isin(steps["sunlit"], (0.0, 1.0))  # through an edge, on for a part
    assert computing.any()
    assert steps["compute_w"][computing] == pytest.approx(24e3, rel=1e-12)
    assert (steps["compute_w"] <= 24e3 * (1 + 1e-12)).all()
    assert (steps["load_w"] <= (24e3 + 6e3) * 1.015 * (1 + 1e-12)).all()


def test_twice_the_offer_is_the_offer():
    run, _, _ = day((BASE,), n_window=1)
    other = run_of(random_elements(32, 2))
    other.prepare(0)
    other.march(2.0)
    assert other.ledger("executed_flop") == pytest.approx(run.ledger("executed_flop"), rel=1e-9)  # a quantum of 2^30


def test_half_the_radiator_throttles():
    small = design("small", radiator=dict(area_m2=65.0))
    run, steps, closed = day((small,))
    whole, _, _ = day((BASE,))
    assert closed
    assert run.total("throttled_s").min() > 0.0
    assert whole.total("throttled_s").sum() < run.total("throttled_s").sum()
    assert run.total("executed_flop").sum() < 0.95 * whole.total("executed_flop").sum()
    assert run.offer.sum() < run.cool.sum()
    chip_k = steps["fluid_k"] + steps["compute_w"] * 0.03 / (80 * 1.25)
    assert chip_k.max() <= 358.0 + 1e-9
    assert run.total("safe_s").max() == 0.0


def test_a_tenth_of_the_battery_hibernates_in_eclipse():
    small = design("small", battery=dict(capacity_j=20 * 3.6e6))
    run, steps, closed = day((small,))
    assert closed
    dark = steps["sunlit"] == 0.0
    assert dark.any()
    assert (steps["compute_w"][dark] == 0.0).all()
    assert (steps["plan_w"][dark] == 0.0).all()
    assert (steps["compute_w"][~dark] > 0.0).any()
    assert steps["battery_j"].min() >= 0.6 * 20 * 3.6e6 * (1 - 1e-12)
    whole, whole_steps, _ = day((BASE,))
    assert (whole_steps["compute_w"][whole_steps["sunlit"] == 0.0] > 24e3).any()
    assert whole.total("executed_flop").sum() > run.total("executed_flop").sum()


def test_a_design_too_dark_is_counted_not_hidden():
    """An array of 10 m² cannot carry the bus of 6 kW: the battery goes to its floor, then the bus is short."""
    dim = design("dim", array=dict(area_m2=10.0), battery=dict(capacity_j=0.2 * 3.6e6))
    run, steps, closed = day((dim,))
    assert closed
    assert (run.total("safe_s") > 0.0).all()
    assert run.total("executed_flop").max() == 0.0
    assert all(np.isfinite(values).all() for values in steps.values())
    assert steps["battery_j"].min() >= 0.6 * 0.2 * 3.6e6 * (1 - 1e-12)
    short = steps["load_w"] < 6e3 * 1.015 * (1 - 1e-9)
    assert short.any()
    assert run.total("safe_s").sum() == pytest.approx(60.0 * short.sum(), rel=1e-12)


def test_a_design_too_hot_is_counted_not_hidden():
    """A radiator of 1 m² cannot shed the bus: its fluid passes the limit of the chips with compute off."""
    hot = design("hot", radiator=dict(area_m2=1.0, heat_capacity_j_k=1e4))
    run, steps, closed = day((hot,))
    assert closed
    assert (run.total("safe_s") > 0.0).all()
    too_hot = steps["fluid_k"] > 358.0
    assert too_hot.any()
    assert run.total("safe_s").sum() == pytest.approx(60.0 * too_hot.sum(), rel=1e-12)
    assert (steps["compute_w"][1:][too_hot[:-1]] == 0.0).all()


def random_design(rng, k):
    """Return a design at random, most of them poor ones."""
    return design(
        f"random {k}",
        bus_power_w=float(10 ** rng.uniform(2.5, 4.2)),
        array=dict(
            area_m2=float(10 ** rng.uniform(1, 3.3)),
            pointing=str(rng.choice(["two_axis", "one_axis", "orbit_normal", "zenith"])),
            degradation_per_year=float(rng.uniform(0, 0.03)),
            heat_capacity_j_m2_k=float(10 ** rng.uniform(3.3, 4.3)),
        ),
        battery=dict(
            capacity_j=float(10 ** rng.uniform(6, 9)),
            depth_design=float(rng.uniform(0.1, 0.5)),
            depth_limit=float(rng.uniform(0.5, 1.0)),
            charge_rate_per_s=float(10 ** rng.uniform(-4.5, -3)),
            discharge_rate_per_s=float(10 ** rng.uniform(-4.5, -3)),
            charge_efficiency=float(rng.uniform(0.8, 1.0)),
            discharge_efficiency=float(rng.uniform(0.8, 1.0)),
            taper=float(rng.uniform(0.01, 0.5)),
            initial_state_of_charge=float(rng.uniform(0.5, 1.0)),
        ),
        radiator=dict(
            area_m2=float(10 ** rng.uniform(0.5, 2.5)),
            pointing=str(rng.choice(["edge_on", "orbit_normal", "zenith"])),
            heat_capacity_j_k=float(10 ** rng.uniform(4.5, 6.3)),
            initial_temperature_k=float(rng.uniform(250, 350)),
            pump_fraction=float(rng.uniform(0, 0.05)),
            sun_leak=float(rng.uniform(0, 0.2)),
        ),
        compute=dict(
            count=int(rng.integers(1, 200)),
            exponent=float(rng.uniform(1.5, 3.5)),
            idle_fraction=float(rng.uniform(0.02, 0.5)),
            chip_resistance_k_w=float(10 ** rng.uniform(-2.5, -1.3)),
        ),
    )  # fmt: skip


def test_ledgers_close_for_any_design():
    """Random designs, most too dark, too hot or too small, random assignments, an orbit and a half."""
    rng = np.random.default_rng(11)
    n = 4 if UNCOMPILED else 96
    types = tuple(random_design(rng, k) for k in range(n))
    share = np.minimum(rng.uniform(0, 1.5, -(-n // 512) * 512), 1.0)
    run, steps, closed = day(types, share, n=n, n_window=2 if UNCOMPILED else 30, kind=np.arange(n))
    assert closed, audited(run)
    assert all(np.isfinite(values).all() for values in steps.values())
    if not UNCOMPILED:
        assert (run.total("safe_s") > 0).sum() > 5
        assert (run.total("throttled_s") > 0).sum() > 5
        assert (run.total("executed_flop") > 0).sum() > 20
    capacity_j = np.array([one.battery.capacity_j for one in types])
    floor_j = capacity_j * (1 - np.array([one.battery.depth_limit for one in types]))
    assert (steps["battery_j"] <= capacity_j * (1 + 1e-12)).all()
    assert (steps["battery_j"] >= floor_j - 1e-12 * capacity_j).all()
    full_w = np.array([one.compute.count * one.compute.device_power_w * one.compute.server_overhead for one in types])
    idle_w = full_w * np.array([one.compute.idle_fraction for one in types])
    exponent = np.array([one.compute.exponent for one in types])
    possible = np.clip((steps["compute_w"] - idle_w) / (full_w - idle_w), 0.0, 1.0) ** (1 / exponent)
    whole = np.isin(steps["sunlit"], (0.0, 1.0))  # through an edge devices may be on for a part
    assert (steps["rate"] <= possible + 1e-5)[whole].all()  # no work without its power; near idle the root loses digits
    bus = steps["array_w"] + steps["drawn_w"] - steps["load_w"] - steps["charge_w"] - steps["curtailed_w"]
    assert (np.abs(bus) <= 1e-12 * (steps["array_w"] + steps["drawn_w"] + 1.0)).all()
