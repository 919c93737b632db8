"""The size of a model's run: what its scenario allows it to write."""

from pathlib import Path

import pytest

import orbital_compute as oc
from orbital_compute.errors import WontFitError
from orbital_compute.scenario.build import build
from orbital_compute.store.run_size import footprint, output_limit_bytes

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"


def test_the_scenario_says_how_much_may_be_written(tmp_path):
    scenario = oc.load_scenario(QUICKSTART)
    assert output_limit_bytes(build(scenario)) == 100_000_000_000
    small = scenario.replace({"output.limit": "1 MB"})
    assert output_limit_bytes(build(small)) == 1_000_000
    needed = footprint(build(small), to_folder=True).disk_bytes
    with pytest.raises(WontFitError, match=r"output.limit allows 1 MB.*raise output.limit") as caught:
        oc.simulate(small, output=tmp_path / "out")
    assert 1_000_000 < caught.value.predicted_bytes <= needed  # the least is enough to refuse it
    assert not (tmp_path / "out").exists()
