"""The manifest names the edition of every table that answers rest on."""

import hashlib
import importlib.metadata
import re
from pathlib import Path

import orbital_compute
from orbital_compute.store.tables import data_tables

MODEL = Path(orbital_compute.__file__).parent / "model"


def test_each_own_table_stands_there_with_its_sum():
    own = {name: text for name, text in data_tables().items() if "/" in name}
    files = [path for folder in ("data", "presets") for path in (MODEL / folder).iterdir() if path.is_file()]
    assert set(own) == {f"{path.parent.name}/{path.name}" for path in files}
    assert {"data/egm96_36.csv", "data/dose_default.csv", "data/solar_outlook.csv", "presets/fcc_2026.json"} <= set(own)
    for path in files:
        assert own[f"{path.parent.name}/{path.name}"] == f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_earth_orientation_and_ephemeris_stand_there_with_their_dates():
    tables = data_tables()
    (orientation,) = (text for name, text in tables.items() if name.startswith("Earth orientation"))
    assert orientation == f"astropy-iers-data {importlib.metadata.version('astropy-iers-data')}"
    assert re.match(r"astropy-iers-data \d+\.20\d\d\.\d+\.\d+", orientation)  # its version is its date
    assert any(name.startswith("ephemeris of Sun") and text.startswith("pyerfa ") for name, text in tables.items())
