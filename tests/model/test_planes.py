"""Planes: order, neighbours and seams of designs, and planes found again in element sets."""

from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.model.constellation import Constellation
from orbital_compute.model.planes import planes_of
from orbital_compute.model.shells import Shell

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)


def walker(**changes):
    design = dict(altitude_m=550e3, inclination_deg=53.0, n_plane=6, n_per_plane=11, epoch=EPOCH)
    return Constellation.walker(**{**design, **changes})


def test_a_delta_closes_its_circle():
    planes = planes_of(walker())
    assert planes.n_plane == 6
    assert planes.adjacent() == [
        (0, 1, False),
        (1, 2, False),
        (2, 3, False),
        (3, 4, False),
        (4, 5, False),
        (5, 0, True),
    ]
    assert planes.rows(2).tolist() == list(range(22, 33))


@pytest.mark.parametrize("inclination_deg", [86.4, 90.0, 97.6, 53.0])
def test_a_star_has_a_seam(inclination_deg):
    pairs = planes_of(walker(inclination_deg=inclination_deg, raan_spread_deg=180.0)).adjacent()
    assert [pair[:2] for pair in pairs] == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]


def test_polar_planes_all_around_have_no_seam():
    # 360 degrees of nodes at 90 degrees: neighbours fly the same way, 30 degrees apart
    assert len(planes_of(walker(inclination_deg=90.0, n_plane=12)).adjacent()) == 12


def test_planes_against_one_another_are_no_neighbours():
    # two sun-synchronous planes at opposite local times of day; two of three hours apart are neighbours
    shells = [Shell(name="s", altitude_m=600e3, inclination_deg="sun_synchronous", n_plane=2, n_per_plane=5, ltan_h=h)
              for h in ((6.0, 18.0), (6.0, 9.0))]  # fmt: skip
    assert planes_of(Constellation.shells(shells[:1], epoch=EPOCH)).adjacent() == []
    assert planes_of(Constellation.shells(shells[1:], epoch=EPOCH)).adjacent() in ([(0, 1, False)], [(1, 0, True)])


def test_planes_are_neighbours_by_node_and_not_by_number():
    shell = Shell(name="s", altitude_m=600e3, inclination_deg=97.8, n_plane=3, n_per_plane=4, ltan_h=(9.0, 6.0, 12.0))
    planes = planes_of(Constellation.shells([shell], epoch=EPOCH))
    heads = [(int(planes.rows(a)[0]), int(planes.rows(b)[0])) for a, b, _ in planes.adjacent()]
    assert sorted(heads) == [(0, 8), (4, 0)]  # nine to twelve o'clock, six to nine; twelve to six is half a turn off


@pytest.mark.parametrize("raan_deg", [0.0, 200.0, 345.0])
def test_the_circle_begins_with_the_first_plane(raan_deg):
    planes = planes_of(walker(raan_deg=raan_deg))
    assert [planes.rows(p)[0] for p in range(6)] == [0, 11, 22, 33, 44, 55]
    assert planes.adjacent()[-1] == (5, 0, True)


def test_shells_are_apart():
    shells = [Shell(name=f"s{k}", altitude_m=(500 + 50 * k) * 1e3, inclination_deg=53.0, n_plane=3 + k, n_per_plane=5)
              for k in range(2)]  # fmt: skip
    planes = planes_of(Constellation.shells(shells, epoch=EPOCH))
    assert planes.shell.tolist() == [0] * 3 + [1] * 4
    assert len(planes.adjacent()) == 7


def element_table(fleet, order):
    """Return a fleet as a table of elements that says nothing of planes."""
    return {
        "semi_major_axis_m": fleet.semi_major_axis_m[order],
        "eccentricity": fleet.eccentricity[order],
        "inclination_deg": np.degrees(fleet.inclination_rad[order]),
        "raan_deg": np.degrees(fleet.raan_rad[order]),
        "arg_perigee_deg": np.degrees(fleet.arg_perigee_rad[order]),
        "mean_anomaly_deg": np.degrees(fleet.mean_anomaly_rad[order]),
    }


def test_planes_are_found_again_in_elements_alone():
    fleet = walker(n_plane=8, phasing="alternate")
    order = np.random.default_rng(1).permutation(fleet.n_satellite)
    table = Constellation.from_elements(element_table(fleet, order), epoch=EPOCH)
    planes, design = planes_of(table), planes_of(fleet)
    assert planes.n_plane == 8
    heads = [(order[planes.rows(a)[0]] // 11, order[planes.rows(b)[0]] // 11) for a, b, _ in planes.adjacent()]
    assert sorted(heads) == sorted((a, b) for a, b, _ in design.adjacent())
    for p in range(8):
        found = order[planes.rows(p)].tolist()
        wanted = design.rows(found[0] // 11).tolist()
        turn = wanted.index(found[0])
        assert found == wanted[turn:] + wanted[:turn]  # the same circle, beginning with the first in the table
        assert planes.rows(p)[0] == planes.rows(p).min()
