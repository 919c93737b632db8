"""A folder is opened only when it is whole: moved is fine, a gap or a changed byte is named."""

import json
import os
import shutil

import h5py
import pytest
import recorded
import xarray as xr

from orbital_compute.errors import ResultsError
from orbital_compute.store import cut, reader, recorder
from orbital_compute.store.files import prepare_folder
from orbital_compute.store.reader import open_results, verify_folder

FILES = (
    "results.h5",
    "shards/axes-000000.h5",
    "shards/series-000001.h5",
    "shards/sample-000000.h5",
    "shards/satellite-000002.h5",
    "shards/run-000000.h5",
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A folder of results in several shards of each kind; tests work on copies."""
    folder = tmp_path_factory.mktemp("stored") / "out"
    axes = recorded.coordinates()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "WINDOWS_PER_SHARD", 3)
        patch.setattr(cut, "SHARDS_PER_RUN", 100)
        patch.setattr(cut, "SATELLITES_PER_SHARD", 16)
        recorded.record(axes, recorded.arrays(axes), prepare_folder(folder)).close()
    return folder


@pytest.fixture
def copy(stored, tmp_path):
    return shutil.copytree(stored, tmp_path / "copy")


def change_manifest(folder, change):
    """Apply a function to a folder's manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_moved_folder_opens_from_any_directory(stored, copy, tmp_path, monkeypatch):
    moved = copy.rename(tmp_path / "moved")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with open_results(stored) as one, open_results(os.path.relpath(moved)) as other:
        xr.testing.assert_identical(one.dataset.load(), other.dataset.load())


def test_xarray_alone_opens_the_index(copy):
    made = recorded.arrays(recorded.coordinates())
    with xr.open_dataset(copy / "results.h5", engine="h5netcdf") as dataset:
        assert (dataset["executed_flop"].values == made["executed_flop"]).all()
        assert dataset["executed_flop"].dims == ("time", "shell")
        assert dataset["served"].dtype == "int64"
        assert str(dataset["time"].values[1]) == "2026-06-21T00:05:00.000000000"
        assert dataset["satellite_load_j"].coords["catalog_number"].values[3] == 900_003


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(ResultsError, match="missing") as caught:
        open_results(copy)
    assert caught.value.path == str(copy / name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.02, 0.5, 0.97])
def test_flipped_bit_is_found(copy, name, place):
    content = bytearray((copy / name).read_bytes())
    content[int(place * len(content))] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ResultsError, match="SHA-256") as caught:
        open_results(copy)
    assert caught.value.path == str(copy / name)


def test_flipped_bit_in_a_large_shard_is_found_on_reading(copy, monkeypatch):
    monkeypatch.setattr(reader, "HASHED_BELOW_BYTES", 0)  # every shard counts as large
    name = "shards/series-000001.h5"
    with h5py.File(copy / name) as file:
        place = file["executed_flop"].id.get_chunk_info(0).byte_offset + 3
    content = bytearray((copy / name).read_bytes())
    content[place] ^= 16
    (copy / name).write_bytes(content)
    with open_results(copy) as results:
        assert results.dataset["assigned_flop"].values.shape == (7, 2)
        with pytest.raises(OSError, match=r"[Cc]an't|filter|checksum"):
            results.dataset["executed_flop"].load()
    with pytest.raises(ResultsError, match="SHA-256"):
        verify_folder(copy)


def test_shortened_file_is_found(copy):
    path = copy / "shards" / "sample-000000.h5"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ResultsError, match=r"the manifest says \d+; the file is damaged"):
        open_results(copy)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("shards/series-000001.h5", "time 3 to 6 is missing"),
        ("shards/series-000002.h5", "time 6 to 7 is missing"),
        ("shards/sample-000000.h5", "sample_time 0 to 15 is missing"),
        ("shards/satellite-000001.h5", "satellite 16 to 32 is missing"),
    ],
)
def test_gap_in_the_manifest_is_refused(copy, file, message):
    def drop(manifest):
        manifest["shards"] = [shard for shard in manifest["shards"] if shard["file"] != file]

    change_manifest(copy, drop)
    with pytest.raises(ResultsError, match=message):
        open_results(copy)


def test_shard_listed_twice_is_refused(copy):
    change_manifest(copy, lambda manifest: manifest["shards"].append(manifest["shards"][2]))
    with pytest.raises(ResultsError, match="overlaps"):
        open_results(copy)


@pytest.mark.parametrize("file", ["../outside.h5", "/etc/passwd", "shards/../manifest.json", "series-000000.h5", 7])
def test_shard_elsewhere_is_refused(copy, file):
    change_manifest(copy, lambda manifest: manifest["shards"][0].update(file=file))
    with pytest.raises(ResultsError, match="lists a shard that no run writes"):
        open_results(copy)


def test_link_in_place_of_a_shard_is_refused(copy, tmp_path):
    path = copy / "shards" / "run-000000.h5"
    path.rename(tmp_path / "run.h5")
    path.symlink_to(tmp_path / "run.h5")
    with pytest.raises(ResultsError, match="not a plain file"):
        open_results(copy)


def test_unfinished_run_is_refused(copy):
    change_manifest(copy, lambda manifest: manifest.update(status="running"))
    with pytest.raises(ResultsError, match="did not finish"):
        open_results(copy)


def test_run_cut_short_leaves_a_folder_that_says_so(tmp_path):
    axes = recorded.coordinates()
    made = recorded.arrays(axes)
    run = recorder.Recorder(recorded.manifest(7), axes, folder=prepare_folder(tmp_path))
    run.record_window(0, {"executed_flop": made["executed_flop"][0]})
    with pytest.raises(ResultsError, match="did not finish"):
        open_results(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no results there"),
        ("", "no JSON text"),
        ("{", "no JSON text"),
        ("[" * 100_000, "no JSON text"),
        ("[1, 2]", "not the manifest of a run"),
        ("{}", "not the manifest of a run"),
    ],
)
def test_folder_without_a_manifest_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ResultsError, match=message) as caught:
        open_results(tmp_path)
    assert caught.value.path == str(tmp_path / "manifest.json")


def test_later_format_is_refused(copy):
    change_manifest(copy, lambda manifest: manifest.update(format=2))
    with pytest.raises(ResultsError, match="format 2, this program reads 1"):
        open_results(copy)


def test_manifest_tells_how_the_results_came_about(stored):
    with open_results(stored) as results:
        manifest = results.manifest
    assert manifest["status"] == "complete"
    assert manifest["scenario"] == {"name": "made-up", "seed": 1}
    assert manifest["provenance"] == [{"path": "seed", "source": "made up"}]
    assert {"orbital_compute", "python", "numpy", "numba", "highspy", "h5py"} <= manifest["versions"].keys()
    assert manifest["machine"]["cores"] >= 1
    assert manifest["started"] < manifest["finished"]
    assert manifest["sizes"]["satellite"] == 40
    assert [shard["kind"] for shard in manifest["shards"]].count("series") == 3


def test_dataset_holds_nothing_of_the_machine(stored):
    with open_results(stored) as results:
        held = repr(results.dataset.load().attrs)
        assert results.manifest["machine"]["host"] not in held
        assert set(results.dataset.attrs) == {"Conventions", "title", "source", "step_s", "window_s", "duration_s"}
