"""Kernels with numba's check of bounds on: none reads or writes outside its arrays, in its tests and in a small run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = ("tests/kernels", "tests/test_math.py", "tests/test_random.py")
RUN = "from trust.victims import SCENARIO; from orbital_compute.run import simulate; simulate(SCENARIO, threads=2)"
# code that is written vector by vector is not, with a check at each number
LEFT_OUT = "tests/kernels/test_assembly.py"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The environment of a child that checks bounds, with a cache of its own."""
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT / "tests")])
    cache = str(tmp_path_factory.mktemp("checked"))
    return {**os.environ, "NUMBA_BOUNDSCHECK": "1", "ORBITAL_COMPUTE_CACHE": cache, "PYTHONPATH": path}


def in_child(arguments, environment):
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_check_is_on(checked):
    script = (
        "import numpy as np\n"
        "from orbital_compute.kernels.supply import sum_by_signature as kernel\n"
        "kernel(np.ones(4), np.array([0, 1, 2, 9], np.int32), 0, 4, np.zeros(3, np.int64))"
    )
    child = in_child(["-c", script], checked)
    assert child.returncode == 1
    assert "IndexError" in child.stderr


def test_a_run_stays_within_bounds(checked):
    child = in_child(["-c", RUN], checked)
    assert child.returncode == 0, child.stderr


def test_kernels_stay_within_bounds(checked):
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITES, "--deselect", LEFT_OUT]
    child = in_child(command, checked)
    assert child.returncode == 0, child.stdout[-4000:] + child.stderr
    print(f"\nbounds checked: {child.stdout.splitlines()[-1]}")
    assert " passed" in child.stdout.splitlines()[-1]
