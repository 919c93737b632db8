"""A customer's lease of a site: the capacity it holds over time, how notice ends it, and the state that must move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import Problem, ScenarioError
from ..kernels.flow import flow_arcs, max_flow
from .ranges import range_problems
from .schedule import Line
from .workload import JobClass

FLOW_UNIT_BIT_S = 1e6  # the least cut is found in whole Mbit/s
BIT_PER_BYTE = 8.0

_TERM_RANGES = {"term_s": (0.0, 1e10), "notice_s": (0.0, 1e10), "ramp_s": (0.0, 1e10)}


@dataclass(frozen=True)
class Terms:
    """How a lease ends: a first term that nobody cuts short, then notice, then a ramp in which the capacity goes."""

    term_s: float = 0.0
    notice_s: float = 90.0 * 86400.0
    ramp_s: float = 0.0

    def __post_init__(self):
        problems = range_problems(self, "lease", _TERM_RANGES)
        if problems:
            raise ScenarioError(problems)

    def goes_s(self, start_s: float, given_s: float) -> float:
        """Return when the capacity begins to go, for notice given at a time; it counts from the first term's end on."""
        return max(given_s, start_s + self.term_s) + self.notice_s


@dataclass(frozen=True)
class Reserve:
    """What a reserve in orbit is held for, what it costs, and what losing the site would cost."""

    keep: float = 0.95  # share of the demand's value to be kept
    usd_w_year: float = 16.5  # of holding it, a year and watt of compute
    chance_per_year: float = 0.2  # of a reclaim
    replacement_s: float = 31557600.0  # until other capacity on the ground is found


@dataclass(frozen=True)
class Lease:
    """A lease. Times are seconds after the start of the run; `start_s` may lie before it.

    `share` is that of the site's free accelerators; it is handed over in equal `stages`, each at the end of its part
    of `handover_s`. `owner` is the share that its owner's work still holds, which it leaves for another site.
    """

    site: str
    terms: Terms
    start_s: float = -math.inf
    share: float = 1.0
    handover_s: float = 0.0
    stages: int = 1
    owner: Line | None = None
    notice_given_s: float | None = None  # None: never reclaimed
    rent_usd_year: float = math.nan
    optimiser_byte_per_parameter: float = 14.0
    resident_s: float = 600.0  # for which a session's cache is kept
    reserve: Reserve = Reserve()

    @property
    def goes_s(self) -> float:
        """When the capacity begins to go; inf where it is never reclaimed."""
        return math.inf if self.notice_given_s is None else self.terms.goes_s(self.start_s, self.notice_given_s)

    def capacity(self) -> tuple[Line, ...]:
        """Return lines whose least value at a time is the share of the site's accelerators that is the customer's."""
        lines = [handover(self.start_s, self.handover_s, self.stages, self.share)]
        if self.owner is not None:
            lines.append(Line(self.owner.times_s, tuple(1.0 - held for held in self.owner.values)))
        if self.notice_given_s is not None:
            lines.append(Line((self.goes_s, self.goes_s + self.terms.ramp_s), (1.0, 0.0)))
        return tuple(lines)


def handover(start_s: float, length_s: float, stages: int, share: float) -> Line:
    """Return the share handed over: equal steps, each at the end of its part of the time; at once for no time."""
    if not math.isfinite(start_s):
        return Line((0.0,), (share,))
    times, values = [start_s], [0.0]
    for k in range(stages):
        end_s = start_s + length_s * (k + 1) / stages
        times += [end_s, end_s]
        values += [share * k / stages, share * (k + 1) / stages]
    return Line(tuple(times), tuple(values))


def owner_leaves(start_s: float, length_s: float, own_flop_s: float, room_flop_s: float) -> tuple[Line, Line]:
    """Return the shares that the owner's work holds, of the site that it leaves and of the one that it moves to.

    Work is conserved: what leaves one arrives at the other, as far as there is room.

    Parameters
    ----------
    start_s, length_s : float
        When the move begins and how long it takes, even over it.
    own_flop_s, room_flop_s : float
        Rates of the free accelerators, all of which it holds at the start, and of those of the other site.
    """
    moved = min(own_flop_s, room_flop_s)
    times_s = (start_s, start_s + max(length_s, 0.0))
    return Line(times_s, (1.0, 1.0 - moved / own_flop_s)), Line(times_s, (0.0, moved / room_flop_s))


@dataclass(frozen=True)
class MovableState:
    """What must be moved to take work elsewhere, in bits: models once each, caches, and training runs in progress."""

    weights_bit: float
    cache_bit: float
    optimiser_bit: float

    @property
    def total_bit(self) -> float:
        """All of it."""
        return self.weights_bit + self.cache_bit + self.optimiser_bit


def movable_state(
    classes: Sequence[JobClass], rate_flop_s: np.ndarray, gang_flop_s: Sequence[float | None], lease: Lease
) -> MovableState:
    """Return the state behind work that runs at some rates.

    Parameters
    ----------
    classes : sequence of JobClass
    rate_flop_s : float64[n_class]
        At which the site works for each.
    gang_flop_s : sequence of float or None
        Rate of a gang of each class; None: its work is one run.
    lease : Lease

    Notes
    -----
    MODEL §6: weights 2 B a parameter; a training run as much and 12 to 16 B for its optimiser; sessions by Little's
    law, those that arrive while a cache is kept, each with the context of its whole request.
    """
    weights, cache, optimiser = {}, 0.0, 0.0
    for job, rate, gang in zip(classes, rate_flop_s.tolist(), gang_flop_s, strict=True):
        if rate <= 0.0 or job.card is None:
            continue
        card = job.card
        if job.kind == "training":
            runs = 1.0 if gang is None else max(rate / gang, 1.0)
            optimiser += runs * card.stored_parameters * (card.byte_per_parameter + lease.optimiser_byte_per_parameter)
            continue
        weights[card.name] = card.stored_parameters * card.byte_per_parameter
        if job.kind in ("interactive", "agent"):
            context_byte = card.kv_byte_per_token * (job.tokens_in + job.tokens_out)
            cache += rate / job.flop_per_request * lease.resident_s * context_byte
    byte = (math.fsum(weights.values()), cache, optimiser)
    return MovableState(*(BIT_PER_BYTE * part for part in byte))


def least_cut_bit_s(site: int, spare_bit_s: np.ndarray, n_gateway: int) -> float:
    """Return the rate at which a site's state can leave it for the satellites and the other sites.

    Parameters
    ----------
    site : int
        Number of the site among the uplinks.
    spare_bit_s : float64[n_arc]
        What demand leaves of each arc: gateways, then uplinks.
    n_gateway : int

    Notes
    -----
    Greatest flow from the site by its uplink to the public network, and on by every gateway and other uplink.
    """
    n_arc = len(spare_bit_s)
    room = np.floor(np.maximum(spare_bit_s, 0.0) / FLOW_UNIT_BIT_S).astype(np.int64)
    own, net, sink = n_arc, n_arc + 1, n_arc + 2
    others = [arc for arc in range(n_arc) if arc != n_gateway + site]
    tail = [own] + [net] * len(others) + others
    head = [net, *others] + [sink] * len(others)
    capacity_of = [room[n_gateway + site], *room[others], *room[others]]
    arcs = flow_arcs(n_arc + 3, np.array(tail), np.array(head))
    capacity = np.zeros(2 * len(tail), np.int64)
    capacity[arcs.number] = capacity_of
    level, place, queue, trail = np.empty((4, n_arc + 3), np.int64)
    flow = max_flow(arcs.start, arcs.head, arcs.back, capacity, own, sink, level, place, queue, trail)
    return float(flow) * FLOW_UNIT_BIT_S


def check_owner(lease_site: str, to: str, room_flop_s: float) -> None:
    """Raise ScenarioError if a site has no room for the work that is to move there."""
    if not room_flop_s > 0.0:
        what = f"{to} has no accelerator free for the work that leaves {lease_site}"
        raise ScenarioError(Problem(what, "lease", to, cure=f"lower {to}'s busy, or leave move out"))
