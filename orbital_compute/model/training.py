"""Training on clusters through a run: which clusters can hold a gang, and what of their work counts (MODEL §7.2).

The members of a cluster that holds a gang have one key, that of the least of them, so dispatch gives all of them the
same mix of work, and a gang never spans two clusters. Chips work in step: a cluster trains as fast as its slowest
member with chips at work, chips beyond whole gangs stand by. What is then left is taken by the wait for gradients,
by faults with their restarts, and by checkpoints, at the rates of soft errors where the cluster is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import ModelError, Problem, ScenarioError
from ..kernels.clusters import cluster_chips, join_keys, rates_at_rows, slowest_members
from ..kernels.positions import positions
from ..kernels.records import Health
from ..physics.all_reduce import FLOP_PER_PARAMETER_TOKEN
from .clock import Clock
from .cluster import AllReduceSpec, ClusterSpec, Exchange, cut_clusters, orbit_exchange, site_exchange
from .constellation import Constellation
from .dispatch import Assignment
from .fleet import Fleet, from_tiles
from .gang import GangSpec
from .gang_rates import AHEAD, CAUSES, FOLLOWS, intervals, stop_rates, yields
from .outages import Spell, factor_at
from .radiation import KINDS
from .routes import Routes
from .site import Sites
from .soft_errors import SoftErrors
from .space import SpaceSegment

_COMPUTE = Health._fields.index("compute")
CLUSTERS_A_TASK = 512
STAGES = ("in_step", "computed", "kept", "saving", "corrupted")  # shares of executed work, in the order of arrays


@dataclass(frozen=True)
class TrainingSpec:
    """Clusters, and the gangs that sit on them, by class; gangs without an exchange wait for no gradients."""

    cluster: ClusterSpec
    gangs: Mapping[str, GangSpec]
    all_reduce: Mapping[str, AllReduceSpec]


class TrainingCredit(NamedTuple):
    """What a window's training was worth: work over (gang, place), places being orbit and each site, and what it met.

    The flop arrays go down from stage to stage; `kept_by_route` is what counts of each route's executed work.
    """

    kept_by_route: dict[int, np.ndarray]  # by class: float64[n_route], only its own routes count
    corrupted_by_route: dict[int, np.ndarray]
    executed_flop: np.ndarray  # float64[n_gang, n_place]
    stage_flop: np.ndarray  # float64[n_stage, n_gang, n_place], by STAGES
    stops: np.ndarray  # float64[n_gang, n_place, n_cause], expected of one gang, were it to train all the window
    fault_per_s: np.ndarray  # float64[n_gang], of a gang on the first cluster that holds one
    pace: np.ndarray  # float64[n_gang], its slowest member's rate over the peak
    laser_bit_s: np.ndarray  # float64[n_gang], that each of its satellites sends


class Training:
    """The clusters of a run and the gangs on them.

    Order of calls in a window: `join` after the keys of satellites are known, `see` after they have executed.

    Parameters
    ----------
    spec : TrainingSpec
    fleet : Fleet
    constellation : Constellation
        Of the same rows; of designed planes.
    sites : Sites
    site_chips : sequence of int
        Chips of each site.
    class_names : sequence of str
    clock : Clock
    errors : SoftErrors or None
        Of the same fleet; None: none.
    storms : sequence of Spell

    Raises
    ------
    ScenarioError
        If satellites fly by element sets, no plane holds a cluster, or no cluster holds a gang.
    """

    def __init__(
        self, spec: TrainingSpec, fleet: Fleet, constellation: Constellation, sites: Sites, site_chips: Sequence[int],
        class_names: Sequence[str], clock: Clock, errors: SoftErrors | None, storms: Sequence[Spell] = (),
    ):  # fmt: skip
        if not constellation.is_theory:
            cure = "take network.cluster away, or lay out the fleet as shells"
            raise ScenarioError(
                Problem("element sets have no planes to cut clusters from", "network.cluster", cure=cure)
            )
        self.spec, self._fleet, self._clock, self._errors, self._storms = spec, fleet, clock, errors, tuple(storms)
        self._sites, self._site_chips = sites, np.asarray(site_chips, dtype=np.int64)
        self.names = sorted(spec.gangs, key=lambda name: (spec.gangs[name].chips, list(class_names).index(name)))
        self.gangs = [spec.gangs[name] for name in self.names]
        self.job_class = [list(class_names).index(name) for name in self.names]
        self._n_class = len(class_names)
        self.place_names = ["orbit", *sites.names]
        n = fleet.n_satellite
        rows = cut_clusters(fleet.shell[:n], np.asarray(constellation.plane)[fleet.row], spec.cluster.satellites)
        self.row_first, self.row_last = rows
        self.n_cluster = self.row_first.size
        self._parts = [
            (first, min(first + CLUSTERS_A_TASK, self.n_cluster)) for first in range(0, self.n_cluster, CLUSTERS_A_TASK)
        ]
        kind = fleet.arrays.type_index[:n]
        counts = np.array([design.compute.count for design in fleet.types], dtype=np.float32)
        self._devices_new = counts[kind]
        self._middle = (self.row_first + self.row_last) // 2
        self._orbit = fleet.arrays.orbit_index[self._middle].astype(np.int32)
        self._peak_flop_s = np.array([design.compute.peak_flop_s for design in fleet.types])[kind[self.row_first]]
        self._chips, devices = np.zeros(self.n_cluster), self._devices_new
        cluster_chips(self.row_first, self.row_last, devices, 0, self.n_cluster, self._chips)
        named = list(zip(self.gangs, self.names, strict=True))
        self.reference = [self._first_that_holds(gang, name, self._chips) for gang, name in named]
        self._lay_exchanges(kind, constellation)
        self._debt_s = np.zeros((len(self.gangs), self.n_cluster))  # lost to ends of power, not yet charged
        self._lit = np.zeros(self.n_cluster, dtype=bool)
        self._ability = np.zeros(self.n_cluster, dtype=np.int64)
        self._routes: Routes | None = None

    def _first_that_holds(self, gang: GangSpec, name: str, chips: np.ndarray) -> int:
        holds = np.flatnonzero(chips >= gang.chips)
        if not holds.size:
            what = f"no cluster holds a gang of {gang.chips} chips"
            limit = f"the largest has {chips.max():.0f}"
            cure = "raise network.cluster.satellites, or lower chips"
            raise ScenarioError(Problem(what, f"workload.classes.{name}.gang.chips", gang.chips, limit, cure))
        return int(holds[0])

    def _lay_exchanges(self, kind: np.ndarray, constellation: Constellation) -> None:
        """Work out the exchange of each gang on its first cluster, and at sites; all clusters count as that one."""
        self.orbit_exchange: list[Exchange | None] = []
        self.site_exchange: list[Exchange | None] = []
        for gang, name, cluster in zip(self.gangs, self.names, self.reference, strict=True):
            law, first = self.spec.all_reduce.get(name), int(self.row_first[cluster])
            if law is None:
                self.orbit_exchange.append(None)
                self.site_exchange.append(None)
                continue
            per_satellite = self._fleet.types[kind[first]].compute.count
            spacing_m = _spacing_m(constellation, self._fleet.row[first : int(self.row_last[cluster])])
            self.orbit_exchange.append(
                orbit_exchange(
                    law, self.spec.cluster, chips=gang.chips, chips_per_satellite=per_satellite, spacing_m=spacing_m
                )
            )
            self.site_exchange.append(site_exchange(law, self.spec.cluster, chips=gang.chips))

    def peak_flop_s(self) -> np.ndarray:
        """Return the rate of a chip at full power, float64[n_gang, n_place]: of the first cluster, and of sites."""
        sites = self._sites.peak_flop_s / np.maximum(self._site_chips, 1)
        return np.array([[self._peak_flop_s[first], *sites] for first in self.reference])

    @property
    def flop_per_token(self) -> np.ndarray:
        """Work of a token, float64[n_gang]: FLOP of devices at dense peak; NaN where no exchange is given."""
        laws = [self.spec.all_reduce.get(name) for name in self.names]
        return np.array(
            [
                math.nan if law is None
                else FLOP_PER_PARAMETER_TOKEN * law.active_parameters / law.model_flop_utilisation
                for law in laws
            ]
        )  # fmt: skip

    @property
    def n_kind(self) -> int:
        """Types of satellite in the network's sense: a design with each ability."""
        return len(self._fleet.types) * (len(self.gangs) + 1)

    def type_serves(self) -> np.ndarray:
        """Return bool[n_kind, n_class]: a cluster able to hold k gangs serves the k smallest; other classes all do."""
        serves = np.ones((self.n_kind, self._n_class), dtype=bool)
        ability = np.arange(self.n_kind) // len(self._fleet.types)
        for k, job_class in enumerate(self.job_class):
            serves[:, job_class] = ability > k
        return serves

    def site_serves(self) -> np.ndarray:
        """Return bool[n_site, n_class]: a site that has the chips of a gang serves its class; others all do."""
        serves = np.ones((len(self.place_names) - 1, self._n_class), dtype=bool)
        for gang, job_class in zip(self.gangs, self.job_class, strict=True):
            serves[:, job_class] = self._site_chips >= gang.chips
        return serves

    def lay(self, routes: Routes, n_gateway: int) -> None:
        """Take the routes of the network."""
        self._routes = routes
        self._place = np.where(routes.arc >= n_gateway, routes.arc - n_gateway + 1, 0)

    def _devices(self) -> np.ndarray:
        """Return the chips that work on each row: float32[n_row]."""
        return self._devices_new * from_tiles(self._fleet.arrays.health, _COMPUTE, self._fleet.n_satellite)

    def join(self, key: np.ndarray, level_count: np.ndarray, key_stride: np.ndarray, run: Callable) -> None:
        """Give the members of clusters that can hold a gang one key, in place: uint64[n_row]."""
        devices = self._devices().astype(np.float32)

        def work(part):
            cluster_chips(self.row_first, self.row_last, devices, *part, self._chips)
            self._ability[part[0] : part[1]] = sum(
                (self._chips[part[0] : part[1]] >= gang.chips).astype(np.int64) for gang in self.gangs
            )
            join_keys(
                self.row_first,
                self.row_last,
                self._ability,
                len(self._fleet.types),
                level_count,
                key_stride,
                *part,
                key,
            )

        run(work, self._parts)

    def see(
        self, window: int, space: SpaceSegment, assignment: Assignment, node_executed: np.ndarray,
        site_offer_flop: np.ndarray, sidereal_rad: float,
    ) -> TrainingCredit:  # fmt: skip
        """Return what the window's training was worth.

        Parameters
        ----------
        window : int
        space : SpaceSegment
            That has just marched.
        assignment : Assignment
        node_executed : float64[n_signature + n_site]
        site_offer_flop : float64[n_site]
        sidereal_rad : float
            Of Greenwich, at the moment of the directions in `space.unit`.
        """
        assert self._routes is not None
        window_s = self._clock.window_s
        devices = self._devices().astype(np.float32)
        slowest, rate = np.zeros((3, self.n_cluster)), np.zeros(self.n_cluster)

        def work(part):
            slowest_members(
                self.row_first, self.row_last, devices, space.offer_flop, space.executed_flop, *part, slowest
            )
            if self._errors is not None:
                rates_at_rows(
                    self._errors.tables, self._orbit, self._middle, space.unit,
                    math.cos(sidereal_rad), math.sin(sidereal_rad), *part, rate,
                )  # fmt: skip

        space.run(work, self._parts)
        storm = factor_at(self._storms, self._clock.window_start_s(window) + 0.5 * window_s)
        kinds = np.zeros(len(KINDS)) if self._errors is None else self._errors.kind_shares
        mean = np.zeros(self.n_cluster) if self._errors is None else self._errors.tables.rate_per_s[self._orbit]
        met = _Met(rate * storm, mean, kinds, slowest, self._dark(slowest[0]))
        signature = space.signature[self.row_first]
        n_orbit = node_executed.size - (len(self.place_names) - 1)
        held = self._site_chips * self._sites.held(window) * window_s
        site_rate = np.divide(site_offer_flop, held, out=np.zeros(held.size), where=held > 0.0)
        found = [self._see_gang(k, met, signature, n_orbit, site_rate) for k in range(len(self.gangs))]
        return self._credit(found, assignment, node_executed)

    def _dark(self, offered: np.ndarray) -> np.ndarray:
        """Return bool[n_cluster], clusters whose power has just ended; and remember who has power."""
        lit = offered > 0.0
        ended = self._lit & ~lit
        self._lit = lit
        return ended

    def _see_gang(self, k: int, met: _Met, signature: np.ndarray, n_orbit: int, site_rate: np.ndarray) -> _Found:
        """Return what holds for one class of gang: shares of executed work by node, and what stops it where."""
        gang, window_s = self.gangs[k], self._clock.window_s
        able = self._ability > k
        offered, done, total = met.slowest
        whole_chips = np.floor(self._chips / gang.chips) * gang.chips
        share = np.zeros((len(STAGES), self.n_cluster))
        in_step = np.divide(whole_chips * done, total, out=np.zeros(total.size), where=able & (total > 0.0))
        chip_flop_s = offered / window_s
        exchange, at_site = self.orbit_exchange[k], self.site_exchange[k]
        computing = 1.0 if exchange is None else exchange.computing_share(chip_flop_s)
        stops = stop_rates(gang, met.rate[:, None] * met.kinds)
        taken = stops if gang.timing in FOLLOWS else stop_rates(gang, met.mean[:, None] * met.kinds)
        interval = intervals(gang, taken)
        useful, saving, corrupted = yields(gang, stops, met.rate * met.kinds[0], interval)
        charged = self._charged(k, met.ended, interval)
        useful, saving = useful * (1.0 - charged), saving * (1.0 - charged)
        share[0] = np.minimum(in_step, 1.0)
        share[1] = share[0] * computing
        share[2], share[3] = share[1] * useful, share[1] * saving
        share[4] = share[2] * corrupted
        weight = np.bincount(signature, total, n_orbit)
        by_node = np.zeros((len(STAGES), n_orbit + site_rate.size))
        for stage in range(len(STAGES)):
            mean = np.bincount(signature, total * share[stage], n_orbit)
            np.divide(mean, weight, out=by_node[stage, :n_orbit], where=weight > 0.0)
        causes = np.zeros((len(self.place_names), len(CAUSES)))
        if able.any():
            causes[0, :-1] = gang.chips * window_s * stops[able].mean(axis=0)
            causes[0, -1] = met.ended[able].mean()
        if site_rate.size:
            ground = stop_rates(gang, np.zeros((1, len(KINDS))))
            daly = intervals(gang, ground)
            left, held, _ = (float(part[0]) for part in yields(gang, ground, np.zeros(1), daly))
            reach = 1.0 if at_site is None else at_site.computing_share(site_rate)
            by_node[:, n_orbit:] = np.array([1.0, 1.0, left, held, 0.0])[:, None]
            by_node[1:4, n_orbit:] *= reach
            causes[1:, :-1] = gang.chips * window_s * ground[0]
        first = self.reference[k]
        pace = float(chip_flop_s[first] / self._peak_flop_s[first])
        sends = 0.0 if exchange is None or pace <= 0.0 else float(exchange.laser_bit_s(chip_flop_s[first]))
        return _Found(by_node, causes, gang.chips * float(stops[first].sum()), pace, sends)

    def _charged(self, k: int, ended: np.ndarray, interval: np.ndarray) -> np.ndarray:
        """Return the share of the window that ends of power cost each cluster: float64[n_cluster].

        Without warning half a segment is lost, with it a checkpoint more is written; then comes the restart. It is
        charged from when power is back.
        """
        gang, window_s = self.gangs[k], self._clock.window_s
        known = np.where(np.isfinite(interval), interval, 0.0)
        lost_s = gang.checkpoint_s if gang.timing in AHEAD else 0.5 * (known + gang.checkpoint_s)
        self._debt_s[k] += np.where(ended, lost_s + gang.restart_s, 0.0)
        paid_s = np.where(self._lit, np.minimum(self._debt_s[k], window_s), 0.0)
        self._debt_s[k] -= paid_s
        return paid_s / window_s

    def _credit(self, found: list[_Found], assignment: Assignment, node_executed: np.ndarray) -> TrainingCredit:
        """Return the shares of nodes as work of routes and places."""
        assert self._routes is not None
        n_place, executed = len(self.place_names), assignment.executed_by_route(node_executed)
        kept, corrupted = {}, {}
        done, stage_flop = np.zeros((len(found), n_place)), np.zeros((len(STAGES), len(found), n_place))
        for k, (job_class, one) in enumerate(zip(self.job_class, found, strict=True)):
            mine = self._routes.job_class == job_class
            place = self._place[mine]
            done[k] = np.bincount(place, executed[mine], n_place)
            parts = [assignment.executed_by_route(node_executed * share) for share in one.by_node]
            for stage, part in enumerate(parts):
                stage_flop[stage, k] = np.bincount(place, part[mine], n_place)
            kept[job_class], corrupted[job_class] = parts[STAGES.index("kept")], parts[STAGES.index("corrupted")]
        return TrainingCredit(
            kept, corrupted, done, stage_flop,
            stops=np.stack([one.stops for one in found]),
            fault_per_s=np.array([one.fault_per_s for one in found]),
            pace=np.array([one.pace for one in found]),
            laser_bit_s=np.array([one.laser_bit_s for one in found]),
        )  # fmt: skip

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of all that a run must save to go on."""
        return {"debt_s": self._debt_s.copy(), "lit": self._lit.copy()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Set the clusters to what `state` gave."""
        for name, kept in (("debt_s", self._debt_s), ("lit", self._lit)):
            given = np.asarray(state[name])
            if given.shape != kept.shape:
                message = f"saved training holds {name} of shape {given.shape}, this run's has {kept.shape}"
                raise ModelError(message, quantity=name, value=given.shape, limit=kept.shape)
        self._debt_s, self._lit = np.array(state["debt_s"], float), np.array(state["lit"], bool)


class _Met(NamedTuple):
    """What clusters met in a window: float64[n_cluster] where not said otherwise."""

    rate: np.ndarray  # soft errors of a chip, all kinds [1/s]
    mean: np.ndarray  # the same, mean along the orbit, without storms
    kinds: np.ndarray  # float64[3], share of each kind
    slowest: np.ndarray  # float64[3, n_cluster], of `slowest_members`
    ended: np.ndarray  # bool[n_cluster], power has just ended


class _Found(NamedTuple):
    """What holds for a class of gang in a window."""

    by_node: np.ndarray  # float64[n_stage, n_signature + n_site], shares of executed work
    stops: np.ndarray  # float64[n_place, n_cause]
    fault_per_s: float
    pace: float
    laser_bit_s: float


def _spacing_m(constellation: Constellation, rows: np.ndarray) -> float:
    """Return the mean distance between neighbours in a plane at the start [m]; 0 for one alone."""
    if rows.size < 2:
        return 0.0
    (table, index), own = constellation.orbits, constellation.slots
    r_m = np.empty((rows.size, 1, 3))
    positions(table, index[rows], own[rows], np.zeros(1), 0, rows.size, r_m)
    step = np.diff(r_m[:, 0], axis=0)
    return float(np.sqrt(np.einsum("ij,ij->i", step, step)).mean())
