"""Which gateways a million satellites reach, window after window.

    python benchmarks/visibility.py [--satellites N] [--rounds N] [--json]

`keys` is the sweep that compares every satellite with every gateway at each limit on delay; `signatures` finds the
distinct ones among them and adds up their offers; the round trips are those of the work assigned. The network is that
of `fcc_million.yaml`: 16 gateways, 16 regions. Work counts pairs of satellite and gateway.
"""

from concurrent.futures import ThreadPoolExecutor

import fleets
import measure
import numpy as np

from orbital_compute.kernels.contacts import N_BIN, reach_keys, round_trip_histogram
from orbital_compute.kernels.supply import merge_supply
from orbital_compute.model.offers import round_trip_mix
from orbital_compute.scenario.build import build
from orbital_compute.simulate import Simulation

RANGE = 131_072  # rows a thread takes at a time


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--satellites", type=int, default=1_000_000)
    chosen = options.parse_args()
    facts = measure.machine()
    run = Simulation(build(fleets.scenario(chosen.satellites)), threads=1)
    run.offer()
    run.dispatch()
    space, network, arrays, n = run.space, run.network, run.fleet.arrays, run.fleet.n_satellite
    mix = round_trip_mix(network, run.assignment, run.service.of_demand)
    key = np.zeros(n, np.uint64)
    ranges = [(first, min(first + RANGE, n)) for first in range(0, n, RANGE)]

    def keys(part):
        reach_keys(
            space.unit, arrays.orbit_index, arrays.type_index, run.gateway_unit, network.reach_cosine,
            network.level_count, network.key_stride, *part, key,
        )  # fmt: skip

    def histogram(part):
        quanta = np.zeros((run.service.n_row, N_BIN), np.int64)
        round_trip_histogram(
            space.unit, arrays.orbit_index, space.signature, space.assigned_flop, run.gateway_unit, network.leg, mix,
            *part, quanta,
        )  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        works = {
            "keys": lambda spread: list(spread(keys, ranges)),
            "signatures": lambda spread: merge_supply(key, space.offer_flop[:n], ranges, spread),
            "round_trips": lambda spread: list(spread(histogram, ranges)),
        }
        pairs = n * network.n_gateway
        every = [
            (measure.Timing(f"{name.replace('_', ' ')}", pairs, threads), lambda w=work, s=spread: w(s))
            for threads, spread in ((1, map), (2, pool.map))
            for name, work in works.items()
        ]
        measure.in_turns(every, chosen.rounds)

    figures: dict[str, object] = {
        "satellites": n,
        "gateways": network.n_gateway,
        "limits": int(network.level_count.sum()),
        "signatures": int(run.signature_key.size),
    }
    figures |= {f"{t.name.replace(' ', '_')}_ms_{t.threads}t": t.median_s * 1e3 for t, _ in every}
    rows = [(*measure.timing_row(t), t.median_s * 1e3) for t, _ in every]
    text = f"{n:,} satellites, {network.n_gateway} gateways, {figures['limits']} limits on delay, "
    text += f"{figures['signatures']:,} signatures\n\n" + measure.table((*measure.TIMING_HEADS, "ms"), rows)
    measure.report("visibility", figures, text, as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
