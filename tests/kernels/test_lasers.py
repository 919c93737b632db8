"""Kernels of laser links beside the library of link states, and sums beside plain loops."""

from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.kernels.lasers import CUT_OFF, cut_back
from orbital_compute.kernels.supply import WORK_QUANTUM_FLOP
from orbital_compute.model.clock import Clock
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.fleet import Fleet
from orbital_compute.model.frames import Instants, instants_after
from orbital_compute.model.laser_links import RunLinks
from orbital_compute.model.laser_spec import LaserSpec
from orbital_compute.model.link_budget import LaserTerminal
from orbital_compute.model.link_state import holding_m
from orbital_compute.model.topology import PlusGrid, plus_grid
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
from orbital_compute.simulate import Simulation

START = datetime(2026, 6, 21, tzinfo=UTC)
SCENARIO = {
    "format": 1,
    "name": "links",
    "time": {"start": "2026-06-21T00:00:00Z", "duration": "1 h", "step": "60 s", "window": "5 min"},
    "constellation": {
        "shells": [{"name": "polar", "altitude": "560 km", "inclination": "97.6 deg", "planes": 8, "per_plane": 30}]
    },
    "satellite": {"preset": "starmind_ai1"},
    "gateways": {"preset": "default"},
    "workload": {"preset": "default"},
    "health": "none",
    "network": {"lasers": {"slew_limit": "0.12 deg/s", "longest": "5200 km", "refresh": "5 min"}},
}


def test_links_hold_when_the_library_says_so_and_carry_what_the_terminal_does():
    simulation = Simulation(build(load_scenario(SCENARIO)), threads=1)
    fleet, links = simulation.model.constellation, simulation.lasers.links
    terminal, seen = LaserTerminal(), []
    for _ in range(6):
        simulation.step()
        middle_s = 300.0 * (simulation.window - 1) + 150.0
        utc = instants_after(START, middle_s)
        length_m = holding_m(fleet, plus_grid(fleet, links.spec.grid), Instants(utc.day, utc.fraction))
        held = links.rate_bit_s > 0.0
        assert (held == np.isfinite(length_m)).mean() >= 0.99  # near a limit the orbits' short periods decide
        both = held & np.isfinite(length_m)
        np.testing.assert_allclose(links.rate_bit_s[both], terminal.rate_bit_s(length_m[both]), rtol=5e-3)
        seen.append(held.mean())
    simulation.close()
    assert 0.5 < min(seen) < 1.0


def test_work_is_taken_back_in_whole_quanta_and_never_more_than_there_is():
    rng = np.random.default_rng(3)
    n, quanta = 500, rng.integers(0, 1000, 500).astype(float)
    signature, cell = rng.integers(0, 2, n).astype(np.int32), rng.integers(0, 4, n).astype(np.int32)
    start, gateway = np.array([0, 2, 3]), np.array([0, 1, 1])
    share, kept = np.array([0.5, 0.25, 1.0]), rng.random((4, 2))
    kept[0] = 1.0
    assigned, lost = quanta * WORK_QUANTUM_FLOP, np.zeros(3, np.int64)
    cut_back(signature, cell, start, gateway, share, kept, 0, n, assigned, lost)
    left = assigned / WORK_QUANTUM_FLOP
    assert (left == np.floor(left)).all()
    assert (left >= 0.0).all()
    assert quanta.sum() - left.sum() == lost.sum()
    assert (left[cell == 0] == quanta[cell == 0]).all()
    for i in np.flatnonzero(signature == 1):
        assert left[i] <= quanta[i] * kept[cell[i], 1]
        assert left[i] > quanta[i] * kept[cell[i], 1] - 1.0


def test_failed_lasers_take_their_links_and_lost_satellites_all():
    fleet = Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=6, n_per_plane=20, epoch=START)
    simulation = build(load_scenario(SCENARIO))
    own = Fleet(fleet, simulation.satellite_types, step_s=60.0)
    lasers, cause = np.zeros(120, np.uint8), np.zeros(120, np.uint8)
    lasers[7], lasers[8], cause[40] = 1, 4, 1
    health = SimpleNamespace(days_begun=1, fates=SimpleNamespace(lasers=lasers, cause=cause))
    links = RunLinks(LaserSpec(), own, fleet, Clock(START, 60.0, 300.0, 60), health=health)
    links._write_lost(0.0)
    assert bin(links.lost[7]).count("1") == 1
    assert links.lost[8] == 0b1111
    assert links.lost[40] == CUT_OFF
    assert np.count_nonzero(links.lost) == 3


def test_more_ports_than_bits_are_refused():
    with pytest.raises(ScenarioError, match="terminals"):
        LaserSpec(grid=PlusGrid(terminals=9))
