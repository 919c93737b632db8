"""Which satellites the antennas of gateways follow: who can be in view in a window, how good each is, who is taken.

Within a window a satellite is taken to move along its mean circle: its direction u and the direction of its motion,
n × u with the normal n of its plane, give every direction of the window by a turn. An orbit of eccentricity 0.001 is
then 2 km off after five minutes. Ties go to the lower row, so that neither threads nor ranges change an answer.
"""

import math
from typing import NamedTuple

import numpy as np

from .._jit import point, sweep
from .._math import acos, fma

CHUNK_ROWS = 512
NOBODY = -1
OUT_OF_VIEW = -np.inf  # score of a satellite that no antenna can take
ALWAYS_S = 1e12  # contact left of one that never leaves the view


class Sky(NamedTuple):
    """Where satellites are at the middle of a window, and where they go. Axes are TEME's."""

    unit: np.ndarray  # float32[3, n_satellite], directions from the Earth's centre
    orbit: np.ndarray  # int32[n_satellite], row of tables by orbit
    plane: np.ndarray  # int32[n_satellite], row of `normal`
    normal: np.ndarray  # float64[n_plane, 3]


class Look(NamedTuple):
    """A gateway and the satellites near it at one time within the window."""

    turn: np.ndarray  # float64[n_orbit, 2], cosine and sine of what satellites of an orbit have turned since the middle
    radius_m: np.ndarray  # float64[n_orbit]
    view_cosine: np.ndarray  # float64[n_orbit], of the central angle at the edge of the gateway's view
    x: float  # direction of the gateway from the Earth's centre
    y: float
    z: float
    ground_m: float  # its distance from there


class Table(NamedTuple):
    """A rate [bit/s] by slant range: values at 0, `step_m`, 2 `step_m`, and straight lines between."""

    rate_bit_s: np.ndarray
    step_m: float


@point
def _turned(sky, i, cosine, sine):
    """Return the direction of satellite i after a turn along its orbit."""
    x, y, z = np.float64(sky.unit[0, i]), np.float64(sky.unit[1, i]), np.float64(sky.unit[2, i])
    plane = np.uint64(sky.plane[i])
    a, b, c = sky.normal[plane, 0], sky.normal[plane, 1], sky.normal[plane, 2]
    u, v, w = b * z - c * y, c * x - a * z, a * y - b * x
    return fma(sine, u, cosine * x), fma(sine, v, cosine * y), fma(sine, w, cosine * z)


@sweep
def near_gateways(sky, turn, gateway_unit, near_cosine, first, last, out_row, out_count):
    """List the satellites of a range of rows that are within an angle of each gateway.

    Parameters
    ----------
    sky : Sky
    turn : float64[n_orbit, 2]
        From the middle of the window to the time looked at (`Look`).
    gateway_unit : float64[n_gateway, 3]
    near_cosine : float64[n_orbit, n_gateway]
    first, last : int
    out_row : int32[n_gateway, n_room]
        Rows, rising; those that have no room are only counted.
    out_count : int64[n_gateway]
    """
    x, y, z = np.empty(CHUNK_ROWS), np.empty(CHUNK_ROWS), np.empty(CHUNK_ROWS)
    dot = np.empty(CHUNK_ROWS)
    n_room = out_row.shape[1]
    out_count[:] = 0
    row = first
    while row < last:
        orbit = sky.orbit[row]
        stop, limit = row + 1, min(row + CHUNK_ROWS, last)
        while stop < limit and sky.orbit[stop] == orbit:
            stop += 1
        n = stop - row
        cosine, sine = turn[orbit, 0], turn[orbit, 1]
        if sine == 0.0:
            for j in range(n):
                x[j], y[j], z[j] = sky.unit[0, row + j], sky.unit[1, row + j], sky.unit[2, row + j]
        else:
            for j in range(n):
                x[j], y[j], z[j] = _turned(sky, row + j, cosine, sine)
        for g in range(gateway_unit.shape[0]):
            gx, gy, gz = gateway_unit[g, 0], gateway_unit[g, 1], gateway_unit[g, 2]
            least, hits = near_cosine[orbit, g], 0
            for j in range(n):
                dot[j] = fma(z[j], gz, fma(y[j], gy, x[j] * gx))
                hits += 1 if dot[j] >= least else 0
            if hits > 0:
                count = out_count[g]
                for j in range(n):
                    if dot[j] >= least:
                        if count < n_room:
                            out_row[g, count] = row + j
                        count += 1
                out_count[g] = count
        row = stop


@sweep
def view_cosines(sky, row, look, out):
    """Write the cosine of the central angle of each row, or -2 where it is out of the gateway's view: float64[n]."""
    last, least, hx, hy, hz = -1, 0.0, 0.0, 0.0, 0.0
    for k in range(row.size):
        i = np.uint64(row[k])
        if sky.plane[i] != last:  # (c u + s n × u)·g = u·(c g + s g × n), the same vector for a whole plane
            last = sky.plane[i]
            orbit, plane = np.uint64(sky.orbit[i]), np.uint64(last)
            c, s, least = look.turn[orbit, 0], look.turn[orbit, 1], look.view_cosine[orbit]
            u, v, w = sky.normal[plane, 0], sky.normal[plane, 1], sky.normal[plane, 2]
            hx = fma(s, look.y * w - look.z * v, c * look.x)
            hy = fma(s, look.z * u - look.x * w, c * look.y)
            hz = fma(s, look.x * v - look.y * u, c * look.z)
        dot = fma(np.float64(sky.unit[2, i]), hz, fma(np.float64(sky.unit[1, i]), hy, np.float64(sky.unit[0, i]) * hx))
        out[k] = dot if dot >= least else -2.0


@point
def slant_m(radius_m, ground_m, cosine):
    """Return the slant range [m] of a satellite whose central angle has this cosine."""
    return math.sqrt(max(radius_m * radius_m + ground_m * ground_m - 2.0 * radius_m * ground_m * cosine, 1.0))


@sweep
def score_by_elevation(sky, row, look, cosine, out):
    """Write the sine of each row's elevation: float64[n]."""
    for k in range(row.size):
        radius_m = look.radius_m[sky.orbit[row[k]]]
        rise = (radius_m * cosine[k] - look.ground_m) / slant_m(radius_m, look.ground_m, cosine[k])
        out[k] = rise if cosine[k] >= -1.0 else OUT_OF_VIEW


@sweep
def score_by_nearness(sky, row, look, cosine, out):
    """Write the slant range of each row, less than zero [m]: float64[n]."""
    for k in range(row.size):
        range_m = slant_m(look.radius_m[sky.orbit[row[k]]], look.ground_m, cosine[k])
        out[k] = -range_m if cosine[k] >= -1.0 else OUT_OF_VIEW


@point
def contact_left_s(x, y, z, spin_x, spin_y, spin_z, gateway_x, gateway_y, gateway_z, view_cosine):
    """Return how long a satellite stays within an angle of a gateway [s]; ALWAYS_S if it never leaves.

    x, y, z is its direction, `spin` its angular velocity over the turning Earth [rad/s], held constant there: the path
    over the ground is then a circle about the spin, and its height above the edge of view A cos φ + B sin φ + C.
    """
    speed = math.sqrt(spin_x * spin_x + spin_y * spin_y + spin_z * spin_z)
    a, b, c = spin_x / speed, spin_y / speed, spin_z / speed
    still = (a * x + b * y + c * z) * (a * gateway_x + b * gateway_y + c * gateway_z)
    now = x * gateway_x + y * gateway_y + z * gateway_z - still
    ahead = (b * z - c * y) * gateway_x + (c * x - a * z) * gateway_y + (a * y - b * x) * gateway_z
    most = math.sqrt(now * now + ahead * ahead)
    if most <= abs(view_cosine - still):
        return ALWAYS_S
    rising = acos(now / most) * (1.0 if ahead >= 0.0 else -1.0)
    return (rising + acos((view_cosine - still) / most)) / speed


@sweep
def score_by_contact(sky, row, look, cosine, held, speed_rad_s, earth_rad_s, out):
    """Write how long each row stays in view [s], infinite for those of `held`, which are kept: float64[n].

    `held` : int32[n_held], rising; speed_rad_s : float64[n_orbit]; earth_rad_s : float.
    """
    for k in range(row.size):
        if cosine[k] < -1.0:
            out[k] = OUT_OF_VIEW
            continue
        place = np.searchsorted(held, row[k])
        if place < held.size and held[place] == row[k]:
            out[k] = np.inf
            continue
        i = np.uint64(row[k])
        orbit, plane = np.uint64(sky.orbit[i]), np.uint64(sky.plane[i])
        x, y, z = _turned(sky, i, look.turn[orbit, 0], look.turn[orbit, 1])
        speed = speed_rad_s[orbit]
        out[k] = contact_left_s(
            x, y, z, speed * sky.normal[plane, 0], speed * sky.normal[plane, 1],
            speed * sky.normal[plane, 2] - earth_rad_s, look.x, look.y, look.z, look.view_cosine[orbit],
        )  # fmt: skip


@sweep
def let_set(sky, look, held_row, held_s):
    """Let antennas give up satellites that are out of view; return how many antennas are free then.

    held_row : int32[n_antenna], held_s : float64[n_antenna]; as in `hand_over`.
    """
    free = 0
    for antenna in range(held_row.size):
        if held_row[antenna] != NOBODY:
            i = np.uint64(held_row[antenna])
            orbit = np.uint64(sky.orbit[i])
            x, y, z = _turned(sky, i, look.turn[orbit, 0], look.turn[orbit, 1])
            if fma(z, look.z, fma(y, look.y, x * look.x)) < look.view_cosine[orbit]:
                held_row[antenna], held_s[antenna] = NOBODY, 0.0
        free += 1 if held_row[antenna] == NOBODY else 0
    return free


@sweep
def take_best(row, score, out_place):
    """Write the places in `row` of the best scores, best first, ties by the lower row, -1 where there are no more.

    row : int32[n]; score : float64[n], OUT_OF_VIEW for those not to be taken; out_place : int64[n_antenna].
    """
    count, most = 0, out_place.size
    for k in range(row.size):
        one = score[k]
        if one == OUT_OF_VIEW or (count == most and one <= score[out_place[count - 1]]):
            continue
        at = count if count < most else most - 1
        while at > 0 and score[out_place[at - 1]] < one:
            out_place[at] = out_place[at - 1]
            at -= 1
        out_place[at] = k
        count = min(count + 1, most)
    out_place[count:] = NOBODY


@sweep
def hand_over(row, place, held_row, held_s):
    """Give the antennas of a gateway the satellites that were taken; return how many take up a new one.

    An antenna keeps its satellite if that was taken again; the others take the rest, best first.

    Parameters
    ----------
    row : int32[n]
    place : int64[n_antenna]
        From `take_best`.
    held_row : int32[n_antenna], held_s : float64[n_antenna]
        The satellite of each antenna, NOBODY for none, and how long it has been followed [s]; in and out.
    """
    used = np.zeros(place.size, np.bool_)
    for antenna in range(held_row.size):
        kept = False
        for k in range(place.size):
            if place[k] >= 0 and not used[k] and row[place[k]] == held_row[antenna]:
                used[k] = kept = True
        if not kept:
            held_row[antenna], held_s[antenna] = NOBODY, 0.0
    new, antenna = 0, 0
    for k in range(place.size):
        if place[k] < 0 or used[k]:
            continue
        while held_row[antenna] != NOBODY:
            antenna += 1
        held_row[antenna] = row[place[k]]
        new += 1
    return new


@point
def rate_at(table, range_m):
    """Return the rate [bit/s] at a slant range [m]."""
    at = min(range_m / table.step_m, table.rate_bit_s.size - 1.000001)
    k = int(at)
    return fma(at - k, table.rate_bit_s[k + 1] - table.rate_bit_s[k], table.rate_bit_s[k])


@sweep
def carry(sky, look, table, acquisition_s, interval_s, held_row, held_s):
    """Follow the satellites held for an interval; return bits carried in clear sky, and antenna time on links [s].

    The first `acquisition_s` of a link carry nothing. Ranges are those of the look, in the middle of the interval.
    """
    bits, linked_s = 0.0, 0.0
    for antenna in range(held_row.size):
        if held_row[antenna] == NOBODY:
            continue
        i = np.uint64(held_row[antenna])
        orbit = np.uint64(sky.orbit[i])
        x, y, z = _turned(sky, i, look.turn[orbit, 0], look.turn[orbit, 1])
        cosine = fma(z, look.z, fma(y, look.y, x * look.x))
        useful_s = min(max(held_s[antenna] + interval_s - acquisition_s, 0.0), interval_s)
        bits += rate_at(table, slant_m(look.radius_m[orbit], look.ground_m, cosine)) * useful_s
        linked_s += interval_s
        held_s[antenna] += interval_s
    return bits, linked_s


@sweep
def mean_rate(sky, row, look, cosine, table):
    """Return how many rows are in view, and the mean rate [bit/s] of a link to one of them; 0 where none is."""
    count, total = 0, 0.0
    for k in range(row.size):
        if cosine[k] >= -1.0:
            total += rate_at(table, slant_m(look.radius_m[sky.orbit[row[k]]], look.ground_m, cosine[k]))
            count += 1
    return count, total / max(count, 1)
