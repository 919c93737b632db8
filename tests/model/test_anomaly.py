import numpy as np
import pytest

from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.kernels.positions import positions
from orbital_compute.model.anomaly import east_longitude_rad, level, orbit_mean, proton_map
from orbital_compute.physics.orbit import orbit_table

DRIFT = {"west_deg_per_year": 0.343, "north_deg_per_year": 0.028}
AT_EPOCH = {"west_deg_per_year": 0.0, "north_deg_per_year": 0.0}


def corners(found):
    """The map's values at the cells' corners, with the sines of latitude and the east longitudes of these."""
    return found.cells[:, 0].reshape(64, 128), np.linspace(-1, 1, 65)[:-1], np.linspace(-1, 3, 129)[:-1]


def test_marks_are_longitudes():
    degrees = np.degrees(east_longitude_rad(np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0])))
    assert degrees == pytest.approx([-90, -45, 0, 45, 90, 135, 180, 225, 270], abs=1e-12)


def test_the_peak_lies_over_the_south_atlantic_and_drifts_west():
    """At 650 km about 33° W in 1960; 0.343° a year further west since (Insight-HXMT)."""
    centres = []
    for year in (1960.0, 2026.0):
        value, z, mark = corners(level(650.0, year, **DRIFT))
        k_row, k_column = np.unravel_index(value.argmax(), value.shape)
        assert -40 < np.degrees(np.arcsin(z[k_row])) < -20
        longitude = east_longitude_rad(mark)
        weight = value.sum(axis=0) * np.gradient(longitude)
        angle = np.angle(weight @ np.exp(1j * longitude))
        centres.append(np.degrees(angle))
        assert -70 < np.degrees(east_longitude_rad(mark[k_column])) < -20
    assert centres[1] - centres[0] == pytest.approx(-0.343 * 66, abs=0.5)


def test_mean_over_the_sphere_is_one():
    for altitude_km in (300.0, 650.0, 1400.0, 2000.0):
        found = level(altitude_km, 2026.0, **DRIFT)
        assert np.mean(0.5 * (found.row_mean[1:] + found.row_mean[:-1])) == pytest.approx(1.0, rel=1e-12)


def test_the_mean_along_parallels_is_that_of_the_cells():
    found = level(650.0, 2026.0, **DRIFT)
    longitude = (np.arange(200_000) + 0.5) * (2 * np.pi / 200_000)
    side = np.sin(longitude) / (np.abs(np.sin(longitude)) + np.abs(np.cos(longitude)))
    mark = np.where(np.cos(longitude) > 0, side, 2 - side)
    column = np.minimum((mark + 1) * 32, 127.999999)
    whole = column.astype(int)
    for row in (12, 20, 30, 40):
        cells = found.cells.reshape(64, 128, 4)[row]
        mean = np.mean(cells[whole, 0].astype(float) + (column - whole) * cells[whole, 1])
        assert mean == pytest.approx(found.row_mean[row], rel=1e-6, abs=1e-7)


def test_the_map_is_that_of_the_file_at_its_nodes():
    known = proton_map()
    found = level(1000.0, 1960.0, **AT_EPOCH)
    value, z, mark = corners(found)
    k_row = int(np.argmin(abs(z + 0.5)))  # 30° south, a row of the file
    k_column = int(np.argmin(abs(mark + 0.5)))  # 45° west
    flux = known.flux_per_cm2_s[list(known.altitude_km).index(1000.0)]
    at_node = flux[list(known.latitude_deg).index(-30.0), list(known.longitude_deg).index(-45.0)]
    other = flux[list(known.latitude_deg).index(-30.0), list(known.longitude_deg).index(0.0)]
    k_other = int(np.argmin(abs(mark)))
    assert value[k_row, k_column] / value[k_row, k_other] == pytest.approx(at_node / other, rel=1e-5)


@pytest.mark.compiled
def test_the_belt_comes_nearer_with_altitude():
    """Share of the flux within 20° of the peak's latitude band falls, and the low inclinations join in."""
    equator = []
    for altitude_km in (500.0, 800.0, 1500.0):
        orbit = orbit_table(EARTH_RADIUS_M + altitude_km * 1e3, np.radians(5.0))[0]
        equator.append(orbit_mean(level(altitude_km, 2026.0, **DRIFT).row_mean, orbit))
    assert equator[0] < equator[1] < equator[2]
    assert equator[2] > 2.0
    assert equator[0] < 0.2


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("altitude_km", "inclination_deg"), [(340.0, 43.0), (650.0, 98.0), (1200.0, 30.0), (550.0, 0.0)]
)
def test_the_mean_along_an_orbit_is_that_of_many_samples(altitude_km, inclination_deg):
    orbit = orbit_table(EARTH_RADIUS_M + altitude_km * 1e3, np.radians(inclination_deg))
    row_mean = level(altitude_km, 2026.0, **DRIFT).row_mean
    n = 1 << 18
    r = np.empty((1, n, 3))
    times_s = (np.arange(n) + 0.5) / (n * orbit[0, 4])
    positions(orbit, np.zeros(1, np.int32), np.zeros((1, 4)), times_s, 0, 1, r)
    z = r[0, :, 2] / np.sqrt((r[0] ** 2).sum(axis=1))
    many = np.interp(z, np.linspace(-1, 1, 65), row_mean).mean()
    assert orbit_mean(row_mean, orbit[0]) == pytest.approx(many, rel=1e-8)
