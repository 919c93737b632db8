"""First tokens in a run: the way and the prompt where nobody waits, longer where the fleet is full."""

import numpy as np
import pytest

import orbital_compute as oc

A_BIN = 2.0 ** (1 / 16)  # from one edge to the next


def fleet(share, **changes):
    """Return the summary and data set of twelve satellites and a site over an hour, asked for a share of their peak."""
    scenario = oc.load_scenario(
        {
            "format": 1, "name": "tokens", "seed": 3,
            "time": {"start": "2026-06-21T12:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
            "constellation": {
                "walker": {"altitude": "600 km", "inclination": "53 deg", "planes": 3, "per_plane": 4}
            },
            "satellite": {"preset": "starmind_ai1"},
            "workload": {"preset": "default", "demand": {"share": share}},
            "economics": "none", "output": {"sample": 0},
        }
    )  # fmt: skip
    results = oc.simulate(scenario.replace(changes) if changes else scenario, threads=1)
    return {name: entry["value"] for name, entry in results.summary().items()}, results.dataset


def test_an_idle_fleet_answers_after_the_round_trip_and_the_prompt():
    """Chat: 2 x 70.6e9 x 1500 / (0.3 x 8 x 989.5e12) is 89 ms; round trips up to 100 ms come on top."""
    summary, dataset = fleet(0.002, **{"workload.classes.agent": None})
    counts = dataset["ttft_count"].values[0].sum(axis=(0, 1))
    low_s, high_s = (dataset[name].values[counts > 0] for name in ("ttft_bin", "ttft_bin_upper_s"))
    assert low_s.min() >= 0.089 / A_BIN
    assert summary["ttft_p50_s"] == pytest.approx(summary["rtt_p50_s"] + 0.089, rel=0.08)
    assert high_s[counts[counts > 0].argmax()] < 0.2
    assert summary["answered_in_time_fraction"] == pytest.approx(summary["slo_attainment"], abs=0.02)


def test_a_full_fleet_answers_later_and_writes_more():
    """Round trips hardly change; the 99th percentile of first tokens does, and so does the use of slots."""
    (quiet, calm), (busy, full) = fleet(0.05), fleet(1.5)
    assert busy["ttft_p99_s"] > quiet["ttft_p99_s"]
    assert busy["goodput_tokens_s"] > 2.0 * quiet["goodput_tokens_s"]
    assert busy["orbit_utilisation"] > quiet["orbit_utilisation"]
    used = [np.nanmean(data["service_utilisation"].values[:, 0]) for data in (calm, full)]
    assert used[0] < 0.9 * used[1] <= 1.0


def test_a_stricter_promise_is_kept_less_often():
    loose, _ = fleet(0.3)
    strict, _ = fleet(0.3, **{"workload.classes.interactive.ttft_limit": "0.15 s"})
    assert strict["answered_in_time_fraction"] < loose["answered_in_time_fraction"]
    assert strict["goodput_tokens_s"] < loose["goodput_tokens_s"]
    for name in ("ttft_p95_s", "slo_attainment", "compute_delivered_flop"):
        assert strict[name] == loose[name]
