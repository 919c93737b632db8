"""Chunks filtered here are what HDF5's own filters make of them, and read back as they were."""

import h5py
import numpy as np
import pytest

from orbital_compute.store.chunks import deflated, filtered_chunk, fletcher32

RNG = np.random.default_rng(5)
NOISE = RNG.standard_normal((300, 64))
DARK = np.where(RNG.random((300, 64)) < 0.4, 0.0, NOISE)
HELD = np.repeat(RNG.standard_normal((10, 64)), 30, axis=0)  # a value for 30 steps: nothing is even, all repeats
CASES = {
    "noise": NOISE,
    "zero half of the time": DARK,
    "held over a window": HELD,
    "zeros": np.zeros((50, 3)),
    "counts": np.arange(4000, dtype=np.int64).reshape(1000, 4),
    "small counts": RNG.integers(-5, 5, (77, 3), dtype=np.int32),
    "bytes": RNG.integers(0, 255, (77, 3), dtype=np.uint8),
    "one row": NOISE[:1],
    "one number": NOISE[:1, :1],
    "not a number": np.full((40, 2), np.nan),
    "columns apart": NOISE[:, ::2],
}


def hdf5_chunk(path, values) -> bytes:
    """Return a chunk as HDF5 filters it."""
    with h5py.File(path, "w") as file:
        made = file.create_dataset(
            "x", data=values, chunks=values.shape, compression="gzip", shuffle=True, fletcher32=True
        )
        return made.id.read_direct_chunk((0,) * values.ndim)[1]


@pytest.mark.parametrize("name", CASES)
def test_hdf5_reads_back_what_was_filtered_here(tmp_path, name):
    values = CASES[name]
    with h5py.File(tmp_path / "own.h5", "w") as file:
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        made = file.create_dataset("x", shape=values.shape, dtype=values.dtype, chunks=values.shape, **options)
        made.id.write_direct_chunk((0, 0), filtered_chunk(values))
    with h5py.File(tmp_path / "own.h5") as file:
        np.testing.assert_array_equal(file["x"][()], values)
        assert file["x"].dtype == values.dtype


@pytest.mark.parametrize("name", CASES)
def test_size_is_near_what_hdf5_needs(tmp_path, name):
    values = CASES[name]
    theirs = len(hdf5_chunk(tmp_path / "theirs.h5", values))
    assert len(filtered_chunk(values)) <= 1.15 * theirs + 64 * values.dtype.itemsize


@pytest.mark.parametrize("name", CASES)
def test_checksum_is_hdf5s(tmp_path, name):
    chunk = hdf5_chunk(tmp_path / "theirs.h5", CASES[name])
    assert fletcher32(chunk[:-4]) == int.from_bytes(chunk[-4:], "little")


def test_checksum_of_a_sum_that_is_a_multiple_of_65535():
    assert fletcher32(b"\xff\xff") == 0xFFFFFFFF  # carries fold to 65535, not to 0
    assert fletcher32(b"\x00\x00") == 0
    assert fletcher32(b"\x01\x02\x03") == ((2 * 0x0102 + 0x0300) << 16) | (0x0102 + 0x0300)


def test_damage_is_found(tmp_path):
    chunk = bytearray(filtered_chunk(NOISE))
    chunk[1000] ^= 1
    with h5py.File(tmp_path / "x.h5", "w") as file:
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        made = file.create_dataset("x", shape=NOISE.shape, dtype=NOISE.dtype, chunks=NOISE.shape, **options)
        made.id.write_direct_chunk((0, 0), bytes(chunk))
    with h5py.File(tmp_path / "x.h5") as file, pytest.raises(OSError, match="filter returned failure"):
        file["x"][()]


def test_equal_values_give_equal_bytes_and_noise_is_only_kept():
    assert filtered_chunk(DARK) == filtered_chunk(DARK.copy())
    assert deflated(NOISE).find(np.ascontiguousarray(NOISE).view(np.uint8).reshape(-1, 8)[:, 0].tobytes()[:500]) > 0
    assert len(deflated(HELD)) < 0.1 * HELD.nbytes
