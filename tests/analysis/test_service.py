"""What an operator reads: quantiles of bins, shares and rates, from small data sets by hand."""

import math

import numpy as np
import pytest
import xarray as xr

from orbital_compute.analysis import service


def dataset():
    """Two classes, two regions, two windows of 300 s; chat has first tokens, batch has none."""
    first = np.zeros((2, 2, 24, 4))
    first[0, 0, 3] = [0.0, 80.0, 20.0, 0.0]
    first[0, 1, 4] = [50.0, 0.0, 0.0, 50.0]
    trips = np.zeros((2, 2, 3))
    trips[0, 0] = [10.0, 90.0, 0.0]
    shape = (2, 2, 2)
    served, in_time = np.full(shape, 100), np.full(shape, 90.0)
    busy = np.full(shape, np.nan)
    busy[:, 0, 0], busy[:, 0, 1] = 0.5, 0.9
    dims = ("time", "job_class", "region")
    return xr.Dataset(
        {
            "ttft_count": (("job_class", "region", "hour", "ttft_bin"), first),
            "round_trip_region_count": (("job_class", "region", "rtt_bin"), trips),
            "served": (dims, served), "answered_in_time": (dims, in_time), "dropped": (dims, np.full(shape, 5)),
            "overdue": (dims, np.full(shape, 3)), "service_utilisation": (dims, busy),
            "executed_flop": (("time", "shell"), [[3.0], [5.0]]), "offered_flop": (("time", "shell"), [[6.0], [10.0]]),
        },
        coords={
            "ttft_bin": [0.0, 0.1, 0.2, 0.4], "ttft_bin_upper_s": ("ttft_bin", [0.1, 0.2, 0.4, np.inf]),
            "rtt_bin": [0.0, 0.05, 0.1], "rtt_bin_upper_s": ("rtt_bin", [0.05, 0.1, np.inf]),
            "class_tokens_out": ("job_class", [400.0, 1000.0]),
        },
        attrs={"window_s": 300.0},
    )  # fmt: skip


def test_quantiles_lie_inside_their_bins():
    data, chat = dataset(), slice(0, 1)
    assert service.first_tokens_s(data, chat, slice(0, 1)) == pytest.approx((0.1 + 0.1 * 50 / 80, 0.35, 0.39))
    assert service.first_tokens_s(data, chat, slice(1, 2)) == pytest.approx((0.1, 0.4, 0.4))  # open at its end
    assert service.round_trips_s(data, chat)[0] == pytest.approx(0.05 + 0.05 * 40 / 90)
    assert service.first_tokens_s(data, chat, hours=slice(3, 4)) == service.first_tokens_s(data, chat, slice(0, 1))
    assert all(math.isnan(value) for value in service.first_tokens_s(data, slice(1, 2)))


def test_shares_and_rates_by_hand():
    """Two windows of 100 served and 90 in time a pair; 5 dropped each, 3 late at the end."""
    data, chat = dataset(), slice(0, 1)
    assert service.in_time_share(data, chat) == pytest.approx(360 / (400 + 20 + 6))
    assert service.goodput_tokens_s(data, chat) == pytest.approx(360 * 400 / 600)
    assert service.goodput_tokens_s(data) == pytest.approx(360 * (400 + 1000) / 600)
    assert service.mean_utilisation(data, chat) == pytest.approx(0.7)
    assert service.mean_utilisation(data) == pytest.approx(0.7)
    assert math.isnan(service.mean_utilisation(data, slice(1, 2)))
    assert service.utilisation_of(data, "executed_flop", "offered_flop") == 0.5


def test_a_run_without_first_tokens_knows_none():
    data = dataset().drop_vars(["ttft_count", "round_trip_region_count", "answered_in_time", "service_utilisation"])
    one = service.served(data)
    found = (*one.round_trip_s, *one.first_token_s, one.in_time, one.goodput_tokens_s, one.utilisation)
    assert all(math.isnan(value) for value in found)
    assert math.isnan(service.utilisation_of(data, "site_executed_flop", "site_offered_flop"))
