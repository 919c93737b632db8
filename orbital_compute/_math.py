"""Elementary functions as polynomials on an explicit fused multiply-add, each with its error.

numba's wheels carry no vector maths library, and libm calls break vectorising and differ between processors. Every
function here is branch-free and gives the same bits on every processor with IEEE arithmetic.
"""

import math
from fractions import Fraction

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from ._jit import point

HALF_PI = 1.5707963267948966


def _fma_exact(a, b, c):
    """Return a*b + c rounded once, in plain Python: the twin of the instruction, for uncompiled runs."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    return float(exact) if exact else a * b + c


@intrinsic
def _fma_compiled(typing_context, a, b, c):
    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


# a*b + c rounded once (IEEE 754 fusedMultiplyAdd): the same bits on every processor
fma = _fma_exact if numba.config.DISABLE_JIT else _fma_compiled


@point
def clamp(x, low, high):
    """Return x held between low and high."""
    return min(max(x, low), high)


@point
def sincos_turn(turn):
    """Return sine and cosine of an angle in turns; error below 5e-12 besides the rounding of the phase."""
    r = turn - np.floor(turn + 0.5)  # the half angle π r stays within ±π/2: no quadrant to select
    q = r * r
    s = fma(q, 0.0004474973039967673, -0.007364009324062086)
    s = fma(q, fma(q, fma(q, s, 0.082144795736115), -0.5992644340714961), 2.5501640359145608)
    s = r * fma(q, fma(q, s, -5.167712779988125), 3.141592653589636)
    c = fma(q, 0.001839990128896066, -0.02577631693774103)
    c = fma(q, fma(q, fma(q, c, 0.23532543673042844), -1.3352623152803178), 4.058712107538592)
    c = fma(q, fma(q, c, -4.934802200249879), 0.9999999999992482)
    twice = s + s
    return twice * c, fma(-twice, s, 1.0)


@point
def sincos_small(angle):
    """Return sine and cosine for |angle| <= 0.03; error below 1e-15 (at 0.1: 3e-13)."""
    q = angle * angle
    sine = angle * fma(q, fma(q, fma(q, -1.0 / 5040.0, 1.0 / 120.0), -1.0 / 6.0), 1.0)
    return sine, fma(q, fma(q, fma(q, -1.0 / 720.0, 1.0 / 24.0), -0.5), 1.0)
