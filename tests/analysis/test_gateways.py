"""Figures of gateways, worked by hand from a made-up run of four windows of an hour."""

import math

import numpy as np
import pytest
import xarray as xr

from orbital_compute.analysis.gateways import skies, use
from orbital_compute.model.diversity import diversity_availability

SCENARIO = {"gateways": {"stations": {"near": {}, "far": {}}}}
N = 4


def dataset(**changes):
    """Two gateways and a site's uplink; `near` has two antennas and is closed in the last window."""
    two = ("time", "gateway")
    table = {
        "arc_use_bit": (("time", "arc"), np.array([[8.0, 0.0, 1.0], [16.0, 0.0, 1.0], [8.0, 0.0, 1.0], [0.0, 0, 1]])),
        "arc_capacity_bit": (("time", "arc"), np.array([[16.0, 4.0, 2.0]] * 3 + [[0.0, 4.0, 2.0]])),
        "arc_price": (("time", "arc"), np.array([[0.0, 0, 0], [3.0, 0, 0], [np.nan, 0, 0], [0.0, 0, 0]])),
        "gateway_open": (two, np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])),
        "gateway_in_view": (two, np.full((N, 2), [3.0, 0.0])),
        "gateway_links": (two, np.array([[2.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])),
        "gateway_link_rate_bit_s": (two, np.array([[10.0, np.nan], [40.0, np.nan], [10.0, np.nan], [40.0, np.nan]])),
        "gateway_changes": (two, np.array([[0, 0], [2, 0], [1, 0], [0, 0]])),
        "gateway_open_expected": ("gateway", [0.7, 0.5]), "gateway_antennas": ("gateway", [2.0, 1.0]),
        "gateway_serves": (("gateway", "region"), np.array([[1, 1, 0], [1, 0, 0]])),
    }  # fmt: skip
    coordinates = {
        "time": np.datetime64("2026-06-01T00:00:00", "ns") + np.arange(N) * np.timedelta64(1, "h"),
        "arc": ["near", "far", "memphis"], "site": ["memphis"], "gateway": ["near", "far"],
        "gateway_latitude_deg": ("gateway", [40.0, 41.0]), "gateway_longitude_deg": ("gateway", [-3.0, 2.0]),
        "region": ["both", "one", "none"],
    }  # fmt: skip
    return xr.Dataset(table, coordinates, {"window_s": 3600.0}).assign(**changes)


def test_what_a_gateway_carried_and_what_its_antennas_did():
    near, far = use(dataset(), SCENARIO)
    assert (near.name, near.carried_bit, near.used_share, near.full_share, near.price) == (
        "near",
        32.0,
        32 / 48,
        0.25,
        3.0,
    )
    assert (near.open_share, near.expected_share) == (0.75, 0.7)
    assert near.linked_share == 6 / 8  # antenna hours on satellites over all of them
    assert near.changes_per_hour == 0.75
    assert near.contact_s == 6 * 3600.0 / 3
    assert near.link_rate_bit_s == pytest.approx((20 + 40 + 20 + 40) / 6)
    assert (far.carried_bit, far.full_share, far.linked_share, far.changes_per_hour) == (0.0, 0.0, 0.0, 0.0)
    assert math.isnan(far.link_rate_bit_s)
    assert math.isinf(far.contact_s)


def test_a_run_that_follows_no_links_has_the_rest():
    names = [name for name in dataset().data_vars if name.startswith("gateway_")]
    plain = dataset().drop_vars([*names, "gateway", "gateway_latitude_deg", "gateway_longitude_deg"])
    near, _ = use(plain, {})
    assert near.carried_bit == 32.0
    assert math.isnan(near.linked_share)
    assert math.isnan(near.open_share)
    assert skies(plain) == []
    assert use(plain.drop_vars("arc_use_bit"), SCENARIO) == []


def test_a_region_is_open_where_one_of_its_gateways_is():
    both, one = skies(dataset())
    assert (both.region, both.gateways, both.open_share) == ("both", ("near", "far"), 0.75)
    assert both.expected_share == diversity_availability([0.7, 0.5], [40.0, 41.0], [-3.0, 2.0])
    assert (one.gateways, one.expected_share) == (("near",), pytest.approx(0.7))
    (apart, _) = skies(dataset(), 0.0)
    assert apart.expected_share == pytest.approx(1.0 - 0.3 * 0.5)
