"""A small network for tests: three gateways, four regions, one site, two orbits."""

from dataclasses import dataclass

import numpy as np

from orbital_compute.kernels.contacts import reach_keys
from orbital_compute.model.network import Gateway, Network, NetworkSpec, Uplink


@dataclass(frozen=True)
class Spot:
    name: str
    latitude_deg: float
    longitude_deg: float


LONDON, NEW_YORK, TOKYO, LAGOS = (
    Spot("London", 51.5, -0.13), Spot("New York", 40.71, -74.0), Spot("Tokyo", 35.68, 139.7), Spot("Lagos", 6.5, 3.4),
)  # fmt: skip
GATEWAYS = [Gateway(spot.name, spot.latitude_deg, spot.longitude_deg, 1e12) for spot in (LONDON, NEW_YORK, TOKYO)]
COLOSSUS = Uplink("Memphis", 35.06, -90.16, 1e13)
EXACT = NetworkSpec(round_trip_bin_s=0.0)


def build(spec=EXACT, *, gateways=GATEWAYS, uplinks=(COLOSSUS,), limits=(0.08, 0.14, np.inf), radius=(6.9e6, 7.6e6),
          type_serves=None, site_serves=None, regions=(LONDON, NEW_YORK, TOKYO, LAGOS)):  # fmt: skip
    n_class = len(limits)
    return Network.build(
        spec, gateways, regions, uplinks,
        orbit_radius_m=np.array(radius),
        rtt_limit_s=np.array(limits),
        type_serves=np.ones((2, n_class), bool) if type_serves is None else type_serves,
        site_serves=np.ones((len(uplinks), n_class), bool) if site_serves is None else site_serves,
    )  # fmt: skip


def keys_of(network, unit, orbit, kind):
    key = np.zeros(orbit.size, np.uint64)
    gateway = network.gateway_unit_teme(np.eye(3))
    reach_keys(
        unit, orbit, kind, gateway, network.reach_cosine, network.level_count, network.key_stride, 0, orbit.size, key
    )
    return key


def scattered(n, seed=1):
    rng = np.random.default_rng(seed)
    unit = rng.normal(size=(3, n))
    unit /= np.sqrt((unit**2).sum(axis=0))
    return unit, rng.integers(0, 2, n).astype(np.int32), rng.integers(0, 2, n).astype(np.int32)
