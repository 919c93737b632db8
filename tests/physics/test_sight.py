"""Lines of sight against hand values, limits, and flights by two bodies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from orbital_compute.physics.sight import Mover, best_phase_rad, longest_link_m, lowest_radius_m, slew_rate_rad_s

coordinate = st.floats(-9e6, 9e6)
place = st.tuples(coordinate, coordinate, coordinate)


def circle(radius_m, inclination_rad, node_rad, latitude_rad):
    """Return place and velocity on a circular orbit, float64[..., 3] each."""
    u, speed = np.asarray(latitude_rad, float), np.sqrt(EARTH_MU_M3_S2 / radius_m)

    def at(angle):
        x, y = np.cos(angle), np.sin(angle) * np.cos(inclination_rad)
        turn = np.cos(node_rad), np.sin(node_rad)
        return np.stack(
            [x * turn[0] - y * turn[1], x * turn[1] + y * turn[0], np.sin(angle) * np.sin(inclination_rad)], -1
        )

    return radius_m * at(u), speed * at(u + np.pi / 2)


def mover(r_m, v_m_s):
    return Mover(*map(float, r_m), *map(float, v_m_s))


def test_longest_link_is_the_published_one():
    # 550 km over a sphere of 6371 km, grazing 80 km: 5014 km (closed form 2 sqrt(6921² - 6451²))
    assert longest_link_m(550e3, 80e3, 6371e3) == pytest.approx(5013.9166e3, abs=1.0)
    assert longest_link_m(np.array([50e3, 550e3]))[0] == 0.0
    assert longest_link_m(550e3) > longest_link_m(550e3, 80e3)


def test_lowest_radius_by_hand():
    # two places at 7,000 km a right angle apart: the chord's middle lies at 7000/√2; beside one another, the lower end
    square = 7e6**2
    assert lowest_radius_m(square, square, 2 * square) == pytest.approx(7e6 / np.sqrt(2))
    assert lowest_radius_m(square, 7.5e6**2, 0.5e6**2) == pytest.approx(7e6)
    assert lowest_radius_m(7.5e6**2, square, 0.5e6**2) == pytest.approx(7e6)
    assert lowest_radius_m(square, square, 4 * square) == pytest.approx(0.0, abs=1.0)


@given(place, place)
def test_lowest_radius_is_the_least_of_all_points_of_the_line(a, b):
    a, b = np.array(a), np.array(b)
    between = float((b - a) @ (b - a))
    if between < 1.0:
        return
    share = np.linspace(0.0, 1.0, 1001)[:, None]
    sampled = np.linalg.norm(a + share * (b - a), axis=1).min()
    found = lowest_radius_m(float(a @ a), float(b @ b), between)
    spacing = np.sqrt(between) / 1000
    assert found <= sampled + 1.0  # a metre: rounding of squares of 1e14
    assert found >= sampled - spacing - 1.0


def test_longest_link_just_clears():
    r_m, limit_m = EARTH_RADIUS_M + 550e3, EARTH_RADIUS_M + 50e3
    length_m = float(longest_link_m(550e3))
    assert lowest_radius_m(r_m**2, r_m**2, length_m**2) == pytest.approx(limit_m, abs=1e-3)


def test_a_neighbour_in_the_plane_stands_still():
    one, other = (mover(*circle(7e6, 0.9, 1.0, u)) for u in (0.3, 0.5))
    assert slew_rate_rad_s(one, other) == pytest.approx(0.0, abs=1e-12)


def test_slew_rate_over_the_pole_by_hand():
    # polar planes a small angle ΔΩ apart, same slot: near the pole the neighbour is to the side by r ΔΩ cos φ, which
    # passes zero at the rate r ΔΩ n; displaced along the track by s, its direction turns by r ΔΩ n/s
    radius_m, step, lead = 7e6, np.radians(2.0), np.radians(3.0)
    motion = np.sqrt(EARTH_MU_M3_S2 / radius_m**3)
    one = mover(*circle(radius_m, np.pi / 2, 0.0, np.pi / 2 - lead / 2))
    other = mover(*circle(radius_m, np.pi / 2, step, np.pi / 2 + lead / 2))
    assert slew_rate_rad_s(one, other) == pytest.approx(motion * step / lead, rel=2e-3)


def test_slew_rate_is_the_change_of_direction_in_the_frame_of_the_orbit():
    radius_m, tilt, step, lead = 6.93e6, np.radians(53.0), np.radians(5.0), np.radians(8.0)
    motion, h = np.sqrt(EARTH_MU_M3_S2 / radius_m**3), 0.1

    def seen(time_s):
        r, v = circle(radius_m, tilt, 0.0, 0.7 + motion * time_s)
        to, _ = circle(radius_m, tilt, step, 0.7 + lead + motion * time_s)
        up, along = r / np.linalg.norm(r), v / np.linalg.norm(v)
        axes = np.stack([up, along, np.cross(up, along)])
        return axes @ ((to - r) / np.linalg.norm(to - r))

    wanted = np.linalg.norm(seen(h) - seen(-h)) / (2 * h)
    one, other = mover(*circle(radius_m, tilt, 0.0, 0.7)), mover(*circle(radius_m, tilt, step, 0.7 + lead))
    assert slew_rate_rad_s(one, other) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("tilt_deg", [0.0, 30.0, 53.0, 90.0, 97.6])
@pytest.mark.parametrize("step_deg", [5.0, 36.0, -20.0])
def test_best_phase_is_the_nearest_over_a_revolution(tilt_deg, step_deg):
    tilt, step = np.radians(tilt_deg), np.radians(step_deg)
    u, lead = np.linspace(0, 2 * np.pi, 400, endpoint=False), np.linspace(-np.pi, np.pi, 3601)
    here, _ = circle(1.0, tilt, 0.0, u)
    there, _ = circle(1.0, tilt, step, u[:, None] + lead)
    square = ((there - here[:, None]) ** 2).sum(-1).mean(axis=0)
    assert float(best_phase_rad(step, tilt)) == pytest.approx(lead[np.argmin(square)], abs=np.radians(0.06))


def test_best_phase_at_the_limits():
    assert float(best_phase_rad(0.3, np.pi / 2)) == pytest.approx(0.0, abs=1e-12)  # polar: side by side
    assert float(best_phase_rad(0.3, 0.0)) == pytest.approx(-0.3)  # on the equator all planes are one
