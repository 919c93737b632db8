"""Outside temperature: the cosines' extremes, the file's hours, and what is refused."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.climate import CosineClimate, HourlyClimate, read_hourly_climate

MEMPHIS = CosineClimate(mean_k=290.5, yearly_amplitude_k=11.0, yearly_peak_day=197.0, daily_amplitude_k=5.0)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_hottest_on_the_peak_day_at_the_peak_hour_of_the_sun():
    """17 July at 15:00 by the sun is 21:00 UTC at 90° west: mean + 11 + 5, less a hair of the year's slope."""
    times_s = np.arange(0, 365 * 86400, 900.0)
    outside_k = MEMPHIS.outside_k(NEW_YEAR, times_s, -90.0)
    hottest_s = times_s[outside_k.argmax()]
    assert abs(hottest_s / 86400 - (197 + 21 / 24)) <= 1.0
    assert (hottest_s / 3600) % 24 == pytest.approx(21.0, abs=0.25)
    assert outside_k.max() == pytest.approx(306.5, abs=0.02)
    assert outside_k.min() == pytest.approx(274.5, abs=0.02)
    assert outside_k.mean() == pytest.approx(290.5, abs=0.02)


def test_start_of_the_run_does_not_matter():
    late = datetime(2026, 7, 1, 6, tzinfo=UTC)
    shift_s = (late - NEW_YEAR).total_seconds()
    times_s = np.linspace(0, 86400, 50)
    assert MEMPHIS.outside_k(late, times_s, 20.0) == pytest.approx(
        MEMPHIS.outside_k(NEW_YEAR, times_s + shift_s, 20.0), abs=1e-9
    )


def write(path, values, header="time_utc,temperature_c"):
    path.write_text(header + "\n" + "".join(f"{h},{value}\n" for h, value in enumerate(values)))
    return path


def test_file_in_celsius_is_read_and_interpolated(tmp_path):
    climate = read_hourly_climate(write(tmp_path / "a.csv", [10.0 + h % 24 for h in range(8760)]))
    start = datetime(2026, 1, 2, 5, tzinfo=UTC)
    at = climate.outside_k(start, np.array([0.0, 1800.0, 3600.0]), -90.0)
    assert at == pytest.approx(273.15 + np.array([15.0, 15.5, 16.0]))
    assert climate.year_k(0.0).size == 8760


def test_year_of_the_file_wraps():
    climate = HourlyClimate(tuple(280.0 + (h == 0) for h in range(8760)))
    last = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert climate.outside_k(last, np.array([0.0, 1800.0]), 0.0) == pytest.approx([280.5, 281.0])


@pytest.mark.parametrize(
    ("values", "header", "message"),
    [
        ([280.0] * 100, "t,temperature_k", "100 hours are no year"),
        ([20.0] * 8760, "t,temperature_k", "hour 0 has 20 K"),
        ([280.0, "warm"], "t,temperature_k", "'warm' is no temperature"),
        ([280.0] * 8760, "t,heat", "one column temperature_k or temperature_c"),
        ([math.nan] * 8760, "t,temperature_c", "hour 0 has nan K"),
    ],
)
def test_bad_files_are_named(tmp_path, values, header, message):
    with pytest.raises(ScenarioError, match=message):
        read_hourly_climate(write(tmp_path / "b.csv", values, header))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"nowhere\.csv: cannot be read"):
        read_hourly_climate(tmp_path / "nowhere.csv")


def test_no_climate_of_the_earth():
    with pytest.raises(ScenarioError, match="no climate of the Earth"):
        CosineClimate(15.0, 10.0, 197.0, 5.0)
