"""Which nodes can run which classes of work at all, and what of their own a FLOP of a class takes.

A node runs a class if its devices' memory holds the weights of the model once and one context at mid-answer. Work of
gangs is not asked: their chips hold its state together. A memory of 0 is taken for one that nobody has stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .own_limits import MEMORY, TERMINAL, OfType
from .satellite_type import SatelliteType
from .site import SiteSpec
from .workload import JobClass, Workload


def weights_byte(job: JobClass) -> float:
    """Return the memory of one copy of the model that a class serves; 0 for work that is no prompt."""
    return 0.0 if job.model is None else job.model.stored_parameters * job.model.byte_per_parameter


def context_byte(job: JobClass) -> float:
    """Return the memory of one context when half of the answer stands."""
    return 0.0 if job.model is None else job.model.kv_byte_per_token * (job.tokens_in + 0.5 * job.tokens_out)


def serves(memory_byte: np.ndarray, classes: Sequence[JobClass]) -> np.ndarray:
    """Return bool[n, n_class]: each memory holds the class's model and one context."""
    needed = np.array([weights_byte(job) + context_byte(job) for job in classes])
    memory_byte = np.asarray(memory_byte, float)[:, None]
    return (memory_byte <= 0.0) | (needed <= memory_byte)


def type_memory_byte(types: Mapping[str, SatelliteType]) -> np.ndarray:
    """Return float64[n_type], the memory of all devices of a satellite."""
    return np.array([one.compute.count * one.compute.memory_byte for one in types.values()])


def site_memory_byte(sites: Sequence[SiteSpec]) -> np.ndarray:
    """Return float64[n_site], the memory of all devices of a site."""
    return np.array([sum(group.count * group.memory_byte for group in site.devices) for site in sites])


def own_limits(types: Mapping[str, SatelliteType], workload: Workload, window_s: float) -> list[OfType]:
    """Return the own limits of a satellite of each type in a window: its terminal [bit], and memory [byte s].

    Memory is asked of classes that say how long a context stays (`residence_s`): the part of it that one copy of the
    largest of their models leaves. A FLOP takes the context at mid-answer for that time.
    """
    classes = workload.classes
    terminal = np.array([one.terminal_bit_s for one in types.values()]) * window_s
    found = [OfType(TERMINAL, terminal, workload.bit_per_flop)]
    stays = np.array([job.residence_s or 0.0 for job in classes])
    if stays.any():
        taken = np.array([context_byte(job) for job in classes]) * stays / workload.flop_per_request
        memory = type_memory_byte(types)
        weights = np.where(serves(memory, classes), [weights_byte(job) for job in classes], 0.0)
        room = np.maximum(memory - (weights * (stays > 0.0)).max(axis=1), 0.0)
        found.append(OfType(MEMORY, np.where(memory > 0.0, room, np.inf) * window_s, taken))
    return found


def largest_offer_flop(types: Mapping[str, SatelliteType], window_s: float) -> np.ndarray:
    """Return float64[n_type], what one satellite offers in a window at most."""
    return np.array([one.compute.count * one.compute.peak_flop_s for one in types.values()]) * window_s
