"""Executed work and the work that counts: gangs by their useful fraction, others by what was drawn, none of a site."""

import numpy as np
import pytest

from orbital_compute.model.credit import Crediting, SoftErrorToll, no_toll
from orbital_compute.model.gang import YEAR_S, GangSpec

GANG = GangSpec(chips=10_000)
RATES = (8.93 / YEAR_S, 3.41 / YEAR_S, 0.03 / YEAR_S)
JOB_CLASS = np.array([0, 0, 1, 1])
OF_SITE = np.array([False, True, False, True])


class Shared:
    """Two orbital signatures and a site: each signature's work goes over each route in these shares."""

    share = np.array([[0.5, 0.0, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5]])
    signature_flop = np.array([10.0, 20.0, 8.0])

    def executed_by_route(self, flop):
        return flop @ self.share


EXECUTED = Shared().executed_by_route(Shared.signature_flop)


def crediting(gangs=None):
    return Crediting({"training": GANG} if gangs is None else gangs, ["chat", "training"], JOB_CLASS, OF_SITE)


def test_without_gangs_and_soft_errors_all_work_counts():
    credit = crediting({}).credit(Shared(), EXECUTED, no_toll(2))
    assert np.array_equal(credit.credited_flop, EXECUTED)
    assert not credit.repeated_flop.any()
    assert not credit.corrupted_flop.any()


def test_gangs_keep_the_useful_fraction_of_their_place():
    credit = crediting().credit(Shared(), EXECUTED, SoftErrorToll(np.zeros(2), np.zeros(2), RATES))
    orbit, ground = GANG.yields(*RATES), GANG.yields(0.0, 0.0, 0.0)
    assert 0.3 < orbit.useful_fraction < 0.5  # MODEL §5.4: 0.36 to 0.42 with detected corruption
    assert credit.credited_flop.tolist() == pytest.approx(
        [25.0, 4.0, 5.0 * orbit.useful_fraction, 4.0 * ground.useful_fraction]
    )
    assert credit.corrupted_flop.tolist() == pytest.approx(
        [0.0, 0.0, 5.0 * orbit.useful_fraction * orbit.corrupted_share, 0.0]
    )


def test_soft_errors_cost_other_classes_in_orbit_what_was_drawn():
    toll = SoftErrorToll(np.array([1.0, 0.4]), np.array([0.2, 0.0]), RATES)
    credit = crediting({}).credit(Shared(), EXECUTED, toll)
    assert credit.repeated_flop.tolist() == pytest.approx([0.9, 0.0, 0.5, 0.0])
    assert credit.corrupted_flop.tolist() == pytest.approx([0.1, 0.0, 0.1, 0.0])
    # a gang pays by its own law, not twice
    both = crediting().credit(Shared(), EXECUTED, toll)
    assert both.repeated_flop[2] == pytest.approx(5.0 * (1.0 - GANG.yields(*RATES).useful_fraction))


def test_credited_and_repeated_make_up_what_was_executed():
    random = np.random.default_rng(2)
    for _ in range(50):
        toll = SoftErrorToll(3.0 * random.random(2), random.random(2), tuple(random.random(3) * 1e-6))
        credit = crediting().credit(Shared(), EXECUTED, toll)
        assert (credit.credited_flop + credit.repeated_flop).tolist() == pytest.approx(EXECUTED.tolist(), rel=1e-14)
        assert (credit.corrupted_flop <= credit.credited_flop).all()
        assert (credit.credited_flop >= 0.0).all()
