"""`check`: every flipped bit of every file is found, so is what is missing and what is too much."""

import numpy as np
import pytest
from recorded import arrays, coordinates, record

from orbital_compute.store.check import check_folder
from orbital_compute.store.files import prepare_folder

FLIPS = 60


@pytest.fixture
def folder(tmp_path):
    axes = coordinates()
    record(axes, arrays(axes), prepare_folder(tmp_path / "run")).close()
    return tmp_path / "run"


def test_a_whole_folder_has_no_faults(folder):
    found = check_folder(folder)
    assert found.problems == ()
    assert (found.status, found.n_done) == ("complete", None)
    n_byte = sum(path.stat().st_size for path in folder.rglob("*.h5"))
    assert found.n_byte == n_byte
    assert found.n_file == len(list(folder.rglob("*.h5")))


def test_every_single_bit_flipped_is_found(folder):
    random = np.random.default_rng(1)
    paths = sorted(folder.rglob("*.h5"))
    found = 0
    for _ in range(FLIPS):
        path = paths[random.integers(len(paths))]
        whole = path.read_bytes()
        content = bytearray(whole)
        content[random.integers(len(content))] ^= 1 << random.integers(8)
        path.write_bytes(content)
        problems = check_folder(folder).problems
        found += any(str(path) in problem for problem in problems)
        path.write_bytes(whole)
    print(f"{found} of {FLIPS} flipped bits found")
    assert found == FLIPS
    assert check_folder(folder).problems == ()


def test_all_faults_are_told_together(folder):
    shards = sorted((folder / "shards").iterdir())
    shards[0].unlink()
    shards[1].write_bytes(b"")
    (folder / "shards" / "series-999999.h5").write_bytes(b"x")
    problems = "\n".join(check_folder(folder).problems)
    for name, what in ((shards[0].name, "missing"), (shards[1].name, "0 bytes"), ("series-999999", "no part of this")):
        assert any(name in line and what in line for line in problems.splitlines()), (name, problems)
