"""Straight pieces under convex power curves, against the law."""

import numpy as np
import pytest

from orbital_compute.model.power_pieces import CURVE_ERROR, Pieces, always_on, may_go_dark, switchable


def power_at(pieces, r):
    left, power = r, pieces.idle_w
    for slope, width in zip(pieces.slope_w, pieces.width, strict=True):
        power += slope * min(left, width)
        left = max(left - width, 0.0)
    return power


@pytest.mark.parametrize(("idle", "span", "exponent"), [(20.0, 80.0, 2.0), (15.0, 85.0, 3.0), (40.0, 60.0, 2.0)])
def test_the_hull_of_on_and_off(idle, span, exponent):
    pieces = switchable(idle, span, exponent)
    touch = (idle / (span * (exponent - 1.0))) ** (1 / exponent)
    assert pieces.width.sum() == pytest.approx(1.0, rel=1e-12)
    assert (np.diff(pieces.slope_w) > 0).all()
    # up to the touching point a straight line through the origin: at half the work half the power
    assert power_at(pieces, touch / 2) == pytest.approx((idle + span * touch**exponent) / 2, rel=1e-9)
    for r in np.linspace(touch, 1.0, 101):
        law = idle + span * r**exponent
        assert power_at(pieces, r) <= law * (1 + 1e-12)
        # at the power of the law, tangents allow at most CURVE_ERROR more throughput
        assert power_at(pieces, min(r * (1 + CURVE_ERROR), 1.0)) >= law * (1 - 1e-12) or r * (1 + CURVE_ERROR) > 1.0


def test_a_straight_curve_is_one_piece():
    assert switchable(20.0, 80.0, 1.0) == Pieces(0.0, np.array([100.0]), np.array([1.0]))


def test_widths_end_where_the_power_does():
    pieces = switchable(20.0, 80.0, 2.0)
    for largest in (0.0, 10.0, 40.0, 77.0, 100.0, 500.0):
        width = pieces.width_within(np.array([largest]))[0]
        assert (width * pieces.slope_w).sum() == pytest.approx(min(largest, pieces.full_w), rel=1e-12)


def test_a_site_that_is_always_on_and_one_that_may_go_dark():
    def law(r):
        return 30.0 + 60.0 * r**2 + 10.0 * r**3

    whole = always_on(law)
    for r in np.linspace(0.0, 1.0, 101):
        assert law(r) * (1 - 1e-3) - 0.02 <= power_at(whole, r) <= law(r) * (1 + 1e-9)
    dark = may_go_dark(whole)
    assert dark.idle_w == 0.0
    assert dark.width.sum() == pytest.approx(1.0, rel=1e-12)
    assert power_at(dark, 1.0) == pytest.approx(power_at(whole, 1.0), rel=1e-12)
    assert power_at(dark, 0.1) < power_at(whole, 0.1) - 20.0
