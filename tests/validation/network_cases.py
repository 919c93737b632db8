"""Links between satellites: the longest of them, and Hypatia's round trips, by SGP4 and by our theory."""

from __future__ import annotations

import functools
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from validation.cases import Case, Figure, family, figure, read_csv, read_json

import orbital_compute as oc
from orbital_compute.constants import EARTH_RADIUS_M

KM, MS = 1e3, 1e3
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NEW_YEAR = np.datetime64("2000-01-01T00:00:00", "ns")
STATIONS = {"1173": "Manila", "1229": "Sankt-Peterburg", "1241": "Dalian"}


@family("longest_link_m", r"E\.los_550_published")
def longest_link(case: Case) -> list[Figure]:
    """How long a link at 550 km can be, 80 km over a sphere of 6,371 km."""
    ours = float(oc.network.longest_link_m(550e3, clearance_m=80e3, earth_radius_m=6371e3)) / KM
    return [figure("longest link", ours, case.reference["km"], 1e-4, 1e-2, "km", share=True)]


def element_sets(design: dict, path: Path) -> None:
    """Write a design of the reference as two-line element sets, as its README defines them."""
    from sgp4.api import WGS72, Satrec
    from sgp4.exporter import export_tle

    lines = []
    for plane in range(design["orbits"]):
        for slot in range(design["per_orbit"]):
            anomaly_deg = (slot + 0.5 * (plane % 2)) * 360.0 / design["per_orbit"]
            record = Satrec()
            record.sgp4init(
                WGS72, "i", plane * design["per_orbit"] + slot + 1, 2451544.5 - 2433281.5, 0.0, 0.0, 0.0, 1e-7, 0.0,
                np.radians(design["inc_deg"]), np.radians(anomaly_deg), design["mean_motion"] * 2 * np.pi / 1440,
                np.radians(plane * 360.0 / design["orbits"]),
            )  # fmt: skip
            record.classification, record.intldesg = "U", "00001A"
            lines += export_tle(record)
    path.write_text("\n".join(lines) + "\n")


@functools.cache
def fleets(folder: Path, name: str):
    """Return a design, its satellites by SGP4, and the same by our theory at the mean height that SGP4 gives them."""
    about = read_json(folder, "network", "cases.json")
    design = next(one for one in about["constellations"] if one["id"] == name)
    with tempfile.TemporaryDirectory() as home:
        element_sets(design, Path(home) / "grid.tle")
        sets = oc.Constellation.from_tle(Path(home) / "grid.tle", start=EPOCH)
    theory = oc.Constellation.walker(
        altitude_m=float(sets.semi_major_axis_m[0]) - EARTH_RADIUS_M, inclination_deg=design["inc_deg"],
        n_plane=design["orbits"], n_per_plane=design["per_orbit"], epoch=EPOCH, phasing="alternate",
    )  # fmt: skip
    return design, about["cities"], {"sgp4": sets, "theory": theory}


@functools.cache
def round_trips(folder: Path, name: str, orbits: str, pairs: tuple[tuple[str, str], ...], step_ms: int):
    """Return our round trips over a design's 200 s."""
    design, cities, both = fleets(folder, name)
    cone_m = design.get("cone_m") or design["alt_m"] / np.tan(np.radians(design["elev_deg"]))
    times = NEW_YEAR + np.arange(0, design["duration_s"] * 1000, step_ms).astype("timedelta64[ms]")
    rule = oc.network.PlusGrid(clearance_m=80e3, acquisition_s=0.0)
    reach_m = float(np.hypot(cone_m, design["alt_m"]))
    return oc.network.round_trips(both[orbits], cities, pairs, times, rule, max_ground_range_m=reach_m)


def apart(ours_ms, wanted_ms, share: float, excellent: float) -> list[Figure]:
    """Return by how much a share of the samples differ at most, and how many are reachable in one alone."""
    both = np.isfinite(ours_ms) & np.isfinite(wanted_ms)
    difference = float(np.quantile(np.abs(ours_ms[both] - wanted_ms[both]), share, method="higher"))
    return [
        figure(f"difference on {share:.0%} of samples", difference, 0.0, excellent, 1.0, "ms"),
        figure("samples that one alone reaches", int((np.isfinite(ours_ms) != np.isfinite(wanted_ms)).sum()),
               0, 1, 5, "-"),
    ]  # fmt: skip


def series(case: Case, orbits: str, share: float, excellent: float) -> list[Figure]:
    """Return a pair's series of 200 s beside the reference's."""
    name, ends = re.match(r"E\.(\w+)\.(.+)", case.id).groups()
    design, *_ = fleets(case.folder, name)
    pairs = tuple(tuple(pair) for pair in design["pairs"])
    pair = next(k for k, pair in enumerate(pairs) if "-".join(pair) == ends)
    found = round_trips(case.folder, name, orbits, pairs, 1000)
    ours_ms, wanted_ms = found.round_trip_s[pair] * MS, np.full(design["duration_s"], np.inf)
    for row in read_csv(case.folder, "network", case.inputs["file"]):
        if (row["from"], row["to"]) == pairs[pair] and row["rtt_ms"]:
            wanted_ms[int(row["t_s"])] = float(row["rtt_ms"])
    reached = np.isfinite(ours_ms)
    edges, wanted = found.satellites[pair][reached] + 1, case.reference
    return [
        *apart(ours_ms, wanted_ms, share, excellent),
        figure("mean round trip", float(ours_ms[reached].mean()), wanted["rtt_mean_ms"], 0.3, 1.0, "ms"),
        figure("seconds reachable", int(reached.sum()), wanted["reachable_s"], 1, 5, "s"),
        figure("fewest links", int(edges.min()), wanted["min_edges"], 0, 1, "-"),
        figure("most links", int(edges.max()), wanted["max_edges"], 0, 1, "-"),
        figure("changes of way", int(found.way_changes[pair]), wanted["path_changes"], 0, 2, "-"),
    ]


@family("network.round_trips, SGP4", r"E\.(starlink_550|kuiper_630)\..*")
def grid_round_trip(case: Case) -> list[Figure]:
    """Shortest ways over a grid of links, second by second, over the reference's own orbits."""
    return series(case, "sgp4", 0.98, 0.01)


@family("network.round_trips, orbit theory", r"E\.(starlink_550|kuiper_630)\..*")
def grid_round_trip_by_theory(case: Case) -> list[Figure]:
    """The same over `Constellation.walker`."""
    return series(case, "theory", 0.95, 0.3)


@family("network.round_trips, SGP4", r"E\.hypatia_published")
def published_expectations(case: Case) -> list[Figure]:
    """The files of expectations of Hypatia's own tests: every 0.1 s, 0 where unreachable, and each change of way."""
    figures = []
    for file in sorted(case.folder.joinpath("network").glob("hypatia_kuiper_630_rtt_*.txt")):
        one, other = re.fullmatch(r".*_(\d+)_to_(\d+)", file.stem).groups()
        wanted_ms = np.loadtxt(file, delimiter=",")[:, 1] * 1e-6
        wanted_ms[wanted_ms == 0.0] = np.inf
        found = round_trips(case.folder, "kuiper_630", "sgp4", ((STATIONS[one], STATIONS[other]),), 100)
        name = f"{STATIONS[one]} to {STATIONS[other]}"
        figures += [
            part._replace(name=f"{name}: {part.name}")
            for part in apart(found.round_trip_s[0] * MS, wanted_ms, 0.98, 0.01)
        ]
        lines = Path(str(file).replace("_rtt_", "_path_")).read_text().split()
        changes = sum(1 for line in lines if not line.startswith("0,"))
        figures.append(figure(f"{name}: changes of way", int(found.way_changes[0]), changes, 0, 2, "-"))
    return figures
