"""The same orbits flown by others: positions by SGP4, of astroz, heyoka and the sgp4 library.

Each peer gets the satellites as its own objects and an array to write to, made before the clock starts; each flies all
of them to all instants. They give positions in the equator of date (TEME), heyoka velocities as well. No drag, so that
SGP4 and this program's theory describe the same orbit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from sgp4.api import WGS72, Satrec, SatrecArray

from orbital_compute.model.constellation import Constellation

SGP4_MU_KM3_S2, SGP4_J2, SGP4_RADIUS_KM = 398600.8, 0.001082616, 6378.135  # WGS 72, by which SGP4 is defined
SGP4_DAY_ZERO_JD = 2433281.5  # 1949-12-31 00:00, from which sgp4init counts days
AGREEMENT_KM = 1.0  # a peer further away flies another orbit, and its time says nothing
MINUTE_S, DAY_S = 60.0, 86400.0


@dataclass
class Peer:
    """Somebody else's propagator: `fly()` fills `positions()`, float64[n_time, n_satellite, 3] in km."""

    name: str
    fly: Callable[[], object]
    positions: Callable[[], np.ndarray]


@dataclass(frozen=True)
class MeanElements:
    """What SGP4 starts from, each float64[n] in radians; mean motion [rad/min] after Kozai; epoch as a Julian date."""

    motion: np.ndarray
    eccentricity: np.ndarray
    inclination: np.ndarray
    node: np.ndarray
    perigee: np.ndarray
    anomaly: np.ndarray
    epoch_jd: float


def mean_elements(fleet: Constellation, epoch_jd: float) -> MeanElements:
    """Return the elements by which SGP4 flies the orbits of a designed constellation.

    The theory counts eccentricity about the frozen orbit; SGP4 adds that offset itself, by the same J3 term. Mean
    motions are made equal, because they decide where a satellite stands after a day.
    """
    perigee, eccentricity, latitude, node = fleet.slots.T
    radius_km, cosine = fleet.semi_major_axis_m / 1e3, np.cos(fleet.inclination_rad)
    brouwer = np.sqrt(3.986004418e5 / radius_km**3) * MINUTE_S
    ke = np.sqrt(SGP4_MU_KM3_S2 / SGP4_RADIUS_KM**3) * MINUTE_S
    d1 = 0.75 * SGP4_J2 * (3 * cosine**2 - 1) / (1 - eccentricity**2) ** 1.5
    kozai = brouwer.copy()
    for _ in range(8):  # sgp4init turns Kozai's mean motion into Brouwer's; this is the way back
        a = (ke / kozai) ** (2 / 3)
        delta = d1 / a**2
        a = a * (1 - delta**2 - delta * (1 / 3 + 134 * delta**2 / 81))
        kozai = brouwer * (1 + d1 / a**2)
    node, perigee, anomaly = (angle % 1.0 * 2 * np.pi for angle in (node, perigee, latitude - perigee))
    return MeanElements(kozai, eccentricity, fleet.inclination_rad, node, perigee, anomaly, epoch_jd)


def _records(kind: Callable, elements: MeanElements) -> list:
    """Return a record for each satellite, filled by `sgp4init`, which both libraries have."""
    e, records = elements, []
    day = e.epoch_jd - SGP4_DAY_ZERO_JD
    for i in range(e.motion.size):
        record = kind()
        record.sgp4init(
            WGS72, "i", i % 99_999, day, 0.0, 0.0, 0.0, e.eccentricity[i], e.perigee[i], e.inclination[i],
            e.anomaly[i], e.motion[i], e.node[i],
        )  # fmt: skip
        records.append(record)
    return records


def astroz_peer(elements: MeanElements, times_s: np.ndarray) -> Peer:
    """Return astroz: vector code, positions alone, times relative to the epoch."""
    from astroz._astroz import Satrec as Record
    from astroz._astroz import SatrecArray as Records

    records = Records(_records(Record, elements))
    minutes, out = times_s / MINUTE_S, np.zeros((times_s.size, elements.motion.size, 3))
    return Peer(f"astroz {version('astroz')}, position", lambda: records.propagate_into(minutes, out), lambda: out)


def heyoka_peer(elements: MeanElements, times_s: np.ndarray) -> Peer:
    """Return heyoka: compiled SGP4 in double precision, which writes position, velocity and a code."""
    from heyoka.model import sgp4_propagator

    e, n = elements, elements.motion.size
    zero = np.zeros(n)
    data = [e.motion, e.eccentricity, e.inclination, e.node, e.perigee, e.anomaly, zero, zero + e.epoch_jd, zero]
    propagator = sgp4_propagator(np.ascontiguousarray(data))
    minutes = np.ascontiguousarray(np.broadcast_to(times_s[:, None] / MINUTE_S, (times_s.size, n)))
    out = np.zeros((times_s.size, propagator.nouts, n))
    return Peer(
        f"heyoka {version('heyoka')}, position and velocity",
        lambda: propagator(minutes, out),
        lambda: out[:, :3].transpose(0, 2, 1),
    )


def sgp4_peer(elements: MeanElements, times_s: np.ndarray) -> Peer:
    """Return the sgp4 library's own array, which makes position and velocity anew in each call."""
    records = SatrecArray(_records(Satrec, elements))
    day, fraction = np.full(times_s.size, elements.epoch_jd), times_s / DAY_S
    kept: list[np.ndarray] = []

    def fly() -> None:
        kept[:] = [records.sgp4(day, fraction)[1]]

    return Peer(f"sgp4 {version('sgp4')}, position and velocity", fly, lambda: kept[0].transpose(1, 0, 2))


def missing(module: str) -> bool:
    """Return whether a peer is not installed; `pip install '.[bench]'` brings all of them."""
    return find_spec(module) is None


def farthest_km(peer: Peer, positions_m: np.ndarray) -> float:
    """Return how far a peer's positions are from ours at most [km]; positions_m : float64[n_satellite, n_time, 3]."""
    difference = peer.positions().transpose(1, 0, 2) - positions_m / 1e3
    return float(np.sqrt((difference**2).sum(axis=2)).max())
