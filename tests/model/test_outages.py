"""What befalls the ground for a time: factors, arcs, and the least of several limits, by hand."""

import math

import numpy as np

from orbital_compute.model.outages import ArcOutage, Spell, arc_available, factor_at, least_of_overlapping

SPELLS = [Spell(100.0, 200.0, 0.5), Spell(150.0, math.inf, 0.2)]


def test_factors_multiply_while_they_hold():
    for time_s, wanted in ((99.0, 1.0), (100.0, 0.5), (150.0, 0.1), (200.0, 0.2), (1e9, 0.2)):
        assert math.isclose(factor_at(SPELLS, time_s), wanted)


def test_only_the_arcs_named_are_down():
    outages = [ArcOutage(2, SPELLS[0]), ArcOutage(2, SPELLS[1]), ArcOutage(0, Spell(0.0, 120.0, 0.0))]
    np.testing.assert_allclose(arc_available(outages, 4, 110.0), [0.0, 1.0, 0.5, 1.0])
    np.testing.assert_allclose(arc_available(outages, 4, 160.0), [1.0, 1.0, 0.1, 1.0])


def test_the_least_of_limits_that_overlap_and_what_comes_after():
    limits = [Spell(100.0, 300.0, 200.0), Spell(200.0, 250.0, 50.0), Spell(240.0, 260.0, 900.0)]
    assert least_of_overlapping(limits, 400.0) == [(100.0, 200.0), (200.0, 50.0), (250.0, 200.0), (300.0, 400.0)]
    assert least_of_overlapping([], 400.0) == []
    assert least_of_overlapping([Spell(0.0, math.inf, 500.0)], 400.0) == []  # the site has less than that anyway
