"""Gangs of chips that stop together: faults, checkpoints and what is left of the work (MODEL §5.4).

Faults are exponential. A fault throws the gang back to its last checkpoint; the restart that follows may be struck
too and then begins anew, as Daly's cost function assumes: its factor e^(R/M) is the mean time of a restart under
faults. Source: J. T. Daly (2006), Future Generation Computer Systems 22, 303, as given in MODEL §5.4.
"""

import math

from .._jit import point


@point
def mean_time_between_faults_s(n_chip, fault_rate_per_s):
    """Return the mean time between faults [s] of a gang, M = 1/(n λ); infinite where nothing fails.

    Parameters
    ----------
    n_chip : float
        Chips that stop together.
    fault_rate_per_s : float
        Faults of one chip that stop the gang [1/s].
    """
    return 1.0 / (n_chip * fault_rate_per_s) if n_chip * fault_rate_per_s > 0.0 else math.inf


@point
def checkpoint_interval_s(mtbf_s, checkpoint_s, restart_s):
    """Return the work between two checkpoints [s] that loses least, by Daly: τ = sqrt(2 δ (M + R)) - δ.

    That falls to nothing as δ nears 2 M, where the best interval x M solves x = 1 - e^(-x - δ/M); 1 - e^(-δ/M) is
    below it for any δ, and is taken where it is the larger (from δ of about 0.8 M on). Infinite without faults.

    Parameters
    ----------
    mtbf_s, checkpoint_s, restart_s : float
        M, δ (time to write a checkpoint) and R [s].
    """
    if math.isinf(mtbf_s):
        return math.inf
    daly_s = math.sqrt(2.0 * checkpoint_s * (mtbf_s + restart_s)) - checkpoint_s
    return max(daly_s, -mtbf_s * math.expm1(-checkpoint_s / mtbf_s))


@point
def useful_fraction(mtbf_s, interval_s, checkpoint_s, restart_s):
    """Return the share of time that advances the work: τ e^(-R/M) / (M (e^((τ+δ)/M) - 1)).

    One law for gangs that save and for groups that serve: with δ = 0 and τ the length of a request it is the share
    left where a fault repeats the request. τ = δ = 0 gives e^(-R/M), no faults gives τ/(τ + δ).

    Parameters
    ----------
    mtbf_s, interval_s, checkpoint_s, restart_s : float
        M, τ, δ, R [s].
    """
    if math.isinf(mtbf_s):
        return (
            1.0
            if math.isinf(interval_s) or interval_s + checkpoint_s <= 0.0
            else interval_s / (interval_s + checkpoint_s)
        )
    left = math.exp(-restart_s / mtbf_s)
    segment = (interval_s + checkpoint_s) / mtbf_s
    if segment < 1e-12:  # expm1(x)/x is 1 to rounding
        return left if interval_s + checkpoint_s <= 0.0 else left * interval_s / (interval_s + checkpoint_s)
    return left * (interval_s / mtbf_s) / math.expm1(segment) if segment < 700.0 else 0.0


@point
def corrupted_share(silent_rate_per_s, interval_s):
    """Return the share of saved intervals struck by corruption that nothing caught, 1 - e^(-s τ).

    Counts the interval that was struck. A training that goes on from there carries the fault along, so this is the
    least that is corrupted.

    Parameters
    ----------
    silent_rate_per_s : float
        Uncaught corruptions of the whole gang [1/s].
    interval_s : float
        Work between checkpoints [s].
    """
    return -math.expm1(-silent_rate_per_s * interval_s) if silent_rate_per_s > 0.0 else 0.0
