"""Serving queues of whole requests, oldest first."""

from .._jit import sweep


@sweep
def take_oldest(served, slo_age, window, first, last, ring, open_cohort, out_in_slo):
    """Remove served requests from queues first to last, and count those served within their service level.

    Parameters
    ----------
    served : int64[n_pair]
        How many to remove; never more than wait.
    slo_age : float64[n_pair]
        Largest age in windows within the service level; inf where there is none.
    window : int
        Number of the present window: the ring's row window % n_age holds its arrivals.
    ring : int64[n_age, n_pair]
        Cohorts by window of arrival.
    open_cohort : int64[n_pair]
        Requests older than the ring.
    out_in_slo : int64[n_pair]
    """
    n_age = ring.shape[0]
    for k in range(first, last):
        taken = min(served[k], open_cohort[k])
        open_cohort[k] -= taken
        left = served[k] - taken
        in_slo = taken if slo_age[k] >= n_age else 0
        for age in range(n_age - 1, -1, -1):
            if left == 0:
                break
            row = (window - age) % n_age
            taken = min(left, ring[row, k])
            ring[row, k] -= taken
            left -= taken
            in_slo += taken if age <= slo_age[k] else 0
        out_in_slo[k] = in_slo
