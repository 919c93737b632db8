"""The fleet's arrays: constants by hand, tiles and padding, rows of a larger fleet taken alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_fleet import BASE, Run, constellation, design, fleet_of, random_elements

from orbital_compute.kernels.march import STATE_FIELDS
from orbital_compute.kernels.records import WHOLE, Hardware, Health, Pledge
from orbital_compute.model.fleet import Fleet, from_tiles, hardware_row, in_tiles

ROUNDING = 1e-13
OTHER = design("other", battery=dict(capacity_j=60 * 3.6e6, initial_state_of_charge=0.5), compute=dict(exponent=3.0))


def test_constants_of_a_design_by_hand():
    """900 m² of silicon, 200 kWh, 130 m² of radiator, 80 devices of 1.2 kW; steps of 60 s."""
    row = hardware_row(BASE, 60.0)
    wanted = dict(
        watt_per_beam=900 * 0.9 * 0.22 * 0.98 * 0.95 * 0.98,
        drawn_per_watt=1 / (0.95 * 900),
        conditioning_loss=1 / 0.95 - 1,
        cell_emission_w_m2_k4=2 * 0.85 * 5.670374419e-8,
        cell_step_per_capacity=60 / 9e3,
        capacity_j=7.2e8,
        floor_j=0.6 * 7.2e8,
        design_floor_j=0.7 * 7.2e8,
        charge_limit_w=1e5,
        discharge_limit_w=3e5,
        taper_w_j=10.0 * 1e5 / 7.2e8,
        charge_efficiency=0.96,
        inverse_discharge_efficiency=1 / 0.96,
        emission_w_k4=0.9 * 5.670374419e-8 * 260 * 0.95,
        infrared_m2=0.9 * 130,
        solar_m2=0.15 * 130,
        radiator_leak=0.05,
        step_per_capacity=60 / 8e5,
        bus_w=6e3,
        pump=1.015,
        full_w=120e3,
        idle_w=24e3,
        span_w=96e3,
        exponent=2.0,
        inverse_exponent=0.5,
        marginal_ratio=0.9216**2,
        peak_flop_s=80 * 2.5e15,
        chip_k_w=0.03 / (80 * 1.25),  # each chip 1 kW of its own over the fluid by 30 K
        chip_limit_k=358.0,
        blend=1 - np.exp(-60 / 1500),
    )
    for name, value in wanted.items():
        assert getattr(row, name) == pytest.approx(value, rel=ROUNDING), name
    assert all(type(value) in (int, float) and np.isfinite(value) for value in row)


def test_reciprocals_match():
    row = hardware_row(OTHER, 30.0)
    pairs = ("charge_efficiency", "discharge_efficiency", "pump", "exponent", "step_s")
    for name in pairs:
        assert getattr(row, name) * getattr(row, f"inverse_{name}") == pytest.approx(1.0, rel=ROUNDING)
    assert row.span_w * row.inverse_span_w == pytest.approx(1.0, rel=ROUNDING)
    assert row.marginal_ratio == pytest.approx((0.96 * 0.96) ** 1.5, rel=ROUNDING)


def test_age_takes_from_the_array():
    """2.5 % a year, compounded: after five years of 365.25 days 0.975⁵, 88.1 %."""
    aged = hardware_row(design("aged", age_s=5 * 365.25 * 86400.0), 60.0)
    assert aged.watt_per_beam / hardware_row(BASE, 60.0).watt_per_beam == pytest.approx(0.975**5, rel=ROUNDING)


def test_blocked_and_smaller_radiators_emit_less():
    whole = hardware_row(BASE, 60.0)
    blocked = hardware_row(design("b", radiator=dict(blocked_fraction=0.25)), 60.0)
    half = hardware_row(design("h", radiator=dict(area_m2=65.0)), 60.0)
    assert blocked.emission_w_k4 == pytest.approx(0.75 * whole.emission_w_k4, rel=ROUNDING)
    assert half.emission_w_k4 == pytest.approx(0.5 * whole.emission_w_k4, rel=ROUNDING)
    assert half.solar_m2 == pytest.approx(0.5 * whole.solar_m2, rel=ROUNDING)


def test_running_means_forget_alike_at_any_step():
    """Ten steps of 6 s keep what one of 60 s keeps; no step overshoots."""
    kept = [1 - hardware_row(BASE, step_s).blend for step_s in (6.0, 60.0, 36000.0)]
    assert kept[0] ** 10 == pytest.approx(kept[1], rel=1e-12)
    assert 0.0 < kept[2] < 1e-10


@given(st.integers(1, 5), st.integers(1, 4))
def test_tiles_and_back(n_quantity, n_tile):
    values = np.arange(n_quantity * n_tile * 32, dtype=float).reshape(n_quantity, -1)
    tiles = in_tiles(values)
    assert tiles.shape == (n_tile, n_quantity, 32)
    assert tiles.flags.c_contiguous
    for i in range(values.shape[1]):
        assert (tiles[i // 32, :, i % 32] == values[:, i]).all()
    for q in range(n_quantity):
        assert np.array_equal(from_tiles(tiles, q, 20), values[q, :20])


@pytest.mark.parametrize(("n", "n_row"), [(1, 512), (512, 512), (513, 1024)])
def test_rows_are_padded_to_whole_blocks_with_the_last(n, n_row):
    elements = (random_elements(7) * (n // 7 + 1))[:n]
    fleet = fleet_of(elements, np.arange(n) % 2, (BASE, OTHER))
    assert (fleet.n_satellite, fleet.n_row, fleet.n_tile, fleet.n_block) == (n, n_row, n_row // 32, n_row // 512)
    arrays = fleet.arrays
    assert arrays.type_index.shape == arrays.orbit_index.shape == (n_row,)
    assert (arrays.type_index[n:] == arrays.type_index[n - 1]).all()
    slots = arrays.slot.transpose(0, 2, 1).reshape(n_row, -1)
    assert (slots[n:] == slots[n - 1]).all()
    assert np.isfinite(arrays.state).all()


def test_shapes_follow_the_records():
    arrays = fleet_of(random_elements(3), [0, 1, 0], (BASE, OTHER)).arrays
    assert arrays.hardware_table.shape == (2, len(Hardware._fields))
    assert arrays.state.shape == (16, len(STATE_FIELDS), 32)
    assert arrays.pledge.shape == (16, len(Pledge._fields), 32)
    assert arrays.health.shape == (16, len(Health._fields), 32)
    assert (arrays.health == np.array(WHOLE)[None, :, None]).all()


def test_types_by_shell_and_what_they_start_with():
    fleet = fleet_of(random_elements(4), [0, 1, 1, 0], (BASE, OTHER))
    assert fleet.arrays.type_index[:4].tolist() == [0, 1, 1, 0]
    assert fleet.state_of("battery_j").tolist() == [7.2e8, 0.5 * 60 * 3.6e6, 0.5 * 60 * 3.6e6, 7.2e8]
    assert (fleet.state_of("fluid_k") == 300.0).all()
    assert (fleet.state_of("battery_min_j") == fleet.state_of("battery_j")).all()
    for name in STATE_FIELDS[5:]:
        if name != "battery_min_j":
            assert (fleet.state_of(name) == 0.0).all(), name


def test_a_shell_that_names_no_type_takes_the_first():
    own = constellation(random_elements(2), [0, 1], ["base", "other"])
    object.__setattr__(own, "shell_satellite_type", [None, "other"])
    fleet = Fleet(own, {"base": BASE, "other": OTHER}, step_s=60.0)
    assert fleet.arrays.type_index[:2].tolist() == [0, 1]


def test_rows_taken_alone_are_those_of_the_whole():
    """Three satellites of 600, run alone under their row numbers, start with the same constants and march alike."""
    n, rows = 600, np.array([5, 99, 517])
    elements, kind = random_elements(n), np.arange(n) % 2
    own, types = constellation(elements, kind, ["base", "other"]), {"base": BASE, "other": OTHER}
    whole = Run(Fleet(own, types, step_s=60.0), n_step=2)
    few = Run(Fleet(own, types, step_s=60.0, rows=rows), n_step=2)
    assert few.fleet.row.tolist() == rows.tolist()
    assert few.fleet.shell.tolist() == (rows % 2).tolist()
    for tile in (0, 3, 16):
        whole.prepare(0, tile, tile + 1)
        whole.march(1.0, tile, tile + 1)
    few.prepare(0)
    few.march()
    for name in STATE_FIELDS:
        assert np.array_equal(few.total(name), whole.total(name)[rows]), name


def test_bytes_of_a_satellite_are_those_of_its_arrays():
    fleet = fleet_of(random_elements(512))
    per_row = [fleet.arrays.slot, fleet.arrays.state, fleet.arrays.pledge, fleet.arrays.health]
    held = sum(array.nbytes for array in per_row) + fleet.arrays.orbit_index.nbytes + fleet.arrays.type_index.nbytes
    assert held / 512 < Fleet.bytes_per_satellite() < held / 512 + 70  # offers and directions beside them
