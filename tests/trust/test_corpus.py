"""Bad inputs by the hundred, and fuzzed ones by the thousand: refused in words, at once, in little memory."""

import resource
import time
import traceback
from pathlib import Path

import numpy as np
import pytest
from size import FULL
from trust.corpus import BASE, _text, cases

from orbital_compute.errors import ScenarioError, WontFitError
from orbital_compute.scenario.build import build
from orbital_compute.scenario.files import check_files
from orbital_compute.scenario.load import load_scenario

N_FUZZED = 100_000 if FULL else 2_000
LONGEST_S = 1.0
MOST_BYTES = 200_000_000
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def taken(path):
    """Return what a scenario's reading came to: None if it was accepted, or the refusal."""
    try:
        scenario = load_scenario(path)
        check_files(scenario)
        build(scenario)
    except (ScenarioError, WontFitError) as error:
        return error
    return None


def peak_bytes():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warm")
    path = folder / "s.yaml"
    path.write_bytes(_text(BASE))
    assert taken(path) is None  # what the cases spoil is right


@pytest.mark.parametrize(("name", "write"), cases().items(), ids=list(cases()))
def test_a_bad_input_is_refused(tmp_path, name, write, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = write(inside)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(inside)
    start_bytes, began_s = peak_bytes(), time.process_time()
    error = taken(path)
    took_s = time.process_time() - began_s
    assert error is not None, f"{name}: accepted"
    text = str(error)
    assert len(text) < 20_000
    assert "Traceback" not in text
    assert "\x1b" not in text
    assert "\0" not in text
    assert took_s < LONGEST_S
    assert peak_bytes() - start_bytes < MOST_BYTES
    assert sorted(tmp_path.rglob("*")) == before


def test_there_are_three_hundred_of_them():
    print(f"\n{len(cases())} bad inputs")
    assert len(cases()) >= 300


BAD = [
    "nan", "inf", "-1", "1e999", "''", "[]", "{}", "*x", "&x", "<<", "!!int", "\0", "\x1b[0m", "0x", "9" * 400, "km",
    "- ", ": ", "\t", "\n", "true", "null", "é", "١", "\u202e", "2026-13-45", "../..", "%", "#", "'", '"',
]  # fmt: skip


def fuzzed(text, random):
    """Return a text with a few changes: letters changed, taken out or doubled, pieces moved, bad words put in."""
    for _ in range(int(random.integers(1, 4))):
        at, kind = int(random.integers(len(text) + 1)), int(random.integers(5))
        if kind == 0:
            text = text[:at] + chr(int(random.integers(1, 0x2FF))) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[at + int(random.integers(1, 40)) :]
        elif kind == 2:
            text = text[:at] + BAD[int(random.integers(len(BAD)))] + text[at:]
        elif kind == 3:
            piece = text[at : at + int(random.integers(1, 60))]
            to = int(random.integers(len(text) + 1))
            text = text[:to] + piece + text[to:]
        else:
            words = text.split(" ")
            words[int(random.integers(len(words)))] = BAD[int(random.integers(len(BAD)))]
            text = " ".join(words)
    return text


@pytest.mark.slow
def test_fuzzed_scenarios_are_refused_in_words_or_accepted(tmp_path):
    random = np.random.default_rng(11)
    shipped = [path.read_text(encoding="utf-8") for path in sorted(SCENARIOS.glob("*.yaml"))]
    path = tmp_path / "s.yaml"
    refused, longest_s, start_bytes = 0, 0.0, peak_bytes()
    for _ in range(N_FUZZED):
        text = fuzzed(shipped[int(random.integers(len(shipped)))], random)
        path.write_text(text, encoding="utf-8")
        began_s = time.process_time()
        try:
            load_scenario(path)
        except ScenarioError:
            refused += 1
        except Exception:
            pytest.fail(f"{traceback.format_exc()}\n{text}")
        longest_s = max(longest_s, time.process_time() - began_s)
    grown = peak_bytes() - start_bytes
    print(
        f"\n{N_FUZZED} fuzzed: {refused} refused, the others accepted; longest {longest_s:.2f} s, {grown / 1e6:.0f} MB"
    )
    assert longest_s < LONGEST_S
    assert grown < MOST_BYTES
    assert refused > N_FUZZED / 4
    assert [file.name for file in tmp_path.iterdir()] == ["s.yaml"]
