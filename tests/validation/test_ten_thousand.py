"""Ten thousand random satellites: the compiled step against NumPy on the same functions, and against exact formulas."""

import functools

import numpy as np
import pytest
from array_twin import ArrayTwin
from small_fleet import BASE, design, random_elements, run_of, sun_at, window_times
from twin import Satellite

from orbital_compute.kernels.positions import positions
from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP

pytestmark = pytest.mark.validation

N, STEP_S, N_STEP, N_WINDOW = 10_000, 10.0, 3, 2
SAME = 1e-12  # of the largest of each output: two orders of rounding
POSITION_M, SHARE, ENERGY, KELVIN = 1e-4, 3e-5, 1e-6, 0.01
ENERGY_AT_AN_EDGE = 3e-6  # of a minute in which an edge of the shadow is met, which is two in a revolution
FLOWS = (
    "array_w", "load_w", "compute_w", "charge_w", "drawn_w", "curtailed_w", "loss_w", "conditioning_w", "sink_w",
)  # fmt: skip
OTHER = design(
    "other",
    array=dict(pointing="one_axis", area_m2=1200.0, efficiency=0.30, temperature_coefficient_per_k=0.0021),
    battery=dict(capacity_j=80 * 3.6e6, initial_state_of_charge=0.85),
    radiator=dict(pointing="zenith", area_m2=170.0, blocked_fraction=0.1),
    compute=dict(exponent=3.0, count=130, device_power_w=700.0, peak_flop_s=0.989e15, idle_fraction=0.15),
    age_s=8e7,
)
TYPES = (BASE, OTHER)


def shares():
    """Return the share of what is offered that each satellite is given: all of it for three in ten."""
    rng = np.random.default_rng(7)
    return np.where(rng.random(-(-N // 512) * 512) < 0.3, 1.0, rng.uniform(0.0, 1.0, -(-N // 512) * 512))


@functools.cache
def compiled():
    """Return the run and, window by window, suns, assignments and steps."""
    elements, kind = random_elements(N, seed=11), np.arange(N) % 2
    run = run_of(elements, kind, TYPES, step_s=STEP_S, n_step=N_STEP)
    twin = ArrayTwin(run.fleet)
    windows = []
    for w in range(N_WINDOW):
        run.prepare(w)
        run.march(shares())
        windows.append((run.suns, run.offer[:N].copy(), run.assigned[:N].copy(), run.series()))
    return elements, kind, twin, windows


def test_compiled_step_is_numpy_on_the_same_functions():
    """Every output of every step, relative to the largest of its kind."""
    _, _, twin, windows = compiled()
    worst = {}
    for suns, offer, assigned, series in windows:
        offered, steps = twin.window(suns, assigned)
        assert np.abs(offer - offered).max() <= WORK_QUANTUM_FLOP + SAME * offered.max()  # offers are whole quanta
        for name, values in series.items():
            scale = max(float(np.abs(values).max()), 1e-30)
            worst[name] = max(worst.get(name, 0.0), float(np.abs(values - steps[name]).max()) / scale)
    print()
    for name, error in sorted(worst.items(), key=lambda item: -item[1]):
        print(f"{name:18s} {error:.1e}")
    assert worst.pop("chip_w") < 10 * SAME  # a mean over its share of the step: the share's rounding over a small share
    assert max(worst.values()) < SAME


def exact():
    """Return the steps of the plain twins, float64[n_step, n] by name, given the same assignments."""
    elements, kind, _, windows = compiled()
    found = []
    for j in range(N):
        one, own = Satellite(TYPES[kind[j]], elements[j], STEP_S), []
        for w, (_, _, assigned, _) in enumerate(windows):
            time_s, _ = window_times(w, N_STEP, STEP_S)
            one.prepare(time_s, *sun_at(time_s))
            own += [{**step, "r_m": one.r_m[k]} for k, step in enumerate(one.march(assigned[j]))]
        found.append(own)
    return {name: np.array([[step[name] for step in own] for own in found]).swapaxes(0, 1) for name in found[0][0]}


def test_compiled_step_is_near_exact_formulas():
    """Positions, light, flows, temperatures and work against Kepler, circles, Runge-Kutta and libm."""
    elements, kind, _, windows = compiled()
    theirs = exact()
    ours = {name: np.concatenate([series[name] for *_, series in windows]) for name in windows[0][3]}
    run = run_of(elements, kind, TYPES, step_s=STEP_S, n_step=N_STEP)
    arrays = run.fleet.arrays
    times_s = np.concatenate([window_times(w, N_STEP, STEP_S)[0] for w in range(N_WINDOW)])
    r_m = np.empty((N, times_s.size, 3))
    slots = ArrayTwin(run.fleet).records["slot"]
    own = np.ascontiguousarray(np.stack(slots, axis=1))
    positions(arrays.orbit_table, arrays.orbit_index[:N], own, times_s, 0, N, r_m)
    # what array and battery pass: of all satellites, and where there is most of the satellite's type
    through_j = (theirs["array_w"] + theirs["drawn_w"]).sum(axis=0) * STEP_S
    most_j = np.array([through_j[kind == k].max() for k in range(len(TYPES))])[kind]
    found = {
        "position [m]": (np.linalg.norm(r_m.swapaxes(0, 1) - theirs["r_m"], axis=2).max(), POSITION_M),
        "sunlit share": (np.abs(ours["sunlit"] - theirs["sunlit"]).max(), SHARE),
        "fluid [K]": (np.abs(ours["fluid_k"] - theirs["fluid_k"]).max(), KELVIN),
        "cells [K]": (np.abs(ours["cell_k"] - theirs["cell_k"]).max(), KELVIN),
        "rate": (np.abs(ours["rate"] - theirs["rate"]).max(), 1e-4),
        "radiated": (np.abs(ours["radiated_j"] / theirs["radiated_j"] - 1).max(), 4 * KELVIN / 200.0),
    }
    for name in (*FLOWS, "battery_j"):
        if name == "battery_j":
            error_j = np.abs(ours[name] - theirs[name]).max(axis=0)
        else:
            error_j = np.abs(ours[name].sum(axis=0) - theirs[name].sum(axis=0)) * STEP_S
        found[f"{name[:-2]}, all satellites"] = (float(error_j.sum() / through_j.sum()), ENERGY)
        found[f"{name[:-2]}, worst in a minute"] = (float((error_j / most_j).max()), ENERGY_AT_AN_EDGE)
    print()
    for name, (error, limit) in found.items():
        print(f"{name:32s} {error:.1e}, stated {limit:.0e}")
    beyond = {name: error for name, (error, limit) in found.items() if not error < limit}
    assert not beyond
