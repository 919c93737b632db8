"""Routes and groups: which way work may leave, and which nodes can use the same ways.

A limit on the round trip of (class, region), less the fibre between region and gateway, is what is left for space: an
allowance. The allowances of one gateway are its limits; a satellite keeps the looser ones if it keeps a tight one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import Problem, ScenarioError
from ..kernels.contacts import Leg

ANYWHERE = -1  # gateway of a group that asks for no limit
ANY, DIRECT, AROUND = 0, 1, 2  # what a group asks of satellites: nothing, to see the gateway, or to reach it by lasers


@dataclass(frozen=True)
class Routes:
    """The ways by which work of a class for a region may leave: one gateway or one site each.

    Demand k = class * n_region + region. The satellites that can use a route are those of its group.
    """

    job_class: np.ndarray  # int64[n_route]
    region: np.ndarray  # int64[n_route]
    demand: np.ndarray  # int64[n_route]
    arc: np.ndarray  # int64[n_route]; gateways first, then sites
    ground_s: np.ndarray  # float64[n_route]; round trip over fibre
    group: np.ndarray  # int64[n_route]
    sight: np.ndarray  # int64[n_route]; ANY, DIRECT or AROUND, as the group


@dataclass(frozen=True)
class Groups:
    """Sets of nodes that can use the same routes: nodes of some types that keep a limit of one gateway, or one site."""

    gateway: np.ndarray  # int64[n_group]; ANYWHERE for groups without a limit, and for sites
    level: np.ndarray  # int64[n_group]; limits to be kept, 0 for none
    type_serves: np.ndarray  # bool[n_group, n_type]; False throughout for a site's group
    site: np.ndarray  # int64[n_group]; -1 for groups of satellites
    sight: np.ndarray  # int64[n_group]; ANY, DIRECT or AROUND


def allowances(rtt_limit_s: np.ndarray, ground_s: np.ndarray, gateways_per_region: int) -> np.ndarray:
    """Return float64[n_gateway, n_class, n_region], round trip left for space; -inf for gateways out of question."""
    n_gateway, n_region = ground_s.shape
    near = nearest_gateways(ground_s, gateways_per_region)[:, None, :] | ~np.isfinite(rtt_limit_s)[None, :, None]
    left_s = rtt_limit_s[None, :, None] - ground_s[:, None, :]
    return np.where(near, left_s, -np.inf).reshape(n_gateway, rtt_limit_s.size, n_region)


def nearest_gateways(ground_s: np.ndarray, gateways_per_region: int) -> np.ndarray:
    """Return bool[n_gateway, n_region]: whether the gateway is one of the region's nearest, by fibre."""
    rank = np.argsort(np.argsort(ground_s, axis=0, kind="stable"), axis=0, kind="stable")
    return rank < gateways_per_region


def gateway_limits(leg: np.ndarray, allowance_s: np.ndarray, bin_s: float) -> tuple[list[float], np.ndarray]:
    """Return the limits of one gateway, loosest first, and how many of them each (class, region) needs; -1: no use.

    Allowances that no orbit keeps are no use, those that every orbit keeps everywhere need none. The others are
    taken together in bins, each as its tightest: nobody is let in who should not be.
    """
    law = Leg(*np.moveaxis(leg, -1, 0))
    shortest_s = 2 * np.min(law.down_s, initial=np.inf)
    longest_s = 2 * np.max(law.down_s + np.pi * law.around_s_rad, initial=0.0)
    bound = (allowance_s >= shortest_s) & (allowance_s < longest_s)
    tightest_first: list[float] = []
    for value in np.unique(allowance_s[bound]):
        if not tightest_first or value >= tightest_first[-1] + max(bin_s, np.finfo(float).tiny):
            tightest_first.append(float(value))
    needed = np.where(allowance_s >= longest_s, 0, -1)
    place = np.searchsorted(tightest_first, allowance_s[bound], side="right") - 1
    needed[bound] = len(tightest_first) - place
    return tightest_first[::-1], needed


def key_strides(n_type: int, level_count: np.ndarray) -> np.ndarray:
    """Return uint64[n_gateway], what one level of each gateway adds to a key."""
    stride, size = [], n_type
    for count in level_count:
        stride.append(size)
        size *= int(count) + 1
    check_key_size(size)
    return np.array(stride, np.uint64)


def check_key_size(size: int) -> None:
    """Raise ScenarioError if keys below `size` have no room in 64 bits."""
    if size > 2**64:
        raise ScenarioError(
            Problem(
                f"gateways, regions and latency limits make {float(size):.1e} kinds of reach",
                "network",
                size,
                "at most 1.8e19 have room in a key",
                "raise network.round_trip_bin, or take fewer gateways_per_region or latency-bound classes",
            )
        )


def lay_routes(
    level_needed, ground_s, type_serves, site_s, site_serves, rtt_limit_s, sights: tuple[int, ...] = (ANY,)
) -> tuple[Routes, Groups]:
    """Return all routes, ordered by class, region and arc, and their groups in order of first use.

    A route of satellites stands once for each of `sights`; groups that ask for a sight are of one gateway each.
    """
    n_gateway, n_class, n_region = level_needed.shape
    group_number: dict[tuple, int] = {}
    rows: list[tuple] = []
    for c in range(n_class):
        for region in range(n_region):
            ways = [
                (g, ground_s[g, region], g, level_needed[g, c, region], -1, sight)
                for g in range(n_gateway)
                for sight in sights
            ]
            ways = [way for way in ways if way[3] >= 0 and type_serves[:, c].any()]
            near = [j for j in range(len(site_s)) if site_serves[j, c] and site_s[j, region] <= rtt_limit_s[c]]
            ways += [(n_gateway + j, site_s[j, region], ANYWHERE, 0, j, ANY) for j in near]
            for arc, way_s, gateway, level, site, sight in ways:
                serves = type_serves[:, c] & (site < 0)
                own = int(gateway) if level > 0 or sight != ANY else ANYWHERE
                key = (own, int(level), serves.tobytes(), site, sight)
                number = group_number.setdefault(key, len(group_number))
                rows.append((c, region, c * n_region + region, arc, way_s, number, sight))
    table = np.array(rows, float).reshape(-1, 7)
    whole = table.astype(np.int64)
    routes = Routes(
        whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3], table[:, 4].copy(), whole[:, 5], whole[:, 6]
    )  # fmt: skip
    groups = Groups(
        gateway=np.array([key[0] for key in group_number], np.int64),
        level=np.array([key[1] for key in group_number], np.int64),
        type_serves=np.array([np.frombuffer(key[2], bool) for key in group_number], bool).reshape(
            len(group_number), type_serves.shape[0]
        ),
        site=np.array([key[3] for key in group_number], np.int64),
        sight=np.array([key[4] for key in group_number], np.int64),
    )
    return routes, groups
