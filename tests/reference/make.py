"""Make the reference cases of this folder anew: closed forms, own integrations, and JPL's ephemeris DE421.

    pip install numpy scipy skyfield skyfield-data
    python tests/reference/make.py

Nothing here uses the package that is tested. Lengths are km unless a name says otherwise, as in the cases beside the
project, whose layout this folder has. About three minutes.
"""

import json
import sys

from heat import ground, heat
from made import CASES, HERE, write_json
from sky import altitudes, eclipses, sun
from tracks import orbits

PARTS = {"sun": sun, "eclipses": eclipses, "altitudes": altitudes, "orbits": orbits, "heat": heat, "ground": ground}


def main():
    """Write all, or the parts named."""
    wanted = sys.argv[1:] or list(PARTS)
    kept = [] if set(wanted) == set(PARTS) else json.loads((HERE / "cases.json").read_text())["cases"]
    for name in wanted:
        PARTS[name]()
    made = {one["id"] for one in CASES}
    everything = sorted([*CASES, *(one for one in kept if one["id"] not in made)], key=lambda one: one["id"])
    write_json("cases.json", {"version": 1, "cases": everything})
    print(len(everything), "cases")


if __name__ == "__main__":
    main()
