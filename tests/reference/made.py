"""What the parts that make cases share: constants, JPL's ephemeris DE421, and how a case and a file are entered."""

import json
from pathlib import Path

import numpy as np
from skyfield.api import load, load_file
from skyfield.data import iers
from skyfield_data import get_skyfield_data_path

HERE = Path(__file__).parent
RADIUS_KM, MU_KM3_S2 = 6378.137, 398600.4418
DAY_S = 86400.0

DATA = Path(get_skyfield_data_path())
TIME = load.timescale(builtin=True)
with (DATA / "finals2000A.all").open("rb") as table:  # IERS: motion of the pole
    iers.install_polar_motion_table(TIME, iers.parse_x_y_dut1_from_finals_all(table))
SKY = load_file(DATA / "de421.bsp")
EARTH, SUN, MOON = SKY["earth"], SKY["sun"], SKY["moon"]

CASES = []


def case(id_, area, quantity, inputs, reference, unit, excellent, acceptable, source):
    """Enter a case."""
    CASES.append(
        {"id": id_, "area": area, "quantity": quantity, "inputs": inputs, "reference": reference, "unit": unit,
         "tolerance_excellent": excellent, "tolerance_acceptable": acceptable, "source": source}
    )  # fmt: skip


def write(path, text):
    """Write a file of this folder."""
    file = HERE / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def at(start, seconds):
    """Return skyfield's times of seconds after a date in UTC."""
    return TIME.utc(start.year, start.month, start.day, start.hour, start.minute, np.asarray(seconds, float))


def write_json(path, value):
    """Write a file of this folder as JSON."""
    write(path, json.dumps(value, indent=1) + "\n")
