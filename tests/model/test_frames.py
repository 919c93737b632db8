from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from orbital_compute.constants import ASTRONOMICAL_UNIT_M
from orbital_compute.errors import ScenarioError
from orbital_compute.model import frames
from orbital_compute.model.clock import Clock

START = datetime(2026, 6, 21, tzinfo=UTC)
DATES = np.array(["2024-01-01T06:00", "2025-03-20T12:34:56.789", "2026-10-11T23:59:59"], dtype="datetime64[ns]")
PLACE_M = np.array([6.9e6, -1.2e6, 3.4e6])

DECIMETRE_M = 0.1  # nutation of IAU 2000B against 2000A, 1 mas; tables of UT1 from different weeks, 0.1 ms
MICROSECOND_S = 1e-6


def seconds_between(one, other):
    return ((one.day - other.day) + (one.fraction - other.fraction)) * 86400.0


@pytest.fixture
def offline_astropy():
    from astropy.utils import iers

    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        yield


def test_all_kinds_of_times_are_the_same_instants():
    from astropy.time import Time

    wanted = frames.instants(DATES)
    dates = [datetime.fromisoformat(str(date)[:26]).replace(tzinfo=UTC) for date in DATES.astype("datetime64[us]")]
    tt = Time(DATES).tt
    skyfield = SimpleNamespace(whole=np.floor(tt.jd1), tt_fraction=tt.jd1 - np.floor(tt.jd1) + tt.jd2)
    for times in (Time(DATES), tt, dates, [date.replace(tzinfo=None) for date in dates], skyfield, wanted):
        assert np.abs(seconds_between(frames.instants(times), wanted)).max() < MICROSECOND_S
    assert frames.instants(DATES[0]).day.tolist() == [2460310.5]
    assert frames.instants(DATES[0]).fraction.tolist() == [0.25]
    later = frames.instants_after(START, [-1.0, 86400.0 * 40 + 0.25])
    assert later.day.tolist() == [2461211.5, 2461252.5]
    assert later.fraction == pytest.approx([86399 / 86400, 0.25 / 86400], abs=1e-13)


@pytest.mark.parametrize(
    "times", ["2026-06-21", 2461212.5, np.array([], "datetime64[s]"), np.datetime64("NaT", "ns"), None]
)
def test_what_is_no_date_is_refused(times):
    with pytest.raises(ScenarioError, match="times"):
        frames.instants(times)


def test_terrestrial_time_is_69_seconds_ahead_since_2017():
    utc = frames.instants(np.array(["2016-12-31T12:00", "2017-01-01T12:00"], "datetime64[s]"))
    day, fraction = frames.terrestrial_time(utc)
    # TAI - UTC 36 s and 37 s (IERS Bulletin C 52), TT - TAI 32.184 s
    assert ((day - utc.day) + (fraction - utc.fraction)) * 86400 == pytest.approx([68.184, 69.184], abs=1e-6)


def test_places_agree_with_astropy_from_2000_to_2027(offline_astropy):
    from astropy import units as u
    from astropy.coordinates import GCRS, ITRS, TEME, CartesianRepresentation
    from astropy.time import Time

    days = np.arange(0, 10150, 58)  # to October 2027
    dates = np.datetime64("2000-01-01T03:00") + (days * 86400 + days * 31).astype("timedelta64[s]")
    dates = np.append(dates, np.array(["2016-12-31T12:00", "2017-01-01T00:00"], "datetime64[s]"))  # a leap second
    times, place_m = Time(dates), np.tile(PLACE_M, (dates.size, 1))
    to_itrs, to_gcrs = frames.teme_to_itrs(dates), frames.teme_to_gcrs(dates)
    ours = {
        (TEME, ITRS): to_itrs,
        (ITRS, TEME): frames.itrs_to_teme(dates),
        (TEME, GCRS): to_gcrs,
        (GCRS, TEME): frames.gcrs_to_teme(dates),
        (GCRS, ITRS): frames.multiply(to_itrs, np.swapaxes(to_gcrs, -1, -2)),
        (ITRS, GCRS): frames.multiply(to_gcrs, np.swapaxes(to_itrs, -1, -2)),
    }
    for (here, there), matrix in ours.items():
        known = here(CartesianRepresentation(place_m.T * u.m), obstime=times)
        wanted_m = known.transform_to(there(obstime=times)).cartesian.xyz.to_value("m").T
        error_m = np.linalg.norm(frames.turned(matrix, place_m) - wanted_m, axis=1)
        print(f"{here.__name__} to {there.__name__}: worst {error_m.max():.3f} m on {dates[error_m.argmax()]}")
        assert error_m.max() < DECIMETRE_M


def test_polar_motion_has_its_size_and_sense():
    # IERS finals2000A, 1 January 2020: x 0.0767, y 0.2823 arcseconds. The pole of rotation lies towards Greenwich by x
    # and towards 90 degrees west by y in the Earth's crust.
    pole = frames.itrs_to_teme(np.datetime64("2020-01-01T00:00"))[0, 2]  # the third axis of TEME, in ITRS
    assert np.degrees(pole[:2]) * 3600 == pytest.approx([0.0767, -0.2823], abs=5e-4)


def test_matrices_are_rotations_and_inverses():
    there, back = frames.gcrs_to_teme(DATES), frames.teme_to_gcrs(DATES)
    assert np.abs(frames.multiply(back, there) - np.eye(3)).max() < 1e-14
    assert np.linalg.det(frames.teme_to_itrs(DATES)) == pytest.approx(1.0, abs=1e-14)
    assert np.abs(frames.teme_to_frame(DATES, "teme") - np.eye(3)).max() == 0.0
    with pytest.raises(ScenarioError, match="take teme, gcrs or itrs"):
        frames.teme_to_frame(DATES, "icrs")


def test_sidereal_time_gains_a_turn_in_a_year_and_starts_where_it_was_defined():
    # Aoki et al. (1982): at 0 h UT1 of J2000's day GMST is 24110.54841 s + 8640184.812866 s T, here T = -0.5 days
    wanted_s = 24110.54841 - 8640184.812866 * 0.5 / 36525
    dut1_s = 0.3555  # IERS, 1 January 2000
    angle = frames.gmst_rad(datetime(2000, 1, 1, tzinfo=UTC), [-dut1_s])
    assert angle[0] * 86400 / (2 * np.pi) == pytest.approx(wanted_s, abs=2e-3)
    turns = np.unwrap(frames.gmst_rad(START, np.arange(0, 86401, 3600.0))) / (2 * np.pi)
    assert turns[-1] - turns[0] == pytest.approx(1.00273790935, abs=3e-8)  # length of day varies by 2 ms


def test_ut1_outside_the_table_is_held_and_said_once():
    frames._warn_once.cache_clear()
    with pytest.warns(frames.EarthRotationWarning, match="UT1 and the pole are tabulated from 1973-01-02"):
        far = frames.universal_time(frames.instants(np.datetime64("2090-01-01T00:00")))
    again = frames.universal_time(frames.instants(np.datetime64("2091-01-01T00:00")))  # a second warning would fail
    assert np.array_equal(
        *(frames.polar_motion(frames.instants(np.datetime64(day))) for day in ("2090-01-01", "2091-01-01"))
    )
    assert abs(far[1][0]) * 86400 < 0.9
    assert again[1] == pytest.approx(far[1], abs=1e-12)
    frames._warn_once.cache_clear()


@pytest.mark.parametrize(
    ("date", "declination_deg"),
    [
        # U.S. Naval Observatory, Earth's Seasons 2026, to the minute
        ("2026-03-20T14:46", 0.0),
        ("2026-09-23T00:05", 0.0),
    ],
)
def test_sun_crosses_the_equator_of_date_at_the_equinoxes(date, declination_deg):
    minute_deg = 0.0165 / 60 * 1.5  # the Sun's declination changes by 0.0165 degrees an hour
    direction, _ = frames.sun(np.datetime64(date), "teme")
    assert np.degrees(np.arcsin(direction[0, 2])) == pytest.approx(declination_deg, abs=minute_deg)


def test_sun_is_nearest_in_january_and_unit_in_every_frame():
    days = np.datetime64("2026-01-01") + np.arange(0, 365).astype("timedelta64[D]")
    length = {}
    for frame in frames.FRAMES:
        direction, distance_m = frames.sun(days[::30], frame)
        length[frame] = np.linalg.norm(direction, axis=1)
        assert length[frame] == pytest.approx(1.0, abs=1e-14)
    _, distance_m = frames.sun(days)
    assert days[np.argmin(distance_m)] == np.datetime64("2026-01-04")  # perihelion 3 January, 17 h
    assert days[np.argmax(distance_m)] == np.datetime64("2026-07-07")  # aphelion 6 July, 17 h
    assert distance_m.min() / ASTRONOMICAL_UNIT_M == pytest.approx(0.98330, abs=1e-5)


def test_sun_stands_over_the_meridian_of_greenwich_at_noon_within_the_equation_of_time():
    direction, _ = frames.sun(np.array(["2026-02-11T12:00", "2026-11-03T12:00"], "datetime64[m]"), "itrs")
    minutes = np.degrees(np.arctan2(direction[:, 1], direction[:, 0])) * 4
    assert minutes == pytest.approx([14.2, -16.5], abs=0.1)  # extremes of the equation of time: -14.2, +16.5 min


def test_sun_teme_of_a_clock_is_that_of_the_middles_of_its_steps():
    clock = Clock(START, 60.0, 300.0, 10)
    ours = frames.sun_teme(clock)
    same = frames.sun([START + timedelta(seconds=30 + 60 * k) for k in range(10)], "teme")
    assert np.abs(ours[0] - same[0]).max() < 1e-13
    assert np.array_equal(frames.sun_teme(clock.start, clock.step_mid_s())[0], ours[0])


def test_mean_sun_is_its_published_mean_longitude():
    for date in (START, datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)):
        day = (date - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400
        wanted = np.mod(280.46061837 + 0.98564736629 * day, 360.0)  # sidereal time less the hour angle of the mean Sun
        assert np.degrees(frames.mean_sun_rad(date)) == pytest.approx(wanted, abs=1e-3)


def test_geodetic_places():
    e2 = 0.00669437999014  # WGS 84
    a, b = 6378137.0, 6356752.314245
    place = frames.geodetic_to_itrs_m([0.0, 90.0, 0.0], [0.0, 10.0, 90.0], [0.0, 1000.0, 5.0])
    assert place == pytest.approx(np.array([[a, 0, 0], [0, 0, b + 1000], [0, a + 5, 0]]), abs=1e-6)
    middle = frames.geodetic_to_itrs_m(45.0, 0.0)
    n = a / np.sqrt(1 - e2 / 2)
    assert middle == pytest.approx([n * np.sqrt(0.5), 0, n * (1 - e2) * np.sqrt(0.5)], abs=1e-5)
