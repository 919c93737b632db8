from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.errors import ScenarioError
from orbital_compute.physics.orbit import secular_rates

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
TIMES = np.datetime64("2026-06-21T00:00") + np.arange(0, 20000, 500).astype("timedelta64[s]")
CENTIMETRE = 0.01
TABLE = """\
# two shells of ours
altitude_km, inclination_deg, raan_deg, arg_latitude_deg, shell, catalog_number
550, 53.0, 10, 20, low, 7
1200, 87.9, 30, 40, high, 8
550, 53.0, 190, 20, low, 900000
"""


def read(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    return oc.Constellation.from_elements(path, epoch=EPOCH)


def refusal(tmp_path, text):
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_rows_keep_their_order_and_shells_are_numbered_as_they_appear(tmp_path):
    fleet = read(tmp_path, TABLE)
    assert fleet.n_satellite == 3
    assert fleet.shell_names == ["low", "high"]
    assert fleet.shell.tolist() == [0, 1, 0]
    assert fleet.catalog_number.tolist() == [7, 8, 900000]
    assert np.degrees(fleet.raan_rad) == pytest.approx([10, 30, 190])
    assert fleet.is_theory
    low = oc.Constellation.walker(
        altitude_m=550e3, inclination_deg=53.0, n_plane=1, n_per_plane=18, raan_deg=10.0, epoch=EPOCH
    )
    assert np.abs(fleet.positions(TIMES)[0] - low.positions(TIMES)[1]).max() < CENTIMETRE


def test_columns_of_arrays_do_the_same(tmp_path):
    from astropy import units as u

    fleet = oc.Constellation.from_elements(
        {
            "semi_major_axis_m": np.array([6928137.0, 7578137.0, 6928137.0]),
            "inclination_deg": [53.0, 87.9, 53.0],
            "raan_deg": np.array([10, 30, 190]) * u.deg,
            "arg_latitude_deg": [20, 40, 20],
        },
        epoch=EPOCH,
    )
    assert np.abs(fleet.positions(TIMES) - read(tmp_path, TABLE).positions(TIMES)).max() < CENTIMETRE
    assert fleet.shell_names == ["elements"]
    table, index = fleet.orbits  # one shell of two orbits
    assert table.shape == (2, 13)
    assert index.tolist() == [0, 1, 0]


def test_eccentricity_and_anomaly_are_taken_as_given(tmp_path):
    fleet = read(
        tmp_path,
        "semi_major_axis_m,eccentricity,inclination_deg,raan_deg,arg_perigee_deg,mean_anomaly_deg\n"
        "7000000,0.01,60,0,30,0\n",
    )
    assert (fleet.eccentricity[0], fleet.mean_anomaly_rad[0]) == (0.01, 0.0)
    r = np.linalg.norm(fleet.positions(EPOCH)[0, 0])
    assert r == pytest.approx(7000000 * 0.99, abs=8e3)  # perigee, and ripples of J2


def test_rows_of_other_epochs_are_carried_to_the_common_one(tmp_path):
    a, inclination, days = 7.1e6, np.radians(70.0), 3.0
    head = "semi_major_axis_m,eccentricity,inclination_deg,raan_deg,arg_perigee_deg,mean_anomaly_deg,epoch\n"
    early = EPOCH - timedelta(days=days)
    fleet = read(tmp_path, head + f"{a},0.002,70,40,50,60,{early:%Y-%m-%dT%H:%M:%S}Z\n")
    same = oc.Constellation.from_elements(
        {
            "semi_major_axis_m": [a],
            "eccentricity": [0.002],
            "inclination_deg": [70.0],
            "raan_deg": [40.0],
            "arg_perigee_deg": [50.0],
            "mean_anomaly_deg": [60.0],
        },
        epoch=early,
    )
    assert np.abs(fleet.positions(TIMES) - same.positions(TIMES)).max() < CENTIMETRE
    node = secular_rates(a, inclination)[2] * days * 86400
    assert fleet.raan_rad[0] == pytest.approx(np.radians(40.0) + node, abs=1e-12)


def test_types_of_satellites_split_a_shell(tmp_path):
    head = "altitude_km,inclination_deg,raan_deg,arg_latitude_deg,satellite_type\n"
    text = head + "550,53,0,0,a\n550,53,0,1,b\n550,53,0,2,a\n"
    fleet = read(tmp_path, text)
    assert fleet.shell.tolist() == [0, 1, 0]
    assert fleet.shell_satellite_type == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("altitude,inclination_deg\n1,2\n", "table.csv:1:1: column 'altitude' is not known; did you mean altitude_m?"),
        ("inclination_deg,raan_deg,arg_latitude_deg\n5,6,7\n", "table.csv:1:1: column altitude_km is missing"),
        ("altitude_km,altitude_m,raan_deg\n550,1,2\n", "altitude_km and altitude_m stand side by side"),
        ("altitude_km,raan_deg,arg_latitude_deg\n550,1,2\n", "column inclination_deg is missing"),
        ("altitude_km,altitude_km\n550,1\n", "table.csv:1:1: two columns have one name"),
        (TABLE + "550,53,0,nonsense,low,9\n", "table.csv:6:4: arg_latitude_deg: 'nonsense' is no number"),
        (TABLE + "550,53,0,nan,low,9\n", "table.csv:6:4: arg_latitude_deg: 'nan' is no number"),
        (TABLE + "80,53,0,0,low,9\n", "table.csv:6:1: altitude_km: 80 is below 160; raise it"),
        (TABLE + "550,253,0,0,low,9\n", "table.csv:6:2: inclination_deg: 253 is above 180; lower it"),
        (TABLE + "550,53,0,0,low,1.5\n", "table.csv:6:6: catalog_number: 1.5 is no whole number"),
        (TABLE + "550,53,0,0\n", "table.csv:6:1: 4 values under 6 columns"),
        ("altitude_km,inclination_deg,raan_deg,arg_latitude_deg\n", "there are no satellites"),
        (
            "altitude_km,eccentricity,inclination_deg,raan_deg,arg_perigee_deg,arg_latitude_deg\n550,2,53,0,90,0\n",
            "table.csv:2:2: eccentricity: 2 is above 0.02; lower it",
        ),
        (
            "altitude_km,inclination_deg,raan_deg,arg_latitude_deg,epoch\n550,53,0,0,2026-06-20\n550,53,0,0,soon\n",
            "table.csv:3:5: epoch: 'soon' is no date; give 2026-06-21T00:00:00",
        ),
        (
            "altitude_km,eccentricity,inclination_deg,raan_deg,mean_anomaly_deg\n550,0.001,53,0,0\n",
            "column arg_perigee_deg is missing",
        ),
    ],
)
def test_faults_are_named_with_line_and_column(tmp_path, text, said):
    assert said in refusal(tmp_path, text)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ScenarioError, match="raan_deg has 2 values, where 3 are due"):
        oc.Constellation.from_elements(
            {"altitude_km": [1, 2, 3], "inclination_deg": [1, 2, 3], "raan_deg": [1, 2], "arg_latitude_deg": 0},
            epoch=EPOCH,
        )


def test_a_hundred_faults_are_cut_to_twenty(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, TABLE + "50,53,0,0,low,9\n" * 100)
    assert len(caught.value.problems) == 21
    assert "and 80 more problems" in str(caught.value)
