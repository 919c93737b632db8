"""Gradients summed over a ring, and what of that time a training step cannot hide (MODEL §6).

Each of n members passes on 2 (n - 1)/n of the gradient's size: once round to sum, once round to share. The factor is
that of NVIDIA's nccl-tests (doc/PERFORMANCE.md). On a line of satellites, where the ends do not see each other, the
ring goes out over every other member and back over those between: each link carries the ring once each way, so with
links that send both ways at once it takes as long, at hops twice as far.
"""

import math

from .._jit import point

FLOP_PER_PARAMETER_TOKEN = 6.0  # forward and back: Kaplan et al., arXiv:2001.08361, table 1


@point
def ring_bit(n_member, size_bit):
    """Return the bits that each member of a ring sends to its neighbour for one all-reduce: 2 (n - 1)/n size.

    Parameters
    ----------
    n_member : float
        At least 1; one alone sends nothing.
    size_bit : float
    """
    return 2.0 * (n_member - 1.0) / n_member * size_bit


@point
def ring_time_s(n_member, size_bit, rate_bit_s, hop_s):
    """Return the time of one all-reduce over a ring [s]: bits over rate, and 2 (n - 1) hops.

    Parameters
    ----------
    n_member, size_bit : float
    rate_bit_s : float
        From a member to its neighbour, one way [bit/s].
    hop_s : float
        From the end of sending to the start of the next member's [s].
    """
    return ring_bit(n_member, size_bit) / rate_bit_s + 2.0 * (n_member - 1.0) * hop_s


@point
def step_time_s(n_parameter, n_token, rate_flop_s):
    """Return the arithmetic of one training step [s]: 6 N tokens over the rate of the whole gang.

    Parameters
    ----------
    n_parameter, n_token : float
        Active parameters; tokens of one batch.
    rate_flop_s : float
        Model FLOP a second of all chips together.
    """
    return FLOP_PER_PARAMETER_TOKEN * n_parameter * n_token / rate_flop_s if rate_flop_s > 0.0 else math.inf


@point
def exposed_time_s(step_s, inner_s, outer_s, inner_steps, overlap):
    """Return the wait for gradients of one step [s] that arithmetic does not hide.

    Parameters
    ----------
    step_s : float
        Arithmetic of the step.
    inner_s, outer_s : float
        All-reduce within a satellite, each step; between satellites, every `inner_steps` steps.
    inner_steps : float
        1: every step. DiLoCo took 500 (arXiv:2311.08105).
    overlap : float
        Share of the arithmetic behind which sending may hide, 0 to 1.
    """
    return max(inner_s + outer_s / inner_steps - overlap * step_s, 0.0)


@point
def hiding_rate_bit_s(n_member, size_bit, hop_s, room_s):
    """Return the least rate between neighbours [bit/s] at which an all-reduce takes no longer than `room_s`.

    Infinite where the hops alone take longer; 0 for one member.
    """
    left_s = room_s - 2.0 * (n_member - 1.0) * hop_s
    bit = ring_bit(n_member, size_bit)
    return 0.0 if bit <= 0.0 else (bit / left_s if left_s > 0.0 else math.inf)
