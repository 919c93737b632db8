"""Regions, classes of work and demand: from a checked scenario to the model's objects."""

from __future__ import annotations

import math

from ..model.clock import Clock
from ..model.cluster import AllReduceSpec, ClusterSpec
from ..model.gang import GangSpec
from ..model.growth import Growth, compound
from ..model.sessions import SessionSpec
from ..model.training import TrainingSpec
from ..model.workload import DemandSpec, JobClass, LanguageModel, Region, ServingDevice
from . import schema_ground, schema_work
from .load import Scenario

HOUR_S = 3600.0
SESSION_S = 600.0  # (C) 1 to 60 min
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
        tier=job.tier,
        residence_s=job.residence,
        gang_chips=None if job.gang is None else job.gang.chips,
    )


def training(scenario: Scenario, gangs: dict[str, GangSpec]) -> TrainingSpec | None:
    """Return clusters and the gangs on them; None where the scenario has no clusters, or no gangs."""
    item, classes = scenario.network.cluster, scenario.workload.classes
    if item is None or not any(job.gang is not None for job in classes.values()):
        return None
    return TrainingSpec(
        cluster(item),
        {name: _gang(job.gang, gangs.get(name)) for name, job in classes.items() if job.gang is not None},
        {
            name: _all_reduce(job.gang.all_reduce, job.mfu, scenario.workload.models[job.model])
            for name, job in classes.items()
            if job.gang is not None and job.gang.all_reduce is not None
        },
    )


def cluster(item: schema_ground.Cluster) -> ClusterSpec:
    """Return how clusters are cut and linked."""
    return ClusterSpec(
        satellites=item.satellites,
        laser_bit_s=item.laser,
        laser_hop_s=item.laser_delay,
        satellite_fabric_bit_s=item.satellite_fabric,
        site_fabric_bit_s=item.site_fabric,
        fabric_hop_s=item.fabric_delay,
    )


def _gang(item: schema_work.Gang, with_faults: GangSpec | None) -> GangSpec:
    """Return a gang: with the faults of `health.gangs`, or with none where that is off."""
    if with_faults is not None:
        return with_faults
    return GangSpec(item.chips, item.checkpoint, item.restart, item.detection, 0.0, item.timing)


def _all_reduce(item: schema_work.AllReduce, mfu: float, card: schema_work.LanguageModel) -> AllReduceSpec:
    return AllReduceSpec(
        parameters=card.parameters,
        active_parameters=card.active_parameters,
        batch_tokens=item.batch,
        replica_chips=item.replica_chips,
        gradient_byte=item.gradient_size / BIT_PER_BYTE,
        overlap=item.overlap,
        inner_steps=item.inner_steps,
        model_flop_utilisation=mfu,
    )


def sessions(job: schema_work.JobClass) -> SessionSpec | None:
    """Return how the sessions of a class live; None where none are followed."""
    item = job.sessions
    if item is None:
        return None
    return SessionSpec(item.resident or job.residence or SESSION_S, item.link, item.over)


def _or_inf(limit: float | None) -> float:
    return math.inf if limit is None else limit


def demand(item: schema_work.Demand, peak_flop_s: float) -> DemandSpec:
    """Return the demand: a rate, or a share of the peak rate of all nodes [FLOP/s]."""
    if item.rate is not None:
        return DemandSpec(share_of_capacity=1.0, capacity_flop_s=item.rate)
    return DemandSpec(share_of_capacity=item.share, capacity_flop_s=peak_flop_s)
