"""Ground links: who is in view, nearest and longest contact, looking ahead."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.contact import GroundView, Holder, Places, contact_left_s, slants_m, some_rows
from orbital_compute.model.frames import Instants, instants

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
SITES = {"Memphis": (35.06, -90.16), "Tokyo": (35.69, 139.69, 40.0)}
LOOK_S = 10.0


@pytest.fixture(scope="module")
def fleet():
    return Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=36, n_per_plane=20, epoch=EPOCH)


def seen(fleet, view, place, when):
    """Return the slant ranges [m] from a place, and the instant."""
    utc, places = instants(when), Places.of(SITES)
    place_m, up = places.in_teme(utc)
    r_m = np.ascontiguousarray(fleet.positions(utc)[:, 0])
    return slants_m(r_m, place_m[place, 0], up[place, 0], view), utc


def test_elevation_and_range_agree_over_a_sphere_of_satellites(fleet):
    slant, _ = seen(fleet, GroundView(25.0), 0, EPOCH)
    found = slant[np.isfinite(slant)]
    assert 1 <= found.size <= 20
    # 25° at 550 km is 1,123 km over a sphere; orbit and ellipsoid breathe by ±20 km
    assert found.min() > 540e3
    assert found.max() < 1160e3
    by_range, _ = seen(fleet, GroundView(max_range_m=1123e3), 0, EPOCH)
    assert (np.isfinite(by_range) == (slant <= 1123e3)).all() or np.isfinite(by_range).sum() >= 1
    wide, _ = seen(fleet, GroundView(max_range_m=1e8), 0, EPOCH)
    horizon, _ = seen(fleet, GroundView(0.0), 0, EPOCH)
    assert np.array_equal(wide, horizon)  # a range alone still ends at the horizon


def test_a_place_turns_with_the_earth_and_has_a_height():
    places = Places.of(SITES)
    assert places.names == ("Memphis", "Tokyo")
    low = Places.of({"Tokyo": SITES["Tokyo"][:2]})
    assert (places.itrs_m[1] - low.itrs_m[0]) @ places.up_itrs[1] == pytest.approx(40.0, abs=1e-6)
    times = instants([EPOCH, EPOCH + timedelta(seconds=86164.0905)])  # a sidereal day
    place_m, up = places.in_teme(times)
    assert np.linalg.norm(place_m[0, 0] - place_m[0, 1]) < 20.0  # metres: the pole moves and UT1 runs on
    assert np.linalg.norm(up, axis=2) == pytest.approx(1.0)


def test_contact_left_is_when_the_satellite_sets(fleet):
    view = GroundView(25.0)
    slant, utc = seen(fleet, view, 0, EPOCH)
    rows = np.flatnonzero(np.isfinite(slant))
    left_s = contact_left_s(fleet, rows, Places.of(SITES), 0, view, utc)
    assert (left_s <= 300.0).all()  # a pass above 25° at 550 km takes at most 4.4 minutes
    for row, left in zip(rows, left_s, strict=True):
        assert np.isinf(seen(fleet, view, 0, EPOCH + timedelta(seconds=float(left)))[0][row])
        before = seen(fleet, view, 0, EPOCH + timedelta(seconds=float(left - LOOK_S)))[0][row]
        assert np.isfinite(before)


def test_nearest_is_the_nearest_and_longest_is_kept_until_it_sets(fleet):
    nearest = Holder(fleet, Places.of(SITES), GroundView(choice="nearest"))
    longest = Holder(fleet, Places.of(SITES), GroundView(choice="longest_contact"))
    held, changes = [], [0, 0]
    for k in range(0, 600, 20):
        slant, utc = seen(fleet, GroundView(), 0, EPOCH + timedelta(seconds=k))
        near, long = nearest.chosen(0, slant, utc), longest.chosen(0, slant, utc)
        assert np.isfinite(near).sum() == np.isfinite(long).sum() == 1
        assert near.min() == slant.min()
        now = int(np.argmin(near)), int(np.argmin(long))
        if held:
            changes = [c + (a != b) for c, a, b in zip(changes, held[-1], now, strict=True)]
            if now[1] != held[-1][1]:
                assert np.isinf(slant[held[-1][1]])  # it was kept as long as it could be
        held.append(now)
    assert changes[1] < changes[0]
    assert changes[1] <= 5  # ten minutes by passes of two to four


def test_none_in_view_is_none_held():
    lonely = Constellation.walker(altitude_m=550e3, inclination_deg=0.0, n_plane=1, n_per_plane=3, epoch=EPOCH)
    for choice in ("nearest", "longest_contact"):
        view = GroundView(choice=choice)
        slant, utc = seen(lonely, view, 0, EPOCH)
        assert np.isinf(Holder(lonely, Places.of(SITES), view).chosen(0, slant, utc)).all()


def test_some_rows_fly_as_before(fleet):
    rows = np.array([3, 100, 99])
    times = Instants(*(np.repeat(part, 2) for part in instants(EPOCH)))
    assert np.array_equal(some_rows(fleet, rows).positions(times), fleet.positions(times)[rows])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(min_elevation_deg=90.0), "from 0 to 90"),
        (dict(min_elevation_deg=-5.0), "from 0 to 90"),
        (dict(max_range_m=0.0), "above 0 m"),
        (dict(choice="loudest"), "take one of all, nearest, longest_contact"),
    ],
)
def test_nonsense_is_refused(options, message):
    with pytest.raises(ScenarioError, match=message):
        GroundView(**options)


def test_places_that_are_none_are_refused_together():
    with pytest.raises(ScenarioError) as caught:
        Places.of({"a": (95.0, 0.0), "b": (0.0,), "c": (0.0, float("nan")), "d": (1.0, 2.0)})
    assert len(caught.value.problems) == 3
    with pytest.raises(ScenarioError, match="no sites"):
        Places.of({})
