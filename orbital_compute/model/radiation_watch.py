"""The fleet under radiation through a run: soft errors of each window, at the doses and with the map of its month."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from ..kernels.records import Health
from .clock import DAY_S, Clock
from .constellation import Constellation
from .credit import SoftErrorToll
from .fleet import Fleet, from_tiles
from .health_laws import satellite_keys
from .outages import Spell, factor_at
from .radiation import RadiationSpec
from .soft_errors import SoftErrorCounts, SoftErrors
from .space import SpaceSegment

MONTH_DAYS = 30.0  # for which doses and map are held: the map drifts by 0.03 degrees, the dose by 0.6 %
_COMPUTE = Health._fields.index("compute")


class RadiationWatch:
    """Soft errors of a run's satellites, window by window.

    Parameters
    ----------
    spec : RadiationSpec
    fleet : Fleet
    constellation : Constellation
        Of which the fleet has some or all rows.
    clock : Clock
    seed : int
    storms : sequence of Spell
        Factors on the rates of soft errors, while storms of the Sun last.

    Raises
    ------
    ScenarioError
        If the table of doses cannot be read.
    ModelError
        If it does not reach an orbit.
    """

    def __init__(
        self, spec: RadiationSpec, fleet: Fleet, constellation: Constellation, clock: Clock, *, seed: int,
        storms: Sequence[Spell] = (),
    ):  # fmt: skip
        self._fleet, self._clock, self._storms = fleet, clock, tuple(storms)
        n = fleet.n_satellite
        self._month = self._month_of(0.0)
        self.errors = SoftErrors(
            spec, fleet.arrays.orbit_table, fleet.arrays.orbit_index[:n], fleet.shell,
            satellite_keys(constellation, fleet.row).astype(np.int64), year=self._year(), n_shell=fleet.n_shell,
            seed=seed,
        )  # fmt: skip
        self._devices_new = np.array([design.compute.count for design in fleet.types], dtype=np.float32)  # of each type
        self.rate_per_s = 0.0  # of one accelerator, all kinds, mean over the work executed in the last window
        self.new_day(0.0)

    @staticmethod
    def bytes_per_satellite() -> int:
        """Return the bytes of what is kept of each satellite: its key, and its devices at work."""
        return 2 * 4

    @staticmethod
    def _month_of(time_s: float) -> int:
        return int(time_s // (MONTH_DAYS * DAY_S))

    def _year(self) -> float:
        """Return the decimal year of the middle of the month."""
        start = self._clock.start
        first = start.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        after_s = (start - first).total_seconds() + (self._month + 0.5) * MONTH_DAYS * DAY_S
        return start.year + after_s / (365.25 * DAY_S)

    def new_day(self, start_s: float) -> None:
        """Take the accelerators that the fleet's health leaves, and the doses of the month in which a day begins."""
        left = from_tiles(self._fleet.arrays.health, _COMPUTE, self._fleet.n_satellite)
        self._devices = self._devices_new[self._fleet.arrays.type_index[: self._fleet.n_satellite]] * left
        month = self._month_of(start_s)
        if month != self._month:
            self._month = month
            self.errors.new_year(self._year())

    def state(self) -> dict[str, np.ndarray]:
        """Return what a run must save to go on: the day's accelerators at work and the month of the doses."""
        return {"devices": self._devices, "month": np.array(self._month)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave."""
        self._devices = np.array(state["devices"], dtype=self._devices_new.dtype)
        month = int(state["month"])
        if month != self._month:
            self._month = month
            self.errors.new_year(self._year())

    def strike(
        self, window: int, space: SpaceSegment, executed_flop: np.ndarray, sidereal_rad: float
    ) -> tuple[SoftErrorCounts, SoftErrorToll]:
        """Draw the soft errors of a window that the satellites have just executed; return them and what they cost.

        executed_flop : float64[n_signature], by signature of satellites; sidereal_rad : Greenwich's sidereal time at
        the moment of the directions in `space.unit`.
        """
        clock = self._clock
        middle_s = clock.window_start_s(window) + 0.5 * clock.window_s
        run: Callable[..., Iterable] = space.run
        counts = self.errors.count(
            window, clock.window_s, sidereal_rad, space.unit, self._devices,
            space.executed_flop, space.signature, executed_flop.size, space.rows, run,
            factor_at(self._storms, middle_s),
        )  # fmt: skip
        exposure_flop, done_flop = (math.fsum(part.tolist()) for part in (counts.exposure_flop, executed_flop))
        rates = self.errors.gang_rates_per_s(exposure_flop, done_flop)
        self.rate_per_s = sum(rates)
        return counts, SoftErrorToll(counts.lost_flop, counts.tainted_flop, rates)
