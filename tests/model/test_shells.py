from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.errors import ScenarioError
from orbital_compute.model.shells import (
    Shell,
    preset_data,
    preset_names,
    preset_shells,
    share_by_largest_remainder,
    shell_rows,
    sun_synchronous_warnings,
)
from orbital_compute.physics.orbit import frozen_eccentricity, sun_synchronous_inclination_rad

EPOCH = datetime(2026, 3, 20, 12, tzinfo=UTC)


def shell(**changes):
    return Shell(
        **{"name": "a", "altitude_m": 550e3, "inclination_deg": 53.0, "n_plane": 4, "n_per_plane": 3, **changes}
    )


def latitude_deg(rows):
    return np.degrees(np.mod(rows["arg_perigee_rad"] + rows["mean_anomaly_rad"], 2 * np.pi))


def turned_by(one, other):
    return np.abs(np.mod(np.asarray(one) - other + 180.0, 360.0) - 180.0)


def test_walker_delta_by_hand():
    # Walker 12/4/1: planes 90 degrees apart, slots 120, and 30 degrees on from plane to plane
    rows = shell_rows([shell(phasing=1)], EPOCH)
    assert np.degrees(rows["raan_rad"])[::3] == pytest.approx([0, 90, 180, 270])
    wanted = [[0, 120, 240], [30, 150, 270], [60, 180, 300], [90, 210, 330]]
    assert turned_by(latitude_deg(rows).reshape(4, 3), wanted).max() < 1e-9
    assert rows["plane"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert rows["slot"].tolist() == [0, 1, 2] * 4
    assert (rows["shell"] == 0).all()


def test_walker_star_and_alternate_planes():
    rows = shell_rows([shell(raan_spread_deg=180.0, raan_deg=10.0, phasing="alternate")], EPOCH)
    assert np.degrees(rows["raan_rad"])[::3] == pytest.approx([10, 55, 100, 145])
    assert turned_by(latitude_deg(rows)[::3], [0, 60, 0, 60]).max() < 1e-9


def test_frozen_orbit_unless_an_eccentricity_is_given():
    rows = shell_rows([shell()], EPOCH)
    assert rows["eccentricity"] == pytest.approx(frozen_eccentricity(6928137.0, np.radians(53.0)))
    assert np.degrees(rows["arg_perigee_rad"]) == pytest.approx(90.0)
    rows = shell_rows([shell(eccentricity=0.003, arg_perigee_deg=20.0)], EPOCH)
    assert (rows["eccentricity"] == 0.003).all()
    assert turned_by(latitude_deg(rows)[:3], [0, 120, 240]).max() < 1e-9


def test_local_times_of_the_node():
    one = shell(inclination_deg="sun_synchronous", n_plane=2, ltan_h=(6.0, 18.0))
    rows = shell_rows([one], EPOCH)
    assert rows["inclination_rad"] == pytest.approx(sun_synchronous_inclination_rad(6928137.0))
    # 20 March 2026, 12 h: the mean Sun is 2.13 degrees short of the equinox; dawn lies 90 degrees before it
    mean_sun_deg = np.mod(280.46061837 + 0.98564736629 * 9575.0, 360.0)
    assert turned_by(np.degrees(rows["raan_rad"])[::3], mean_sun_deg + np.array([-90, 90])).max() < 1e-3
    spread = shell_rows([shell(inclination_deg="sun_synchronous", n_plane=2, ltan_h=(6.0,))], EPOCH)
    assert spread["raan_rad"] == pytest.approx(rows["raan_rad"])


def test_a_cluster_stands_in_a_row():
    # 81 satellites 150 m apart about the first argument of latitude
    rows = shell_rows([shell(n_plane=1, n_per_plane=81, spacing_m=150.0, first_arg_latitude_deg=40.0)], EPOCH)
    along_m = np.radians(latitude_deg(rows) - 40.0) * 6928137.0
    assert np.diff(along_m) == pytest.approx(150.0, abs=1e-6)
    assert along_m.mean() == pytest.approx(0.0, abs=1e-6)


def test_every_fault_is_told_at_once():
    bad = [
        shell(altitude_m=40e3),
        shell(inclination_deg=200.0, phasing="sometimes"),
        shell(n_per_plane=0, eccentricity=2.0),
        shell(inclination_deg="sun_synchronous", altitude_m=7e6),
        shell(inclination_deg="polar", n_plane=0),
        shell(spacing_m=1e8, ltan_h=(6.0, 7.0)),
        shell(raan_deg=float("nan"), altitude_m=float("inf")),
    ]
    with pytest.raises(ScenarioError) as caught:
        shell_rows(bad, EPOCH)
    text = str(caught.value)
    assert "shells[0].altitude: 40 km is below 160 km, where no orbit holds; raise it." in text
    for path in ("[1].inclination", "[1].phasing", "[2].satellites_per_plane", "[2].eccentricity", "[3].inclination"):
        assert f"shells{path}: " in text
    for path in ("[4].inclination", "[4].planes", "[5].spacing", "[5].ltan", "[6].raan_deg", "[6].altitude"):
        assert f"shells{path}: " in text
    assert len(caught.value.problems) == 12
    with pytest.raises(ScenarioError, match="there are no satellites"):
        shell_rows([], EPOCH)


def test_a_nan_altitude_is_refused():
    with pytest.raises(ScenarioError, match="altitude"):
        shell_rows([shell(altitude_m=float("nan"))], EPOCH)


@given(st.lists(st.integers(0, 10**4), min_size=1, max_size=60).filter(any), st.integers(0, 10**6))
def test_shares_add_up_and_lie_within_one_of_their_quota(weights, total):
    share = share_by_largest_remainder(np.array(weights), total)
    quota = np.array(weights) * (total / sum(weights))
    assert share.sum() == total
    assert (np.abs(share - quota) < 1 + 1e-6).all()
    assert (share >= 0).all()


def test_equal_remainders_are_spread_evenly():
    share = share_by_largest_remainder(np.full(1000, 7), 1300)
    ahead = np.abs(np.cumsum(share) - np.arange(1, 1001) * 1.3)
    assert ahead.max() < 3


def test_filed_constellation_as_its_table_says():
    assert preset_names() == ["fcc_2026"]
    groups = preset_data("fcc_2026")["groups"]
    ceiling = [g["n_shell"] * g["n_plane"] * g["n_per_plane"] for g in groups]
    assert ceiling == [99_900, 99_980, 249_750, 244_860, 249_750, 253_880]  # column "max sats" of the letter's table
    assert sum(ceiling) == 1_198_120
    shells = preset_shells("fcc_2026")
    assert len(shells) == 114
    assert sum(one.satellites_per_plane().sum() for one in shells) == 1_000_000
    first, last = shells[0], shells[9]
    assert (first.altitude_m, last.altitude_m) == (550e3, 568e3)
    assert (first.inclination_deg, last.inclination_deg) == (26.0, 32.0)
    of_group = {g["name"]: sum(s.satellites_per_plane().sum() for s in shells if s.group == g["name"]) for g in groups}
    for group, most in zip(groups, ceiling, strict=True):
        assert of_group[group["name"]] == pytest.approx(most / 1.19812, abs=group["n_shell"] * group["n_plane"])


@pytest.mark.parametrize("satellites", [1, 2, 113, 10_000, 123_457])
def test_filed_constellation_scaled_to_any_total(satellites):
    shells = preset_shells("fcc_2026", satellites=satellites, variant="sso_corrected")
    rows = shell_rows(shells, EPOCH)
    assert rows["slot"].size == satellites
    order = np.lexsort((rows["slot"], rows["plane"], rows["shell"]))
    assert np.array_equal(order, np.arange(satellites))


def test_scaled_fleet_is_spread_along_its_orbits():
    rows = shell_rows(preset_shells("fcc_2026", satellites=10_000, variant="sso_corrected"), EPOCH)
    share = np.histogram(latitude_deg(rows), bins=24, range=(0, 360))[0] / 10_000
    assert np.abs(share - 1 / 24).max() < 0.1 / 24  # no clumps that enter the shadow together


def test_group_4_as_filed_is_said_not_to_be_sun_synchronous():
    warnings = sun_synchronous_warnings(preset_shells("fcc_2026", satellites=10_000))
    assert len(warnings) == 1
    assert warnings[0].startswith("group_4: inclination 97.2° at 707–744 km is not sun-synchronous, which takes 98.3°")
    corrected = preset_shells("fcc_2026", satellites=10_000, variant="sso_corrected")
    assert sun_synchronous_warnings(corrected) == []
    kept = [one.inclination_deg for one in corrected if one.group in ("group_1", "group_3", "group_5")]
    filed = [one.inclination_deg for one in preset_shells("fcc_2026", satellites=10_000) if not one.ltan_h]
    assert kept == filed


def test_unknown_presets_and_variants_are_refused():
    with pytest.raises(ScenarioError, match="take one of fcc_2026"):
        preset_shells("fcc_2027")
    with pytest.raises(ScenarioError, match="take as_filed or sso_corrected"):
        preset_shells("fcc_2026", variant="best")
    for satellites in (0, 2.5, -3):
        with pytest.raises(ScenarioError, match="a whole number from 1"):
            preset_shells("fcc_2026", satellites=satellites)
