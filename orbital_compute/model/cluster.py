"""Clusters that gangs sit on: neighbours of one plane or formation in orbit, the fabric of a site on the ground.

In orbit a copy of the model lies on chips of one satellite. Its gradients are summed within the satellite over its
fabric, then between satellites over lasers along the line in which they fly; a site sums them over its own fabric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..constants import SPEED_OF_LIGHT_M_S
from ..errors import Problem, ScenarioError
from ..physics.all_reduce import FLOP_PER_PARAMETER_TOKEN, hiding_rate_bit_s, ring_bit, ring_time_s
from .checks import check_range

BIT_PER_BYTE = 8.0
RING_SPACINGS = 2.0  # a ring laid on a line goes out over every other member: its hops are twice as far


@dataclass(frozen=True)
class ClusterSpec:
    """How clusters are cut, and what links their chips. Rates are one way, and hold both ways at once.

    Attributes
    ----------
    satellites : int or None
        Neighbours of one plane that train together; None: all of a plane.
    laser_bit_s : float
        From a satellite to its neighbour.
    laser_hop_s : float
        In each satellite on the way, beside the flight of light.
    satellite_fabric_bit_s, site_fabric_bit_s : float
        Of one chip, within a satellite and at a site.
    fabric_hop_s : float
        From chip to chip.
    """

    satellites: int | None = None
    laser_bit_s: float = 1e12
    laser_hop_s: float = 10e-6
    satellite_fabric_bit_s: float = 4e11
    site_fabric_bit_s: float = 4e11
    fabric_hop_s: float = 5e-6

    def __post_init__(self):
        rate, hop = (1.0, 1e18), (0.0, 10.0)
        check_range(
            "network.cluster", self, laser_bit_s=rate, satellite_fabric_bit_s=rate, site_fabric_bit_s=rate,
            laser_hop_s=hop, fabric_hop_s=hop,
        )  # fmt: skip


@dataclass(frozen=True)
class AllReduceSpec:
    """A training step and the gradients that it leaves.

    Attributes
    ----------
    parameters, active_parameters : float
        Whose gradients are summed; those that one token passes.
    batch_tokens : float
        Tokens of one step, over all chips.
    replica_chips : int
        Chips over which one copy of the model lies.
    gradient_byte : float
        A parameter's gradient, as it is sent.
    overlap : float
        Share of the arithmetic behind which sending may hide.
    inner_steps : int
        Steps between two sums over lasers; 1 sums at each step, DiLoCo took 500 (arXiv:2311.08105).
    model_flop_utilisation : float
        Of the chips while they do not wait for gradients.
    """

    parameters: float
    active_parameters: float
    batch_tokens: float
    replica_chips: int
    gradient_byte: float = 2.0
    overlap: float = 0.5
    inner_steps: int = 1
    model_flop_utilisation: float = 0.4

    def __post_init__(self):
        check_range(
            "all_reduce", self, parameters=(1.0, 1e18), active_parameters=(1.0, 1e18), batch_tokens=(1.0, 1e15),
            replica_chips=(1, 1e9), gradient_byte=(1e-3, 64.0), overlap=(0.0, 1.0), inner_steps=(1, 1e9),
            model_flop_utilisation=(1e-6, 1.0),
        )  # fmt: skip

    @property
    def gradient_bit(self) -> float:
        """Gradients of one copy of the model."""
        return self.parameters * self.gradient_byte * BIT_PER_BYTE


class Exchange(NamedTuple):
    """How long one gang's gradients take at one place, and how far arithmetic hides them."""

    spec: AllReduceSpec
    chips: float
    inner_s: float  # within satellites or the site, each step
    outer_s: float  # between satellites, every `inner_steps` steps
    outer_bit: float  # that each satellite sends then
    members: float  # satellites of the ring
    hop_s: float

    def step_s(self, chip_flop_s):
        """Return the arithmetic of a step at a rate of each chip [FLOP/s], scalar or array; inf at no rate."""
        spec = self.spec
        gang_flop_s = self.chips * spec.model_flop_utilisation * np.asarray(chip_flop_s, float)
        step_flop = FLOP_PER_PARAMETER_TOKEN * spec.active_parameters * spec.batch_tokens
        return np.divide(step_flop, gang_flop_s, out=np.full(np.shape(gang_flop_s), np.inf), where=gang_flop_s > 0.0)

    @property
    def all_reduce_s(self) -> float:
        """Time of the all-reduce of one step, hidden or not."""
        return self.inner_s + self.outer_s / self.spec.inner_steps

    def exposed_s(self, step_s):
        """Return the wait that the arithmetic of a step does not hide (`physics.all_reduce.exposed_time_s`)."""
        return np.maximum(self.all_reduce_s - self.spec.overlap * np.asarray(step_s, float), 0.0)

    def computing_share(self, chip_flop_s):
        """Return the share of the time that is arithmetic, at a rate of each chip, scalar or array."""
        step_s = self.step_s(chip_flop_s)
        wait_s = self.exposed_s(step_s)
        return np.divide(step_s, step_s + wait_s, out=np.ones(np.shape(step_s)), where=wait_s > 0.0)

    def laser_bit_s(self, chip_flop_s):
        """Return what each satellite sends to its neighbour, mean over steps [bit/s]."""
        step_s = self.step_s(chip_flop_s)
        return self.outer_bit / self.spec.inner_steps / (step_s + self.exposed_s(step_s))

    def laser_need_bit_s(self, chip_flop_s: float) -> float:
        """Return the least rate of a laser at which arithmetic hides all of it; inf where none is fast enough."""
        room_s = self.spec.overlap * float(self.step_s(chip_flop_s)) - self.inner_s
        return hiding_rate_bit_s(self.members, self.spec.gradient_bit, self.hop_s, room_s * self.spec.inner_steps)


def orbit_exchange(
    spec: AllReduceSpec, cluster: ClusterSpec, *, chips: int, chips_per_satellite: int, spacing_m: float
) -> Exchange:
    """Return the exchange of a gang on neighbouring satellites.

    Raises
    ------
    ScenarioError
        If a copy of the model needs more chips than a satellite has.
    """
    if spec.replica_chips > chips_per_satellite:
        what = f"one copy of the model lies on {spec.replica_chips} chips, a satellite has {chips_per_satellite}"
        cure = "lower replica_chips, or put more chips on a satellite"
        raise ScenarioError(Problem(what, "gang.all_reduce.replica_chips", spec.replica_chips, cure=cure))
    members = float(-(-chips // chips_per_satellite))
    copies = float(min(chips_per_satellite, chips) // spec.replica_chips)
    shard_bit = spec.gradient_bit / spec.replica_chips
    hop_s = cluster.laser_hop_s + RING_SPACINGS * spacing_m / SPEED_OF_LIGHT_M_S
    return Exchange(
        spec,
        float(chips),
        inner_s=ring_time_s(max(copies, 1.0), shard_bit, cluster.satellite_fabric_bit_s, cluster.fabric_hop_s),
        outer_s=ring_time_s(members, spec.gradient_bit, cluster.laser_bit_s, hop_s),
        outer_bit=ring_bit(members, spec.gradient_bit),
        members=members,
        hop_s=hop_s,
    )


def site_exchange(spec: AllReduceSpec, cluster: ClusterSpec, *, chips: int) -> Exchange:
    """Return the exchange of a gang at a site: copies sum their parts of the model at each step over the fabric."""
    copies = max(float(chips // spec.replica_chips), 1.0)
    shard_bit = spec.gradient_bit / spec.replica_chips
    inner_s = ring_time_s(copies, shard_bit, cluster.site_fabric_bit_s, cluster.fabric_hop_s)
    return Exchange(spec, float(chips), inner_s, 0.0, 0.0, 1.0, 0.0)


class ClusterRows(NamedTuple):
    """Rows of each cluster, int64[n_cluster]: row_first to row_last, neighbours in one plane."""

    row_first: np.ndarray
    row_last: np.ndarray


def cut_clusters(shell: np.ndarray, plane: np.ndarray, satellites: int | None) -> ClusterRows:
    """Return clusters of so many neighbours of a plane, or of whole planes; what is left of a plane is in none.

    Parameters
    ----------
    shell, plane : int[n_row]
        Of each row; planes are runs of rows.
    satellites : int or None

    Raises
    ------
    ScenarioError
        If no plane has so many.
    """
    change = np.flatnonzero((np.diff(shell) != 0) | (np.diff(plane) != 0)) + 1
    edges = np.concatenate([[0], change, [shell.size]]).astype(np.int64)
    longest = int(np.diff(edges).max())
    if satellites is not None and satellites > longest:
        what = f"no plane has {satellites} satellites"
        limit, cure = f"the fullest has {longest}", "lower it, or leave it out for whole planes"
        raise ScenarioError(Problem(what, "network.cluster.satellites", satellites, limit, cure))
    first = [
        np.arange(start, stop - size + 1, size)
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        for size in [satellites or stop - start]
    ]
    row_first = np.concatenate(first).astype(np.int64)
    size = np.full(row_first.size, satellites or 0, dtype=np.int64)
    if satellites is None:
        size = np.diff(edges)
    return ClusterRows(row_first, row_first + size)
