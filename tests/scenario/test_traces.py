"""Traces of a scenario: classes by their mean request, and what is refused with its place."""

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.kernels.traces import WEIGHT_UNIT
from orbital_compute.model.trace_rows import SCALE_UNIT
from orbital_compute.scenario.build import build
from orbital_compute.scenario.files import check_files
from orbital_compute.scenario.load import load_scenario

SMALL = {
    "format": 1,
    "name": "small",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {"walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 2, "per_plane": 2}},
    "satellite": {"preset": "starmind_ai1"},
}
HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
PODS = "num_gpu,gpu_milli,creation_time,deletion_time,scheduled_time\n2,1000,0,500,100\n1,500,10,30,10\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "dated.csv").write_text(HEAD + "2026-06-20 23:50:00,100,10\n2026-06-21 00:10:00,300,30\n")
    (tmp_path / "numbered.csv").write_text(HEAD + "5,100,10\n65,300,30\n")
    (tmp_path / "wrong.csv").write_text(HEAD + "5,100,10\n65,-3,30\n")
    (tmp_path / "pods.csv").write_text(PODS)
    return tmp_path


def scenario(files, **trace):
    trace = {"file": str(files / trace.pop("file", "numbered.csv")), "job_class": "interactive", **trace}
    return load_scenario({**SMALL, "workload": {"preset": "default", "traces": {"log": trace}}})


def refused(files, **trace):
    with pytest.raises(ScenarioError) as caught:
        build(scenario(files, **trace))
    return str(caught.value)


def test_a_class_has_the_mean_tokens_of_its_trace(files):
    model = build(scenario(files, rate_scale=2.5, regions={"china": 1.0, "brazil": 3.0}))
    job, (spec,) = model.workload.classes[0], model.traces
    assert (job.name, job.tokens_in, job.tokens_out) == ("interactive", 200.0, 20.0)
    assert spec.scale_units == 2.5 * SCALE_UNIT
    share = dict(zip(model.workload.region_names, (spec.weight / WEIGHT_UNIT).tolist(), strict=True))
    assert {name: part for name, part in share.items() if part} == {"china": 0.25, "brazil": 0.75}
    assert any("trace log replays 2 rows" in text and "tokens_in 400" in text for text in model.warnings)


def test_a_trace_may_keep_its_own_clock(files):
    (spec,) = build(scenario(files, file="dated.csv", start="own", delay="60 s")).traces
    assert spec.begin_s == pytest.approx(-540.0)
    (spec,) = build(scenario(files, file="dated.csv", repeat=True, time_scale=0.5)).traces
    assert (spec.begin_s, spec.period_s) == (0.0, 1200.0)


def test_pods_are_work_of_a_stated_device(files):
    model = build(scenario(files, file="pods.csv", form="alibaba", job_class="batch", gpu={"device": "h100"}))
    batch = model.workload.classes[2]
    assert batch.flop_per_request == pytest.approx(0.989e15 * (2 * 400 + 0.5 * 20) / 2)


def test_two_traces_of_one_class_weigh_by_their_requests(files):
    one = {"file": str(files / "numbered.csv"), "job_class": "agent"}
    two = {**one, "file": str(files / "dated.csv"), "rate_scale": 3.0}
    tree = {**SMALL, "workload": {"preset": "default", "traces": {"one": one, "two": two}}}
    (files / "dated.csv").write_text(HEAD + "1,1000,10\n")
    assert build(load_scenario(tree)).workload.classes[1].tokens_in == pytest.approx((400 + 3 * 1000) / (2 + 3))
    mixed = {**one, "file": str(files / "pods.csv"), "form": "alibaba", "gpu": {"device": "h100"}, "job_class": "batch"}
    tree["workload"]["traces"] = {"one": {**one, "job_class": "batch"}, "two": mixed}
    with pytest.raises(ScenarioError, match="requests of different kinds"):
        build(load_scenario(tree))


@pytest.mark.parametrize(
    ("trace", "says"),
    [
        ({"file": "wrong.csv"}, "wrong.csv:3:1: workload.traces.log.ContextTokens: -3 is below 0"),
        ({"file": "none.csv"}, "there is no file"),
        ({"job_class": "chat"}, "there is no class 'chat'"),
        ({"job_class": "training"}, "its class is of the kind training"),
        ({"regions": {"mars": 1.0}}, "there is no region 'mars'"),
        ({"regions": {"china": 0.0}}, "the weights of its regions sum to zero"),
        ({"rate_scale": 0.0}, "is not above 0"),
        ({"rate_scale": 1e-10}, "has more decimals"),
        ({"rate_scale": 1 / 3}, "has more decimals"),
        ({"rate_scale": 1e10}, "is above 1e+09"),
        ({"form": "alibaba", "file": "pods.csv", "job_class": "batch"}, "a list of pods needs gpu"),
        ({"gpu": {"device": "h100"}}, "the form azure has no gpu"),
        ({"form": "alibaba", "file": "pods.csv", "gpu": {"device": "h100"}}, "its class is of the kind interactive"),
        ({"start": "own"}, "its times are no dates"),
        ({"start": "own", "form": "mooncake"}, "the form mooncake has no dates"),
        ({"delay": "2 h"}, "its requests come 7200 to 7260 s after the start of the run"),
        ({"until": "2026-06-20"}, "after the start of the run"),
        ({"file": "pods.csv"}, "there is no column TIMESTAMP"),
    ],
)
def test_nonsense_is_refused(files, trace, says):
    assert says in refused(files, **trace)


def test_a_trace_of_one_moment_cannot_repeat(files):
    (files / "numbered.csv").write_text(HEAD + "5,100,10\n")
    assert "all its requests come at one time" in refused(files, repeat=True)


def test_a_surge_leaves_it_as_it_was_recorded(files):
    surge = {"kind": "demand_surge", "factor": 3.0, "start": "2026-06-21T00:10:00Z"}
    model = build(scenario(files).replace({"events": [surge]}))
    assert any("leaves trace log as it was recorded" in text for text in model.warnings)


def test_its_file_is_among_those_that_validate_looks_for(files):
    with pytest.raises(ScenarioError, match=r"workload\.traces\.log\.file"):
        check_files(scenario(files, file="none.csv"))
