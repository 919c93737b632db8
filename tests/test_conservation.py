"""Requests are served, queued or dropped with a reason: in small workloads by chance, and in a fleet of a million."""

import numpy as np
import pytest

import orbital_compute as oc

QUANTUM = 1.0 / 1024  # of a request, in which first tokens are counted
DEVICES = {"interactive": "h100", "agent": "h200", "batch": "h200"}


def small(seed):
    """Return a scenario by chance: up to four classes, four regions, six satellites and a site, for six windows."""
    rng = np.random.default_rng(seed)

    def between(low, high):
        return float(rng.uniform(low, high))

    def maybe(value):
        return value if rng.random() < 0.6 else None

    classes = {}
    for k in range(rng.integers(1, 5)):
        kind = str(rng.choice(["interactive", "agent", "batch", "training"]))
        job = {
            "kind": kind, "model": "llama_3_1_8b", "tokens_in": f"{rng.integers(1, 5000)} tokens",
            "tokens_out": f"{rng.integers(0, 2000)} tokens", "mfu": between(0.2, 0.5),
            "bits_per_token": f"{between(10, 5000):.0f} bit/token", "value": between(0.5, 10.0),
            "share": between(0.1, 1),
            "rtt_limit": maybe(f"{between(60, 400):.0f} ms"), "wait_limit": maybe(f"{between(1, 900):.0f} s"),
            "ttft_limit": maybe(f"{between(0.1, 5):.2f} s"), "noise": between(0.0, 0.9),
            "weekly_amplitude": between(0.0, 0.5), "growth": maybe({"monthly": between(0.5, 2.0)}),
        }  # fmt: skip
        if kind in DEVICES and rng.random() < 0.7:
            job["serving"] = {"device": DEVICES[kind], "count": int(rng.integers(1, 9))}
        if kind == "training":
            job["tokens_in"] = "100000 tokens"
        classes[f"class_{k}"] = job
    regions = {
        f"region_{r}": {
            "latitude": f"{between(-60, 60):.1f} deg", "longitude": f"{between(-180, 180):.1f} deg",
            "population": between(1e6, 1e9),
        }
        for r in range(rng.integers(1, 5))
    }  # fmt: skip
    return {
        "format": 1, "name": f"small-{seed}", "seed": int(seed),
        "time": {"start": "2026-06-19T22:00:00Z", "duration": "30 min", "step": "60 s", "window": "5 min"},
        "constellation": {
            "walker": {
                "altitude": f"{between(500, 1500):.0f} km", "inclination": "53 deg", "planes": int(rng.integers(1, 3)),
                "per_plane": int(rng.integers(1, 4)),
            }
        },
        "satellite": {"preset": "starmind_ai1"},
        "sites": [{"preset": "colossus_1"}] if rng.random() < 0.3 else [],
        "workload": {
            "models": {"preset": "open_weights"}, "regions": regions, "classes": classes,
            "demand": {"share": between(0.05, 4.0)},
        },
        "economics": "none", "output": {"sample": 0},
    }  # fmt: skip


def check(dataset):
    """Check that no request is lost or made, in any window, queue and count; return how many arrived."""
    arrived, served, dropped, queued = (
        dataset[name].values.astype(np.int64) for name in ("arrived", "served", "dropped", "queued")
    )
    before = np.concatenate([np.zeros_like(queued[:1]), queued[:-1]])
    np.testing.assert_array_equal(before + arrived, served + dropped + queued)
    assert min(counts.min() for counts in (arrived, served, dropped, queued)) >= 0
    np.testing.assert_array_equal(dataset["drop_reason"].values.sum(axis=0), dropped.sum(axis=(0, 2)))
    assert not dataset["requests_residual"].values.any()
    assert np.all(dataset["served_in_time"].values <= served)
    # counts of each age are rounded to quanta by themselves
    assert np.all(dataset["answered_in_time"].values <= dataset["served_in_time"].values + 10 * QUANTUM)
    if "ttft_count" in dataset:
        timed = np.isfinite(dataset["service_utilisation"].values).any(axis=(0, 2))
        counted = dataset["ttft_count"].values.sum(axis=(2, 3))
        np.testing.assert_array_equal(counted[timed], served.sum(axis=0)[timed])
    return int(arrived.sum())


@pytest.mark.parametrize("seed", range(8))
def test_small_workloads_lose_no_request(seed):
    """In windows, classes and regions; what is dropped has a reason, and first tokens are those of requests served."""
    check(oc.simulate(small(seed), threads=1).dataset)


@pytest.mark.slow
def test_two_hundred_small_workloads_lose_no_request():
    arrived = [check(oc.simulate(small(seed), threads=1).dataset) for seed in range(8, 200)]
    assert sum(n > 0 for n in arrived) > 150


@pytest.mark.slow
def test_a_million_satellites_lose_no_request():
    scenario = oc.load_scenario("scenarios/fcc_million.yaml").replace({"time.duration": "10 min", "output.sample": 0})
    dataset = oc.simulate(scenario).dataset
    assert dataset.sizes["satellite"] == 1_000_000
    assert check(dataset) > 1_000_000
