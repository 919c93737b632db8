"""Every benchmark runs at a small size, says what it measured and counts its work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = str(ROOT / "scenarios" / "quickstart.yaml")
CASES = {
    "march": (
        ("--satellites", "512", "--peer-satellites", "64", "--rounds", "1"),
        {"full_physics_ns_1t", "full_physics_ns_2t", "window_ns_1t", "window_ns_2t", "window_march_ns_1t",
         "window_prepare_ns_1t", "numpy_twin_ns_1t", "sgp4_ns_1t", "flop_per_step", "fraction_of_peak"},
    ),
    "visibility": (("--satellites", "1000", "--rounds", "1"), {"keys_ms_1t", "signatures_ms_2t", "round_trips_ms_1t"}),
    "paths": (("--satellites", "2000", "--rounds", "1"), {"filed_ms", "one_shell_ms", "one_shell_damaged_ms"}),
    "soft_errors": (("--satellites", "5000", "--rounds", "1"), {"quiet_ns_1t", "default_ns_1t", "high_ns_1t"}),
    "output": (("--most", "1000", "--rounds", "1"), {"1000"}),
    "start_up": (("--rounds", "1"), {"help_s", "validate_s", "import_s", "first_window_s"}),
    "where": ((QUICKSTART, "--set", 'time.duration="10 min"'), {"seconds", "kernels_share", "satellite_steps"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_benchmark_prints_one_line_of_json(name):
    arguments, keys = CASES[name]
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert found["benchmark"] == name
    assert {"processor", "cores", "python", "numba"} <= found["machine"].keys()
    assert keys <= found.keys()
    numbers = [found[key] for key in keys if isinstance(found[key], float)]
    assert all(value > 0.0 for value in numbers)
