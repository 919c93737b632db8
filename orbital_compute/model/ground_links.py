"""The links of a run's gateways: which satellites their antennas follow, what the links carry, what the sky leaves.

A window is cut into intervals; at the middle of each every gateway chooses anew by its rule. A satellite just taken
carries nothing until it is acquired, so a rule that changes often pays for it in capacity. In place of a rule, `any`
has every antenna on some satellite in view at all times, at the mean rate of those in view, and counts no changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..kernels.contacts import Leg
from ..kernels.handover import (
    NOBODY,
    Look,
    Sky,
    Table,
    carry,
    hand_over,
    let_set,
    mean_rate,
    near_gateways,
    score_by_contact,
    score_by_elevation,
    score_by_nearness,
    take_best,
    view_cosines,
)
from ..kernels.records import Health
from ..physics.drag import EARTH_SPIN_RAD_S
from ..physics.orbit import Orbit
from .clock import Clock
from .constellation import Constellation
from .fleet import Fleet
from .flight_planes import FlightPlanes
from .link_budget import LaserDownlink, RadioLink
from .network import Network
from .space import SpaceSegment
from .weather import DRAWN, MEAN, Weather

ANY, ELEVATION, NEAREST, LONGEST = "any", "elevation", "nearest", "longest"
CHOICES = (ANY, ELEVATION, NEAREST, LONGEST)
N_RATE = 4097  # of a table by slant range to the horizon: less than 1 km apart in low orbit, a rate error below 1e-5
SPAN_S = 600.0  # of a window looked at with one list of satellites near gateways
EDGE = 1e-6  # of a cosine: directions are float32
FIRST_ROOM = 256  # satellites near a gateway that are first made room for


@dataclass(frozen=True)
class GroundSpec:
    """How gateways link to satellites; lists have one entry for each gateway.

    Parameters
    ----------
    antennas : tuple of int
        Satellites that are followed at once.
    most_bit_s : float
        Highest rate of a link: that of the lowest satellite overhead.
    link : RadioLink, LaserDownlink or None
        Budget that gives the rate by slant range.
    acquisition_s : float
        From the choice of a satellite to the first bit.
    choice : "any", "elevation", "nearest" or "longest"
        Any of those in view; always the highest, or the nearest; or one that is kept until it sets, and then that which
        stays longest.
    interval_s : float
        Between two choices.
    weather : "mean" or "drawn"
    sky : Weather
    """

    antennas: tuple[int, ...]
    most_bit_s: float
    link: RadioLink | LaserDownlink | None
    acquisition_s: float
    choice: str
    interval_s: float
    weather: str
    sky: Weather

    @property
    def chooses(self) -> bool:
        """Whether satellites are looked at: for their range, or to follow them."""
        return self.link is not None or self.choice != ANY

    @property
    def plain(self) -> bool:
        """Whether a gateway's capacity is its antennas' rate times a mean availability, always."""
        return not self.chooses and self.weather == MEAN

    def rate_at_bit_s(self, range_m: np.ndarray) -> np.ndarray:
        """Return the rate of a link over slant ranges [m] in clear sky [bit/s]."""
        if self.link is None:
            return np.full(np.shape(range_m), self.most_bit_s)
        return np.asarray(self.link.rate_bit_s(range_m), float)


@dataclass(frozen=True)
class GroundWindow:
    """What the gateways did in a window, one entry for each."""

    carry_share: np.ndarray  # float64, clear-sky bits over those of all antennas at their highest rate, always
    open_share: np.ndarray  # float64, of the window that the sky leaves
    in_view: np.ndarray  # float64, satellites, mean of a look every ten minutes or window
    linked_s: np.ndarray  # float64, antenna time on satellites
    link_bit: np.ndarray  # float64, that links could have carried in clear sky
    changes: np.ndarray  # int64, satellites taken up; those of the first look of a run do not count

    @property
    def capacity_share(self) -> np.ndarray:
        """float64, of the nominal capacity."""
        return self.carry_share * self.open_share


class GroundLinks:
    """The antennas of a run's gateways, from one window to the next.

    Parameters
    ----------
    spec : GroundSpec
    network : Network
    fleet : Fleet
    constellation : Constellation
        Of the same rows.
    clock : Clock
    """

    def __init__(self, spec: GroundSpec, network: Network, fleet: Fleet, constellation: Constellation, clock: Clock):
        self.spec, self._clock, self._fleet = spec, clock, fleet
        orbits = fleet.arrays.orbit_table
        self._radius_m, self._turn_rate = fleet.orbit_radius_m, orbits[:, Orbit._fields.index("speed_rad_s")].copy()
        self._orbit = fleet.arrays.orbit_index
        self._flight = FlightPlanes(fleet, constellation)
        leg = {name: network.leg[:, :, k] for k, name in enumerate(Leg._fields)}
        self._view = np.ascontiguousarray(leg["view_cosine"].T)  # [n_gateway, n_orbit]
        self._ground_m = leg["square_product_m2"][0] / (2.0 * self._radius_m[0])
        n_gateway, most = len(spec.antennas), max(spec.antennas, default=0)
        self._held_row = np.full((n_gateway, most), NOBODY, np.int32)
        self._held_s = np.zeros((n_gateway, most))
        self._begun = np.zeros(1, np.int64)
        self._up: np.ndarray | None = None  # bool[n_row]; None: all are
        self._room = FIRST_ROOM
        self._table = self._rates()

    def _rates(self) -> Table:
        longest_m = float(np.sqrt(self._radius_m.max() ** 2 - self._ground_m.min(initial=0.0) ** 2))  # to the horizon
        range_m = np.linspace(0.0, longest_m, N_RATE)
        return Table(self.spec.rate_at_bit_s(np.maximum(range_m, 1.0)), float(range_m[1]))

    def state(self) -> dict[str, np.ndarray]:
        """Return what is kept between windows."""
        return {"held_row": self._held_row.copy(), "held_s": self._held_s.copy(), "begun": self._begun.copy()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up what `state` gave."""
        self._held_row, self._held_s = state["held_row"].copy(), state["held_s"].copy()
        self._begun = state["begun"].copy()

    def window(self, w_window: int, space: SpaceSegment, gateway_unit: np.ndarray) -> GroundWindow:
        """Move the antennas through a window.

        Parameters
        ----------
        w_window : int
        space : SpaceSegment
            Prepared for it.
        gateway_unit : float64[n_gateway, 3]
            Directions from the Earth's centre at the time of `space.unit`.
        """
        n, window_s, step_s = len(self.spec.antennas), self._clock.window_s, self._clock.step_s
        found = GroundWindow(
            np.ones(n), np.ones(n), np.full(n, np.nan), np.zeros(n), np.zeros(n), np.zeros(n, np.int64)
        )
        start_s, unit_s = self._clock.window_start_s(w_window), (self._clock.steps_per_window // 2 + 0.5) * step_s
        if self.spec.weather == DRAWN:
            found.open_share[:] = self.spec.sky.open_at(start_s + 0.5 * window_s)
        if not self.spec.chooses:
            return found
        self._see_lost()
        sky = Sky(space.unit, self._orbit, self._flight.plane, self._flight.normals(start_s + unit_s, space.given))
        n_look = max(round(window_s / self.spec.interval_s), 1)
        after_s = (np.arange(n_look) + 0.5) / n_look * window_s - unit_s
        found.in_view[:] = 0.0
        n_group = max(math.ceil(window_s / SPAN_S - 1e-9), 1)
        cut = [round(k * n_look / n_group) for k in range(n_group + 1)]
        for first, last in pairwise(cut):
            if last > first:
                self._look(sky, after_s[first:last], window_s / n_look, gateway_unit, space, found)
        most_bit = np.array(self.spec.antennas) * self.spec.most_bit_s * window_s
        found.carry_share[:] = np.minimum(found.link_bit / most_bit, 1.0)
        return found

    def _look(self, sky, after_s, interval_s, gateway_unit, space, found) -> None:
        """Go through some of the intervals of a window, each with its look at its middle."""
        middle_s = 0.5 * (after_s[0] + after_s[-1])
        half_s = 0.0 if self.spec.choice == ANY else 0.5 * (after_s[-1] - after_s[0])
        near = np.arccos(self._view) + (np.abs(self._turn_rate) + EARTH_SPIN_RAD_S) * half_s
        near_cosine = np.ascontiguousarray((np.cos(np.minimum(near, np.pi)) - EDGE).T)
        listed = self._listed(sky, self._turn(middle_s), _carried(gateway_unit, middle_s), near_cosine, space)
        middle, *looks = [(self._turn(time_s), _carried(gateway_unit, time_s)) for time_s in (middle_s, *after_s)]

        def gateway(g: int) -> None:
            self._count(sky, g, listed[g], self._look_from(g, *middle), after_s.size * interval_s, found)
            if self.spec.choice != ANY:
                for look in looks:
                    self._interval(sky, g, listed[g], self._look_from(g, *look), interval_s, found)

        space.run(gateway, range(len(listed)))
        self._begun[0] = 1

    def _look_from(self, g: int, turn: np.ndarray, place: np.ndarray) -> Look:
        x, y, z = (float(part) for part in place[g])
        return Look(turn, self._radius_m, self._view[g], x, y, z, float(self._ground_m[g]))

    def _count(self, sky: Sky, g: int, rows: np.ndarray, look: Look, length_s: float, found: GroundWindow) -> None:
        """Count the satellites in view of a gateway for a part of the window; where any will do, carry too."""
        cosine = np.empty(rows.size)
        view_cosines(sky, rows, look, cosine)
        count, rate_bit_s = mean_rate(sky, rows, look, cosine, self._table)
        found.in_view[g] += count * (length_s / self._clock.window_s)
        if self.spec.choice == ANY:
            linked_s = min(self.spec.antennas[g], count) * length_s
            found.linked_s[g] += linked_s
            found.link_bit[g] += linked_s * rate_bit_s

    def _interval(self, sky: Sky, g: int, rows: np.ndarray, look: Look, interval_s: float, found: GroundWindow) -> None:
        """Let a gateway choose by its rule, and carry for an interval."""
        antennas = self.spec.antennas[g]
        held_row, held_s = self._held_row[g, :antennas], self._held_s[g, :antennas]
        if self.spec.choice != LONGEST or let_set(sky, look, held_row, held_s):
            cosine, place = np.empty(rows.size), np.empty(antennas, np.int64)
            view_cosines(sky, rows, look, cosine)
            take_best(rows, self._score(sky, rows, look, cosine, held_row), place)
            new = hand_over(rows, place, held_row, held_s)
            if self._begun[0] or found.linked_s[g] > 0.0:
                found.changes[g] += new
            else:
                held_s[:] = self.spec.acquisition_s  # a run begins with its links in place
        bit, linked_s = carry(sky, look, self._table, self.spec.acquisition_s, interval_s, held_row, held_s)
        found.link_bit[g] += bit
        found.linked_s[g] += linked_s

    def _score(self, sky: Sky, rows: np.ndarray, look: Look, cosine: np.ndarray, held_row: np.ndarray) -> np.ndarray:
        score = np.empty(rows.size)
        if self.spec.choice == ELEVATION:
            score_by_elevation(sky, rows, look, cosine, score)
        elif self.spec.choice == NEAREST:
            score_by_nearness(sky, rows, look, cosine, score)
        else:
            held = np.sort(held_row)
            score_by_contact(sky, rows, look, cosine, held, self._turn_rate, EARTH_SPIN_RAD_S, score)
        return score

    def _turn(self, time_s: float) -> np.ndarray:
        """Return float64[n_orbit, 2], cosine and sine of what satellites turn along their orbits in a time [s]."""
        angle = self._turn_rate * time_s
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    def _listed(self, sky: Sky, turn, gateway_unit, near_cosine, space) -> list[np.ndarray]:
        """Return for each gateway the rows near it that still work, rising: int32[n]."""
        gateway_unit, n = np.ascontiguousarray(gateway_unit), len(self.spec.antennas)
        while True:
            room = self._room

            def work(part, room=room):
                rows, count = np.empty((n, room), np.int32), np.empty(n, np.int64)
                near_gateways(sky, turn, gateway_unit, near_cosine, part[0], part[1], rows, count)
                return rows, count

            parts = space.run(work, space.rows)
            most = max((int(count.max(initial=0)) for _, count in parts), default=0)
            if most <= room:
                break
            self._room = most + most // 4
        listed = [np.concatenate([rows[g, : count[g]] for rows, count in parts]) for g in range(n)]
        return listed if self._up is None else [rows[self._up[rows]] for rows in listed]

    def _see_lost(self) -> None:
        """Find which satellites are still up, and let antennas give up those that are not."""
        up = self._fleet.arrays.health[:, Health._fields.index("bus"), :].reshape(-1) > 0.0
        self._up = None if up.all() else up
        if self._up is not None:
            gone = (self._held_row != NOBODY) & ~self._up[self._held_row]
            self._held_row[gone], self._held_s[gone] = NOBODY, 0.0


def _carried(gateway_unit: np.ndarray, time_s: float) -> np.ndarray:
    """Return directions that the Earth has carried along for a time [s]."""
    angle = EARTH_SPIN_RAD_S * time_s
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y, z = gateway_unit.T
    return np.stack([cosine * x - sine * y, sine * x + cosine * y, z], axis=1)
