"""The Sun's flux over time: levels, the outlook as printed, files and their faults."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.solar_activity import ACTIVITIES, CYCLE_DAYS, days_of, solar_activity


def test_days_count_from_1970():
    assert days_of(date(1970, 1, 2)) == 1.0
    assert days_of(datetime(2026, 11, 22, 12, tzinfo=UTC)) == pytest.approx(20779.5)


def test_steady_levels_hold_always():
    for name, flux in (("quiet", 90.0), ("mean", 145.0), ("active", 250.0)):
        assert (solar_activity(name).at([-1e5, 0.0, 1e5]) == flux).all()


def test_outlook_is_the_printed_table():
    # NASA MSFC, October 2026: months that the quarterly file leaves out
    rows = [
        (date(2026, 11, 16), 118.5),
        (date(2027, 9, 16), 100.7),
        (date(2030, 12, 16), 70.5),
        (date(2033, 6, 16), 125.6),
    ]
    found = solar_activity("outlook").at([days_of(day) for day, _ in rows])
    assert found == pytest.approx([flux for _, flux in rows], abs=0.7)
    high, low = solar_activity("outlook_high"), solar_activity("outlook_low")
    assert high.at(days_of(date(2034, 9, 16))) == pytest.approx(237.0, abs=3.0)
    assert low.at(days_of(date(2034, 9, 16))) == pytest.approx(81.6, abs=1.0)
    day = np.linspace(20600, 26000, 300)
    assert (low.at(day) <= solar_activity("outlook").at(day)).all()
    assert (high.at(day) >= solar_activity("outlook").at(day)).all()


def test_outlook_repeats_its_last_cycle():
    outlook, end = solar_activity("outlook"), days_of(date(2041, 10, 16))
    assert outlook.at(end + 500.0) == pytest.approx(outlook.at(end + 500.0 - CYCLE_DAYS))
    assert outlook.at(end + 500.0 + 3 * CYCLE_DAYS) == pytest.approx(outlook.at(end + 500.0))
    start = days_of(date(2026, 4, 16))
    assert outlook.at(start - 400.0) == pytest.approx(outlook.at(start - 400.0 + CYCLE_DAYS))


def test_short_file_holds_its_ends(tmp_path):
    path = tmp_path / "flux.csv"
    path.write_text("# made up\ndate,f107,ap\n2027-01-01,100,9\n2027-01-11,120,9\n", encoding="utf-8")
    series = solar_activity(path)
    first = days_of(date(2027, 1, 1))
    assert series.at(first + np.array([-50.0, 0.0, 2.5, 10.0, 900.0])).tolist() == [100.0, 100.0, 105.0, 120.0, 120.0]
    assert series.source == str(path)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("when,f107\n2027-01-01,100\n", "needs columns date and f107"),
        ("date,f107\n2027-01-01,much\n", ":2:1: '2027-01-01', 'much'"),
        ("date,f107\n\n2027-01-01,100\n2026-01-01,100\n", ":4:1: date: 2026-01-01 does not come after"),
        ("date,f107\n2027-01-01,1000\n", "50 to 500 solar flux units"),
    ],
)
def test_faults_name_their_place(tmp_path, text, part):
    path = tmp_path / "flux.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=part.replace("(", r"\(")):
        solar_activity(path)


def test_missing_file_says_what_there_is():
    with pytest.raises(ScenarioError, match="outlook_high"):
        solar_activity("calm")
    assert set(ACTIVITIES) == {"quiet", "mean", "active", "outlook", "outlook_low", "outlook_high"}
