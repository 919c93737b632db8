"""Headline figures of a run small enough to work out by hand."""

import math

import numpy as np
import pytest
import recorded

from orbital_compute.analysis.waterfall import waterfall
from orbital_compute.results import Results

PROMISED = (
    "compute_delivered_flop", "compute_delivered_orbit_flop", "compute_delivered_site_flop", "it_energy_orbit_j",
    "it_energy_site_j", "sunlit_fraction", "served_fraction", "slo_attainment", "rtt_p50_s", "rtt_p95_s",
    "throttled_fraction", "state_of_charge_min", "chip_temperature_max_k", "dispatch_gap_max", "energy_residual",
    "requests_residual",
)  # fmt: skip


@pytest.fixture(scope="module")
def figures():
    """Two windows of 300 s, shells of 1 and 3 satellites, one site, one queue."""
    arrays = {
        "executed_flop": [[1.0, 2.0], [3.0, 4.0]],
        "site_executed_flop": [[5.0], [6.0]],
        "compute_power_w": [[10.0, 20.0], [30.0, 40.0]],
        "site_it_power_w": [[100.0], [200.0]],
        "site_power_w": [[120.0], [240.0]],
        "sunlit_fraction": [[1.0, 0.5], [0.6, 0.5]],
        "throttled_fraction": [[0.0, 0.0], [0.0, 0.4]],
        "arrived": [[[10]], [[20]]],
        "served": [[[4]], [[12]]],
        "served_in_time": [[[4]], [[8]]],
        "dropped": [[[0]], [[2]]],
        "queued": [[[6]], [[12]]],
        "overdue": [[[0]], [[2]]],
        "answered_in_time": [[[3.0]], [[7.5]]],
        "offered_flop": [[2.0, 2.0], [4.0, 12.0]],
        "round_trip_count": [[40.0, 60.0, 0.0]],
        "state_of_charge": [[[0.9, 1.0]] * 2] * 2,
        "satellite_soc_min": [0.8, 0.7, 0.9, 0.95],
        "chip_temperature_k": [[[300.0, 340.0]] * 2] * 2,
        "dispatch_gap": [1e-12, 3e-9],
        "energy_residual": [2e-13, 1e-13],
        "requests_residual": [0, -2],
    }
    axes = recorded.coordinates(n_satellite=4, n_window=2, n_site=1) | {
        "shell_satellites": [1, 3], "quantile": [0.0, 1.0], "job_class": ["chat"], "flop_per_request": [1e15],
        "class_value": [8.0], "class_slo_wait_s": [10.0], "class_ttft_limit_s": [1.0], "class_tokens_out": [400.0],
        "class_tokens": [1900.0],
        "region": ["east"],
    }  # fmt: skip
    results = Results.from_arrays({name: np.array(v) for name, v in arrays.items()}, axes, recorded.manifest(2))
    return {name: entry["value"] for name, entry in results.summary().items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("compute_delivered_orbit_flop", 10.0),
        ("compute_delivered_site_flop", 11.0),
        ("compute_delivered_flop", 21.0),
        ("goodput_tokens_s", 10.5 * 400.0 / 600.0),
        ("answered_in_time_fraction", 10.5 / (16 + 2 + 2)),
        ("orbit_utilisation", 0.5),
        ("compute_rate_flop_s", 21.0 / 600.0),
        ("it_energy_orbit_j", 30_000.0),
        ("it_energy_site_j", 90_000.0),
        ("pue_mean", 1.2),
        ("satellites", 4),
        ("sunlit_fraction", (1.0 + 3 * 0.5 + 0.6 + 3 * 0.5) / 8.0),
        ("throttled_fraction", 3 * 0.4 / 8.0),
        ("requests_arrived", 30),
        ("requests_queued_end", 12),
        ("served_fraction", 16.0 / 30.0),
        ("slo_attainment", 12.0 / (16 + 2 + 2)),
        ("rtt_p50_s", 0.1 + 0.1 * 10.0 / 60.0),  # ten of the sixty in the second bin
        ("rtt_p95_s", 0.1 + 0.1 * 55.0 / 60.0),
        ("state_of_charge_min", 0.7),  # of the steps, below that of the window ends
        ("chip_temperature_max_k", 340.0),  # no totals of satellites: from the windows
        ("dispatch_gap_max", 3e-9),
        ("energy_residual", 2e-13),
        ("requests_residual", 2),
    ],
)
def test_figure_worked_by_hand(figures, name, expected):
    assert figures[name] == pytest.approx(expected, rel=1e-15)


def test_summary_has_what_is_promised_with_units():
    axes = recorded.coordinates()
    summary = recorded.record(axes, recorded.arrays(axes)).summary()
    assert set(PROMISED) <= summary.keys()
    for name, entry in summary.items():
        assert set(entry) == {"value", "unit"}
        # what is kept after days that the run does not reach, it cannot tell
        assert math.isfinite(entry["value"]) or name.startswith("lease_"), name
    assert summary["it_energy_orbit_j"]["unit"] == "J"
    assert summary["rtt_p95_s"]["unit"] == "s"


def test_round_trip_beyond_the_last_edge_is_its_lower_edge():
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    made["round_trip_count"] = np.array([[0.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    assert recorded.record(axes, made).summary()["rtt_p50_s"]["value"] == 0.2


def test_run_without_requests_knows_no_shares():
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    for name in ("arrived", "served", "served_in_time", "queued", "overdue", "dropped", "round_trip_count"):
        made[name] = np.zeros_like(made[name])
    summary = recorded.record(axes, made).summary()
    for name in ("served_fraction", "slo_attainment", "rtt_p50_s"):
        assert math.isnan(summary[name]["value"])


def test_sums_of_typical_days_stand_for_the_whole_run():
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    plain = recorded.record(axes, made)
    whole = Results(plain.manifest, lambda: plain.dataset.assign_attrs(duration_s=5 * 7 * recorded.WINDOW_S))
    before, after = plain.summary(), whole.summary()
    for name in ("compute_delivered_flop", "it_energy_site_j", "array_energy_j"):
        assert after[name]["value"] == pytest.approx(5 * before[name]["value"], rel=1e-14)
    for name in ("requests_arrived", "requests_served"):
        assert after[name]["value"] == 5 * before[name]["value"]
    for name in ("compute_rate_flop_s", "pue_mean", "served_fraction", "requests_queued_end", "throttled_fraction"):
        assert after[name]["value"] == pytest.approx(before[name]["value"], rel=1e-14)
    assert waterfall(whole.dataset)["orbit"][-1].flop == pytest.approx(after["compute_delivered_orbit_flop"]["value"])
