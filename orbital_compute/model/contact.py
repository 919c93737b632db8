"""Links between places on the ground and satellites: which satellites a place sees, and which of them it uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ..errors import Problem, ScenarioError
from ..kernels.links import slant_ranges
from .constellation import Constellation
from .frames import DAY_S, Instants, geodetic_to_itrs_m, itrs_to_teme, turned
from .threads import in_ranges

ALL, NEAREST, LONGEST = "all", "nearest", "longest_contact"
CHOICES = (ALL, NEAREST, LONGEST)
AHEAD_S = 10.0  # between looks ahead at when a satellite sets
AHEAD_LOOKS = 60  # in one look at the orbits
AHEAD_ROUNDS = 36  # of so many looks: six hours; whoever is still in view then counts as setting then


@dataclass(frozen=True)
class GroundView:
    """When a place and a satellite can be linked.

    Parameters
    ----------
    min_elevation_deg : float
        Least elevation over the horizon of the ellipsoid (MODEL §8: 25°).
    max_range_m : float
        Longest slant range [m]. Where it is given, it decides alone, above the horizon.
    choice : "all", "nearest" or "longest_contact"
        Which of the satellites in view are linked: all, so that the way takes the best; only the nearest; or one that
        is kept until it sets, and then that which stays longest.
    """

    min_elevation_deg: float = 25.0
    max_range_m: float | None = None
    choice: str = ALL

    def __post_init__(self) -> None:
        problems = []
        if not 0.0 <= self.min_elevation_deg < 90.0:
            problems.append(Problem(f"{self.min_elevation_deg}", "min_elevation_deg", self.min_elevation_deg,
                                    "from 0 to 90 degrees"))  # fmt: skip
        if self.max_range_m is not None and not self.max_range_m > 0.0:
            problems.append(Problem(f"{self.max_range_m}", "max_ground_range_m", self.max_range_m, "above 0 m"))
        if self.choice not in CHOICES:
            problems.append(Problem(f"{self.choice!r} is not known", "ground_choice", self.choice,
                                    cure="take one of " + ", ".join(CHOICES)))  # fmt: skip
        if problems:
            raise ScenarioError(problems)

    @property
    def least_sine(self) -> float:
        """Sine of the least elevation."""
        return 0.0 if self.max_range_m is not None else float(np.sin(np.radians(self.min_elevation_deg)))

    @property
    def longest_m(self) -> float:
        """Longest slant range [m], infinite if none is given."""
        return np.inf if self.max_range_m is None else float(self.max_range_m)


@dataclass(frozen=True, eq=False)
class Places:
    """Places on the ground, Earth-fixed: name, place [m] and vertical, float64[n_place, 3] each."""

    names: tuple[str, ...]
    itrs_m: np.ndarray
    up_itrs: np.ndarray

    @classmethod
    def of(cls, sites: Mapping[str, Sequence[float]]) -> Places:
        """Return places from {name: (latitude_deg, longitude_deg)}, or with a height [m] as third.

        Raises
        ------
        ScenarioError
            With every place that is none.
        """
        problems = []
        for name, place in sites.items():
            value = np.asarray(place, float)
            if value.shape not in ((2,), (3,)) or not np.isfinite(value).all() or abs(value[0]) > 90.0:
                cure = "give latitude and longitude in degrees, and a height in metres"
                problems.append(Problem(f"{place!r} is no place", f"sites[{name!r}]", place, cure=cure))
        if not sites:
            problems.append(Problem("there are no sites", "sites", cure="give at least one"))
        if problems:
            raise ScenarioError(problems)
        value = np.array([[*place, 0.0][:3] for place in sites.values()], float)
        latitude, longitude = np.radians(value[:, 0]), np.radians(value[:, 1])
        level = np.cos(latitude)
        up = np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=1)
        return cls(tuple(sites), geodetic_to_itrs_m(*value.T), up)

    def __len__(self) -> int:
        return len(self.names)

    def in_teme(self, utc: Instants) -> tuple[np.ndarray, np.ndarray]:
        """Return places [m] and verticals at each instant in TEME, float64[n_place, n_time, 3] each."""
        matrix = itrs_to_teme(utc)
        return turned(matrix, self.itrs_m[:, None, :]), turned(matrix, self.up_itrs[:, None, :])


def slants_m(r_m: np.ndarray, place_m, up, view: GroundView, threads: int | None = None) -> np.ndarray:
    """Return float64[n_satellite], the slant range [m] from one place to each satellite in view, infinite elsewhere.

    Parameters
    ----------
    r_m : float64[n_satellite, 3]
    place_m, up : float64[3]
        The place and its vertical in the axes of `r_m`.
    view : GroundView
        `choice` is not looked at.
    """
    found = np.empty(r_m.shape[0])
    place_m, up = np.ascontiguousarray(place_m), np.ascontiguousarray(up)

    def measure(first: int, last: int) -> None:
        slant_ranges(r_m, place_m, up, view.least_sine, view.longest_m, first, last, found)

    in_ranges(measure, r_m.shape[0], threads)
    return found


def only(slant_m: np.ndarray, row: int) -> np.ndarray:
    """Return the slant ranges with all but one satellite out of view; row -1: all."""
    alone = np.full(slant_m.size, np.inf)
    if row >= 0:
        alone[row] = slant_m[row]
    return alone


class Holder:
    """The one satellite that a place is linked to, from one time to the next, where it does not use all in view."""

    def __init__(self, fleet: Constellation, places: Places, view: GroundView):
        self._fleet, self._places, self._view = fleet, places, view
        self._row = np.full(len(places), -1, np.int64)

    def chosen(self, place: int, slant_m: np.ndarray, utc: Instants) -> np.ndarray:
        """Return the slant ranges [m] that a place uses at one instant; instants are to follow one another."""
        if self._view.choice == ALL:
            return slant_m
        seen = np.flatnonzero(np.isfinite(slant_m))
        held = int(self._row[place])
        if seen.size == 0:
            held = -1
        elif self._view.choice == NEAREST:
            held = int(np.argmin(slant_m))
        elif held < 0 or not np.isfinite(slant_m[held]):
            left_s = contact_left_s(self._fleet, seen, self._places, place, self._view, utc)
            longest = seen[left_s == left_s.max()]
            held = int(longest[np.argmin(slant_m[longest])])
        self._row[place] = held
        return only(slant_m, held)


def contact_left_s(
    fleet: Constellation, rows: np.ndarray, places: Places, place: int, view: GroundView, utc: Instants
) -> np.ndarray:
    """Return float64[n_row], how long satellites in view of a place stay so [s], to 10 s; six hours at most."""
    part, left_s = some_rows(fleet, rows), np.full(rows.size, AHEAD_S * AHEAD_LOOKS * AHEAD_ROUNDS)
    still = np.ones(rows.size, bool)
    for round_ in range(AHEAD_ROUNDS):
        ahead_s = AHEAD_S * (round_ * AHEAD_LOOKS + np.arange(1, AHEAD_LOOKS + 1))
        later = Instants(np.repeat(utc.day, ahead_s.size), utc.fraction + ahead_s / DAY_S)
        place_m, up = (one[place] for one in places.in_teme(later))
        r_m = part.positions(later, "teme")
        for k in range(ahead_s.size):
            gone = still & ~np.isfinite(slants_m(np.ascontiguousarray(r_m[:, k]), place_m[k], up[k], view, 1))
            left_s[gone] = ahead_s[k]
            still &= ~gone
        if not still.any():
            break
    return left_s


def some_rows(fleet: Constellation, rows: np.ndarray) -> Constellation:
    """Return a constellation of some of the satellites."""
    changed = {}
    for item in fields(fleet):
        value = getattr(fleet, item.name)
        if isinstance(value, np.ndarray):
            changed[item.name] = value[rows]
        elif item.name in ("names", "element_records") and value is not None:
            changed[item.name] = [value[row] for row in rows]
        elif item.name == "correction" and value is not None:
            changed[item.name] = type(value)(*(part[rows] for part in value))
    return replace(fleet, **changed)
