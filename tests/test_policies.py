"""Policies in a run: the scenario names them, each is worse than the optimum, and a user's own may come from a file."""

import re
from pathlib import Path

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.model.policy.names import POLICY_NAMES
from orbital_compute.study.foresight import small_case
from orbital_compute.study.optimum import run_value

ROOT = Path(__file__).parents[1]
TIGHT = {**small_case(10), "time": {**small_case(10)["time"], "duration": "1 h"}}  # narrow gateways: greedy loses most


@pytest.fixture(scope="module")
def best():
    return run_value(TIGHT)


@pytest.mark.parametrize(("policy", "loss"), [("greedy", 0.05), ("round_robin", 0.05)])
def test_what_plans_nothing_is_worse(best, policy, loss):
    worth = run_value({**TIGHT, "policy": policy})
    print(f"{policy}: {1 - worth / best:.3%} less than optimal")
    assert worth < best * (1 - loss)


@pytest.mark.slow
def test_each_is_worse_in_a_shipped_scenario():
    scenario = oc.load_scenario(ROOT / "scenarios" / "colossus_and_orbit.yaml").replace({"output.sample": 0})
    worth = {name: run_value(scenario.replace({"policy": name})) for name in POLICY_NAMES}
    for name in ("price", "greedy", "round_robin"):
        loss = 1 - worth[name] / worth["optimal"]
        print(f"{name}: {loss:.3%} less than optimal over the day")
        assert loss > 2e-4


def test_a_policy_of_the_user_runs_from_a_file(tmp_path):
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    (tmp_path / "my_policy.py").write_text(re.search(r"```python\n(.*?)```", page, re.S).group(1), encoding="utf-8")
    line = re.search(r"```yaml\n(policy: .*)\n```", page).group(1)
    scenario = (ROOT / "scenarios" / "quickstart.yaml").read_text(encoding="utf-8") + line + "\n"
    (tmp_path / "mine.yaml").write_text(scenario, encoding="utf-8")
    shorter = {"time.duration": "10 min", "constellation.satellites": 100, "output.sample": 0}
    loaded = oc.load_scenario(tmp_path / "mine.yaml").replace(shorter)
    assert oc.load_scenario(loaded.to_dict()).policy == {"user": "my_policy.py:shortest_fibre_first"}
    results = oc.simulate(loaded)
    assert results.summary()["served_fraction"]["value"] > 0.0
    assert any("my_policy.py:shortest_fibre_first, sha256" in text for text in results.warnings)


def test_a_callable_takes_the_place_of_the_scenarios_policy():
    windows = []

    def idle(programme, window):
        windows.append(window)
        return np.zeros(programme.can_use.shape)

    results = oc.simulate(TIGHT, policy=idle)
    assert windows == list(range(12))
    assert results.summary()["compute_delivered_flop"]["value"] == 0.0
    assert any("idle, in place of the scenario's policy" in text for text in results.warnings)


def test_a_policy_that_gives_more_than_was_offered_is_refused_with_the_window(tmp_path):
    code = "import numpy as np\n\n\ndef twice(programme, window):\n"
    code += "    flow = np.zeros(programme.can_use.shape)\n    if window == 2:\n"
    code += "        flow[:, 0] = 2.0 * programme.supply_flop * programme.can_use[:, 0]\n    return flow\n"
    (tmp_path / "twice.py").write_text(code, encoding="utf-8")
    with pytest.raises(oc.ModelError, match=r"policy .*twice, window 2: signature \d+ is given"):
        run_value({**TIGHT, "policy": {"user": f"{tmp_path}/twice.py:twice"}})
