"""Frames, the rotation of the Earth and the apparent Sun, by ERFA.

Three frames. `teme` is the equator of date with the mean equinox: orbits are computed there (MODEL §1.5), and SGP4
gives it. `gcrs` is reached by precession of IAU 2006 and nutation of IAU 2000B (1 mas, 3 cm in low orbit). `itrs` is
reached by Greenwich mean sidereal time of 1982 with UT1, and polar motion. Left out: observed offsets of the pole
(0.3 mas, 1 cm), daily tides in UT1 and the pole (1 mas, 3 cm), the TIO locator (0.02 mas).

TT stands for TDB in the series of the Earth's motion: 1.7 ms, in which the Sun moves by 70 micro-arcseconds.
"""

import functools
import warnings
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from ..constants import ASTRONOMICAL_UNIT_M, EARTH_FLATTENING, EARTH_RADIUS_M, SPEED_OF_LIGHT_M_S
from ..errors import Problem, ScenarioError
from .clock import Clock
from .earth_rotation import EarthRotation, read_earth_rotation

FRAMES = ("teme", "gcrs", "itrs")
DAY_S = 86400.0
UNIX_EPOCH_JD = 2440587.5  # 1970-01-01 00:00 UTC
TT_MINUS_TAI_S = 32.184  # exact by definition
SCHWARZSCHILD_SUN_AU = 1.97412574336e-8  # Schwarzschild radius of the Sun (SOFA, ERFA's ERFA_SRS)


class EarthRotationWarning(UserWarning):
    """A time lies outside the table of UT1 and the pole; the nearest tabulated values are used."""


class Instants(NamedTuple):
    """UTC as a Julian date in two parts, float64[n_time] each: midnight, and the fraction of the day after it."""

    day: np.ndarray
    fraction: np.ndarray


def _normalised(day, fraction) -> Instants:
    day, fraction = np.broadcast_arrays(np.atleast_1d(np.asarray(day, float)), np.atleast_1d(fraction))
    midnight = np.floor(day - 0.5) + 0.5
    fraction = (day - midnight) + fraction
    whole = np.floor(fraction)
    return Instants(midnight + whole, fraction - whole)


def instants_after(start: datetime, times_s) -> Instants:
    """Return the instants `times_s` seconds after `start` (without a time zone: UTC), leap seconds not counted."""
    zoned = start.replace(tzinfo=UTC) if start.utcoffset() is None else start.astimezone(UTC)
    since = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    second_s = since.seconds + since.microseconds * 1e-6
    return _normalised(UNIX_EPOCH_JD + since.days, (second_s + np.atleast_1d(np.asarray(times_s, float))) / DAY_S)


def dates_of(utc: Instants) -> list[datetime]:
    """Return instants as datetimes in UTC, to the microsecond."""
    microseconds = np.rint(utc.fraction * (DAY_S * 1e6)).astype(np.int64).tolist()
    days = (utc.day - UNIX_EPOCH_JD).astype(np.int64).tolist()
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [start + timedelta(days=day, microseconds=rest) for day, rest in zip(days, microseconds, strict=True)]


def instants(times) -> Instants:
    """Return UTC instants of whatever gives times; a single time counts as an array of one.

    Parameters
    ----------
    times : astropy Time, numpy.datetime64 (UTC), skyfield Time, datetime or a sequence of these, or Instants
        Dates without a time zone are UTC.

    Raises
    ------
    ScenarioError
        If `times` is none of these, is empty, or holds NaT.
    """
    if isinstance(times, Instants):
        return times
    if hasattr(times, "jd1") and hasattr(times, "utc"):  # astropy
        utc = times.utc
        return _checked(_normalised(np.ravel(utc.jd1), np.ravel(utc.jd2)))
    if hasattr(times, "tt_fraction"):  # skyfield: whole and tt_fraction are terrestrial time
        return _checked(_utc_of_tt(np.ravel(times.whole), np.ravel(times.tt_fraction)))
    listed = np.atleast_1d(np.asarray(times)).ravel()
    if listed.dtype == object and listed.size and all(isinstance(time, datetime) for time in listed):
        parts = [instants_after(time, 0.0) for time in listed]
        return Instants(np.concatenate([p.day for p in parts]), np.concatenate([p.fraction for p in parts]))
    if listed.dtype.kind != "M":
        raise ScenarioError(
            Problem(
                f"times are {type(times).__name__}, which are not dates",
                "times",
                cure="give an astropy Time, numpy.datetime64 (UTC), skyfield Time or datetimes",
            )
        )
    if np.isnat(listed).any():
        raise ScenarioError(Problem("times hold NaT", "times", cure="leave it out"))
    nanosecond = listed.astype("datetime64[ns]").astype(np.int64)
    day, rest = np.divmod(nanosecond, int(DAY_S * 1e9))
    return _checked(Instants(UNIX_EPOCH_JD + day, rest / (DAY_S * 1e9)))


def _checked(utc: Instants) -> Instants:
    if utc.day.size == 0 or not np.isfinite(utc.day + utc.fraction).all():
        raise ScenarioError(Problem("times are empty or hold no number", "times", cure="give at least one date"))
    return utc


@functools.cache
def _leap_second_table() -> tuple[np.ndarray, np.ndarray]:
    """Return the Julian dates from which TAI - UTC [s] holds, and its values; 1972 on."""
    import erfa

    table = erfa.leap_seconds.get()
    table = table[table["year"] >= 1972]
    start = [datetime(int(row["year"]), int(row["month"]), 1, tzinfo=UTC) for row in table]
    return np.concatenate([instants_after(date, 0.0).day for date in start]), np.asarray(table["tai_utc"], float)


def _tai_minus_utc_s(day) -> np.ndarray:
    """Return TAI - UTC [s]; before 1972 its first value, after the last known leap second its last."""
    start, value = _leap_second_table()
    return value[np.maximum(np.searchsorted(start, day, side="right") - 1, 0)]


def terrestrial_time(utc: Instants) -> tuple[np.ndarray, np.ndarray]:
    """Return TT as a two-part Julian date."""
    return utc.day, utc.fraction + (_tai_minus_utc_s(utc.day) + TT_MINUS_TAI_S) / DAY_S


def _utc_of_tt(day, fraction) -> Instants:
    offset = (_tai_minus_utc_s(np.asarray(day, float)) + TT_MINUS_TAI_S) / DAY_S
    first = _normalised(day, fraction - offset)
    return _normalised(day, fraction - (_tai_minus_utc_s(first.day) + TT_MINUS_TAI_S) / DAY_S)


@functools.cache
def _earth_rotation_table() -> EarthRotation:
    """Return the table that comes with astropy."""
    return read_earth_rotation()


@functools.cache
def _ut1_minus_tai_s() -> np.ndarray:
    """Return UT1 - TAI [s] of the table's days; it has no leaps."""
    table = _earth_rotation_table()
    return table.ut1_minus_utc_s - _tai_minus_utc_s(table.day)


@functools.cache
def _warn_once(sentence: str) -> None:
    warnings.warn(sentence, EarthRotationWarning, stacklevel=2)


def rotation_caveat(utc: Instants) -> str | None:
    """Return what a reader should know where instants lie outside the table of the Earth's rotation, None inside."""
    day, wanted = _earth_rotation_table().day, utc.day + utc.fraction
    if wanted.min() >= day[0] and wanted.max() <= day[-1]:
        return None
    first, last = (str(np.datetime64(int(jd - UNIX_EPOCH_JD), "D")) for jd in day[[0, -1]])
    return (
        f"UT1 and the pole are tabulated from {first} to {last}; outside, the nearest UT1 - UTC (0.9 s are 420 m of "
        "rotation at the equator) and pole (at most 15 m) are held. Update astropy-iers-data for later dates"
    )


def _wanted_days(utc: Instants) -> np.ndarray:
    """Return Julian dates to look up in the table of the Earth's rotation; outside it warns once."""
    caveat = rotation_caveat(utc)
    if caveat is not None:
        _warn_once(caveat)
    return utc.day + utc.fraction


def universal_time(utc: Instants) -> tuple[np.ndarray, np.ndarray]:
    """Return UT1 as a two-part Julian date, by the IERS table that comes with astropy; outside it warns once."""
    offset_s = np.interp(_wanted_days(utc), _earth_rotation_table().day, _ut1_minus_tai_s()) + _tai_minus_utc_s(utc.day)
    return utc.day, utc.fraction + offset_s / DAY_S


def polar_motion(utc: Instants) -> np.ndarray:
    """Return float64[n_time, 3, 3] that lead from the axes of the Earth's rotation to those of its crust.

    By the IERS table that comes with astropy; outside it warns once.
    """
    import erfa

    table, wanted = _earth_rotation_table(), _wanted_days(utc)
    x_rad, y_rad = (np.interp(wanted, table.day, pole) for pole in (table.pole_x_rad, table.pole_y_rad))
    return erfa.pom00(x_rad, y_rad, 0.0)


def _rotation_z(angle_rad) -> np.ndarray:
    """Return float64[n_time, 3, 3] that turn the axes by an angle about z."""
    matrix = np.zeros((*np.shape(angle_rad), 3, 3))
    sine, cosine = np.sin(angle_rad), np.cos(angle_rad)
    matrix[..., 0, 0], matrix[..., 0, 1] = cosine, sine
    matrix[..., 1, 0], matrix[..., 1, 1] = -sine, cosine
    matrix[..., 2, 2] = 1.0
    return matrix


def gcrs_to_teme(times) -> np.ndarray:
    """Return float64[n_time, 3, 3] with r_teme = M r_gcrs.

    Bias, precession and nutation lead to the true equator and equinox of date; the true equinox is then turned to
    the one from which GMST-82 counts, so that TEME turned by GMST-82 and true-of-date turned by apparent sidereal
    time of IAU 2006 give the same Earth. Both depend on UT1 by the same rate, so UTC serves for it here.
    """
    import erfa

    utc = instants(times)
    tt = terrestrial_time(utc)
    true_of_date = erfa.pn06(*tt, *erfa.nut00b(*tt))[-1]
    equinox = erfa.gst06(*utc, *tt, true_of_date) - erfa.gmst82(*utc)
    return multiply(_rotation_z(equinox), true_of_date)


def teme_to_gcrs(times) -> np.ndarray:
    """Return float64[n_time, 3, 3] with r_gcrs = M r_teme."""
    return np.swapaxes(gcrs_to_teme(times), -1, -2)


def gmst(times) -> np.ndarray:
    """Return float64[n_time], Greenwich mean sidereal time of 1982 [rad] with UT1."""
    import erfa

    return erfa.gmst82(*universal_time(instants(times)))


def gmst_rad(start: datetime, times_s) -> np.ndarray:
    """Return float64[n_time], Greenwich mean sidereal time [rad] `times_s` seconds after `start`."""
    return gmst(instants_after(start, times_s))


def teme_to_itrs(times) -> np.ndarray:
    """Return float64[n_time, 3, 3] with r_itrs = M r_teme: sidereal time, then polar motion."""
    utc = instants(times)
    return multiply(polar_motion(utc), _rotation_z(gmst(utc)))


def itrs_to_teme(times) -> np.ndarray:
    """Return float64[n_time, 3, 3] with r_teme = M r_itrs."""
    return np.swapaxes(teme_to_itrs(times), -1, -2)


def teme_to_frame(times, frame: str) -> np.ndarray:
    """Return float64[n_time, 3, 3] that lead from TEME to a frame."""
    if frame == "teme":
        return np.tile(np.eye(3), (instants(times).day.size, 1, 1))
    if frame == "gcrs":
        return teme_to_gcrs(times)
    if frame == "itrs":
        return teme_to_itrs(times)
    raise ScenarioError(Problem(f"frame {frame!r} is not known", "frame", frame, cure="take teme, gcrs or itrs"))


def multiply(left, right) -> np.ndarray:
    """Return the products of two stacks of matrices, each sum in a fixed order."""
    return sum(left[..., :, k, None] * right[..., None, k, :] for k in range(3))


def turned(matrix, vector) -> np.ndarray:
    """Return M v for stacks of matrices and vectors, each sum in a fixed order."""
    return sum(matrix[..., :, k] * vector[..., k, None] for k in range(3))


def _sun_gcrs(times) -> tuple[np.ndarray, np.ndarray]:
    """Return the apparent direction of the Sun and its distance in GCRS: light time and aberration by ERFA."""
    import erfa

    tt = terrestrial_time(instants(times))
    heliocentric, barycentric = erfa.epv00(*tt)
    sun_au = -heliocentric["p"]  # from the Earth's centre, at the instant
    sun_au_day = barycentric["v"] - heliocentric["v"]
    distance_au = np.sqrt(sum(sun_au[..., k] ** 2 for k in range(3)))
    au_day_of_light = SPEED_OF_LIGHT_M_S * DAY_S / ASTRONOMICAL_UNIT_M
    sun_au = sun_au - sun_au_day * (distance_au / au_day_of_light)[..., None]
    distance_au = np.sqrt(sum(sun_au[..., k] ** 2 for k in range(3)))
    velocity = barycentric["v"] / au_day_of_light
    lorentz = np.sqrt(1.0 - sum(velocity[..., k] ** 2 for k in range(3)))
    direction = erfa.ab(sun_au / distance_au[..., None], velocity, distance_au, lorentz)
    return direction, distance_au * ASTRONOMICAL_UNIT_M


def sun(times, frame: str = "gcrs") -> tuple[np.ndarray, np.ndarray]:
    """Return the apparent direction of the Sun from the Earth's centre, and its distance.

    Parameters
    ----------
    times : astropy Time, numpy.datetime64 (UTC), skyfield Time, or datetimes
    frame : "gcrs", "teme" or "itrs"

    Returns
    -------
    direction : float64[n_time, 3]
        Unit vector; light time and annual aberration included.
    distance_m : float64[n_time]
        Distance that the light came [m].

    Notes
    -----
    ERFA epv00, good to 0.03 arcsecond here against JPL DE440. Deflection of light does not count for the Sun.
    """
    utc = instants(times)
    direction, distance_m = _sun_gcrs(utc)
    if frame == "gcrs":
        return direction, distance_m
    direction = turned(gcrs_to_teme(utc), direction)
    return direction if frame == "teme" else turned(teme_to_frame(utc, frame), direction), distance_m


def sun_teme(start: datetime | Clock, times_s=None) -> tuple[np.ndarray, np.ndarray]:
    """Return direction float64[n_time, 3] in the equator of date and distance_m float64[n_time] of the apparent Sun.

    `times_s` are seconds after `start`; a `Clock` alone means the middles of its steps.
    """
    if isinstance(start, Clock):
        times_s = start.step_mid_s() if times_s is None else times_s
        return sun(instants_after(start.start, times_s), "teme")
    return sun(instants_after(start, times_s), "teme")


def mean_sun_rad(start: datetime) -> float:
    """Return the right ascension of the mean Sun at `start` [rad]: GMST less the mean solar hour angle of Greenwich.

    A node at local time of ascending node T lies at this angle plus 15 degrees times (T - 12 h) (MODEL §1.4).
    UTC serves as UT1; 0.9 s of it are 0.004 degrees of local time.
    """
    import erfa

    utc = instants_after(start, 0.0)
    return float((erfa.gmst82(*utc) - 2 * np.pi * (utc.fraction - 0.5))[0] % (2 * np.pi))


def geodetic_to_itrs_m(latitude_deg, longitude_deg, height_m=0.0) -> np.ndarray:
    """Return float64[..., 3], the Earth-fixed place [m] of geodetic coordinates on WGS 84."""
    latitude, longitude = np.radians(np.asarray(latitude_deg, float)), np.radians(np.asarray(longitude_deg, float))
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    normal_m = EARTH_RADIUS_M / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2)
    level_m = (normal_m + height_m) * np.cos(latitude)
    up_m = (normal_m * (1.0 - e2) + height_m) * np.sin(latitude)
    return np.stack(np.broadcast_arrays(level_m * np.cos(longitude), level_m * np.sin(longitude), up_m), axis=-1)
