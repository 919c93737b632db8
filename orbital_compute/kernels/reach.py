"""Who can use which group, feasible[signature, group]: what holds, is least or is best over either side."""

import numpy as np

from .._jit import sweep


@sweep
def any_by_group(feasible, chosen, out):
    """Write whether a group has a member among the signatures chosen: bool[n, m], bool[n] to bool[m]."""
    out[:] = False
    for i in range(feasible.shape[0]):
        if chosen[i]:
            for g in range(feasible.shape[1]):
                out[g] |= feasible[i, g]


@sweep
def any_by_signature(feasible, chosen, out):
    """Write whether a signature is a member of a group chosen: bool[n, m], bool[m] to bool[n]."""
    for i in range(feasible.shape[0]):
        some = False
        for g in range(feasible.shape[1]):
            some |= feasible[i, g] & chosen[g]
        out[i] = some


@sweep
def least_by_group(feasible, value, out):
    """Write the least of the members' values, inf where there are none: bool[n, m], float64[n] to float64[m]."""
    out[:] = np.inf
    for i in range(feasible.shape[0]):
        for g in range(feasible.shape[1]):
            out[g] = min(out[g], value[i] if feasible[i, g] else np.inf)


@sweep
def best_by_signature(feasible, value, out):
    """Write the best value of a signature's groups, -inf where it has none: bool[n, m], float64[m] to float64[n]."""
    for i in range(feasible.shape[0]):
        best = -np.inf
        for g in range(feasible.shape[1]):
            best = max(best, value[g] if feasible[i, g] else -np.inf)
        out[i] = best
