"""Links: terminals given out, lengths and limits against NumPy, ranges to the ground by hand."""

import numpy as np
import pytest

from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.kernels.links import grant_terminals, link_lengths, port_lengths, slant_ranges


def granted(pairs, terminals):
    row_a, row_b = np.array(pairs, np.int32).T
    port_a, port_b = np.empty(row_a.size, np.int32), np.empty(row_a.size, np.int32)
    grant_terminals(
        np.ascontiguousarray(row_a), np.ascontiguousarray(row_b), np.array(terminals, np.int32), port_a, port_b
    )
    return port_a.tolist(), port_b.tolist()


def test_terminals_are_given_in_order_until_none_is_free():
    assert granted([(0, 1), (1, 2), (0, 2), (2, 2)], [2, 1, 2]) == ([0, -1, 1, -1], [0, -1, 0, -1])


def test_lengths_and_limits_are_those_of_numpy():
    rng = np.random.default_rng(1)
    direction = rng.normal(size=(60, 3))
    r_m = direction / np.linalg.norm(direction, axis=1)[:, None] * rng.uniform(6.9e6, 7.4e6, 60)[:, None]
    v_m_s = rng.normal(size=(60, 3)) * 4e3
    row_a, row_b = (np.ascontiguousarray(one, np.int32) for one in np.triu_indices(60, 1))
    found, least, longest = np.empty(row_a.size), EARTH_RADIUS_M + 50e3, 4e6
    link_lengths(row_a, row_b, r_m, v_m_s, least, longest, np.inf, 0, row_a.size, found)
    length = np.linalg.norm(r_m[row_a] - r_m[row_b], axis=1)
    share = np.linspace(0, 1, 2001)[:, None, None]
    low = np.linalg.norm(r_m[row_a] + share * (r_m[row_b] - r_m[row_a]), axis=2).min(axis=0)
    sure = np.abs(low - least) > 100.0  # metres: the sampled least is that near
    holds = (low >= least) & (length <= longest)
    assert np.array_equal(np.isfinite(found)[sure], holds[sure])
    assert holds[sure].any()
    assert not holds[sure].all()
    assert found[np.isfinite(found)] == pytest.approx(length[np.isfinite(found)], abs=1e-6)
    slow = np.empty(row_a.size)
    link_lengths(row_a, row_b, r_m, v_m_s, least, longest, 1e-3, 0, row_a.size, slow)
    assert 0 < np.isfinite(slow).sum() < np.isfinite(found).sum()
    assert np.array_equal(slow[np.isfinite(slow)], found[np.isfinite(slow)])


def test_ports_have_the_length_of_their_link():
    link, found = np.array([[0, 1], [0, -1], [1, -1]], np.int32), np.empty((3, 2))
    port_lengths(link, np.array([5.0, np.inf]), 0, 3, found)
    assert found.tolist() == [[5.0, np.inf], [5.0, np.inf], [np.inf, np.inf]]


def test_slant_ranges_by_hand():
    place, up = np.array([6378e3, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    # overhead at 500 km; 45 degrees up, 1,000 km away; on the horizon; below it
    s = 1e6 / np.sqrt(2)
    r_m = place + np.array([[500e3, 0, 0], [s, s, 0], [0, 1e6, 0], [-1e5, 1e6, 0]])
    found = np.empty(4)
    slant_ranges(r_m, place, up, np.sin(np.radians(44.9)), np.inf, 0, 4, found)
    assert found[:2] == pytest.approx([500e3, 1e6])
    assert np.isinf(found[2:]).all()
    slant_ranges(r_m, place, up, 0.0, 900e3, 0, 4, found)
    assert np.isfinite(found).tolist() == [True, False, False, False]
