"""Round trips over satellites: geometry by hand, twins, symmetry, unreachable places, choices and nonsense."""

import doctest
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.constants import SPEED_OF_LIGHT_M_S
from orbital_compute.errors import ScenarioError
from orbital_compute.model.link_state import LinkChange, holding_m
from orbital_compute.model.round_trip import delay_to_satellites, round_trip_time, round_trips, shortest_paths_m
from orbital_compute.model.topology import PlusGrid, plus_grid

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
SITES = {"Memphis": (35.06, -90.16), "Tokyo": (35.69, 139.69), "London": (51.51, -0.13), "Pole": (89.9, 0.0)}
TIMES = [EPOCH + timedelta(seconds=30 * k) for k in range(8)]


@pytest.fixture(scope="module")
def fleet():
    return oc.Constellation.walker(
        altitude_m=550e3, inclination_deg=53.0, n_plane=36, n_per_plane=20, epoch=EPOCH, phasing="alternate"
    )


def test_a_way_is_the_sum_of_its_links(fleet):
    found = round_trips(fleet, SITES, [("Memphis", "Tokyo")], TIMES)
    links = plus_grid(fleet)
    for k, time in enumerate(TIMES):
        way, r_m = found.ways[0][k], fleet.positions(time, "itrs")[:, 0]
        place = [oc.network.Places.of(SITES).itrs_m[p] for p in (0, 1)]
        points = np.array([place[0], *r_m[way], place[1]])
        length_m = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
        assert found.round_trip_s[0, k] == pytest.approx(2 * length_m / SPEED_OF_LIGHT_M_S, rel=1e-12)
        assert found.satellites[0, k] == way.size
        assert (found.first_row[0, k], found.last_row[0, k]) == (way[0], way[-1])
        assert all(b in links.neighbour[a] for a, b in pairwise(way))


def test_no_shorter_way_exists(fleet):
    """All pairs of satellites by repeated squaring of the matrix of lengths (Floyd's least sums), at one time."""
    n, links = fleet.n_satellite, plus_grid(fleet)
    length_m = holding_m(fleet, links, EPOCH)
    far = np.full((n, n), np.inf)
    far[links.row_a, links.row_b] = far[links.row_b, links.row_a] = length_m
    np.fill_diagonal(far, 0.0)
    for middle in range(n):
        np.minimum(far, far[:, middle, None] + far[middle], out=far)
    one_way_s = delay_to_satellites(fleet, {"London": SITES["London"]}, EPOCH)[0]
    r_m = fleet.positions(EPOCH, "itrs")[:, 0]
    slant_m = np.linalg.norm(r_m - oc.network.Places.of(SITES).itrs_m[2], axis=1)
    seen = np.flatnonzero(one_way_s * SPEED_OF_LIGHT_M_S <= slant_m * (1 + 1e-12))
    wanted = (slant_m[seen, None] + far[seen]).min(axis=0)
    assert one_way_s * SPEED_OF_LIGHT_M_S == pytest.approx(wanted, rel=1e-12)


def test_ways_between_satellites_are_the_same_both_ways(fleet):
    links = plus_grid(fleet)
    length_m, rows = holding_m(fleet, links, EPOCH), [0, 333, 719]
    far_m = shortest_paths_m(links, length_m, rows)
    assert far_m.shape == (3, 720)
    assert far_m[[0, 1, 2], rows].tolist() == [0.0, 0.0, 0.0]
    assert far_m[:, rows] == pytest.approx(far_m[:, rows].T, rel=1e-14)
    hops = shortest_paths_m(links, np.ones(links.n_link), [0])[0]
    assert sorted(np.bincount(hops.astype(int))[:3]) == [1, 4, 8]  # a square grid: 4 r satellites at r hops
    with pytest.raises(ScenarioError, match="there is no row 720"):
        shortest_paths_m(links, length_m, [720])
    with pytest.raises(ScenarioError, match="3 lengths for 1440 links"):
        shortest_paths_m(links, length_m[:3], [0])


def test_there_and_back_is_the_same_both_ways(fleet):
    pairs = [("Memphis", "Tokyo"), ("Tokyo", "Memphis"), ("Memphis", "London"), ("London", "Memphis")]
    found = round_trip_time(fleet, SITES, pairs, TIMES)
    assert found[0] == pytest.approx(found[1], rel=1e-14)
    assert found[2] == pytest.approx(found[3], rel=1e-14)
    # light alone along the great circle, and well below fibre of twice its length
    circle_s = 2 * 6371e3 * np.arccos(np.sin(np.radians(35.06)) * np.sin(np.radians(35.69)) + np.cos(
        np.radians(35.06)) * np.cos(np.radians(35.69)) * np.cos(np.radians(229.85))) / SPEED_OF_LIGHT_M_S  # fmt: skip
    assert (found[0] > circle_s).all()
    assert (found[0] < 2 * circle_s).all()


def test_the_order_of_times_does_not_matter(fleet):
    one = round_trip_time(fleet, SITES, [("Memphis", "London")], TIMES)
    other = round_trip_time(fleet, SITES, [("Memphis", "London")], TIMES[::-1])
    assert np.array_equal(one, other[:, ::-1])


def test_a_place_out_of_reach_is_infinite(fleet):
    found = round_trips(fleet, SITES, [("Memphis", "Pole")], TIMES[:2])  # 53° of inclination never rise there
    assert np.isinf(found.round_trip_s).all()
    assert found.satellites.tolist() == [[0, 0]]
    assert found.first_row.tolist() == [[-1, -1]]
    assert found.handovers.tolist() == [0]


def test_one_satellite_serves_two_places_near_one_another(fleet):
    sites = {"a": (40.0, 10.0), "b": (40.1, 10.0)}
    found = round_trips(fleet, sites, [("a", "b")], TIMES)
    assert (found.satellites == 1).all()
    assert (found.round_trip_s < 2 * 2 * 1200e3 / SPEED_OF_LIGHT_M_S).all()


def test_hops_cost_what_they_are_said_to(fleet):
    pair, rule = [("Memphis", "London")], dict(topology=PlusGrid(acquisition_s=0.0))
    free, paid = (round_trips(fleet, SITES, pair, TIMES[:1], **rule, hop_delay_s=delay) for delay in (0.0, 1e-9))
    extra_s = paid.round_trip_s[0, 0] - free.round_trip_s[0, 0]
    assert extra_s == pytest.approx(2e-9 * free.satellites[0, 0], rel=1e-4)


def test_a_dead_link_is_gone_around(fleet):
    pair, rule = [("Memphis", "London")], PlusGrid(acquisition_s=0.0)
    before = round_trips(fleet, SITES, pair, TIMES[:1], rule)
    way = before.ways[0][0]
    after = round_trips(fleet, SITES, pair, TIMES[:1], rule, changes=[LinkChange(EPOCH, int(way[0]), int(way[1]))])
    assert after.round_trip_s[0, 0] > before.round_trip_s[0, 0]
    assert not np.array_equal(after.ways[0][0], way)
    silent = [LinkChange(EPOCH, int(row)) for row in range(fleet.n_satellite)]
    assert np.isinf(round_trip_time(fleet, SITES, pair, TIMES[:1], rule, changes=silent)).all()


def test_choices_of_ground_links_only_lengthen_the_way(fleet):
    pair, times = [("Memphis", "London")], [EPOCH + timedelta(seconds=20 * k) for k in range(30)]
    every, nearest, longest = (
        round_trips(fleet, SITES, pair, times, ground_choice=choice) for choice in ("all", "nearest", "longest_contact")
    )
    assert (nearest.round_trip_s >= every.round_trip_s).all()
    assert (longest.round_trip_s >= every.round_trip_s).all()
    assert longest.handovers[0] < nearest.handovers[0]
    assert longest.way_changes[0] >= longest.handovers[0] / 2


def test_links_made_before_serve_as_well(fleet):
    pair = [("Memphis", "London")]
    made = round_trip_time(fleet, SITES, pair, TIMES[:2], plus_grid(fleet))
    assert np.array_equal(made, round_trip_time(fleet, SITES, pair, TIMES[:2], "plus_grid"))
    nearest = round_trip_time(fleet, SITES, pair, TIMES[:2], "plus_grid_nearest")
    assert np.array_equal(nearest, round_trip_time(fleet, SITES, pair, TIMES[:2], PlusGrid(cross="nearest_slot")))


def test_element_sets_fly_the_same_network(tmp_path):
    """A grid written as element sets is found again, and its round trips are those of the design."""
    from sgp4.api import WGS72, Satrec
    from sgp4.exporter import export_tle

    design = oc.Constellation.walker(
        altitude_m=600e3, inclination_deg=53.0, n_plane=24, n_per_plane=20, epoch=EPOCH, phasing="alternate"
    )
    day = EPOCH.timestamp() / 86400.0 + 2440587.5 - 2433281.5
    lines = []
    # SGP4's mean motion by Kozai: the semi-major axis that it flies is then the design's
    motion = np.sqrt(398600.8e9 / (6378137.0 + 600e3) ** 3)
    shift = 0.75 * 1.082616e-3 * (6378135.0 / (6378137.0 + 600e3)) ** 2 * (3 * np.cos(np.radians(53.0)) ** 2 - 1)
    for row in range(design.n_satellite):
        record = Satrec()
        latitude = design.arg_perigee_rad[row] + design.mean_anomaly_rad[row]
        record.sgp4init(WGS72, "i", row + 1, day, 0.0, 0.0, 0.0, 1e-7, 0.0, design.inclination_rad[row],
                        latitude % (2 * np.pi), motion * (1 + shift) * 60.0, design.raan_rad[row])  # fmt: skip
        record.classification, record.intldesg = "U", "26001A"
        lines += export_tle(record)
    (tmp_path / "grid.tle").write_text("\n".join(lines) + "\n")
    sets = oc.Constellation.from_tle(tmp_path / "grid.tle")
    pairs, times = [("Memphis", "Tokyo"), ("Memphis", "London")], TIMES[::3]
    ours, theirs = (round_trips(one, SITES, pairs, times) for one in (design, sets))
    assert np.array_equal(ours.first_row, theirs.first_row)
    assert ours.round_trip_s == pytest.approx(theirs.round_trip_s, abs=2e-5)  # two kilometres along the way


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(pairs=[("Memphis", "Atlantis")]), "'Atlantis' is no site"),
        (dict(pairs=[("Memphis", "Memphis")]), "paired with itself"),
        (dict(pairs=[]), "no pairs"),
        (dict(topology="star"), "take one of plus_grid"),
        (dict(hop_delay_s=-1.0), "hop_delay_s"),
        (dict(times="tomorrow"), "not dates"),
        (dict(min_elevation_deg=100.0), "from 0 to 90"),
    ],
)
def test_nonsense_is_refused(fleet, change, message):
    with pytest.raises(ScenarioError, match=message):
        round_trip_time(**{**dict(fleet=fleet, sites=SITES, pairs=[("Memphis", "London")], times=TIMES), **change})


def test_links_of_another_fleet_are_refused(fleet):
    other = oc.Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=3, n_per_plane=3, epoch=EPOCH)
    with pytest.raises(ScenarioError, match="links of 9 satellites for a fleet of 720"):
        round_trip_time(fleet, SITES, [("Memphis", "London")], TIMES, plus_grid(other))


def test_the_example_runs():
    (example,) = doctest.DocTestFinder().find(round_trip_time, "round_trip_time", globs={})
    failed, attempted = doctest.DocTestRunner().run(example)
    assert (failed, attempted) == (0, 7)


def test_the_module_is_an_attribute_of_the_package():
    assert oc.network.round_trip_time is round_trip_time
    assert set(oc.network.__all__) <= set(dir(oc.network))
