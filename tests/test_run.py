"""Runs that are stopped and go on: the same bits as a run that was never stopped, and nothing taken on trust."""

import json

import pytest
from bits import assert_same_bits

import orbital_compute as oc
from orbital_compute.errors import ResultsError, StoppedError
from orbital_compute.run import resume, simulate

# every part that keeps something from window to window: failures, ageing, air, soft errors, gangs, lasers, leases
EVERYTHING = {
    "format": 1,
    "name": "everything",
    "seed": 5,
    "time": {"start": "2026-03-20T18:00:00Z", "duration": "15 h", "step": "60 s", "window": "30 min"},
    "constellation": {
        "shells": [
            {"name": "low", "altitude": "575 km", "inclination": "53 deg", "planes": 6, "per_plane": 20},
            {"name": "high", "altitude": "650 km", "local_time_ascending_node": "6 h", "planes": 2, "per_plane": 30},
        ]
    },
    "satellite": {"preset": "starmind_ai1", "age": "2 years"},
    "sites": [{"preset": "colossus_1"}],
    "workload": {"preset": "default", "demand": {"rate": "150 EFLOP/s"}},
    "network": {"lasers": {"rate": "0.2 Gbit/s", "cells": 40, "refresh": "2 h"}},
    "health": {
        "failures": {"satellites": {"infant_share": 1.0, "infant_shape": 0.4, "infant_scale": "0.5 year"}},
        "air": {},
    },
    "lease": [{"preset": "immediate", "site": "colossus_1", "reclaim": "2026-03-21T02:00:00Z"}],
    "events": [
        {"kind": "plane_lost", "shell": "low", "planes": [1, 2], "start": "2026-03-20T20:00:00Z",
         "end": "2026-03-21T03:00:00Z"},
        {"kind": "solar_storm", "factor": 500.0, "start": "2026-03-20T22:00:00Z", "end": "2026-03-21T05:00:00Z"},
    ],
    "output": {"sample": 3},
}  # fmt: skip
WINDOWS = 30


class Stop:
    """Asks a run to stop after so many windows of it."""

    def __init__(self, *after):
        self.after, self.asked = after, 0

    def __call__(self):
        self.asked += 1
        return self.asked in self.after


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "run"
    simulate(EVERYTHING, folder, threads=1).close()
    return folder


@pytest.mark.parametrize("after", [1, 11, 12, 17, WINDOWS])  # before, at and after a new day, and at the end
def test_a_stopped_run_goes_on_with_the_same_bits(whole, tmp_path, after):
    folder = tmp_path / "run"
    with pytest.raises(StoppedError, match=f"stopped after window {after} of {WINDOWS}; go on with: orbital-compute"):
        simulate(EVERYTHING, folder, stop=Stop(after), threads=2)
    results = resume(folder, threads=1)
    assert_same_bits(folder, whole)
    assert results.manifest["resumed_after_windows"] == [after]
    assert all(ledger["closes"] for ledger in results.audit().values())
    results.close()


@pytest.mark.slow
def test_a_run_stopped_after_every_window_has_the_same_bits(whole, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(StoppedError):
        simulate(EVERYTHING, folder, stop=Stop(1))
    for _ in range(1, WINDOWS):
        with pytest.raises(StoppedError):
            resume(folder, stop=Stop(1))
    resume(folder).close()
    assert_same_bits(folder, whole)


def test_a_run_cut_off_at_any_moment_goes_on_from_its_last_checkpoint(whole, tmp_path):
    class CutOffError(Exception):
        pass

    def cut(done, n_window):
        if done == 20:
            raise CutOffError

    folder = tmp_path / "run"
    with pytest.raises(CutOffError):  # as an error of a user's own progress bar would
        simulate(EVERYTHING, folder, progress=cut, checkpoint_s=0.0)
    assert [path.name[:20] for path in folder.glob("checkpoint-*")] == ["checkpoint-000000020"]
    resume(folder).close()
    assert_same_bits(folder, whole)


def test_without_a_checkpoint_a_run_begins_anew(whole, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(StoppedError):
        simulate(EVERYTHING, folder, stop=Stop(9))
    for path in folder.glob("checkpoint-*"):
        path.unlink()
    resume(folder).close()
    assert_same_bits(folder, whole)


def stopped(folder, scenario=EVERYTHING):
    with pytest.raises(StoppedError):
        simulate(scenario, folder, stop=Stop(3))
    return folder


def test_a_damaged_checkpoint_is_refused(tmp_path):
    folder = stopped(tmp_path / "run")
    (path,) = folder.glob("checkpoint-*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=f"{path.name}: its SHA-256 is not that of its name"):
        resume(folder)


def test_a_damaged_shard_is_refused(tmp_path):
    folder = stopped(tmp_path / "run")
    path = folder / "shards" / "axes-000000.h5"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ResultsError, match=r"axes-000000.h5: .* the file is damaged"):
        resume(folder)


def test_other_versions_are_refused(tmp_path):
    folder = stopped(tmp_path / "run")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(manifest))
    with pytest.raises(ResultsError, match=r"begun with numpy 1.0, here .*; go on with the same versions"):
        resume(folder)


def test_changed_input_is_refused(tmp_path):
    curve = tmp_path / "curve.csv"
    curve.write_text("power,throughput\n0.2,0\n0.6,0.7\n1,1\n")
    scenario = oc.load_scenario(EVERYTHING).replace({"satellite.compute.power_curve": str(curve)})
    folder = stopped(tmp_path / "run", scenario)
    curve.write_text("power,throughput\n0.2,0\n0.6,0.8\n1,1\n")
    with pytest.raises(ResultsError, match="power_curve named a file that has changed"):
        resume(folder)


def test_a_folder_takes_one_run_at_a_time(tmp_path):
    folder = tmp_path / "run"

    def meddle(done, n_window):
        with pytest.raises(ResultsError, match="another run writes there"):
            resume(folder)

    with pytest.raises(StoppedError):
        simulate(EVERYTHING, folder, progress=meddle, stop=Stop(2))


def test_a_policy_of_ones_own_has_to_be_given_again(tmp_path):
    def idle(offer):
        return offer.nothing() if hasattr(offer, "nothing") else {}

    folder = stopped(tmp_path / "run")
    with pytest.raises(ResultsError, match=r"begun with the policy of its scenario, not .*idle; give the same"):
        resume(folder, policy=idle)


def test_in_memory_a_stop_is_the_end():
    with pytest.raises(StoppedError, match="in memory, lost"):
        simulate(EVERYTHING, stop=Stop(1))
