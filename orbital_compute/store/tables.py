"""The tables that answers rest on besides a scenario: which they are, and exactly which edition."""

from __future__ import annotations

import hashlib
import importlib.metadata
from importlib import resources

OWN_FOLDERS = ("data", "presets")  # of the model: gravity, dose, anomaly, outlook of the Sun; filed shells
# tables inside libraries, which carry their own
OF_LIBRARIES = {
    "Earth orientation (IERS finals2000A)": "astropy-iers-data",
    "ephemeris of Sun and Moon, precession, nutation, leap seconds (ERFA)": "pyerfa",
    "density of the upper air (NRLMSIS)": "pymsis",
}


def data_tables() -> dict[str, str]:
    """Return each table's edition: the version of the library that carries it, or the SHA-256 of our own file."""
    found = {}
    for name, library in OF_LIBRARIES.items():
        try:
            found[name] = f"{library} {importlib.metadata.version(library)}"
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed, or an installation without its metadata
    for folder in OWN_FOLDERS:
        place = resources.files("orbital_compute.model").joinpath(folder)
        for file in sorted(place.iterdir(), key=lambda one: one.name):
            if file.name.endswith((".csv", ".json")):
                found[f"{folder}/{file.name}"] = f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}"
    return found
