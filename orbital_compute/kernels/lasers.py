"""Laser links of a run: which hold, what they carry, and what that is between cells and into gateways' views.

A link joins two rows and stands once; its rate holds in either direction. Rates are whole bit/s and work is whole
quanta, so every sum is one of integers: the same bits in any order, on any number of threads.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import fma, sincos_turn
from ..physics.sight import Mover, lowest_radius_m, slew_rate_rad_s
from .supply import PER_QUANTUM, WORK_QUANTUM_FLOP

CUT_OFF = np.uint8(0xFF)  # all lasers of a satellite lost


class LaserLinks(NamedTuple):
    """Links of a run: satellites and ports at both ends, and the arc between two cells that a link is part of."""

    row_a: np.ndarray  # int32[n_link]
    row_b: np.ndarray  # int32[n_link]
    port_a: np.ndarray  # uint8[n_link]
    port_b: np.ndarray  # uint8[n_link]
    steady: np.ndarray  # bool[n_link]; within a plane: geometry stays as it is
    arc: np.ndarray  # int32[n_link], -1 within a cell


class LinkLaw(NamedTuple):
    """What lets a link hold, and what it then carries."""

    least_radius_m: float
    longest_m: float
    slew_limit_rad_s: float
    cap_bit_s: float
    light_bit_m2_s: float  # far field: the rate over a distance d is this over d²


@sweep
def tracks(unit, node_turn, node_rate_turn_s, cos_inclination, sin_inclination, orbit_index, time_s, first, last, out):
    """Write the direction in which each satellite flies, a unit vector, for circular orbits of the theory.

    Parameters
    ----------
    unit : float32[3, n_row]
        Directions of the satellites from the Earth's centre at `time_s` after the epoch.
    node_turn : float64[n_satellite]
        Ascending node at the epoch [turns].
    node_rate_turn_s, cos_inclination, sin_inclination : float64[n_orbit]
    orbit_index : int32[n_row]
    out : float32[3, n_row]

    Notes
    -----
    The normal of the orbit, (sin i sin Ω, -sin i cos Ω, cos i), times the direction; what eccentricity and J2's short
    periods change of it, about 1e-3, is left out.
    """
    for i in range(first, last):
        orbit = orbit_index[i]
        turn = fma(node_rate_turn_s[orbit], time_s, node_turn[i])
        sin_node, cos_node = sincos_turn(turn - math.floor(turn))
        nx, ny, nz = sin_inclination[orbit] * sin_node, -sin_inclination[orbit] * cos_node, cos_inclination[orbit]
        x, y, z = np.float64(unit[0, i]), np.float64(unit[1, i]), np.float64(unit[2, i])
        out[0, i] = ny * z - nz * y
        out[1, i] = nz * x - nx * z
        out[2, i] = nx * y - ny * x


@point
def _mover(unit, track, i, radius_m, speed_rad_s, cosine, sine):
    """Return where a satellite was a while ago, by turning it back along a circle; cosine and sine of that turn."""
    x, y, z = np.float64(unit[0, i]), np.float64(unit[1, i]), np.float64(unit[2, i])
    u, v, w = np.float64(track[0, i]), np.float64(track[1, i]), np.float64(track[2, i])
    fast = radius_m * speed_rad_s
    return Mover(
        radius_m * (x * cosine - u * sine), radius_m * (y * cosine - v * sine), radius_m * (z * cosine - w * sine),
        fast * (u * cosine + x * sine), fast * (v * cosine + y * sine), fast * (w * cosine + z * sine),
    )  # fmt: skip


@sweep
def link_rates(links, lost, unit, track, orbit_index, radius_m, speed_rad_s, look_back, law, first, last, out_bit_s):
    """Write what each link carries in either direction [bit/s], 0 where it does not hold.

    Parameters
    ----------
    links : LaserLinks
    lost : uint8[n_satellite]
        A bit for each port whose laser is lost.
    unit, track : float32[3, n_row]
        Directions of the satellites, and in which they fly.
    orbit_index : int32[n_row]
    radius_m, speed_rad_s : float64[n_orbit]
    look_back : float64[n_orbit, n_look, 2]
        Cosine and sine of the turn since each look: now, and back to the beginning of the acquisition.
    law : LinkLaw
    first, last : int
        Range of links.
    out_bit_s : float32[n_link]
        Whole numbers.
    """
    one = np.uint8(1)
    for k in range(first, last):
        a, b = links.row_a[k], links.row_b[k]
        out_bit_s[k] = 0.0
        if (lost[a] >> links.port_a[k]) & one or (lost[b] >> links.port_b[k]) & one:
            continue
        here, there = orbit_index[a], orbit_index[b]
        n_look = 1 if links.steady[k] else look_back.shape[1]
        square_now_m2, holds = 0.0, True
        for j in range(n_look):
            at = _mover(unit, track, a, radius_m[here], speed_rad_s[here], look_back[here, j, 0], look_back[here, j, 1])
            to = _mover(
                unit, track, b, radius_m[there], speed_rad_s[there], look_back[there, j, 0], look_back[there, j, 1]
            )
            dx, dy, dz = to.x - at.x, to.y - at.y, to.z - at.z
            square_m2 = dx * dx + dy * dy + dz * dz
            low_m = lowest_radius_m(radius_m[here] * radius_m[here], radius_m[there] * radius_m[there], square_m2)
            turn_rad_s = max(slew_rate_rad_s(at, to), slew_rate_rad_s(to, at))
            holds &= low_m >= law.least_radius_m and square_m2 <= law.longest_m * law.longest_m
            holds &= turn_rad_s <= law.slew_limit_rad_s
            if j == 0:
                square_now_m2 = square_m2
            if not holds:
                break
        if holds:
            out_bit_s[k] = math.floor(min(law.cap_bit_s, law.light_bit_m2_s / square_now_m2))


@sweep
def sum_arcs(rate_bit_s, arc, first, last, out_bit_s):
    """Add up the rates of a range of links by arc: float32[n_link], int32[n_link] to int64[n_arc], added to."""
    for k in range(first, last):
        if arc[k] >= 0:
            out_bit_s[arc[k]] += np.int64(rate_bit_s[k])


@sweep
def sum_entries(links, rate_bit_s, signature, seen_start, seen_gateway, cell, first, last, out_bit_s):
    """Add up the rates of the links that lead into each gateway's view, by the cell of the end that is in view.

    Parameters
    ----------
    links : LaserLinks
    rate_bit_s : float32[n_link]
    signature : int32[n_row]
    seen_start : int64[n_signature + 1], seen_gateway : int64[n_seen]
        Gateways that satellites of a signature see, ascending.
    cell : int32[n_satellite]
    first, last : int
    out_bit_s : int64[n_cell, n_gateway]
        Added to.
    """
    for k in range(first, last):
        a, b = links.row_a[k], links.row_b[k]
        s, t = signature[a], signature[b]
        if s == t or rate_bit_s[k] <= 0.0:
            continue
        rate = np.int64(rate_bit_s[k])
        i, i_end, j, j_end = seen_start[s], seen_start[s + 1], seen_start[t], seen_start[t + 1]
        while i < i_end or j < j_end:
            left = seen_gateway[i] if i < i_end else seen_gateway.size
            right = seen_gateway[j] if j < j_end else seen_gateway.size
            if i < i_end and (j >= j_end or left < right):
                out_bit_s[cell[a], left] += rate
                i += 1
            elif j < j_end and (i >= i_end or right < left):
                out_bit_s[cell[b], right] += rate
                j += 1
            else:
                i += 1
                j += 1


@sweep
def sum_views(signature, offer_flop, cell, lost, seen_start, seen_gateway, first, last, out_seen, out_all, out_direct):
    """Count the satellites in each gateway's view, and add up the offers of cells and of those of them in view.

    Parameters
    ----------
    signature : int32[n_row], offer_flop : float64[n_row]
    cell : int32[n_satellite], lost : uint8[n_satellite]
    seen_start, seen_gateway
        As in `sum_entries`.
    first, last : int
    out_seen : int64[n_gateway]
    out_all : int64[n_cell], out_direct : int64[n_cell, n_gateway]
        In work quanta; added to, as all.
    """
    for i in range(first, last):
        s, quanta = signature[i], np.int64(offer_flop[i] * PER_QUANTUM)
        out_all[cell[i]] += quanta
        alive = 1 if lost[i] != CUT_OFF else 0
        for m in range(seen_start[s], seen_start[s + 1]):
            out_seen[seen_gateway[m]] += alive
            out_direct[cell[i], seen_gateway[m]] += quanta


@sweep
def split_signatures(offer_flop, cell, digit, n_digit, first, last, signature, out_quanta, out_count):
    """Split signatures by a digit of each satellite's cell: signature s with digit d becomes s n_digit + d.

    Parameters
    ----------
    offer_flop : float64[n_row], cell : int32[n_satellite]
    digit : int64[n_cell]
    n_digit, first, last : int
    signature : int32[n_row]
        Changed.
    out_quanta, out_count : int64[n_signature n_digit]
        Offers in quanta, and satellites; added to.
    """
    for i in range(first, last):
        s = signature[i] * n_digit + digit[cell[i]]
        signature[i] = s
        out_quanta[s] += np.int64(offer_flop[i] * PER_QUANTUM)
        out_count[s] += 1


@sweep
def renumber(number, first, last, signature):
    """Give the signatures of a range of rows other numbers: int32[n_old], changed in place."""
    for i in range(first, last):
        signature[i] = number[signature[i]]


@sweep
def sum_around(signature, assigned_flop, cell, start, gateway, bit_per_flop, first, last, out_bit):
    """Add up the bits that satellites send around to each gateway, by cell.

    Parameters
    ----------
    signature : int32[n_row], assigned_flop : float64[n_row], cell : int32[n_satellite]
    start : int64[n_signature + 1], gateway : int64[n_way], bit_per_flop : float64[n_way]
        Ways of each signature around to gateways, and bits that go there for a FLOP of its assigned work.
    first, last : int
    out_bit : int64[n_cell, n_gateway]
        Added to, each satellite's rounded to whole bits.
    """
    for i in range(first, last):
        s = signature[i]
        if s < 0 or assigned_flop[i] <= 0.0:
            continue
        for m in range(start[s], start[s + 1]):
            out_bit[cell[i], gateway[m]] += np.int64(assigned_flop[i] * bit_per_flop[m] + 0.5)


@sweep
def cut_back(signature, cell, start, gateway, share, kept, first, last, assigned_flop, out_lost):
    """Take from satellites the work whose bits the lasers cannot carry.

    Parameters
    ----------
    signature : int32[n_row], cell : int32[n_satellite]
    start, gateway
        As in `sum_around`.
    share : float64[n_way]
        Of the signature's assigned work that goes this way.
    kept : float64[n_cell, n_gateway]
        Share of the bits that is carried.
    first, last : int
    assigned_flop : float64[n_row]
        Lessened, in whole quanta.
    out_lost : int64[n_way]
        Quanta taken, added to.
    """
    for i in range(first, last):
        s = signature[i]
        if s < 0 or assigned_flop[i] <= 0.0:
            continue
        quanta = assigned_flop[i] * PER_QUANTUM
        left = quanta
        for m in range(start[s], start[s + 1]):
            missing = 1.0 - kept[cell[i], gateway[m]]
            if missing > 0.0:
                taken = min(np.ceil(quanta * share[m] * missing), left)
                left -= taken
                out_lost[m] += np.int64(taken)
        assigned_flop[i] = left * WORK_QUANTUM_FLOP
