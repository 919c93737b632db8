"""The catalogue of variables and `Results` in memory."""

import subprocess
import sys

import numpy as np
import pytest
import recorded

import orbital_compute as oc
from orbital_compute.results import COORDINATES, VARIABLES, Results
from orbital_compute.store.files import prepare_folder

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
        ending = next((ending for ending in UNIT_OF_ENDING if name.endswith(ending)), None)
        assert entry.units == UNIT_OF_ENDING.get(ending, entry.units)
        assert ending or entry.units in ("1", "PFLOP-1", "bit-1"), name


def test_every_dimension_has_a_coordinate():
    for entry in (*VARIABLES.values(), *COORDINATES.values()):
        for dim in entry.dims:
            assert COORDINATES[dim].dims == (dim,)
    assert not VARIABLES.keys() & COORDINATES.keys()


def test_dataset_in_memory_has_dims_units_and_coordinates():
    axes = recorded.coordinates()
    dataset = recorded.record(axes, recorded.arrays(axes)).dataset
    for name, variable in dataset.data_vars.items():
        assert variable.attrs == {"units": VARIABLES[name].units, "long_name": VARIABLES[name].long_name}
        assert variable.dims == VARIABLES[name].dims
    assert dataset.sizes["satellite"] == 40
    assert dataset["time"].dtype == np.dtype("datetime64[ns]")
    assert dataset["executed_flop"].sel(shell="Schale 1 – 53°").shape == (7,)


def test_shape_that_does_not_fit_is_refused():
    axes = recorded.coordinates()
    results = Results.from_arrays({"executed_flop": np.zeros((7, 3))}, axes, recorded.manifest(7))
    with pytest.raises(ValueError, match="shell"):
        results.dataset  # noqa: B018


def test_results_tell_where_they_are_and_open_again(tmp_path):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    kept = recorded.record(axes, made)
    assert repr(kept) == "<Results of 'made-up', in memory>"
    recorded.record(axes, made, prepare_folder(tmp_path / "out")).close()
    results = oc.open_results(tmp_path / "out")
    assert repr(results) == f"<Results of 'made-up', {tmp_path / 'out'}>"
    first = results.dataset["executed_flop"].values
    results.close()
    results.close()
    np.testing.assert_array_equal(results.dataset["executed_flop"].values, first)
    results.close()


def test_warnings_are_a_copy():
    results = Results(recorded.manifest(1, warnings=["old"]), lambda: None)
    results.warnings.append("new")
    assert results.warnings == ["old"]


def test_xarray_and_h5py_are_imported_only_when_used():
    code = "import sys, orbital_compute.store.recorder\nprint({'xarray', 'h5py'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
