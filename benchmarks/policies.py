"""Print what each policy's run of a scenario is worth, beside that of the optimum.

python benchmarks/policies.py [scenario] [key=value ...]
"""

import sys
import time

import orbital_compute as oc
from orbital_compute.model.policy.names import POLICY_NAMES
from orbital_compute.study.optimum import run_value

SCENARIO = "scenarios/colossus_and_orbit.yaml"


def main() -> None:
    scenario = oc.load_scenario(sys.argv[1] if len(sys.argv) > 1 else SCENARIO)
    changes = dict(text.split("=", 1) for text in sys.argv[2:])
    best = 0.0
    for name in POLICY_NAMES:
        start_s = time.perf_counter()
        worth = run_value(scenario.replace({"output.sample": 0, **changes, "policy": name}))
        best = worth if name == "optimal" else best
        took_s = time.perf_counter() - start_s
        print(f"{name:12s} worth {worth:.4e}, {1 - worth / best:7.3%} less than optimal, {took_s:.1f} s", flush=True)


if __name__ == "__main__":
    main()
