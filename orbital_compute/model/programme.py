"""The programme of a window as arrays: what is offered, what is wanted, and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..errors import ModelError


def _nothing() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class Programme:
    """What is offered and what is wanted in one window. FLOP and bits are totals of the window.

    A signature's costs and a route's are taken off the value of each FLOP: tiny ones decide between ways of equal
    value, and energy and carbon may be among a signature's.

    Own limits are what a satellite has of its own beside its supply: its terminal [bit], its memory [byte s]. Members
    of a signature have them in a ratio to their supply that lies between the same two uses of the groups, so their
    sums say all (`own_limits`).
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
    tier: np.ndarray = field(
        default_factory=_nothing
    )  # int64[n_demand], those of tier 1 come first; all alike if empty
    own_limit: np.ndarray = field(default_factory=_nothing)  # float64[n_signature, n_own], inf where none can bind
    own_below: np.ndarray = field(
        default_factory=_nothing
    )  # float64[n_signature, n_own], use that every member carries
    group_use: np.ndarray = field(
        default_factory=_nothing
    )  # float64[n_own, n_group], per FLOP that leaves by the group

    def __post_init__(self):
        n_signature, n_group = self.feasible.shape
        n_own = len(self.group_use)
        for name, shape in (
            ("own_limit", (n_signature, n_own)),
            ("own_below", (n_signature, n_own)),
            ("group_use", (n_own, n_group)),
        ):
            if getattr(self, name).size == 0:
                object.__setattr__(self, name, np.zeros(shape))
        if self.tier.size == 0:
            object.__setattr__(self, "tier", np.ones(self.value.size, np.int64))
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

    def left_flop(self, route: int, flow_flop: np.ndarray) -> np.ndarray:
        """Return float64[n_signature], what each signature can still do by a route, by its supply and own limits.

        flow_flop : float64[n_signature, n_route], what all do already.
        """
        left = self.supply_flop - flow_flop.sum(axis=1)
        for limit, use in zip(self.own_limit.T, self.group_use, strict=True):
            own = use[self.route_group[route]]
            if own > 0.0:
                left = np.minimum(left, (limit - flow_flop @ use[self.route_group]) / own)
        return np.where(self.can_use[:, route], np.maximum(left, 0.0), 0.0)

    @cached_property
    def limited(self) -> np.ndarray:
        """bool[n_signature]: it has supply and an own limit that may bind."""
        return np.isfinite(self.own_limit).any(axis=1) & (self.supply_flop > 0.0)

    @cached_property
    def tiers(self) -> list[int]:
        """The tiers of what is wanted, the first first."""
        return np.unique(self.tier[self.demand_flop > 0.0]).tolist()

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
