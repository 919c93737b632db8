"""What is recorded comes back: from memory, from a folder, in any number of shards."""

import time

import h5py
import numpy as np
import pytest
import recorded
import xarray as xr

from orbital_compute.catalogue import COORDINATES, VARIABLES
from orbital_compute.errors import ResultsError
from orbital_compute.store import cut, recorder, shards
from orbital_compute.store.files import prepare_folder
from orbital_compute.store.manifest import read_manifest
from orbital_compute.store.reader import open_results


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(cut, "WINDOWS_PER_SHARD", 3)  # 7 windows: two whole shards and a rest
    monkeypatch.setattr(cut, "SHARDS_PER_RUN", 100)
    monkeypatch.setattr(cut, "SATELLITES_PER_SHARD", 16)  # 40 satellites: two and a rest


@pytest.mark.usefixtures("small_shards")
def test_folder_holds_every_number_that_was_recorded(tmp_path):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    recorded.record(axes, made, prepare_folder(tmp_path / "out"))
    with open_results(tmp_path / "out") as results:
        dataset = results.dataset
        assert set(dataset.data_vars) == set(VARIABLES)
        assert set(dataset.coords) == set(COORDINATES)
        for name, values in made.items():
            np.testing.assert_array_equal(dataset[name].values, values, err_msg=name)
            assert dataset[name].dtype == VARIABLES[name].dtype
        for name, values in axes.items():
            np.testing.assert_array_equal(dataset[name].values, values, err_msg=name)


@pytest.mark.usefixtures("small_shards")
def test_memory_and_folder_give_identical_datasets(tmp_path):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    kept = recorded.record(axes, made)
    with recorded.record(axes, made, prepare_folder(tmp_path / "out")) as stored:
        xr.testing.assert_identical(kept.dataset, stored.dataset.load())
        assert kept.summary() == stored.summary()
        assert kept.audit() == stored.audit()
        assert kept.warnings == stored.warnings == ["made up"]


def test_number_of_shards_changes_nothing_in_the_dataset(tmp_path, monkeypatch):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    datasets = []
    for length in (1, 3, 48):
        monkeypatch.setattr(cut, "WINDOWS_PER_SHARD", length)
        folder = prepare_folder(tmp_path / f"out{length}")
        with recorded.record(axes, made, folder) as results:
            datasets.append(results.dataset.load())
        n_series = len(list((folder / "shards").glob("series-*.h5")))
        assert n_series == -(-7 // length)
    xr.testing.assert_identical(datasets[0], datasets[1])
    xr.testing.assert_identical(datasets[0], datasets[2])


@pytest.mark.usefixtures("small_shards")
def test_equal_runs_write_equal_bytes(tmp_path):
    axes = recorded.coordinates()
    for name in ("one", "two"):
        recorded.record(axes, recorded.arrays(axes), prepare_folder(tmp_path / name)).close()
        time.sleep(1.1)  # HDF5 keeps times in whole seconds, where it is left to
    one, two = (read_manifest(tmp_path / name) for name in ("one", "two"))
    assert one["shards"] == two["shards"]
    assert one["index"] == two["index"]
    recorded.record(axes, recorded.arrays(axes, seed=2), prepare_folder(tmp_path / "three")).close()
    assert read_manifest(tmp_path / "three")["shards"] != one["shards"]


@pytest.mark.usefixtures("small_shards")
def test_every_stored_variable_is_described_summed_and_compressed(tmp_path):
    axes = recorded.coordinates()
    recorded.record(axes, recorded.arrays(axes), prepare_folder(tmp_path)).close()
    shards = sorted((tmp_path / "shards").iterdir())
    assert {path.name.split("-")[0] for path in shards} == {"axes", "series", "sample", "day", "satellite", "run"}
    for path in [*shards, tmp_path / "results.h5"]:
        with h5py.File(path) as file:
            assert file.attrs["Conventions"] == "CF-1.11"
            for name, dataset in file.items():
                assert dataset.attrs["long_name"], name
                entry = VARIABLES.get(name) or COORDINATES[name]
                if entry.dtype != "str":
                    assert dataset.attrs["units"], name
                if entry.dtype != "str" and not dataset.is_virtual:
                    assert (dataset.compression, dataset.shuffle, dataset.fletcher32) == ("gzip", True, True), name
                scales = [dim[0].name.lstrip("/") for dim in dataset.dims] if not dataset.is_scale else [name]
                assert tuple(scales) == entry.dims


def test_shard_keeps_the_global_rows_of_its_satellites(tmp_path, monkeypatch):
    monkeypatch.setattr(cut, "SATELLITES_PER_SHARD", 16)
    axes = recorded.coordinates()
    recorded.record(axes, recorded.arrays(axes), prepare_folder(tmp_path)).close()
    with h5py.File(tmp_path / "shards" / "satellite-000002.h5") as file:
        assert file["satellite"][()].tolist() == list(range(32, 40))
        assert file["catalog_number"][()].tolist() == list(range(900_032, 900_040))
        assert (file.attrs["first"], file.attrs["end"]) == (32, 40)


@pytest.mark.parametrize(("n_site", "n_sample"), [(0, 3), (2, 0), (0, 0)])
def test_run_without_sites_or_sample_has_none_of_their_variables(tmp_path, n_site, n_sample):
    axes = recorded.coordinates(n_site=n_site, n_sample=n_sample)
    made = recorded.arrays(axes)
    kept = recorded.record(axes, made)
    with recorded.record(axes, made, prepare_folder(tmp_path)) as stored:
        xr.testing.assert_identical(kept.dataset, stored.dataset.load())
        assert ("site_power_w" in stored.dataset) == bool(n_site)
        assert ("sample_array_w" in stored.dataset) == bool(n_sample)
        assert stored.summary()["compute_delivered_orbit_flop"]["value"] > 0.0


def test_memory_run_writes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    axes = recorded.coordinates()
    recorded.record(axes, recorded.arrays(axes)).dataset.load()
    assert list(tmp_path.iterdir()) == []


def test_recorder_copies_rows():
    axes = recorded.coordinates(n_window=2)
    made = recorded.arrays(axes)
    del axes["day"]
    buffer = np.zeros(2)
    run = recorder.Recorder(recorded.manifest(2), axes)
    for window in range(2):
        buffer[:] = window + 1
        run.record_window(window, {"executed_flop": buffer})
    run.record_satellites({"satellite_executed_flop": made["satellite_executed_flop"]})
    assert run.finish({}).dataset["executed_flop"].values.tolist() == [[1.0, 1.0], [2.0, 2.0]]


def test_recorder_refuses_what_does_not_fit():
    axes = recorded.coordinates(n_window=3)
    run = recorder.Recorder(recorded.manifest(3), axes)
    with pytest.raises(ValueError, match="window 1 recorded where 0 was due"):
        run.record_window(1, {})
    with pytest.raises(KeyError, match="no_such_name"):
        run.record_window(0, {"no_such_name": 1.0})
    with pytest.raises(ValueError, match=r"executed_flop has shape \(3,\)"):
        run.record_window(0, {"executed_flop": np.zeros(3)})
    with pytest.raises(ValueError, match="satellite_load_j has shape"):
        run.record_window(0, {"satellite_load_j": np.zeros(40)})
    run.record_window(0, {"executed_flop": np.zeros(2)})
    with pytest.raises(ValueError, match=r"records other variables.*assigned_flop"):
        run.record_window(1, {"executed_flop": np.zeros(2), "assigned_flop": np.zeros(2)})
    with pytest.raises(ValueError, match="satellite 5 recorded where 0 was due"):
        run.record_satellites({"satellite_load_j": np.zeros(5)}, first=5)
    with pytest.raises(ValueError, match="recorded 1 of 3 windows"):
        run.finish({})


def test_shards_of_long_runs_grow_only_as_far_as_memory_allows():
    assert cut.shard_length(288, 1000) == 48
    assert cut.shard_length(105_120, 1000) == 3285
    assert cut.shard_length(105_120, 8 * 1024 * 1024) == 8
    assert cut.shard_length(105_120, 1 << 40) == 1


def test_steps_of_less_than_a_second_keep_their_times(tmp_path):
    axes = recorded.coordinates()
    axes["sample_time"] = recorded.START + (1 + np.arange(35)) * np.timedelta64(1_500_000, "ns")
    recorded.record(axes, recorded.arrays(axes), prepare_folder(tmp_path)).close()
    with open_results(tmp_path) as results:
        np.testing.assert_array_equal(results.dataset["sample_time"].values, axes["sample_time"])


def test_shard_that_cannot_be_written_ends_the_recording(tmp_path, monkeypatch):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    folder = prepare_folder(tmp_path / "out")
    real = shards.write_durably

    def full(path, content):
        if path.name.startswith("series-000001"):
            raise ResultsError(f"{path}: no space", path=str(path))
        real(path, content)

    monkeypatch.setattr(cut, "WINDOWS_PER_SHARD", 2)
    monkeypatch.setattr(cut, "SHARDS_PER_RUN", 100)
    monkeypatch.setattr(shards, "write_durably", full)
    with pytest.raises(ResultsError, match="no space"):
        recorded.record(axes, made, folder)
    assert not (folder / "results.h5").exists()
