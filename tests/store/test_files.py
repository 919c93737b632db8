"""Folders are prepared with care for what lies there; files are whole or absent."""

import resource

import pytest

from orbital_compute.errors import ResultsError, ScenarioError
from orbital_compute.store.files import free_folder, prepare_folder, write_durably
from orbital_compute.store.limits import free_disk

OURS = (
    "manifest.json",
    "manifest.json.part",
    "results.h5",
    "report.html",
    "shards/series-000000.h5",
    "shards/satellite-000012.h5",
    "shards/sample-000001.h5.part",
)
FOREIGN = ("notes.txt", "shards/mine.h5", "shards/series-1.h5", "deep/manifest.json")


@pytest.fixture
def used(tmp_path):
    """A folder with the files of a run and some of its user."""
    for name in (*OURS, *FOREIGN):
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    return tmp_path / "out"


def files_in(folder):
    """Return the files below a folder by their relative names."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_new_folder_is_made_with_its_parents(tmp_path):
    folder = prepare_folder(tmp_path / "a" / "b")
    assert (folder / "shards").is_dir()
    assert files_in(folder) == set()


def test_folder_with_results_is_refused(used):
    with pytest.raises(ScenarioError, match=r"the folder holds results; name another, or allow overwriting"):
        prepare_folder(used)
    assert files_in(used) == {*OURS, *FOREIGN}


@pytest.mark.parametrize("name", ["manifest.json", "results.h5", "shards/series-000000.h5"])
def test_any_part_of_results_is_refused(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("content")
    with pytest.raises(ScenarioError, match="holds results"):
        prepare_folder(tmp_path)


def test_overwriting_removes_our_files_and_no_other(used):
    prepare_folder(used, overwrite=True)
    assert files_in(used) == set(FOREIGN)


def test_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "series-000000.h5").write_text("content")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "shards").symlink_to(tmp_path / "other")
    with pytest.raises(ScenarioError, match="shards in it is a link to elsewhere"):
        prepare_folder(tmp_path / "out", overwrite=True)
    assert (tmp_path / "other" / "series-000000.h5").read_text() == "content"


def test_folder_in_place_of_one_of_our_files_is_refused(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(ScenarioError, match="cannot be written there"):
        prepare_folder(tmp_path, overwrite=True)


def test_folder_with_other_files_is_used(tmp_path):
    for name in ("notes.txt", "report.html"):  # without results beside it, the report is someone else's
        (tmp_path / name).write_text("content")
    assert prepare_folder(tmp_path, overwrite=True) == tmp_path
    assert files_in(tmp_path) == {"notes.txt", "report.html"}


@pytest.mark.parametrize("below", ["", "out", "deep/out"])
def test_folder_at_or_under_a_regular_file_is_refused(tmp_path, below):
    (tmp_path / "file").write_text("content")
    with pytest.raises(ScenarioError, match=r"cannot be written there .*; name a folder") as caught:
        prepare_folder(tmp_path / "file" / below)
    assert caught.value.problems[0].path == "output"
    assert str(tmp_path / "file") in str(caught.value)


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "/out"])
def test_name_that_no_folder_can_have_is_refused(tmp_path, name):
    assert free_disk(tmp_path / name).source == f"the disk of {tmp_path}"
    with pytest.raises(ScenarioError, match=r"cannot be written there .*name too long"):
        prepare_folder(tmp_path / name)


def test_free_folder_counts_up(tmp_path):
    assert free_folder(tmp_path / "run") == tmp_path / "run"
    (tmp_path / "run").mkdir()
    assert free_folder(tmp_path / "run") == tmp_path / "run-2"
    (tmp_path / "run-2").write_text("a file counts as well")
    assert free_folder(tmp_path / "run") == tmp_path / "run-3"


def test_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "manifest.json"
    write_durably(path, b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # stands in for a full disk
    try:
        with pytest.raises(ResultsError, match=r"it cannot be written .*; make room"):
            write_durably(path, bytes(2_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == {"manifest.json"}
