"""What a window gives to classes with a first token, and how long their requests wait for a slot."""

from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from orbital_compute.kernels.contacts import N_BIN
from orbital_compute.kernels.first_token import REQUEST_QUANTA
from orbital_compute.model.clock import Clock
from orbital_compute.model.first_token import FirstToken, Pool, answered_by_age
from orbital_compute.model.queues import Queues
from orbital_compute.model.workload import DemandSpec, JobClass, LanguageModel, Region, ServingDevice, Workload
from orbital_compute.physics.queueing import chance_of_wait, mean_wait_mgk_s, mean_wait_within_s

MODEL = LanguageModel("dense 70B", 70e9, 70e9, kv_byte_per_token=327_680)
H100 = ServingDevice(peak_flop_s=989e12, memory_byte=80e9, memory_rate_byte_s=3.35e12, count=8)
WINDOW_S = 300.0


def chat(name="chat", **options):
    options = {"ttft_limit_s": 1.0, "rtt_limit_s": 0.1, "service_variation": 1.0} | options
    return JobClass(name, "interactive", MODEL, 1500, 400, H100, **options)


def service(*jobs, n_region=2):
    clock = Clock(datetime(2026, 6, 21, 22, tzinfo=UTC), 60.0, WINDOW_S, 600)
    places = [Region(f"r{i}", 0.0, 90.0 * i, 1.0) for i in range(n_region)]
    demand = DemandSpec(share_of_capacity=0.5, capacity_flop_s=1e20)
    workload = Workload(jobs, places, demand, clock=clock, seed=1)
    return FirstToken(workload, clock), workload, clock


def assignment(flows, supply_flop, n_route):
    """Return what `pool` reads of an assignment: flows (signature, route, FLOP) and supplies."""
    signature, route, flop = (np.array(column) for column in zip(*flows, strict=True))
    programme = SimpleNamespace(supply_flop=np.asarray(supply_flop, float))

    def columns(chosen):
        kept = chosen[route]
        return signature[kept], route[kept], flop[kept].astype(float)

    return SimpleNamespace(programme=programme, columns=columns)


def routes(demand, n_region):
    demand = np.array(demand)
    return SimpleNamespace(routes=SimpleNamespace(demand=demand, job_class=demand // n_region))


def test_slots_and_prompt_by_hand():
    """8 H100: 500 GB beside the weights, contexts of 1,700 x 327,680 byte; a prompt takes 2 N 1500/(0.3 x 8 F)."""
    job = chat()
    assert job.slots == int(500e9 / (327_680 * 1700)) == 897
    assert job.prompt_s == pytest.approx(2 * 70e9 * 1500 / (0.3 * 8 * 989e12), rel=1e-12)
    assert job.slot_s == pytest.approx(897 * job.flop_per_request / (8 * 989e12), rel=1e-12)
    assert not JobClass("b", "batch", MODEL, 10, 10, H100).has_first_token
    assert not JobClass("i", "interactive", MODEL, 10, 10).has_first_token  # its devices are not known


def test_work_worth_less_gives_way_and_work_worth_more_does_not():
    """One node of 100: 30 of chat (8), 10 of agents (4), 50 of batch. Chat has 100 to itself, agents the other 70."""
    agent = JobClass("agent", "agent", MODEL, 9000, 900, H100, value_per_flop=4.0)
    batch = JobClass("batch", "batch", chunk_flop=1.0, value_per_flop=2.0)
    seen, *_ = service(chat(value_per_flop=8.0), agent, batch, n_region=1)
    pool = seen.pool(routes([0, 1, 2], 1), assignment([(0, 0, 30.0), (0, 1, 10.0), (0, 2, 50.0)], [100.0], 3))
    assert pool.assigned_flop.tolist() == [30.0, 10.0]
    assert pool.capacity_flop == pytest.approx([100.0, 70.0])
    assert pool.utilisation == pytest.approx([0.3, 1.0 / 7.0])


def test_regions_share_a_node_in_proportion_and_gather_several():
    """Region 0 has 20 of node 0's 100 and all 40 that node 1 does of 50; region 1 has 60 of node 0."""
    seen, *_ = service(chat(), n_region=2)
    flows = [(0, 0, 20.0), (0, 1, 60.0), (1, 0, 40.0)]
    pool = seen.pool(routes([0, 1], 2), assignment(flows, [100.0, 50.0, 7.0], 2))
    assert pool.capacity_flop == pytest.approx([25.0 + 50.0, 75.0])
    assert pool.utilisation == pytest.approx([60.0 / 75.0, 0.8])


def test_a_wait_is_that_of_so_many_slots_at_that_load():
    job = chat(service_variation=0.5)
    seen, *_ = service(job, n_region=1)
    capacity_flop = 40.4 * job.slot_flop_s * WINDOW_S  # forty slots and a bit
    pool = Pool(np.array([0.9 * capacity_flop]), np.array([capacity_flop]))
    seen.utilisation = pool.utilisation
    lines = seen.lines(pool)
    assert lines.chance[0] == pytest.approx(chance_of_wait(40, 36.0), rel=1e-12)
    steady_s = mean_wait_mgk_s(40, 36.0, job.slot_s, 0.5) / lines.chance[0]
    assert lines.delay_s[0] == pytest.approx(
        min(steady_s, mean_wait_within_s(40, job.slot_s, 0.5, WINDOW_S)), rel=1e-12
    )
    full = Pool(pool.capacity_flop, pool.capacity_flop)
    seen.utilisation = full.utilisation
    saturated = seen.lines(full)
    assert saturated.chance[0] == 1.0
    assert saturated.delay_s[0] == pytest.approx(mean_wait_within_s(40, job.slot_s, 0.5, WINDOW_S), rel=1e-12)


def test_the_oldest_are_answered_first():
    waiting = np.array([[10, 4], [5, 0], [2, 1]])  # newest first
    assert answered_by_age(waiting, np.array([9, 5])).tolist() == [[2, 4], [5, 0], [2, 1]]
    assert answered_by_age(waiting, np.array([17, 0])).tolist() == [[10, 0], [5, 0], [2, 0]]


def test_queues_tell_who_waits_for_how_long():
    _, workload, clock = service(chat(wait_limit_s=900.0), n_region=2)
    queues = Queues(workload, clock)
    for window, counts in enumerate(([7, 1], [5, 0], [3, 2])):
        queues.arrive(window, np.array(counts))
    assert queues.by_age(np.array([0, 1]))[:3].tolist() == [[3, 2], [5, 0], [7, 1]]
    assert queues.by_age(np.array([1]))[:, 0].sum() == 3


def test_a_window_is_counted_in_its_hour_and_nothing_is_lost():
    """22:00 UTC plus 26 windows of 5 minutes: ten past midnight. Twelve of the requests came a window ago."""
    seen, workload, _ = service(chat(slo_wait_s=200.0), n_region=2)
    trips = np.zeros((2, N_BIN), np.int64)
    trips[:, 40] = 5
    flop = 10.0 * seen._slots.rate_flop_s[0] * WINDOW_S
    given = assignment([(0, 0, flop), (0, 1, flop)], [1000.0 * flop], 2)
    seen.see(26, routes([0, 1], 2), given, trips, np.array([[100, 8], [12, 0], [0, 0]]), np.array([60, 8]))
    assert np.flatnonzero(seen.quanta.any(axis=(0, 2))).tolist() == [0]
    assert seen.quanta.sum(axis=(1, 2)).tolist() == [60 * REQUEST_QUANTA, 8 * REQUEST_QUANTA]
    assert seen.in_time.tolist() == [48.0, 8.0]  # 0.04 s, no wait, a prompt of 0.09 s; the twelve are late
    other, *_ = service(chat(slo_wait_s=200.0), n_region=2)
    other.restore(seen.state())
    assert np.array_equal(other.quanta, seen.quanta)
    assert workload.n_class == 1


def test_the_wait_of_a_line_that_has_just_begun_beside_a_simulation():
    """Twenty slots at full load for 300 s from empty, services of 5 s: the mean within a quarter."""
    import heapq

    rng, servers, service_s, waits = np.random.default_rng(5), 20, 5.0, []
    for _ in range(400):
        free, now = [0.0] * servers, 0.0
        while True:
            now += rng.exponential(service_s / servers)
            if now > 300.0:
                break
            start = max(now, free[0])
            heapq.heapreplace(free, start + rng.exponential(service_s))
            waits.append(start - now)
    # the line begins without its twenty services under way, which spares the first of them a wait
    assert np.mean(waits) == pytest.approx(mean_wait_within_s(servers, service_s, 1.0, 300.0), rel=0.25)
