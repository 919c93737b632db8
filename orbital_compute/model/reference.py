"""The whole horizon as one linear programme, with perfect foresight: what dispatch and energy plan are judged by.

Every satellite is there with its light and dark, its array's power as the engine had it, its battery and its power
curve; every window with its reach, arcs, arrivals and queues; every site with its grid, battery plant and facility.
Only decisions differ from a run. What is not linear is relaxed, so the optimum is never below what a run can reach:
the power curve stands outside of its law (tangents, `CURVE_ERROR`), with devices that may be off for part of a
window; power is even within the light, and the dark, of a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import Problem, ScenarioError
from .horizon_rows import LinearRows
from .power_pieces import Pieces

LARGEST = {"satellites": 200, "windows": 96, "demands": 256}
LONGEST_WINDOW_S = 600.0  # light and dark of a window are one stretch each


@dataclass(frozen=True)
class Segments:
    """Stretches of light or dark of one satellite in one window, in the order of satellite and time."""

    satellite: np.ndarray  # int64[n_segment]
    window: np.ndarray  # int64[n_segment]
    length_s: np.ndarray  # float64[n_segment], above zero
    array_w: np.ndarray  # float64[n_segment], mean power of the array at the bus
    bus_w: np.ndarray  # float64[n_segment]
    largest_w: np.ndarray  # float64[n_segment], compute power that full load and the radiator allow


@dataclass(frozen=True)
class Storage:
    """A battery of each node: float64[n_node] all; start and end of the horizon are given, the end at least."""

    start_j: np.ndarray
    end_j: np.ndarray
    floor_j: np.ndarray
    capacity_j: np.ndarray
    charge_limit_w: np.ndarray
    discharge_limit_w: np.ndarray
    taper_w_j: np.ndarray
    charge_efficiency: np.ndarray
    discharge_efficiency: np.ndarray


@dataclass(frozen=True)
class HorizonSatellites:
    """The satellites of a horizon; `kind` picks the power curve."""

    segments: Segments
    storage: Storage
    pump: np.ndarray  # float64[n_satellite], load over power of compute and bus
    peak_flop_s: np.ndarray  # float64[n_satellite]
    kind: np.ndarray  # int64[n_satellite]
    curves: list[Pieces]


@dataclass(frozen=True)
class HorizonSites:
    """The sites of a horizon; their power is that of the whole site."""

    storage: Storage
    peak_flop_s: np.ndarray  # float64[n_site, n_window], of what stands and is the customer's
    source_w: np.ndarray  # float64[n_site, n_window], grid and turbines
    curves: list[list[Pieces]]  # [n_site][n_window]


@dataclass(frozen=True)
class HorizonWindow:
    """Reach, routes, arcs and arrivals of a window."""

    feasible: np.ndarray  # bool[n_satellite + n_site, n_group]
    route_open: np.ndarray  # bool[n_route]
    arc_capacity_bit: np.ndarray  # float64[n_arc]
    arrived_flop: np.ndarray  # float64[n_demand]


@dataclass(frozen=True)
class Horizon:
    """All that the programme of a horizon is made of."""

    window_s: float
    satellites: HorizonSatellites
    sites: HorizonSites
    windows: list[HorizonWindow]
    value: np.ndarray  # float64[n_demand], per FLOP
    last_age: np.ndarray  # float64[n_demand], whole windows that work may wait; inf: for ever
    route_group: np.ndarray  # int64[n_route]
    route_demand: np.ndarray  # int64[n_route]
    arc_route: np.ndarray  # int64[n_use], arc_index int64[n_use], arc_bit_per_flop float64[n_use]
    arc_index: np.ndarray
    arc_bit_per_flop: np.ndarray


@dataclass(frozen=True)
class HorizonOptimum:
    """The optimum of a horizon."""

    value: float
    served_flop: np.ndarray  # float64[n_window, n_demand]
    compute_power_w: np.ndarray  # float64[n_satellite, n_window], mean
    satellite_flop: np.ndarray  # float64[n_satellite, n_window]
    battery_j: np.ndarray  # float64[n_satellite, n_window], at the window's end
    site_flop: np.ndarray  # float64[n_site, n_window]
    energy_price: np.ndarray  # float64[n_satellite, n_window], worth of a joule stored at the window's end
    queue_price: np.ndarray  # float64[n_window, n_demand], worth of a FLOP of demand that waits then
    arc_price: np.ndarray  # float64[n_window, n_arc], per bit


def refuse_if_too_large(*, satellites: int, windows: int, demands: int, window_s: float) -> None:
    """Raise ScenarioError if a horizon is larger than LARGEST, with the limit."""
    sizes = {"satellites": satellites, "windows": windows, "demands": demands}
    problems = [
        Problem(f"{sizes[name]} {name} are too many for the whole horizon", "reference_dispatch", sizes[name],
                f"at most {most}", "take a smaller case")
        for name, most in LARGEST.items() if sizes[name] > most
    ]  # fmt: skip
    if window_s > LONGEST_WINDOW_S:
        limit = f"at most {LONGEST_WINDOW_S:g} s, so that light and dark of a window are one stretch each"
        problems.append(Problem(f"a window of {window_s:g} s is too long", "time.window", window_s, limit))
    if problems:
        raise ScenarioError(problems)


def solve_horizon(horizon: Horizon) -> HorizonOptimum:
    """Return the optimum over all windows at once.

    Raises
    ------
    ModelError
        HiGHS ends without an optimum.
    """
    rows = LinearRows()
    units = _Units.of(horizon)
    work_row = rows.rows((horizon.windows[0].feasible.shape[0], len(horizon.windows)), -np.inf, 0.0)
    satellites = _add_satellites(rows, horizon, work_row, units)
    site_work = _add_sites(rows, horizon, work_row, units)
    flows = _add_flows(rows, horizon, work_row, units)
    columns, price, value = rows.maximise()
    n_window, n_demand = len(horizon.windows), horizon.value.size
    served = np.bincount(flows.pair, columns[flows.column], n_window * n_demand).reshape(n_window, n_demand)
    power_w, flop, battery_j, energy_price = satellites.answer(horizon, columns, price, units)
    return HorizonOptimum(
        value=value * units.flop * units.value,
        served_flop=served * units.flop,
        compute_power_w=power_w,
        satellite_flop=flop,
        battery_j=battery_j,
        site_flop=columns[site_work].sum(axis=-1) * horizon.sites.peak_flop_s * horizon.window_s,
        energy_price=energy_price,
        queue_price=price[flows.queue_row] * units.value,
        arc_price=price[flows.arc_row] * units.value / units.bit,
    )


class _Units(NamedTuple):
    """What one of the programme's numbers stands for."""

    power: float  # [W]
    energy: float  # [J]
    flop: float
    value: float  # per FLOP
    bit: float  # per FLOP

    @classmethod
    def of(cls, horizon: Horizon) -> _Units:
        fleet, sites = horizon.satellites, horizon.sites
        power_w = max([curve.full_w for curve in fleet.curves] + [float(sites.source_w.max(initial=0.0))])
        peak_flop_s = max(float(fleet.peak_flop_s.max(initial=0.0)), float(sites.peak_flop_s.max(initial=0.0)))
        value, bit = float(horizon.value.max(initial=0.0)), float(horizon.arc_bit_per_flop.max(initial=0.0))
        per_flop = (value if value > 0.0 else 1.0, bit if bit > 0.0 else 1.0)
        return cls(power_w, power_w * horizon.window_s, peak_flop_s * horizon.window_s, *per_flop)


class _Satellites(NamedTuple):
    """Columns and rows of the satellites: by stretch, work also by piece of the power curve (-1: none)."""

    work: np.ndarray
    stored: np.ndarray
    balance: np.ndarray

    def answer(self, horizon: Horizon, columns: np.ndarray, price: np.ndarray, units: _Units):
        """Return mean compute power, work, energy stored and its worth, each float64[n_satellite, n_window]."""
        fleet, part = horizon.satellites, horizon.satellites.segments
        shape = (fleet.kind.size, len(horizon.windows))
        place = (part.satellite, part.window)
        power_w, flop, battery_j, worth = (np.zeros(shape) for _ in range(4))
        work = np.where(self.work >= 0, columns[np.maximum(self.work, 0)], 0.0)
        most = self.work.shape[1]
        slope_w = np.array([np.pad(curve.slope_w, (0, most - curve.slope_w.size)) for curve in fleet.curves])
        energy_j = (work * slope_w[fleet.kind[part.satellite]]).sum(axis=1) * part.length_s
        np.add.at(power_w, place, energy_j / horizon.window_s)
        np.add.at(flop, place, work.sum(axis=1) * part.length_s * fleet.peak_flop_s[part.satellite])
        battery_j[place] = columns[self.stored] * units.energy  # the last stretch of a window stays
        worth[place] = price[self.balance] * units.flop * units.value / units.energy
        return power_w, flop, battery_j, worth


def _add_satellites(rows: LinearRows, horizon: Horizon, work_row: np.ndarray, units: _Units) -> _Satellites:
    """Add power, work and battery of every stretch; the satellites are the first of `work_row`."""
    fleet, part = horizon.satellites, horizon.satellites.segments
    stored, balance, net = _add_batteries(rows, fleet.storage, part.satellite, part.length_s, units)
    free_w = part.array_w - fleet.pump[part.satellite] * part.bus_w
    power = rows.rows(part.satellite.size, -np.inf, free_w / units.power)
    for column, sign in net:
        rows.enter(power, column, sign)
    work = np.full((part.satellite.size, max(curve.width.size for curve in fleet.curves)), -1)
    for kind, curve in enumerate(fleet.curves):
        of = np.flatnonzero(fleet.kind[part.satellite] == kind)
        node = part.satellite[of]
        column = rows.columns((of.size, curve.width.size), upper=curve.width_within(part.largest_w[of]))
        work[of, : curve.width.size] = column
        rows.enter(power[of][:, None], column, fleet.pump[node][:, None] * curve.slope_w / units.power)
        done = fleet.peak_flop_s[node] * part.length_s[of] / units.flop
        rows.enter(work_row[node, part.window[of]][:, None], column, -done[:, None])
    return _Satellites(work, stored, balance)


def _add_sites(rows: LinearRows, horizon: Horizon, work_row: np.ndarray, units: _Units) -> np.ndarray:
    """Add power, work and battery of every site and window; return the columns of work by piece of the curve."""
    sites, n_window = horizon.sites, len(horizon.windows)
    n_site = sites.peak_flop_s.shape[0]
    node = np.repeat(np.arange(n_site), n_window)
    _, _, net = _add_batteries(rows, sites.storage, node, np.full(node.size, horizon.window_s), units)
    most = max((curve.width.size for row in sites.curves for curve in row), default=0)
    slope_w, width = np.zeros((2, n_site, n_window, most))
    idle_w = np.zeros((n_site, n_window))
    for j, row in enumerate(sites.curves):
        for w, curve in enumerate(row):
            slope_w[j, w, : curve.width.size], width[j, w, : curve.width.size] = curve.slope_w, curve.width
            idle_w[j, w] = curve.idle_w
    work = rows.columns((n_site, n_window, most), upper=width)
    power = rows.rows((n_site, n_window), -np.inf, (sites.source_w - idle_w) / units.power)
    rows.enter(power[..., None], work, slope_w / units.power)
    for column, sign in net:
        rows.enter(power.ravel(), column, sign)
    done = sites.peak_flop_s * horizon.window_s / units.flop
    rows.enter(work_row[work_row.shape[0] - n_site :, :, None], work, -done[..., None])
    return work


def _add_batteries(rows: LinearRows, storage: Storage, node: np.ndarray, length_s: np.ndarray, units: _Units):
    """Add batteries over stretches, in order of node and time.

    Return the columns of energy at the ends, the rows of balance, and (columns, sign) of power into and out of them.
    """
    n = node.size
    change = node[1:] != node[:-1]
    first, last = np.concatenate([[True], change])[:n], np.concatenate([change, [True]])[:n]
    before = np.flatnonzero(~first) - 1
    charge = rows.columns(n, upper=storage.charge_limit_w[node] / units.power)
    draw = rows.columns(n, upper=storage.discharge_limit_w[node] / units.power)
    least_j = np.where(last, np.maximum(storage.end_j, storage.floor_j)[node], storage.floor_j[node])
    energy = rows.columns(n, lower=least_j / units.energy, upper=storage.capacity_j[node] / units.energy)
    start = np.where(first, storage.start_j[node] / units.energy, 0.0)
    balance = rows.rows(n, start, start)
    rows.enter(balance, energy, 1.0)
    rows.enter(balance[~first], energy[before], -1.0)
    factor = length_s * units.power / units.energy
    rows.enter(balance, charge, -factor * storage.charge_efficiency[node])
    rows.enter(balance, draw, factor / storage.discharge_efficiency[node])
    # the taper by the charge at the stretch's start; within it charging only gets slower
    taper = storage.taper_w_j[node] * units.energy / units.power
    room_j = storage.capacity_j[node] - np.where(first, storage.start_j[node], 0.0)
    near_full = rows.rows(n, -np.inf, taper * room_j / units.energy)
    rows.enter(near_full, charge, 1.0)
    rows.enter(near_full[~first], energy[before], taper[~first])
    return energy, balance, ((charge, 1.0), (draw, -1.0))


class _Flows(NamedTuple):
    column: np.ndarray  # of each route and window that is open
    pair: np.ndarray  # window n_demand + demand of each
    queue_row: np.ndarray  # [n_window, n_demand]
    arc_row: np.ndarray  # [n_window, n_arc]


def _add_flows(rows: LinearRows, horizon: Horizon, work_row: np.ndarray, units: _Units) -> _Flows:
    """Add queues, and the ways from nodes by groups and routes to demands, under the arcs' capacities.

    What waits at a window's end must be young enough for the next one; what is not is served or dropped, the oldest
    first (a queue that leaves in order keeps every limit on waiting exactly if its length does).
    """
    n_window, n_demand = len(horizon.windows), horizon.value.size
    arrived = np.array([window.arrived_flop for window in horizon.windows]) / units.flop
    total = np.concatenate([np.zeros((1, n_demand)), np.cumsum(arrived, axis=0)])
    too_old = np.maximum(np.arange(1, n_window + 1)[:, None] - horizon.last_age, 0.0).astype(np.int64)
    young = total[1:] - np.take_along_axis(total, too_old, axis=0)
    waits = rows.columns((n_window, n_demand), upper=np.maximum(young, 0.0))
    drops = rows.columns((n_window, n_demand))
    queue = rows.rows((n_window, n_demand), arrived, arrived)
    rows.enter(queue, waits, 1.0)
    rows.enter(queue[1:], waits[:-1], -1.0)
    rows.enter(queue, drops, 1.0)
    n_group, gain = horizon.windows[0].feasible.shape[1], horizon.value[horizon.route_demand] / units.value
    arc_row = rows.rows(
        (n_window, horizon.windows[0].arc_capacity_bit.size), -np.inf,
        np.array([window.arc_capacity_bit for window in horizon.windows]) / (units.bit * units.flop),
    )  # fmt: skip
    column, index = [], []
    for w, window in enumerate(horizon.windows):
        reached = np.any(window.feasible, axis=0)
        route = np.flatnonzero(window.route_open & reached[horizon.route_group])
        of_route = np.full(horizon.route_group.size, -1)
        of_route[route] = leaves = rows.columns(route.size, gain=gain[route])
        rows.enter(queue[w, horizon.route_demand[route]], leaves, 1.0)
        node, group = np.nonzero(window.feasible & np.isin(np.arange(n_group), horizon.route_group[route]))
        goes = rows.columns(node.size)
        rows.enter(work_row[node, w], goes, 1.0)
        group_row = rows.rows(n_group, -np.inf, 0.0)
        rows.enter(group_row[group], goes, -1.0)
        rows.enter(group_row[horizon.route_group[route]], leaves, 1.0)
        used = of_route[horizon.arc_route] >= 0
        arc, carries = horizon.arc_index[used], of_route[horizon.arc_route[used]]
        rows.enter(arc_row[w, arc], carries, horizon.arc_bit_per_flop[used] / units.bit)
        column.append(leaves)
        index.append(w * n_demand + horizon.route_demand[route])
    return _Flows(np.concatenate(column), np.concatenate(index), queue, arc_row)
