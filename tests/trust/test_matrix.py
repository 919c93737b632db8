"""The same bits on 1 to 4 threads, restarted at any window, by code for this processor and for a plain one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bits import assert_same_bits
from size import FULL

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
THREADS = (1, 2, 3, 4) if FULL else (1, 3)
STOPS = (1, 9, 17) if FULL else (9,)  # windows after which a run is cut off; a day begins in the 12th

pytestmark = pytest.mark.slow

# Written to a file and run in a child, once for each target: the runs of one row of the matrix.
CHILD = """
import json, sys
from pathlib import Path
from orbital_compute.errors import StoppedError
from orbital_compute.run import resume, simulate

order = json.loads(sys.argv[1])
scenario = json.loads(Path(order["scenario"]).read_text())

class Stop:
    def __init__(self, after):
        self.left = after
    def __call__(self):
        self.left -= 1
        return self.left == 0

for threads in order["threads"]:
    simulate(scenario, f"{order['folder']}/whole-{threads}", threads=threads).close()
    for stop in order["stops"]:
        folder = f"{order['folder']}/stopped-{threads}-{stop}"
        try:
            simulate(scenario, folder, threads=threads, stop=Stop(stop))
        except StoppedError:
            resume(folder, threads=THREADS_AFTER[threads]).close()
"""
AFTER = {1: 3, 2: 1, 3: 4, 4: 2}  # threads with which a run that was cut off goes on


def runs_of(folder, scenario, environment):
    """Have a child do a row of the matrix into a folder."""
    folder.mkdir()
    script = CHILD.replace("THREADS_AFTER", repr(AFTER))
    order = json.dumps({"scenario": str(scenario), "folder": str(folder), "threads": THREADS, "stops": STOPS})
    child = subprocess.run(
        [sys.executable, "-P", "-c", script, order], cwd=folder, env={**os.environ, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    return sorted(path for path in folder.iterdir() if path.is_dir())


def test_threads_restarts_and_targets_change_no_bit(tmp_path):
    from test_run import EVERYTHING

    scenario = tmp_path / "everything.json"
    scenario.write_text(json.dumps(EVERYTHING))
    plain = {
        "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "ORBITAL_COMPUTE_CACHE": str(tmp_path / "kernels"),
    }  # fmt: skip
    rows = {"this processor": {}, "a generic one": plain}
    folders = [path for k, row in enumerate(rows.values()) for path in runs_of(tmp_path / f"row{k}", scenario, row)]
    for folder in folders[1:]:
        assert_same_bits(folder, folders[0])
    n_row = len(THREADS) * (1 + len(STOPS))
    print(f"\n{len(folders)} runs ({', '.join(map(str, THREADS))} threads; never stopped, and after windows "
          f"{STOPS}; code for {' and '.join(rows)}): 0 differing bits")  # fmt: skip
    assert len(folders) == n_row * len(rows)
