"""Recorded requests: their scaled number, the regions that send them, and queues of requests of unequal size.

Whole numbers only, so that counts and sums of tokens are exact whatever is scaled and wherever the file is cut.
"""

import numpy as np

from .._jit import sweep

WEIGHT_UNIT = 1 << 30  # weights of regions are so many of 2^30


@sweep
def replay_rows(first_size, second_size, scale, unit, weight, first, last, owed, out_sums):
    """Scale a range of recorded requests, give each to a region, and add them up.

    After K requests exactly floor(K scale) stand for them: what a request leaves below one is kept for the next. Of
    each, every region gets its share; what is left of whole requests goes to the region that is furthest behind, so
    none is ever a whole request ahead of its share.

    Parameters
    ----------
    first_size, second_size : int64[n_row]
        What is summed: tokens in and out, or thousandths of accelerator-seconds and nothing.
    scale, unit : int
        Requests for each one recorded are scale/unit.
    weight : int64[n_region]
        Shares of the regions, in all `WEIGHT_UNIT`.
    first, last : int
    owed : int64[1 + n_region]
        What is carried on: parts of a request, in units of 1/unit, then what each region has coming, in 2^-30
        requests; updated.
    out_sums : int64[3, n_region]
        Requests and the sums of both sizes; added to.
    """
    n_region = weight.size
    for i in range(first, last):
        owed[0] += scale
        count = owed[0] // unit
        owed[0] -= count * unit
        left = count
        for r in range(n_region):
            share = count * weight[r]
            whole = share // WEIGHT_UNIT
            owed[1 + r] += share - whole * WEIGHT_UNIT
            left -= whole
            out_sums[0, r] += whole
            out_sums[1, r] += whole * first_size[i]
            out_sums[2, r] += whole * second_size[i]
        while left > 0:
            r = np.argmax(owed[1:])
            owed[1 + r] -= WEIGHT_UNIT
            left -= 1
            out_sums[0, r] += 1
            out_sums[1, r] += first_size[i]
            out_sums[2, r] += second_size[i]


@sweep
def serve_oldest(
    work_flop, margin, rounding, slo_age, window, first, last, ring, ring_flop, open_cohort, open_flop,
    out_served, out_in_slo, out_served_flop,
):  # fmt: skip
    """Spend work on the oldest requests of queues first to last, cohort by cohort, and remove those it finishes.

    Parameters
    ----------
    work_flop : float64[n_pair]
        With what is under way. On return, what is left of it.
    margin, rounding : float
        A request counts as finished if no more is missing than `margin` of all the work and `rounding` of a request.
    slo_age : float64[n_pair]
        Largest age in windows within the service level; inf where there is none.
    window : int
        Number of the present window: the ring's row window % n_age holds its arrivals.
    ring : int64[n_age, n_pair], ring_flop : float64[n_age, n_pair]
        Cohorts by window of arrival, and the mean work of a request of each.
    open_cohort : int64[n_pair], open_flop : float64[n_pair]
        Requests older than the ring.
    out_served, out_in_slo : int64[n_pair], out_served_flop : float64[n_pair]
    """
    n_age = ring.shape[0]
    for k in range(first, last):
        left, slack = work_flop[k], margin * work_flop[k]
        served, in_slo, served_flop = 0, 0, 0.0
        for step in range(n_age + 1):
            age = n_age - step  # the open cohort stands in for the age beyond the ring
            row = (window - age) % n_age
            waiting = open_cohort[k] if step == 0 else ring[row, k]
            if waiting == 0:
                continue
            each = open_flop[k] if step == 0 else ring_flop[row, k]
            done = np.int64(min(max(np.floor((left + slack) / each + rounding), 0.0), float(waiting)))
            left -= done * each
            served += done
            served_flop += done * each
            in_slo += done if age <= slo_age[k] else 0
            if step == 0:
                open_cohort[k] -= done
            else:
                ring[row, k] -= done
            if done < waiting:
                break
        work_flop[k] = left
        out_served[k], out_in_slo[k], out_served_flop[k] = served, in_slo, served_flop


@sweep
def cohort_sums(count, each, first, last, out):
    """Add up count × each over the cohorts of queues first to last, cohort after cohort: [n_age, n_pair] to [n_pair].

    Parameters
    ----------
    count : int64[n_age, n_pair], each : float64[n_age, n_pair]
    out : float64[n_pair]
    """
    out[first:last] = 0.0
    for age in range(count.shape[0]):
        for k in range(first, last):
            out[k] += count[age, k] * each[age, k]
