"""Gangs under faults and power that change: the renewal equation against Daly's formula and a thousand drawn gangs."""

import numpy as np
import pytest

from orbital_compute.kernels.gang_profile import simulate_profile
from orbital_compute.model.choices import TIMINGS
from orbital_compute.model.gang_timing import kept, schedule
from orbital_compute.physics.gang import checkpoint_interval_s, useful_fraction

CELL_S, ORBIT = 2.5, 2340  # cells of a revolution of 97.5 min
CHECKPOINT_S, RESTART_S = 30.0, 120.0
QUIET_S, PASS_S = 4500.0, 120.0  # mean times between faults
N_GANG, N_PERIOD = 1000, 10
HALF_CELL = 0.01  # the renewal counts a fault from the end of its cell: half a cell of each, and noise of 0.1 %


def profile(timing, *, passes=True, eclipse=True, quiet_s=QUIET_S):
    faults, pace = np.full(ORBIT, 1.0 / quiet_s), np.ones(ORBIT)
    if passes:
        faults[600:960] = 1.0 / PASS_S
    if eclipse:
        pace[1400:2240] = 0.0
    return schedule(timing, faults, pace, cell_s=CELL_S, checkpoint_s=CHECKPOINT_S, restart_s=RESTART_S)


def drawn(one, first=0, last=N_GANG, n_period=N_PERIOD):
    saved = np.zeros(N_GANG)
    simulate_profile(one, n_period, 1, first, last, saved)
    return saved / (n_period * CELL_S * one.pace.sum())


@pytest.mark.compiled
@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize(("passes", "eclipse"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_thousand_gangs_agree_with_the_renewal_equation(timing, passes, eclipse):
    one = profile(timing, passes=passes, eclipse=eclipse)
    assert kept(one).useful_fraction == pytest.approx(drawn(one).mean(), rel=HALF_CELL)


@pytest.mark.compiled
def test_saving_before_passes_and_before_power_ends_pays():
    both = {timing: drawn(profile(timing)).mean() for timing in TIMINGS}
    passes = {timing: drawn(profile(timing, eclipse=False)).mean() for timing in ("daly", "before_anomaly")}
    assert both["before_eclipse"] > 1.01 * both["daly"]
    assert passes["before_anomaly"] > 1.01 * passes["daly"]
    assert both["both"] > 1.01 * max(both["daly"], both["before_eclipse"], both["before_anomaly"])


@pytest.mark.compiled
def test_even_faults_and_steady_power_give_dalys_formula():
    one = profile("both", passes=False, eclipse=False)
    interval_s = checkpoint_interval_s(QUIET_S, CHECKPOINT_S, RESTART_S)
    formula = useful_fraction(QUIET_S, interval_s, CHECKPOINT_S, RESTART_S)
    assert kept(one).useful_fraction == pytest.approx(formula, rel=0.005)
    assert kept(one).checkpoint_share == pytest.approx(formula * CHECKPOINT_S / interval_s, rel=0.02)


@pytest.mark.compiled
def test_without_faults_power_that_ends_costs_one_restart_and_a_checkpoint():
    one = profile("before_eclipse", passes=False, quiet_s=1e15)
    lit_s = one.pace.sum() * CELL_S
    # the segment of a gang without faults would be longer than the light: one a revolution, saved as the light ends
    assert kept(one).useful_fraction == pytest.approx((lit_s - RESTART_S - CHECKPOINT_S) / lit_s, rel=1e-9)
    assert drawn(one, n_period=50)[0] == pytest.approx((lit_s - RESTART_S - CHECKPOINT_S) / lit_s, rel=0.01)


@pytest.mark.compiled
def test_unsaved_work_is_lost_when_power_ends_without_warning():
    assert kept(profile("daly", passes=False, quiet_s=1e15)).useful_fraction == 0.0  # it never comes to save


def test_no_power_at_all_leaves_nothing_to_lose():
    one = profile("both")._replace(pace=np.zeros(ORBIT))
    assert kept(one) == (1.0, 0.0)


@pytest.mark.compiled
def test_a_gang_is_the_same_in_any_range():
    one = profile("both")
    whole, part = drawn(one, 0, 9, 3), drawn(one, 4, 9, 3)
    assert np.array_equal(whole[4:9], part[4:9])
    assert not part[:4].any()


def test_a_short_period_on_coarse_cells():
    faults, pace = np.zeros(20), np.ones(20)
    pace[12:] = 0.0
    one = schedule("before_eclipse", faults, pace, cell_s=60.0, checkpoint_s=60.0, restart_s=120.0)
    assert kept(one).useful_fraction == pytest.approx(9 / 12)  # twelve lit cells less a checkpoint and a restart
    saved = np.zeros(1)
    simulate_profile(one, 10, 1, 0, 1, saved)
    assert saved[0] == pytest.approx(60.0 * (10 * 9 + 2))  # the first begins without a restart
