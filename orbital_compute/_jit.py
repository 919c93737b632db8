"""The two sorts of compiled function, and the private folder where their machine code is kept.

`@point` is a law: scalars and named tuples in, the same out; it is pasted into its caller.
`@sweep` is a loop over nodes; it releases the interpreter lock, so threads share out blocks of rows.
Strict IEEE arithmetic throughout: no fastmath, so that the bits depend on the input alone.
"""

import hashlib
import os
import platform
from pathlib import Path

import llvmlite
import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from ._kept_code import SealedCache

CACHE_VARIABLE = "ORBITAL_COMPUTE_CACHE"  # a folder, or "off"
KERNEL_FOLDERS = ("physics", "kernels")
# numba's settings that decide the machine code, beside those of the processor
CODE_SETTINGS = ("BOUNDSCHECK", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX", "DEBUGINFO_DEFAULT")


def _source_hash():
    """Return a hash of all that decides the machine code: kernel sources, versions, processor."""
    package = Path(__file__).parent
    files = [package / name for name in ("constants.py", "_jit.py", "_kept_code.py", "_math.py", "_random.py")]
    for folder in KERNEL_FOLDERS:
        files += sorted((package / folder).glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        if file.exists():
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    facts = (numba.__version__, llvmlite.__version__, np.__version__, platform.python_version())
    features = get_host_cpu_features().flatten() if numba.config.CPU_FEATURES is None else numba.config.CPU_FEATURES
    target = (numba.config.CPU_NAME or get_host_cpu_name(), features)
    settings = [(name, str(getattr(numba.config, name, None))) for name in CODE_SETTINGS]
    digest.update(repr((facts, target, settings)).encode())
    return digest.hexdigest()[:24]


def cache_folder():
    """Return the private folder of compiled kernels, made with mode 0700; None if it cannot be had or is off."""
    setting = os.environ.get(CACHE_VARIABLE, "")
    if setting == "off":
        return None
    if setting:
        base = Path(setting)
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orbital-compute" / "kernels"
    folder = base / _source_hash()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if status.st_uid != os.getuid() or status.st_mode & 0o077 or not os.access(folder, os.W_OK):
            return None  # somebody else could have put code there
    except (OSError, RuntimeError):
        return None
    return folder


_CACHE_FOLDER = None if numba.config.DISABLE_JIT else cache_folder()


def _compiled(function, **options):
    """Compile a function; its machine code is kept in the private folder, if there is one."""
    if _CACHE_FOLDER is None:
        return njit(error_model="numpy", **options)(function)
    kept = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(_CACHE_FOLDER)  # read by numba while it decorates, and only then
    try:
        made = njit(error_model="numpy", **options)(function)
        made._cache = SealedCache(function)  # as `cache=True` would set numba's own
        return made
    finally:
        numba.config.CACHE_DIR = kept


def point(function):
    """Compile a law, to be pasted into its callers; kept too, since setting up a run calls some by themselves."""
    return _compiled(function, forceinline=True)


def sweep(function):
    """Compile a loop over nodes, which releases the interpreter lock."""
    return _compiled(function, nogil=True)


CACHE_LINE_BYTES = 64


def _rows_plain(n_row, n_column):
    return np.empty((n_row, n_column))


@intrinsic(prefer_literal=True)
def _rows_compiled(typing_context, n_row, n_column):
    rows, columns = n_row.literal_value, n_column.literal_value
    kind = types.Array(types.float64, 2, "C")

    def generate(context, builder, signature, arguments):
        with builder.goto_entry_block():
            place = builder.alloca(ir.ArrayType(ir.DoubleType(), rows * columns))
            place.align = CACHE_LINE_BYTES
        array = context.make_array(kind)(context, builder)
        word = context.get_constant
        populate_array(
            array,
            data=builder.bitcast(place, array.data.type),
            shape=[word(types.intp, rows), word(types.intp, columns)],
            strides=[word(types.intp, 8 * columns), word(types.intp, 8)],
            itemsize=word(types.intp, 8),
            meminfo=None,
        )
        return array._getvalue()

    return kind(n_row, n_column), generate


# An empty array float64[n_row, n_column] on the stack, for one call of the sweep that asks for it and nobody else: both
# sizes are written as constants. It starts a line of the cache, where numba's own begin in the middle of one as often
# as not, and every vector of 64 bytes lies across two; and the compiler knows that nothing else points into it.
stack_rows = _rows_plain if numba.config.DISABLE_JIT else _rows_compiled


@intrinsic
def _fetch_compiled(typing_context, array, first, n):
    """Ask for the lines of the cache that hold the n numbers of a contiguous array from the flat index `first` on."""

    def generate(context, builder, signature, arguments):
        values = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = ir.IntType(8).as_pointer()
        size = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        start = builder.bitcast(builder.gep(values.data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, ir.IntType(32), ir.IntType(32), ir.IntType(32)])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        word = ir.IntType(32)
        n_line = builder.udiv(
            builder.mul(arguments[2], context.get_constant(types.intp, size)),
            context.get_constant(types.intp, CACHE_LINE_BYTES),
        )
        with cgutils.for_range(builder, n_line) as loop:
            offset = builder.mul(loop.index, context.get_constant(types.intp, CACHE_LINE_BYTES))
            builder.call(prefetch, [builder.gep(start, [offset]), word(1), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate


def _fetch_plain(array, first, n):
    pass


# While one tile is worked on, the next is on its way from memory: `fetch(array, first, n)`. It changes no answer.
fetch = _fetch_plain if numba.config.DISABLE_JIT else _fetch_compiled


@intrinsic
def _copy_compiled(typing_context, target, target_first, source, source_first, n):
    def generate(context, builder, signature, arguments):
        to, first_to, of, first_of, count = arguments
        size = context.get_abi_sizeof(context.get_data_type(target.dtype))
        to = builder.gep(context.make_array(target)(context, builder, to).data, [first_to])
        of = builder.gep(context.make_array(source)(context, builder, of).data, [first_of])
        cgutils.raw_memcpy(builder, to, of, count, size)
        return context.get_dummy_value()

    if target.dtype != source.dtype:
        return None
    return types.void(target, types.intp, source, types.intp, types.intp), generate


def _copy_plain(target, target_first, source, source_first, n):
    target.reshape(-1)[target_first : target_first + n] = source.reshape(-1)[source_first : source_first + n]


# `copy(target, target_first, source, source_first, n)`: n numbers of one contiguous array into another, by flat index.
# A loop over 32 lanes that only copies would be written out number by number.
copy = _copy_plain if numba.config.DISABLE_JIT else _copy_compiled


@intrinsic
def _lent_compiled(typing_context, record):
    def generate(context, builder, signature, arguments):
        value = arguments[0]
        for k, kind in enumerate(record.types):
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, builder.extract_value(value, k))
                array.meminfo = cgutils.get_null_value(array.meminfo.type)
                array.parent = cgutils.get_null_value(array.parent.type)
                value = builder.insert_value(value, array._getvalue(), k)
        return value

    return record(record), generate


def _lent_plain(record):
    return record


# The same named tuple, its arrays without their count of references: whoever called holds them while the call lasts.
# Each law that takes an array would count up and down once, for nothing: a twentieth of a window of five steps.
lent = _lent_plain if numba.config.DISABLE_JIT else _lent_compiled
