"""Every elementary function against libm, at the error its docstring states."""

import math
from fractions import Fraction

import numpy as np
import pytest

from orbital_compute import _math as m
from orbital_compute._jit import sweep

SAMPLES = 400 if m.fma is m._fma_exact else 200_000


@sweep
def each(function, x, out_a, out_b):
    for k in range(x.size):
        out_a[k], out_b[k] = function(x[k])


@sweep
def each_one(function, x, out):
    for k in range(x.size):
        out[k] = function(x[k])


def pair(function, x):
    a, b = np.empty_like(x), np.empty_like(x)
    each(function, x, a, b)
    return a, b


def one(function, x):
    out = np.empty_like(x)
    each_one(function, x, out)
    return out


def test_sine_and_cosine_of_turns():
    turn = np.random.default_rng(1).uniform(-0.5, 0.5, SAMPLES)
    sine, cosine = pair(m.sincos_turn, turn)
    assert np.abs(sine - np.sin(2 * np.pi * turn)).max() < 3e-15
    assert np.abs(cosine - np.cos(2 * np.pi * turn)).max() < 3e-15


def test_sine_of_many_turns_keeps_the_phase():
    turn = np.array([0.25, 1.25, 1e6 + 0.25, -3.75])
    sine, cosine = pair(m.sincos_turn, turn)
    assert np.abs(sine - 1).max() < 1e-15
    assert np.abs(cosine).max() < 1e-15


def test_small_angles():
    angle = np.random.default_rng(2).uniform(-0.03, 0.03, SAMPLES)
    sine, cosine = pair(m.sincos_small, angle)
    assert np.abs(sine - np.sin(angle)).max() < 5e-15
    assert np.abs(cosine - np.cos(angle)).max() < 1e-15


def test_inverse_sine_and_cosine():
    x = np.concatenate([np.random.default_rng(3).uniform(-1, 1, SAMPLES), [-1, -0.5, 0, 0.5, 1]])
    assert np.abs(one(m.asin, x) - np.arcsin(x)).max() < 1e-15
    assert np.abs(one(m.acos, x) - np.arccos(x)).max() < 1e-15


def test_half_of_the_inverse_tangent():
    x = np.concatenate([np.random.default_rng(3).uniform(0, 1, SAMPLES), [0.0, 1e-300, 1e-9, 1.0]])
    assert np.abs(one(m.atan_half, x) - np.arctan(x)).max() < 7e-8


def test_exprel_over_every_size():
    x = -np.concatenate([10.0 ** np.random.default_rng(4).uniform(-18, 2.8, SAMPLES), [0.0, 1e-300, 5000.0]])
    safe = np.where(x == 0, -1e-30, x)
    assert np.abs(one(m.exprel, x) / (np.expm1(safe) / safe) - 1).max() < 5e-16


def test_logarithm_and_exponential():
    x = 10.0 ** np.random.default_rng(5).uniform(-200, 200, SAMPLES)
    assert (np.abs(one(m.log2, x) - np.log2(x)) / (1 + np.abs(np.log2(x)))).max() < 4e-16
    y = np.random.default_rng(6).uniform(-900, 900, SAMPLES)
    assert np.abs(one(m.exp2, y) / np.exp2(y) - 1).max() < 5e-16
    assert list(one(m.exp2, np.array([0.0, 1.0, -3.0]))) == [1.0, 2.0, 0.125]


@pytest.mark.parametrize("exponent", [0.5, 1 / 3, 2.0, 2.7, 4.0])
def test_power(exponent):
    x = np.random.default_rng(7).uniform(0, 1, SAMPLES)
    out = np.array([m.power(v, exponent) for v in x[:300]])
    assert np.abs(out / x[:300] ** exponent - 1).max() < 1e-14
    assert m.power(0.0, exponent) == 0.0
    assert m.power(1.0, exponent) == 1.0


def test_fused_multiply_add_rounds_once():
    a, b, c = 1 + 2.0**-30, 1 - 2.0**-30, -1.0
    assert m._fma_exact(a, b, c) == -(2.0**-60)  # a*b + c with two roundings gives 0

    @sweep
    def compiled(a, b, c, out):
        out[0] = m.fma(a, b, c)

    out = np.empty(1)
    rng = np.random.default_rng(8)
    for _ in range(200):
        a, b = rng.normal(size=2) * 10.0 ** rng.integers(-5, 5)
        c = -a * b * (1 + rng.integers(-3, 3) * 2.0**-52)
        compiled(a, b, c, out)
        assert out[0] == float(Fraction(a) * Fraction(b) + Fraction(c))
    assert math.isnan(m._fma_exact(math.nan, 1.0, 1.0))
