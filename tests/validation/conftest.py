"""Where the reference cases beside the project stand; tests that ask for them carry the mark `beside`."""

import csv
from pathlib import Path

import pytest
from validation.cases import BESIDE


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of the reference cases beside the project."""
    return BESIDE


@pytest.fixture(scope="session")
def read_csv():
    """Return a reader of a file of columns: its rows as dictionaries of text."""

    def read(path: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

    return read
