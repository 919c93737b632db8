"""Terrestrial sites: what they are, what they can promise for a window, and what a window takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import AuditError, Problem, ScenarioError
from ..kernels.sites import (
    FLOWS,
    GROUPS,
    PLANT,
    STATE,
    SitePlant,
    cooled_throughput,
    march_sites,
    mean_unit_cooling,
    offer_sites,
    site_plant,
)
from ..physics.facility import LEAST_PUE, cooling_factor
from .climate import Climate
from .clock import Clock
from .outages import Spell, factor_at
from .ranges import range_problems
from .schedule import Line, Steps
from .tariff import Tariff

RESIDUAL_LIMIT = 1e-9  # of the energy that passes: rounding alone gives 1e-15
JOULE_PER_KWH = 3.6e6
_PEAK, _OTHER = PLANT.index("peak_flop_s"), PLANT.index("other_it_w")

_SITE_RANGES = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-360.0, 360.0),
    "grid_limit_w": (0.0, 1e15),
    "turbine_power_w": (0.0, 1e15),
    "other_it_power_w": (0.0, 1e15),
    "supply_temperature_k": (270.0, 340.0),
    "pue": (LEAST_PUE, 10.0),
    "uplink_bit_s": (0.0, math.inf),
    "water_l_per_kwh_cooling": (0.0, 1e3),
}
_DEVICE_RANGES = {
    "count": (0, 1e12),
    "peak_flop_s": (0.0, 1e30),
    "device_power_w": (0.0, 1e9),
    "idle_fraction": (0.0, 1.0),
    "exponent": (1.0, 10.0),
    "server_overhead": (1.0, 10.0),
}
_BATTERY_RANGES = {
    "capacity_j": (1.0, 1e20),
    "power_w": (0.0, 1e15),
    "charge_efficiency": (0.01, 1.0),
    "discharge_efficiency": (0.01, 1.0),
    "reserve": (0.0, 1.0),
    "taper": (1e-6, 1.0),
    "initial_state_of_charge": (0.0, 1.0),
}


@dataclass(frozen=True)
class DeviceGroup:
    """Accelerators of one sort at a site; powers and rates are those of one device."""

    name: str
    count: int
    peak_flop_s: float  # dense BF16
    device_power_w: float  # at full load
    idle_fraction: float = 0.20  # P0/P1 of MODEL §5.1; an idle device stays on
    exponent: float = 2.0  # a of MODEL §5.1: 2 compute-bound, 3 memory-bound
    server_overhead: float = 1.25  # IT power over device power
    memory_byte: float = 0.0  # 0: not stated


@dataclass(frozen=True)
class BatteryPlant:
    """The battery plant of a site; power and energy at the bus and in the store, both directions alike."""

    capacity_j: float
    power_w: float
    charge_efficiency: float = 0.96
    discharge_efficiency: float = 0.96
    reserve: float = 0.10  # state of charge below which it gives nothing
    taper: float = 0.10  # charging power falls linearly over this last share of the capacity
    initial_state_of_charge: float = 1.0


@dataclass(frozen=True)
class GridChange:
    """From `time_s` after the start of the run the grid gives at most `limit_w`."""

    time_s: float
    limit_w: float


@dataclass(frozen=True)
class SiteSpec:
    """A terrestrial data centre, in SI.

    `other_it_power_w` is network, storage and headroom, drawn constantly while the site is on. `pue` is that of a year
    at full load, reached by scaling the cooling plant. Where only a share of the accelerators is the customer's, the
    others run at full load for their owner: they draw power, and offer nothing.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    devices: tuple[DeviceGroup, ...]
    climate: Climate
    grid_limit_w: float
    other_it_power_w: float = 0.0
    pue: float = 1.2
    supply_temperature_k: float = 298.0
    grid_changes: tuple[GridChange, ...] = ()
    turbine_power_w: float = 0.0  # on-site generation; off by default
    battery: BatteryPlant | None = None
    uplink_bit_s: float = math.inf
    water_l_per_kwh_cooling: float = 1.8
    tariff: Tariff | None = None  # what grid energy costs and emits by the hour
    used_first: bool = False  # before satellites, where either could do the work
    halls: tuple[Spell, ...] = ()  # shares of the accelerators, with their power, that stand for a time
    customer: tuple[Line, ...] = ()  # their least is the share of the accelerators that is the customer's
    water_limit_l_s: Steps | None = None  # of the cooling, in litres a second

    def __post_init__(self):
        problems = _problems(self)
        if problems:
            raise ScenarioError(problems)

    @property
    def peak_flop_s(self) -> float:
        """Rate of all devices at full load."""
        return math.fsum(group.count * group.peak_flop_s for group in self.devices)

    @property
    def rated_it_power_w(self) -> float:
        """IT power at full load: devices with their servers, and the rest."""
        devices_w = (group.count * group.device_power_w * group.server_overhead for group in self.devices)
        return math.fsum([*devices_w, self.other_it_power_w])


@dataclass(frozen=True)
class SiteWindow:
    """What the sites did in a window, each float64[n_site]; energies [J] are the sums that the march made.

    `it_j` is `device_j` + `other_it_j`. `short_j` is what the load asked for and no source could give. `loss_j` is
    between the battery's terminals and its store. `pue` is NaN for a window spent dark.
    """

    window: int
    executed_flop: np.ndarray
    device_j: np.ndarray
    other_it_j: np.ndarray
    it_j: np.ndarray
    electrical_j: np.ndarray
    cooling_j: np.ndarray
    grid_j: np.ndarray
    turbine_j: np.ndarray
    charge_j: np.ndarray
    discharge_j: np.ndarray
    loss_j: np.ndarray
    short_j: np.ndarray
    dark_s: np.ndarray
    battery_start_j: np.ndarray
    battery_end_j: np.ndarray
    pue: np.ndarray
    outside_k: np.ndarray
    water_l: np.ndarray

    def residuals(self) -> np.ndarray:
        """Return the relative energy residual of each site: the larger of bus and store, float64[n_site].

        Bus: grid + turbines + discharge = devices + other IT + electrical + cooling + charge. Store: its two ends
        differ by charge - discharge - loss. Relative to all that passes and all that is stored.
        """
        sources_j = self.grid_j + self.turbine_j + self.discharge_j
        sinks_j = self.device_j + self.other_it_j + self.electrical_j + self.cooling_j + self.charge_j
        stored_j = self.charge_j - self.discharge_j - self.loss_j
        scale_j = np.maximum(sources_j + sinks_j, 1.0)
        store_scale_j = np.maximum(scale_j, np.maximum(self.battery_start_j, self.battery_end_j))
        store = (self.battery_end_j - self.battery_start_j - stored_j) / store_scale_j
        return np.maximum(np.abs(sources_j - sinks_j) / scale_j, np.abs(store))

    def audit(self, names: list[str]) -> None:
        """Raise AuditError with the site and the window, if an energy residual passes 1e-9."""
        residual = self.residuals()
        i = int(residual.argmax()) if residual.size else -1
        if residual.size and not residual[i] <= RESIDUAL_LIMIT:
            where = f"site {names[i]}, window {self.window}"
            message = f"energy of {where} does not close: residual {residual[i]:.2e}, limit {RESIDUAL_LIMIT:.0e}"
            raise AuditError(message, quantity="energy", value=float(residual[i]), limit=RESIDUAL_LIMIT, where=where)


class Sites:
    """The terrestrial sites of a run, rows in the order given; all that changes is `state`, float64[n_site, 1]."""

    def __init__(self, sites: list[SiteSpec] | tuple[SiteSpec, ...], clock: Clock):
        self.specs, self.clock = tuple(sites), clock
        self.names = [site.name for site in self.specs]
        self.n_site = len(self.specs)
        self.peak_flop_s = np.array([site.peak_flop_s for site in self.specs])
        self.rated_it_power_w = np.array([site.rated_it_power_w for site in self.specs])
        self._water_l_per_j = np.array([site.water_l_per_kwh_cooling for site in self.specs]) / JOULE_PER_KWH
        self._plant = np.array([_plant_row(site) for site in self.specs]).reshape(self.n_site, len(PLANT))
        self._group = np.array([_group_rows(site) for site in self.specs]).reshape(self.n_site, 3, GROUPS)
        self._step_mid_s = clock.step_mid_s()
        self._grid = [_grid_table(site) for site in self.specs]
        self.battery_capacity_j = np.array([site.battery.capacity_j if site.battery else 0.0 for site in self.specs])
        charge = np.array([site.battery.initial_state_of_charge if site.battery else 0.0 for site in self.specs])
        self.stored = (self.battery_capacity_j * charge).reshape(self.n_site, len(STATE))

    def state(self) -> dict[str, np.ndarray]:
        """Return what a run must save to go on: what the sites have stored."""
        return {"stored": self.stored}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave."""
        self.stored = np.array(state["stored"])

    def state_of_charge(self) -> np.ndarray:
        """Return the state of charge of each battery plant, 0 to 1: float64[n_site], NaN where there is none."""
        has = self.battery_capacity_j > 0.0
        return np.where(has, self.stored[:, 0] / np.where(has, self.battery_capacity_j, 1.0), np.nan)

    def held(self, w_window: int) -> np.ndarray:
        """Return the share of each site's accelerators that stand and are the customer's: float64[n_site]."""
        return self._stands(w_window) * self._owned(w_window)

    def offer_flop(self, w_window: int) -> np.ndarray:
        """Return the most work that each site carries through a window with no cut: float64[n_site].

        Grid, turbines and battery plant, the battery to its reserve; the window is rehearsed from the present state.
        """
        throughput = np.empty(self.n_site)
        outside_k, grid_w = self._weather(w_window)
        plant, group = self._equipment(w_window)
        offer_sites(plant, group, self.stored, outside_k, grid_w, self.clock.step_s, 0, self.n_site, throughput)
        if any(site.water_limit_l_s is not None for site in self.specs):
            cooled, limit_w = np.empty(self.n_site), self._cooling_limit_w(w_window)
            cooled_throughput(plant, group, outside_k, limit_w, 0, self.n_site, cooled)
            throughput = np.minimum(throughput, cooled)
        return throughput * plant[:, _PEAK] * self.clock.window_s

    def march(self, w_window: int, assigned_flop: np.ndarray) -> SiteWindow:
        """Execute a window and move the state on; work assigned past the peak is cut to it, float64[n_site]."""
        outside_k, grid_w = self._weather(w_window)
        plant, group = self._equipment(w_window)
        peak_flop = plant[:, _PEAK] * self.clock.window_s
        asked_flop = np.minimum(np.asarray(assigned_flop, float), peak_flop)
        throughput = np.divide(asked_flop, peak_flop, out=np.zeros(self.n_site), where=peak_flop > 0.0)
        done, flows = np.empty(self.n_site), np.empty((self.n_site, len(FLOWS)))
        battery_start_j = self.stored[:, 0].copy()
        march_sites(
            plant, group, outside_k, grid_w, self.clock.step_s, throughput,
            0, self.n_site, self.stored, done, flows,
        )  # fmt: skip
        by_name = {name: flows[:, column].copy() for column, name in enumerate(FLOWS)}
        load_j = by_name["it_j"] + by_name["electrical_j"] + by_name["cooling_j"]
        return SiteWindow(
            window=w_window,
            executed_flop=asked_flop * done,
            battery_start_j=battery_start_j,
            battery_end_j=self.stored[:, 0].copy(),
            pue=np.divide(load_j, by_name["it_j"], out=np.full(self.n_site, np.nan), where=by_name["it_j"] > 0.0),
            outside_k=np.array([math.fsum(row) / row.size for row in outside_k]),
            water_l=by_name["cooling_j"] * self._water_l_per_j,
            **by_name,
        )

    def conditions(self, w_window: int) -> tuple[list[SitePlant], np.ndarray, np.ndarray, np.ndarray]:
        """Return what a window's offers rest on: plants as they stand, outside temperature [K] and grid limit [W] at
        the steps, each float64[n_site, n_step], and the throughput that cooling water allows, float64[n_site]."""
        outside_k, grid_w = self._weather(w_window)
        plant, group = self._equipment(w_window)
        cooled = np.empty(self.n_site)
        cooled_throughput(plant, group, outside_k, self._cooling_limit_w(w_window), 0, self.n_site, cooled)
        return [site_plant(plant, group, j) for j in range(self.n_site)], outside_k, grid_w, cooled

    def _middle_s(self, w_window: int) -> float:
        return self.clock.window_start_s(w_window) + 0.5 * self.clock.window_s

    def _stands(self, w_window: int) -> np.ndarray:
        """Return the share of each site's accelerators that no event has taken: float64[n_site]."""
        time_s = self._middle_s(w_window)
        return np.array([factor_at(site.halls, time_s) for site in self.specs])

    def _owned(self, w_window: int) -> np.ndarray:
        """Return the share of each site's accelerators that is the customer's: float64[n_site]."""
        time_s = self._middle_s(w_window)
        return np.array([min((line.at(time_s) for line in site.customer), default=1.0) for site in self.specs])

    def _equipment(self, w_window: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the tables of plants and groups as they stand in a window: the owner's share joins the constant."""
        stands, owned = self._stands(w_window), self._owned(w_window)
        if (stands * owned == 1.0).all():
            return self._plant, self._group
        plant, group = self._plant.copy(), self._group.copy()
        devices_w = np.array([math.fsum(rows[:2].ravel().tolist()) for rows in self._group])
        plant[:, _PEAK] *= stands * owned
        plant[:, _OTHER] = stands * (plant[:, _OTHER] + (1.0 - owned) * devices_w)
        group[:, :2] *= (stands * owned)[:, None, None]
        return plant, group

    def _cooling_limit_w(self, w_window: int) -> np.ndarray:
        """Return the cooling power that each site's water allows in a window: float64[n_site], inf without a limit."""
        time_s = self._middle_s(w_window)
        limits = [site.water_limit_l_s for site in self.specs]
        limit_l_s = np.array([math.inf if limit is None else float(limit.at(time_s)) for limit in limits])
        dry = self._water_l_per_j <= 0.0
        return np.where(dry, np.inf, limit_l_s / np.where(dry, 1.0, self._water_l_per_j))

    def _weather(self, w_window: int) -> tuple[np.ndarray, np.ndarray]:
        """Return outside temperature [K] and grid limit [W] at the steps of a window: float64[n_site, n_step]."""
        steps = self.clock.steps_per_window
        times_s = self._step_mid_s[w_window * steps : (w_window + 1) * steps]
        outside_k, grid_w = np.empty((self.n_site, steps)), np.empty((self.n_site, steps))
        for i, site in enumerate(self.specs):
            outside_k[i] = site.climate.outside_k(self.clock.start, times_s, site.longitude_deg)
            changes_s, limits_w = self._grid[i]
            grid_w[i] = limits_w[np.searchsorted(changes_s, times_s, side="right")]
        return outside_k, grid_w


def _plant_row(site: SiteSpec) -> list[float]:
    """Return a row of the table of plants, in the order of PLANT; the cooling plant is sized here."""
    unit = mean_unit_cooling(site.climate.year_k(site.longitude_deg), site.supply_temperature_k)
    battery = site.battery or BatteryPlant(capacity_j=1.0, power_w=0.0)
    row = {
        "rated_it_w": site.rated_it_power_w,
        "supply_k": site.supply_temperature_k,
        "cooling_factor": cooling_factor(site.pue, unit),
        "peak_flop_s": site.peak_flop_s,
        "other_it_w": site.other_it_power_w,
        "turbine_limit_w": site.turbine_power_w,
        "battery_capacity_j": battery.capacity_j,
        "battery_floor_j": battery.capacity_j * battery.reserve,
        "battery_limit_w": battery.power_w,
        "charge_efficiency": battery.charge_efficiency,
        "discharge_efficiency": battery.discharge_efficiency,
        "inverse_taper": 1.0 / battery.taper,
    }
    return [float(row[name]) for name in PLANT]


def _grid_table(site: SiteSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return the times at which the grid limit changes, and the limits before, between and after them."""
    changes = sorted(site.grid_changes, key=lambda change: change.time_s)
    limits_w = [site.grid_limit_w, *(change.limit_w for change in changes)]
    return np.array([change.time_s for change in changes]), np.array(limits_w)


def _group_rows(site: SiteSpec) -> list[list[float]]:
    """Return idle and span power and exponent of up to GROUPS groups, devices of one exponent added up."""
    idle_w, span_w = [0.0] * GROUPS, [0.0] * GROUPS
    exponents = sorted({group.exponent for group in site.devices})
    for group in site.devices:
        rated_w = group.count * group.device_power_w * group.server_overhead
        g = exponents.index(group.exponent)
        idle_w[g] += rated_w * group.idle_fraction
        span_w[g] += rated_w * (1.0 - group.idle_fraction)
    return [idle_w, span_w, [*exponents, *[1.0] * (GROUPS - len(exponents))]]


def _problems(site: SiteSpec) -> list[Problem]:
    """Return all that is wrong with a site."""
    path = f"sites.{site.name}"
    problems = range_problems(site, path, _SITE_RANGES)
    for group in site.devices:
        problems += range_problems(group, f"{path}.devices.{group.name}", _DEVICE_RANGES)
    if site.battery is not None:
        problems += range_problems(site.battery, f"{path}.battery", _BATTERY_RANGES)
    for change in site.grid_changes:
        problems += range_problems(change, f"{path}.grid_changes", {"limit_w": (0.0, 1e15)})
    if len({group.exponent for group in site.devices}) > GROUPS:
        what = "has devices of too many exponents"
        problems.append(Problem(what, f"{path}.devices", limit=f"a site may have {GROUPS} between them"))
    if not site.rated_it_power_w > 0.0:
        problems.append(Problem("has no IT power", f"{path}.devices", cure="give devices or other_it_power"))
    return problems
