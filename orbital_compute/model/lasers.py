"""What lasers do for the dispatch of a run: which satellites reach views by them, and what they carry.

Not seen: satellites without compute still relay; a gateway turns to any satellite in its view at once; data within a
cell move freely.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..kernels.lasers import cut_back, renumber, split_signatures, sum_around, sum_views
from ..kernels.supply import WORK_QUANTUM_FLOP, sum_work
from .clock import Clock
from .constellation import Constellation
from .dispatch import Assignment
from .fleet import Fleet
from .laser_flow import Carried, CellFlow, LeastCut
from .laser_links import RunLinks
from .laser_spec import LaserLimits, LaserSpec
from .network import Network
from .programme import Programme
from .routes import AROUND

TOLERATED = 0.01  # of the bits of a dispatch: where lasers cannot carry more than this, it is done once more


class _Ways(NamedTuple):
    """The ways around out of each signature, as rows m from start[s] to start[s + 1]."""

    start: np.ndarray  # int64[n_signature + 1]
    gateway: np.ndarray  # int64[n_way]
    share: np.ndarray  # float64[n_way], of the signature's work
    bit_per_flop: np.ndarray  # float64[n_way], bits that go this way for a FLOP of all the signature's work
    direct_bit: np.ndarray  # float64[n_gateway], what goes down directly


class Lasers:
    """The lasers of a run. In each window: `look` once satellites have their keys, `limits`, and `carry`.

    Parameters
    ----------
    spec : LaserSpec
    fleet : Fleet
        All rows of the constellation.
    constellation : Constellation
    clock : Clock
    network : Network
    options
        events, sequence of FleetEvent: satellites that lose all their compute to one have no lasers while it lasts.
        laser_events, sequence of LasersLost or LinkEvent. health, FleetHealth or None: satellites that are lost have
        no lasers, the others less those that failed. n_laser: lasers of a satellite that may fail. seed.
    """

    def __init__(
        self, spec: LaserSpec, fleet: Fleet, constellation: Constellation, clock: Clock, network: Network, **options
    ):  # fmt: skip
        self.spec, self.fleet, self.clock, self.network = spec, fleet, clock, network
        self.links = RunLinks(spec, fleet, constellation, clock, **options)
        self.cells = self.links.cells
        self.flow = CellFlow(self.cells)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on: arrays by name."""
        return self.links.state()

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Set the lasers to what `state` gave."""
        self.links.restore(state)

    def look(self, window: int, space, signature_key: np.ndarray, supply_flop: np.ndarray):
        """Take in a window: return the signatures' keys and supplies, split by the views that lasers lead into.

        Parameters
        ----------
        window : int
        space : SpaceSegment
            Whose satellites have `signature` by those keys.
        signature_key : uint64[n_signature], supply_flop : float64[n_signature]
        """
        given = space.given_middle()
        self.links.refresh(window, space.unit, given, space.run)
        sees = self.network.key_sees(signature_key)
        start = np.concatenate([[0], np.cumsum(sees.sum(axis=1))]).astype(np.int64)
        gateway = np.nonzero(sees)[1].astype(np.int64)
        n_cell, n_gateway = self.cells.n_cell, self.network.n_gateway

        def view(part):
            found = np.zeros(n_gateway, np.int64), np.zeros(n_cell, np.int64), np.zeros((n_cell, n_gateway), np.int64)
            sum_views(
                space.signature, space.offer_flop, self.cells.cell, self.links.lost, start, gateway, *part, *found
            )  # fmt: skip
            return found

        nothing = np.zeros((n_cell, n_gateway), np.int64)
        self._gate_bit_s = self.links.into_views(space.signature, start, gateway, n_gateway, space.run)
        views = space.run(view, space.rows)
        self._in_view = sum((one[0] for one in views), start=np.zeros(n_gateway, np.int64))
        self._offer_quanta = sum((one[1] for one in views), start=np.zeros(n_cell, np.int64))
        self._direct_quanta = np.ascontiguousarray(sum((one[2] for one in views), start=nothing).T)
        return self._split(space, signature_key, supply_flop)

    def _split(self, space, signature_key: np.ndarray, supply_flop: np.ndarray):
        """Split signatures by the views that links lead into from each cell."""
        leads = self.links.leads(self._gate_bit_s)
        kinds, digit = np.unique(leads, axis=0, return_inverse=True)
        digit, n = np.ascontiguousarray(digit.reshape(-1)), len(kinds)
        if n == 1:
            self.by_laser = np.repeat(kinds, signature_key.size, axis=0)
            return signature_key, supply_flop
        size = signature_key.size * n

        def split(part):
            found = np.zeros(size, np.int64), np.zeros(size, np.int64)
            split_signatures(space.offer_flop, self.cells.cell, digit, n, *part, space.signature, *found)
            return found

        parts = space.run(split, space.rows)
        quanta = sum((one[0] for one in parts), start=np.zeros(size, np.int64))
        used = np.flatnonzero(sum((one[1] for one in parts), start=np.zeros(size, np.int64)))
        number = np.full(size, -1, np.int32)
        number[used] = np.arange(used.size)
        space.run(lambda part: renumber(number, *part, space.signature), space.rows)
        self.by_laser = kinds[used % n]
        return signature_key[used // n], quanta[used] * WORK_QUANTUM_FLOP

    def limits(self, *, bit_per_flop: np.ndarray, demand_flop: np.ndarray, available: np.ndarray | None) -> LaserLimits:
        """Return what lasers and views allow in this window.

        What lasers bring into a view is a greatest flow from all satellites that do not see the gateway, were their
        work the one of most bits that is wanted: no dispatch can bring more.

        Parameters
        ----------
        bit_per_flop, demand_flop : float64[n_demand]
        available : float64[n_arc]
            Share of the arcs' capacities that events leave.
        """
        network, window_s = self.network, self.clock.window_s
        most = float(np.max(bit_per_flop * (demand_flop > 0.0), initial=0.0))
        total = float(demand_flop.sum())
        self._mean_bit = float((bit_per_flop * demand_flop).sum()) / total if total > 0.0 else 0.0
        share = np.array([gateway.availability for gateway in network.gateways]) * window_s
        if available is not None:
            share = share * available[: network.n_gateway]
        antenna = np.array([gateway.antenna_bit_s for gateway in network.gateways])
        capacity = np.array([gateway.capacity_bit_s for gateway in network.gateways])
        in_view = np.where(self._in_view > 0, self._in_view * np.where(self._in_view > 0, antenna, 1.0), 0.0)
        self._antenna_bit = np.floor(capacity * share).astype(np.int64)
        self._view_bit = np.floor(np.minimum(in_view, 2.0 * capacity) * share).astype(np.int64)
        keep = self.spec.availability * window_s
        self._arc_bit = np.floor(self.links.arc_bit_s * keep).astype(np.int64)
        self._gate_bit = np.floor(self._gate_bit_s * keep).astype(np.int64)
        down_bit = np.minimum(self._antenna_bit, self._view_bit)
        around_bit, port_room = np.zeros(network.n_gateway), self.flow.port_capacity(self._arc_bit)
        for g in range(network.n_gateway):
            source = self._bits(self._offer_quanta - self._direct_quanta[g], most)
            around_bit[g] = self.flow.greatest(port_room, source, self._gate_bit[g], int(down_bit[g]))[0]
        self._rounding_bit = rounding_bit = self.fleet.n_satellite * (most * WORK_QUANTUM_FLOP + 1.0)
        return LaserLimits(self.by_laser, down_bit.astype(float), around_bit, rounding_bit)

    @staticmethod
    def _bits(quanta: np.ndarray, bit_per_flop: float) -> np.ndarray:
        return np.floor(quanta * (bit_per_flop * WORK_QUANTUM_FLOP)).astype(np.int64)

    def use(self) -> dict[str, np.ndarray]:
        """Return what arcs between cells carry in the window and could, both directions, by shell: float64[n_shell]."""
        n_shell = self.fleet.n_shell
        shell = self.cells.shell[self.cells.tail]
        load = self.carried.port_bit.sum(axis=(0, 2))
        return {
            "laser_load_bit": np.bincount(self.cells.shell, load.astype(float), n_shell),
            "laser_capacity_bit": np.bincount(shell, 2.0 * self._arc_bit, n_shell),
        }

    def least_cut(self) -> LeastCut:
        """Return what satellites could send to the ground, would all do the mix that is wanted, and what stops it."""
        return self.flow.least_cut(
            self._bits(self._offer_quanta, self._mean_bit), self._bits(self._direct_quanta, self._mean_bit),
            self._arc_bit, self._gate_bit, self._antenna_bit, self._view_bit,
        )  # fmt: skip

    def _want(self, space, ways: _Ways) -> tuple[np.ndarray, np.ndarray]:
        """Return the bits that cells have for views, int64[n_view, n_cell], and what room views have beside direct."""
        n_cell, n_gateway = self.cells.n_cell, self.network.n_gateway

        def add(part):
            bits = np.zeros((n_cell, n_gateway), np.int64)
            sum_around(
                space.signature, space.assigned_flop, self.cells.cell, ways.start, ways.gateway, ways.bit_per_flop,
                *part, bits,
            )  # fmt: skip
            return bits

        nothing = np.zeros((n_cell, n_gateway), np.int64)
        want = np.ascontiguousarray(sum(space.run(add, space.rows), start=nothing).T)
        down_bit = np.minimum(self._antenna_bit, self._view_bit)
        return want, np.maximum(down_bit - np.ceil(ways.direct_bit).astype(np.int64), 0)

    def narrowed(self, limits: LaserLimits, assignment: Assignment, space) -> LaserLimits | None:
        """Return limits in which lasers bring no more into each view than they can carry of what was assigned.

        None if they can carry about all: nothing is to be narrowed.
        """
        want, room = self._want(space, self._ways(assignment))
        carried = self.flow.try_to_carry(want, self._arc_bit, self._gate_bit, room)
        if carried.sum() >= (1.0 - TOLERATED) * want.sum():
            return None
        return replace(limits, around_bit=carried.sum(axis=1).astype(float))

    def carry(self, assignment: Assignment, space, window: int) -> tuple[Assignment, float]:
        """Find ways for the bits of assigned work, and take back what has none; return what is left and what was taken.

        Returns
        -------
        Assignment
            With the work of each signature and way that lasers carry; its value and bound are still the dispatch's.
        float
            Work taken from satellites [FLOP].
        """
        assignment = replace(assignment, programme=self._whole(assignment.programme))
        ways = self._ways(assignment)
        want, room = self._want(space, ways)
        self.want_bit = int(want.sum())
        self.carried: Carried = self.flow.carry(want, self._arc_bit, self._gate_bit, room)
        self.flow.audit(self.carried, self._arc_bit, self._gate_bit, room, window)
        if (self.carried.sent_bit == want).all():
            return assignment, 0.0
        kept = np.ones(want.shape)
        np.divide(self.carried.sent_bit, want, out=kept, where=want > 0)
        kept = np.ascontiguousarray(kept.T)

        def cut(part):
            lost = np.zeros(ways.gateway.size, np.int64)
            cut_back(
                space.signature, self.cells.cell, ways.start, ways.gateway, ways.share, kept, *part,
                space.assigned_flop, lost,
            )  # fmt: skip
            return lost

        lost = sum(space.run(cut, space.rows), start=np.zeros(ways.gateway.size, np.int64)) * WORK_QUANTUM_FLOP
        left_flop = sum_work(space.assigned_flop, space.signature, ways.start.size - 1, space.rows, space.run)
        return self._without(assignment, ways, lost, left_flop), float(lost.sum())

    def _whole(self, programme: Programme) -> Programme:
        """Return a programme whose gateways and lasers have again what was kept free for rounding."""
        capacity_bit, n_ground = programme.arc_capacity_bit.copy(), len(self.network.arcs)
        for part in (slice(0, self.network.n_gateway), slice(n_ground, None)):
            capacity_bit[part] += np.where(capacity_bit[part] > 0.0, self._rounding_bit, 0.0)
        return replace(programme, arc_capacity_bit=capacity_bit)

    def _ways(self, assignment: Assignment) -> _Ways:
        """Return the ways around of each orbital signature, and the bits that go down directly at each gateway."""
        network, programme = self.network, assignment.programme
        routes, n_orbit = network.routes, assignment.share.size - network.n_site
        n_route = routes.arc.size
        bits = np.zeros(n_route)
        own = programme.arc_route[:n_route]
        bits[own] = programme.arc_bit_per_flop[:n_route]
        around = routes.sight == AROUND
        signature, route, flop = assignment.columns(around)
        size = n_orbit * network.n_gateway
        place = signature * network.n_gateway + routes.arc[route]
        work = np.bincount(place, flop, minlength=size).reshape(n_orbit, network.n_gateway)
        sent = np.bincount(place, flop * bits[route], minlength=size).reshape(n_orbit, network.n_gateway)
        of_signature, gateway = np.nonzero(work > 0.0)
        whole = assignment.signature_flop[of_signature]
        start = np.concatenate([[0], np.cumsum(np.bincount(of_signature, minlength=n_orbit))]).astype(np.int64)
        direct = ~around & (routes.arc < network.n_gateway)
        direct_bit = np.bincount(
            routes.arc[direct], (assignment.route_flop * bits)[direct], minlength=network.n_gateway
        )  # fmt: skip
        return _Ways(
            start, gateway.astype(np.int64), np.ascontiguousarray(work[of_signature, gateway] / whole),
            np.ascontiguousarray(sent[of_signature, gateway] / whole), direct_bit,
        )  # fmt: skip

    def _without(self, assignment: Assignment, ways: _Ways, lost_flop, left_flop) -> Assignment:
        """Return an assignment without the work that was taken, float64[n_way], of which satellites have `left_flop`.

        What they have is whole quanta, rounded up before and down now; where it is more than the difference, by less
        than two quanta a satellite, it holds.
        """
        start, gateway, share = ways.start, ways.gateway, ways.share
        routes, group_flop = self.network.routes, assignment.group_flop.copy()
        signature = np.repeat(np.arange(start.size - 1), np.diff(start))
        given = share * assignment.signature_flop[signature]
        left = np.ones((start.size - 1, self.network.n_gateway))
        left[signature, gateway] = np.clip(1.0 - lost_flop / given, 0.0, 1.0)
        around = np.flatnonzero(routes.sight == AROUND)
        group, first = np.unique(assignment.programme.route_group[around], return_index=True)
        orbit = group_flop[: start.size - 1]
        orbit[:, group] *= left[:, routes.arc[around[first]]]
        said_flop = orbit.sum(axis=1)
        more = (said_flop > 0.0) & (left_flop > said_flop)
        orbit[more] *= (left_flop[more] / said_flop[more])[:, None]
        return replace(assignment, group_flop=group_flop)
