from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import orbital_compute as oc
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model import frames
from orbital_compute.model.shells import Shell

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
TIMES = np.datetime64("2026-06-21T00:00") + np.arange(0, 86400, 600).astype("timedelta64[s]")
MILLIMETRE = 1e-3


def walker(**changes):
    return oc.Constellation.walker(
        **{"altitude_m": 550e3, "inclination_deg": 53.0, "n_plane": 6, "n_per_plane": 4, "epoch": EPOCH, **changes}
    )


def test_opposite_satellites_of_a_plane_stand_opposite():
    fleet = walker(n_plane=1, n_per_plane=2, eccentricity=0.0, inclination_deg=97.4)
    r_m = fleet.positions(TIMES)
    # to first order in the eccentricity about the frozen one, 2 e a each, both ways
    e = fleet.slots[:, 1].max() + 0.0011
    assert np.abs(r_m[0] + r_m[1]).max() < 4 * e * 6.93e6
    assert np.linalg.norm(r_m, axis=2).min() > 6.9e6


@settings(max_examples=20)
@given(st.floats(-360.0, 360.0), st.floats(0.0, 180.0), st.floats(200e3, 2000e3))
def test_turning_the_nodes_turns_the_fleet_about_the_pole(delta_deg, inclination_deg, altitude_m):
    times = TIMES[:3]
    here = walker(inclination_deg=inclination_deg, altitude_m=altitude_m).positions(times)
    there = walker(inclination_deg=inclination_deg, altitude_m=altitude_m, raan_deg=delta_deg).positions(times)
    turn = frames._rotation_z(np.radians(-delta_deg))
    assert np.abs(there - here @ turn.T).max() < MILLIMETRE


def test_frames_are_turns_of_one_another():
    fleet = walker()
    teme, gcrs, itrs = (fleet.positions(TIMES, frame) for frame in frames.FRAMES)
    utc = frames.instants(TIMES)
    assert np.abs(frames.turned(frames.teme_to_gcrs(utc), teme) - gcrs).max() < 1e-6
    assert np.abs(frames.turned(frames.teme_to_itrs(utc), teme) - itrs).max() < 1e-6
    with pytest.raises(ScenarioError, match="take teme, gcrs or itrs"):
        fleet.positions(TIMES, "eci")


def test_one_time_counts_as_an_array_of_one():
    fleet = walker()
    assert fleet.positions(EPOCH).shape == (24, 1, 3)
    assert fleet.illumination(TIMES[5]).shape == (24, 1)
    assert np.array_equal(fleet.positions(TIMES[5]), fleet.positions(TIMES)[:, 5:6])


def test_light_of_the_fleet_is_that_of_its_places():
    fleet = walker()
    share = fleet.illumination(TIMES)
    assert np.abs(share - oc.illumination(fleet.positions(TIMES, "gcrs"), TIMES)).max() < 1e-8
    assert 0.55 < share.mean() < 0.75


def test_thread_ranges_and_fleet_size_change_no_bit():
    whole = oc.Constellation.preset("fcc_2026", satellites=3000, epoch=EPOCH, variant="sso_corrected")
    a, b = whole.positions(TIMES[:2]), whole.positions(TIMES[1:2])
    assert np.array_equal(a[:, 1], b[:, 0])


def test_a_million_rows_are_laid_out_quickly_and_exactly():
    fleet = oc.Constellation.preset("fcc_2026", epoch=EPOCH)
    assert fleet.n_satellite == len(fleet) == 1_000_000
    assert fleet.is_theory
    assert len(fleet.shell_names) == len(fleet.shell_satellite_type) == 114
    assert [text for text in fleet.warnings if "group_4" in text]
    table, index = fleet.orbits
    assert table.shape == (114, 13)
    assert index is fleet.shell


def test_preset_stands_at_the_date_of_its_table_unless_told():
    filed = oc.Constellation.preset("fcc_2026", satellites=5000)
    assert filed.epoch == datetime(2026, 5, 29, tzinfo=UTC)
    later = oc.Constellation.preset("fcc_2026", satellites=5000, epoch=EPOCH)
    assert np.array_equal(later.mean_anomaly_rad, filed.mean_anomaly_rad)
    # nodes that keep their local time move on by a degree a day, the others are where they were
    moved_deg = np.degrees(np.mod(later.raan_rad - filed.raan_rad, 2 * np.pi))
    assert set(np.round(moved_deg, 2)) == {0.0, 22.67}  # 23 days of 360/365.2422 degrees


def test_units_are_converted():
    from astropy import units as u

    plain, quantities = (
        walker(raan_deg=30.0),
        walker(altitude_m=550 * u.km, inclination_deg=53 * u.deg, raan_deg=(np.pi / 6) * u.rad),
    )
    assert np.array_equal(plain.inclination_rad, quantities.inclination_rad)
    assert np.abs(plain.positions(EPOCH) - quantities.positions(EPOCH)).max() < MILLIMETRE


def test_shells_keep_names_and_types():
    shells = [
        Shell(name="low", altitude_m=500e3, inclination_deg=30.0, n_plane=2, n_per_plane=2, satellite_type="small"),
        Shell(
            name="high", altitude_m=800e3, inclination_deg="sun_synchronous", n_plane=1, n_per_plane=3, ltan_h=(6.0,)
        ),
    ]
    fleet = oc.Constellation.shells(shells, epoch=EPOCH)
    assert fleet.shell.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert fleet.shell_names == ["low", "high"]
    assert fleet.shell_satellite_type == ["small", None]
    assert fleet.catalog_number.tolist() == [0] * 7
    assert fleet.warnings == []


def test_dawn_dusk_plane_keeps_facing_the_sun():
    fleet = oc.Constellation.shells(
        [
            Shell(
                name="a", altitude_m=650e3, inclination_deg="sun_synchronous", n_plane=1, n_per_plane=1, ltan_h=(18.0,)
            )
        ],
        epoch=EPOCH,
    )
    year = np.datetime64("2026-06-21T00:00") + np.arange(0, 365, 7).astype("timedelta64[D]")
    table, _ = fleet.orbits
    times_s = fleet.seconds_after_epoch(year)
    node = 2 * np.pi * (fleet.slots[0, 3] + table[0, 6] * times_s)
    normal = np.stack(
        [np.sin(node) * table[0, 2], -np.cos(node) * table[0, 2], np.full(node.size, table[0, 1])], axis=1
    )
    sun, _ = oc.sun(year, "teme")
    angle = np.degrees(np.arccos((normal * sun).sum(axis=1)))
    # worst tilt by declination and inclination 31.4 degrees (MODEL §2.3), and the equation of time turns it further
    assert angle.max() < 32.5
    assert angle.max() > 30.0


def test_epoch_without_zone_is_utc_and_no_date_is_refused():
    naive = walker(epoch=EPOCH.replace(tzinfo=None))
    assert naive.epoch == EPOCH
    assert np.array_equal(naive.positions(EPOCH), walker().positions(EPOCH))
    moved = walker().seconds_after_epoch(EPOCH + timedelta(days=400, seconds=0.25))
    assert moved == pytest.approx([400 * 86400 + 0.25], abs=1e-5)


def test_designs_have_no_sgp4_ephemeris():
    with pytest.raises(ModelError, match="only real element sets"):
        walker().ephemeris_teme(EPOCH, [0.0])
