"""The power curve of accelerators: throughput against power (MODEL §5.1)."""

from .._jit import point
from .._math import clamp, fma, power


@point
def throughput(power_w, idle_w, inverse_span_w, inverse_exponent):
    """Return relative throughput φ(p) = ((p-P0)/(P1-P0))^(1/a), 0 below P0 and 1 above P1."""
    return power(clamp((power_w - idle_w) * inverse_span_w, 0.0, 1.0), inverse_exponent)


@point
def power_for(relative, idle_w, span_w, exponent):
    """Return the power at a relative throughput between 0 and 1: P0 + (P1-P0) φ^a."""
    return fma(span_w, power(relative, exponent), idle_w)
