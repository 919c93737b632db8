"""The health of a fleet: an array, updated daily by failures and ageing as flown, that the march reads.

Nothing is repaired. A satellite's fate hangs on the seed, on what it is known by and on the day, on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ScenarioError
from ..kernels.health import (
    COUNTS,
    QUANTUM,
    Fates,
    Flown,
    Pack,
    Wear,
    age_rows,
    count_rows,
    strike_rows,
    write_rows,
)
from ..kernels.lanes import LANES
from ..kernels.march import BLOCK_ROWS, STATE_FIELDS
from ..kernels.records import Hardware, Health
from ..physics.ageing import calendar_square, cycled_fade
from ..physics.orbit import Orbit
from .clock import Clock
from .constellation import Constellation
from .events import FleetEvent, add_events, in_force
from .fleet import Fleet, hardware_row
from .health_laws import absorptivity_of, aged_of, dose_over_reference, hazard_of, satellite_keys
from .health_spec import BatteryAgeing, HealthSpec
from .satellite_type import SatelliteType

DAY_S = 86400.0
BEFORE_START = 0xFFFFFFFF  # the interval from launch to the start of the run, among days
PART_ROWS = 32 * BLOCK_ROWS  # rows of one call: some milliseconds
MOST_DEVICES = 65535
_SOLAR = Hardware._fields.index("solar_m2")
_ORBIT_SPEED = Orbit._fields.index("speed_rad_s")
_ARRAY, _BATTERY = Health._fields.index("array"), Health._fields.index("battery")


class FleetHealth:
    """What each satellite of a fleet has lost, and how it has aged. Updated by `new_day`, told to the march by `write`.

    Satellites have their type's age at the start: failures until then are drawn, ageing is reckoned at reference
    conditions. When it is made, the fleet's hardware becomes that of new satellites, and what is left of them goes into
    the health, batteries and running means that the fleet's arrays hold.

    Parameters
    ----------
    spec : HealthSpec
    fleet : Fleet
        At the start of its run.
    clock : Clock
    constellation : Constellation
        Of which the fleet has some or all rows.
    seed : int
    dose_ratio : float64[n_orbit] or None
        Dose of each orbit over that at 650 km; None: `health_laws.dose_over_reference`.

    Raises
    ------
    ScenarioError
        If a satellite has more devices than can be counted.
    """

    def __init__(
        self, spec: HealthSpec, fleet: Fleet, clock: Clock, constellation: Constellation, seed: int,
        dose_ratio: np.ndarray | None = None,
    ):  # fmt: skip
        self.spec, self.fleet, self.clock, self.seed = spec, fleet, clock, seed
        for satellite in fleet.types:
            if satellite.compute.count > MOST_DEVICES:
                raise ScenarioError(f"{satellite.name}: {satellite.compute.count} devices; at most {MOST_DEVICES}")
        orbit, n = fleet.arrays.orbit_table, fleet.n_satellite
        self.cycle_rate_per_s = orbit[:, _ORBIT_SPEED] / (2 * np.pi)
        self.dose_ratio = dose_over_reference(orbit) if dose_ratio is None else np.asarray(dose_ratio, dtype=float)
        key = satellite_keys(constellation, fleet.row)
        self.key = key.astype(np.uint32) if int(key.max(initial=0)) < 2**32 else key
        strings, pumps, lasers, cause = (np.zeros(n, dtype=np.uint8) for _ in Fates._fields[1:])
        self.fates = Fates(np.zeros(n, dtype=np.uint16), strings, pumps, lasers, cause)
        self.wear = Wear(np.zeros(n), np.zeros(n))
        self.through_s = 0.0  # from the start of the run until which failures are drawn: the end of the day begun last
        self.uncycled_s = 0.0  # before the first day, whose cycles are not yet counted
        self.days_begun = 0
        self._active: list[FleetEvent] = []
        self._as_flown = np.full((fleet.n_shell, 3), np.nan)
        self._parts = [(first, min(first + PART_ROWS, n)) for first in range(0, n, PART_ROWS)]
        self._begin()

    @staticmethod
    def bytes_per_satellite() -> int:
        """Return the bytes of what is kept of each satellite; numbers of more than 32 bits take four more."""
        devices, others, wear, key = 2, 4 * 1, 2 * 8, 4
        return devices + others + wear + key

    def _begin(self) -> None:
        """Draw what failed before the start, age batteries at reference conditions, and write it."""
        run = _one_by_one
        self._hazards = self._table(lambda one: hazard_of(self.spec, one, 0.0, one.age_s))
        if any(one.age_s > 0.0 for one in self.fleet.types):
            self._strike(BEFORE_START, run)
        self._rest(lambda one: one.age_s)
        self._cycle_before()
        self._write(run)
        self._fill()

    def _fill(self) -> None:
        """Make the fleet's hardware that of new satellites, and its batteries and means those of what is left."""
        fleet, arrays = self.fleet, self.fleet.arrays
        new = [hardware_row(replace(one, age_s=0.0), self.clock.step_s) for one in fleet.types]
        full_j, watt = (np.array([getattr(row, name) for row in new]) for name in ("capacity_j", "watt_per_beam"))
        was_watt = np.array([row.watt_per_beam for row in fleet.hardware])
        solar = arrays.hardware_table[:, _SOLAR].copy()
        fleet.hardware = new
        arrays.hardware_table[:] = new
        arrays.hardware_table[:, _SOLAR] = solar
        kind = arrays.type_index.reshape(-1, LANES)
        share = np.array([one.battery.initial_state_of_charge for one in fleet.types])
        battery, lowest, mean = (STATE_FIELDS.index(name) for name in ("battery_j", "battery_min_j", "array_mean_w"))
        arrays.state[:, battery] = (share * full_j)[kind] * arrays.health[:, _BATTERY]
        arrays.state[:, lowest] = arrays.state[:, battery]
        arrays.state[:, mean] *= (watt / was_watt)[kind] * arrays.health[:, _ARRAY]

    def _table(self, of: Callable[[SatelliteType], Any]) -> np.ndarray:
        """Return float64[n_type, n_field] of what `of` says of each type."""
        return np.array([of(satellite) for satellite in self.fleet.types], dtype=np.float64)

    def new_day(self, k_day: int, run: Callable[[Callable, Iterable], Any], *, days: float = 1.0) -> None:
        """Begin a day: age by the last one flown, then draw what fails in this one, and write both.

        Parameters
        ----------
        k_day : int
            Names the day for chance; a day is begun once, in order.
        run : callable
            `run(work, parts)` calls work(part) for each part, on as many threads as it likes; it changes no bit.
        days : float
            Days from the end of the last one, or from the start of the run, to the end of this one: more than one
            where days between are not simulated. Failures of all of them strike now; through those between, batteries
            age as on the last day flown. Before the first they rest at reference conditions; their cycles of that time
            are those of the first, and counted after it.
        """
        begin_s, length_s = self.through_s, days * DAY_S
        self.through_s += length_s
        if self.days_begun:
            self._age(run, length_s, length_s + self.uncycled_s)
            self.uncycled_s = 0.0
        else:
            self.uncycled_s = self.day_start_s
            self._rest(lambda one: self.uncycled_s)
        self._hazards = self._table(lambda one: hazard_of(self.spec, one, one.age_s + begin_s, length_s))
        self._strike(k_day, run)
        self.days_begun += 1
        self._write(run)
        add_events(self._active, self.fleet)

    @property
    def day_start_s(self) -> float:
        """Start of the day begun last [s after the start of the run]."""
        return max(self.through_s - DAY_S, 0.0)

    def _strike(self, day: int, run: Callable) -> None:
        kinds, seed, moment = self.fleet.arrays.type_index, np.uint64(self.seed), np.uint64(day)
        run(lambda part: strike_rows(self.fates, kinds, self.key, self._hazards, seed, moment, *part), self._parts)

    def _of_type(self, k_type: int) -> np.ndarray:
        """Return the rows of a type's satellites."""
        return np.flatnonzero(self.fleet.arrays.type_index[: self.fleet.n_satellite] == k_type)

    def _rest(self, span_s: Callable[[SatelliteType], float]) -> None:
        """Age batteries by the calendar through a time that nobody flies, at reference conditions."""
        law = self.spec.batteries
        if law is None:
            return
        for k, one in enumerate(self.fleet.types):
            square = calendar_square(one.battery.calendar_fade, 1.0, span_s(one) / law.reference_s)
            self.wear.calendar_square[self._of_type(k)] += square

    def _cycle_before(self) -> None:
        """Age batteries by the cycles before the start of the run, each to their design depth."""
        law, index = self.spec.batteries, self.fleet.arrays.orbit_index
        if law is None:
            return
        for k, one in enumerate(self.fleet.types):
            mine, pack = self._of_type(k), one.battery
            fade = cycled_fade(pack.cycle_fade, 1.0, pack.depth_design, law.reference_cycles, law.reference_depth)
            self.wear.cycles[mine] = fade * law.history_share * one.age_s * self.cycle_rate_per_s[index[mine]]

    def _age(self, run: Callable, aged_s: float, cycled_s: float) -> None:
        """Age batteries through a time, and cycle them through another, as on the day flown last."""
        arrays, fleet = self.fleet.arrays, self.fleet
        law = BatteryAgeing() if self.spec.batteries is None else self.spec.batteries
        on = 0.0 if self.spec.batteries is None else 1.0
        packs = self._table(
            lambda one: Pack(
                one.battery.capacity_j,
                one.battery.discharge_efficiency,
                on * one.battery.calendar_fade,
                on * one.battery.cycle_fade,
            )
        )
        windows = self._windows_flown()
        flown = Flown(
            windows, windows * self.clock.window_s, aged_s, cycled_s, law.reference_s, law.reference_k,
            law.reference_cycles, law.reference_depth, law.activation_j_mol, law.charge_gain, law.hold_k, law.coupling,
        )  # fmt: skip

        def work(part):
            sums = np.zeros((fleet.n_shell, 4), dtype=np.int64)
            age_rows(
                self.fates, self.wear, arrays.state, arrays.type_index, arrays.orbit_index, self.cycle_rate_per_s,
                packs, flown, fleet.shell, *part, sums,
            )  # fmt: skip
            return sums

        sums = sum(run(work, self._parts))
        self._as_flown = _ratio(sums[:, 1:] * QUANTUM, sums[:, :1])

    def _windows_flown(self) -> float:
        """Return the windows of the day flown last: those that begin in it."""
        first, after = (
            np.ceil(day * DAY_S / self.clock.window_s - 1e-9) for day in (self.days_begun - 1, self.days_begun)
        )
        return max(float(after - first), 1.0)

    def _write(self, run: Callable) -> None:
        """Write what is left of satellites, and the coatings of each type."""
        arrays = self.fleet.arrays
        self._aged = self._table(lambda one: aged_of(self.spec, one, one.age_s + self.day_start_s))
        run(
            lambda part: write_rows(
                self.fates, self.wear, arrays.type_index, arrays.orbit_index, self._hazards, self._aged,
                self.dose_ratio, *part, arrays.health,
            ),
            self._parts,
        )  # fmt: skip
        arrays.hardware_table[:, _SOLAR] = [self.absorptivity(one) * one.radiator.area_m2 for one in self.fleet.types]

    def absorptivity(self, satellite: SatelliteType) -> float:
        """Return the solar absorptivity of a type's radiator today."""
        return absorptivity_of(self.spec, satellite, satellite.age_s + self.day_start_s)

    def write(self, events: Sequence[FleetEvent], time_s: float) -> None:
        """Write what events make of the satellites at a time [s after the start] over what failures and age left."""
        active = in_force(events, time_s)
        if active == self._active:
            return
        self._active = active
        self._write(_one_by_one)
        add_events(active, self.fleet)

    def day_rows(self) -> dict[str, np.ndarray]:
        """Return the day by shell, each float64[n_shell], NaN where a shell has none to average.

        Names, units and meanings are those of the catalogue of results. Shares left are means over satellites alive;
        depth, temperature and charge are those of the day flown before, NaN on the first.
        """
        fleet, arrays = self.fleet, self.fleet.arrays
        counts = np.zeros((fleet.n_shell, len(COUNTS)), dtype=np.int64)
        count_rows(
            self.fates, self.wear, arrays.type_index, arrays.orbit_index, self._hazards, self._aged, self.dose_ratio,
            fleet.shell, 0, fleet.n_satellite, counts,
        )  # fmt: skip
        c = {name: counts[:, k].astype(np.float64) for k, name in enumerate(COUNTS)}
        rows = {
            "satellites_alive": c["alive"],
            "devices_working": c["devices_working"],
            "devices_working_share": _ratio(c["devices_working"], c["devices"]),
        }
        for name in ("infant", "worn_out", "pumps", "lasers"):
            rows[f"devices_lost_{name}_share"] = _ratio(c[f"devices_lost_{name}"], c["devices"])
        rows["devices_lost_alone_share"] = _ratio(c["devices_lost"], c["devices"])
        for name in ("strings_left", "cells_left", "array_left", "battery_left", "calendar_fade", "cycle_fade"):
            rows[f"{name}_share"] = _ratio(c[name] * QUANTUM, c["alive"])
        rows["device_pace_share"] = self._aged[fleet.shell_type, 0].copy()
        rows["radiator_absorptivity"] = np.array([self.absorptivity(fleet.types[k]) for k in fleet.shell_type])
        depth, temperature, charge = self._as_flown.T
        return rows | {
            "battery_depth": depth.copy(), "battery_temperature_k": 1e3 * temperature, "battery_charge": charge.copy(),
        }  # fmt: skip

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the next day needs, as arrays by name."""
        kept = {**self.fates._asdict(), **self.wear._asdict(), "as_flown": self._as_flown}
        moment = np.array([self.through_s, self.uncycled_s, self.days_begun], dtype=np.float64)
        return {name: values.copy() for name, values in kept.items()} | {"moment": moment}

    def restore(self, kept: dict[str, np.ndarray]) -> None:
        """Go back to a state, or on from one, and write it."""
        for name, values in {**self.fates._asdict(), **self.wear._asdict(), "as_flown": self._as_flown}.items():
            values[...] = kept[name]
        self.through_s, self.uncycled_s = float(kept["moment"][0]), float(kept["moment"][1])
        self.days_begun = int(kept["moment"][2])
        self._write(_one_by_one)
        add_events(self._active, self.fleet)


def _one_by_one(work: Callable, parts: Iterable) -> list:
    """Call work(part) for each part, here and now."""
    return [work(part) for part in parts]


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Return top over bottom, NaN where there is nothing to divide by."""
    bottom = np.broadcast_to(bottom, top.shape).astype(np.float64)
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
