"""Links and ways: round trips over satellites, the grid of links, and what links carry. `oc.network` in programs."""

from .model.contact import GroundView, Places
from .model.demand_links import demand_links
from .model.diversity import diversity_availability
from .model.link_budget import LaserDownlink, LaserTerminal, RadioLink
from .model.link_state import LinkChange, holding_m, link_rates_bit_s, rate_shares
from .model.round_trip import RoundTrips, delay_to_satellites, far_from, round_trip_time, round_trips, shortest_paths_m
from .model.topology import PlusGrid, Topology, plus_grid
from .physics.sight import longest_link_m

__all__ = [
    "GroundView",
    "LaserDownlink",
    "LaserTerminal",
    "LinkChange",
    "Places",
    "PlusGrid",
    "RadioLink",
    "RoundTrips",
    "Topology",
    "delay_to_satellites",
    "demand_links",
    "diversity_availability",
    "far_from",
    "holding_m",
    "link_rates_bit_s",
    "longest_link_m",
    "plus_grid",
    "rate_shares",
    "round_trip_time",
    "round_trips",
    "shortest_paths_m",
]
