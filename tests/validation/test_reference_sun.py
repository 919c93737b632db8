"""The Sun against JPL DE440."""

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.constants import ASTRONOMICAL_UNIT_M

pytestmark = pytest.mark.validation

ARCSECOND_DEG = 1 / 3600  # 36 times less than is asked for
DISTANCE_AU = 1e-7


def test_sun_of_2026(reference, read_csv):
    rows = read_csv(reference / "sun" / "sun_2026.csv")
    times = np.array([row["utc"] for row in rows], dtype="datetime64[ns]")
    wanted = np.array([[float(row[key]) for key in ("x_unit", "y_unit", "z_unit")] for row in rows])
    direction, distance_m = oc.sun(times)
    angle_deg = np.degrees(np.linalg.norm(np.cross(direction, wanted), axis=1))
    distance_au = distance_m / ASTRONOMICAL_UNIT_M - [float(row["distance_au_geometric"]) for row in rows]
    print(f"\ndirection within {angle_deg.max() * 3600:.3f} arcsec, distance {np.abs(distance_au).max():.1e} au")
    assert angle_deg.max() < ARCSECOND_DEG
    assert np.abs(distance_au).max() < DISTANCE_AU
