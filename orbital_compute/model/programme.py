"""The programme of a window as arrays: what is offered, what is wanted, and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import ModelError


@dataclass(frozen=True)
class Programme:
    """What is offered and what is wanted in one window. FLOP and bits are totals of the window.

    A signature's costs and a route's are taken off the value of each FLOP; they are meant to be tiny, and decide
    between ways of equal value.
    """

    supply_flop: np.ndarray  # float64[n_signature]
    demand_flop: np.ndarray  # float64[n_demand]
    value: np.ndarray  # float64[n_demand], per FLOP
    feasible: np.ndarray  # bool[n_signature, n_group]
    route_group: np.ndarray  # int64[n_route]
    route_demand: np.ndarray  # int64[n_route]
    arc_capacity_bit: np.ndarray  # float64[n_arc]
    arc_route: np.ndarray  # int64[n_use]; each pair of route and arc at most once
    arc_index: np.ndarray  # int64[n_use], arc over which the route sends
    arc_bit_per_flop: np.ndarray  # float64[n_use], so many bits
    signature_cost: np.ndarray  # float64[n_signature], per FLOP
    route_cost: np.ndarray  # float64[n_route], per FLOP

    def __post_init__(self):
        for name in ("supply_flop", "demand_flop", "value", "arc_capacity_bit", "arc_bit_per_flop"):
            _check_numbers(name, getattr(self, name))

    @cached_property
    def route_open(self) -> np.ndarray:
        """bool[n_route]: no arc of the route is down (capacity 0)."""
        down = (self.arc_capacity_bit[self.arc_index] <= 0.0) & (self.arc_bit_per_flop > 0.0)
        return np.bincount(self.arc_route[down], minlength=self.route_group.size) == 0

    @cached_property
    def can_use(self) -> np.ndarray:
        """bool[n_signature, n_route]: the signature is a member of the route's group, and the route is open."""
        return self.feasible[:, self.route_group] & self.route_open

    def room_flop(self, route: int, route_flop: np.ndarray) -> float:
        """Return the work that a route can still take, beside what all routes carry: by its demand and its arcs."""
        use = np.flatnonzero((self.arc_route == route) & (self.arc_bit_per_flop > 0.0))
        arc, k = self.arc_index[use], self.route_demand[route]
        left_bit = self.arc_capacity_bit[arc] - self.by_arc(route_flop)[arc]
        left_flop = float(self.demand_flop[k] - self.by_demand(route_flop)[k])
        return max(float((left_bit / self.arc_bit_per_flop[use]).min(initial=left_flop)), 0.0)

    @cached_property
    def route_gain(self) -> np.ndarray:
        """float64[n_route]: value less the route's cost, per FLOP."""
        return self.value[self.route_demand] - self.route_cost

    @cached_property
    def unreachable(self) -> np.ndarray:
        """bool[n_demand]: wanted, but no node, lit or dark, has an open route there."""
        served = self.route_open & np.any(self.feasible, axis=0)[self.route_group]
        return (self.demand_flop > 0.0) & (np.bincount(self.route_demand[served], minlength=self.value.size) == 0)

    def by_demand(self, route_flop: np.ndarray) -> np.ndarray:
        """Return float64[n_demand], the work of all routes to each demand."""
        return np.bincount(self.route_demand, route_flop, minlength=self.value.size)

    def by_arc(self, route_flop: np.ndarray) -> np.ndarray:
        """Return float64[n_arc], the bits that routes send over each arc."""
        bit = route_flop[self.arc_route] * self.arc_bit_per_flop
        return np.bincount(self.arc_index, bit, minlength=self.arc_capacity_bit.size)


def _check_numbers(name: str, values: np.ndarray) -> None:
    bad = ~(np.isfinite(values) & (values >= 0.0))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise ModelError(
            f"dispatch: {name}[{first}] is {values[first]}; it must be finite and not negative",
            quantity=name,
            value=float(values[first]),
            limit=0.0,
            where=f"{name}[{first}]",
        )
