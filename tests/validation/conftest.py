"""Independent reference cases, which stand beside the project and are never copied into it."""

import csv
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of the reference cases."""
    if not REFERENCE.is_dir():
        pytest.fail(f"validation needs the reference cases at {REFERENCE}")
    return REFERENCE


@pytest.fixture(scope="session")
def read_csv():
    """Return a reader of a file of columns: its rows as dictionaries of text."""

    def read(path: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

    return read
