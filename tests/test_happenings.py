"""Events in a run: what each takes while it lasts, and that nothing differs before it."""

import numpy as np
import pytest

from orbital_compute.run import simulate

BASE = {
    "format": 1,
    "name": "happenings",
    "seed": 3,
    "time": {"start": "2026-03-20T12:00:00Z", "duration": "90 min", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [{"name": "low", "altitude": "575 km", "inclination": "53 deg", "planes": 4, "per_plane": 25}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "workload": {"preset": "default", "demand": {"rate": "150 EFLOP/s"}},
    "output": {"sample": 0},
}
WHILE = {"start": "2026-03-20T12:30:00Z", "end": "2026-03-20T13:00:00Z"}
BEFORE, DURING, AFTER = slice(0, 6), slice(6, 12), slice(12, 18)


@pytest.fixture(scope="module")
def calm():
    return simulate(BASE).dataset


def with_event(kind, **fields):
    results = simulate({**BASE, "events": [{"kind": kind, **WHILE, **fields}]})
    assert all(ledger["closes"] for ledger in results.audit().values())
    return results.dataset


def test_a_lost_plane_offers_nothing_and_comes_back(calm):
    data = with_event("plane_lost", shell="low", planes=[0, 1, 2, 3])
    assert data["offered_flop"].values[DURING].sum() == 0.0
    assert np.array_equal(data["offered_flop"].values[BEFORE], calm["offered_flop"].values[BEFORE])
    assert data["offered_flop"].values[AFTER].sum() > 0.9 * calm["offered_flop"].values[AFTER].sum()
    assert data["bus_power_w"].values[DURING].min() > 0.0


def test_a_gateway_that_is_down_carries_nothing(calm):
    data = with_event("gateway_down", gateway="tokyo")
    use, room = (data[name].sel(arc="tokyo").values for name in ("arc_use_bit", "arc_capacity_bit"))
    assert use[DURING].sum() == room[DURING].sum() == 0.0
    assert np.array_equal(room[AFTER], calm["arc_capacity_bit"].sel(arc="tokyo").values[AFTER])


def test_a_storm_multiplies_soft_errors(calm):
    factor = 3000.0
    data = with_event("solar_storm", factor=factor)
    usual = calm["soft_error_rate"].values[DURING].mean()
    assert data["soft_error_rate"].values[DURING].mean() == pytest.approx(factor * usual, rel=0.02)
    storm, rest = data["soft_errors"].values[DURING].sum(), data["soft_errors"].values[BEFORE].sum()
    assert rest == calm["soft_errors"].values[BEFORE].sum()
    assert storm > 100 * max(calm["soft_errors"].values.sum(), 1)
    assert data["repeated_flop"].values[DURING].sum() > calm["repeated_flop"].values[DURING].sum()


def test_a_surge_asks_for_more(calm):
    data = with_event("demand_surge", factor=3, job_class="batch")
    asked, usual = (one["arrived"].sel(job_class="batch").values for one in (data, calm))
    assert abs(asked[DURING].sum() - 3 * usual[DURING].sum()) <= 3 * usual.shape[1]
    assert np.array_equal(asked[BEFORE], usual[BEFORE])
