"""How large a run of a model is, in counts and so in bytes."""

from __future__ import annotations

from ..kernels.contacts import N_BIN
from ..model.air import ACTIVITY
from ..model.binding import RESOURCES
from ..model.first_token import HOURS, bin_edges_s
from ..model.fleet import Fleet
from ..model.gang_rates import CAUSES
from ..model.health import FleetHealth
from ..model.laser_flow import CUT_PLACES
from ..model.laser_links import RunLinks
from ..model.queues import DROP_REASONS
from ..model.radiation import KINDS
from ..model.radiation_watch import RadiationWatch
from ..model.sessions import Sessions
from ..scenario.build import Model
from .footprint import Footprint, RunSize, predict

BIT_PER_BYTE = 8


def output_limit_bytes(model: Model) -> int:
    """Return the most bytes that a run of the model may write, by its scenario."""
    return round(model.scenario.output.limit / BIT_PER_BYTE)


def footprint(model: Model, *, to_folder: bool) -> Footprint:
    """Return the bytes in memory and on disk that a run of the model will take."""
    clock, workload = model.clock, model.workload
    timed = any(job.has_first_token for job in workload.classes)
    own = Fleet.bytes_per_satellite()
    own += 0 if model.health.fleet is None else FleetHealth.bytes_per_satellite()
    own += 0 if model.health.radiation is None else RadiationWatch.bytes_per_satellite()
    n_gang = 0 if model.training is None else len(model.training.gangs)
    lasers = model.network.lasers
    own += 0 if lasers is None else RunLinks.bytes_per_satellite()
    own += Sessions.bytes_per_satellite() if any(model.sessions) else 0
    size = RunSize(
        n_satellite=model.constellation.n_satellite,
        n_window=clock.n_window,
        n_step=clock.n_step,
        n_shell=len(model.constellation.shell_names),
        n_site=len(model.sites),
        n_class=workload.n_class,
        n_region=workload.n_region,
        n_sample=model.sample_rows.size,
        n_satellite_type=len(model.satellite_types),
        n_arc=len(model.gateways) * (1 if lasers is None else 2) + len(model.sites),
        n_cut_place=0 if lasers is None else len(CUT_PLACES),
        n_resource=len(RESOURCES),
        n_reason=len(DROP_REASONS),
        n_rtt_bin=N_BIN,
        n_day=0 if model.health.fleet is None else clock.n_day,
        n_error_kind=0 if model.health.radiation is None else len(KINDS),
        n_lease=len(model.leases),
        n_gateway=0 if model.ground.plain else len(model.gateways),
        n_hour=HOURS if timed else 0,
        n_ttft_bin=bin_edges_s().size if timed else 0,
        n_gang=n_gang,
        n_gang_place=(1 + len(model.sites)) if n_gang else 0,
        n_stop_cause=len(CAUSES) if n_gang else 0,
        n_trace=len(model.traces),
        n_session_class=sum(spec is not None for spec in model.sessions),
        n_solar_activity=0 if model.health.air is None else len(ACTIVITY),
    )
    return predict(size, bytes_per_satellite=own, to_folder=to_folder)
