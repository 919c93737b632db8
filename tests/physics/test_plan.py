"""The energy plan: against brute force over light and dark, its bounds, and executed through the battery's laws."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orbital_compute.physics.battery import balance, chargeable_w, givable_w, largest_load_w, stored_j
from orbital_compute.physics.plan import Design, dark_limit_w, horizon, plan_ahead, work_rate

GRID = 4001
ROUNDING = 1e-9


def make(
    full_w=1e5, idle=0.2, a=2.0, into=0.96, out=0.96, usable_j=1e9, charge_w=1e6, discharge_w=1e6, bus_w=0.0, pump=1.0
):
    """Return a design with no bound in the way but the device's own."""
    idle_w, both = idle * full_w, into * out
    return Design(
        idle_w, full_w, 1 / (full_w - idle_w), 1 / a, both ** (a / (a - 1)), into, 1 / into, out, both, 1 / both,
        charge_w, discharge_w, usable_j, bus_w, pump, 1 / pump,
    )  # fmt: skip


class Powers(NamedTuple):
    sun_w: float
    dark_w: float


def energy_plan(design, sun_s, dark_s, array_w, kept_j, cap_w):
    """Return the plan at the start of the light."""
    return plan_ahead(design, horizon(sun_s, dark_s, sun_s, 0.0), array_w, kept_j, cap_w)


def rate(design, power_w):
    """Return relative throughput, by NumPy."""
    relative = (power_w - design.idle_w) / (design.full_w - design.idle_w)
    return np.clip(relative, 0.0, 1.0) ** design.inverse_exponent


def work(design, sun_s, dark_s, plan):
    return float(sun_s * rate(design, plan.sun_w) + dark_s * rate(design, plan.dark_w))


def dark_power_w(design, sun_w, sun_s, dark_s, array_w, stored_j_, cap_w):
    """Return the most compute in the dark after light spent at sun_w; negative where not even the bus lasts."""
    net_w = array_w - (sun_w + design.bus_w) * design.pump
    gained_j = np.clip(net_w, 0.0, design.charge_limit_w) * sun_s / design.inverse_charge_efficiency
    spent_j = np.maximum(-net_w, 0.0) * sun_s / design.discharge_efficiency
    left_j = np.minimum(stored_j_ + gained_j - spent_j, design.usable_j)
    give_w = np.minimum(design.discharge_limit_w, left_j * design.discharge_efficiency / max(dark_s, 1.0))
    return np.minimum(give_w / design.pump - design.bus_w, min(design.full_w, cap_w))


def best_by_search(design, sun_s, dark_s, array_w, stored_j_, cap_w):
    """Return the most work of all plans that compute in the light, and in the dark or not."""
    most = min(design.full_w, cap_w, array_w / design.pump - design.bus_w)
    if most < design.idle_w:
        return 0.0
    sun_w = np.linspace(design.idle_w, most, GRID)
    dark_w = dark_power_w(design, sun_w, sun_s, dark_s, array_w, stored_j_, cap_w)
    lasts = dark_w >= -ROUNDING * design.full_w if dark_s > 0 else np.ones(GRID, dtype=bool)
    value = sun_s * rate(design, sun_w) + dark_s * rate(design, np.where(dark_w >= design.idle_w, dark_w, 0.0))
    return float(np.where(lasts, value, 0.0).max())


designs = st.builds(
    make, st.floats(1e3, 1e6), st.floats(0.02, 0.5), st.sampled_from([2.0, 3.0, 2.6]), st.floats(0.8, 1.0),
    st.floats(0.8, 1.0), pump=st.floats(1.0, 1.1),
)  # fmt: skip
share = st.floats(0.0, 1.0)
eclipses = st.floats(0.001, 0.38) | st.just(0.0)  # of a revolution; a dark below a second counts as one


def bounded(design, hours, charge, discharge, bus):
    """Return the design with a battery of so many hours of full power, its rates, and a bus, in parts of the design."""
    usable_j = hours * 3600.0 * design.full_w
    return design._replace(
        usable_j=usable_j, charge_limit_w=charge * usable_j / 3600, discharge_limit_w=discharge * usable_j / 3600,
        bus_w=bus * design.full_w,
    )  # fmt: skip


bounded_designs = st.builds(
    bounded, designs, st.floats(0.01, 1.0), st.floats(0.1, 3.0), st.floats(0.2, 3.0), st.floats(0.0, 0.15)
)


def bus_lasts(design, sun_s, dark_s, kept_j=0.0):
    """Return whether the battery can carry the bus alone, with a little to spare; a design that cannot has no plan."""
    need_w = 1.05 * design.bus_w * design.pump
    room_j = min(design.usable_j, kept_j + design.charge_limit_w * sun_s / design.inverse_charge_efficiency)
    return need_w <= design.discharge_limit_w and need_w * dark_s <= room_j * design.discharge_efficiency


@given(bounded_designs, st.floats(5400, 7200), eclipses, st.floats(0.1, 2.5), st.floats(0.05, 2.0))
def test_steady_plan_is_what_a_search_finds(design, period_s, dark, array, cap):
    """Over a whole revolution: never below the best of 4,001 plans, never beyond what array and battery carry."""
    dark_s = dark * period_s
    sun_s, array_w, cap_w = period_s - dark_s, array * design.full_w, cap * design.full_w
    assume(bus_lasts(design, sun_s, dark_s))
    plan = energy_plan(design, sun_s, dark_s, array_w, 0.0, cap_w)
    check_feasible(design, plan, sun_s, dark_s, array_w, 0.0, cap_w)
    found = best_by_search(design, sun_s, dark_s, array_w, 0.0, cap_w)
    assert work(design, sun_s, dark_s, plan) >= found - ROUNDING * period_s


@given(
    bounded_designs,
    st.floats(100, 5000),
    st.floats(1, 2200) | st.just(0.0),
    st.floats(0.1, 2.5),
    st.floats(0.05, 2.0),
    share,
)
def test_plan_with_stored_energy_is_what_a_search_finds(design, sun_s, dark_s, array, cap, stored):
    """From the middle of the light, with what is stored to be spent in the dark."""
    array_w, cap_w, kept_j = array * design.full_w, cap * design.full_w, stored * design.usable_j
    assume(bus_lasts(design, sun_s, dark_s, kept_j))
    plan = energy_plan(design, sun_s, dark_s, array_w, kept_j, cap_w)
    check_feasible(design, plan, sun_s, dark_s, array_w, kept_j, cap_w)
    found = best_by_search(design, sun_s, dark_s, array_w, kept_j, cap_w)
    assert work(design, sun_s, dark_s, plan) >= found - ROUNDING * (sun_s + dark_s)


def check_feasible(design, plan, sun_s, dark_s, array_w, kept_j, cap_w):
    slack_w = ROUNDING * design.full_w
    assert 0.0 <= plan.sun_w <= min(design.full_w, cap_w, max(array_w / design.pump - design.bus_w, 0.0)) + slack_w
    assert 0.0 <= plan.dark_w <= min(design.full_w, cap_w) + slack_w
    spent_w = plan.sun_w if plan.sun_w >= design.idle_w else 0.0  # below idle power nothing is switched on
    carried_w = dark_power_w(design, np.float64(spent_w), sun_s, dark_s, array_w, kept_j, cap_w)
    assert plan.dark_w <= max(carried_w, 0.0) + slack_w
    if spent_w > 0.0 and dark_s > 0.0:
        assert carried_w >= -slack_w  # the bus comes first


# each bound of MODEL §7.1, by hand; sun 4,000 s, dark 2,000 s

SUN_S, DARK_S = 4000.0, 2000.0


def planned(design, array_w, *, cap_w=1e9, kept_j=0.0, sun_s=SUN_S, dark_s=DARK_S):
    plan = energy_plan(design, sun_s, dark_s, array_w, kept_j, cap_w)
    return Powers(plan.sun_w, plan.dark_w)


@pytest.mark.parametrize("a", [2.0, 3.0])
def test_marginal_work_is_equal_across_the_battery(a):
    """No bound holds: φ'(p_e) = φ'(p_s)/η, and the energy is spent to the last joule."""
    design = make(a=a)
    plan = planned(design, 6e4)
    slope = [(p - design.idle_w) ** (1 / a - 1) for p in plan]
    assert slope[1] == pytest.approx(slope[0] * design.inverse_efficiency, rel=1e-9)
    assert plan.sun_w * SUN_S + plan.dark_w * DARK_S * design.inverse_efficiency == pytest.approx(
        6e4 * SUN_S, rel=1e-12
    )
    if a == 2.0:  # by hand: q = 0.9216², p_s = P0 + (S t_s - P0 (t_s + t_e/η))/(t_s + q t_e/η)
        weight = 2000.0 / 0.9216
        assert plan.sun_w == pytest.approx(
            2e4 + (2.4e8 - 2e4 * (4000 + weight)) / (4000 + 0.9216**2 * weight), rel=1e-12
        )


def test_lossless_battery_levels_the_load():
    plan = planned(make(into=1.0, out=1.0), 9e4)
    assert plan == pytest.approx((6e4, 6e4), rel=1e-12)


def test_full_power_bounds_both():
    assert planned(make(), 1e6) == pytest.approx((1e5, 1e5), rel=1e-12)


def test_energy_that_light_cannot_take_goes_to_the_dark():
    """150 kW: light is full, and 50 kW more of it, through η and half the time, are 92 kW; marginal values say 89."""
    plan = planned(make(), 1.5e5)
    assert plan.sun_w == pytest.approx(1e5, rel=1e-12)
    assert plan.dark_w == pytest.approx(5e4 * SUN_S * 0.96**2 / DARK_S, rel=1e-12)
    capped = planned(make(), 9.1e4, cap_w=6e4)
    assert capped.sun_w == pytest.approx(6e4, rel=1e-12)
    assert capped.dark_w == pytest.approx(3.1e4 * SUN_S * 0.96**2 / DARK_S, rel=1e-12)


def test_thermal_limit_bounds_both():
    assert planned(make(), 1e6, cap_w=4.5e4) == pytest.approx((4.5e4, 4.5e4), rel=1e-12)
    assert planned(make(), 1e6, cap_w=0.0) == (0.0, 0.0)


def test_capacity_discharge_and_charge_bound_the_dark():
    """η_d Q/t_e; the discharge limit; η C_c t_s/t_e: 40 kW each; light takes what is left, up to full power."""
    for design in (
        make(usable_j=4e4 * DARK_S / 0.96),
        make(discharge_w=4e4),
        make(charge_w=4e4 * DARK_S / SUN_S / 0.96**2),
    ):
        plan = planned(design, 1.05e5)
        assert plan.dark_w == pytest.approx(4e4, rel=1e-12)
        assert plan.sun_w == pytest.approx(1.05e5 - 4e4 * DARK_S / (0.96**2 * SUN_S), rel=1e-12)


def test_bus_and_pumps_come_off_first():
    """S = 1.02 (p + 5 kW) in the light; a lossless battery levels compute at the same power in the dark."""
    design = make(into=1.0, out=1.0, bus_w=5e3, pump=1.02)
    array_w = 1.02 * (5e4 + 5e3) * 1.5
    assert planned(design, array_w) == pytest.approx((5e4, 5e4), rel=1e-12)


def test_no_dark_takes_the_array_as_it_is():
    assert planned(make(), 7e4, dark_s=0.0).sun_w == pytest.approx(7e4, rel=1e-12)
    assert planned(make(), 2e5, dark_s=0.0).sun_w == pytest.approx(1e5, rel=1e-12)
    assert planned(make(), 2e5, dark_s=0.0, cap_w=3e4).sun_w == pytest.approx(3e4, rel=1e-12)


def test_hibernates_where_a_bound_holds_the_dark_below_idle():
    plan = planned(make(usable_j=0.99 * 2e4 * DARK_S / 0.96), 9e4)
    assert plan == pytest.approx((9e4, 0.0), rel=1e-12)
    just = planned(make(usable_j=1.5 * 2e4 * DARK_S / 0.96), 9e4)
    assert just.dark_w == pytest.approx(3e4, rel=1e-12)


def test_hibernates_where_it_simply_yields_more():
    """Idle in the dark costs 20 kW through the battery for next to no work; the switch is where values cross."""
    design = make()
    chosen, gain = [], []
    for array_w in np.linspace(3.3e4, 6e4, 109):
        plan = planned(design, float(array_w))
        chosen.append(plan.dark_w > 0.0)
        spread = (array_w * SUN_S - 2e4 * (SUN_S + DARK_S * design.inverse_efficiency)) / (
            SUN_S + design.marginal_ratio * DARK_S * design.inverse_efficiency
        )
        two_level = Powers(2e4 + max(spread, 0.0), 2e4 + design.marginal_ratio * max(spread, 0.0))
        gain.append(work(design, SUN_S, DARK_S, two_level) - work(design, SUN_S, DARK_S, Powers(array_w, 0.0)))
    assert chosen == [g > 0.0 for g in gain]
    assert 0 < sum(chosen) < len(chosen)
    assert min(gain) < -0.1 * SUN_S * rate(design, 3.3e4)  # where the two levels alone would lose much


@given(bounded_designs, st.floats(5400, 7200), eclipses, st.floats(0.1, 2.5))
def test_plan_lasts_through_the_battery(design, period_s, dark, array):
    """Executed in steps of a minute or less from the design's floor, it stays above it, uncut, and can begin again.

    The taper is left out: it shortens charging near full, which the plan does not know.
    """
    dark_s, array_w = dark * period_s, array * design.full_w
    sun_s = period_s - dark_s
    assume(bus_lasts(design, sun_s, dark_s))
    plan = energy_plan(design, sun_s, dark_s, array_w, 0.0, design.full_w)
    assume(plan.sun_w >= design.idle_w)
    battery_j, lowest_j, capacity_j = 0.0, 0.0, design.usable_j
    for length_s, lit_w, power_w in ((sun_s, array_w, plan.sun_w), (dark_s, 0.0, plan.dark_w)):
        n = math.ceil(length_s / 60.0)
        for _ in range(n):
            step_s = length_s / n
            take_w = chargeable_w(
                battery_j, capacity_j, design.charge_limit_w, 1e30, 1 / step_s, design.inverse_charge_efficiency
            )
            give_w = givable_w(battery_j, 0.0, design.discharge_limit_w, 1 / step_s, design.discharge_efficiency)
            load_w = (power_w + design.bus_w) * design.pump
            sunlit = 1.0 if lit_w > 0.0 else 0.0
            assert load_w <= largest_load_w(lit_w, sunlit, 1.0, give_w) + 1e-6 * design.full_w
            flow = balance(lit_w, sunlit, load_w, take_w)
            battery_j = stored_j(
                battery_j, flow.charge_w, flow.drawn_w, 1 / design.inverse_charge_efficiency,
                1 / design.discharge_efficiency, step_s,
            )  # fmt: skip
            lowest_j = min(lowest_j, battery_j)
    assert lowest_j >= -1e-6 * capacity_j


# from where the satellite stands


@given(
    bounded_designs, st.floats(100, 5000), st.floats(0, 2200), st.floats(0.1, 2.5), share, st.sampled_from([0.0, 1.0])
)
def test_rates_are_those_of_the_powers(design, left_s, dark_s, array, stored, in_dark):
    ahead = horizon(4000.0, dark_s, left_s, in_dark)
    plan = plan_ahead(design, ahead, array * design.full_w, stored * design.usable_j, 1e9)
    assert plan.sun_rate == pytest.approx(float(rate(design, plan.sun_w)), abs=1e-12)
    assert plan.dark_rate == pytest.approx(float(rate(design, plan.dark_w)), abs=1e-12)


def test_plan_ahead_in_the_light_spends_what_is_stored():
    design = make()
    clock = horizon(SUN_S, DARK_S, 1000.0, 0.0)
    assert plan_ahead(design, clock, 6e4, 3e7, 1e9) == energy_plan(design, 1000.0, DARK_S, 6e4, 3e7, 1e9)
    more = plan_ahead(design, clock, 6e4, 6e7, 1e9)
    assert more.dark_w > plan_ahead(design, clock, 6e4, 3e7, 1e9).dark_w


def test_plan_ahead_in_the_dark_lasts_until_dawn():
    """45 kW through the 800 s that are left; the coming revolution is planned from the floor."""
    design = make()
    stored = 4.5e4 * 800.0 / 0.96
    plan = plan_ahead(design, horizon(SUN_S, DARK_S, 800.0, 1.0), 6e4, stored, 1e9)
    assert plan.dark_w == pytest.approx(4.5e4, rel=1e-12)
    assert plan.sun_w == energy_plan(design, SUN_S, DARK_S, 6e4, 0.0, 1e9).sun_w
    assert plan_ahead(design, horizon(SUN_S, DARK_S, 800.0, 1.0), 6e4, stored, 3e4).dark_w == 3e4
    # below idle power it is off; below the floor too
    assert plan_ahead(design, horizon(SUN_S, DARK_S, 800.0, 1.0), 6e4, 0.4 * stored, 1e9).dark_w == 0.0
    assert plan_ahead(design, horizon(SUN_S, DARK_S, 800.0, 1.0), 6e4, -stored, 1e9).dark_w == 0.0


def test_dark_limit_by_hand():
    design = make(bus_w=5e3, pump=1.02, discharge_w=8e4)
    assert dark_limit_w(design, 1e8, 1 / 2000.0) == pytest.approx(1e8 * 0.96 / 2000 / 1.02 - 5e3, rel=1e-12)
    assert dark_limit_w(design, 1e10, 1 / 2000.0) == pytest.approx(8e4 / 1.02 - 5e3, rel=1e-12)
    assert work_rate(design, 6e4) == pytest.approx(math.sqrt(0.5), rel=1e-12)
