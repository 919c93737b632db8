"""Heat: the step against fine Runge-Kutta, the cap on compute against its definition, radiators by hand."""

import math

import pytest
import twin
from fluid import relaxed_k
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute._math import exprel
from orbital_compute.constants import STEFAN_BOLTZMANN_W_M2_K4
from orbital_compute.physics.thermal import (
    balance_error_j,
    compute_cap_w,
    doubled,
    emitted_j,
    environment_heat_w,
    radiator_sun_cosine,
    relaxation,
    responded_k,
    steady_cap_w,
)

ROUNDING = 1e-12
PANEL = 2 * 0.9 * STEFAN_BOLTZMANN_W_M2_K4  # of a square metre, both faces, emissivity 0.9 [W/(m² K⁴)]
# a radiator whose time constant C/(4GT³) is 660 s at 333 K, in surroundings of 200 K
G_W_K4 = 110 * PANEL
FULL_K, SINK_K = 333.0, 200.0
CAPACITY_J_K = 660.0 * 4 * G_W_K4 * FULL_K**3

temperatures = st.floats(150.0, 450.0)
emissions = st.floats(-1.0, 3.5).map(lambda x: 10.0**x * PANEL)
capacities = st.floats(3.5, 7.0).map(lambda x: 10.0**x)
steps = st.floats(0.0, 3.6).map(lambda x: 10.0**x)


@pytest.mark.parametrize(("step_s", "error_k"), [(10.0, 0.0004), (40.0, 0.006), (100.0, 0.04)])
@pytest.mark.parametrize(("low", "more"), [(0.2, 1.0), (0.0, 1.7)])
def test_step_errs_as_the_model_says(step_s, error_k, low, more):
    """MODEL §4.2: 0.0003, 0.005 and 0.03 K under load steps of 20-100 %, 1.6 times that for 0-100 %, to one digit."""
    full_w = G_W_K4 * (FULL_K**4 - SINK_K**4)
    ours = exact = FULL_K
    worst = 0.0
    for k in range(int(2 * 5700 / step_s)):
        heat_w = (full_w if k * step_s % 5700 < 3600 else low * full_w) + G_W_K4 * SINK_K**4
        ours = relaxed_k(ours, heat_w, G_W_K4, step_s / CAPACITY_J_K)
        exact = twin.integrated(exact, heat_w, G_W_K4, CAPACITY_J_K, step_s, 8)
        worst = max(worst, abs(ours - exact))
    assert 0.5 * error_k * more < worst < error_k * more


@given(temperatures, temperatures)
def test_long_steps_are_stable(start_k, settled_k):
    """Steps of 1e5 s, 150 time constants: from anywhere to the balance of heat, without a swing below zero."""
    now_k = start_k
    for _ in range(40):
        now_k = relaxed_k(now_k, G_W_K4 * settled_k**4, G_W_K4, 1e5 / CAPACITY_J_K)
        assert 0.0 < now_k < 1e5
    assert now_k == pytest.approx(settled_k, rel=1e-9)


@given(temperatures, st.floats(0.0, 1e6), emissions, capacities, steps)
def test_step_with_its_response_known_is_the_step(start_k, heat_w, emission, capacity, step_s):
    """The response of half a step, doubled, is that of the whole: exprel(2y) by e^(2y) = (e^y)²."""
    short = step_s / capacity
    exponent = relaxation(start_k, emission, short)
    assert exponent == pytest.approx(-4 * emission * start_k**3 * short, rel=1e-14)
    whole = exprel(exponent)
    end_k = relaxed_k(start_k, heat_w, emission, short)
    assert responded_k(start_k, heat_w, emission, short, whole) == pytest.approx(end_k, rel=1e-12)
    exact = math.expm1(exponent) / exponent
    assert doubled(0.5 * exponent, exprel(0.5 * exponent)) == pytest.approx(exact, rel=1e-14)


@given(temperatures, st.floats(0.0, 3600.0))
def test_balance_of_heat_stands_still(start_k, step_s):
    end_k = relaxed_k(start_k, G_W_K4 * start_k**4, G_W_K4, step_s / CAPACITY_J_K)
    assert end_k == pytest.approx(start_k, rel=1e-14)
    assert emitted_j(start_k, start_k, G_W_K4 * start_k**4, G_W_K4, step_s, 1e-6) == pytest.approx(
        G_W_K4 * start_k**4 * step_s, rel=1e-14, abs=1e-300
    )


@pytest.mark.parametrize(("step_s", "worst"), [(10.0, 1e-7), (60.0, 1e-5), (300.0, 2e-3)])
def test_emitted_heat_is_the_integral_of_the_law(step_s, worst):
    """∫ G T⁴ dt by Simpson's rule along the exact temperature, with its ends given: the trapezoid's error alone."""
    for start_k, heat_k in ((333.0, 250.0), (260.0, 340.0), (300.0, 300.0)):
        heat_w = G_W_K4 * heat_k**4
        n, total, now_k = 100, 0.0, start_k
        for _ in range(n):
            middle_k = twin.integrated(now_k, heat_w, G_W_K4, CAPACITY_J_K, 0.5 * step_s / n)
            next_k = twin.integrated(now_k, heat_w, G_W_K4, CAPACITY_J_K, step_s / n)
            total += G_W_K4 * step_s / n / 6 * (now_k**4 + 4 * middle_k**4 + next_k**4)
            now_k = next_k
        ours = emitted_j(start_k, now_k, heat_w, G_W_K4, step_s, step_s / CAPACITY_J_K)
        assert ours == pytest.approx(total, rel=worst)


@given(temperatures, temperatures, emissions, capacities, steps)
def test_bound_on_the_step_holds(start_k, settled_k, emission, capacity, step_s):
    """Heat in less heat stored less heat emitted by the law, for any node from a minute's to a month's."""
    heat_w, short = emission * settled_k**4, step_s / capacity
    end_k = relaxed_k(start_k, heat_w, emission, short)
    emitted = emitted_j(start_k, end_k, heat_w, emission, step_s, short)
    left_j = abs(heat_w * step_s - capacity * (end_k - start_k) - emitted)
    bound_j = balance_error_j(start_k, end_k, emission, step_s, short)
    rounding_j = 1e-9 * heat_w * step_s + 4e-16 * capacity * max(start_k, end_k)
    assert left_j <= bound_j + rounding_j
    if 4 * emission * max(start_k, end_k) ** 3 * short < 0.5:  # steps of up to half a time constant
        assert bound_j <= 5 * left_j + 10 * rounding_j


@given(temperatures, st.floats(0.0, 1e6), emissions, capacities, steps, st.floats(1e-6, 1e-1), st.floats(1.0, 1.2))
def test_cap_keeps_chips_below_their_limit(start_k, fixed_w, emission, capacity, step_s, chip_k_w, per_watt):
    """At both ends of the step."""
    limit_k, short = 358.0, step_s / capacity
    response = short * exprel(relaxation(start_k, emission, short))
    cap_w = compute_cap_w(start_k, fixed_w, per_watt, emission, response, chip_k_w, 1.0 / chip_k_w, limit_k)
    assert cap_w >= 0.0

    def hottest_k(p):
        end_k = relaxed_k(start_k, fixed_w + per_watt * p, emission, short)
        return max(start_k, end_k) + chip_k_w * p

    rounding_k = 1e-9 * max(limit_k, hottest_k(0.0))
    if cap_w > 0.0:
        assert hottest_k(cap_w) <= limit_k + rounding_k
        assert hottest_k(1.001 * cap_w) + rounding_k >= limit_k  # and no more is possible
    else:
        assert hottest_k(0.0) >= limit_k - rounding_k


@given(st.floats(0.0, 3.0), st.floats(0.0, 900.0), st.floats(-5.0, -3.0), st.floats(330.0, 380.0), st.floats(1.0, 1.1))
def test_steady_cap_is_the_root(log_area, fixed_w_m2, log_chip_k_m2_w, limit_k, per_watt):
    area_m2 = 10.0**log_area
    emission, chip_k_w, fixed_w = 0.95 * PANEL * area_m2, 100 * 10.0**log_chip_k_m2_w / area_m2, fixed_w_m2 * area_m2
    wanted = twin.bisected(
        lambda p: emission * (limit_k - chip_k_w * p) ** 4 - fixed_w - per_watt * p, 0.0, limit_k / chip_k_w
    )
    assert steady_cap_w(fixed_w, per_watt, emission, chip_k_w, limit_k) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


def test_caps_of_the_model():
    """MODEL §4.3: 110 m², T_s 200 K, fin 0.95: 120 kW of 700 W chips, 98 kW of 1,200 W chips, pumps included."""
    emission = 0.95 * G_W_K4
    for device_w, total_w in ((700.0, 120e3), (1200.0, 98e3)):
        # chips at 358 K over the fluid by 0.03 K/W of their own power, whatever the number of chips
        fluid_k = 358.0 - 0.03 * device_w
        assert emission * (fluid_k**4 - 200.0**4) == pytest.approx(total_w, rel=0.01)
        direct = emission * (fluid_k**4 - 200.0**4) / 1.015
        count = direct / device_w
        cap = steady_cap_w(emission * 200.0**4, 1.015, emission, 0.03 / count, 358.0)
        assert cap == pytest.approx(direct, rel=1e-9)


# radiators


def test_radiator_by_hand():
    """20 °C, both sides, emissivity 0.9: 2 · 0.9 σ 293.15⁴ = 753.78 W/m²; emitted over a second."""
    assert emitted_j(293.15, 293.15, 0.0, PANEL, 1.0, 0.0) == pytest.approx(753.78, abs=0.01)
    # black, 838 W/m²
    assert emitted_j(293.15, 293.15, 0.0, PANEL / 0.9, 1.0, 0.0) == pytest.approx(837.53, abs=0.01)


@pytest.mark.parametrize(
    ("heat_w", "area_m2", "fin", "pump", "wanted_k"),
    [
        (120e3, 110.0, 1.0, 1.0, 333.0),
        (150e3, 110.0, 1.0, 1.0, 350.0),
        (175e3, 100.0, 1.0, 1.0, 370.0),
        (120e3, 110.0, 0.95, 1.015, 338.0),
        (150e3, 110.0, 0.95, 1.015, 355.0),
        (175e3, 100.0, 0.95, 1.015, 376.0),
    ],
)
def test_settled_temperatures_of_the_model(heat_w, area_m2, fin, pump, wanted_k):
    """MODEL §4.1, T_s = 200 K: the step settles where its table says."""
    emission = fin * PANEL * area_m2
    now_k = 300.0
    for _ in range(50):
        now_k = relaxed_k(now_k, pump * heat_w + emission * 200.0**4, emission, 3600.0 / 8e5)
    assert now_k == pytest.approx(wanted_k, abs=0.6)


def test_environment_by_hand():
    """One face 100 m² by ε 0.9 and α 0.15; edge-on at 575 km, 0.253 a side; Sun overhead, 3 degrees on a face."""
    heat = environment_heat_w(90.0, 15.0, 1361.0, 1.0, 0.05, 1.0, 0.506)
    assert heat == pytest.approx(90 * 237 * 0.506 + 15 * 1361 * (0.05 + 0.3 * 0.506), rel=ROUNDING)
    night = environment_heat_w(90.0, 15.0, 1361.0, 0.0, 0.05, -1.0, 0.506)
    assert night == pytest.approx(90 * 237 * 0.506, rel=ROUNDING)
    assert environment_heat_w(90.0, 15.0, 0.0, 1.0, 1.0, 1.0, 0.0) == 0.0


def test_sink_temperature_of_an_edge_on_radiator():
    """MODEL §4.1: from the Earth's infrared alone an edge-on radiator in low orbit would settle at 170 to 180 K."""
    for view in (2 * 0.253, 2 * 0.229):
        heat = environment_heat_w(0.9, 0.15, 1361.0, 0.0, 0.0, -1.0, view)
        assert 170.0 < (heat / PANEL) ** 0.25 < 182.0


@pytest.mark.parametrize(
    ("gains", "normal2", "cos_zenith", "cosine"),
    [
        ((0.0, 0.0, 0.05), 0.8, -0.6, 0.05),
        ((1.0, 0.0, 0.0), 0.25, 0.6, 0.5),
        ((0.0, 1.0, 0.0), 0.25, -0.6, 0.6),
        ((0.0, 1.0, 0.02), 0.0, 0.0, 0.02),
    ],
)
def test_sun_on_the_radiator(gains, normal2, cos_zenith, cosine):
    assert radiator_sun_cosine(*gains, normal2, cos_zenith) == pytest.approx(cosine, rel=ROUNDING)
