"""Real element sets: how we compute the SGP4 verification set, fleets in three frames, and who is in view."""

from __future__ import annotations

import functools
import re
import tempfile
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import numpy as np
from sgp4.io import fix_checksum
from validation.cases import Case, Figure, family, figure, read_csv, read_json

import orbital_compute as oc
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.frames import geodetic_to_itrs_m

KM = 1e3
UNSIGNED = (33333, 33334, 33335)  # sets that the authors changed without a new checksum, to provoke errors
STATIONS = {"london": (51.50853, -0.12574), "memphis": (35.06, -90.16)}  # latitude, longitude [deg]
MASK_DEG = 25.0


def verification_sets(tle: Path, table: Path):
    """Return (lines of the set, rows of the reference) for each satellite, in order."""
    lines = [line for line in tle.read_text().splitlines() if line[:2] in ("1 ", "2 ")]
    sets = [(one.rstrip(), two[:69]) for one, two in zip(lines[::2], lines[1::2], strict=True)]
    tables = re.split(r"^\d+ xx\n", table.read_text(), flags=re.MULTILINE)[1:]
    rows = [np.array([line.split()[:7] for line in table.splitlines() if line.strip()], float) for table in tables]
    return list(zip(sets, rows, strict=True))


def verified(lines, rows, path: Path):
    """Return our states less the reference's, float64[n, 6], in km and km/s, and the message that ended them."""
    number = int(lines[0][2:7])
    signed = [fix_checksum(line) for line in lines] if number in UNSIGNED else lines
    path.write_text("\n".join(signed) + "\n")
    try:
        fleet = oc.Constellation.from_tle(path)
    except ScenarioError as error:
        return np.empty((0, 6)), str(error)
    found = []
    for minute, *state in rows:
        try:
            r_m, v_m_s = fleet.ephemeris_teme(fleet.epoch, [minute * 60.0])
        except ModelError as error:
            return np.array(found).reshape(-1, 6), str(error)
        found.append(np.concatenate([r_m[0, 0], v_m_s[0, 0]]) / KM - state)
    return np.array(found), ""


@family("SGP4", r"A\.sgp4_verification_set")
def sgp4_verification_set(case: Case) -> list[Figure]:
    """All states of the official verification set, read and flown as a user's file would be."""
    home = Path(str(resources.files(case.inputs["package"]))) if "package" in case.inputs else case.folder
    files = home / case.inputs["tle"], home / case.reference["file"]
    with tempfile.TemporaryDirectory() as folder:
        found = [verified(lines, rows, Path(folder) / "one.tle") for lines, rows in verification_sets(*files)]
    error = np.concatenate([one for one, _ in found])
    ended = sum(1 for _, message in found if message)
    return [
        figure("worst coordinate", np.abs(error[:, :3]).max(), 0.0, 2e-7, 1e-5, "km"),
        figure("worst velocity", np.abs(error[:, 3:]).max(), 0.0, 2e-9, 1e-7, "km/s"),
        figure("states", len(error), case.reference["states"], 0, 0, "-"),
        figure("sets that end with an error", ended, case.reference["error_codes"], 0, 0, "-"),
    ]


@functools.cache
def fleet_at_start(folder: Path, name: str):
    """Return a real fleet and the UTC from which its tables count."""
    about = read_json(folder, "tle", f"{name}_aggregate.json")
    text = next(value for key, value in about.items() if "utc" in key.lower() and isinstance(value, str))
    start = datetime.fromisoformat(text.replace("Z", "+00:00"))
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return oc.Constellation.from_tle(folder / "tle" / f"{name}.tle", start=start), start


def fleet_of(case: Case):
    """Return the name of a case's fleet, the fleet, and its start."""
    name = re.match(r"A\.(\w+_\d{4}-\d\d-\d\d)_", case.id).group(1)
    return name, *fleet_at_start(case.folder, name)


def columns(rows, *names, scale=1.0):
    """Return columns of a table, float64[n_row, n_name]."""
    return np.array([[float(row[name]) for name in names] for row in rows]) * scale


def places(case: Case, frame: str):
    """Yield (offset [s], rows of the table, our positions [m] of their satellites) for each date of the table."""
    name, fleet, start = fleet_of(case)
    row_of = {int(number): row for row, number in enumerate(fleet.catalog_number)}
    table = read_csv(case.folder, "tle", f"{name}_teme.csv")
    for offset_s in sorted({float(row["utc_offset_s"]) for row in table}):
        rows = [row for row in table if float(row["utc_offset_s"]) == offset_s and int(row["error"]) == 0]
        r_m = fleet.positions([start + timedelta(seconds=offset_s)], frame)[:, 0]
        yield offset_s, rows, r_m[[row_of[int(row["norad"])] for row in rows]], r_m


@family("SGP4", r"A\..*\.sgp4_teme")
def fleet_in_teme(case: Case) -> list[Figure]:
    """A real fleet by SGP4: places of some, and sums over all."""
    worst, found = 0.0, []
    sums = {one["offset_s"]: one for one in case.reference["aggregate"]}
    for offset_s, rows, ours_m, all_m in places(case, "teme"):
        worst = max(worst, float(np.abs(ours_m / KM - columns(rows, "x_km", "y_km", "z_km")).max()))
        wanted, total = sums[int(offset_s)], all_m.sum(axis=0) / KM
        hours = f"after {offset_s / 3600:g} h"
        found.append(figure(f"satellites {hours}", len(all_m), wanted["n_ok"], 0, 0, "-"))
        found += [
            figure(f"sum of {axis} {hours}", float(total[k]), wanted[f"sum_{axis}"], 1e-3, 1e-1, "km")
            for k, axis in enumerate("xyz")
        ]
    return [figure("worst coordinate", worst, 0.0, 1e-6, 1e-3, "km"), *found]


def geodetic(r_m):
    """Return geodetic latitude, longitude [deg] and height [m] on WGS 84 of Earth-fixed places, by iteration."""
    e2 = 2 / 298.257223563 - 1 / 298.257223563**2
    level = np.hypot(r_m[:, 0], r_m[:, 1])
    latitude = np.arctan2(r_m[:, 2], level * (1 - e2))
    for _ in range(10):
        normal = 6378137.0 / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(r_m[:, 2] + e2 * normal * np.sin(latitude), level)
    normal = 6378137.0 / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
    height = level * np.cos(latitude) + r_m[:, 2] * np.sin(latitude) - 6378137.0**2 / normal
    return np.degrees(latitude), np.degrees(np.arctan2(r_m[:, 1], r_m[:, 0])), height


@family("SGP4, frames", r"A\..*\.subpoint")
def fleet_over_ground(case: Case) -> list[Figure]:
    """A real fleet in GCRS, and its places over the ground."""
    gcrs = latitude = longitude = height = 0.0
    for _, rows, ours_m, _ in places(case, "gcrs"):
        wanted = columns(rows, "gcrs_x_km", "gcrs_y_km", "gcrs_z_km")
        gcrs = max(gcrs, float(np.linalg.norm(ours_m / KM - wanted, axis=1).max()))
    for _, rows, ours_m, _ in places(case, "itrs"):
        lat, lon, up_m = geodetic(ours_m)
        wanted = columns(rows, "lat_deg", "lon_deg", "height_km").T
        latitude = max(latitude, float(np.abs(lat - wanted[0]).max()))
        turn = (lon - wanted[1] + 180) % 360 - 180
        longitude = max(longitude, float(np.abs(turn * np.cos(np.radians(lat))).max()))
        height = max(height, float(np.abs(up_m / KM - wanted[2]).max()))
    return [
        figure("place in GCRS, worst", gcrs, 0.0, 0.05, 0.5, "km"),
        figure("latitude, worst", latitude, 0.0, 5e-4, 0.01, "deg"),
        figure("longitude times cosine of latitude, worst", longitude, 0.0, 5e-4, 0.01, "deg"),
        figure("height, worst", height, 0.0, 0.05, 0.5, "km"),
    ]


@family("SGP4, frames", r"A\..*\.access")
def in_view(case: Case) -> list[Figure]:
    """Satellites above 25° of a station each minute for half an hour, and the highest of them."""
    name, fleet, start = fleet_of(case)
    latitude, longitude = STATIONS[case.id.split(".")[1].rsplit("_", 1)[1]]
    rows = read_csv(case.folder, "tle", f"{name}_access.csv")
    times = [start + timedelta(seconds=float(row["t_s"])) for row in rows]
    phi, lam = np.radians([latitude, longitude])
    up = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    line_m = fleet.positions(times, "itrs") - geodetic_to_itrs_m(latitude, longitude)
    range_m = np.linalg.norm(line_m, axis=2)
    elevation_deg = np.degrees(np.arcsin(line_m @ up / range_m))
    count, highest = (elevation_deg >= MASK_DEG).sum(axis=0), elevation_deg.argmax(axis=0)
    best_deg, best_km = (x[highest, np.arange(len(rows))] for x in (elevation_deg, range_m / KM))
    off = count - np.array(case.reference)
    wanted = columns(rows, "highest_elevation_deg", "highest_range_km").T
    other = sum(int(row["highest_norad"]) != fleet.catalog_number[k] for row, k in zip(rows, highest, strict=True))
    return [
        figure("count, worst minute", int(np.abs(off).max()), 0, 1, 1, "satellites"),
        figure("minutes of another count", int((off != 0).sum()), 0, 2, len(rows), "minutes"),
        figure("minutes with another highest satellite", other, 0, 0, 2, "minutes"),
        figure("highest elevation, worst", float(np.abs(best_deg - wanted[0]).max()), 0.0, 0.005, 0.1, "deg"),
        figure("its range, worst", float(np.abs(best_km - wanted[1]).max()), 0.0, 0.05, 1.0, "km"),
    ]
