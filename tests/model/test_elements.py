"""Real element sets, well formed and mangled."""

import csv
import io
import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sgp4.api import Satrec
from sgp4.io import compute_checksum

import orbital_compute as oc
from orbital_compute.errors import ModelError, ScenarioError
from orbital_compute.model.elements import usable_sets
from orbital_compute.model.tle import _checksum, read_tle

START = datetime(2024, 7, 16, 12, tzinfo=UTC)
MILLIMETRE = 1e-3


def signed(line):
    return line[:68] + str(compute_checksum(line))


def two_lines(number=44057, *, day=198.48520870, inclination=87.9108, node=8.3016, motion=13.16593290, drag=" 12659-3"):
    """Return an element set of a OneWeb-like orbit; angles of the two lines are ours."""
    one = f"1 {number:05d}U 19010A   24{day:012.8f}  .00000061  00000-0 {drag} 0  999"
    two = f"2 {number:05d} {inclination:8.4f} {node:8.4f} 0002163  68.5094 291.6267 {motion:11.8f}25936"
    return signed(one + " "), signed(two + " ")


def write(tmp_path, *lines, name="fleet.tle"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(path, **options):
    with pytest.raises(ScenarioError) as caught:
        oc.Constellation.from_element_sets(path, **options)
    return str(caught.value)


def test_names_comments_and_order_are_kept(tmp_path):
    path = write(
        tmp_path, "# a comment", "ALPHA ONE", *two_lines(44057), "", "0 BETA", *two_lines(103), *two_lines(44058)
    )
    fleet = oc.Constellation.from_tle(path, start=START)
    assert fleet.catalog_number.tolist() == [44057, 103, 44058]
    assert fleet.names == ["ALPHA ONE", "BETA", ""]
    assert not fleet.is_theory
    assert fleet.slot.tolist() == [0, 1, 2]
    assert np.degrees(fleet.inclination_rad) == pytest.approx(87.9108)
    assert fleet.semi_major_axis_m == pytest.approx(7578e3, abs=10e3)  # 1,200 km up
    assert fleet.epoch == START
    assert fleet.warnings == []


def test_positions_are_those_of_sgp4(tmp_path):
    lines = two_lines()
    fleet = oc.Constellation.from_tle(write(tmp_path, *lines), start=START)
    times = np.datetime64("2024-07-16T12:00") + np.array([0, 3600, 86400]).astype("timedelta64[s]")
    r_m = fleet.positions(times)
    other, v_m_s = fleet.ephemeris_teme(START, [0.0, 3600.0, 86400.0])
    record = Satrec.twoline2rv(*lines)
    for k, hours in enumerate((0, 1, 24)):
        error, r_km, v_km_s = record.sgp4(2460508.0, hours / 24)
        assert error == 0
        assert r_m[0, k] == pytest.approx(np.array(r_km) * 1e3, abs=MILLIMETRE)
        assert other[0, k] == pytest.approx(np.array(r_km) * 1e3, abs=MILLIMETRE)
        assert v_m_s[0, k] == pytest.approx(np.array(v_km_s) * 1e3, abs=1e-6)
    share = fleet.illumination(times)
    assert ((share >= 0) & (share <= 1)).all()


def test_a_range_of_rows_and_epoch_of_the_latest_set(tmp_path):
    path = write(tmp_path, *two_lines(1), *two_lines(2, day=199.5), *two_lines(3, node=100.0))
    fleet = oc.Constellation.from_element_sets(path)
    assert fleet.epoch == datetime(2024, 7, 17, 12, tzinfo=UTC)
    whole, part = fleet.ephemeris_teme(fleet.epoch, [0.0, 60.0]), fleet.ephemeris_teme(fleet.epoch, [0.0, 60.0], 1, 3)
    assert np.array_equal(whole[0][1:], part[0])


def changed(line, column, text):
    """Return a line with other text from a column on (from 1), signed anew."""
    return signed(line[: column - 1] + text + line[column - 1 + len(text) :])


ONE, TWO = two_lines()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((ONE[:-1] + str((int(ONE[-1]) + 1) % 10), TWO), "1:69: checksum"),
        ((ONE, TWO[:68] + "x"), "2:69: checksum x does not agree"),
        ((ONE, two_lines(44058)[1]), "2:3: catalogue number 44058 does not match 44057 of line 1"),
        ((ONE[:60], TWO), "1:1: 60 characters, where a line of an element set has 69"),
        ((ONE + "7", TWO), "1:1: 70 characters"),
        ((ONE,), "1:1: line 1 of an element set has no line 2 after it"),
        ((TWO,), "1:1: line 2 of an element set has no line 1 before it"),
        ((ONE, "NAME", TWO), "1:1: line 1 of an element set has no line 2 after it"),
        ((ONE, changed(TWO, 9, " 8x.9108")), "2:9: inclination ' 8x.9108' is no number"),
        ((ONE, changed(TWO, 9, "187.9108")), "2:9: inclination 187.911 lies outside 0 to 180"),
        ((ONE, changed(TWO, 53, "23.16593290")), "2:53: mean motion 23.1659 lies outside"),
        ((ONE, changed(TWO, 53, "        nan")), "2:53: mean motion nan lies outside"),
        ((ONE, changed(TWO, 27, "00o2163")), "2:27: '00o2163' is no number"),
        ((changed(ONE, 54, " 12 5A-3"), TWO), "1:54: "),
        ((changed(ONE, 3, "4#057"), changed(TWO, 3, "4#057")), "1:3: catalogue number '4#057' is not one"),
        ((ONE, TWO, "AGAIN", ONE, TWO), "4:1: catalogue number 44057 stood before, at line 1; keep one set"),
        (("SATÉLLITE", ONE, TWO), "1:1: holds characters that are not ASCII"),
        (("nothing here",), "no element set is in the file"),
    ],
)
def test_mangled_sets_are_refused_with_line_and_column(tmp_path, lines, said):
    text = refusal(write(tmp_path, *lines), start=START)
    assert f"fleet.tle:{said}" in text or f"fleet.tle: {said}" in text


def test_twenty_problems_are_shown_and_the_rest_counted(tmp_path):
    lines = [line for number in range(100, 130) for line in (two_lines(number)[0], two_lines(number + 1000)[1])]
    with pytest.raises(ScenarioError) as caught:
        oc.Constellation.from_tle(write(tmp_path, *lines), start=START)
    assert len(caught.value.problems) == 21
    assert "and 10 more problems" in str(caught.value)
    assert caught.value.problems[0].line == 2


def test_missing_and_empty_files_are_named(tmp_path):
    assert "none.tle: cannot be read: No such file" in refusal(tmp_path / "none.tle")
    assert "cannot be read" in refusal(tmp_path)
    empty = tmp_path / "empty.tle"
    empty.write_text("\n \n")
    assert "empty.tle: the file is empty" in refusal(empty)


def test_letters_in_the_catalogue_number_count_on(tmp_path):
    lines = [changed(line, 3, "B1234") for line in two_lines()]
    assert oc.Constellation.from_tle(write(tmp_path, *lines)).catalog_number.tolist() == [111234]


def test_stale_sets_are_warned_of_and_ancient_ones_refused(tmp_path):
    path = write(tmp_path, *two_lines(1), *two_lines(2, day=150.0))
    fleet = oc.Constellation.from_tle(path, start=START)
    assert len(fleet.warnings) == 1
    assert fleet.warnings[0].startswith("1 of 2 element sets are more than 30 days from the start (at most 48)")
    later = START + timedelta(days=400)
    text = refusal(path, start=later)
    assert "fleet.tle:1:1: elements of 1 lie 400 days from the start, 2025-08-20; at most 365" in text
    allowed = oc.Constellation.from_tle(path, start=later, max_age_days=math.inf)
    assert allowed.n_satellite == 2
    assert "elements of 1 lie 500 days" in refusal(path, start=START - timedelta(days=500))


def test_decayed_satellites_are_left_out_and_named(tmp_path):
    falling = two_lines(77, motion=16.4, drag=" 24476-1")
    path = write(tmp_path, "DOOMED", *falling, *two_lines(44057))
    fleet = oc.Constellation.from_tle(path, start=START, span_s=30 * 86400.0)
    assert fleet.catalog_number.tolist() == [44057]
    assert len(fleet.warnings) == 1
    assert fleet.warnings[0].startswith("77 DOOMED left out: ")
    assert "before the end" in fleet.warnings[0]
    assert oc.Constellation.from_tle(path, start=START).n_satellite == 2
    only = write(tmp_path, *falling, name="only.tle")
    text = refusal(only, start=START, span_s=30 * 86400.0)
    assert "only.tle:1:1: 77 left out: " in text
    assert "no element set is left" in text


def test_a_satellite_that_falls_during_the_run_is_named(tmp_path):
    fleet = oc.Constellation.from_tle(write(tmp_path, *two_lines(77, motion=16.4, drag=" 24476-1")), start=START)
    with pytest.raises(ModelError, match="satellite 77 cannot be followed to Julian date 2460538") as caught:
        fleet.ephemeris_teme(START, [0.0, 30 * 86400.0])
    assert caught.value.value == 77
    with pytest.raises(ModelError, match="satellite 77"):
        fleet.positions(START + timedelta(days=30))


def test_usable_sets_keeps_the_order(tmp_path):
    path = write(tmp_path, *two_lines(9), *two_lines(5), *two_lines(7))
    kept, warnings = usable_sets(read_tle(path), START)
    assert [item.catalog_number for item in kept] == [9, 5, 7]
    assert warnings == []


# Orbit mean-elements messages

MESSAGE = {
    "OBJECT_NAME": "ALPHA",
    "OBJECT_ID": "2019-010A",
    "EPOCH": "2024-07-16T11:38:42.031680",
    "MEAN_MOTION": "13.16593290",
    "ECCENTRICITY": ".0002163",
    "INCLINATION": "87.9108",
    "RA_OF_ASC_NODE": "8.3016",
    "ARG_OF_PERICENTER": "68.5094",
    "MEAN_ANOMALY": "291.6267",
    "EPHEMERIS_TYPE": "0",
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": "44057",
    "ELEMENT_SET_NO": "999",
    "REV_AT_EPOCH": "25936",
    "BSTAR": ".12659E-3",
    "MEAN_MOTION_DOT": ".61E-6",
    "MEAN_MOTION_DDOT": "0",
}


def as_csv(*messages):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(messages[0]))
    writer.writeheader()
    writer.writerows(messages)
    return out.getvalue()


def as_json(*messages):
    return json.dumps([*messages])


def as_kvn(*messages):
    head = "CCSDS_OMM_VERS = 2.0\nCOMMENT by hand\nCENTER_NAME = EARTH\nREF_FRAME = TEME\nMEAN_ELEMENT_THEORY = SGP4\n"
    return "".join(head + "".join(f"{key} = {value}\n" for key, value in one.items()) for one in messages)


def as_xml(*messages):
    body = "".join(
        "<omm><body><segment><metadata><TIME_SYSTEM>UTC</TIME_SYSTEM></metadata><data><meanElements>"
        + "".join(f"<{key}>{value}</{key}>" for key, value in one.items())
        + "</meanElements></data></segment></body></omm>"
        for one in messages
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><ndm>{body}</ndm>'


@pytest.mark.parametrize("form", [as_csv, as_json, as_kvn, as_xml])
def test_all_forms_of_messages_fly_as_the_two_lines_do(tmp_path, form):
    second = MESSAGE | {"NORAD_CAT_ID": "799501234", "OBJECT_NAME": "BETA", "EPOCH": "2024-07-16T11:38:42.03168Z"}
    path = tmp_path / "fleet.omm"
    path.write_text(form(MESSAGE, second))
    fleet = oc.Constellation.from_omm(path, start=START)
    assert fleet.catalog_number.tolist() == [44057, 799501234]  # past the 339,999 that five characters hold
    assert fleet.names == ["ALPHA", "BETA"]
    wanted = oc.Constellation.from_tle(write(tmp_path, *two_lines()), start=START)
    times_s = [0.0, 3600.0, 86400.0]
    # the two epochs differ by their rounding, 1e-8 day: 6 m along the track
    assert np.abs(fleet.ephemeris_teme(START, times_s)[0] - wanted.ephemeris_teme(START, times_s)[0]).max() < 6.5
    assert np.array_equal(*fleet.ephemeris_teme(START, times_s)[0])
    assert np.array_equal(
        oc.Constellation.from_element_sets(path, start=START).positions(START), fleet.positions(START)
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ECCENTRICITY": "1.5"}, "ECCENTRICITY 1.5 lies outside 0 to 0.999999"),
        ({"INCLINATION": "steep"}, "INCLINATION 'steep' is no number"),
        ({"MEAN_MOTION": ""}, "MEAN_MOTION is missing"),
        ({"NORAD_CAT_ID": "A1"}, "NORAD_CAT_ID 'A1' is no catalogue number"),
        ({"EPOCH": "yesterday"}, "EPOCH 'yesterday' is no date; give 2026-06-21T00:00:00.000"),
        ({"MEAN_ELEMENT_THEORY": "DSST"}, "MEAN_ELEMENT_THEORY is DSST, where SGP4 takes SGP4"),
        ({"REF_FRAME": "GCRF"}, "REF_FRAME is GCRF"),
        ({"MEAN_ANOMALY": "NaN"}, "MEAN_ANOMALY nan lies outside"),
    ],
)
def test_mangled_messages_are_refused(tmp_path, change, said):
    path = tmp_path / "fleet.csv"
    path.write_text(as_csv(MESSAGE | {"NORAD_CAT_ID": "1"} | dict.fromkeys(change, ""), MESSAGE | change))
    text = refusal(path, start=START)
    assert f"fleet.csv:3:1: {said}" in text
    path.write_text(as_json(MESSAGE | {"NORAD_CAT_ID": "1"}, MESSAGE | change))
    assert f"fleet.csv: message 2: {said}" in refusal(path, start=START)


def test_doubled_messages_and_broken_files_are_refused(tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text(as_json(MESSAGE, MESSAGE))
    assert "message 2: catalogue number 44057 stood before, at message 1" in refusal(path)
    path.write_text('[{"EPOCH": ')
    assert "fleet.json:1:12: Expecting value" in refusal(path)
    path.write_text("[]")
    assert "no orbit mean-elements message is in the file" in refusal(path)
    path.write_text("[1]")
    assert "message 1: MEAN_MOTION is missing" in refusal(path)
    path.write_text("<ndm><segment></ndm>")
    assert "fleet.json:1:" in refusal(path)
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><ndm/>')
    assert "declares entities" in refusal(path)


@pytest.mark.parametrize(
    "line", ["1 " + "-" * 67, "2 0123456789" + " " * 57, "1 25544U 98067A   24198.5-.00000123" + "9" * 35]
)
def test_checksum_is_that_of_the_sgp4_library(line):
    assert _checksum(line) == compute_checksum(line)
