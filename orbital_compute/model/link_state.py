"""Which links between satellites hold at a time, and how long they are.

A link is dropped while its line passes too low over the Earth, while it is too long, or while an end would have to turn
its terminal too fast, as near the poles, where planes cross; coming back, it is used again only after an acquisition
time. Data kill links, slow them, or bring them back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from ..constants import EARTH_RADIUS_M
from ..errors import Problem, ScenarioError
from ..kernels.links import link_lengths
from .constellation import Constellation
from .frames import DAY_S, Instants, instants, instants_after
from .link_budget import LaserTerminal
from .threads import in_ranges
from .topology import Topology, spread

HALF_DIFFERENCE_S = 0.5  # velocities are differences over a second, good to 1e-6 m/s
LOOK_BACK_S = 20.0  # between looks at whether a link held throughout its acquisition
CHUNK_PLACES = 8_000_000  # places of satellites held at once: 200 MB


@dataclass(frozen=True)
class LinkChange:
    """From `time` (UTC) on, the links between satellites `a` and `b` have this share of their rate; 0 is dead.

    `b` None means all links of `a`. The last change of a link holds. A link that comes back is acquired anew.
    """

    time: datetime
    a: int
    b: int | None = None
    rate_share: float = 0.0


def rate_shares(topology: Topology, changes: Sequence[LinkChange], time: Any) -> np.ndarray:
    """Return float64[n_link], the share of its rate that each link has at one time, by the changes up to then.

    Raises
    ------
    ScenarioError
        If a change names a link that is not there, or a share outside 0 to 1.
    """
    return _shares(topology, _dated(topology, changes), instants(time))


def _shares(
    topology: Topology, dated: list[tuple[Instants, np.ndarray, float]], utc: Instants, k: int = 0
) -> np.ndarray:
    """Return the share of each link at instant k."""
    share = np.ones(topology.n_link)
    for when, which, value in dated:
        if (utc.day[k] - when.day[0]) + (utc.fraction[k] - when.fraction[0]) >= 0.0:
            share[which] = value
    return share


def _dated(topology: Topology, changes: Sequence[LinkChange]) -> list[tuple[Instants, np.ndarray, float]]:
    """Return (instant, links, share) of each change, in the order of time."""
    found, problems = [], []
    for k, change in enumerate(changes):
        a, b = topology.row_a, topology.row_b
        which = (a == change.a) | (b == change.a)
        if change.b is not None:
            which &= (a == change.b) | (b == change.b)
        if not which.any():
            between = f"satellite {change.a} has no link" + ("" if change.b is None else f" to satellite {change.b}")
            problems.append(Problem(between, f"changes[{k}]", (change.a, change.b), cure="name the rows of a link"))
        if not 0.0 <= change.rate_share <= 1.0:
            problems.append(Problem(f"share {change.rate_share}", f"changes[{k}]", change.rate_share, "from 0 to 1"))
        found.append((instants_after(change.time, 0.0), np.flatnonzero(which), float(change.rate_share)))
    if problems:
        raise ScenarioError(problems)
    return sorted(found, key=lambda one: float(one[0].day[0] + one[0].fraction[0]))


def holding_m(
    fleet: Constellation,
    topology: Topology,
    time: Any,
    changes: Sequence[LinkChange] = (),
    threads: int | None = None,
) -> np.ndarray:
    """Return float64[n_link], the length [m] of each link that carries data at a time, infinite of the others.

    A link carries data if its geometry allows it, if no change has killed it, and if both were so throughout the
    acquisition time before, looked at every 20 s.

    Raises
    ------
    ScenarioError
        If a change names a link that is not there, or more than one time is given.
    """
    utc = instants(time)
    if utc.day.size != 1:
        raise ScenarioError(Problem(f"{utc.day.size} times", "time", cure="give one"))
    return next(holding_series(fleet, topology, utc, changes, threads))[1]


def holding_series(
    fleet: Constellation, topology: Topology, utc: Instants, changes: Sequence[LinkChange], threads: int | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each instant the places of the satellites in TEME [m], float64[n_satellite, 3], and `holding_m`."""
    spec, dated, n = topology.spec, _dated(topology, changes), topology.n_satellite
    looks = int(np.ceil(spec.acquisition_s / LOOK_BACK_S))
    back_s = -spec.acquisition_s * np.arange(looks + 1) / max(looks, 1)
    # places before and after give the velocity; all looks of some instants are asked for at once
    offset_s = (back_s[:, None] + HALF_DIFFERENCE_S * np.array([0.0, -1.0, 1.0])).ravel()
    chunk = max(1, CHUNK_PLACES // (n * offset_s.size))
    for first in range(0, utc.day.size, chunk):
        some = slice(first, min(first + chunk, utc.day.size))
        look = Instants(
            np.repeat(utc.day[some], offset_s.size), np.add.outer(utc.fraction[some], offset_s / DAY_S).ravel()
        )
        r_m = fleet.positions(look, "teme")
        for k in range(0, look.day.size, offset_s.size):
            length_m, here_m = _allowed_m(topology, r_m[:, k : k + 3], threads)
            length_m[_shares(topology, dated, look, k) <= 0.0] = np.inf
            for j in range(k + 3, k + offset_s.size, 3):
                barred = ~np.isfinite(_allowed_m(topology, r_m[:, j : j + 3], threads)[0])
                barred |= _shares(topology, dated, look, j) <= 0.0
                length_m[barred] = np.inf
            yield here_m, length_m


def _allowed_m(topology: Topology, r_m: np.ndarray, threads: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the length [m] of each link, infinite where geometry does not allow it, and the places, in one piece.

    `r_m` float64[n_satellite, 3, 3]: now, half a second before, half a second after.
    """
    spec, found = topology.spec, np.empty(topology.n_link)
    v_m_s = (r_m[:, 2] - r_m[:, 1]) / (2.0 * HALF_DIFFERENCE_S)
    here_m = np.ascontiguousarray(r_m[:, 0])
    least_m, slew = EARTH_RADIUS_M + spec.clearance_m, np.radians(spec.slew_limit_deg_s)
    ends = topology.row_a, topology.row_b, here_m, v_m_s

    def measure(first: int, last: int) -> None:
        link_lengths(*ends, least_m, spec.longest_m, slew, first, last, found)

    in_ranges(measure, topology.n_link, spread(topology.n_link, threads))
    return found, here_m


def link_rates_bit_s(
    fleet: Constellation,
    topology: Topology,
    time: Any,
    terminal: LaserTerminal,
    changes: Sequence[LinkChange] = (),
    threads: int | None = None,
) -> np.ndarray:
    """Return float64[n_link], the rate [bit/s] of each link at a time: what its length and a change leave, or nothing.

    Parameters and errors are those of `holding_m`; `terminal` stands at both ends of every link.
    """
    return terminal.rate_bit_s(holding_m(fleet, topology, time, changes, threads)) * rate_shares(
        topology, changes, time
    )
