"""Checkpoints: what is read is what was written; the newest stands alone; a full disk leaves the one before."""

import resource

import numpy as np
import pytest

from orbital_compute.errors import ResultsError
from orbital_compute.store.checkpoint import newest_checkpoint, remove_checkpoints, write_checkpoint

ARRAYS = {
    "satellites/state": np.arange(24.0).reshape(2, 3, 4),
    "one": np.array(7),
    "none": np.zeros((0, 3), np.float32),
    "turned": np.arange(6, dtype=np.int16).reshape(2, 3).T,
}


def test_what_is_read_is_what_was_written(tmp_path):
    path = write_checkpoint(tmp_path, 12, ARRAYS, {"shards": [{"file": "a"}]})
    found = newest_checkpoint(tmp_path)
    assert (found.n_done, found.facts, found.path) == (12, {"shards": [{"file": "a"}]}, path)
    assert list(found.arrays) == list(ARRAYS)
    for name, values in ARRAYS.items():
        assert found.arrays[name].dtype == values.dtype
        assert np.array_equal(found.arrays[name], values)
        assert found.arrays[name].shape == values.shape


def test_equal_states_make_equal_files(tmp_path):
    first = write_checkpoint(tmp_path, 1, ARRAYS, {})
    content = first.read_bytes()
    assert write_checkpoint(tmp_path, 1, ARRAYS, {}).read_bytes() == content


def test_the_newest_stands_alone(tmp_path):
    write_checkpoint(tmp_path, 9, ARRAYS, {})
    path = write_checkpoint(tmp_path, 10, ARRAYS, {})
    assert list(tmp_path.iterdir()) == [path]
    remove_checkpoints(tmp_path)
    assert newest_checkpoint(tmp_path) is None


def test_a_full_disk_leaves_the_one_before(tmp_path):
    path = write_checkpoint(tmp_path, 1, ARRAYS, {})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))  # stands in for a full disk
    try:
        with pytest.raises(ResultsError, match=r"it cannot be written .*; make room"):
            write_checkpoint(tmp_path, 2, {"large": np.zeros(10_000)}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("at", [0.01, 0.5, 0.99])
def test_a_flipped_bit_is_found(tmp_path, at):
    path = write_checkpoint(tmp_path, 1, ARRAYS, {})
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 16
    path.write_bytes(content)
    with pytest.raises(ResultsError, match="the file is damaged; remove it"):
        newest_checkpoint(tmp_path)
