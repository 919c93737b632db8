"""Designs of satellites: defaults are the model's, parts are frozen, every attitude named is one that flies."""

from dataclasses import FrozenInstanceError, fields

import pytest
from small_fleet import BASE, design

from orbital_compute.model.fleet import hardware_row
from orbital_compute.model.satellite_type import (
    ARRAY_POINTING,
    RADIATOR_POINTING,
    ArraySpec,
    BatterySpec,
    ComputeSpec,
    RadiatorSpec,
)

# MODEL §2.3, §3, §4.1, §5.1
ARRAY = dict(packing=0.90, tracker_efficiency=0.98, conditioning_efficiency=0.95, harness_efficiency=0.98,
             absorptivity=0.92, emissivity=0.85, degradation_per_year=0.0)  # fmt: skip
BATTERY = dict(depth_design=0.30, depth_limit=0.40, charge_efficiency=0.96, discharge_efficiency=0.96, taper=0.10,
               charge_rate_per_s=0.5 / 3600, discharge_rate_per_s=1.5 / 3600)  # fmt: skip
RADIATOR = dict(emissivity=0.90, solar_absorptivity=0.15, fin_efficiency=0.95, pump_fraction=0.015)
COMPUTE = dict(server_overhead=1.25, idle_fraction=0.20, exponent=2.0, chip_resistance_k_w=0.03, chip_limit_k=358.0)


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        (ArraySpec(1.0, 0.22, 0.0035), ARRAY),
        (BatterySpec(1.0), BATTERY),
        (RadiatorSpec(1.0), RADIATOR),
        (ComputeSpec("h100", 1, 1e15, 700.0), COMPUTE),
    ],
)
def test_defaults_are_the_models(spec, wanted):
    assert {name: getattr(spec, name) for name in wanted} == wanted


@pytest.mark.parametrize("part", ["array", "battery", "radiator", "compute"])
def test_designs_are_frozen(part):
    spec = getattr(BASE, part)
    with pytest.raises(FrozenInstanceError):
        setattr(spec, fields(spec)[0].name, 0.0)
    with pytest.raises(FrozenInstanceError):
        setattr(BASE, part, spec)


def test_equal_designs_are_equal():
    assert design("base") == BASE
    assert design("base", radiator=dict(area_m2=1.0)) != BASE


@pytest.mark.parametrize("pointing", ARRAY_POINTING)
def test_every_array_attitude_flies(pointing):
    row = hardware_row(design("turned", array=dict(pointing=pointing)), 60.0)
    assert (row.sky_gain, row.normal_gain, row.zenith_gain) == {
        "two_axis": (1, 0, 0), "one_axis": (1, -1, 0), "orbit_normal": (0, 1, 0), "zenith": (0, 0, 1)
    }[pointing]  # fmt: skip


@pytest.mark.parametrize("pointing", RADIATOR_POINTING)
def test_every_radiator_attitude_flies(pointing):
    row = hardware_row(design("turned", radiator=dict(pointing=pointing)), 60.0)
    assert (row.radiator_normal_gain, row.radiator_zenith_gain, row.radiator_nadir_cosine) == {
        "edge_on": (0, 0, 0), "orbit_normal": (1, 0, 0), "zenith": (0, 1, 1)
    }[pointing]  # fmt: skip
