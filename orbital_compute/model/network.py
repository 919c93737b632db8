"""Gateways, regions and sites: who can serve whom in time, over which arc.

Latency one way (MODEL §8): a satellite in view of a gateway sends straight down. Otherwise its data go around over
other satellites of its height, 1.3 times the great circle, with 50 μs a hop of 2,000 km (taken in proportion), and
down by that height; fibre on the ground is 1.3 times the great circle. Without lasers in the spec every satellite can
send around, whatever its links; with them the ways of those that see a gateway, and of those that lasers lead there,
are told apart, and the lasers' capacity limits the latter (`lasers`).

On a given orbit the delay grows with the central angle, so a limit on the delay is a limit on a cosine. Within view
the straight line grows with the angle, and so does the way around. At the edge of view the delay only ever jumps up:
the straight line is shorter than the chord at satellite height plus the height, hence than the way around, whose
factor is at least 1.

What a satellite reaches is one number, its key: its type, and for each gateway how many limits it keeps and, with
lasers, whether it sees it. The limits of a gateway are nested. Satellites of one key are interchangeable in dispatch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..constants import EARTH_MEAN_RADIUS_M, SPEED_OF_LIGHT_M_S
from ..errors import Problem, ScenarioError
from ..kernels.contacts import Leg
from .frames import geodetic_to_itrs_m, turned
from .laser_spec import LaserSpec
from .routes import (
    ANY,
    AROUND,
    DIRECT,
    Groups,
    Routes,
    allowances,
    check_key_size,
    gateway_limits,
    key_strides,
    lay_routes,
)

ALWAYS, NEVER = -2.0, 2.0  # cosines that every angle reaches, and none


class Place(Protocol):
    """Anything with a name and a place: a region, a site."""

    @property
    def name(self) -> str: ...
    @property
    def latitude_deg(self) -> float: ...
    @property
    def longitude_deg(self) -> float: ...


@dataclass(frozen=True)
class Gateway:
    """A ground station. Its capacity counts both directions together; availability is the share of time it works.

    Satellites are in view above the least elevation, or, where a longest slant range is given, within that.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    capacity_bit_s: float
    min_elevation_rad: float = np.pi * 25.0 / 180.0  # MODEL §8
    availability: float = 0.995  # rain, MODEL §8
    max_range_m: float | None = None
    antenna_bit_s: float = np.inf  # of one antenna, hence of one satellite in view


@dataclass(frozen=True)
class Uplink:
    """The line by which a terrestrial site serves the regions."""

    name: str
    latitude_deg: float
    longitude_deg: float
    capacity_bit_s: float
    availability: float = 1.0


@dataclass(frozen=True)
class NetworkSpec:
    """Parameters of the latency law (MODEL §8; C where not cited there) and of the choice of gateways."""

    isl_path_factor: float = 1.3
    hop_delay_s: float = 50e-6
    hop_length_m: float = 2e6
    fibre_delay_s_m: float = 4.9e-9
    fibre_factor: float = 1.3
    gateways_per_region: int = 2  # nearest gateways that latency-bound work of a region may use
    round_trip_bin_s: float = 2e-3  # limits of one gateway this near count as the tightest of them; 0: exact (§7.2)
    lasers: LaserSpec | None = None  # None: data go around whatever the links


@dataclass(frozen=True)
class Network:
    """Distances and limits of a run, ready for the kernels.

    Arcs are the gateways, then the sites' uplinks, then with lasers the way around to each gateway. Limits of delay
    and, with lasers, views are laid out as one list of watchers: the gateways, then the gateways once more.
    """

    spec: NetworkSpec
    gateways: tuple[Gateway, ...]
    uplinks: tuple[Uplink, ...]
    n_class: int
    n_region: int
    n_type: int
    gateway_unit_itrs: np.ndarray  # float64[n_gateway, 3]
    leg: np.ndarray  # float64[n_orbit, n_gateway, 5], fields of Leg
    reach_cosine: np.ndarray  # float64[n_orbit, n_watcher, n_level]
    level_count: np.ndarray  # int64[n_watcher]
    key_stride: np.ndarray  # uint64[n_watcher]
    routes: Routes
    groups: Groups
    latency_bound: np.ndarray  # bool[n_class]

    @property
    def n_gateway(self) -> int:
        return len(self.gateways)

    @property
    def n_site(self) -> int:
        return len(self.uplinks)

    @property
    def n_demand(self) -> int:
        return self.n_class * self.n_region

    @property
    def arcs(self) -> list[Gateway | Uplink]:
        return [*self.gateways, *self.uplinks]

    @property
    def arc_names(self) -> list[str]:
        """Names of all arcs of a programme."""
        around = [f"{gateway.name} by laser" for gateway in self.gateways] if self.spec.lasers is not None else []
        return [*(arc.name for arc in self.arcs), *around]

    def watcher_unit(self, gateway_unit: np.ndarray) -> np.ndarray:
        """Return float64[n_watcher, 3], directions of the watchers by those of the gateways."""
        return np.ascontiguousarray(np.tile(gateway_unit, (self.level_count.size // max(self.n_gateway, 1), 1)))

    def gateway_unit_teme(self, teme_to_itrs: np.ndarray) -> np.ndarray:
        """Return float64[n_gateway, 3], directions in TEME, by the matrix of `frames.teme_to_itrs` at one time."""
        return np.ascontiguousarray(turned(np.swapaxes(teme_to_itrs, -1, -2), self.gateway_unit_itrs))

    def arc_capacity_bit(self, window_s: float) -> np.ndarray:
        """Return float64[n_arc], the bits that each arc carries in a window."""
        return np.array([arc.capacity_bit_s * arc.availability * window_s for arc in self.arcs])

    @property
    def key_size(self) -> int:
        """All keys are below it."""
        size = self.n_type
        for count in self.level_count:
            size *= int(count) + 1
        return size

    def check_key_size(self, size: int) -> None:
        """Raise ScenarioError if keys below `size` have no room in 64 bits."""
        check_key_size(size)

    def key_levels(self, signature_key: np.ndarray) -> np.ndarray:
        """Return int64[n_signature, n_gateway], how many limits of each gateway a key keeps."""
        return self._digits(signature_key, slice(0, self.n_gateway))

    def key_sees(self, signature_key: np.ndarray) -> np.ndarray:
        """Return bool[n_signature, n_gateway], whether the satellites of a key see a gateway; with lasers only."""
        return self._digits(signature_key, slice(self.n_gateway, 2 * self.n_gateway)) > 0

    def _digits(self, signature_key: np.ndarray, part: slice) -> np.ndarray:
        radix = (self.level_count[part] + 1).astype(np.uint64)
        return (signature_key[:, None] // self.key_stride[part] % radix).astype(np.int64)

    def key_type(self, signature_key: np.ndarray) -> np.ndarray:
        """Return int64[n_signature], the type of satellite of a key."""
        return (signature_key % np.uint64(self.n_type)).astype(np.int64)

    def feasible(self, signature_key: np.ndarray, by_laser: np.ndarray | None = None) -> np.ndarray:
        """Return bool[n_signature + n_site, n_group]: which nodes can use the routes of which group; sites last.

        `by_laser` bool[n_signature, n_gateway]: with lasers, which signatures' links lead into a gateway's view.
        """
        groups, level, kind = self.groups, self.key_levels(signature_key), self.key_type(signature_key)
        kept = level[:, np.maximum(groups.gateway, 0)] >= groups.level if self.n_gateway else groups.level <= 0
        if by_laser is not None:
            sees = self.key_sees(signature_key)
            of_gateway = np.maximum(groups.gateway, 0)
            kept &= (groups.sight != DIRECT) | sees[:, of_gateway]
            kept &= (groups.sight != AROUND) | (by_laser & ~sees)[:, of_gateway]
        orbit = kept & groups.type_serves.T[kind]
        return np.concatenate([orbit, groups.site == np.arange(self.n_site)[:, None]])

    @staticmethod
    def build(
        spec: NetworkSpec,
        gateways: Sequence[Gateway],
        regions: Sequence[Place],
        uplinks: Sequence[Uplink],
        *,
        orbit_radius_m: np.ndarray,
        rtt_limit_s: np.ndarray,
        type_serves: np.ndarray,
        site_serves: np.ndarray,
    ) -> Network:
        """Return the network of a run.

        Parameters
        ----------
        spec, gateways, regions, uplinks
            Regions and uplinks need a name, a latitude and a longitude.
        orbit_radius_m : float64[n_orbit]
            Mean radius of each orbit; the real one differs by about 10 km, 0.07 ms of round trip.
        rtt_limit_s : float64[n_class]
            Longest round trip between region and node; inf for none.
        type_serves : bool[n_type, n_class], site_serves : bool[n_site, n_class]
            Which classes a type of satellite, or a site, can run at all.

        Raises
        ------
        ScenarioError
            If a parameter lies outside the latency law, or the limits are too many for a key of 64 bits.
        """
        _check(spec, regions)
        orbit_radius_m, rtt_limit_s = np.atleast_1d(np.asarray(orbit_radius_m, float)), np.asarray(rtt_limit_s, float)
        type_serves = np.atleast_2d(np.asarray(type_serves, bool))
        site_serves = np.asarray(site_serves, bool).reshape(len(uplinks), rtt_limit_s.size)
        place_m = _places_m(gateways)
        leg = leg_table(spec, gateways, orbit_radius_m)
        ground_s = fibre_round_trip_s(spec, gateways, regions)
        site_s = fibre_round_trip_s(spec, uplinks, regions)

        allowance_s = allowances(rtt_limit_s, ground_s, spec.gateways_per_region)
        limits = [gateway_limits(leg[:, g], allowance_s[g], spec.round_trip_bin_s) for g in range(len(gateways))]
        level_count = np.array([len(limit) for limit, _ in limits], np.int64)
        reach_cosine = np.full((orbit_radius_m.size, len(gateways), max(level_count, default=0)), NEVER)
        for g, (limit, _) in enumerate(limits):
            for level, longest_s in enumerate(limit):
                reach_cosine[:, g, level] = cosine_within(leg[:, g], longest_s)
        if spec.lasers is not None:
            reach_cosine, level_count = _with_views(reach_cosine, level_count, leg)
        sights = (ANY,) if spec.lasers is None else (DIRECT, AROUND)
        level_needed = np.array([level for _, level in limits], np.int64).reshape(allowance_s.shape)
        routes, groups = lay_routes(level_needed, ground_s, type_serves, site_s, site_serves, rtt_limit_s, sights)
        return Network(
            spec=spec,
            gateways=tuple(gateways),
            uplinks=tuple(uplinks),
            n_class=rtt_limit_s.size,
            n_region=len(regions),
            n_type=type_serves.shape[0],
            gateway_unit_itrs=place_m / np.sqrt(np.einsum("ij,ij->i", place_m, place_m))[:, None],
            leg=leg,
            reach_cosine=reach_cosine,
            level_count=level_count,
            key_stride=key_strides(type_serves.shape[0], level_count),
            routes=routes,
            groups=groups,
            latency_bound=np.isfinite(rtt_limit_s),
        )


def _with_views(reach_cosine, level_count, leg) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits with the views as watchers of one level each."""
    n_orbit, n_gateway, n_level = reach_cosine.shape
    view = np.full((n_orbit, n_gateway, max(n_level, 1)), NEVER)
    view[:, :, 0] = leg[:, :, Leg._fields.index("view_cosine")]
    if n_level == 0:
        reach_cosine = np.full((n_orbit, n_gateway, 1), NEVER)
    return (
        np.ascontiguousarray(np.concatenate([reach_cosine, view], axis=1)),
        np.concatenate([level_count, np.ones(n_gateway, np.int64)]),
    )


def _check(spec: NetworkSpec, regions: Sequence[Place]) -> None:
    problems = []
    if not spec.isl_path_factor >= 1.0:
        problems.append(
            Problem(
                f"isl_path_factor is {spec.isl_path_factor:g}, but no way is shorter than the great circle",
                "network.isl_path_factor",
                spec.isl_path_factor,
                "at least 1",
                "raise it",
            )
        )
    if not spec.hop_length_m > 0.0:
        problems.append(
            Problem("hop_length must be above zero", "network.hop_length", spec.hop_length_m, "> 0 m", "give 2000 km")
        )
    if not regions:
        problems.append(Problem("there is no region to serve", "workload.regions", cure="give at least one"))
    if problems:
        raise ScenarioError(problems)


def _places_m(places: Sequence[Place]) -> np.ndarray:
    """Return float64[n_place, 3], Earth-fixed."""
    latitude = np.array([place.latitude_deg for place in places], float)
    longitude = np.array([place.longitude_deg for place in places], float)
    return geodetic_to_itrs_m(latitude, longitude).reshape(len(places), 3)


def ground_distance_m(starts: Sequence[Place], ends: Sequence[Place]) -> np.ndarray:
    """Return float64[n_start, n_end], great circles on a sphere of the Earth's mean radius."""
    lat_a, lat_b = (np.radians([place.latitude_deg for place in places]) for places in (starts, ends))
    lon_a, lon_b = (np.radians([place.longitude_deg for place in places]) for places in (starts, ends))
    half_lat, half_lon = (lat_b - lat_a[:, None]) / 2, (lon_b - lon_a[:, None]) / 2
    haversine = np.sin(half_lat) ** 2 + np.cos(lat_a)[:, None] * np.cos(lat_b) * np.sin(half_lon) ** 2
    return 2 * EARTH_MEAN_RADIUS_M * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))


def fibre_round_trip_s(spec: NetworkSpec, starts: Sequence[Place], ends: Sequence[Place]) -> np.ndarray:
    """Return float64[n_start, n_end], there and back over fibre."""
    return 2.0 * ground_distance_m(starts, ends) * spec.fibre_factor * spec.fibre_delay_s_m


def leg_table(spec: NetworkSpec, gateways: Sequence[Gateway], orbit_radius_m: np.ndarray) -> np.ndarray:
    """Return float64[n_orbit, n_gateway, 5], the fields of `Leg`."""
    radius_m = np.asarray(orbit_radius_m, float)[:, None]
    place_m = _places_m(gateways)
    ground_m = np.sqrt(np.einsum("ij,ij->i", place_m, place_m))
    by_range = [gateway.max_range_m is not None for gateway in gateways]
    elevation = np.array([0.0 if far else g.min_elevation_rad for g, far in zip(gateways, by_range, strict=True)])
    # the plane triangle of Earth's centre, gateway and satellite; elevation counted from the geocentric horizon
    view = np.arccos(ground_m * np.cos(elevation) / radius_m) - elevation
    range_m = np.array([np.inf if gateway.max_range_m is None else gateway.max_range_m for gateway in gateways])
    within = (radius_m**2 + ground_m**2 - range_m**2) / (2 * radius_m * ground_m)  # cosine of the angle at that range
    view = np.minimum(view, np.arccos(np.clip(within, -1.0, 1.0)))
    around_s_rad = radius_m * (spec.isl_path_factor / SPEED_OF_LIGHT_M_S + spec.hop_delay_s / spec.hop_length_m)
    fields = {
        "square_sum_m2": radius_m**2 + ground_m**2,
        "square_product_m2": 2 * radius_m * ground_m,
        "view_cosine": np.cos(view),
        "around_s_rad": around_s_rad,
        "down_s": (radius_m - ground_m) / SPEED_OF_LIGHT_M_S,
    }
    ordered = np.broadcast_arrays(*[fields[name] for name in Leg._fields])
    return np.ascontiguousarray(np.stack(ordered, axis=-1))


def cosine_within(leg: np.ndarray, round_trip_s: float) -> np.ndarray:
    """Return the least cosine of the central angle for which the round trip to the gateway keeps a limit.

    Parameters
    ----------
    leg : float64[..., 5]
        Fields of `Leg`.
    round_trip_s : float
        Longest round trip between satellite and gateway.

    Returns
    -------
    float64[...]
        NEVER where even overhead is too far, ALWAYS where the antipode is near enough.
    """
    law = Leg(*np.moveaxis(leg, -1, 0))
    one_way_s = 0.5 * round_trip_s
    reach_m = max(one_way_s, 0.0) * SPEED_OF_LIGHT_M_S
    straight = (law.square_sum_m2 - reach_m**2) / law.square_product_m2
    angle = (one_way_s - law.down_s) / law.around_s_rad
    around = np.where(angle >= np.pi, ALWAYS, np.cos(np.clip(angle, 0.0, np.pi)))
    # in view the straight line decides; out of view only a limit beyond its whole length helps
    cosine = np.where(straight > law.view_cosine, straight, np.minimum(around, law.view_cosine))
    return np.where(straight > 1.0, NEVER, cosine)
