"""Price and emissions of the grid by the hour: which hour counts, what is read, what is refused."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.clock import Clock
from orbital_compute.model.tariff import KWH_J, Tariff, hourly_mean, read_tariff, tariff_rows

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = tuple(float(hour) for hour in range(8760))


def write(path, rows, header="usd_per_kwh,kg_per_kwh"):
    path.write_text(header + "\n" + "".join(f"{row}\n" for row in rows))
    return path


def test_the_hour_that_a_moment_falls_into_counts():
    start = datetime(2026, 1, 2, 5, tzinfo=UTC)
    assert hourly_mean(HOURS, start, np.array([0.0])) == 29.0
    assert hourly_mean(HOURS, start, np.array([3599.0, 3600.0])) == 29.5
    assert hourly_mean(HOURS, datetime(2026, 12, 31, 23, 30, tzinfo=UTC), np.array([0.0, 3600.0])) == 8759.0 / 2


def test_no_series_is_no_number():
    assert math.isnan(hourly_mean(None, NEW_YEAR, np.array([0.0])))


class Site:
    def __init__(self, tariff):
        self.tariff = tariff


def test_rows_of_a_window_are_those_of_its_steps():
    clock = Clock(NEW_YEAR, 600.0, 7200.0, 24)
    sites = [Site(None), Site(Tariff(usd_j=HOURS))]
    rows = tariff_rows(sites, clock, 1)
    assert list(rows) == ["grid_price"]
    assert math.isnan(rows["grid_price"][0])
    assert rows["grid_price"][1] == 2.5  # hours 2 and 3
    assert tariff_rows([Site(None)], clock, 0) == {}


def test_file_with_both_columns(tmp_path):
    tariff = read_tariff(write(tmp_path / "grid.csv", [f"{0.01 * (h % 24)},0.4" for h in range(8760)]))
    assert tariff.usd_j[7] == pytest.approx(0.07 / KWH_J)
    assert tariff.kg_j[8759] == pytest.approx(0.4 / KWH_J)


def test_file_with_one_column_has_no_other(tmp_path):
    tariff = read_tariff(write(tmp_path / "grid.csv", ["-0.02"] * 8784, "usd_per_kwh"))
    assert tariff.kg_j is None
    assert len(tariff.usd_j) == 8784


@pytest.mark.parametrize(
    ("rows", "header", "says"),
    [
        (["0.1"] * 100, "usd_per_kwh", "100 hours are no year"),
        (["0.1"] * 8760, "price", "has no column usd_per_kwh or kg_per_kwh"),
        (["0.1"] * 8759 + ["dear"], "usd_per_kwh", "8761:1: usd_per_kwh: 'dear' is no number"),
        (["70"] * 8759 + ["700"], "usd_per_kwh", "700 is past belief; -100 to 100; check the unit"),
        (["-0.1"] * 8760, "kg_per_kwh", "-0.1 is past belief"),
        (["nan"] * 8760, "usd_per_kwh", "nan is past belief"),
    ],
)
def test_what_is_no_tariff_is_refused(tmp_path, rows, header, says):
    path = write(tmp_path / "grid.csv", rows, header)
    with pytest.raises(ScenarioError) as caught:
        read_tariff(path)
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_tariff(tmp_path / "none.csv")
