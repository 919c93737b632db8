"""Laws and kernels pass their tests as plain Python too, so that coverage and debuggers see every line of them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SUITES = ("tests/physics", "tests/kernels", "tests/test_math.py", "tests/test_random.py")


def test_laws_and_kernels_pass_uncompiled():
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITES]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    child = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stdout[-4000:] + child.stderr
    assert " passed" in child.stdout.splitlines()[-1]
