"""What a gang of chips delivers where faults strike: the specification, and its rates (MODEL §5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Problem, ScenarioError
from ..physics.gang import checkpoint_interval_s, corrupted_share, mean_time_between_faults_s, useful_fraction
from .checks import check_range
from .choices import TIMINGS

YEAR_S = 365.25 * 86400.0


@dataclass(frozen=True)
class GangSpec:
    """A gang of chips that work in step and stop together.

    Attributes
    ----------
    chips : int
        Chips of one gang.
    checkpoint_s : float
        Time δ in which the state is written while work stands still [s]: state bytes over write bandwidth.
    restart_s : float
        Time R from a fault until work goes on [s]; default 120 s (C, MODEL §5.4).
    detection : float
        Share of silent corruptions that a detector catches, which then stop the gang; default 0.9 (C, MODEL §5.3).
    hardware_faults_per_chip_year : float
        Faults that are not of radiation, in orbit and on the ground [1/year]; default 0.173: 419 unexpected
        interruptions in 54 days on 16,384 accelerators (B, Llama 3 as reported by Data Centre Dynamics, July 2024).

    timing : str
        When a gang on a cluster saves (`choices.TIMINGS`); others save by Daly's interval.

    Raises
    ------
    ScenarioError
        With every value out of range.
    """

    chips: int
    checkpoint_s: float = 30.0
    restart_s: float = 120.0
    detection: float = 0.9
    hardware_faults_per_chip_year: float = 0.173
    timing: str = "daly"

    def __post_init__(self):
        check_range(
            "gang",
            self,
            chips=(1, 1e9),
            checkpoint_s=(0.0, 86400.0),
            restart_s=(0.0, 86400.0),
            detection=(0.0, 1.0),
            hardware_faults_per_chip_year=(0.0, 1e4),
        )
        if self.timing not in TIMINGS:
            limit = f"timings are {', '.join(TIMINGS)}"
            raise ScenarioError(Problem(f"there is no timing '{self.timing}'", "gang.timing", self.timing, limit))

    def yields(self, corruption_per_s: float, memory_per_s: float, interrupt_per_s: float) -> GangYield:
        """Return what a gang delivers at the soft-error rates of one chip [1/s]; zeros for a gang on the ground.

        λ sums memory errors, functional interrupts, hardware faults, and corruption that is detected.
        """
        hardware_per_s = self.hardware_faults_per_chip_year / YEAR_S
        stops_per_s = memory_per_s + interrupt_per_s + hardware_per_s + self.detection * corruption_per_s
        mtbf_s = mean_time_between_faults_s(float(self.chips), stops_per_s)
        interval_s = checkpoint_interval_s(mtbf_s, self.checkpoint_s, self.restart_s)
        useful = useful_fraction(mtbf_s, interval_s, self.checkpoint_s, self.restart_s)
        silent_per_s = self.chips * (1.0 - self.detection) * corruption_per_s
        return GangYield(mtbf_s, interval_s, useful, corrupted_share(silent_per_s, interval_s))


class GangYield(NamedTuple):
    """What faults leave of a gang's time."""

    mtbf_s: float
    interval_s: float
    useful_fraction: float  # of executed work, that counts once
    corrupted_share: float  # of the useful work, in intervals struck by corruption that nothing caught
