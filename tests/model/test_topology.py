"""The grid of links: degrees, seams, slots, uneven planes, terminals, limits in time, and links killed by data."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.errors import ScenarioError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.shells import Shell
from orbital_compute.model.topology import (
    CROSS,
    EXPRESS,
    EXTRA,
    RING,
    LinkChange,
    PlusGrid,
    holding_m,
    plus_grid,
    rate_shares,
)
from orbital_compute.physics.sight import longest_link_m

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)


def walker(**changes):
    design = dict(altitude_m=550e3, inclination_deg=53.0, n_plane=12, n_per_plane=16, epoch=EPOCH)
    return Constellation.walker(**{**design, **changes})


def linked(links, kind):
    """Return links of a kind as a set of pairs of rows, the lower first."""
    which = links.kind == kind
    return {tuple(sorted(pair)) for pair in zip(links.row_a[which].tolist(), links.row_b[which].tolist(), strict=True)}


def test_every_satellite_of_a_delta_has_four_links():
    links = plus_grid(walker())
    assert (links.degree() == 4).all()
    assert links.n_link == 2 * 12 * 16
    assert links.refused == 0
    for row in range(links.n_satellite):
        for other in links.neighbour[row]:
            assert row in links.neighbour[other]  # links go both ways
    assert linked(links, RING) >= {(0, 1), (0, 15), (16, 17)}
    assert linked(links, CROSS) >= {(0, 16), (1, 17), (16, 32)}


def test_a_star_has_three_links_along_its_seam():
    degree = plus_grid(walker(inclination_deg=87.0, raan_spread_deg=180.0)).degree().reshape(12, 16)
    assert (degree[[0, 11]] == 3).all()
    assert (degree[1:-1] == 4).all()


@pytest.mark.parametrize(("phasing", "shift"), [(0, 0), (1, 1), (5, 5), ("alternate", 0)])
def test_the_circle_closes_where_the_pattern_has_moved_on(phasing, shift):
    # plane 11 goes on to plane 0 of the next turn, whose slot s is slot s + F of this one
    last = linked(plus_grid(walker(phasing=phasing)), CROSS)
    assert {(slot, 11 * 16 + (slot - shift) % 16) for slot in range(16)} <= last


@pytest.mark.parametrize("phasing", [0, 3, "alternate"])
@pytest.mark.parametrize("inclination_deg", [30.0, 53.0, 88.0])
def test_the_nearest_slot_is_nearest_over_a_revolution(phasing, inclination_deg):
    fleet = walker(phasing=phasing, inclination_deg=inclination_deg)
    times = [EPOCH + timedelta(seconds=120 * k) for k in range(48)]
    r_m = fleet.positions(times).reshape(12, 16, 48, 3)
    square = [((r_m[3] - np.roll(r_m[4], -shift, axis=0)) ** 2).sum(-1).mean() for shift in range(16)]
    nearest = linked(plus_grid(fleet, PlusGrid(cross="nearest_slot")), CROSS)
    found = next(b - 64 for a, b in nearest if a == 48 and 64 <= b < 80)
    assert square[found] <= min(square) * 1.01  # half a slot on, two are equally near


def test_uneven_planes_link_each_of_the_emptier_to_its_nearest():
    shell = Shell(name="s", altitude_m=550e3, inclination_deg=97.0, n_plane=3, n_per_plane=(10, 7, 12),
                  raan_spread_deg=30.0, phasing=0)  # fmt: skip
    links = plus_grid(Constellation.shells([shell], epoch=EPOCH))
    cross = linked(links, CROSS)
    assert len(cross) == 14  # seven to either side of the plane of seven
    assert (links.degree() <= 4).all()
    latitude = np.concatenate([np.arange(n) * 360.0 / n for n in (10, 7, 12)])
    apart = [abs((latitude[a] - latitude[b] + 180) % 360 - 180) for a, b in cross]
    assert (
        max(apart) <= 180.0 / 10 + 3.0
    )  # half the spacing of the fuller plane; and 3° by 97°, not 90°, of inclination


def test_planes_of_one_and_two_satellites():
    shell = Shell(name="s", altitude_m=550e3, inclination_deg=53.0, n_plane=3, n_per_plane=(1, 2, 3))
    ring = linked(plus_grid(Constellation.shells([shell], epoch=EPOCH)), RING)
    assert ring == {(1, 2), (3, 4), (4, 5), (3, 5)}


def test_a_million_in_rows_are_linked_in_their_rows():
    # a row along the track is no ring: its ends see one another through the Earth only
    shell = Shell(name="s", altitude_m=550e3, inclination_deg=53.0, n_plane=1, n_per_plane=20, spacing_m=100e3)
    fleet = Constellation.shells([shell], epoch=EPOCH)
    links = plus_grid(fleet)
    length_m = holding_m(fleet, links, EPOCH)
    assert np.isfinite(length_m).sum() == 20  # 19 and the two ends, 1,900 km apart and in sight
    short = holding_m(fleet, plus_grid(fleet, PlusGrid(longest_m=150e3)), EPOCH)
    assert np.isfinite(short).sum() == 19


def test_terminals_are_finite():
    fleet = walker(phasing="alternate")
    assert (plus_grid(fleet, PlusGrid(terminals=2)).degree() == 2).all()
    assert linked(plus_grid(fleet, PlusGrid(terminals=2)), CROSS) == set()
    three = plus_grid(fleet, PlusGrid(terminals=3))
    assert (three.degree() == 3).all()
    cross = linked(three, CROSS)
    assert len(cross) == 12 * 16 / 2
    own = np.where(np.arange(192) == 5, 0, 4)
    some = plus_grid(fleet, PlusGrid(terminals=own))
    assert some.degree()[5] == 0
    assert some.refused == 4
    assert plus_grid(fleet, PlusGrid(terminals=0)).n_link == 0


def test_three_terminals_join_all_planes():
    fleet = walker(phasing=5)
    links, reached, edge = plus_grid(fleet, PlusGrid(terminals=3)), {0}, [0]
    while edge:
        edge = [int(n) for row in edge for n in links.neighbour[row] if n not in reached]
        reached.update(edge)
    assert len(reached) == fleet.n_satellite


def test_express_and_extra_links_use_terminals_that_are_left():
    fleet = walker()
    links = plus_grid(fleet, PlusGrid(terminals=6, express_slots=(4,), extra=((0, 100),)))
    assert linked(links, EXTRA) == {(0, 100)}
    express = linked(links, EXPRESS)
    assert (1, 5) in express
    assert len(express) == 192 - 2  # rows 0 and 100 have one terminal less for theirs
    assert (links.degree() <= 6).all()
    assert linked(plus_grid(fleet, PlusGrid(express_slots=(4,))), EXPRESS) == set()


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(cross="diagonal"), "take same_slot or nearest_slot"),
        (dict(terminals=-1), "whole numbers from 0"),
        (dict(terminals=2.5), "whole numbers from 0"),
        (dict(longest_m=-1.0), "longest_m"),
        (dict(slew_limit_deg_s=float("nan")), "slew_limit_deg_s"),
        (dict(acquisition_s=float("inf")), "no link would ever carry data"),
        (dict(express_slots=(1,)), "2 slots or more"),
    ],
)
def test_nonsense_is_refused(options, message):
    with pytest.raises(ScenarioError, match=message):
        PlusGrid(**options)


def test_rows_that_are_not_there_are_refused():
    fleet = walker()
    with pytest.raises(ScenarioError, match=r"extra\[0\]: links rows 0 and 192"):
        plus_grid(fleet, PlusGrid(extra=((0, 192),)))
    with pytest.raises(ScenarioError, match="3 numbers for 192 satellites"):
        plus_grid(fleet, PlusGrid(terminals=[4, 4, 4]))
    links = plus_grid(fleet)
    with pytest.raises(ScenarioError, match="satellite 0 has no link to satellite 9"):
        rate_shares(links, [LinkChange(EPOCH, 0, 9)], EPOCH)
    with pytest.raises(ScenarioError, match="share 2"):
        rate_shares(links, [LinkChange(EPOCH, 0, 1, 2.0)], EPOCH)
    with pytest.raises(ScenarioError, match="2 times"):
        holding_m(fleet, links, [EPOCH, EPOCH])
