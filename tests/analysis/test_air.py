"""The air of a run from its results, worked by hand."""

import pytest
from air_results import data

from orbital_compute.analysis.air import YEAR_S, day_lengths_s, fleet, shells


def test_shells_and_their_verdicts():
    low, high = shells(data())
    assert (low.name, low.altitude_m, low.n_satellite) == ("low", 500e3, 10)
    assert low.delta_v_m_s == {"quiet": 1.0, "mean": 3.0, "active": 9.0, "run": 2.0}
    assert not low.over_rule
    assert high.over_rule
    assert low.verdict == "yes"
    assert high.verdict == "no, but under an active Sun"
    assert shells(data(), rule_s=3 * YEAR_S)[0].verdict == "yes, but under a quiet Sun"
    assert shells(data(), rule_s=0.1 * YEAR_S)[0].verdict == "no"


def test_fleet_over_three_days_by_hand():
    found = fleet(data())
    assert found.propellant_kg == pytest.approx(3 * (5.0 + 2.5))
    assert found.delta_v_m_s == pytest.approx(1.5)
    assert (found.failed_in_orbit, found.reentered, found.over_rule) == (6, 3, 20)
    assert found.object_years == pytest.approx((0 + 3 + 6) * 86400.0 / YEAR_S)
    assert found.reentered_a_year == pytest.approx(365.25)


def test_typical_days_stand_for_those_up_to_the_next():
    assert day_lengths_s(data(3, 15)).tolist() == [15 * 86400.0] * 3
    assert day_lengths_s(data(1)).tolist() == [86400.0]
    assert fleet(data(3, 15)).object_years == pytest.approx(9 * 15 * 86400.0 / YEAR_S)


def test_run_without_air_has_none():
    empty = data().drop_vars(["lifetime_s", "air_propellant_kg"])
    assert shells(empty) == []
    assert fleet(empty) is None
