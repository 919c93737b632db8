"""Satellites with a terminal and a memory of their own, merged by ratio and one by one."""

from types import SimpleNamespace

import numpy as np

from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP, add_own_levels, return_by_limits
from orbital_compute.model.own_limits import MEMORY, TERMINAL, OfType, OwnLimits
from orbital_compute.model.programme import Programme

UNIT = 2.0**20 * WORK_QUANTUM_FLOP  # so that whole quanta are no matter


def network(n_class, n_group, routes, reach_size):
    """What `OwnLimits` asks of a network: groups by reach, keys below reach_size."""
    group, job_class = np.array(routes, np.int64).reshape(-1, 2).T
    return SimpleNamespace(
        key_size=reach_size,
        check_key_size=lambda size: None,
        routes=SimpleNamespace(group=group, job_class=job_class),
        groups=SimpleNamespace(site=np.full(n_group, -1)),
    )


class Fleet:
    """Satellites of random reach, offer and type, merged by own limits, and one by one."""

    def __init__(self, seed, *, limits=1, spread=(0.05, 1.0), n=60, text=False):
        rng = np.random.default_rng(seed)
        n_class, n_reach, n_group, n_type = int(rng.integers(2, 6)), 3, 4, 2
        self.n_class, self.n = n_class, n
        self.reach = rng.integers(0, n_reach, n)
        self.kind = rng.integers(0, n_type, n).astype(np.int32)
        self.offer = np.floor(rng.uniform(*spread, n) * UNIT / WORK_QUANTUM_FLOP) * WORK_QUANTUM_FLOP
        member = rng.random((n_reach, n_group)) < 0.6
        member[:, 0] = True
        routes = [(g, c) for c in range(n_class) for g in range(n_group) if rng.random() < 0.7] + [(0, 0)]
        use = [np.where(rng.random(n_class) < 0.8, rng.uniform(0.1, 4.0, n_class), 0.0) for _ in range(2)]
        use[0] = np.where(np.arange(n_class) > 0, use[0] * 1e-2, use[0]) if text else use[0]
        use[0][0 if text else rng.integers(n_class)] = 3.0
        amount = [rng.uniform(0.2, 1.5, n_type) * UNIT for _ in range(2)]
        named = [OfType(TERMINAL, amount[0], use[0]), OfType(MEMORY, amount[1], use[1])][:limits]
        self.own = OwnLimits.of(network(n_class, n_group, routes, n_reach * n_type), named, np.full(n_type, UNIT))
        self.amount = np.array(amount[:limits])
        key = (self.reach * n_type + self.kind).astype(np.uint64)
        add_own_levels(self.offer, self.kind, self.own.threshold_flop, self.own.stride, self.own.fine_from,
                       self.own.fine_stride, 0, n, key)  # fmt: skip
        self.keys, self.signature = np.unique(key, return_inverse=True)
        self.signature = self.signature.astype(np.int32).reshape(-1)
        self.members = np.bincount(self.signature)
        of_key = (self.keys % np.uint64(self.own.key_size)).astype(np.int64)
        self.key_kind = of_key % n_type
        demand = rng.uniform(0.1, 2.0, n_class) * n * UNIT / n_class
        value = rng.choice([1.0, 2.0, 4.0, 8.0], n_class)
        arc_bit = rng.uniform(0.5, 2.0, len(routes))
        common = dict(
            demand_flop=demand, value=value,
            route_demand=np.array(routes)[:, 1], arc_capacity_bit=rng.uniform(0.2, 1.0, 2) * n * UNIT,
            arc_route=np.arange(len(routes)), arc_index=np.arange(len(routes)) % 2, arc_bit_per_flop=arc_bit,
            route_cost=np.zeros(len(routes)), route_group=self.own.route_group,
        )  # fmt: skip
        supply = np.bincount(self.signature, self.offer)
        self.merged = Programme(
            supply_flop=supply, feasible=member[of_key // n_type][:, self.own.parent],
            signature_cost=np.zeros(self.keys.size), **common,
            **self.own.fields(self.keys, self.key_kind, self.members, 0),
        )  # fmt: skip
        self.apart = Programme(
            supply_flop=self.offer, feasible=member[self.reach][:, self.own.parent], signature_cost=np.zeros(n),
            own_limit=self.amount[:, self.kind].T, own_below=np.zeros((n, limits)), group_use=self.own.group_use,
            **common,
        )  # fmt: skip

    def returned(self, assignment):
        """What each satellite is given, and what of each own limit it can at most have taken."""
        way = self.own.way_back(assignment.programme, assignment.group_flop, self.key_kind, self.members)
        given, quanta = np.zeros(self.n), np.zeros((1, 3), np.int64)
        shell, reachable = np.zeros(self.n, np.int32), np.ones(self.keys.size, bool)
        return_by_limits(self.offer, self.signature, tuple(way), reachable, shell, 0, self.n, given, quanta)
        return given

    def own_mix(self, assignment):
        """Each satellite's work by group, in its own mix (the law of `own_limits`), float64[n, n_group]."""
        work, below = assignment.group_flop, self.merged.own_below[:, 0]
        finite = np.isfinite(self.merged.own_limit[:, 0])
        use = self.own.group_use[0]
        mix = np.zeros((self.n, work.shape[1]))
        for i, s in enumerate(self.signature):
            supply, whole = self.merged.supply_flop[s], self.offer[i]
            high = finite[s] & (use > below[s])
            above, rest = work[s, high].sum(), supply - work[s, high].sum()
            beta = (work[s] * use)[~high].sum() / rest if rest > 0 and finite[s] else 0.0
            own, limit = self.amount[0, self.kind[i]], self.merged.own_limit[s, 0]
            h = above * (own - beta * whole) / (limit - beta * supply) if above > 0 else 0.0
            mix[i] += work[s] * high * (h / above if above > 0 else 0.0)
            mix[i] += work[s] * ~high * ((whole - h) / rest if rest > 0 else 0.0)
        return mix
