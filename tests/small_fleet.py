"""Small fleets for tests of the march: designs, random orbits, a Sun, and the two passes window by window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from twin_sky import Elements

from orbital_compute.constants import ASTRONOMICAL_UNIT_M
from orbital_compute.kernels import march, window
from orbital_compute.kernels.lanes import LANES, LIGHT, PATH, POWER
from orbital_compute.kernels.march import (
    N_LEDGER,
    SAMPLE_RADIATED,
    SAMPLE_ROWS,
    SAMPLE_STATE,
    Page,
    Sample,
    march_window,
    prepare_window,
)
from orbital_compute.kernels.records import Ledger, Light, Power, State
from orbital_compute.model import space
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.fleet import Fleet
from orbital_compute.model.satellite_type import ArraySpec, BatterySpec, ComputeSpec, RadiatorSpec, SatelliteType
from orbital_compute.physics.sun import sun_table

EPOCH = datetime(2026, 3, 20, 12, tzinfo=UTC)
THEORY = np.zeros((0, 6, 0))  # no given positions

# 120 kW of compute, and an array, a battery and a radiator to match
BASE = SatelliteType(
    name="base",
    mass_kg=3000.0,
    bus_power_w=6e3,
    array=ArraySpec(area_m2=900.0, efficiency=0.22, temperature_coefficient_per_k=0.0035, degradation_per_year=0.025),
    battery=BatterySpec(capacity_j=200 * 3.6e6),
    radiator=RadiatorSpec(area_m2=130.0),
    compute=ComputeSpec(device="gb200", count=80, peak_flop_s=2.5e15, device_power_w=1200.0),
)


def design(name="changed", *, array=None, battery=None, radiator=None, compute=None, **changes):
    """Return BASE with fields of its parts changed."""
    parts = {"array": array, "battery": battery, "radiator": radiator, "compute": compute}
    parts = {part: replace(getattr(BASE, part), **fields) for part, fields in parts.items() if fields}
    return replace(BASE, name=name, **parts, **changes)


def random_elements(n, seed=1):
    """Return mean elements of n satellites: 400 to 1,500 km, eccentric up to 0.004, every inclination."""
    rng = np.random.default_rng(seed)
    turn = 2 * np.pi
    return [
        Elements(*(float(x) for x in row))
        for row in np.stack(
            [
                6378137.0 + rng.uniform(400e3, 1500e3, n),
                rng.uniform(0.0, 0.004, n),
                np.arccos(rng.uniform(-1, 1, n)),
                rng.uniform(0, turn, n),
                rng.uniform(0, turn, n),
                rng.uniform(0, turn, n),
            ],
            axis=1,
        )
    ]


def constellation(elements, kind, names):
    """Return the constellation of these elements; kind : int[n] says which of the types `names` each satellite is."""
    a, e, i, node, perigee, anomaly = (np.array(column) for column in zip(*elements, strict=True))
    n = a.size
    return Constellation(
        epoch=EPOCH, semi_major_axis_m=a, eccentricity=e, inclination_rad=i, raan_rad=node, arg_perigee_rad=perigee,
        mean_anomaly_rad=anomaly, shell=np.asarray(kind, dtype=np.int32), plane=np.zeros(n, dtype=np.int32),
        slot=np.arange(n, dtype=np.int32), shell_names=[f"shell of {name}" for name in names],
        shell_satellite_type=list(names), catalog_number=np.zeros(n, dtype=np.int64),
    )  # fmt: skip


def sun_at(time_s):
    """Return a Sun on the ecliptic, 140 degrees from the equinox: unit float64[n_time, 3], distance float64[n_time]."""
    longitude = np.radians(140.0) + 2 * np.pi * np.asarray(time_s) / (365.25 * 86400.0)
    tilt = np.radians(23.44)
    unit = np.stack([np.cos(longitude), np.cos(tilt) * np.sin(longitude), np.sin(tilt) * np.sin(longitude)], axis=1)
    return unit, ASTRONOMICAL_UNIT_M * (1 - 0.0167 * np.cos(longitude))


def window_times(w, n_step, step_s):
    """Return the middles of the steps of a window, after the epoch and after the window's start [s]."""
    inside = (np.arange(n_step) + 0.5) * step_s
    return w * n_step * step_s + inside, inside


def sample_of(rows, n_tile, n_step):
    """Return room for the steps of these rows, in ascending order."""
    start = np.searchsorted(rows, LANES * np.arange(n_tile + 1))
    return Sample(start, rows % LANES, np.zeros((rows.size, n_step, SAMPLE_ROWS)))


class Run:
    """A fleet in the making: `prepare` and `march` each window, over any tiles, with every row sampled."""

    def __init__(self, fleet, *, step_s=60.0, n_step=5):
        self.fleet, self.step_s, self.n_step = fleet, step_s, n_step
        n = fleet.n_row
        self.offer, self.assigned, self.executed = np.zeros(n), np.zeros(n), np.zeros(n)
        self.unit = np.zeros((3, n), dtype=np.float32)
        self.offered = Page(0, np.zeros((fleet.n_tile, 2, LANES)))
        self.page = Page(0, np.zeros((fleet.n_tile, N_LEDGER, LANES)))
        self.sample = sample_of(np.arange(n), fleet.n_tile, n_step)
        self.used_tiles = -(-fleet.n_satellite // LANES)
        self.suns = np.zeros((0, 0))

    def prepare(self, w, first=0, last=None, given=THEORY):
        """Plan window w."""
        times, inside = window_times(w, self.n_step, self.step_s)
        self.suns = sun_table(times, inside, *sun_at(times))
        last = self.used_tiles if last is None else last
        prepare_window(self.fleet.arrays, self.suns, given, first, last, self.offer, self.unit, self.offered)

    def march(self, share=1.0, first=0, last=None, given=THEORY):
        """Execute this share of what is offered."""
        last = self.used_tiles if last is None else last
        rows = slice(first * LANES, last * LANES)
        self.assigned[rows] = np.broadcast_to(share, self.offer.shape)[rows] * self.offer[rows]
        march_window(
            self.fleet.arrays, self.suns, given, first, last, self.offer, self.assigned, self.executed, self.sample,
            self.page,
        )  # fmt: skip

    def windows(self, n, share=1.0, given=THEORY):
        """Do n windows; return the steps of all satellites, float64[n * n_step, n_satellite] by name."""
        kept = []
        for w in range(n):
            self.prepare(w, given=given)
            self.march(share, given=given)
            kept.append(self.series())
        return {name: np.concatenate([one[name] for one in kept]) for name in kept[0]}

    def series(self):
        """Return the last window's steps, float64[n_step, n_satellite] by name."""
        steps = self.sample.steps[: self.fleet.n_satellite].transpose(2, 1, 0)
        out = {"radiated_j": steps[SAMPLE_RADIATED]}
        for record, row in ((State, SAMPLE_STATE), (Light, LIGHT - PATH), (Power, POWER - PATH)):
            out |= {name: steps[row + k] for k, name in enumerate(record._fields)}
        return {name: values.copy() for name, values in out.items()}

    @property
    def cool(self):
        """What would be offered without the thermal limit, float64[n_row]."""
        return self.offered.rows[:, 0].reshape(-1)

    @property
    def new(self):
        """What would be offered with array and battery as new too, float64[n_row]."""
        return self.offered.rows[:, 1].reshape(-1)

    def ledger(self, name):
        """Return a sum of the last window, float64[n_satellite]."""
        rows = self.page.rows[:, Ledger._fields.index(name), :].reshape(-1)
        return rows[: self.fleet.n_satellite].copy()

    def total(self, name):
        """Return a quantity of the state or a running total, float64[n_satellite]."""
        return self.fleet.state_of(name)


def spoil_march(monkeypatch, table, name, row, by):
    """Let every window's march change a quantity of one satellite's state or ledger before it is audited."""
    real = window.march_window

    def spoiled(fleet, suns, given, first_tile, last_tile, *others):
        real(fleet, suns, given, first_tile, last_tile, *others)
        if first_tile <= row // LANES < last_tile:
            fields = {"state": State._fields, "ledger": Ledger._fields}[table]
            tiles = {"state": fleet.state[first_tile:], "ledger": others[-1].rows}[table]
            tiles[row // LANES - first_tile, fields.index(name), row % LANES] += by

    monkeypatch.setattr(window, "march_window", spoiled)
    monkeypatch.setattr(space, "execute_window", getattr(window.execute_window, "py_func", window.execute_window))


def fleet_of(elements, kind=None, types=(BASE,), *, step_s=60.0):
    """Return the fleet of these elements; kind says which of the types each satellite is (all the first)."""
    kind = np.zeros(len(elements), dtype=int) if kind is None else kind
    named = {one.name: one for one in types}
    return Fleet(constellation(elements, kind, list(named)), named, step_s=step_s)


def run_of(elements, kind=None, types=(BASE,), *, step_s=60.0, n_step=5):
    """Return a run of these elements."""
    return Run(fleet_of(elements, kind, types, step_s=step_s), step_s=step_s, n_step=n_step)


__all__ = ["BASE", "LANES", "Run", "design", "fleet_of", "march", "random_elements", "run_of", "spoil_march", "sun_at"]
