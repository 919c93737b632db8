import math

import numpy as np
import pytest

from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.dose_table import DoseTable

SUN_SYNCHRONOUS = {500: 97.43, 650: 98.01, 800: 98.63, 1000: 99.5, 1500: 101.98}


def dose(table, altitude_km, inclination_deg, shielding_mm=10.0, year=2026.0, exponent=0.9):
    return table.dose_rad_per_year(
        altitude_km, inclination_deg, shielding_mm=shielding_mm, year=year, exponent=exponent
    ).tolist()


def test_doses_by_altitude_are_those_of_the_model():
    """MODEL §5.3: 150 rad/year at 650 km sun-synchronous behind 10 mm; 0.6, 2, 5, 30 times that elsewhere."""
    heights, tilts = list(SUN_SYNCHRONOUS), list(SUN_SYNCHRONOUS.values())
    found = dose(DoseTable.named("default"), heights, tilts)
    print("dose over that at 650 km:", *(f"{h} km {d / found[1]:.3f}" for h, d in zip(heights, found, strict=True)))
    assert found == pytest.approx([90.0, 150.0, 300.0, 750.0, 4500.0], rel=1e-12)


def test_the_filed_band_is_as_published():
    table = DoseTable.named("filed_band")
    assert dose(table, [500, 1000, 2000], 98.0, 5.0) == pytest.approx([380, 1790, 21510], rel=1e-12)
    assert dose(table, [500, 1000, 2000], 30.0, 5.0) == pytest.approx([180, 3020, 47810], rel=1e-12)


def test_the_two_tables_agree_within_their_grade():
    """Shape with altitude, both inclinations: 5 mm of the default table beside the published doses; C, factor of 3."""
    ours, theirs = DoseTable.named("default"), DoseTable.named("filed_band")
    for tilt in (30.0, 98.0):
        heights = [500, 700, 1000, 1200, 1500, 2000]
        ratio = np.array(dose(ours, heights, tilt, 5.0)) / np.array(dose(theirs, heights, tilt, 5.0))
        print(f"{tilt:g} degrees, default over filed band:", ratio.round(2))
        assert (ratio > 1 / 3).all()
        assert (ratio < 3).all()


def test_logarithms_are_linear_between_points():
    table = DoseTable([(500, 30, 10, 10, 0), (700, 30, 1000, 10, 0), (500, 90, 40, 10, 0)], "made up")
    assert dose(table, 600, 30) == pytest.approx([100.0])
    assert dose(table, 500, 60) == pytest.approx([20.0])
    assert dose(table, 500, 120) == pytest.approx([20.0])  # retrograde as its mirror image
    assert dose(table, 500, 0) == pytest.approx([10.0])
    assert dose(table, 600, 90) == pytest.approx([math.sqrt(40 * 1000)])  # 700 km knows one inclination only
    assert dose(table, 300, 30) == pytest.approx([10.0])
    assert dose(table, 500, 30, shielding_mm=5.0, exponent=2.0) == pytest.approx([40.0])


def test_depth_and_year_of_a_table_go_before_the_laws():
    table = DoseTable([(500, 30, 100, 1, 2020), (500, 30, 1, 100, 2020), (500, 30, 200, 1, 2030),
                       (500, 30, 2, 100, 2030)], "made up")  # fmt: skip
    assert table.has_years
    assert dose(table, 500, 30, shielding_mm=10.0, year=2020.0, exponent=9.0) == pytest.approx([10.0])
    assert dose(table, 500, 30, shielding_mm=10.0, year=2025.0) == pytest.approx([10 * math.sqrt(2)])
    with pytest.raises(ModelError, match="year 2031: it reaches 2020 to 2030"):
        dose(table, 500, 30, year=2031.0)
    with pytest.raises(ModelError, match="shielding 200 mm"):
        dose(table, 500, 30, shielding_mm=200.0, year=2025.0)


def test_above_the_highest_altitude_is_refused():
    with pytest.raises(ModelError, match=r"altitude 2500 km: it reaches 0 to 2000 km.*radiation.table"):
        dose(DoseTable.named("default"), 2500, 30)
    assert dose(DoseTable.named("default"), 2000.5, 30) == dose(DoseTable.named("default"), 2000, 30)


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "doses.csv"
    path.write_text("# from SPENVIS\naltitude_km, inclination_deg, dose_rad_per_year, source\n550,53,123,AP-8\n")
    table = DoseTable.named(path, shielding_mm=3.0)
    assert dose(table, 550, 53, shielding_mm=3.0) == pytest.approx([123.0])
    assert not table.has_years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("altitude_km,inclination_deg\n500,30\n", [":1:1: there is no column dose_rad_per_year"]),
        ("altitude_km,inclination_deg,dose_rad_per_year,colour\n", [":1:4: column colour is not known"]),
        ("altitude_km,inclination_deg,dose_rad_per_year\n", [":1:1: has a header and no rows"]),
        (
            "# x\naltitude_km,inclination_deg,dose_rad_per_year\n500,30,ten\n\n500,200,5\n500,30\n600,30,0\n",
            [
                ":3:3: dose_rad_per_year: 'ten' is no number",
                ":5:2: inclination_deg: 200 is not within 0 to 180",
                ":6:3: dose_rad_per_year: is empty",
                ":7:3: dose_rad_per_year: 0 is not within",
            ],
        ),
        ("altitude_km,inclination_deg,dose_rad_per_year\n5,30,1\n", [":2:1: altitude_km: 5 is not within 100 to"]),
        ("altitude_km,inclination_deg,dose_rad_per_year\n500,30,1\n500,150,2\n", [":3:1: repeats line 2"]),
        ("# nothing\n", ["has no rows"]),
    ],
)
def test_every_fault_of_a_file_has_its_line(tmp_path, text, expected):
    path = tmp_path / "doses.csv"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        DoseTable.named(path)
    assert len(caught.value.problems) == len(expected)
    for part in expected:
        assert part in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        DoseTable.named(tmp_path / "none.csv")
