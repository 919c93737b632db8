"""The space segment of a run: its satellites from offer to executed work, a window at a time, on a few threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Semaphore

import numpy as np

from ..errors import AuditError
from ..kernels.contacts import N_BIN, reach_keys, round_trip_histogram
from ..kernels.lanes import LANES, LIGHT, PATH, POWER
from ..kernels.ledger import (
    AUDIT_FIELDS,
    BIN_COUNT,
    EXECUTED_FIELDS,
    HISTOGRAMS,
    OFFERED_FIELDS,
    quantiles,
    segments,
    sum_by_shell,
)
from ..kernels.march import BLOCK_ROWS, BLOCK_TILES, SAMPLE_ROWS, SAMPLE_STATE, STATE_FIELDS, Sample
from ..kernels.records import Light, Power, State
from ..kernels.supply import (
    WORK_QUANTUM_FLOP,
    add_own_levels,
    count_members,
    merge_supply,
    return_by_limits,
    return_pro_rata,
    sum_work,
)
from ..kernels.window import Shells, Tally, execute_window, offer_window
from ..physics.sun import sun_table
from .clock import Clock
from .constellation import Constellation
from .element_paths import ElementPaths
from .events import FleetEvent, write_health
from .fleet import Fleet
from .guards import Place, refuse_fleet_indices, refuse_offers, refuse_signatures, refuse_unreal_health
from .health import FleetHealth
from .network import Network
from .own_limits import OwnLimits, Return
from .sun_track import SunTrack

CALL_SATELLITE_STEPS = 1_500_000  # of one call of a kernel: a tenth of a second, so that an interrupt is heard
LEAST_SATELLITE_STEPS = 15_000  # from here two threads are quicker than one
WORK_FIELDS = ("offered_flop", "reachable_flop", "assigned_flop")  # summed by shell when work is given back
ENERGY_LIMIT = 1e-9  # relative, each satellite and window (MODEL §7.3)
HEAT_LIMIT = 1.0  # radiated heat by the law at the steps against the balance, over the integrator's bound


class SpaceSegment:
    """The satellites of a run. Methods are called in this order each window: prepare, merge, give_back, march, audit.

    Parameters
    ----------
    fleet : Fleet
    constellation : Constellation
        Of the same rows; real element sets give the positions, designs fly the theory.
    clock : Clock
    threads : int
        Threads that share out blocks of rows; they change no bit.
    sample_rows : int64[n_sample]
        Rows of the fleet whose steps are kept in full.
    events : sequence of FleetEvent
        What befalls satellites, and when.
    health : FleetHealth or None
        Of the fleet; None: nothing fails or ages.
    """

    def __init__(
        self, fleet: Fleet, constellation: Constellation, clock: Clock, *, threads: int, sample_rows,
        events: Sequence[FleetEvent] = (), health: FleetHealth | None = None,
    ):  # fmt: skip
        self.events, self.health = list(events), health
        self.fleet, self.constellation, self.clock = fleet, constellation, clock
        n_row = fleet.n_row
        self.offer_flop, self.assigned_flop = np.zeros(n_row), np.zeros(n_row)
        self.executed_flop = self.offer_flop  # one array for both: an offer is done with once it is executed
        self.unit = np.zeros((3, n_row), dtype=np.float32)  # half a metre on an orbit
        self.signature = np.full(n_row, -1, dtype=np.int32)
        self._key = self.assigned_flop.view(np.uint64)  # done with before anything is assigned
        self._sun = SunTrack(clock)
        self._paths = None if constellation.is_theory else ElementPaths(constellation, clock.start)
        self._window = 0
        self._suns = np.zeros((0, 0))
        self._given = np.zeros((0, 6, 0))
        start, self._segment_shell = segments(fleet.shell)
        offered, executed = (np.zeros((len(start) - 1, len(names))) for names in (OFFERED_FIELDS, EXECUTED_FIELDS))
        self._shells = Shells(fleet.shell, start, offered, executed)
        self._shell_quanta = np.zeros((fleet.n_shell, 3), dtype=np.int64)
        self._threads, self._pool = threads, ThreadPoolExecutor(threads) if threads > 1 else None
        self._tiles = self._ranges(fleet.n_tile, LANES * clock.steps_per_window, BLOCK_TILES)
        row_work = 1 if constellation.is_theory else 4  # an orbit's own tables of delay for every satellite
        self.rows = self._ranges(fleet.n_satellite, row_work, BLOCK_ROWS)
        self._count = np.zeros((threads, fleet.n_shell, len(HISTOGRAMS), BIN_COUNT), dtype=np.int32)
        self._extremes = np.zeros((2, threads, fleet.n_shell, len(HISTOGRAMS)))  # lowest, highest
        self._free_count: SimpleQueue[int] = SimpleQueue()  # a thread that counts takes one, and gives it back
        for i in range(threads):
            self._free_count.put(i)
        self._found: list[tuple[np.ndarray, np.ndarray]] = []
        self.sample_rows = np.asarray(sample_rows, dtype=np.int64)
        order = np.argsort(self.sample_rows, kind="stable")
        self._sample_place = np.argsort(order)  # of each sampled row among those in the order of tiles
        self._sample = Sample(
            np.searchsorted(self.sample_rows[order], LANES * np.arange(fleet.n_tile + 1)),
            self.sample_rows[order] % LANES,
            np.zeros((order.size, clock.steps_per_window, SAMPLE_ROWS)),
        )

    def _ranges(self, n: int, work: int, unit: int) -> list[tuple[int, int]]:
        """Return ranges of whole units whose kernels take well under 0.2 s; `work` is satellite-steps of one item.

        Threads get ranges of about the same length, as many each, where there is work enough for more than one.
        """
        longest = max(CALL_SATELLITE_STEPS // (8 * max(work, 1)) // unit, 1) * unit
        n_part = max(-(-n // longest), min(self._threads, n * work // LEAST_SATELLITE_STEPS), 1)
        if n_part > 1:
            n_part = -(-n_part // self._threads) * self._threads
        length = max(-(-n // (n_part * unit)), 1) * unit
        return [(first, min(first + length, n)) for first in range(0, n, length)]

    def run(self, work: Callable, parts: Iterable, beside: Callable[[], object] | None = None) -> list:
        """Return work(part) for each part, on the threads, in the order of the parts.

        `beside` is called once, on the caller's thread, while the others work: for what has nothing to do with it.
        """
        parts = list(parts)
        if self._pool is None or len(parts) == 1:
            done = list(map(work, parts))
            if beside is not None:
                beside()
            return done
        if beside is None:
            return list(self._pool.map(work, parts))
        begun = Semaphore(0)

        def told(part):
            begun.release()
            return work(part)

        answers = self._pool.map(told, parts)
        for _ in range(min(len(parts), self._threads)):  # a thread that wants to begin would wait for the interpreter
            begun.acquire()
        beside()
        return list(answers)

    @property
    def given(self) -> np.ndarray:
        """float64[n_step, 6, n_row], places and tracks of real element sets in the window; empty for the theory."""
        return self._given

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def prepare(self, w_window: int, beside: Callable[[], object] | None = None) -> None:
        """Plan a window and fill `offer_flop` and `unit`: the first pass over the satellites.

        `beside` is called while they do (`run`). Raises AuditError for an index outside its table, and for an offer
        or a direction that is no real number.
        """
        clock = self.clock
        self._window = w_window
        refuse_fleet_indices(self.fleet, self._place())
        start_s = clock.window_start_s(w_window)
        if self.health is not None:
            self.health.write(self.events, start_s + 0.5 * clock.window_s)
        elif self.events:
            write_health(self.events, start_s + 0.5 * clock.window_s, self.fleet)
        refuse_unreal_health(self.fleet, self._place(), self.run, self._tiles)
        inside_s = (np.arange(clock.steps_per_window) + 0.5) * clock.step_s
        self._suns = sun_table(start_s + inside_s, inside_s, *self._sun.at(start_s + inside_s))
        if self._paths is not None:
            self._given = self._paths.fly(start_s + inside_s, self.fleet.n_row, self.run)
        arrays = self.fleet.arrays

        def work(part):
            offer_window(arrays, self._suns, self._given, *part, self.offer_flop, self.unit, self._shells)

        self.run(work, self._tiles, beside)
        refuse_offers(self.offer_flop, self.unit, self._place())

    def _place(self) -> Place:
        return Place(self.fleet.row, self._window, self.clock.steps_per_window)

    def merge(
        self,
        network: Network,
        gateway_unit: np.ndarray,
        join: Callable[..., None] | None = None,
        own: OwnLimits | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the signatures' keys and supplies [FLOP] (`kernels.supply.merge_supply`); own limits go into keys.

        `join(key, level_count, key_stride, run)` gives rows that must have one key theirs (`model.training`).
        """
        arrays, watcher_unit = self.fleet.arrays, network.watcher_unit(gateway_unit)
        self.run(
            lambda part: reach_keys(
                self.unit, arrays.orbit_index, arrays.type_index, watcher_unit, network.reach_cosine,
                network.level_count, network.key_stride, part[0], part[1], self._key,
            ),
            self.rows,
        )  # fmt: skip
        if join is not None:
            join(self._key, network.level_count, network.key_stride, self.run)
        if own is not None:
            self.run(
                lambda part: add_own_levels(
                    self.offer_flop,
                    arrays.type_index,
                    own.threshold_flop,
                    own.stride,
                    own.fine_from,
                    own.fine_stride,
                    part[0],
                    part[1],
                    self._key,
                ),
                self.rows,
            )
        keys, self.signature, supply_flop = merge_supply(self._key, self.offer_flop, self.rows, self.run)
        return keys, supply_flop

    def given_middle(self) -> np.ndarray | None:
        """Return positions [m] and tracks of element sets in the middle step of the window prepared last.

        float64[6, n_row] as in `ElementPaths.fly`; None for designs.
        """
        return None if self._paths is None else self._given[self.clock.steps_per_window // 2]

    def members(self, n_signature: int) -> np.ndarray:
        """Return the satellites of each signature: int64[n_signature]."""
        refuse_signatures(self.signature, n_signature, self._place())

        def count(part):
            found = np.zeros(n_signature, dtype=np.int64)
            count_members(self.signature, *part, found)
            return found

        return sum(self.run(count, self.rows), start=np.zeros(n_signature, dtype=np.int64))

    def give_back(self, share: np.ndarray, reachable: np.ndarray) -> np.ndarray:
        """Assign each satellite its signature's share of its offer; return what each signature got [FLOP].

        share : float64[n_signature]; reachable : bool[n_signature], whether it may serve anything.
        """
        return self._give(return_pro_rata, np.ascontiguousarray(share), reachable)

    def give_back_by_limits(self, way_back: Return, reachable: np.ndarray) -> np.ndarray:
        """Assign each satellite what its own limits make of its signature's work; return what each signature got."""
        return self._give(return_by_limits, tuple(way_back), reachable)

    def _give(self, kernel: Callable, how, reachable: np.ndarray) -> np.ndarray:
        n_shell = self.fleet.n_shell
        refuse_signatures(self.signature, reachable.size, self._place())
        self.assigned_flop[:] = 0.0

        def work(part):
            quanta = np.zeros((n_shell, 3), dtype=np.int64)
            kernel(self.offer_flop, self.signature, how, reachable, self.fleet.shell, *part, self.assigned_flop, quanta)
            return quanta

        self._shell_quanta = sum(self.run(work, self.rows), start=np.zeros((n_shell, 3), dtype=np.int64))
        return sum_work(self.assigned_flop, self.signature, reachable.size, self.rows, self.run)

    def march(self, n_signature: int, beside: Callable[[], object] | None = None) -> np.ndarray:
        """Execute what is assigned: the second pass. Return the executed work of each signature [FLOP].

        `beside` is called while it runs (`run`). Raises AuditError for an index outside its table.
        """
        refuse_signatures(self.signature, n_signature, self._place())
        refuse_fleet_indices(self.fleet, self._place())
        arrays, (low, high) = self.fleet.arrays, self._extremes
        low[:], high[:] = np.inf, -np.inf

        def work(part):
            worst, row = np.full(len(AUDIT_FIELDS), -np.inf), np.full(len(AUDIT_FIELDS), -1, dtype=np.int64)
            own = self._free_count.get()
            tally = Tally(self._count[own], low[own], high[own], worst, row)
            execute_window(
                arrays, self._suns, self._given, *part, self.offer_flop, self.assigned_flop, self.executed_flop,
                self._sample, self._shells, tally,
            )  # fmt: skip
            self._free_count.put(own)
            return worst, row

        self._found = self.run(work, self._tiles, beside)
        return sum_work(self.executed_flop, self.signature, n_signature, self.rows, self.run)

    def round_trips(self, network: Network, gateway_unit: np.ndarray, mix, n_row: int) -> np.ndarray:
        """Return int64[n_row, N_BIN]: assigned work of each of the mix's rows in quanta by round-trip time."""

        def work(part):
            quanta = np.zeros((n_row, N_BIN), dtype=np.int64)
            round_trip_histogram(
                self.unit, self.fleet.arrays.orbit_index, self.signature, self.assigned_flop, gateway_unit,
                network.leg, mix, part[0], part[1], quanta,
            )  # fmt: skip
            return quanta

        return sum(self.run(work, self.rows), start=np.zeros((n_row, N_BIN), dtype=np.int64))

    def sums(self) -> dict[str, np.ndarray]:
        """Return the window's ledger and work by shell, each float64[n_shell] by name."""
        found: dict[str, np.ndarray] = {}
        for names, parts in ((OFFERED_FIELDS, self._shells.offered), (EXECUTED_FIELDS, self._shells.executed)):
            by_shell = sum_by_shell(parts, self._segment_shell, self.fleet.n_shell)
            found |= {name: by_shell[:, k].copy() for k, name in enumerate(names)}
        work_flop = self._shell_quanta * WORK_QUANTUM_FLOP
        return {**found, **{name: work_flop[:, k] for k, name in enumerate(WORK_FIELDS)}}

    def quantiles(self, wanted) -> dict[str, np.ndarray]:
        """Return quantiles over the satellites of each shell, float64[n_shell, n_quantile] by name (HISTOGRAMS).

        They empty the histograms: once a window.
        """
        low, high = self._extremes
        table = quantiles(self._count, low.min(axis=0), high.max(axis=0), wanted)
        return {name: table[:, k, :] for k, name in enumerate(HISTOGRAMS)}

    def audit(self) -> dict[str, tuple[float, int]]:
        """Return the worst residual, or margin, of each kind over all satellites, and its row (AUDIT_FIELDS)."""
        result = {}
        for k, name in enumerate(AUDIT_FIELDS):
            values = np.array([worst[k] for worst, _ in self._found])
            i = int(np.argmax(np.where(np.isnan(values), np.inf, values)))
            value = float(values[i]) if "margin" not in name else -float(values[i])
            result[name] = (value, int(self.fleet.row[self._found[i][1][k]]))
        return result

    def check(self, audit: dict[str, tuple[float, int]], w_window: int) -> None:
        """Raise AuditError with the satellite, the steps and the quantity where an audit breaks a ledger or a limit."""
        limits = {"energy": ENERGY_LIMIT, "heat": HEAT_LIMIT}
        first = w_window * self.clock.steps_per_window
        for name, (value, row) in audit.items():
            limit = limits.get(name, 0.0)
            broken = not value <= limit if name in limits else not value >= limit
            if broken:
                where = (
                    f"satellite {row}, window {w_window}, steps {first} to {first + self.clock.steps_per_window - 1}"
                )
                what = "residual" if name in limits else "margin"
                subject = name.removesuffix("_k").replace("_", " ")
                message = f"audit of {subject}: {what} {value:.3e}, limit {limit:g}, at {where}"
                if (unreal := self._unreal_quantity(row)) is not None:
                    name, message = unreal, f"{message}: {unreal} is no real number"
                raise AuditError(message, quantity=name, value=value, limit=limit, where=where)

    def _unreal_quantity(self, row: int) -> str | None:
        """Return the name of the first quantity of a satellite's state or totals that is no real number."""
        tile, lane = divmod(int(np.flatnonzero(self.fleet.row == row)[0]), LANES)
        unreal = ~np.isfinite(self.fleet.arrays.state[tile, :, lane])
        return STATE_FIELDS[int(np.argmax(unreal))] if unreal.any() else None

    def sample(self) -> dict[str, np.ndarray]:
        """Return the window's steps of the sampled rows, float64[n_step, n_sample] by the names of the catalogue."""
        steps = np.ascontiguousarray(self._sample.steps[self._sample_place].T)  # quantity, step, sample
        state = {name: steps[SAMPLE_STATE + k] for k, name in enumerate(State._fields)}
        light = {name: steps[LIGHT - PATH + k] for k, name in enumerate(Light._fields)}
        power = {name: steps[POWER - PATH + k] for k, name in enumerate(Power._fields)}
        kind = self.fleet.arrays.type_index[self.sample_rows]
        hardware = {name: np.array([getattr(h, name) for h in self.fleet.hardware])[kind] for name in
                    ("capacity_j", "chip_k_w", "lift_k", "peak_flop_s")}  # fmt: skip
        heat_w = power["load_w"] + power["loss_w"] + power["conditioning_w"] + power["sink_w"]
        return {
            "sample_sunlit": light["sunlit"],
            "sample_day_cosine": light["day_cosine"],
            "sample_array_cosine": light["cos_array"],
            "sample_array_view": light["array_view"],
            "sample_radiator_cosine": light["cos_radiator"],
            "sample_array_w": power["array_w"],
            "sample_load_w": power["load_w"],
            "sample_compute_w": power["compute_w"],
            "sample_pump_w": power["load_w"] - power["compute_w"] - power["bus_w"],
            "sample_bus_w": power["bus_w"],
            "sample_charge_w": power["charge_w"],
            "sample_discharge_w": power["drawn_w"],
            "sample_loss_w": power["loss_w"],
            "sample_conditioning_w": power["conditioning_w"],
            "sample_curtailed_w": power["curtailed_w"],
            "sample_sink_w": power["sink_w"],
            "sample_heat_in_w": heat_w,
            "sample_radiated_w": steps[0] / self.clock.step_s,
            "sample_battery_j": state["battery_j"],
            "sample_state_of_charge": state["battery_j"] / hardware["capacity_j"],
            "sample_fluid_k": state["fluid_k"],
            "sample_chip_k": state["fluid_k"] - hardware["lift_k"] + hardware["chip_k_w"] * power["chip_w"],
            "sample_cell_heat_w_m2": power["cell_heat_w_m2"],
            "sample_cell_k": state["cell_k"],
            "sample_plan_w": power["plan_w"],
            "sample_wanted_w": power["wanted_w"],
            "sample_thermal_cap_w": power["cap_w"],
            "sample_throttled": power["hot"],
            "sample_executed_flop": power["rate"] * hardware["peak_flop_s"] * self.clock.step_s,
        }
