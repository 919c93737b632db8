import math

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.gang import GangSpec

YEAR_S = 365.25 * 86400.0
CORRUPTION, MEMORY, INTERRUPT = 150 / 16.8 / YEAR_S, 150 / 44 / YEAR_S, 150 / 5000 / YEAR_S


def test_a_gang_in_orbit_stops_for_all_that_is_seen():
    gang = GangSpec(10_000)
    result = gang.yields(CORRUPTION, MEMORY, INTERRUPT)
    stops = 0.9 * CORRUPTION + MEMORY + INTERRUPT + 0.173 / YEAR_S
    assert result.mtbf_s == pytest.approx(1 / (1e4 * stops), rel=1e-12)
    assert 0.36 < result.useful_fraction < 0.42
    assert result.corrupted_share == pytest.approx(1 - math.exp(-1e3 * CORRUPTION * result.interval_s), rel=1e-9)


def test_what_nothing_detects_corrupts_and_stops_nobody():
    blind = GangSpec(10_000, detection=0.0).yields(CORRUPTION, MEMORY, 0.0)
    sharp = GangSpec(10_000, detection=1.0).yields(CORRUPTION, MEMORY, 0.0)
    assert blind.useful_fraction > sharp.useful_fraction
    assert blind.corrupted_share > 0.3
    assert sharp.corrupted_share == 0.0


def test_on_the_ground_hardware_alone():
    result = GangSpec(16_384).yields(0.0, 0.0, 0.0)
    assert result.mtbf_s == pytest.approx(54 * 86400 / 419, rel=1e-3)
    assert result.corrupted_share == 0.0
    assert GangSpec(8, hardware_faults_per_chip_year=0.0).yields(0.0, 0.0, 0.0).useful_fraction == 1.0


def test_each_wrong_value_is_named():
    with pytest.raises(ScenarioError) as caught:
        GangSpec(0, checkpoint_s=-1.0, detection=1.5, restart_s=math.nan)
    assert {problem.path for problem in caught.value.problems} == {
        "gang.chips",
        "gang.checkpoint_s",
        "gang.detection",
        "gang.restart_s",
    }
    assert "0 is below its limits; 1 to 1e+09." in str(caught.value)
