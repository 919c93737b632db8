"""Links in time: limits of geometry, acquisition, links killed and slowed by data, and the rates that are left."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.errors import ScenarioError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.link_budget import LaserTerminal
from orbital_compute.model.link_state import LinkChange, holding_m, link_rates_bit_s, rate_shares
from orbital_compute.model.shells import Shell
from orbital_compute.model.topology import CROSS, RING, PlusGrid, plus_grid
from orbital_compute.physics.sight import longest_link_m

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)


def walker(**changes):
    design = dict(altitude_m=550e3, inclination_deg=53.0, n_plane=12, n_per_plane=16, epoch=EPOCH)
    return Constellation.walker(**{**design, **changes})


def test_a_row_along_the_track_is_no_ring():
    shell = Shell(name="s", altitude_m=550e3, inclination_deg=53.0, n_plane=1, n_per_plane=20, spacing_m=100e3)
    fleet = Constellation.shells([shell], epoch=EPOCH)
    links = plus_grid(fleet)
    length_m = holding_m(fleet, links, EPOCH)
    assert np.isfinite(length_m).sum() == 20  # 19 and the two ends, 1,900 km apart and in sight
    short = holding_m(fleet, plus_grid(fleet, PlusGrid(longest_m=150e3)), EPOCH)
    assert np.isfinite(short).sum() == 19


def test_links_drop_near_the_poles_where_planes_cross():
    fleet = walker(inclination_deg=88.0, raan_spread_deg=180.0, n_plane=30)
    r_m = fleet.positions(EPOCH)[:, 0]
    high_deg = np.abs(np.degrees(np.arcsin(r_m[:, 2] / np.linalg.norm(r_m, axis=1))))
    free = plus_grid(fleet, PlusGrid(slew_limit_deg_s=np.inf, acquisition_s=0.0))
    assert np.isfinite(holding_m(fleet, free, EPOCH)).all()
    links = plus_grid(fleet, PlusGrid(slew_limit_deg_s=0.2, acquisition_s=0.0))
    length_m, cross = holding_m(fleet, links, EPOCH), links.kind == CROSS
    lost = cross & ~np.isfinite(length_m)
    assert np.isfinite(length_m[links.kind == RING]).all()
    # 6° between planes, and 0.75° of lead: 0.5°/s at the pole, n ΔΩ δ/(ΔΩ² cos² φ + δ²) below it
    assert 0 < lost.sum() < 0.2 * cross.sum()
    assert high_deg[links.row_a[lost]].min() > 75.0


def test_links_hold_while_they_clear_the_earth():
    # 8 a plane at 550 km: neighbours 5,303 km apart pass 22 km high; 10 clear 211 km
    for n_per_plane, holds in ((8, False), (10, True)):
        fleet = walker(n_plane=1, n_per_plane=n_per_plane)
        assert np.isfinite(holding_m(fleet, plus_grid(fleet), EPOCH)).all() == holds
    fleet = walker(n_plane=1, n_per_plane=8)
    low = plus_grid(fleet, PlusGrid(clearance_m=10e3))
    length_m = holding_m(fleet, low, EPOCH)
    assert np.isfinite(length_m).all()
    assert length_m == pytest.approx(2 * (EARTH_RADIUS_M + 550e3) * np.sin(np.pi / 8), rel=3e-3)
    assert length_m.max() < float(longest_link_m(560e3, 10e3))


def test_a_link_is_used_again_only_after_acquisition():
    fleet = walker(n_plane=1, n_per_plane=16)
    links = plus_grid(fleet, PlusGrid(acquisition_s=60.0))
    back = EPOCH + timedelta(minutes=10)
    changes = [LinkChange(EPOCH + timedelta(minutes=5), 0, 1), LinkChange(back, 0, 1, 0.5)]
    k = int(np.flatnonzero((links.row_a == 0) & (links.row_b == 1))[0])
    for seconds, holds in ((-301, True), (-299, False), (0, False), (59, False), (61, True)):
        length_m = holding_m(fleet, links, back + timedelta(seconds=seconds), changes)
        assert np.isfinite(length_m[k]) == holds, seconds
        assert np.isfinite(np.delete(length_m, k)).all()
    assert rate_shares(links, changes, back)[k] == 0.5
    assert rate_shares(links, changes, EPOCH)[k] == 1.0
    at_once = plus_grid(fleet, PlusGrid(acquisition_s=0.0))
    assert np.isfinite(holding_m(fleet, at_once, back, changes)[k])


def test_a_satellite_can_lose_all_its_links():
    fleet = walker()
    links = plus_grid(fleet)
    share = rate_shares(links, [LinkChange(EPOCH, 7)], EPOCH)
    assert (share == 0.0).sum() == 4
    assert ((links.row_a == 7) | (links.row_b == 7))[share == 0.0].all()


def test_threads_do_not_matter():
    fleet = Constellation.preset("fcc_2026", satellites=70_000, variant="sso_corrected")
    links = plus_grid(fleet)
    one, two = (holding_m(fleet, links, fleet.epoch, threads=threads) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_rates_are_what_lengths_and_changes_leave():
    fleet, terminal = walker(), LaserTerminal(cap_bit_s=1e12)
    links = plus_grid(fleet, PlusGrid(acquisition_s=0.0))
    changes = [LinkChange(EPOCH, 0, 1, 0.25), LinkChange(EPOCH, 5)]
    found, length_m = link_rates_bit_s(fleet, links, EPOCH, terminal, changes), holding_m(fleet, links, EPOCH)
    share = np.ones(links.n_link)
    share[(links.row_a == 0) & (links.row_b == 1)] = 0.25
    share[(links.row_a == 5) | (links.row_b == 5)] = 0.0
    assert found == pytest.approx(terminal.rate_bit_s(length_m) * share)
    assert (found == 0.0).sum() == 4
    assert found.max() > 176e9  # shorter than 5,000 km


def test_changes_of_nothing_are_refused():
    fleet = walker()
    links = plus_grid(fleet)
    with pytest.raises(ScenarioError, match="satellite 0 has no link to satellite 9"):
        rate_shares(links, [LinkChange(EPOCH, 0, 9)], EPOCH)
    with pytest.raises(ScenarioError, match="share 2"):
        rate_shares(links, [LinkChange(EPOCH, 0, 1, 2.0)], EPOCH)
    with pytest.raises(ScenarioError, match="2 times"):
        holding_m(fleet, links, [EPOCH, EPOCH])
