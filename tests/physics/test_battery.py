"""The battery: limits for any parameters, flows that add up, and steps that are partly lit against their two phases."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics.battery import balance, chargeable_w, givable_w, largest_load_w, stored_j

ROUNDING = 1e-12


class Pack(NamedTuple):
    """A battery and a step, as the laws want them."""

    capacity_j: float
    floor_j: float
    charge_w: float
    discharge_w: float
    taper: float
    into: float
    out: float
    step_s: float


packs = st.builds(
    lambda capacity, floor, charge, discharge, taper, into, out, step: Pack(
        capacity, floor * capacity, charge * capacity, discharge * capacity, taper, into, out, step
    ),
    st.floats(1e3, 1e10), st.floats(0.0, 0.999), st.floats(1e-6, 1e-2), st.floats(1e-6, 1e-2), st.floats(1e-3, 1.0),
    st.floats(0.5, 1.0), st.floats(0.5, 1.0), st.floats(1.0, 3600.0),
)  # fmt: skip
shares = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0])
powers = st.floats(0.0, 1e7) | st.just(0.0)


def inverse(share):
    """Return what the step takes as one over a share of it, at its end too."""
    return 1.0 / max(share, 1e-12)


def limits(pack, battery_j):
    """Return what the battery takes and gives in a step."""
    taper_w_j = pack.charge_w / (pack.taper * pack.capacity_j)
    take = chargeable_w(battery_j, pack.capacity_j, pack.charge_w, taper_w_j, 1 / pack.step_s, 1 / pack.into)
    return take, givable_w(battery_j, pack.floor_j, pack.discharge_w, 1 / pack.step_s, pack.out)


def later(pack, battery_j, flow):
    return stored_j(battery_j, flow.charge_w, flow.drawn_w, pack.into, 1 / pack.out, pack.step_s)


@given(packs, shares, powers, shares, powers)
def test_limits_are_never_passed_and_flows_add_up(pack, level, lit_w, sunlit, wanted_w):
    battery_j = pack.floor_j + level * (pack.capacity_j - pack.floor_j)
    take_w, give_w = limits(pack, battery_j)
    assert 0.0 <= take_w <= pack.charge_w
    assert 0.0 <= give_w <= pack.discharge_w
    load_w = min(wanted_w, largest_load_w(lit_w, sunlit, inverse(1.0 - sunlit), give_w))
    flow = balance(lit_w, sunlit, load_w, take_w)
    scale_w = sunlit * lit_w + flow.drawn_w + 1e-300
    assert min(flow) >= 0.0
    assert abs(sunlit * lit_w + flow.drawn_w - flow.load_w - flow.charge_w - flow.curtailed_w) <= ROUNDING * scale_w
    assert flow.charge_w <= take_w
    assert flow.drawn_w <= give_w + ROUNDING * scale_w
    end_j = later(pack, battery_j, flow)
    rounding_j = 1e-15 * (pack.capacity_j + scale_w * pack.step_s)
    assert pack.floor_j - rounding_j <= end_j <= pack.capacity_j + rounding_j


@given(packs, st.floats(1.0, 1e7), shares, st.floats(1e-3, 1.0))
def test_largest_load_is_the_largest(pack, lit_w, sunlit, level):
    _, give_w = limits(pack, pack.floor_j + level * (pack.capacity_j - pack.floor_j))
    load_w = largest_load_w(lit_w, sunlit, inverse(1.0 - sunlit), give_w)
    rounding_w = 1e-15 * (lit_w + load_w)
    assert balance(lit_w, sunlit, load_w, 0.0).drawn_w <= give_w + rounding_w
    more_w = 1e-3 * load_w  # and of a thousandth more at least the dark part is drawn
    assert balance(lit_w, sunlit, load_w + more_w, 0.0).drawn_w >= give_w + (1.0 - sunlit) * more_w - rounding_w


def test_largest_load_by_hand():
    # full sun: array and battery together; the dark: the battery alone
    assert largest_load_w(100.0, 1.0, inverse(1.0 - 1.0), 30.0) == pytest.approx(130.0, rel=ROUNDING)
    assert largest_load_w(100.0, 0.0, inverse(1.0 - 0.0), 30.0) == pytest.approx(30.0, rel=ROUNDING)
    # lit for 3/4: 30 W given through the step carry 30/0.25 = 120 W of dark, but above 100 W the lit part draws too:
    # L - 0.75 · 100 = 30
    assert largest_load_w(100.0, 0.75, inverse(1.0 - 0.75), 30.0) == pytest.approx(105.0, rel=ROUNDING)
    # lit for 1/4: L · 0.75 = 30
    assert largest_load_w(100.0, 0.25, inverse(1.0 - 0.25), 30.0) == pytest.approx(40.0, rel=ROUNDING)
    # an empty battery: the array's power if the step is lit throughout, else nothing
    assert largest_load_w(100.0, 1.0, inverse(1.0 - 1.0), 0.0) == pytest.approx(100.0, rel=ROUNDING)
    assert largest_load_w(100.0, 0.99, inverse(1.0 - 0.99), 0.0) == 0.0


@pytest.mark.parametrize("sunlit", [0.0, 0.3, 0.85, 1.0])
@pytest.mark.parametrize("load_w", [0.0, 60.0, 100.0, 140.0])
@pytest.mark.parametrize("dark_first", [True, False])
def test_partly_lit_step_is_its_two_phases(sunlit, load_w, dark_first):
    """A lit and a dark phase, each marched in ten thousandths of the step, in either order."""
    lit_w, take_w, into, out, step_s = 100.0, 25.0, 0.96, 0.95, 60.0
    flow = balance(lit_w, sunlit, load_w, take_w)
    n = 10000
    lit = np.arange(n) < round(sunlit * n)
    lit = lit[::-1] if dark_first else lit
    energy_j, spilled_j, charged_j, drawn_j = 5e5, 0.0, 0.0, 0.0
    for on in lit:
        net_w = (lit_w if on else 0.0) - load_w
        charge = min(max(net_w, 0.0), take_w)
        drawn = max(-net_w, 0.0)
        spilled_j += (max(net_w, 0.0) - charge) * step_s / n
        charged_j += charge * step_s / n
        drawn_j += drawn * step_s / n
        energy_j += (into * charge - drawn / out) * step_s / n
    close = dict(rel=1e-9, abs=1e-7)
    assert flow.charge_w * step_s == pytest.approx(charged_j, **close)
    assert flow.drawn_w * step_s == pytest.approx(drawn_j, **close)
    assert flow.curtailed_w * step_s == pytest.approx(spilled_j, **close)
    assert stored_j(5e5, flow.charge_w, flow.drawn_w, into, 1 / out, step_s) == pytest.approx(energy_j, rel=1e-12)


def test_taper_by_hand():
    """1000 J, 50 W, the last tenth tapered: whole below 900 J, half at 950 J, nothing at 1000 J."""
    for battery_j, power_w in ((0.0, 50.0), (899.0, 50.0), (950.0, 25.0), (990.0, 5.0), (1000.0, 0.0)):
        assert chargeable_w(battery_j, 1000.0, 50.0, 0.5, 1.0, 1.0) == pytest.approx(power_w, rel=1e-9)
    # a long step is held by the room: 50 J through 25 s at 0.8 into the cells is 2.5 W at the terminals
    assert chargeable_w(950.0, 1000.0, 50.0, 0.5, 1 / 25.0, 1 / 0.8) == pytest.approx(2.5, rel=1e-9)


def test_charging_dies_away_exponentially_in_the_taper():
    """dE/dt = η P (Q - E)/(taper Q): the room left falls by e in taper Q/(η P)."""
    pack = Pack(1e6, 0.0, 1e3, 1e3, 0.1, 0.96, 0.96, 0.5)
    battery_j, n = 0.9e6, round(0.1e6 / (0.96 * 1e3) / 0.5)
    for _ in range(n):
        take_w, _ = limits(pack, battery_j)
        battery_j = later(pack, battery_j, balance(1e6, 1.0, 0.0, take_w))
    assert (pack.capacity_j - battery_j) / 0.1e6 == pytest.approx(np.exp(-1.0), rel=0.005)


def test_giving_by_hand():
    # 100 J above the floor through 50 s at 0.9: 1.8 W; the rate limit; below the floor nothing
    assert givable_w(1100.0, 1000.0, 10.0, 1 / 50.0, 0.9) == pytest.approx(1.8, rel=ROUNDING)
    assert givable_w(5000.0, 1000.0, 10.0, 1 / 50.0, 0.9) == 10.0
    assert givable_w(900.0, 1000.0, 10.0, 1 / 50.0, 0.9) == 0.0


def test_round_trip_loses_both_efficiencies():
    charged = stored_j(0.0, 100.0, 0.0, 0.96, 1 / 0.96, 3600.0)
    assert charged == pytest.approx(345600.0, rel=ROUNDING)
    given_back_w = givable_w(charged, 0.0, 1e9, 1 / 3600.0, 0.96)
    assert given_back_w == pytest.approx(100.0 * 0.96**2, rel=ROUNDING)
    assert stored_j(charged, 0.0, given_back_w, 0.96, 1 / 0.96, 3600.0) == pytest.approx(0.0, abs=1e-6)
