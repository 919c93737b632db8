"""The grid of links: degrees, seams, slots, uneven planes, terminals, express and extra links."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.shells import Shell
from orbital_compute.model.topology import (
    CROSS,
    EXPRESS,
    EXTRA,
    RING,
    PlusGrid,
    plus_grid,
)

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
