"""Leases through a run: what each site works at for each class until its capacity goes, and the state behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from .clock import Clock
from .lease import Lease, MovableState, least_cut_bit_s, movable_state
from .site import Sites
from .workload import Workload


class LeaseWatch:
    """Sums over the windows that end before a site's capacity begins to go, one row a lease.

    Parameters
    ----------
    leases : sequence of Lease
    sites : Sites
    workload : Workload
    clock : Clock
    n_gateway : int
        Arcs of the network are gateways, then the sites' uplinks.
    """

    def __init__(self, leases: Sequence[Lease], sites: Sites, workload: Workload, clock: Clock, n_gateway: int):
        self.leases, self._workload, self._clock, self._n_gateway = tuple(leases), workload, clock, n_gateway
        self._site = [sites.names.index(lease.site) for lease in self.leases]
        devices = [sum(group.count for group in site.devices) for site in sites.specs]
        self._device_flop_s = [
            rate / count if count else 0.0 for rate, count in zip(sites.peak_flop_s.tolist(), devices, strict=True)
        ]
        self._peak_flop_s = sites.peak_flop_s
        n = len(self.leases)
        self._seen_s = np.zeros(n)
        self._work_flop = np.zeros((n, workload.n_class))
        self._spare_bit = np.zeros((n, n_gateway + sites.n_site))

    def see(self, window: int, site_class_flop: np.ndarray, spare_bit: np.ndarray) -> None:
        """Take in a window: work executed, float64[n_site, n_class], and bits left on the arcs, float64[n_arc]."""
        end_s = self._clock.window_end_s(window)
        for i, lease in enumerate(self.leases):
            if end_s <= lease.goes_s:
                self._seen_s[i] += self._clock.window_s
                self._work_flop[i] += site_class_flop[self._site[i]]
                self._spare_bit[i] += spare_bit

    def state(self) -> dict[str, np.ndarray]:
        """Return what a run must save to go on."""
        return {"seen_s": self._seen_s, "work_flop": self._work_flop, "spare_bit": self._spare_bit}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what `state` gave."""
        self._seen_s, self._work_flop = np.array(state["seen_s"]), np.array(state["work_flop"])
        self._spare_bit = np.array(state["spare_bit"])

    def movable(self, i: int) -> MovableState:
        """Return the state behind the mean work of a leased site before its capacity goes."""
        lease, site = self.leases[i], self._site[i]
        rates = self._work_flop[i] / max(self._seen_s[i], 1.0)
        chips = [job.gang_chips for job in self._workload.classes]
        gangs = [None if count is None else count * self._device_flop_s[site] for count in chips]
        return movable_state(self._workload.classes, rates, gangs, lease)

    def cut_bit_s(self, i: int) -> float:
        """Return the least cut between a leased site and everywhere else, by what demand leaves of the arcs on average.

        NaN where the capacity was gone from the start.
        """
        if self._seen_s[i] <= 0.0:
            return math.nan
        return least_cut_bit_s(self._site[i], self._spare_bit[i] / self._seen_s[i], self._n_gateway)

    def rows(self) -> dict[str, np.ndarray]:
        """Return what belongs to the run, by the names of the catalogue: each float64[n_lease]."""
        n = len(self.leases)
        states, cuts = [self.movable(i) for i in range(n)], [self.cut_bit_s(i) for i in range(n)]
        first_s = self._clock.window_start_s(0)
        given_s = [math.nan if lease.notice_given_s is None else lease.notice_given_s for lease in self.leases]
        totals = [state.total_bit for state in states]
        table = {
            "lease_notice_s": [time_s - first_s for time_s in given_s],
            "lease_goes_s": [lease.goes_s - first_s if lease.goes_s < math.inf else math.nan for lease in self.leases],
            "lease_ramp_s": [lease.terms.ramp_s for lease in self.leases],
            "lease_peak_flop_s": [float(self._peak_flop_s[site]) for site in self._site],
            "lease_weights_bit": [state.weights_bit for state in states],
            "lease_cache_bit": [state.cache_bit for state in states],
            "lease_optimiser_bit": [state.optimiser_bit for state in states],
            "lease_cut_bit_s": cuts,
            "lease_migration_s": [
                bits / cut if cut > 0.0 else math.inf if cut == 0.0 else math.nan
                for bits, cut in zip(totals, cuts, strict=True)
            ],
            "lease_keep_share": [lease.reserve.keep for lease in self.leases],
            "lease_rent_usd_year": [lease.rent_usd_year for lease in self.leases],
            "lease_reserve_usd_w_year": [lease.reserve.usd_w_year for lease in self.leases],
            "lease_chance_per_year": [lease.reserve.chance_per_year for lease in self.leases],
            "lease_replacement_s": [lease.reserve.replacement_s for lease in self.leases],
        }
        return {name: np.array(values, dtype=np.float64) for name, values in table.items()}
