"""The waterfall: each factor measured, their product delivered over peak."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import recorded

from orbital_compute.analysis.waterfall import ORBIT_STAGES, SITE_STAGES, orbit_flop, site_flop, stages, waterfall

NAMES = tuple(name for name, _ in ORBIT_STAGES)


def test_factors_of_a_case_worked_by_hand():
    made = stages(NAMES, [100.0, 80.0, 60.0, 45.0, 36.0, 27.0, 27.0, 13.5, 10.8])
    assert [stage.factor for stage in made] == [1.0, 0.8, 0.75, 0.75, 0.8, 0.75, 1.0, 0.5, 0.8]
    assert [stage.name for stage in made] == list(NAMES)
    assert made[-1].flop == 10.8


def test_product_of_factors_is_delivered_over_peak():
    random = np.random.default_rng(5)
    for _ in range(200):
        flop = [float(value) for value in np.sort(random.random(9) * 10.0 ** random.integers(0, 30))[::-1]]
        made = stages(NAMES, flop)
        exact = math.prod(Fraction(b.flop) / Fraction(a.flop) for a, b in pairwise(made))
        assert exact == Fraction(flop[-1]) / Fraction(flop[0])
        # eight factors, each rounded once and multiplied with one more rounding
        assert math.prod(stage.factor for stage in made) == pytest.approx(flop[-1] / flop[0], rel=16 * 2.0**-53)


def test_stage_after_nothing_loses_nothing():
    assert [stage.factor for stage in stages(NAMES, [10.0, 5.0, *[0.0] * 7])] == [1.0, 0.5, 0.0, *[1.0] * 6]
    assert stages(("peak", "delivered"), [0.0, 1.0])[1].factor == math.inf  # a fault of the run, not to be hidden


def test_sums_run_over_windows_and_shells_but_keep_sites_apart():
    orbit = {name: np.full((3, 2), 9.0 - k) for k, (_, name) in enumerate(ORBIT_STAGES)}
    assert orbit_flop(orbit).tolist() == [6.0 * n for n in range(9, 0, -1)]
    names = list(dict.fromkeys(name for _, name in SITE_STAGES))  # two stages take nothing on the ground
    sites = {name: np.array([[9.0 - k, 1.0]] * 3) for k, name in enumerate(names)}
    left = [3.0 * (9.0 - names.index(name)) for _, name in SITE_STAGES]
    assert site_flop(sites).tolist() == [[flop, 3.0] for flop in left]
    del orbit["offered_flop"]
    assert orbit_flop(orbit) is None


def test_sum_is_correctly_rounded():
    series = {name: np.array([[1e16], [1.0], [1.0], [-1e16]]) for _, name in ORBIT_STAGES}
    assert orbit_flop(series).tolist() == [2.0] * 9  # added one after the other they give 0 or 4


def test_recorded_run_ends_at_what_was_delivered():
    axes = recorded.coordinates()
    results = recorded.record(axes, recorded.arrays(axes))
    found = waterfall(results.dataset)
    assert list(found) == ["orbit", "site 0", "site 1"]
    summary = results.summary()
    assert found["orbit"][-1].flop == summary["compute_delivered_orbit_flop"]["value"]
    delivered = found["site 0"][-1].flop + found["site 1"][-1].flop
    assert delivered == pytest.approx(summary["compute_delivered_site_flop"]["value"], rel=1e-14)
    assert [stage.name for stage in found["site 0"]] == [name for name, _ in SITE_STAGES]
