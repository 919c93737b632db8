"""Makes the two made-up traces beside it, in the public forms, from a fixed seed: python scenarios/data/make_traces.py.

requests.csv: an hour of a coding assistant, 1,800 requests, every twelfth minute three times as busy as the others.
pods.csv: a day of a small cluster, 240 pods, some of them without accelerators, some that never ran.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
START = datetime(2026, 6, 21)


def request_lines(n: int = 1800, length_s: float = 3600.0) -> list[str]:
    """Return the lines of a file of requests."""
    rng = np.random.Generator(np.random.PCG64(7))
    minute = np.arange(int(length_s // 60))
    busy = np.where(minute % 12 == 5, 3.0, 1.0)
    at_minute = np.sort(rng.choice(minute.size, n, p=busy / busy.sum()))
    second = np.sort(60.0 * at_minute + rng.uniform(0.0, 60.0, n))
    tokens_in = np.clip(np.exp(rng.normal(np.log(1400.0), 1.0, n)), 8, 30_000).astype(int)
    tokens_out = np.clip(np.exp(rng.normal(np.log(60.0), 1.2, n)), 1, 4_000).astype(int)
    rows = [
        f"{START + timedelta(microseconds=round(1e6 * t))!s},{a},{b}"
        for t, a, b in zip(second.tolist(), tokens_in.tolist(), tokens_out.tolist(), strict=True)
    ]
    return ["TIMESTAMP,ContextTokens,GeneratedTokens", *rows]


def pod_lines(n: int = 240, length_s: float = 86_400.0) -> list[str]:
    """Return the lines of a list of pods."""
    rng = np.random.Generator(np.random.PCG64(8))
    created = np.sort(rng.uniform(0.0, length_s, n)).astype(int)
    gpus = rng.choice([0, 1, 2, 8], n, p=[0.15, 0.65, 0.12, 0.08])
    milli = np.where(gpus == 1, rng.choice([250, 500, 1000], n, p=[0.2, 0.3, 0.5]), 1000 * (gpus > 0))
    wait, held = rng.exponential(60.0, n).astype(int), rng.exponential(2400.0, n).astype(int)
    runs = rng.uniform(size=n) > 0.06
    rows = [
        f"pod-{i:04d},{gpus[i]},{milli[i]},{created[i]},{created[i] + wait[i] + held[i]},"
        f"{created[i] + wait[i] if runs[i] else ''}"
        for i in range(n)
    ]
    return ["name,num_gpu,gpu_milli,creation_time,deletion_time,scheduled_time", *rows]


def main() -> None:
    """Write both files."""
    for name, lines in (("requests.csv", request_lines()), ("pods.csv", pod_lines())):
        (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
