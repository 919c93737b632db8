"""The laws of cost, against hand values, limits, and published cases: launched power, a calculator, a lifetime."""

import math

import pytest

from orbital_compute.analysis.economics import (
    KWH_J,
    PFLOP_HOUR,
    YEAR_S,
    Centre,
    Fleet,
    Made,
    PlaceCost,
    capital_recovery,
    centre_cost,
    discounted_years,
    fleet_cost,
    launched_power_price,
    mean_output,
    output_factor,
    replacement_factor,
)
from orbital_compute.scenario.schema_economics import Economics

NOTHING = Made(0.0, 0.0, 0.0, 0.0, 0.0)
ONE_GIGAWATT = 1e9
FIVE_YEARS = 5.0
PRINTED = 0.05  # of what a calculator's page prints
TABLE = 0.02  # of what a paper's table prints


def terms(**sections):
    """Return parameters without interest, loss, insurance or upkeep, over five years, changed by section."""
    plain = {
        "discount_rate": 0.0,
        "launch": {"insurance": 0.0},
        "orbit": {"life": "5 years", "losses": "0 /year", "decay": "0 /year", "operations": "0 /year"},
        "ground": {"life": "5 years", "operations": "0 /year"},
        "accelerators": {"price": "0 USD/W", "life": "5 years", "failures": "0 /year"},
    }
    for name, fields in sections.items():
        plain[name] = {**plain[name], **fields} if isinstance(fields, dict) else fields
    return Economics.model_validate(plain)


def test_ten_per_cent_over_five_years_is_0_2638_a_year():
    assert capital_recovery(0.10, 5.0) == pytest.approx(0.1 * 1.61051 / 0.61051, rel=1e-12)
    assert capital_recovery(0.10, 5.0) == pytest.approx(0.2637975, rel=1e-6)


def test_without_interest_a_price_is_shared_out_evenly():
    assert capital_recovery(0.0, 8.0) == 0.125
    assert capital_recovery(1e-12, 8.0) == pytest.approx(0.125, rel=1e-9)


def test_payments_pay_the_price_back():
    paid = math.fsum(capital_recovery(0.07, 12.0) / 1.07**year for year in range(1, 13))
    assert paid == pytest.approx(1.0, rel=1e-14)


def test_discounted_years_are_those_of_a_sum_of_short_steps():
    n = 100_000
    width = 6.0 / n
    steps = math.fsum(width * math.exp(-(math.log(1.1) + 0.07) * (i + 0.5) * width) for i in range(n))
    assert discounted_years(0.10, 0.07, 6.0) == pytest.approx(steps, rel=1e-9)
    assert discounted_years(0.0, 0.0, 6.0) == 6.0


@pytest.mark.parametrize(("losses", "penalty"), [(0.10, 1.27), (0.20, 1.58)])
def test_replacement_is_turyshevs_lifetime_penalty_without_interest(losses, penalty):
    # arXiv:2604.27197: lambda T / (1 - exp(-lambda T)) over five years, to the digits printed
    assert replacement_factor(0.0, losses, 5.0) == pytest.approx(penalty, abs=0.005)


def test_replacement_agrees_with_renewal_draw_by_draw():
    """Pay for a thing, keep it until it is lost or its life ends, pay again: the present value, by recursion."""
    rate, losses, life = 0.08, 0.15, 7.0
    rho = math.log1p(rate)
    n = 200_000
    width = life / n
    lost = math.fsum(losses * math.exp(-(losses + rho) * (i + 0.5) * width) * width for i in range(n))
    at_end = math.exp(-(losses + rho) * life)
    ever = 1.0 / (1.0 - lost - at_end)  # present value of paying 1 at every renewal
    without = 1.0 / (1.0 - math.exp(-rho * life))
    assert replacement_factor(rate, losses, life) == pytest.approx(ever / without, rel=1e-8)


def test_output_that_does_not_fall_is_whole_and_a_falling_one_lies_between():
    assert output_factor(0.1, 0.05, 0.0, 5.0) == 1.0
    factor = output_factor(0.1, 0.05, 0.07, 5.0)
    assert math.exp(-0.07 * 5.0) < factor < 1.0
    assert factor > mean_output(0.07, 5.0)  # early years count for more, and lost satellites are replaced by new ones
    assert mean_output(0.0, 3.0) == 1.0
    assert mean_output(0.2, 5.0) == pytest.approx((1.0 - math.exp(-1.0)) / 1.0)


@pytest.mark.parametrize(
    ("mass_kg", "power_w", "life_years", "today", "later"),
    [
        (575.0, 28e3, 5.0, 14_700.0, 810.0),  # Starlink v2 mini
        (260.0, 7e3, 5.0, 26_600.0, 1_470.0),  # Starlink v1
        (150.0, 0.8e3, 5.0, 135_800.0, 7_500.0),  # OneWeb
        (860.0, 2e3, 12.5, 124_600.0, 6_900.0),  # Iridium
    ],
)
def test_launched_power_costs_what_table_1_of_suncatcher_prints(mass_kg, power_w, life_years, today, later):
    # arXiv:2511.19468, table 1: at 3,600 and 200 USD/kg, in USD/kW/year
    for usd_per_kg, printed in ((3600.0, today), (200.0, later)):
        price = 1e3 * launched_power_price(mass_kg, usd_per_kg, power_w, life_years)
        assert price == pytest.approx(printed, rel=TABLE)


def test_orbit_of_mccalips_page_as_printed():
    # andrewmccalip.com/space-datacenters, read 22 November 2026, before its script runs: 1 GW, satellites for 9.0 and
    # launch of 22.2 million kg for 22.2 billion USD. Its total, 31.20 USD/W, leaves out the 3.1 and 1.0 billion below.
    asked = terms(launch={"price": "1000 USD/kg"}, orbit={"build": "9 USD/W"})
    cost = fleet_cost(Fleet(22.2e6, ONE_GIGAWATT, 0), asked, NOTHING)
    assert cost.usd_year * FIVE_YEARS / ONE_GIGAWATT == pytest.approx(31.20, rel=PRINTED)


def test_ground_of_mccalips_page_as_printed():
    # The same page: capital 13.80 USD/W; fuel at 26.66 USD/MWh for 85 % of five years: 14.80 USD/W.
    energy_j = 0.85 * ONE_GIGAWATT * 8760 * 3600.0
    asked = terms(ground={"facility": "13.8 USD/W", "turbines": "0.02666 USD/kWh"})
    cost = centre_cost(Centre(0.0, ONE_GIGAWATT, 0, 0.0, energy_j), asked, NOTHING)
    assert cost.usd_year * FIVE_YEARS / ONE_GIGAWATT == pytest.approx(14.80, rel=PRINTED)


def test_orbit_of_mccalips_script_at_its_defaults():
    # static/js/math.js: 500 USD/kg, 22 USD/W, 36.5 W/kg, 98 % of time lit, cells lose 2.5 % a year, upkeep 1 % and
    # failures 9 % of the satellites' price a year, 1 billion USD of development. It prints 51.1 USD/W.
    fleet_w = ONE_GIGAWATT / (0.98 * math.fsum(0.975**year for year in range(5)) / 5.0)
    theirs = (22.0 * (1.0 + 5 * 0.01 + 5 * 0.09) + 500.0 / 36.5) * fleet_w + 1e9
    assert theirs / ONE_GIGAWATT == pytest.approx(51.1, abs=0.05)
    asked = terms(
        launch={"price": "500 USD/kg"},
        orbit={"build": "22 USD/W", "losses": "0.09 /year", "operations": "0.01 /year"},
    )
    # We replace what is lost whole, launch included, by renewal; they pay a share of the satellites' price a year.
    cost = fleet_cost(Fleet(fleet_w / 36.5, fleet_w, 0), asked, NOTHING)
    assert (cost.usd_year * FIVE_YEARS + 1e9) / theirs == pytest.approx(1.0, rel=PRINTED)
    assert cost.components["launch"] * FIVE_YEARS == pytest.approx(14.70e9, rel=1e-3)
    assert cost.components["operations"] * FIVE_YEARS == pytest.approx(1.18e9, rel=1e-2)


def test_cost_of_a_satellite_by_hand():
    # 3,000 kg at 500 USD/kg and 5 % insurance: 1.575 M; 150 kW at 15 and 35 USD/W: 2.25 M and 5.25 M.
    cost = fleet_cost(Fleet(3000.0, 150e3, 100), Economics(), NOTHING)
    assert cost.components["launch"] == pytest.approx(0.2637975 * 1.575e6, rel=1e-6)
    assert cost.components["satellites"] == pytest.approx(0.2637975 * 2.25e6, rel=1e-6)
    assert cost.components["accelerators"] == pytest.approx(0.2637975 * 5.25e6, rel=1e-6)
    assert cost.components["operations"] == pytest.approx(0.02 * 2.25e6, rel=1e-12)
    capital = 0.2637975 * 9.075e6
    speed = math.log(1.1)
    times = (1 - math.exp(-5 * speed)) / speed * (speed + 0.05) / (1 - math.exp(-5 * (speed + 0.05)))
    assert cost.components["replacement"] == pytest.approx((times - 1.0) * capital, rel=1e-6)
    assert cost.accelerators_usd_year == pytest.approx(times * 0.2637975 * 5.25e6, rel=1e-6)


def test_cost_of_a_centre_by_hand():
    grid_j, turbine_j = 2e9 * KWH_J, 1e8 * KWH_J
    cost = centre_cost(Centre(205e6, 250e6, 220_000, grid_j, turbine_j), Economics(), NOTHING)
    assert cost.components["facility"] == pytest.approx(3.45e9 * 0.1314738, rel=1e-6)  # 13.8 USD/W over 15 years
    assert cost.components["accelerators"] == pytest.approx(205e6 * 35.0 * 0.2637975, rel=1e-6)
    assert cost.components["electricity"] == pytest.approx(0.07 * 2e9 + 0.027 * 1e8, rel=1e-12)
    assert cost.components["operations"] == pytest.approx(0.03 * 3.45e9, rel=1e-12)


def test_four_unit_costs_share_one_numerator():
    made = Made(
        device_s=100 * YEAR_S, flop=1000 * PFLOP_HOUR, token_flop=800 * PFLOP_HOUR, tokens=4e9, it_j=1e4 * KWH_J
    )
    cost = PlaceCost({"accelerators": 600.0, "other": 400.0}, 600.0, made)
    units = cost.unit_costs()
    assert units["gpu_hour"] == pytest.approx(1000.0 / (100 * 8766))
    assert units["pflop_hour"] == pytest.approx(1.0)
    assert units["million_tokens"] == pytest.approx(800.0 / 4000.0)  # tokens bear four fifths of the work's cost
    assert units["kwh_it"] == pytest.approx(0.1)
    assert cost.other_share == pytest.approx(0.4)


def test_a_place_that_made_nothing_has_no_unit_cost():
    assert all(math.isnan(value) for value in PlaceCost({"launch": 5.0}, 0.0, NOTHING).unit_costs().values())
