"""Soft errors of accelerators: event rates from dose, and how they scale (MODEL §5.3)."""

import math

from .._jit import point

YEAR_S = 365.25 * 86400.0
SOLAR_PERIOD_YEARS = 11.0  # mean length of a solar cycle


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
