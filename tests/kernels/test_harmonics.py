"""The field in harmonics against closed forms of single ones, and against the laws that every field obeys."""

import math

import numpy as np
import pytest

from orbital_compute.kernels.harmonics import Field, field_acceleration
from orbital_compute.physics.gravity import gradient_table, recursion_table

MU, RADIUS = 3.986e14, 6.378e6
PLACES = [(5e6, 4e6, 3e6), (-6.8e6, 1e5, 2e6), (1e3, -2e3, 7e6), (0.0, 0.0, -7e6), (7e6, 0.0, 0.0)]


def field_of(cosine, sine):
    gradient = gradient_table(cosine, sine)
    return Field(gradient, recursion_table(*gradient.shape[2:]), MU, RADIUS)


def single(degree, order, c, s):
    """Return a field of the centre and one unnormalised harmonic."""
    cosine, sine = np.zeros((degree + 1, order + 1)), np.zeros((degree + 1, order + 1))
    cosine[degree, order], sine[degree, order] = c, s
    return field_of(cosine, sine)


def acceleration(field, place):
    return np.array(field_acceleration(field, *place, np.zeros((6, field.gradient.shape[3]))))


def slope(potential, place):
    """Return the gradient of a potential by differences of fourth order, 100 m apart."""
    out, h = np.empty(3), 100.0
    for k in range(3):
        at = [np.array(place) + step * h * np.eye(3)[k] for step in (-2, -1, 1, 2)]
        values = [potential(*x) for x in at]
        out[k] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
    return out


def sectorial(degree, c, s):
    """Return the potential of the harmonic whose order is its degree, from powers of x + iy."""
    odd = math.prod(range(1, 2 * degree, 2))

    def potential(x, y, z):
        r = math.sqrt(x * x + y * y + z * z)
        wave = (complex(x, y) / r) ** degree
        return MU / r * (RADIUS / r) ** degree * odd * (c * wave.real + s * wave.imag)

    return potential


@pytest.mark.parametrize("place", PLACES)
def test_oblateness_by_its_closed_form(place):
    j2 = 1.0826e-3
    x, y, z = place
    r = math.sqrt(x * x + y * y + z * z)
    pull, flat = -MU / r**3, 1.5 * j2 * (RADIUS / r) ** 2
    level = pull * (1.0 + flat * (1.0 - 5.0 * (z / r) ** 2))
    wanted = [level * x, level * y, pull * (1.0 + flat * (3.0 - 5.0 * (z / r) ** 2)) * z]
    assert acceleration(single(2, 0, -j2, 0.0), place) == pytest.approx(wanted, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(("degree", "c", "s"), [(2, 3e-4, -2e-4), (3, 1e-5, 2e-5), (12, 1e-16, -3e-16)])
@pytest.mark.parametrize("place", PLACES)
def test_sectorial_harmonics_by_powers(degree, c, s, place):
    field = single(degree, degree, c, s)
    ours = acceleration(field, place) - acceleration(single(2, 0, 0.0, 0.0), place)
    wanted = slope(sectorial(degree, c, s), place)
    assert ours == pytest.approx(wanted, abs=1e-8 * np.abs(wanted).max() + 1e-12)


@pytest.mark.parametrize("place", PLACES)
def test_a_tesseral_harmonic_by_its_polynomial(place):
    def potential(x, y, z):  # P31 = 1.5 cos φ (5 sin² φ - 1)
        r = math.sqrt(x * x + y * y + z * z)
        return MU / r * (RADIUS / r) ** 3 * 1.5 * (5 * (z / r) ** 2 - 1) * (2e-5 * x - 1e-5 * y) / r

    ours = acceleration(single(3, 1, 2e-5, -1e-5), place) - acceleration(single(2, 0, 0.0, 0.0), place)
    wanted = slope(potential, place)
    assert ours == pytest.approx(wanted, abs=1e-8 * np.abs(wanted).max() + 1e-12)


def test_a_field_has_neither_sources_nor_whirls():
    """Divergence and curl of a field to degree and order 8 vanish outside the Earth."""
    rng = np.random.default_rng(3)
    cosine, sine = np.zeros((9, 9)), np.zeros((9, 9))
    for n in range(2, 9):
        for m in range(n + 1):
            size = 1e-3 * math.sqrt(math.factorial(n - m) / math.factorial(n + m))
            cosine[n, m], sine[n, m] = size * rng.standard_normal(2)
    field, h = field_of(cosine, sine), 200.0
    for place in PLACES:
        columns = [
            (acceleration(field, place + h * axis) - acceleration(field, place - h * axis)) / (2 * h)
            for axis in np.eye(3)
        ]
        matrix = np.stack(columns, axis=1)
        size = np.abs(matrix).max()  # about 2 mu / r³
        assert abs(np.trace(matrix)) < 1e-7 * size
        assert np.abs(matrix - matrix.T).max() < 1e-7 * size


def test_far_away_the_centre_alone_is_felt():
    x = (4e9, -3e9, 1e9)
    assert acceleration(single(2, 0, -1e-3, 0.0), x) == pytest.approx(acceleration(single(2, 0, 0.0, 0.0), x), rel=1e-8)
