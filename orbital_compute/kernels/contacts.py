"""Which gateways each satellite reaches, and how quickly: sweeps over satellites at the middle of a window.

Positions are unit vectors [3, n_satellite] in the same frame as the gateways' (TEME). The delay to a gateway grows with
the central angle on a given orbit (model/network.py shows why), so a limit on the delay is a limit on a cosine, and
a dot product and a comparison decide it.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import fma
from ..constants import SPEED_OF_LIGHT_M_S

CHUNK_ROWS = 512  # rows of one orbit worked on together; their dot products stay in the first-level cache
LEG_ROWS = 128  # the same, for delays to all gateways at once
MILLISECONDS = 1000.0  # histogram bins in a second
N_BIN = 1001  # round trips of 0-1 ms, 1-2 ms, ...; the last bin holds 1 s and more


class Leg(NamedTuple):
    """What the delay between the satellites of one orbit and one gateway needs, besides the angle between them."""

    square_sum_m2: float  # R² + r², R the orbit's radius, r the gateway's distance from the Earth's centre
    square_product_m2: float  # 2 R r
    view_cosine: float  # of the central angle at the least elevation
    around_s_rad: float  # delay of the way around by other satellites, per radian
    down_s: float  # delay of the last leg down, (R - r)/c


class RoundTripMix(NamedTuple):
    """The ways of measured work out of each signature, m from start[s] to start[s + 1].

    Ways of one gateway lie together. `share` of the signature's assigned work goes by way m to its gateway, and over
    fibre that takes `ground_s` there and back to the region; `row` is the histogram's row of its class and region.
    """

    start: np.ndarray  # int64[n_signature + 1]
    gateway: np.ndarray  # int64[n_way]
    row: np.ndarray  # int64[n_way]
    ground_s: np.ndarray  # float64[n_way]
    share: np.ndarray  # float64[n_way]
    per_quantum: float  # one over the work quantum [1/FLOP]


@point
def arc_cosine(x):
    """Return the angle in [0, π] whose cosine is x in [-1, 1]; error below 2e-9 rad (2 cm on an orbit).

    acos x = sqrt(1 - x) P(x) for x >= 0, P the minimax polynomial of degree 8, and π - acos(-x) below zero.
    """
    a = min(abs(x), 1.0)
    p = fma(a, fma(a, 0.0008179364292768554, -0.0044791247366338105), 0.01180118836434918)
    p = fma(a, fma(a, fma(a, p, -0.02134191657859852), 0.03284061751452183), -0.05065749376251516)
    p = fma(a, fma(a, fma(a, p, 0.08903755037140469), -0.21460148678410268), 1.5707963249865982)
    angle = math.sqrt(1.0 - a) * p
    return angle if x >= 0.0 else math.pi - angle


@point
def one_way_s(leg, cosine):
    """Return the delay [s] between a satellite and a gateway, `cosine` of the angle between them at Earth's centre.

    In view, the straight line; otherwise around over other satellites and down (model/network.py, MODEL §8).
    """
    slant_m = math.sqrt(max(leg.square_sum_m2 - leg.square_product_m2 * cosine, 0.0))
    direct_s = slant_m * (1.0 / SPEED_OF_LIGHT_M_S)
    around_s = fma(arc_cosine(cosine), leg.around_s_rad, leg.down_s)
    return direct_s if cosine >= leg.view_cosine else around_s


@point
def _end_of_orbit(orbit_index, row, limit):
    """Return the end of the run of rows, from `row` on and not beyond `limit`, that share its orbit."""
    stop = row + 1
    while stop < limit and orbit_index[stop] == orbit_index[row]:
        stop += 1
    return stop


@sweep
def reach_keys(
    unit, orbit_index, type_index, gateway_unit, reach_cosine, level_count, key_stride, first, last, out_key
):
    """Write for each satellite which limits on delay it keeps to each gateway, as one number.

    Parameters
    ----------
    unit : float64[3, n_satellite]
        Directions from the Earth's centre.
    orbit_index, type_index : int32[n_satellite]
        Row of `reach_cosine`; type of satellite. Neighbours of one orbit are worked on together.
    gateway_unit : float64[n_gateway, 3]
    reach_cosine : float64[n_orbit, n_gateway, n_level]
        Level l of a gateway is kept where the cosine of the angle is at least this; levels are nested.
    level_count : int64[n_gateway]
    key_stride : uint64[n_gateway]
    first, last : int
        Range of rows.
    out_key : uint64[n_satellite]
        Type plus, for each gateway, its stride times the number of levels kept.
    """
    dot = np.empty(CHUNK_ROWS)
    nothing = np.uint64(0)
    row = first
    while row < last:
        orbit = orbit_index[row]
        stop = _end_of_orbit(orbit_index, row, min(row + CHUNK_ROWS, last))
        n = stop - row
        # slices, whose indices are known not to be negative, let the inner loops become vector code
        x, y, z = unit[0, row:stop], unit[1, row:stop], unit[2, row:stop]
        kind, key = type_index[row:stop], out_key[row:stop]
        for j in range(n):
            key[j] = np.uint64(kind[j])
        for g in range(gateway_unit.shape[0]):
            gx, gy, gz = gateway_unit[g, 0], gateway_unit[g, 1], gateway_unit[g, 2]
            if level_count[g] > 0:
                for j in range(n):
                    dot[j] = fma(z[j], gz, fma(y[j], gy, x[j] * gx))
            for level in range(level_count[g]):
                least, stride = reach_cosine[orbit, g, level], key_stride[g]
                for j in range(n):
                    key[j] += stride if dot[j] >= least else nothing
        row = stop


@sweep
def round_trip_histogram(unit, orbit_index, signature, assigned_flop, gateway_unit, leg, mix, first, last, out_quanta):
    """Add each satellite's assigned work to a histogram of round-trip times, by class and region.

    Parameters
    ----------
    unit, orbit_index, gateway_unit
        As in `reach_keys`.
    signature : int32[n_satellite]
    assigned_flop : float64[n_satellite]
        Whole multiples of the work quantum.
    leg : float64[n_orbit, n_gateway, 5]
        Fields of `Leg`.
    mix : RoundTripMix
        How the work of a signature splits over gateways and rows.
    first, last : int
        Range of rows.
    out_quanta : int64[n_row, N_BIN]
        Added to, in work quanta: whole numbers, so that order and threads do not matter.
    """
    n_gateway = gateway_unit.shape[0]
    there_and_back_s = np.empty((n_gateway, LEG_ROWS))  # through space
    row = first
    while row < last:
        orbit = orbit_index[row]
        stop = _end_of_orbit(orbit_index, row, min(row + LEG_ROWS, last))
        n = stop - row
        x, y, z = unit[0, row:stop], unit[1, row:stop], unit[2, row:stop]
        for g in range(n_gateway):
            gx, gy, gz = gateway_unit[g, 0], gateway_unit[g, 1], gateway_unit[g, 2]
            way = Leg(leg[orbit, g, 0], leg[orbit, g, 1], leg[orbit, g, 2], leg[orbit, g, 3], leg[orbit, g, 4])
            delay_s = there_and_back_s[g, :n]
            for j in range(n):
                delay_s[j] = 2.0 * one_way_s(way, fma(z[j], gz, fma(y[j], gy, x[j] * gx)))
        for j in range(n):
            s = signature[row + j]
            if s < 0 or assigned_flop[row + j] <= 0.0:
                continue
            quanta = assigned_flop[row + j] * mix.per_quantum
            for k in range(mix.start[s], mix.start[s + 1]):
                m = np.uint64(k)  # indices known not to be negative cost less
                delay_s = there_and_back_s[np.uint64(mix.gateway[m]), np.uint64(j)] + mix.ground_s[m]
                place = np.uint64(min(int(delay_s * MILLISECONDS), N_BIN - 1))
                out_quanta[np.uint64(mix.row[m]), place] += np.int64(quanta * mix.share[m] + 0.5)
        row = stop


@sweep
def count_ways(group_flop, route, route_group, out_start):
    """Write where each signature's ways begin: as many as routes given whose group it sends work out by.

    group_flop : float64[n_signature, n_group]; route : int64[n]; route_group : int64[n_route]; out_start :
    int64[n_orbit + 1], of the first signatures.
    """
    out_start[0] = 0
    for s in range(out_start.size - 1):
        count = 0
        for r in route:
            count += 1 if group_flop[s, route_group[r]] > 0.0 else 0
        out_start[s + 1] = out_start[s] + count


@sweep
def split_ways(group_flop, route_share, signature_flop, route, route_group, out_start, out_route, out_share):
    """Write each signature's ways, in the order of the routes given, and the share of its work that takes each.

    route_share : float64[n_route], of its group's work; signature_flop : float64[n_signature]; out_start : from
    `count_ways`; out_route : int64[n_way]; out_share : float64[n_way]; the others as in `count_ways`.
    """
    for s in range(out_start.size - 1):
        way = out_start[s]
        for r in route:
            flop = group_flop[s, route_group[r]]
            if flop > 0.0:
                out_route[way], out_share[way] = r, flop * route_share[r] / signature_flop[s]
                way += 1
