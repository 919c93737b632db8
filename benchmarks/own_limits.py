"""Dispatch of a million satellites with terminals that bind, beside the physics of the same window.

    python benchmarks/own_limits.py [n_satellite] [terminal rate] [residence of the agents' contexts]

The filed million with a tenth of the work in images (1e-6 bit a FLOP) and gateways wide enough that terminals bind.
Processor time of all threads: physics is both passes over the satellites; dispatch is keys, signatures, programme,
optimum, certificate and the way back.
"""

import sys
import time

import fleets
import numpy as np

from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
from orbital_compute.simulate import Simulation

WINDOWS = 6


def case(n: int, rate: str, residence: str | None):
    """Return the scenario: four classes as by default, and images."""
    whole = fleets.scenario(n, time={**fleets.TIME, "duration": "30 min"}, output={"sample": 0}).to_dict()
    classes = whole["workload"]["classes"]
    classes["images"] = {**classes["interactive"], "bits_per_token": "500000 bit/token", "value": 12.0, "share": 0.1}
    if residence is not None:
        classes["agent"]["residence"] = residence
    whole["satellite"]["terminal"] = {"rate": rate}
    whole["gateways"]["antennas"] *= 20
    return load_scenario(whole)


def main(n: int, rate: str, residence: str | None) -> None:
    run = Simulation(build(case(n, rate, residence)), threads=2)
    seen = []
    for _ in range(WINDOWS):
        marks = [time.process_time()]
        run.space.prepare(run.window, run._ground_offer)
        marks.append(time.process_time())
        keys = run.space.merge(run.network, run.gateway_unit, None, run.own)
        run.signature_key, run.supply_flop = keys
        run.dispatch()
        marks.append(time.process_time())
        run.age()
        run.march()
        marks.append(time.process_time())
        run.audit()
        run.window += 1
        prepare_s, dispatch_s, march_s = np.diff(marks)
        programme = run.assignment.programme
        taken = run.assignment.group_flop @ programme.group_use.T
        full = (taken >= 0.999 * programme.own_limit).any(axis=1)[programme.limited].mean()
        seen.append((prepare_s + march_s, dispatch_s, run.assignment.gap, run.merging_loss, full))
    physics_s, dispatch_s, gap, _, full = np.median(seen[1:], axis=0)  # the first compiles
    worst_gap, worst_loss = (max(row[k] for row in seen) for k in (2, 3))
    print(f"{n:,} satellites, terminals of {rate}, contexts stay {residence or 'no time'}")
    n_signature, n_limited = programme.supply_flop.size, programme.limited.sum()
    print(f"{n_signature} signatures, {n_limited} with own limits, {full:.0%} of them at one")
    print(f"physics {physics_s * 1e3:.0f} ms, dispatch {dispatch_s * 1e3:.0f} ms of processor time a window")
    print(f"gap {gap:.1e}, at most {worst_gap:.1e}; merging loss at most {worst_loss:.3%}")
    run.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else "1 Gbit/s",
         sys.argv[3] if len(sys.argv) > 3 else None)  # fmt: skip
