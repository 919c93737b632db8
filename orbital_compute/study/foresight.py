"""Seeded small cases and the four numbers of each: perfect foresight, certified bound, ours, greedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .optimum import reference_dispatch, run_value


@dataclass(frozen=True)
class FourNumbers:
    """Worth of one case as shares of what perfect foresight reaches; `foresight` itself in units of value."""

    seed: int
    foresight: float
    bound: float
    ours: float
    greedy: float

    @property
    def loss(self) -> float:
        """Share of perfect foresight's worth that ours does not reach."""
        return 1.0 - self.ours

    @property
    def greedy_loss(self) -> float:
        """Share of perfect foresight's worth that greedy does not reach."""
        return 1.0 - self.greedy


def small_case(seed: int) -> dict[str, Any]:
    """Return a scenario of 6 to 20 satellites over four hours, drawn by its seed.

    Height, inclination, array, battery, demand and antennas vary; every third case has a site whose grid carries a part
    of its need, with a battery plant for some hours of the rest.
    """
    rng = np.random.default_rng(seed)
    planes, per_plane = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    case: dict[str, Any] = {
        "format": 1,
        "name": f"small_{seed}",
        "seed": seed,
        "time": {"start": "2026-06-21T00:00:00Z", "duration": "4 h", "step": "60 s", "window": "5 min"},
        "constellation": {
            "walker": {
                "altitude": f"{rng.uniform(450, 1200):.0f} km", "inclination": f"{rng.uniform(30, 98):.0f} deg",
                "planes": planes, "per_plane": per_plane, "phasing": 1,
            }
        },
        "satellite": {
            "preset": "starmind_ai1",
            "array": {"area": f"{rng.uniform(500, 900):.0f} m2"},
            "battery": {"capacity": f"{rng.uniform(80, 200):.0f} kWh"},
        },
        "gateways": {"preset": "default", "antennas": 1, "antenna_rate": f"{rng.uniform(0.05, 0.6):.3f} Gbit/s"},
        "workload": {"preset": "default", "demand": {"share": round(rng.uniform(0.5, 1.5), 3)}},
        "health": "none",
        "output": {"sample": 0},
    }  # fmt: skip
    if seed % 3 == 0:
        case["sites"] = [_site(rng)]
    return case


def _site(rng: np.random.Generator) -> dict[str, Any]:
    """Return a site of a few satellites' worth of devices."""
    count = int(rng.integers(200, 800))
    need_w = count * 700.0 * 1.25 * 1.2
    return {
        "preset": "colossus_1",
        "name": "small",
        "gpus": {"h100": count, "h200": None, "gb200": None},
        "other_power": "0 MW",
        "grid": {"limit": f"{need_w * rng.uniform(0.6, 1.1):.0f} W"},
        "battery": {"capacity": f"{need_w * rng.uniform(0.2, 2.0):.0f} Wh", "power": f"{0.5 * need_w:.0f} W"},
    }


def four_numbers(seed: int) -> FourNumbers:
    """Return the four numbers of one case."""
    case = small_case(seed)
    ours = reference_dispatch(case)
    greedy = run_value({**case, "policy": "greedy"})
    return FourNumbers(
        seed, ours.value, ours.bound_value / ours.value, ours.run_value / ours.value, greedy / ours.value
    )


def study(seeds: Iterable[int]) -> list[FourNumbers]:
    """Return the four numbers of each seed."""
    return [four_numbers(seed) for seed in seeds]


def as_text(numbers: list[FourNumbers]) -> str:
    """Return a table of the cases, and the median and the worst loss of both."""
    lines = ["seed  foresight   bound     ours   greedy"]
    lines += [f"{n.seed:4d}  {n.foresight:.3e}  {n.bound:.4f}  {n.ours:.4f}  {n.greedy:.4f}" for n in numbers]
    for name, losses in (("ours", [n.loss for n in numbers]), ("greedy", [n.greedy_loss for n in numbers])):
        ordered = sorted(losses)
        middle = 0.5 * (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2])
        lines.append(f"{name} loses {middle:.2%} (median), {ordered[-1]:.2%} (worst) of {len(ordered)} cases")
    return "\n".join(lines)
