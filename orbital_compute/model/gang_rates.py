"""What stops gangs of one kind, many at once: rates by cause, mean times, and what is left of their work."""

from __future__ import annotations

import numpy as np

from ..kernels.clusters import gang_intervals, gang_yields
from .gang import YEAR_S, GangSpec
from .radiation import KINDS

CAUSES = (*KINDS, "hardware", "power")
FOLLOWS = ("before_anomaly", "both")  # timings whose interval follows the rate of the moment
AHEAD = ("before_eclipse", "both")  # timings that save before power ends


def stop_rates(gang: GangSpec, soft_per_s: np.ndarray) -> np.ndarray:
    """Return what stops a gang, of one chip [1/s]: float64[n, 4], soft errors by kind as they are caught, and hardware.

    soft_per_s : float64[n, 3], soft errors by kind.
    """
    hardware = np.full((len(soft_per_s), 1), gang.hardware_faults_per_chip_year / YEAR_S)
    return np.concatenate([soft_per_s * [gang.detection, 1.0, 1.0], hardware], axis=1)


def mtbf_s(gang: GangSpec, stops: np.ndarray) -> np.ndarray:
    """Return the mean time between faults of the whole gang, float64[n]; inf without any."""
    each = gang.chips * ((stops[:, 0] + stops[:, 1]) + (stops[:, 2] + stops[:, 3]))
    return np.divide(1.0, each, out=np.full(each.size, np.inf), where=each > 0.0)


def yields(gang: GangSpec, stops: np.ndarray, corruption_per_s: np.ndarray, interval: np.ndarray) -> np.ndarray:
    """Return useful fraction, share in checkpoints, and corrupted share: float64[3, n]."""
    silent = gang.chips * (1.0 - gang.detection) * corruption_per_s
    out = np.zeros((3, interval.size))
    gang_yields(mtbf_s(gang, stops), silent, interval, gang.checkpoint_s, gang.restart_s, 0, interval.size, out)
    return out


def intervals(gang: GangSpec, stops: np.ndarray) -> np.ndarray:
    """Return Daly's interval at each row of `stop_rates` [s]: float64[n]."""
    mean_s, interval = mtbf_s(gang, stops), np.zeros(len(stops))
    gang_intervals(mean_s, gang.checkpoint_s, gang.restart_s, 0, interval.size, interval)
    return interval
