"""A run from end to end: what must be seen of any run, on fleets small enough to test and large enough to bind."""

import numpy as np
import pytest
from small_fleet import spoil_march

import orbital_compute as oc
from orbital_compute.analysis.waterfall import STAGES
from orbital_compute.errors import AuditError
from orbital_compute.kernels.march import STATE_FIELDS
from orbital_compute.kernels.records import State
from orbital_compute.model.fleet import Fleet
from orbital_compute.model.health import FleetHealth
from orbital_compute.model.space import SpaceSegment
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

BASE = {
    "format": 1,
    "name": "test",
    "seed": 3,
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "2 h", "step": "60 s", "window": "5 min"},
    "constellation": {"preset": "fcc_2026", "variant": "sso_corrected", "satellites": 1200},
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "gateways": {"preset": "default"},
    "workload": {"preset": "default", "demand": {"share": None, "rate": "400 EFLOP/s"}},
    "output": {"sample": 8},
}
FLUID = STATE_FIELDS.index("fluid_k")


def scenario(**changes):
    return oc.load_scenario(BASE).replace(changes) if changes else oc.load_scenario(BASE)


@pytest.fixture(scope="module")
def base():
    return simulate(scenario())


@pytest.fixture(scope="module")
def half_demand():
    return simulate(scenario(**{"workload.demand.rate": "200 EFLOP/s"}))


def value(results, name):
    return results.summary()[name]["value"]


def test_every_ledger_of_a_run_closes(base):
    open_ledgers = {name: ledger for name, ledger in base.audit().items() if not ledger["closes"]}
    assert not open_ledgers
    assert value(base, "energy_residual") < 1e-9
    assert value(base, "requests_residual") == 0


def test_both_sides_serve_and_the_certificate_holds(base):
    assert value(base, "compute_delivered_orbit_flop") > 0
    assert value(base, "compute_delivered_site_flop") > 0
    assert 0 <= value(base, "dispatch_gap_max") < 1e-6


def test_cost_line_of_both_sides_is_made_from_the_runs_own_numbers(base):
    """Cost of a kilowatt-hour times those of two hours is the cost of two hours."""
    for side, falls in (("orbit", 0.8615), ("site", 1.0)):  # by losses and decay over the satellites' life
        year = value(base, f"cost_{side}_usd_year")
        kwh = value(base, f"it_energy_{side}_j") / 3.6e6
        assert value(base, f"cost_{side}_usd_kwh_it") * kwh * falls == pytest.approx(year * 2 / 8766, rel=1e-3)
    assert value(base, "cost_ratio_orbit_over_site") > 0.0
    assert any(record["path"] == "economics.launch.price" for record in base.manifest["provenance"])


def test_hourly_prices_of_the_grid_are_recorded_and_paid(tmp_path):
    (tmp_path / "grid.csv").write_text("usd_per_kwh\n" + "".join(f"{0.001 * (h % 24)}\n" for h in range(8760)))
    sites = [{"preset": "colossus_1", "grid": {"hourly": str(tmp_path / "grid.csv")}}]
    results = simulate(scenario(**{"constellation.satellites": 60, "time.duration": "90 min", "sites": sites}))
    price = results.dataset["grid_price"].values[:, 0] * 3.6e6
    assert price == pytest.approx([0.012] * 12 + [0.013] * 6)  # from noon on
    paid = results.cost.places["ground"]["default"].components["electricity"]
    energy_kwh = results.dataset["grid_power_w"].values[:, 0] * 300.0 / 3.6e6
    assert paid == pytest.approx((energy_kwh * price).sum() * 8766 / 1.5, rel=1e-9)
    assert "grid_carbon" not in results.dataset


def test_two_satellites_half_an_orbit_apart_are_eclipsed_half_an_orbit_apart():
    pair = {
        "shells": [
            {"altitude": "550 km", "inclination": "53 deg", "planes": 1, "per_plane": 2, "phasing": 0, "raan0": "0 deg"}
        ]
    }
    changes = {"constellation": pair, "time.duration": "200 min", "time.step": "10 s", "time.window": "100 s"}
    tree = {**BASE, "constellation": pair, "output": {"sample": [0, 1]}}
    tree["time"] = {**BASE["time"], **{key.split(".")[1]: text for key, text in changes.items() if "time." in key}}
    dataset = simulate(tree).dataset
    dark = dataset["sample_sunlit"].values < 0.5
    entries = [np.flatnonzero(~dark[:-1, k] & dark[1:, k]) * 10.0 for k in (0, 1)]
    assert min(len(times) for times in entries) >= 2
    period_s = np.diff(entries[0])[0]
    assert period_s == pytest.approx(5736, abs=15)  # nodal period at 550 km, 53 degrees
    apart_s = np.abs(entries[1][0] - entries[0][0])
    assert apart_s == pytest.approx(period_s / 2, abs=15)


def march_alone(model, rows, assigned, n_window):
    """Return the state of some rows after windows of given assignments [window, row], marched by themselves."""
    fleet = Fleet(model.constellation, model.satellite_types, step_s=model.clock.step_s, rows=rows)
    health = FleetHealth(model.health.fleet, fleet, model.clock, model.constellation, model.seed)
    space = SpaceSegment(fleet, model.constellation, model.clock, threads=1, sample_rows=[], health=health)
    for w in range(n_window):
        space.prepare(w)
        if w == 0:
            health.new_day(0, space.run)
        space.assigned_flop[: len(rows)] = assigned[w]
        space.signature[: len(rows)] = 0
        space.march(1)
    return np.stack([fleet.state_of(name) for name in STATE_FIELDS], axis=1)


@pytest.mark.parametrize("satellites", [3000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_satellites_alone_have_the_bits_they_have_among_all(satellites):
    model = build(scenario(**{"constellation.satellites": satellites}))
    run = Simulation(model, threads=2)
    rows = np.sort(np.random.default_rng(0).choice(satellites, 10, replace=False))
    assigned = []
    for _ in range(3):
        run.step()
        assigned.append(run.space.assigned_flop[rows].copy())
    run.close()
    together = np.stack([run.fleet.state_of(name)[rows] for name in STATE_FIELDS], axis=1)
    alone = march_alone(model, rows, assigned, 3)
    assert np.array_equal(together, alone)
    assert len(np.unique(together[:, FLUID])) > 5  # they are not copies of one another


def test_threads_change_no_bit():
    def finish(threads):
        run = Simulation(build(scenario()), threads=threads)
        for _ in range(3):
            rows = run.step()
        run.close()
        return run.fleet.arrays.state.copy(), rows | run.service.state()

    state, rows = finish(1)
    for threads in (2, 3):
        other, other_rows = finish(threads)
        assert np.array_equal(state, other)
        for name, row in rows.items():
            assert np.array_equal(row, other_rows[name], equal_nan=True), name


def test_less_work_cools_fluid_fills_batteries_and_saves_grid_power(base, half_demand):
    full, half = base.dataset, half_demand.dataset
    assert value(half_demand, "compute_delivered_flop") < 0.6 * value(base, "compute_delivered_flop")
    assert half["fluid_temperature_k"].sel(quantile=0.5).mean() < full["fluid_temperature_k"].sel(quantile=0.5).mean()
    assert half["state_of_charge"].sel(quantile=0.5).mean() > full["state_of_charge"].sel(quantile=0.5).mean()
    assert half["grid_power_w"].sum() < full["grid_power_w"].sum()


def test_each_joule_that_less_work_saves_stands_in_the_ledger(base, half_demand):
    """Array = load + stored + lost + curtailed in both runs, so the differences balance too."""
    left_j = {}
    for name, results in (("full", base), ("half", half_demand)):
        d, window_s = results.dataset, results.dataset.attrs["window_s"]
        flows = {
            n: float(d[n].sum()) * window_s
            for n in ("array_power_w", "load_power_w", "curtailed_power_w", "battery_loss_power_w")
        }
        stored_j = float(d["battery_energy_j"][-1].sum()) - BATTERY_START_J
        left_j[name] = flows["array_power_w"] - flows["load_power_w"] - flows["curtailed_power_w"]
        left_j[name] -= flows["battery_loss_power_w"] + stored_j
        assert abs(left_j[name]) < 1e-9 * flows["array_power_w"]
    saved_j = (base.dataset["load_power_w"].sum() - half_demand.dataset["load_power_w"].sum()) * 300.0
    assert float(saved_j) > 0


BATTERY_START_J = 1200 * 117 * 3.6e6  # all full at the start


def test_half_the_radiator_throttles(base):
    small = simulate(scenario(**{"satellite.radiator.area": "55 m2"}))
    assert value(small, "throttled_fraction") > value(base, "throttled_fraction") + 0.1
    assert value(small, "chip_temperature_max_k") <= 358.0
    thermal = {name: r.dataset["waterfall_orbit_flop"].values for name, r in (("small", small), ("base", base))}
    thermal_at = STAGES.index("thermal")
    factor = {name: flop[thermal_at] / flop[thermal_at - 1] for name, flop in thermal.items()}
    assert factor["small"] < 0.8 * factor["base"]
    cap = small.dataset["sample_thermal_cap_w"].values.min()
    assert cap < base.dataset["sample_thermal_cap_w"].values.min()


def test_a_tenth_of_the_battery_hibernates_in_eclipse(base):
    small = simulate(scenario(**{"satellite.battery.capacity": "11.7 kWh"}))
    d = small.dataset
    dark = d["sample_sunlit"].values == 0.0
    assert dark.any()
    assert np.all(d["sample_compute_w"].values[dark] == 0.0)
    assert np.all(base.dataset["sample_compute_w"].values[base.dataset["sample_sunlit"].values == 0.0] > 0.0)
    power = {name: r.dataset["waterfall_orbit_flop"].values for name, r in (("small", small), ("base", base))}
    light = STAGES.index("power")
    assert power["small"][light] / power["small"][0] < power["base"][light] / power["base"][0]
    assert value(small, "state_of_charge_min") >= 0.6 - 1e-9


def marched(before_last=lambda: None):
    """Return a simulation with its third window marched and not yet looked at; call this before that window."""
    run = Simulation(build(scenario(**{"constellation.satellites": 300})), threads=1)
    for _ in range(2):
        run.step()
    before_last()
    run.offer()
    run.dispatch()
    run.march()
    return run


def test_the_audit_passes_an_honest_window():
    run = marched()
    run.audit()
    run.close()


@pytest.mark.parametrize(
    ("quantity", "change", "name"),
    [("battery_j", 1.0, "energy"), ("fluid_k", 1.0, "heat"), ("battery_j", np.nan, "battery_j")],
)
def test_the_audit_finds_one_joule_and_one_kelvin(quantity, change, name, monkeypatch):
    run = marched(before_last=lambda: spoil_march(monkeypatch, "state", quantity, 137, change))
    with pytest.raises(AuditError, match=r"satellite 137, window 2, steps 10 to 14") as raised:
        run.audit()
    run.close()
    assert raised.value.quantity == name


def test_the_audit_finds_one_request():
    run = marched()
    run.queues.served[5] += 1
    with pytest.raises(AuditError, match=r"queue .*window 2") as raised:
        run.audit()
    run.close()
    assert raised.value.quantity == "requests"


def test_the_audit_finds_a_joule_at_a_site():
    run = marched()
    run.site_window.battery_end_j[0] += 1e4  # 1e-9 of 90 GJ that pass and of 2.9 TJ that are stored is 3 kJ
    with pytest.raises(AuditError, match=r"site colossus_1, window 2"):
        run.audit()
    run.close()


def test_the_audit_finds_work_credited_twice():
    run = marched()
    run.node_executed_flop[0] *= 1.001
    with pytest.raises(AuditError, match="neither credited nor repeated"):
        run.audit()
    run.close()


HEADLINES = (
    "compute_delivered_flop",
    "compute_delivered_orbit_flop",
    "compute_delivered_site_flop",
    "it_energy_orbit_j",
    "it_energy_site_j",
    "sunlit_fraction",
    "served_fraction",
    "slo_attainment",
    "rtt_p50_s",
    "rtt_p95_s",
    "state_of_charge_min",
    "chip_temperature_max_k",
)
COUNTED = (
    "throttled_fraction",
)  # steps beyond a threshold: where power grows slowly past it, 1e-4 of power is 1e-3 of it


@pytest.mark.parametrize(
    ("changes", "limit"),
    [({"time.window": "150 s", "time.step": "30 s"}, 0.005), ({"time.step": "30 s"}, 0.001)],
    ids=["half the window", "half the step"],
)
@pytest.mark.slow
def test_a_finer_clock_moves_headline_figures_little(changes, limit, capsys):
    coarse_changes = {"constellation.satellites": 1000, "time.duration": "1 day", "output.sample": 0}
    if "time.window" in changes:
        coarse_changes["time.step"] = "30 s"  # only the window differs
    coarse = simulate(scenario(**coarse_changes))
    fine = simulate(scenario(**{**coarse_changes, **changes}))
    moved = {name: value(fine, name) / value(coarse, name) - 1 for name in HEADLINES + COUNTED}
    with capsys.disabled():
        print(f"\n{changes} moves")
        for name, by in moved.items():
            print(f"  {name:30s} {value(coarse, name):.6g} by {by:+.4%}")
    assert max(abs(moved[name]) for name in HEADLINES) < limit
    assert max(abs(moved[name]) for name in COUNTED) < 5 * limit


def test_doubling_gpus_or_power_delivers_more():
    """On a hot afternoon at full load, where 300 MW are less than the site could use."""
    hot = {"time.start": "2026-07-20T18:00:00Z", "workload.demand.rate": "2000 EFLOP/s", "constellation.satellites": 60}
    base = value(simulate(scenario(**hot)), "compute_delivered_site_flop")
    gpus = {f"sites.0.gpus.{name}.count": 2 * n for name, n in (("h100", 150_000), ("h200", 50_000), ("gb200", 20_000))}
    more_gpus = value(simulate(scenario(**hot, **gpus)), "compute_delivered_site_flop")
    more_power = value(simulate(scenario(**hot, **{"sites.0.grid.limit": "600 MW"})), "compute_delivered_site_flop")
    assert more_gpus > 1.05 * base
    assert more_power >= base
    half_power = value(
        simulate(scenario(**hot, **{"sites.0.grid.limit": "150 MW", "sites.0.battery.capacity": "0 kWh"})),
        "compute_delivered_site_flop",
    )
    assert half_power < 0.9 * base


def test_a_loop_over_replaced_scenarios_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = scenario(**{"time.duration": "10 min", "constellation.satellites": 64})
    delivered = [
        value(
            oc.simulate(short.replace({"satellite.radiator.area": f"{area} m2"}), output=None), "compute_delivered_flop"
        )
        for area in (60, 110)
    ]
    assert delivered[0] <= delivered[1]
    assert list(tmp_path.iterdir()) == []


def test_equal_runs_give_equal_datasets(tmp_path):
    import xarray as xr

    short = scenario(**{"time.duration": "20 min", "constellation.satellites": 100})
    first = oc.simulate(short, tmp_path / "a")
    second = oc.simulate(short, tmp_path / "b", threads=1)
    kept = oc.simulate(short)
    xr.testing.assert_identical(first.dataset.load(), second.dataset.load())
    xr.testing.assert_identical(oc.open_results(tmp_path / "a").dataset.load(), kept.dataset)


def test_state_names_lead_with_what_the_kernels_carry():
    assert STATE_FIELDS[: len(State._fields)] == State._fields


def test_a_larger_array_does_not_cook_the_satellite():
    """What is curtailed heats nothing; the plan's bound on conditioning heat, full power and charge, costs 0.7 %."""
    sunny = {"constellation.satellites": 60, "time.duration": "30 min", "workload.demand.rate": "2000 EFLOP/s"}
    offered = [
        float(simulate(scenario(**sunny, **{"satellite.array.area": f"{area} m2"})).dataset["offered_flop"].sum())
        for area in (500, 900, 6000)
    ]
    assert offered[0] < offered[1] * (1 + 1e-9)
    assert offered[2] > 0.99 * offered[1]


def test_a_date_past_the_tables_is_said_once():
    far = scenario(**{"constellation.satellites": 33, "time.start": "2035-01-01T00:00:00Z", "time.duration": "10 min"})
    for _ in range(2):
        assert sum("UT1" in text for text in simulate(far).warnings) == 1
