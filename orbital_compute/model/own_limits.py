"""What a satellite has of its own beside its supply: its terminal and its memory, and what that makes of signatures.

A satellite i offers F_i in a window, and has a terminal of T_i bit; a FLOP of class c takes b_c of it. What the
satellite is worth at prices q_c of the classes' work is F_i φ(T_i/F_i), where φ(r) is the highest mix of the q_c whose
mean use is at most r: concave, and straight between one b_c and the next. So satellites of equal reach whose ratio
T_i/F_i lies between the same two uses can be added up, supply and terminal each, and nothing is lost (MODEL §7.2 bins
the ratio; with the classes' own uses as the grid the bins are exact). Memory is a second limit of the same sort. With
both no such interval is exact, so offers that are short of both are also told apart in steps of 0.8 to 1.6 %: sums are
then an upper bound, and what the way back cannot place, by either limit at most a quarter of a step, is the merging
loss.

The way back gives each member its own mix, not the mean one. Let a signature have supply F and limit L, whose work
above the interval (classes with b of at least its upper end) is H FLOP of mean use h, and whose rest, work u and idle
together, has mean use β, at most the lower end. Then

    h_i = H (T_i - β F_i)/(L - β F),    u_i = (F_i - h_i) u/(F - H)

sum to H and u, and keep each T_i, for h_i <= (T_i - β F_i)/(h - β) as soon as the sums keep L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..kernels.supply import FINE
from .network import Network
from .programme import Programme

TERMINAL, MEMORY = "terminal", "memory"


class OfType(NamedTuple):
    """One own limit of the satellites of each type, and what a FLOP of each class takes of it."""

    name: str
    amount: np.ndarray  # float64[n_type], of one satellite in a window, inf for none
    use: np.ndarray  # float64[n_class], per FLOP


class Return(NamedTuple):
    """How assigned work goes back to the members of each signature: share × offer + flat, if its limits let it."""

    share: np.ndarray  # float64[n_signature]
    flat_flop: np.ndarray  # float64[n_signature], to each member
    other_share: np.ndarray  # float64[n_signature], of the limit that the split does not keep by itself: a FLOP offered
    other_flat: np.ndarray  # float64[n_signature], and each member
    other_limit: np.ndarray  # float64[n_signature], of each member


@dataclass(frozen=True)
class OwnLimits:
    """The own limits of a run that may bind, ready for keys, programmes and the way back."""

    limits: tuple[OfType, ...]
    level: tuple[np.ndarray, ...]  # of each limit: uses above zero that divide its ratios, ascending
    threshold_flop: np.ndarray  # float64[n_type, n_step]: an offer above it is short of that level
    stride: np.ndarray  # uint64[n_step], what each adds to a key
    fine_from: np.ndarray  # uint64[n_type]: offers of a higher FINE number are told apart by it
    fine_stride: np.uint64
    key_size: int  # keys of reach alone are below it
    route_group: np.ndarray  # int64[n_route], groups told apart by use
    parent: np.ndarray  # int64[n_group], group of the network
    group_use: np.ndarray  # float64[n_own, n_group]

    @staticmethod
    def of(network: Network, limits: Sequence[OfType], largest_offer_flop: np.ndarray) -> OwnLimits | None:
        """Return the limits that some satellite may come to; None if there are none.

        largest_offer_flop : float64[n_type], of one satellite in a window
        """
        kept, levels = [], []
        for limit in limits:
            of_type = np.where(largest_offer_flop > 0.0, limit.amount / np.maximum(largest_offer_flop, 1.0), np.inf)
            level = np.unique(limit.use[limit.use > 0.0])
            if (level > of_type.min(initial=np.inf)).any():
                kept.append(limit)
                levels.append(level)
        if not kept:
            return None
        steps, strides, size = [], [], network.key_size
        for limit, level in zip(kept, levels, strict=True):
            steps += [limit.amount / one for one in level]
            strides += [size] * level.size
            size *= level.size + 1
        fine_from, fine_stride = _fine(kept, levels, largest_offer_flop), size
        if len(kept) > 1:
            size *= int(
                (fine_number(largest_offer_flop) - np.minimum(fine_from, fine_number(largest_offer_flop))).max()
            )
            size += fine_stride
        network.check_key_size(size)
        of_site = network.groups.site[network.routes.group] >= 0
        use = np.where(of_site, 0.0, np.array([limit.use for limit in kept])[:, network.routes.job_class])  # of routes
        table = np.column_stack([network.routes.group, use.T])
        unique, route_group = np.unique(table, axis=0, return_inverse=True)
        return OwnLimits(
            limits=tuple(kept),
            level=tuple(levels),
            threshold_flop=np.array(steps).T.copy(),
            stride=np.array(strides, np.uint64),
            fine_from=fine_from,
            fine_stride=np.uint64(fine_stride if len(kept) > 1 else 0),
            key_size=network.key_size,
            route_group=route_group.reshape(-1),
            parent=unique[:, 0].astype(np.int64),
            group_use=np.ascontiguousarray(unique[:, 1:].T),
        )

    def short(self, signature_key: np.ndarray) -> np.ndarray:
        """Return int64[n_signature, n_own]: levels that the members' ratio is below."""
        rest = signature_key // np.uint64(self.key_size)
        found = []
        for level in self.level:
            found.append((rest % np.uint64(level.size + 1)).astype(np.int64))
            rest = rest // np.uint64(level.size + 1)
        return np.array(found).reshape(len(self.level), signature_key.size).T

    def fields(self, signature_key: np.ndarray, kind: np.ndarray, members: np.ndarray, n_site: int) -> dict:
        """Return the own limits of a programme's signatures, those of the sites last.

        kind, members : int64[n_signature], type and number of the satellites of each
        """
        short = self.short(signature_key)
        shape = (signature_key.size + n_site, len(self.limits))
        own_limit, own_below = np.full(shape, np.inf), np.zeros(shape)
        for own, (limit, level) in enumerate(zip(self.limits, self.level, strict=True)):
            at = np.flatnonzero(short[:, own])
            own_limit[at, own] = members[at] * limit.amount[kind[at]]
            own_below[at, own] = np.concatenate([[0.0], level])[level.size - short[at, own]]
        return {"own_limit": own_limit, "own_below": own_below, "group_use": self.group_use}

    def way_back(self, programme: Programme, group_flop: np.ndarray, kind: np.ndarray, members: np.ndarray) -> Return:
        """Return how the orbital signatures' work goes back to their members: kind, members as in `fields`."""
        n = members.size
        supply, work = programme.supply_flop[:n], group_flop[:n]
        finite = np.isfinite(programme.own_limit[:n])
        first = np.argmax(finite, axis=1)  # the limit by which work is divided
        at, any_one = np.arange(n), finite.any(axis=1)
        below = np.where(any_one, programme.own_below[at, first], np.inf)
        amount = np.array([limit.amount for limit in self.limits])[first, kind]
        limit = np.where(any_one, programme.own_limit[at, first], 1.0)
        high = self.group_use[first] > below[:, None]  # bool[n, n_group]
        high_flop, low_flop = np.where(high, work, 0.0), np.where(high, 0.0, work)
        rest = supply - high_flop.sum(axis=1)
        use = np.where(any_one[:, None], self.group_use[first], 0.0)
        beta = _over((low_flop * use).sum(axis=1), rest)
        load = np.minimum(_over(low_flop.sum(axis=1), rest), 1.0)
        part = _over(high_flop.sum(axis=1), limit - beta * supply)  # h_i = part (T_i - β F_i)
        flat = np.where(any_one, part * amount, 0.0)
        slope = np.where(any_one, part * beta, 0.0)
        other = np.where(finite.all(axis=1), len(self.limits) - 1, 0) if len(self.limits) > 1 else np.zeros(n, int)
        both = finite.sum(axis=1) > 1
        other_use = np.where(both[:, None], self.group_use[other], 0.0)
        of_high = _over((high_flop * other_use).sum(axis=1), high_flop.sum(axis=1))
        of_low = _over((low_flop * other_use).sum(axis=1), low_flop.sum(axis=1))
        return Return(
            share=load - (1.0 - load) * slope,
            flat_flop=(1.0 - load) * flat,
            other_share=load * of_low + slope * (load * of_low - of_high),
            other_flat=flat * (of_high - load * of_low),
            other_limit=np.where(both, np.array([one.amount for one in self.limits])[other, kind], np.inf),
        )


def fine_number(flop: np.ndarray) -> np.ndarray:
    """Return uint64[n], the number of the step that an offer is in: 64 an octave (`kernels.supply.FINE`)."""
    return np.ascontiguousarray(flop, float).view(np.uint64) >> FINE


def _fine(kept: list[OfType], levels: list[np.ndarray], largest_offer_flop: np.ndarray) -> np.ndarray:
    """Return uint64[n_type], the FINE number from which offers can be short of more than one limit."""
    if len(kept) < 2:
        return np.full(largest_offer_flop.size, np.iinfo(np.uint64).max)
    first = np.array([limit.amount / level[-1] for limit, level in zip(kept, levels, strict=True)])
    return fine_number(first.max(axis=0)) - np.uint64(1)


def _over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a/b, 0 where b is not above zero."""
    return np.divide(a, b, out=np.zeros(a.size), where=b > 0.0)
