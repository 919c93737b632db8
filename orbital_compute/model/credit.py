"""Work executed that counts once: what soft errors and the faults of gangs leave of it, window by window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .dispatch import Assignment
from .gang import GangSpec, GangYield
from .training import TrainingCredit


class SoftErrorToll(NamedTuple):
    """What soft errors in orbit took of a window, and how often they come to one accelerator."""

    lost_flop: np.ndarray  # float64[n_signature], to be done again by work outside gangs
    tainted_flop: np.ndarray  # float64[n_signature], struck by corruption that nothing caught, outside gangs
    rate_per_s: tuple[float, float, float]  # of silent corruption, memory errors, interrupts; mean over executed work


class Credit(NamedTuple):
    """Work of a window by route, float64[n_route]: executed = credited + repeated, and of the credited, corrupted."""

    credited_flop: np.ndarray
    repeated_flop: np.ndarray
    corrupted_flop: np.ndarray


def no_toll(n_signature: int) -> SoftErrorToll:
    """Return the toll of a window without soft errors."""
    return SoftErrorToll(np.zeros(n_signature), np.zeros(n_signature), (0.0, 0.0, 0.0))


class Crediting:
    """Turns executed work into work that counts.

    A class that works in gangs keeps the useful fraction that their faults leave, at the rates of the place: in orbit
    soft errors come on top of the faults of hardware. Other classes in orbit lose what soft errors were drawn to cost
    their satellites.

    Parameters
    ----------
    gangs : mapping of class name to GangSpec
    class_names : sequence of str
    job_class : int64[n_route]
    of_site : bool[n_route]
        Routes that end at a terrestrial site.
    """

    def __init__(
        self, gangs: Mapping[str, GangSpec], class_names: Sequence[str], job_class: np.ndarray, of_site: np.ndarray
    ):
        self.gangs = [gangs.get(name) for name in class_names]
        self._job_class, self._of_site = np.asarray(job_class), np.asarray(of_site)
        self._in_gang = np.array([gang is not None for gang in self.gangs])[self._job_class]
        self._ground = self.yields((0.0, 0.0, 0.0))

    def yields(self, rate_per_s: tuple[float, float, float]) -> list[GangYield | None]:
        """Return what gangs of each class deliver at these rates of soft errors; None for a class without gangs."""
        return [None if gang is None else gang.yields(*rate_per_s) for gang in self.gangs]

    def credit(
        self,
        assignment: Assignment,
        executed_flop: np.ndarray,
        toll: SoftErrorToll,
        training: TrainingCredit | None = None,
    ) -> Credit:
        """Return the credit of a window.

        Parameters
        ----------
        assignment : Assignment
            Of the window; its signatures of satellites come first.
        executed_flop : float64[n_route]
        toll : SoftErrorToll
            Of the signatures of satellites.
        training : TrainingCredit or None
            Of the classes whose gangs sit on clusters: it stands in place of the law for gangs anywhere.
        """
        n_site = assignment.signature_flop.size - toll.lost_flop.size
        lost, tainted = (
            assignment.executed_by_route(np.concatenate([part, np.zeros(n_site)]))
            for part in (toll.lost_flop, toll.tainted_flop)
        )
        useful, corrupted = (
            np.where(self._of_site, on_ground[self._job_class], in_orbit[self._job_class])
            for on_ground, in_orbit in zip(_table(self._ground), _table(self.yields(toll.rate_per_s)), strict=True)
        )
        credited = np.where(self._in_gang, executed_flop * useful, np.maximum(executed_flop - lost, 0.0))
        repeated = np.where(self._in_gang, executed_flop * (1.0 - useful), np.minimum(lost, executed_flop))
        struck = np.where(self._in_gang, credited * corrupted, np.minimum(tainted, credited))
        if training is not None:
            for job_class, kept in training.kept_by_route.items():
                mine = self._job_class == job_class
                credited[mine] = np.minimum(kept, executed_flop)[mine]
                repeated[mine] = (executed_flop - credited)[mine]
                struck[mine] = np.minimum(training.corrupted_by_route[job_class], credited)[mine]
        return Credit(credited, repeated, struck)


def _table(yields: list[GangYield | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return useful fraction and corrupted share of each class, float64[n_class]; 1 and 0 for one without gangs."""
    useful = np.array([1.0 if one is None else one.useful_fraction for one in yields])
    return useful, np.array([0.0 if one is None else one.corrupted_share for one in yields])
