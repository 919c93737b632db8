"""The package as a user meets it: quick to import, its public names in place, complete as a wheel."""

import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path

import pytest

import orbital_compute as oc

SOURCE = Path(__file__).parent.parent / "orbital_compute"
IMPORT_LIMIT_S = 0.1  # what a person does not notice
HEAVY = (
    "numpy",
    "numba",
    "astropy",
    "erfa",
    "sgp4",
    "pydantic",
    "ruamel.yaml",
    "highspy",
    "h5py",
    "xarray",
    "matplotlib",
)


def run_python(code: str) -> str:
    """Return what a fresh interpreter prints; -P keeps the source tree off its path."""
    child = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout


@pytest.mark.parametrize("name", oc.__all__)
def test_every_public_name_is_there(name):
    assert getattr(oc, name) is not None
    assert name in dir(oc)


def test_errors_share_one_base():
    for name in ("ScenarioError", "ModelError", "AuditError", "WontFitError", "ResultsError"):
        assert issubclass(getattr(oc, name), oc.OrbitalComputeError)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        oc.simulat  # noqa: B018


def test_import_is_quick():
    code = "import time; t = time.process_time(); import orbital_compute; print(time.process_time() - t)"
    assert min(float(run_python(code)) for _ in range(3)) < IMPORT_LIMIT_S


def test_import_brings_no_heavy_library():
    code = f"import sys, orbital_compute; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run_python(code).strip() == "[]"


@pytest.mark.parametrize("first", ["import orbital_compute.simulate", "from orbital_compute.run import simulate"])
def test_simulate_is_the_function_whatever_was_imported_first(first):
    assert run_python(f"{first}\nimport orbital_compute as oc\nprint(type(oc.simulate).__name__)").strip() == "function"


def test_version_is_that_of_the_distribution():
    assert metadata.version("orbital-compute-sim") == oc.__version__


def test_command_is_declared():
    commands = metadata.distribution("orbital-compute-sim").entry_points.select(group="console_scripts")
    assert [(command.name, command.value) for command in commands] == [("orbital-compute", "orbital_compute.cli:main")]


def test_installed_package_is_complete():
    installed = Path(str(resources.files("orbital_compute")))
    files = [path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert Path("py.typed") in files
    assert any(path.parts[:2] == ("scenario", "presets") and path.suffix == ".yaml" for path in files)
    assert [str(path) for path in files if not (installed / path).is_file()] == []
