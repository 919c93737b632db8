"""Requests: work by hand, the day by local solar time, and sums that no window can change."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.clock import Clock
from orbital_compute.model.outages import Spell
from orbital_compute.model.workload import (
    DemandSpec,
    JobClass,
    LanguageModel,
    Region,
    ServingDevice,
    Surge,
    Workload,
)

MODEL_70B = LanguageModel("dense 70B", 70e9, 70e9, kv_byte_per_token=327_680)  # 80 layers, 8 heads of 128, 2 × 2 byte
H100 = ServingDevice(peak_flop_s=989e12, memory_byte=80e9, memory_rate_byte_s=3.35e12, count=8)
START = datetime(2026, 6, 21, tzinfo=UTC)


def clock(days=1.0, window_s=300.0, step_s=60.0, start=START):
    return Clock(start, step_s, window_s, round(days * 86400 / step_s))


def chunks(name="batch", **options):
    return JobClass(name, "batch", chunk_flop=4e14, model_flop_utilisation=0.4, **options)


def regions(n=4):
    return [Region(f"region {i}", 10.0, -180.0 + 360.0 * i / n, population=1.0 + i) for i in range(n)]


def workload(classes=None, places=None, *, share=0.5, run=None, seed=1):
    demand = DemandSpec(share_of_capacity=share, capacity_flop_s=1e18)
    return Workload(classes or [chunks()], places or regions(), demand, clock=run or clock(), seed=seed)


def totals(work):
    return np.sum([work.arrivals(w) for w in range(work.clock.n_window)], axis=0)


def test_work_of_a_prompt_by_hand():
    """2 × 70e9 × 1,500 tokens/0.30 = 7e14 FLOP: short contexts wait for arithmetic, not for memory."""
    job = JobClass("chat", "interactive", MODEL_70B, 1000, 500, H100)
    assert job.flop_per_request == pytest.approx(7e14, rel=1e-12)
    assert chunks().flop_per_request == pytest.approx(1e15, rel=1e-12)


def test_long_contexts_decode_at_the_speed_of_memory():
    """Eight H100 hold 140 GB of weights and 15 contexts of 100,000 tokens (32.8 GB); a step reads it all.

    t = (140 + 15 × 32.9) GB/26.8 TB/s; device work of a token is 7,912 TFLOP/s × t/15, 14 times the arithmetic.
    """
    job = JobClass("agent", "agent", MODEL_70B, 100_000, 1_000, H100)
    context_byte = 327_680 * 100_500
    batch = int((640e9 - 140e9) / context_byte)
    assert batch == 15
    expected = 8 * 989e12 * (140e9 + batch * context_byte) / (8 * 3.35e12) / batch
    assert job.decode_flop_per_token == pytest.approx(expected, rel=1e-12)
    assert expected > 10 * 2 * 70e9 / 0.30


def test_a_model_that_does_not_fit_is_refused():
    job = JobClass("huge", "agent", LanguageModel("405B", 405e9, 405e9, 516_096), 1000, 100, H100)
    with pytest.raises(ScenarioError, match="405B with one context does not fit into 8 devices"):
        _ = job.flop_per_request


def test_text_moves_1e9_to_1e8_bit_a_flop():
    """MODEL §6 gives text 1e-9 to 1e-8 bit/FLOP: dense 8B and 70B stand at its two ends; a picture leaves it."""
    small = LanguageModel("dense 8B", 8e9, 8e9, 131_072)
    jobs = [JobClass(m.name, "interactive", m, 1000, 500) for m in (MODEL_70B, small)]
    jobs.append(JobClass("rich", "interactive", small, 200, 200, bit_per_request=20 * 8e6))
    bit_per_flop = workload(jobs).bit_per_flop
    assert 1e-9 <= bit_per_flop[0] <= bit_per_flop[1] <= 1e-8
    assert 1e-6 <= bit_per_flop[2] <= 1e-5


def test_demand_is_the_share_of_the_capacity():
    jobs = [chunks("a", demand_share=1.0), chunks("b", demand_share=3.0), JobClass("c", "interactive", MODEL_70B, 9, 9)]
    work = workload(jobs, share=0.7)
    assert work.demanded_flop_s() == pytest.approx(0.7e18, rel=1e-12)
    assert work.mean_rate_per_s[1] == pytest.approx(3 * work.mean_rate_per_s[0], rel=1e-12)
    assert work.mean_rate_per_s[0] == pytest.approx(0.7e18 / 5 / 1e15 * np.array([0.1, 0.2, 0.3, 0.4]), rel=1e-12)


def test_absolute_rates_are_split_by_weight():
    places = [Region("a", 0, 0, population=5.0, weight=1.0), Region("b", 0, 90, population=5.0, weight=3.0)]
    demand = DemandSpec(request_rate_per_s={"batch": 8.0})
    work = Workload([chunks(), chunks("none")], places, demand, clock=clock(), seed=1)
    assert work.mean_rate_per_s.tolist() == [[2.0, 6.0], [0.0, 0.0]]
    assert totals(work)[1].tolist() == [0, 0]


def test_a_quiet_day_brings_its_mean():
    """Without noise the wave cancels over a day: rate × 86,400 s, to one request."""
    work = workload([chunks(diurnal_amplitude=0.9)])
    assert totals(work) == pytest.approx(work.mean_rate_per_s * 86400, abs=1.0)


@pytest.mark.parametrize("longitude_deg", [-120.0, 0.0, 77.0])
def test_peak_and_trough_come_at_local_solar_time(longitude_deg):
    """The busiest window holds 15:00 by the sun, UTC + longitude/15 h, and the hours swing by 1 ± A."""
    work = workload([chunks(diurnal_amplitude=0.4)], [Region("one", 0.0, longitude_deg, 1.0)], share=1e3)
    series = np.array([work.arrivals(w)[0, 0] for w in range(288)])
    utc_hour = (np.arange(288) + 0.5) * 300 / 3600
    local_hour = (utc_hour + longitude_deg / 15) % 24
    assert abs(local_hour[series.argmax()] - 15.0) <= 0.25
    assert abs(local_hour[series.argmin()] - 3.0) <= 0.25
    assert series.max() / series.mean() == pytest.approx(1.4, rel=1e-3)
    assert series.min() / series.mean() == pytest.approx(0.6, rel=1e-3)


@pytest.mark.parametrize("window_s", [60.0, 900.0, 10800.0])
def test_windows_change_nothing_in_the_sums(window_s):
    """Sums up to a common edge are equal to the request, noise and all, whatever the window."""
    jobs = [chunks(noise_variation=0.4), chunks("rare", demand_share=1e-3, noise_variation=0.4)]
    fine, coarse = workload(jobs), workload(jobs, run=clock(window_s=window_s))
    assert np.array_equal(totals(fine), totals(coarse))
    half_fine = sum(fine.arrivals(w) for w in range(144))
    half_coarse = sum(coarse.arrivals(w) for w in range(coarse.clock.n_window // 2))
    assert np.array_equal(half_fine, half_coarse)


def test_order_of_asking_changes_nothing():
    one, other = workload([chunks(noise_variation=0.4)]), workload([chunks(noise_variation=0.4)])
    forward = [one.arrivals(w) for w in range(50)]
    backward = [other.arrivals(w) for w in reversed(range(50))][::-1]
    assert np.array_equal(forward, backward)


def test_two_runs_share_the_noise_of_the_hours_they_share():
    """A run that starts six hours later, at half past, meets the same requests from then on, to one request."""
    later = datetime(2026, 6, 21, 6, 30, tzinfo=UTC)
    job = [chunks(noise_variation=0.4)]
    whole, part = workload(job), workload(job, run=clock(days=0.5, start=later))
    expected = sum(whole.arrivals(w) for w in range(78, 78 + 144))
    assert np.abs(totals(part) - expected).max() <= 1


def test_noise_has_its_variation_and_is_its_own_in_each_region():
    work = workload([chunks(diurnal_amplitude=0.0, noise_variation=0.3)], regions(16), share=1e3, run=clock(14, 3600.0))
    series = np.array([work.arrivals(w)[0] for w in range(work.clock.n_window)], dtype=float)  # [336, 16]
    relative = series / (work.mean_rate_per_s[0] * 3600)
    n = relative.size
    assert relative.mean() == pytest.approx(1.0, abs=5 * 0.3 / math.sqrt(n))
    assert relative.std() == pytest.approx(0.3, rel=5 / math.sqrt(2 * n) * 1.5)
    between = np.corrcoef(relative.T)[~np.eye(16, dtype=bool)]
    assert np.abs(between).max() < 5 / math.sqrt(336)
    after = np.corrcoef(relative[:-1].ravel(), relative[1:].ravel())[0, 1]
    assert abs(after) < 5 / math.sqrt(n)


def test_seeds_differ():
    job = [chunks(noise_variation=0.3)]
    assert not np.array_equal(totals(workload(job, seed=1)), totals(workload(job, seed=2)))


def test_rare_requests_of_like_regions_do_not_come_at_once():
    """Sixteen regions with one request in two days each: about half of them see it on the first."""
    places = [Region(str(i), 0.0, 0.0, 1.0) for i in range(16)]
    demand = DemandSpec(request_rate_per_s={"batch": 16 / (2 * 86400)})
    first_day = totals(Workload([chunks(diurnal_amplitude=0.0)], places, demand, clock=clock(), seed=5))
    assert set(first_day.ravel().tolist()) == {0, 1}
    assert 3 <= first_day.sum() <= 13


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: chunks(noise_variation=math.nan), "noise_variation: nan is out of range"),
        (lambda: chunks(diurnal_amplitude=1.5), "diurnal_amplitude: 1.5 is out of range"),
        (lambda: JobClass("x", "interactive"), "either a model with tokens or chunk_flop"),
        (lambda: JobClass("x", "interactive", MODEL_70B), "has no tokens"),
        (lambda: JobClass("x", "leisure", chunk_flop=1.0), "'leisure' is none of interactive, batch"),
        (lambda: DemandSpec(), "either a share of the capacity or request rates"),
        (lambda: DemandSpec(share_of_capacity=-0.1), "share -0.1 is negative"),
        (lambda: workload([chunks(), chunks()]), "class batch stands twice"),
        (lambda: workload([chunks(demand_share=0.0)]), "demand_share of the classes"),
        (lambda: workload(places=[Region("a", 0, 0, 0.0)]), "weights of the regions"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ScenarioError, match=message):
        make()


def test_a_surge_adds_its_share_to_the_pairs_it_names_and_to_no_other():
    """Threefold from 02:00 to 05:00 in one region: what comes there is three times as much, to a request."""
    classes, places, run = [chunks(noise_variation=0.3), chunks("more")], regions(3), clock(0.25)
    spell = Spell(2 * 3600.0, 5 * 3600.0, 3.0)
    demand = DemandSpec(share_of_capacity=0.5, capacity_flop_s=1e21)
    calm = Workload(classes, places, demand, clock=run, seed=1)
    surge = Surge(spell, "batch", "region 2")
    wild = Workload(classes, places, demand, clock=run, seed=1, surges=[surge])
    before, inside, after = range(24), range(24, 60), range(60, 72)
    for part, factor in ((before, 1), (inside, 3), (after, 1)):
        usual, found = (sum(work.arrivals(w) for w in part) for work in (calm, wild))
        assert abs(found[0, 2] - factor * usual[0, 2]) <= factor
        untouched = np.ones((2, 3), bool)
        untouched[0, 2] = False
        np.testing.assert_array_equal(found[untouched], usual[untouched])


def test_a_surge_of_nothing_stops_demand():
    run = clock(0.25)
    quiet = Workload(
        [chunks()], regions(), DemandSpec(share_of_capacity=0.5, capacity_flop_s=1e21), clock=run, seed=1,
        surges=[Surge(Spell(3600.0, 7200.0, 0.0))],
    )  # fmt: skip
    assert sum(quiet.arrivals(w).sum() for w in range(13, 23)) == 0
    assert min(quiet.arrivals(w).sum() for w in (11, 25)) > 0
