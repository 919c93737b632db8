"""The catalogue of variables: core names, units, dimensions."""

import numpy as np

from orbital_compute.catalogue import COORDINATES, VARIABLES

CORE = {
    "sunlit_fraction": "time shell", "array_power_w": "time shell", "load_power_w": "time shell",
    "compute_power_w": "time shell", "curtailed_power_w": "time shell", "radiated_heat_w": "time shell",
    "executed_flop": "time shell", "state_of_charge": "time shell quantile",
    "fluid_temperature_k": "time shell quantile", "chip_temperature_k": "time shell quantile",
    "site_power_w": "time site", "grid_power_w": "time site", "pue": "time site", "site_state_of_charge": "time site",
    "site_executed_flop": "time site", "arrived": "time job_class region", "served": "time job_class region",
    "queued": "time job_class region", "dropped": "time job_class region", "drop_reason": "reason job_class",
    "supply_price": "time node_group", "arc_price": "time arc", "dispatch_gap": "time",
}  # fmt: skip
UNIT_OF_ENDING = {
    "_w": "W", "_j": "J", "_k": "K", "_s": "s", "_flop": "FLOP", "_bit": "bit", "_m3": "m3", "_w_m2": "W m-2",
    "_kg": "kg", "_bit_s": "bit s-1", "_flop_s": "FLOP s-1", "_usd_year": "USD a-1", "_usd_w_year": "USD W-1 a-1",
    "_per_year": "a-1", "_kg_m3": "kg m-3", "_m_s": "m s-1", "_byte": "byte",
}  # fmt: skip


def test_catalogue_has_the_core_variables():
    for name, dims in CORE.items():
        assert VARIABLES[name].dims == tuple(dims.split())


def test_every_name_has_a_meaning_and_the_unit_that_it_ends_in():
    for name, entry in VARIABLES.items():
        assert entry.name == name
        assert entry.units, name
        assert len(entry.long_name) > 3
        assert np.dtype(entry.dtype).itemsize == 8, name
        ending = max((ending for ending in UNIT_OF_ENDING if name.endswith(ending)), key=len, default=None)
        assert entry.units == UNIT_OF_ENDING.get(ending, entry.units)
        assert ending or entry.units in ("1", "PFLOP-1", "bit-1", "s-1", "USD J-1", "kg J-1"), name


def test_every_dimension_has_a_coordinate():
    for entry in (*VARIABLES.values(), *COORDINATES.values()):
        for dim in entry.dims:
            assert COORDINATES[dim].dims == (dim,)
    assert not VARIABLES.keys() & COORDINATES.keys()
