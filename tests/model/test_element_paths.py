"""Element sets fly where the sgp4 library flies them, near and far, on any number of threads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle

from orbital_compute.errors import ModelError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.element_paths import ElementPaths

START = datetime(2026, 3, 20, 6, tzinfo=UTC)
TIMES_S = 86_400.0 + 60.0 * np.arange(5)
LIMIT_M = 1e-3  # 1e-6 km


def record(number, turns_a_day, eccentricity=1e-4, *, drag=1e-4):
    made = Satrec()
    made.sgp4init(
        WGS72, "i", number, 27_837.0 + 0.01 * number, drag, 0.0, 0.0, eccentricity, 0.3, 0.9 + 0.01 * number, 1.0,
        turns_a_day * 2 * np.pi / 1440.0, (2.0 + number) % 6.0,
    )  # fmt: skip
    return made


def fleet(tmp_path, records) -> Constellation:
    path = tmp_path / "fleet.tle"
    path.write_text("\n".join(line for one in records for line in export_tle(one)) + "\n")
    return Constellation.from_tle(path, start=START)


def track(constellation):
    """Return float64[n_time, 6, n] by the library."""
    r_m, v_m_s = constellation.ephemeris_teme(START, TIMES_S)
    along = np.cross(np.cross(r_m, v_m_s), r_m)
    along *= np.sqrt((r_m**2).sum(axis=2) / (along**2).sum(axis=2))[:, :, None]
    return np.concatenate([r_m, along], axis=2).transpose(1, 2, 0)


@pytest.mark.parametrize("turns", [[15.5, 15.2, 14.0], [15.5, 2.0, 15.2, 2.0, 1.0], [2.0, 1.0]])
def test_near_and_far_fly_where_the_library_puts_them(tmp_path, turns):
    own = fleet(tmp_path, [record(k + 1, n, 0.7 if n == 2.0 else 1e-4) for k, n in enumerate(turns)])
    given = ElementPaths(own, START).fly(TIMES_S, own.n_satellite + 3)
    assert np.abs(given[:, :, : own.n_satellite] - track(own)).max() < LIMIT_M
    assert np.array_equal(given[:, :, own.n_satellite :], np.repeat(given[:, :, own.n_satellite - 1, None], 3, axis=2))


def test_threads_change_no_bit(tmp_path, monkeypatch):
    monkeypatch.setattr("orbital_compute.model.element_paths.ROWS_A_CALL", 3)
    own = fleet(tmp_path, [record(k + 1, 15.5 - 0.01 * k) for k in range(20)])
    with ThreadPoolExecutor(3) as pool:
        threaded = ElementPaths(own, START).fly(TIMES_S, 20, pool.map)
    assert threaded.tobytes() == ElementPaths(own, START).fly(TIMES_S, 20).tobytes()


def test_satellite_that_has_come_down_is_named(tmp_path):
    own = fleet(tmp_path, [record(1, 15.5), record(2, 16.1, drag=0.003)])
    paths = ElementPaths(own, START)
    with pytest.raises(ModelError, match="satellite 2 cannot be followed"):
        paths.fly(86_400.0 * 40 + TIMES_S, 2)


def test_designs_are_refused():
    own = Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=1, n_per_plane=1, epoch=START)
    with pytest.raises(ModelError, match="only real element sets"):
        ElementPaths(own, START)
