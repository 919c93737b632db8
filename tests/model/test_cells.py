"""Cells of a run: tiles that hold every satellite once, in proportion, with all links between them in an arc."""

from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.cells import make_cells
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.topology import PlusGrid, plus_grid

START = datetime(2026, 6, 21, tzinfo=UTC)
FLEET = Constellation.walker(
    altitude_m=550e3, inclination_deg=53.0, n_plane=24, n_per_plane=20, epoch=START, phasing=1
)  # fmt: skip
LINKS = plus_grid(FLEET)


@pytest.mark.parametrize("wanted", [1, 16, 60, 480])
def test_cells_hold_all_satellites_and_links(wanted):
    cells = make_cells(FLEET, LINKS, wanted)
    assert 0.7 * wanted <= cells.n_cell <= 1.4 * wanted
    assert (np.bincount(cells.cell) > 0).all()
    a, b = cells.cell[LINKS.row_a], cells.cell[LINKS.row_b]
    inside = cells.link_arc < 0
    assert (a[inside] == b[inside]).all()
    ends = np.stack([cells.tail[cells.link_arc[~inside]], cells.head[cells.link_arc[~inside]]])
    assert (np.sort(ends, axis=0) == np.sort(np.stack([a, b])[:, ~inside], axis=0)).all()


def test_tiles_are_about_square_and_of_one_size():
    cells = make_cells(FLEET, LINKS, 24)
    count = np.bincount(cells.cell)
    assert count.max() <= 1.5 * count.min()
    for c in range(cells.n_cell):
        own = cells.cell == c
        assert 2 <= np.unique(FLEET.plane[own]).size <= 8
        assert 2 <= np.unique(FLEET.slot[own]).size <= 8


def test_ports_lead_there_and_back():
    cells = make_cells(FLEET, LINKS, 60)
    n_port = cells.neighbour.shape[1]
    for c, p in np.argwhere(cells.arc >= 0):
        there, port = divmod(int(cells.back[c, p]), n_port)
        assert there == cells.neighbour[c, p]
        assert cells.neighbour[there, port] == c
        assert cells.arc[there, port] == cells.arc[c, p]


def test_satellites_without_links_are_one_cell_by_themselves():
    cells = make_cells(FLEET, plus_grid(FLEET, PlusGrid(terminals=0)), 60)
    assert cells.n_cell == 1
    assert cells.n_arc == 0


def test_too_many_cells_are_refused():
    fleet = Constellation.walker(altitude_m=550e3, inclination_deg=53.0, n_plane=110, n_per_plane=100, epoch=START)
    with pytest.raises(ScenarioError, match=r"network\.lasers\.cells"):
        make_cells(fleet, plus_grid(fleet), 20_000)
