"""Chunks as HDF5 keeps them, filtered here: bytes apart by place, deflated, summed.

HDF5 would filter under the interpreter's lock and deflate everything; here other threads go on meanwhile, and bytes
that no deflation shortens are stored as they are. What comes out is what the filters shuffle, deflate and fletcher32
read back (HDF5 1.14, H5Zshuffle.c, H5Zdeflate.c, H5checksum.c), in that order.
"""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np

from ..kernels.bytes import count_bytes, sum_words

COMPRESSION_LEVEL = 1  # higher ones cost several times the time for a few per cent of noise-like numbers
SPARSE = 17  # every so many bytes one is looked at; prime, so that no row's length hides in it
NOISE_BIT = 7.0  # of entropy a byte, of 8: deflation saves less than an eighth
UNEVEN_BIT = 4.0  # from here the bytes are worth fewer bits each, but repeats are not worth a search
REPEATED = 0.65  # share of bytes that repeat the row above, from which looking for repeats pays
NO_HEADER_BITS = -15  # deflate without zlib's header, in a window of 32 KiB
ZLIB_HEADER = b"\x78\x01"
FLETCHER_MODULUS = 65535

Way = Literal["stored", "coded", "searched"]


def filtered_chunk(values: np.ndarray) -> bytes:
    """Return a chunk's bytes after HDF5's shuffle, deflate and fletcher32; equal values give equal bytes."""
    data = deflated(np.ascontiguousarray(values))
    return data + fletcher32(data).to_bytes(4, "little")


def deflated(values: np.ndarray) -> bytes:
    """Return the zlib stream (RFC 1950) of an array's bytes, all first bytes of its items first, then all second.

    The upper bytes of float64 vary little, the lower ones are noise unless they repeat: each plane is deflated in the
    way that suits it, neighbours of one way together. Whole numbers are short, and count: repeats are sought in all.
    """
    planes = np.ascontiguousarray(values.view(np.uint8).reshape(-1, values.dtype.itemsize).T)
    row = values.size // len(values)
    ways: list[Way] = [_way(plane, row) if values.dtype.kind == "f" else "searched" for plane in planes]
    parts, first = [ZLIB_HEADER], 0
    for end in range(1, len(ways) + 1):
        if end == len(ways) or ways[end] != ways[first]:
            coder = _coder(ways[first])
            last = zlib.Z_FINISH if end == len(ways) else zlib.Z_FULL_FLUSH
            parts += [coder.compress(planes[first:end]), coder.flush(last)]
            first = end
    parts.append(zlib.adler32(planes.data).to_bytes(4, "big"))
    return b"".join(parts)


def _way(plane: np.ndarray, row: int) -> Way:
    """Return how to deflate a plane of bytes, `row` of them for each item of the first dimension."""
    count = np.empty(256, np.int64)
    repeated = count_bytes(plane, SPARSE, row, count)
    share = count[count > 0] / -(-plane.size // SPARSE)
    bits = -float((share * np.log2(share)).sum())
    if bits < UNEVEN_BIT or repeated > REPEATED * max(-(-(plane.size - row) // SPARSE), 0):
        return "searched"
    return "stored" if bits > NOISE_BIT else "coded"


def _coder(way: Way):
    if way == "stored":
        return zlib.compressobj(0, zlib.DEFLATED, NO_HEADER_BITS)
    strategy = zlib.Z_HUFFMAN_ONLY if way == "coded" else zlib.Z_DEFAULT_STRATEGY
    return zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, NO_HEADER_BITS, zlib.DEF_MEM_LEVEL, strategy)


def fletcher32(data: bytes) -> int:
    """Return the checksum that HDF5 puts behind a chunk.

    Notes
    -----
    With big-endian words w_0 ... w_(n-1) of 16 bits, an odd last byte filled up with zero, both sums modulo 65535 and
    standing as 65535 where they are a whole multiple but not zero:

        a = Σ w_i,   b = Σ (n - i) w_i,   checksum = b 2^16 + a

    Modulo 65535 a word with its bytes swapped is 256 times the word, so the words are read as the processor has them.
    """
    words = np.frombuffer(data + b"\0" * (len(data) % 2), "<u2")
    a, b = sum_words(words, FLETCHER_MODULUS)
    none = not words.any()
    return (_folded(256 * b, none) << 16) | _folded(256 * a, none)


def _folded(total: int, none: bool) -> int:
    """Return a sum modulo 65535 as carries fold it: zero only where it is zero."""
    return 0 if none else (total - 1) % FLETCHER_MODULUS + 1
