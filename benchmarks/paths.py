"""Exact shortest ways from a place to every satellite of a million, beside SciPy's Dijkstra on the same links.

    python benchmarks/paths.py [--satellites N] [--rounds N] [--json]

Three networks: the filed million, whose links are those of `plus_grid`; one shell of as many satellites, a square of
planes and slots at 53 degrees; and the same with a fifth of its links lost. The place is Memphis, with all satellites
above 25 degrees in view. Both are given finished graphs and write all distances; their answers must be the same bits.
Work counts satellites. Memory is that of the arrays that hold graph and answer: ours by ports, SciPy's in rows of a
sparse matrix (CSR), besides what its heap takes, which it does not tell.
"""

import statistics
from importlib.util import find_spec

import fleets
import measure
import numpy as np

from orbital_compute.kernels.paths import shortest_paths
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.contact import GroundView, Places, slants_m
from orbital_compute.model.frames import instants
from orbital_compute.model.link_state import holding_m
from orbital_compute.model.topology import plus_grid

MEMPHIS = {"Memphis": (35.06, -90.16)}
LOST = 0.2  # share of links


def square_shell(n: int) -> Constellation:
    """Return one shell of about n satellites, as many planes as slots."""
    side = max(round(n**0.5), 3)
    return Constellation.walker(
        altitude_m=550e3, inclination_deg=53.0, n_plane=side, n_per_plane=side, epoch=fleets.EPOCH, phasing="alternate"
    )


class Network:
    """Links of a fleet at its epoch, as ports and as a sparse matrix, and what Memphis sees."""

    def __init__(self, fleet: Constellation, lost: float = 0.0):
        links = plus_grid(fleet)
        length_m = holding_m(fleet, links, fleets.EPOCH)
        length_m[np.random.default_rng(1).random(length_m.size) < lost] = np.inf
        self.n, self.links, self.ports_m = fleet.n_satellite, links, links.ports_m(length_m)
        utc, places = instants(fleets.EPOCH), Places.of(MEMPHIS)
        place_m, up = places.in_teme(utc)
        r_m = np.ascontiguousarray(fleet.positions(utc)[:, 0])
        self.seed_m = slants_m(r_m, place_m[0, 0], up[0, 0], GroundView())[None]
        self.far_m = np.empty_like(self.seed_m)
        self.length_m = length_m

    def ours(self) -> None:
        """Solve by piles."""
        shortest_paths(self.links.neighbour, self.ports_m, self.seed_m, 0, 1, self.far_m)

    def our_bytes(self) -> int:
        """Return what ports, seeds, answer and piles take."""
        return self.links.neighbour.nbytes + self.ports_m.nbytes + self.seed_m.nbytes + self.far_m.nbytes + 9 * self.n

    def matrix(self):
        """Return the same graph for SciPy, with Memphis as its last row."""
        from scipy.sparse import csr_matrix

        held, seen = np.isfinite(self.length_m), np.flatnonzero(np.isfinite(self.seed_m[0]))
        a, b, length = self.links.row_a[held], self.links.row_b[held], self.length_m[held]
        row = np.concatenate([a, b, np.full(seen.size, self.n, np.int32)])
        column = np.concatenate([b, a, seen.astype(np.int32)])
        value = np.concatenate([length, length, self.seed_m[0, seen]])
        return csr_matrix((value, (row, column)), shape=(self.n + 1, self.n + 1))


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--satellites", type=int, default=1_000_000)
    chosen = options.parse_args()
    facts = measure.machine()
    networks = {
        "filed": Network(fleets.constellation(chosen.satellites)),
        "one shell": Network(square_shell(chosen.satellites)),
        "one shell, damaged": Network(square_shell(chosen.satellites), LOST),
    }
    timings: dict[str, measure.Timing] = {}
    every, answers = [], {}
    for name, network in networks.items():
        timings[name] = measure.Timing(f"{name}: ours", network.n)
        every.append((timings[name], network.ours))
        if find_spec("scipy"):
            from scipy.sparse.csgraph import dijkstra

            matrix = network.matrix()

            def peer(name=name, matrix=matrix, last=network.n):
                answers[name] = dijkstra(matrix, directed=True, indices=last)[:-1]

            timings[f"{name}, scipy"] = measure.Timing(f"{name}: SciPy's Dijkstra", network.n)
            every.append((timings[f"{name}, scipy"], peer))
    measure.in_turns(every, chosen.rounds)
    for name, answer in answers.items():
        assert np.array_equal(answer, networks[name].far_m[0]), f"{name}: answers differ"

    figures: dict[str, object] = {"satellites": chosen.satellites, "peer": "scipy" if answers else None}
    rows = []
    for name, network in networks.items():
        key, ours = name.replace(",", "").replace(" ", "_"), timings[name]
        figures |= {
            f"{key}_satellites": network.n,
            f"{key}_links": network.links.n_link,
            f"{key}_reached": int(np.isfinite(network.far_m).sum()),
            f"{key}_ms": ours.median_s * 1e3,
            f"{key}_bytes": network.our_bytes(),
        }
        rows.append((*measure.timing_row(ours), ours.median_s * 1e3, network.our_bytes() / 1e6, "", ""))
        if answers:
            other, matrix = timings[f"{name}, scipy"], network.matrix()
            size = matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes + answers[name].nbytes
            pairs = list(zip(other.seconds, ours.seconds, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            least = min(a / b for a, b in pairs)
            figures |= {f"{key}_scipy_ms": other.median_s * 1e3, f"{key}_scipy_over_ours": ratio}
            figures |= {f"{key}_scipy_over_ours_least": least, f"{key}_scipy_bytes": size}
            rows.append((*measure.timing_row(other), other.median_s * 1e3, size / 1e6, ratio, least))
    heads = (*measure.TIMING_HEADS, "ms", "MB", "over ours", "at least")
    measure.report("paths", figures, measure.table(heads, rows), as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
