"""Round trips between places over satellites: exact shortest ways over the links that hold, instant by instant.

A way goes up from a place to a satellite in view, on over links between satellites, and down; places do not relay.
Its time is its length over the speed of light, there and back, and a delay at each satellite if one is given. The
satellites stand still while the light passes: in 0.1 s they move by 0.8 km, and the way's length by less (3 μs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..constants import SPEED_OF_LIGHT_M_S
from ..errors import Problem, ScenarioError
from ..kernels.paths import shortest_paths, way_back
from .constellation import Constellation
from .contact import ALL, GroundView, Holder, Places, slants_m
from .frames import Instants, instants
from .link_state import LinkChange, holding_series
from .threads import in_ranges
from .topology import NEAREST_SLOT, PlusGrid, Topology, plus_grid, spread

TOPOLOGIES = {"plus_grid": PlusGrid(), "plus_grid_nearest": PlusGrid(cross=NEAREST_SLOT)}


@dataclass(frozen=True, eq=False)
class RoundTrips:
    """Round trips of pairs of places over time, and the ways they took.

    Parameters
    ----------
    round_trip_s : float64[n_pair, n_time]
        Infinite where no way leads.
    satellites : int32[n_pair, n_time]
        Satellites on the way, 0 where none leads; the links, up and down included, are one more.
    first_row, last_row : int32[n_pair, n_time]
        Satellites above the two places, -1 where no way leads.
    ways : list of list of int32[n]
        `ways[pair][time]`, the rows of the satellites on the way, from the first place on.
    """

    round_trip_s: np.ndarray
    satellites: np.ndarray
    first_row: np.ndarray
    last_row: np.ndarray
    ways: list[list[np.ndarray]]

    @property
    def handovers(self) -> np.ndarray:
        """int64[n_pair], how often a place changed from one satellite to another, both places counted.

        From one time to the next at which a way leads; what happened between two times is not seen.
        """
        count = np.zeros(self.satellites.shape[0], np.int64)
        for row in (self.first_row, self.last_row):
            for pair, one in enumerate(row):
                used = one[one >= 0]
                count[pair] += np.count_nonzero(np.diff(used))
        return count

    @property
    def way_changes(self) -> np.ndarray:
        """int64[n_pair], how often the way was another one at the next time, beginning or ending to be counted too."""
        return np.array([sum(not np.array_equal(a, b) for a, b in pairwise(one)) for one in self.ways], np.int64)


def round_trip_time(
    fleet: Constellation,
    sites: Mapping[str, Sequence[float]],
    pairs: Sequence[tuple[str, str]],
    times: Any,
    topology: str | PlusGrid | Topology = "plus_grid",
    **options: Any,
) -> np.ndarray:
    """Return float64[n_pair, n_time], the round-trip time [s] of each pair at each time, infinite where unreachable.

    Parameters, options and errors are those of `round_trips`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import orbital_compute as oc
    >>> start = datetime(2026, 6, 21, tzinfo=UTC)
    >>> fleet = oc.Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=72, n_per_plane=22,
    ...                                 epoch=start, phasing="alternate")
    >>> sites = {"New York": (40.717, -74.004), "London": (51.509, -0.126)}
    >>> found = oc.network.round_trip_time(fleet, sites, [("New York", "London")], [start])
    >>> bool(0.04 < found[0, 0] < 0.06)
    True
    """
    return round_trips(fleet, sites, pairs, times, topology, **options).round_trip_s


def round_trips(
    fleet: Constellation,
    sites: Mapping[str, Sequence[float]],
    pairs: Sequence[tuple[str, str]],
    times: Any,
    topology: str | PlusGrid | Topology = "plus_grid",
    *,
    min_elevation_deg: float = 25.0,
    max_ground_range_m: float | None = None,
    ground_choice: str = ALL,
    hop_delay_s: float = 0.0,
    changes: Sequence[LinkChange] = (),
    threads: int | None = None,
) -> RoundTrips:
    """Return the round trips of pairs of places, and the ways they take.

    Parameters
    ----------
    fleet : Constellation
    sites : mapping
        {name: (latitude_deg, longitude_deg)}, geodetic; a third number is a height [m].
    pairs : sequence of (name, name)
    times : astropy Time, numpy.datetime64 (UTC), skyfield Time, or datetimes
    topology : str, PlusGrid or Topology
        "plus_grid" (same slot of the next plane), "plus_grid_nearest" (nearest slot), one's own rules, or links made
        before by `plus_grid`.
    min_elevation_deg : float
        Least elevation of a ground link.
    max_ground_range_m : float
        Longest ground link [m]; where it is given it decides alone, above the horizon.
    ground_choice : "all", "nearest" or "longest_contact"
        Which satellites in view a place is linked to (`contact.GroundView`).
    hop_delay_s : float
        Delay at each satellite on the way, each way (MODEL §8: 50 μs); 0 leaves it out.
    changes : sequence of LinkChange
        Links killed or brought back at a time.
    threads : int
        As many as processors if None; the answer does not depend on it.

    Raises
    ------
    ScenarioError
        If a place, a pair, a time or an option is none, or a change names a link that is not there.
    ModelError
        If SGP4 cannot follow a satellite to one of the times.
    """
    view = GroundView(min_elevation_deg, max_ground_range_m, ground_choice)
    places, utc = Places.of(sites), instants(times)
    pair_index = _checked_pairs(pairs, places)
    if not (np.isfinite(hop_delay_s) and hop_delay_s >= 0.0):
        raise ScenarioError(Problem(f"{hop_delay_s}", "hop_delay_s", hop_delay_s, "from 0 s"))
    links = _linked(fleet, topology)
    n_time, n_pair, hop_m = utc.day.size, len(pair_index), hop_delay_s * SPEED_OF_LIGHT_M_S
    length_m, satellites = np.full((n_pair, n_time), np.inf), np.zeros((n_pair, n_time), np.int32)
    first_row, last_row = np.full((n_pair, n_time), -1, np.int32), np.full((n_pair, n_time), -1, np.int32)
    ways = [[np.empty(0, np.int32)] * n_time for _ in range(n_pair)]
    holder, sources = Holder(fleet, places, view), sorted({a for a, _ in pair_index})
    order = np.argsort(utc.day + utc.fraction, kind="stable")  # a satellite once chosen is kept
    utc = Instants(utc.day[order], utc.fraction[order])
    for j, (r_m, link_m) in enumerate(holding_series(fleet, links, utc, changes, threads)):
        k, now = order[j], Instants(utc.day[j : j + 1], utc.fraction[j : j + 1])
        graph_m = links.ports_m(link_m + hop_m, threads)
        slant_m = _slants(r_m, places, view, holder, now, threads)
        seed_m = slant_m[sources] + hop_m
        far_m = far_from(links, graph_m, seed_m, threads)
        for i, (a, b) in enumerate(pair_index):
            s = sources.index(a)
            total_m = far_m[s] + slant_m[b]
            last = int(np.argmin(total_m))
            if not np.isfinite(total_m[last]):
                continue
            way = _way(links, graph_m, seed_m[s], far_m[s], last)
            length_m[i, k], satellites[i, k], ways[i][k] = total_m[last], way.size, way
            first_row[i, k], last_row[i, k] = way[0], last
    return RoundTrips(2.0 * length_m / SPEED_OF_LIGHT_M_S, satellites, first_row, last_row, ways)


def delay_to_satellites(
    fleet: Constellation,
    sites: Mapping[str, Sequence[float]],
    time: Any,
    topology: str | PlusGrid | Topology = "plus_grid",
    *,
    min_elevation_deg: float = 25.0,
    max_ground_range_m: float | None = None,
    hop_delay_s: float = 0.0,
    changes: Sequence[LinkChange] = (),
    threads: int | None = None,
) -> np.ndarray:
    """Return float64[n_site, n_satellite], the delay one way [s] from each place to each satellite at one time.

    Infinite where no way leads. Parameters and errors are those of `round_trips`.
    """
    view, places, now = GroundView(min_elevation_deg, max_ground_range_m), Places.of(sites), instants(time)
    links, hop_m = _linked(fleet, topology), hop_delay_s * SPEED_OF_LIGHT_M_S
    if now.day.size != 1:
        raise ScenarioError(Problem(f"{now.day.size} times", "time", cure="give one"))
    r_m, link_m = next(holding_series(fleet, links, now, changes, threads))
    graph_m = links.ports_m(link_m + hop_m, threads)
    seed_m = _slants(r_m, places, view, Holder(fleet, places, view), now, threads) + hop_m
    return far_from(links, graph_m, seed_m, threads) / SPEED_OF_LIGHT_M_S


def far_from(links: Topology, graph_m: np.ndarray, seed_m: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return float64[n_source, n_satellite], the shortest way [m] from each source to each satellite, exactly.

    Parameters
    ----------
    links : Topology
    graph_m : float64[n_satellite, n_port]
        Lengths at the ports (`Topology.ports_m`), above zero.
    seed_m : float64[n_source, n_satellite]
        Length from each source to the satellites that it reaches itself, infinite elsewhere.
    """
    found = np.empty_like(seed_m)

    def solve(first: int, last: int) -> None:
        shortest_paths(links.neighbour, graph_m, seed_m, first, last, found)

    in_ranges(solve, seed_m.shape[0], spread(seed_m.size, threads))
    return found


def shortest_paths_m(
    links: Topology, length_m: np.ndarray, rows: Sequence[int] | np.ndarray, threads: int | None = None
) -> np.ndarray:
    """Return float64[n_row, n_satellite], the shortest way [m] over links from some satellites to all, exactly.

    Parameters
    ----------
    links : Topology
    length_m : float64[n_link]
        Of each link, above zero; infinite where it does not hold (`holding_m`). Any other cost that adds up will do.
    rows : sequence of int
        Satellites from which ways start.
    threads : int
        As many as processors if None; the answer does not depend on it.

    Raises
    ------
    ScenarioError
        If a row is not there, or there are not as many lengths as links.
    """
    n, start = links.n_satellite, np.atleast_1d(np.asarray(rows, np.int64))
    problems = [
        Problem(f"there is no row {row}", "rows", int(row), f"0 to {n - 1}") for row in start if not 0 <= row < n
    ]
    if np.shape(length_m) != (links.n_link,):
        problems.append(Problem(f"{np.size(length_m)} lengths for {links.n_link} links", "length_m", cure="give all"))
    if problems:
        raise ScenarioError(problems)
    seed_m = np.full((start.size, n), np.inf)
    seed_m[np.arange(start.size), start] = 0.0
    return far_from(links, links.ports_m(np.ascontiguousarray(length_m, float), threads), seed_m, threads)


def _linked(fleet: Constellation, topology: str | PlusGrid | Topology) -> Topology:
    """Return the links that a name, rules, or links themselves mean."""
    if isinstance(topology, str):
        if topology not in TOPOLOGIES:
            cure = "take one of " + ", ".join(TOPOLOGIES) + ", or give a PlusGrid"
            raise ScenarioError(Problem(f"{topology!r} is not known", "topology", topology, cure=cure))
        topology = TOPOLOGIES[topology]
    links = topology if isinstance(topology, Topology) else plus_grid(fleet, topology)
    if links.n_satellite != fleet.n_satellite:
        what = f"links of {links.n_satellite} satellites for a fleet of {fleet.n_satellite}"
        raise ScenarioError(Problem(what, "topology", cure="make them from this fleet"))
    return links


def _slants(
    r_m: np.ndarray, places: Places, view: GroundView, holder: Holder, now: Instants, threads: int | None
) -> np.ndarray:
    """Return float64[n_place, n_satellite], the length [m] of the ground links used at one instant."""
    (place_m, up), n_thread = places.in_teme(now), spread(r_m.shape[0], threads)
    seen = [slants_m(r_m, place_m[p, 0], up[p, 0], view, n_thread) for p in range(len(places))]
    return np.stack([holder.chosen(p, one, now) for p, one in enumerate(seen)])


def _way(links: Topology, graph_m: np.ndarray, seed_m: np.ndarray, far_m: np.ndarray, last: int) -> np.ndarray:
    """Return int32[n], the satellites of the way to one of them, the source's first."""
    room = np.empty(256, np.int32)
    count = way_back(links.neighbour, graph_m, seed_m, far_m, last, room)
    if count > room.size:
        room = np.empty(count, np.int32)
        way_back(links.neighbour, graph_m, seed_m, far_m, last, room)
    return room[:count][::-1].copy()


def _checked_pairs(pairs: Sequence[tuple[str, str]], places: Places) -> list[tuple[int, int]]:
    """Return the pairs as indices of places."""
    problems, found = [], []
    for k, pair in enumerate(pairs):
        a, b = pair
        missing = [name for name in (a, b) if name not in places.names]
        if missing:
            problems.append(Problem(f"{missing[0]!r} is no site", f"pairs[{k}]", pair,
                                    cure="name one of " + ", ".join(places.names)))  # fmt: skip
        elif a == b:
            problems.append(Problem(f"{a!r} is paired with itself", f"pairs[{k}]", pair, cure="name two places"))
        else:
            found.append((places.names.index(a), places.names.index(b)))
    if not problems and not found:
        problems.append(Problem("there are no pairs", "pairs", cure="give at least one"))
    if problems:
        raise ScenarioError(problems)
    return found
