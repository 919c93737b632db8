"""The share of light over a step against fine quadrature of the two-circle law, and the clock against geometry."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path as File

import numba
import numpy as np
import pytest
import twin_sky as twin
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.constants import (
    ASTRONOMICAL_UNIT_M,
    EARTH_MU_M3_S2,
    EARTH_POLE_STRETCH,
    EARTH_RADIUS_M,
    SUN_RADIUS_M,
)
from orbital_compute.model.frames import instants_after, sun_teme, teme_to_frame
from orbital_compute.physics.eclipse import (
    Shadow,
    eclipse_clock,
    lit_integral,
    mean_share,
    shadow_depth,
    shadow_side,
    sunlit_share,
)
from orbital_compute.physics.occultation import disc_share, visible_disc_fraction
from orbital_compute.physics.orbit import Path
from orbital_compute.physics.sun import Sun, sun_table

INTEGRAL_ERROR = 3e-10
FLAT_EARTH = 1e-9  # radius of the solar disc over that of the limb, so that the limb is straight
REFERENCE = File(__file__).parents[3] / "shared" / "reference" / "eclipse" / "events"
UNCOMPILED = bool(numba.config.DISABLE_JIT)

# name: semi-major axis [m], inclination, node, declination of the Sun [deg]; a Sun at right ascension 0
ORBITS = {
    "30 degrees, 560 km": (EARTH_RADIUS_M + 560e3, 30.0, 17.0, 10.0),
    "97.6 degrees, 575 km": (EARTH_RADIUS_M + 575e3, 97.6, 17.0, 10.0),
    "51.6 degrees, 420 km": (EARTH_RADIUS_M + 420e3, 51.6, 57.0, 10.0),
    "dawn-dusk 650 km, first dark": (EARTH_RADIUS_M + 650e3, 97.99, 90.0, 17.1),
    "dawn-dusk 650 km, solstice": (EARTH_RADIUS_M + 650e3, 97.99, 90.0, 23.4),
    "geostationary": (42164e3, 0.0, 0.0, 3.0),
    "geostationary, grazing": (42164e3, 0.0, 0.0, 8.5),
    "20,200 km": (EARTH_RADIUS_M + 20200e3, 55.0, 6.0, 3.0),
}
# step [s]: error of the share of one step, and of the mean over a revolution
SIZES = {10.0: (3e-5, 3e-7), 60.0: (3e-4, 5e-6), 300.0: (1e-2, 6e-4)}


def sun_from(unit, distance_m=ASTRONOMICAL_UNIT_M, stretch=EARTH_POLE_STRETCH):
    row = sun_table(np.zeros(1), np.zeros(1), np.atleast_2d(unit), np.array([distance_m]), stretch)[0]
    return Sun(*(float(value) for value in row))


NOT_ASKED = math.nan  # one over the distance, which the shadow does not ask for


def on_circle(name):
    """Return radius [m], angular speed [rad/s], the axes of the plane, and the Sun's direction."""
    a, inclination, node, declination = ORBITS[name]
    i, o, d = np.radians([inclination, node, declination])
    to_node = np.array([np.cos(o), np.sin(o), 0.0])
    aside = np.array([-np.sin(o) * np.cos(i), np.cos(o) * np.cos(i), np.sin(i)])
    return a, math.sqrt(EARTH_MU_M3_S2 / a**3), to_node, aside, np.array([np.cos(d), 0.0, np.sin(d)])


def paths(r_m, ahead_m, stretch=EARTH_POLE_STRETCH):
    """Return the places as the laws want them. A sphere is had by shrinking z, so that stretching gives it back."""
    shrink = np.array([1.0, 1.0, stretch / EARTH_POLE_STRETCH])
    inverse = 1.0 / np.linalg.norm(r_m, axis=1, keepdims=True)
    return [Path(*place) for place in np.concatenate([r_m * shrink, ahead_m * shrink, inverse], axis=1).tolist()]


def law_share(suns, r_m, ahead_m, half_step_rad, stretch=EARTH_POLE_STRETCH):
    """Return the law's share at each place."""
    curvature = 1.0 / math.asin(EARTH_RADIUS_M / float(np.linalg.norm(r_m[0])))
    return np.array(
        [
            sunlit_share(sun, shadow_depth(sun, path, half_step_rad), curvature)
            for sun, path in zip(suns, paths(r_m, ahead_m, stretch), strict=True)
        ]
    )


@pytest.mark.parametrize("step_s", SIZES)
@pytest.mark.parametrize("stretch", [1.0, EARTH_POLE_STRETCH], ids=["sphere", "wgs84"])
@pytest.mark.parametrize("name", ORBITS)
def test_share_of_a_step_is_the_mean_of_the_occultation(name, stretch, step_s):
    """Every step of a revolution; how large the errors are is what the law's file says, and this table."""
    a, speed, to_node, aside, unit = on_circle(name)
    thin = (6 if UNCOMPILED else 1) * (8 if a > 2e7 and step_s == 10.0 else 1)
    u = np.arange(0.5 * speed * step_s, 2 * np.pi, thin * speed * step_s)[:, None]
    r_m, ahead = a * (np.cos(u) * to_node + np.sin(u) * aside), np.cos(u) * aside - np.sin(u) * to_node
    wanted = twin.mean_share(
        r_m, ahead, np.tile(unit, (len(u), 1)), np.full(len(u), ASTRONOMICAL_UNIT_M), 0.5 * speed * step_s,
        n_part=max(int(step_s / 2), 8), stretch=stretch,
    )  # fmt: skip
    sun = sun_from(unit, stretch=stretch)
    error = law_share([sun] * len(u), r_m, a * ahead, 0.5 * speed * step_s, stretch) - wanted
    worst, mean = SIZES[step_s]
    assert np.abs(error).max() < worst
    assert abs(error.mean()) < mean * (3 if thin > 1 else 1)

    sides = [shadow_side(sun, path, 0.5 * speed * step_s) for path in paths(r_m, a * ahead, stretch)]
    far = np.array([not side.near for side in sides])
    lit = np.array([side.sunlit for side in sides])
    assert np.abs(lit - wanted)[far].max(initial=0.0) < 1e-12  # no edge within a step that is said to be free of one
    if stretch > 1.0 and a < 1e7:
        passed = ((wanted > 0.0) & (wanted < 1.0)).sum()
        assert (~far).sum() <= 4 * max(passed, 2) + 0.1 * far.size  # and that is most of them


def test_the_twin_is_the_exact_law():
    """The vector form used above against the scalar law, at places about the terminator and the shadow's edges."""
    rng = np.random.default_rng(3)
    unit = np.array([0.9, 0.1, 0.42])
    unit /= np.linalg.norm(unit)
    aside = np.cross(unit, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    behind, off = rng.uniform(-3e7, 1e6, 200), EARTH_RADIUS_M + rng.uniform(-3e5, 3e5, 200)
    r_m = behind[:, None] * unit + off[:, None] * aside
    ours = twin.visible_share(r_m, unit, ASTRONOMICAL_UNIT_M)
    exact = [visible_disc_fraction(*r, *unit, ASTRONOMICAL_UNIT_M, EARTH_POLE_STRETCH) for r in r_m.tolist()]
    assert ((ours > 0) & (ours < 1)).sum() > 10
    assert np.abs(ours - exact).max() < 1e-11


@pytest.mark.parametrize("curvature", [0.0, 0.004, 0.03])
@pytest.mark.parametrize("x", [-1.0, -0.95, -0.3, 0.0, 0.2, 0.7, 1.0, 4.0])
def test_integral_of_the_share_by_quadrature(x, curvature):
    """∫ 1 - [acos x - x√(1-x²)]/π + c(1-x²)^1.5/(3π), 4,000 points of the substitution x = -cos θ."""
    end = min(x, 1.0)
    theta = (np.arange(4000) + 0.5) / 4000 * math.acos(-end)
    s = -np.cos(theta)
    share = 1 - (np.arccos(s) - s * np.sin(theta)) / np.pi + curvature * np.sin(theta) ** 3 / (3 * np.pi)
    wanted = (share * np.sin(theta)).sum() * math.acos(-end) / 4000 + max(x - 1.0, 0.0)
    assert lit_integral(x, curvature) == pytest.approx(wanted, abs=1e-7)  # the midpoint rule errs by 1e-7
    straight = x - (x * math.acos(end) - math.sqrt(1 - end**2) + (1 - end**2) ** 1.5 / 3) / math.pi
    if curvature == 0.0:
        assert lit_integral(x, 0.0) == pytest.approx(straight if x < 1 else x, abs=INTEGRAL_ERROR)


def test_limits_of_the_mean():
    assert mean_share(-5.0, -1.0, 0.004) == 0.0
    assert mean_share(1.0, 9.0, 0.004) == 1.0
    assert mean_share(-3.0, 3.0, 0.0) == pytest.approx(0.5, abs=INTEGRAL_ERROR)  # half of a straight crossing
    # standing still on a straight edge is the share of that instant; of both directions alike
    still = disc_share(1e-7, 1.0, 1.0 + 0.3e-7)
    assert mean_share(0.3, 0.3, 0.0) == pytest.approx(still, abs=1e-6)
    assert mean_share(0.1, 0.5, 0.0) == pytest.approx(mean_share(0.5, 0.1, 0.0), abs=1e-15)


@pytest.mark.parametrize("x", [-0.8, -0.2, 0.0, 0.5, 0.9])
def test_bent_limb_is_that_of_two_circles(x):
    """A slow crossing at 700 km: the solar disc is 0.004 of the Earth's."""
    sun_rad, earth_rad = 0.00465, 1.12
    share = disc_share(sun_rad, earth_rad, earth_rad + x * sun_rad)
    assert mean_share(x, x, sun_rad / earth_rad) == pytest.approx(share, abs=2e-6)


def test_depth_by_hand():
    """Behind the Earth, r² = Re² + L²: the Sun's centre stands on the limb where along is -L, parallax apart."""
    behind = 2.9e6
    sun = sun_from([1.0, 0.0, 0.0], 1e18)  # so far that it is a point and parallax is 6e-12
    disc = SUN_RADIUS_M / 1e18
    at_limb = shadow_depth(sun, Path(-behind, EARTH_RADIUS_M, 0.0, 0.0, 0.0, 0.0, NOT_ASKED), 0.01)
    assert at_limb.depth * disc == pytest.approx(0.0, abs=1e-11)
    # a metre further out is 1/L further from the limb; near the pole a metre counts the stretch
    outside = shadow_depth(sun, Path(-behind, EARTH_RADIUS_M + 1.0, 0.0, 0.0, 0.0, 0.0, NOT_ASKED), 0.01)
    assert outside.depth * disc == pytest.approx(1.0 / behind, rel=3e-5)
    polar = shadow_depth(sun, Path(-behind, 0.0, EARTH_RADIUS_M / EARTH_POLE_STRETCH, 0.0, 0.0, 0.0, NOT_ASKED), 0.01)
    assert polar.depth * disc == pytest.approx(0.0, abs=1e-11)
    # an arc of 0.01 towards the Sun turns it by 0.01 in the plane of Sun and Earth
    r, angle = math.hypot(behind, EARTH_RADIUS_M), 0.01
    u, v = EARTH_RADIUS_M / r, behind / r
    turning = shadow_depth(sun, Path(-behind, EARTH_RADIUS_M, 0.0, u * r, v * r, 0.0, NOT_ASKED), angle)
    assert turning.turn * disc == pytest.approx(angle, rel=1e-12)
    assert turning.bend * disc == pytest.approx(0.0, abs=1e-15)
    at_limb = Path(-behind, EARTH_RADIUS_M, 0.0, 0.0, 0.0, 0.0, NOT_ASKED)
    parallax = shadow_depth(sun_from([1.0, 0.0, 0.0]), at_limb, angle)
    assert parallax.depth * SUN_RADIUS_M == pytest.approx(-EARTH_RADIUS_M, rel=1e-4)


@given(st.floats(-300.0, 300.0), st.floats(-40.0, 40.0), st.floats(-2.0, 2.0), st.floats(0.8, 1.0))
def test_share_is_between_none_and_all_and_grows_with_depth(depth, turn, bend, curvature):
    sun = sun_from([1.0, 0.0, 0.0])
    share = sunlit_share(sun, Shadow(depth, turn, bend), curvature)
    assert 0.0 <= share <= 1.0
    assert math.copysign(1.0, share) == 1.0  # no -0 in stored series
    assert sunlit_share(sun, Shadow(depth + 0.1, turn, bend), curvature) >= share - 1e-9
    if depth - abs(turn) - abs(bend) > 1.1:
        assert share == pytest.approx(1.0, abs=1e-10)  # a difference over 1e-3
    if depth + abs(turn) + abs(bend) < -1.1:
        assert share == 0.0


@pytest.mark.parametrize("name", ["30 degrees, 560 km", "51.6 degrees, 420 km", "dawn-dusk 650 km, solstice"])
def test_steps_may_be_cut(name):
    """Ten steps of 6 s have the mean of one of 60 s, to its error."""
    a, speed, to_node, aside, unit = on_circle(name)
    sun = sun_from(unit)

    def shares(step_s, n):
        u = (np.arange(n)[:, None] + 0.5) * speed * step_s
        ahead = np.cos(u) * aside - np.sin(u) * to_node
        return law_share([sun] * n, a * (np.cos(u) * to_node + np.sin(u) * aside), a * ahead, 0.5 * speed * step_s)

    n = 30 if UNCOMPILED else 90
    assert np.abs(shares(6.0, 10 * n).reshape(n, 10).mean(axis=1) - shares(60.0, n)).max() < SIZES[60.0][0]


# the clock


@given(st.floats(EARTH_RADIUS_M + 300e3, 5e7), st.floats(0.0, 1.55), st.floats(0.0, 2 * math.pi), st.floats(5e-5, 2e-3))
def test_clock_is_the_cylinder_behind_a_sphere(radius_m, beta, from_noon, speed):
    """The satellite flown on, in fine steps, through the cylinder: where light and dark begin and end."""
    zenith, ahead = math.cos(beta) * math.cos(from_noon), -math.cos(beta) * math.sin(from_noon)
    clock = eclipse_clock(zenith, ahead, math.sin(beta) ** 2, EARTH_RADIUS_M / radius_m, speed)
    revolution_s = 2 * math.pi / speed
    assert clock.sun_s + clock.dark_s == pytest.approx(revolution_s, rel=1e-12)

    n = 20000
    along = math.cos(beta) * np.cos(from_noon + 2 * np.pi * np.arange(n) / n)
    dark = (along < 0) & (radius_m**2 * (1 - along**2) < EARTH_RADIUS_M**2)
    grain_s = 2.1 * revolution_s / n
    share = dark.mean()
    if share > 0.01:  # a grazing eclipse is the square root of a rounding error
        assert clock.dark_s == pytest.approx(share * revolution_s, abs=grain_s)
        left_s, back_s = (np.argmax(way != dark[0]) / n * revolution_s for way in (dark, dark[::-1]))
        if min(left_s, back_s) > grain_s:
            assert (clock.in_dark > 0.5) == dark[0]
            assert clock.left_s == pytest.approx(left_s, abs=grain_s)
    else:
        assert clock.dark_s < 0.03 * revolution_s


def test_clock_by_hand():
    """Sun in the plane at 1.25 radii: half the eclipse is asin(0.8), 0.9273 rad."""
    half, speed = math.asin(0.8), 1e-3
    noon = eclipse_clock(1.0, 0.0, 0.0, 0.8, speed)
    assert noon.dark_s == pytest.approx(2 * half / speed, rel=1e-12)
    assert noon.in_dark == 0.0
    assert noon.left_s == pytest.approx((math.pi - half) / speed, rel=1e-12)
    midnight = eclipse_clock(-1.0, 0.0, 0.0, 0.8, speed)
    assert (midnight.in_dark, midnight.left_s) == (1.0, pytest.approx(half / speed, rel=1e-6))
    dusk = eclipse_clock(0.0, -1.0, 0.0, 0.8, speed)
    assert dusk.left_s == pytest.approx((math.pi / 2 - half) / speed, rel=1e-12)
    dawn = eclipse_clock(0.0, 1.0, 0.0, 0.8, speed)
    assert dawn.left_s == pytest.approx((1.5 * math.pi - half) / speed, rel=1e-12)
    over_the_terminator = eclipse_clock(0.0, 0.0, 1.0, 0.8, speed)
    assert (over_the_terminator.dark_s, over_the_terminator.in_dark) == (0.0, 0.0)


# the reference cases beside the project


def reference_cases():
    if not REFERENCE.exists():
        return []
    kept = json.loads((REFERENCE / "summary.json").read_text())
    return [pytest.param(case, id=f"{case['id']}-{case['model']}") for case in kept]


@pytest.mark.beside
@pytest.mark.validation
@pytest.mark.parametrize("case", reference_cases())
@pytest.mark.parametrize("step_s", [10.0, 60.0])
def test_mean_illumination_of_the_reference_orbits(case, step_s):
    """Mean illumination over whole revolutions of a day within 3e-4, by the law of the step."""
    orbit = next(one for one in json.loads((REFERENCE / "cases.json").read_text()) if one["id"] == case["id"])
    a, start = EARTH_RADIUS_M + orbit["h_km"] * 1e3, datetime(*orbit["t0_utc"], tzinfo=UTC)
    speed = math.sqrt(EARTH_MU_M3_S2 / a**3)
    n = round(case["revs_averaged"] * case["period_s"] / step_s)
    time_s = (np.arange(n) + 0.5) * (case["revs_averaged"] * case["period_s"] / n)
    i, o = np.radians([orbit["i_deg"], orbit["raan_deg"]])
    u = (math.radians(orbit["u0_deg"]) + speed * time_s)[:, None]
    to_node = np.array([np.cos(o), np.sin(o), 0.0])
    aside = np.array([-np.sin(o) * np.cos(i), np.cos(o) * np.cos(i), np.sin(i)])
    gcrs = np.stack([np.cos(u) * to_node + np.sin(u) * aside, np.cos(u) * aside - np.sin(u) * to_node])
    utc = instants_after(start, time_s)
    back = teme_to_frame(utc, "gcrs")  # its transpose turns towards the equator of date
    r_unit, ahead = np.einsum("tji,ktj->kti", back, gcrs)
    unit, distance_m = sun_teme(start, time_s)
    stretch = EARTH_POLE_STRETCH if case["model"] == "wgs84" else 1.0
    rows = sun_table(time_s, time_s, unit, distance_m, stretch).tolist()
    half = 0.5 * speed * (time_s[1] - time_s[0])
    share = law_share([Sun(*row) for row in rows], a * r_unit, a * ahead, half, stretch)
    print(f"{case['id']} {case['model']} {step_s:.0f} s: {share.mean():.6f} against {case['mean_illumination']:.6f}")
    assert share.mean() == pytest.approx(case["mean_illumination"], abs=3e-4)


@pytest.mark.beside
@pytest.mark.validation
def test_reference_cases_of_eclipses_are_there():
    assert len(reference_cases()) == 24
