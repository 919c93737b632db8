"""Soft errors of a window of a million satellites: draws, map and sums.

    python benchmarks/soft_errors.py [--satellites N] [--rounds N] [--json]

Satellites fly at 650 km with 100 accelerators each; `quiet` has next to no events, `default` the rates of the tested
chip, `high` thirty times those (1,500 km). Work counts satellite-windows.
"""

import measure
import numpy as np

from orbital_compute.constants import EARTH_RADIUS_M
from orbital_compute.model.radiation import RadiationSpec
from orbital_compute.model.soft_errors import SoftErrors
from orbital_compute.physics.orbit import orbit_table

WINDOW_S = 300.0
RANGE = 131_072  # rows at a time


def directions(n: int) -> np.ndarray:
    """Return unit vectors of n satellites in planes of 1,000: float64[3, n]."""
    along = 2 * np.pi * np.arange(n) / 1000
    node = 2 * np.pi * (np.arange(n) // 1000) / max(n // 1000, 1)
    tilt = np.radians(98.0)
    x, y, z = np.cos(along), np.sin(along) * np.cos(tilt), np.sin(along) * np.sin(tilt)
    return np.array([x * np.cos(node) - y * np.sin(node), x * np.sin(node) + y * np.cos(node), z])


def main() -> None:
    options = measure.parser(__doc__)
    options.add_argument("--satellites", type=int, default=1_000_000)
    chosen = options.parse_args()
    facts, n = measure.machine(), chosen.satellites
    table = orbit_table(EARTH_RADIUS_M + 650e3, np.radians(98.0))
    shell, key = np.zeros(n, np.int32), np.arange(n)
    direction, devices, executed = directions(n), np.full(n, 100, np.float32), np.full(n, 1e19)
    signature = (np.arange(n) % 100).astype(np.int32)
    ranges = [(first, min(first + RANGE, n)) for first in range(0, n, RANGE)]
    every = []
    for name, transfer in (("quiet", 1e-6), ("default", 1.0), ("high", 30.0)):
        spec = RadiationSpec(transfer=transfer)
        errors = SoftErrors(spec, table, shell, shell, key, year=2026.5, n_shell=1, seed=1)
        windows = iter(range(10**9))

        def window(errors=errors, windows=windows):
            k = next(windows)
            errors.count(k, WINDOW_S, 0.022 * k, direction, devices, executed, signature, 100, ranges)

        every.append((measure.Timing(name, n), window))
    measure.in_turns(every, chosen.rounds)
    figures: dict[str, object] = {"satellites": n} | {f"{timing.name}_ns_1t": timing.ns for timing, _ in every}
    text = measure.table(measure.TIMING_HEADS, [measure.timing_row(timing) for timing, _ in every])
    measure.report("soft_errors", figures, text, as_json=chosen.json, facts=facts)


if __name__ == "__main__":
    main()
