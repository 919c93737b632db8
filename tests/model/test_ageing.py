"""Age at the start of a run: coating, battery and array by hand, and that a new satellite is as it was built."""

from itertools import pairwise

import pytest
from small_fleet import design

from orbital_compute.model.fleet import YEAR_S, hardware_row
from orbital_compute.physics.battery import aged_efficiency, capacity_left
from orbital_compute.physics.thermal import aged_absorptivity

AGEING = {
    "array": {"degradation_per_year": 0.025},
    "battery": {"calendar_fade": 0.06, "cycle_fade": 0.14},
    "radiator": {"solar_absorptivity": 0.15, "absorptivity_end": 0.25},
}


def aged(years, life=5.0):
    return hardware_row(design(**AGEING, age_s=years * YEAR_S, life_s=life * YEAR_S), 60.0)


def test_end_of_life_by_hand():
    new, old = aged(0.0), aged(5.0)
    assert old.solar_m2 / new.solar_m2 == pytest.approx(0.25 / 0.15, rel=1e-14)
    assert old.capacity_j / new.capacity_j == pytest.approx(0.80, rel=1e-14)
    assert old.floor_j / old.capacity_j == pytest.approx(new.floor_j / new.capacity_j, rel=1e-14)
    assert old.charge_limit_w / new.charge_limit_w == pytest.approx(0.80, rel=1e-14)
    # resistance grows by 1.5 x 0.2: the loss of 4 % becomes 5.2 %
    assert old.charge_efficiency == pytest.approx(0.948, rel=1e-14)
    assert old.inverse_discharge_efficiency * 0.948 == pytest.approx(1.0, rel=1e-14)
    assert old.marginal_ratio == pytest.approx((0.948**2) ** 2, rel=1e-13)
    assert old.watt_per_beam / new.watt_per_beam == pytest.approx(0.975**5, rel=1e-14)


def test_a_new_satellite_is_as_it_was_built():
    plain = design(array=AGEING["array"], radiator={"solar_absorptivity": 0.15})
    assert aged(0.0) == hardware_row(plain, 60.0)
    assert hardware_row(design(age_s=3 * YEAR_S), 60.0).solar_m2 == hardware_row(design(), 60.0).solar_m2


def test_ageing_goes_one_way():
    shares = [0.0, 0.01, 0.25, 0.5, 1.0, 2.0, 6.0, 20.0]
    left = [capacity_left(share, 0.06, 0.14) for share in shares]
    assert left[0] == 1.0
    assert left[2] == pytest.approx(1 - 0.06 * 0.5 - 0.14 * 0.25, rel=1e-14)
    assert all(later <= earlier for earlier, later in pairwise(left))
    assert left[-1] == 0.05
    assert aged_efficiency(0.96, 1.0) == pytest.approx(0.96, rel=1e-15)
    assert aged_efficiency(1.0, 0.5) == 1.0
    assert aged_efficiency(0.5, 0.05) == 0.25  # held at half of the new one; the law alone would be below zero
    assert [aged_absorptivity(0.15, 0.25, share) for share in (0.0, 0.5, 1.0, 3.0)] == pytest.approx(
        [0.15, 0.20, 0.25, 0.25], rel=1e-14
    )
