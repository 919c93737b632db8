"""Bad scenarios: each fault one readable problem, in the order of the file, with place, limit and cure."""

import time

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.load import load_scenario

TEXT = """\
format: 1
name: small
seed: 1
time: {start: 2026-06-21T00:00:00Z, duration: 1 h}
constellation:
  shells:
    - altitude: 650 km
      inclination: 53 deg
      planes: 2
      per_plane: 3
    - {altitude: 600 km, local_time_ascending_node: 6 h, planes: 2, per_plane: 4}
satellite:
  preset: starmind_ai1
sites:
  - preset: colossus_1
workload:
  preset: default
  demand: {share: 0.5}
"""


def problems(tmp_path, text, *overrides):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides=overrides)
    return [str(problem).replace(str(path), "s.yaml") for problem in caught.value.problems]


def test_the_scenario_that_the_others_spoil_is_right(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT, encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.constellation.shells[0].altitude == 650e3
    assert scenario.n_satellite == 14
    assert scenario.time.step == 60.0
    assert scenario.folder == tmp_path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("650 km", "550 kg", "s.yaml:7:17: constellation.shells[0].altitude: '550 kg' has a unit of the wrong kind"),
        ("650 km", "650", "s.yaml:7:17: constellation.shells[0].altitude: 650 has no unit; write it with its unit"),
        ("650 km", "-5 km", "-5 km is below 160 km"),
        ("650 km", "40 km", "constellation.shells[0].altitude: 40 km is below 160 km, where no orbit holds; raise it."),
        ("650 km", "60000 km", "60000 km is above 50000 km; lower it"),
        ("650 km", ".nan", "nan is not a finite number"),
        ("650 km", "nan km", "'nan km' is not a finite number"),
        (
            "altitude: 650",
            "altitud: 650",
            "s.yaml:7:7: constellation.shells[0].altitud: unknown key; the nearest is 'altitude'",
        ),
        ("      inclination: 53 deg\n", "", "inclination is missing; give it, or local_time_ascending_node"),
        (
            "53 deg",
            "53 deg\n      eccentricity: 2",
            "2 is above 0.02, where the orbit theory ends; give such orbits as element_sets",
        ),
        ("53 deg", "53 deg\n      eccentricity: -0.1", "-0.1 is below 0"),
        ("planes: 2\n", "planes: 0\n", "shells[0].planes: 0 is below 1; raise it"),
        ("per_plane: 3", "per_plane: 0", "shells[0].per_plane: 0 is below 1"),
        ("per_plane: 3", "per_plane: 2.5", "2.5 is not a whole number"),
        ("per_plane: 3", "per_plane: yes", "'yes' is not a whole number"),
        ("per_plane: 3", "per_plane: 3\n      in_plane_spacing: 20000 km", "is above 1000 km"),
        ("per_plane: 3", "per_plane: 300\n      in_plane_spacing: 900 km", "are longer than the orbit"),
        ("6 h", "25:00", "'25:00' is no time of day"),
        (
            "6 h, planes",
            "6 h, inclination: 98 deg, planes",
            "shells[1].inclination: local_time_ascending_node is given too",
        ),
        ("600 km", "6000 km", "no sun-synchronous orbit exists at 6000 km"),
        (
            "duration: 1 h",
            "end: 2026-06-20T00:00:00Z",
            "s.yaml:4:42: time.end: the end 2026-06-20T00:00:00Z is not after the start",
        ),
        ("duration: 1 h", "duration: 1 h, end: 2026-06-22", "duration is given too"),
        (", duration: 1 h", "", "duration is missing; give it, or an end"),
        ("duration: 1 h", "duration: 3 days, every: 5 days", "the run of 3 days is shorter than every"),
        ("duration: 1 h", "duration: 9 days, every: 36 h", "one day of each 1.5 days is no calendar; take 2 days"),
        ("duration: 1 h", "duration: 9 days, every: 1 h", "1 h is below 1 day"),
        (
            "duration: 1 h",
            "duration: 1001 s",
            "1001 s are not a whole number of windows of 300 s; take 900 s or 1200 s",
        ),
        (
            "duration: 1 h",
            "duration: 1 h, step: 70 s",
            "300 s are not a whole number of steps of 70 s; take 280 s or 350 s",
        ),
        ("duration: 1 h", "duration: 1 min", "take 300 s"),
        ("2026-06-21T00:00:00Z", "soon", "time.start: 'soon' is not a moment in time"),
        ("2026-06-21T00:00:00Z", "1850-01-01", "the year 1850 is outside 1960 to 2099"),
        ("format: 1", "format: 2", "format: 2 is not the format that this version reads; write 1"),
        ("format: 1\n", "", "format: format is missing"),
        ("name: small", "name: ../../etc", "name: '../../etc' will not do"),
        ("seed: 1", "seed: -1", "seed: -1 is below 0"),
        (
            "satellite:\n  preset: starmind_ai1",
            "satellite: [starmind_ai1]",
            "satellite: a list stands where a map should be",
        ),
        ("sites:\n  - preset: colossus_1", "sites: {preset: colossus_1}", "sites: a map stands where a list should be"),
        (
            "starmind_ai1",
            "starmind_ai",
            "no preset of satellites is called 'starmind_ai'; the nearest is 'starmind_ai1'",
        ),
        ("satellite:\n  preset: starmind_ai1\n", "", "satellite is missing"),
        ("preset: starmind_ai1", "{mass: 1 kg}", "satellite.array: array is missing; give it (or name a preset)"),
        ("demand: {share: 0.5}", "demand: {share: 0.5, rate: 1 EFLOP/s}", "demand needs one of share and rate"),
        (
            "planes: 2, per",
            "satellite: other, planes: 2, per",
            "there is no satellite 'other'; give satellite: one of starmind_ai1",
        ),
    ],
)  # fmt: skip
def test_one_fault_is_one_problem_with_its_place_and_cure(tmp_path, old, new, says):
    assert old in TEXT
    found = problems(tmp_path, TEXT.replace(old, new, 1))
    assert any(says in problem for problem in found), found
    assert all(problem.startswith("s.yaml:") for problem in found)


def test_all_faults_come_together_in_the_order_of_the_file(tmp_path):
    spoiled = TEXT.replace("650 km", "40 km").replace("600 km", "600").replace("53 deg", "53 dag")
    found = problems(tmp_path, spoiled.replace("seed: 1", "sed: 1"))
    assert [problem.split(": ")[0] for problem in found] == ["s.yaml:3:1", "s.yaml:7:17", "s.yaml:8:20", "s.yaml:11:18"]
    assert found[0] == "s.yaml:3:1: sed: unknown key; the nearest is 'seed'."


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "events: [{kind: moon_lost, rows: [1], start: 2026-06-21}]",
            "the event 'moon_lost' is not available in this version; there are attitude_loss, cell_string_lost",
        ),
        ("policy: lottery", "'lottery' is no policy; there are optimal, price, greedy, round_robin and user"),
    ],
)
def test_what_comes_later_is_refused_and_not_passed_over(tmp_path, line, says):
    assert says in problems(tmp_path, TEXT + line + "\n")[0]


def test_what_comes_later_may_stand_empty(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT + "lease: []\nevents: []\npolicy: optimal\n", encoding="utf-8")
    assert load_scenario(path).policy == "optimal"


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "42\n"])
def test_what_is_no_map_is_refused(tmp_path, text):
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert "stands where a map should be" in found[0]


def test_a_million_shells_are_refused_at_once(tmp_path):
    head = "format: 1\nname: x\nconstellation:\n  shells:\n"
    started = time.perf_counter()
    assert "too large" in problems(tmp_path, head + "    - {altitude: 550 km}\n" * 1_000_000)[0]
    assert "more than 10,000 entries" in problems(tmp_path, head + "    - {}\n" * 20_000)[0]
    with pytest.raises(ScenarioError, match="the list has 1,000,000 entries") as caught:
        load_scenario({"format": 1, "constellation": {"shells": [{}] * 1_000_000}})
    assert len(str(caught.value)) < 300
    assert time.perf_counter() - started < 10.0


def test_many_faults_are_cut_to_a_readable_number(tmp_path):
    shells = "    - {altitude: 1 km, inclination: 53 deg, planes: 1, per_plane: 1}\n" * 200
    text = f"{TEXT.split('    - altitude')[0]}{shells}satellite: {{preset: starmind_ai1}}\n"
    found = problems(tmp_path, text)
    assert len(found) == 51
    assert "150 more like these" in found[-1]


def test_overrides_reach_everything_and_name_themselves(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(TEXT, encoding="utf-8")
    scenario = load_scenario(
        path,
        overrides=[
            "constellation.shells[1].per_plane=9",
            "sites.0.gpus.h100=300000",
            "satellite.radiator.area='90 m2'",
            "gateways.antennas=4",
            "output.sample=[3, 1]",
            "workload.demand.rate=2 EFLOP/s",
            "workload.demand.share=null",
        ],
    )
    assert scenario.n_satellite == 6 + 18
    assert scenario.sites[0].gpus["h100"].count == 300000
    assert scenario.satellite.radiator.area == 90.0
    assert scenario.gateways.antennas == 4
    assert scenario.output.sample == [1, 3]
    assert scenario.workload.demand.rate == 2e18


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("constellation.shells[0].altitude=10 km", "--set: constellation.shells[0].altitude: 10 km is below 160 km"),
        ("constellation.shells[7].altitude=600 km", "constellation.shells has no entry '7'; it has entries 0 to 1"),
        ("constellation.shells.first.altitude=600 km", "has no entry 'first'"),
        ("sites[0].gpus.h100=-4", "--set: sites[0].gpus.h100.count: -4 is below 1"),
        ("satellite.radiatr.area=90 m2", "--set: satellite.radiatr: unknown key; the nearest is 'radiator'"),
        ("foo.bar=1", "--set: foo: unknown key"),
        ("seed", "'seed' is no change; write a.b=value"),
        ("=3", "is no change"),
        ("a..b=3", "the path has an empty part"),
        ("seed.more=3", "seed is a value and has nothing below it; set seed itself"),
        ("workload.classes.batch.model=gpt", "--set: workload.classes.batch.model: there is no model 'gpt'"),
        ("satellite.compute.device=b300", "--set: satellite.compute.device: no preset of devices is called 'b300'"),
        ("sites=[{preset: colossus_1}, {preset: colossus_1}]", "two sites have one name"),
    ],
)
def test_a_wrong_override_is_named_as_such(tmp_path, override, says):
    found = problems(tmp_path, TEXT, override)
    assert any(says in problem for problem in found), found


def test_a_dictionary_is_a_scenario_too():
    with pytest.raises(ScenarioError) as caught:
        load_scenario({"format": 1, "name": "x", "time": {"start": "2026-06-21"}, "constellation": []})
    assert "constellation: a list stands where a map should be" in str(caught.value)
    with pytest.raises(ScenarioError, match="the key 3 is not a text"):
        load_scenario({"format": 1, 3: 4})
    deep: dict = {}
    for _ in range(50):
        deep = {"a": deep}
    with pytest.raises(ScenarioError, match="20 deep"):
        load_scenario(deep)
