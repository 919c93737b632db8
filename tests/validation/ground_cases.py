"""Network and queues: how we compute the closed forms of area E; what is not there yet stands here by name."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from validation.cases import Case, Figure, NotYet, family, figure

import orbital_compute as oc
from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.kernels.contacts import Leg
from orbital_compute.model.clock import Clock
from orbital_compute.model.network import Gateway, NetworkSpec, leg_table
from orbital_compute.model.queues import Queues
from orbital_compute.model.workload import DemandSpec, JobClass, Region, Workload
from orbital_compute.physics.queueing import chance_of_wait, mean_wait_mg1_s, mean_wait_mmc_s

KM = 1e3


@family("Constellation.walker", r"E\.intra_550_22")
def in_plane_distance(case: Case) -> list[Figure]:
    """The distance between neighbours in a plane, averaged over a day: the theory's plane breathes by 9 km.

    At 54.7356°, cos² i = 1/3, where the mean radius of the theory is its semi-major axis.
    """
    start = datetime(2026, 3, 20, tzinfo=UTC)
    fleet = oc.Constellation.walker(
        altitude_m=550e3, inclination_deg=54.7356, n_plane=1, n_per_plane=22, epoch=start, eccentricity=0.0
    )
    times = np.datetime64("2026-03-20T00:00", "ns") + np.arange(0, 86400, 60).astype("timedelta64[s]")
    r_m = fleet.positions(times)
    apart_km = np.linalg.norm(r_m - np.roll(r_m, 1, axis=0), axis=2) / KM
    return [figure("mean distance", apart_km.mean(), case.reference["km"], 1e-4, 1e-2, "km", share=True)]


@family("network's legs", r"E\.slant_550_25")
def slant_range(case: Case) -> list[Figure]:
    """The straight line at 25° over a gateway on the equator, its angle at the Earth's centre, and what is in view."""
    gateway = Gateway("equator", 0.0, 0.0, 1e9, min_elevation_rad=np.radians(25.0))
    leg = Leg(*leg_table(NetworkSpec(), [gateway], np.array([EARTH_RADIUS_M + 550e3]))[0, 0])
    slant_m = np.sqrt(leg.square_sum_m2 - leg.square_product_m2 * leg.view_cosine)
    angle_deg, wanted = float(np.degrees(np.arccos(leg.view_cosine))), case.reference
    ours = {"km": slant_m / KM, "earth_central_angle_deg": angle_deg, "coverage_fraction": (1 - leg.view_cosine) / 2}
    units = {"km": "km", "earth_central_angle_deg": "deg", "coverage_fraction": "-"}
    return [figure(name, ours[name], value, 1e-4, 1e-2, units[name], share=True) for name, value in wanted.items()]


@family("traces", r"F\..*")
def traces(case: Case) -> list[Figure]:
    """Recorded requests, read and replayed."""
    raise NotYet("recorded requests cannot be replayed yet")


@family("physics.queueing", r"E\.queue_mmc_10")
def many_servers(case: Case) -> list[Figure]:
    """Ten servers of exponential service, 8 requests a second: Erlang's formulas. The queue's length is by Little."""
    chance, wait_s, wanted = chance_of_wait(10, 8.0), mean_wait_mmc_s(10, 8.0, 1.0), case.reference
    ours = {"P_wait": chance, "Wq_s": wait_s, "W_s": wait_s + 1.0, "Lq": 8.0 * wait_s, "utilisation": 8.0 / 10}
    units = {"Wq_s": "s", "W_s": "s"}
    return [
        figure(name, ours[name], value, 1e-4, 1e-2, units.get(name, "-"), share=True) for name, value in wanted.items()
    ]


@family("physics.queueing", r"E\.queue_md1")
def constant_service(case: Case) -> list[Figure]:
    """One server of constant service, 0.8 requests a second: Pollaczek and Khinchine."""
    wait_s, wanted = mean_wait_mg1_s(0.8, 1.0, 0.0), case.reference
    return [
        figure("wait", wait_s, wanted["Wq_s"], 1e-4, 1e-2, "s", share=True),
        figure("time in the system", wait_s + 1.0, wanted["W_s"], 1e-4, 1e-2, "s", share=True),
    ]


@family("Queues", r"E\.queue_md1")
def one_server(case: Case) -> list[Figure]:
    """Poisson arrivals at a server that does one request a second: 1,000 queues for 1,200 s, in windows of 0.05 s.

    The time in the system comes from the mean number in it (Little), the first 300 s left out. Queues know whole
    windows only, and serve a request in the window of its arrival: that is worth up to a window, 2 %.
    """
    window_s, n_queue, n_window, n_first, rate = 0.05, 1000, 24000, 6000, 0.8
    regions = [Region(f"r{k}", 0.0, 0.0, 1.0, 1.0) for k in range(n_queue)]
    clock = Clock(datetime(2026, 3, 20, tzinfo=UTC), window_s, window_s, n_window)
    job = JobClass("one", "batch", chunk_flop=1.0, model_flop_utilisation=1.0)
    asked = DemandSpec(request_rate_per_s={"one": rate})
    queues = Queues(Workload([job], regions, asked, clock=clock, seed=0), clock)
    rng = np.random.default_rng(1)
    counts = rng.poisson(rate * window_s, (n_window, n_queue))
    inside = 0
    for w in range(n_window):
        queues.arrive(w, counts[w])
        queues.execute(np.minimum(queues.demand_flop(), window_s))
        queues.drop()
        if w >= n_first:
            inside += queues.queued().sum()
    served = (n_window - n_first) * n_queue * window_s * rate
    sojourn_s = inside * window_s / served
    wanted = case.reference
    return [figure("time in the system", sojourn_s, wanted["W_s"], 0.03, 0.10, "s", share=True)]
