"""The health of a fleet: calibrated years, seasons, counts by the law, fates that hang on nothing else, the march."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numba
import numpy as np
import pytest
from small_fleet import BASE, Run, constellation, design, random_elements
from twin_sky import Elements

from orbital_compute.catalogue import DAY_HEALTH
from orbital_compute.errors import ScenarioError
from orbital_compute.kernels.health import ALIVE, INFANT, WORN_OUT, Fates
from orbital_compute.kernels.march import STATE_FIELDS
from orbital_compute.kernels.records import WHOLE, Hardware, Health
from orbital_compute.model.clock import Clock
from orbital_compute.model.events import FleetEvent
from orbital_compute.model.fleet import Fleet, from_tiles
from orbital_compute.model.health import FleetHealth
from orbital_compute.model.health_spec import (
    YEAR_S,
    BatteryAgeing,
    CoatingAgeing,
    DeviceAgeing,
    DeviceFailures,
    HealthSpec,
    LaserFailures,
    PumpFailures,
    SatelliteFailures,
    StringFailures,
)
from orbital_compute.physics.failure import mixed_lost

UNCOMPILED = bool(numba.config.DISABLE_JIT)
DAY_S = 86400.0
NOTHING = HealthSpec.none()
AGEING = design(
    "ageing", battery=dict(calendar_fade=0.06, cycle_fade=0.14), radiator=dict(absorptivity_end=0.25), age_s=0.0
)
SIGMAS = 4.0
SOLAR = Hardware._fields.index("solar_m2")


def serial(work, parts):
    return [work(part) for part in parts]


def clock_of(window_s=300.0):
    return Clock(constellation(random_elements(1), [0], ["x"]).epoch, 60.0, window_s, 1440 * round(window_s / 60.0))


def health_of(spec, n=4, kind=AGEING, *, seed=1, window_s=300.0, rows=None, of=None, key=None):
    """Return the health of n satellites of one type on random orbits, of the first `of` of them."""
    own = constellation(random_elements(n), np.zeros(n, dtype=int), [kind.name])
    fleet = Fleet(own, {kind.name: kind}, step_s=60.0, rows=rows)
    return FleetHealth(spec, fleet, clock_of(window_s), own, seed)


def put(health, **means):
    """Put into the state what a day of flight leaves: energy drawn, and means over its windows."""
    state, windows = health.fleet.arrays.state, DAY_S / health.clock.window_s
    for name, value in means.items():
        times = 1.0 if name == "day_drawn_j" else windows
        state[:, STATE_FIELDS.index(name)] = times * np.asarray(value)


def fly(health, k_day, days=1.0, *, depth=0.0, charge=0.5, fluid_k=298.0):
    """Begin a day and fly it with all batteries cycled to this depth of what they then hold."""
    health.new_day(k_day, serial, days=days)
    n, arrays = health.fleet.n_satellite, health.fleet.arrays
    left = np.ones(health.fleet.n_row)
    left[:n] = 1 - np.sqrt(health.wear.calendar_square) - health.wear.cycles
    capacity_j = (left * AGEING.battery.capacity_j).reshape(-1, 32)
    rate = health.cycle_rate_per_s[arrays.orbit_index].reshape(-1, 32) * DAY_S
    out = 1 - 0.04 * (1 + 1.5 * (1 - left.reshape(-1, 32)))
    put(health, day_drawn_j=depth * rate * capacity_j * out, day_battery_j=charge * capacity_j, day_fluid_k=fluid_k)


def left_of(health, name):
    values = from_tiles(health.fleet.arrays.health, Health._fields.index(name), health.fleet.n_satellite)
    return values.astype(np.float64)


def fates(health):
    return np.array([getattr(health.fates, name) for name in Fates._fields])


HELD = replace(NOTHING, batteries=BatteryAgeing(hold_k=298.0, coupling=0.0))


def test_a_new_fleet_is_whole_to_the_last_bit():
    health = health_of(HealthSpec(), 40)
    assert (health.fleet.arrays.health == np.array(WHOLE, dtype=np.float32)[:, None]).all()
    assert health.fleet.arrays.hardware_table[0].tolist() == list(new_row(AGEING))


def new_row(kind):
    return health_of(NOTHING, 1, kind).fleet.hardware[0]


def test_five_years_at_298_kelvin_take_six_points():
    """By a day in fifteen, as a run of typical days has them: each counts for the time until the next."""
    health = health_of(HELD)
    for k in range(122):
        fly(health, k, 15.0 if k else 1.0)
    health.new_day(122, serial, days=1826.25 - 121 * 15.0)
    rows = health.day_rows()
    print(f"5 years at 298 K, half charged, not cycled: {100 * rows['calendar_fade_share'][0]:.3f} % lost")
    assert rows["calendar_fade_share"] == pytest.approx([0.06], abs=1e-6)
    assert rows["battery_left_share"] == pytest.approx([0.94], abs=1e-6)
    assert rows["battery_temperature_k"] == pytest.approx([298.0], abs=1e-5)


def test_thirty_thousand_cycles_of_thirty_percent_take_fourteen_points():
    """As many days as each orbit needs; the calendar is stopped by cold storage in an empty battery's charge."""
    health = health_of(replace(NOTHING, batteries=BatteryAgeing(hold_k=150.0, coupling=0.0)), 1)
    days = 30000.0 / (float(health.cycle_rate_per_s[0]) * DAY_S)
    for k in range(100):
        fly(health, k, days / 100 if k else 1.0, depth=0.30)
    health.new_day(100, serial, days=days / 100)
    rows = health.day_rows()
    print(f"30,000 cycles at 30 %: {100 * rows['cycle_fade_share'][0]:.3f} % lost in {days:.0f} days")
    assert rows["cycle_fade_share"] == pytest.approx([0.14], abs=1e-6)
    assert rows["battery_depth"] == pytest.approx([0.30], abs=1e-6)
    assert rows["battery_left_share"] == pytest.approx([0.86], abs=1e-3)


def test_a_deeper_eclipse_season_ages_faster_in_the_series_by_day():
    """A year of two seasons: half-depth, then full depth; each day's fade follows the depth of the day before."""
    health = health_of(replace(NOTHING, batteries=BatteryAgeing()))
    series = []
    for k in range(40):
        fly(health, k, 9.0 if k else 1.0, depth=0.15 if k < 20 else 0.30, charge=0.9, fluid_k=320.0)
        series.append(health.day_rows())
    fade = np.array([rows["cycle_fade_share"][0] for rows in series])
    shallow, deep = np.diff(fade)[5], np.diff(fade)[30]
    print(f"cycle fade of nine days: {1e4 * shallow:.3f}e-4 at 15 % depth, {1e4 * deep:.3f}e-4 at 30 %")
    assert deep / shallow == pytest.approx(2**1.5, rel=1e-4)
    assert [round(float(rows["battery_depth"][0]), 4) for rows in (series[5], series[30])] == [0.15, 0.3]
    assert math.isnan(series[0]["battery_depth"][0])
    calendar = np.array([rows["calendar_fade_share"][0] for rows in series])
    assert (np.diff(calendar) > 0).all()
    assert np.diff(calendar)[1] > np.diff(calendar)[-1]  # as the root of time


def test_time_before_the_first_day_rests_and_cycles_as_the_first():
    """The first of many typical days is the 183rd: half a year without any flight before it."""
    health = health_of(replace(NOTHING, batteries=BatteryAgeing(), coatings=CoatingAgeing()))
    fly(health, 0, 183.625, depth=0.15)
    rows = health.day_rows()
    assert rows["calendar_fade_share"] == pytest.approx([0.06 * math.sqrt(0.1)], rel=1e-6)
    assert rows["cycle_fade_share"] == [0.0]
    assert rows["radiator_absorptivity"] == pytest.approx(
        [0.15 + 0.1 * (1 - math.exp(-0.25)) / (1 - math.exp(-2.5))], rel=1e-12
    )
    rate = health.cycle_rate_per_s[health.fleet.arrays.orbit_index[:4]].mean() * DAY_S
    for k in (1, 2):
        health.restore(health.state())
        fly(health, k, 10.0, depth=0.15)
        cycles = (182.625 + 10.0 * k) * rate
        assert health.day_rows()["cycle_fade_share"] == pytest.approx([0.14 * cycles / 30000 * 0.5**1.5], rel=1e-5)


def test_hotter_loops_and_fuller_batteries_age_faster():
    def faded(**conditions):
        health = health_of(replace(NOTHING, batteries=BatteryAgeing()))
        fly(health, 0, **conditions)
        health.new_day(1, serial, days=365.25)
        return health.day_rows()["calendar_fade_share"][0]

    cool, warm, full = faded(fluid_k=298.0), faded(fluid_k=338.0), faded(fluid_k=298.0, charge=1.0)
    # the battery follows by 0.2: 294 K and 302 K
    assert warm / cool == pytest.approx(math.exp(50e3 / 8.314462618 * (1 / 294 - 1 / 302)), rel=1e-6)
    assert full / cool == pytest.approx(math.exp(0.5), rel=1e-6)


def test_fates_do_not_depend_on_parts_threads_or_satellites_behind():
    n = 300 if UNCOMPILED else 40_000
    spec = HealthSpec(devices=DeviceFailures(rate_per_year=0.5), pumps=PumpFailures(rate_per_year=0.5))
    one, more = health_of(spec, n), health_of(spec, n + 700)
    few = health_of(spec, n, rows=np.array([5, 99, 217]))
    threaded, restored = health_of(spec, n), health_of(spec, n)
    threaded._parts = [(first, min(first + 37, n)) for first in range(0, n, 37)]
    with ThreadPoolExecutor(3) as pool:
        for k in range(3):
            for health in (one, more, few):
                fly(health, k, 15.0, depth=0.2)
            threaded.new_day(k, lambda work, parts: list(pool.map(work, parts)), days=15.0)
            threaded.fleet.arrays.state[:] = one.fleet.arrays.state
            if k == 1:
                restored.restore(one.state())
                restored.fleet.arrays.state[:] = one.fleet.arrays.state
    restored.new_day(2, serial, days=15.0)
    assert fates(one)[0].sum() > n
    assert np.array_equal(fates(more)[:, :n], fates(one))
    assert np.array_equal(fates(few), fates(one)[:, [5, 99, 217]])
    for other in (threaded, restored):
        assert np.array_equal(fates(other), fates(one))
        assert np.array_equal(other.wear.calendar_square, one.wear.calendar_square)
        assert np.array_equal(other.wear.cycles, one.wear.cycles)
        assert np.array_equal(other.fleet.arrays.health, one.fleet.arrays.health)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(threaded.day_rows().values(),
                                                                    one.day_rows().values(), strict=True))  # fmt: skip


@pytest.mark.compiled
def test_counts_of_a_million_satellite_years_lie_within_four_sigma_of_the_law():
    """100,000 satellites for ten years by days that stand for thirty: losses by age, and parts at constant rates."""
    n, step, steps = 100_000, 30.0, 122
    health = health_of(HealthSpec(), n, replace(AGEING, compute=replace(AGEING.compute, count=8)))
    law, checked = SatelliteFailures(), []
    for k in range(steps):
        health.new_day(k, serial, days=step)
        years = (k + 1) * step / 365.25
        if k in (0, 1, 5, 11, 23, 47, 71, 95, steps - 1):
            lost = int((health.fates.cause != ALIVE).sum())
            wanted = mixed_lost(years * YEAR_S, law.infant_share, law.infant_scale_s, law.infant_shape,
                                law.wear_scale_s, law.wear_shape)  # fmt: skip
            sigma = math.sqrt(n * wanted * (1 - wanted))
            checked.append(abs(lost - n * wanted) / sigma)
            print(f"{years:6.2f} years: {lost:6d} lost, law {n * wanted:8.1f}, {checked[-1]:.2f} sigma")
    assert max(checked) < SIGMAS
    infant = int((health.fates.cause == INFANT).sum())
    assert abs(infant - 0.02 * n * (1 - math.exp(-(40.08**0.4)))) < SIGMAS * math.sqrt(0.02 * n)
    alive = health.fates.cause == ALIVE
    for name, count, rate in (("devices", 8, 0.068), ("strings", 24, 0.005), ("pumps", 2, 0.03), ("lasers", 4, 0.02)):
        chance = 1 - math.exp(-rate * steps * step / 365.25)
        whole = count * int(alive.sum())
        lost = int(getattr(health.fates, name)[alive].sum(dtype=int))
        sigma = math.sqrt(whole * chance * (1 - chance))
        print(
            f"{name}: {lost} of {whole} lost, law {whole * chance:.0f}, {abs(lost - whole * chance) / sigma:.2f} sigma"
        )
        assert abs(lost - whole * chance) < SIGMAS * sigma


SHARP = HealthSpec(
    satellites=SatelliteFailures(infant_share=0.5, infant_scale_s=DAY_S), devices=DeviceFailures(rate_per_year=20.0),
    strings=StringFailures(rate_per_year=20.0), pumps=PumpFailures(rate_per_year=300.0),
    lasers=LaserFailures(count=2, rate_per_year=300.0), device_ageing=DeviceAgeing(loss_per_year=0.5),
)  # fmt: skip
CHANGES = {"satellites": "cause", "devices": "devices", "strings": "strings", "pumps": "pumps", "lasers": "lasers"}


@pytest.mark.parametrize("law", [one.name for one in fields(HealthSpec)])
def test_a_law_that_is_off_leaves_as_new_what_it_changes_and_nothing_else(law):
    def flown(spec):
        health = health_of(spec, 60, replace(AGEING, array=replace(AGEING.array, degradation_per_year=0.2)))
        fly(health, 0, 60.0, depth=0.2)
        health.new_day(1, serial, days=31.0)
        return health

    on, off = flown(SHARP), flown(replace(SHARP, **{law: None}))
    for name in Fates._fields:
        a, b = getattr(on.fates, name), getattr(off.fates, name)
        assert a.any(), name
        if name == CHANGES.get(law):
            assert not b.any()
        elif law != "satellites":
            assert np.array_equal(a, b)
    rows, gone = on.day_rows(), off.day_rows()
    for name, kept in (("cells", "cells_left_share"), ("batteries", "battery_left_share"),
                       ("device_ageing", "device_pace_share")):  # fmt: skip
        assert rows[kept][0] < 1.0
        assert (gone[kept][0] == 1.0) == (law == name)
    assert rows["radiator_absorptivity"][0] > 0.15
    assert (gone["radiator_absorptivity"][0] == 0.15) == (law == "coatings")
    assert off.fleet.arrays.hardware_table[0, SOLAR] == pytest.approx(
        130.0 * gone["radiator_absorptivity"][0], rel=1e-14
    )


def test_the_day_by_shell_adds_up_and_has_the_names_that_are_documented():
    kinds = {"base": AGEING, "other": replace(AGEING, name="other", compute=replace(AGEING.compute, count=7))}
    n = 200
    own = constellation(random_elements(n), np.arange(n) % 2, list(kinds))
    own.shell_names.append("empty")
    own.shell_satellite_type.append("base")
    health = FleetHealth(SHARP, Fleet(own, kinds, step_s=60.0), clock_of(), own, 3)
    health.new_day(0, serial, days=2.0)
    rows = health.day_rows()
    assert list(rows) == [line.split("|")[0].strip() for line in DAY_HEALTH.strip().splitlines()]
    assert all(values.shape == (3,) and values.dtype == np.float64 for values in rows.values())
    lost = [name for name in rows if name.startswith("devices_lost_")]
    assert len(lost) == 5
    assert all(rows[name][0] > 0 for name in lost if "worn" not in name)
    total = rows["devices_working_share"] + sum(rows[name] for name in lost)
    assert total[:2] == pytest.approx([1.0, 1.0], rel=1e-14)
    compute = left_of(health, "compute")
    able = rows["devices_working"] * rows["device_pace_share"]
    assert able[:2] == pytest.approx([80 * compute[::2].sum(), 7 * compute[1::2].sum()], rel=1e-6)
    assert rows["satellites_alive"].tolist() == [*(left_of(health, "bus")[k::2].sum() for k in (0, 1)), 0.0]
    alive = left_of(health, "bus")[::2] == 1.0
    assert rows["array_left_share"][0] == pytest.approx(left_of(health, "array")[::2][alive].mean(), rel=1e-6)
    assert math.isnan(rows["array_left_share"][2])
    assert math.isnan(rows["devices_working_share"][2])


def test_a_fleet_of_age_starts_aged():
    """Five years: failures drawn from launch on, ageing by its laws, batteries at reference conditions."""
    n = 400 if UNCOMPILED else 20_000
    kind = replace(AGEING, age_s=5 * YEAR_S, array=replace(AGEING.array, degradation_per_year=0.025))
    health = health_of(HealthSpec(), n, kind)
    wanted = mixed_lost(5.0, 0.02, 0.25, 0.4, 8.0, 3.0)
    assert abs((health.fates.cause != ALIVE).mean() - wanted) < SIGMAS * math.sqrt(wanted * (1 - wanted) / n)
    chance = 1 - math.exp(-0.34)
    assert abs(health.fates.devices.mean() / 80 - chance) < SIGMAS * math.sqrt(chance * (1 - chance) / (80 * n))
    assert np.sqrt(health.wear.calendar_square) == pytest.approx(np.full(n, 0.06), rel=1e-12)
    cycles = health.cycle_rate_per_s[health.fleet.arrays.orbit_index[:n]] * 5 * YEAR_S
    assert health.wear.cycles == pytest.approx(0.14 * cycles / 30000, rel=1e-12)
    assert health.fleet.hardware[0].capacity_j == kind.battery.capacity_j  # the hardware is new, the health is not
    assert health.fleet.hardware[0].watt_per_beam == new_row(AGEING).watt_per_beam
    held = health.fleet.state_of("battery_j")
    assert held == pytest.approx(kind.battery.capacity_j * left_of(health, "battery"), rel=1e-12)
    assert np.array_equal(held, health.fleet.state_of("battery_min_j"))
    mean = health.fleet.state_of("array_mean_w")
    fresh = health_of(NOTHING, n).fleet.state_of("array_mean_w")
    assert mean == pytest.approx(fresh * left_of(health, "array"), rel=1e-12)
    assert health.day_rows()["radiator_absorptivity"] == pytest.approx([0.25], rel=1e-12)
    before = fates(health)
    health.new_day(0, serial)
    assert (fates(health) >= before).all()
    assert (fates(health)[0] > before[0]).any()


def test_events_lie_over_what_failures_left_and_go_again():
    health = health_of(replace(NOTHING, strings=StringFailures(count=24, rate_per_year=50.0)), 40)
    storm = FleetEvent(np.array([3, 35]), 100.0, 200.0, array_pointing=0.25, strings_lost=0.5)
    second = FleetEvent(np.array([3]), 150.0, 200.0, strings_lost=0.25)
    events = [storm, second]
    health.write(events, 0.0)
    health.new_day(0, serial, days=2.0)
    base = health.fleet.arrays.health.copy()
    assert base[0, 0, 3] < 1.0
    health.write(events, 150.0)
    assert left_of(health, "array")[3] == 0.25 * float(base[0, 0, 3])
    assert left_of(health, "array")[35] == 0.5 * float(base[1, 0, 3])
    assert left_of(health, "array_pointing")[[3, 35]].tolist() == [0.25, 0.25]
    others = np.delete(np.arange(40), [3, 35])
    assert np.array_equal(left_of(health, "array")[others], base[:, 0].reshape(-1)[:40][others])
    health.new_day(1, serial, days=2.0)
    assert left_of(health, "array_pointing")[3] == 0.25  # the event holds on through the update
    health.write(events, 200.0)
    assert (left_of(health, "array_pointing") == 1.0).all()


def test_windows_of_a_day_are_counted_where_they_do_not_divide_it():
    """Windows of 7 minutes: 206 begin in the first day, 206 in the second, 205 in the third."""
    health = health_of(HELD, window_s=420.0)
    counted = []
    for k in range(7):
        health.new_day(k, serial)
        counted.append(health._windows_flown())
    assert counted == [206, 206, 206, 205, 206, 206, 205]
    assert sum(counted) == 7 * DAY_S / 420.0


def test_bytes_of_a_satellite_are_those_of_its_arrays():
    health = health_of(HealthSpec(), 7)
    arrays = [*health.fates, *health.wear, health.key]
    assert sum(array.nbytes for array in arrays) == 7 * FleetHealth.bytes_per_satellite()


def test_too_many_devices_are_refused():
    with pytest.raises(ScenarioError, match="70000 devices; at most 65535"):
        health_of(HealthSpec(), 1, replace(AGEING, compute=replace(AGEING.compute, count=70_000)))


def test_the_march_offers_nothing_where_nothing_computes():
    """Lost as a whole, without pumps, without lasers, half of the devices, whole."""
    n = 5
    own = constellation(random_elements(n), np.zeros(n, dtype=int), ["base"])
    fleet = Fleet(own, {"base": BASE}, step_s=60.0)
    health = FleetHealth(HealthSpec(), fleet, clock_of(), own, 1)
    health.fates.cause[0], health.fates.pumps[1], health.fates.lasers[2], health.fates.devices[3] = WORN_OUT, 2, 4, 40
    health.restore(health.state())
    run = Run(fleet)
    for w in range(3):
        run.prepare(w)
        run.march(1.0)
    assert run.offer[:3].tolist() == [0.0, 0.0, 0.0]
    assert run.offer[3] > 0.0
    assert run.offer[4] > 0.0
    for name, first, others in (("load_j", 0.0, 1.0), ("array_j", 0.0, 0.0)):
        values = run.ledger(name)
        assert values[0] == first
        assert (values[1:] >= others).all()
    executed = run.ledger("executed_flop")
    assert (executed[:3] == 0.0).all()
    assert run.ledger("bus_j")[1:] == pytest.approx(np.full(4, 300 * BASE.bus_power_w), rel=1e-12)
    assert run.total("day_battery_j")[0] == pytest.approx(3 * BASE.battery.capacity_j, rel=1e-12)  # left as it is


@pytest.mark.compiled
def test_depth_charge_and_heat_are_those_that_the_march_flew():
    """A day in eclipse, at 600 km and 53°, and one in full light above the terminator, both at full load.

    Cycles are alike: the depth is that of the deepest, less what the first half revolution lacks.
    """
    shadow, light = (6978137.0, 0.001, math.radians(53.0), 0.5, 0.3, 0.0), (6978137.0, 0.001, 1.707, 4.0, 0.3, 1.0)
    own = constellation([Elements(*shadow), Elements(*light)], [0, 1], ["ageing", "ageing"])
    own.shell_satellite_type[:] = ["ageing", "ageing"]
    fleet = Fleet(own, {"ageing": AGEING}, step_s=60.0)
    health, run = FleetHealth(HELD, fleet, clock_of(), own, 1), Run(fleet)
    health.spec = replace(NOTHING, batteries=BatteryAgeing())
    health.new_day(0, serial)
    charges, fluids = [], []
    for w in range(288):
        run.prepare(w)
        run.march(1.0)
        charges.append(fleet.state_of("battery_j") / AGEING.battery.capacity_j)
        fluids.append(fleet.state_of("fluid_k"))
    health.new_day(1, serial)
    rows = health.day_rows()
    deepest = 1 - fleet.state_of("battery_min_j") / AGEING.battery.capacity_j
    print(f"flown depth {rows['battery_depth'][0]:.4f}, deepest {deepest[0]:.4f}")
    assert rows["battery_depth"][0] == pytest.approx(deepest[0], rel=0.06)
    assert rows["battery_depth"][1] < 1e-6
    assert rows["battery_charge"] == pytest.approx(np.mean(charges, axis=0), rel=1e-7)
    assert rows["battery_temperature_k"] == pytest.approx(293 + 0.2 * (np.mean(fluids, axis=0) - 293), rel=1e-7)
    assert rows["cycle_fade_share"][0] == pytest.approx(
        0.14 * 14.9 / 30000 * (rows["battery_depth"][0] / 0.3) ** 1.5, rel=5e-3
    )
    assert (fleet.state_of("day_drawn_j") == 0.0).all()


def test_coatings_are_those_of_the_type_and_the_day():
    health = health_of(replace(NOTHING, coatings=CoatingAgeing()))
    seen = []
    for k in range(4):
        health.new_day(k, serial, days=365.25 if k else 1.0)
        seen.append(health.day_rows()["radiator_absorptivity"][0])
        assert health.fleet.arrays.hardware_table[0, SOLAR] == pytest.approx(130.0 * seen[-1], rel=1e-15)
    assert seen[0] == 0.15
    assert seen == sorted(seen)
    assert seen[2] == pytest.approx(0.15 + 0.1 * (1 - math.exp(-1)) / (1 - math.exp(-2.5)), rel=1e-12)
