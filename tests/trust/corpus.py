"""Bad inputs by name: what is wrong with each, and the files that hold it.

A case is a name and a function that writes its files into a folder and returns the scenario's path.
"""

import json
from copy import deepcopy

BASE = {
    "format": 1,
    "name": "base",
    "seed": 1,
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [
            {"name": "low", "altitude": "600 km", "inclination": "53 deg", "planes": 2, "per_plane": 3, "phasing": 1}
        ]
    },
    "satellite": {"preset": "starmind_ai1", "radiator": {"area": "110 m2"}, "compute": {"count": 80}},
    "sites": [{"preset": "colossus_1", "uplink": "1 Tbit/s"}],
    "gateways": {"preset": "default", "antennas": 6, "availability": 0.99},
    "workload": {"preset": "default", "demand": {"share": 0.5}},
    "events": [
        {"kind": "gateway_down", "gateway": "tokyo", "start": "2026-06-21T00:10:00Z", "end": "2026-06-21T00:20:00Z"}
    ],
    "output": {"sample": 2},
}
TLE = (
    "1 25544U 98067A   26171.50000000  .00016717  00000-0  10270-3 0  9005\n"
    "2 25544  51.6400 100.0000 0001000  90.0000 270.0000 15.49000000    05\n"
)


def changed(place, value):
    """Return BASE with the value at a place (keys and numbers) set, or taken away where it is KeyError."""
    tree = deepcopy(BASE)
    at = tree
    for key in place[:-1]:
        at = at[key]
    if value is KeyError:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return tree


NOT_A_QUANTITY = {
    "a bare number": 600, "nothing": "", "words": "some", "not a number": "nan km", "endless": "inf km",
    "too large for a float": "1e400 km", "a unit of another kind": "5 kg", "an unknown unit": "5 parsnips",
    "two numbers": "5 6 km", "a list": ["600 km"], "a map": {"value": "600 km"}, "truth": True, "negative": "-5 km",
    "digits of another script": "٦٠٠ km", "code": "__import__('os').system('true') km", "a null byte": "6\0 km",
    "a power that explodes": "9**9**9**9 km", "ten thousand digits": "1" * 10_000 + " km",
}  # fmt: skip
NOT_A_COUNT = {
    "a fraction": 2.5, "zero": 0, "negative": -3, "words": "two", "not a number": float("nan"), "endless": float("inf"),
    "a list": [2], "a map": {"count": 2}, "truth": True, "with a unit": "2 km", "far too many": 10**30,
}  # fmt: skip
NOT_A_SHARE = {
    "negative": -0.1, "not a number": float("nan"), "endless": float("inf"), "words": "half", "a list": [0.5],
    "with a unit": "0.5 km", "a map": {}, "truth": True,
}  # fmt: skip
NOT_A_MOMENT = {
    "words": "soon", "a number": 5, "the 31st of June": "2026-06-31T00:00:00Z",
    "before there were satellites": "1850-01-01",
    "the year 9999": "9999-01-01T00:00:00Z", "hour 25": "2026-06-21T25:00:00Z", "a list": ["2026-06-21"],
    "truth": True,
}  # fmt: skip
NOT_A_NAME = {
    "a way out of the folder": "../../etc/passwd", "absolute": "/etc/passwd", "a list": ["a"], "a map": {"a": 1},
    "a null byte": "a\0b", "a thousand letters": "a" * 1000, "a line break": "a\nb",
}  # fmt: skip
NOT_A_MAP = {"a list": [1], "words": "words", "a number": 5, "truth": True}
NOT_A_LIST = {"words": "words", "a number": 5, "truth": True, "a map": {"a": 1}}
WRONG = {
    ("time", "duration"): NOT_A_QUANTITY,
    ("time", "step"): NOT_A_QUANTITY,
    ("time", "window"): NOT_A_QUANTITY,
    ("constellation", "shells", 0, "altitude"): NOT_A_QUANTITY,
    ("constellation", "shells", 0, "inclination"): NOT_A_QUANTITY,
    ("satellite", "radiator", "area"): NOT_A_QUANTITY,
    ("sites", 0, "uplink"): NOT_A_QUANTITY,
    ("constellation", "shells", 0, "planes"): NOT_A_COUNT,
    ("constellation", "shells", 0, "per_plane"): NOT_A_COUNT,
    ("satellite", "compute", "count"): NOT_A_COUNT,
    ("gateways", "antennas"): NOT_A_COUNT,
    ("output", "sample"): {name: value for name, value in NOT_A_COUNT.items() if name not in ("zero", "a list")},
    ("seed",): {name: value for name, value in NOT_A_COUNT.items() if name != "zero"},
    ("format",): NOT_A_COUNT,
    ("gateways", "availability"): NOT_A_SHARE | {"above one": 1.5},
    ("workload", "demand", "share"): NOT_A_SHARE | {"a thousand times all there is": 1000.0},
    ("time", "start"): NOT_A_MOMENT,
    ("events", 0, "start"): NOT_A_MOMENT,
    ("events", 0, "end"): NOT_A_MOMENT | {"before its start": "2026-06-21T00:05:00Z"},
    ("name",): NOT_A_NAME,
    ("satellite", "preset"): NOT_A_NAME,
    ("sites", 0, "preset"): NOT_A_NAME,
    ("workload", "preset"): NOT_A_NAME,
    ("events", 0, "gateway"): NOT_A_NAME,
    ("events", 0, "kind"): NOT_A_NAME,
    ("constellation", "shells"): NOT_A_LIST | {"an empty list": []},
    ("sites",): NOT_A_LIST,
    ("events",): NOT_A_LIST,
    ("time",): NOT_A_MAP,
    ("constellation",): NOT_A_MAP | {"an empty map": {}},
    ("satellite",): NOT_A_MAP | {"an empty map": {}},
    ("gateways",): NOT_A_MAP,
    ("workload",): NOT_A_MAP,
    ("output",): NOT_A_MAP,
}
MISSING = [("format",), ("name",), ("time",), ("time", "start"), ("time", "duration"), ("constellation",),
           ("satellite",), ("constellation", "shells", 0, "altitude"), ("constellation", "shells", 0, "planes"),
           ("events", 0, "kind"), ("events", 0, "gateway"), ("events", 0, "start")]  # fmt: skip
UNKNOWN = [(), ("time",), ("constellation",), ("constellation", "shells", 0), ("satellite",), ("satellite", "radiator"),
           ("sites", 0), ("gateways",), ("workload",), ("events", 0), ("output",)]  # fmt: skip

TEXTS = {
    "empty": b"",
    "blank": b" \n \n",
    "not UTF-8": b"name: \xff\xfe\n",
    "UTF-16": "format: 1\n".encode("utf-16"),
    "null bytes": b"\0" * 100,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "an archive": b"PK\x03\x04" + b"\0" * 50,
    "too large": b"a: 1\n" * 300_000,
    "a tab": b"time:\n\tstep: 60 s\n",
    "an open bracket": b"a: [1, 2\n",
    "an open quote": b"a: 'x\n",
    "brackets without end": b"a: " + b"[" * 5000,
    "maps without end": b"a: " + b"{a: " * 5000,
    "a list as the whole": b"- a\n- b\n",
    "a word as the whole": b"word\n",
    "an alias": b"a: &x 1\nb: *x\n",
    "an alias that unfolds to a billion": b"a: &a [x, x]\n"
    + b"".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n".encode() for i in range(24)),
    "an alias of itself": b"a: &a [*a]\n",
    "a merge key": b"a:\n  <<: {b: 1}\n",
    "a Python object": b"a: !!python/object/apply:os.system ['true']\n",
    "a tag": b"a: !thing 1\n",
    "a binary tag": b"a: !!binary aGk=\n",
    "a directive": b"%YAML 9.9\n---\na: 1\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "a key twice": b"format: 1\nformat: 1\n",
    "a list for a key": b"? [a, b]\n: 1\n",
    "a map for a key": b"? {a: 1}\n: 1\n",
    "a million entries": b"a: [" + b"1," * 400_000 + b"1]\n",
    "a key of a hundred thousand letters": b"k" * 100_000 + b": 1\n",
    "carriage returns alone": b"format: 1\rname: x\r",
    "HTML": b"<html><body>not found</body></html>\n",
    "JSON cut off": json.dumps(BASE)[:200].encode(),
    "a form feed": b"a: \x0c1\n",
    "an escape": b"a: \x1b[31mred\n",
}

_OTHER = TLE.replace("2 25544", "2 25545")
ELEMENT_SETS = {
    "empty": "",
    "blank": "\n\n\n",
    "words": "hello\n",
    "HTML": "<html></html>\n",
    "one line": TLE.splitlines()[0] + "\n",
    "lines the wrong way round": "\n".join(reversed(TLE.splitlines())) + "\n",
    "a wrong check sum": TLE.replace("9005\n", "9006\n"),
    "numbers that do not match": _OTHER,
    "a line cut off": TLE[:-20] + "\n",
    "letters where digits stand": TLE.replace("51.6400", "5l.64OO"),
    "not ASCII": TLE.replace("98067A", "98067Ä"),
    "digits of another script": TLE.replace("51.6400", "٥١.6400"),
    "an inclination of 999": TLE.replace("51.6400", "999.640"),
    "no motion": TLE.replace("15.49000000", " 0.00000000"),
    "a motion faster than any orbit": TLE.replace("15.49000000", "99.99000000"),
    "null bytes": "\0" * 200,
    "stale by years": TLE.replace("26171", "08171"),
    "a line of a million letters": "1 " + "x" * 1_000_000 + "\n",
    "JSON that is none": '[{"OBJECT_NAME": ',
    "JSON of something else": '{"a": 1}',
    "an empty JSON list": "[]",
    "an OMM without epoch": '[{"NORAD_CAT_ID": 1, "MEAN_MOTION": 15}]',
    "an OMM with text for a number": json.dumps([{
        "NORAD_CAT_ID": 1, "EPOCH": "2026-06-20T12:00:00", "MEAN_MOTION": "fast", "ECCENTRICITY": 0.0001,
        "INCLINATION": 51.6, "RA_OF_ASC_NODE": 1, "ARG_OF_PERICENTER": 1, "MEAN_ANOMALY": 1, "BSTAR": 0}]),
    "an OMM that is not a number": json.dumps([{
        "NORAD_CAT_ID": 1, "EPOCH": "2026-06-20T12:00:00", "MEAN_MOTION": float("nan"), "ECCENTRICITY": 0.0001,
        "INCLINATION": 51.6, "RA_OF_ASC_NODE": 1, "ARG_OF_PERICENTER": 1, "MEAN_ANOMALY": 1, "BSTAR": 0}]),
    "XML with an entity that unfolds": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    "<ndm>&c;</ndm>",
    "XML that asks for a file": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><ndm>&b;</ndm>',
    "a CSV without its columns": "a,b\n1,2\n",
}  # fmt: skip

_HEAD = "semi_major_axis_km,eccentricity,inclination_deg,raan_deg,arg_perigee_deg,mean_anomaly_deg\n"
TABLES = {
    "empty": "",
    "a head alone": _HEAD,
    "other columns": "x,y\n1,2\n",
    "a column missing": _HEAD.replace(",raan_deg", "") + "7000,0,53,0,0\n",
    "a column twice": _HEAD.replace("raan_deg", "inclination_deg") + "7000,0,53,0,0,0\n",
    "too few numbers": _HEAD + "7000,0,53\n",
    "too many numbers": _HEAD + "7000,0,53,0,0,0,0,0\n",
    "words": _HEAD + "high,0,53,0,0,0\n",
    "not a number": _HEAD + "nan,0,53,0,0,0\n",
    "endless": _HEAD + "inf,0,53,0,0,0\n",
    "inside the Earth": _HEAD + "6000,0,53,0,0,0\n",
    "a hyperbola": _HEAD + "7000,1.5,53,0,0,0\n",
    "an inclination of 999": _HEAD + "7000,0,999,0,0,0\n",
    "null bytes": _HEAD + "\0,0,53,0,0,0\n",
    "not UTF-8": _HEAD.encode() + b"\xff\xff,0,53,0,0,0\n",
    "a quote without end": _HEAD + '"7000,0,53,0,0,0\n',
}
CURVES = {
    "empty": "", "a head alone": "power,throughput\n", "other columns": "a,b\n0,0\n1,1\n",
    "words": "power,throughput\n0.2,0\nhalf,1\n", "three columns": "power,throughput\n0.2,0,1\n1,1,1\n",
    "not a number": "power,throughput\n0.2,0\n0.5,nan\n1,1\n",
    "running backwards": "power,throughput\n0.8,0\n0.2,0.5\n1,1\n",
    "falling": "power,throughput\n0.2,0\n0.5,0.9\n1,0.5\n", "above one": "power,throughput\n0.2,0\n1,2\n",
    "negative": "power,throughput\n-0.2,0\n1,1\n", "null bytes": "power,throughput\n\0,0\n1,1\n",
}  # fmt: skip
HOURS = {
    "empty": "", "a head alone": "hour,usd_per_kwh\n", "other columns": "a,b\n1,2\n",
    "words": "hour,usd_per_kwh\n0,cheap\n",
    "not a number": "hour,usd_per_kwh\n0,nan\n", "null bytes": "\0\0\0",
}  # fmt: skip


def cases():
    """Return {name: function of a folder that writes the files and returns the scenario's path}."""
    found = {}
    for place, values in WRONG.items():
        for what, value in values.items():
            found[f"{dotted(place)}: {what}"] = _tree(changed(place, value))
    for place in MISSING:
        found[f"{dotted(place)}: missing"] = _tree(changed(place, KeyError))
    for place in UNKNOWN:
        found[f"{dotted(place) or 'the whole'}: an unknown key"] = _tree(changed((*place, "no_such_key"), 1))
    for what, content in TEXTS.items():
        found[f"text: {what}"] = _raw(content)
    for what, content in ELEMENT_SETS.items():
        found[f"element sets: {what}"] = _beside("sets.tle", content, ("constellation",), {"element_sets": "sets.tle"})
    table = {"elements": {"file": "table.csv"}}
    for what, content in TABLES.items():
        found[f"elements: {what}"] = _beside("table.csv", content, ("constellation",), table)
    for what, content in CURVES.items():
        found[f"power curve: {what}"] = _beside(
            "curve.csv", content, ("satellite", "compute", "power_curve"), "curve.csv"
        )
    for what, content in HOURS.items():
        found[f"hourly prices: {what}"] = _beside("hours.csv", content, ("sites", 0, "grid"), {"hourly": "hours.csv"})
    for name in ("gone.csv", "/dev/zero", ".", "../../../../../../etc/shadow", "a\0b"):
        found[f"a file that is {name!r}"] = _tree(changed(("satellite", "compute", "power_curve"), name))
    return found


def dotted(place):
    return ".".join(map(str, place))


def _tree(tree):
    return _raw(_text(tree))


def _text(tree):
    """Return a tree as YAML: JSON is, but for numbers that JSON does not have."""
    text = json.dumps(tree)
    return text.replace("NaN", ".nan").replace("-Infinity", "-.inf").replace("Infinity", ".inf").encode()


def _raw(content):
    def write(folder):
        path = folder / "scenario.yaml"
        path.write_bytes(content)
        return path

    return write


def _beside(name, content, place, value):
    def write(folder):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return _tree(changed(place, value))(folder)

    return write
