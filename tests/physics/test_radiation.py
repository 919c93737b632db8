import pytest

from orbital_compute.physics.radiation import YEAR_S, event_rate_per_s, shielding_factor, solar_cycle_factor


def test_rates_of_the_tested_chip_at_650_km():
    """MODEL §5.3: 150 rad/year and one event per 14.4 to 20, 44 and 5,000 rad."""
    rates = [event_rate_per_s(150.0, dose, 1.0) * YEAR_S for dose in (14.4, 20.0, 44.0, 5000.0)]
    print("events a chip and year:", *(f"{rate:.3f}" for rate in rates))
    assert rates == pytest.approx([10.4, 7.5, 3.4, 0.03], abs=0.05)
    assert rates[3] == pytest.approx(0.03, rel=1e-12)
    assert event_rate_per_s(300.0, 44.0, 0.3) == pytest.approx(0.6 * event_rate_per_s(150.0, 44.0, 1.0), rel=1e-14)


def test_shielding_by_a_power_of_depth():
    assert shielding_factor(10.0, 10.0, 1.0) == 1.0
    assert shielding_factor(5.0, 10.0, 1.0) == pytest.approx(2.0, rel=1e-14)
    assert shielding_factor(20.0, 10.0, 2.0) == pytest.approx(0.25, rel=1e-14)


def test_the_solar_cycle_keeps_its_mean():
    years = [2020.96 + 11.0 * k / 132 for k in range(132)]
    values = [solar_cycle_factor(year, 2020.96, 1.33) for year in years]
    assert sum(values) / 132 == pytest.approx(1.0, rel=1e-14)
    assert values[0] / values[66] == pytest.approx(1.33, rel=1e-12)
    assert max(values) == values[0]
    assert solar_cycle_factor(2031.3, 2020.96, 1.0) == 1.0
