"""Regions, classes of work and demand: from a checked scenario to the model's objects."""

from __future__ import annotations

import math

from ..model.clock import Clock
from ..model.growth import Growth, compound
from ..model.workload import DemandSpec, JobClass, LanguageModel, Region, ServingDevice
from . import schema_work

HOUR_S = 3600.0
BIT_PER_BYTE = 8.0
TRAINING_FLOP = 6.0  # a parameter and token, forward and back: Kaplan et al., arXiv:2001.08361, table 1


def region(name: str, item: schema_work.Region) -> Region:
    """Return a item."""
    return Region(
        name=name,
        latitude_deg=math.degrees(item.latitude),
        longitude_deg=math.degrees(item.longitude),
        population=item.population,
        weight=item.population * item.use,
    )


def growth(item: schema_work.Growth | None, clock: Clock) -> Growth | None:
    """Return the growth of demand in time after the start of the run."""
    if item is None:
        return None
    if item.monthly is not None:
        since_s = 0.0 if item.since is None else (item.since - clock.start).total_seconds()
        return compound(item.monthly, since_s, clock.duration_s)
    times_s = tuple((point.date - clock.start).total_seconds() for point in item.table)
    return Growth(times_s, tuple(point.factor for point in item.table))


def job_class(name: str, job: schema_work.JobClass, work: schema_work.WorkloadSection, clock: Clock) -> JobClass:
    """Return a class of work. A training request is a piece of a run, forward and back over its tokens."""
    card = work.models[job.model]
    trains = job.kind == "training"
    tokens = job.tokens_in + job.tokens_out
    model = LanguageModel(
        name=job.model,
        active_parameters=card.active_parameters,
        stored_parameters=card.parameters,
        kv_byte_per_token=card.kv_cache / BIT_PER_BYTE,
        byte_per_parameter=card.parameter_size / BIT_PER_BYTE,
    )
    device = None
    if job.serving is not None and not trains:
        device = ServingDevice(
            peak_flop_s=job.serving.peak,
            memory_byte=job.serving.memory / BIT_PER_BYTE,
            memory_rate_byte_s=job.serving.memory_rate / BIT_PER_BYTE,
            count=job.serving.count,
        )
    return JobClass(
        name=name,
        kind=job.kind,
        model=None if trains else model,
        tokens_in=0.0 if trains else job.tokens_in,
        tokens_out=0.0 if trains else job.tokens_out,
        device=device,
        chunk_flop=TRAINING_FLOP * card.active_parameters * tokens if trains else 0.0,
        model_flop_utilisation=job.mfu,
        bit_per_token=0.0 if trains else job.bits_per_token,
        bit_per_request=job.bits_per_token * tokens if trains else 0.0,
        value_per_flop=job.value,
        rtt_limit_s=_or_inf(job.rtt_limit),
        wait_limit_s=_or_inf(job.wait_limit),
        slo_wait_s=_or_inf(job.slo_wait),
        ttft_limit_s=_or_inf(job.ttft_limit),
        service_variation=job.service_variation,
        demand_share=job.share,
        diurnal_amplitude=job.diurnal_amplitude,
        peak_hour=job.peak_hour / HOUR_S,
        noise_variation=job.noise,
        weekly_amplitude=job.weekly_amplitude,
        growth=growth(job.growth or work.demand.growth, clock),
        card=model,
        gang_chips=None if job.gang is None else job.gang.chips,
    )


def _or_inf(limit: float | None) -> float:
    return math.inf if limit is None else limit


def demand(item: schema_work.Demand, peak_flop_s: float) -> DemandSpec:
    """Return the demand: a rate, or a share of the peak rate of all nodes [FLOP/s]."""
    if item.rate is not None:
        return DemandSpec(share_of_capacity=1.0, capacity_flop_s=item.rate)
    return DemandSpec(share_of_capacity=item.share, capacity_flop_s=peak_flop_s)
