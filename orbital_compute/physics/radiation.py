"""Soft errors of accelerators: event rates from dose, and how they scale (MODEL §5.3)."""

import math

import numpy as np

from .._jit import point

YEAR_S = 365.25 * 86400.0
SOLAR_PERIOD_YEARS = 11.0  # mean length of a solar cycle
_NOTHING, _TWO, _SMALLEST = np.float32(0.0), np.float32(2.0), np.float32(1e-30)  # a plain 2.0 would widen float32


@point
def event_rate_per_s(dose_rad_per_year, dose_per_event_rad, transfer):
    """Return the events of one device [1/s] that a dose rate brings: one for each `dose_per_event_rad`.

    Parameters
    ----------
    dose_rad_per_year : float
        Dose rate in silicon behind the device's shielding [rad(Si)/year].
    dose_per_event_rad : float
        Dose that brings one event on average [rad(Si)], from a beam test of a reference device.
    transfer : float
        How much more often this device is struck than the reference device.

    Notes
    -----
    Taken as proportional to dose whatever the particles: a beam of 67 MeV protons stands for the orbit's spectrum.
    """
    return transfer * dose_rad_per_year / (dose_per_event_rad * YEAR_S)


@point
def shielding_factor(shielding_mm, reference_mm, exponent):
    """Return dose behind a depth of aluminium over that behind the reference depth, (d/d0)^-exponent."""
    return math.exp(-exponent * math.log(shielding_mm / reference_mm))


@point
def solar_cycle_factor(year, strongest_year, quiet_over_active):
    """Return trapped-proton dose in a year over its mean over the solar cycle.

    Protons in low orbit are lost to an upper atmosphere that the active Sun swells: a cosine between the doses of
    quiet and active years, whose mean over a cycle is 1.

    Parameters
    ----------
    year : float
        Decimal year.
    strongest_year : float
        A year of most protons: about one after the solar minimum.
    quiet_over_active : float
        Dose of the most over that of the least, 1 or more.
    """
    swing = (quiet_over_active - 1.0) / (quiet_over_active + 1.0)
    return 1.0 + swing * math.cos(2.0 * math.pi * (year - strongest_year) / SOLAR_PERIOD_YEARS)


@point
def map_place(x, y, z, cosine, sine):
    """Return where a direction lies on a map: (sine of latitude, longitude mark), of the arguments' precision.

    The mark stands for east longitude without any inverse function: y/(|x| + |y|) on the side of x > 0, and two less
    that on the other, so that it grows from -1 (90° west) through 0, 1 (90° east) and 2 (180°) to 3.

    Parameters
    ----------
    x, y, z : float32
        Unit vector in the equator of date.
    cosine, sine : float32
        Of the sidereal time of Greenwich.
    """
    east_x, east_y = cosine * x + sine * y, cosine * y - sine * x
    ratio = east_y / max(abs(east_x) + abs(east_y), _SMALLEST)
    return z, ratio if east_x > _NOTHING else _TWO - ratio
