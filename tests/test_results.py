"""`Results` in memory."""

import subprocess
import sys

import numpy as np
import pytest
import recorded

import orbital_compute as oc
from orbital_compute.catalogue import VARIABLES
from orbital_compute.results import Results
from orbital_compute.store.files import prepare_folder


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


def test_figures_and_ledgers_are_worked_out_once_and_given_as_copies(monkeypatch):
    axes = recorded.coordinates()
    results = recorded.record(axes, recorded.arrays(axes))
    summary, audit = results.summary(), results.audit()
    monkeypatch.setattr(results, "dataset", None)  # nothing is read again
    for first, again in ((summary, results.summary()), (audit, results.audit())):
        assert first
        assert repr(again) == repr(first)
        next(iter(first.values())).clear()
    assert repr(results.audit()) != repr(audit)


def test_xarray_and_h5py_are_imported_only_when_used():
    code = "import sys, orbital_compute.store.recorder\nprint({'xarray', 'h5py'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
