"""The daily update of a fleet's health: what fails, how batteries age, and what the march and the results are told.

Rows are independent of one another; sums by shell are whole numbers, so that neither ranges nor threads change a bit.
"""

from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._random import STREAM_FAILURE, uniform, uniform_pair
from ..physics.ageing import (
    battery_left,
    battery_temperature_k,
    calendar_square,
    calendar_stress,
    cycled_fade,
    flown_depth,
    irradiated_left,
)
from ..physics.battery import aged_efficiency
from ..physics.failure import lost_of
from .lanes import LANES
from .march import STATE_FIELDS
from .records import WHOLE

ALIVE, INFANT, WORN_OUT = 0, 1, 2  # what became of a whole satellite
DEVICES_PER_DRAW = 500
CALLS = 256  # of the generator for one satellite and day; devices of 65,535 need 134
QUANTUM = 2.0**-30  # of a share when shares are added up; of a million satellites the sum is exact

_LOW, _HIGH = np.uint64(0xFFFFFFFF), np.uint64(32)
_DRAWN, _STORED, _FLUID = (STATE_FIELDS.index(name) for name in ("day_drawn_j", "day_battery_j", "day_fluid_k"))


class Fates(NamedTuple):
    """What each satellite has lost, one entry a row."""

    devices: np.ndarray  # uint16
    strings: np.ndarray  # uint8
    pumps: np.ndarray  # uint8
    lasers: np.ndarray  # uint8
    cause: np.ndarray  # uint8, ALIVE, INFANT or WORN_OUT


class Wear(NamedTuple):
    """How far each satellite's battery has aged, one entry a row: shares of the new capacity."""

    calendar_square: np.ndarray  # float64, square of what the calendar took
    cycles: np.ndarray  # float64, what cycles took


class Hazard(NamedTuple):
    """What one type of satellite meets in an interval: its parts, and the chance of each to come through."""

    devices: float
    strings: float
    pumps: float
    lasers: float
    device_left: float
    string_left: float
    pump_left: float
    laser_left: float
    satellite_lost: float
    infant: float  # share of infant mortality in the losses of whole satellites


class Aged(NamedTuple):
    """How one type of satellite has aged by now, besides its batteries."""

    pace: float  # throughput left of a working device
    ultraviolet_left: float  # power of cells left by ultraviolet light
    years: float  # since launch, for the dose
    dose_inverse_knee: float  # [1/years at 650 km]
    logarithm: float


class Pack(NamedTuple):
    """What the ageing of one type's battery goes by."""

    capacity_j: float
    discharge_efficiency: float
    calendar_fade: float
    cycle_fade: float


class Flown(NamedTuple):
    """What was flown since the last update, and for how long batteries age and cycle as in it; then a pack's law."""

    windows: float
    seconds: float
    aged_s: float
    cycled_s: float
    reference_s: float
    reference_k: float
    reference_cycles: float
    reference_depth: float
    activation_j_mol: float
    charge_gain: float
    hold_k: float
    coupling: float


@point
def hazard_at(t, i):
    return Hazard(t[i, 0], t[i, 1], t[i, 2], t[i, 3], t[i, 4], t[i, 5], t[i, 6], t[i, 7], t[i, 8], t[i, 9])


@point
def aged_at(t, i):
    return Aged(t[i, 0], t[i, 1], t[i, 2], t[i, 3], t[i, 4])


@point
def pack_at(t, i):
    return Pack(t[i, 0], t[i, 1], t[i, 2], t[i, 3])


@sweep
def strike_rows(fates, type_index, key, hazards, seed, day, first, last):
    """Draw what satellites lose in an interval: devices, strings, pumps, lasers, or all at once.

    key : uint32[n_row] or uint64[n_row], what a satellite is known by to chance, below 2⁵⁶; hazards : float64[n_type,
    10], fields of Hazard; day : 0 to 2³² - 1, names the interval. One that is lost as a whole loses nothing more.
    """
    for row in range(first, last):
        if fates.cause[row] != ALIVE:
            continue
        hazard = hazard_at(hazards, type_index[row])
        own = np.uint64(key[row])
        low, call = own & _LOW, (own >> _HIGH) * np.uint64(CALLS)
        whole, device = uniform_pair(seed, STREAM_FAILURE, low, day, call)
        string, pump = uniform_pair(seed, STREAM_FAILURE, low, day, call + np.uint64(1))
        laser, which = uniform_pair(seed, STREAM_FAILURE, low, day, call + np.uint64(2))
        if whole < hazard.satellite_lost:
            fates.cause[row] = INFANT if which < hazard.infant else WORN_OUT
        left = np.int64(hazard.devices) - np.int64(fates.devices[row])
        lost = lost_of(min(left, DEVICES_PER_DRAW), hazard.device_left, device)
        part = 3
        while left > DEVICES_PER_DRAW:
            left -= DEVICES_PER_DRAW
            device = uniform(seed, STREAM_FAILURE, low, day, call + np.uint64(part))
            lost += lost_of(min(left, DEVICES_PER_DRAW), hazard.device_left, device)
            part += 1
        fates.devices[row] += lost
        fates.strings[row] += lost_of(np.int64(hazard.strings) - fates.strings[row], hazard.string_left, string)
        fates.pumps[row] += lost_of(np.int64(hazard.pumps) - fates.pumps[row], hazard.pump_left, pump)
        fates.lasers[row] += lost_of(np.int64(hazard.lasers) - fates.lasers[row], hazard.laser_left, laser)


@sweep
def age_rows(fates, wear, state, type_index, orbit_index, cycle_rate_per_s, packs, flown, shell, first, last, out):
    """Age batteries by what they have flown, and empty the sums of the day.

    state : float64[n_tile, n_field, 32], STATE_FIELDS; cycle_rate_per_s : float64[n_orbit], revolutions a second;
    packs : float64[n_type, 4], fields of Pack; flown : Flown; out : int64[n_shell, 4], in quanta: satellites alive,
    their depths of discharge, battery temperatures over 1,000 K, and states of charge.
    """
    law = flown
    for row in range(first, last):
        tile, lane = row // LANES, row % LANES
        drawn_j, stored_j, fluid_k = state[tile, _DRAWN, lane], state[tile, _STORED, lane], state[tile, _FLUID, lane]
        state[tile, _DRAWN, lane] = 0.0
        state[tile, _STORED, lane] = 0.0
        state[tile, _FLUID, lane] = 0.0
        if fates.cause[row] != ALIVE:
            continue
        pack, rate = pack_at(packs, type_index[row]), cycle_rate_per_s[orbit_index[row]]
        left = battery_left(wear.calendar_square[row], wear.cycles[row])
        capacity_j = pack.capacity_j * left
        efficiency = aged_efficiency(pack.discharge_efficiency, left)
        depth = flown_depth(drawn_j, efficiency, rate * law.seconds, capacity_j)
        charge = min(stored_j / (law.windows * capacity_j), 1.0)
        temperature_k = battery_temperature_k(law.hold_k, law.coupling, fluid_k / law.windows)
        stress = calendar_stress(temperature_k, charge, law.reference_k, law.activation_j_mol, law.charge_gain)
        wear.calendar_square[row] += calendar_square(pack.calendar_fade, stress, law.aged_s / law.reference_s)
        cycles = rate * law.cycled_s
        wear.cycles[row] += cycled_fade(pack.cycle_fade, cycles, depth, law.reference_cycles, law.reference_depth)
        i = shell[row]
        out[i, 0] += 1
        out[i, 1] += np.int64(depth / QUANTUM)
        out[i, 2] += np.int64(temperature_k * 1e-3 / QUANTUM)
        out[i, 3] += np.int64(charge / QUANTUM)


@point
def cell_left(aged, dose_ratio):
    """Return the share of their power that radiation and ultraviolet light leave to cells."""
    dose = dose_ratio * aged.years
    return aged.ultraviolet_left * irradiated_left(dose, aged.dose_inverse_knee, aged.logarithm)


@point
def works(fates, hazard, row):
    """Return whether a satellite can compute: it is alive, cooled by a pump, and reached by a laser."""
    cooled = np.int64(fates.pumps[row]) < np.int64(hazard.pumps)
    reached = np.int64(fates.lasers[row]) < np.int64(hazard.lasers)
    return (fates.cause[row] == ALIVE) & cooled & reached


@sweep
def write_rows(fates, wear, type_index, orbit_index, hazards, aged, dose_ratio, first, last, health):
    """Write what is left of satellites where the march reads it: health float32[n_tile, 6, 32], fields of `Health`.

    dose_ratio : float64[n_orbit], dose over that at 650 km. Pointing is left as designed; a satellite lost as a whole
    draws and gives nothing and its battery stays; one without pumps or lasers keeps its bus.
    """
    for row in range(first, last):
        tile, lane, kind = row // LANES, row % LANES, type_index[row]
        hazard, old = hazard_at(hazards, kind), aged_at(aged, kind)
        alive = 1.0 if fates.cause[row] == ALIVE else 0.0
        strings = (hazard.strings - fates.strings[row]) / hazard.strings
        devices = old.pace * (hazard.devices - fates.devices[row]) / hazard.devices
        health[tile, 0, lane] = alive * strings * cell_left(old, dose_ratio[orbit_index[row]])
        health[tile, 1, lane] = WHOLE[1]
        health[tile, 2, lane] = WHOLE[2]
        health[tile, 3, lane] = devices if works(fates, hazard, row) else 0.0
        health[tile, 4, lane] = battery_left(wear.calendar_square[row], wear.cycles[row])
        health[tile, 5, lane] = alive


# What `count_rows` counts, in this order; what is a share is in quanta and over satellites alive.
COUNTS = (
    "satellites",
    "alive",
    "devices",
    "devices_working",
    "devices_lost_infant",
    "devices_lost_worn_out",
    "devices_lost_pumps",
    "devices_lost_lasers",
    "devices_lost",
    "strings_left",
    "cells_left",
    "array_left",
    "battery_left",
    "calendar_fade",
    "cycle_fade",
)


@sweep
def count_rows(fates, wear, type_index, orbit_index, hazards, aged, dose_ratio, shell, first, last, out):
    """Add up by shell what is left and what took the rest: out int64[n_shell, len(COUNTS)].

    Devices lost count once: with the whole satellite, else with the last pump, else with the last laser, else alone.
    """
    for row in range(first, last):
        i, kind = shell[row], type_index[row]
        hazard, old = hazard_at(hazards, kind), aged_at(aged, kind)
        n, gone, cause = np.int64(hazard.devices), np.int64(fates.devices[row]), fates.cause[row]
        out[i, 0] += 1
        out[i, 2] += n
        if cause != ALIVE:
            out[i, 4 if cause == INFANT else 5] += n
            continue
        out[i, 1] += 1
        if np.int64(fates.pumps[row]) >= np.int64(hazard.pumps):
            out[i, 6] += n
        elif np.int64(fates.lasers[row]) >= np.int64(hazard.lasers):
            out[i, 7] += n
        else:
            out[i, 3] += n - gone
            out[i, 8] += gone
        strings = (hazard.strings - fates.strings[row]) / hazard.strings
        cells = cell_left(old, dose_ratio[orbit_index[row]])
        square, cycles = wear.calendar_square[row], wear.cycles[row]
        out[i, 9] += np.int64(strings / QUANTUM)
        out[i, 10] += np.int64(cells / QUANTUM)
        out[i, 11] += np.int64(strings * cells / QUANTUM)
        out[i, 12] += np.int64(battery_left(square, cycles) / QUANTUM)
        out[i, 13] += np.int64(np.sqrt(square) / QUANTUM)
        out[i, 14] += np.int64(cycles / QUANTUM)
