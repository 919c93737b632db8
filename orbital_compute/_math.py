"""Elementary functions as polynomials on an explicit fused multiply-add, each with its error.

numba's wheels carry no vector maths library, and libm calls break vectorising and differ between processors. Every
function here is branch-free and gives the same bits on every processor with IEEE arithmetic. Coefficients are
Chebyshev interpolants computed with 40 digits; `tests/test_math.py` holds each function against libm.
"""

import math
import struct
from fractions import Fraction

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ._jit import point

HALF_PI = 1.5707963267948966
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # ln 2 with its last 32 bits cut off, so that n ln 2 is exact
_LN2_LOW = 1.9082149292705877e-10
_SQRT_HALF = 0.7071067811865476
_EXPONENT_BIAS = 1023


def _fma_exact(a, b, c):
    """Return a*b + c rounded once, in plain Python: the twin of the instruction, for uncompiled runs."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    return float(exact) if exact else a * b + c


def _bits_exact(x):
    return struct.unpack("<q", struct.pack("<d", x))[0]


def _double_exact(bits):
    return struct.unpack("<d", struct.pack("<q", int(bits)))[0]


@intrinsic
def _fma_compiled(typing_context, a, b, c):
    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@intrinsic
def _bits_compiled(typing_context, x):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _double_compiled(typing_context, bits):
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


# a*b + c rounded once (IEEE 754 fusedMultiplyAdd); a float64's bits as int64, and back
if numba.config.DISABLE_JIT:
    fma, bits_of, double_of = _fma_exact, _bits_exact, _double_exact
else:
    fma, bits_of, double_of = _fma_compiled, _bits_compiled, _double_compiled


@point
def clamp(x, low, high):
    """Return x held between low and high."""
    return min(max(x, low), high)


@point
def horner4(x, c3, c2, c1, c0):
    """Return the cubic c3 x³ + ... + c0, by Estrin's scheme: short chains keep the processor busy."""
    return fma(fma(c3, x, c2), x * x, fma(c1, x, c0))


@point
def horner8(x, c7, c6, c5, c4, c3, c2, c1, c0):
    """Return the polynomial c7 x⁷ + ... + c0, by Estrin's scheme."""
    square = x * x
    low, high = fma(fma(c3, x, c2), square, fma(c1, x, c0)), fma(fma(c7, x, c6), square, fma(c5, x, c4))
    return fma(high, square * square, low)


@point
def sincos_turn(turn):
    """Return sine and cosine of an angle in turns; error below 3e-15 besides the rounding of the phase."""
    r = turn - np.floor(turn + 0.5)  # the half angle π r stays within ±π/2: no quadrant to select
    q = r * r
    s = r * horner8(
        q,
        -2.113362735205297e-05,
        0.0004659870158043378,
        -0.0073703643265304155,
        0.08214587881631043,
        -0.599264528825224,
        2.5501640398618677,
        -5.1677127800497855,
        3.1415926535897927,
    )
    c = horner8(
        q,
        -0.00010456655338748738 + 4.149564353942586e-06 * q,
        0.0019295562724817132,
        -0.025806888737002202,
        0.23533063012953284,
        -1.335262768843447,
        4.058712126416497,
        -4.934802200544676,
        1.0,
    )
    twice = s + s
    return twice * c, fma(-twice, s, 1.0)


@point
def sincos_small(angle):
    """Return sine and cosine for |angle| <= 0.03; error below 5e-15 (2e-11 at 0.1)."""
    q = angle * angle
    sine = angle * fma(q, fma(q, 1.0 / 120.0, -1.0 / 6.0), 1.0)
    return sine, horner4(q, -1.0 / 720.0, 1.0 / 24.0, -0.5, 1.0)


@point
def sincos_tiny(angle):
    """Return sine and cosine for |angle| <= 1e-3; error below 5e-14."""
    q = angle * angle
    return angle * fma(q, -1.0 / 6.0, 1.0), fma(q, -0.5, 1.0)


@point
def asin(x):
    """Return the inverse sine for |x| <= 1; error below 1e-15."""
    size = abs(x)
    outer = size > 0.5
    z = 0.5 * (1.0 - size) if outer else size * size
    root = math.sqrt(max(z, 0.0))
    high = horner4(z, 0.03150477675162431, -0.011693559679531318, 0.01825637024213353, 0.009376473481056654)
    p = horner8(
        z,
        fma(high, z, 0.01432423514994457),
        0.017313700945909897,
        0.022374928823605693,
        0.030381820752221768,
        0.04464286038603156,
        0.07499999995624415,
        0.16666666666689706,
        0.9999999999999998,
    )
    angle = root * p
    angle = HALF_PI - 2.0 * angle if outer else angle
    return -angle if x < 0.0 else angle


@point
def atan_half(x):
    """Return the inverse tangent for 0 <= x <= 1; error below 7e-8."""
    return x * horner8(
        x * x,
        -0.0045597919861305155,
        0.023780518597166074,
        -0.05882975314306561,
        0.09868865458132484,
        -0.14003290184652276,
        0.19966961829591537,
        -0.3333181265562783,
        0.9999998819964931,
    )


@point
def acos(x):
    """Return the inverse cosine for |x| <= 1; absolute error below 1e-15."""
    return HALF_PI - asin(x)


@point
def power_of_two(n):
    """Return 2 to a whole power between -1022 and 1023, exact; n is a float64 holding an integer."""
    return double_of((np.int64(n) + _EXPONENT_BIAS) << 52)


@point
def exprel_near(x):
    """Return (exp(x) - 1)/x for -0.5 <= x <= 0; error below 4e-15."""
    return horner8(
        x,
        fma(2.2038692849545893e-06, x, 2.4304403409224723e-05),
        0.00019816620867329842,
        0.001388817075883603,
        0.00833332099111139,
        0.04166666547209921,
        0.16666666660865045,
        0.49999999999891376,
        0.9999999999999967,
    )


@point
def exprel(x):
    """Return (exp(x) - 1)/x for x <= 0, any size; relative error below 4e-16, 1 at zero."""
    x = min(x, -1e-300)
    y = max(x, -700.0)  # exp is nothing beside one far before
    n = np.floor(fma(y, _LOG2_E, 0.5))
    r = fma(-n, _LN2_LOW, fma(-n, _LN2_HIGH, y))
    high = horner4(r, 2.5105214474751413e-08, 2.7626367775723217e-07, 2.7557255406285044e-06, 2.4801504321690158e-05)
    p = horner8(
        r,
        fma(high, r, 0.00019841269874815834),
        0.0013888888932508548,
        0.008333333333326136,
        0.041666666666573086,
        0.1666666666666667,
        0.5000000000000006,
        1.0,
        0.0,
    )  # exp(r) - 1
    scale = power_of_two(n)
    return fma(scale, p, scale - 1.0) / x


@point
def log2(x):
    """Return the binary logarithm of a positive normal number; error below 3e-16 (1 + |log2 x|)."""
    bits = bits_of(x)
    exponent = (bits >> 52) - _EXPONENT_BIAS
    m = double_of((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000)
    upper = m > 2.0 * _SQRT_HALF
    m = 0.5 * m if upper else m
    whole = np.float64(exponent) + (1.0 if upper else 0.0)
    s = (m - 1.0) / (m + 1.0)
    series = horner8(
        s * s,
        0.21365953362798235,
        0.22091302908679103,
        0.26233435456331544,
        0.3205985348761017,
        0.41219858584125485,
        0.5770780163455187,
        0.9617966939259898,
        2.8853900817779268,
    )
    return fma(s, series, whole)


@point
def exp2(x):
    """Return 2 to the power x for x between -1000 and 1000; relative error below 4e-16."""
    n = np.floor(x + 0.5)
    r = x - n
    high = horner4(r, 4.4558179083360645e-10, 7.074194297288521e-09, 1.0178057087733941e-07, 1.3215432535912375e-06)
    p = horner8(
        r,
        fma(high, r, 1.5252733841556773e-05),
        0.00015403530463724353,
        0.001333355814640647,
        0.009618129107587256,
        0.055504108664821625,
        0.24022650695910158,
        0.6931471805599453,
        1.0,
    )
    return power_of_two(n) * p


@point
def power(x, exponent):
    """Return x to a positive power for 0 <= x <= 1e6; relative error below 1e-13 down to 1e-60, 0 below that."""
    safe = max(x, 1e-60)
    value = exp2(max(exponent * log2(safe), -1000.0))
    return value if x > 1e-60 else 0.0
