"""The satellites that benchmarks fly: those of the filed million, evenly thinned, by this program's own kernels."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import SimpleQueue

import numpy as np

from orbital_compute.kernels.ledger import (
    AUDIT_FIELDS,
    BIN_COUNT,
    EXECUTED_FIELDS,
    HISTOGRAMS,
    OFFERED_FIELDS,
    segments,
)
from orbital_compute.kernels.march import BLOCK_TILES, SAMPLE_ROWS, Sample
from orbital_compute.kernels.records import WHOLE, Hardware, State
from orbital_compute.kernels.window import Shells, Tally, execute_window, offer_window
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.fleet import Fleet, from_tiles
from orbital_compute.model.frames import sun_teme
from orbital_compute.physics.orbit import Orbit, Slot
from orbital_compute.physics.sun import sun_table
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
STEP_S = 60.0
TIME = {"start": "2026-06-21T00:00:00Z", "duration": "1 day", "step": "60 s", "window": "5 min"}
THEORY = np.zeros((0, 6, 0))  # no given positions: the orbit theory flies
CALL_BLOCKS = 64  # blocks of 512 satellites a thread takes at a time


def scenario(n: int, **sections: object):
    """Return the filed constellation at n satellites beside one site; `sections` stand in place of those below."""
    base: dict[str, object] = {
        "format": 1,
        "name": "benchmark",
        "seed": 1,
        "time": TIME,
        "constellation": {"preset": "fcc_2026", "variant": "sso_corrected", "satellites": n},
        "satellite": {"preset": "starmind_ai1"},
        "sites": [{"preset": "colossus_1"}],
        "gateways": {"preset": "default", "antennas": max(48 * n // 10_000, 1)},
        "workload": {"preset": "default"},
        "output": {"sample": 64},
    }
    return load_scenario(base | sections)


def constellation(n: int) -> Constellation:
    """Return n satellites of the filed million, its shells in proportion."""
    return Constellation.preset("fcc_2026", satellites=n, variant="sso_corrected", epoch=EPOCH)


def times_s(n_step: int) -> np.ndarray:
    """Return the middles of the steps, seconds after EPOCH."""
    return (np.arange(n_step) + 0.5) * STEP_S


class Windows:
    """A fleet and one window of n_step steps of it, ready to be prepared and marched again and again."""

    def __init__(self, fleet: Fleet, n_step: int):
        self.fleet, self.n_step = fleet, n_step
        n = fleet.n_row
        self.offer, self.executed, self.unit = np.zeros(n), np.zeros(n), np.zeros((3, n), np.float32)
        self.suns = sun_table(times_s(n_step), times_s(n_step), *sun_teme(EPOCH, times_s(n_step)))
        none = np.zeros(0, np.int64)
        self._sample = Sample(np.zeros(fleet.n_tile + 1, np.int64), none, np.zeros((0, n_step, SAMPLE_ROWS)))
        start, _ = segments(fleet.shell)
        sums = (np.zeros((len(start) - 1, len(names))) for names in (OFFERED_FIELDS, EXECUTED_FIELDS))
        self._shells = Shells(fleet.shell, start, *sums)
        self._tallies: SimpleQueue[Tally] = SimpleQueue()
        for _ in range(2):
            shape = (fleet.n_shell, len(HISTOGRAMS))
            low, high, worst = np.full(shape, np.inf), np.full(shape, -np.inf), np.full(len(AUDIT_FIELDS), -np.inf)
            count, row = np.zeros((*shape, BIN_COUNT), dtype=np.int32), np.zeros(len(AUDIT_FIELDS), dtype=np.int64)
            self._tallies.put(Tally(count, low, high, worst, row))
        length = CALL_BLOCKS * BLOCK_TILES
        self._parts = [(k, min(k + length, fleet.n_tile)) for k in range(0, fleet.n_tile, length)]

    @property
    def satellite_steps(self) -> int:
        """Steps of satellites in one window, without padding rows."""
        return self.fleet.n_satellite * self.n_step

    def prepare(self, pool: ThreadPoolExecutor | None = None) -> None:
        """Plan and offer: the first pass."""
        self._share(
            pool,
            lambda a, b: offer_window(self.fleet.arrays, self.suns, THEORY, a, b, self.offer, self.unit, self._shells),
        )

    def march(self, pool: ThreadPoolExecutor | None = None) -> None:
        """Execute all that is offered, and settle it: the second pass."""
        self._share(pool, self._execute)

    def _execute(self, first_tile: int, last_tile: int) -> None:
        tally = self._tallies.get()  # a thread has one to itself
        execute_window(
            self.fleet.arrays, self.suns, THEORY, first_tile, last_tile, self.offer, self.offer, self.executed,
            self._sample, self._shells, tally,
        )  # fmt: skip
        self._tallies.put(tally)

    def both(self, pool: ThreadPoolExecutor | None = None) -> None:
        """Do a whole window."""
        self.prepare(pool)
        self.march(pool)

    def _share(self, pool: ThreadPoolExecutor | None, work: Callable[[int, int], None]) -> None:
        run = map if pool is None else pool.map
        list(run(lambda part: work(*part), self._parts))


def fleet(n: int) -> Fleet:
    """Return the march's arrays of n satellites, each with the hardware of `starmind_ai1`."""
    model = build(scenario(n))
    return Fleet(model.constellation, model.satellite_types, step_s=STEP_S)


def records(fleet: Fleet, n: int) -> dict[str, object]:
    """Return the first n satellites of a fleet of one type as records of arrays, float64[n], for `numpy_laws`."""
    arrays = fleet.arrays
    orbits = arrays.orbit_table[arrays.orbit_index[:n]].T
    shape, n_orbit = orbits[len(Orbit._fields) :], len(Orbit._fields)
    return {
        "orbit": Orbit(*np.ascontiguousarray(orbits[:n_orbit])),
        "slot": Slot(
            *np.ascontiguousarray(shape), *(from_tiles(arrays.slot, k, n) for k in range(arrays.slot.shape[1]))
        ),
        "hardware": Hardware(*map(float, arrays.hardware_table[0])),
        "health": WHOLE,
        "state": State(*(from_tiles(arrays.state, k, n) for k in range(len(State._fields)))),
    }
