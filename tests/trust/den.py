"""A process that keeps victims (`victims.py`), with the shim of faults (`faults.c`) loaded."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def shim(folder):
    """Return the compiled shim; an error of the compiler is an error of the test."""
    path = folder / "faults.so"
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler is needed for these tests (Debian: gcc, libc6-dev)"
    command = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", path, HERE / "faults.c", "-ldl"]
    subprocess.run(command, check=True)
    return path


class Den:
    """Orders for victims, one after the other."""

    def __init__(self, folder):
        environment = {**os.environ, "LD_PRELOAD": str(shim(folder))}
        self._process = subprocess.Popen(
            [sys.executable, HERE / "victims.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip
        assert self._process.stdout.readline() == "ready\n"

    def order(self, do, folder, **more):
        """Have a victim run or resume; return its wait status, the windows it acknowledged, and its error."""
        self._process.stdin.write(json.dumps({"do": do, "folder": str(folder), **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
