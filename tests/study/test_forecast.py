"""What `plan` says a run will take, against what it takes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import orbital_compute as oc
from orbital_compute.errors import WontFitError
from orbital_compute.store import footprint
from orbital_compute.store.limits import Limit
from orbital_compute.study.forecast import TRIAL_WINDOWS, forecast

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = {
    "format": 1,
    "name": "small",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "6 h"},
    "constellation": {"walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 2, "per_plane": 10}},
    "satellite": {"preset": "starmind_ai1"},
    "output": {"sample": 1},
}


def test_time_grows_with_the_windows_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = forecast(oc.load_scenario(SMALL), threads=1)
    assert (found.n_window, found.windows_flown, found.threads) == (72, TRIAL_WINDOWS, 1)
    assert found.wall_s == pytest.approx(found.build_s + found.first_window_s + 71 * found.window_s + found.end_s)
    assert found.figures()["core_time"]["value"] == found.wall_s
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_fit_is_refused(monkeypatch):
    monkeypatch.setattr(footprint, "available_memory", lambda: Limit(1_000_000, "the control group"))
    with pytest.raises(WontFitError, match="the control group leaves 1 MB"):
        forecast(oc.load_scenario(SMALL))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["colossus_and_orbit", "quickstart"])
def test_memory_and_disk_come_out_within_a_tenth(tmp_path, name):
    path = SCENARIOS / f"{name}.yaml"

    def command(*arguments):
        code = "import resource, sys\nfrom orbital_compute.cli import main\ntry:\n    main()\nfinally:\n"
        code += "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done

    command("run", path, "--output", tmp_path / "warm", "--quiet")  # what is compiled once takes memory of its own
    said = json.loads(command("plan", path, "--json").stdout)["figures"]
    run = command("run", path, "--output", tmp_path / "run", "--quiet")
    memory = 1024 * int(run.stderr.splitlines()[-1])
    disk = sum(file.stat().st_size for file in (tmp_path / "run").rglob("*.h5"))
    print(f"\n{name}: memory {memory / 1e6:.0f} MB, said {said['memory']['value'] / 1e6:.0f}; "
          f"disk {disk / 1e6:.1f} MB, said {said['disk']['value'] / 1e6:.1f}")  # fmt: skip
    assert said["memory"]["value"] == pytest.approx(memory, rel=0.1)
    assert said["disk"]["value"] == pytest.approx(disk, rel=0.1)
