"""The house stands: imports run downward only, and the lower floors know mathematics alone."""

import ast
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parent.parent / "pyproject.toml"
PACKAGE = Path(str(resources.files("orbital_compute")))

# What floors 1 to 3 may import besides themselves.
MATHEMATICS = {"__future__", "collections", "math", "typing", "numpy", "numba"}
# Files of floor 1 with a reason for more: machine code kept on disk, a fused multiply-add, errors as records.
MORE = {
    "_kept_code.py": {"contextlib", "hashlib", "os", "pickle", "stat", "uuid"},
    "_jit.py": {"hashlib", "os", "platform", "pathlib", "llvmlite"},
    "_math.py": {"fractions", "struct", "llvmlite"},
    "errors.py": {"dataclasses"},
}
GROUND = ("constants.py", "_kept_code.py", "_jit.py", "_math.py", "_random.py", "errors.py", "_version.py")


def lint_imports(folder: Path, configuration: Path) -> subprocess.CompletedProcess:
    """Return the outcome of import-linter on the package that lies in `folder`."""
    linter = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [sys.executable, "-c", linter, "--no-cache", "--config", str(configuration)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def lower_floors() -> list[Path]:
    """Return the files of floors 1 to 3."""
    files = [PACKAGE / name for name in GROUND]
    for floor in ("physics", "kernels"):
        files += sorted((PACKAGE / floor).glob("*.py"))
    return files


def outside_imports(source: str) -> set[str]:
    """Return the top names of all absolute imports, wherever in the file they stand."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def test_contracts_hold():
    outcome = lint_imports(PACKAGE.parent, CONFIGURATION)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("physics/sun.py", "from ..model import clock"),
        ("physics/sun.py", "from . import eclipse"),
        ("physics/sun.py", "def late():\n    from ..kernels import march"),
        ("model/clock.py", "from ..scenario import load"),
        ("store/__init__.py", "from .. import report"),
        ("report/__init__.py", "from ..store import reader"),
        ("simulate.py", "from .report import page"),
        ("model/clock.py", "from .. import simulate"),
        ("results.py", "import orbital_compute"),
        ("astray.py", "VALUE = 1"),
    ],
)
def test_contracts_notice_a_broken_rule(tmp_path, file, line):
    copy = tmp_path / "orbital_compute"
    for path in PACKAGE.rglob("*.py"):
        target = copy / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    broken = copy / file
    broken.write_text((broken.read_text() if broken.exists() else "") + f"\n{line}\n")
    outcome = lint_imports(tmp_path, CONFIGURATION)
    assert outcome.returncode == 1
    assert "BROKEN" in outcome.stdout or "not accounted for" in outcome.stdout, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("path", lower_floors(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_lower_floors_know_mathematics_only(path):
    strangers = outside_imports(path.read_text()) - MATHEMATICS - MORE.get(path.name, set())
    assert not strangers, f"{path.name} imports {sorted(strangers)}"


def test_a_stranger_is_seen_inside_a_function():
    assert outside_imports("def f():\n    import os.path\n    from json import dumps\n") == {"os", "json"}
