"""The table of UT1 and the pole that comes with astropy: IERS finals2000A, read by its columns.

astropy reads the same file in half a second, after a third of a second to import it; a run wants four columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

MJD_ZERO_JD = 2400000.5
ARCSECOND_RAD = np.pi / 648000.0

# first and last character of the columns, from one, by the file's own description
MJD, FLAG = (8, 15), 17
BULLETIN_A = {"pole_x": (19, 27), "pole_y": (38, 46), "ut1_utc": (59, 68)}
BULLETIN_B = {"pole_x": (135, 144), "pole_y": (145, 154), "ut1_utc": (155, 165)}


class EarthRotation(NamedTuple):
    """One row a day: Julian date UTC, UT1 - UTC [s], and the pole [rad]; final values, then rapid, then predicted."""

    day: np.ndarray
    ut1_minus_utc_s: np.ndarray
    pole_x_rad: np.ndarray
    pole_y_rad: np.ndarray


def read_earth_rotation() -> EarthRotation:
    """Return the table of the installed `astropy-iers-data`; nothing is downloaded.

    Bulletin B (final) stands where it has a value, else Bulletin A; days without a prediction are left out.
    """
    from astropy_iers_data import IERS_A_FILE

    lines = np.array(Path(IERS_A_FILE).read_bytes().splitlines())
    characters = lines.view("S1").reshape(lines.size, -1)

    def column(first: int, last: int) -> np.ndarray:
        text = np.strings.strip(
            np.ascontiguousarray(characters[:, first - 1 : last]).view(f"S{last - first + 1}")[:, 0]
        )
        return np.where(text == b"", b"nan", text).astype(np.float64)

    rapid = {name: column(*place) for name, place in BULLETIN_A.items()}
    final = {name: column(*place) for name, place in BULLETIN_B.items()}
    has_pole = ~np.isnan(final["pole_x"]) & ~np.isnan(final["pole_y"])
    has_ut1 = ~np.isnan(final["ut1_utc"])
    known = ~np.isnan(rapid["ut1_utc"]) & (characters[:, FLAG - 1] != b" ") & (characters[:, FLAG - 1] != b"")
    return EarthRotation(
        column(*MJD)[known] + MJD_ZERO_JD,
        np.where(has_ut1, final["ut1_utc"], rapid["ut1_utc"])[known],
        np.where(has_pole, final["pole_x"], rapid["pole_x"])[known] * ARCSECOND_RAD,
        np.where(has_pole, final["pole_y"], rapid["pole_y"])[known] * ARCSECOND_RAD,
    )
