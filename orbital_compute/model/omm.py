"""Reading Orbit Mean-Elements Messages (CCSDS 502.0-B), as CSV, JSON, XML or KVN."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..errors import Problem, ScenarioError
from .elements import ElementSet, at, doubled, raise_problems, read_text
from .frames import DAY_S

SGP4_EPOCH = np.datetime64("1949-12-31", "ns")
SGP4_LARGEST_NUMBER = 339999  # what the library's five characters hold; our own numbers are int64
# our name of the field, least and largest value
OMM_FIELDS = {
    "MEAN_MOTION": (1e-9, 20.0),
    "ECCENTRICITY": (0.0, 0.999999),
    "INCLINATION": (0.0, 180.0),
    "RA_OF_ASC_NODE": (-360.0, 360.0),
    "ARG_OF_PERICENTER": (-360.0, 360.0),
    "MEAN_ANOMALY": (-360.0, 360.0),
    "BSTAR": (-10.0, 10.0),
}
OMM_RATES = {"MEAN_MOTION_DOT": (-10.0, 10.0), "MEAN_MOTION_DDOT": (-10.0, 10.0)}  # SGP4 does not use them
OMM_FIXED = {"MEAN_ELEMENT_THEORY": "SGP4", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "CENTER_NAME": "EARTH"}


def read_omm(path: str | Path) -> list[ElementSet]:
    """Return the sets of a file of Orbit Mean-Elements Messages (CCSDS 502.0): CSV, JSON, XML or KVN."""
    return _omm_sets(read_text(path), str(path))


def _omm_sets(text: str, source: str) -> list[ElementSet]:
    first = text.lstrip()[:1]
    if first == "<":
        messages: Callable = _xml_messages
    elif first in ("[", "{"):
        messages = _json_messages
    elif text.lstrip().startswith("CCSDS_OMM_VERS"):
        messages = _kvn_messages
    else:
        messages = _csv_messages
    problems: list[Problem] = []
    sets: list[ElementSet] = []
    for record, (line, fields) in enumerate(messages(text, source), 1):
        place = Problem("", "" if line else f"message {record}", source=source, line=line, column=1)
        item, faults = _omm_set(fields, place)
        problems += faults
        if item is not None:
            sets.append(item)
    if not sets and not problems:
        problems.append(Problem("no orbit mean-elements message is in the file", source=source))
    raise_problems(problems + doubled(sets))
    return sets


def _csv_messages(text: str, source: str) -> Iterator[tuple[int, dict]]:
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        yield reader.line_num, row


def _json_messages(text: str, source: str) -> Iterator[tuple[int, dict]]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(Problem(error.msg, source=source, line=error.lineno, column=error.colno)) from error
    for message in data if isinstance(data, list) else [data]:
        yield 0, message if isinstance(message, dict) else {}


def _xml_messages(text: str, source: str) -> Iterator[tuple[int, dict]]:
    from xml.etree import ElementTree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities could be made to fill the memory
        raise ScenarioError(Problem("declares entities, which an OMM does not", source=source, cure="leave them out"))
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise ScenarioError(Problem(f"is no XML: {error.msg}", source=source, line=line, column=column)) from error
    for segment in root.iter("segment"):
        yield 0, {part.tag: part.text for part in segment.iter() if len(part) == 0}


def _kvn_messages(text: str, source: str) -> Iterator[tuple[int, dict]]:
    start = 0
    fields: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key, _, value = (part.strip() for part in line.partition("="))
        if key == "CCSDS_OMM_VERS":
            if fields:
                yield start, fields
            start, fields = number, {}
        elif value and not key.startswith("COMMENT"):
            fields[key] = value.split("[")[0].strip()  # units may follow in brackets
    if fields:
        yield start, fields


def _omm_set(fields: dict, place: Problem) -> tuple[ElementSet | None, list[Problem]]:
    """Return the element set of one message, or None, and its faults."""
    from sgp4.api import WGS72, Satrec

    problems = []
    for key, wanted in OMM_FIXED.items():
        stated = str(fields.get(key) or wanted).strip().upper().replace("SGP/SGP4", "SGP4")
        if stated != wanted:
            problems.append(at(place, f"{key} is {stated}, where SGP4 takes {wanted}"))
    value = {}
    for key, (low, high) in (OMM_FIELDS | OMM_RATES).items():
        given = fields.get(key)
        if given in (None, ""):
            value[key] = 0.0
            if key in OMM_FIELDS:
                problems.append(at(place, f"{key} is missing"))
            continue
        try:
            value[key] = float(given)
        except (TypeError, ValueError):
            problems.append(at(place, f"{key} {given!r} is no number"))
            continue
        if not low <= value[key] <= high:
            problems.append(at(place, f"{key} {value[key]:g} lies outside {low:g} to {high:g}"))
    number, epoch = str(fields.get("NORAD_CAT_ID") or "").strip(), _omm_epoch(fields.get("EPOCH"))
    if not number.isdigit():
        problems.append(at(place, f"NORAD_CAT_ID {number!r} is no catalogue number"))
    if epoch is None:
        problems.append(at(place, f"EPOCH {fields.get('EPOCH')!r} is no date", cure="give 2026-06-21T00:00:00.000"))
    if problems or epoch is None:
        return None, problems
    day_rad = 2 * np.pi / 1440.0  # revolutions a day to radians a minute
    record = Satrec()
    record.sgp4init(
        WGS72,
        "i",
        int(number) if int(number) <= SGP4_LARGEST_NUMBER else 0,
        epoch,
        value["BSTAR"],
        value["MEAN_MOTION_DOT"] * day_rad / 1440.0,
        value["MEAN_MOTION_DDOT"] * day_rad / 1440.0**2,
        value["ECCENTRICITY"],
        *np.radians([value["ARG_OF_PERICENTER"], value["INCLINATION"], value["MEAN_ANOMALY"]]).tolist(),
        value["MEAN_MOTION"] * day_rad,
        float(np.radians(value["RA_OF_ASC_NODE"])),
    )
    return ElementSet(int(number), str(fields.get("OBJECT_NAME") or "").strip(), record, place), []


def _omm_epoch(given) -> float | None:
    """Return days since SGP4's own epoch, the last of December 1949; None for no date."""
    try:
        epoch = np.datetime64(str(given or "").strip().removesuffix("Z"), "ns")
    except ValueError:
        return None
    return None if np.isnat(epoch) else float((epoch - SGP4_EPOCH) / np.timedelta64(1, "ns") / (DAY_S * 1e9))


def looks_like_omm(text: str) -> bool:
    """Return whether a text begins as an OMM does, in any of its four forms."""
    first = text.lstrip()
    return first.startswith(("<", "[", "{", "CCSDS_OMM_VERS")) or "MEAN_MOTION" in first.partition("\n")[0]
