"""Our SGP4 against the sgp4 library: the theory's own verification cases, and element sets by chance."""

import itertools
from importlib.resources import files

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec, SatrecArray

from orbital_compute.kernels.sgp4 import N_TERM, fly_near_earth, near_earth_terms
from orbital_compute.physics.sgp4 import MeanElements, NearEarth, near_earth, place_near_earth

LIMIT_KM = 1e-6
LAST_DIGITS_KM = 2e-7  # where orbits are large or drag has shrunk them for days; 1e-8 in low orbit


def verification_cases():
    """Return the library's copies of the cases of AIAA 2006-6753 that are near the Earth."""
    lines = [line.rstrip() for line in (files("sgp4") / "SGP4-VER.TLE").read_text().splitlines()]
    pairs = [(a[:69], b[:69]) for a, b in itertools.pairwise(lines) if a[:2] == "1 " and b[:2] == "2 "]
    return [record for record in (Satrec.twoline2rv(*pair) for pair in pairs) if record.method == "n"]


def by_chance(n):
    """Return records of low orbits, round and long, of any inclination."""
    rng = np.random.default_rng(4)
    records = []
    while len(records) < n:
        record = Satrec()
        height_km = rng.uniform(180.0, 2000.0)
        eccentricity = rng.choice([0.0, 5e-5, 1e-3, 0.02, 0.2]) * rng.uniform(0.5, 1.0)
        axis = (6378.135 + height_km) / (1.0 - eccentricity) / 6378.135
        motion = 0.0743669161331734132 * axis**-1.5
        inclination = rng.choice([0.0, 1e-4, rng.uniform(0.1, 3.1), np.pi])
        angles = rng.uniform(0.0, 2 * np.pi, 3)
        record.sgp4init(
            WGS72, "i", len(records), 27_000.0, rng.choice([0.0, 1e-5, 3e-4]), 0.0, 0.0, eccentricity, angles[0],
            inclination, angles[1], motion, angles[2],
        )  # fmt: skip
        if record.method == "n":
            records.append(record)
    return records


def elements(records):
    rows = [
        (r.no_kozai, r.ecco, r.inclo, r.nodeo, r.argpo, r.mo, r.bstar, r.radiusearthkm, r.xke, r.j2, r.j4, r.j3oj2)
        for r in records
    ]
    return np.array(rows, float)


def flown(records, minutes):
    """Return positions [km] and tracks over radius float64[n, n_time, 3], answers, at minutes after each epoch."""
    n = len(records)
    terms, path, answer = np.empty((n, N_TERM)), np.empty((minutes.size, 6, n)), np.empty(n, np.int8)
    near_earth_terms(elements(records), 0, n, terms)
    fly_near_earth(terms, np.arange(n), np.zeros(n), minutes, 0, n, path, answer)
    along = path[:, 3:] / np.sqrt((path[:, :3] ** 2).sum(axis=1))[:, None, :]
    return path[:, :3].transpose(2, 0, 1) * 1e-3, along.transpose(2, 0, 1), answer


def library(records, minutes):
    """Return the same by the library, and its errors [n, n_time]."""
    found = [
        SatrecArray([r]).sgp4(np.full(minutes.size, r.jdsatepoch), r.jdsatepochF + minutes / 1440.0) for r in records
    ]
    error, r_km, v_km_s = (np.concatenate([one[k] for one in found]) for k in range(3))
    across = np.cross(r_km, v_km_s)
    along = np.cross(across, r_km)
    return r_km, along / np.sqrt((along**2).sum(axis=2))[:, :, None], error


@pytest.mark.parametrize("records", [verification_cases(), by_chance(200)], ids=["published", "by chance"])
def test_places_and_tracks_are_the_librarys(records):
    minutes = np.array([0.0, 1.0, 45.5, 360.0, 1440.0, -1440.0, 4320.0])
    r_km, along, answer = flown(records, minutes)
    wanted_km, wanted_along, error = library(records, minutes)
    for i in range(len(records)):
        if error[i].any():
            assert answer[i] == error[i][error[i] != 0][0]
            continue
        assert answer[i] == 0
        assert np.abs(r_km[i] - wanted_km[i]).max() < LAST_DIGITS_KM < LIMIT_KM
        np.testing.assert_allclose(along[i], wanted_along[i], atol=1e-9)


def test_cases_reach_every_branch():
    """Low perigees, drag of second order, near equator, decay: what the cases must hold for the test above to bite."""
    records = verification_cases()
    perigee_km = np.array([r.altp * r.radiusearthkm for r in records])
    assert (perigee_km < 98.0).any()
    assert ((perigee_km > 98.0) & (perigee_km < 156.0)).any()
    assert ((perigee_km > 156.0) & (perigee_km < 220.0)).any()
    assert (perigee_km > 220.0).any()
    _, _, error = library(records, np.array([0.0, 1440.0, 4320.0]))
    assert set(np.unique(error)) >= {0, 6}


def test_a_round_equatorial_orbit_without_drag_or_bulge_is_a_circle():
    rate = 0.07436691613317342
    e = MeanElements(rate * 1.1**-1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6378.135, rate, 0.0, 0.0, 0.0)
    terms = near_earth(e)
    assert isinstance(terms, NearEarth)
    quarter_min = 0.25 * 2 * np.pi / e.mean_motion
    place = place_near_earth(terms, quarter_min)
    assert (place.x_km, place.y_km) == pytest.approx((0.0, 1.1 * 6378.135), abs=2e-2)  # e is taken as 1e-6 at least
    assert (place.along_x, place.along_y, place.along_z) == pytest.approx((-1.0, 0.0, 0.0), abs=1e-5)
    assert place.answer == 0
