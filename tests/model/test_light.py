from datetime import UTC, datetime

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.errors import ScenarioError
from orbital_compute.model import frames

TIMES = np.datetime64("2026-03-20T12:00") + np.arange(0, 6000, 4).astype("timedelta64[s]")


def circle(inclination_deg=53.0, radius_m=6.93e6):
    u = np.linspace(0, 2 * np.pi, TIMES.size)
    i = np.radians(inclination_deg)
    return radius_m * np.stack([np.cos(u), np.sin(u) * np.cos(i), np.sin(u) * np.sin(i)], axis=1)


def test_frames_agree_on_the_light():
    teme = np.stack([circle(), circle(98.0)])
    utc = frames.instants(TIMES)
    wanted = oc.illumination(teme, TIMES, frame="teme")
    assert 0.3 < wanted.mean() < 0.9
    assert ((wanted > 0) & (wanted < 1)).any()
    for frame in ("gcrs", "itrs"):
        there = frames.turned(frames.teme_to_frame(utc, frame), teme)
        assert np.abs(oc.illumination(there, TIMES, frame=frame) - wanted).max() < 1e-9
    one = oc.illumination(teme[0], TIMES, frame="teme")
    assert np.array_equal(one, wanted[0])


def test_units_are_converted():
    from astropy import units as u

    assert np.array_equal(
        oc.illumination(circle() / 1e3 * u.km, TIMES, frame="teme"), oc.illumination(circle(), TIMES, frame="teme")
    )


def test_a_sphere_is_darker_than_the_ellipsoid():
    sphere, wgs84 = (oc.illumination(circle(87.9), TIMES, frame="teme", earth=earth) for earth in ("sphere", "wgs84"))
    assert (sphere <= wgs84).all()
    assert sphere.sum() < wgs84.sum()


def test_a_polar_dawn_dusk_orbit_at_the_equinox_sees_the_sun_all_round():
    sun, _ = oc.sun(TIMES, "teme")
    u = np.linspace(0, 2 * np.pi, TIMES.size)
    pole, side = np.array([0.0, 0.0, 1.0]), np.cross([0.0, 0.0, 1.0], sun[0])
    side /= np.linalg.norm(side)
    ring = 7.0e6 * (np.cos(u)[:, None] * side + np.sin(u)[:, None] * pole)
    assert (oc.illumination(ring, TIMES, frame="teme") == 1.0).all()
    through = 7.0e6 * (np.cos(u)[:, None] * sun[0] + np.sin(u)[:, None] * pole)
    # closed form of a cylinder behind a sphere: asin(Re/r)/π of the orbit
    dark = 1 - oc.illumination(through, TIMES, frame="teme", earth="sphere").mean()
    assert dark == pytest.approx(np.arcsin(6378137.0 / 7.0e6) / np.pi, abs=1.5 / TIMES.size)


def test_wrong_shapes_and_names_are_refused():
    with pytest.raises(ScenarioError, match=r"1500 times ask for \[n, 1500, 3\]"):
        oc.illumination(np.ones((2, 5, 3)), TIMES)
    with pytest.raises(ScenarioError, match="take wgs84 or sphere"):
        oc.illumination(circle(), TIMES, earth="flat")
    with pytest.raises(ScenarioError, match="take teme, gcrs or itrs"):
        oc.illumination(circle(), TIMES, frame="j2000")


def test_datetimes_serve_as_times():
    direction, distance_m = oc.sun([datetime(2026, 3, 20, 12, tzinfo=UTC)])
    assert direction.shape == (1, 3)
    assert distance_m == pytest.approx(1.49e11, rel=0.01)
