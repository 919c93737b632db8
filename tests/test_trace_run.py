"""Traces in a run: all that was recorded arrives, ledgers close, and a run goes on where it was left."""

from pathlib import Path

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.report.page import page
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "reference" / "workload"
SHORT = {"time.duration": "40 min", "constellation.shells[0].planes": 2, "constellation.shells[0].per_plane": 5}


@pytest.fixture(scope="module")
def scenario():
    return oc.load_scenario(ROOT / "scenarios" / "trace_replay.yaml").replace(SHORT)


@pytest.fixture(scope="module")
def results(scenario):
    return simulate(scenario)


def rows(length_s):
    """Return tokens of the requests of the first seconds of the shipped trace: int[n, 2], by numpy alone."""
    table = np.genfromtxt(
        ROOT / "scenarios/data/requests.csv", delimiter=",", skip_header=1, dtype=None, encoding="ascii"
    )
    moment = np.array([row[0] for row in table], "datetime64[us]")
    inside = (moment - moment[0]) < np.timedelta64(length_s, "s")
    return np.array([[row[1], row[2]] for row in table])[inside]


def test_all_that_was_recorded_arrives(results):
    data, tokens = results.dataset, rows(2400)
    arrived = data["arrived"].sel(job_class="interactive")
    assert int(arrived.sum()) == int(data["trace_requests"].sel(trace="assistant").sum()) == 50_000 * len(tokens)
    for name, column in (("trace_tokens_in", 0), ("trace_tokens_out", 1)):
        assert int(data[name].sel(trace="assistant").sum()) == 50_000 * tokens[:, column].sum()
    assert int(data["arrived"].sel(job_class="agent").sum()) == 0
    by_region = arrived.sum("time").to_series()
    assert by_region[by_region > 0].to_dict() == pytest.approx(
        {"north_america": 0.5 * int(arrived.sum()), "western_europe": 0.375 * int(arrived.sum()),
         "japan_and_korea": 0.125 * int(arrived.sum())}, abs=2,
    )  # fmt: skip


def test_every_ledger_closes(results):
    assert all(ledger["closes"] for ledger in results.audit().values())
    assert results.summary()["requests_residual"]["value"] == 0


def test_work_is_that_of_the_tokens(results):
    """2 x 70.6e9 FLOP/0.3 a token: at these contexts decoding waits for arithmetic."""
    data = results.dataset
    tokens = float(data["trace_tokens_in"].sel(trace="assistant").sum() + data["trace_tokens_out"][:, 0].sum())
    assert float(data["trace_flop"].sel(trace="assistant").sum()) == pytest.approx(1.412e11 / 0.3 * tokens, rel=1e-12)


def test_the_report_shows_what_came_in(results):
    text = page(results)
    assert "Recorded requests" in text
    assert "trace assistant replays 1,800 rows of data/requests.csv" in text


def test_twice_the_rate_is_twice_the_requests(scenario, results):
    double = simulate(scenario.replace({"workload.traces.assistant.rate_scale": 100_000, "time.duration": "10 min"}))
    for name in ("trace_requests", "trace_tokens_in", "trace_tokens_out"):
        assert np.array_equal(double.dataset[name].values[:, 0], 2 * results.dataset[name].values[:2, 0])


def test_a_run_goes_on_where_it_was_left(scenario):
    model = build(scenario)
    one, other = Simulation(model, threads=1), Simulation(model, threads=1)
    try:
        for _ in range(3):
            one.step()
        other.restore(one.state())
        due, found = one.step(), other.step()
        for name in ("arrived", "served", "queued", "trace_tokens_in", "under_way_flop", "arc_use_bit"):
            assert np.array_equal(due[name], found[name]), name
    finally:
        one.close()
        other.close()


@pytest.mark.beside
def test_a_public_trace_arrives_row_by_row(scenario):
    """8,819 requests within 3,436 s (trace_statistics.json), on its own clock."""
    own = {
        "time.start": "2023-11-16T18:00:00Z", "time.duration": "80 min",
        "workload.traces": {"azure": {"file": str(REFERENCE / "azure_llm_2023_code.csv"), "start": "own",
                                      "job_class": "interactive"}},
    }  # fmt: skip
    data = simulate(scenario.replace(own)).dataset
    assert int(data["arrived"].sum()) == 8819
    assert int(data["trace_tokens_in"].sum()) == 18_059_974
    assert int(data["trace_tokens_out"].sum()) == 245_896
    assert data["arrived"].sum(["job_class", "region"]).values[:3].tolist() == [0, 0, 0]  # it begins at 18:17


def test_the_shipped_files_are_what_their_script_makes():
    script = ROOT / "scenarios" / "data" / "make_traces.py"
    names: dict = {"__file__": str(script), "__name__": "made"}
    exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), names)  # the script that is shipped
    for name, made in (("requests.csv", "request_lines"), ("pods.csv", "pod_lines")):
        assert (script.parent / name).read_text(encoding="ascii").splitlines() == names[made]()
