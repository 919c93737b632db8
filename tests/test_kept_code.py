"""Machine code kept on disk: private, and what is damaged, foreign or unreadable is compiled anew, never run."""

import concurrent.futures
import importlib.util
import multiprocessing
import os
import pickle
import stat
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest

from orbital_compute import _jit
from orbital_compute._kept_code import SealedCache, SealedFiles, read_own, sealed, unsealed
from orbital_compute.kernels.supply import key_table

compiled = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="plain Python keeps no code")

LAW = """
from numba import njit
def double(x):
    return 2.0 * x
"""


class Trap:
    """What makes a file where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def law(tmp_path, monkeypatch):
    """A maker of the same small function, compiled with its code kept in a folder of its own."""
    source, folder = tmp_path / "law.py", tmp_path / "kept"
    source.write_text(LAW)
    folder.mkdir(mode=0o700)
    specification = importlib.util.spec_from_file_location("law", source)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(_jit, "_CACHE_FOLDER", folder)
    return lambda: _jit._compiled(module.double)


def kept_files(tmp_path):
    return [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def hits(function):
    return sum(function.stats.cache_hits.values())


@compiled
def test_code_is_kept_for_this_user_alone_and_taken_up_again(law, tmp_path):
    assert law()(2.0) == 4.0
    (path,) = kept_files(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = law()
    assert again(2.0) == 4.0
    assert hits(again) == 1


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path):
    path.write_bytes(b"")


def garbled(path):
    path.write_bytes(os.urandom(4096))


def one_bit_flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def poisoned(path):
    """A pickle that would do something, without a sum, as numba's own cache would run it."""
    path.write_bytes(pickle.dumps(Trap(path.parent / "sprung")))


def poisoned_by_another(path):
    """The same with a right sum, but others could have written it."""
    path.write_bytes(sealed(pickle.dumps(Trap(path.parent / "sprung"))))
    path.chmod(0o666)


def replaced_by_a_folder(path):
    path.unlink()
    path.mkdir()


def replaced_by_a_link(path):
    other = path.with_suffix(".other")
    path.rename(other)
    path.symlink_to(other)


def replaced_by_a_pipe(path):
    path.unlink()
    os.mkfifo(path)


DAMAGES = (
    truncated, emptied, garbled, one_bit_flipped, poisoned, poisoned_by_another, replaced_by_a_folder,
    replaced_by_a_link, replaced_by_a_pipe,
)  # fmt: skip


@compiled
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_what_is_damaged_or_foreign_never_runs_and_is_compiled_anew(law, tmp_path, damage):
    law()(2.0)
    (path,) = kept_files(tmp_path)
    damage(path)
    anew = law()
    assert anew(2.0) == 4.0
    assert hits(anew) == 0
    assert not list(tmp_path.rglob("sprung"))
    mended = law()
    assert mended(2.0) == 4.0
    assert hits(mended) == (0 if damage is replaced_by_a_folder else 1)


@compiled
def test_a_full_or_unwritable_disk_costs_no_run(law, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedFiles, "save", full)
    assert law()(2.0) == 4.0


def test_a_sum_that_is_not_right_is_seen():
    assert unsealed(sealed(b"code")) == b"code"
    assert unsealed(b"") is None
    for bit in range(8 * len(sealed(b"code"))):
        content = bytearray(sealed(b"code"))
        content[bit // 8] ^= 1 << bit % 8
        assert unsealed(bytes(content)) is None


def test_code_of_another_source_or_signature_is_not_taken(tmp_path):
    files = SealedFiles(tmp_path, "law", (1.0, 10))
    files.save(("float64",), "code")
    assert files.load(("float64",)) == "code"
    assert files.load(("int64",)) is None
    assert SealedFiles(tmp_path, "law", (2.0, 10)).load(("float64",)) is None
    os.replace(files.path(("float64",)), files.path(("int64",)))  # under another's name
    assert files.load(("int64",)) is None


def test_a_file_that_is_not_there_is_nothing(tmp_path):
    assert read_own(tmp_path / "nothing") is None


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_others_can_enter_is_not_used(tmp_path, monkeypatch, mode):
    monkeypatch.setenv(_jit.CACHE_VARIABLE, str(tmp_path / "kernels"))
    folder = _jit.cache_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(mode)
    assert _jit.cache_folder() is None


@pytest.mark.parametrize("name", _jit.CODE_SETTINGS)
def test_each_setting_that_decides_the_code_has_a_folder_of_its_own(tmp_path, monkeypatch, name):
    monkeypatch.setenv(_jit.CACHE_VARIABLE, str(tmp_path / "kernels"))
    own = _jit.cache_folder()
    monkeypatch.setattr(numba.config, name, "another", raising=False)
    assert _jit.cache_folder() != own


@compiled
def test_kernels_are_kept_under_seal():
    from orbital_compute.kernels.window import execute_window

    if _jit._CACHE_FOLDER is not None:
        assert isinstance(execute_window._cache, SealedCache)


# many at once


@compiled
def test_two_threads_may_be_the_first_to_call(law):
    functions, answers = [law(), law()], []
    barrier = threading.Barrier(4)

    def call(function, x):
        barrier.wait()
        answers.append(function(x))

    threads = [threading.Thread(target=call, args=(functions[k % 2], float(k))) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0.0, 2.0, 4.0, 6.0]


KEYS = np.array([7, 5, 3], np.uint64)


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_workers_of_other_processes_share_the_cache(start):
    context = multiprocessing.get_context(start)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        tables = list(pool.map(key_table, [KEYS] * 4))  # by compiled code, from whatever cache there is
    expected = key_table(KEYS)
    for table in tables:
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(table, expected, strict=True))


@compiled
def test_two_processes_may_fill_the_same_cache(tmp_path):
    script = "from orbital_compute._random import uniform; print(uniform(7, 1, 2, 0, 0))"
    environment = {**os.environ, "ORBITAL_COMPUTE_CACHE": str(tmp_path / "shared")}
    children = [
        subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = {child.communicate()[0] for child in children}
    assert [child.returncode for child in children] == [0, 0]
    assert len(answers) == 1
    assert np.isfinite(float(answers.pop()))
