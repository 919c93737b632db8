"""Work that nobody can do: found from the scenario alone, before anything is built.

Bounds are kind: only what is certain to fail is refused. What is near its limit runs, and what it drops is counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..constants import EARTH_MEAN_RADIUS_M, SPEED_OF_LIGHT_M_S
from ..errors import Problem
from .preset import load_preset
from .schema import ScenarioFields
from .yaml_text import Place

LOWEST_ORBIT_M = 160e3  # of element sets, whose heights are read later
GEOID_M = 25e3  # by which the ground lies nearer to an orbit, or farther, than the equator's radius

Fault = tuple[Place, Problem]


class Way(NamedTuple):
    """The quickest way from a region to a node: round trip [s], and in words."""

    round_trip_s: float
    words: str


def work_faults(scenario: ScenarioFields) -> list[Fault]:
    """Return every fault of the work with its place: classes and regions that no node can serve."""
    return [*_too_far(scenario), *_too_large(scenario), *_too_many_bits(scenario)]


def _too_far(scenario: ScenarioFields) -> Iterator[Fault]:
    """Give classes whose limit on the round trip nobody keeps anywhere, and regions all of whose limits are so."""
    work = scenario.workload
    bound = {name: job.rtt_limit for name, job in work.classes.items() if job.rtt_limit is not None and job.share > 0.0}
    ways = {name: way for name in work.regions if (way := _quickest(scenario, name)) is not None}
    best = min(ways.items(), key=lambda item: item[1].round_trip_s, default=None)
    hopeless = {name for name, limit_s in bound.items() if best is None or best[1].round_trip_s > limit_s}
    for name in sorted(hopeless):
        limit = "there is no node" if best is None else f"the quickest, from {best[0]} {best[1].words}"
        cure = "add gateways near its regions" if best is None else f"raise it to {_ms(best[1].round_trip_s)} or more"
        what = f"nobody can serve the class: no node is within {_ms(bound[name])} of any region"
        yield ("workload", "classes", name, "rtt_limit"), Problem(what, value=bound[name], limit=limit, cure=cure)
    longest_s = max((limit_s for name, limit_s in bound.items() if name not in hopeless), default=math.inf)
    for name, way in ways.items():
        if way.round_trip_s > longest_s and work.regions[name].use > 0.0:
            what = "it has no gateway: no class with a limit on the round trip reaches a node from here"
            limit = f"the quickest way, {way.words}; the longest rtt_limit is {_ms(longest_s)}"
            cure = "add a gateway near it, raise rtt_limit, or set its use to 0"
            yield ("workload", "regions", name), Problem(what, limit=limit, cure=cure)


def _quickest(scenario: ScenarioFields, region_name: str) -> Way | None:
    """Return the quickest way between a region and a node: up to a satellite overhead, or by fibre to a site."""
    region, net = scenario.workload.regions[region_name], scenario.network
    per_m = 2.0 * net.fibre_delay * net.fibre_detour
    up_s = 2.0 * max(_lowest_m(scenario) - GEOID_M, 0.0) / SPEED_OF_LIGHT_M_S
    ways = []
    for name, station in scenario.gateways.stations.items():
        time_s = per_m * _apart_m(region, station) + up_s
        ways.append(Way(time_s, f"by gateway {name} and straight up, takes {_ms(time_s)}"))
    for site in scenario.sites:
        time_s = per_m * _apart_m(region, site)
        ways.append(Way(time_s, f"by fibre to {site.name}, takes {_ms(time_s)}"))
    return min(ways, default=None)


def _too_large(scenario: ScenarioFields) -> Iterator[Fault]:
    """Give classes whose model fits neither into the devices that serve it nor into any node."""
    work = scenario.workload
    nodes_bit = [design.compute.count * design.compute.memory for design in scenario.satellite_types.values()]
    nodes_bit += [sum(gpus.count * gpus.memory for gpus in site.gpus.values()) for site in scenario.sites]
    for name, job in work.classes.items():
        card = work.models[job.model]
        whole_bit = card.parameters * card.parameter_size
        if job.kind != "training":  # a gang spreads its state over its chips
            whole_bit += card.kv_cache * (job.tokens_in + 0.5 * job.tokens_out)
        text = _gigabytes(whole_bit)
        if job.kind != "training" and job.serving is not None:
            room_bit = job.serving.count * job.serving.memory
            if 0.0 < room_bit < whole_bit:
                least = math.ceil(whole_bit / job.serving.memory)
                what = f"{job.model} with one context, {text}, does not fit into {job.serving.count} devices"
                limit = f"they hold {_gigabytes(room_bit)}"
                place = ("workload", "classes", name, "serving", "count")
                cure = f"take {least} or more, or shorten the context"
                yield place, Problem(what, value=job.serving.count, limit=limit, cure=cure)
        if nodes_bit and min(nodes_bit) > 0.0 and max(nodes_bit) < whole_bit and job.kind != "training":
            what = f"{job.model} with one context, {text}, fits into no satellite and no site"
            limit = f"the largest holds {_gigabytes(max(nodes_bit))}"
            cure = "take a smaller model, or nodes with more memory"
            yield ("workload", "classes", name, "model"), Problem(what, value=job.model, limit=limit, cure=cure)


def _too_many_bits(scenario: ScenarioFields) -> Iterator[Fault]:
    """Give classes of which one request is more than any line out carries in the time that it may wait."""
    ground, time = scenario.gateways, scenario.time
    if ground.link is not None:  # a budget of the link gives rates of its own
        return
    lines = {site.name: site.uplink for site in scenario.sites}
    for name, station in ground.stations.items():
        lines[name] = (station.antennas or ground.antennas) * ground.antenna_rate * ground.availability
    name_of = max(lines, key=lambda name: lines[name])
    for name, job in scenario.workload.classes.items():
        bits = job.bits_per_token * (job.tokens_in + job.tokens_out)
        if job.wait_limit is None:
            continue  # it may wait for ever
        wait_s = job.wait_limit + 2.0 * time.window  # the windows in which it comes and goes count whole
        most = lines[name_of] * wait_s
        if bits > most:
            what = f"one request is {_bits(bits)}, more than any gateway or uplink carries while it may wait"
            limit = f"the widest, {name_of}, carries {_bits(most)} in {wait_s:g} s"
            cure = f"lower it below {job.bits_per_token * most / bits:.3g} bit/token, or widen the line"
            place = ("workload", "classes", name, "bits_per_token")
            yield place, Problem(what, value=job.bits_per_token, limit=limit, cure=cure)


def _lowest_m(scenario: ScenarioFields) -> float:
    """Return the least height of the satellites, as far as the scenario alone tells it."""
    space = scenario.constellation
    shells: Iterable[Any] = space.shells or ([space.walker] if space.walker is not None else [])
    heights = [shell.altitude for shell in shells]
    if space.preset is not None:
        groups = load_preset("constellations", space.preset).layer.tree["groups"]
        heights = [1e3 * min(group["altitude_km"]) for group in groups]
    return min(heights, default=LOWEST_ORBIT_M)


def _apart_m(one: Any, other: Any) -> float:
    """Return the great circle between two places with `latitude` and `longitude` [rad]."""
    half_lat, half_lon = 0.5 * (other.latitude - one.latitude), 0.5 * (other.longitude - one.longitude)
    haversine = math.sin(half_lat) ** 2 + math.cos(one.latitude) * math.cos(other.latitude) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_MEAN_RADIUS_M * math.asin(math.sqrt(min(haversine, 1.0)))


def _ms(time_s: float) -> str:
    return f"{1e3 * time_s:.3g} ms"


def _gigabytes(bits: float) -> str:
    return f"{bits / 8e9:,.0f} GB"


def _bits(value: float) -> str:
    for scale, prefix in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")):
        if value >= scale:
            return f"{value / scale:.3g} {prefix}bit"
    return f"{value:.3g} bit"
