"""Extra links for demand: what they save, who comes first, terminals, and pairs that cannot see one another."""

from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.demand_links import demand_links
from orbital_compute.model.link_state import holding_m
from orbital_compute.model.round_trip import shortest_paths_m
from orbital_compute.model.shells import Shell
from orbital_compute.model.topology import EXTRA, PlusGrid, plus_grid

EPOCH = datetime(2026, 6, 21, tzinfo=UTC)
RULE = PlusGrid(acquisition_s=0.0)


@pytest.fixture(scope="module")
def fleet():
    return Constellation.walker(
        altitude_m=550e3, inclination_deg=53.0, n_plane=24, n_per_plane=20, epoch=EPOCH, phasing="alternate"
    )


def ways_m(fleet, links, pairs):
    """Return the length of the shortest way between the rows of each pair."""
    far_m = shortest_paths_m(links, holding_m(fleet, links, EPOCH), [a for a, *_ in pairs])
    return far_m[np.arange(len(pairs)), [b for _, b, *_ in pairs]]


def extras(links):
    which = links.kind == EXTRA
    return {(int(a), int(b)) for a, b in zip(links.row_a[which], links.row_b[which], strict=True)}


def test_a_pair_that_sees_one_another_gets_its_straight_line(fleet):
    grid, demands = plus_grid(fleet, RULE), [(0, 21, 1.0)]  # a slot and a half on in the next plane
    before = ways_m(fleet, grid, demands)
    links = demand_links(fleet, grid, demands, EPOCH, 5)
    assert extras(links) == {(0, 21)}
    r_m = fleet.positions(EPOCH)[:, 0]
    assert ways_m(fleet, links, demands) == pytest.approx(np.linalg.norm(r_m[0] - r_m[21]))
    assert ways_m(fleet, links, demands) < before
    assert links.n_link == grid.n_link + 1


def test_the_pair_that_saves_most_comes_first(fleet):
    grid = plus_grid(fleet, RULE)
    light, heavy = (0, 21, 1.0), (0, 41, 10.0)
    assert extras(demand_links(fleet, grid, [light, heavy], EPOCH, 5)) == {(0, 41)}
    assert extras(demand_links(fleet, grid, [light, heavy], EPOCH, 6)) == {(0, 21), (0, 41)}
    assert extras(demand_links(fleet, grid, [light, heavy], EPOCH, 4)) == set()  # all terminals serve the grid


def test_pairs_through_the_earth_and_neighbours_get_none(fleet):
    grid = plus_grid(fleet, RULE)
    assert extras(demand_links(fleet, grid, [(0, 10, 5.0), (0, 1, 5.0)], EPOCH, 8)) == set()


def test_shells_that_no_link_joins_can_be_joined():
    shells = [Shell(name=f"s{k}", altitude_m=(550 + 5 * k) * 1e3, inclination_deg=53.0, n_plane=6, n_per_plane=16)
              for k in range(2)]  # fmt: skip
    fleet = Constellation.shells(shells, epoch=EPOCH)
    grid = plus_grid(fleet, RULE)
    demands = [(0, 97, 1.0), (0, 17, 1e6)]
    assert np.isinf(ways_m(fleet, grid, demands)[0])
    links = demand_links(fleet, grid, demands, EPOCH, 5)
    assert extras(links) == {(0, 97)}
    assert np.isfinite(ways_m(fleet, links, [(20, 150)])).all()


def test_more_terminals_never_lengthen_a_way(fleet):
    rng = np.random.default_rng(1)
    demands = [(int(a), int(b), 1.0) for a, b in rng.choice(480, (40, 2)) if a != b]
    grid = plus_grid(fleet, RULE)
    lengths = [ways_m(fleet, demand_links(fleet, grid, demands, EPOCH, n), demands) for n in (4, 5, 6, 8)]
    assert (np.diff(lengths, axis=0) <= 1e-6).all()
    assert lengths[0].sum() > lengths[-1].sum()


def test_nonsense_is_refused(fleet):
    with pytest.raises(ScenarioError) as caught:
        demand_links(fleet, plus_grid(fleet), [(0, 0, 1.0), (0, 480, 1.0), (0, 2, -1.0), (0, 2, 1.0)], EPOCH, 5)
    assert len(caught.value.problems) == 3
    with pytest.raises(ScenarioError, match="2 times"):
        demand_links(fleet, plus_grid(fleet), [(0, 2, 1.0)], [EPOCH, EPOCH], 5)
