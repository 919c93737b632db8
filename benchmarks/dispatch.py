"""Dispatch of one window: reach, signatures, optimum, return and round trips, in ns a satellite and in ms.

    python benchmarks/dispatch.py [n_satellite]

A made-up fleet of 114 orbits at 500 to 2,000 km, sixteen gateways and regions, six sites, two classes bound to
100 and 200 ms and two free ones: 64 limits on delay, thousands of signatures. One thread, best of five.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orbital_compute.kernels.contacts import N_BIN, reach_keys, round_trip_histogram
from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP, merge_supply, return_pro_rata
from orbital_compute.model.network import Gateway, Network, NetworkSpec, Uplink
from orbital_compute.model.offers import build_programme, round_trip_mix
from orbital_compute.model.solve import solve

PLACES = {
    "Ashburn": (39.0, -77.5), "Los Angeles": (34.0, -118.2), "Mexico City": (19.4, -99.1),
    "Sao Paulo": (-23.5, -46.6), "Santiago": (-33.4, -70.7), "London": (51.5, -0.1), "Frankfurt": (50.1, 8.7),
    "Lagos": (6.5, 3.4), "Nairobi": (-1.3, 36.8), "Johannesburg": (-26.2, 28.0), "Dubai": (25.2, 55.3),
    "Mumbai": (19.1, 72.9), "Singapore": (1.3, 103.8), "Tokyo": (35.7, 139.7), "Sydney": (-33.9, 151.2),
    "Perth": (-31.9, 115.9),
}  # fmt: skip
LIMIT_S = np.array([0.1, 0.2, np.inf, np.inf])
N_ORBIT, N_TYPE, N_SITE, PLANE, REPEATS = 114, 2, 6, 100, 5


@dataclass(frozen=True)
class Region:
    name: str
    latitude_deg: float
    longitude_deg: float


def best(work: Callable, *arguments):
    shortest, answer = np.inf, None
    for _ in range(REPEATS):
        began = time.perf_counter()
        answer = work(*arguments)
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, answer


def main(n: int) -> None:
    rng = np.random.default_rng(1)
    gateways = [Gateway(name, *place, capacity_bit_s=2e12) for name, place in PLACES.items()]
    regions = [Region(name, *place) for name, place in PLACES.items()]
    uplinks = [
        Uplink(f"site {j}", *place, capacity_bit_s=1e13) for j, place in enumerate(list(PLACES.values())[:N_SITE])
    ]
    network = Network.build(
        NetworkSpec(), gateways, regions, uplinks,
        orbit_radius_m=6371e3 + np.sort(rng.uniform(500e3, 2000e3, N_ORBIT)),
        rtt_limit_s=LIMIT_S,
        type_serves=np.ones((N_TYPE, LIMIT_S.size), bool),
        site_serves=np.ones((N_SITE, LIMIT_S.size), bool),
    )  # fmt: skip
    orbit = np.sort(rng.integers(0, N_ORBIT, n)).astype(np.int32)
    kind = (orbit % N_TYPE).astype(np.int32)
    tilt = np.radians(rng.choice([53.0, 70.0, 97.6], N_ORBIT))[orbit]
    node = np.repeat(rng.uniform(0, 2 * np.pi, n // PLANE + 1), PLANE)[:n]
    along = np.arange(n) * 2 * np.pi / PLANE + node
    unit = np.stack([
        np.cos(node) * np.cos(along) - np.sin(node) * np.cos(tilt) * np.sin(along),
        np.sin(node) * np.cos(along) + np.cos(node) * np.cos(tilt) * np.sin(along),
        np.sin(tilt) * np.sin(along),
    ])  # fmt: skip
    offer_flop = np.floor(rng.uniform(0, 6e19, n) / WORK_QUANTUM_FLOP) * WORK_QUANTUM_FLOP
    gateway, key, assigned_flop = network.gateway_unit_teme(np.eye(3)), np.zeros(n, np.uint64), np.zeros(n)

    reach = (unit, orbit, kind, gateway, network.reach_cosine, network.level_count, network.key_stride, 0, n, key)
    keys_s, _ = best(reach_keys, *reach)
    merge_s, (signature_key, signature, supply_flop) = best(merge_supply, key, offer_flop, [(0, n)])
    demand_flop = supply_flop.sum() / network.n_demand * rng.uniform(0.2, 2.0, network.n_demand)

    def build():
        return build_programme(
            network, signature_key=signature_key, supply_flop=supply_flop,
            site_offer_flop=np.full(N_SITE, 6e22), demand_flop=demand_flop,
            value_per_flop=np.array([4.0, 3.0, 2.0, 1.0]),
            bit_per_flop=np.repeat([3e-10, 3e-10, 1e-11, 1e-11], network.n_region),
            window_s=300.0,
        )  # fmt: skip

    build_s, programme = best(build)
    solve_s, assignment = best(solve, programme)
    shells = np.ones(signature_key.size, dtype=bool), np.zeros(n, dtype=np.int32)
    back = (offer_flop, signature, assignment.share, *shells, 0, n, assigned_flop, np.zeros((1, 3), np.int64))
    return_s, _ = best(return_pro_rata, *back)
    rows = np.where(np.repeat(network.latency_bound, network.n_region), np.arange(network.n_demand), -1)
    mix_s, mix = best(round_trip_mix, network, assignment, rows)
    quanta = np.zeros((network.n_demand, N_BIN), np.int64)
    count = (unit, orbit, signature, assigned_flop, gateway, network.leg, mix, 0, n, quanta)
    histogram_s, _ = best(round_trip_histogram, *count)

    print(f"{n:,} satellites, {network.n_gateway} gateways, {network.level_count.sum()} limits on delay")
    print(f"{signature_key.size:,} signatures, {network.groups.level.size} groups, {network.routes.arc.size} routes, "
          f"gap {assignment.gap:.1e}")  # fmt: skip
    by_satellite = {"keys": keys_s, "signatures and sums": merge_s, "return": return_s, "round trips": histogram_s}
    for name, seconds in by_satellite.items():
        print(f"{name:>20} {seconds * 1e3:8.2f} ms {seconds / n * 1e9:8.2f} ns a satellite")
    for name, seconds in {"programme": build_s, "optimum": solve_s, "mix": mix_s}.items():
        print(f"{name:>20} {seconds * 1e3:8.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
