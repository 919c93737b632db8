"""The fleet as the march carries it: constants split by what shares them, and one array of state in tiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..constants import EARTH_INFRARED_W_M2, STEFAN_BOLTZMANN_W_M2_K4
from ..kernels.lanes import LANES
from ..kernels.march import BLOCK_ROWS, BLOCK_TILES, N_HEALTH, N_PLEDGE, N_SHAPE, N_SLOT, N_STATE, STATE_FIELDS
from ..kernels.records import WHOLE, Hardware
from ..physics.battery import aged_efficiency, capacity_left
from ..physics.thermal import aged_absorptivity, heat_pump_share
from .satellite_type import SatelliteType

YEAR_S = 365.25 * 86400.0
MEAN_TIME_S = 1500.0  # over which the running means for the plan are taken: a quarter of a revolution


class MarchArrays(NamedTuple):
    """What the kernels see of a fleet. Rows beyond the last satellite pad the last block and are never counted."""

    orbit_table: np.ndarray  # float64[n_orbit, 15], fields of physics.orbit.Orbit, then N_SHAPE of physics.orbit.Slot
    hardware_table: np.ndarray  # float64[n_type, 48], fields of kernels.records.Hardware
    orbit_index: np.ndarray  # int32[n_row]
    type_index: np.ndarray  # int16[n_row]
    slot: np.ndarray  # float64[n_tile, 2, 32], the other fields of physics.orbit.Slot
    health: np.ndarray  # float32[n_tile, 6, 32], fields of kernels.records.Health
    state: np.ndarray  # float64[n_tile, 21, 32], STATE_FIELDS
    pledge: np.ndarray  # float64[n_tile, 2, 32], fields of kernels.records.Pledge


def hardware_row(satellite: SatelliteType, step_s: float) -> Hardware:
    """Return the constants of a satellite type, at its age, for one length of step (MODEL §2.3, §3, §4.1, §5.1)."""
    array, battery, radiator, compute = satellite.array, satellite.battery, satellite.radiator, satellite.compute
    life_share = satellite.age_s / satellite.life_s
    capacity_share = capacity_left(life_share, battery.calendar_fade, battery.cycle_fade)
    capacity_j = battery.capacity_j * capacity_share
    into = aged_efficiency(battery.charge_efficiency, capacity_share)
    out = aged_efficiency(battery.discharge_efficiency, capacity_share)
    end = radiator.solar_absorptivity if radiator.absorptivity_end is None else radiator.absorptivity_end
    absorptivity = aged_absorptivity(radiator.solar_absorptivity, end, life_share)
    health = (1.0 - array.degradation_per_year) ** (satellite.age_s / YEAR_S)
    chain = array.tracker_efficiency * array.conditioning_efficiency * array.harness_efficiency
    gains = {"two_axis": (1, 0, 0), "one_axis": (1, -1, 0), "orbit_normal": (0, 1, 0), "zenith": (0, 0, 1)}
    faces = {"edge_on": (0, 0, 0), "orbit_normal": (1, 0, 0), "zenith": (0, 1, 1)}
    sky, normal, zenith = gains[array.pointing]
    radiator_normal, radiator_zenith, radiator_nadir = faces[radiator.pointing]
    full_w = compute.count * compute.device_power_w * compute.server_overhead
    idle_w = compute.idle_fraction * full_w
    efficiency = into * out
    chip_k_w = compute.chip_resistance_k_w / (compute.count * compute.server_overhead)
    coolant_k = max(compute.chip_limit_k - chip_k_w * full_w, 200.0)  # at full load with the chips at their limit
    pump = 1 + radiator.pump_fraction + heat_pump_share(radiator.heat_pump_lift_k, coolant_k)
    emission = radiator.emissivity * STEFAN_BOLTZMANN_W_M2_K4 * 2 * radiator.area_m2
    emission *= radiator.fin_efficiency * (1 - radiator.blocked_fraction)
    return Hardware(
        watt_per_beam=array.area_m2 * array.packing * array.efficiency * health * chain,
        temperature_coefficient_per_k=array.temperature_coefficient_per_k,
        cell_absorptivity=array.absorptivity,
        cell_emissivity=array.emissivity,
        cell_emission_w_m2_k4=2 * array.emissivity * STEFAN_BOLTZMANN_W_M2_K4,
        cell_step_per_capacity=step_s / array.heat_capacity_j_m2_k,
        drawn_per_watt=1 / (array.conditioning_efficiency * array.area_m2),
        conditioning_loss=1 / array.conditioning_efficiency - 1,
        sky_gain=sky,
        normal_gain=normal,
        zenith_gain=zenith,
        capacity_j=capacity_j,
        floor_j=(1 - battery.depth_limit) * capacity_j,
        design_floor_j=(1 - battery.depth_design) * capacity_j,
        charge_limit_w=battery.charge_rate_per_s * capacity_j,
        discharge_limit_w=battery.discharge_rate_per_s * capacity_j,
        taper_w_j=battery.charge_rate_per_s / battery.taper,
        charge_efficiency=into,
        discharge_efficiency=out,
        inverse_charge_efficiency=1 / into,
        inverse_discharge_efficiency=1 / out,
        emission_w_k4=emission,
        infrared_m2=radiator.emissivity * radiator.area_m2,
        solar_m2=absorptivity * radiator.area_m2,
        radiator_normal_gain=radiator_normal,
        radiator_zenith_gain=radiator_zenith,
        radiator_leak=radiator.sun_leak,
        radiator_nadir_cosine=radiator_nadir,
        step_per_capacity=step_s / radiator.heat_capacity_j_k,
        capacity_j_k=radiator.heat_capacity_j_k,
        bus_w=satellite.bus_power_w,
        pump=pump,
        inverse_pump=1 / pump,
        idle_w=idle_w,
        full_w=full_w,
        span_w=full_w - idle_w,
        inverse_span_w=1 / (full_w - idle_w),
        exponent=compute.exponent,
        inverse_exponent=1 / compute.exponent,
        marginal_ratio=efficiency ** (compute.exponent / (compute.exponent - 1)),
        peak_flop_s=compute.count * compute.peak_flop_s,
        chip_k_w=chip_k_w,
        inverse_chip_k_w=compute.count * compute.server_overhead / max(compute.chip_resistance_k_w, 1e-9),
        chip_limit_k=compute.chip_limit_k,
        lift_k=radiator.heat_pump_lift_k,
        step_s=step_s,
        inverse_step_s=1 / step_s,
        blend=-math.expm1(-step_s / MEAN_TIME_S),
    )


def in_tiles(values: np.ndarray) -> np.ndarray:
    """Return quantities float64[n_quantity, n_row] as tiles float64[n_tile, n_quantity, 32]; n_row a multiple of 32."""
    return np.ascontiguousarray(values.reshape(values.shape[0], -1, LANES).transpose(1, 0, 2))


def from_tiles(tiles: np.ndarray, quantity: int, n: int) -> np.ndarray:
    """Return one quantity of tiles as float64[n] in row order."""
    return tiles[:, quantity, :].reshape(-1)[:n].copy()


class Fleet:
    """The satellites of a run: the kernels' arrays, and what groups them for sums.

    Parameters
    ----------
    constellation : Constellation
        One satellite a row.
    satellite_types : dict[str, SatelliteType]
        Designs by name; a shell that names none takes the first.
    step_s : float
        Length of a step [s].
    rows : int64[n] or None
        Take only these rows of the constellation, with their row numbers kept; None takes all.
    """

    def __init__(self, constellation, satellite_types: dict[str, SatelliteType], *, step_s: float, rows=None):
        self.types = list(satellite_types.values())
        names = list(satellite_types)
        all_rows = np.arange(constellation.n_satellite)
        self.row = all_rows if rows is None else np.asarray(rows, dtype=np.int64)
        take = self.row
        self.n_satellite = take.size
        self.n_row = -(-take.size // BLOCK_ROWS) * BLOCK_ROWS
        self.n_tile = self.n_row // LANES
        self.n_block = self.n_tile // BLOCK_TILES
        self.shell = np.asarray(constellation.shell)[take].astype(np.int32)
        by_shell = [names.index(name) if name else 0 for name in constellation.shell_satellite_type]
        self.shell_type = np.array(by_shell, dtype=np.int32)
        self.n_shell = len(by_shell)
        type_index = self.shell_type[self.shell]

        orbits, orbit_index, places = _orbits_and_places(constellation)
        orbit_index = self._padded(np.asarray(orbit_index, dtype=np.int32)[take])
        if np.array_equal(orbit_index[: take.size], self.shell):
            self.shell = orbit_index[: take.size]  # one array for both
        self.orbit_radius_m = orbits[:, 0].copy()
        hardware = [hardware_row(satellite, step_s) for satellite in self.types]
        self.hardware = hardware
        state = np.zeros((len(STATE_FIELDS), self.n_row))
        padded_type = self._padded(type_index)
        for k, name in enumerate(STATE_FIELDS[:N_STATE]):
            state[k] = np.array([_initial(name, s, h) for s, h in zip(self.types, hardware, strict=True)])[padded_type]
        state[STATE_FIELDS.index("battery_min_j")] = state[0]
        self.arrays = MarchArrays(
            orbits,
            np.array(hardware, dtype=np.float64).reshape(len(hardware), -1),
            orbit_index,
            padded_type.astype(np.int16),
            in_tiles(np.stack([self._padded(values) for values in places[take].T])),
            np.tile(np.array(WHOLE, dtype=np.float32)[None, :, None], (self.n_tile, 1, LANES)),
            in_tiles(state),
            np.zeros((self.n_tile, N_PLEDGE, LANES)),
        )

    def _padded(self, values: np.ndarray) -> np.ndarray:
        """Return values with the last one repeated through the padding rows."""
        return np.concatenate([values, np.repeat(values[-1:], self.n_row - self.n_satellite)])

    def state(self) -> dict[str, np.ndarray]:
        """Return what a run must save to go on: the state of every satellite, not copied."""
        return {"satellites": self.arrays.state}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave."""
        self.arrays.state[...] = state["satellites"]

    def state_of(self, name: str) -> np.ndarray:
        """Return one quantity of the state, float64[n_satellite] in row order."""
        return from_tiles(self.arrays.state, STATE_FIELDS.index(name), self.n_satellite)

    def shell_mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean of float64[n_satellite] over each shell's satellites, NaN where a shell has none."""
        count = np.bincount(self.shell, minlength=self.n_shell)
        total = np.bincount(self.shell, values, minlength=self.n_shell)
        return np.divide(total, count, out=np.full(self.n_shell, np.nan), where=count > 0)

    @staticmethod
    def bytes_per_satellite() -> int:
        """Return the bytes of live arrays for each satellite, constants included; shared tables left out."""
        slot, indices = 8 * N_SLOT, 4 + 2
        work, direction, signature = 2 * 8, 3 * 4, 4  # offered or executed, assigned or the signature's key
        return 8 * (len(STATE_FIELDS) + N_PLEDGE) + 4 * N_HEALTH + slot + indices + work + direction + signature


def _orbits_and_places(constellation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `MarchArrays.orbit_table`, which of its rows each satellite flies, and the other fields of their slots.

    A satellite whose ellipse is not that of the others on its orbit gets a row of its own.
    """
    orbits, index = constellation.orbits
    shape, places = np.split(constellation.slots, [N_SHAPE], axis=1)
    first = np.zeros(len(orbits), dtype=np.int64)
    first[index] = np.arange(len(index))
    if not np.array_equal(shape, shape[first[index]]):
        _, first, own = np.unique(np.column_stack([index, shape]), axis=0, return_index=True, return_inverse=True)
        orbits, index = orbits[index[first]], own.reshape(-1)
    return np.column_stack([orbits, shape[first]]), index, places


def _initial(name: str, satellite: SatelliteType, hardware: Hardware) -> float:
    """Return the value that a quantity of the state starts with.

    The means start from cells at 340 K in the Sun at 1 au, and from the Earth's infrared on an edge-on radiator.
    """
    flux, cell_k = 1361.0, 340.0
    values = {
        "battery_j": satellite.battery.initial_state_of_charge * hardware.capacity_j,
        "fluid_k": satellite.radiator.initial_temperature_k,
        "cell_k": cell_k,
        "array_mean_w": flux * hardware.watt_per_beam * (1 - hardware.temperature_coefficient_per_k * (cell_k - 298.0)),
        "sink_mean_w": 0.5 * hardware.infrared_m2 * EARTH_INFRARED_W_M2,
    }
    return values[name]
