"""The table of UT1 and the pole, read by its columns, is the one that astropy reads."""

import numpy as np
from astropy.utils import iers

from orbital_compute.model.earth_rotation import read_earth_rotation

ROUNDING = 1e-15  # of arcseconds turned into radians


def test_every_row_is_astropys():
    table, theirs = read_earth_rotation(), iers.IERS_A.open(iers.IERS_A_FILE)
    assert table.day.size > 19_000
    assert np.array_equal(table.day, theirs["MJD"].to_value("d") + 2400000.5)
    assert np.array_equal(table.ut1_minus_utc_s, theirs["UT1_UTC"].to_value("s"))
    assert np.abs(table.pole_x_rad - theirs["PM_x"].to_value("rad")).max() < ROUNDING
    assert np.abs(table.pole_y_rad - theirs["PM_y"].to_value("rad")).max() < ROUNDING


def test_a_published_day():
    # 1973-01-02 in the file's first line: Bulletin B 0.143", 0.137", 0.8075 s
    table = read_earth_rotation()
    arcsecond = np.pi / 648000.0
    assert (table.day[0], table.ut1_minus_utc_s[0]) == (2441684.5, 0.8075)
    assert np.allclose([table.pole_x_rad[0], table.pole_y_rad[0]], [0.143 * arcsecond, 0.137 * arcsecond], rtol=1e-12)
