"""Flow of bits over the cells: what lasers can bring into each view, what they carry, and where the least cut lies.

Whole bits throughout, so what enters a cell leaves it to the last one. Bits of both directions are counted as if all
went down, against the capacity of one: at most twice what a link with two directions would have to carry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import AuditError
from ..kernels.cell_flow import move_prices, send_by_trees
from ..kernels.flow import flow_arcs, max_flow
from ..kernels.paths import NEAR_M, shortest_paths
from .cells import Cells

WORTH = 1.0  # of a bit that is carried; prices count in it
LEAST_PRICE = 1e-7  # from which prices may rise; in the bound it counts as none
PRICE_M = 20.0 * NEAR_M  # a price of one as a length: the paths' piles then hold steps of 0.05
FIRST_STEP, STEP_FALL = 0.3, 0.1
SWEEPS = 24  # of prices, at most
GAP = 0.01  # at which sweeps end
CUT_PLACES = ("compute", "lasers", "view", "antennas")


@dataclass(frozen=True, eq=False)
class Carried:
    """What of a window's bits is carried, by which ways, and a bound that no other ways can pass.

    port_bit int64[n_view, n_cell, n_port], what leaves each cell by each port; gate_bit int64[n_view, n_cell], what
    enters views; sent_bit int64[n_view, n_cell], what sets out.
    """

    port_bit: np.ndarray
    gate_bit: np.ndarray
    sent_bit: np.ndarray
    bound_bit: float
    sweeps: int

    @property
    def gap(self) -> float:
        """Bound less what is carried, over the bound."""
        carried = float(self.sent_bit.sum())
        return max(1.0 - carried / self.bound_bit, 0.0) if self.bound_bit > 0.0 else 0.0


class CellFlow:
    """The graph of a run's cells, on which flows are found."""

    def __init__(self, cells: Cells):
        self.cells = cells
        self._ports = np.flatnonzero(cells.arc >= 0)
        n_cell, n_port = cells.neighbour.shape
        every = np.arange(n_cell)
        tail, head = self._ports // n_port, cells.neighbour.ravel()[self._ports].astype(np.int64)
        self._view, self._source, self._sink = n_cell, n_cell + 1, n_cell + 2
        self._single = flow_arcs(
            n_cell + 3,
            np.concatenate([tail, np.full(n_cell, self._source), every, [self._view]]),
            np.concatenate([head, every, np.full(n_cell, self._view), [self._sink]]),
        )
        self._tail, self._head = tail, head

    def port_capacity(self, arc_bit: np.ndarray) -> np.ndarray:
        """Return int64[n_cell, n_port], the capacity at each port by those of arcs; 0 at a port that is not used."""
        arc = self.cells.arc
        return np.where(arc >= 0, arc_bit[np.maximum(arc, 0)] if arc_bit.size else 0, 0).astype(np.int64)

    def greatest(self, port_bit, source_bit, gate_bit, view_bit: int):
        """Return the greatest flow from all cells into one view: whole, by port, from cells, and by gate.

        Parameters
        ----------
        port_bit : int64[n_cell, n_port], source_bit, gate_bit : int64[n_cell]
        view_bit : int
        """
        start, head, back, number = self._single
        full = np.concatenate([port_bit.ravel()[self._ports], source_bit, gate_bit, [view_bit]]).astype(np.int64)
        capacity = np.zeros(head.size, np.int64)
        capacity[number] = full
        level, place, queue, trail = np.empty((4, self._sink + 1), np.int64)
        whole = max_flow(start, head, back, capacity, self._source, self._sink, level, place, queue, trail)
        flow = full - capacity[number]
        by_port = np.zeros(port_bit.size, np.int64)
        by_port[self._ports] = flow[: self._ports.size]
        by_port = by_port.reshape(port_bit.shape)
        by_port = np.maximum(by_port - self._returning(by_port), 0)
        sent, gates = np.split(flow[self._ports.size : -1], 2)
        return whole, by_port, sent, gates

    def _returning(self, by_port: np.ndarray) -> np.ndarray:
        """Return what comes back over each port's arc."""
        return np.where(self.cells.arc >= 0, by_port.ravel()[self.cells.back], 0)

    def carry(self, want_bit: np.ndarray, arc_bit: np.ndarray, gate_bit: np.ndarray, view_bit: np.ndarray) -> Carried:
        """Return ways for the bits that cells have for views, as many as can be found, with a bound.

        Parameters
        ----------
        want_bit : int64[n_view, n_cell]
        arc_bit : int64[n_arc]
            Capacity in either direction.
        gate_bit : int64[n_view, n_cell]
            What enters a view from a cell at most.
        view_bit : int64[n_view]
            What a view takes in all.

        Notes
        -----
        If the shortest ways take all, they are the answer. Otherwise views fill in turn, each by a greatest flow; the
        cuts that stop them give first prices, and sweeps move these by factors, load over capacity, as multiplicative
        weights do. Any prices p, q of arcs and gates bound what can be carried,

            Σ p C + Σ q G + Σ want [1 - cheapest way]+

        (MODEL §7.2's certificate; q of a view's gates also holds what the view takes). What the sweeps sent on
        average divides the arcs among the views for a second filling; the better of both stands.
        """
        port_room = self.port_capacity(arc_bit)
        short = self._shortest(want_bit, port_room, gate_bit, view_bit)
        if short.sweeps == 0:
            return short
        first = self._fill(want_bit, port_room, gate_bit, view_bit, None)
        found, bound, sweeps = self._sweep(want_bit, port_room, gate_bit, view_bit, first)
        ports, gates, sent = found
        return Carried(ports, gates, sent, min(bound, short.bound_bit), sweeps)

    def try_to_carry(self, want_bit, arc_bit, gate_bit, view_bit) -> np.ndarray:
        """Return int64[n_view, n_cell], about what `carry` finds room for, without the best or a bound."""
        port_room = self.port_capacity(arc_bit)
        short = self._shortest(want_bit, port_room, gate_bit, view_bit)
        return short.sent_bit if short.sweeps == 0 else self._fill(want_bit, port_room, gate_bit, view_bit, None)[2]

    def _shortest(self, want_bit, port_room, gate_bit, view_bit) -> Carried:
        """Return all bits on the shortest ways, whether they fit or not; `sweeps` is 0 if they do."""
        shape = (len(want_bit), *port_room.shape)
        ones, gates = np.where(port_room > 0, LEAST_PRICE, np.inf), np.where(gate_bit > 0, LEAST_PRICE, np.inf)
        away, order = self._away(ones, gates)
        ports, through, sent = (
            np.empty(shape, np.int64),
            np.empty(gate_bit.shape, np.int64),
            np.empty(shape[0], np.int64),
        )
        send_by_trees(
            self.cells.neighbour, ones, gates, away, order, want_bit, WORTH, 0, shape[0], ports, through, sent
        )
        reached = np.where(away < WORTH, want_bit, 0)
        fits = (ports.sum(axis=0) <= port_room).all() and (through <= gate_bit).all() and (sent <= view_bit).all()
        bound = float(np.minimum(reached.sum(axis=1), view_bit).sum())
        return Carried(ports, through, reached, bound, 0 if fits else -1)

    def _away(self, port_price: np.ndarray, gate_price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the cheapest way from each cell into each view, and the cells in that order."""
        cells, away = self.cells, np.empty(gate_price.shape)
        length = np.where(cells.arc >= 0, port_price.ravel()[cells.back], np.inf) * PRICE_M
        shortest_paths(cells.neighbour, length, gate_price * PRICE_M, 0, len(gate_price), away)
        away /= PRICE_M
        return away, np.argsort(away, axis=1, kind="stable")

    def _fill(self, want_bit, port_room, gate_bit, view_bit, share: np.ndarray | None):
        """Return flows by port, gate and source: views filled in turn, first within their shares of ports."""
        left, wanted, gates, views = port_room.copy(), want_bit.copy(), gate_bit.copy(), view_bit.copy()
        ports = np.zeros((len(want_bit), *port_room.shape), np.int64)
        for own in (share, None) if share is not None else (None,):
            for view in range(len(want_bit)):
                room = left if own is None else np.minimum(np.floor(own[view] * port_room).astype(np.int64), left)
                whole, by_port, sent, by_gate = self.greatest(room, wanted[view], gates[view], int(views[view]))
                left -= by_port
                wanted[view] -= sent
                gates[view] -= by_gate
                views[view] -= whole
                ports[view] += by_port
        return ports, gate_bit - gates, want_bit - wanted

    def _sweep(self, want_bit, port_room, gate_bit, view_bit, first):
        """Return the best flows found, the least bound and the sweeps that it took."""
        cells, n_view = self.cells, len(want_bit)
        port_price, gate_price = self._cut_prices(port_room, gate_bit, view_bit, first)
        room, gate_room = port_room.astype(float).ravel(), gate_bit.astype(float).ravel()
        ports, through = np.empty(first[0].shape, np.int64), np.empty(gate_bit.shape, np.int64)
        sent, mean = np.empty(n_view, np.int64), np.zeros(first[0].shape)
        bound, carried = np.inf, float(first[2].sum())
        for sweep in range(SWEEPS):
            open_port, open_gate = (
                np.where(port_room > 0, port_price, np.inf),
                np.where(gate_bit > 0, gate_price, np.inf),
            )
            away, order = self._away(open_port, open_gate)
            bound = min(bound, self._bound(want_bit, port_room, gate_bit, view_bit, port_price, gate_price, away))
            if carried >= bound * (1.0 - GAP):
                return first, bound, sweep + 1
            send_by_trees(
                cells.neighbour, open_port, open_gate, away, order, want_bit, WORTH, 0, n_view, ports, through, sent
            )
            mean += (sweep + 1.0) * ports
            step = FIRST_STEP / (1.0 + STEP_FALL * sweep)
            for load, capacity, price in (
                (ports.sum(axis=0).ravel(), room, port_price.ravel()),
                (through.ravel(), gate_room, gate_price.ravel()),
            ):
                move_prices(load.astype(float), capacity, step, LEAST_PRICE, WORTH, price)
        whole = mean.sum(axis=0)
        share = np.divide(mean, whole, out=np.zeros(mean.shape), where=whole > 0.0)
        second = self._fill(want_bit, port_room, gate_bit, view_bit, share)
        return max(first, second, key=lambda found: float(found[2].sum())), bound, SWEEPS

    def _bound(self, want_bit, port_room, gate_bit, view_bit, port_price, gate_price, away) -> float:
        """Return the most that can be carried, by prices; the least price, which `away` holds, counts as none."""
        ports, gates = (np.where(price > LEAST_PRICE, price, 0.0) for price in (port_price, gate_price))
        cheapest = away - LEAST_PRICE * (self.cells.n_cell + 1)
        kept = want_bit * np.clip(WORTH - cheapest, 0.0, WORTH)
        of_views = np.minimum((gates * gate_bit).sum(axis=1), gates.max(axis=1) * view_bit)
        return float((ports * port_room).sum() + of_views.sum() + kept.sum())

    def _cut_prices(self, port_room, gate_bit, view_bit, found) -> tuple[np.ndarray, np.ndarray]:
        """Return prices of ports and gates from the cuts that stop what was found: one across them, or next to none."""
        ports, gates, _ = found
        left, gates_left, cells = port_room - ports.sum(axis=0), gate_bit - gates, self.cells
        full = gates.sum(axis=1) >= view_bit
        joined = cells.arc >= 0
        port_price, gate_price = np.full(port_room.shape, LEAST_PRICE), np.full(gate_bit.shape, LEAST_PRICE)
        for view in range(len(gate_bit)):
            if full[view]:
                gate_price[view] = WORTH  # the view itself is full
                continue
            reaches = gates_left[view] > 0
            while True:
                more = reaches | (reaches[cells.neighbour] & (left > 0) & joined).any(axis=1)
                if (more == reaches).all():
                    break
                reaches = more
            across = ~reaches[:, None] & reaches[cells.neighbour] & joined
            port_price[across] = WORTH
            gate_price[view][~reaches] = WORTH
        return port_price, gate_price

    def audit(
        self, found: Carried, arc_bit: np.ndarray, gate_bit: np.ndarray, view_bit: np.ndarray, window: int
    ) -> None:
        """Check that what sets out from and comes into each cell leaves it, and that nothing carries more than it can.

        Raises
        ------
        AuditError
            With the cell or arc and the window.
        """
        cells = self.cells
        for view, ports in enumerate(found.port_bit):
            rest = found.sent_bit[view] + self._returning(ports).sum(axis=1) - ports.sum(axis=1) - found.gate_bit[view]
            if rest.any():
                c = int(np.abs(rest).argmax())
                where = f"cell {c}, view {view}, window {window}"
                message = f"{rest[c]} bits came into a cell and did not leave it: {where}"
                raise AuditError(message, quantity="laser_bit", value=int(rest[c]), limit=0, where=where)
        room = self.port_capacity(arc_bit)
        for given, limit, what in (
            (found.port_bit.sum(axis=0).ravel(), room.ravel(), "port"),
            (found.gate_bit.ravel(), gate_bit.ravel(), "gate"),
            (found.gate_bit.sum(axis=1), view_bit, "view"),
        ):
            over = given - limit
            if over.size and over.max() > 0:
                i = int(over.argmax())
                n_port = cells.neighbour.shape[1]
                name = f"arc {cells.arc.ravel()[i]} out of cell {i // n_port}" if what == "port" else f"{what} {i}"
                where = f"{name}, window {window}"
                message = f"{given[i]} bits go where {limit[i]} can: {where}"
                raise AuditError(message, quantity="laser_bit", value=int(given[i]), limit=int(limit[i]), where=where)

    def least_cut(self, supply_bit, direct_bit, arc_bit, gate_bit, antenna_bit, view_bit) -> LeastCut:
        """Return the greatest flow from all satellites to the ground, and where the least cut lies.

        Parameters
        ----------
        supply_bit : int64[n_cell]
            What the satellites of a cell could send for.
        direct_bit, gate_bit : int64[n_view, n_cell]
            Of it, what satellites in view could; and what lasers can bring into view there.
        arc_bit : int64[n_arc]
        antenna_bit, view_bit : int64[n_view]
            What a gateway's antennas take, and what satellites in its view can send.
        """
        n_cell, n_view, n_laser = self.cells.n_cell, len(gate_bit), self._ports.size
        source, sink = n_cell + n_view, n_cell + n_view + 1
        every, views = np.arange(n_cell), n_cell + np.arange(n_view)
        (direct_view, direct_cell), (gate_view, gate_cell) = np.nonzero(direct_bit), np.nonzero(gate_bit)
        down_bit = np.minimum(antenna_bit, view_bit)
        tail = np.concatenate([self._tail, np.full(n_cell, source), direct_cell, gate_cell, views])
        head = np.concatenate([self._head, every, n_cell + direct_view, n_cell + gate_view, np.full(n_view, sink)])
        full = np.concatenate([
            self.port_capacity(arc_bit).ravel()[self._ports], supply_bit, direct_bit[direct_view, direct_cell],
            gate_bit[gate_view, gate_cell], down_bit,
        ])  # fmt: skip
        arcs = flow_arcs(sink + 1, tail, head)
        capacity = np.zeros(arcs.head.size, np.int64)
        capacity[arcs.number] = full
        level, place, queue, trail = np.empty((4, sink + 1), np.int64)
        whole = max_flow(arcs.start, arcs.head, arcs.back, capacity, source, sink, level, place, queue, trail)
        cut_bit = np.where((level[tail] >= 0) & (level[head] < 0), full, 0)
        laser, supply, direct, gate, down = np.split(
            cut_bit, np.cumsum([n_laser, n_cell, direct_cell.size, gate_cell.size])
        )
        shell, n_shell = self.cells.shell, int(self.cells.shell.max(initial=0)) + 1
        by_shell = _sum_by(shell[self._tail], laser, n_shell) + _sum_by(shell[gate_cell], gate, n_shell)
        by_antennas = antenna_bit <= view_bit
        place_bit = np.array(
            [supply.sum() + direct.sum(), by_shell.sum(), down[~by_antennas].sum(), down[by_antennas].sum()]
        )
        return LeastCut(int(whole), place_bit, by_shell, down)


@dataclass(frozen=True, eq=False)
class LeastCut:
    """The greatest flow to the ground [bit], and the capacities that its least cut goes through."""

    whole_bit: int
    place_bit: np.ndarray  # int64[4], by CUT_PLACES; they sum to the whole
    shell_bit: np.ndarray  # int64[n_shell], lasers of each shell
    gateway_bit: np.ndarray  # int64[n_gateway], antennas and views


def _sum_by(place: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    total = np.zeros(n, np.int64)
    np.add.at(total, place, values)
    return total
