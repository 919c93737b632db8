"""Runs killed at any time and at any write, whole and torn: no acknowledged window is lost, and no bit is another."""

import json
import os
import signal
import time

import numpy as np
import pytest
from bits import assert_same_bits
from size import FULL
from trust.den import Den

from orbital_compute.store.check import check_folder

N_KILL = 240 if FULL else 30
EVERY = 1 if FULL else 10
KILLED, DONE, FAILED = signal.SIGKILL, 0, 1 << 8  # wait statuses

N_SIGNAL = 120 if FULL else 20
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def den(tmp_path_factory):
    made = Den(tmp_path_factory.mktemp("den"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole(den, tmp_path_factory):
    """A run that nobody disturbs; how long it takes, and how many writes."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    den.order("run", folder.with_name("first"))
    count = folder.with_name("count")
    began_s = time.monotonic()
    answer = den.order("run", folder, environment={"FAULT_PATH": str(folder), "FAULT_COUNT": str(count)})
    assert (answer["status"], answer["acknowledged"], answer["error"]) == (DONE, 10, None)
    return folder, time.monotonic() - began_s, int(count.read_text())


def brought_to_its_end(den, folder, acknowledged, whole):
    """Resume a folder whose run died, and compare it; return the windows lost of those that were acknowledged."""
    if not (folder / "manifest.json").exists():  # it died before there was a run
        assert acknowledged == 0
        assert den.order("run", folder)["status"] == DONE
    else:
        assert check_folder(folder).problems == ()
        answer = den.order("resume", folder)
        assert (answer["status"], answer["error"]) == (DONE, None)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert_same_bits(folder, whole)
    assert not list(folder.glob("*.part"))
    return max(acknowledged - (manifest["resumed_after_windows"] or [10])[-1], 0)


def test_killed_at_random_times(den, whole, tmp_path):
    reference, duration_s, _ = whole
    random = np.random.default_rng(7)
    lost = killed = 0
    for k in range(N_KILL):
        folder = tmp_path / f"run{k}"
        windows, after_s = int(random.integers(11)), random.uniform(0.0, 0.2 * duration_s)
        answer = den.order("run", folder, kill_after_windows=windows, kill_after_s=after_s)
        assert answer["status"] in (KILLED, DONE)
        killed += answer["status"] == KILLED
        lost += brought_to_its_end(den, folder, answer["acknowledged"], reference)
    print(f"\n{killed} of {N_KILL} runs killed at random times: {lost} acknowledged windows lost, 0 differing bits")
    assert killed > 0.7 * N_KILL
    assert lost == 0


@pytest.mark.parametrize("torn", [False, True])
def test_killed_at_every_write(den, whole, tmp_path, torn):
    reference, _, n_write = whole
    lost = 0
    kills = range(1, n_write + 1, EVERY)
    for k in kills:
        folder = tmp_path / f"run{k}"
        fault = {"FAULT_PATH": str(folder), "FAULT_KILL": str(k), "FAULT_TEAR": str(int(torn))}
        answer = den.order("run", folder, environment=fault)
        assert answer["status"] == KILLED
        lost += brought_to_its_end(den, folder, answer["acknowledged"], reference)
    how = "in the middle of" if torn else "before"
    print(f"\n{len(kills)} runs killed {how} a write, of {n_write}: {lost} acknowledged windows lost, 0 differing bits")
    assert lost == 0


@pytest.mark.parametrize(("fault", "what"), [("FAULT_FULL", "No space left on device"), ("FAULT_IO", "Input/output")])
def test_an_error_at_every_write_is_told_and_leaves_a_run_that_goes_on(den, whole, tmp_path, fault, what):
    reference, _, n_write = whole
    kills = range(1, n_write + 1, EVERY)
    for k in kills:
        folder = tmp_path / f"run{k}"
        answer = den.order("run", folder, environment={"FAULT_PATH": str(folder), fault: str(k)})
        assert answer["status"] == FAILED, (k, answer)
        assert answer["error"]["type"] in ("ResultsError", "ScenarioError")
        assert what in answer["error"]["text"]
        assert "make room" in answer["error"]["text"]
        brought_to_its_end(den, folder, answer["acknowledged"], reference)
    print(f"\n{len(kills)} runs with an error ({what}) at a write: one message each, all resumed, 0 differing bits")


def test_signals_are_noticed_at_once_and_leave_a_run_that_goes_on(den, whole, tmp_path):
    reference, _, _ = whole
    random = np.random.default_rng(3)
    noticed_s, ended_s, stopped = [], [], 0
    for k in range(N_SIGNAL):
        folder = tmp_path / f"run{k}"
        answer = den.order(
            "command", folder, signal=int(SIGNALS[k % 3]), kill_after_windows=int(random.integers(1, 7)),
            kill_after_s=random.uniform(0.0, 0.003),
        )  # fmt: skip
        code = os.waitstatus_to_exitcode(answer["status"])
        assert code in (0, 75)
        if code == 0:  # it came when the last window was done
            continue
        stopped += 1
        noticed_s.append(answer["noticed_s"])
        ended_s.append(answer["ended_s"])
        assert brought_to_its_end(den, folder, answer["acknowledged"], reference) == 0
    at_99 = [float(np.quantile(times_s, 0.99)) for times_s in (noticed_s, ended_s)]
    print(f"\n{stopped} of {N_SIGNAL} runs stopped by a signal, all resumed, 0 differing bits; "
          f"noticed within {at_99[0]:.3f} s, ended within {at_99[1]:.2f} s (99 %)")  # fmt: skip
    assert stopped > 0.5 * N_SIGNAL
    assert at_99[0] < 1.0
    assert at_99[1] < 5.0
