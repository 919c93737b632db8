"""Merged signatures against single units of supply, at the size that the model reference names."""

import importlib.util
from pathlib import Path

import pytest

from orbital_compute.model.solve import solve

MERGED = 1e-9  # relative: worth of both programmes


def benchmark():
    path = Path(__file__).parents[2] / "benchmarks" / "merged.py"
    spec = importlib.util.spec_from_file_location("merged_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("n_unit", "seed"), [(300, 1), (300, 2), pytest.param(20_000, 1, marks=pytest.mark.slow)]
)  # fmt: skip
def test_units_of_equal_reach_lose_nothing_by_merging(n_unit, seed):
    module = benchmark()
    apart, merged = module.instance(n_unit, seed)
    best = solve(merged)
    assert best.objective == pytest.approx(module.plain_worth(apart), rel=MERGED)
    assert best.gap < MERGED
    assert merged.supply_flop.size == 64
