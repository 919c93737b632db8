"""Flows in whole runs, of gateways of every kind: what enters a node leaves it, and every arc keeps its capacity."""

import dataclasses

import numpy as np
import pytest
from size import FULL

import orbital_compute as oc
from orbital_compute.errors import AuditError
from orbital_compute.run import simulate
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

POLICIES = ("optimal", "price", "greedy", "round_robin")
FAST, ALL = 10, 200 if FULL else 50


def random_run(seed):
    """Return a small scenario of any kind: fleets, sites, gateways, policies, weather and events."""
    rng = np.random.default_rng(seed)
    gateways = {"preset": "default", "antennas": int(rng.integers(1, 5))}
    gateways |= {
        "antenna_rate": f"{10.0 ** rng.uniform(-3, 1.3):.3g} Gbit/s",
        "weather": str(rng.choice(["mean", "drawn"])),
    }
    gateways["choice"] = str(rng.choice(["any", "elevation", "nearest", "longest"]))
    if rng.random() < 0.4:
        gateways["link"] = {"optical": {}} if rng.random() < 0.5 else {"radio": {}}
    events = [{"kind": "gateway_down", "gateway": str(rng.choice(["tokyo", "madrid"])), **HALF_TIME},
              {"kind": "plane_lost", "shell": "low", "planes": [0], **HALF_TIME},
              {"kind": "demand_surge", "factor": 5, **HALF_TIME}]  # fmt: skip
    planes, each = int(rng.integers(1, 7)), int(rng.integers(1, 12))
    shell = {
        "name": "low",
        "altitude": f"{rng.uniform(400, 1500):.0f} km",
        "inclination": f"{rng.uniform(30, 98):.1f} deg",
    }
    return {
        "format": 1,
        "name": "conserved",
        "seed": int(seed),
        "time": {"start": "2026-03-20T12:00:00Z", "duration": "20 min", "step": "60 s", "window": "5 min"},
        "constellation": {"shells": [{**shell, "planes": planes, "per_plane": each}]},
        "satellite": {"preset": "starmind_ai1"},
        "sites": [{"preset": "colossus_1"}] if rng.random() < 0.4 else [],
        "gateways": gateways,
        "workload": {"preset": "default", "demand": {"rate": f"{10.0 ** rng.uniform(-1, 3):.3g} EFLOP/s"}},
        "events": [one for one in events if rng.random() < 0.4],
        "policy": str(rng.choice(POLICIES)),
        "economics": "none",
        "output": {"sample": 0},
    }


HALF_TIME = {"start": "2026-03-20T12:05:00Z", "end": "2026-03-20T12:15:00Z"}


def conserved(data):
    """Check from the stored numbers alone that nothing is made or lost; the run has audited itself already."""
    arrived, served, dropped, queued = (data[name].values for name in ("arrived", "served", "dropped", "queued"))
    assert np.array_equal(np.cumsum(arrived - served - dropped, axis=0), queued)
    assert (queued >= 0).all()
    assert (served >= 0).all()
    assert (dropped >= 0).all()
    assert np.array_equal(data["drop_reason"].values.sum(axis=0), dropped.sum(axis=(0, 2)))
    used, room = data["arc_use_bit"].values, data["arc_capacity_bit"].values
    assert (used <= room * (1.0 + 1e-12)).all()
    assert (data["flow_residual"].values <= 1e-9).all()
    for whole, parts in (("offered_flop", "assigned_flop"), ("assigned_flop", "executed_flop")):
        assert (data[parts].values <= data[whole].values * (1.0 + 1e-9)).all()


@pytest.mark.parametrize(
    "seeds", [range(FAST), pytest.param(range(FAST, ALL), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_random_small_runs_lose_no_request_and_no_bit(seeds):
    arrived = 0
    for seed in seeds:
        results = simulate(random_run(seed))
        assert all(ledger["closes"] for ledger in results.audit().values()), seed
        conserved(results.dataset)
        arrived += int(results.dataset["arrived"].values.sum())
    assert arrived > 1000


@pytest.mark.slow
@pytest.mark.compiled
def test_a_million_satellites_lose_no_request_and_no_bit():
    tree = random_run(1) | {
        "time": {"start": "2026-03-20T12:00:00Z", "duration": "10 min", "step": "60 s", "window": "5 min"},
        "constellation": {"preset": "fcc_2026", "variant": "sso_corrected", "satellites": 1_000_000},
        "sites": [{"preset": "colossus_1"}, {"preset": "colossus_2"}],
        "gateways": {"preset": "optical_default"},
        "workload": {"preset": "default"},
        "events": [],
        "policy": "optimal",
    }
    results = simulate(tree)
    assert all(ledger["closes"] for ledger in results.audit().values())
    conserved(results.dataset)
    assert results.dataset["served"].values.sum() > 0
    assert results.dataset["arc_use_bit"].values.sum() > 0


def test_a_run_that_sends_too_much_over_a_gateway_stops_and_says_where(monkeypatch):
    """Flows as they are, over gateways that say afterwards that they carry half: the audit names one and the window."""
    sim = Simulation(build(oc.load_scenario(random_run(0) | {"sites": [], "events": []})), threads=1)
    real = sim.model.policy

    def careless(programme, w_window):
        assignment = real(programme, w_window)
        half = dataclasses.replace(programme, arc_capacity_bit=0.5 * assignment.arc_use_bit)
        return dataclasses.replace(assignment, programme=half)

    sim.model = dataclasses.replace(sim.model, policy=careless)
    with pytest.raises(AuditError, match=r"arc \w+ has a flow of .* and can carry .*, in window 0"):
        sim.step()
    sim.close()
