"""Real element sets: the SGP4 verification set, and fleets with their places in three frames."""

import json
import re
from datetime import datetime, timedelta

import numpy as np
import pytest
from sgp4.io import fix_checksum

import orbital_compute as oc
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.frames import geodetic_to_itrs_m, instants, polar_motion, turned

pytestmark = [pytest.mark.validation, pytest.mark.beside]

SGP4_M = 2e-4  # what other compilers and rounded output leave
SGP4_M_S = 1e-6  # the same for velocity
MILLIMETRE = 1e-3
CENTIMETRES = 0.1  # other series of nutation, 1 mas; and the rounding of published coordinates
ON_THE_GROUND_M = 1.0  # UT1 of another table: 1 ms are 0.5 m; coordinates are rounded to 1e-7 degrees
UNSIGNED = (33333, 33334, 33335)  # sets that the authors changed without a new checksum, to provoke errors


def verification_sets(folder):
    """Return (lines of the set, rows of the reference) for each satellite, in order."""
    lines = [line for line in (folder / "SGP4-VER.TLE").read_text().splitlines() if line[:2] in ("1 ", "2 ")]
    sets = [(one.rstrip(), two[:69]) for one, two in zip(lines[::2], lines[1::2], strict=True)]
    tables = re.split(r"^\d+ xx\n", (folder / "tcppver.out").read_text(), flags=re.MULTILINE)[1:]
    rows = [np.array([line.split()[:7] for line in table.splitlines() if line.strip()], float) for table in tables]
    return list(zip(sets, rows, strict=True))


def test_sgp4_verification_set(reference, tmp_path):
    path = tmp_path / "one.tle"
    worst_m, worst_m_s, compared, failed = 0.0, 0.0, 0, {}
    for lines, rows in verification_sets(reference / "orbit"):
        number = int(lines[0][2:7])
        path.write_text("\n".join(lines) + "\n")
        if number in UNSIGNED:
            with pytest.raises(ScenarioError, match="checksum"):
                oc.Constellation.from_tle(path)
            path.write_text("\n".join(fix_checksum(line) for line in lines) + "\n")
        try:
            fleet = oc.Constellation.from_tle(path)
        except ScenarioError as error:
            failed[number] = str(error)
            continue
        for minute, *state in rows:
            try:
                r_m, v_m_s = fleet.ephemeris_teme(fleet.epoch, [minute * 60.0])
            except ModelError as error:
                failed[number] = str(error)
                break
            worst_m = max(worst_m, np.abs(r_m[0, 0] - np.array(state[:3]) * 1e3).max())
            worst_m_s = max(worst_m_s, np.abs(v_m_s[0, 0] - np.array(state[3:]) * 1e3).max())
            compared += 1
    print(f"\n{compared} states, worst {worst_m:.1e} m, {worst_m_s:.1e} m/s; ended with an error: {failed}")
    assert compared == 666
    assert list(failed) == [33334]  # its mean motion of 1e-5 turns a day ends at once, as it should
    assert worst_m < SGP4_M
    assert worst_m_s < SGP4_M_S


@pytest.mark.parametrize("fleet_name", ["oneweb_2024-07-16", "starlink_2025-11-28"])
def test_places_of_real_fleets(reference, read_csv, fleet_name):
    folder = reference / "tle"
    about = json.loads((folder / f"{fleet_name}_aggregate.json").read_text())
    text = next(value for key, value in about.items() if "utc" in key.lower() and isinstance(value, str))
    start = datetime.fromisoformat(text.replace("Z", "+00:00"))
    fleet = oc.Constellation.from_tle(folder / f"{fleet_name}.tle", start=start)
    row_of = {int(number): row for row, number in enumerate(fleet.catalog_number)}
    rows = read_csv(folder / f"{fleet_name}_teme.csv")
    worst = dict.fromkeys(("teme", "gcrs", "itrs"), 0.0)
    compared = 0
    for offset_s in sorted({float(row["utc_offset_s"]) for row in rows}):
        now = [row for row in rows if float(row["utc_offset_s"]) == offset_s and int(row["error"]) == 0]
        index = [row_of[int(row["norad"])] for row in now]
        part = oc.Constellation(
            **{**vars(fleet), "element_records": [fleet.element_records[k] for k in index]}
            | {
                name: getattr(fleet, name)[index]
                for name in (
                    "semi_major_axis_m", "eccentricity", "inclination_rad", "raan_rad", "arg_perigee_rad",
                    "mean_anomaly_rad", "shell", "plane", "slot", "catalog_number",
                )
            }
        )  # fmt: skip
        times = [start + timedelta(seconds=offset_s)]
        wanted = {
            "teme": np.array([[float(row[f"{axis}_km"]) for axis in "xyz"] for row in now]) * 1e3,
            "gcrs": np.array([[float(row[f"gcrs_{axis}_km"]) for axis in "xyz"] for row in now]) * 1e3,
            "itrs": geodetic_to_itrs_m(
                *(np.array([float(row[key]) for row in now]) for key in ("lat_deg", "lon_deg")),
                np.array([float(row["height_km"]) for row in now]) * 1e3,
            ),
        }
        for frame, place_m in wanted.items():
            here_m = part.positions(times, frame)[:, 0]
            if frame == "itrs":  # the reference has no polar motion: ours, to the metre, is taken off again
                here_m = turned(np.swapaxes(polar_motion(instants(times)), -1, -2), here_m)
            error_m = np.linalg.norm(here_m - place_m, axis=1).max()
            worst[frame] = max(worst[frame], error_m)
        compared += len(now)
    print(f"\n{fleet_name}: {compared} places, worst {worst} m")
    assert compared >= 4 * 30
    assert worst["teme"] < MILLIMETRE
    assert worst["gcrs"] < CENTIMETRES
    assert worst["itrs"] < ON_THE_GROUND_M


def test_who_is_in_sunlight(reference):
    about = json.loads((reference / "tle" / "starlink_2025-11-28_sunlit.json").read_text())
    start = datetime.fromisoformat("2025-11-28T12:00+00:00")
    fleet = oc.Constellation.from_tle(reference / "tle" / about["tle"], start=start)
    times = np.array(about["utc"], dtype="datetime64[m]")
    row_of = {int(number): row for row, number in enumerate(fleet.catalog_number)}
    index = [row_of[int(number)] for number, *_ in about["per_satellite"]]
    wanted = np.array([lit for _, *lit in about["per_satellite"]], dtype=bool)
    share = oc.illumination(fleet.positions(times)[index], times, frame="teme", earth="sphere")
    # a point Sun is lit where more than half of the disc is in view
    differ = (share > 0.5) != wanted
    print(f"\n{wanted.size} cases, {differ.sum()} differ")
    assert not (differ & ((share == 0) | (share == 1))).any()
    assert differ.sum() <= 1
