"""Which satellites antennas follow: sweeps against plain NumPy, and cases that can be worked by hand."""

from itertools import pairwise

import numpy as np
import pytest

from orbital_compute.kernels.handover import (
    ALWAYS_S,
    NOBODY,
    OUT_OF_VIEW,
    Look,
    Sky,
    Table,
    carry,
    contact_left_s,
    hand_over,
    let_set,
    mean_rate,
    near_gateways,
    rate_at,
    score_by_contact,
    score_by_elevation,
    score_by_nearness,
    slant_m,
    take_best,
    view_cosines,
)

GROUND_M = 6371e3
SPIN = 7.292115e-5
SINGLE = 1e-5  # directions are single precision, and no longer than one to 1e-7
TABLE = Table(np.array([100.0, 60.0, 20.0, 0.0]), 1000e3)  # bit/s at 0, 1000, 2000 and 3000 km


def scene(n=900, n_orbit=3, n_plane=30, seed=5):
    """Return a sky of random planes, rows plane after plane, and the turns of its orbits by a few degrees."""
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=(n_plane, 3))
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    plane = np.sort(rng.integers(0, n_plane, n)).astype(np.int32)
    orbit = (plane * n_orbit // n_plane).astype(np.int32)
    along = np.cross(normal[plane], rng.normal(size=(n, 3)))
    unit = (along / np.linalg.norm(along, axis=1)[:, None]).T.astype(np.float32)
    angle = np.array([0.0, 0.05, -0.11])[:n_orbit]
    turn = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Sky(np.ascontiguousarray(unit), orbit, plane, normal), turn


def look_at(turn, gateway=(0.6, 0.0, 0.8), view=(0.95, 0.9, 0.92)):
    radius = GROUND_M + np.array([500e3, 900e3, 1400e3])
    return Look(turn, radius[: len(turn)], np.array(view)[: len(turn)], *gateway, GROUND_M)


def directions(sky, turn):
    """Return float64[3, n], where the satellites are after the turn."""
    unit = sky.unit.astype(float)
    ahead = np.cross(sky.normal[sky.plane], unit.T).T
    return turn[sky.orbit, 0] * unit + turn[sky.orbit, 1] * ahead


def test_satellites_near_gateways_are_those_of_numpy_in_any_cut():
    sky, turn = scene()
    gateways = np.array([[0.6, 0.0, 0.8], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    least = np.array([[0.9, 0.7, 2.0], [0.8, 0.9, 2.0], [0.5, 0.95, 2.0]])
    expected = gateways @ directions(sky, turn) >= least[sky.orbit].T
    for cuts in ([0, 900], [0, 1, 450, 451, 900]):
        rows = [[] for _ in gateways]
        for first, last in pairwise(cuts):
            out, count = np.empty((3, 900), np.int32), np.empty(3, np.int64)
            near_gateways(sky, turn, gateways, least, first, last, out, count)
            for g in range(3):
                rows[g] += out[g, : count[g]].tolist()
        assert [np.flatnonzero(one).tolist() for one in expected] == rows
    assert expected[:2].any(axis=1).all()
    assert not expected[2].any()


def test_a_list_that_is_too_short_is_counted_to_the_end():
    sky, turn = scene()
    full, short = np.empty((1, 900), np.int32), np.full((1, 5), -9, np.int32)
    counts = np.empty(1, np.int64), np.empty(1, np.int64)
    gateway, least = np.array([[0.6, 0.0, 0.8]]), np.full((3, 1), 0.5)
    near_gateways(sky, turn, gateway, least, 0, 900, full, counts[0])
    near_gateways(sky, turn, gateway, least, 0, 900, short, counts[1])
    assert counts[0][0] == counts[1][0] > 5
    assert np.array_equal(short[0], full[0, :5])


def seen(sky, look):
    rows = np.arange(sky.plane.size, dtype=np.int32)
    cosine = np.empty(rows.size)
    view_cosines(sky, rows, look, cosine)
    return rows, cosine


def test_scores_are_elevation_and_range_of_who_is_in_view():
    sky, turn = scene()
    look = look_at(turn)
    rows, cosine = seen(sky, look)
    dot = np.array([look.x, look.y, look.z]) @ directions(sky, turn)
    inside = dot >= look.view_cosine[sky.orbit]
    assert inside.sum() > 10
    assert cosine[inside] == pytest.approx(dot[inside], abs=1e-12)
    assert (cosine[~inside] == -2.0).all()
    place = GROUND_M * np.array([look.x, look.y, look.z])
    away = (look.radius_m[sky.orbit] * directions(sky, turn)).T - place
    range_m = np.linalg.norm(away, axis=1)
    sine = away @ place / GROUND_M / range_m
    for score, expected in ((score_by_elevation, sine), (score_by_nearness, -range_m)):
        out = np.empty(rows.size)
        score(sky, rows, look, cosine, out)
        assert out[inside] == pytest.approx(expected[inside], rel=SINGLE)
        assert (out[~inside] == OUT_OF_VIEW).all()
    rate = np.interp(range_m[inside], np.arange(4) * 1000e3, TABLE.rate_bit_s)
    count, mean = mean_rate(sky, rows, look, cosine, TABLE)
    assert count == inside.sum()
    assert mean == pytest.approx(rate.mean(), rel=SINGLE)


def test_contact_left_is_when_the_satellite_leaves_the_view_of_the_turning_earth():
    """Against the dot product on a fine grid of times; the spin is held, which costs a second in ten minutes."""
    rng = np.random.default_rng(2)
    speed, view = 1.06e-3, np.cos(0.2)
    for _ in range(40):
        normal = rng.normal(size=3)
        normal /= np.linalg.norm(normal)
        gateway = rng.normal(size=3)
        gateway /= np.linalg.norm(gateway)
        unit = gateway + 0.1 * rng.normal(size=3)
        unit -= (unit @ normal) * normal
        unit /= np.linalg.norm(unit)
        if unit @ gateway < view:
            continue
        left = contact_left_s(*unit, *(speed * normal - [0, 0, SPIN]), *gateway, view)
        time = np.arange(0.0, 1500.0, 0.5)
        path = np.cos(speed * time)[:, None] * unit + np.sin(speed * time)[:, None] * np.cross(normal, unit)
        turned = SPIN * time
        place = np.stack([gateway[0] * np.cos(turned) - gateway[1] * np.sin(turned),
                          gateway[0] * np.sin(turned) + gateway[1] * np.cos(turned),
                          np.full(time.size, gateway[2])], axis=1)  # fmt: skip
        gone = time[np.argmax(np.einsum("ij,ij->i", path, place) < view)]
        assert left == pytest.approx(gone, abs=4.0)
    assert contact_left_s(1.0, 0.0, 0.0, 0.0, 0.0, 1e-3, 0.0, 0.0, 1.0, -0.5) == ALWAYS_S


def test_held_satellites_are_kept_and_others_wait_for_the_longest():
    sky, turn = scene()
    look = look_at(turn)
    rows, cosine = seen(sky, look)
    inside = np.flatnonzero(cosine > -2.0)
    held = np.sort(np.array([inside[3], NOBODY, np.flatnonzero(cosine == -2.0)[0]], np.int32))
    score = np.empty(rows.size)
    score_by_contact(sky, rows, look, cosine, held, np.full(3, 1.1e-3), SPIN, score)
    assert np.isinf(score[inside[3]])
    assert np.isfinite(score[inside]).sum() == inside.size - 1
    assert (score[cosine == -2.0] == OUT_OF_VIEW).all()


def test_the_best_are_taken_and_ties_go_to_the_lower_row():
    row = np.array([4, 7, 9, 11, 15], np.int32)
    place = np.empty(3, np.int64)
    take_best(row, np.array([1.0, 5.0, OUT_OF_VIEW, 5.0, 2.0]), place)
    assert place.tolist() == [1, 3, 4]
    take_best(row, np.array([OUT_OF_VIEW, 5.0, OUT_OF_VIEW, 6.0, OUT_OF_VIEW]), place)
    assert place.tolist() == [3, 1, -1]
    rng = np.random.default_rng(1)
    score, many = rng.integers(0, 40, 500).astype(float), np.empty(60, np.int64)
    take_best(np.arange(500, dtype=np.int32), score, many)
    assert many.tolist() == np.argsort(-score, kind="stable")[:60].tolist()


def test_an_antenna_keeps_what_is_taken_again_and_gives_up_the_rest():
    row = np.array([4, 7, 9, 11], np.int32)
    held_row, held_s = np.array([9, NOBODY, 4], np.int32), np.array([120.0, 0.0, 60.0])
    assert hand_over(row, np.array([3, 2, 1]), held_row, held_s) == 2
    assert held_row.tolist() == [9, 11, 7]
    assert held_s.tolist() == [120.0, 0.0, 0.0]
    assert hand_over(row, np.array([2, -1, -1]), held_row, held_s) == 0
    assert held_row.tolist() == [9, NOBODY, NOBODY]


def test_satellites_that_set_free_their_antennas():
    sky, turn = scene()
    look = look_at(turn)
    _, cosine = seen(sky, look)
    up, down = int(np.flatnonzero(cosine > -2.0)[0]), int(np.flatnonzero(cosine == -2.0)[0])
    held_row, held_s = np.array([down, up, NOBODY], np.int32), np.array([90.0, 90.0, 0.0])
    assert let_set(sky, look, held_row, held_s) == 2
    assert held_row.tolist() == [NOBODY, up, NOBODY]
    assert held_s.tolist() == [0.0, 90.0, 0.0]


def test_acquisition_is_taken_off_a_links_time():
    sky, turn = scene(n=40)
    look = look_at(turn, view=(-1.0, -1.0, -1.0))
    row = np.array([5], np.int32)
    dot = float(np.array([look.x, look.y, look.z]) @ directions(sky, turn)[:, 5])
    table = Table(np.full(4, 7.0), 1e9)
    held_s = np.zeros(1)
    carried = [carry(sky, look, table, 90.0, 60.0, row, held_s) for _ in range(3)]
    assert [bits for bits, _ in carried] == pytest.approx([0.0, 7.0 * 30.0, 7.0 * 60.0])
    assert [time_s for _, time_s in carried] == [60.0] * 3
    assert held_s[0] == 180.0
    assert carry(sky, look, table, 0.0, 60.0, np.array([NOBODY], np.int32), np.zeros(1)) == (0.0, 0.0)
    radius_m = look.radius_m[sky.orbit[5]]
    range_m = slant_m(radius_m, GROUND_M, dot)
    assert range_m == pytest.approx(np.sqrt(radius_m**2 + GROUND_M**2 - 2 * radius_m * GROUND_M * dot))


def test_rates_lie_on_straight_lines_between_those_of_the_table():
    assert rate_at(TABLE, 0.0) == 100.0
    assert rate_at(TABLE, 1500e3) == pytest.approx(40.0)
    assert rate_at(TABLE, 3000e3) == pytest.approx(0.0, abs=1e-3)
    assert rate_at(TABLE, 9000e3) == pytest.approx(0.0, abs=1e-3)
