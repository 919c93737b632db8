"""Terrestrial sites by the figures of Colossus 1: offers kept, batteries bridging, ledgers closed, and what changes."""

import dataclasses
import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbital_compute.errors import AuditError, ScenarioError
from orbital_compute.model.climate import CosineClimate
from orbital_compute.model.clock import Clock
from orbital_compute.model.outages import Spell
from orbital_compute.model.schedule import Line, Steps
from orbital_compute.model.site import BatteryPlant, DeviceGroup, GridChange, Sites, SiteSpec

JULY = Clock(datetime(2026, 7, 10, tzinfo=UTC), 60.0, 300.0, 1440)
MWH_J = 3.6e9


def devices(times=1):
    return (
        DeviceGroup("H100", 150_000 * times, 0.989e15, 700.0),
        DeviceGroup("H200", 50_000 * times, 0.989e15, 700.0),
        DeviceGroup("GB200", 20_000 * times, 2.5e15, 1200.0),
    )


COLOSSUS = SiteSpec(
    "Colossus 1",
    latitude_deg=35.06,
    longitude_deg=-90.16,
    devices=devices(),
    climate=CosineClimate(290.5, 11.0, 197.0, 5.0),
    grid_limit_w=300e6,
    other_it_power_w=45e6,
    pue=1.2,
    battery=BatteryPlant(811 * MWH_J, 150e6),
)


def changed(**fields):
    return dataclasses.replace(COLOSSUS, **fields)


def run(spec, clock=JULY, share=1.0):
    """Run windows that assign a share of each offer; return the site's windows, each audited."""
    sites, windows = Sites([spec], clock), []
    for w in range(clock.n_window):
        offer = sites.offer_flop(w)
        windows.append(sites.march(w, share * offer))
        windows[-1].audit(sites.names)
        assert windows[-1].executed_flop[0] == share * offer[0]  # what is offered is kept
        assert windows[-1].short_j[0] == 0.0
    return windows


def total(windows, name):
    return math.fsum(float(getattr(window, name)[0]) for window in windows)


def test_published_figures_of_the_site():
    """220,000 devices of 164 MW draw 205 MW with their servers, 250 MW with the rest, 300 MW at PUE 1.2."""
    assert sum(group.count for group in COLOSSUS.devices) == 220_000
    assert COLOSSUS.rated_it_power_w == pytest.approx(250e6)
    assert COLOSSUS.rated_it_power_w * COLOSSUS.pue == pytest.approx(300e6)
    assert COLOSSUS.peak_flop_s == pytest.approx(200_000 * 0.989e15 + 20_000 * 2.5e15)


def test_a_year_at_full_load_has_its_pue():
    """Every hour of 2026 marched at full load on a grid without limit."""
    year = Clock(datetime(2026, 1, 1, tzinfo=UTC), 3600.0, 86400.0, 8760)
    spec = changed(grid_limit_w=1e9, battery=None)
    sites = Sites([spec], year)
    windows = [sites.march(w, sites.peak_flop_s * 86400.0) for w in range(365)]
    load_j = total(windows, "it_j") + total(windows, "electrical_j") + total(windows, "cooling_j")
    assert load_j / total(windows, "it_j") == pytest.approx(1.2, abs=1e-4)  # middles of the hours, not their starts
    pue = np.array([window.pue[0] for window in windows])
    assert 1.09 < pue.min() < 1.2 < pue.max() < 1.4


def test_heat_of_the_day_shows_in_pue_and_grid():
    windows = run(changed(grid_limit_w=1e9))
    pue, outside_k = (np.array([getattr(window, name)[0] for window in windows]) for name in ("pue", "outside_k"))
    hottest = outside_k.argmax()
    assert (hottest + 0.5) * 300 / 3600 == pytest.approx(15.0 + 90.16 / 15, abs=0.25)  # 15:00 by the sun
    assert pue[hottest] == pue.max()
    assert np.corrcoef(pue, outside_k)[0, 1] > 0.99


def test_full_load_on_a_hot_afternoon_drains_the_battery_plant():
    """300 MW are the year's mean: in July the load passes them, the plant bridges, and later throughput falls."""
    windows = run(COLOSSUS, dataclasses.replace(JULY, n_step=4320))
    assert max(window.grid_j[0] for window in windows) <= 300e6 * 300.0 * (1 + 1e-12)
    assert total(windows, "discharge_j") > 0.5 * 811 * MWH_J
    executed = np.array([window.executed_flop[0] for window in windows])
    assert executed.max() == pytest.approx(COLOSSUS.peak_flop_s * 300.0, rel=1e-12)
    assert executed.min() < 0.95 * executed.max()
    floor_j = 0.1 * 811 * MWH_J
    assert min(window.battery_end_j[0] for window in windows) == pytest.approx(floor_j, rel=1e-9)


def test_curtailed_grid_is_bridged_and_made_good():
    """Half the grid for an hour: the plant gives at most 150 MW, the work goes on, then it charges again."""
    spec = changed(grid_limit_w=400e6, grid_changes=(GridChange(7200.0, 400e6), GridChange(3600.0, 200e6)))
    windows = run(spec, dataclasses.replace(JULY, n_step=480))
    executed = np.array([window.executed_flop[0] for window in windows])
    assert np.ptp(executed) == 0.0
    in_cut = windows[12:24]
    assert all(window.discharge_j[0] > 0.0 and window.grid_j[0] == 200e6 * 300.0 for window in in_cut)
    assert sum(window.discharge_j[0] for window in windows) == sum(window.discharge_j[0] for window in in_cut)
    assert windows[24].charge_j[0] > 0.0
    assert windows[-1].battery_end_j[0] > windows[23].battery_end_j[0]


def test_turbines_come_after_the_grid():
    without, with_turbines = run(COLOSSUS), run(changed(turbine_power_w=35e6))
    assert total(without, "turbine_j") == 0.0
    assert total(with_turbines, "turbine_j") > 0.0
    assert total(with_turbines, "discharge_j") < total(without, "discharge_j")


def test_more_devices_at_the_same_power_deliver_more():
    """The curve is concave: twice the devices, each on less, do more work with the same 300 MW (no battery)."""
    once, twice = run(changed(battery=None)), run(changed(battery=None, devices=devices(2)))
    work = [total(windows, "executed_flop") for windows in (once, twice)]
    assert work[1] > 1.05 * work[0]
    assert total(twice, "grid_j") <= 300e6 * JULY.duration_s * (1 + 1e-12)


def test_more_power_for_the_same_devices_delivers_no_less():
    """At 300 MW July is short of power, so that twice as much delivers more; past the full load it adds nothing."""
    work = [total(run(changed(battery=None, grid_limit_w=w)), "executed_flop") for w in (150e6, 300e6, 600e6, 1200e6)]
    assert work[0] < work[1] < work[2]
    assert work[2] == work[3] == pytest.approx(COLOSSUS.peak_flop_s * JULY.duration_s, rel=1e-12)


def test_half_the_work_takes_less_power_and_idle_stays():
    """a = 2 at half throughput: devices at 0.2 + 0.8/4 of their power, the rest unchanged."""
    full, half = run(changed(grid_limit_w=1e9)), run(changed(grid_limit_w=1e9), share=0.5)
    assert total(half, "device_j") == pytest.approx(0.4 * total(full, "device_j"), rel=1e-9)
    assert total(half, "other_it_j") == total(full, "other_it_j")
    assert total(half, "grid_j") < total(full, "grid_j")
    idle = run(changed(grid_limit_w=1e9), share=0.0)
    assert total(idle, "device_j") == pytest.approx(0.2 * 205e6 * JULY.duration_s, rel=1e-9)


def test_work_past_the_offer_is_cut_and_counted():
    sites = Sites([changed(battery=None, grid_limit_w=250e6)], JULY)
    offer = sites.offer_flop(0)
    window = sites.march(0, sites.peak_flop_s * JULY.window_s)
    assert window.executed_flop[0] == pytest.approx(offer[0], rel=1e-3)  # the outside cools a little within a window
    assert window.executed_flop[0] >= offer[0]
    assert window.short_j[0] > 0.0
    assert window.residuals()[0] < 1e-14


def test_no_power_at_all_is_dark_and_no_failure():
    sites = Sites([changed(grid_limit_w=0.0, battery=None)], JULY)
    assert sites.offer_flop(0)[0] == 0.0
    window = sites.march(0, np.array([1e22]))
    window.audit(sites.names)
    assert window.executed_flop[0] == window.it_j[0] == window.grid_j[0] == 0.0
    assert window.dark_s[0] == 300.0
    assert window.short_j[0] > 0.0
    assert math.isnan(window.pue[0])
    assert math.isnan(sites.state_of_charge()[0])


@settings(max_examples=15)
@given(
    grid_w=st.floats(0.0, 5e8),
    turbine_w=st.floats(0.0, 1e8),
    power_w=st.floats(0.0, 3e8),
    capacity_j=st.floats(1.0, 3e12),
    charge=st.floats(0.0, 1.0),
    share=st.floats(0.0, 1.2),
)
def test_every_window_closes_to_rounding(grid_w, turbine_w, power_w, capacity_j, charge, share):
    battery = BatteryPlant(capacity_j, power_w, initial_state_of_charge=charge)
    sites = Sites([changed(grid_limit_w=grid_w, turbine_power_w=turbine_w, battery=battery)], JULY)
    for w in range(150, 170):
        window = sites.march(w, share * sites.peak_flop_s * 300.0)
        assert window.residuals()[0] < 1e-12
        assert 0.0 <= window.battery_end_j[0] <= capacity_j * (1 + 1e-12)
        assert window.executed_flop[0] <= min(share, 1.0) * sites.peak_flop_s[0] * 300.0 * (1 + 1e-15)
        assert min(getattr(window, name)[0] for name in ("grid_j", "turbine_j", "charge_j", "discharge_j")) >= 0.0


@pytest.mark.parametrize("name", ["grid_j", "device_j", "cooling_j", "discharge_j", "loss_j", "battery_end_j"])
def test_audit_finds_what_is_missing_and_names_the_site(name):
    """A part in a hundred million of the window's energy, put into any one term."""
    sites = Sites([changed(name="other"), changed(grid_limit_w=200e6)], JULY)
    window = sites.march(0, sites.peak_flop_s * 300.0)
    window.audit(sites.names)
    getattr(window, name)[1] += 1e-8 * 8e11
    with pytest.raises(AuditError, match="site Colossus 1, window 0") as caught:
        window.audit(sites.names)
    assert caught.value.value > 1e-9


def test_a_run_without_sites():
    sites = Sites([], JULY)
    assert sites.offer_flop(0).shape == (0,)
    window = sites.march(0, np.empty(0))
    window.audit(sites.names)
    assert window.pue.shape == window.residuals().shape == sites.state_of_charge().shape == (0,)


def test_a_site_that_its_own_work_fills_offers_nothing_and_draws_its_power():
    sites = Sites([changed(devices=(), other_it_power_w=250e6, grid_limit_w=1e9)], JULY)
    assert sites.offer_flop(0)[0] == 0.0
    window = sites.march(0, np.zeros(1))
    window.audit(sites.names)
    assert window.it_j[0] == pytest.approx(250e6 * 300.0, rel=1e-14)
    assert window.executed_flop[0] == 0.0


def test_sites_do_not_touch_each_other_and_restart_from_state():
    specs = [changed(name="a"), changed(name="b", devices=devices(2)), changed(name="c", grid_limit_w=200e6)]
    together, alone = Sites(specs, JULY), [Sites([spec], JULY) for spec in specs]
    for w in range(20):
        assigned = together.offer_flop(w)
        window = together.march(w, assigned)
        each = [site.march(w, site.offer_flop(w)) for site in alone]
        assert np.array_equal(window.grid_j, [one.grid_j[0] for one in each])
        if w == 9:
            kept = {name: values.copy() for name, values in together.state().items()}
    again = Sites(specs, JULY)
    again.restore(kept)
    for w in range(10, 20):
        again.march(w, again.offer_flop(w))
    assert np.array_equal(again.stored, together.stored)


def test_halving_step_and_window_moves_a_day_by_little():
    """The step by less than 0.1 %, the window by less than 0.5 %, with the battery plant empty by the evening."""
    spec = changed(grid_limit_w=290e6)
    days = [(60.0, 300.0), (30.0, 300.0), (60.0, 600.0)]
    clocks = [Clock(JULY.start, step_s, window_s, round(3 * 86400 / step_s)) for step_s, window_s in days]
    work = [total(run(spec, clock), "executed_flop") for clock in clocks]
    assert work[1] == pytest.approx(work[0], rel=1e-3)
    assert work[2] == pytest.approx(work[0], rel=5e-3)


def test_water_follows_cooling():
    windows = run(changed(grid_limit_w=1e9, water_l_per_kwh_cooling=2.0))
    assert total(windows, "water_l") == pytest.approx(2.0 * total(windows, "cooling_j") / 3.6e6, rel=1e-12)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pue": 1.04}, r"sites.Colossus 1.pue: 1.04 is out of range; it must lie between 1.05 and 10"),
        ({"pue": math.nan}, "pue: nan is out of range"),
        ({"grid_limit_w": -1.0}, "grid_limit_w: -1 is out of range"),
        ({"devices": (), "other_it_power_w": 0.0}, "has no IT power"),
        ({"battery": BatteryPlant(0.0, 1e6)}, "battery.capacity_j: 0 is out of range"),
        ({"devices": tuple(DeviceGroup("x", 1, 1e15, 1.0, exponent=a) for a in (1.5, 2, 2.5, 3, 4))}, "too many exp"),
    ],
)
def test_bad_input_is_named(fields, message):
    with pytest.raises(ScenarioError, match=message):
        changed(**fields)


HOUR = dataclasses.replace(JULY, n_step=60)


def test_a_lost_hall_takes_its_accelerators_and_their_power():
    """Four tenths of the halls are gone for the second half of an hour: six tenths of work and of IT power are left."""
    windows = run(changed(halls=(Spell(1800.0, 3600.0, 0.6),)), HOUR)
    whole = run(COLOSSUS, HOUR)
    for one, all_of_it in zip(windows[:6], whole[:6], strict=True):
        assert one.executed_flop[0] == all_of_it.executed_flop[0]
    for one, all_of_it in zip(windows[6:], whole[6:], strict=True):
        assert one.executed_flop[0] == pytest.approx(0.6 * all_of_it.executed_flop[0], rel=1e-12)
        assert one.it_j[0] == pytest.approx(0.6 * all_of_it.it_j[0], rel=1e-12)


def test_what_is_not_the_customers_runs_for_its_owner():
    """A quarter is the customer's: a quarter of the work, and the power of a site at full load."""
    part, whole = run(changed(customer=(Line((0.0,), (0.25,)),)), HOUR), run(COLOSSUS, HOUR)
    for one, all_of_it in zip(part, whole, strict=True):
        assert one.executed_flop[0] == pytest.approx(0.25 * all_of_it.executed_flop[0], rel=1e-12)
        assert one.it_j[0] == pytest.approx(all_of_it.it_j[0], rel=1e-12)
    idle = run(changed(customer=(Line((0.0,), (0.0,)),)), HOUR)
    assert total(idle, "executed_flop") == 0.0
    assert total(idle, "it_j") == pytest.approx(total(whole, "it_j"), rel=1e-12)


def test_held_is_what_stands_times_what_is_owned():
    spec = changed(halls=(Spell(0.0, 900.0, 0.5),), customer=(Line((0.0, 3600.0), (1.0, 0.0)),))
    sites = Sites([spec], HOUR)
    for w in range(12):
        owned = 1.0 - (w + 0.5) / 12
        assert sites.held(w)[0] == pytest.approx(owned * (0.5 if w < 3 else 1.0))


def test_cooling_water_limits_work_on_a_hot_day():
    """Each litre lets 1/1.8 kWh into the cooling plant: with less than the day needs, cooling runs at that power."""
    whole = run(COLOSSUS, HOUR)
    needed_w = max(window.cooling_j[0] / 300.0 for window in whole)
    limit_l_s = 0.7 * needed_w * COLOSSUS.water_l_per_kwh_cooling / 3.6e6
    windows = run(changed(water_limit_l_s=Steps((0.0,), (limit_l_s,))), HOUR)
    used_l = sum(window.water_l[0] for window in windows)
    assert used_l == pytest.approx(limit_l_s * 3600.0, rel=0.01)
    assert used_l <= limit_l_s * 3600.0 * (1 + 1e-12)
    assert total(windows, "executed_flop") < 0.99 * total(whole, "executed_flop")
    plenty = run(changed(water_limit_l_s=Steps((0.0,), (1e3 * limit_l_s,))), HOUR)
    assert total(plenty, "executed_flop") == total(whole, "executed_flop")
